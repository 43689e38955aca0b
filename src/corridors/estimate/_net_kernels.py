"""Flows with given net totals that stay near a prior: three measures of nearness, on plain arrays.

``net_i`` is arrivals less departures of area `i`. Cells of the prior that are not a number cannot have flows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, hstack

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Error of a net total, as a share of the largest total, at which the flows count as found.
EXACT = 1e-13
_STEPS = 300
_HALVINGS = 60


def by_ratio(prior: Floats, net: Floats, total: float | None) -> tuple[Floats, Floats, float]:
    """``y_ij = level a_i m_ij / a_j``, which is nearest in relative entropy; the level is one without a total.

    With ``a_i = exp(-x_i)`` the factors minimise the convex ``sum m_ij exp(c + x_j - x_i) - net'x - total c``.

    Returns
    -------
    tuple
        Flows, the factors `a` with geometric mean one, and the level.
    """
    n, cells = net.size, np.where(np.isnan(prior), 0.0, prior)
    goal = np.r_[net, 0.0 if total is None else total]
    if not cells.any():
        return cells, np.ones(n), 1.0
    x = np.r_[np.zeros(n), 0.0 if total is None else np.log(total / cells.sum())]
    free = np.ones(n + 1, dtype=bool)
    free[n] = total is not None
    flows = _tilted(cells, x)
    gap = np.where(free, goal - _sums(flows), 0.0)
    enough = EXACT * max(float(np.abs(goal).max()), float(flows.sum()) / n)
    for _ in range(_STEPS):
        if np.abs(gap).max() <= enough:
            break
        step = np.where(free, np.linalg.lstsq(_curvature(flows, free), gap, rcond=1e-15)[0], 0.0)
        moved = _line_search(cells, (x, step), (goal, gap, free))
        if moved is None:
            break
        x, flows, gap = moved
    # Factors of totals that nothing reaches run away; the caller refuses such flows.
    with np.errstate(over="ignore"):
        return flows, np.exp(-(x[:n] - x[:n].mean())), float(np.exp(x[n]))


def _tilted(cells: Floats, x: Floats) -> Floats:
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        found: Floats = np.where(cells > 0, cells * np.exp(x[-1] + x[:-1] - x[:-1, None]), 0.0)
    return found


def _sums(flows: Floats) -> Floats:
    found: Floats = np.r_[flows.sum(axis=0) - flows.sum(axis=1), flows.sum()]
    return found


def _curvature(flows: Floats, free: NDArray[np.bool_]) -> Floats:
    n = len(flows)
    both = flows + flows.T
    np.fill_diagonal(both, 0.0)
    found = np.zeros((n + 1, n + 1))
    found[:n, :n] = np.diag(both.sum(axis=1)) - both
    found[:n, n] = found[n, :n] = _sums(flows)[:n]
    found[n, n] = flows.sum()
    found[~free] = found[:, ~free] = 0.0
    return found


def _line_search(
    cells: Floats, line: tuple[Floats, Floats], at: tuple[Floats, Floats, NDArray[np.bool_]]
) -> tuple[Floats, Floats, Floats] | None:
    """Take the longest of the steps 1, 1/2, 1/4 .. that lowers the dual or, in its last digits, the error."""
    (x, step), (goal, gap, free) = line, at
    before, slope, length = _tilted(cells, x).sum(), -float(gap @ step), 1.0
    for _ in range(_HALVINGS):
        flows = _tilted(cells, x + length * step)
        if np.isfinite(flows.sum()):
            left = np.where(free, goal - _sums(flows), 0.0)
            fall = flows.sum() - before - length * float(goal @ step)
            if np.abs(left).max() < np.abs(gap).max() or fall < 1e-4 * length * slope:
                return x + length * step, flows, left
        length /= 2
    return None


def by_squares(prior: Floats, net: Floats, total: float | None) -> Floats:
    """Nearest flows in the sum of squared changes, none below zero.

    The dual of this quadratic problem has one unknown an area, ``y_ij = max(0, m_ij + x_j - x_i + c)``; its gradient is
    piecewise linear, so Newton's method ends after finitely many steps.
    """
    n, possible = net.size, ~np.isnan(prior)
    cells, goal = np.where(possible, prior, 0.0), np.r_[net, 0.0 if total is None else total]
    free = np.r_[np.ones(n, dtype=bool), total is not None]
    x = np.zeros(n + 1)
    enough = EXACT * max(float(np.abs(goal).max()), float(cells.sum()) / n)
    for _ in range(_STEPS):
        flows = _raised(cells, possible, x)
        gap = np.where(free, goal - _sums(flows), 0.0)
        if np.abs(gap).max() <= enough:
            break
        curvature = _curvature((flows > 0).astype(float), free)
        # A little of the identity moves areas whose cells are all at zero, which the curvature cannot see.
        ridge = 1e-10 * max(1.0, float(np.abs(curvature).max())) * np.eye(n + 1)
        step = np.where(free, np.linalg.lstsq(curvature + ridge, gap, rcond=1e-15)[0], 0.0)
        x = x + _best_length(cells, possible, (x, step), goal) * step
    return _raised(cells, possible, x)


def _raised(cells: Floats, possible: NDArray[np.bool_], x: Floats) -> Floats:
    return np.where(possible, np.maximum(0.0, cells + x[-1] + x[:-1] - x[:-1, None]), 0.0)


def _best_length(cells: Floats, possible: NDArray[np.bool_], line: tuple[Floats, Floats], goal: Floats) -> float:
    """Where along the step the convex dual is lowest: the root of its slope, by bisection."""
    x, step = line

    def slope(length: float) -> float:
        return float((_sums(_raised(cells, possible, x + length * step)) - goal) @ step)

    low, high = 0.0, 1.0
    while slope(high) < 0 and high < 1e12:
        low, high = high, 2 * high
    if slope(1.0) == 0:
        return 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return high


def by_absolute(prior: Floats, net: Floats, total: float | None) -> Floats:
    """Nearest flows in the sum of absolute changes, by linear programming; all zero where there are none."""
    n = net.size
    row, column = np.nonzero(~np.isnan(prior))
    cells = prior[row, column]
    count = np.arange(cells.size)
    values = np.r_[np.ones(cells.size), -np.ones(cells.size)]
    # A stayer's cell counts as arrival and as departure of the same area: both entries fall away when summed.
    change: Any = coo_array((values, (np.r_[column, row], np.r_[count, count])), shape=(n, cells.size)).tocsr()
    goal = net - change @ cells
    if total is not None:
        change = coo_array(np.vstack([change.toarray(), np.ones(cells.size)])).tocsr()
        goal = np.r_[goal, total - cells.sum()]
    bounds = [(0.0, None)] * cells.size + [(0.0, float(cell)) for cell in cells]
    solved: Any = linprog(
        np.ones(2 * cells.size), A_eq=hstack([change, -change]).tocsr(), b_eq=goal, bounds=bounds, method="highs-ds"
    )
    flows = np.zeros_like(prior)
    if solved.x is None:
        return flows
    flows[row, column] = np.maximum(0.0, cells + solved.x[: cells.size] - solved.x[cells.size :])
    return flows
