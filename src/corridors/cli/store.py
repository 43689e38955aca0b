"""`corridors store <noun>`."""

from __future__ import annotations

import argparse

from corridors.cli.printing import DONE, common, print_json


def add_store(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb `store` with its nouns."""
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
        common(noun)
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
        print_json(answer.machine)
    else:
        print(answer.human)
    return DONE
