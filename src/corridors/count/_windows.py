"""Kernel of the rule "T days in a window of W": point, and exact bounds over every past and future."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.count._histories import Histories, Outcome, carried, closed_bounds, decided

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Days = NDArray[np.int64]
    Flags = NDArray[np.bool_]

#: Farther than any day: stands for "no world is here".
_FAR = 1 << 40


def window_outcome(found: Histories, window_end: Days, *, need: Days, through: int) -> Outcome:
    """Classify each crossing by the days spent in its target state within `[day, window_end)`.

    Parameters
    ----------
    found
        The crossings, none later than `through`.
    window_end, need
        First day after each window, and the days within it that make a migration.
    through
        Last completely observed day; after it the last state persists.
    """
    inside = days_inside(found, window_end)
    width = window_end - found.day
    candidate = np.where(found.arrival, inside, width - inside) >= need
    before, after = decided(found, candidate)
    ahead = window_end - (through + 1)
    over = ahead <= 0
    settled = candidate & over
    resident, _ = carried(found, settled, value=found.arrival, first=found.resident | found.unsure)
    stranger, _ = carried(found, settled, value=~found.arrival, first=~found.resident | found.unsure)
    lower, upper = closed_bounds(candidate, found.arrival, resident=resident, stranger=stranger)
    place = np.flatnonzero(~over)
    if place.size:
        known = inside[place] - np.where(found.arrival[found.last[place]], ahead[place], 0)
        arrival = found.arrival[place]
        more = np.where(arrival, need[place] - known, width[place] - need[place] - known)
        ahead, run = ahead[place], found.run[place]
        lower[place], upper[place] = _open_bounds(
            _Open(arrival, more, ahead, run), resident=resident[place], stranger=stranger[place]
        )
    return Outcome(before, after, candidate & (before != found.arrival), lower, upper)


def days_inside(found: Histories, until: Days) -> Days:
    """Days in the country at their end, from each crossing's own day to the day before `until`."""
    day, arrival = found.day, found.arrival
    inside = np.zeros(day.size, np.int64)
    stay = np.where(arrival[:-1] & (found.run[1:] == found.run[:-1]), day[1:] - day[:-1], 0)
    np.cumsum(stay, out=inside[1:])
    low = int(day.min(initial=0))
    span = int(day.max(initial=0)) - low + 2
    key = found.run * span + (day - low)
    # The last crossing before the window ends: the state of that moment lasts to the end.
    last = np.searchsorted(key, found.run * span + np.minimum(until - low, span - 1)) - 1
    return inside[last] - inside + np.where(arrival[last], until - day[last], 0)


@dataclass(frozen=True, slots=True)
class _Open:
    """Crossings whose window ends `ahead` days after the last observed day.

    An arrival is a candidate when at least `more` of those days are spent inside, a departure when at most `more` are.
    """

    arrival: Flags
    more: Days
    ahead: Days
    run: Days


def _open_bounds(found: _Open, *, resident: Flags, stranger: Flags) -> tuple[Flags, Flags]:
    """Lower and upper bound of each open crossing, over every past and every path of days ahead.

    Order the worlds by `f`, the days inside among the first `ahead` days after the last observed one. Then the worlds in
    which the person is no resident are always those with `f <= x`, and those of a resident `f >= y`, with `y <= x + 1`:
    both sets start as one point, growth keeps them, an arrival moves the upper end of the first to the second, and a
    departure the lower end of the second to the first. A crossing therefore clamps `x - ahead` and `y`; clamps compose,
    so that all persons are answered by doubling.
    """
    slack, floor = _clamps(found)
    start = np.flatnonzero(np.concatenate([[True], found.run[1:] != found.run[:-1]]))
    size = np.diff(np.append(start, found.run.size))
    rank = np.arange(found.run.size) - np.repeat(start, size)
    # The settled past is the same for all open crossings of a person: they are its last ones.
    x = _before(slack, rank, begun=np.where(stranger, 0, -_FAR)) + found.ahead
    y = _before(floor, rank, begun=np.where(resident, 0, _FAR))
    some_stranger, some_resident = x >= 0, y <= found.ahead
    upper = np.where(found.arrival, some_stranger & (x >= found.more), some_resident & (y <= found.more))
    lower = np.where(found.arrival, ~some_resident & (found.more <= 0), ~some_stranger & (found.more >= found.ahead))
    return lower, upper


def _clamps(found: _Open) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The clamp of `x - ahead` and that of `y` at each crossing, each of shape (2, crossings): floor, ceiling."""
    never = np.full(found.more.size, _FAR)
    more, ahead = found.more, found.ahead
    ceiling = np.where(more <= 0, -never, np.where(more > ahead, never, more - 1 - ahead))
    floor = np.where(more < 0, -never, np.minimum(more - ahead, 0))
    slack = np.stack([np.where(found.arrival, -never, floor), np.where(found.arrival, ceiling, never)])
    least = np.where(more > ahead, never, np.maximum(more, 0))
    past = np.where(more >= ahead, never, np.maximum(more + 1, 0))
    return slack, np.stack([np.where(found.arrival, -never, past), np.where(found.arrival, least, never)])


def _before(clamp: NDArray[np.int64], rank: Days, *, begun: Days) -> Days:
    """The value before each crossing: what the person began with, through the clamps of its earlier crossings."""
    low, high = clamp[0].copy(), clamp[1].copy()
    step, place = 1, np.flatnonzero(rank >= 1)
    while place.size:
        earlier = place - step
        low_new = np.maximum(low[place], np.minimum(high[place], low[earlier]))
        high[place] = np.maximum(low[place], np.minimum(high[place], high[earlier]))
        low[place] = low_new
        step *= 2
        place = place[rank[place] >= step]
    value = begun.copy()
    place = np.flatnonzero(rank >= 1)
    value[place] = np.maximum(low[place - 1], np.minimum(high[place - 1], begun[place]))
    return value
