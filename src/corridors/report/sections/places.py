"""Origins, destinations and the largest corridors."""

from __future__ import annotations

import polars as pl

from corridors.concepts.areas import UNKNOWN_ORIGIN, area_in_sentence, area_name
from corridors.report.charts.bars import ranked_bars
from corridors.report.content import Content
from corridors.report.registry import Figure
from corridors.report.summaries import at, both_sexes, sums, times, total, year_of
from corridors.report.tables import Column, Table
from corridors.report.world import World

TITLE = "Origins and destinations"
ANSWERS = ("PP8",)
#: How many countries the bars show, and how many corridors the table shows.
SHOWN, CORRIDORS_SHOWN = 15, 10


def build(world: World) -> Content:
    """Figures, the bars of destinations and origins, and the table of corridors between countries."""
    last = times(world.tables["STOCK"])[-1]
    hosts = sums(at(world.tables["DESTINATIONS"], last), "DESTINATION").head(SHOWN)
    sources = sums(at(world.tables["ORIGINS"], last).filter(pl.col("ORIGIN") != UNKNOWN_ORIGIN), "ORIGIN").head(SHOWN)
    corridors = _corridors(world.tables["CORRIDORS"], last)
    world_total = total(at(both_sexes(world.tables["STOCK"]), last))
    unknown = total(at(both_sexes(world.tables["STOCK"]), last).filter(pl.col("ORIGIN") == UNKNOWN_ORIGIN))
    year, source = year_of(last), world.source("STOCK")
    return Content(
        figures=(
            *_year_figures(world, last),
            *_ranked_figures(world, hosts, "DESTINATION", world_total, last),
            *_ranked_figures(world, sources, "ORIGIN", world_total - unknown, last),
            *_corridor_figures(world, corridors, world_total, last),
        ),
        charts=(
            ranked_bars(
                hosts,
                column="DESTINATION",
                key="places.destinations",
                source=source,
                title=f"Migrants by country of destination, the {SHOWN} largest, {year}",
            ),
            ranked_bars(
                sources,
                column="ORIGIN",
                key="places.origins",
                source=source,
                title=f"Migrants by country of origin, the {SHOWN} largest, {year}",
            ),
        ),
        tables=(_corridor_table(world, corridors, last),),
        flags={"concentrated": total(hosts) > total(sources)},
    )


def _corridors(table: pl.DataFrame, last: str) -> pl.DataFrame:
    """The largest corridors of the last date, with their stock at the date before."""
    known = both_sexes(table).filter(pl.col("ORIGIN") != UNKNOWN_ORIGIN, pl.col("ORIGIN") != pl.col("DESTINATION"))
    pair = ["ORIGIN", "DESTINATION"]
    before = at(known, times(known)[-2]).select(*pair, previous="OBS_VALUE")
    largest = sums(at(known, last), *pair).head(CORRIDORS_SHOWN).rename({"OBS_VALUE": "last"})
    return largest.join(before, on=pair, how="left", validate="1:1")


def _year_figures(world: World, last: str) -> list[Figure]:
    figure = world.figures("places", "STOCK")
    previous = times(both_sexes(world.tables["CORRIDORS"]))[-2]
    return [
        figure("last_year", year_of(last), "year", "year", "last TIME_PERIOD of STOCK"),
        figure("previous_year", year_of(previous), "year", "year", "last TIME_PERIOD but one of STOCK"),
        figure("shown", SHOWN, "countries", "integer", "length of the rankings of this report"),
        figure("corridors_shown", CORRIDORS_SHOWN, "corridors", "integer", "length of the table of corridors"),
    ]


def _ranked_figures(world: World, ranked: pl.DataFrame, column: str, world_total: float, last: str) -> list[Figure]:
    figure = world.figures("places", f"{column}S", "STOCK")
    word = column.lower()
    query = f"STOCK by {column} at {last}"
    figures = [
        figure(
            f"{word}s_share",
            100 * total(ranked) / world_total,
            "per cent",
            "percent:0",
            f"{query}, first {SHOWN} over all that are known",
        )
    ]
    for rank, (area, value) in enumerate(ranked.head(3).iter_rows(), 1):
        figures += [
            figure(f"{word}_{rank}", area_in_sentence(area), "", "text", f"{query}, rank {rank}"),
            figure(f"{word}_{rank}_last", value, "persons", "million:1", f"{query}, rank {rank}"),
        ]
    return figures


def _corridor_figures(world: World, corridors: pl.DataFrame, world_total: float, last: str) -> list[Figure]:
    figure = world.figures("places", "CORRIDORS", "STOCK")
    query = f"STOCK by ORIGIN and DESTINATION at {last}"
    figures = []
    for rank, row in enumerate(corridors.head(2).iter_rows(named=True), 1):
        figures += [
            figure(f"corridor_{rank}_origin", area_in_sentence(row["ORIGIN"]), "", "text", f"{query}, rank {rank}"),
            figure(
                f"corridor_{rank}_destination",
                area_in_sentence(row["DESTINATION"]),
                "",
                "text",
                f"{query}, rank {rank}",
            ),
            figure(f"corridor_{rank}_last", row["last"], "persons", "million:1", f"{query}, rank {rank}"),
        ]
    share = 100 * corridors["last"][0] / world_total
    figures.append(figure("corridor_1_share", share, "per cent", "percent:1", f"{query}, rank 1 over all"))
    riser = corridors.with_columns(change=pl.col("last") - pl.col("previous")).sort(
        "change", descending=True, nulls_last=True
    )
    top = riser.row(0, named=True)
    query = f"{query}, first {CORRIDORS_SHOWN}, less the date before, the largest"
    return [
        *figures,
        figure("riser_origin", area_in_sentence(top["ORIGIN"]), "", "text", query),
        figure("riser_destination", area_in_sentence(top["DESTINATION"]), "", "text", query),
        figure("riser_change", top["change"], "persons", "million:1", query),
    ]


def _corridor_table(world: World, corridors: pl.DataFrame, last: str) -> Table:
    previous = year_of(times(both_sexes(world.tables["CORRIDORS"]))[-2])
    return Table(
        key="places.corridors",
        title=f"The {CORRIDORS_SHOWN} largest corridors, persons by country of birth or citizenship and country of residence",
        columns=(
            Column("Origin", "text"),
            Column("Destination", "text"),
            Column(str(previous), "integer"),
            Column(str(year_of(last)), "integer"),
        ),
        rows=tuple(
            (area_name(row["ORIGIN"]), area_name(row["DESTINATION"]), row["previous"], row["last"])
            for row in corridors.iter_rows(named=True)
        ),
        source=world.source("STOCK"),
    )
