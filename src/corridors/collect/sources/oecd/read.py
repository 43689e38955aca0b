"""The International Migration Database of the OECD in three layouts.

SDMX-CSV of the Data Explorer names its dataflow; the CSV export of OECD.Stat has the dataset's own heads of columns; a
tidy derivative of the inflows names nothing, and published figures of large corridors prove it. Measures: B11 inflows
and B12 outflows of foreigners, B13 asylum seekers, B14 and B15 stocks by birth and by citizenship, B16 acquisitions of
citizenship.
"""

from __future__ import annotations

from corridors.collect.columns import another_table, open_only_csv
from corridors.collect.reading import Reading
from corridors.collect.sources.oecd._sdmx import is_sdmx, read_sdmx
from corridors.collect.sources.oecd._stat import DERIVED, read_derived, read_export
from corridors.concepts.findings import DataError

_WANTED = (
    "the International Migration Database: SDMX-CSV of DSD_MIG@DF_MIG, the export of OECD.Stat with CO2, VAR, GEN, COU, "
    "Year and Value, or inflows with Origin, Destination, Year and Value"
)


def read(raw: bytes, *, file: str) -> Reading:
    """Tables of one file, by measure.

    Parameters
    ----------
    raw
        CSV.
    file
        What findings call it.

    Raises
    ------
    DataError
        The file is another one, or cells cannot be read.
    """
    table = open_only_csv(raw, file=file, wanted=_WANTED)
    if is_sdmx(table):
        return read_sdmx(table, file)
    if {"CO2", "VAR", "COU"} & set(table.columns):
        return read_export(table, file)
    if set(DERIVED) <= set(table.columns):
        return read_derived(table, file)
    raise DataError([another_table(table, file=file, wanted=_WANTED)])
