"""The list of country names of IOM: recognised, so that it is refused with the reason."""

from __future__ import annotations

from corridors.collect.cells import open_csv
from corridors.collect.columns import another_table
from corridors.collect.reading import Reading
from corridors.concepts.findings import DataError, Finding

_COLUMNS = {"m49", "iso2", "iso3", "name", "iom_region", "snapshot"}
_WANTED = "the list of country names of IOM, which is only recognised: it holds no observations"


def read(raw: bytes, *, file: str) -> Reading:
    """Nothing: a list of names holds no observations.

    Parameters
    ----------
    raw
        CSV, not compressed.
    file
        What findings call it.

    Raises
    ------
    DataError
        Always.
    """
    table = open_csv(raw, file=file)
    if not set(table.columns) >= _COLUMNS:
        raise DataError([another_table(table, file=file, wanted=_WANTED)])
    fact = f"a list of {table.height:,} names of areas with their codes and groups (m49, iso3, iom_region), without any figure"
    mend = "Corridors has names and groups of its own; collect a table with figures"
    raise DataError([Finding("table-wrong", file, fact, mend)])
