"""Flows of a period split to its years, with annual net migration as the anchor."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import xarray as xr
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from corridors.concepts.dims import require_dims
from corridors.concepts.findings import AreaFinding, Finding, raise_if_any
from corridors.concepts.periods import Period
from corridors.estimate._margins import faults, relabelled
from corridors.estimate._splitting import Parts, nets, split, split_nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: What is done with a year whose net migration is not known.
Missing = Literal["refuse", "rest"]
#: What is done where no flows of the corridors have the annual nets.
Reach = Literal["none", "nearest"]

#: Persons, and share of the flow total of an area, by which sums count as equal.
_PERSONS, _SHARE = 1e-6, 1e-9
_NAMED = 8


@dataclass(frozen=True, slots=True)
class AnnualFlows:
    """Flows by year, and what was done to the annual net migration on the way.

    Parameters
    ----------
    flow
        Persons, dims (period, origin, destination); years sum to the flow that was split.
    net
        Arrivals less departures of `flow`, dims (period, destination).
    adjusted
        Persons by which reconciled net migration differs from the figures given, dims (period, destination); zero where
        no figure was given.
    unreached
        Where the nearest nets were asked for, persons by which those of `flow` differ from the reconciled ones, dims
        (period, destination); else None.
    """

    flow: xr.DataArray
    net: xr.DataArray
    adjusted: xr.DataArray
    unreached: xr.DataArray | None

    def of(self, part: xr.DataArray) -> xr.DataArray:
        """A part of the flow (a type of move, those of one birthplace) by year, in the shares of its corridors.

        Parts that sum to the flow sum to it in every year; whether return and onward moves had years of their own, net
        migration cannot tell.

        Parameters
        ----------
        part
            Persons, dims (origin, destination), none above the flow.
        """
        require_dims(part, ("origin", "destination"), name="part")
        part = relabelled(part, self.flow.isel(period=0), "part")
        whole = self.flow.values.sum(axis=0)
        shares = np.divide(self.flow.values, whole, out=np.zeros_like(self.flow.values), where=whole > 0)
        return self.flow.copy(data=shares * part.values).assign_attrs(part.attrs)


def annual_flows(
    flow: xr.DataArray,
    *,
    net: xr.DataArray,
    profile: xr.DataArray | None = None,
    missing: Missing = "refuse",
    reach: Reach = "none",
) -> AnnualFlows:
    """Split flows to years so that each year has its own net migration.

    Parameters
    ----------
    flow
        Persons over the period, dims (origin, destination), the diagonal empty.
    net
        Net migration by year, dims (period, destination), unit of the flows; the labels of `period` are codes such as
        `2020-07-01/P1Y` that follow each other. Any number and length of steps will do.
    profile
        What the years should resemble, in any unit, dims (period, origin, destination): an earlier split, or reported
        annual flows. By default every corridor is even over time. Corridors that are empty in all years are even, too.
    missing
        Whether a year without a figure is refused, or takes what the other years of the area leave of its period net.
    reach
        Where no split has the nets, whether that is refused or the nearest nets are taken (least squares, weighted by the
        reciprocal turnover of the area).

    Returns
    -------
    AnnualFlows
        Flows by year, their nets, and what was adjusted.

    Raises
    ------
    ValueError
        Dims, labels, units or a choice do not fit.
    DataError
        A cell is below zero, a year has no figure, or no split has the nets: an area without flows, or with more
        arrivals or departures in one year than its corridors have in the whole period.

    Notes
    -----
    1. Net migration is reconciled (`reconcile_annual_net`), since a series of another source does not sum to the flows.
    2. ``y_ijt = f_ij q_ijt exp(a_tj - a_ti) / sum_s q_ijs exp(a_sj - a_si)``, with profile `q` and one unknown `a` for
       each area and year, is the split nearest to the profile in relative entropy that has these nets and sums to the
       flows (Willekens 1999 for net totals, with a sum over years for each corridor). Nets are met to the rounding of
       sums.

    The years hold movers of the period, not of the year: who moved and moved back within the period is in no year.
    Annual transitions are more than these; see `corridors.harmonise.transitions`.

    References
    ----------
    Willekens, F. (1999), Mathematical Population Studies 7(3), 239-278.

    Examples
    --------
    >>> import xarray as xr
    >>> places = ["AAA", "BBB"]
    >>> corridors = {"origin": places, "destination": places}
    >>> flow = xr.DataArray([[float("nan"), 90.0], [30.0, float("nan")]], corridors, attrs={"unit": "persons"})
    >>> years = {"period": ["2020-07-01/P1Y", "2021-07-01/P1Y"], "destination": places}
    >>> net = xr.DataArray([[-20.0, 20.0], [-40.0, 40.0]], years, attrs={"unit": "persons"})
    >>> found = annual_flows(flow, net=net).flow.sel(origin="AAA", destination="BBB")
    >>> found.values.round(3).tolist()
    [37.5, 52.5]
    """
    for word, choice, allowed in (("missing", missing, get_args(Missing)), ("reach", reach, get_args(Reach))):
        if choice not in allowed:
            raise ValueError(f"no choice {choice!r} of {word}; there are {', '.join(allowed)}")
    wanted, given = _reconciled(flow, net, missing)
    cells = np.nan_to_num(flow.values.astype(float))[None]
    shares = _shares(flow, wanted, profile)[:, None]
    solve = split if reach == "none" else split_nearest
    parts = solve(cells, shares, wanted.values)
    if reach == "none":
        raise_if_any(unreached(parts, wanted))
    made = _labelled(parts.cells[:, 0], flow, wanted)
    adjusted = np.where(np.isnan(given.values), 0.0, wanted.values - given.values)
    return AnnualFlows(
        flow=made,
        net=wanted.copy(data=nets(parts.cells)),
        adjusted=wanted.copy(data=adjusted),
        unreached=None if reach == "none" else wanted.copy(data=-parts.gap),
    )


def reconcile_annual_net(net: xr.DataArray, *, flow: xr.DataArray, missing: Missing = "refuse") -> xr.DataArray:
    """Annual net migration that sums to the net of the flows over the years, and to zero over the areas of each year.

    Parameters
    ----------
    net, flow, missing
        As `annual_flows` takes them.

    Returns
    -------
    DataArray
        Dims (period, destination), areas in the order of the flows.

    Raises
    ------
    ValueError
        Dims, labels or units do not fit.
    DataError
        A cell is below zero, or a year has no figure.

    Notes
    -----
    First the difference of period net and sum of the years is spread over the years by their length; then what the areas
    of a year (of each set of areas that exchange people) sum to is taken off them in proportion to their turnover, which
    leaves the sums over years as they are. That is the nearest such table in least squares, weighted by the reciprocal of
    turnover and length.

    Examples
    --------
    >>> import xarray as xr
    >>> places = ["AAA", "BBB"]
    >>> corridors = {"origin": places, "destination": places}
    >>> flow = xr.DataArray([[float("nan"), 90.0], [30.0, float("nan")]], corridors, attrs={"unit": "persons"})
    >>> years = {"period": ["2020-07-01/P1Y", "2021-07-01/P1Y"], "destination": places}
    >>> net = xr.DataArray([[-20.0, 22.0], [-42.0, 40.0]], years, attrs={"unit": "persons"})
    >>> reconcile_annual_net(net, flow=flow).values.tolist()
    [[-20.0, 20.0], [-40.0, 40.0]]
    """
    return _reconciled(flow, net, missing)[0]


def _reconciled(flow: xr.DataArray, net: xr.DataArray, missing: Missing) -> tuple[xr.DataArray, xr.DataArray]:
    """Net migration as reconciled, and as given in the order of the flows."""
    require_dims(flow, ("origin", "destination"), name="flow")
    require_dims(net, ("period", "destination"), name="net")
    if list(map(str, flow["origin"].values)) != list(map(str, flow["destination"].values)):
        raise ValueError("flow needs the same areas, in the same order, as origins and destinations")
    if net.attrs["unit"] != flow.attrs["unit"]:
        raise ValueError(f"net is in {net.attrs['unit']!r} and flow in {flow.attrs['unit']!r}; bring both to one unit")
    lengths = _lengths([str(code) for code in net["period"].values])
    net = _on_areas(net, flow)
    for name, given in (("flow", flow), ("net", net)):
        if np.isinf(given.values.astype(float)).any():
            raise ValueError(f"{name} has endless figures; write numbers, or leave the cell empty")
    raise_if_any([*faults(flow, "flow", gaps=True), *(_unknown(net) if missing == "refuse" else [])])
    cells = np.nan_to_num(flow.values.astype(float))
    table = _summed(net.values, cells.sum(axis=0) - cells.sum(axis=1), lengths)
    turnover, table = cells.sum(axis=0) + cells.sum(axis=1), table.copy()
    graph: Any = csr_array(cells > 0)
    count, block = connected_components(graph, directed=False)
    for number in range(count):
        inside = block == number
        if turnover[inside].sum() > 0:
            weight = turnover[inside] / turnover[inside].sum()
            table[:, inside] -= table[:, inside].sum(axis=1)[:, None] * weight
    return net.copy(data=table), net


def _on_areas(net: xr.DataArray, flow: xr.DataArray) -> xr.DataArray:
    """Net migration in the order of the flows' areas."""
    have, want = ([str(code) for code in array["destination"].values] for array in (net, flow))
    if sorted(have) != sorted(want) or len(set(want)) != len(want):
        others = ", ".join(sorted(set(have) ^ set(want))[:_NAMED]) or "labels that stand twice"
        raise ValueError(f"net and flow have other areas: {others}")
    return net.isel(destination=[have.index(code) for code in want]).astype(float)


