"""The paragraphs of one resolution: preambular, operative, what closes it, and its annexes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from corridors.document.resolutions._closing import annex, closing, enacting
from corridors.document.resolutions._verbs import lead
from corridors.document.resolutions.lines import Line, ended, lone_mark, operative_start
from corridors.document.resolutions.marks import LONE

_PART = re.compile(r"^(?:[IVX]{1,5}|[A-H]|Part\s+[IVX]+|[IVX]{1,5}\.\s+[A-Z].{0,100}|[A-H]\.\s+[A-Z].{0,100})\s*$")
_SUB = re.compile(r"^\((?:[a-z]{1,2}|[ivx]{1,5}|\d{1,2})\)\s")
_WHOLE_LINE = 110
_TITLE = 120
#: A paragraph that runs on past this is an annex that lost its heading.
_LONGEST = 40_000
# Nouns that have the form of a verb: a line that begins with one is no paragraph unless a verb's object follows.
_NOUNS = re.compile(
    r"^(?:States|Views|Reviews|Values|Marks|Votes|Names|Terms|Places|Sets|Looks|Offers|Shares|Commissions|"
    r"Requests for|Calls for a)\b"
)


@dataclass(frozen=True, slots=True)
class Raw:
    """A paragraph with the marks of its notes still in it; `number` as printed, `part` the heading it stands under."""

    text: str
    number: str | None = None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """What stands after the enacting line.

    Parameters
    ----------
    preambular, operative
        Paragraphs in their order.
    closing
        Lines with meeting, date and vote.
    annexes
        Annexes: the heading and the lines of each.
    oddities
        What was strange on the way, in words.
    """

    preambular: tuple[Raw, ...]
    operative: tuple[Raw, ...]
    closing: tuple[str, ...]
    annexes: tuple[tuple[str, ...], ...]
    oddities: tuple[str, ...]


@dataclass(slots=True)
class _State:
    section: str = "preamble"
    preambular: list[Raw] = field(default_factory=list)
    operative: list[Raw] = field(default_factory=list)
    closing: list[str] = field(default_factory=list)
    annexes: list[list[str]] = field(default_factory=list)
    oddities: list[str] = field(default_factory=list)
    part: str | None = None
    last: int = 0
    whole: bool = False
    numbered: bool = True

    def current(self) -> list[Raw]:
        return self.operative if self.section == "operative" else self.preambular

    def before(self) -> str:
        """The end of the paragraph that is open."""
        return self.current()[-1].text[-24:] if self.current() else ""


def _glue(before: str, text: str) -> str:
    return f"{before}{text}" if re.search(r"[A-Za-z]-$", before[-2:]) else f"{before} {text}"


def _extend(state: _State, text: str) -> None:
    current = state.current()
    if current and len(current[-1].text) > _LONGEST:
        state.section = "annex"
        state.annexes.append(["without a heading", text])
        state.oddities.append(f"a paragraph of more than {_LONGEST:,} characters: what follows is kept as an annex")
    elif current:
        last = current[-1]
        current[-1] = Raw(_glue(last.text, text), last.number, last.part)
    else:
        current.append(Raw(text, None, state.part))


def _operative(state: _State, text: str, line: Line) -> tuple[int, str] | None:
    """Number and words of the operative paragraph that begins here; None when none does."""
    start = operative_start(text)
    if start is None:
        return None
    number, words = start
    opening = lead(words)
    finite = opening is not None and opening.part == "finite"
    fits = number == state.last + 1
    stands = ended(state.before()) or not state.before()
    if state.section == "preamble" and not state.operative:
        fits = number == 1 or finite
    if fits and (finite or (stands and (line.blank or line.page or state.whole or state.section == "operative"))):
        return start
    if finite and stands and (state.last < number <= state.last + 5 or (number == 1 and state.section == "operative")):
        return start
    # A number read wrongly, "l." for "1." or 13 for 3, before a verb that cannot stand inside a sentence.
    return start if finite and re.search(r"[;.]\s?\d{0,3}$", state.before()) and (line.blank or state.whole) else None


def _start_operative(state: _State, number: int | None, text: str) -> None:
    state.section = "operative"
    printed = str(number) if number is not None else None
    if number is not None and number != state.last + 1 and not (number == 1 and state.part):
        state.oddities.append(f"operative paragraph {number} follows number {state.last}")
    state.last = number if number is not None else state.last + 1
    state.operative.append(Raw(text, printed, state.part))


def _unnumbered(state: _State, text: str, line: Line) -> bool:
    """Whether an operative paragraph without a number begins here."""
    opening = lead(text)
    if opening is None or opening.part != "finite" or _NOUNS.match(text):
        return False
    before = state.before()
    if state.section == "preamble":
        stands = ended(before) or not before
        return stands and (not state.numbered or (line.blank or state.whole)) and not re.search(r"\band$", before)
    return bool(re.search(r"[;.]\s?\d{0,3}/?$", before)) and (
        state.whole or line.blank or line.page or not state.numbered
    )


def _preambular(state: _State, text: str, line: Line) -> bool:
    """Whether a preambular paragraph begins here: by its verb, or where the layout says so."""
    before, opening = state.before(), lead(text)
    apart = (line.blank or state.whole) and not line.page
    if opening is not None and opening.part != "finite":
        if opening.part == "opening" and before and not apart:
            return False
        return not before or ended(before) or apart
    return bool(
        not before
        or (apart and re.search(r"[,;.]\s?\d{0,3}/?$", before) and text[0].isupper() and not _SUB.match(text))
    )


def _heading(state: _State, text: str, following: Line | None) -> bool:
    """Whether a line is the heading of a part: a Roman number, a letter, or a short title before a new paragraph."""
    if state.before() and not re.search(r"[;.,:]\s?\d{0,3}/?$|\band$", state.before()):
        return False
    if _PART.match(text):
        return True
    if (
        following is None
        or len(text) > _TITLE
        or not text[0].isupper()
        or text[-1] in ".;,:"
        or state.section != "operative"
    ):
        return False
    return operative_start(following.text) is not None or bool(_PART.match(following.text))


def _open(state: _State, line: Line, following: Line | None) -> None:  # noqa: C901
    """One line before the resolution is closed."""
    text = line.text
    lone = lone_mark(text)
    if lone:
        if state.current():
            _extend(state, LONE.format(lone))
        return
    if text[0] in "lI" and re.match(r"[lI]\s?\.\s+[A-Z]", text) and not state.operative:
        text = "1" + text[1:]
    start = _operative(state, text, line)
    if start:
        _start_operative(state, *start)
    elif enacting(text):
        state.section, state.last = "preamble", 0
    elif _heading(state, text, following):
        state.part = text
        if following is not None and re.match(r"1\s?\.\s", following.text):
            state.last = 0
    elif _SUB.match(text) and state.current():
        _extend(state, text)
    elif _unnumbered(state, text, line):
        _start_operative(state, None, text)
    elif state.section == "preamble" and _preambular(state, text, line):
        state.preambular.append(Raw(text, None, state.part))
    else:
        _extend(state, text)


def _whole_lines(body: Sequence[Line]) -> bool:
    """Whether every line is a paragraph: no wrapped text has lines so long."""
    lengths = sorted((len(line.text) for line in body if line.text), reverse=True)
    return bool(lengths) and lengths[min(len(lengths) - 1, len(lengths) // 4)] > _WHOLE_LINE


def read_body(body: Sequence[Line]) -> Body:
    """Paragraphs from the lines after the enacting line.

    Examples
    --------
    >>> found = read_body([Line("Recalling its resolution 49/127,"), Line("1. Urges States"), Line("to act.")])
    >>> [one.text for one in found.operative]
    ['Urges States to act.']
    """
    starts = [operative_start(line.text) for line in body]
    state = _State(whole=_whole_lines(body), numbered=any(start and start[0] == 1 for start in starts))
    for at, line in enumerate(body):
        following = body[at + 1] if at + 1 < len(body) else None
        if annex(line.text) and (state.section in ("closed", "annex") or ended(state.before())):
            state.section = "annex"
            state.annexes.append([line.text])
        elif state.section == "annex":
            state.annexes[-1].append(line.text)
        elif closing(line.text) and (state.section == "closed" or ended(state.before()) or state.operative):
            state.section = "closed"
            state.closing.append(line.text)
        elif state.section == "closed":
            if _PART.match(line.text) and following is not None and enacting(following.text):
                state.section, state.part, state.last = "preamble", line.text, 0
            elif state.closing and len(state.closing) < 6:
                state.closing.append(line.text)
        else:
            _open(state, line, following)
    return Body(tuple(state.preambular), tuple(state.operative), tuple(state.closing),
                tuple(tuple(one) for one in state.annexes), tuple(state.oddities))  # fmt: skip


_ITEM = re.compile(r"(?:(?<=[:;,.])|(?<=\band)|(?<=\bor))\s+\((?P<label>[a-z]{1,2}|[ivx]{1,5})\)\s+(?=\S)")


def subparagraphs(text: str) -> list[dict[str, object]]:
    """The lettered items of a paragraph, items in Roman numbers under the letter they belong to.

    Examples
    --------
    >>> [item["label"] for item in subparagraphs("Requests it: (a) To report; (b) To act;")]
    ['a', 'b']
    """
    matches = list(_ITEM.finditer(text))
    found: list[dict[str, object]] = []
    expected = "a"
    for at, match in enumerate(matches):
        end = matches[at + 1].start() if at + 1 < len(matches) else len(text)
        item: dict[str, object] = {"label": match["label"], "text": text[match.end() : end].strip(), "items": []}
        label = match["label"]
        if found and label != expected and re.fullmatch(r"[ivx]+", label):
            under = found[-1]["items"]
            assert isinstance(under, list)
            under.append(item)
        else:
            found.append(item)
            expected = chr(ord(label[-1]) + 1) if label[-1] < "z" else "aa"
    return found
