"""Footnotes as references: title, place, dates, sales number, chapter, resolution, annex; "Ibid." resolved."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from corridors.document.resolutions.organs import MONTHS

_MONTH = "|".join(MONTHS)
_WORK = re.compile(
    rf"^(?:See\s+|Adopted\s+.*?;\s+see\s+)?(?P<title>(?:Report|Reports|Proceedings|Official Records)\s.*?)"
    rf"(?:,\s+(?P<place>[A-Z][\w\s.’'-]+?),\s+(?P<dates>\d{{1,2}}(?:\s+(?:{_MONTH}))?(?:\s+\d{{4}})?\s?[-–]\s?\d{{1,2}}\s+(?:{_MONTH})\s+\d{{4}}))?"
    rf"\s*(?:\((?P<publication>[^)]*)\)|,\s+(?:vol|chap|sect|para|annex|Supplement)|\.?$)", re.DOTALL
)  # fmt: skip
_SALES = re.compile(r"Sales\s+No\.\s+([A-Z][\w.]+?)(?=[)\s,]|\.?$)")
_POINTERS = (
    ("volume", re.compile(r"\bvol\.\s+([\w.]+\d*)")),
    ("chapter", re.compile(r"\bchap\.\s+([IVXL]+|\d+)")),
    ("section", re.compile(r"\bsect\.\s+([\w.]+?)(?=[,.;]?\s|[,.]?$)")),
    ("paragraph", re.compile(r"\bparas?\.\s+([\d–-]+(?:\s\([a-z]\))?)")),
    ("resolution", re.compile(r"\),\s+(?:chap\.\s+\w+,\s+)?resolution\s+(\w+)")),
    ("annex", re.compile(r"\bannex(?:es)?\b(?:\s+([IVXL]+|\d+)\b)?")),
    ("supplement", re.compile(r"\bSupplement\s+No\.\s+(\w+)")),
)
_IBID = re.compile(r"^(?:See\s+)?(?:Ibid|ibid|Ibidem)\.?")


@dataclass(frozen=True, slots=True)
class Reference:
    """What a note refers to: the work, and pointers into it (chapter, annex ...; the empty text for "annex" alone)."""

    title: str | None
    place: str | None
    dates: str | None
    sales_number: str | None
    pointers: dict[str, str]
    ibid_of: str | None = None


def _pointers(text: str) -> dict[str, str]:
    found = {name: form.search(text) for name, form in _POINTERS}
    return {name: (match[1] or "") for name, match in found.items() if match}


def reference(text: str) -> Reference | None:
    """The reference of one note; None when it is of another kind.

    Examples
    --------
    >>> found = reference("Report of the World Summit, Copenhagen, 6-12 March 1995 (Sales No. E.96.IV.8), chap. I, resolution 1, annex II.")
    >>> found.place, found.sales_number, found.pointers["annex"]
    ('Copenhagen', 'E.96.IV.8', 'II')
    """  # noqa: E501
    work, pointers = _WORK.match(text), _pointers(text)
    sales = _SALES.search(text)
    if work is None:
        return Reference(None, None, None, sales[1] if sales else None, pointers) if pointers else None
    return Reference(
        re.sub(r"\s+", " ", work["title"]), work["place"], work["dates"], sales[1] if sales else None, pointers
    )


def resolved(notes: list[tuple[str | None, str]]) -> list[Reference | None]:
    """References of notes in order; "Ibid." takes the work of the note before and keeps its own pointers.

    Examples
    --------
    >>> notes = [("2", "Report of the Summit, Copenhagen, 6-12 March 1995, annex I."), ("3", "Ibid., annex II.")]
    >>> resolved(notes)[1].place, resolved(notes)[1].pointers, resolved(notes)[1].ibid_of
    ('Copenhagen', {'annex': 'II'}, '2')
    """
    found: list[Reference | None] = []
    marker_before: str | None = None
    work: Reference | None = None
    for marker, text in notes:
        if _IBID.match(text) and found:
            known = work or Reference(None, None, None, None, {})
            found.append(replace(known, pointers=_pointers(text), ibid_of=marker_before))
            continue
        work, marker_before = reference(text), marker
        found.append(work)
    return found
