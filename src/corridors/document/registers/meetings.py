"""Meetings that a document tells of, as rows of the register of meetings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corridors.document.registers.register import Row
from corridors.document.resolutions.events import Event, events

_KINDS = ("capacity-building meeting", "symposium", "conference")


def meetings_of(resolution: Mapping[str, Any]) -> tuple[Row, ...]:
    """The meetings that the footnotes of a parsed resolution list, with place, days and outcome.

    Parameters
    ----------
    resolution
        A resolution as `corridors document parse --json` writes it (schema `resolution-gold/1`).

    Examples
    --------
    >>> note = {"marker": "10", "text": "Including the Conference on Ageing, held at Geneva on 30 and 31 May 1996; and others."}
    >>> meetings_of({"symbol": "A/RES/56/203", "footnotes": [note]})[0]["PLACE"]
    'Geneva'
    """
    symbol = resolution.get("symbol") or resolution.get("file") or "document without symbol"
    return tuple(
        {
            "ID": f"{symbol}#FN{note['marker']}.{number}",
            "NAME": f"{event.organizer}: {event.name}" if event.organizer else event.name,
            "KIND": _kind(event),
            "PLACE": event.place or "",
            "START": event.start or "",
            "END": event.end or "",
            "OUTCOME": event.outcome or "",
            "SOURCE": f"{symbol}, footnote {note['marker']}",
        }
        for note in resolution.get("footnotes", ())
        # A note with one meeting is the reference of a report: only a list tells of meetings.
        if ";" in str(note.get("text") or "")
        for number, event in enumerate(events(str(note["text"])), 1)
    )


def _kind(event: Event) -> str:
    if event.start is None:
        # What is named without a day is a body that meets again and again.
        return "process"
    return next((kind for kind in _KINDS if kind in event.name.lower()), "meeting")
