"""The marks of footnotes in the paragraphs: found, tied to their notes, taken out of the text; what fits no note is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corridors.document.resolutions.organs import MONTHS

#: How a line that held nothing but a number stands in the text of its paragraph until its meaning is known.
LONE = "\ue000{}\ue001"
_LONE = re.compile("\\s*\ue000(\\d{1,3}|\\*{1,3})\ue001")
_SLASH = re.compile(r"(?P<lead>\s?)(?<![\w/.-])(?P<mark>\d{1,3}|[a-z](?=/\s)|\*{1,3})/(?![\w/])")
_FUSED_SLASH = re.compile(r"(?<=[A-Za-z)\]”\"’,;.])(?P<mark>\d{1,3})/(?=[\s,;:.)”\"]|$)")
_FUSED = re.compile(
    r"(?:(?<=[A-Za-z][A-Za-z][A-Za-z])|(?<=[)\]”\"’%])|(?<=[a-z)\]”\"’][,;:.])|(?<=\b(?:18|19|20)\d\d[,;:.])|(?<=\d\)[,;.]))"
    r"(?P<mark>\d{1,3}(?:,\d{1,3})*)(?=[\s,;:.)\]”\"’—–]|$)(?![,.]\d)"
)
_YEAR = re.compile(r"(?<![\w/.-])(?:18|19|20)\d\d(?P<mark>\d{1,2})(?=[\s,;:.)]|$)(?![,./]\d)")
_BRACKET = re.compile(r"\s?[\[(](?P<mark>\d{1,3})[\])](?=[\s,;:.]|$)")
_SPACED = re.compile(r"(?<=[A-Za-z)\]”\"’,;:.\d])\s(?P<mark>\d{1,3})(?=\s?[,;:.]?(?:\s|$))(?![,.]\d)")
_STAR = re.compile(r"\s?(?P<mark>\*{1,3})(?!\w)")
_COUNTED = re.compile(
    r"\b(?:paragraphs?|paras?|chapters?|chap|articles?|arts?|resolutions?|decisions?|goals?|targets?|pages?|p|sections?|sect|annex(?:es)?|"
    r"parts?|items?|nos?|protocols?|phases?|levels?|rules?|rounds?|volumes?|vol|tables?|figures?|groups?|types?|classes|class|category|"
    r"optional|additional|phase|stage|step|appendix|supplements?|principles?|objectives?|recommendations?|pillars?|from|to|and|or|of|at|by|on|"
    r"than|least|most|about|some|between|over|under|only|another|approximately|every|until|since|before|after|in|for|within|with|agenda)\s*$",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    rf"^\s(?:{'|'.join(MONTHS)}|per\scent|million|billion|thousand|days?|weeks?|months?|years?|hours?|votes?|abstentions?|"
    rf"members?|States|countries|persons|others|seats|kilomet\w+|hectares?)\b"
)
_PARTED = re.compile(r"^\s(?:of|to|and|or)\b")
_TOKEN = re.compile(r"\S*$")
_ABBREVIATED = re.compile(
    r"(?:^|[\s/(])(?:No|Nos|Add|Corr|Rev|Vol|vol|para|paras|p|pp|chap|art|arts|sect|L|C|CN|CONF|WG)\.$"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark in a text: which paragraph (index), from where to where, and what it says."""

    at: int
    start: int
    end: int
    marker: str


@dataclass(frozen=True, slots=True)
class Marked:
    """Paragraphs without marks; the marks of each, tied to notes; and the marks that fit no note."""

    texts: tuple[str, ...]
    anchors: tuple[tuple[str, ...], ...]
    orphans: tuple[Mark, ...]


def _in_symbol(text: str, start: int) -> bool:
    """Whether the digits belong to a symbol, "A/C.2", or to an abbreviation, "No.5"."""
    before = _TOKEN.search(text[max(0, start - 60) : start])
    token = before[0] if before else ""
    return bool(_ABBREVIATED.search(text[max(0, start - 8) : start])) or bool(re.match(r"[\"“(]?[A-Z][\w.]*/", token))


def _strong(texts: Sequence[str], known: set[str]) -> list[Mark]:
    """Marks by their form alone."""
    found = []
    for at, text in enumerate(texts):
        for match in _FUSED.finditer(text):
            if not _in_symbol(text, match.start("mark")):
                found += [Mark(at, match.start(), match.end(), marker) for marker in match["mark"].split(",")]
        found += [
            Mark(at, match.start(), match.end(), match["mark"])
            for form in (_SLASH, _FUSED_SLASH)
            for match in form.finditer(text)
        ]
        found += [Mark(at, match.start(), match.end(), match[1]) for match in _LONE.finditer(text)]
        if known & {"*", "**", "***"}:
            found += [Mark(at, match.start(), match.end(), match["mark"]) for match in _STAR.finditer(text)]
        brackets = [Mark(at, match.start(), match.end(), match["mark"]) for match in _BRACKET.finditer(text)]
        found += [
            mark for mark in brackets if mark.marker in known and text[mark.start : mark.end].lstrip().startswith("[")
        ]
    return sorted(set(found), key=lambda mark: (mark.at, mark.start, mark.marker.zfill(3)))


