"""Detections of border crossings: one row a route, kind of border, nationality and month with at least one detection."""

from __future__ import annotations

import polars as pl

from corridors.collect.cells import figures
from corridors.collect.columns import cells_outside, one_row_each, open_only_csv, place_in, require_columns
from corridors.collect.reading import Reading
from corridors.collect.spellings import names_of, place_areas
from corridors.collect.unknowns import one_unknown
from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import UNKNOWN_ORIGIN
from corridors.concepts.findings import DataError, Finding, raise_if_any

#: The agency reports for the external borders of the European Union.
REPORTER = "W097"
#: Routes as the agency names them; another route means another file.
ROUTES = (
    "Black Sea Route",
    "Central Mediterranean Route",
    "Circular Route from Albania to Greece",
    "Eastern Borders Route",
    "Eastern Mediterranean Route",
    "Other",
    "Western African Route",
    "Western Balkan Route",
    "Western Mediterranean Route",
)
BORDERS = ("Land", "Sea")
_COLUMNS = ("route", "type", "nat", "t", "n")
_WANTED = f"monthly detections as CSV with the columns {', '.join(_COLUMNS)}"
_KEY = ["CITIZENSHIP", "route", "type", "t"]


def read(raw: bytes, *, file: str) -> Reading:
    """ENCOUNTER of one file.

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
    require_columns(table, _COLUMNS, file=file, wanted=_WANTED)
    if not table.height:
        raise DataError([Finding("table-wrong", file, "it holds no rows", f"wanted is {_WANTED}")])
    cells = _cells(table, file)
    observed = cells.select(
        "CITIZENSHIP",
        REPORTER=pl.lit(REPORTER),
        MEASURE=pl.lit("DETECTIONS"),
        ROUTE="route",
        CATEGORY="type",
        SEX=pl.lit(TOTAL),
        AGE=pl.lit(TOTAL),
        TIME_PERIOD=pl.col("t").str.slice(0, 7),
        SOURCE=pl.lit("frontex-tidy"),
        UNIT_MEASURE=pl.lit("EV"),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
        NOTE="NOTE",
    )
    months = observed.get_column("TIME_PERIOD").sort()
    return Reading(
        product="frontex-tidy-detections",
        revision="tidy",
        layout="one row a route, kind of border, nationality and month with a detection",
        tables={"ENCOUNTER": observed},
        evidence=(
            f"heads of columns: {', '.join(_COLUMNS)}",
            f"routes: {', '.join(observed.get_column('ROUTE').unique().sort())}",
            f"months {months[0]} to {months[-1]}, {observed.get_column('OBS_VALUE').sum():,.0f} detections in all",
        ),
    )


def _cells(table: pl.DataFrame, file: str) -> pl.DataFrame:
    """One row a key, nationalities that are not told apart added up."""
    place = place_in(file)
    month = pl.col("t").str.contains(r"^(?:19|20)\d\d-(?:0[1-9]|1[0-2])-01$")
    findings = [
        *cells_outside(table, "t", month, code="period-unreadable", mend="write the month's first day", place=place),
        *cells_outside(
            table,
            "route",
            pl.col("route").is_in(ROUTES),
            code="code-unknown",
            mend=f"use {', '.join(ROUTES)}",
            place=place,
        ),
        *cells_outside(
            table, "type", pl.col("type").is_in(BORDERS), code="code-unknown", mend="use Land or Sea", place=place
        ),
    ]
    placed, unknown = place_areas(table, "nat", into="CITIZENSHIP", names=names_of("frontex"), place=place)
    cells, unreadable = figures(placed.with_columns(TEXT="n", column=pl.lit("n")), place=place)
    told = cells.filter(pl.col("CITIZENSHIP") != UNKNOWN_ORIGIN)
    _, repeated = one_row_each(told, _KEY, place=lambda rows: f"{file}, rows {rows}")
    by_word = cells.filter(pl.col("CITIZENSHIP") == UNKNOWN_ORIGIN)
    _, again = one_row_each(by_word, [*_KEY, "nat"], place=lambda rows: f"{file}, rows {rows}")
    raise_if_any([*findings, *unknown, *unreadable, *repeated, *again])
    single = cells.unique([*_KEY, "nat"], maintain_order=True).with_columns(NOTE=pl.lit(None, dtype=pl.String))
    return one_unknown(single, "CITIZENSHIP", key=_KEY, word="nat")
