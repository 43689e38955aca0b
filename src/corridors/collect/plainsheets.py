"""Sheets that hold numbers and shared texts alone, read as columns: what most publishers' tables are.

A general reader makes an object of every cell. Here the positions of all tags are found at once and the texts between them
become columns in one step. Whatever is not of the plain shape (a formula, an error, a date, a truth value, a text of its own,
a comment, a prefix, another order of attributes, rows that go backwards, a cell far out) makes the sheet none of these, and it
is left to the general reader.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING

from corridors.collect.plaincells import plain_cells
from corridors.collect.plaintexts import date_styles, shared_texts

if TYPE_CHECKING:
    import polars as pl

#: Bytes of a sheet above which the positions of its tags would take more memory than they save time.
LARGEST_SHEET = 120_000_000
_STRINGS, _STYLES = "xl/sharedStrings.xml", "xl/styles.xml"


def plain_sheets(raw: bytes, paths: Mapping[str, str]) -> dict[str, pl.DataFrame]:
    """Cells of those sheets of an `.xlsx` workbook that are plain, as text, a blank cell being null.

    Row 0 is the sheet's first row, column 0 the first one that holds a value.

    Parameters
    ----------
    raw
        The workbook's bytes.
    paths
        Path inside the archive of each sheet, by the sheet's name.
    """
    if not paths:
        return {}
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = {one.filename: one.file_size for one in archive.infolist()}
        texts = shared_texts(archive.read(_STRINGS)) if _STRINGS in members else []
        dated = date_styles(archive.read(_STYLES)) if _STYLES in members else frozenset[int]()
        if texts is None:
            return {}
        found = {
            name: plain_cells(archive.read(path), texts=texts, dated=dated)
            for name, path in paths.items()
            if members[path] <= LARGEST_SHEET
        }
    return {name: cells for name, cells in found.items() if cells is not None}
