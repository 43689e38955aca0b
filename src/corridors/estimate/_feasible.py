"""Whether a table with given zeros can have given totals, and which rows and columns forbid it (Gale-Hoffman)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]


#: Excess, as a share of the largest total, below which totals fit: the rounding of sums.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Blockade:
    """Rows whose totals do not fit into all the columns they may use, or columns that all their rows cannot fill.

    Parameters
    ----------
    of
        Whether `members` are rows or columns.
    members
        Positions of the rows (or columns) with too much.
    partners
        Positions of every column (or row) in which one of them has a cell.
    excess
        Persons by which the members' totals exceed those of their partners.
    """

    of: Literal["rows", "columns"]
    members: tuple[int, ...]
    partners: tuple[int, ...]
    excess: float


def blockade(table: Floats, *, rows: Floats, columns: Floats) -> Blockade | None:
    """Find the minimum cut of the largest flow from row totals to column totals through the cells that are not zero.

    None when the flow carries every row total, so that the totals can be met (some cells perhaps only by zeros). Of the
    two sides of the cut, which say the same, the one with fewer members is returned.

    Parameters
    ----------
    table
        Non-negative, shape (rows, columns); only its zeros matter.
    rows, columns
        Totals with equal sums.
    """
    support = table > 0
    unit = max(float(rows.max(initial=0)), float(columns.max(initial=0)), 1.0)
    uncovered = _uncovered(support, rows / unit, columns / unit)
    touched = np.logical_or.reduce(support[uncovered], axis=0)
    sides = (
        *_blocks(support, uncovered, (rows, columns), "rows"),
        *_blocks(support.T, ~touched, (columns, rows), "columns"),
    )
    proofs = [side for side in sides if side.excess > _ROUNDING * unit]
    return min(proofs, key=lambda side: (len(side.members), -side.excess), default=None)


def _uncovered(support: Flags, rows: Floats, columns: Floats) -> Flags:
    """Rows on the side of the source in a minimum cut: those whose dual in the flow problem is zero."""
    row, column = np.nonzero(support & (rows > 0)[:, None])
    if not row.size:
        return rows > 0
    cells = np.arange(row.size)
    sums: Any = coo_array(
        (np.ones(2 * row.size), (np.r_[row, rows.size + column], np.r_[cells, cells])),
        shape=(rows.size + columns.size, row.size),
    )
    flow: Any = linprog(-np.ones(row.size), A_ub=sums.tocsr(), b_ub=np.r_[rows, columns], method="highs-ds")
    found: Flags = (np.abs(flow.ineqlin.marginals[: rows.size]) < 0.5) & (rows > 0)
    return found


def _blocks(
    support: Flags, members: Flags, totals: tuple[Floats, Floats], of: Literal["rows", "columns"]
) -> list[Blockade]:
    """Split the members into groups that share no partner, each with its excess: the smallest proofs there are."""
    at = np.flatnonzero(members & (totals[0] > 0))
    _, group = connected_components((support[at].astype(float) @ support[at].T.astype(float)) > 0, directed=False)
    found = []
    for number in np.unique(group):
        own = at[group == number]
        partners = np.flatnonzero(support[own].any(axis=0))
        excess = float(totals[0][own].sum() - totals[1][partners].sum())
        found.append(Blockade(of, tuple(own.tolist()), tuple(partners.tolist()), excess))
    return found
