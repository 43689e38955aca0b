"""Footnotes: blocks cut out of the text, torn numbers and texts paired again, marks found in the paragraphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from corridors.document.resolutions._closing import closing, heading
from corridors.document.resolutions.lines import Line, ended, lone_mark, starts_paragraph

_START = re.compile(
    r"^(?P<mark>\*{1,3}|†|[a-z](?=/)|\d{1,3}(?!\d))\s?(?P<slash>/)?(?P<gap>\s*)(?P<text>\S.*)$", re.DOTALL
)
_NOTELIKE = re.compile(
    r"^(?:See\b|Ibid\b|Resolutions?\b|General Assembly resolution|Security Council resolution|Report of|Reports of|"
    r"United Nations,|United Nations publication|Official Records|Available|Including|"
    r"A/|E/|S/|TD/|ST/|DP/|FCCC/|UNEP/|CEDAW/|Adopted (?:under|by|in|as)|"
    r"Published|Contained|Issued|In accordance|Proceedings|International Legal|League of Nations|World Health|Ibidem|Idem|"
    r"Decisions?\b|Subsequently|Formerly|Hereinafter|On behalf|The draft|For the|Reissued|Economic and Social Council)"
)
_ABBREVIATION = re.compile(
    r"\b(?:Nos?|vols?|chaps?|sects?|paras?|pp?|arts?|Corr|Add|Suppl|Rev|vs|cf|ibid|Ibid|e\.g|i\.e|ed|eds|Dr|Mr|Mrs|St)\.$"
)
#: A note that runs on is none: no footnote has so many characters.
_LONGEST = 20_000
#: How far the numbers of one block may run ahead of those of the block before.
_AHEAD = 40


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote as it stands in the text: its mark and its words; the mark may be missing where a page was torn."""

    marker: str | None
    text: str


@dataclass(slots=True)
class _Block:
    """What has been read of the notes: the notes so far, numbers that stand alone, and whether a block is open."""

    notes: list[Note] = field(default_factory=list)
    lone: list[str] = field(default_factory=list)
    first: int = 0
    open: bool = False
    fresh: bool = True
    highest: int = 0

    def complete(self) -> bool:
        """Whether the last note has its end."""
        if self.fresh or len(self.notes) == self.first:
            return False
        text = self.notes[-1].text[-40:]
        return bool(re.search(r"[.!?][\"”’)\]]*$", text)) and not _ABBREVIATION.search(text)

    def add(self, marker: str | None, text: str) -> None:
        self.notes.append(Note(marker, text))
        self.fresh = False
        if marker and marker.isdigit():
            self.highest = max(self.highest, int(marker))

    def extend(self, text: str) -> None:
        last = self.notes[-1]
        glue = "" if last.text.endswith("-") else " "
        self.notes[-1] = Note(last.marker, f"{last.text}{glue}{text}")


def _note_start(text: str, block: _Block) -> tuple[str, str] | None:
    match = _START.match(text)
    if match is None or lone_mark(text):
        return None
    mark, words = match["mark"], match["text"]
    if not mark.isdigit():
        return (mark, words) if match["slash"] or match["gap"] or mark.startswith("*") else None
    number, last = int(mark), block.highest
    if not match["slash"] and not match["gap"] and not re.match(r"[A-Z]", words):
        return None
    if (
        re.match(r"[.)]\s", words)
        or (words[0].islower() and not match["slash"])
        or not re.match(r"[A-Z(“\"A-Za-z]", words)
    ):
        return None
    ahead = number - last
    fits = 0 < ahead <= (1 if not block.complete() and not block.fresh else _AHEAD) or (block.fresh and number == 1)
    if not block.complete() and not block.fresh and not _NOTELIKE.match(words):
        return None
    return (mark, words) if fits else None


