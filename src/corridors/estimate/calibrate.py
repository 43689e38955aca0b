"""Choose a constant of an estimator on reported flows, and say how well it does where it has not seen them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, get_args

import numpy as np
import xarray as xr

from corridors.concepts.dims import require_dims
from corridors.estimate._cells import labelled
from corridors.estimate._held_out import Losses, Objective, leave_one_out, losses, scored, shrunk
from corridors.estimate.flows import MethodName, estimate_flows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Weights of minimum migration that are tried.
WEIGHTS = tuple(round(0.5 + 0.01 * step, 2) for step in range(51))
#: Powers of a seed that are tried: none of it, as it is, and beyond.
STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
#: Cells that the choice of all counts as beside a group's own; the last makes every group alike.
SHRINKAGES = (0.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, float("inf"))

Candidates = Mapping[float, Sequence[xr.DataArray]]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A constant, what it was chosen by, and its scores on flows it had not seen.

    Parameters
    ----------
    value
        Best over all reports.
    objective
        What was made small: the median absolute log ratio (`log-ratio`), the same less each destination's own median, or
        the mean Poisson deviance.
    curve
        Value of the objective by value of the constant, over all reports.
    by_destination, by_period
        Best constant of each, drawn to `value` by `shrinkage`.
    without
        Best constant when a destination's reports are left out.
    held_out
        Objective when every destination is scored by the constant chosen without it.
    last_period
        Objective on the last period of constants chosen on those before: one for all (`global`), and by destination
        (`destination`). Empty when there is one period.
    shrinkage
        Cells that the choice of all counted as beside a destination's own; the best of `SHRINKAGES` on the last period,
        or one for all when there is one period.
    cells
        Number of reported flows.
    """

    value: float
    objective: Objective
    curve: Mapping[float, float]
    by_destination: Mapping[str, float]
    by_period: tuple[float, ...]
    without: Mapping[str, float]
    held_out: float
    last_period: Mapping[str, float]
    shrinkage: float
    cells: int


def calibrate(
    candidates: Candidates, observed: Sequence[xr.DataArray], *, objective: Objective = "log-ratio"
) -> Calibration:
    """Choose among estimates made with different constants by what was reported.

    Parameters
    ----------
    candidates
        Flows by value of the constant: one table a period, in the order of `observed`, dims (origin, destination).
    observed
        Reported flows of each period, oldest first, on the same areas; not a number where nothing was reported.
    objective
        What is made small. Log ratios count reports of more than 50 persons.

    Returns
    -------
    Calibration
        The constant, its curve, and its scores on held-out destinations and the last period.

    Raises
    ------
    ValueError
        No candidate or no period is given, their numbers differ, the objective is none of those allowed, areas differ,
        a reported flow is not estimated, or nothing is reported.

    Notes
    -----
    Whole destinations are held out, never single corridors: a destination's reports share one definition, so that each
    tells of the others. The last-period score of constants by destination has chosen its own shrinkage; with few periods
    it flatters them a little.

    Examples
    --------
    >>> import xarray as xr
    >>> def flow(there, back):
    ...     cells, areas = [[float("nan"), there], [back, float("nan")]], ["AAA", "BBB"]
    ...     coords = {"origin": areas, "destination": areas}
    ...     return xr.DataArray(cells, coords, ("origin", "destination"), attrs={"unit": "persons"})
    >>> found = calibrate({0.8: [flow(150.0, 90.0)], 0.9: [flow(110.0, 70.0)]}, [flow(100.0, 70.0)])
    >>> found.value, found.cells
    (0.9, 2)
    """
    _check(candidates, observed, objective)
    values = np.array(list(candidates), dtype=float)
    cells = _cells(candidates, observed, objective)
    areas = [str(code) for code in observed[0]["destination"].values]
    everywhere = np.ones(cells.destination.size, dtype=bool)
    curve = cells.over(everywhere)
    best = int(np.argmin(curve))
    without, held_out = leave_one_out(cells)
    shrinkage, last = _last_period(cells)
    by_destination = shrunk(cells, cells.destination, cells=everywhere, strength=shrinkage)
    by_period = shrunk(cells, cells.period, cells=everywhere, strength=shrinkage)
    return Calibration(
        value=float(values[best]),
        objective=objective,
        curve=MappingProxyType(dict(zip(values.tolist(), curve.tolist(), strict=True))),
        by_destination=MappingProxyType({areas[one]: float(values[pick]) for one, pick in by_destination.items()}),
        by_period=tuple(float(values[by_period.get(one, best)]) for one in range(len(observed))),
        without=MappingProxyType({areas[one]: float(values[pick]) for one, pick in without.items() if pick >= 0}),
        held_out=held_out if len(without) > 1 else float("nan"),
        last_period=last,
        shrinkage=shrinkage,
        cells=int(cells.destination.size),
    )


def mixing_candidates(
    stock_start: xr.DataArray,
    stock_end: xr.DataArray,
    *,
    births: xr.DataArray,
    deaths: xr.DataArray,
    weights: Sequence[float] = WEIGHTS,
) -> dict[float, xr.DataArray]:
    """Flows of `pb-closed` for each weight of minimum migration; the account is made twice, however many there are.

    Raises
    ------
    ValueError, DataError
        As for `corridors.estimate.flows.estimate_flows`.

    Examples
    --------
    >>> from corridors.testing import world
    >>> given = world(4, 1)
    >>> found = mixing_candidates(given.stock_start, given.stock_end, births=given.births, deaths=given.deaths, weights=(0, 1))
    >>> bool(found[0].sum() > found[1].sum())
    True
    """
    least, independent = (
        estimate_flows(stock_start, stock_end, births=births, deaths=deaths, method=method).flow
        for method in ("min-closed", "ind-closed")
    )
    codes = [str(code) for code in least["origin"].values]
    return {
        float(weight): labelled(weight * least.values + (1 - weight) * independent.values, codes) for weight in weights
    }


