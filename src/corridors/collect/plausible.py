"""What cannot be true of a whole table, found when it is collected."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from corridors.collect.spellings import kind_of
from corridors.concepts.areas import WORLD
from corridors.concepts.findings import Finding

if TYPE_CHECKING:
    import polars as pl

#: Between two dates of the international migrant stock the world total never fell; a third is far outside any revision.
LARGEST_FALL = 1 / 3


def stock_findings(stock: pl.DataFrame, *, place: str) -> list[Finding]:
    """World totals of a stock that fall by a third or more between successive dates, for each sex.

    Re-hosted files of stocks are known with their years in reverse; nothing else makes the world's migrants that few.

    Parameters
    ----------
    stock
        Table valid under STOCK.
    place
        What the findings call the table.
    """
    import polars as pl

    findings = []
    totals = world_totals(stock)
    for sex in totals.get_column("SEX").unique().sort():
        series = totals.filter(pl.col("SEX") == sex).sort("TIME_PERIOD").select("TIME_PERIOD", "OBS_VALUE").rows()
        for (earlier, before), (later, after) in pairwise(series):
            if before > 0 and after <= before * (1 - LARGEST_FALL):
                fact = f"the total falls from {before:,.0f} at {earlier} to {after:,.0f} at {later}"
                mend = "check that the years stand over their own columns"
                findings.append(Finding("total-implausible", f"{place}, dataflow STOCK, SEX {sex}", fact, mend))
    return findings


def world_totals(stock: pl.DataFrame) -> pl.DataFrame:
    """Sum of a stock over all it holds, by SEX and TIME_PERIOD, counting nobody twice.

    The publisher's own World row where there is one, else countries by all origins, else pairs of countries, else what
    is left without totals.
    """
    import polars as pl

    totals = stock.with_columns(ORIGIN_KIND=kind_of("ORIGIN"), DESTINATION_KIND=kind_of("DESTINATION"))
    alone = ["country", "former", "unknown"]
    choices = (
        (pl.col("ORIGIN") == WORLD) & (pl.col("DESTINATION") == WORLD),
        (pl.col("ORIGIN") == WORLD) & pl.col("DESTINATION_KIND").is_in(alone),
        pl.col("ORIGIN_KIND").is_in(alone) & pl.col("DESTINATION_KIND").is_in(alone),
        (pl.col("ORIGIN") != WORLD) & (pl.col("DESTINATION") != WORLD),
    )
    for choice in choices:
        rows = totals.filter(choice)
        if rows.height:
            break
    return rows.group_by("SEX", "TIME_PERIOD").agg(pl.col("OBS_VALUE").sum()).sort("SEX", "TIME_PERIOD")
