"""Registers: what each table holds, the shipped rows, and the check of an office's own rows."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

from corridors.concepts.areas import known_areas
from corridors.concepts.findings import DataError, Finding

RegisterName = Literal[
    "treaties", "parties", "forums", "meetings", "processes", "members", "capacity", "support", "policies", "activities"
]
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its name, kind (`text`, `date`, `area`, `areas`, `number`, `list`, `a|b|c`), meaning, whether it is needed."""

    name: str
    kind: str
    text: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Register:
    """One register: its title, what it holds, its columns, and the columns that tell its rows apart."""

    name: str
    title: str
    text: str
    key: tuple[str, ...]
    columns: tuple[Field, ...]


@cache
def register(name: RegisterName) -> Register:
    """The definition of a register.

    Raises
    ------
    ValueError
        No register has this name.

    Examples
    --------
    >>> register("processes").key
    ('ID',)
    """
    if name not in get_args(RegisterName):
        raise ValueError(f"no register {name!r}; there are {', '.join(get_args(RegisterName))}")
    text = files("corridors.document.registers").joinpath("registers.toml").read_text(encoding="utf-8")
    entry = tomllib.loads(text)[name]
    columns = tuple(Field(column, **values) for column, values in entry["columns"].items())
    return Register(name, entry["title"], entry["text"], tuple(entry["key"]), columns)


@cache
def shipped(name: RegisterName) -> tuple[Row, ...]:
    """The rows that come with the package; none for registers that an office loads itself.

    Raises
    ------
    ValueError
        No register has this name.

    Examples
    --------
    >>> len(shipped("processes"))
    24
    """
    register(name)
    data = files("corridors.document.registers").joinpath("data", f"{name}.csv")
    return read_register(data.read_bytes(), name=name, file=f"{name}.csv") if data.is_file() else ()


def read_register(raw: bytes, *, name: RegisterName, file: str) -> tuple[Row, ...]:
    r"""Rows of a register from CSV or JSON bytes (a list of objects).

    Parameters
    ----------
    raw
        The file's bytes, UTF-8.
    name
        The register.
    file
        What findings call it.

    Raises
    ------
    ValueError
        No register has this name.
    DataError
        The file is no table (`file-unreadable`), lacks a column (`column-missing`), has one too many (`column-unknown`),
        holds a row twice (`key-duplicate`) or a value of the wrong kind (`record-invalid`, `area-unknown`).

    Examples
    --------
    >>> raw = b"TREATY,PARTY,PARTY_FROM,SOURCE\nCRC,KEN,1990-07-30,treaties.un.org\n"
    >>> read_register(raw, name="parties", file="p.csv")[0]["PARTY"]
    'KEN'
    """
    wanted = register(name)
    rows = _decoded(raw, file)
    heads = tuple(dict.fromkeys(key for row in rows for key in row))
    known = {column.name for column in wanted.columns}
    needed = {column.name for column in wanted.columns if column.required}
    findings = [
        Finding("column-missing", f"{file}, register {name}", f"no column {column}", f"add {column}")
        for column in sorted(needed - set(heads) if rows else ())
    ]
    findings += [
        Finding("column-unknown", f"{file}, register {name}", f"column {column} is not defined", "drop it")
        for column in heads
        if column not in known
    ]
    if not findings:
        full = [{column.name: row.get(column.name) or "" for column in wanted.columns} for row in rows]
        findings = _row_findings(full, wanted, file)
        rows = [MappingProxyType(row) for row in full]
    if findings:
        raise DataError(findings)
    return tuple(rows)


def _decoded(raw: bytes, file: str) -> Sequence[Row]:
    mend = "give CSV with a line of heads, or JSON with a list of objects, in UTF-8"
    try:
        text = raw.decode("utf-8-sig")
        if text.lstrip().startswith(("[", "{")):
            loaded = json.loads(text)
            if not isinstance(loaded, list) or not all(isinstance(row, dict) for row in loaded):
                raise DataError([Finding("file-unreadable", file, "JSON that is no list of objects", mend)])
            return [{str(key): _cell(value) for key, value in row.items()} for row in loaded]
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, json.JSONDecodeError, csv.Error) as error:
        raise DataError([Finding("file-unreadable", file, f"no table: {error}", mend)]) from error
    if not rows:
        raise DataError([Finding("file-unreadable", file, "an empty file", mend)])
    ragged = [number for number, row in enumerate(rows, 1) if row and len(row) != len(rows[0])]
    if ragged:
        place = f"{file}, row {ragged[0]}"
        raise DataError(
            [Finding("file-unreadable", place, "not as many cells as there are heads", "quote cells that hold a comma")]
        )
    return [dict(zip(rows[0], (cell.strip() for cell in row), strict=True)) for row in rows[1:] if row]


def _cell(value: object) -> str:
    if value is None:
        return ""
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _row_findings(rows: Sequence[Row], wanted: Register, file: str) -> list[Finding]:
    findings: list[Finding] = []
    seen: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(rows, 2):
        key = tuple(row[column] for column in wanted.key)
        if key in seen:
            place = f"{file}, row {number}"
            findings.append(
                Finding("key-duplicate", place, f"{' '.join(key)!r} stands in row {seen[key]} too", "keep one of them")
            )
        seen.setdefault(key, number)
        for column in wanted.columns:
            place = f"{file}, row {number}, column {column.name}"
            if fault := fault_of(row[column.name], column):
                code = "area-unknown" if column.kind in ("area", "areas") and row[column.name] else "record-invalid"
                findings.append(Finding("area-unknown" if code == "area-unknown" else "record-invalid", place, *fault))
    return findings


def fault_of(value: str, column: Field) -> tuple[str, str] | None:
    """What is wrong with a cell and what mends it; None when nothing is.

    Examples
    --------
    >>> fault_of("2024-13", Field("FROM", "date", "First day"))
    ("'2024-13' is no date", 'write a year, a month 2024-05 or a day 2024-05-31')
    """
    if not value:
        return ("it is blank", f"fill it: {column.text}") if column.required else None
    if column.kind == "date" and not is_date(value):
        return f"{value!r} is no date", "write a year, a month 2024-05 or a day 2024-05-31"
    if column.kind == "number" and not re.fullmatch(r"-?\d+(?:\.\d+)?", value):
        return f"{value!r} is no number", "write digits with a point for decimals"
    if column.kind in ("area", "areas"):
        bad = [code for code in value.split() if code not in known_areas()]
        return (f"{' '.join(bad)!r} is no known area", "write ISO 3166 alpha-3 codes") if bad else None
    if "|" in column.kind and value not in column.kind.split("|"):
        return f"{value!r} is not allowed", f"use one of {column.kind.replace('|', ', ')}"
    return None


def is_date(text: str) -> bool:
    """Whether a text is a year, a month or a day.

    Examples
    --------
    >>> is_date("1999-04"), is_date("1999-02-30")
    (True, False)
    """
    if not re.fullmatch(r"\d{4}(?:-\d\d(?:-\d\d)?)?", text):
        return False
    try:
        date.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text)
    except ValueError:
        return False
    return True


def register_csv(rows: Sequence[Row], *, name: RegisterName) -> bytes:
    r"""Rows of a register as CSV, which `read_register` reads back.

    Examples
    --------
    >>> register_csv([], name="parties")
    b'TREATY,PARTY,PARTY_FROM,PARTY_TO,STATUS,SOURCE\n'
    """
    text = io.StringIO()
    heads = [column.name for column in register(name).columns]
    writer = csv.DictWriter(text, heads, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
