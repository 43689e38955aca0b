"""Mandates in and out: JSON and CSV, and the list that comes with the package."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, asdict, fields
from functools import cache
from importlib.resources import files
from typing import Any

from corridors.concepts.findings import DataError, Finding
from corridors.document.mandates.chain import Citation
from corridors.document.mandates.due import window
from corridors.document.mandates.record import Mandate
from corridors.document.registers.register import is_date

SCHEMA = "corridors-mandates/1"
_NAMES = tuple(field.name for field in fields(Mandate))
_REQUIRED = tuple(field.name for field in fields(Mandate) if field.default is MISSING)
_LISTS = ("addressees", "activities")
_DAYS = ("made", "fulfilled_on")


def mandates_json(mandates: Iterable[Mandate]) -> bytes:
    """Mandates as JSON, which `read_mandates` reads back.

    Examples
    --------
    >>> read_mandates(mandates_json(shipped_mandates()), file="m.json") == shipped_mandates()
    True
    """
    whole = {"schema": SCHEMA, "mandates": [asdict(one) for one in mandates]}
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()


def mandates_csv(mandates: Iterable[Mandate]) -> bytes:
    """Mandates as CSV, one a row, items of a list joined by semicolons.

    Examples
    --------
    >>> read_mandates(mandates_csv(shipped_mandates()), file="m.csv") == shipped_mandates()
    True
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_NAMES)
    for one in mandates:
        values = asdict(one)
        writer.writerow("; ".join(values[name]) if name in _LISTS else values[name] or "" for name in _NAMES)
    return text.getvalue().encode()


def read_mandates(raw: bytes, *, file: str) -> tuple[Mandate, ...]:
    r"""Mandates from JSON or CSV bytes.

    Raises
    ------
    DataError
        The file is neither (`file-unreadable`), an entry lacks a field or holds one that is not readable
        (`record-invalid`), or an id comes twice (`key-duplicate`).

    Examples
    --------
    >>> head = b"id,symbol,clause,organ,text,verb,deliverable\n"
    >>> read_mandates(head + b"a,A/RES/1/1,OP1,General Assembly,Report,request,report\n", file="m.csv")[0].due is None
    True
    """
    rows = _rows(raw, file)
    findings: list[Finding] = []
    found: dict[str, Mandate] = {}
    for number, row in enumerate(rows, 1):
        place = f"{file}, mandate {number}"
        faults = _faults(row)
        findings += [Finding("record-invalid", f"{place}, {name}", fact, mend) for name, fact, mend in faults]
        if faults:
            continue
        mandate = Mandate(
            **{name: _value(name, row.get(name)) for name in _NAMES if row.get(name) or name in _REQUIRED}
        )
        if mandate.id in found:
            findings.append(Finding("key-duplicate", place, f"{mandate.id!r} comes twice", "keep one of them"))
        found[mandate.id] = mandate
    if findings:
        raise DataError(findings)
    return tuple(found.values())


def _rows(raw: bytes, file: str) -> list[Mapping[str, Any]]:
    mend = f"give JSON with the schema {SCHEMA!r} or CSV with the heads {', '.join(_NAMES[:4])}, ..."
    try:
        text = raw.decode("utf-8-sig")
        if not text.lstrip().startswith("{"):
            return list(csv.DictReader(io.StringIO(text, newline="")))
        loaded = json.loads(text)
    except (UnicodeDecodeError, json.JSONDecodeError, csv.Error) as error:
        raise DataError([Finding("file-unreadable", file, f"no list of mandates: {error}", mend)]) from error
    rows = loaded.get("mandates")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataError([Finding("file-unreadable", file, "JSON without a list of mandates", mend)])
    return rows


def _faults(row: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    known = ", ".join(_NAMES)
    faults = [
        (name, "it is missing", "fill it")
        for name in ("id", "symbol", "clause", "text", "deliverable")
        if not row.get(name)
    ]
    faults += [(str(name), "no field has this name", f"use {known}") for name in row if name not in _NAMES]
    faults += [
        (name, f"{row[name]!r} is no date", "write 2003-12-23")
        for name in _DAYS
        if row.get(name) and not is_date(str(row[name]))
    ]
    due = str(row.get("due") or "")
    if due and not window(due) and not due.rstrip("0123456789").isalpha():
        faults.append(("due", f"{due!r} is no session, year or day", "write GA58, HRC57, 2003 or 2003-10-01"))
    return faults


def _value(name: str, value: Any) -> Any:
    if name not in _LISTS:
        return str(value or "")
    return (
        tuple(value)
        if isinstance(value, list)
        else tuple(item.strip() for item in str(value).split(";") if item.strip())
    )


@cache
def shipped_mandates() -> tuple[Mandate, ...]:
    """The mandates on international migration and development that come with the package, in our own words.

    Examples
    --------
    >>> shipped_mandates()[0].symbol
    'A/RES/56/203'
    """
    raw = files("corridors.document.mandates").joinpath("mandates.csv").read_bytes()
    return read_mandates(raw, file="mandates.csv")


@cache
def shipped_citations() -> tuple[Citation, ...]:
    """What the resolutions on international migration and development cite of one another, with the source of each fact.

    Examples
    --------
    >>> all(one.sound for one in shipped_citations())
    True
    """
    text = files("corridors.document.mandates").joinpath("citations.csv").read_text(encoding="utf-8")
    return tuple(
        Citation(row["symbol"], row["cites"], row["date"] or None, row["topic"], row["source"])
        for row in csv.DictReader(text.splitlines())
    )
