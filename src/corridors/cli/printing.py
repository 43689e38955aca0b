"""What every verb shares: common options, exit codes, and how answers and findings are printed."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corridors.concepts.findings import DataError

DONE, FINDINGS, USAGE = 0, 1, 2


def common(parser: argparse.ArgumentParser) -> None:
    """Options of every command that looks into the store."""
    parser.add_argument(
        "--store", default="store", metavar="DIR", help="folder that holds the vintages (default: %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object for machines")
    parser.add_argument("--findings", metavar="FILE", help="also write findings to FILE as CSV")


def progress(*, quiet: bool):  # type: ignore[no-untyped-def]  # the type lives in workflow, loaded later
    """A function that tells each step and its state on standard error, or nothing."""

    def tell(step: str, state: str) -> None:
        """Print one step."""
        if not quiet:
            print(f"{step}: {state}", file=sys.stderr, flush=True)

    return tell


def print_json(answer: object) -> None:
    """Print one JSON object."""
    import json

    print(json.dumps(answer, ensure_ascii=False, indent=2))


def report_findings(chosen: argparse.Namespace, error: DataError) -> None:
    """Print findings as the command was asked to, and write them as CSV."""
    from dataclasses import asdict

    if getattr(chosen, "findings", None) and (refusal := write_findings(chosen.findings, error)):
        print(f"corridors: {refusal}", file=sys.stderr)
    if getattr(chosen, "json", False):
        entries = getattr(chosen, "of_each_finding", {})
        print_json({"findings": [{**asdict(finding), **entries, **asdict(finding)} for finding in error.findings]})
    else:
        print(f"corridors: {error}", file=sys.stderr)


def write_findings(name: str, error: DataError) -> str | None:
    """Write the findings as CSV; say why when the disk refuses."""
    from pathlib import Path

    try:
        Path(name).write_text(error.to_csv(), encoding="utf-8")
    except OSError as refusal:
        return f"the findings cannot be written to {name}: {refusal.strerror}"
    return None
