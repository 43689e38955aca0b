"""The sources: which there are, what their cards say, and one way to read a file of any of them.

A source is a folder of `collect/sources/` with a `card.toml`, a `names.csv` where it needs one, and a `read.py` whose
function `read(raw, *, file)` returns a `Reading`. Nothing registers it: the folder is found. Numeric libraries are
loaded by `read` alone.
"""

from __future__ import annotations

from importlib import import_module
from importlib.resources import files

from corridors.collect.cards import Card, Check, Part, Product, card, parse_card, sources
from corridors.collect.reading import Reading
from corridors.collect.unpacking import unpack
from corridors.concepts.findings import DataError, Finding, raise_if_any

__all__ = ["Card", "Check", "Part", "Product", "card", "package_files", "parse_card", "read", "sources"]


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
