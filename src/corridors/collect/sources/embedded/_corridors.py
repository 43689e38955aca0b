"""Figures of pairs of areas: indicators, refugees, reported inflows, the largest country corridors."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from corridors.collect.sources.embedded._shape import Sheet, mid_year_of, require_years, stamped, years_of
from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import WORLD
from corridors.concepts.dataflows import DataflowName
from corridors.concepts.findings import Finding

_INDICATORS = {
    "distance_km": ("DISTANCE", "KM"),
    "common_language": ("COMMON_LANGUAGE", "INDEX"),
    "colony_of_destination": ("COLONY", "RATIO"),
    "contiguous": ("CONTIGUOUS", "RATIO"),
    "border_pairs": ("BORDER_PAIRS", "COUNT"),
}
#: Year of the populations that weight the member pairs of a corridor.
_WEIGHTS = "2010"
_CATEGORIES = {"refugees": "REFUGEES", "other_in_need": "OTHER_IN_NEED"}
_KINDS = ("corridor", "destination", "origin")


def indicators(sheet: Sheet) -> Mapping[DataflowName, pl.DataFrame]:
    """INDICATOR by origin and destination."""
    placed = sheet.with_areas(origin="ORIGIN", destination="DESTINATION")
    cells = placed.long(list(_INDICATORS), keep=["ORIGIN", "DESTINATION", "language_cover"])
    cover = pl.when(pl.col("column") == "common_language").then(pl.col("language_cover").cast(pl.Float64, strict=False))
    table = cells.with_columns(
        AREA=pl.lit(None, dtype=pl.String),
        MEASURE=pl.col("column").replace_strict({column: measure for column, (measure, _) in _INDICATORS.items()}),
        UNIT_MEASURE=pl.col("column").replace_strict({column: unit for column, (_, unit) in _INDICATORS.items()}),
        TIME_PERIOD=pl.lit(_WEIGHTS),
        COVER=cover,
    )
    return {"INDICATOR": stamped(table, unit=None).drop("column", "language_cover")}


def refugees(sheet: Sheet) -> Mapping[DataflowName, pl.DataFrame]:
    """DISPLACED between areas, or inside them: then origin and destination are the same area."""
    bad = sheet.table.filter(~pl.col("category").is_in(list(_CATEGORIES)).fill_null(value=False)).select(
        "row", "category"
    )
    mend = f"write one of {', '.join(_CATEGORIES)}"
    sheet.findings.extend(
        Finding("code-unknown", sheet.place(row, "category"), f"{name!r} is not allowed", mend)
        for row, name in bad.iter_rows()
    )
    if "area" in sheet.table.columns:
        placed = sheet.with_areas(area="ORIGIN")
        placed = Sheet(placed.table.with_columns(DESTINATION="ORIGIN"), sheet.file, sheet.findings)
    else:
        placed = sheet.with_areas(origin="ORIGIN", destination="DESTINATION")
    cells = placed.long(years_of(sheet), keep=["ORIGIN", "DESTINATION", "category"])
    table = cells.with_columns(
        MEASURE=pl.col("category").replace_strict(_CATEGORIES, default=None),
        CATEGORY=pl.lit(TOTAL),
        SEX=pl.lit("_T"),
        AGE=pl.lit(TOTAL),
        TIME_PERIOD=pl.format("{}-12-31", "column"),
    )
    return {"DISPLACED": stamped(table, unit="PS").drop("category", "column")}


def inflows(sheet: Sheet) -> Mapping[DataflowName, pl.DataFrame]:
    """FLOW_OBSERVED by citizenship into the area of the reporting country, calendar years together."""
    require_years(sheet, "start", "end")
    placed = sheet.with_areas(origin="ORIGIN", destination_area="DESTINATION", reporter_iso3="REPORTER")
    cells = placed.long(["persons"], keep=["ORIGIN", "DESTINATION", "REPORTER", "start", "end"])
    years = pl.col("end").cast(pl.Int64) - pl.col("start").cast(pl.Int64)
    table = cells.with_columns(
        CRITERION=pl.lit("CITIZENSHIP"),
        COVERAGE=pl.lit("FOREIGNERS"),
        SEX=pl.lit("_T"),
        AGE=pl.lit(TOTAL),
        TIME_PERIOD=pl.format("{}-01-01/P{}Y", "start", years),
    )
    return {"FLOW_OBSERVED": stamped(table, unit="PS").drop("start", "end", "column")}


def highlights(sheet: Sheet) -> Mapping[DataflowName, pl.DataFrame]:
    """STOCK of the largest country corridors; of the largest destinations and origins with the world as other end."""
    bad = sheet.table.filter(~pl.col("kind").is_in(_KINDS).fill_null(value=False)).select("row", "kind")
    sheet.findings.extend(
        Finding(
            "code-unknown", sheet.place(row, "kind"), f"{kind!r} is not allowed", f"write one of {', '.join(_KINDS)}"
        )
        for row, kind in bad.iter_rows()
    )
    # A ranking of destinations counts all origins, one of origins all destinations.
    whole = sheet.table.with_columns(
        origin_iso3=pl.when(pl.col("kind") == "destination").then(pl.lit(WORLD)).otherwise("origin_iso3"),
        destination_iso3=pl.when(pl.col("kind") == "origin").then(pl.lit(WORLD)).otherwise("destination_iso3"),
    )
    placed = Sheet(whole, sheet.file, sheet.findings).with_areas(origin_iso3="ORIGIN", destination_iso3="DESTINATION")
    cells = placed.long(years_of(sheet), keep=["ORIGIN", "DESTINATION"])
    table = cells.with_columns(SEX=pl.lit("_T"), AGE=pl.lit(TOTAL), TIME_PERIOD=mid_year_of("column"))
    return {"STOCK": stamped(table, unit="PS").drop("column")}
