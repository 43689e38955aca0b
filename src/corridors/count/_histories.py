"""Crossings of many persons as plain arrays, and what every duration rule asks of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Days = NDArray[np.int64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Histories:
    """Crossings in order, persons one after another, directions alternating within a person.

    Parameters
    ----------
    day, arrival
        One entry a crossing: day since 1970-01-01, and whether it is an arrival.
    run
        One entry a crossing: number of the person, from 0, never falling.
    start
        One entry a person and one more: where the person's crossings start.
    resident, unsure
        One entry a person: residence before the first crossing, and whether the opposite is possible too.
    """

    day: Days
    arrival: Flags
    run: Days
    start: Days
    resident: Flags
    unsure: Flags

    @property
    def first(self) -> Days:
        """Place of the person's first crossing, one entry a crossing."""
        return self.start[self.run]

    @property
    def last(self) -> Days:
        """Place of the person's last crossing, one entry a crossing."""
        return self.start[self.run + 1] - 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule says of each crossing: residence before and after, migration, and its bounds over all worlds."""

    before: Flags
    after: Flags
    migration: Flags
    lower: Flags
    upper: Flags


def decided(found: Histories, candidate: Flags) -> tuple[Flags, Flags]:
    """Residence before and after each crossing when candidates settle it, one after another.

    The residence after a crossing is the target of the last candidate at or before it, or the first residence: so no
    crossing waits for the one before it, and all are answered at once.
    """
    return carried(found, candidate, value=found.arrival, first=found.resident)


def carried(found: Histories, event: Flags, *, value: Flags, first: Flags) -> tuple[Flags, Flags]:
    """The value of the person's last event before each crossing and at or before it; else what the person began with."""
    start = found.first
    last = np.maximum.accumulate(np.where(event, np.arange(event.size), -1))
    begun = first[found.run]
    after = np.where(last >= start, value[last], begun)
    before = np.empty_like(after)
    before[1:] = after[:-1]
    before[found.start[:-1]] = first
    return before, after


def closed_bounds(candidate: Flags, arrival: Flags, *, resident: Flags, stranger: Flags) -> tuple[Flags, Flags]:
    """Bounds of the migration of a crossing whose window is over, from who the person may be before it."""
    origin = np.where(arrival, stranger, resident)
    other = np.where(arrival, resident, stranger)
    return candidate & origin & ~other, candidate & origin
