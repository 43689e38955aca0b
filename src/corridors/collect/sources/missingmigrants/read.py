"""Incidents in which migrants died or disappeared: one row an incident, in the publisher's two layouts.

The older layout numbers incidents (`Web ID`); the newer one tells single, split and cumulative incidents apart. Rows of
a split incident share a `Main ID` and each counts its own persons: all rows added up count nobody twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from corridors.collect.cells import figures, repeated_rows
from corridors.collect.columns import another_table, open_only_csv, place_in
from corridors.collect.reading import Reading
from corridors.concepts.findings import DataError, Finding, raise_if_any

#: Measure by the column of either layout.
MEASURES = {
    "Number Dead": "DEAD",
    "Number of Dead": "DEAD",
    "Minimum Estimated Number of Missing": "MISSING",
    "Total Dead and Missing": "DEAD_AND_MISSING",
    "Total Number of Dead and Missing": "DEAD_AND_MISSING",
    "Number of Survivors": "SURVIVORS",
    "Number of Females": "FEMALES",
    "Number of Males": "MALES",
    "Number of Children": "CHILDREN",
}
#: Where persons counted as missing were found later, the publisher subtracts them again.
CORRECTED = ("MISSING", "SURVIVORS")
TYPES = ("Incident", "Split Incident", "Cumulative Incident")
TURNED = "longitude stands before latitude in the source"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns of one layout: by our name for what they hold, those with figures, and how a day is written."""

    name: str
    columns: Mapping[str, str]
    counts: tuple[str, ...]
    day: str

    @property
    def all(self) -> tuple[str, ...]:
        """Every column that is read."""
        return (*self.columns.values(), *self.counts)


_COUNTS = ("Number of Survivors", "Number of Females", "Number of Males", "Number of Children")
LAYOUTS = (
    Layout(
        "20-column",
        {
            "INCIDENT": "Web ID",
            "REGION": "Region",
            "DAY": "Reported Date",
            "YEAR": "Reported Year",
            "MONTH": "Reported Month",
            "CAUSE": "Cause of Death",
            "POINT": "Location Coordinates",
            "ROUTE": "Migration Route",
        },
        ("Number Dead", "Minimum Estimated Number of Missing", "Total Dead and Missing", *_COUNTS),
        "%B %d, %Y",
    ),
    Layout(
        "25-column",
        {
            "INCIDENT": "Incident ID",
            "MAIN": "Main ID",
            "INCIDENT_TYPE": "Incident Type",
            "REGION": "Region of Incident",
            "DAY": "Incident Date",
            "YEAR": "Incident Year",
            "MONTH": "Month",
            "CAUSE": "Cause of Death",
            "POINT": "Coordinates",
            "ROUTE": "Migration Route",
        },
        ("Number of Dead", "Minimum Estimated Number of Missing", "Total Number of Dead and Missing", *_COUNTS),
        "%Y-%m-%d",
    ),
)
_WANTED = "the Missing Migrants download of all incidents as CSV, with 20 or 25 columns"


def read(raw: bytes, *, file: str) -> Reading:
    """MISSING_MIGRANTS of one download.

    Parameters
    ----------
    raw
        CSV.
    file
        What findings call it.

    Raises
    ------
    DataError
        Everything that kept the file from being read, each with its row and column.
    """
    table = open_only_csv(raw, file=file, wanted=_WANTED)
    layout = _layout(table, file)
    if not table.height:
        raise DataError([Finding("table-wrong", file, "it holds no rows", f"wanted is {_WANTED}")])
    incidents, findings = _incidents(table, layout, file)
    counts, faults = _counts(table, layout, file)
    raise_if_any([*findings, *faults])
    joined = counts.join(incidents, on="row", how="left", validate="m:1")
    source = f"missingmigrants-{layout.name.replace('-', '')}"
    note = pl.concat_str("CELL_NOTE", "NOTE", separator="; ", ignore_nulls=True)
    columns = ["INCIDENT_TYPE", "REGION", "ROUTE", "CAUSE", "LATITUDE", "LONGITUDE"]
    observed = joined.select(
        "INCIDENT",
        "MEASURE",
        "TIME_PERIOD",
        SOURCE=pl.lit(source),
        UNIT_MEASURE=pl.lit("PS"),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
        **{column: column for column in columns},
        NOTE=pl.when(note != "").then(note),
    )
    return Reading(
        product=f"{source}-incidents",
        revision=layout.name,
        layout=f"{table.width - 1} columns, one row an incident",
        tables={"MISSING_MIGRANTS": observed},
        evidence=_evidence(incidents, observed, layout),
    )


