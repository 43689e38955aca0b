"""Split flows into parts (sexes, years) with given net migration, as near as can be to given shares; on plain arrays.

Cells have the shape (layers, origins, destinations): layers are types of move, or one. Parts come before them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Error of a net total, as a share of the largest turnover of an area, that is worth no further step, and that is allowed.
EXACT, ALLOWED = 1e-14, 5e-10
#: Persons that the nearest nets may still move by in one step.
STILL = 1e-3
_STEPS, _OUTER, _HALVINGS = 200, 80, 40
_RIDGE = 1e-11
#: Change of the dual, as a share of all flows, that is nothing but rounding.
_FLAT = 1e-12
#: How much a part may turn a share for one person that its net is off, as a share of the mean turnover.
_SOFT = 1e-2


@dataclass(frozen=True, slots=True)
class Parts:
    """Flows by part, and how far their net migration is from what was asked.

    Parameters
    ----------
    cells
        Shape (parts, layers, origins, destinations); they sum to the flows that were split.
    gap
        Net migration asked for less that of the cells, shape (parts, areas).
    holds
        Whether every gap is the rounding of sums.
    height
        Areas' heights by part, shape (parts, areas): the cells are in proportion to ``share exp(height_j - height_i)``.
    missing
        Where no parts have the nets asked for, persons that areas and parts in the direction of `height` lack at least.
    """

    cells: Floats
    gap: Floats
    holds: bool
    height: Floats
    missing: float


def split(cells: Floats, shares: Floats, net: Floats) -> Parts:
    """Parts with exactly the nets asked for, nearest to the shares in relative entropy.

    Part `t` of cell `kij` is ``f_kij q_tkij exp(a_tj - a_ti) / sum_s q_skij exp(a_sj - a_si)``: the minimum of
    ``sum y log(y / (f q))`` under the sums over parts and the nets. Its dual is convex, with one unknown for each area and
    part, and Newton's method solves it.

    Parameters
    ----------
    cells
        Flows to split, zero or more, diagonals zero.
    shares
        Shape (parts, layers, origins, destinations), zero or more; some part of every flow is above zero.
    net
        Arrivals less departures, shape (parts, areas); parts sum to the net of the cells, areas to zero.
    """
    problem = _Problem(cells, shares, net)
    height = np.zeros_like(net)
    parts = problem.parts(height)
    for _ in range(_STEPS):
        gap = net - nets(parts)
        if np.abs(gap).max(initial=0.0) <= EXACT * problem.turnover or problem.missing(height) > 0:
            break
        moved = _line_search(problem, height, _direction(parts, gap, np.zeros_like(net)), None)
        if moved is None:
            break
        height, parts = moved
    return problem.result(height, parts)


def split_nearest(cells: Floats, shares: Floats, net: Floats) -> Parts:
    """Parts whose nets are the nearest there are to those asked for, in least squares weighted by turnover.

    Where the nets cannot be had, repeated steps that are each held near the last (the proximal point method) make the
    gaps converge to the smallest ones (Rockafellar 1976, https://doi.org/10.1287/moor.1.2.97).
    """
    problem = _Problem(cells, shares, net)
    turnover = cells.sum(axis=(0, 1)) + cells.sum(axis=(0, 2))
    soft = np.broadcast_to(_SOFT * np.maximum(turnover, 1.0) / len(net), net.shape)
    height, gap = np.zeros_like(net), np.full_like(net, np.inf)
    parts = problem.parts(height)
    for _ in range(_OUTER):
        centre, before = height, gap
        for _ in range(_STEPS):
            pull = net - nets(parts) - soft * (height - centre)
            if np.abs(pull).max(initial=0.0) <= 1e-12 * problem.turnover:
                break
            moved = _line_search(problem, height, _direction(parts, pull, soft), (centre, soft))
            if moved is None:
                break
            height, parts = moved
        gap = net - nets(parts)
        if np.abs(gap - before).max(initial=0.0) <= STILL:
            break
    return problem.result(height, parts)


def nets(parts: Floats) -> Floats:
    """Arrivals less departures by part."""
    found: Floats = parts.sum(axis=(1, 2)) - parts.sum(axis=(1, 3))
    return found


@dataclass(frozen=True, slots=True)
class _Problem:
    cells: Floats
    shares: Floats
    net: Floats

    @property
    def turnover(self) -> float:
        return float((self.cells.sum(axis=(0, 1)) + self.cells.sum(axis=(0, 2))).max(initial=0.0))

    def parts(self, height: Floats) -> Floats:
        return self._tilted(height)[0]

    def dual(self, height: Floats) -> tuple[float, Floats]:
        """The convex function whose minimum is sought, and the parts there."""
        parts, level = self._tilted(height)
        return float((self.cells * level).sum() - (height * self.net).sum()), parts

    def _tilted(self, height: Floats) -> tuple[Floats, Floats]:
        tilt = (height[:, None, :] - height[:, :, None])[:, None]
        # Taken from the largest, no exponential overflows.
        largest = np.where(self.shares > 0, tilt, -np.inf).max(axis=0)
        largest = np.where(np.isfinite(largest), largest, 0.0)
        weights = self.shares * np.exp(np.minimum(tilt - largest, 0.0))
        whole = weights.sum(axis=0)
        safe = np.where(whole > 0, whole, 1.0)
        return self.cells * weights / safe, largest + np.log(safe)

    def missing(self, height: Floats) -> float:
        """Persons by which nets in the direction of `height` exceed the most that any split can give; zero if none."""
        tilt = (height[:, None, :] - height[:, :, None])[:, None]
        # A constant for a part or an area moves no share: what counts is how parts differ in a corridor.
        span = float((tilt.max(axis=0) - tilt.min(axis=0)).max(initial=0.0))
        if span == 0:
            return 0.0
        largest = np.where(self.shares > 0, tilt, -np.inf).max(axis=0)
        live = self.cells > 0
        most = float((self.cells[live] * largest[live]).sum())
        excess = float((height * self.net).sum()) - most
        # Sums of large numbers: less than their rounding proves nothing.
        sure = 1e-9 * (abs(most) + float(np.abs(height * self.net).sum()))
        return excess / span if excess > sure else 0.0

    def result(self, height: Floats, parts: Floats) -> Parts:
        gap = self.net - nets(parts)
        holds = float(np.abs(gap).max(initial=0.0)) <= ALLOWED * self.turnover
        return Parts(parts, gap, holds, height, 0.0 if holds else self.missing(height))


def _direction(parts: Floats, pull: Floats, soft: Floats) -> Floats:
    """Newton's step. The curvature is a Laplacian for each pair of parts."""
    count, n = pull.shape
    cells = parts.sum(axis=0)
    shares = parts / np.where(cells > 0, cells, 1.0)
    curvature = np.zeros((count, n, count, n))
    for one in range(count):
        for other in range(one, count):
            weight = (parts[one] * ((one == other) - shares[other])).sum(axis=0)
            both = weight + weight.T
            block = np.diag(both.sum(axis=1)) - both
            curvature[one, :, other] = block
            curvature[other, :, one] = block.T
    matrix = curvature.reshape(count * n, count * n)
    diagonal = np.diagonal(matrix)
    # A constant for each part and for each area changes nothing: a little of the identity settles them.
    ridge = _RIDGE * np.maximum(diagonal, diagonal.max(initial=0.0) * 1e-6) + soft.ravel()
    matrix[np.diag_indices_from(matrix)] += np.where(ridge > 0, ridge, 1.0)
    try:
        step: Floats = cho_solve(cho_factor(matrix), pull.ravel())
    except LinAlgError:
        step = np.linalg.lstsq(matrix, pull.ravel(), rcond=1e-14)[0].astype(np.float64)
    return step.reshape(pull.shape)


def _line_search(
    problem: _Problem, height: Floats, step: Floats, held: tuple[Floats, Floats] | None
) -> tuple[Floats, Floats] | None:
    """Take the longest of the steps 1, 1/2, 1/4 .. that lowers the dual or, in its last digits, the error."""

    def at(where: Floats) -> tuple[float, Floats, Floats]:
        value, parts = problem.dual(where)
        pull = problem.net - nets(parts)
        if held is not None:
            centre, soft = held
            value += 0.5 * float((soft * (where - centre) ** 2).sum())
            pull = pull - soft * (where - centre)
        return value, pull, parts

    value, pull, _ = at(height)
    slope, length = float((pull * step).sum()), 1.0
    for _ in range(_HALVINGS):
        new, left, parts = at(height + length * step)
        if new - value <= -1e-4 * length * slope and new < value:
            return height + length * step, parts
        if np.abs(left).max() < np.abs(pull).max() and abs(new - value) <= _FLAT * problem.cells.sum():
            return height + length * step, parts
        length /= 2
    return None
