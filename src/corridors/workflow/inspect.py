"""What the store holds: list, show, verify and compare, for people and for machines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from corridors.concepts.findings import raise_if_any
from corridors.store.vintages import Store, Vintage


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, as text and as a value that JSON can hold."""

    human: str
    machine: object


def list_vintages(store: Path) -> Answer:
    """Every vintage of the store; the latest of each product is marked."""
    opened = _open(store)
    latest = {
        vintage.path
        for name in opened.observatories()
        for product in opened.products(name)
        for vintage in opened.latest(name, product).values()
    }
    rows = [(vintage, vintage.path in latest) for vintage in opened.vintages()]
    human = "\n".join(
        f"{'*' if is_latest else ' '} {vintage.observatory:9} {vintage.dataflow:14} {vintage.rows:>10,}  {vintage.id}"
        for vintage, is_latest in rows
    )
    return Answer(
        human or "the store is empty", [{**_describe(vintage), "latest": is_latest} for vintage, is_latest in rows]
    )


def show_vintage(store: Path, vintage: str) -> Answer:
    """Description, origin and first rows of one vintage."""
    opened = _open(store)
    found = _find(opened, vintage)
    head = opened.read(found).head(10)
    description = {**_describe(found), **found.metadata}
    human = json.dumps(description, indent=2, ensure_ascii=False) + f"\n{head}"
    return Answer(human, {**description, "rows": json.loads(head.write_json())})


def verify(store: Path) -> Answer:
    """Check every file of the store against its checksum.

    Raises
    ------
    DataError
        Every file that is missing, changed or unreadable.
    """
    opened = _open(store)
    raise_if_any(opened.verify())
    count = len(opened.vintages())
    return Answer(f"{count} vintages, every file as it was written", {"vintages": count, "findings": []})


def compare(store: Path, a: str, b: str) -> Answer:
    """What was added, removed and revised from vintage `a` to vintage `b`."""
    from corridors.store.diff import diff

    opened = _open(store)
    before, after = _find(opened, a), _find(opened, b)
    if before.dataflow != after.dataflow:
        raise ValueError(
            f"{a} holds {before.dataflow} and {b} holds {after.dataflow}; compare one dataflow with itself"
        )
    found = diff(opened.read(before), opened.read(after), before.dataflow)
    counts = {"added": found.added, "removed": found.removed, "revised": found.revised, "unchanged": found.unchanged}
    human = ", ".join(f"{count:,} {word}" for word, count in counts.items())
    if found.table.height:
        human += f"\n{found.table}"
    return Answer(human, {**counts, "changes": json.loads(found.table.write_json())})


def _open(store: Path) -> Store:
    if not store.is_dir():
        raise ValueError(f"no store at {store}; collect something first, or name its folder with --store")
    return Store(store)


def _find(store: Store, name: str) -> Vintage:
    found = [
        vintage
        for vintage in store.vintages()
        if name in (vintage.id, f"{vintage.observatory}/{vintage.dataflow}/{vintage.id}")
    ]
    if len(found) > 1:
        choices = ", ".join(f"{vintage.observatory}/{vintage.dataflow}/{vintage.id}" for vintage in found)
        raise ValueError(f"{name!r} names {len(found)} vintages; write one of {choices}")
    if not found:
        raise ValueError(f"no vintage {name!r}; `corridors store list` shows them all")
    return found[0]


def _describe(vintage: Vintage) -> dict[str, object]:
    return {
        "vintage": vintage.id,
        "observatory": vintage.observatory,
        "dataflow": vintage.dataflow,
        "product": vintage.product,
        "observations": vintage.rows,
    }
