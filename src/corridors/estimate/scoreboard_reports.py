"""Entries of the scoreboard that learn from reports: each area is estimated from the reports of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import xarray as xr

from corridors.estimate.calibrate import calibrate, mixing_candidates
from corridors.estimate.combined import combine_flows
from corridors.estimate.expected_reports import expected_reports
from corridors.estimate.scoreboard import LEVELS, ObservedSet
from corridors.harmonise.definitions import defined_reports

if TYPE_CHECKING:
    from corridors.estimate.combined import CombinedFlows

#: Reporters up to which each is held out by itself; more are held out by fifths.
_ALONE, _PARTS = 20, 5


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Estimates of areas whose own reports were hidden.

    Parameters
    ----------
    flow
        Persons, dims (origin, destination); not a number where nothing was held out.
    net_error
        Largest miss of net migration over all fits, in persons.
    coverage
        Share of annual reports in their interval by level, and their number under the key zero.
    """

    flow: xr.DataArray
    net_error: float
    coverage: dict[float, float]


def candidates(one: ObservedSet) -> dict[float, xr.DataArray]:
    """Flows of `pb-closed` by weight of the minimum."""
    account = one.account
    return mixing_candidates(account.stock_start, account.stock_end, births=account.births, deaths=account.deaths)


def weight_by_destination(one: ObservedSet, tables: dict[float, xr.DataArray]) -> xr.DataArray:
    """Each destination's arrivals, by the weight that is best for all others.

    Parameters
    ----------
    one
        Flows that receivers counted.
    tables
        From `candidates`.
    """
    found = calibrate({weight: [table] for weight, table in tables.items()}, [one.observed])
    flow = xr.full_like(one.observed, np.nan)
    for code, weight in found.without.items():
        flow.loc[{"destination": code}] = tables[weight].sel(destination=code).values
    return flow


def weight_of_the_past(
    past: Sequence[tuple[ObservedSet, dict[float, xr.DataArray]]], tables: dict[float, xr.DataArray]
) -> xr.DataArray:
    """Flows by the weight that is best for the last of the periods before."""
    before, earlier = past[-1]
    return tables[calibrate({weight: [table] for weight, table in earlier.items()}, [before.observed]).value]


def combined_held_out(
    one: ObservedSet, account: xr.DataArray, *, rules: pl.DataFrame | None, partners: bool
) -> HeldOut:
    """Flows from all data but the reports of the areas that are scored.

    Parameters
    ----------
    one
        What was observed.
    account
        Flows from stocks alone.
    rules
        Duration rules, as `corridors.harmonise.definitions.defined_reports` takes them.
    partners
        Whether what the other end reported of the same flows may be used.
    """
    codes = [str(code) for code in account["origin"].values]
    inside = pl.col("ORIGIN").is_in(codes) & pl.col("DESTINATION").is_in(codes)
    reports = defined_reports(one.reports.filter(inside), rules=rules)
    end = pl.col(one.reporter.upper())
    flow, net_error, seen = xr.full_like(account, np.nan), 0.0, {level: [0, 0] for level in LEVELS}
    for part in _parts(one.reporters):
        own = end.is_in(part) & (pl.col("REPORTER") == end)
        told = reports.filter(~(own if partners else end.is_in(part)))
        found = combine_flows(account, told, years=one.account.period.years, counts="moves", filled=_filled(one, told))
        for code in part:
            flow.loc[{one.reporter: code}] = found.flow.sel({one.reporter: code}).values
        net_error = max(net_error, found.net_error)
        _count(seen, found, reports.filter(own))
    total = seen[LEVELS[0]][1]
    held = {level: inside / number if number else float("nan") for level, (inside, number) in seen.items()}
    return HeldOut(flow, net_error, {0.0: float(total), **held})


def _parts(reporters: list[str]) -> list[list[str]]:
    if len(reporters) <= _ALONE:
        return [[code] for code in reporters]
    return [reporters[number::_PARTS] for number in range(_PARTS)]


def _filled(one: ObservedSet, told: pl.DataFrame) -> list[str] | None:
    """Areas to which the model fills flows: all where both ends report, else the receivers that it knows."""
    if told.filter(pl.col("REPORTER") == pl.col("ORIGIN")).height:
        return None
    known = {*told.get_column("ORIGIN"), *told.get_column("DESTINATION")}
    return [code for code in one.reporters if code in known]


def _count(seen: dict[float, list[int]], found: CombinedFlows, own: pl.DataFrame) -> None:
    """Add the reports of the areas held out that lie in their intervals."""
    flows = found.harmonised.flow
    known, years = (list(map(str, flows[dim].values)) for dim in ("origin", "period"))
    own = own.filter(
        pl.col("ORIGIN").is_in(known) & pl.col("DESTINATION").is_in(known) & pl.col("TIME_PERIOD").is_in(years)
    )
    for level, counts in seen.items():
        told = expected_reports(found.harmonised, own, level=level)
        inside = (told["LOWER"] <= told["OBS_VALUE"]) & (told["OBS_VALUE"] <= told["UPPER"])
        counts[0] += int(inside.sum())
        counts[1] += told.height
