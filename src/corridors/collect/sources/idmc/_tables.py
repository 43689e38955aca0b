"""What the three tables of internal displacement share: places, duplicates, the finished table."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from corridors.collect.cells import Place
from corridors.collect.columns import one_row_each
from corridors.collect.spellings import names_of, place_areas
from corridors.concepts.ages import TOTAL
from corridors.concepts.findings import Finding

NAMES = names_of("idmc")
CONFLICT, END_OF_YEAR = "conflict", "12-31"
#: The interface's mark for no figure.
NOT_TOLD = {"-": "O"}
#: Places that no area code tells apart, by the code that the publisher writes.
APART = {"AB9": "Abyei Area"}
_KEY = ["AREA", "MEASURE", "CATEGORY", "SEX", "AGE", "TIME_PERIOD"]


@dataclass(frozen=True, slots=True)
class Source:
    """A file as text, and how findings name its cells."""

    table: pl.DataFrame
    file: str
    place: Place


def placed(table: pl.DataFrame, column: str, source: Source) -> tuple[pl.DataFrame, list[Finding]]:
    """The table with AREA, and APART where no area code tells the place apart."""
    found, unknown = place_areas(table, column, into="AREA", names=NAMES, place=source.place)
    return found.with_columns(APART=pl.col(column).replace_strict(APART, default=None, return_dtype=pl.String)), unknown


def finish(cells: pl.DataFrame, source: Source) -> tuple[pl.DataFrame, list[Finding]]:
    """DISPLACED without SOURCE: people displaced inside a country come from it and are in it."""
    missing = [column for column in ("SEX", "AGE") if column not in cells.columns]
    table = cells.with_columns(
        *(pl.lit(TOTAL).alias(column) for column in missing),
        CATEGORY=pl.concat_str("CAUSE", "APART", separator="; ", ignore_nulls=True),
    )
    table, twice = one_row_each(table, _KEY, place=lambda numbers: f"{source.file}, rows {numbers}")
    note = pl.col("NOTE") if "NOTE" in cells.columns else pl.lit(None, dtype=pl.String)
    return table.select(
        ORIGIN="AREA",
        DESTINATION="AREA",
        MEASURE="MEASURE",
        CATEGORY="CATEGORY",
        SEX="SEX",
        AGE="AGE",
        TIME_PERIOD="TIME_PERIOD",
        UNIT_MEASURE="UNIT_MEASURE",
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
        NOTE=note,
    ), twice
