"""What an account left out, merged or mended, with the persons concerned, so that the report can say it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Departure:
    """One way in which an account departs from the tables it was made from.

    Parameters
    ----------
    place
        Area, or period, concerned.
    fact
        What was done and why, in words that hold for every period.
    persons
        How many persons it concerns, at the end of the period unless the fact says otherwise.
    """

    place: str
    fact: str
    persons: float

    def __str__(self) -> str:
        return f"{self.place}: {self.fact} ({self.persons:,.0f} persons)"


def largest_of_each(departures: Iterable[Departure]) -> tuple[Departure, ...]:
    """One departure for each place and fact, with the most persons it concerned; the largest first.

    Examples
    --------
    >>> found = largest_of_each([Departure("TWN", "left out", 20.0), Departure("TWN", "left out", 23.0)])
    >>> print(*found)
    TWN: left out (23 persons)
    """
    most: dict[tuple[str, str], float] = {}
    for one in departures:
        key = one.place, one.fact
        most[key] = max(most.get(key, 0.0), one.persons)
    found = (Departure(place, fact, persons) for (place, fact), persons in most.items())
    return tuple(sorted(found, key=lambda one: (-one.persons, one.place, one.fact)))
