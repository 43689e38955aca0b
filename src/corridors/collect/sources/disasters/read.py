"""Disasters: EM-DAT's own table, and the death rates that Our World in Data computes from it, recognised and refused.

The death rates name no source. They are EM-DAT's: Haiti's 2,261.9 per 100 000 of 2010 are its 222,641 dead, and of 645
pairs of country and year with more than 50 deaths nine in ten agree within a tenth.
"""

from __future__ import annotations

import polars as pl

from corridors.collect.cells import open_csv
from corridors.collect.columns import another_table
from corridors.collect.reading import Reading
from corridors.concepts.findings import DataError, Finding

_EVENTS = {"geo", "subgroup", "type", "t", "events", "affected", "deaths", "damages"}
_RATES = {"iso3", "year", "disaster_deaths_per_100k"}
_WANTED = "a table of EM-DAT, which is only recognised: its licence is closed"
_CLOSED = "EM-DAT is free for non-commercial use only, so its figures may not be published again"
_MEND = "use internal displacement by disasters (idmc), or ask UCLouvain for a licence"


def read(raw: bytes, *, file: str) -> Reading:
    """Nothing: the figures are refused.

    Parameters
    ----------
    raw
        CSV, not compressed.
    file
        What findings call it.

    Raises
    ------
    DataError
        Always: the licence is closed, or the file is another one.
    """
    table = open_csv(raw, file=file)
    columns = set(table.columns)
    if columns >= _EVENTS:
        fact = f"events, affected, deaths and damages by type of disaster, as EM-DAT counts them: {_CLOSED}"
    elif columns >= _RATES:
        own = table.filter(pl.col("iso3").str.starts_with("OWID_")).height
        fact = (
            f"deaths in disasters per 100 000, as Our World in Data ({own:,} rows with its codes) computes them from "
            f"EM-DAT; {_CLOSED}"
        )
    else:
        raise DataError([another_table(table, file=file, wanted=_WANTED)])
    raise DataError([Finding("licence-closed", file, fact, _MEND)])
