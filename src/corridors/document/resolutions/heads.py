"""What stands above and below a resolution: symbol, session, agenda item, committee, title, adoption."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corridors.document.resolutions._closing import enacting, heading
from corridors.document.resolutions.cutting import Piece
from corridors.document.resolutions.organs import DATE, ORDINAL, iso_date, ordinal, organs, session_year

_SYMBOL = re.compile(
    r"(?<![\w/(])(?:A|S|E|T)/(?:[A-Z0-9][\w.-]*/)*(?:RES|DEC|L\.\d+|[A-Z]\w*\.\d+|\d+)[\w./()-]*(?:\s\((?:19|20)\d\d\))?"
)
_SESSION = re.compile(
    rf"^(?:Resumed\s+)?({ORDINAL})(?:\s+\((?:resumed|emergency)\))?\s+(special\s+|emergency\s+special\s+)?session\b",
    re.IGNORECASE,
)
_AGENDA = re.compile(r"^Agenda\s+items?:?\s+(?P<items>\d.*)$", re.IGNORECASE)
_COMMITTEE = re.compile(
    r"on\s+the\s+(?:report|proposal|recommendation)s?\s+of\s+the\s+(?P<committee>(?:Special\s+Political\s+and\s+Decolonization|Ad\s+Hoc|[A-Z]\w+)\s+"
    r"(?:[\w\s]+?\s+)?Committee(?:\s+\(Fourth\s+Committee\))?)[^(]*(?:\((?P<reports>[^\]]*)\))?"
)
_WITHOUT = re.compile(r"without\s+reference\s+to\s+a\s+Main\s+Committee\s*\((?P<drafts>.*?)\)\s*\]", re.DOTALL)
_DRAFTS = re.compile(r"[A-Z](?:/[\w.]+)+")
_MEETING = re.compile(r"(\d{1,5})(?:st|nd|rd|th)\s+(?:\([\w\s]+\)\s+)?(?:plenary\s+)?(?:meeting|plenary)\b")
_FURNITURE = re.compile(
    rf"""^(?:UNITED\b.*|NATIONS|United\sNations.*|Distr\b.*|GENERAL|LIMITED|(?:General|Limited)|ORIGINAL:?.*|Original:?.*|ENGLISH|English(?:\sonly)?|
      (?:General\sAssembly|Security\sCouncil|Economic\sand\sSocial\sCouncil|Human\sRights\sCouncil)\d?|
      {DATE}|Agenda\sitems?.*|(?:Substantive\s|Resumed\s)?(?:{ORDINAL}|\w+-\w+)\s(?:special\s|emergency\sspecial\s|resumed\s)?session.*|
      (?:Resumed\s|Substantive\s|Organizational\s)?session\sof\s\d{{4}}.*|(?:19|20)\d\d\ssession.*|.*\bCommittee|[A-Z]|\*+\s?\d*.*|\d{{2}}-\d{{5}}.*|
      RESOLUTIONS?\s.*|Resolutions?\sadopted\b.*|Adopted\s(?:by|at|on)\b.*|\[.*|.*\]|[AEST]/\S+(?:\s\(\d{{4}}\))?\*?|[^.]*:\s(?:revised\s)?draft\sresolution.*|.*draft\sresolution|
      Draft\sresolution.*|Resolution\s\d+\s\(\d{{4}}\)\.?|\d+(?:st|nd|rd|th)\s.*meeting.*|Annex.*|[\d\W]+|Note:.*|Please\srecycle.*)$""",
    re.VERBOSE | re.IGNORECASE,
)
_LINES_OF_HEAD = 60


@dataclass(frozen=True, slots=True)
class Head:
    """The particulars of a resolution, each None or empty where the document does not tell it."""

    organ: str | None
    symbol: str | None
    symbol_note: str | None
    number: str | None
    status: str
    session: int | None
    session_year: int | None
    title: str | None
    agenda_items: tuple[str, ...]
    distributed_on: str | None
    adopted_on: str | None
    meeting: int | None
    committee: str | None
    committee_reports: tuple[str, ...]
    drafts: tuple[str, ...]


def _title(piece: Piece, raw_head: Sequence[str]) -> str | None:
    """The title: behind the number, or the lines right above the enacting line that are no furniture."""
    lines = [line.text for line in piece.head]
    for at, line in enumerate(lines):
        named = heading(line)
        if named and (piece.number is None or named[0] == piece.number):
            rest = [one for one in lines[at + 1 :] if not _FURNITURE.match(one)]
            title = " ".join([named[1], *rest]).strip() if named[1] else " ".join(rest)
            return _trimmed(title)
    found: list[str] = []
    for line in reversed(lines or list(raw_head)):
        if _FURNITURE.match(line) or len(found) > 6:
            if found:
                break
            continue
        found.insert(0, line)
    return _trimmed(" ".join(found))


def _trimmed(title: str) -> str | None:
    title = re.sub(r"(?<=[A-Za-z”\")])\s?(?:\d{1,2}|\*{1,3})/?$", "", title.strip()).strip()
    return title or None


def _agenda(lines: Sequence[str]) -> tuple[str, ...]:
    for line in lines:
        match = _AGENDA.match(line)
        if not match:
            continue
        found: list[str] = []
        for item, letters in re.findall(r"(\d{1,3})((?:\s*(?:,|and)?\s*\([a-z]+\))*)", match["items"]):
            labels = re.findall(r"\([a-z]+\)", letters)
            found += [f"{item} {label}" for label in labels] or [item]
        return tuple(found)
    return ()


def _symbol(raw_head: Sequence[str], number: str | None, organ: str | None) -> tuple[str | None, str | None]:
    """The symbol, as printed or from the number and the organ, and how it was found."""
    for line in raw_head:
        if line.startswith(("[", "(")) or "Committee (" in line:
            continue
        match = _SYMBOL.search(line)
        if match and (
            "RES/" in match[0]
            or "/L." in match[0]
            or re.fullmatch(r"[\W\d]*(?:United Nations\s+)?\S+(?:\s\(\d{4}\))?\*?", line)
        ):
            symbol = match[0].rstrip("*.,")
            return re.sub(r"\s\(", "(", symbol) if symbol.startswith("S/RES") else symbol, None
    known = organs().get(organ or "")
    if number and known:
        return (
            f"{known.prefix}{re.sub(r'[ ]', '', number)}",
            f"not printed: from the number {number} and the enacting organ",
        )
    return None, "masthead missing: no symbol is printed" if not number else None


def _number(symbol: str | None, piece: Piece) -> str | None:
    if piece.number:
        return piece.number
    match = re.search(r"/RES/(.+)$", symbol or "")
    return match[1] if match else None


def _session(lines: Sequence[str], number: str | None, organ: str | None) -> int | None:
    special = bool(number and number.startswith(("S-", "ES-")))
    if not special and organ in ("General Assembly", "Human Rights Council") and number:
        match = re.match(r"(\d{1,3})/\d+", number)
        if match:
            return int(match[1])
    for line in lines:
        match = _SESSION.match(line)
        if match and not match[2]:
            return ordinal(match[1])
    return None


def _year(organ: str | None, session: int | None, number: str | None, dated: str | None) -> int | None:
    known = session_year(organ, session)
    if known is not None:
        return known
    stated = re.match(r"((?:19|20)\d\d)/\d+|\d+\s?\((\d{4})\)", number or "")
    if stated:
        return int(stated[1] or stated[2])
    return int(dated[:4]) if dated else None


def _adoption(lines: Sequence[str], closing: Sequence[str]) -> tuple[str | None, int | None]:
    """Date and meeting of adoption: from the closing lines, else from the head."""
    below = " ".join(closing)
    above = " ".join(lines)
    adopted = re.search(rf"\b[Aa]dopted\b.{{0,120}}?\bon\s+{DATE}", above)
    titled = re.search(rf"\bResolution \d{{1,4}} \(\d{{4}}\) of {DATE}", above)
    adopted = adopted or titled
    last = re.search(DATE, below)
    date = iso_date(*last.groups()) if last else iso_date(*adopted.groups()) if adopted else None
    meeting = _MEETING.search(below) or (_MEETING.search(above) if "dopted" in above else None)
    return date, int(meeting[1]) if meeting else None


def _distributed(lines: Sequence[str]) -> str | None:
    for line in lines:
        match = re.fullmatch(rf"(?:.*Distr\.?:?\s*\w*\s*)?{DATE}", line)
        if match:
            return iso_date(*match.groups()[-3:])
    return None


def read_head(piece: Piece, raw_head: Sequence[str], *, closing: Sequence[str], sponsored: bool) -> Head:
    """The particulars of one resolution.

    Parameters
    ----------
    piece
        The resolution's lines.
    raw_head
        Lines of its masthead before furniture was dropped; empty when neighbours stand before it.
    closing
        Lines that close it.
    sponsored
        Whether a note names sponsors: only drafts have them.
    """
    organ = enacting(piece.enacting)
    lines = list(raw_head)[:_LINES_OF_HEAD] or [line.text for line in piece.head]
    symbol, note = _symbol(lines, piece.number, organ)
    number = _number(symbol, piece)
    adopted_on, meeting = _adoption(lines, closing)
    distributed = _distributed(lines)
    session = _session(lines, number, organ)
    above = " ".join(lines)
    committee, without = _COMMITTEE.search(above), _WITHOUT.search(above)
    reports = tuple(_DRAFTS.findall(committee["reports"] or "")) if committee else ()
    draft = "/L." in (symbol or "") or bool(
        re.search(r"\bdraft resolution\b", above, re.IGNORECASE) and "dopted" not in above
    )
    draft = draft or (symbol is None and number is None and not closing and sponsored)
    return Head(
        organ=organ, symbol=symbol, symbol_note=note, number=number, status="draft" if draft else "adopted", session=session,
        session_year=_year(organ, session, number, adopted_on or distributed), title=_title(piece, raw_head),
        agenda_items=_agenda(lines), distributed_on=distributed, adopted_on=adopted_on, meeting=meeting,
        committee=committee["committee"] if committee else None, committee_reports=reports,
        drafts=tuple(_DRAFTS.findall(without["drafts"])) if without else (),
    )  # fmt: skip