def _lengths(codes: Sequence[str]) -> Floats:
    periods = [Period.from_code(code) for code in codes]
    for before, after in pairwise(periods):
        if before.end != after.start:
            raise ValueError(f"{after.code} does not follow {before.code}; give the steps of one period in their order")
    return np.array([period.years for period in periods], dtype=float)


def _unknown(net: xr.DataArray) -> list[Finding]:
    return [
        Finding(
            "value-missing",
            f"net migration of {net['destination'].values[area]}, {net['period'].values[year]}",
            "no number",
            "give it, or let the year take what the others leave (missing='rest')",
        )
        for year, area in np.argwhere(np.isnan(net.values))
    ]


def _summed(net: Floats, whole: Floats, lengths: Floats) -> Floats:
    """Annual nets that sum to those of the period: blank years take the rest, else all years share it by length."""
    blank = np.isnan(net)
    rest = whole - np.where(blank, 0.0, net).sum(axis=0)
    taking = np.where(blank.any(axis=0), blank, True) * lengths[:, None]
    found: Floats = np.where(blank, 0.0, net) + rest * taking / taking.sum(axis=0)
    return found


def _shares(flow: xr.DataArray, net: xr.DataArray, profile: xr.DataArray | None) -> Floats:
    lengths = _lengths([str(code) for code in net["period"].values])
    even = np.broadcast_to((lengths / lengths.sum())[:, None, None], (lengths.size, *flow.shape))
    if profile is None:
        return even
    if profile.dims != ("period", "origin", "destination"):
        raise ValueError(f"profile has dims {profile.dims}; expected ('period', 'origin', 'destination')")
    profile = relabelled(profile, flow.expand_dims(period=net["period"].values), "profile")
    raise_if_any(faults(profile, "profile", gaps=True))
    cells = np.nan_to_num(profile.values.astype(float))
    whole = cells.sum(axis=0)
    return np.where(whole > 0, cells / np.where(whole > 0, whole, 1.0), even)


