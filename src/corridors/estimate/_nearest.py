"""The closed account nearest to one that does not exist: totals projected onto the cuts that forbid them.

A table with zeros has given totals if and only if no set of birthplaces is larger than all areas in which one of them
lives (Gale and Hoffman). There are too many sets to list, so cuts are added as largest flows find them violated, and the
wanted totals are projected again until none is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.optimize import nnls

from corridors.estimate._balance import Balanced, balance
from corridors.estimate._closing import Blocked, Closed, Unsettled
from corridors.estimate._feasible import Blockade, blockade, blockades, largest_flow, possible

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Side = Literal["start", "end"]

#: Persons of the world, as a share, that a cut may be missed by: the rounding of the sums.
_EXACT = 1e-13
#: Rounds of cuts; each adds all that two smallest cuts split into.
_ROUNDS = 500


@dataclass(frozen=True, slots=True)
class Cut:
    """A set of birthplaces and the areas that bind it: where they fill each other to the last person.

    Parameters
    ----------
    table
        Table whose zeros make the cut.
    blockade
        Its members and partners; `excess` is by how many persons the wanted totals break it.
    """

    table: Side
    blockade: Blockade


@dataclass(frozen=True, slots=True)
class Nearest:
    """Totals for which both tables can be closed, and how far they are from those wanted.

    Parameters
    ----------
    totals
        Persons by birthplace, the same in both tables.
    residents_start, residents_end
        Persons by residence; those of the tables, unless `residents_kept` is false.
    moved, moved_start, moved_end
        Persons added by birthplace, and by residence at both dates; negative where they were taken away.
    residents_kept
        Whether some birthplace totals close the account with the residents as they are. If none do, residents give way
        too and the sum of squares over birthplaces and both sets of residents is least.
    cuts
        The cuts that bind, the largest excess first.
    """

    totals: Floats
    residents_start: Floats
    residents_end: Floats
    moved: Floats
    moved_start: Floats
    moved_end: Floats
    residents_kept: bool
    cuts: tuple[Cut, ...]


def nearest(start: Floats, end: Floats) -> Nearest:
    """Nearest feasible totals, in least squares, to the mean of the birthplace totals of two tables.

    Parameters
    ----------
    start, end
        Survivors by birthplace and residence, shape (birthplaces, residences), with equal sums.

    Raises
    ------
    Blocked
        No birthplace has people at both dates, so that no totals close the account.
    Unsettled
        The projection was not found to the last digit.
    """
    _refuse_strangers(start, end)
    wanted = np.concatenate([(start.sum(axis=1) + end.sum(axis=1)) / 2, start.sum(axis=0), end.sum(axis=0)])
    kept = _can_keep_residents(start, end)
    found, cuts = _project((start, end), wanted, kept=kept)
    totals, residents_start, residents_end = _parts(found, start.shape)
    moved, moved_start, moved_end = _parts(found - wanted, start.shape)
    return Nearest(totals, residents_start, residents_end, moved, moved_start, moved_end, kept, cuts)


def close_nearest(start: Floats, end: Floats) -> tuple[Closed, Nearest]:
    """Scale both tables to the nearest feasible totals; the closed account itself where it exists.

    Raises
    ------
    Blocked
        No birthplace has people at both dates.
    Unsettled
        The nearest totals, or the tables that have them, were not found to the last digit.
    """
    found = nearest(start, end)
    scaled = [
        _settled(table, rows=found.totals, columns=columns)
        for table, columns in ((start, found.residents_start), (end, found.residents_end))
    ]
    missed = [one.error for one in scaled if not one.holds]
    if missed:
        raise Unsettled(max(missed))
    shifted = sum(float(np.abs(one.table - table).sum()) / 2 for one, table in zip(scaled, (start, end), strict=True))
    return Closed(scaled[0].table, scaled[1].table, shifted), found


def _refuse_strangers(start: Floats, end: Floats) -> None:
    both = start.any(axis=1) & end.any(axis=1)
    if both.any() or not start.any():
        return
    tables: dict[str, Floats] = {"start": start, "end": end}
    totals = (start.sum(axis=1) + end.sum(axis=1)) / 2
    found = {name: blockade(table, rows=totals, columns=table.sum(axis=0)) for name, table in tables.items()}
    raise Blocked({name: one for name, one in found.items() if one is not None})


def _settled(table: Floats, *, rows: Floats, columns: Floats) -> Balanced:
    """Balance within blocks: at totals on a cut, the cells across it are zero and the blocks know nothing of each other.

    Without them Newton's method is inside of its domain and needs few steps; with them it only creeps to the zeros.
    """
    within = np.where(possible(table, rows=rows, columns=columns), table, 0.0)
    # A total that is zero but for rounding has no cell left, and must not ask for one.
    return balance(
        within,
        rows=np.where(within.any(axis=1), rows, 0.0),
        columns=np.where(within.any(axis=0), columns, 0.0),
    )


def _parts(vector: Floats, shape: tuple[int, ...]) -> tuple[Floats, Floats, Floats]:
    n_births, n = shape
    return vector[:n_births], vector[n_births : n_births + n], vector[n_births + n :]


def _can_keep_residents(start: Floats, end: Floats) -> bool:
    """Whether the residents at the start reach those at the end through birthplaces of any size."""
    n_births, n = start.shape
    capacity = np.zeros((n_births + 2 * n + 2,) * 2)
    first, births, last = slice(1, 1 + n), slice(1 + n, 1 + n + n_births), slice(1 + n + n_births, -1)
    capacity[0, first], capacity[last, -1] = start.sum(axis=0), end.sum(axis=0)
    capacity[first, births] = np.where(start.T > 0, np.inf, 0.0)
    capacity[births, last] = np.where(end > 0, np.inf, 0.0)
    carried = float(largest_flow(capacity)[0].sum())
    return float(start.sum()) - carried <= 10 * _EXACT * float(start.sum())


def _project(tables: tuple[Floats, Floats], wanted: Floats, *, kept: bool) -> tuple[Floats, tuple[Cut, ...]]:
    """Cutting planes: project, look for violated cuts, add them, project again."""
    n_births = tables[0].shape[0]
    world = float(wanted[:n_births].sum())
    free = np.ones(wanted.size, dtype=bool)
    free[n_births:] = not kept
    rows: dict[bytes, tuple[Floats, Cut | None]] = {}
    point, binding = wanted.copy(), np.zeros(0, dtype=np.intp)
    for _ in range(_ROUNDS):
        new = [one for one in _violated(tables, point, world) if one[0].tobytes() not in rows]
        if not new:
            break
        rows.update((row.tobytes(), (row, cut)) for row, cut in new)
        point, binding = _projection(np.array([row for row, _ in rows.values()]), wanted, free, tables[0].shape)
    left = max((float(row @ point) for row, _ in _violated(tables, point, world)), default=0.0)
    if left > 0:
        raise Unsettled(left)
    used = [list(rows.values())[number] for number in binding]
    cuts = [Cut(cut.table, _with_excess(cut.blockade, float(row @ wanted))) for row, cut in used if cut is not None]
    return np.maximum(point, 0.0), tuple(sorted(cuts, key=lambda cut: (-cut.blockade.excess, cut.table)))


def _with_excess(blocked: Blockade, excess: float) -> Blockade:
    return Blockade(blocked.of, blocked.members, blocked.partners, excess)


def _violated(tables: tuple[Floats, Floats], point: Floats, world: float) -> list[tuple[Floats, Cut | None]]:
    """Inequalities ``row @ point <= 0`` that do not hold: cuts of both tables, and numbers of persons below zero."""
    n_births, n = tables[0].shape
    found: list[tuple[Floats, Cut | None]] = []
    for place in np.flatnonzero(point < -_EXACT * world):
        row = np.zeros(point.size)
        row[place] = -1.0
        found.append((row, None))
    totals, *residents = _parts(np.maximum(point, 0.0), tables[0].shape)
    sides: tuple[Side, Side] = ("start", "end")
    for number, (side, table) in enumerate(zip(sides, tables, strict=True)):
        for blocked in blockades(table, rows=totals, columns=residents[number]):
            row = np.zeros(point.size)
            births, homes = np.zeros(n_births), np.zeros(n)
            own, other = (births, homes) if blocked.of == "rows" else (homes, births)
            own[list(blocked.members)], other[list(blocked.partners)] = 1.0, -1.0
            row[:n_births] = births
            row[n_births + number * n : n_births + (number + 1) * n] = homes
            if float(row @ point) > _EXACT * world:
                found.append((row, Cut(side, blocked)))
    return found


def _projection(
    rows: Floats, wanted: Floats, free: NDArray[np.bool_], shape: tuple[int, ...]
) -> tuple[Floats, NDArray[np.intp]]:
    """Point nearest to `wanted` with ``rows @ point <= 0``, unchanged sums and unchanged coordinates that are not free.

    Lawson and Hanson (1974), chapter 23: least distance programming is non-negative least squares of its dual. The
    inequalities that bind are solved once more as equations, which gives back the digits that the dual has lost.
    """
    moving = _without_sums(rows * free, free, shape)
    broken = rows @ wanted
    unit = float(np.abs(broken).max())
    lengths = np.linalg.norm(moving, axis=1)
    usable = lengths > 1e-9 * np.sqrt(rows.shape[1])
    scale = np.where(usable, lengths, 1.0)
    dual = np.vstack([-(moving / scale[:, None])[usable].T, (broken / scale)[usable] / unit])
    target = np.zeros(len(dual))
    target[-1] = 1.0
    multipliers, _ = nnls(dual, target, maxiter=50 * dual.shape[1])
    binding = np.flatnonzero(usable)[multipliers > 0]
    step: Floats = np.linalg.lstsq(moving[binding], -broken[binding], rcond=1e-10)[0].astype(np.float64)
    return wanted + _without_sums(step[None] * free, free, shape)[0], binding


def _without_sums(rows: Floats, free: NDArray[np.bool_], shape: tuple[int, ...]) -> Floats:
    """Take from each part of every row its mean: moves along what is left change no sum."""
    result = rows.copy()
    start = 0
    for size in (shape[0], shape[1], shape[1]):
        part = slice(start, start + size)
        if free[part].any():
            result[:, part] -= result[:, part].mean(axis=1, keepdims=True)
        start += size
    return result
