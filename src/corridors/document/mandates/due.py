"""When a mandate falls due: from a session, a year or a day to the first and last day of it."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

_FIRST = 1945
#: From the seventy-eighth session on the Assembly opens a week earlier than its rules had it before.
_EARLIER_SINCE, _WEEKS_SINCE = 2023, 2003
_TUESDAY = 1


def assembly_opens(session: int) -> date:
    """The day on which the rules have a regular session of the General Assembly open.

    The third Tuesday of September at first; from 2003 the Tuesday of the third week that has a working day, from 2023 of
    the second. Some sessions opened on other days.

    Raises
    ------
    ValueError
        The session's number is below 1.

    Examples
    --------
    >>> assembly_opens(79).isoformat(), assembly_opens(75).isoformat()
    ('2024-09-10', '2020-09-15')
    """
    if session < 1:
        raise ValueError(f"no session {session} of the General Assembly; the first is 1")
    year = _FIRST + session
    first = date(year, 9, 1)
    if year < _WEEKS_SINCE:
        return first + timedelta(days=(_TUESDAY - first.weekday()) % 7 + 14)
    # A month that begins on a Saturday or Sunday has its first working day in the week after.
    monday = first - timedelta(days=first.weekday()) + timedelta(days=7 if first.weekday() > 4 else 0)
    weeks = 1 if year >= _EARLIER_SINCE else 2
    return monday + timedelta(weeks=weeks, days=_TUESDAY)


def window(due: str | None) -> tuple[date, date] | None:
    """First and last day on which what is due can be met; None where no year follows from the words.

    Parameters
    ----------
    due
        `GA58`, `ECOSOC2025`, a year, a month or a day; sessions of other bodies are no years.

    Examples
    --------
    >>> [day.isoformat() for day in window("2000-04")], window("HRC57"), window("GA58")[0].isoformat()
    (['2000-04-01', '2000-04-30'], None, '2003-09-16')
    """
    if not due:
        return None
    if found := re.fullmatch(r"GA(\d{1,3})", due):
        session = int(found[1])
        return assembly_opens(session), assembly_opens(session + 1) - timedelta(days=1)
    found = re.fullmatch(r"(?:ECOSOC)?(\d{4})(?:-(\d\d))?(?:-(\d\d))?", due)
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if not month:
        return date(year, 1, 1), date(year, 12, 31)
    if not day:
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return date(year, month, day), date(year, month, day)
