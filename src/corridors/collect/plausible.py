"""What cannot be true of a whole table, found when it is collected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from corridors.collect.spellings import kind_of
from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import WORLD
from corridors.concepts.findings import Finding

if TYPE_CHECKING:
    import polars as pl

#: Between two dates of the international migrant stock the world total never fell; a third is far outside any revision.
LARGEST_FALL = 1 / 3
#: Countries add up to the publisher's world to the person, but for rounding and territories without sexes.
WORLD_GAP = 0.005
#: Births, deaths and population of the countries and of the world, which some files round or give without small territories.
EVENTS_GAP = 0.01
_PLACES = ("country", "former", "unknown")


@dataclass(frozen=True, slots=True)
class Share:
    """Migrants that a table counts by country at its last date, and how many the publisher counts in the world."""

    counted: float
    world: float

    @property
    def cover(self) -> float:
        """The share of the world; 1 when what is missing is within rounding."""
        share = self.counted / self.world
        return 1.0 if abs(share - 1) <= WORLD_GAP else share


def stock_findings(stock: pl.DataFrame, *, place: str) -> list[Finding]:
    """World totals that fall by a third or more between successive dates, for each sex; natives among the migrants.

    Re-hosted files of stocks are known with their years in reverse; nothing else makes the world's migrants that few.
    Whoever lives in the country of birth is in no stock of migrants; between countries of one region there are some.

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
    return [*findings, *_natives(stock, place)]


def _natives(stock: pl.DataFrame, place: str) -> list[Finding]:
    import polars as pl

    natives = stock.filter(
        pl.col("ORIGIN") == pl.col("DESTINATION"),
        kind_of("ORIGIN").is_in(["country", "former"]),
        pl.col("OBS_VALUE") > 0,
    )
    mend = "leave natives out: a stock counts who was born, or is a citizen, elsewhere"
    rows = natives.group_by("ORIGIN", maintain_order=True).agg(pl.col("TIME_PERIOD", "OBS_VALUE").first(), pl.len())
    return [
        Finding(
            "natives-in-stock",
            f"{place}, dataflow STOCK, ORIGIN and DESTINATION {area}",
            f"{value:,.0f} persons at {time}, {rows:,} figures in all",
            mend,
        )
        for area, time, value, rows in rows.iter_rows()
    ]


def world_totals(stock: pl.DataFrame) -> pl.DataFrame:
    """Sum of a stock over all it holds, by SEX and TIME_PERIOD, counting nobody twice.

    The publisher's own World row where there is one, else countries by all origins, else pairs of countries, else what
    is left without totals.
    """
    import polars as pl

    whole = stock.filter(pl.col("AGE") == TOTAL)
    totals = (whole if whole.height else stock).with_columns(
        ORIGIN_KIND=kind_of("ORIGIN"), DESTINATION_KIND=kind_of("DESTINATION")
    )
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


def country_totals(stock: pl.DataFrame) -> pl.DataFrame:
    """Sum of a stock over its destinations that are countries, by SEX and TIME_PERIOD.

    Of each country its own row of all origins counts; where it has none, the sum of its origins.
    """
    import polars as pl

    key = ["DESTINATION", "SEX", "TIME_PERIOD"]
    whole = stock.filter(pl.col("AGE") == TOTAL, kind_of("DESTINATION").is_in(_PLACES))
    all_origins = whole.filter(ORIGIN=WORLD).drop_nulls("OBS_VALUE")
    alone = whole.filter(kind_of("ORIGIN").is_in(_PLACES)).join(all_origins, on=key, how="anti")
    rows = pl.concat([all_origins, alone], how="diagonal")
    return rows.group_by("SEX", "TIME_PERIOD").agg(pl.col("OBS_VALUE").sum()).sort("SEX", "TIME_PERIOD")


