"""Two-way biproportional scaling by Newton's method on the convex dual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from corridors.estimate._accounting import ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Largest error of a margin, as a share of the largest margin, at which a table counts as balanced.
EXACT = 1e-13
#: Error left, as a share of the largest margin, that no data can mend: it is the rounding of the sums themselves.
ROUNDING = 1e-11
#: Where the totals force cells to zero, each step only divides those cells by e: 13 digits need about 30 steps.
_STEPS = 200
_HALVINGS = 40


@dataclass(frozen=True, slots=True)
class Balanced:
    """A scaled table and how far it is from its totals.

    Parameters
    ----------
    table
        `table_ij exp(x_i + y_j)`, shape (rows, columns).
    error
        Largest difference of a margin from its total, in the unit of the table.
    steps
        Newton steps taken.
    holds
        Whether the totals are met, to the rounding of their sums.
    """

    table: Floats
    error: float
    steps: int
    holds: bool


def balance(table: Floats, *, rows: Floats, columns: Floats) -> Balanced:
    """Scale the rows and columns of a table to given totals.

    The scaled table minimises ``f(x, y) = sum_ij p_ij exp(x_i + y_j) - rows'x - columns'y``. A Newton step solves a
    system in the columns only (the Schur complement of the rows), which is a graph Laplacian; plain proportional
    fitting needs thousands of sweeps where people stay almost all in one column.

    Parameters
    ----------
    table
        Non-negative, shape (rows, columns). Zeros stay zeros.
    rows, columns
        Totals to reach, non-negative.

    Notes
    -----
    Totals that no scaling reaches do not raise: `holds` is then false and `error` says by how much they are missed.
    """
    live_rows, live_columns = rows > 0, columns > 0
    scaled = np.zeros_like(table)
    core = table[np.ix_(live_rows, live_columns)]
    totals = rows[live_rows], columns[live_columns]
    steps = 0
    if core.size and (core.sum(axis=1) > 0).all() and (core.sum(axis=0) > 0).all():
        core, steps = _newton(core, *totals)
        scaled[np.ix_(live_rows, live_columns)] = core
    error = _error(scaled, rows, columns)
    return Balanced(scaled, error, steps, error <= ROUNDING * max(rows.max(initial=0), columns.max(initial=0)))


def _newton(table: Floats, rows: Floats, columns: Floats) -> tuple[Floats, int]:
    """Damped Newton; ends with the columns exact, as residents are counted and birthplaces are reported."""
    grounds = _one_column_a_block(table)
    enough = EXACT * max(rows.max(), columns.max())
    # A first sweep of proportional fitting puts every cell within reach of the quadratic phase.
    x = np.log(rows / table.sum(axis=1))
    y = np.log(columns / (table * np.exp(x)[:, None]).sum(axis=0))
    current = _scaled(table, x, y)
    steps = 0
    while _error(current, rows, columns) > enough and steps < _STEPS:
        # Far from feasible totals a direction may not be finite; the line search refuses it.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            dx, dy = _direction(current, rows, columns, grounds)
        moved = _line_search(table, (x, y), (dx, dy), (rows, columns))
        if moved is None:
            break
        x, y, current = moved
        steps += 1
    return current * ratio(columns, current.sum(axis=0)), steps


def _scaled(table: Floats, x: Floats, y: Floats) -> Floats:
    # Far from feasible totals a trial step may overflow; the line search refuses what is not finite.
    with np.errstate(over="ignore", invalid="ignore"):
        return table * np.exp(x)[:, None] * np.exp(y)


def _error(table: Floats, rows: Floats, columns: Floats) -> float:
    gaps = np.abs(table.sum(axis=1) - rows).max(initial=0), np.abs(table.sum(axis=0) - columns).max(initial=0)
    return float(max(gaps))


def _one_column_a_block(table: Floats) -> NDArray[np.intp]:
    """One column of every connected block of the support: there the free constant of the block is set to zero."""
    n_rows, n_columns = table.shape
    row, column = np.nonzero(table)
    size = n_rows + n_columns
    graph: Any = csr_array((np.ones(row.size), (row, n_rows + column)), shape=(size, size))
    _, block = connected_components(graph, directed=False)
    return np.unique(block[n_rows:], return_index=True)[1]


def _direction(current: Floats, rows: Floats, columns: Floats, grounds: NDArray[np.intp]) -> tuple[Floats, Floats]:
    row_sums, column_sums = current.sum(axis=1), current.sum(axis=0)
    row_gap, column_gap = rows - row_sums, columns - column_sums
    shares = current / row_sums[:, None]
    laplacian = -(current.T @ shares)
    # The rows of a Laplacian sum to zero: taking the diagonal from them loses no digits where stayers dominate.
    np.fill_diagonal(laplacian, 0.0)
    np.fill_diagonal(laplacian, -laplacian.sum(axis=1))
    laplacian[grounds, grounds] += column_sums[grounds]
    right = column_gap - shares.T @ row_gap
    try:
        dy = cho_solve(cho_factor(laplacian), right)
    except LinAlgError:
        dy = np.linalg.lstsq(laplacian, right)[0]
    return row_gap / row_sums - shares @ dy, dy


def _line_search(
    table: Floats, at: tuple[Floats, Floats], step: tuple[Floats, Floats], totals: tuple[Floats, Floats]
) -> tuple[Floats, Floats, Floats] | None:
    """Take the longest of the steps 1, 1/2, 1/4 .. that lowers the dual or, in its last digits, the error."""
    (x, y), (dx, dy), (rows, columns) = at, step, totals
    before = _scaled(table, x, y)
    error = _error(before, rows, columns)
    # Totals that no table has drive the step to infinity, and the caller names them.
    with np.errstate(over="ignore", invalid="ignore"):
        slope = dx @ (before.sum(axis=1) - rows) + dy @ (before.sum(axis=0) - columns)
    length = 1.0
    for _ in range(_HALVINGS):
        new_x, new_y = x + length * dx, y + length * dy
        after = _scaled(table, new_x, new_y)
        total = after.sum()
        if not np.isfinite(total):
            length /= 2
            continue
        fall = total - before.sum() - length * (rows @ dx + columns @ dy)
        if _error(after, rows, columns) < error or fall < 1e-4 * length * slope:
            return new_x, new_y, after
        length /= 2
    return None
