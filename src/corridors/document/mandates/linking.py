"""Mandates of two successive resolutions tied to one another, clause by clause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from corridors.document.mandates.chain import align
from corridors.document.mandates.record import Mandate, mandates_of


def linked(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Mandate, ...]:
    """Mandates of both resolutions, each with the like one of the other as its successor or predecessor.

    Two mandates are alike when their paragraphs are one another's in the aligned diff and ask for one kind of thing.

    Parameters
    ----------
    before, after
        Parsed resolutions on one topic, schema `resolution-gold/1`, the older first.

    Examples
    --------
    >>> def one(symbol, session):
    ...     text = f"Requests the Secretary-General to report at its {session} session;"
    ...     ask = {"id": "OP1", "to": ["Secretary-General"], "kind": "report"}
    ...     return {"symbol": symbol, "operative": [{"id": "OP1", "text": text, "acts": ["request"]}], "asks": [ask]}
    >>> [found.successor for found in linked(one("A", "fifty-sixth"), one("B", "fifty-eighth"))]
    ['B#OP1', None]
    """
    texts = [[(clause["id"], clause["text"]) for clause in one.get("operative", ())] for one in (before, after)]
    old, new = list(mandates_of(before)), list(mandates_of(after))
    pairs = {(pair.before, pair.after) for pair in align(*texts)}
    for at in range(len(old)):
        for to in range(len(new)):
            alike = (old[at].clause, new[to].clause) in pairs and old[at].deliverable == new[to].deliverable
            if alike and old[at].successor is None and new[to].predecessor is None:
                old[at] = replace(old[at], successor=new[to].id)
                new[to] = replace(new[to], predecessor=old[at].id)
    return (*old, *new)
