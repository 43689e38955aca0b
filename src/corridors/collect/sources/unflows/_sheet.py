"""One sheet of flows: rows of origins or destinations, one column a year."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from corridors.collect.cells import figures, year_of
from corridors.collect.columns import cells_outside, one_row_each
from corridors.collect.sources.unflows._titles import Titled
from corridors.collect.spellings import names_of, place_areas
from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import WORLD, known_areas
from corridors.concepts.findings import Finding
from corridors.concepts.matching import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The publisher's words for whom a row counts. "Both" stands in the rows of totals.
COVERAGES = {"Citizens": "NATIONALS", "Foreigners": "FOREIGNERS", "Both": "_T"}
TYPES = ("Immigrants", "Emigrants")


def flows_of(one: Titled, *, reporter: str, source: str) -> tuple[pl.DataFrame, list[Finding]]:
    """FLOW_OBSERVED of a sheet, and what was found on the way."""
    rows, findings = _rows(one)
    names = sheet_columns(one)
    long = rows.unpivot(
        on=list(names), index=["row", "OTHER", "Type", "Coverage"], variable_name="at", value_name="TEXT"
    ).with_columns(column=pl.col("at").replace_strict(names))
    cells, unreadable = figures(long, place=one.sheet.place)
    key = ["OTHER", "Type", "Coverage", "column"]
    cells, torn = one_row_each(cells, key, place=lambda numbers: f"{one.sheet.place()}, rows {numbers}")
    arrives = pl.col("Type") == "Immigrants"
    table = cells.select(
        "row",
        ORIGIN=pl.when(arrives).then("OTHER").otherwise(pl.lit(reporter)),
        DESTINATION=pl.when(arrives).then(pl.lit(reporter)).otherwise("OTHER"),
        REPORTER=pl.lit(reporter),
        CRITERION=pl.lit(one.criterion),
        COVERAGE=pl.col("Coverage").replace_strict(COVERAGES, default=None, return_dtype=pl.String),
        SEX=pl.lit("_T"),
        AGE=pl.lit(TOTAL),
        TIME_PERIOD="column",
        SOURCE=pl.lit(source),
        UNIT_MEASURE=pl.lit("PS"),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
    )
    return table, [*findings, *unreadable, *torn]


def sheet_columns(one: Titled) -> dict[str, str]:
    """Year by the frame's own name of its column."""
    labels = one.sheet.cells.row(one.header.row - 1)
    return {one.sheet.cells.columns[i]: year for i, text in enumerate(labels) if (year := year_of(text))}


def _rows(one: Titled) -> tuple[pl.DataFrame, list[Finding]]:
    """Rows below the header with the area at the other end, OTHER."""
    sheet, header = one.sheet, one.header
    chosen = {sheet.cells.columns[index]: name for name, index in header.columns.items()}
    table = (
        sheet.cells.with_row_index("row", offset=1)
        .slice(header.row)
        .rename(chosen)
        .filter(pl.any_horizontal(pl.col(list(chosen.values())).is_not_null()))
        .with_columns(pl.col(name).str.strip_chars() for name in chosen.values())
    )
    findings = []
    for column, allowed in (("Type", TYPES), ("Coverage", tuple(COVERAGES))):
        mend = f"write one of {', '.join(allowed)}"
        known = pl.col(column).is_in(allowed)
        findings += cells_outside(table, column, known, code="code-unknown", mend=mend, place=sheet.place)
    years = sheet_columns(one)
    labels = list(years.values())
    findings += [
        Finding("key-duplicate", sheet.place(header.row), f"two columns {year}", "keep one of them")
        for year in sorted({year for year in labels if labels.count(year) > 1})
    ]
    if not years:
        findings.append(Finding("column-missing", sheet.place(header.row), "no column is a year", "keep the years"))
    table, label, names = _named(table, one)
    placed, unknown = place_areas(table, "PLACE", into="OTHER", names=names, place=sheet.place, label=label)
    return placed, [*findings, *unknown]


def _named(table: pl.DataFrame, one: Titled) -> tuple[pl.DataFrame, str, Mapping[str, str]]:
    """The table with the words for the other end, PLACE, what the sheet calls their column, and what they mean."""
    if not one.by_region:
        # "Total" is the world of both citizens and foreigners; a country of that name there is none.
        place = pl.col("OdName").replace({"Total": WORLD})
        return table.with_columns(PLACE=place), "OdName", names_of("unflows")
    # Totals of major areas stand in the column of the major area and leave that of the region blank.
    region = pl.col("RegName").fill_null(pl.col("AreaName").str.strip_suffix(" Total"))
    return table.with_columns(PLACE=region.replace({"Total": WORLD})), "RegName", _region_names()


@cache
def _region_names() -> dict[str, str]:
    """Names of regions: "Micronesia" is the region here, and no country."""
    regions = {fold(area.name): code for code, area in known_areas().items() if area.kind in ("region", "world")}
    return {**names_of("unflows"), **regions, "micronesia": "W057"}
