"""Persons displaced by conflict and violence as UNHCR hosts them: one total a country and year."""

from __future__ import annotations

import polars as pl

from corridors.collect.cells import figures
from corridors.collect.columns import YEAR, cells_outside
from corridors.collect.sources.idmc._tables import CONFLICT, END_OF_YEAR, NOT_TOLD, Source, finish, placed
from corridors.concepts.findings import DataError, Finding

COLUMNS = ("year", "coo_iso", "coa_iso", "total")
#: Where the interface adds up all places of one side.
_ALL = "-"
_MEND = "name the internal displacement table (idmc) of UNHCR's database"


def read_hosted(source: Source) -> tuple[pl.DataFrame, list[Finding]]:
    """DISPLACED without SOURCE, and what was found.

    Raises
    ------
    DataError
        It is another table with the same columns, or may be.
    """
    table = _inside(source)
    findings = cells_outside(
        table,
        "year",
        pl.col("year").str.contains(YEAR),
        code="period-unreadable",
        mend="write a year",
        place=source.place,
    )
    table, unknown = placed(table, "coo_iso", source)
    text = table.with_columns(
        TEXT="total",
        column=pl.lit("total"),
        MEASURE=pl.lit("IDPS"),
        CAUSE=pl.lit(CONFLICT),
        TIME_PERIOD=pl.format("{}-" + END_OF_YEAR, "year"),
        UNIT_MEASURE=pl.lit("PS"),
    )
    cells, unreadable = figures(text, place=source.place, marks=NOT_TOLD)
    found, twice = finish(cells, source)
    return found, [*findings, *unknown, *unreadable, *twice]


def _inside(source: Source) -> pl.DataFrame:
    """The table, when everybody is in the country they come from and it is not only Palestine.

    Palestine refugees under UNRWA's mandate have the same columns.
    """
    table, origin, asylum = source.table, pl.col("coo_iso"), pl.col("coa_iso")
    if table.filter((origin != asylum) & (asylum != _ALL)).height or table.filter(origin == _ALL).height:
        fact = "one total a pair of places: origin and asylum differ, so they are not displaced inside a country"
        raise DataError([Finding("table-wrong", source.file, fact, _MEND)])
    if set(table.get_column("coo_iso").drop_nulls()) == {"PSE"}:
        fact = "one total a year in Palestine, which may be internally displaced persons or Palestine refugees"
        raise DataError([Finding("table-ambiguous", source.file, fact, "give the table with every country")])
    return table
