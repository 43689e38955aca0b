"""Sums and rankings of tidy tables that several sections need.

All functions take tables without aggregates (no area is contained in another) and keep what they do not group by out.
"""

from __future__ import annotations

import polars as pl

from corridors.concepts.areas import known_areas
from corridors.concepts.periods import Period

BOTH_SEXES = "_T"


def both_sexes(table: pl.DataFrame) -> pl.DataFrame:
    """Rows for both sexes together."""
    return table.filter(pl.col("SEX") == BOTH_SEXES)


def at(table: pl.DataFrame, time_period: str) -> pl.DataFrame:
    """Rows of one instant or period."""
    return table.filter(pl.col("TIME_PERIOD") == time_period)


def times(table: pl.DataFrame) -> list[str]:
    """The instants or periods of a table in their order."""
    return table.get_column("TIME_PERIOD").unique().sort().to_list()


def usual_periods(table: pl.DataFrame) -> tuple[list[Period], Period | None]:
    """The periods of the length that most periods have, and the last one by itself where it has another.

    Only periods of one length stand side by side: the part of an estimate that stands for cancelling moves does not grow
    with time.

    Examples
    --------
    >>> codes = ["2010-07-01/P5Y", "2015-07-01/P5Y", "2020-07-01/P4Y"]
    >>> usual, other = usual_periods(pl.DataFrame({"TIME_PERIOD": codes}))
    >>> [period.label for period in usual], other.label
    (['2010-2015', '2015-2020'], '2020-2024')
    """
    periods = [Period.from_code(code) for code in times(table)]
    lengths = [period.years for period in periods]
    usual = max(set(lengths), key=lambda years: (lengths.count(years), years))
    other = periods[-1] if periods[-1].years != usual else None
    return [period for period in periods if period.years == usual], other


def total(table: pl.DataFrame) -> float:
    """Sum of all figures; blank ones add nothing.

    Examples
    --------
    >>> total(pl.DataFrame({"OBS_VALUE": [1.0, None, 2.0]}))
    3.0
    """
    return float(table.get_column("OBS_VALUE").sum())


def sums(table: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """Sum of the figures by the given columns, the largest first; ties in the order of the columns."""
    grouped = table.group_by(columns).agg(pl.col("OBS_VALUE").sum())
    return grouped.sort("OBS_VALUE", *columns, descending=[True, *(False for _ in columns)])


def with_region(table: pl.DataFrame, column: str, *, into: str = "REGION") -> pl.DataFrame:
    """Add the M49 region (`W002` Africa, `W019` Americas and so on) of the areas in a column.

    An area without a region, such as an unknown origin, has itself as its region, so that no row is lost.
    """
    areas = table.get_column(column).unique().to_list()
    regions = pl.DataFrame({column: areas, into: [known_areas()[area].region or area for area in areas]})
    return table.join(regions, on=column, how="left", validate="m:1")


def year_of(time_period: str) -> int:
    """The year of a day, a calendar year, or the start of a period.

    Examples
    --------
    >>> year_of("2020-07-01")
    2020
    """
    return int(time_period[:4])
