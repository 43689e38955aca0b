"""Flows of the last periods: totals, corridors, net migration."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from corridors.concepts.areas import area_in_sentence, area_name
from corridors.concepts.findings import raise_if_any
from corridors.concepts.periods import Period
from corridors.estimate.reading import explain
from corridors.report.accounts import Pair, anchor, differing, flow_account, linked, reached
from corridors.report.charts.chord import chord
from corridors.report.charts.flowmap import flow_map
from corridors.report.charts.matrix import flow_matrix
from corridors.report.charts.net import net_migration_bars
from corridors.report.content import Content
from corridors.report.registry import Figure
from corridors.report.summaries import at, both_sexes, sums, total, usual_periods
from corridors.report.tables import Column, Table
from corridors.report.world import World

TITLE = "Recent flows"
ANSWERS = ("PP8", "OP6")
MINIMUM: Final = "min-closed"
MIX: Final = "pb-closed"
CORRIDORS_SHOWN, CORRIDORS_TOLD = 10, 3


def build(world: World) -> Content:
    """Figures, chord, map, matrix and net migration of the last five-year period; the short step by itself."""
    flow = both_sexes(world.tables["FLOW"])
    usual, short = usual_periods(flow)
    last = usual[-1]
    mix = at(flow.filter(pl.col("METHOD") == MIX), last.code)
    source = world.source("FLOW")
    net = both_sexes(world.tables["NET_MIGRATION"])
    corridors = sums(mix, "ORIGIN", "DESTINATION").head(CORRIDORS_SHOWN)
    content = Content(
        figures=(
            *_total_figures(world, flow, usual),
            *_corridor_figures(world, corridors, last),
            *_net_figures(world, mix, at(net, last.code), last),
            *(_short_figures(world, flow, short) if short else ()),
        ),
        charts=(
            chord(mix, key="flows.chord", source=source, period=last.label),
            flow_map(mix, key="flows.map", source=source, period=last.label),
            flow_matrix(mix, key="flows.matrix", source=source, period=last.label),
            net_migration_bars(
                at(net, last.code), key="flows.net", source=world.source("NET_MIGRATION"), period=last.label
            ),
        ),
        tables=(_totals_table(world, flow, usual), _corridor_table(world, corridors, last)),
        flags={
            "short_step": short is not None,
            "several_periods": len(usual) > 1,
            "has_loss": _has_loss(at(net, last.code)),
        },
    )
    return _with_accounts(content, world, sums(mix, "ORIGIN", "DESTINATION"), last)


def _with_accounts(content: Content, world: World, ranked: pl.DataFrame, last: Period) -> Content:
    """The content with links from its flows to the accounts behind them; the largest flows have a picture."""
    if world.estimate is None:
        return content
    flows: dict[Pair, float] = {(row[0], row[1]): row[2] for row in ranked.iter_rows() if row[2] > 0}
    anchors = {pair: anchor(pair, last.label) for pair in flows}
    tables = tuple(linked(table, anchors) for table in content.tables)
    charts = tuple(replace(chart, twin=linked(chart.twin, anchors)) for chart in content.charts)
    used = reached((*tables, *(chart.twin for chart in charts)))
    shown = {pair: value for pair, value in flows.items() if anchors[pair] in used}
    read = {pair: explain(world.estimate, *pair, last.label, method=MIX) for pair in shown}
    raise_if_any(found for pair, one in read.items() for found in differing(one, shown[pair]))
    source = "; ".join(dict.fromkeys((world.source("STOCK"), world.source("POPULATION"))))
    accounts = [
        flow_account(
            one,
            source=source,
            pictured=rank <= CORRIDORS_SHOWN,
            figures=(f"flows.corridor_{rank}",) if rank <= CORRIDORS_TOLD else (),
        )
        for rank, one in enumerate(read.values(), 1)
    ]
    return replace(content, tables=tables, charts=charts, accounts=tuple(accounts))


def _method_total(flow: pl.DataFrame, method: str, period: Period) -> float:
    return total(at(flow.filter(pl.col("METHOD") == method), period.code))


def _has_loss(net: pl.DataFrame) -> bool:
    return bool((net.get_column("OBS_VALUE") < 0).any())


def _population(world: World, period: Period) -> float:
    return total(at(both_sexes(world.tables["POPULATION"]), period.start.isoformat()))


def _total_figures(world: World, flow: pl.DataFrame, usual: list[Period]) -> list[Figure]:
    figure = world.figures("flows", "FLOW")
    first, last = usual[0], usual[-1]
    figures = [
        figure("unit", world.unit, "", "text", "kind of areas in FLOW"),
        figure("inside", world.inside, "", "text", "what FLOW leaves out"),
        figure("start_year", last.start.year, "year", "year", "start of the last period of usual length"),
        figure("end_year", last.end.year, "year", "year", "end of the last period of usual length"),
        figure("usual_years", last.years, "years", "integer", "length of the periods of usual length"),
        figure("first_year", first.start.year, "year", "year", "start of the first period"),
        figure("periods", len(usual), "periods", "integer", "number of periods of usual length"),
        figure(
            "mix_share",
            100 * _method_total(flow, MIX, last) / _population(world, last),
            "per cent",
            "percent:2",
            f"sum of FLOW, METHOD {MIX}, {last.code} over POPULATION at {last.start}",
        ),
    ]
    totals = {period.label: _method_total(flow, MINIMUM, period) for period in usual}
    lowest = min(totals, key=lambda label: totals[label])
    query = f"smallest sum of FLOW, METHOD {MINIMUM}, of a period of usual length"
    figures += [
        figure("min_lowest", totals[lowest], "persons", "million:1", query),
        figure("min_lowest_period", lowest, "", "text", query),
    ]
    for word, method in (("min", MINIMUM), ("mix", MIX)):
        for suffix, period in (("", last), ("_first", first)):
            query = f"sum of FLOW, METHOD {method}, {period.code}"
            figures.append(figure(word + suffix, _method_total(flow, method, period), "persons", "million:1", query))
    return figures


def _corridor_figures(world: World, corridors: pl.DataFrame, last: Period) -> list[Figure]:
    figure = world.figures("flows", "FLOW")
    figures = []
    for rank, (origin, destination, value) in enumerate(corridors.head(CORRIDORS_TOLD).iter_rows(), 1):
        query = f"FLOW, METHOD {MIX}, {last.code}, rank {rank}"
        figures += [
            figure(f"corridor_{rank}_origin", area_in_sentence(origin), "", "text", query),
            figure(f"corridor_{rank}_destination", area_in_sentence(destination), "", "text", query),
            figure(f"corridor_{rank}", value, "persons", "million:1", query),
        ]
    return figures


def _net_figures(world: World, mix: pl.DataFrame, net: pl.DataFrame, last: Period) -> list[Figure]:
    figure = world.figures("flows", "NET_MIGRATION")
    closing = world.figures("flows", "NET_MIGRATION", "FLOW")
    arrivals = sums(mix, "DESTINATION").select(AREA="DESTINATION", arrivals="OBS_VALUE")
    departures = sums(mix, "ORIGIN").select(AREA="ORIGIN", departures="OBS_VALUE")
    accounts = (
        net.drop_nulls("OBS_VALUE")
        .select("AREA", published="OBS_VALUE")
        .join(arrivals, on="AREA", how="inner", validate="1:1")
        .join(departures, on="AREA", how="inner", validate="1:1")
        .with_columns(gap=(pl.col("arrivals") - pl.col("departures") - pl.col("published")).abs())
    )
    ranked = accounts.sort("published", descending=True).rows(named=True)
    gain, loss = ranked[0], ranked[-1]
    query = f"NET_MIGRATION, {last.code}"
    return [
        closing(
            "closure",
            max(row["gap"] for row in ranked),
            "persons",
            "integer:up",
            f"largest difference between FLOW, METHOD {MIX}, in less out, and {query}",
        ),
        figure("gain_area", area_in_sentence(gain["AREA"]), "", "text", f"{query}, the largest"),
        figure("gain", gain["published"], "persons", "million:1", f"{query}, the largest"),
        figure("loss_area", area_in_sentence(loss["AREA"]), "", "text", f"{query}, the smallest"),
        figure("loss", -loss["published"], "persons", "million:1", f"{query}, the smallest, as a loss"),
    ]


def _short_figures(world: World, flow: pl.DataFrame, short: Period) -> list[Figure]:
    figure = world.figures("flows", "FLOW")
    return [
        figure("short_start", short.start.year, "year", "year", "start of the last period"),
        figure("short_end", short.end.year, "year", "year", "end of the last period"),
        figure("short_years", short.years, "years", "integer", "length of the last period"),
        figure(
            "short_min", _method_total(flow, MINIMUM, short), "persons", "million:1",
            f"sum of FLOW, METHOD {MINIMUM}, {short.code}",
        ),
    ]  # fmt: skip


def _totals_table(world: World, flow: pl.DataFrame, usual: list[Period]) -> Table:
    rows = []
    for period in usual:
        least, mix, people = (*(_method_total(flow, m, period) for m in (MINIMUM, MIX)), _population(world, period))
        rows.append((period.label, least, mix, 100 * least / people, 100 * mix / people))
    return Table(
        key="flows.totals",
        title=f"Persons who moved between {world.unit}, periods of equal length",
        columns=(
            Column("Period", "text"),
            Column("Minimum (million)", "million:1"),
            Column("Mix (million)", "million:1"),
            Column("Minimum, per cent of population", "percent:2"),
            Column("Mix, per cent of population", "percent:2"),
        ),
        rows=tuple(rows),
        note=f"Moves {world.inside} are not included. Population at the start of the period.",
        source=world.source("FLOW"),
    )


def _corridor_table(world: World, corridors: pl.DataFrame, last: Period) -> Table:
    least = at(both_sexes(world.tables["FLOW"]).filter(pl.col("METHOD") == MINIMUM), last.code)
    pair = ["ORIGIN", "DESTINATION"]
    joined = corridors.rename({"OBS_VALUE": "mix"}).join(
        least.select(*pair, minimum="OBS_VALUE"), on=pair, how="left", validate="1:1"
    )
    return Table(
        key="flows.corridors",
        title=f"The {CORRIDORS_SHOWN} largest flows, {last.label}, thousand persons",
        columns=(
            Column("Origin", "text"),
            Column("Destination", "text"),
            Column("Minimum", "thousand:0"),
            Column("Mix", "thousand:0"),
        ),
        rows=tuple(
            (area_name(row["ORIGIN"]), area_name(row["DESTINATION"]), row["minimum"], row["mix"])
            for row in joined.iter_rows(named=True)
        ),
        source=world.source("FLOW"),
    )
