"""Short and authorised stays: days over a limit, and whether a person left in time."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from corridors.count.rules import day_number

if TYPE_CHECKING:
    from collections.abc import Sequence

#: `suspected_in_country` says that no departure was recorded, which a missed departure does too.
StayStatus = Literal["left_in_time", "left_late", "suspected_in_country", "authorised"]


@dataclass(frozen=True, slots=True)
class ShortStay:
    """Days of stay of one person, days over the limit, and the first of these."""

    days_of_stay: int
    over_days: int
    first_over: datetime.date | None


def short_stay(
    stays: Sequence[tuple[datetime.date, datetime.date | None]],
    *,
    through: datetime.date,
    limit: int = 90,
    window: int = 180,
) -> ShortStay:
    """Days on which a person has been present more than `limit` days of the last `window`, both end days counted.

    Parameters
    ----------
    stays
        Day of entry and day of exit; None for a stay that goes on.
    through
        Last completely observed day; later days are not counted.
    limit, window
        Days. 90 and 180 are those of the Schengen Borders Code, Article 6(1).

    Examples
    --------
    >>> import datetime
    >>> short_stay([(datetime.date(2015, 1, 1), None)], through=datetime.date(2015, 4, 10))
    ShortStay(days_of_stay=100, over_days=10, first_over=datetime.date(2015, 4, 1))
    """
    if not 1 <= limit <= window:
        raise ValueError(f"limit is {limit} and window {window}; allowed is 1 <= limit <= window")
    last = day_number(through)
    spans = [(day_number(entry), last if leave is None else min(day_number(leave), last)) for entry, leave in stays]
    spans = [span for span in spans if span[0] <= span[1]]
    if not spans:
        return ShortStay(0, 0, None)
    first = min(entry for entry, _ in spans)
    present = np.zeros(max(leave for _, leave in spans) - first + 1, bool)
    for entry, leave in spans:
        present[entry - first : leave - first + 1] = True
    total = np.concatenate([np.zeros(window, np.int64), np.cumsum(present)])
    over = np.flatnonzero(present & (total[window:] - total[:-window] > limit))
    day = through + datetime.timedelta(days=int(over[0]) + first - last) if over.size else None
    return ShortStay(int(present.sum()), int(over.size), day)


def authorised_stay(
    *, authorised_until: datetime.date, departure: datetime.date | None, through: datetime.date
) -> tuple[StayStatus, int]:
    """Whether a person left in time, and the days beyond the authorised stay.

    Parameters
    ----------
    authorised_until
        Last authorised day.
    departure
        Day of departure, where there is one; one after `through` is not known yet.
    through
        Last completely observed day.

    Examples
    --------
    >>> import datetime
    >>> authorised_stay(authorised_until=datetime.date(2015, 6, 30), departure=None, through=datetime.date(2015, 7, 20))
    ('suspected_in_country', 20)
    """
    left = departure is not None and departure <= through
    end = departure if left and departure is not None else through
    late = max(0, (end - authorised_until).days)
    if left:
        return ("left_late" if late else "left_in_time"), late
    return ("suspected_in_country" if late else "authorised"), late
