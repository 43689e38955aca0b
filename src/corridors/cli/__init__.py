"""`corridors <verb> <noun>`: parses, calls one public function, prints.

Exit codes: 0 done, 1 findings or a fault of the world, 2 usage. Numeric libraries are loaded by the command that needs
them, never to show help.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from corridors.cli.collect import add_collect
from corridors.cli.consult import add_consult
from corridors.cli.document import add_document
from corridors.cli.estimate import add_estimate
from corridors.cli.printing import DONE, FINDINGS, USAGE, print_json, report_findings
from corridors.cli.report import add_report
from corridors.cli.store import add_store


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    commands = parser()
    chosen = commands.parse_args(arguments)
    if not hasattr(chosen, "run"):
        commands.print_help()
        return USAGE
    from corridors.concepts.findings import DataError, Refused, Unavailable

    try:
        done = int(chosen.run(chosen))
        sys.stdout.flush()
        return done
    except BrokenPipeError:
        # Whoever read the output has gone (`| head`), and what was asked for is done: nothing more is printed, at exit neither.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except DataError as error:
        report_findings(chosen, error)
        return FINDINGS
    except (Unavailable, Refused) as error:
        print(f"corridors: {error}", file=sys.stderr)
        if getattr(chosen, "json", False):
            print_json({"findings": [], "fault": str(error)})
        return FINDINGS
    except ValueError as error:
        print(f"corridors: {error}", file=sys.stderr)
        return USAGE


def parser() -> argparse.ArgumentParser:
    """Every verb with its options."""
    commands = argparse.ArgumentParser(
        prog="corridors", description="The open observatory for international migration and development."
    )
    commands.add_argument("--version", action="version", version=_Version())
    verbs = commands.add_subparsers(title="verbs", metavar="VERB")
    add_report(verbs)
    add_collect(verbs)
    add_estimate(verbs)
    add_document(verbs)
    add_consult(verbs)
    add_store(verbs)
    return commands


class _Version(str):
    """The installed version, looked up only when it is printed."""

    def __mod__(self, _: object) -> str:
        from importlib.metadata import version

        return f"corridors {version('corridors')}"