def _leaves(line: Line, block: _Block, body: Sequence[Line]) -> bool:
    """Whether a line after a rule belongs to the text again."""
    if block.lone and _NOTELIKE.match(line.text):
        # "Resolution 217 A (III)." has the form of a heading; a number that waits for its words makes it a note.
        return False
    if starts_paragraph(line.text) or closing(line.text) or heading(line.text):
        return True
    if lone_mark(line.text) or _note_start(line.text, block):
        return False
    if not block.fresh and len(block.notes[-1].text) > _LONGEST:
        return True
    if not block.complete():
        return bool(line.page and not block.fresh and not body_complete(body) and line.text[0].islower())
    if re.match(r"^\((?:[a-z]{1,2}|[ivx]+)\)\s", line.text) or line.page:
        return True
    return line.text[0].islower() or not body_complete(body)


def body_complete(body: Sequence[Line]) -> bool:
    """Whether the text so far may end a paragraph.

    Examples
    --------
    >>> body_complete([Line("to act;")]), body_complete([Line("to act in the")])
    (True, False)
    """
    return not body or ended(body[-1].text)


def _take(line: Line, block: _Block) -> None:
    """One line of an open block."""
    lone = lone_mark(line.text)
    if lone:
        block.lone.append(lone)
        return
    started = _note_start(line.text, block)
    if started:
        block.add(*started)
    elif block.fresh or (block.complete() and (block.lone or _NOTELIKE.match(line.text))):
        block.add(block.lone.pop(0) if block.lone else None, line.text)
    else:
        block.extend(line.text)


def _close(block: _Block) -> None:
    """Pair what is left: texts without a number with numbers without a text, in order; then by the gap in the numbers."""
    for at in range(block.first, len(block.notes)):
        if block.notes[at].marker is None and block.lone:
            block.notes[at] = Note(block.lone.pop(0), block.notes[at].text)
    block.lone.clear()
    block.open = False


def _numbered(notes: list[Note]) -> tuple[Note, ...]:
    """Notes without a mark get the one number that is free between their neighbours."""
    found: list[Note] = []
    for at, note in enumerate(notes):
        marker = note.marker
        if marker is None:
            before = next((int(one.marker) for one in reversed(found) if one.marker and one.marker.isdigit()), 0)
            after = next((int(one.marker) for one in notes[at + 1 :] if one.marker and one.marker.isdigit()), None)
            marker = str(before + 1) if after is None or after > before + 1 else None
        found.append(Note(marker, note.text.strip()))
    return tuple(found)


def cut_notes(found: Sequence[Line]) -> tuple[list[Line], tuple[Note, ...]]:
    """The text without its footnotes, and the footnotes.

    A block opens at a rule and runs to the next start of a paragraph, or to the top of the next page when its last note
    has its end. A note is also taken without a rule when its number is the next and its words are those of a note.

    Examples
    --------
    >>> body, notes = cut_notes([Line("the report;1"), Line("", rule=True), Line("1 A/56/167."), Line("2. Urges States to act;")])
    >>> [line.text for line in body], notes
    (['the report;1', '2. Urges States to act;'], (Note(marker='1', text='A/56/167.'),))
    """
    body: list[Line] = []
    block = _Block()
    for line in found:
        if line.rule:
            if block.open:
                _close(block)
            block.open, block.fresh, block.first = True, True, len(block.notes)
            continue
        if block.open and _leaves(line, block, body):
            _close(block)
            line = Line(line.text, True, line.blank)  # noqa: PLW2901
        if not block.open and _bare_note(line, block):
            block.open, block.fresh, block.first = True, True, len(block.notes)
        if block.open:
            _take(line, block)
        else:
            body.append(line)
    _close(block)
    return body, _numbered(block.notes)


def _bare_note(line: Line, block: _Block) -> bool:
    """Whether a line outside of any block is a note: the next number, and the words of a note."""
    match = _START.match(line.text)
    if match is None or not match["mark"].isdigit() or not _NOTELIKE.match(match["text"]):
        return False
    return int(match["mark"]) == block.highest + 1 and bool(match["gap"] or match["slash"])
