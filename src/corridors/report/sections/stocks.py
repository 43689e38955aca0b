"""Levels and trends of migrant stocks."""

from __future__ import annotations

import math

import polars as pl

from corridors.concepts.areas import UNKNOWN_ORIGIN, area_in_sentence, area_name
from corridors.report.charts.series import stock_series
from corridors.report.content import Content
from corridors.report.registry import Figure
from corridors.report.summaries import at, both_sexes, sums, times, total, with_region, year_of
from corridors.report.tables import Column, Table
from corridors.report.world import World

TITLE = "Levels and trends of migrant stocks"
ANSWERS = ("PP8",)


def build(world: World) -> Content:
    """Figures, the chart over time and the table by region of destination."""
    stock = world.tables["STOCK"]
    both = both_sexes(stock)
    first, last = times(stock)[0], times(stock)[-1]
    sexes = {"F", "_T"} <= set(stock["SEX"].unique())
    displaced = _displaced(world, last)
    regions = _regions(both, both_sexes(world.tables["POPULATION"]), first, last)
    return Content(
        figures=(
            *_world_figures(world, both, first, last),
            *(_women_figures(world, stock, first, last) if sexes else ()),
            *_region_figures(world, regions),
            *_origin_figures(world, both, first, last),
            *(_displaced_figures(world, displaced) if displaced is not None else ()),
        ),
        charts=(stock_series(both, key="stocks.series", source=world.source("STOCK")),),
        tables=(_region_table(world, regions, year_of(first), year_of(last)),),
        flags={
            "sexes": sexes,
            "displaced": displaced is not None,
            "others_in_need": displaced is not None and "OTHER_IN_NEED" in displaced["MEASURE"],
        },
    )


def _world_figures(world: World, both: pl.DataFrame, first: str, last: str) -> list[Figure]:
    figure = world.figures("stocks", "STOCK")
    ratio = world.figures("stocks", "STOCK", "POPULATION")
    population = both_sexes(world.tables["POPULATION"])
    start, end = total(at(both, first)), total(at(both, last))
    years = year_of(last) - year_of(first)
    return [
        figure("first_year", year_of(first), "year", "year", "first TIME_PERIOD of STOCK"),
        figure("last_year", year_of(last), "year", "year", "last TIME_PERIOD of STOCK"),
        figure("first", start, "persons", "million:1", f"sum of STOCK at {first}"),
        figure("direction", "fell" if end < start else "grew", "", "text", f"STOCK at {last} against STOCK at {first}"),
        figure("last", end, "persons", "million:1", f"sum of STOCK at {last}"),
        figure(
            "growth",
            100 * abs(end / start - 1),
            "per cent",
            "percent:0",
            f"STOCK at {last} over STOCK at {first}, less 1",
        ),
        figure(
            "annual_growth",
            100 * abs((end / start) ** (1 / years) - 1),
            "per cent",
            "percent:1",
            f"(STOCK at {last} over STOCK at {first}) to the power 1/{years}, less 1",
        ),
        *(
            ratio(
                f"share_{word}",
                100 * total(at(both, time)) / total(at(population, time)),
                "per cent",
                "percent:1",
                f"STOCK over POPULATION at {time}",
            )
            for word, time in (("first", first), ("last", last))
        ),
    ]


def _women_figures(world: World, stock: pl.DataFrame, first: str, last: str) -> list[Figure]:
    figure = world.figures("stocks", "STOCK")

    def share(rows: pl.DataFrame) -> float:
        return 100 * total(rows.filter(pl.col("SEX") == "F")) / (total(both_sexes(rows)) or math.nan)

    regions = with_region(at(stock, last), "DESTINATION")
    by_region = {region[0]: share(rows) for region, rows in regions.group_by("REGION") if total(both_sexes(rows)) > 0}
    high, low = max(by_region, key=lambda r: by_region[r]), min(by_region, key=lambda r: by_region[r])
    query = f"STOCK, SEX F over _T at {last}"
    return [
        figure("women_first", share(at(stock, first)), "per cent", "percent:1", f"STOCK, SEX F over _T at {first}"),
        figure("women_last", share(at(stock, last)), "per cent", "percent:1", query),
        figure(
            "women_high_region", area_name(high), "", "text", f"{query}, region of DESTINATION with the highest share"
        ),
        figure("women_high", by_region[high], "per cent", "percent:1", f"{query}, {high}"),
        figure(
            "women_low_region",
            area_in_sentence(low),
            "",
            "text",
            f"{query}, region of DESTINATION with the lowest share",
        ),
        figure("women_low", by_region[low], "per cent", "percent:1", f"{query}, {low}"),
    ]


def _regions(both: pl.DataFrame, population: pl.DataFrame, first: str, last: str) -> pl.DataFrame:
    """By region of destination: stock at the first and last date, and the last one's share of the population."""
    hosts = with_region(both, "DESTINATION")
    residents = with_region(population, "AREA")
    table = sums(at(hosts, last), "REGION").rename({"OBS_VALUE": "last"})
    for other, column in ((at(hosts, first), "first"), (at(residents, last), "residents")):
        values = sums(other, "REGION").rename({"OBS_VALUE": column})
        table = table.join(values, on="REGION", how="left", validate="1:1")
    return table.with_columns(
        share=pl.when(pl.col("residents") > 0).then(100 * pl.col("last") / pl.col("residents")),
        ratio=pl.when(pl.col("first") > 0).then(pl.col("last") / pl.col("first")),
    ).sort("last", descending=True)


