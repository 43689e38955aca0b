"""The sources: which there are, what their cards say, and one way to read a file of any of them.

A source is a folder of `collect/sources/` with a `card.toml`, a `names.csv` where it needs one, and a `read.py` whose
function `read(raw, *, file)` returns a `Reading`. Nothing registers it: the folder is found. Numeric libraries are
loaded by `read` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING

from corridors.collect.cards import Card, Check, Part, Product, card, parse_card, sources
from corridors.collect.reading import Reading
from corridors.collect.unpacking import unpack
from corridors.concepts.findings import DataError, Finding, raise_if_any

if TYPE_CHECKING:
    import polars as pl

#: Rows of a table above which its codes stay codes, which read and compare like text: as text, they take ten times the room.
LARGEST_AS_TEXT = 2_000_000

__all__ = [
    "Card",
    "Check",
    "Claim",
    "Identification",
    "Part",
    "Product",
    "bundled",
    "card",
    "identify",
    "package_files",
    "parse_card",
    "read",
    "sources",
]


def bundled(source: str, files: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Names and bytes of files as the source reads them, one after the other.

    Most sources read each file alone. A source whose `read.py` has a function `bundle` puts together what belongs
    together, an office's table and its mapping for example.

    Parameters
    ----------
    source
        Name of the source, see `sources`.
    files
        Names and bytes, as they were given.

    Raises
    ------
    DataError
        The files do not fit together.
    """
    together: Callable[[Sequence[tuple[str, bytes]]], list[tuple[str, bytes]]] | None = getattr(
        import_module(f"corridors.collect.sources.{source}.read"), "bundle", None
    )
    return list(files) if together is None else together(files)


def read(source: str, raw: bytes, *, file: str) -> Reading:
    """Read one file of a source, of whatever layout, compressed or not.

    Parameters
    ----------
    source
        Name of the source, see `sources`.
    raw
        The file's bytes.
    file
        What findings call it.

    Raises
    ------
    ValueError
        No source has this name.
    DataError
        Every finding of the file: what the reader met, where a table departs from its dataflow, what cannot be true.
    """
    from corridors.collect.cells import capped
    from corridors.collect.plausible import stock_findings
    from corridors.concepts.dataflows import dataflow, validate

    known = card(source)
    try:
        reading: Reading = import_module(f"corridors.collect.sources.{source}.read").read(
            unpack(raw, file=file), file=file
        )
    except DataError as error:
        raise DataError(capped(error.findings)) from error
    findings: list[Finding] = []
    if known.product(reading.product) is None:
        wanted = "; ".join(product.title for product in known.products)
        fact = f"it seems to be {reading.product}, {reading.layout}"
        findings.append(Finding("table-wrong", file, fact, f"wanted is one of: {wanted}"))
    for name, table in reading.tables.items():
        for rows in _stretches(table, dataflow(name).key[0].name):
            findings += validate(rows, name, place=file)
    if not findings and "STOCK" in reading.tables:
        findings += stock_findings(reading.tables["STOCK"], place=file)
    raise_if_any(capped(dict.fromkeys(findings)))
    return replace(reading, tables={name: _as_text(table) for name, table in reading.tables.items()})


def _stretches(table: pl.DataFrame, column: str) -> Iterator[pl.DataFrame]:
    """The rows of a large table, some values of a column after the other: what is equal in it stays together."""
    import polars as pl

    if table.height <= LARGEST_AS_TEXT or column not in table.columns:
        yield table
        return
    values = table.get_column(column).unique(maintain_order=True).to_list()
    few = max(1, len(values) * LARGEST_AS_TEXT // (16 * table.height))
    for first in range(0, len(values), few):
        yield table.filter(pl.col(column).is_in(values[first : first + few], nulls_equal=True))


def _as_text(table: pl.DataFrame) -> pl.DataFrame:
    """A table whose codes are text, unless that would take gigabytes."""
    import polars as pl

    codes = [name for name, kind in table.schema.items() if isinstance(kind, pl.Categorical)]
    return table if table.height > LARGEST_AS_TEXT else table.with_columns(pl.col(codes).cast(pl.String))


@dataclass(frozen=True, slots=True)
class Claim:
    """A source that reads a file to its end, as what, on what evidence; `observations` by dataflow."""

    source: str
    product: str
    revision: str
    layout: str
    evidence: tuple[str, ...]
    observations: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Identification:
    """All sources that read a file, and why each other one does not."""

    claims: tuple[Claim, ...]
    refusals: Mapping[str, Finding]


def identify(raw: bytes, *, file: str, without: Collection[str] = ()) -> Identification:
    """Find the sources whose file this is, by letting each read it to its end: nothing is guessed from a name.

    Parameters
    ----------
    raw
        The file's bytes.
    file
        What findings call it.
    without
        Sources that are not asked.
    """
    claims, refusals = [], {}
    for source in sources():
        if source in without:
            continue
        try:
            reading = read(source, raw, file=file)
        except DataError as error:
            refusals[source] = error.findings[0]
            continue
        counts = {str(name): table.height for name, table in reading.tables.items()}
        claims.append(Claim(source, reading.product, reading.revision, reading.layout, reading.evidence, counts))
    return Identification(tuple(claims), refusals)


def package_files(source: str) -> list[tuple[str, bytes]]:
    """Names and bytes of the files with observations that a source carries in its own `data/` folder.

    Files that only support a reader (the source's card names them under `support`) are left out: the reader takes them
    from the package itself.

    Examples
    --------
    >>> [name for name, _ in package_files("embedded")][:3]
    ['corridors.csv', 'fertility.csv', 'highlights.csv']
    """
    support = card(source).support
    folder = files("corridors.collect.sources").joinpath(source, "data")
    if not folder.is_dir():
        return []
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".csv")), key=lambda entry: entry.name)
    return [(entry.name, entry.read_bytes()) for entry in found if entry.name not in support]
