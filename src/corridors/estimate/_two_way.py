"""Tables scaled to two margins, one slice after the other, with the factors of rows and columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from corridors.estimate._balance import balance
from corridors.estimate._fitting import Fitted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def fit_two_ways(seed: Floats, *, rows: Floats, columns: Floats) -> Fitted:
    """Scale every slice to its row and column totals.

    Parameters
    ----------
    seed
        Non-negative, shape (slices, rows, columns).
    rows, columns
        Totals, shapes (slices, rows) and (slices, columns).
    """
    slices = [balance(table, rows=row, columns=column) for table, row, column in zip(seed, rows, columns, strict=True)]
    cells = np.stack([found.table for found in slices])
    factors = [_factors(start, found.table) for start, found in zip(seed, slices, strict=True)]
    return Fitted(
        cells=cells,
        factors=(np.stack([row for row, _ in factors]), np.stack([column for _, column in factors])),
        error=max(found.error for found in slices),
        sweeps=max(found.steps for found in slices),
        holds=all(found.holds for found in slices),
    )


def _factors(seed: Floats, table: Floats) -> tuple[Floats, Floats]:
    """Row and column factors whose products are ``table / seed``; zero where nothing is left.

    They are read off a tree through the cells: along it each new row or column has one cell whose other factor is known.
    """
    n_rows, n_columns = table.shape
    row, column = np.nonzero(table)
    size = n_rows + n_columns
    graph: Any = csr_array((np.ones(row.size), (row, n_rows + column)), shape=(size, size))
    graph = graph + graph.T
    count, block = connected_components(graph, directed=False)
    logs = np.full(size, -np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.log(table) - np.log(seed)
    for number in range(count):
        first = int(np.flatnonzero(block == number)[0])
        order, before = breadth_first_order(graph, first, directed=False)
        if order.size > 1:
            logs[first] = 0.0
        for node in order[1:]:
            known = int(before[node])
            pair = (node, known - n_rows) if node < n_rows else (known, node - n_rows)
            logs[node] = ratios[pair] - logs[known]
    return np.exp(logs[:n_rows]), np.exp(logs[n_rows:])
