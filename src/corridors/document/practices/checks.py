"""The check of a submitted practice: every fault of every field at once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

from corridors.concepts.areas import known_areas
from corridors.concepts.findings import Finding, raise_if_any
from corridors.document.practices.grading import publication_faults
from corridors.document.practices.objectives import OBJECTIVES
from corridors.document.practices.record import GRADES, TARGET_GROUPS, Document, Effect, Practice, Review, states
from corridors.document.registers.register import is_date

Fault = tuple[str, str, str]
_TEXTS = ("id", "title", "summary", "lead", "currency", "outcomes", "language", "state")
_LISTS = ("countries", "corridor", "partners", "objectives", "target_groups", "effects", "documents", "reviews")
_NUMBERS = ("start", "end", "cost")
_PARTS: Mapping[str, type[Effect] | type[Review] | type[Document]] = {
    "effects": Effect,
    "reviews": Review,
    "documents": Document,
}
_WHOLE = ("grade", "year", "persons")
_REAL = ("value", "low", "high", "level")


def practice_of(entry: Mapping[str, Any], *, file: str) -> Practice:
    """A practice from the fields of its form.

    Parameters
    ----------
    entry
        Fields by name, as JSON or the form holds them.
    file
        What findings call it.

    Raises
    ------
    DataError
        A field is missing, unknown or holds what it may not (`record-invalid`), or it claims to be published without what
        that needs (`practice-unpublishable`).

    Examples
    --------
    >>> document = {"title": "T", "by": "B", "year": 2020, "address": "doi.org/10.1/x"}
    >>> entry = {"id": "a", "title": "A", "summary": "S", "countries": ["KEN"], "objectives": [3], "documents": [document]}
    >>> practice_of(entry, file="a.json").countries
    ('KEN',)
    """
    faults = _shape(entry)
    if not faults:
        faults = [*_ranges(entry), *_reviews(entry), *_effects(entry)]
    place = f"{file}, practice {entry.get('id') or 'without id'}"
    raise_if_any(Finding("record-invalid", f"{place}, {field}", fact, mend) for field, fact, mend in faults)
    values: dict[str, Any] = {
        key: tuple(value) if key in _LISTS else value for key, value in entry.items() if value is not None
    }
    for key, kind in _PARTS.items():
        values[key] = tuple(kind(**part) for part in entry.get(key) or ())
    found = Practice(**values)
    raise_if_any(publication_faults(found, file=file) if found.state == "published" else ())
    return found


def _shape(entry: Mapping[str, Any]) -> list[Fault]:
    """Fields that are there, of the kind they must be."""
    known = {field.name for field in fields(Practice)}
    required = [field.name for field in fields(Practice) if field.default is MISSING]
    faults: list[Fault] = [(name, "it is missing", "fill it") for name in required if not entry.get(name)]
    faults += [
        (str(name), "no field has this name", f"use {', '.join(sorted(known))}") for name in entry if name not in known
    ]
    for names, is_kind, words in (
        (_TEXTS, lambda value: isinstance(value, str), "text"),
        (_LISTS, lambda value: isinstance(value, list | tuple), "a list"),
        (_NUMBERS, _is_number, "a number"),
    ):
        faults += _kinds(entry, names, is_kind, words)
    for name in ("countries", "corridor", "partners", "objectives", "target_groups"):
        wanted: type = int if name == "objectives" else str
        items = entry.get(name)
        bad = [item for item in items if type(item) is not wanted] if isinstance(items, list | tuple) else []
        faults += [
            (name, f"{item!r} is of the wrong kind", "write numbers" if wanted is int else "write text") for item in bad
        ]
    for name, kind in _PARTS.items():
        parts = entry.get(name)
        if isinstance(parts, list | tuple):
            faults += [fault for number, part in enumerate(parts, 1) for fault in _part(part, kind, f"{name} {number}")]
    return faults


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _kinds(entry: Mapping[str, Any], names: Sequence[str], is_kind: Callable[[Any], bool], words: str) -> list[Fault]:
    return [
        (name, f"{entry[name]!r} is not {words}", f"write {words}")
        for name in names
        if entry.get(name) is not None and not is_kind(entry[name])
    ]


def _part(part: object, kind: type[Effect] | type[Review] | type[Document], where: str) -> list[Fault]:
    if not isinstance(part, Mapping):
        return [(where, f"{part!r} has no fields", f"give {', '.join(field.name for field in fields(kind))}")]
    required = [field.name for field in fields(kind) if field.default is MISSING]
    known = {field.name for field in fields(kind)}
    faults: list[Fault] = [
        (f"{where}, {name}", "it is missing", "fill it") for name in required if part.get(name) in (None, "")
    ]
    faults += [
        (f"{where}, {name}", "no field has this name", f"use {', '.join(sorted(known))}")
        for name in part
        if name not in known
    ]
    faults += [
        (f"{where}, {name}", fact, mend)
        for name, fact, mend in _kinds(part, _WHOLE, lambda v: type(v) is int, "a whole number")
    ]
    faults += [(f"{where}, {name}", fact, mend) for name, fact, mend in _kinds(part, _REAL, _is_number, "a number")]
    rest = sorted(known - {*_WHOLE, *_REAL})
    return faults + [
        (f"{where}, {name}", fact, mend)
        for name, fact, mend in _kinds(part, rest, lambda v: isinstance(v, str), "text")
    ]


def _ranges(entry: Mapping[str, Any]) -> list[Fault]:
    """Values that are of their lists and in their order."""
    faults: list[Fault] = []
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", entry["id"]):
        faults.append(("id", f"{entry['id']!r} is no short name", "use lower-case letters, digits and hyphens"))
    for name in ("countries", "corridor"):
        bad = [code for code in entry.get(name) or () if code not in known_areas()]
        faults += [(name, f"{code!r} is no known area", "write ISO 3166 alpha-3 codes") for code in bad]
    if entry.get("corridor") and len(entry["corridor"]) != 2:
        faults.append(("corridor", f"{len(entry['corridor'])} areas", "give the origin and the destination"))
    allowed: tuple[tuple[str, Sequence[object]], ...] = (
        ("objectives", tuple(OBJECTIVES)),
        ("target_groups", TARGET_GROUPS),
    )
    for name, values in allowed:
        bad = [value for value in entry.get(name) or () if value not in values]
        faults += [(name, f"{value!r} is not allowed", f"use {', '.join(map(str, values))}") for value in bad]
    if entry.get("state") and entry["state"] not in states():
        faults.append(("state", f"{entry['state']!r} is not allowed", f"use {', '.join(states())}"))
    if entry.get("start") and entry.get("end") and entry["start"] > entry["end"]:
        faults.append(
            ("end", f"it ends in {entry['end']}, before it starts in {entry['start']}", "correct one of them")
        )
    if entry.get("cost") is not None and (entry["cost"] < 0 or not entry.get("currency")):
        faults.append(("cost", "below zero, or without a currency", "give the cost and the ISO 4217 code"))
    return faults


def _reviews(entry: Mapping[str, Any]) -> list[Fault]:
    faults: list[Fault] = []
    for number, review in enumerate(entry.get("reviews") or (), 1):
        if not 0 <= review["grade"] < len(GRADES):
            faults.append((f"reviews {number}, grade", f"no grade {review['grade']}", f"use 0 to {len(GRADES) - 1}"))
        if not is_date(review["day"]):
            faults.append((f"reviews {number}, day", f"{review['day']!r} is no date", "write 2024-05-31"))
    return faults


def _effects(entry: Mapping[str, Any]) -> list[Fault]:
    faults: list[Fault] = []
    for number, effect in enumerate(entry.get("effects") or (), 1):
        low, high = effect.get("low"), effect.get("high")
        if (low is None) != (high is None):
            faults.append((f"effects {number}", "half an interval", "give both ends, or none"))
        elif low is not None and not low <= effect["value"] <= high:
            faults.append((f"effects {number}", "the estimate lies outside its interval", "correct one of them"))
        if effect.get("level") is not None and not 0 < effect["level"] < 1:
            faults.append((f"effects {number}, level", f"{effect['level']}", "write 0.95 for 95 per cent"))
    return faults
