"""`corridors report`."""

from __future__ import annotations

import argparse

from corridors.cli.printing import DONE, common, print_json, progress


def add_report(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb `report`."""
    parser = verbs.add_parser(
        "report",
        help="write the cited report as PDF, Word and HTML",
        description="Write the cited report as PDF, Word and HTML, with its charts and tables.",
    )
    parser.add_argument(
        "--world",
        choices=["embedded", "store"],
        default="embedded",
        help="the regional world that comes with the package, or what was collected (default: %(default)s)",
    )
    parser.add_argument(
        "--revision", metavar="YEAR", help="revision of the stock in the store (default: the newest that can be paired)"
    )
    parser.add_argument("--out", default="out", metavar="DIR", help="folder to write to (default: %(default)s)")
    parser.add_argument("--fresh", action="store_true", help="do every step again, even when nothing changed")
    common(parser)
    parser.set_defaults(run=_report)


def _report(chosen: argparse.Namespace) -> int:
    from pathlib import Path

    from corridors.workflow.report import make_report

    made = make_report(
        world=chosen.world,
        out=Path(chosen.out),
        store=Path(chosen.store),
        fresh=chosen.fresh,
        revision=chosen.revision,
        progress=progress(quiet=chosen.json),
    )
    if chosen.json:
        steps = [{"name": step.name, "state": step.state, "seconds": round(step.seconds, 3)} for step in made.steps]
        print_json({"steps": steps, "files": {name: str(path) for name, path in made.files.items()}})
    else:
        for path in made.files.values():
            print(path)
    return DONE
