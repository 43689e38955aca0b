"""Whether a table with given zeros can have given totals, and which rows and columns forbid it (Gale-Hoffman)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, maximum_flow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]


#: Excess, as a share of the largest total, below which totals fit: the rounding of sums.
ROUNDING = 1e-11
#: Share of the whole flow that counts as none: the rounding of the sums that the capacities are.
_TRACE = 1e-13
#: Capacities are whole numbers of 32 bits; two opposite arcs together must not exceed them.
_UNITS = 2**29
_PHASES = 2


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
    return min(
        blockades(table, rows=rows, columns=columns), key=lambda side: (len(side.members), -side.excess), default=None
    )


def blockades(table: Floats, *, rows: Floats, columns: Floats) -> list[Blockade]:
    """Every blockade that the minimum cut splits into, by rows first and then by columns.

    The excess of all blockades by rows is what the largest flow leaves behind: `missing`.
    """
    support = table > 0
    flow = _transport(support, rows, columns)
    uncovered = _uncovered(support, flow, rows, columns)
    touched = np.logical_or.reduce(support[uncovered], axis=0)
    sides = (
        *_blocks(support, uncovered, (rows, columns), "rows"),
        *_blocks(support.T, ~touched, (columns, rows), "columns"),
    )
    unit = max(float(rows.max(initial=0)), float(columns.max(initial=0)))
    return [side for side in sides if side.excess > ROUNDING * unit]


def missing(found: list[Blockade]) -> float:
    """Persons of the row totals that no flow carries to the columns."""
    return sum(one.excess for one in found if one.of == "rows")


def possible(table: Floats, *, rows: Floats, columns: Floats) -> Flags:
    """Cells that are above zero in some table with these totals; all others must be zero in every such table.

    A cell without flow carries some in another largest flow if and only if it lies on a cycle of the residual graph.

    Parameters
    ----------
    table
        Non-negative, shape (rows, columns); only its zeros matter.
    rows, columns
        Totals that some table with these zeros has.
    """
    support = table > 0
    residual = _residual(support, _transport(support, rows, columns), trace=_trace(rows, columns))
    arcs: Any = csr_array(residual[1:, 1:])
    _, group = connected_components(arcs, directed=True, connection="strong")
    found: Flags = support & (group[: rows.size, None] == group[rows.size :])
    return found


def largest_flow(capacity: Floats) -> Floats:
    """Net flow on every arc of a largest flow from the first node to the last.

    Whole numbers of 32 bits hold no world to the person: what the first pass leaves is carried by a second one, whose
    unit is so much smaller.

    Parameters
    ----------
    capacity
        Shape (nodes, nodes); infinite where an arc carries any number.
    """
    flow = np.zeros_like(capacity)
    # Of the arcs in a smallest cut each loses less than a unit to the rounding; only arcs at the two ends are finite.
    ends = np.count_nonzero(capacity[0]) + np.count_nonzero(capacity[:, -1])
    most = float(min(capacity[0].sum(), capacity[:, -1].sum()))
    for _ in range(_PHASES):
        if most <= 0:
            break
        unit = most / _UNITS
        left: Any = csr_array(np.floor(np.clip(capacity - flow, 0.0, most) / unit).astype(np.int32))
        flow += maximum_flow(left, 0, len(capacity) - 1).flow.toarray() * unit
        most = ends * unit
    return flow


def _transport(support: Flags, rows: Floats, columns: Floats) -> Floats:
    n_rows = rows.size
    capacity = np.zeros((n_rows + columns.size + 2,) * 2)
    capacity[0, 1 : 1 + n_rows] = rows
    capacity[1 : 1 + n_rows, 1 + n_rows : -1] = np.where(support, np.inf, 0.0)
    capacity[1 + n_rows : -1, -1] = columns
    return largest_flow(capacity)


def _trace(rows: Floats, columns: Floats) -> float:
    return _TRACE * float(max(rows.sum(), columns.sum()))


def _residual(support: Flags, flow: Floats, *, trace: float) -> Flags:
    """Arcs along which flow can grow or shrink, between the source, the rows and the columns."""
    n_rows = len(support)
    inner = flow[1 : 1 + n_rows, 1 + n_rows : -1]
    residual = np.zeros((len(flow) - 1,) * 2, dtype=bool)
    residual[1 : 1 + n_rows, 1 + n_rows :] = support
    residual[1 + n_rows :, 1 : 1 + n_rows] = (inner > trace).T
    return residual


def _uncovered(support: Flags, flow: Floats, rows: Floats, columns: Floats) -> Flags:
    """Rows that a row with something left reaches in the residual graph: the source's side of a minimum cut."""
    trace, n_rows = _trace(rows, columns), rows.size
    residual = _residual(support, flow, trace=trace)
    residual[0, 1 : 1 + n_rows] = rows - flow[0, 1 : 1 + n_rows] > trace
    arcs: Any = csr_array(residual)
    reached = breadth_first_order(arcs, 0, return_predecessors=False)
    found = np.zeros(n_rows, dtype=bool)
    found[reached[(reached > 0) & (reached <= n_rows)] - 1] = True
    return found


def _blocks(
    support: Flags, members: Flags, totals: tuple[Floats, Floats], of: Literal["rows", "columns"]
) -> list[Blockade]:
    """Split the members into groups that share no partner, each with its excess: the smallest proofs there are."""
    at = np.flatnonzero(members & (totals[0] > 0))
    if not at.size:
        return []
    _, group = connected_components((support[at].astype(float) @ support[at].T.astype(float)) > 0, directed=False)
    found = []
    for number in np.unique(group):
        own = at[group == number]
        partners = np.flatnonzero(support[own].any(axis=0))
        excess = float(totals[0][own].sum() - totals[1][partners].sum())
        found.append(Blockade(of, tuple(own.tolist()), tuple(partners.tolist()), excess))
    return found
