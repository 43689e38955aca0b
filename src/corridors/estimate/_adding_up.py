"""Flows of one birthplace where those of all were changed afterwards, as when women and men were made to add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.estimate._accounting import ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.estimate._product import Moves

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]


def scaled_by_type(table: Floats, before: Moves, after: Moves, *, natives: Positions, row: int) -> Floats:
    """Flows of birthplace `row`, each type of move in the proportion by which all of its type changed in the corridor.

    Parameters
    ----------
    table
        Flows of the birthplace before, shape (origins, destinations).
    before, after
        Flows of all birthplaces and their types.
    natives
        Row of those born in each residence.
    """
    home = natives == row
    outward, returned = ratio(after.outward, before.outward), ratio(after.returned, before.returned)
    factor = ratio(_transit(after), _transit(before))
    factor[home] = outward[home]
    factor[:, home] = returned[:, home]
    found: Floats = table * factor
    return found


def _transit(moves: Moves) -> Floats:
    return np.maximum(moves.all - moves.outward - moves.returned, 0.0)
