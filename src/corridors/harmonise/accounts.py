"""Accounts: for each period and sex the two stocks, natives included, and the events between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import polars as pl
import xarray as xr

from corridors.concepts.areas import UNKNOWN_ORIGIN
from corridors.concepts.findings import DataError, Finding
from corridors.concepts.periods import Period
from corridors.harmonise.departures import Departure
from corridors.harmonise.events import over_period
from corridors.harmonise.selection import BOTH_SEXES, EVENTS, Selection, select
from corridors.harmonise.territories import WITHOUT_STOCK, merge, merge_stock, uncounted

if TYPE_CHECKING:
    from numpy.typing import NDArray

Unknown = Literal["birthplace", "native", "spread"]

#: Share of the world's migrants that may be left out for want of a population before it is a fault.
MATERIAL = 0.001
_UNPLACED = "left out as a residence: the origin of none of its foreign-born is known"


@dataclass(frozen=True, slots=True)
class Account:
    """All that is known of one period and sex, on one list of areas.

    Parameters
    ----------
    period
        From the day of the first stock to that of the second.
    sex
        Code of the list SEX.
    stock_start, stock_end
        Persons, dims (birthplace, destination), natives (population less foreign-born) where both are equal. Origins
        without a residence, `XXX` among them, are further birthplaces.
    births, deaths
        Events, dims (destination,).
    net_migration
        Persons, dims (destination,), as published; not a number where an area has none, None when no area has.
    departures
        What was left out, merged or mended.
    """

    period: Period
    sex: str
    stock_start: xr.DataArray
    stock_end: xr.DataArray
    births: xr.DataArray
    deaths: xr.DataArray
    net_migration: xr.DataArray | None
    departures: tuple[Departure, ...]


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts of all periods, what was left out before any, and the two sources they pair."""

    accounts: tuple[Account, ...]
    departures: tuple[Departure, ...]
    stock_source: str
    population_source: str


def account_periods(stock: pl.DataFrame) -> tuple[Period, ...]:
    """Periods between the successive dates of a stock.

    Examples
    --------
    >>> import polars as pl
    >>> stock = pl.DataFrame({"TIME_PERIOD": ["2020-07-01", "2024-07-01", "2015-07-01"]})
    >>> [period.label for period in account_periods(stock)]
    ['2015-2020', '2020-2024']
    """
    days = sorted(date.fromisoformat(day) for day in stock.get_column("TIME_PERIOD").unique())
    return tuple(Period.between(start, end) for start, end in pairwise(days))


def accounts(
    tables: Mapping[str, pl.DataFrame], *, sexes: Sequence[str] | None = None, unknown: Unknown = "native"
) -> Accounts:
    """Accounts of every period that stocks, populations and events cover.

    Parameters
    ----------
    tables
        Tidy tables by dataflow: `STOCK`, `POPULATION`, `VITAL` and, if known, `NET_MIGRATION`. Events come by the
        stock's own periods, or by calendar year: then half of a period's first and last year and all years between
        belong to it.
    sexes
        Codes of SEX; by default both sexes together and, where everything is known by sex, each sex.
    unknown
        What persons of unknown origin are: counted with the natives of the area they live in, which adds no move; a
        birthplace of their own, without a residence; or born where the others who came to the same area were (spread).

    Raises
    ------
    ValueError
        A sex is asked for that the tables do not have, or `unknown` is none of the three.
    DataError
        Rows are missing, revisions are mixed or unpaired, or more than a thousandth of the world's migrants live in
        areas without a population.

    Notes
    -----
    Blank cells of the stock enter as zero. Persons born in another country of the same region are natives of the
    region. Accounts of women and of men do not add up to that of both sexes, as each is closed by itself.
    """
    if unknown not in get_args(Unknown):
        raise ValueError(f"no way {unknown!r} with unknown origins; there are {', '.join(get_args(Unknown))}")
    chosen = select(tables)
    wanted = tuple(sexes) if sexes is not None else chosen.sexes()
    strangers = [sex for sex in wanted if sex not in chosen.sexes()]
    if strangers:
        raise ValueError(f"no account by sex {', '.join(strangers)}; the tables have {', '.join(chosen.sexes())}")
    made, left_out = [], []
    for period in account_periods(chosen.stock):
        lacking = _uncovered(chosen, period)
        if lacking is not None:
            left_out.append(lacking)
            continue
        made += [_account(chosen, period, sex, unknown) for sex in wanted]
    return Accounts(tuple(made), tuple(left_out), chosen.stock_source, chosen.population_source)


