"""What the marks in the column of notes stand for, as the workbook's own sheet of notes says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from corridors.collect.cells import Header, Sheet, fold_label

_MARK = re.compile(r"\(?([0-9]{1,3}|[a-z])\)?")


def notes_of(sheets: Sequence[Sheet]) -> Mapping[str, str]:
    """Text of each note by its mark."""
    found: dict[str, str] = {}
    for sheet in sheets:
        if "notes" not in fold_label(sheet.name):
            continue
        for row in sheet.cells.iter_rows():
            texts = [text.strip() for text in row if text and text.strip()]
            if len(texts) > 1 and (match := _MARK.fullmatch(texts[0])):
                found.setdefault(match[1], " ".join(texts[1].split()))
    return found


def note_column(sheet: Sheet, header: Header) -> int | None:
    """The column of the destinations' notes; the revision of 2024 calls it Coverage."""
    for index, text in enumerate(sheet.cells.row(header.row - 1)):
        folded = fold_label(text)
        if folded.startswith(("notes", "coverage")) and "origin" not in folded:
            return index
    return None


def spelled_out(text: str, notes: Mapping[str, str]) -> str:
    """A cell of notes with what its marks stand for.

    Examples
    --------
    >>> spelled_out("(3)", {"3": "Includes the islands."}), spelled_out("partial", {})
    ('3: Includes the islands.', 'partial')
    """
    marks = re.findall(r"[0-9]+|(?<![a-z])[a-z](?![a-z])", text)
    return "; ".join(f"{mark}: {notes[mark]}" for mark in marks if mark in notes) or text.strip()
