"""The sources: which there are, what their cards say, and one way to read a file of any of them.

A source is a folder of `collect/sources/` with a `card.toml`, a `names.csv` where it needs one, and a `read.py` whose
function `read(raw, *, file)` returns a `Reading`. Nothing registers it: the folder is found. Numeric libraries are
loaded by `read` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files

from corridors.collect.cards import Card, Check, Part, Product, card, parse_card, sources
from corridors.collect.reading import Reading
from corridors.collect.unpacking import unpack
from corridors.concepts.findings import DataError, Finding, raise_if_any

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
    from corridors.concepts.dataflows import validate

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
        findings += validate(table, name, place=file)
    if not findings and "STOCK" in reading.tables:
        findings += stock_findings(reading.tables["STOCK"], place=file)
    raise_if_any(capped(findings))
    return reading


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
