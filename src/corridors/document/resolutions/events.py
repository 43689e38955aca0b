"""Meetings told in prose, as in a footnote that lists them: name, place, dates, outcome."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corridors.document.resolutions.organs import MONTHS, iso_date

_MONTH = "|".join(MONTHS)
_PLACE = r"(?P<place>(?:The\s)?[A-Z][\w’'-]+(?:(?:\s|-)(?:de|del|la|el|of|am|sur|le|[A-Z][\w’'-]+)){0,4}?)"
_DAYS = (
    rf"(?:from\s+)?(?P<d1>\d{{1,2}})(?:\s+(?P<m1>{_MONTH}))?(?:\s+(?P<y1>\d{{4}}))?\s+(?:to|"
    rf"and)\s+(?P<d2>\d{{1,2}})\s+(?P<m2>{_MONTH})\s+(?P<y2>\d{{4}})"
)
_RANGE = rf"(?P<d3>\d{{1,2}})\s?[-–]\s?(?P<d4>\d{{1,2}})\s+(?P<m4>{_MONTH})\s+(?P<y4>\d{{4}})"
_WHEN = (
    rf"(?:(?:on\s+)?(?:{_DAYS}|{_RANGE}|(?P<d5>\d{{1,2}})\s+(?P<m5>{_MONTH})\s+(?P<y5>\d{{4}}))|"
    rf"in\s+(?P<m6>{_MONTH})\s+(?P<y6>\d{{4}})|in\s+(?P<y7>\d{{4}}))"
)
_HELD = re.compile(
    rf",?\s+(?:(?:which\s+)?(?:was|were)\s+)?(?:held|convened|organized|hosted)\s+(?:at|in)\s+{_PLACE},?\s+(?:by\s+[^,;]+?\s+)?{_WHEN}"
)
_SHORT = re.compile(rf"(?:\s+(?:at|in)|,)\s+{_PLACE},?\s+{_WHEN}")
_SERIES = re.compile(rf"(?:\s+and\s+|,\s+|^)(?P<with>(?:[^,;]|,(?!\s))*?)\s+at\s+{_PLACE}\s+{_WHEN}")
_ORGANIZED = re.compile(r"^(?P<what>.*?\bmeetings?)\s+organized\s+by\s+(?P<who>.*?)\s+with\s+(?P<rest>.*)$", re.DOTALL)
_OUTCOME = re.compile(r"which\s+adopted\s+(?P<outcome>.*?)(?:\s+\(see\s+(?P<see>[^)]*)\))?$", re.DOTALL)
_OPENING = re.compile(
    r"^(?:\W|and\s+|(?:[Ii]ncluding|[Ii]nter alia|[Ss]ee|[Nn]amely|[Ss]uch as),?\s+|the\s+|a\s+|an\s+)+"
)
_MEETING = re.compile(
    r"\b(?:[Cc]onference|[Ss]ymposium|[Mm]eeting|[Ss]ummit|[Ss]eminar|[Ww]orkshop|[Ff]orum|[Dd]ialogue|[Cc]onsultations?|[Cc]ongress|"
    r"[Ss]ession|[Aa]ssembly|[Pp]rocess|[Rr]ound ?table|[Cc]olloquium|[Mm]eetings)\b"
)
_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Event:
    """A meeting: name, place and dates (ISO, a month alone where no day is told), who held it, what came of it."""

    name: str
    place: str | None
    start: str | None
    end: str | None
    organizer: str | None = None
    outcome: str | None = None


def _dates(match: re.Match[str]) -> tuple[str, str]:
    get = match.groupdict()
    if get["d1"]:
        end = iso_date(get["d2"], get["m2"], get["y2"])
        return iso_date(get["d1"], get["m1"] or get["m2"], get["y1"] or get["y2"]), end
    if get["d3"]:
        return iso_date(get["d3"], get["m4"], get["y4"]), iso_date(get["d4"], get["m4"], get["y4"])
    if get["d5"]:
        day = iso_date(get["d5"], get["m5"], get["y5"])
        return day, day
    if get["m6"]:
        month = f"{get['y6']}-{MONTHS.index(get['m6']) + 1:02d}"
        return month, month
    return get["y7"], get["y7"]


def _series(part: str) -> list[Event]:
    """Meetings one body held with several partners: "with A at X in May, B at Y in June and C at Z in July"."""
    match = _ORGANIZED.match(part)
    if match is None:
        return []
    name = "Meeting" if "capacity-building" not in match["what"] else "Capacity-building meeting"
    return [
        Event(f"{name} with {one['with'].strip()}", one["place"], *_dates(one), re.sub(r"^the\s+", "", match["who"]))
        for one in _SERIES.finditer(match["rest"])
    ]


def _single(part: str) -> Event | None:
    held = _HELD.search(part) or _SHORT.search(part)
    outcome = _OUTCOME.search(part)
    told = (
        " ".join(filter(None, (outcome["outcome"], f"({outcome['see']})" if outcome["see"] else "")))
        if outcome
        else None
    )
    name = part[: held.start()] if held else part
    name = re.sub(r"\s+", " ", _OPENING.sub("", name)).strip(" ,.")
    if not _MEETING.search(name) or not re.match(r"[A-Z]", name):
        return None
    if held is None:
        return Event(name, None, None, None, None, told)
    return Event(name, held["place"], *_dates(held), None, told and re.sub(r"^the\s+", "", told))


def events(text: str) -> tuple[Event, ...]:
    """The meetings a note lists, parted by semicolons.

    Examples
    --------
    >>> text = "Including the Regional Conference on Refugees, held at Geneva on 30 and 31 May 1996; and others."
    >>> events(text)[0].place, events(text)[0].start, events(text)[0].end
    ('Geneva', '1996-05-30', '1996-05-31')
    """
    found: list[Event] = []
    for part in re.split(r";\s*(?:and\s+)?", re.sub(r"/\s+", "/", text[:_LONGEST])):
        part = re.sub(r"\s+", " ", part).strip(" .")  # noqa: PLW2901
        series = _series(_OPENING.sub("", part))
        single = None if series else _single(part)
        found += series or ([single] if single else [])
    return tuple(found)