def mixed(candidates: Mapping[float, xr.DataArray], calibration: Calibration) -> xr.DataArray:
    """Flows with each destination's own constant, and the constant of all where it has none.

    Net migration is then no longer exact; `corridors.estimate.net_to_flows` restores it.

    Raises
    ------
    ValueError
        A constant of the calibration is not among the candidates.
    """
    wanted = {calibration.value, *calibration.by_destination.values()}
    lacking = sorted(wanted - set(candidates))
    if lacking:
        raise ValueError(f"no candidate for {', '.join(f'{one:g}' for one in lacking)}")
    found = candidates[calibration.value].copy(deep=True)
    for code, value in calibration.by_destination.items():
        found.loc[{"destination": code}] = candidates[value].sel(destination=code)
    return found


def seed_candidates(  # noqa: PLR0913  # the account, its method, the seed and its powers
    stock_start: xr.DataArray,
    stock_end: xr.DataArray,
    *,
    births: xr.DataArray,
    deaths: xr.DataArray,
    seed: xr.DataArray,
    method: MethodName = "min-closed",
    strengths: Sequence[float] = STRENGTHS,
) -> dict[float, xr.DataArray]:
    """Flows for each power of a seed: with zero no corridor is preferred, with one the seed is taken at its word.

    Raises
    ------
    ValueError, DataError
        As for `corridors.estimate.flows.estimate_flows`.

    Examples
    --------
    >>> import xarray as xr
    >>> from corridors.testing import world
    >>> given = world(4, 1)
    >>> seed = xr.ones_like(given.flow).assign_attrs(unit="1")
    >>> found = seed_candidates(
    ...     given.stock_start, given.stock_end, births=given.births, deaths=given.deaths, seed=seed, strengths=(0, 1)
    ... )
    >>> bool(abs(found[0] - found[1]).max() < 1e-6)
    True
    """
    # Zeros are corridors that nobody uses, at every strength.
    powers = {float(one): (seed.astype(float) ** one).where(seed > 0, 0.0) for one in strengths}
    return {
        strength: estimate_flows(
            stock_start, stock_end, births=births, deaths=deaths, method=method, seed=power.assign_attrs(seed.attrs)
        ).flow
        for strength, power in powers.items()
    }


def _check(candidates: Candidates, observed: Sequence[xr.DataArray], objective: str) -> None:
    if objective not in get_args(Objective):
        raise ValueError(f"no objective {objective!r}; there are {', '.join(get_args(Objective))}")
    if not candidates or not observed:
        raise ValueError("give at least one candidate and one period")
    for value, tables in candidates.items():
        if len(tables) != len(observed):
            raise ValueError(f"candidate {value:g} has {len(tables)} periods and the reports have {len(observed)}")
        for table in (*tables, *observed):
            require_dims(table, ("origin", "destination"), name="flows")


def _cells(candidates: Candidates, observed: Sequence[xr.DataArray], objective: Objective) -> Losses:
    """Reported cells of all periods as one row, with every candidate's estimate of each."""
    seen, made, destinations, periods = [], [], [], []
    for number, of_period in enumerate(observed):
        tables = [tables[number] for tables in candidates.values()]
        reported, *tables = xr.align(observed[0], of_period, *tables, join="exact")[1:]
        codes = [reported[dim].values for dim in ("origin", "destination")]
        origin, destination = np.nonzero(np.isfinite(reported.values) & (codes[0][:, None] != codes[1][None, :]))
        estimated = np.stack([table.values[origin, destination] for table in tables]).astype(float)
        if not np.isfinite(estimated).all():
            raise ValueError(f"{(~np.isfinite(estimated)).any(axis=0).sum()} reported flows are not estimated")
        seen.append(reported.values[origin, destination].astype(float))
        made.append(estimated)
        destinations.append(destination)
        periods.append(np.full(origin.size, number))
    found = losses(
        np.concatenate(made, axis=1),
        np.concatenate(seen),
        destination=np.concatenate(destinations),
        period=np.concatenate(periods),
        objective=objective,
    )
    if not found.destination.size:
        raise ValueError("no flow is reported that the objective counts")
    return found


def _last_period(cells: Losses) -> tuple[float, Mapping[str, float]]:
    """Shrinkage, and objectives on the last period of what was chosen on those before."""
    last = cells.period == cells.period.max()
    if last.all():
        return float("inf"), MappingProxyType({})
    best = int(np.argmin(cells.over(~last)))
    found = {
        strength: scored(
            cells,
            cells.destination,
            shrunk(cells, cells.destination, cells=~last, strength=strength),
            cells=last,
            other=best,
        )
        for strength in SHRINKAGES
    }
    # Where several do as well the strongest is taken: it trusts single destinations least.
    shrinkage = min(reversed(SHRINKAGES), key=lambda strength: found[strength])
    overall = scored(cells, cells.destination, {}, cells=last, other=best)
    return shrinkage, MappingProxyType({"global": overall, "destination": found[shrinkage]})
