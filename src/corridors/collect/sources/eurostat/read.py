r"""Eurostat's flows, stocks and asylum applicants in three formats, and two tidy derivatives.

SDMX-CSV and JSON-stat name their dataset. The bulk TSV (`freq,partner,...,geo\TIME_PERIOD`) does not: immigration and
emigration have the same dimensions there, and only published figures of corridors tell them apart. Where they do not,
the file is refused.
"""

from __future__ import annotations

from corridors.collect.cells import open_csv
from corridors.collect.columns import another_table
from corridors.collect.reading import Reading
from corridors.collect.sources.eurostat._cells import Cells, checked
from corridors.collect.sources.eurostat._codes import WANTED
from corridors.collect.sources.eurostat._dataset import dataset_of
from corridors.collect.sources.eurostat._derived import DOUBLE, TOTALS, read_double_entry, read_totals
from corridors.collect.sources.eurostat._formats import from_json, from_sdmx, from_tsv
from corridors.collect.sources.eurostat._tables import tables_of
from corridors.collect.unpacking import is_workbook
from corridors.concepts.findings import DataError, Finding


def read(raw: bytes, *, file: str) -> Reading:
    """Tables of one file.

    Parameters
    ----------
    raw
        SDMX-CSV, JSON-stat, bulk TSV or a derivative's CSV, not compressed.
    file
        What findings call it.

    Raises
    ------
    DataError
        The file is another one, does not prove what it counts, or has cells that cannot be read.
    """
    if is_workbook(raw):
        raise DataError([Finding("table-wrong", file, "a workbook", f"wanted is {WANTED}")])
    start = raw[:10_000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[")):
        return _online(from_json(raw, file=file))
    if b"\t" in start.split(b"\n", 1)[0]:
        return _online(from_tsv(raw, file=file))
    table = open_csv(raw, file=file)
    columns = set(table.columns)
    if {"geo", "OBS_VALUE"} <= columns:
        return _online(from_sdmx(table, file))
    if {"Emig", "Immi"} & columns and len(columns & set(DOUBLE)) * 2 >= len(DOUBLE):
        return read_double_entry(table, file)
    if set(TOTALS) <= columns:
        return read_totals(table, file)
    raise DataError([another_table(table, file=file, wanted=WANTED)])


def _online(cells: Cells) -> Reading:
    """A dataset as Eurostat publishes it online."""
    dataset, evidence = dataset_of(cells)
    found, left_out = checked(cells, dataset)
    tables, more = tables_of(found, dataset)
    updated = f"last update {cells.updated}" if cells.updated else "the format tells no day of update"
    return Reading(
        product=f"eurostat-online-{dataset.code}",
        revision=cells.updated or "online",
        layout="; ".join([f"{cells.format} of migr_{dataset.code}", *left_out, *more]),
        tables=tables,
        evidence=(evidence, updated),
    )
