"""`corridors <verb> <noun>`: parses, calls one public function, prints.

Exit codes: 0 done, 1 findings or a fault of the world, 2 usage. Numeric libraries are loaded by the command that needs
them, never to show help.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corridors.workflow.identify import Identified

DONE, FINDINGS, USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    commands = parser()
    chosen = commands.parse_args(arguments)
    if not hasattr(chosen, "run"):
        commands.print_help()
        return USAGE
    from corridors.concepts.findings import DataError, Refused, Unavailable

    try:
        return int(chosen.run(chosen))
    except DataError as error:
        _report_findings(chosen, error)
        return FINDINGS
    except (Unavailable, Refused) as error:
        print(f"corridors: {error}", file=sys.stderr)
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
    _add_report(verbs)
    _add_collect(verbs)
    _add_store(verbs)
    return commands


class _Version(str):
    """The installed version, looked up only when it is printed."""

    def __mod__(self, _: object) -> str:
        from importlib.metadata import version

        return f"corridors {version('corridors')}"


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store", default="store", metavar="DIR", help="folder that holds the vintages (default: %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object for machines")
    parser.add_argument("--findings", metavar="FILE", help="also write findings to FILE as CSV")


# --- report -----------------------------------------------------------------------------------------------------------


def _add_report(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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
    _common(parser)
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
        progress=_progress(quiet=chosen.json),
    )
    if chosen.json:
        _print_json(
            {
                "steps": [{"name": s.name, "state": s.state, "seconds": round(s.seconds, 3)} for s in made.steps],
                "files": {name: str(path) for name, path in made.files.items()},
            }
        )
    else:
        for path in made.files.values():
            print(path)
    return DONE


# --- collect ----------------------------------------------------------------------------------------------------------


#: What `collect` does beside reading a source: word, help, and the operands it takes.
_COLLECT_NOUNS = {
    "identify": "F ...: say which source, product and layout a file is, with the evidence",
    "check": "run plausibility checks across what was collected",
    "coverage": "draw what is known by area, year and measure (--out DIR)",
    "template": "DATAFLOW: write a table and a mapping to fill in with your own figures (--out DIR)",
}


def _add_collect(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    words = "\n".join(f"  {word:10} {text}" for word, text in _COLLECT_NOUNS.items())
    parser = verbs.add_parser(
        "collect",
        help="read publishers' own files into the store",
        description="Read publishers' own files into the store. Without a file, download from the source's address.",
        epilog=f"instead of a source:\n{words}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "source",
        nargs="?",
        help="source to read, for example undesa; without it, list the sources; or a word from below",
    )
    parser.add_argument("operands", nargs="*", metavar="OPERAND", help="what the word from below takes")
    parser.add_argument("--file", nargs="+", action="extend", metavar="F", help="files of this source")
    parser.add_argument("--all", action="store_true", help="download and read every source's current products")
    parser.add_argument("--out", default="out", metavar="DIR", help="folder to write to (default: %(default)s)")
    _common(parser)
    parser.set_defaults(run=_collect)


def _collect(chosen: argparse.Namespace) -> int:
    if chosen.source in _COLLECT_NOUNS:
        return _collect_noun(chosen)
    from pathlib import Path

    from corridors.workflow import collect

    if chosen.operands:
        raise ValueError(
            f"name the files with --file: corridors collect {chosen.source} --file {' '.join(chosen.operands)}"
        )
    if chosen.all and (chosen.source or chosen.file):
        raise ValueError("--all takes neither a source nor files")
    if chosen.file and not chosen.source:
        raise ValueError("name the source of the files, for example: corridors collect undesa --file F")
    if not chosen.all and not chosen.source:
        return _list_sources(chosen)
    store = Path(chosen.store)
    if chosen.file:
        collected = collect.from_files(chosen.source, [Path(name) for name in chosen.file], store=store)
    else:
        collected = collect.from_addresses(
            None if chosen.all else chosen.source, store=store, quiet=chosen.json or not sys.stderr.isatty()
        )
    if chosen.json:
        _print_json({"collected": [item.as_dict() for item in collected]})
    for item in [] if chosen.json else collected:
        print(item)
    return DONE


def _collect_noun(chosen: argparse.Namespace) -> int:
    from pathlib import Path

    operands = [*chosen.operands, *(chosen.file or [])]
    if chosen.source == "identify":
        from corridors.workflow.identify import identify

        return _answer(chosen, [identify(Path(name)) for name in _wanted(operands, "identify F ...")])
    if chosen.source == "check":
        from datetime import UTC, datetime

        from corridors.concepts.findings import DataError
        from corridors.workflow.quality import check

        report = check(Path(chosen.store), as_of=datetime.now(tz=UTC).date())
        if chosen.findings:
            try:
                Path(chosen.findings).write_text(DataError(report.findings).to_csv(), encoding="utf-8")
            except OSError as refusal:
                raise ValueError(
                    f"the findings cannot be written to {chosen.findings}: {refusal.strerror}"
                ) from refusal
        if chosen.json:
            _print_json(report.as_dict())
        else:
            print(report)
        return FINDINGS if report.findings else DONE
    if chosen.source == "coverage":
        from corridors.workflow.quality import draw_coverage

        made = draw_coverage(Path(chosen.store), out=Path(chosen.out) / "coverage")
    else:
        from corridors.workflow.template import write_template

        made = [
            path for name in _wanted(operands, "template STOCK") for path in write_template(name, out=Path(chosen.out))
        ]
    if chosen.json:
        _print_json({"files": [str(path) for path in made]})
    else:
        print(*made, sep="\n")
    return DONE


def _wanted(operands: Sequence[str], example: str) -> Sequence[str]:
    if not operands:
        raise ValueError(f"nothing named; write for example: corridors collect {example}")
    return operands


def _answer(chosen: argparse.Namespace, identified: Sequence[Identified]) -> int:
    if chosen.json:
        _print_json({"files": [one.as_dict() for one in identified]})
    else:
        print(*identified, sep="\n\n")
    # A file that no source reads, or that several do, is one that cannot be collected without a word from its holder.
    return DONE if all(len(one.claims) == 1 for one in identified) else FINDINGS


def _list_sources(chosen: argparse.Namespace) -> int:
    from corridors.collect.catalogue import card, sources

    cards = {name: card(name) for name in sources()}
    if chosen.json:
        _print_json(
            {
                "sources": {
                    n: {"title": c.title, "publisher": c.publisher, "licence": c.licence} for n, c in cards.items()
                }
            }
        )
    else:
        for name, entry in cards.items():
            print(f"{name:10} {entry.title} ({entry.publisher}; {entry.licence})")
    return DONE


# --- store ------------------------------------------------------------------------------------------------------------


def _add_store(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = verbs.add_parser(
        "store",
        help="look into the store",
        description="List, show, verify, compare and export the store's vintages.",
    )
    nouns = parser.add_subparsers(title="nouns", metavar="NOUN", required=True)
    for name, text, operands in (
        ("list", "list every vintage; * marks the latest of its product", ()),
        ("show", "show a vintage's description, where it came from and its first rows", ("vintage",)),
        ("verify", "check every file against its checksum", ()),
        ("diff", "list what was added, removed and revised from vintage A to vintage B", ("a", "b")),
        ("export", "write a vintage, or the latest vintages of a dataflow, as CSV or Parquet", ("name",)),
    ):
        noun = nouns.add_parser(name, help=text, description=text)
        for operand in operands:
            noun.add_argument(operand, metavar=operand.upper())
        if name == "export":
            _export_options(noun)
        _common(noun)
        noun.set_defaults(run=_store, noun=name)


def _export_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", required=True, metavar="FILE", help="file to write; it ends in .csv or .parquet")
    parser.add_argument(
        "--observatory",
        choices=["world", "regional"],
        help="what was collected, or the world of the package (default: the one that has it)",
    )
    parser.add_argument("--names", action="store_true", help="add the areas' names beside their codes")


def _store(chosen: argparse.Namespace) -> int:
    from pathlib import Path

    from corridors.workflow import inspect

    store = Path(chosen.store)
    if chosen.noun == "list":
        answer = inspect.list_vintages(store)
    elif chosen.noun == "show":
        answer = inspect.show_vintage(store, chosen.vintage)
    elif chosen.noun == "verify":
        answer = inspect.verify(store)
    elif chosen.noun == "export":
        answer = inspect.export(
            store, chosen.name, to=Path(chosen.to), observatory=chosen.observatory, names=chosen.names
        )
    else:
        answer = inspect.compare(store, chosen.a, chosen.b)
    if chosen.json:
        _print_json(answer.machine)
    else:
        print(answer.human)
    return DONE


# --- printing ---------------------------------------------------------------------------------------------------------


def _progress(*, quiet: bool):  # type: ignore[no-untyped-def]  # the type lives in workflow, loaded later
    def tell(step: str, state: str) -> None:
        if not quiet:
            print(f"{step}: {state}", file=sys.stderr, flush=True)

    return tell


def _print_json(answer: object) -> None:
    import json

    print(json.dumps(answer, ensure_ascii=False, indent=2))


def _report_findings(chosen: argparse.Namespace, error: Exception) -> None:
    from dataclasses import asdict
    from pathlib import Path

    from corridors.concepts.findings import DataError

    assert isinstance(error, DataError)
    if getattr(chosen, "findings", None):
        try:
            Path(chosen.findings).write_text(error.to_csv(), encoding="utf-8")
        except OSError as refusal:
            print(
                f"corridors: the findings cannot be written to {chosen.findings}: {refusal.strerror}", file=sys.stderr
            )
    if getattr(chosen, "json", False):
        _print_json({"findings": [asdict(finding) for finding in error.findings]})
    else:
        print(f"corridors: {error}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
