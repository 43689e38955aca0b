"""People at an instant: stocks, population, intervals of projected population."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from corridors.collect.sources.embedded._shape import (
    Sheet,
    estimated_years,
    mid_year_of,
    provisional,
    require_years,
    sex_findings,
    stamped,
    with_both_sexes,
    years_of,
)
from corridors.concepts.ages import TOTAL, AgeGroup
from corridors.concepts.dataflows import DataflowName

#: Between these lie no figures: the world of 2024 has 8.2 billion people, 91 million of them migrants inside an area.
MOST_MIGRANTS, FEWEST_PEOPLE = 1e9, 5e9
_OPEN_AGE, _AGE_WIDTH = 100, 5
_QUANTILES = {"q025": "0.025", "q10": "0.1", "medium": None, "q90": "0.9", "q975": "0.975"}


def stock(sheet: Sheet) -> Mapping[DataflowName, pl.DataFrame]:
    """STOCK between areas, or within them: then origin and destination are the same area."""
    within = "area" in sheet.table.columns
    key = ["area"] if within else ["origin", "destination"]
    sheet.findings.extend(sex_findings(sheet, key))
    if within:
        placed = sheet.with_areas(area="ORIGIN")
        placed = Sheet(placed.table.with_columns(DESTINATION="ORIGIN"), sheet.file, sheet.findings)
    else:
        placed = sheet.with_areas(origin="ORIGIN", destination="DESTINATION")
    cells = placed.long(years_of(sheet), keep=["ORIGIN", "DESTINATION", "sex"]).rename({"sex": "SEX"})
    both = with_both_sexes(cells, ["ORIGIN", "DESTINATION", "column"])
    table = both.with_columns(AGE=pl.lit(TOTAL), TIME_PERIOD=mid_year_of("column"))
    return {"STOCK": stamped(table, unit="PS").drop("column")}


def population(sheet: Sheet) -> Mapping[DataflowName, pl.DataFrame]:
    """POPULATION by age for the years that are estimates, PROJECTION for the medium variant."""
    sheet.findings.extend(sex_findings(sheet, ["area", "age"]))
    cells = sheet.with_areas(area="AREA").long(years_of(sheet), keep=["AREA", "sex", "age"]).rename({"sex": "SEX"})
    starts = cells.get_column("age").unique().to_list()
    ages = {
        age: AgeGroup(int(age), None if int(age) == _OPEN_AGE else _AGE_WIDTH).code
        for age in starts
        if str(age).isdigit()
    }
    table = with_both_sexes(cells, ["AREA", "age", "column"]).with_columns(
        # An age that is no number stays as it is, for validation to name it.
        AGE=pl.col("age").replace(ages),
        TIME_PERIOD=mid_year_of("column"),
    )
    return _by_variant(stamped(table, unit="PS").drop("age"))


def population_of_all_ages(sheet: Sheet) -> Mapping[DataflowName, pl.DataFrame]:
    """POPULATION of all ages at the stock dates."""
    sheet.findings.extend(sex_findings(sheet, ["area"]))
    cells = sheet.with_areas(area="AREA").long(years_of(sheet), keep=["AREA", "sex"]).rename({"sex": "SEX"})
    table = with_both_sexes(cells, ["AREA", "column"]).with_columns(
        AGE=pl.lit(TOTAL), TIME_PERIOD=mid_year_of("column")
    )
    return _by_variant(stamped(table, unit="PS"))


def _by_variant(table: pl.DataFrame) -> Mapping[DataflowName, pl.DataFrame]:
    estimated = pl.col("column").is_in(list(estimated_years()))
    past = provisional(table.filter(estimated), last="column").drop("column")
    tables: dict[DataflowName, pl.DataFrame] = {"POPULATION": past}
    medium = table.filter(~estimated).drop("column")
    if medium.height:
        tables["PROJECTION"] = medium.with_columns(MEASURE=pl.lit("POPULATION"), QUANTILE=pl.lit(None, dtype=pl.String))
    return tables


def intervals(sheet: Sheet) -> Mapping[DataflowName, pl.DataFrame]:
    """PROJECTION of the population of all ages and both sexes: quantiles and the medium variant."""
    require_years(sheet, "year")
    cells = sheet.with_areas(area="AREA").long(list(_QUANTILES), keep=["AREA", "year"])
    table = cells.with_columns(
        MEASURE=pl.lit("POPULATION"),
        SEX=pl.lit("_T"),
        AGE=pl.lit(TOTAL),
        TIME_PERIOD=mid_year_of("year"),
        QUANTILE=pl.col("column").replace_strict(_QUANTILES, return_dtype=pl.String),
    )
    return {"PROJECTION": stamped(table, unit="PS").drop("year", "column")}
