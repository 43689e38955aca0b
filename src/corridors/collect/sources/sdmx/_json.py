"""SDMX-JSON data messages, versions 1.0 and 2.0."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from corridors.collect.sources.sdmx._message import VALUE, WANTED, Message, deleted, message, named_in
from corridors.concepts.findings import DataError, Finding


def is_json(raw: bytes) -> bool:
    """Whether the bytes begin as a JSON object does."""
    return raw[:64].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def read_json(raw: bytes, *, file: str) -> Message:
    """The observations of a data message.

    Raises
    ------
    DataError
        The text is no JSON or no data message, or takes observations away.
    """
    try:
        whole = json.loads(raw.decode("utf-8-sig"))
        data = whole.get("data", whole)
        structures = data.get("structures") or [data.get("structure") or whole.get("structure")]
        sets = data["dataSets"]
        if any(one.get("action") == "Delete" for one in sets):
            raise deleted(file)
        rows = [row for one in sets for row in _rows(one, structures[one.get("structure", 0)])]
        named = [named_in(text) for structure in structures for text in _references(structure)]
    except (ValueError, RecursionError) as error:
        fact = f"no JSON: {str(error).splitlines()[0]}"
        raise DataError([Finding("file-unreadable", file, fact, "ask the registry again")]) from error
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        fact = f"no data message of SDMX-JSON: {type(error).__name__} {error}"
        raise DataError([Finding("table-wrong", file, fact, f"wanted is {WANTED}")]) from error
    numbered = [{"row": str(number), **row} for number, row in enumerate(rows, 1)]
    version = "2.0" if "structures" in data else "1.0"
    return message(f"SDMX-JSON {version}", named, numbered, where="observation", file=file)


def _references(structure: Mapping[str, Any]) -> Iterator[str]:
    """URNs of the dataflow, then of the data structure."""
    links = [str(link.get("urn") or link.get("href") or "") for link in structure.get("links", [])]
    yield from sorted((link for link in links if "Dataflow=" in link or "DataStructure=" in link), reverse=True)
    for name in ("dataflow", "dataStructure"):
        if isinstance(structure.get(name), str):
            yield structure[name]


def _rows(data_set: Mapping[str, Any], structure: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    dimensions, attributes = structure["dimensions"], structure.get("attributes", {})
    measures = [one["id"] for one in structure.get("measures", {}).get("observation", [])] or [VALUE]
    whole = _values(attributes.get("dataSet", []), data_set.get("attributes", []))
    whole |= _keyed(dimensions.get("dataSet", []), "0" + ":0" * (len(dimensions.get("dataSet", [])) - 1))
    groups = _groups(data_set, structure)
    levels = data_set.get("series")
    if levels is None:
        levels = {"": {"observations": data_set.get("observations", {}), "attributes": []}}
    for key, series in levels.items():
        above = {**whole, **_keyed(dimensions.get("series", []), key)}
        above |= _values(attributes.get("series", []), series.get("attributes", []))
        for at, cells in series.get("observations", {}).items():
            if not cells:
                # A message of keys alone gives no figures.
                continue
            row = {**above, **_keyed(dimensions.get("observation", []), at)}
            row |= _values(attributes.get("observation", []), cells[len(measures) :])
            for name, figure in zip(measures, cells, strict=False):
                row |= {} if figure is None else {name: str(figure)}
            for codes, given in groups:
                if codes.items() <= row.items():
                    row = {**given, **row}
            yield row


def _groups(
    data_set: Mapping[str, Any], structure: Mapping[str, Any]
) -> list[tuple[Mapping[str, str], Mapping[str, str]]]:
    """Attributes of groups of dimensions, with the codes of those they concern; their keys leave the others blank.

    A power of ten may stand here: `0::0:` says the first and the third dimension.
    """
    levels = structure["dimensions"]
    all_dimensions = [one for level in ("dataSet", "series", "observation") for one in levels.get(level, [])]
    placed = sorted(all_dimensions, key=lambda one: int(one.get("keyPosition", all_dimensions.index(one))))
    found: list[tuple[Mapping[str, str], Mapping[str, str]]] = []
    for key, positions in data_set.get("dimensionGroupAttributes", {}).items():
        parts = key.split(":")
        if len(parts) != len(placed):
            raise IndexError(f"group {key} for {len(placed)} dimensions")
        codes = {one["id"]: _code(one["values"][int(at)]) for one, at in zip(placed, parts, strict=True) if at}
        given = _values(structure.get("attributes", {}).get("dimensionGroup", []), positions)
        found.append((codes, given))
    return found


def _keyed(components: Sequence[Mapping[str, Any]], key: str) -> dict[str, str]:
    """Codes of dimensions from their positions, written 0:3:1."""
    if not components:
        return {}
    positions = key.split(":")
    if len(positions) != len(components):
        raise IndexError(f"key {key} for {len(components)} dimensions")
    return {one["id"]: _code(one["values"][int(at)]) for one, at in zip(components, positions, strict=True)}


def _values(components: Sequence[Mapping[str, Any]], positions: Sequence[Any]) -> dict[str, str]:
    """Codes of attributes from their positions in their lists, or the values themselves.

    Where nothing is said the attribute's default holds; a list may say nothing by an entry without a code.
    """
    found = {}
    for one, at in zip_longest(components, positions[: len(components)]):
        values = one.get("values", [])
        value = _code(values[at]) if isinstance(at, int) and values and values[at] is not None else None
        if value is None and at is not None and not (isinstance(at, int) and values):
            value = str(at)
        if value is None:
            value = one.get("default")
        if value is not None:
            found[one["id"]] = str(value)
    return found


def _code(value: Mapping[str, Any]) -> str:
    code = value.get("id", value.get("value", value.get("name")))
    if code is None:
        raise KeyError("a value without id")
    return str(code)