def unreached(parts: Parts, net: xr.DataArray) -> list[Finding]:
    """Findings where parts do not have their nets: the areas of the certificate, or those that are off."""
    if parts.holds:
        return []
    codes = np.array([str(code) for code in net["destination"].values])
    still = (parts.cells.sum(axis=(0, 1, 2)) + parts.cells.sum(axis=(0, 1, 3)) == 0) & (
        np.abs(net.values) > _PERSONS
    ).any(axis=0)
    if still.any():
        return [
            AreaFinding(
                "totals-unreachable",
                f"net migration of {codes[area]}",
                f"up to {np.abs(net.values[:, area]).max():,.0f} in one part, and nobody moves there or from there",
                "give it no net migration, take the nearest, or give it flows",
                (str(codes[area]),),
                float(np.abs(net.values[:, area]).max()),
            )
            for area in np.flatnonzero(still)
        ]
    apart = parts.height - parts.height.mean(axis=0)
    apart = np.abs(apart - np.median(apart, axis=1)[:, None])
    guilty = (
        codes[(apart >= 0.5 * apart.max()).any(axis=0)]
        if parts.missing
        else codes[np.abs(parts.gap).max(axis=0) > _PERSONS]
    )
    persons = parts.missing or float(np.abs(parts.gap).max())
    return [
        AreaFinding(
            "totals-unreachable",
            f"net migration of {', '.join(guilty[:_NAMED])}",
            f"their corridors lack {persons:,.0f} persons: one part has more of it than the flows of all parts can give",
            "take the nearest, check these areas, or split flows that hold return moves (such as pb-closed)",
            tuple(map(str, guilty)),
            persons,
        )
    ]


def _labelled(cells: Floats, flow: xr.DataArray, net: xr.DataArray) -> xr.DataArray:
    cells = np.where(np.isnan(flow.values), np.nan, cells)
    coords = {
        "period": net["period"].values,
        "origin": flow["origin"].values,
        "destination": flow["destination"].values,
    }
    return xr.DataArray(cells, coords, ("period", "origin", "destination"), attrs=dict(flow.attrs))
