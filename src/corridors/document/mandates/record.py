"""The record of one mandate, drawn from a parsed resolution, and its status on a day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, get_args

from corridors.document.mandates.due import window

Status = Literal["open", "due", "overdue", "delivered", "superseded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """One thing that one body was asked to do.

    Parameters
    ----------
    id
        Symbol and clause, `A/RES/56/203#OP10`; a second ask of one clause ends in `.2`.
    symbol, clause
        The document and its paragraph.
    organ
        The body that asks.
    made
        Day of adoption, ISO 8601, where it is known.
    text
        What is asked: the paragraph itself for a document of the reader's own, short words of ours in the shipped list.
    verb
        The finite act: `request`, `decide`.
    addressees
        Who must act.
    deliverable
        What kind of thing is to be made: `report`, `agenda`, `convene`, `consultation`, `action` or another word.
    recipient
        The body that receives it.
    due
        `GA58` (a session of the Assembly), `HRC57` (a session that is no year), a year or a day.
    recurrence
        ISO 8601 duration, `P1Y`.
    predecessor, successor
        The like mandates of the resolutions before and after, by id.
    fulfilled_by, fulfilled_on
        Symbol of the document that answers, and the day it was issued.
    activities
        Identifiers of the activities that serve it.
    source
        Where the record can be looked up.
    """

    id: str
    symbol: str
    clause: str
    organ: str
    made: str | None = None
    text: str
    verb: str
    addressees: tuple[str, ...] = ()
    deliverable: str
    recipient: str | None = None
    due: str | None = None
    recurrence: str | None = None
    predecessor: str | None = None
    successor: str | None = None
    fulfilled_by: str | None = None
    fulfilled_on: str | None = None
    activities: tuple[str, ...] = ()
    source: str = ""


def mandates_of(resolution: Mapping[str, Any]) -> tuple[Mandate, ...]:
    """Every ask of a parsed resolution as a mandate, in the order of its clauses.

    Parameters
    ----------
    resolution
        A resolution as `corridors document parse --json` writes it (schema `resolution-gold/1`).

    Examples
    --------
    >>> clause = {"id": "OP3", "text": "Requests a report;", "acts": ["request"], "addressees": ["Secretary-General"]}
    >>> ask = {"id": "OP3", "to": ["Secretary-General"], "kind": "report", "session": 58, "recipient": "General Assembly"}
    >>> (found,) = mandates_of({"symbol": "A/RES/56/203", "operative": [clause], "asks": [ask]})
    >>> found.id, found.verb, found.due
    ('A/RES/56/203#OP3', 'request', 'GA58')
    """
    clauses = {clause["id"]: clause for clause in resolution.get("operative", ())}
    seen: dict[str, int] = {}
    found = []
    for ask in resolution.get("asks", ()):
        clause = clauses.get(ask["id"], {})
        seen[ask["id"]] = seen.get(ask["id"], 0) + 1
        found.append(_mandate(resolution, clause, ask, number=seen[ask["id"]]))
    return tuple(found)


def _mandate(
    resolution: Mapping[str, Any], clause: Mapping[str, Any], ask: Mapping[str, Any], *, number: int
) -> Mandate:
    symbol = str(resolution.get("symbol") or resolution.get("file") or "document without symbol")
    due, recurrence = _deadlines(resolution, ask)
    acts: Sequence[str] = clause.get("acts") or ()
    return Mandate(
        id=f"{symbol}#{ask['id']}" + (f".{number}" if number > 1 else ""),
        symbol=symbol,
        clause=ask["id"],
        organ=resolution.get("organ") or "",
        made=resolution.get("adopted_on"),
        text=clause.get("text") or ask.get("what") or "",
        verb=acts[0] if acts else "",
        addressees=tuple(ask.get("to") or clause.get("addressees") or ()),
        deliverable=ask.get("kind") or "other",
        recipient=ask.get("recipient"),
        due=due,
        recurrence=recurrence,
    )


_SESSIONS = {"General Assembly": "GA", "Human Rights Council": "HRC"}
_AFTER = re.compile(r"P(\d+)([DWMY])")


def _deadlines(resolution: Mapping[str, Any], ask: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """What an ask fixes: when it is due first, and how often it comes again."""
    due: str | None = None
    recurrence: str | None = ask.get("recurrence")
    for part in str(ask.get("due") or "").split(";"):
        kind, _, rest = part.strip().rpartition(":")
        if kind == "R":
            recurrence = recurrence or rest
        elif kind == "A":
            due = due or _after(resolution.get("adopted_on"), rest)
        elif rest:
            due = due or rest
    return due or _from_session(resolution, ask), recurrence


def _after(adopted: str | None, duration: str) -> str | None:
    """The day so long after the adoption; None where the day of adoption is unknown."""
    found = _AFTER.fullmatch(duration)
    if not adopted or not found:
        return None
    start, number = date.fromisoformat(adopted), int(found[1])
    if found[2] in "DW":
        return (start + timedelta(days=number * (7 if found[2] == "W" else 1))).isoformat()
    months = start.month - 1 + number * (12 if found[2] == "Y" else 1)
    return f"{start.year + months // 12}-{months % 12 + 1:02d}"


def _from_session(resolution: Mapping[str, Any], ask: Mapping[str, Any]) -> str | None:
    session = ask.get("session")
    if session is None:
        return str(ask["year"]) if ask.get("year") else None
    body = ask.get("recipient") or resolution.get("organ") or ""
    if body == "Economic and Social Council":
        return f"ECOSOC{session}"
    return f"{_SESSIONS.get(body, 'OTHER')}{session}"


def status(mandate: Mandate, *, as_of: date, register: Iterable[Mandate] = ()) -> Status:
    """What stands of a mandate on a day.

    Delivered once the document that answers it is out; superseded once the mandate that follows it was made; overdue
    after the last day on which it could be met; due from the first; open before that, and for ever without a date.

    Parameters
    ----------
    mandate
        The mandate.
    as_of
        The day.
    register
        Mandates among which the successor is looked up.

    Examples
    --------
    >>> one = Mandate(id="a", symbol="A/RES/56/203", clause="OP10", organ="General Assembly", text="report", verb="request",
    ...               deliverable="report", due="GA58")
    >>> [status(one, as_of=date(year, 10, 1)) for year in (2002, 2003, 2004)]
    ['open', 'due', 'overdue']
    """
    day = as_of.isoformat()
    if mandate.fulfilled_by and (mandate.fulfilled_on or day) <= day:
        return "delivered"
    if any(later.id == mandate.successor and later.made and later.made <= day for later in register):
        return "superseded"
    span = window(mandate.due)
    if span is None or as_of < span[0]:
        return "open"
    return "due" if as_of <= span[1] else "overdue"


def statuses() -> tuple[Status, ...]:
    """Every status a mandate can have.

    Examples
    --------
    >>> statuses()[0]
    'open'
    """
    return get_args(Status)
