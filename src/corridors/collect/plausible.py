"""What cannot be true of a whole table, found when it is collected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
#: A table of fewer destinations says nothing of the world.
FEWEST_DESTINATIONS = 3
#: Countries add up to the publisher's world to the person, but for rounding and territories without sexes.
WORLD_GAP = 0.005
#: Births, deaths and population of the countries and of the world, which some files round or give without small territories.
EVENTS_GAP = 0.01
#: Kinds of areas that are no sums of others.
PLACES = ("country", "former", "unknown")


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


@dataclass(frozen=True, slots=True)
class Fall:
    """A total that becomes smaller between two dates, over the `destinations` that report at both."""

    sex: str
    earlier: str
    later: str
    before: float
    after: float
    destinations: int

    @property
    def fact(self) -> str:
        """The two totals with their dates, and how many destinations they are of."""
        many = f" over the {self.destinations:,} destinations that report at both" if self.destinations > 1 else ""
        return f"the total falls from {self.before:,.0f} at {self.earlier} to {self.after:,.0f} at {self.later}{many}"


def stock_findings(stock: pl.DataFrame, *, place: str) -> list[Finding]:
    """World totals that fall by a third or more between successive dates, for each sex; natives among the migrants.

    Re-hosted files of stocks are known with their years in reverse; nothing else makes the world's migrants that few. One
    country's may become few (in Kuwait they did between 1990 and 1995), so that a table of one or two destinations proves
    nothing. Whoever lives in the country of birth is in no stock of migrants; between countries of one region there are some.

    Parameters
    ----------
    stock
        Table valid under STOCK.
    place
        What the findings call the table.
    """
    findings = [
        Finding(
            "total-implausible",
            f"{place}, dataflow STOCK, SEX {fall.sex}",
            fall.fact,
            "check that the years stand over their own columns",
        )
        for fall in falls(stock, share=LARGEST_FALL)
        if fall.destinations >= FEWEST_DESTINATIONS or not fall.destinations
    ]
    return [*findings, *_natives(stock, place)]


def falls(stock: pl.DataFrame, *, share: float) -> list[Fall]:
    """Totals by sex that fall by a share or more between successive dates.

    Where the table has a row of the world by all origins, it is compared, and `destinations` is 0. Elsewhere only
    destinations with a figure at both dates count: a country that did not report did not lose its migrants.

    Parameters
    ----------
    stock
        Table valid under STOCK.
    share
        The smallest fall, as a share of the earlier total.

    Examples
    --------
    >>> import polars as pl
    >>> rows = [("1990", "FRA", 60.0), ("1990", "DEU", 90.0), ("1995", "FRA", 55.0)]
    >>> stock = pl.DataFrame(rows, schema=["TIME_PERIOD", "DESTINATION", "OBS_VALUE"], orient="row")
    >>> stock = stock.with_columns(ORIGIN=pl.lit("MEX"), SEX=pl.lit("_T"), AGE=pl.lit("_T"))
    >>> falls(stock, share=0.1), falls(stock, share=0.05)[0].after
    ([], 55.0)
    """
    # Stocks by birth and by citizenship may stand in one table, as two sources: each is a total of its own.
    parts = stock.partition_by("SOURCE", maintain_order=True) if "SOURCE" in stock.columns else [stock]
    return [fall for part in parts for fall in _falls(part, share)]


def _falls(stock: pl.DataFrame, share: float) -> list[Fall]:
    import polars as pl

    found = []
    totals = _by_destination(stock)
    for sex in totals.get_column("SEX").unique().sort():
        series = totals.filter(SEX=sex)
        own = series.filter(DESTINATION=WORLD)
        compared = own if own.height else series
        dates = compared.partition_by("TIME_PERIOD", as_dict=True)
        for earlier, later in pairwise(sorted(dates)):
            both = dates[earlier].join(dates[later], on="DESTINATION", how="inner", suffix="_LATER", validate="1:1")
            before, after = both.select(pl.col("OBS_VALUE").sum(), pl.col("OBS_VALUE_LATER").sum()).row(0)
            if before > 0 and after <= before * (1 - share):
                count = 0 if own.height else both.height
                found.append(Fall(sex, str(earlier[0]), str(later[0]), before, after, count))
    return found


def _by_destination(stock: pl.DataFrame) -> pl.DataFrame:
    """DESTINATION, SEX, TIME_PERIOD and OBS_VALUE of all origins, for destinations with a figure.

    Of countries alone where there are any, else of all destinations; the world's own row beside them.
    """
    import polars as pl

    key = ["DESTINATION", "SEX", "TIME_PERIOD"]
    whole = stock.filter(pl.col("AGE") == TOTAL)
    figures = (whole if whole.height else stock).drop_nulls("OBS_VALUE")
    countries = figures.filter(kind_of("DESTINATION").is_in(PLACES))
    chosen = countries if countries.height else figures.filter(pl.col("DESTINATION") != WORLD)
    all_origins = chosen.filter(ORIGIN=WORLD)
    parts = chosen.filter(kind_of("ORIGIN").is_in(PLACES))
    parts = parts if parts.height else chosen.filter(pl.col("ORIGIN") != WORLD)
    world = figures.filter(ORIGIN=WORLD, DESTINATION=WORLD)
    rows = pl.concat([all_origins, parts.join(all_origins, on=key, how="anti"), world], how="diagonal")
    return rows.group_by(key).agg(pl.col("OBS_VALUE").sum()).sort(key)


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


def country_totals(stock: pl.DataFrame, *, by: Sequence[str] = ("SEX", "TIME_PERIOD")) -> pl.DataFrame:
    """Sum of a stock over its destinations that are countries, by SEX and TIME_PERIOD or what else is asked for.

    Of each country its own row of all origins counts; where it has none, the sum of its origins.

    Parameters
    ----------
    stock
        Table valid under STOCK.
    by
        Columns of the answer beside OBS_VALUE: DESTINATION, SEX and TIME_PERIOD.
    """
    import polars as pl

    key = ["DESTINATION", "SEX", "TIME_PERIOD"]
    whole = stock.filter(pl.col("AGE") == TOTAL, kind_of("DESTINATION").is_in(PLACES))
    all_origins = whole.filter(ORIGIN=WORLD).drop_nulls("OBS_VALUE")
    alone = whole.filter(kind_of("ORIGIN").is_in(PLACES)).join(all_origins, on=key, how="anti")
    rows = pl.concat([all_origins, alone], how="diagonal")
    return rows.group_by(by).agg(pl.col("OBS_VALUE").sum()).sort(by)


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