def excess_findings(stock: pl.DataFrame, published: Mapping[str, float], *, place: str) -> list[Finding]:
    """Countries that add up to more than the file's own world row or than the publisher's world total.

    Parameters
    ----------
    stock
        Table valid under STOCK.
    published
        World totals of both sexes by TIME_PERIOD.
    place
        What the findings call the table.
    """
    import polars as pl

    own = stock.filter(pl.col("AGE") == TOTAL, ORIGIN=WORLD, DESTINATION=WORLD)
    rows = {(sex, time): value for sex, time, value in own.select("SEX", "TIME_PERIOD", "OBS_VALUE").iter_rows()}
    findings = []
    for sex, time, counted in country_totals(stock).select("SEX", "TIME_PERIOD", "OBS_VALUE").iter_rows():
        for world, word in (
            (rows.get((sex, time)), "the file's world row"),
            (published.get(time) if sex == TOTAL else None, "the published world total"),
        ):
            if world and counted > world * (1 + WORLD_GAP):
                fact = f"the countries add up to {counted:,.0f} at {time}; {word} is {world:,.0f}"
                mend = "look for figures that are too large (persons for thousands) or countries that count twice"
                findings.append(Finding("total-implausible", f"{place}, dataflow STOCK, SEX {sex}", fact, mend))
                break
    return findings


def world_share(stock: pl.DataFrame, published: Mapping[str, float]) -> Share | None:
    """How much of the world's migrants a stock counts at its last date; None when it has no countries or no world.

    Parameters
    ----------
    stock
        Table valid under STOCK.
    published
        World totals of both sexes by TIME_PERIOD; the file's own world row where the last date is none of them.
    """
    import polars as pl

    counted = country_totals(stock).filter(SEX=TOTAL).sort("TIME_PERIOD")
    if counted.is_empty():
        return None
    last, value = counted.select("TIME_PERIOD", "OBS_VALUE").row(-1)
    own = stock.filter(pl.col("AGE") == TOTAL, ORIGIN=WORLD, DESTINATION=WORLD, SEX=TOTAL, TIME_PERIOD=last)
    world = published.get(last) or next(iter(own.get_column("OBS_VALUE").drop_nulls()), None)
    return Share(value, world) if world else None


def events_findings(figures: pl.DataFrame, *, place: str) -> list[Finding]:
    """Births, deaths and population of the countries that do not add up to the file's own world row.

    Parameters
    ----------
    figures
        AREA, MEASURE, SEX, AGE, TIME_PERIOD and OBS_VALUE.
    place
        What the findings call the table.
    """
    import polars as pl

    key = ["MEASURE", "TIME_PERIOD"]
    whole = figures.filter(pl.col("MEASURE").is_in(["BIRTHS", "DEATHS", "POPULATION"]), SEX=TOTAL, AGE=TOTAL)
    whole = whole.select("AREA", *key, "OBS_VALUE").unique(maintain_order=True)
    countries = whole.filter(kind_of("AREA") == "country")
    world = whole.filter(AREA=WORLD).select(*key, WORLD="OBS_VALUE")
    sums = countries.group_by(key, maintain_order=True).agg(pl.col("OBS_VALUE").sum())
    compared = sums.join(world, on=key, how="inner", validate="1:1")
    gap = pl.col("OBS_VALUE") - pl.col("WORLD")
    torn = compared.filter(gap.abs() > EVENTS_GAP * pl.col("WORLD")).with_columns(GAP=gap).sort(key)
    return [
        Finding(
            "total-implausible",
            f"{place}, {measure} {time}",
            f"the countries add up to {counted:,.0f}; the file's world row is {whole_world:,.0f}"
            + _explained(countries.filter(MEASURE=measure), time, missing=excess),
            "give every country, all figures in one unit",
        )
        for measure, time, counted, whole_world, excess in torn.iter_rows()
    ]


def _explained(figures: pl.DataFrame, time: str, *, missing: float) -> str:
    """The area whose figure departs from its own others by most of the gap, or that is the gap; else nothing."""
    import polars as pl

    usual = figures.group_by("AREA").agg(
        pl.col("OBS_VALUE").filter(pl.col("TIME_PERIOD") != time).median().alias("USUAL"),
        pl.col("OBS_VALUE").filter(pl.col("TIME_PERIOD") == time).sum().alias("NOW"),
    )
    departs = (pl.col("NOW") - pl.col("USUAL").fill_null(0)) / missing
    share = pl.max_horizontal(departs, pl.col("NOW") / missing if missing > 0 else departs)
    found = usual.with_columns(SHARE=share).filter((pl.col("SHARE") > 0.5) & (pl.col("SHARE") < 1.5)).sort("SHARE")
    if found.is_empty():
        blank = figures.filter(pl.col("OBS_VALUE").is_null(), TIME_PERIOD=time).get_column("AREA").sort().to_list()
        return f"; no figure for {', '.join(blank[:5])}" if blank and missing < 0 else ""
    area, _, now, _ = found.row(-1)
    return f"; {area} explains most of it, with {now:,.0f}"
