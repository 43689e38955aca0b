"""Persons by origin and asylum: end-year population, flows, solutions, Palestine refugees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from corridors.collect.cells import figures
from corridors.collect.columns import YEAR, cells_outside, one_row_each
from corridors.collect.sources.unhcr._opening import POPSTATS, Opened
from corridors.collect.sources.unhcr._places import place_pair
from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import UNKNOWN_ORIGIN, WORLD
from corridors.concepts.findings import Finding, raise_if_any

END_OF_YEAR = "12-31"
#: "In the most recent data, figures between 1 and 4 have been replaced with an asterisk (*)": popstats, until 2018.
WITHHELD = {"*": "Q"}
#: "A dash ('-') indicates that the value is zero, not available or not applicable": the API and the annexes.
NOT_TOLD = {"-": "O"}


@dataclass(frozen=True, slots=True)
class Group:
    """What a column counts: a stock at the end of the year, or what happened during it.

    `since` is the first year that the publisher has the group for; it fills earlier years with 0.
    """

    measure: str
    is_stock: bool
    since: int
    category: str = TOTAL


POPULATION = {
    "refugees": Group("REFUGEES", True, 1951),
    "asylum_seekers": Group("ASYLUM_SEEKERS", True, 2000),
    "returned_refugees": Group("RETURNED_REFUGEES", False, 1965),
    "idps": Group("IDPS", True, 1993),
    "returned_idps": Group("RETURNED_IDPS", False, 1997),
    "stateless": Group("STATELESS", True, 2004),
    "ooc": Group("OTHERS_OF_CONCERN", True, 1997),
    "oip": Group("OTHER_IN_NEED", True, 2018),
    "vda": Group("OTHER_IN_NEED", True, 2018, "Venezuelans displaced abroad"),
    "hst": Group("HOST_COMMUNITY", True, 2021),
}
FLOWS = {
    "refugees": Group("NEW_REFUGEES", False, 1962, "refugees"),
    "refugee_like": Group("NEW_REFUGEES", False, 2007, "people in refugee-like situations"),
    "asylum_seekers": Group("ASYLUM_APPLICATIONS", False, 1970, "new applications"),
    "oip": Group("NEW_OTHER_IN_NEED", False, 2018),
}
SOLUTIONS = {
    "returned_refugees": Group("RETURNED_REFUGEES", False, 1965),
    "resettlement": Group("RESETTLED", False, 1959),
    "naturalisation": Group("NATURALIZED", False, 1990),
    "returned_idps": Group("RETURNED_IDPS", False, 1997),
}
PALESTINE = {"total": Group("REFUGEES_UNRWA", True, 1950)}
#: Displaced inside their own country: origin is the country they are in.
INTERNAL = ("IDPS", "RETURNED_IDPS")
_KEY = ["ORIGIN", "DESTINATION", "MEASURE", "CATEGORY", "TIME_PERIOD"]


def read_people(opened: Opened, *, groups: Mapping[str, Group]) -> tuple[pl.DataFrame, int]:
    """DISPLACED without SOURCE, and the number of zeros that were left out because they count nobody.

    Parameters
    ----------
    opened
        The file.
    groups
        What its columns count.

    Raises
    ------
    DataError
        Unknown places and years, unreadable cells, pairs given twice with different figures.
    """
    table, findings = place_pair(opened)
    findings += cells_outside(
        table,
        "year",
        pl.col("year").str.contains(YEAR),
        code="period-unreadable",
        mend="write a year",
        place=opened.place,
    )
    present = [column for column in groups if column in opened.labels]
    measures = {column: groups[column].measure for column in present}
    long = table.unpivot(
        on=present,
        index=["row", "ORIGIN", "DESTINATION", "APART", "NOTE", "year"],
        variable_name="column",
        value_name="TEXT",
    ).with_columns(MEASURE=pl.col("column").replace_strict(measures))
    whole = long.height
    long = long.filter(~_fills(groups, present))
    marks = WITHHELD if opened.layout == POPSTATS else NOT_TOLD
    cells, unreadable = figures(long, place=opened.place, keep_blank=False, marks=marks)
    cells = _periods(cells, groups, present)
    findings += unreadable + _displaced_abroad(cells, opened)
    # Where the API adds up all origins, those displaced inside a country still come from it.
    inside = pl.col("MEASURE").is_in(INTERNAL) & (pl.col("ORIGIN") == WORLD)
    cells = cells.with_columns(ORIGIN=pl.when(inside).then("DESTINATION").otherwise("ORIGIN"))
    cells, twice = without_repeats(cells, _KEY, opened)
    raise_if_any(findings + twice)
    return finish(cells), whole - long.height


def _fills(groups: Mapping[str, Group], present: list[str]) -> pl.Expr:
    """Zeros that only fill a row: before the group was counted, or where it cannot be."""
    since = pl.col("column").replace_strict({column: groups[column].since for column in present})
    early = pl.col("year").cast(pl.Int64, strict=False) < since
    whole, unknown = pl.col("ORIGIN") == WORLD, pl.col("ORIGIN") == UNKNOWN_ORIGIN
    abroad = (pl.col("ORIGIN") != pl.col("DESTINATION")) & ~whole
    told = pl.col("MEASURE")
    cannot = (
        (told.is_in(INTERNAL) & abroad)
        | ((told == "HOST_COMMUNITY") & abroad & ~unknown)
        | ((told == "STATELESS") & ~whole & ~unknown)
    )
    return ((pl.col("TEXT") == "0") & (early | cannot)).fill_null(value=False)


def _periods(cells: pl.DataFrame, groups: Mapping[str, Group], present: list[str]) -> pl.DataFrame:
    stocks = [column for column in present if groups[column].is_stock]
    own = pl.col("column").replace_strict({column: groups[column].category for column in present})
    apart = pl.col("APART")
    # A category is the group's own, the origin kept apart, or both.
    category = pl.when(apart.is_null()).then(own).when(own == TOTAL).then(apart).otherwise(own + "; " + apart)
    at_end = pl.format("{}-" + END_OF_YEAR, "year")
    return cells.with_columns(
        CATEGORY=category,
        TIME_PERIOD=pl.when(pl.col("column").is_in(stocks)).then(at_end).otherwise("year"),
    )


def _displaced_abroad(cells: pl.DataFrame, opened: Opened) -> list[Finding]:
    wrong = cells.filter(
        pl.col("MEASURE").is_in(INTERNAL),
        pl.col("ORIGIN") != pl.col("DESTINATION"),
        pl.col("ORIGIN") != WORLD,
        pl.col("OBS_VALUE") > 0,
    )
    mend = "internally displaced persons are in the country they come from: correct origin or asylum"
    return [
        Finding("area-contradictory", opened.place(row, column), f"{text} of {origin} in {destination}", mend)
        for row, column, text, origin, destination in wrong.select(
            "row", "column", "TEXT", "ORIGIN", "DESTINATION"
        ).iter_rows()
    ]


def without_repeats(cells: pl.DataFrame, key: list[str], opened: Opened) -> tuple[pl.DataFrame, list[Finding]]:
    """Rows of one key: equal figures fall together, different ones are findings that show both."""
    keys = cells.group_by(key).len().filter(pl.col("len") > 1)
    if keys.is_empty():
        return cells, []
    repeated = cells.join(keys.select(key), on=key, how="semi", nulls_equal=True)
    single = cells.join(keys.select(key), on=key, how="anti", nulls_equal=True)
    kept, findings = one_row_each(repeated, key, place=opened.rows)
    return pl.concat([single, kept]), findings


def finish(cells: pl.DataFrame) -> pl.DataFrame:
    """Columns of DISPLACED but SOURCE, both sexes and all ages together where nothing else is said."""
    missing = [column for column in ("SEX", "AGE") if column not in cells.columns]
    return cells.with_columns(pl.lit(TOTAL).alias(column) for column in missing).select(
        "ORIGIN",
        "DESTINATION",
        "MEASURE",
        "CATEGORY",
        "SEX",
        "AGE",
        "TIME_PERIOD",
        pl.lit("PS").alias("UNIT_MEASURE"),
        "OBS_VALUE",
        "OBS_STATUS",
        "NOTE",
    )
