"""Flows of a whole world: every period, sex and method, as one tidy table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from corridors.concepts.ages import TOTAL
from corridors.concepts.dataflows import dataflow
from corridors.concepts.findings import DataError, Finding, raise_if_any
from corridors.estimate.flows import FlowEstimate, MethodName, estimate_flows
from corridors.estimate.sexes import MEN, WOMEN, Keep, reconcile_sexes
from corridors.harmonise.accounts import Account, Accounts, Unknown, accounts
from corridors.harmonise.departures import Departure, largest_of_each

if TYPE_CHECKING:
    import xarray as xr

DEFAULT_METHODS: tuple[MethodName, ...] = ("min-closed", "pb-closed")


@dataclass(frozen=True, slots=True)
class WorldEstimate:
    """Flows of a world, the net migration they must agree with, and how the accounts depart from the tables.

    Parameters
    ----------
    flow
        Dataflow `FLOW`: a row for every corridor, period, sex and method, zeros included.
    net_migration
        Dataflow `NET_MIGRATION`: as published, brought to the periods and areas of the accounts.
    departures
        What the accounts left out, merged or mended, the largest first.
    net_error
        Largest difference in persons, over all areas, periods and closed methods of both sexes together, between flows
        in less out and published net migration; None when no account has the latter.
    estimates
        The accounts and what each method made of them, as `corridors.estimate.explain` reads them.
    """

    flow: pl.DataFrame
    net_migration: pl.DataFrame
    departures: tuple[Departure, ...]
    net_error: float | None
    estimates: tuple[tuple[Account, FlowEstimate], ...] = ()


def estimate_world(
    tables: Mapping[str, pl.DataFrame],
    *,
    methods: Sequence[MethodName] = DEFAULT_METHODS,
    sexes: Sequence[str] | None = None,
    unknown: Unknown = "native",
    add_up: Keep | None = None,
) -> WorldEstimate:
    """Estimate the flows of every period, sex and method that the tables allow.

    Parameters
    ----------
    tables
        Tidy tables by dataflow: `STOCK`, `POPULATION`, `VITAL` and, if known, `NET_MIGRATION`.
    methods
        Codes of `corridors.estimate.flows.METHODS`.
    sexes
        Codes of SEX; by default all for which there is an account. Flows of women and men need not add up to those of
        both, because each account is closed by itself.
    unknown
        What persons of unknown origin are, as `corridors.harmonise.accounts.accounts` takes it.
    add_up
        Make women and men add up where there are both: what `corridors.estimate.sexes.reconcile_sexes` is to keep.
        Differences of net migration are spread. Estimates then keep the survivors and stocks of their own accounts, from
        which the net of their flows may differ; flows by birthplace follow the flows.

    Raises
    ------
    ValueError
        A choice is none of those allowed.
    DataError
        All that keeps an account from being made or closed, over all periods and sexes.
    """
    found = accounts(tables, sexes=sexes, unknown=unknown)
    estimates, findings = _estimates(found.accounts, methods)
    raise_if_any(findings)
    if add_up is not None:
        estimates = _that_add_up(estimates, add_up)
    net = [one for one in found.accounts if one.net_migration is not None]
    # One source may give both, as the regional world does.
    sources = " and ".join(dict.fromkeys((found.stock_source, found.population_source)))
    by_years = "/" not in "".join(_times(tables.get("NET_MIGRATION")))
    return WorldEstimate(
        flow=_tidy("FLOW", [_flow_rows(account, one) for account, one in estimates], f"corridors from {sources}"),
        net_migration=_tidy(
            "NET_MIGRATION", [_net_rows(one, status="E" if by_years else "A") for one in net], found.population_source
        ),
        departures=_departures(found, estimates),
        net_error=_net_error(estimates),
        estimates=tuple(estimates),
    )


def each_estimate(
    of: Iterable[Account], *, methods: Sequence[MethodName]
) -> Iterator[tuple[Account, FlowEstimate | list[Finding]]]:
    """Estimates of every account and method, or what keeps one from being made, as they come.

    Parameters
    ----------
    of
        Accounts.
    methods
        Codes of `corridors.estimate.flows.METHODS`.
    """
    for account in of:
        for method in methods:
            try:
                estimate = estimate_flows(
                    account.stock_start,
                    account.stock_end,
                    births=account.births,
                    deaths=account.deaths,
                    method=method,
                )
            except DataError as error:
                where = f"{account.period.label}, sex {account.sex}"
                yield account, [replace(one, place=f"{where}, {one.place}") for one in error.findings]
            else:
                yield account, estimate


def _estimates(
    of: Iterable[Account], methods: Sequence[MethodName]
) -> tuple[list[tuple[Account, FlowEstimate]], list[Finding]]:
    made, findings = [], []
    for account, found in each_estimate(of, methods=methods):
        if isinstance(found, FlowEstimate):
            made.append((account, found))
        else:
            findings += found
    # Methods that close the same account find the same faults.
    return made, list(dict.fromkeys(findings))


def _that_add_up(estimates: list[tuple[Account, FlowEstimate]], keep: Keep) -> list[tuple[Account, FlowEstimate]]:
    groups: dict[tuple[str, str], dict[str, FlowEstimate]] = {}
    for account, one in estimates:
        groups.setdefault((account.period.label, one.method), {})[account.sex] = one
    made, findings = {}, []
    for (period, method), of_sex in groups.items():
        if not {WOMEN, MEN} <= set(of_sex):
            continue
        try:
            made[period, method] = reconcile_sexes(of_sex, keep=keep, net="spread")
        except DataError as error:
            findings += [replace(one, place=f"{period}, {method}, {one.place}") for one in error.findings]
    raise_if_any(findings)

    def fitted(account: Account, one: FlowEstimate) -> FlowEstimate:
        found = made.get((account.period.label, one.method))
        if found is None:
            return one
        outward, returned = (
            None if part is None else part.sel(sex=account.sex, drop=True) for part in (found.outward, found.returned)
        )
        flow = found.flow.sel(sex=account.sex, drop=True)
        return replace(one, flow=flow, outward=outward, returned=returned, reconciled=True)

    return [(account, fitted(account, one)) for account, one in estimates]


def _times(table: pl.DataFrame | None) -> list[str]:
    return [] if table is None else [str(code) for code in table.get_column("TIME_PERIOD").unique().drop_nulls()]


def _flow_rows(account: Account, estimate: FlowEstimate) -> pl.DataFrame:
    codes = np.array([str(code) for code in estimate.flow["origin"].values])
    origin, destination = np.nonzero(~np.eye(codes.size, dtype=bool))
    return pl.DataFrame(
        {
            "ORIGIN": codes[origin],
            "DESTINATION": codes[destination],
            "OBS_VALUE": estimate.flow.values[origin, destination],
        }
    ).with_columns(
        SEX=pl.lit(account.sex),
        TIME_PERIOD=pl.lit(account.period.code),
        METHOD=pl.lit(estimate.method),
        OBS_STATUS=pl.lit("E"),
    )


def _net_rows(account: Account, *, status: str) -> pl.DataFrame:
    net: xr.DataArray | None = account.net_migration
    assert net is not None
    known = net.dropna("destination")
    return pl.DataFrame(
        {"AREA": [str(code) for code in known["destination"].values], "OBS_VALUE": known.values}
    ).with_columns(
        SEX=pl.lit(account.sex),
        AGE=pl.lit(TOTAL),
        TIME_PERIOD=pl.lit(account.period.code),
        OBS_STATUS=pl.lit(status),
    )


def _tidy(name: str, parts: list[pl.DataFrame], source: str) -> pl.DataFrame:
    flow = dataflow("FLOW" if name == "FLOW" else "NET_MIGRATION")
    if not parts:
        return pl.DataFrame(schema=flow.schema())
    whole = pl.concat(parts).with_columns(UNIT_MEASURE=pl.lit(flow.unit), SOURCE=pl.lit(source))
    return whole.select(column.name for column in flow.columns)


def _departures(found: Accounts, estimates: list[tuple[Account, FlowEstimate]]) -> tuple[Departure, ...]:
    both = [one for one in found.accounts if one.sex == TOTAL] or list(found.accounts)
    # A flow over a negative remainder or an unbalanced world is mended data: it must be said beside what was left out.
    mended = [
        departure
        for account, one in estimates
        if account.sex == both[0].sex
        for departure in (
            Departure(
                "all areas", "native-born below zero, taken from the foreign-born of the same area", one.repaired
            ),
            Departure(
                "all areas", "growth of the world less its natural increase, put on the native-born", one.matched
            ),
        )
        if departure.persons > 0
    ]
    return largest_of_each([*found.departures, *(one for account in both for one in account.departures), *mended])


def _net_error(estimates: list[tuple[Account, FlowEstimate]]) -> float | None:
    errors = [
        float(
            np.nanmax(
                np.abs(one.flow.sum("origin").values - one.flow.sum("destination").values - account.net_migration)
            )
        )
        for account, one in estimates
        if account.net_migration is not None and account.sex == TOTAL and one.match is not None
    ]
    return max(errors, default=None)
