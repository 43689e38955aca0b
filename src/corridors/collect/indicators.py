"""Tidy files of indicators: one figure a row, of an area and year or of a pair of areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corridors.collect.cells import figures
from corridors.collect.columns import YEAR, cells_outside, one_row_each, place_in, require_columns
from corridors.collect.spellings import names_of, place_areas

if TYPE_CHECKING:
    import polars as pl

    from corridors.concepts.findings import Finding

_AREAS = ("AREA", "ORIGIN", "DESTINATION")


@dataclass(frozen=True, slots=True)
class IndicatorFile:
    """A layout of such a file and what its figures are.

    Parameters
    ----------
    source
        The source, whose `names.csv` is used.
    product
        What SOURCE calls the figures.
    measure, unit
        Codes of what was measured and of its unit.
    areas
        The file's columns by ours: AREA, or ORIGIN and DESTINATION.
    value
        The column of figures.
    year
        The column of years; None where the figures have none.
    lowest, highest
        Bounds that the figures cannot pass; None where there is none.
    marks
        Status by marks in place of a figure.
    wanted
        The file in words, for whoever named another one.
    """

    source: str
    product: str
    measure: str
    unit: str
    areas: Mapping[str, str]
    value: str
    wanted: str
    year: str | None = None
    lowest: float | None = 0
    highest: float | None = None
    marks: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns the file must have."""
        return (*self.areas.values(), *([self.year] if self.year else []), self.value)


def read_indicators(table: pl.DataFrame, layout: IndicatorFile, *, file: str) -> tuple[pl.DataFrame, list[Finding]]:
    """INDICATOR of one file, with the column `row`, and what is wrong in it.

    Parameters
    ----------
    table
        The CSV file as it was opened.
    layout
        What its columns are.
    file
        What findings call it.

    Raises
    ------
    DataError
        Columns are missing.
    """
    import polars as pl

    place = place_in(file)
    require_columns(table, layout.columns, file=file, wanted=layout.wanted)
    findings: list[Finding] = []
    if layout.year:
        fits = pl.col(layout.year).str.contains(YEAR)
        findings += cells_outside(table, layout.year, fits, code="period-unreadable", mend="write a year", place=place)
    names = names_of(layout.source)
    for ours, theirs in layout.areas.items():
        table, unknown = place_areas(table, theirs, into=ours, names=names, place=place)
        findings += unknown
    cells = table.with_columns(column=pl.lit(layout.value), TEXT=pl.col(layout.value))
    found, unreadable = figures(cells, place=place, signed=True, marks=layout.marks)
    findings += unreadable
    inside = pl.col("OBS_VALUE").is_null()
    bounds = (pl.lit(layout.lowest, dtype=pl.Float64), pl.lit(layout.highest, dtype=pl.Float64))
    inside = inside | (
        (pl.col("OBS_VALUE") >= pl.coalesce(bounds[0], "OBS_VALUE"))
        & (pl.col("OBS_VALUE") <= pl.coalesce(bounds[1], "OBS_VALUE"))
    )
    shown = f"figures lie between {layout.lowest} and {layout.highest}".replace("None", "any")
    findings += cells_outside(found, layout.value, inside, code="value-unreadable", mend=shown, place=place)
    finished = found.select(
        "row",
        *(pl.col(name) if name in layout.areas else pl.lit(None, dtype=pl.String).alias(name) for name in _AREAS),
        "OBS_VALUE",
        "OBS_STATUS",
        MEASURE=pl.lit(layout.measure),
        TIME_PERIOD=pl.col(layout.year) if layout.year else pl.lit(None, dtype=pl.String),
        SOURCE=pl.lit(layout.product),
        UNIT_MEASURE=pl.lit(layout.unit),
    )
    key = [*layout.areas, "TIME_PERIOD"]
    finished, twice = one_row_each(finished, key, place=lambda rows: f"{file}, rows {rows}")
    return finished, [*findings, *twice]


def heads_evidence(columns: Sequence[str], rows: int) -> str:
    """Heads of columns and the number of rows, as evidence shows them.

    Examples
    --------
    >>> heads_evidence(["Year", "EU"], 7854)
    'heads of columns: Year, EU; 7,854 rows'
    """
    return f"heads of columns: {', '.join(columns)}; {rows:,} rows"
