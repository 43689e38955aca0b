"""Entries of the scoreboard: every method on what was observed, its intervals, and whether one is better than another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import xarray as xr

from corridors.estimate.circulation import estimate_circulation
from corridors.estimate.flows import DIRECT, estimate_flows
from corridors.estimate.predictive import learn_discrepancy, predictive
from corridors.estimate.scoring import Reporter, closure, compare, coverage, interval_score, observed_flows, scores

if TYPE_CHECKING:
    from corridors.estimate.uncertainty import FlowDraws
    from corridors.harmonise.accounts import Account

#: Methods of the track that knows stocks, births and deaths only.
STOCKS_ONLY = (
    "circ-closed",
    "pb-closed",
    "min-closed",
    "min-open",
    "ind-closed",
    "mig-rate",
    "sd-drop-neg",
    "sd-rev-neg",
)
#: Measures by which two estimates are compared, and how sure an interval claims to be.
COMPARED = ("log-count", "log-count-within", "rate", "common-part", "factor")
LEVELS = (0.5, 0.8, 0.95)
#: Fewest corridors of a set.
FEWEST = 50


@dataclass(frozen=True, slots=True)
class ObservedSet:
    """Flows of one period as one source counted them at one end, beside the account of that period.

    Parameters
    ----------
    name
        Product of the source, criterion where it has several, and `received` or `sent`.
    reporter
        Who counted.
    account
        Stocks and events of the period.
    observed
        Five-year equivalents: years of the period times the annual mean; dims (origin, destination).
    reports
        Rows of dataflow `FLOW_OBSERVED` of the period, of both ends.
    """

    name: str
    reporter: Reporter
    account: Account
    observed: xr.DataArray
    reports: pl.DataFrame

    @property
    def period(self) -> str:
        """First and last year."""
        return self.account.period.label

    @property
    def reporters(self) -> list[str]:
        """Codes of the areas that counted."""
        other = "origin" if self.reporter == "destination" else "destination"
        seen = self.observed.notnull().any(other)
        return [str(code) for code in self.observed[self.reporter].values[seen.values]]

    @property
    def population(self) -> xr.DataArray:
        """Persons at the start, dims (destination,)."""
        return self.account.stock_start.sum("birthplace").assign_attrs(unit="persons")


def observed_sets(table: pl.DataFrame, accounts: Iterable[Account], *, product: str) -> list[ObservedSet]:
    """Sets that can be scored among the reports of one product.

    Parameters
    ----------
    table
        Rows of dataflow `FLOW_OBSERVED`.
    accounts
        Accounts of both sexes.
    product
        What the sets are named after.

    Notes
    -----
    Criteria are never mixed, nor are senders' and receivers' reports. Of several coverages the one with the most rows is
    taken. A set has reports of at least three years of its period and 50 corridors.
    """
    whole = table.filter(pl.col("SEX") == "_T", pl.col("AGE") == "_T", pl.col("TIME_PERIOD").str.len_chars() == 4)
    criteria = sorted(whole.get_column("CRITERION").unique().to_list(), key=str)
    found: list[ObservedSet] = []
    for criterion in criteria:
        rows = whole.filter(pl.col("CRITERION").eq_missing(pl.lit(criterion)))
        covers = rows.group_by("COVERAGE").len().sort("len", "COVERAGE", descending=True).get_column("COVERAGE")
        rows = rows.filter(pl.col("COVERAGE").eq_missing(pl.lit(covers[0])))
        name = product if len(criteria) == 1 else f"{product} {str(criterion).lower()}"
        for account in accounts:
            found += _of_period(rows, account, name)
    return found


def _of_period(rows: pl.DataFrame, account: Account, name: str) -> Iterator[ObservedSet]:
    period = account.period
    years = [str(year) for year in range(period.start.year, period.end.year)]
    reports = rows.filter(pl.col("TIME_PERIOD").is_in(years))
    areas = [str(code) for code in account.births["destination"].values]
    words: tuple[tuple[Reporter, str], ...] = (("destination", "received"), ("origin", "sent"))
    for reporter, word in words:
        told = reports.filter(pl.col("REPORTER") == pl.col(reporter.upper()), pl.col("OBS_VALUE").is_not_null())
        if told.get_column("TIME_PERIOD").n_unique() < 3:
            continue
        observed = observed_flows(reports, period=period, areas=areas, reporter=reporter)
        if int(observed.notnull().sum()) >= FEWEST:
            yield ObservedSet(f"{name}, {word}", reporter, account, observed, reports)


def stocks_only(account: Account, method: str) -> xr.DataArray:
    """Flows of an account by a method of `STOCKS_ONLY`, dims (origin, destination).

    Stocks of birthplaces without a residence are left out where a method reads birthplaces as origins.

    Raises
    ------
    ValueError
        There is no such method.
    DataError
        No closed account exists.

    Examples
    --------
    >>> from datetime import date
    >>> from corridors.concepts.periods import Period
    >>> from corridors.harmonise.accounts import Account
    >>> from corridors.testing import world
    >>> given, period = world(4, 1), Period(date(2010, 7, 1), 5)
    >>> account = Account(period, "_T", given.stock_start, given.stock_end, given.births, given.deaths, None, ())
    >>> bool(stocks_only(account, "circ-closed").sum() > stocks_only(account, "min-closed").sum())
    True
    """
    if method not in STOCKS_ONLY:
        raise ValueError(f"no method {method!r} of stocks alone; there are {', '.join(STOCKS_ONLY)}")
    start, end = account.stock_start, account.stock_end
    if method == "circ-closed":
        years = account.period.years
        return estimate_circulation(start, end, births=account.births, deaths=account.deaths, years=years).flow
    if method in DIRECT:
        codes = start["destination"].values
        start, end = (stock.sel(birthplace=codes) for stock in (start, end))
    return estimate_flows(
        start,
        end,
        births=account.births,
        deaths=account.deaths,
        method=method,  # type: ignore[arg-type]  # checked above
    ).flow


def accounted_net(account: Account) -> xr.DataArray:
    """Net migration of the closed account, dims (destination,): what every closed method must give."""
    found = estimate_flows(
        account.stock_start, account.stock_end, births=account.births, deaths=account.deaths, method="ind-closed"
    )
    growth = found.end.sum("birthplace").values - found.start.sum("birthplace").values
    return account.births.copy(data=growth).assign_attrs(unit="persons")


def entry(one: ObservedSet, flow: xr.DataArray, *, method: str, split: str, net: xr.DataArray) -> dict[str, object]:
    """Row of one estimate on one set: all measures, and how far it closes.

    Parameters
    ----------
    one, flow
        What was observed and what was estimated. A set of which a part only is estimated is scored on that part.
    method, split
        Names of the row.
    net
        Net migration that flows should have.
    """
    observed = one.observed.where(flow.notnull())
    found = scores(flow, observed, population=one.population, reporter=one.reporter)
    whole = flow.fillna(0)
    complete = bool(flow.notnull().sum() == flow.size - flow.sizes["origin"])
    named = {"SET": one.name, "PERIOD": one.period, "METHOD": method, "SPLIT": split}
    measures = {name.upper(): value for name, value in asdict(found).items()}
    return {**named, **measures, "CLOSURE": closure(whole, net) if complete else None}


def compared(
    one: ObservedSet, first: tuple[str, xr.DataArray], second: tuple[str, xr.DataArray], *, seed: int, samples: int
) -> list[dict[str, object]]:
    """Rows that say whether the first estimate is better than the second: paired bootstrap by the areas that counted.

    A win or a loss is claimed where the middle 95 per cent of the difference lie on one side of zero; else it is open.
    """
    both = one.observed.where(first[1].notnull() & second[1].notnull())
    rows: list[dict[str, object]] = []
    for measure in COMPARED:
        found = compare(
            first[1],
            second[1],
            both,
            measure=measure,  # type: ignore[arg-type]  # one of the names above
            rng=np.random.default_rng(seed),
            population=one.population,
            reporter=one.reporter,
            samples=samples,
        )
        sign = -1 if measure == "factor" else 1
        ends = sorted((sign * found.lower, sign * found.upper))
        verdict = "win" if ends[0] > 0 else "loss" if ends[1] < 0 else "open"
        rows.append(
            {
                "SET": one.name,
                "PERIOD": one.period,
                "FIRST": first[0],
                "SECOND": second[0],
                "MEASURE": measure,
                "DIFFERENCE": found.difference,
                "LOWER": found.lower,
                "UPPER": found.upper,
                "VERDICT": verdict,
            }
        )
    return rows


def intervals(
    one: ObservedSet, draws: FlowDraws, before: tuple[ObservedSet, FlowDraws] | None = None
) -> list[dict[str, object]]:
    """Rows on the coverage of intervals: by draws alone, for areas held out, and for a last period.

    Parameters
    ----------
    one, draws
        What was observed, and draws of the same account.
    before
        The same source's set of the period before and its draws, from which nothing but the past is learned.
    """
    rows = []
    for level in LEVELS:
        found = {"draws alone": draws.interval(level)}
        if len(one.reporters) > 2:
            found["destinations" if one.reporter == "destination" else "origins"] = _by_reporter(one, draws, level)
        if before is not None and len(before[0].reporters) > 1:
            learned = learn_discrepancy(before[1], before[0].observed, level=level, reporter=one.reporter)
            found["last period"] = predictive(draws, learned)
        rows += [_interval_row(one, draws.method, split, level, ends) for split, ends in found.items()]
    return rows


def _by_reporter(one: ObservedSet, draws: FlowDraws, level: float) -> tuple[xr.DataArray, xr.DataArray]:
    """Intervals of each reporter's flows, learned from all the others."""
    ends = tuple(xr.full_like(one.observed, np.nan) for _ in range(2))
    for code in one.reporters:
        others = one.observed.where(one.observed[one.reporter] != code)
        bounds = predictive(draws, learn_discrepancy(draws, others, level=level, reporter=one.reporter))
        for end, bound in zip(ends, bounds, strict=True):
            end.loc[{one.reporter: code}] = bound.sel({one.reporter: code}).values
    return ends[0], ends[1]


def _interval_row(
    one: ObservedSet, method: str, split: str, level: float, ends: tuple[xr.DataArray, xr.DataArray]
) -> dict[str, object]:
    return {
        "SET": one.name,
        "PERIOD": one.period,
        "METHOD": method,
        "SPLIT": split,
        "LEVEL": level,
        "CELLS": int(one.observed.notnull().sum()),
        "COVERAGE": coverage(*ends, one.observed),
        "SCORE": interval_score(*ends, one.observed, level=level),
    }


def merged(stock: xr.DataArray, successors: Mapping[str, tuple[str, ...]]) -> xr.DataArray:
    """A stock in which areas that replace another stand under its code again, so that both dates have the same areas."""
    former = {new: old for old, news in successors.items() for new in news}
    for dim in ("birthplace", "destination"):
        codes = [former.get(str(code), str(code)) for code in stock[dim].values]
        stock = stock.assign_coords({dim: codes}).groupby(dim).sum()
    return stock.transpose("birthplace", "destination").assign_attrs(unit="persons")
