"""The calendar of what is due, as iCalendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from corridors.document.mandates.due import window
from corridors.document.mandates.record import Mandate, status

_LIMIT = 75


def calendar(mandates: Iterable[Mandate], *, as_of: date) -> bytes:
    r"""One all-day event for each mandate whose year is known: the first day to the last on which it can be met.

    Parameters
    ----------
    mandates
        The mandates; those without a date, or for a session that is no year, make no event.
    as_of
        The day the calendar speaks of: its stamp, and the day of each status.

    References
    ----------
    RFC 5545. https://doi.org/10.17487/RFC5545

    Examples
    --------
    >>> one = Mandate(id="A/RES/56/203#OP10", symbol="A/RES/56/203", clause="OP10", organ="General Assembly",
    ...               text="Report on implementation", verb="request", deliverable="report", due="GA58")
    >>> b"DTSTART;VALUE=DATE:20030916\r\n" in calendar([one], as_of=date(2003, 1, 1))
    True
    """
    known = tuple(mandates)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Corridors//mandates//EN", "CALSCALE:GREGORIAN"]
    for mandate in known:
        span = window(mandate.due)
        if span:
            lines += _event(mandate, span, as_of=as_of, register=known)
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) + "\r\n" for line in lines).encode()


def _event(mandate: Mandate, span: tuple[date, date], *, as_of: date, register: tuple[Mandate, ...]) -> list[str]:
    stands = status(mandate, as_of=as_of, register=register)
    what = "Agenda sub-item" if mandate.deliverable == "agenda" else mandate.deliverable.capitalize()
    who = ", ".join(mandate.addressees)
    return [
        "BEGIN:VEVENT",
        f"UID:{_escaped(mandate.id)}@corridors",
        f"DTSTAMP:{as_of:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{span[0]:%Y%m%d}",
        f"DTEND;VALUE=DATE:{span[1] + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(f'{what}: {mandate.symbol}, {mandate.clause} ({mandate.due})')}",
        f"DESCRIPTION:{_escaped(mandate.text + (chr(10) + 'By: ' + who if who else '') + chr(10) + 'Status: ' + stands)}",
        f"CATEGORIES:{_escaped(mandate.deliverable)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    for mark, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "")):
        text = text.replace(mark, escaped)
    return text


def _folded(line: str) -> str:
    """Lines of at most 75 octets, never cut inside a character."""
    parts, part, room = [], "", _LIMIT
    for letter in line:
        size = len(letter.encode())
        if size > room:
            parts.append(part)
            part, room = "", _LIMIT - 1
        part, room = part + letter, room - size
    return "\r\n ".join([*parts, part])
