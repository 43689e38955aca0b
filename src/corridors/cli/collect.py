"""`corridors collect SOURCE` and what `collect` does beside reading a source."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from corridors.cli.printing import DONE, FINDINGS, common, print_json, write_findings

if TYPE_CHECKING:
    from corridors.workflow.identify import Identified

#: What `collect` does beside reading a source: word, help, and the operands it takes.
_COLLECT_NOUNS = {
    "identify": "F ...: say which source, product and layout a file is, with the evidence",
    "check": "run plausibility checks across what was collected",
    "coverage": "draw what is known by area, year and measure (--out DIR)",
    "template": "DATAFLOW: write a table and a mapping to fill in with your own figures (--out DIR)",
}


def add_collect(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb `collect`."""
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
    common(parser)
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
        print_json({"collected": [item.as_dict() for item in collected]})
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
        if chosen.findings and (refusal := write_findings(chosen.findings, DataError(report.findings))):
            raise ValueError(refusal)
        if chosen.json:
            print_json(report.as_dict())
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
        print_json({"files": [str(path) for path in made]})
    else:
        print(*made, sep="\n")
    return DONE


def _wanted(operands: Sequence[str], example: str) -> Sequence[str]:
    if not operands:
        raise ValueError(f"nothing named; write for example: corridors collect {example}")
    return operands


def _answer(chosen: argparse.Namespace, identified: Sequence[Identified]) -> int:
    if chosen.json:
        print_json({"files": [one.as_dict() for one in identified]})
    else:
        print(*identified, sep="\n\n")
    # A file that no source reads, or that several do, is one that cannot be collected without a word from its holder.
    return DONE if all(len(one.claims) == 1 for one in identified) else FINDINGS


def _list_sources(chosen: argparse.Namespace) -> int:
    from corridors.collect.catalogue import card, sources

    cards = {name: card(name) for name in sources()}
    shown = {n: {"title": c.title, "publisher": c.publisher, "licence": c.licence} for n, c in cards.items()}
    if chosen.json:
        print_json({"sources": shown})
    for name, entry in [] if chosen.json else cards.items():
        print(f"{name:10} {entry.title} ({entry.publisher}; {entry.licence})")
    return DONE