def _candidates(texts: Sequence[str]) -> dict[str, list[Mark]]:
    """Every place where a spaced number, or one fused with a year, can be a mark, by the number."""
    found: dict[str, list[Mark]] = {}
    for at, text in enumerate(texts):
        for match in _SPACED.finditer(text):
            before, after = (
                text[max(0, match.start() - 30) : match.start()],
                text[match.end("mark") : match.end("mark") + 40],
            )
            free = before[-1:] in ",;:.)”" or not _PARTED.match(after)
            if free and not _COUNTED.search(before) and not _MEASURED.match(after):
                found.setdefault(match["mark"], []).append(Mark(at, match.start(), match.end("mark"), match["mark"]))
        for match in _YEAR.finditer(text):
            found.setdefault(match["mark"], []).append(Mark(at, match.start("mark"), match.end("mark"), match["mark"]))
    return found


def _ordered(strong: Sequence[Mark], known: set[str], several: bool) -> tuple[list[Mark], list[Mark]]:
    """Marks that fit the run of the notes, and the others: a number far ahead of the run is none of ours."""
    numbers = sorted(int(marker) for marker in known if marker.isdigit())
    fit: list[Mark] = []
    rest: list[Mark] = []
    last = numbers[0] - 1 if numbers else 0
    for mark in strong:
        if mark.marker in known and not mark.marker.isdigit():
            fit.append(mark)
        elif mark.marker in known and (
            int(mark.marker) - last <= max(3, len(numbers) // 4 + 1) or (several and not fit)
        ):
            fit.append(mark)
            last = max(last, int(mark.marker))
        else:
            rest.append(mark)
    return fit, rest


def _fill(texts: Sequence[str], fit: list[Mark], known: set[str]) -> list[Mark]:
    """Look for the notes without an anchor between the anchors of their neighbours."""
    first: dict[int, tuple[int, int]] = {}
    for mark in sorted((mark for mark in fit if mark.marker.isdigit()), key=lambda one: (one.at, one.start)):
        first.setdefault(int(mark.marker), (mark.at, mark.start))
    lost = sorted(int(marker) for marker in known if marker.isdigit() and int(marker) not in first)
    candidates = _candidates(texts) if lost else {}
    found = list(fit)
    for number in lost:
        begin = max((where for other, where in first.items() if other < number), default=(0, 0))
        end = min(
            (where for other, where in first.items() if other > number and where >= begin), default=(len(texts), 0)
        )
        for mark in candidates.get(str(number), ()):
            if begin <= (mark.at, mark.start) <= end:
                found.append(mark)
                first[number] = (mark.at, mark.start)
                break
    return found


def unmark(texts: Sequence[str], *, known: Sequence[str], several: bool = False) -> Marked:
    """Take the marks of notes out of the paragraphs and tie them to the notes.

    A mark fused with a word is one by its form. A number that stands free is one only when a note bears it, no other
    mark of that note was found, and it stands between the marks of the notes before and after.

    Parameters
    ----------
    texts
        Paragraphs in their order.
    known
        Marks of the notes found.
    several
        The notes are those of a page with neighbours: the run may begin at any of them.

    Examples
    --------
    >>> found = unmark(["adopted at Cairo,1 in 1994,", "and the activities, 2 of States;"], known=["1", "2"])
    >>> found.texts, found.anchors
    (('adopted at Cairo, in 1994,', 'and the activities, of States;'), (('1',), ('2',)))
    """
    of_notes = set(known)
    strong = _strong(texts, of_notes)
    fit, rest = _ordered(strong, of_notes, several)
    fit = _fill(texts, fit, of_notes)
    clean, anchors = [], []
    for at, text in enumerate(texts):
        here = sorted({mark for mark in [*fit, *rest] if mark.at == at}, key=lambda mark: mark.start, reverse=True)
        for start, end in sorted({(mark.start, mark.end) for mark in here}, reverse=True):
            text = text[:start] + text[end:]  # noqa: PLW2901
        clean.append(re.sub(r"\s+([,;.])(?=\s|$)", r"\1", re.sub(r"  +", " ", text)).strip())
        ours = sorted((mark for mark in fit if mark.at == at), key=lambda mark: (mark.start, mark.marker.zfill(3)))
        anchors.append(tuple(dict.fromkeys(mark.marker for mark in ours)))
    strange = tuple(mark for mark in rest if not _LONE.match(texts[mark.at][mark.start : mark.end]))
    return Marked(tuple(clean), tuple(anchors), strange)