def _region_figures(world: World, regions: pl.DataFrame) -> list[Figure]:
    figure = world.figures("stocks", "STOCK", "POPULATION")
    ranked = regions.rows(named=True)
    peopled = [row for row in ranked if row["share"] is not None] or ranked
    dense = max(peopled, key=lambda row: row["share"] or 0)
    sparse = min(peopled, key=lambda row: row["share"] or 0)
    # A region without a stock at the first date grew by no ratio.
    fast = max(ranked, key=lambda row: row["ratio"] or 0)
    query = "last STOCK by region of DESTINATION"
    return [
        figure("top_region", area_in_sentence(ranked[0]["REGION"]), "", "text", f"{query}, the largest"),
        figure("top_region_last", ranked[0]["last"], "persons", "million:1", f"{query}, the largest"),
        figure("second_region", area_in_sentence(ranked[1]["REGION"]), "", "text", f"{query}, the second"),
        figure("second_region_last", ranked[1]["last"], "persons", "million:1", f"{query}, the second"),
        figure(
            "densest_region", area_in_sentence(dense["REGION"]), "", "text", f"{query} over POPULATION, the highest"
        ),
        figure("densest_share", dense["share"], "per cent", "percent:2", f"{query} over POPULATION, the highest"),
        figure(
            "sparsest_region", area_in_sentence(sparse["REGION"]), "", "text", f"{query} over POPULATION, the lowest"
        ),
        figure("sparsest_share", sparse["share"], "per cent", "percent:2", f"{query} over POPULATION, the lowest"),
        figure(
            "fastest_region", area_in_sentence(fast["REGION"]), "", "text", f"{query} over the first STOCK, the highest"
        ),
        figure("fastest_ratio", fast["ratio"], "ratio", "ratio:1", f"{query} over the first STOCK, the highest"),
    ]


def _origin_figures(world: World, both: pl.DataFrame, first: str, last: str) -> list[Figure]:
    figure = world.figures("stocks", "STOCK")

    def same_region(time: str) -> float:
        known = at(both, time).filter(pl.col("ORIGIN") != UNKNOWN_ORIGIN)
        placed = with_region(with_region(known, "ORIGIN", into="FROM"), "DESTINATION", into="TO")
        return 100 * total(placed.filter(pl.col("FROM") == pl.col("TO"))) / (total(known) or math.nan)

    unknown = total(at(both, last).filter(pl.col("ORIGIN") == UNKNOWN_ORIGIN))
    query = "STOCK of known ORIGIN in the same region as DESTINATION over STOCK of known ORIGIN"
    return [
        figure("same_region_first", same_region(first), "per cent", "percent:1", f"{query} at {first}"),
        figure("same_region_last", same_region(last), "per cent", "percent:1", f"{query} at {last}"),
        figure("unknown_last", unknown, "persons", "million:1", f"STOCK, ORIGIN {UNKNOWN_ORIGIN} at {last}"),
        figure(
            "unknown_share_last",
            100 * unknown / total(at(both, last)),
            "per cent",
            "percent:1",
            f"STOCK, ORIGIN {UNKNOWN_ORIGIN} over all at {last}",
        ),
    ]


def _displaced(world: World, last: str) -> pl.DataFrame | None:
    """Displaced persons at the last date up to the year of the stock; None where refugees are not known."""
    if "DISPLACED" not in world.tables:
        return None
    whole = both_sexes(world.tables["DISPLACED"]).filter(pl.col("AGE") == "_T", pl.col("CATEGORY") == "_T")
    # UNHCR counts on 31 December of the year in whose middle the stock is taken.
    days = [time for time in times(whole) if year_of(time) <= year_of(last)]
    rows = at(whole, max(days)) if days else whole.clear()
    return rows if "REFUGEES" in rows["MEASURE"] else None


def _displaced_figures(world: World, displaced: pl.DataFrame) -> list[Figure]:
    figure = world.figures("stocks", "DISPLACED")
    day = times(displaced)[0]
    known = [measure for measure in ("REFUGEES", "OTHER_IN_NEED") if measure in displaced["MEASURE"]]
    return [
        figure("displaced_year", year_of(day), "year", "year", f"TIME_PERIOD of DISPLACED, {day}"),
        figure("displaced_day", day, "day", "day", f"TIME_PERIOD of DISPLACED, {day}"),
        *(
            figure(
                measure.lower(),
                total(displaced.filter(pl.col("MEASURE") == measure)),
                "persons",
                "million:1",
                f"DISPLACED, MEASURE {measure} at {day}",
            )
            for measure in known
        ),
    ]


def _region_table(world: World, regions: pl.DataFrame, first: int, last: int) -> Table:
    return Table(
        key="stocks.by_region",
        title=f"Migrant stock by region of destination, {first} and {last}",
        columns=(
            Column("Region of destination", "text"),
            Column(f"{first} (million)", "million:1"),
            Column(f"{last} (million)", "million:1"),
            Column(f"Times the stock of {first}", "ratio:1"),
            Column(f"Per cent of the population, {last}", "percent:2"),
        ),
        rows=tuple(
            (area_name(row["REGION"]), row["first"], row["last"], row["ratio"], row["share"])
            for row in regions.rows(named=True)
        ),
        source=world.source("STOCK"),
    )
