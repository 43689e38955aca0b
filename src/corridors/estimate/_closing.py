"""Stage 5 of demographic accounting: both tables get the same total by birthplace.

In a closed system nobody enters or leaves: both tables are scaled to common birthplace totals and keep their residents.
In an open system the surplus of a birthplace leaves to, or comes from, a place outside of the account.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.estimate._accounting import ratio
from corridors.estimate._balance import balance
from corridors.estimate._feasible import Blockade, blockade

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Closed:
    """Two tables with equal birthplace totals.

    Parameters
    ----------
    start, end
        Survivors by birthplace and residence.
    shifted
        Persons whom the stage put into other cells, or outside.
    """

    start: Floats
    end: Floats
    shifted: float


class Blocked(Exception):
    """No closed account exists; `blockades` holds the blockade of each table that has one, by name."""

    def __init__(self, blockades: dict[str, Blockade]) -> None:
        self.blockades = blockades
        super().__init__(blockades)


class Unsettled(Exception):
    """The closed account exists but was not found to the last digit.

    Parameters
    ----------
    error
        What is left, in persons.
    rows
        Positions of the birthplaces that miss their totals by more than half of that.
    """

    def __init__(self, error: float, rows: tuple[int, ...] = ()) -> None:
        self.error, self.rows = error, rows
        super().__init__(error, rows)


def closed(start: Floats, end: Floats) -> Closed:
    """Scale both tables to the mean of their birthplace totals, residence totals kept.

    References
    ----------
    Abel, G. J. and Sander, N. (2014), Science 343, supplement, https://doi.org/10.1126/science.1248676.
    """
    totals = (start.sum(axis=1) + end.sum(axis=1)) / 2
    tables = {"start": start, "end": end}
    found = {name: balance(table, rows=totals, columns=table.sum(axis=0)) for name, table in tables.items()}
    blockades = {
        name: blocked
        for name, table in tables.items()
        if not found[name].holds and (blocked := blockade(table, rows=totals, columns=table.sum(axis=0))) is not None
    }
    if blockades:
        raise Blocked(blockades)
    if not all(one.holds for one in found.values()):
        gaps = np.max([np.abs(one.table.sum(axis=1) - totals) for one in found.values()], axis=0)
        error = max(one.error for one in found.values())
        raise Unsettled(error, tuple(np.flatnonzero(gaps > error / 2).tolist()))
    shifted = sum(float(np.abs(found[name].table - table).sum()) / 2 for name, table in tables.items())
    return Closed(found["start"].table, found["end"].table, shifted)


def open_by_own_pattern(start: Floats, end: Floats) -> Closed:
    """Let the surplus of a birthplace leave by the pattern of its start table and enter by that of its end table.

    This is `open-dr` of the R package `migest`, which Abel and Cohen (2019) used, https://doi.org/10.1038/s41597-019-0089-3.
    """
    rows, more = start.sum(axis=1), end.sum(axis=1)
    kept = np.minimum(rows, more)
    return Closed(
        start * ratio(kept, rows)[:, None], end * ratio(kept, more)[:, None], float(np.abs(rows - more).sum())
    )


def open_by_other_pattern(start: Floats, end: Floats) -> Closed:
    """Let the surplus of a birthplace leave by the pattern of its end table and enter by that of its start table.

    This is `open` of the R package `migest`. A cell may be asked for more than it holds; it then falls below zero, and
    so do its stayers, but leavers and arrivers never do.
    """
    return Closed(_less(start, end), _less(end, start), float(np.abs(start.sum(axis=1) - end.sum(axis=1)).sum()))


def _less(table: Floats, pattern: Floats) -> Floats:
    rows, others = table.sum(axis=1), pattern.sum(axis=1)
    surplus = np.maximum(rows - others, 0.0)
    left = table - pattern * ratio(surplus, others)[:, None]
    # A birthplace that the other table does not have lends no pattern: all of its people leave.
    return np.where((others > 0)[:, None], left, 0.0)
