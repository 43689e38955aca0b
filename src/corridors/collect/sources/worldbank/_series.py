"""Indicators of areas by year: which of the publisher's codes are read, as what, and the tables they make."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import polars as pl

from corridors.collect.cells import Place, figures, fold_label
from corridors.collect.columns import one_row_each
from corridors.collect.spellings import names_of
from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import WORLD
from corridors.concepts.dataflows import DataflowName
from corridors.concepts.findings import Finding
from corridors.concepts.periods import MID_YEAR

NAMES = names_of("worldbank")
#: DataBank and the downloads of World Development Indicators: ".. means that data are not available".
NOT_AVAILABLE = {"..": "O"}
#: What SOURCE says of a file that does not carry the day of its update.
UNDATED = "undated"
#: Product of a file with several indicators.
EXTRACT = "worldbank-wdi-extract"
_FLOWS: tuple[DataflowName, ...] = ("INDICATOR", "NET_MIGRATION", "POPULATION", "VITAL")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: `says` is what its name must hold, because it proves the unit and the year of constant prices."""

    code: str
    says: str
    dataflow: str
    measure: str
    unit: str
    sex: str
    signed: bool
    title: str

    @property
    def product(self) -> str:
        """Identifier of the product that holds this indicator alone."""
        return f"worldbank-wdi-{self.code.lower().replace('.', '-')}"


@cache
def indicators() -> Mapping[str, Indicator]:
    """Every indicator that is read, by the publisher's code."""
    text = files("corridors.collect.sources.worldbank").joinpath("indicators.csv").read_text(encoding="utf-8")
    known = {}
    for row in csv.DictReader(text.splitlines()):
        signed = row.pop("signed") == "x"
        known[row["code"]] = Indicator(**row, signed=signed)
    return MappingProxyType(known)


def source_of(updated: str | None) -> str:
    """What SOURCE calls World Development Indicators of a day.

    Examples
    --------
    >>> source_of("2021-09-15"), source_of(None)
    ('worldbank-wdi-2021-09-15', 'worldbank-wdi-undated')
    """
    return f"worldbank-wdi-{updated or UNDATED}"


def indicator_findings(table: pl.DataFrame, *, place: Place, code: str, name: str | None) -> list[Finding]:
    """Codes that no row of `indicators.csv` knows, and names that do not say the unit their code stands for."""
    columns = [code, name] if name else [code]
    firsts = table.group_by(columns, maintain_order=True).agg(pl.col("row").min())
    findings = []
    for row in firsts.iter_rows(named=True):
        written = row[code] or ""
        known = indicators().get(written)
        if known is None:
            fact = f"{written!r} is no indicator that is read"
            findings.append(Finding("code-unknown", place(row["row"], code), fact, "add it to indicators.csv"))
        elif name and known.says not in fold_label(row[name]):
            fact = f"{row[name]!r} does not say {known.says!r}"
            mend = f"give the edition that does, or add its unit: read is {known.title}"
            findings.append(Finding("table-wrong", place(row["row"], name), fact, mend))
    return findings


def product_of(codes: Sequence[str]) -> str:
    """Product of a file that holds indicators."""
    return indicators()[codes[0]].product if len(codes) == 1 else EXTRACT


def series_cells(long: pl.DataFrame, *, place: Place, rows: Callable[[str], str]) -> tuple[pl.DataFrame, list[Finding]]:
    """Cells as figures: adds OBS_VALUE and OBS_STATUS, and lets rows of one area, year and indicator fall together.

    Parameters
    ----------
    long
        Columns `row`, `column` (the label over the figure), `TEXT`, `AREA`, `YEAR` and `CODE`; rows of unknown
        indicators are left out, because they have their findings.
    place
        Names a cell.
    rows
        Names rows, given their numbers as text.
    """
    parts, findings = [], []
    for signed in (False, True):
        chosen = [one.code for one in indicators().values() if one.signed is signed]
        cells, faults = figures(
            long.filter(pl.col("CODE").is_in(chosen)), place=place, signed=signed, marks=NOT_AVAILABLE
        )
        parts.append(cells)
        findings += faults
    cells, repeated = one_row_each(pl.concat(parts), ["AREA", "CODE", "YEAR"], place=rows)
    return cells, [*findings, *repeated]


def series_tables(cells: pl.DataFrame, *, source: str, note: str | None = None) -> dict[DataflowName, pl.DataFrame]:
    """Tables of figures by AREA, CODE and YEAR; NOTE stands where the dataflow has one."""
    known = indicators()
    labelled = cells.with_columns(
        MEASURE=pl.col("CODE").replace_strict({code: one.measure for code, one in known.items()}),
        UNIT_MEASURE=pl.col("CODE").replace_strict({code: one.unit for code, one in known.items()}),
        FLOW=pl.col("CODE").replace_strict({code: one.dataflow for code, one in known.items()}),
        SOURCE=pl.lit(source),
        SEX=pl.col("CODE").replace_strict({code: one.sex for code, one in known.items()}),
        AGE=pl.lit(TOTAL),
        ORIGIN=pl.lit(None, dtype=pl.String),
        DESTINATION=pl.lit(None, dtype=pl.String),
        NOTE=pl.lit(note, dtype=pl.String),
    )
    ends = ["TIME_PERIOD", "SOURCE", "UNIT_MEASURE", "OBS_VALUE", "OBS_STATUS"]
    columns: dict[DataflowName, list[str]] = {
        "INDICATOR": ["AREA", "ORIGIN", "DESTINATION", "MEASURE", "SEX", "AGE", *ends, *(["NOTE"] if note else [])],
        "NET_MIGRATION": ["AREA", "SEX", "AGE", *ends],
        "POPULATION": ["AREA", "SEX", "AGE", *ends],
        "VITAL": ["AREA", "MEASURE", "SEX", "AGE", *ends],
    }
    tables: dict[DataflowName, pl.DataFrame] = {}
    for flow in _FLOWS:
        rows = labelled.filter(pl.col("FLOW") == flow)
        if rows.height:
            # The publisher's population is that of the middle of the year.
            time = pl.format("{}-" + MID_YEAR, "YEAR") if flow == "POPULATION" else pl.col("YEAR")
            tables[flow] = rows.with_columns(TIME_PERIOD=time).select(columns[flow])
    return tables


def seen(cells: pl.DataFrame) -> str:
    """The largest figure of one indicator and the span of years, as evidence."""
    there = cells.drop_nulls("OBS_VALUE").filter(pl.col("AREA") != WORLD)
    if there.is_empty():
        return "no figure in any year"
    top = there.sort("OBS_VALUE", "AREA", descending=[True, False]).row(0, named=True)
    years = there.get_column("YEAR").sort().to_list()
    return f"years {years[0]} to {years[-1]}; largest figure {top['OBS_VALUE']:,.15g}, {top['AREA']} in {top['YEAR']}"
