"""What the XML of a workbook's sheets says of its cells that a reader of values cannot see.

Readers of values give an error (`#N/A`) and a formula whose result was never saved as blank cells, and they allot memory
for every cell up to the last one written, wherever it stands.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

#: Cells that a sheet may span; and of these the share that is written, below which the rest is empty space.
MOST_CELLS, SPARSEST = 4_000_000, 0.02
_BLOCK = 1 << 23
_WORD = rb"(?:\w+:)?"
# Cells and rows that only carry a format take no room: publishers' sheets have thousands of them up to column XFD.
_FILLED = re.compile(rb"<" + _WORD + rb"""c\b[^>]*?\br=["']([A-Z]{1,3})(\d+)[^>]*(?<!/)>""")
_REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d+)["']""")
_FORMULA = rb"<" + _WORD + rb"f\b(?:[^>]*/>|[^>]*>[^<]*</" + _WORD + rb"f>)"
_ERROR = re.compile(
    rb"<" + _WORD + rb"""c\b([^>]*\bt=["']e["'][^>]*)>(?:""" + _FORMULA + rb")?\s*<" + _WORD + rb"v>([^<]*)<"
)
_UNSAVED = re.compile(
    rb"<"
    + _WORD
    + rb"c\b([^>]*)>"
    + _FORMULA
    + rb"\s*(<"
    + _WORD
    + rb"v\s*(?:/>|>\s*</"
    + _WORD
    + rb"v>))?\s*</"
    + _WORD
    + rb"c>"
)
_WRITTEN = re.compile(
    rb"<"
    + _WORD
    + rb"""c\b[^>]*?\br=["']([A-Z]{1,3})\d+["'][^>]*(?<!/)>(?:"""
    + _FORMULA
    + rb")?\s*<"
    + _WORD
    + rb"(?:v>[^<]|is>)"
)
_SHEET = re.compile(rb"<" + _WORD + rb"sheet\b[^>]*>")
_TARGET = re.compile(rb"<" + _WORD + rb"Relationship\b[^>]*>")


@dataclass(frozen=True, slots=True)
class BrokenCell:
    """A cell that holds an error or a formula without a result: row from 1, column from 0, and what stands there."""

    row: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class CellsSeen:
    """Cells of a sheet.

    Parameters
    ----------
    written
        How many there are.
    last
        Reference of the one that lies farthest out, for example `XFD1048576`.
    spanned
        Cells from the first one to the last row and column.
    broken
        Cells without a value that ought to have one.
    first_column
        First column that holds a value, from 0; counted only where cells are broken.
    """

    written: int
    last: str
    spanned: int
    broken: tuple[BrokenCell, ...]
    first_column: int = 0

    @property
    def is_too_large(self) -> bool:
        """Whether a cell far out makes the sheet span millions of cells that nobody wrote."""
        return self.spanned > MOST_CELLS and self.written < SPARSEST * self.spanned


def sheet_paths(raw: bytes) -> dict[str, str]:
    """Path inside the archive of each sheet of an `.xlsx` workbook; nothing for other formats.

    Parameters
    ----------
    raw
        The workbook's bytes.

    Examples
    --------
    >>> sheet_paths(b"no workbook")
    {}
    """
    if not zipfile.is_zipfile(io.BytesIO(raw)):
        return {}
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = set(archive.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return {}
        targets = {}
        for tag in _TARGET.findall(archive.read("xl/_rels/workbook.xml.rels")):
            target = _attribute(tag, "Target").lstrip("/")
            targets[_attribute(tag, "Id")] = target if target.startswith("xl/") else f"xl/{target}"
        found = {
            _attribute(tag, "name"): targets.get(_attribute(tag, r"\w+:id"), "")
            for tag in _SHEET.findall(archive.read("xl/workbook.xml"))
        }
    return {name: path for name, path in found.items() if path in names and path.endswith(".xml")}


def cells_seen(raw: bytes, path: str) -> CellsSeen:
    """Where the cells of one sheet stand and which of them are broken.

    Parameters
    ----------
    raw
        The workbook's bytes.
    path
        The sheet's path inside the archive, see `sheet_paths`.
    """
    written, rows, letters = 0, 0, set[bytes]()
    broken: list[BrokenCell] = []
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        with archive.open(path) as stream:
            for block in _blocks(stream):
                filled = _FILLED.findall(block)
                written += len(filled)
                letters |= {columns for columns, _ in filled}
                rows = max(max((int(row) for _, row in filled), default=0), rows)
                broken += _broken(block)
        first = 0
        if broken:
            with archive.open(path) as stream:
                first = min(
                    (_index(one) for block in _blocks(stream) for one in set(_WRITTEN.findall(block))), default=0
                )
    last = max(letters, key=_index, default=b"A")
    return CellsSeen(written, f"{last.decode()}{max(rows, 1)}", max(rows, 1) * (_index(last) + 1), tuple(broken), first)


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """The sheet in stretches that end between two rows."""
    rest = b""
    while block := stream.read(_BLOCK):
        block = rest + block
        cut = block.rfind(b"<row")
        if cut > 0:
            yield block[:cut]
            rest = block[cut:]
        else:
            rest = block
    yield rest


def _broken(block: bytes) -> Iterator[BrokenCell]:
    if b't="e"' in block or b"t='e'" in block:
        for tag, text in _ERROR.findall(block):
            yield from _at(tag, text.decode("utf-8", "replace").strip() or "error")
    if b"f>" in block or b"<f" in block or b":f" in block:
        for tag, value in _UNSAVED.findall(block):
            # A formula whose result is no text at all is saved as text of no length.
            if not (value and re.search(rb"""\bt=["']str["']""", tag)):
                yield from _at(tag, "formula without a saved result")


def _at(tag: bytes, text: str) -> Iterator[BrokenCell]:
    match = _REFERENCE.search(tag)
    if match:
        yield BrokenCell(int(match[2]), _index(match[1]), f"{text} (cell {(match[1] + match[2]).decode()})")


def _index(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number - 1


def _attribute(tag: bytes, name: str) -> str:
    from html import unescape

    match = re.search(rf"""(?<![\w:]){name}=(["'])(.*?)\1""".encode(), tag)
    return unescape(match[2].decode("utf-8", "replace")) if match else ""
