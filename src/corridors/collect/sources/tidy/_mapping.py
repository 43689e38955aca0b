"""The mapping: which dataflow a table is, what its columns, words and marks mean, whose it is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, get_args

from corridors.collect.cards import Cited
from corridors.concepts.codelists import CodeListName, codelist
from corridors.concepts.dataflows import Column, Dataflow, DataflowName, dataflow
from corridors.concepts.findings import DataError, Finding, raise_if_any

_TABLES = ("columns", "constants", "values", "statuses", "areas")
_REQUIRED = ("dataflow", "source", "publisher", "title", "licence", "columns")
_SHORT_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
#: Encodings a file may have been saved in.
ENCODINGS = ("utf-8", "windows-1252")
#: Columns that the mapping itself or the dataflow fills.
_FILLED = ("SOURCE",)


@dataclass(frozen=True, slots=True)
class TableMapping:
    """What a mapping says; `place` is how findings call it.

    `columns` the office's head by our column; `constants` by our column; `values` our code by the office's word, by
    column; `statuses` by the mark in place of a figure; `areas` by spelling, blank for rows to leave out.
    """

    place: str
    dataflow: DataflowName
    source: str
    publisher: str
    title: str
    licence: str
    columns: Mapping[str, str]
    citation: str = ""
    revision: str = "1"
    sheet: str = ""
    separator: str = ","
    decimal: str = "."
    thousands: str = ""
    encoding: str = "utf-8"
    multiply: float = 1.0
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)
    areas: Mapping[str, str] = field(default_factory=dict)

    @property
    def flow(self) -> Dataflow:
        """The definition of the dataflow."""
        return dataflow(self.dataflow)

    @property
    def product(self) -> str:
        """Identifier of the table."""
        return f"tidy-{self.source}-{self.dataflow.lower().replace('_', '-')}"

    @property
    def cited(self) -> Cited:
        """How the table is cited."""
        short = f"{self.publisher}, {self.title}"
        return Cited(short, self.citation or f"{self.publisher}. {self.title}.", self.licence)


def parse_mapping(text: str, *, place: str) -> TableMapping:
    """Read the text of a mapping.

    Raises
    ------
    DataError
        Every entry that is missing, unknown or of the wrong kind.
    """
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError([_invalid(place, f"not TOML: {error}", "correct the line")]) from error
    raise_if_any(_entry_findings(entries, place))
    entries["multiply"] = float(entries.get("multiply", 1))
    mapping = TableMapping(place=place, **entries)
    raise_if_any(_content_findings(mapping))
    return mapping


def _invalid(place: str, fact: str, mend: str) -> Finding:
    return Finding("mapping-invalid", place, fact, mend)


def _entry_findings(entries: Mapping[str, Any], place: str) -> list[Finding]:
    known = [item.name for item in fields(TableMapping) if item.name != "place"]
    findings = [_invalid(place, f"no entry {name}", f"add {name}") for name in _REQUIRED if name not in entries]
    for name, value in entries.items():
        if name not in known:
            findings.append(_invalid(place, f"unknown entry {name}", f"use one of {', '.join(known)}"))
        elif name in _TABLES:
            findings += _table_findings(name, value, place)
        elif name == "multiply":
            if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
                findings.append(_invalid(place, f"multiply is {value!r}", "write a number above zero"))
        elif not isinstance(value, str):
            findings.append(_invalid(place, f"{name} is {value!r}, no text", "put it in quotation marks"))
    flow = entries.get("dataflow")
    if isinstance(flow, str) and flow not in get_args(DataflowName):
        fact, mend = f"no dataflow {flow!r}", f"use one of {', '.join(get_args(DataflowName))}"
        findings.append(_invalid(place, fact, mend))
    return findings


def _table_findings(name: str, table: object, place: str) -> list[Finding]:
    if not isinstance(table, dict):
        return [_invalid(place, f"{name} is {table!r}, no table", f"write [{name}] and one line an entry")]
    if name == "values":
        return [
            finding for column, words in table.items() for finding in _table_findings(f"values.{column}", words, place)
        ]
    return [
        _invalid(place, f"{name}.{key} is {value!r}, no text", "put it in quotation marks")
        for key, value in table.items()
        if not isinstance(value, str)
    ]


def _content_findings(mapping: TableMapping) -> list[Finding]:
    place, flow = mapping.place, mapping.flow
    known = {column.name: column for column in flow.columns if column.name not in _FILLED}
    findings = [
        _invalid(place, f"{part}.{name}: {flow.name} has no such column", f"use one of {', '.join(known)}")
        for part, table in (("columns", mapping.columns), ("constants", mapping.constants), ("values", mapping.values))
        for name in table
        if name not in known
    ]
    both = sorted(set(mapping.columns) & set(mapping.constants))
    findings += [_invalid(place, f"{name} is a column and a constant", "keep one of them") for name in both]
    given = {*mapping.columns, *mapping.constants, *_default_columns(flow)}
    optional = {column.name for column in flow.optional}
    findings += [
        _invalid(place, f"neither a column nor a constant {name}", f"add {name} to [columns] or [constants]")
        for name in known
        if name not in given and name not in optional
    ]
    findings += _code_findings(mapping, known)
    if not _SHORT_NAME.fullmatch(mapping.source):
        mend = "write small letters, digits and hyphens, for example statland-census-2021"
        findings.append(_invalid(place, f"source is {mapping.source!r}", mend))
    if mapping.encoding not in ENCODINGS:
        findings.append(_invalid(place, f"encoding is {mapping.encoding!r}", f"use one of {', '.join(ENCODINGS)}"))
    if len(mapping.separator) != 1 or len(mapping.decimal) != 1 or mapping.separator == mapping.decimal:
        findings.append(_invalid(place, "separator and decimal must be two different signs", "correct them"))
    return findings


def _default_columns(flow: Dataflow) -> set[str]:
    return {"OBS_STATUS"} | ({"UNIT_MEASURE"} if flow.unit else set())


def _code_findings(mapping: TableMapping, known: Mapping[str, Column]) -> list[Finding]:
    """Codes of the mapping itself that no list holds."""
    given = [("statuses", "OBS_STATUS", code) for code in mapping.statuses.values()]
    given += [("constants", name, code) for name, code in mapping.constants.items()]
    given += [(f"values.{name}", name, code) for name, words in mapping.values.items() for code in words.values()]
    findings = []
    for part, name, code in given:
        kind = known[name].kind if name in known else ""
        if kind in get_args(CodeListName) and code not in (allowed := codelist(kind)):
            findings.append(_invalid(mapping.place, f"{part}: {code!r} is no code of {kind}", _listed(allowed)))
    return findings


def _listed(codes: Mapping[str, object]) -> str:
    return f"use one of {', '.join(codes)}"
