"""What the tables of a world must hold before a report can be written from them; each lack is a finding."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from corridors.concepts.areas import UNKNOWN_ORIGIN, area_name, known_areas
from corridors.concepts.findings import Finding
from corridors.report.content import Content
from corridors.report.registry import Figure
from corridors.report.sections.flows import MINIMUM, MIX
from corridors.report.summaries import at, both_sexes, sums, times, total, usual_periods
from corridors.report.tables import Table
from corridors.report.world import World

NEEDED = ("STOCK", "POPULATION", "FLOW", "NET_MIGRATION", "DESTINATIONS", "ORIGINS", "CORRIDORS")
#: Share of the migrants whose areas of residence may lack a population: small territories that no projection has.
LARGEST_UNPEOPLED = 0.005
#: The fewest places that the report ranks and names.
FEWEST: Mapping[str, int] = {"DESTINATIONS": 3, "ORIGINS": 3, "CORRIDORS": 2, "FLOW": 3}


def unsound_tables(world: World) -> Iterator[Finding]:
    """What is missing in the tables of a world, or is no number; later checks take for granted what earlier ones found."""
    for check in (_empty, _no_numbers, _single_dates, _no_totals, _unpeopled, _too_few, _unmatched_flows):
        found = list(check(world))
        yield from found
        if found:
            return


def unsound_contents(contents: Iterable[Content]) -> Iterator[Finding]:
    """Figures and cells of tables that came out blank, infinite or as no number."""
    for content in contents:
        yield from (found for figure in content.figures if (found := _unsound_figure(figure)))
        for table in (*content.tables, *(chart.twin for chart in content.charts)):
            yield from _unsound_cells(table)


def _unsound_figure(figure: Figure) -> Finding | None:
    blank = figure.value is None or (isinstance(figure.value, float) and not math.isfinite(figure.value))
    return _blank(f"report, figure {figure.key}", f"{figure.query} is {figure.value}") if blank else None


def _unsound_cells(table: Table) -> Iterator[Finding]:
    for row in table.rows:
        for value, column in zip(row, table.columns, strict=True):
            if isinstance(value, float) and not math.isfinite(value):
                yield _blank(f"report, table {table.key}, row {row[0]}", f"{column.head} is {value}")


def _blank(place: str, fact: str) -> Finding:
    mend = "look for blank or zero figures in the tables it is computed from, and collect their source again"
    return Finding("figure-blank", place, fact, mend)


def _missing(table: str, fact: str) -> Finding:
    return Finding("table-missing", f"report, table {table}", fact, "collect the publisher's whole file")


def _empty(world: World) -> Iterator[Finding]:
    for name in NEEDED:
        if name not in world.tables or both_sexes(world.tables[name]).is_empty():
            yield _missing(name, "no row for both sexes together")


def _no_numbers(world: World) -> Iterator[Finding]:
    for name, table in world.tables.items():
        strange = table.filter(~pl.col("OBS_VALUE").cast(pl.Float64).is_finite())
        if strange.height:
            row = ", ".join(
                f"{column} {value}" for column, value in strange.row(0, named=True).items() if value is not None
            )
            yield _blank(f"report, table {name}", f"{strange.height:,} figures are no number; the first: {row}")


def _single_dates(world: World) -> Iterator[Finding]:
    for name in ("STOCK", "CORRIDORS"):
        dates = times(both_sexes(world.tables[name]).drop_nulls("OBS_VALUE"))
        if len(dates) < 2:
            there = f"figures at {dates[0]} only" if dates else "no figure"
            mend = "collect the stock at one more date: the report tells how it changed"
            yield Finding("date-single", f"report, table {name}", there, mend)


def _no_totals(world: World) -> Iterator[Finding]:
    stock = times(world.tables["STOCK"])
    wanted = {
        "STOCK": (stock[0], stock[-1]),
        "POPULATION": (stock[0], stock[-1]),
        "DESTINATIONS": (stock[-1],),
        "ORIGINS": (stock[-1],),
        "CORRIDORS": (stock[-1], *times(both_sexes(world.tables["CORRIDORS"]))[-2:]),
    }
    for name, days in wanted.items():
        for day in dict.fromkeys(days):
            if total(at(both_sexes(world.tables[name]), day)) <= 0:
                yield _missing(name, f"no figure above zero at {day}")


def _unpeopled(world: World) -> Iterator[Finding]:
    """Areas with migrants and without population: whole regions, or more than a few small territories."""
    stock, population = both_sexes(world.tables["STOCK"]), both_sexes(world.tables["POPULATION"])
    for day in (times(stock)[0], times(stock)[-1]):
        hosts = sums(at(stock, day), "DESTINATION").filter(pl.col("OBS_VALUE") > 0)
        peopled = at(population, day).filter(pl.col("OBS_VALUE") > 0).get_column("AREA")
        lost = hosts.filter(~pl.col("DESTINATION").is_in(peopled.implode()))
        regions = {known_areas()[code].region or code for code in peopled}
        without = [code for code in lost["DESTINATION"] if (known_areas()[code].region or code) not in regions]
        if without or total(lost) > LARGEST_UNPEOPLED * total(hosts):
            names = ", ".join(area_name(code) for code in lost["DESTINATION"].head(5))
            rest = f" and {lost.height - 5} more" if lost.height > 5 else ""
            fact = f"{total(lost):,.0f} migrants live in areas without a population at {day}: {names}{rest}"
            mend = "collect the population of the revision that belongs to the stock"
            yield Finding("population-missing", "report, table POPULATION", fact, mend)


def _too_few(world: World) -> Iterator[Finding]:
    last = times(world.tables["STOCK"])[-1]
    usual, _ = usual_periods(both_sexes(world.tables["FLOW"]))
    apart = pl.col("ORIGIN") != pl.col("DESTINATION")
    known = pl.col("ORIGIN") != UNKNOWN_ORIGIN
    corridors = both_sexes(at(world.tables["CORRIDORS"], last)).filter(apart, known)
    moves = at(both_sexes(world.tables["FLOW"]), usual[-1].code).filter(apart, pl.col("METHOD") == MIX)
    ranked = {
        "DESTINATIONS": sums(at(world.tables["DESTINATIONS"], last), "DESTINATION"),
        "ORIGINS": sums(at(world.tables["ORIGINS"], last).filter(known), "ORIGIN"),
        "CORRIDORS": corridors,
        "FLOW": moves,
    }
    for name, table in ranked.items():
        there = table.filter(pl.col("OBS_VALUE") > 0).height
        if there < FEWEST[name]:
            yield _missing(name, f"{there} figures above zero at the last date; the report names {FEWEST[name]}")
    hosts = sums(at(both_sexes(world.tables["STOCK"]), last), "DESTINATION").filter(pl.col("OBS_VALUE") > 0)
    regions = {known_areas()[code].region or code for code in hosts["DESTINATION"]}
    if len(regions) < 2:
        yield _missing("STOCK", f"migrants in one region only at {last}; the report compares regions")


def _unmatched_flows(world: World) -> Iterator[Finding]:
    flow, net = both_sexes(world.tables["FLOW"]), both_sexes(world.tables["NET_MIGRATION"])
    population = both_sexes(world.tables["POPULATION"])
    usual, short = usual_periods(flow)
    for period in (*usual, *([short] if short else [])):
        for method in (MINIMUM, MIX):
            if at(flow.filter(pl.col("METHOD") == method), period.code).is_empty():
                yield _missing("FLOW", f"no row of METHOD {method} in {period.code}")
        if period in usual and total(at(population, period.start.isoformat())) <= 0:
            yield _missing("POPULATION", f"no figure above zero at {period.start}")
    last = at(net, usual[-1].code).drop_nulls("OBS_VALUE")
    mix = at(flow.filter(pl.col("METHOD") == MIX), usual[-1].code)
    both = set(last["AREA"]) & set(mix["ORIGIN"]) & set(mix["DESTINATION"])
    if not both:
        yield _missing("NET_MIGRATION", f"no figure in {usual[-1].code} for an area of FLOW")
