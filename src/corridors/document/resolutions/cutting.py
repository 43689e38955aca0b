"""Where one resolution begins and ends in a file that may hold its neighbours on the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corridors.document.resolutions._closing import closing, enacting, heading
from corridors.document.resolutions.lines import Line, operative_start, starts_paragraph

_MASTHEAD = re.compile(
    r"^(?:United Nations\b|UNITED\b|NATIONS$|Distr\b|[Dd]raft resolution\b|DRAFT RESOLUTION\b|"
    r"Resolution \d+ \(\d{4}\)|RESOLUTION ADOPTED)"
)
_BACK = 40


@dataclass(frozen=True, slots=True)
class Piece:
    """One resolution in a file: lines before its enacting line, that line, and the lines after it.

    Parameters
    ----------
    head
        Lines before the enacting line.
    enacting
        The enacting line.
    body
        Lines after it.
    number
        Number of its heading, "1985/11"; None where it has none.
    """

    head: tuple[Line, ...]
    enacting: str
    body: tuple[Line, ...]
    number: str | None


@dataclass(frozen=True, slots=True)
class Cut:
    """The resolutions of a file in order, and whether the text before the first belongs to another one."""

    pieces: tuple[Piece, ...]
    tail: bool


def _head_start(found: Sequence[Line], at: int, floor: int) -> tuple[int, str | None]:
    """Where the head of the resolution enacted at `at` begins, and its number."""
    for back in range(at - 1, max(floor, at - _BACK) - 1, -1):
        named = heading(found[back].text)
        if named:
            return back, named[0]
        if _of_another(found[back].text):
            return back + 1, None
    return max(floor, at - _BACK), None


def _begins(found: Sequence[Line], at: int, floor: int) -> int | None:
    """Line at which another resolution begins that is enacted at `at`; None when it is a part of the one before."""
    start, number = _head_start(found, at, floor)
    if number is not None:
        masthead = [
            back for back in range(start - 1, max(floor, start - _BACK), -1) if _MASTHEAD.match(found[back].text)
        ]
        return masthead[-1] if masthead else start
    marks = [back for back in range(start, at) if _MASTHEAD.match(found[back].text)]
    return marks[0] if marks else None


def _of_another(text: str) -> bool:
    """Whether a line above a heading belongs to a resolution: a meeting, or a numbered paragraph with its verb."""
    return (closing(text) and bool(re.match(r"\(?\d{1,5}(?:st|nd|rd|th)\b", text))) or (
        operative_start(text) is not None and starts_paragraph(text)
    )


def cut(found: Sequence[Line]) -> Cut:
    """The resolutions in the lines of a file; no piece when there is no enacting line.

    Examples
    --------
    >>> text = ["1985/11. Drugs", "The Economic and Social Council,", "Recalling,", "1985/12. Trade", "The Economic and Social Council,"]
    >>> [piece.number for piece in cut([Line(line) for line in text]).pieces]
    ['1985/11', '1985/12']
    """  # noqa: E501
    enacted = [at for at, line in enumerate(found) if enacting(line.text)]
    starts: list[tuple[int, int]] = []
    for at in enacted:
        floor = starts[-1][1] + 1 if starts else 0
        begin = _begins(found, at, floor) if starts else 0
        if begin is not None:
            starts.append((begin, at))
    pieces = []
    tail = False
    for step, (begin, at) in enumerate(starts):
        end = starts[step + 1][0] if step + 1 < len(starts) else len(found)
        head_from, number = _head_start(found, at, begin)
        if step == 0:
            tail = number is not None and any(_of_another(line.text) for line in found[:head_from])
        first = head_from if tail and step == 0 else begin
        pieces.append(Piece(tuple(found[first:at]), found[at].text, tuple(found[at + 1 : end]), number))
    return Cut(tuple(pieces), tail)


def named_in(file: str, number: str | None) -> bool:
    """Whether a file's name holds the number of a resolution.

    Examples
    --------
    >>> named_in("E_RES_1985_11.txt", "1985/11"), named_in("E_RES_1985_11.txt", "1985/1")
    (True, False)
    """
    digits = re.findall(r"[0-9A-Za-z]+", number or "")
    return bool(digits) and bool(
        re.search(r"(?<![0-9])" + r"[^0-9A-Za-z]*".join(digits) + r"(?![0-9])", file.replace("_", "/"))
    )