def _layout(table: pl.DataFrame, file: str) -> Layout:
    seen = set(table.columns)
    layout = max(LAYOUTS, key=lambda one: len(seen & set(one.all)))
    missing = [name for name in layout.all if name not in seen]
    own = {name for one in LAYOUTS if one is not layout for name in one.all} - set(layout.all)
    if len(missing) * 2 > len(layout.all) or (missing and seen & own):
        raise DataError([another_table(table, file=file, wanted=_WANTED)])
    raise_if_any(
        Finding("column-missing", f"{file}, row 1", f"no column {name}", "name the publisher's own, unchanged file")
        for name in missing
    )
    return layout


def _incidents(table: pl.DataFrame, layout: Layout, file: str) -> tuple[pl.DataFrame, list[Finding]]:
    """What is said of each incident beside its counts."""
    # A byte order mark may stand inside the file, before an identifier.
    said = table.select(
        "row",
        *(
            pl.col(column).str.strip_chars("\ufeff \t").replace("", None).alias(name)
            for name, column in layout.columns.items()
        ),
    )
    if "MAIN" not in said.columns:
        said = said.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in ("MAIN", "INCIDENT_TYPE"))
    place = place_in(file)
    findings = [
        Finding("value-missing", place(row, layout.columns["INCIDENT"]), "no identifier", "give the incident its own")
        for row in said.filter(pl.col("INCIDENT").is_null()).get_column("row")
    ]
    findings += repeated_rows(
        said.filter(pl.col("INCIDENT").is_not_null()), ["INCIDENT"], place=lambda rows: f"{file}, rows {rows}"
    )
    findings += _type_findings(said, file)
    dated, faults = _dated(said, layout, file)
    located, more = _located(dated, layout, file)
    part = pl.when(pl.col("MAIN") != pl.col("INCIDENT")).then(pl.format("part of incident {}", "MAIN"))
    notes = pl.concat_str(part, "DATE_NOTE", "POINT_NOTE", separator="; ", ignore_nulls=True)
    return located.with_columns(NOTE=pl.when(notes != "").then(notes)), [*findings, *faults, *more]


def _type_findings(said: pl.DataFrame, file: str) -> list[Finding]:
    # Of one incident with two types the publisher says both, with a comma between.
    kinds = pl.col("INCIDENT_TYPE").str.split(",").list.eval(pl.element().str.strip_chars())
    known = kinds.list.eval(pl.element().is_in(TYPES)).list.all()
    bad = said.filter(~known.fill_null(value=True))
    return [
        Finding("code-unknown", place_in(file)(row, "Incident Type"), f"{kind!r} is no type", f"use {', '.join(TYPES)}")
        for row, kind in bad.select("row", "INCIDENT_TYPE").iter_rows()
    ]


def _dated(said: pl.DataFrame, layout: Layout, file: str) -> tuple[pl.DataFrame, list[Finding]]:
    """TIME_PERIOD: the day; where the source gives none, its month or year, and a note that says so."""
    day = pl.col("DAY").str.strip_chars().str.to_date(layout.day, strict=False)
    # The newer layout may write a time of day behind the date.
    if layout.day == "%Y-%m-%d":
        day = pl.col("DAY").str.extract(r"^(\d{4}-\d{2}-\d{2})(?:[ T]00:00(?::00)?)?$").str.to_date(strict=False)
    month = (
        pl.col("MONTH")
        .str.to_lowercase()
        .str.slice(0, 3)
        .replace_strict(
            {name: f"{number:02}" for number, name in enumerate(_MONTHS, 1)}, default=None, return_dtype=pl.String
        )
    )
    year = pl.col("YEAR").str.replace(r"\.0$", "").str.extract(r"^((?:19|20)\d\d)$")
    dated = said.with_columns(PARSED=day, MONTH=month, YEAR=year).with_columns(
        TIME_PERIOD=pl.when(pl.col("DAY").is_not_null())
        .then(pl.col("PARSED").dt.to_string("%Y-%m-%d"))
        .otherwise(pl.coalesce(pl.concat_str("YEAR", "MONTH", separator="-"), "YEAR")),
        DATE_NOTE=pl.when(pl.col("DAY").is_null()).then(pl.lit("the source gives no day")),
    )
    column = layout.columns["DAY"]
    findings = [
        Finding("period-unreadable", place_in(file)(row, column), f"{text or ''!r} is no date", "write a date")
        for row, text in dated.filter(pl.col("TIME_PERIOD").is_null()).select("row", "DAY").iter_rows()
    ]
    other = dated.filter(pl.col("PARSED").dt.year().cast(pl.String) != pl.col("YEAR"))
    findings += [
        Finding(
            "period-unreadable", place_in(file)(row, column), f"{text!r} is not in the year {said_year}", "mend one"
        )
        for row, text, said_year in other.select("row", "DAY", "YEAR").iter_rows()
    ]
    return dated, findings


