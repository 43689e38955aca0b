"""World Population Prospects, revisions 2019, 2022 and 2024, in layouts recognised by their content.

The publisher's CSV of demographic indicators (annual, or by five-year period in 2019), its compact workbook of the same
(sheets of estimates and of the medium variant), its population CSV by sex and by age, its workbooks with years, periods
or ages across, and three tidy derivatives: annual births, deaths and net migration; population at 1 July every five
years; death rates by period, sex and age. Where no title says the revision, published world figures of the card prove it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import polars as pl

from corridors.collect.cells import fold_label, open_workbook
from corridors.collect.columns import csv_batches
from corridors.collect.reading import Reading
from corridors.collect.sources.wpp import _across, _indicators, _population, _tidy
from corridors.collect.sources.wpp._series import finish
from corridors.collect.unpacking import is_workbook
from corridors.concepts.findings import DataError, Finding

#: Head of the table of locations that goes with the files.
_LOCATIONS = b"name\tcountry_code\treg_code\t"


def read(raw: bytes, *, file: str) -> Reading:
    """Tidy tables of one file of World Population Prospects.

    Parameters
    ----------
    raw
        Workbook or CSV, not compressed.
    file
        What findings call it.

    Raises
    ------
    DataError
        Everything that kept the file from being read, each with its sheet, row and column.
    """
    if is_workbook(raw):
        sheets = open_workbook(raw, file=file, wanted=lambda name: fold_label(name).startswith(("estimates", "medium")))
        if title := _across.titled(sheets):
            series, table = _across.from_workbook(sheets, title)
            return finish(series, table=table, file=file)
        return finish(_indicators.from_workbook(sheets, file=file), table="indicators", file=file)
    if raw[:200].startswith(_LOCATIONS):
        fact = "the list of locations (name, country_code, reg_code): names and groups of areas, without any figure"
        raise DataError(
            [Finding("table-wrong", file, fact, f"it supports other tables; wanted is {_indicators.WANTED}")]
        )
    tables = csv_batches(raw, file=file)
    # The bytes of a file of single ages are as large as all its figures: they go as soon as the last row is read.
    del raw
    return _read_csv(tables, file=file)


def _read_csv(tables: Iterator[pl.DataFrame], *, file: str) -> Reading:
    first = next(tables)
    columns = set(first.columns)
    if _population.is_population(columns):
        series, name = _population.from_csv(chain([first], tables), file=file)
        return finish(series, table=name, file=file)
    table = pl.concat([first, *tables])
    if _indicators.is_by_period(columns):
        return finish(_indicators.from_periods(table, file=file), table="periods", file=file)
    if len(columns & set(_indicators.CSV_COLUMNS)) >= _indicators.ENOUGH:
        return finish(_indicators.from_csv(table, file=file), table="indicators", file=file)
    if any(column.startswith("pop_mid_") for column in columns):
        return finish(_tidy.population(table, file=file), table="population", file=file)
    if {"mxM", "mxF", "mxB"} & columns:
        return finish(_tidy.death_rates(table, file=file), table="mx", file=file)
    if {"births_thousand", "deaths_thousand", "net_migration_thousand"} & columns:
        return finish(_tidy.annual(table, file=file), table="annual", file=file)
    seen = ", ".join(name for name in table.columns[:14] if name != "row")
    raise DataError(
        [Finding("table-wrong", file, f"a CSV file with the columns {seen}", f"wanted is {_indicators.WANTED}")]
    )