def _uncovered(chosen: Selection, period: Period) -> Departure | None:
    """Why a period has no account: population or events end before the stock does."""
    stock = persons_in(at(chosen.stock, period.end, BOTH_SEXES))
    for day in (period.start, period.end):
        if at(chosen.population, day, BOTH_SEXES).is_empty():
            return Departure(period.label, f"left out: the population has no figures of {day}", stock)
    if over_period(_of_sex(chosen.vital, BOTH_SEXES), period, keys=["AREA", "MEASURE"]).is_empty():
        return Departure(period.label, "left out: births and deaths do not cover the whole period", stock)
    return None


def at(table: pl.DataFrame, day: date, sex: str) -> pl.DataFrame:
    """Rows of one day and sex."""
    return _of_sex(table, sex).filter(pl.col("TIME_PERIOD") == day.isoformat())


def persons_in(table: pl.DataFrame) -> float:
    """Sum of the figures of a table; blanks count nothing."""
    return float(table.get_column("OBS_VALUE").sum())


def _of_sex(table: pl.DataFrame, sex: str) -> pl.DataFrame:
    return table.filter(pl.col("SEX") == sex)


def _by_area(table: pl.DataFrame) -> dict[str, float]:
    known = table.filter(pl.col("OBS_VALUE").is_not_null())
    return dict(known.select("AREA", "OBS_VALUE").iter_rows())


def _account(chosen: Selection, period: Period, sex: str, unknown: Unknown) -> Account:
    days = period.start, period.end
    populations = [at(chosen.population, day, sex) for day in days]
    rules = uncounted(at(chosen.stock, period.start, BOTH_SEXES), populations[1].get_column("AREA"), on=period.start)
    merged = [merge_stock(at(chosen.stock, day, sex), rules) for day in days]
    stocks = [_known(stock, unknown) for stock in merged]
    people = [_by_area(merge(population, rules)) for population in populations]
    vital = merge(over_period(_of_sex(chosen.vital, sex), period, keys=["AREA", "MEASURE"]), rules)
    events = [_by_area(vital.filter(pl.col("MEASURE") == measure)) for measure in EVENTS]
    counted = set.intersection(*(set(known) for known in (*people, *events)))
    named = {code for stock in stocks for column in ("ORIGIN", "DESTINATION") for code in stock.get_column(column)}
    unplaced = _unplaced(merged) if unknown == "native" else set()
    residences = sorted((counted & named) - unplaced)
    _require_events(people[1], counted, named, period)
    lacking = _without_population(merged[1], sorted({*residences, *(unplaced & counted)}), period=period)
    departures = [
        *lacking,
        *_without_stock(people[1], named),
        *(Departure(rule.whole, rule.reason, people[1].get(rule.whole, 0.0)) for rule in (*chosen.territories, *rules)),
        *(Departure(area, _UNPLACED, people[1][area]) for area in sorted(unplaced & counted)),
        *_within(stocks[1]),
        *_blank(stocks, residences),
        *_first_counted(stocks, residences),
    ]
    elsewhere = sorted(named - set(residences), key=lambda code: (code == UNKNOWN_ORIGIN, code))
    places = [*residences, *elsewhere]
    start, end = (
        _with_natives(stock, population, places=places, residences=residences)
        for stock, population in zip(stocks, people, strict=True)
    )
    births, deaths = (_vector(values, residences, unit="events") for values in events)
    net = _by_area(merge(over_period(_of_sex(chosen.net, sex), period, keys=["AREA"]), rules))
    # Where a source leaves one area blank, the others keep theirs.
    known_net = (
        _vector({code: net.get(code, np.nan) for code in residences}, residences, unit="persons") if net else None
    )
    return Account(period, sex, start, end, births, deaths, known_net, tuple(departures))


def _unplaced(stocks: Sequence[pl.DataFrame]) -> set[str]:
    """Areas that have foreign-born and know the origin of none of them, at both dates.

    Counted as natives they leave nobody whom a closed account could send or take back: Curaçao and Sint Maarten to 2000.
    """
    there = pl.concat([stock.select("ORIGIN", "DESTINATION", "OBS_VALUE") for stock in stocks]).filter(
        pl.col("OBS_VALUE") > 0
    )
    known = there.filter(pl.col("ORIGIN") != UNKNOWN_ORIGIN)
    return set(there.get_column("DESTINATION")) - set(known.get_column("DESTINATION"))


def _known(stock: pl.DataFrame, unknown: Unknown) -> pl.DataFrame:
    if unknown == "birthplace":
        return stock
    known = stock.filter(pl.col("ORIGIN") != UNKNOWN_ORIGIN)
    if unknown == "native":
        return known
    # Those born in another country of the same region are known too: their part of the unknown are natives with them.
    sums = known.group_by("DESTINATION").agg(known=pl.col("OBS_VALUE").sum())
    others = stock.filter(pl.col("ORIGIN") == UNKNOWN_ORIGIN).select("DESTINATION", others="OBS_VALUE")
    joined = known.join(sums, on="DESTINATION", how="left", validate="m:1").join(
        others, on="DESTINATION", how="left", validate="m:1"
    )
    share = pl.when(pl.col("known") > 0).then(pl.col("others").fill_null(0) / pl.col("known")).otherwise(0)
    return joined.with_columns(OBS_VALUE=pl.col("OBS_VALUE") * (1 + share)).select(stock.columns)