def _located(dated: pl.DataFrame, layout: Layout, file: str) -> tuple[pl.DataFrame, list[Finding]]:
    """LATITUDE and LONGITUDE from one text of two numbers.

    Some rows have them in reverse; where the first number is above 90 degrees, only one order is possible.
    """
    parts = pl.col("POINT").str.extract_groups(r"^(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)$")
    first, second = (parts.struct.field(number).cast(pl.Float64, strict=False) for number in ("1", "2"))
    turned = (first.abs() > 90) & (second.abs() <= 90)
    located = dated.with_columns(
        LATITUDE=pl.when(turned).then(second).otherwise(first),
        LONGITUDE=pl.when(turned).then(first).otherwise(second),
        POINT_NOTE=pl.when(turned).then(pl.lit(TURNED)),
    )
    inside = (pl.col("LATITUDE").abs() <= 90) & (pl.col("LONGITUDE").abs() <= 180)
    bad = located.filter(pl.col("POINT").is_not_null(), ~inside.fill_null(value=False))
    mend = "write latitude and longitude in degrees, with a comma between"
    column = layout.columns["POINT"]
    return located, [
        Finding("value-unreadable", place_in(file)(row, column), f"{text!r} is no point on the globe", mend)
        for row, text in bad.select("row", "POINT").iter_rows()
    ]


def _counts(table: pl.DataFrame, layout: Layout, file: str) -> tuple[pl.DataFrame, list[Finding]]:
    """One count a row; blank cells were not recorded, figures below zero are the publisher's later corrections."""
    long = table.unpivot(on=layout.counts, index="row", variable_name="column", value_name="TEXT")
    text = pl.col("TEXT").str.strip_chars()
    plain = pl.when(text.str.contains(r"^\d{1,3}(,\d{3})+$")).then(text.str.replace_all(",", "")).otherwise(text)
    measured = long.with_columns(
        TEXT=plain, MEASURE=pl.col("column").replace_strict(MEASURES, default=None, return_dtype=pl.String)
    )
    may_fall = pl.col("MEASURE").is_in(CORRECTED)
    fixed, findings = figures(measured.filter(~may_fall), place=place_in(file))
    falling, faults = figures(measured.filter(may_fall), place=place_in(file), signed=True)
    below = pl.col("OBS_VALUE") < 0
    falling = falling.with_columns(
        OBS_VALUE=pl.when(~below).then("OBS_VALUE"),
        OBS_STATUS=pl.when(below).then(pl.lit("O")).otherwise("OBS_STATUS"),
        CELL_NOTE=pl.when(below).then(
            pl.format("the source says {}", pl.col("OBS_VALUE").cast(pl.Int64, strict=False))
        ),
    )
    cells = pl.concat([fixed.with_columns(CELL_NOTE=pl.lit(None, dtype=pl.String)), falling])
    return cells.drop("column", "TEXT"), [*findings, *faults]


def _evidence(incidents: pl.DataFrame, observed: pl.DataFrame, layout: Layout) -> tuple[str, ...]:
    total = observed.filter(pl.col("MEASURE") == "DEAD_AND_MISSING").get_column("OBS_VALUE").sum()
    undated = incidents.get_column("DATE_NOTE").count()
    found = [
        f"heads of columns: {', '.join(list(layout.columns.values())[:4])}, {', '.join(layout.counts[:3])}",
        f"{incidents.height:,} incidents, dead and missing in all: {total:,.0f}",
        f"{undated} without a day, {incidents.get_column('ROUTE').null_count():,} without a route",
    ]
    parts = incidents.filter(pl.col("INCIDENT_TYPE").str.contains("Split")).height
    if parts:
        found.append(f"{parts} rows are parts of split incidents, each with its own persons")
    turned = incidents.get_column("POINT_NOTE").count()
    if turned:
        found.append(f"{turned} points have longitude before latitude and were turned")
    corrected = observed.get_column("NOTE").str.starts_with("the source says -").sum()
    if corrected:
        found.append(f"{corrected} figures below zero correct earlier ones and stay without a figure")
    return tuple(found)
