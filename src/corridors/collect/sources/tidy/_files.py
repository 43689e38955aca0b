"""A table and its mapping, found together: in one zip, in the first lines of a CSV, on a sheet called mapping."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from corridors.collect.cells import fold_label, open_workbook
from corridors.collect.unpacking import BROKEN, MAPPING_SUFFIX, is_workbook, unpack
from corridors.concepts.findings import DataError, Finding

#: The sheet of a workbook that holds the mapping, one line a row.
SHEET = "mapping"
_WORKBOOK_MEMBER = "[Content_Types].xml"
_EXPLAINED = (
    "give the mapping with the table: --file table.csv mapping.toml, both in one zip, its lines at the top of the CSV "
    "after #, or on a sheet called mapping; `corridors collect template` writes one to fill in"
)


@dataclass(frozen=True, slots=True)
class Given:
    """A table's bytes and name, the text of its mapping, and how findings call the mapping.

    `skipped` counts the lines of the mapping above a CSV.
    """

    raw: bytes
    file: str
    mapping: str
    mapping_place: str
    skipped: int = 0


def bundle(files: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Each table in one zip with its mapping: the only one, or the one that bears its name.

    Parameters
    ----------
    files
        Names and bytes of tables and mappings.

    Raises
    ------
    DataError
        Several mappings are there, and none of them bears the name of a table.
    """
    mappings = {name.removesuffix(MAPPING_SUFFIX): (name, raw) for name, raw in files if name.endswith(MAPPING_SUFFIX)}
    tables = [(name, raw) for name, raw in files if not name.endswith(MAPPING_SUFFIX)]
    if not mappings:
        return list(files)
    if not tables:
        fact = "a mapping and no table"
        raise DataError([Finding("table-missing", name, fact, "name the table too") for name, _ in mappings.values()])
    together, findings = [], []
    for name, raw in tables:
        own = mappings.get(name.split(".")[0]) or (next(iter(mappings.values())) if len(mappings) == 1 else None)
        if own is None:
            fact = f"which of the mappings {', '.join(found for found, _ in mappings.values())} is its own?"
            findings.append(Finding("mapping-missing", name, fact, f"call its mapping {name.split('.')[0]}.toml"))
        else:
            together.append((f"{name} with {own[0]}", _zipped((name, raw), own)))
    if findings:
        raise DataError(findings)
    return together


def _zipped(*members: tuple[str, bytes]) -> bytes:
    """A zip that is the same for the same members, whenever it is made."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, raw in members:
            archive.writestr(zipfile.ZipInfo(name), raw)
    return target.getvalue()


def open_given(raw: bytes, *, file: str) -> Given:
    """Find the table and its mapping.

    Raises
    ------
    DataError
        There is no mapping, or the archive does not hold one table and one mapping.
    """
    if is_workbook(raw):
        names = _members(raw, file)
        if names is not None and _WORKBOOK_MEMBER not in names:
            return _from_zip(raw, names, file)
        for sheet in open_workbook(raw, file=file, wanted=lambda name: fold_label(name) == SHEET):
            lines = [",".join(text for text in row if text) for row in sheet.cells.iter_rows()]
            return Given(raw, file, "\n".join(lines), sheet.place())
        raise DataError([_without(file)])
    text = raw.decode("utf-8-sig", errors="replace")
    lines = []
    for line in text.splitlines():
        plain = _unquoted(line)
        if not plain.startswith("#"):
            break
        lines.append(plain.removeprefix("#").removeprefix(" "))
    if not lines:
        raise DataError([_without(file)])
    return Given(raw, file, "\n".join(lines), f"{file}, mapping", len(lines))


def _without(file: str) -> Finding:
    return Finding("mapping-missing", file, "a table without a mapping", _EXPLAINED)


def _unquoted(line: str) -> str:
    """A line of the mapping as it was, though a spreadsheet program has cut it into cells and quoted them."""
    if not line.startswith(("#", '"#')):
        return line
    if line.startswith('"#') or line.endswith(","):
        cells = next(csv.reader([line]), [])
        while cells and not cells[-1]:
            cells.pop()
        return ",".join(cells)
    return line


def _members(raw: bytes, file: str) -> list[str] | None:
    """Names in a zip; None for the old kind of workbook, which is none."""
    if not raw.startswith(b"PK"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return [name for name in archive.namelist() if not name.endswith("/")]
    except BROKEN as error:
        fact = f"the zip archive or workbook is damaged or ends early: {error}"
        raise DataError([Finding("archive-broken", file, fact, "make it again")]) from error


def _from_zip(raw: bytes, names: Sequence[str], file: str) -> Given:
    mappings = [name for name in names if name.endswith(MAPPING_SUFFIX)]
    tables = [name for name in names if not name.endswith(MAPPING_SUFFIX)]
    if len(mappings) != 1 or len(tables) != 1:
        fact = f"the zip archive holds {len(tables)} tables and {len(mappings)} mappings"
        raise DataError([Finding("mapping-missing", file, fact, "put one table and its mapping into one archive")])
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            mapping = archive.read(mappings[0]).decode("utf-8-sig")
            table = unpack(archive.read(tables[0]), file=tables[0])
    except UnicodeDecodeError as error:
        fact = f"not text in UTF-8: {error}"
        raise DataError([Finding("mapping-invalid", mappings[0], fact, "save it as UTF-8")]) from error
    except BROKEN as error:
        fact = f"the zip archive is damaged: {error}"
        raise DataError([Finding("archive-broken", file, fact, "make it again")]) from error
    return Given(table, tables[0], mapping, mappings[0])