def _with_natives(
    stock: pl.DataFrame, population: Mapping[str, float], *, places: list[str], residences: list[str]
) -> xr.DataArray:
    row, column = ({code: number for number, code in enumerate(codes)} for codes in (places, residences))
    table: NDArray[np.float64] = np.zeros((len(places), len(residences)))
    for origin, destination, persons in stock.select("ORIGIN", "DESTINATION", "OBS_VALUE").iter_rows():
        if destination in column and origin != destination:
            table[row[origin], column[destination]] = persons or 0.0
    at_home = [row[code] for code in residences], range(len(residences))
    table[at_home] = np.array([population[code] for code in residences]) - table.sum(axis=0)
    coords = {"birthplace": places, "destination": residences}
    return xr.DataArray(table, coords, ("birthplace", "destination"), attrs={"unit": "persons"})


def _vector(values: Mapping[str, float], residences: list[str], *, unit: str) -> xr.DataArray:
    cells = np.array([values[code] for code in residences], dtype=float)
    return xr.DataArray(cells, {"destination": residences}, ("destination",), attrs={"unit": unit})


# --- departures -------------------------------------------------------------------------------------------------------


def _without_population(stock: pl.DataFrame, residences: list[str], *, period: Period) -> list[Departure]:
    """Areas where migrants live that cannot be accounted for; a fault when they are many."""
    sums = stock.group_by("DESTINATION").agg(pl.col("OBS_VALUE").sum()).sort("DESTINATION")
    lost = sums.filter(~pl.col("DESTINATION").is_in(residences) & (pl.col("OBS_VALUE") > 0))
    if persons_in(lost) > MATERIAL * persons_in(sums):
        raise DataError(
            Finding(
                "population-missing",
                f"period {period.label}, area {area}",
                f"{persons:,.0f} migrants live there, but population, births or deaths are not known",
                "collect them, or merge the area by a rule in harmonise/territories.py",
            )
            for area, persons in lost.iter_rows()
        )
    fact = "left out as a residence: no population, births or deaths; its migrants are left out"
    return [Departure(area, fact, persons) for area, persons in lost.iter_rows()]


def _require_events(population: Mapping[str, float], counted: set[str], named: set[str], period: Period) -> None:
    """Refuse to leave out an area of many people because its births, deaths or first population are blank."""
    lost = {area: persons for area, persons in population.items() if area in named and area not in counted}
    if sum(lost.values()) > MATERIAL * sum(population.values()):
        raise DataError(
            Finding(
                "population-missing",
                f"period {period.label}, area {area}",
                f"{persons:,.0f} persons live there, but population or births or deaths are blank at a date",
                "collect the figures, or take the area out of stock and population by name",
            )
            for area, persons in sorted(lost.items(), key=lambda item: -item[1])
        )


def _without_stock(population: Mapping[str, float], named: set[str]) -> list[Departure]:
    reason = "no stock of this revision names it"
    return [
        Departure(area, f"left out: {WITHOUT_STOCK.get(area, reason)}", persons)
        for area, persons in sorted(population.items())
        if area not in named
    ]


def _within(stock: pl.DataFrame) -> list[Departure]:
    inside = persons_in(stock.filter(pl.col("ORIGIN") == pl.col("DESTINATION")))
    fact = "born in another country of the same area: counted as natives of the area"
    return [Departure("all areas", fact, inside)] if inside else []


def _blank(stocks: Sequence[pl.DataFrame], residences: list[str]) -> list[Departure]:
    blank = max(
        stock.filter(pl.col("OBS_VALUE").is_null() & pl.col("DESTINATION").is_in(residences)).height for stock in stocks
    )
    return [Departure("all areas", f"blank cells of the stock that enter as zero: {blank:,}", 0.0)] if blank else []


def _first_counted(stocks: Sequence[pl.DataFrame], residences: list[str]) -> list[Departure]:
    """Areas whose foreign-born are all new: a border or a first count, not only movement."""
    start, end = (dict(stock.group_by("DESTINATION").agg(pl.col("OBS_VALUE").sum()).iter_rows()) for stock in stocks)
    fact = "its foreign-born are counted only from the end of a period on: part of the flows is a new border or count"
    return [
        Departure(area, fact, end[area]) for area in residences if end.get(area, 0.0) > 0 and not start.get(area, 0.0)
    ]
