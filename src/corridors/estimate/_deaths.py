"""Deaths by birthplace from the account itself: who was there or was born, and is no longer there, has died."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.estimate._balance import ROUNDING, balance
from corridors.estimate._closing import Blocked
from corridors.estimate._feasible import blockade

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Undying(Exception):
    """The stocks ask of some birthplaces for fewer deaths than none, or for more than they have people."""

    def __init__(self, deaths: Floats, people: Floats) -> None:
        self.deaths, self.people = deaths, people
        super().__init__(deaths, people)


def by_account(start: Floats, deaths: Floats, totals: Floats) -> Floats:
    """Survivors at the start when each birthplace loses what brings it to its total at the end.

    Deaths by birthplace and residence are the start, scaled to deaths by birthplace (the difference of the totals) and by
    residence. A cell that would lose more than it has is left below zero; the caller names it.

    Parameters
    ----------
    start
        Stock, shape (birthplaces, residences).
    deaths
        By residence.
    totals
        People by birthplace at the end less the newborn; their sum is that of the start less all deaths.

    Raises
    ------
    Undying
        A birthplace would have deaths below zero or above its people.
    Blocked
        No deaths by cell have both totals.

    References
    ----------
    Abel, G. J. and Sander, N. (2014), Science 343, supplement, https://doi.org/10.1126/science.1248676.
    """
    people = start.sum(axis=1)
    of_birthplace = people - totals
    rounding = ROUNDING * people.max(initial=0)
    of_birthplace[np.abs(of_birthplace) <= rounding] = 0.0
    if ((of_birthplace < 0) | (of_birthplace > people + rounding)).any():
        raise Undying(of_birthplace, people)
    found = balance(start, rows=of_birthplace, columns=deaths)
    if not found.holds:
        blocked = blockade(start, rows=of_birthplace, columns=deaths)
        if blocked is not None:
            raise Blocked({"start, deaths by account": blocked})
    return start - found.table
