"""`python tests/count/run_cases.py FILE.jsonl` runs a file of cases and prints how many passed."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from cases import answer


def main():
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    given = [json.loads(line) for line in lines]
    failed = [case["id"] for case in given if answer(case) != case["expected"]]
    if failed:
        sys.stdout.write(" ".join(["failed:", *failed]) + "\n")
    sys.stdout.write(f"{len(given) - len(failed)} passed, {len(failed)} failed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
