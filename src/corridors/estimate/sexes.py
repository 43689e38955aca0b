"""Women and men who add up to both sexes, flow by flow and type by type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import xarray as xr

from corridors.concepts.ages import TOTAL as BOTH
from corridors.concepts.findings import AreaFinding, DataError, Finding, raise_if_any
from corridors.estimate._splitting import nets, split
from corridors.estimate.annual import unreached

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.estimate.flows import FlowEstimate

    Floats = NDArray[np.float64]

WOMEN, MEN = "F", "M"
#: Which flows stay as they were estimated; see `reconcile_sexes`.
Keep = Literal["both", "sexes"]
#: What is done where the net migration of women and of men does not add up to that of both.
Nets = Literal["refuse", "spread"]

#: Persons by which net migration of an area may fail to add up before it is a finding.
_PERSONS = 0.01


@dataclass(frozen=True, slots=True)
class SexFlows:
    """Flows of women, men and both sexes that add up, and what was changed.

    Parameters
    ----------
    flow
        Persons, dims (sex, origin, destination), sexes F, M and _T.
    outward, returned, transit
        Types of these moves, same dims; each adds up over the sexes, and the three add up to `flow`. None in methods
        without an account.
    changed
        Persons by which flows differ from those estimated, summed over corridors without sign, dims (sex,).
    spread
        Persons by which net migration of women and men was changed so that it adds up, dims (sex, destination).
    """

    flow: xr.DataArray
    outward: xr.DataArray | None
    returned: xr.DataArray | None
    transit: xr.DataArray | None
    changed: xr.DataArray
    spread: xr.DataArray


def reconcile_sexes(estimates: Mapping[str, FlowEstimate], *, keep: Keep = "sexes", net: Nets = "refuse") -> SexFlows:
    """Make the flows of women and men add up to those of both sexes.

    Each account is closed by itself, and methods are not linear: a corridor of both sexes is not the sum of its two. This
    is the step that makes it so.

    Parameters
    ----------
    estimates
        By sex F, M and, to keep it, _T: one method, period and list of areas.
    keep
        - "sexes": flows of women and men stay, and both sexes are their sum. Always possible.
        - "both": flows of both sexes stay, and with them their types. Flows of women and men are those nearest to what
          was estimated, in relative entropy, that add up to them and keep the net migration of each sex. Not possible
          where women come on balance and men leave, and both sexes together hardly move.
    net
        Where net migration of women and men does not add up to that of both (by more than 0.01 person in an area),
        refuse, or put the difference on both in proportion to their turnover in the area ("spread").

    Returns
    -------
    SexFlows
        Flows that add up.

    Raises
    ------
    ValueError
        A sex is missing, methods or areas differ, or a choice is none of those allowed.
    DataError
        Net migration does not add up; a flow is below zero; or no flows that add up have these nets.

    Notes
    -----
    With flows `b` of both sexes, `w` and `m` as estimated, by corridor and type, and one unknown `u` an area:
    ``w'_ij = b_ij w_ij e^(u_j - u_i) / (w_ij e^(u_j - u_i) + m_ij)``, ``m'_ij = b_ij - w'_ij``. That is the minimum of
    ``sum w' log(w'/w) + m' log(m'/m)`` under the sums and the nets (Willekens 1999), found by Newton's method. Where both
    estimates are empty and `b` is not, the sexes have the shares of all movers of that type.

    References
    ----------
    Willekens, F. (1999), Mathematical Population Studies 7(3), 239-278.

    Examples
    --------
    >>> from corridors.estimate.flows import estimate_flows
    >>> from corridors.testing import world
    >>> given = {"F": world(5, 1), "M": world(5, 2)}
    >>> by_sex = {
    ...     sex: estimate_flows(one.stock_start, one.stock_end, births=one.births, deaths=one.deaths)
    ...     for sex, one in given.items()
    ... }
    >>> found = reconcile_sexes(by_sex, keep="sexes").flow.fillna(0)
    >>> bool((abs(found.sel(sex="F") + found.sel(sex="M") - found.sel(sex="_T")) < 1e-6).all())
    True
    """
    for word, choice, allowed in (("keep", keep, get_args(Keep)), ("net", net, get_args(Nets))):
        if choice not in allowed:
            raise ValueError(f"no choice {choice!r} of {word}; there are {', '.join(allowed)}")
    needed = (WOMEN, MEN, BOTH) if keep == "both" else (WOMEN, MEN)
    _require_alike(estimates, needed)
    raise_if_any(finding for sex in needed for finding in _below_zero(estimates[sex], sex))
    cells = {sex: _cells(estimates[sex]) for sex in needed}
    codes = [str(code) for code in estimates[WOMEN].flow["origin"].values]
    sexes, spread = np.stack([cells[WOMEN], cells[MEN]]), np.zeros((2, len(codes)))
    if keep == "both":
        wanted, spread = _nets_that_add_up(sexes, cells[BOTH], codes, net)
        kept, sexes = sexes, _fitted(sexes, cells[BOTH], wanted, codes)
    else:
        kept = sexes
    both = cells[BOTH] if keep == "both" else sexes.sum(axis=0)
    known = _cells(estimates[BOTH]) if BOTH in estimates else both
    moved = np.abs(np.stack([*(sexes - kept), both - known]).sum(axis=1)).sum(axis=(1, 2))
    return _result(np.stack([*sexes, both]), codes, moved, spread)


def _require_alike(estimates: Mapping[str, FlowEstimate], needed: tuple[str, ...]) -> None:
    lacking = [sex for sex in needed if sex not in estimates]
    if lacking:
        raise ValueError(f"no estimate of sex {', '.join(lacking)}; needed are {', '.join(needed)}")
    first = estimates[WOMEN]
    for sex in needed[1:]:
        one = estimates[sex]
        if one.method != first.method:
            raise ValueError(f"methods differ: {first.method} and {one.method}; estimate all sexes by one")
        if list(one.flow["origin"].values) != list(first.flow["origin"].values):
            raise ValueError(f"areas of sex {sex} are not those of women; estimate all on one list in one order")


def _below_zero(estimate: FlowEstimate, sex: str) -> list[Finding]:
    codes, flow = [str(code) for code in estimate.flow["origin"].values], estimate.flow.values
    return [
        AreaFinding(
            "value-negative",
            f"flow of sex {sex}, {codes[origin]} to {codes[destination]}",
            f"{flow[origin, destination]:,.0f} persons",
            "choose a method whose flows are never below zero",
            (codes[origin], codes[destination]),
        )
        for origin, destination in np.argwhere(flow < 0)
    ]


def _cells(estimate: FlowEstimate) -> Floats:
    """Flows by type, shape (types, origins, destinations), one type where a method has none."""
    parts = estimate.outward, estimate.returned, estimate.transit
    tables = [part.values for part in parts if part is not None] or [estimate.flow.values]
    found: Floats = np.nan_to_num(np.stack(tables).astype(float))
    return found


def _nets_that_add_up(sexes: Floats, both: Floats, codes: list[str], choice: Nets) -> tuple[Floats, Floats]:
    """Net migration by sex, shape (2, areas), and what was added to make it add up."""
    found, whole = nets(sexes), nets(both[None])[0]
    rest = whole - found.sum(axis=0)
    far = np.flatnonzero(np.abs(rest) > _PERSONS)
    if far.size and choice == "refuse":
        raise DataError(
            AreaFinding(
                "totals-differ",
                f"net migration of {codes[area]}",
                f"women and men have {found[:, area].sum():,.2f}, both sexes {whole[area]:,.2f}",
                "bring the tables by sex to those of both, let the difference be spread (net='spread'), or keep the sexes",
                (codes[area],),
                float(abs(rest[area])),
            )
            for area in far
        )
    turnover = sexes.sum(axis=(1, 2)) + sexes.sum(axis=(1, 3))
    all_moves = turnover.sum(axis=0)
    share = np.where(all_moves > 0, turnover / np.where(all_moves > 0, all_moves, 1.0), 0.5)
    spread = share * rest
    # Shares differ between areas: women of all areas must still lose whom women of all areas gain.
    drift = spread[0].sum() * (all_moves / all_moves.sum() if all_moves.sum() else np.full(len(codes), 1 / len(codes)))
    spread = spread + np.stack([-drift, drift])
    return found + spread, spread


def _fitted(sexes: Floats, both: Floats, wanted: Floats, codes: list[str]) -> Floats:
    whole = sexes.sum(axis=0)
    usual = _usual_shares(sexes)
    shares = np.where(whole > 0, sexes / np.where(whole > 0, whole, 1.0), usual)
    parts = split(both, shares, wanted)
    asked = xr.DataArray(wanted, {"sex": [WOMEN, MEN], "destination": codes}, ("sex", "destination"))
    raise_if_any(unreached(parts, asked))
    return parts.cells


def _usual_shares(sexes: Floats) -> Floats:
    """Shares of the sexes in all movers of each type, shape (2, types, 1, 1)."""
    movers = sexes.sum(axis=(2, 3), keepdims=True)
    whole = movers.sum(axis=0)
    found: Floats = np.where(whole > 0, movers / np.where(whole > 0, whole, 1.0), 0.5)
    return found


def _result(cells: Floats, codes: list[str], moved: Floats, spread: Floats) -> SexFlows:
    """Cells of shape (sexes, types, origins, destinations) with labels."""
    sexes, unit = [WOMEN, MEN, BOTH], {"unit": "persons"}
    at = np.arange(len(codes))
    cells = cells.copy()
    cells[:, :, at, at] = np.nan
    coords = {"sex": sexes, "origin": codes, "destination": codes}

    def table(values: Floats) -> xr.DataArray:
        return xr.DataArray(values, coords, ("sex", "origin", "destination"), attrs=unit)

    types = [table(cells[:, number]) for number in range(3)] if cells.shape[1] == 3 else [None, None, None]
    return SexFlows(
        flow=table(cells.sum(axis=1)),
        outward=types[0],
        returned=types[1],
        transit=types[2],
        changed=xr.DataArray(moved, {"sex": sexes}, ("sex",), attrs=unit),
        spread=xr.DataArray(spread, {"sex": [WOMEN, MEN], "destination": codes}, ("sex", "destination"), attrs=unit),
    )
