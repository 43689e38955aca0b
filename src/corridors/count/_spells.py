"""Kernel of the rule "a continuous stay of T, interruptions of at most G days bridged"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.count._histories import Histories, Outcome, carried, decided

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Days = NDArray[np.int64]

#: The expected end of a stay of which nothing is expected: it lasts.
LASTS = np.int64(1) << 40


def spell_outcome(found: Histories, goal: Days, *, gap: int, expected: Days, through: int) -> Outcome:
    """Classify each crossing by the end of the stay, or absence, that it begins.

    Parameters
    ----------
    found
        The crossings, none later than `through`.
    goal
        First day on which the stay has lasted long enough.
    gap
        Longest interruption, in days, that does not end it.
    expected
        Day until which an open stay is expected to last; `LASTS` where nothing is known.
    through
        Last completely observed day.
    """
    last = found.last
    closing = _closing(found, gap)
    is_open = closing > last
    at = np.where(is_open, last, closing)
    end = np.where(is_open, np.where(expected == LASTS, LASTS, np.maximum(expected, through + 1)), found.day[at])
    candidate = end >= goal
    certain = np.where(is_open, through + 1 >= goal, candidate)
    # A stay that ended too early counts only if its last interruption may yet be bridged.
    bridged_yet = (at == last) & (through + 1 - found.day[at] <= gap)
    possible = np.where(is_open, True, candidate | bridged_yet)
    before, after = decided(found, candidate)
    arrival = found.arrival
    resident, _ = carried(
        found, np.where(arrival, possible, certain), value=arrival, first=found.resident | found.unsure
    )
    stranger, _ = carried(
        found, np.where(arrival, certain, possible), value=~arrival, first=~found.resident | found.unsure
    )
    origin, other = np.where(arrival, stranger, resident), np.where(arrival, resident, stranger)
    return Outcome(before, after, candidate & (before != arrival), certain & origin & ~other, possible & origin)


def _closing(found: Histories, gap: int) -> Days:
    """Place of the crossing that ends the stay begun at each crossing; past the person's last one when it is open."""
    size = found.day.size
    place = np.arange(size + 2)
    ends = np.ones(size + 2, bool)
    ends[: size - 1] = (found.run[1:] != found.run[:-1]) | (found.day[1:] - found.day[:-1] > gap)
    following = np.where(ends, place, size + 1)
    # Crossings that end one stay are two places apart: every second one is looked at, from the end.
    for odd in (0, 1):
        following[odd::2] = np.minimum.accumulate(following[odd::2][::-1])[::-1]
    return following[1 : size + 1]
