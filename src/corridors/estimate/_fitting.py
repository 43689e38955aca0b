"""Cells scaled until the sums over groups of them are met: proportional fitting, finished by Newton's method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array

from corridors.estimate._accounting import ratio
from corridors.estimate._balance import EXACT, ROUNDING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

#: Sweeps before Newton's method takes over; most tables need fewer.
_SWEEPS = 200
#: Sweeps where there are too many groups for a dense system of equations.
_LONG_SWEEPS = 20_000
#: Groups above which a Newton step costs more than the sweeps it saves.
_DENSE = 800
_STEPS = 60
_HALVINGS = 30


@dataclass(frozen=True, slots=True)
class Fitted:
    """Scaled cells, the factors of their groups, and how far they are from the totals.

    Parameters
    ----------
    cells
        The seed times the factors of every group a cell is in.
    factors
        One array for each set of groups; zero where the total is zero, one where it is free.
    error
        Largest difference of a sum from its total.
    sweeps
        Sweeps of proportional fitting and Newton steps taken.
    holds
        Whether the totals are met, to the rounding of their sums.
    """

    cells: Floats
    factors: tuple[Floats, ...]
    error: float
    sweeps: int
    holds: bool


def fit_groups(seed: Floats, *, groups: Sequence[Positions], totals: Sequence[Floats]) -> Fitted:
    """Find ``cell = seed * product of its groups' factors`` with the given sums.

    Parameters
    ----------
    seed
        Non-negative cells, shape (cells,). Zeros stay zeros.
    groups
        For each set of totals, the number of the group that each cell is in.
    totals
        For each set, the sum wanted of each group, non-negative; not a number where it is free.
    """
    wanted = [np.where(np.isnan(total), 0.0, total) for total in totals]
    free = [np.isnan(total) for total in totals]
    logs = [np.zeros(total.size) for total in totals]
    dead = np.zeros(seed.size, dtype=bool)
    for group, total in zip(groups, totals, strict=True):
        dead |= (total == 0)[group]
    live = np.flatnonzero(~dead & (seed > 0))
    cells, members = seed[live], [group[live] for group in groups]
    many = sum(total.size for total in totals) > _DENSE
    error, steps = _swept(cells, (members, wanted, free), logs, sweeps=_LONG_SWEEPS if many else _SWEEPS)
    if not many and error > _enough(wanted, EXACT):
        error, more = _finished(cells, (members, wanted, free), logs)
        steps += more
    found = np.zeros(seed.size)
    found[live] = _scaled(cells, members, logs)
    factors = tuple(np.where(total == 0, 0.0, np.exp(log)) for total, log in zip(totals, logs, strict=True))
    error = max(
        float(np.abs(np.where(gap, 0.0, np.bincount(group, found, total.size) - total)).max(initial=0))
        for group, total, gap in zip(groups, wanted, free, strict=True)
    )
    return Fitted(found, factors, error, steps, error <= _enough(wanted, ROUNDING))


Sums = tuple["list[Positions]", "list[Floats]", "list[NDArray[np.bool_]]"]


def _enough(wanted: Sequence[Floats], share: float) -> float:
    return share * max(float(total.max(initial=0)) for total in wanted)


def _scaled(cells: Floats, members: Sequence[Positions], logs: Sequence[Floats]) -> Floats:
    exponent = np.add.reduce([log[group] for group, log in zip(members, logs, strict=True)])
    with np.errstate(over="ignore", under="ignore"):
        scaled: Floats = cells * np.exp(exponent)
    return scaled


def _swept(cells: Floats, sums: Sums, logs: list[Floats], *, sweeps: int) -> tuple[float, int]:
    """Scale each set of groups in turn; `logs` takes the factors."""
    members, wanted, free = sums
    enough, error = _enough(wanted, EXACT), np.inf
    for sweep in range(sweeps):
        error = 0.0
        for number, (group, total) in enumerate(zip(members, wanted, strict=True)):
            current = np.bincount(group, _scaled(cells, members, logs), total.size).astype(float)
            gap = np.where(free[number], 0.0, np.abs(current - total))
            error = max(error, float(gap.max(initial=0)))
            grown = np.where(free[number] | (current <= 0) | (total <= 0), 1.0, ratio(total, current))
            logs[number] = logs[number] + np.log(np.where(grown > 0, grown, 1.0))
        if error <= enough:
            return error, sweep + 1
    return error, sweeps


def _finished(cells: Floats, sums: Sums, logs: list[Floats]) -> tuple[float, int]:
    """Damped Newton on the dual ``sum cells exp(A'x) - totals'x``; `logs` takes the factors."""
    members, wanted, free = sums
    starts = np.cumsum([0, *(total.size for total in wanted)])
    total, fixed = np.concatenate(wanted), ~np.concatenate(free)
    rows = np.concatenate([group + start for group, start in zip(members, starts[:-1], strict=True)])
    columns = np.tile(np.arange(cells.size), len(members))
    sums_of: Any = csr_array((fixed[rows].astype(float), (rows, columns)), shape=(total.size, cells.size))
    fixed &= total > 0
    x, enough = np.concatenate(logs), _enough(wanted, EXACT)
    steps, current = 0, _at(cells, sums_of, x)
    gap = np.where(fixed, total - sums_of @ current, 0.0)
    while np.abs(gap).max(initial=0) > enough and steps < _STEPS:
        curvature = np.asarray((sums_of * current) @ sums_of.T.toarray())
        step = np.linalg.lstsq(curvature, gap, rcond=1e-14)[0]
        moved = _shortened(cells, sums_of, (x, step), (total, gap, fixed))
        if moved is None:
            break
        x, current, gap = moved
        steps += 1
    for number in range(len(logs)):
        logs[number] = x[starts[number] : starts[number + 1]]
    return float(np.abs(gap).max(initial=0)), steps


def _at(cells: Floats, sums_of: Any, x: Floats) -> Floats:
    with np.errstate(over="ignore", under="ignore"):
        found: Floats = cells * np.exp(sums_of.T @ x)
    return found


def _shortened(
    cells: Floats, sums_of: Any, line: tuple[Floats, Floats], goal: tuple[Floats, Floats, NDArray[np.bool_]]
) -> tuple[Floats, Floats, Floats] | None:
    """Take the longest of the steps 1, 1/2, 1/4 .. that lowers the dual or, in its last digits, the error."""
    (x, step), (total, gap, fixed) = line, goal
    before, slope = _at(cells, sums_of, x).sum(), -float(gap @ step)
    length = 1.0
    for _ in range(_HALVINGS):
        after = _at(cells, sums_of, x + length * step)
        if np.isfinite(after.sum()):
            left = np.where(fixed, total - sums_of @ after, 0.0)
            fall = after.sum() - before - length * float(total[fixed] @ step[fixed])
            if np.abs(left).max() < np.abs(gap).max() or fall < 1e-4 * length * slope:
                return x + length * step, after, left
        length /= 2
    return None
