"""The order of crossings within a day that has neither hour nor number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]


def alternating_order(new_person: Flags, new_day: Flags, *, arrival: Flags, timed: Flags) -> NDArray[np.int64] | None:
    """Places of the rows once each untimed day alternates with what came before; None when nothing moves.

    A day ends in the direction of its majority, and on a tie as it began: so the state at the start of every day follows
    from the last day without a tie, and no day waits for the one before it. At the start of a history the majority comes
    first, on a tie an arrival.

    Parameters
    ----------
    new_person, new_day
        One entry a row, rows by person and day: whether the row begins a person, or a person's day.
    arrival, timed
        Direction, and whether the row has an instant or a number.
    """
    size = arrival.size
    start = np.flatnonzero(new_day)
    group = np.cumsum(new_day) - 1
    rows = np.diff(np.append(start, size))
    if not size or not (rows > 1).any():
        return None
    arrivals = np.add.reduceat(arrival.astype(np.int64), start)
    known = np.logical_or.reduceat(timed, start)
    surplus = 2 * arrivals - rows
    ends_in = np.where(known, arrival[start + rows - 1], surplus > 0)
    begins_in = _state_before(known | (surplus != 0), ends_in, new_person[start])
    # A history that begins with a tie reads as if the person had just left.
    lead = np.where(new_person[start] & (surplus < 0), False, ~begins_in)
    moving = np.flatnonzero((~known & (rows > 1))[group])
    if not moving.size:
        return None
    index = np.arange(size) - start[group]
    before = np.concatenate([[0], np.cumsum(arrival)])
    among = before[:-1] - before[start][group]
    turn = 2 * np.where(arrival, among, index - among) + (arrival != lead[group])
    order = np.arange(size)
    order[moving] = moving[np.lexsort((turn[moving], group[moving]))]
    return order


def _state_before(settles: Flags, ends_in: Flags, new_person: Flags) -> Flags:
    """Whether the person is inside at the start of each day."""
    place = np.arange(settles.size)
    first = np.maximum.accumulate(np.where(new_person, place, 0))
    last = np.maximum.accumulate(np.where(settles, place, -1))
    after = np.where(last >= first, ends_in[last], False)
    state = np.empty_like(after)
    state[1:] = after[:-1]
    state[new_person] = False
    return state
