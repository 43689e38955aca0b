"""From two stock tables and vital events to two tables of survivors: stages 1 to 4 of demographic accounting.

Tables have shape (birthplaces, residences). `natives[j]` is the row of those born in residence `j`; there may be more
birthplaces than residences.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]
    #: Survivors at the start, from the stock, the deaths by residence and the survivors by birthplace that the end has.
    Mortality = Callable[[Floats, Floats, Floats], Floats]

Match = Literal["after", "before"]
Births = Literal["native", "proportional"]


@dataclass(frozen=True, slots=True)
class Survivors:
    """Those alive at both dates, by birthplace and residence.

    Parameters
    ----------
    start
        Residents at the start less the deaths of the period.
    end
        Residents at the end less the births of the period.
    repaired
        Persons in native-born cells below zero, taken from the foreign-born of the same residence.
    matched
        Persons by which world population change and natural increase differ, put on the native-born of both tables in
        all areas that exchange people.
    """

    start: Floats
    end: Floats
    repaired: float
    matched: float


def survivors(  # noqa: PLR0913  # two stocks, two events and three choices are the account itself
    start: Floats,
    end: Floats,
    *,
    births: Floats,
    deaths: Floats,
    natives: Positions,
    match: Match | None,
    born_as: Births = "native",
    mortality: Mortality | None = None,
) -> Survivors:
    """Stages 1 to 4: repair, match the world's balance, take out births and deaths.

    Parameters
    ----------
    start, end
        Stocks at both dates, natives on their own cells, shape (birthplaces, residences).
    births, deaths
        Events of the period by residence.
    natives
        Row of those born in each residence.
    match
        Whether the world's balance is matched after births and deaths are taken out, or before, in whole persons. None
        in an open system, where the outside takes up what does not balance.
    born_as
        Whether the newborn are natives, or of all birthplaces in proportion to the residents.
    mortality
        Takes deaths out of the start by the birthplace totals of the end; by default deaths fall on all in proportion.

    References
    ----------
    Abel, G. J. (2013), Demographic Research 28(18), section 2.2, https://doi.org/10.4054/DemRes.2013.28.18.
    Abel, G. J. and Cohen, J. E. (2019), Scientific Data 6:82, https://doi.org/10.1038/s41597-019-0089-3.
    """
    start, repaired_start = repair(start)
    end, repaired_end = repair(end)
    surplus = float(births.sum() - deaths.sum() - (end.sum() - start.sum()))
    # Natives of an area that exchanges nobody cannot take up what does not balance elsewhere: it would close no more.
    on = joined(start, end, natives)
    # Deaths by account need the totals of a world that balances, so nothing is left to match after them.
    first = match == "before" or (match == "after" and mortality is not None)
    if first:
        start = shift_natives(start, natives, on, by=-surplus / 2, whole=match == "before")
        end = shift_natives(end, natives, on, by=surplus / 2, whole=match == "before")
    end = without_births(end, births, natives) if born_as == "native" else in_proportion(end, births)
    start = mortality(start, deaths, end.sum(axis=1)) if mortality else in_proportion(start, deaths)
    if match == "after" and not first:
        start = shift_natives(start, natives, on, by=-surplus / 2, whole=False)
        end = shift_natives(end, natives, on, by=surplus / 2, whole=False)
    return Survivors(start, end, repaired_start + repaired_end, abs(surplus) if match else 0.0)


def repair(table: Floats) -> tuple[Floats, float]:
    """Stage 1: cells below zero become zero and their residence keeps its total; also the persons so moved.

    A source may count more foreign-born than it has people; the native-born, a remainder, are then below zero.
    """
    positive = np.maximum(table, 0.0)
    lacking = float(positive.sum() - table.sum())
    if lacking == 0:
        return table, 0.0
    return positive * ratio(table.sum(axis=0), positive.sum(axis=0)), lacking


def joined(start: Floats, end: Floats, natives: Positions) -> Flags:
    """Residences with foreign-born, or with natives abroad, at either date; nobody moves to or from the others."""
    people = np.maximum(start, end)
    people[natives, np.arange(natives.size)] = 0.0
    found: Flags = (people.max(axis=0) > 0) | (people.max(axis=1)[natives] > 0)
    return found


def shift_natives(table: Floats, natives: Positions, on: Flags, *, by: float, whole: bool) -> Floats:
    """Stages 2 and 4: add `by` persons to the native-born of the residences `on` (all if none), in proportion."""
    at = np.flatnonzero(on) if on.any() else np.arange(on.size)
    cells = natives[at], at
    native = table[cells]
    total = native.sum()
    if total <= 0:
        return table
    shifted = native * ((total + by) / total)
    if whole:
        # Rounding half to even, and the remainder on the largest cell, so that the result never depends on chance.
        rounded = np.rint(shifted)
        rounded[np.argmax(rounded)] += total + by - rounded.sum()
        shifted = rounded
    result = table.copy()
    result[cells] = shifted
    return result


def in_proportion(table: Floats, events: Floats) -> Floats:
    """Stage 3: events of a residence fall on all birthplaces in proportion."""
    return table * (1.0 - ratio(events, table.sum(axis=0)))


def without_births(table: Floats, births: Floats, natives: Positions) -> Floats:
    """Stage 3: the newborn are natives; where natives are fewer than births, all birthplaces lose in proportion."""
    cells = natives, np.arange(table.shape[1])
    native = table[cells]
    enough = native >= births
    result = table * np.where(enough, 1.0, 1.0 - ratio(births, table.sum(axis=0)))
    result[cells] = np.where(enough, native - births, result[cells])
    return result


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Quotient, zero where the denominator is zero."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator != 0)
