"""Stage 6 of demographic accounting: leavers and arrivers of each birthplace joined in proportion.

``flow_kij = leaving_ki arriving_kj / arriving_k+`` for birthplace `k`. Summed over birthplaces this is one matrix
product; the cube of all birthplaces is never built.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.estimate._accounting import ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Moves:
    """Flows between residences, shape (origins, destinations), diagonal zero.

    Parameters
    ----------
    all
        Of all birthplaces.
    outward
        Of those born at the origin.
    returned
        Of those born at the destination.
    """

    all: Floats
    outward: Floats
    returned: Floats

    def __add__(self, other: Moves) -> Moves:
        return Moves(self.all + other.all, self.outward + other.outward, self.returned + other.returned)

    def times(self, share: float) -> Moves:
        """Every flow times a share."""
        return Moves(share * self.all, share * self.outward, share * self.returned)


def moves(leaving: Floats, arriving: Floats, *, natives: Positions) -> Moves:
    """Flows and their types.

    Parameters
    ----------
    leaving, arriving
        By birthplace and residence, with equal birthplace totals.
    natives
        Row of those born in each residence.
    """
    shares = arriving * ratio(np.ones(len(arriving)), arriving.sum(axis=1))[:, None]
    at = natives, np.arange(natives.size)
    found = Moves(
        all=leaving.T @ shares,
        outward=leaving[at][:, None] * shares[natives],
        returned=leaving[natives].T * shares[at],
    )
    for table in (found.all, found.outward, found.returned):
        np.fill_diagonal(table, 0.0)
    return found


def moves_of_birthplace(leaving: Floats, arriving: Floats, *, row: int) -> Floats:
    """Flows of one birthplace, shape (origins, destinations)."""
    total = arriving[row].sum()
    table = np.outer(leaving[row], arriving[row] / total if total else arriving[row])
    np.fill_diagonal(table, 0.0)
    return table
