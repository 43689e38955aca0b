"""Events of a period between two mid-years, from calendar years or as they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from corridors.concepts.periods import MID_YEAR, Period

if TYPE_CHECKING:
    from collections.abc import Mapping


def half_year_weights(period: Period) -> Mapping[str, float]:
    """Share of each calendar year's events that fall into a period from mid-year to mid-year.

    Raises
    ------
    ValueError
        The period does not start on 1 July.

    Examples
    --------
    >>> half_year_weights(Period.from_code("2020-07-01/P2Y"))
    {'2020': 0.5, '2021': 1.0, '2022': 0.5}
    """
    if not period.start.isoformat().endswith(MID_YEAR):
        raise ValueError(f"{period.code} does not start on 1 July; calendar years cannot be split")
    first, last = period.start.year, period.end.year
    return {str(year): 0.5 if year in (first, last) else 1.0 for year in range(first, last + 1)}


def over_period(table: pl.DataFrame, period: Period, *, keys: list[str]) -> pl.DataFrame:
    """Events of one period by `keys`, with the column OBS_VALUE.

    Rows of the very period are taken as they are; else calendar years are added up, the first and the last by half.
    What is not known for every year is left out.

    Parameters
    ----------
    table
        Tidy rows by TIME_PERIOD, periods or calendar years.
    period
        The period wanted.
    keys
        Columns that tell the sums apart.
    """
    given = table.filter((pl.col("TIME_PERIOD") == period.code) & pl.col("OBS_VALUE").is_not_null())
    if given.height:
        return given.select(*keys, "OBS_VALUE")
    weights = half_year_weights(period)
    years = table.filter(pl.col("TIME_PERIOD").is_in(list(weights)) & pl.col("OBS_VALUE").is_not_null())
    weight = pl.col("TIME_PERIOD").replace_strict(weights, return_dtype=pl.Float64)
    return (
        years.with_columns(OBS_VALUE=pl.col("OBS_VALUE") * weight)
        .group_by(keys, maintain_order=True)
        .agg(pl.col("OBS_VALUE").sum(), years=pl.col("TIME_PERIOD").n_unique())
        .filter(pl.col("years") == len(weights))
        .select(*keys, "OBS_VALUE")
    )
