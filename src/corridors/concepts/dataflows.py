"""Dataflows: the definition of every table that Corridors stores, and the check of a table against it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

from corridors.concepts.ages import TOTAL, UNKNOWN, AgeGroup
from corridors.concepts.areas import known_areas
from corridors.concepts.codelists import CodeListName, codelist
from corridors.concepts.findings import Finding
from corridors.concepts.periods import Period

if TYPE_CHECKING:
    import polars as pl

DataflowName = Literal[
    "STOCK",
    "POPULATION",
    "VITAL",
    "NET_MIGRATION",
    "FLOW",
    "FLOW_OBSERVED",
    "DISPLACED",
    "ENCOUNTER",
    "MISSING_MIGRANTS",
    "TRAFFICKING",
    "REMITTANCE",
    "INDICATOR",
    "PROJECTION",
    "VIEWS",
]
#: A calendar year, month, quarter or half-year, the last two as SDMX writes them.
_CALENDAR = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])|-Q[1-4]|-S[12])?")
#: Findings of one kind in one table after which the rest is only counted.
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a dataflow: its name, its kind (`area`, `age`, `time`, `number`, `text` or a code list)."""

    name: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Dataflow:
    """One dataflow: `key` tells observations apart, `attributes` describe them, `optional` may be absent.

    `dimensions` are more of the key in tables that have them; blank or absent, they stand for the total. `signed` names the
    measures of a non-negative dataflow whose figures may lie below zero.
    """

    name: DataflowName
    title: str
    text: str
    unit: str
    key: tuple[Column, ...]
    attributes: tuple[Column, ...]
    optional: tuple[Column, ...]
    non_negative: bool
    dimensions: tuple[Column, ...] = ()
    signed: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns in their order."""
        return self.key + self.dimensions + self.attributes + self.optional

    def key_of(self, columns: Iterable[str]) -> list[str]:
        """Names of the columns that tell a table's observations apart, given the columns it has.

        Examples
        --------
        >>> dataflow("INDICATOR").key_of(["AREA", "MEASURE", "SEX"])[-2:]
        ['SOURCE', 'SEX']
        """
        there = set(columns)
        return [column.name for column in self.key] + [one.name for one in self.dimensions if one.name in there]

    def schema(self) -> dict[str, pl.DataType]:
        """Polars type of each column: text, or 64-bit float for numbers."""
        import polars as pl

        return {column.name: pl.Float64() if column.kind == "number" else pl.String() for column in self.columns}


@cache
def dataflow(name: DataflowName) -> Dataflow:
    """The definition of one dataflow.

    Raises
    ------
    ValueError
        No dataflow has this name.

    Examples
    --------
    >>> [column.name for column in dataflow("NET_MIGRATION").key]
    ['AREA', 'SEX', 'AGE', 'TIME_PERIOD', 'SOURCE']
    """
    if name not in get_args(DataflowName):
        raise ValueError(f"no dataflow {name!r}; there are {', '.join(get_args(DataflowName))}")
    definitions = _definitions()
    columns = {key: Column(key, **value) for key, value in definitions["columns"].items()}
    fields = dict(definitions[name])
    for part in ("key", "attributes", "optional", "dimensions"):
        fields[part] = tuple(columns[column] for column in fields.get(part, ()))
    fields["signed"] = tuple(fields.get("signed", ()))
    return Dataflow(name=name, **fields)


@cache
def _definitions() -> Mapping[str, Any]:
    text = files("corridors.concepts").joinpath("dataflows.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


def validate(table: pl.DataFrame, name: DataflowName, *, place: str) -> list[Finding]:
    """Every way in which a table departs from its dataflow; an empty list when it holds.

    Parameters
    ----------
    table
        Tidy table, one observation a row.
    name
        The dataflow it claims to be.
    place
        What the findings call the table, for example the file it was read from.
    """
    flow = dataflow(name)
    findings = _column_findings(table, flow, place)
    if findings:
        return findings
    for column in flow.columns:
        if column.name in table.columns:
            findings += _cell_findings(table, column, place)
    return findings + _row_findings(table, flow, place)


def _column_findings(table: pl.DataFrame, flow: Dataflow, place: str) -> list[Finding]:
    defined = {column.name for column in flow.columns}
    required = defined - {column.name for column in (*flow.optional, *flow.dimensions)}
    missing = [
        Finding("column-missing", f"{place}, dataflow {flow.name}", f"no column {column}", f"add {column}")
        for column in sorted(required - set(table.columns))
    ]
    unknown = [
        Finding("column-unknown", f"{place}, dataflow {flow.name}", f"column {column} is not defined", "drop it")
        for column in sorted(set(table.columns) - defined)
    ]
    return missing + unknown


def _cell_findings(table: pl.DataFrame, column: Column, place: str) -> list[Finding]:
    values = table.get_column(column.name).drop_nulls().unique().sort().to_list()
    where = f"{place}, column {column.name}"
    if column.kind == "area":
        bad, code, mend = (v for v in values if v not in known_areas()), "area-unknown", "map it to an area code"
    elif column.kind == "age":
        bad, code, mend = (v for v in values if not _is_age(v)), "code-unknown", "write an age group such as Y25T29"
    elif column.kind == "time":
        bad, code, mend = (
            (v for v in values if not _is_time(v)),
            "period-unreadable",
            "write a day, a year, 2020-03, 2020-Q1, 2020-S1 or 2020-07-01/P5Y",
        )
    elif column.kind in get_args(CodeListName):
        known = codelist(column.kind)
        bad, code, mend = (v for v in values if v not in known), "code-unknown", f"use one of {', '.join(known)}"
    else:
        return []
    return list(_first(Finding(code, where, f"{value!r} is not allowed", mend) for value in bad))


def _first(findings: Iterable[Finding]) -> Iterator[Finding]:
    for number, finding in enumerate(findings, 1):
        if number > _SHOWN:
            return
        yield finding


def _is_age(code: str) -> bool:
    if code in (TOTAL, UNKNOWN):
        return True
    try:
        AgeGroup.from_code(code)
    except ValueError:
        return False
    return True


def _is_time(code: str) -> bool:
    from datetime import date

    if _CALENDAR.fullmatch(code):
        return True
    try:
        if "/" in code:
            Period.from_code(code)
        else:
            date.fromisoformat(code)
    except ValueError:
        return False
    return True


def _row_findings(table: pl.DataFrame, flow: Dataflow, place: str) -> list[Finding]:
    import polars as pl

    key = flow.key_of(table.columns)
    table = table.with_columns(pl.col(name).fill_null(TOTAL) for name in key[len(flow.key) :])
    findings = [
        Finding("key-duplicate", f"{place}, dataflow {flow.name}", f"{count} rows for {values}", "keep one of them")
        for *values, count in table.group_by(key).len().filter(pl.col("len") > 1).sort(key).head(_SHOWN).iter_rows()
    ]
    # A missing figure needs a status that says so; a present one must not be called missing.
    absent = pl.col("OBS_STATUS").is_in(["O", "L", "M", "Q"])
    torn = table.filter(pl.col("OBS_VALUE").is_null() != absent).head(_SHOWN)
    findings += [
        Finding(
            "value-missing",
            f"{place}, dataflow {flow.name}, {row}",
            "figure and status disagree on whether it is there",
            "blank figures carry O, L, M or Q; others do not",
        )
        for row in torn.select(*key, "OBS_VALUE", "OBS_STATUS").iter_rows()
    ]
    if flow.non_negative:
        below = table.filter(pl.col("OBS_VALUE") < 0)
        if flow.signed:
            below = below.filter(~pl.col("MEASURE").is_in(flow.signed))
        findings += [
            Finding("value-negative", f"{place}, dataflow {flow.name}, {row}", "negative figure", "correct the figure")
            for row in below.head(_SHOWN).select(*key, "OBS_VALUE").iter_rows()
        ]
    return findings
