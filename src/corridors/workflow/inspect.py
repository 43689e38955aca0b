"""What the store holds: list, show, verify, compare and export, for people and for machines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from corridors.concepts.dataflows import DataflowName, dataflow
from corridors.concepts.findings import DataError, Finding, raise_if_any
from corridors.store.disk import whole_or_nothing, write_file
from corridors.store.vintages import Store, Vintage
from corridors.workflow.table_files import require_form, table_bytes

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, as text and as a value that JSON can hold."""

    human: str
    machine: object


def list_vintages(store: Path) -> Answer:
    """Every vintage of the store; the latest of each product is marked.

    Raises
    ------
    DataError
        Every pointer and description that is missing or damaged.
    """
    opened = _open(store)
    latest: set[Path] = set()
    vintages: list[Vintage] = []
    findings: list[Finding] = []
    for name in opened.observatories():
        for product in opened.products(name):
            try:
                latest |= {vintage.path for vintage in opened.latest(name, product).values()}
            except DataError as error:
                findings += error.findings
    try:
        vintages = opened.vintages()
    except DataError as error:
        findings += error.findings
    raise_if_any(dict.fromkeys(findings))
    rows = [(vintage, vintage.path in latest) for vintage in vintages]
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
    human = json.dumps(description, indent=2, ensure_ascii=False) + f"\n{_printed(head)}"
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
    count = len(opened.paths())
    return Answer(f"{count} vintages, every file as it was written", {"vintages": count, "findings": []})


def compare(store: Path, a: str, b: str) -> Answer:
    """What was added, removed and revised from vintage `a` to vintage `b`.

    Raises
    ------
    ValueError
        There is no such vintage, or the two are not of one dataflow.
    DataError
        One of the two is damaged.
    """
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
    if before.product != after.product:
        human = f"two products: from {before.product} to {after.product}\n{human}"
    if found.table.height:
        human += f"\n{_printed(found.table)}"
    products = [before.product, after.product]
    return Answer(human, {"products": products, **counts, "changes": json.loads(found.table.write_json())})


def export(store: Path, name: str, *, to: Path, observatory: str | None, names: bool) -> Answer:
    """Write a vintage, or the latest vintages of a dataflow, as one CSV or Parquet file.

    Parameters
    ----------
    store
        Folder of the store.
    name
        A vintage, or a dataflow such as `FLOW`: then the latest vintages of all products of one observatory.
    to
        The file; its ending, `.csv` or `.parquet`, says as what. A file that is there is replaced at once.
    observatory
        Where to look; None for the one observatory that has it.
    names
        Whether a column of area codes is followed by one with the areas' English names.

    Raises
    ------
    ValueError
        The ending is another one, there is no such vintage, or several observatories have it.
    DataError
        A vintage is damaged; no file was written.
    Unavailable
        The disk refused; the file is as it was.
    """
    require_form(to)
    opened = _open(store)
    if to.resolve().is_relative_to(store.resolve()):
        raise ValueError(f"{to} lies in the store; name a file outside of {store}")
    vintages = _wanted(opened, name, observatory)
    table = _table(opened, vintages, names=names)
    with whole_or_nothing(f"the table to {to}"):
        write_file(to, table_bytes(table, path=to))
    human = f"{to}: {table.height:,} observations of {vintages[0].dataflow} from {', '.join(v.id for v in vintages)}"
    return Answer(human, {"file": str(to), "rows": table.height, "vintages": [_describe(v) for v in vintages]})


def _wanted(store: Store, name: str, observatory: str | None) -> list[Vintage]:
    if name not in get_args(DataflowName):
        return [_find(store, name, observatory)]
    # Only products that have a folder of this dataflow can hold it; the pointers of others are not looked at.
    places = sorted({path.parent.parent.name for path in store.paths() if path.parent.name == name})
    chosen = [place for place in places if observatory in (None, place)]
    if len(chosen) > 1:
        raise ValueError(f"{' and '.join(chosen)} both have {name}; choose one with --observatory")
    if not chosen:
        there = f"; {' and '.join(places)} has it" if places else ""
        raise ValueError(
            f"no {name} in {observatory or 'the store'}{there}; `corridors store list` shows what there is"
        )
    latest = (store.latest(chosen[0], product) for product in store.products(chosen[0]))
    found = [vintage for by_name in latest for dataflow_name, vintage in by_name.items() if dataflow_name == name]
    if not found:
        raise ValueError(f"no product of {chosen[0]} points at a {name} any more; name a vintage")
    return found


def _table(store: Store, vintages: list[Vintage], *, names: bool) -> pl.DataFrame:
    import polars as pl

    table = pl.concat([store.read(vintage).drop("VINTAGE") for vintage in vintages], how="diagonal")
    columns: list[str] = []
    for column in dataflow(vintages[0].dataflow).columns:
        if column.name not in table.columns:
            continue
        columns.append(column.name)
        if names and column.kind == "area":
            columns.append(f"{column.name}_NAME")
            table = table.with_columns(_area_names(table[column.name]).alias(columns[-1]))
    return table.select(columns)


def _area_names(codes: pl.Series) -> pl.Series:
    from corridors.concepts.areas import area_name, known_areas

    # An older vintage may hold a code that is no longer known; its name stays blank.
    named = {code: area_name(code) for code in codes.unique().drop_nulls() if code in known_areas()}
    return codes.replace_strict(named, default=None, return_dtype=codes.dtype)


def _printed(table: pl.DataFrame) -> str:
    import polars as pl

    with pl.Config(tbl_cols=-1, tbl_width_chars=200):
        return str(table)


def _open(store: Path) -> Store:
    if not store.is_dir():
        raise ValueError(f"no store at {store}; collect something first, or name its folder with --store")
    return Store(store)


def _find(store: Store, name: str, observatory: str | None = None) -> Vintage:
    # By their folders: that the description of another vintage is damaged is no reason not to find this one.
    found = [
        (place, dataflow_name, path.name)
        for path in store.paths()
        for place, dataflow_name in [(path.parent.parent.name, path.parent.name)]
        if name in (path.name, f"{place}/{dataflow_name}/{path.name}") and observatory in (None, place)
    ]
    if len(found) > 1:
        choices = ", ".join("/".join(one) for one in found)
        raise ValueError(f"{name!r} names {len(found)} vintages; write one of {choices}")
    if not found:
        raise ValueError(f"no vintage {name!r}; `corridors store list` shows them all")
    ((place, dataflow_name, identity),) = found
    return store.vintage(place, dataflow(dataflow_name).name, identity)


def _describe(vintage: Vintage) -> dict[str, object]:
    return {
        "vintage": vintage.id,
        "observatory": vintage.observatory,
        "dataflow": vintage.dataflow,
        "product": vintage.product,
        "observations": vintage.rows,
    }
