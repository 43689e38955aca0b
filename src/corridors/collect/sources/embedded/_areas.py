"""Indicators of areas, and what their stocks rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from corridors.collect.sources.embedded._shape import Sheet, mid_year_of, require_years, stamped
from corridors.concepts.dataflows import DataflowName
from corridors.concepts.findings import raise_if_any


@dataclass(frozen=True, slots=True)
class Indicator:
    """A column of figures: measure, unit, the day of the year it refers to, and the column of its cover."""

    column: str
    measure: str
    unit: str
    day: str = ""
    cover: str | None = None


_LAST_DAY, _FIRST_JULY = "-12-31", "-07-01"
_INDICATORS = (
    Indicator("population", "POPULATION", "PS", _FIRST_JULY),
    Indicator("gdp_per_head", "GDP_PER_HEAD", "PPP_2021", cover="gdp_cover"),
    Indicator("unemployment", "UNEMPLOYMENT", "PT", cover="unemployment_cover"),
    Indicator("political_stability", "POLITICAL_STABILITY", "INDEX", cover="political_stability_cover"),
    Indicator("remittances_in", "REMITTANCES_IN", "USD", cover="remittances_in_cover"),
    Indicator("remittances_out", "REMITTANCES_OUT", "USD", cover="remittances_out_cover"),
    Indicator("refugees_hosted", "REFUGEES", "PS", _LAST_DAY),
    Indicator("refugees_from", "REFUGEES_FROM", "PS", _LAST_DAY),
    Indicator("asylum_seekers_hosted", "ASYLUM_SEEKERS", "PS", _LAST_DAY),
    Indicator("other_in_need_hosted", "OTHER_IN_NEED", "PS", _LAST_DAY),
    Indicator("other_in_need_from", "OTHER_IN_NEED_FROM", "PS", _LAST_DAY),
    Indicator("poverty_national_lines", "POVERTY_NATIONAL", "PT", cover="poverty_cover"),
)
_BASIS = {
    "foreign_stock": ("STOCK", "PS"),
    "share_born_abroad": ("SHARE_BORN_ABROAD", "RATIO"),
    "share_citizenship": ("SHARE_CITIZENSHIP", "RATIO"),
    "share_imputed": ("SHARE_IMPUTED", "RATIO"),
    "share_refugees_added": ("SHARE_REFUGEES_ADDED", "RATIO"),
    "share_origin_unknown": ("SHARE_ORIGIN_UNKNOWN", "RATIO"),
}


def indicators(sheet: Sheet) -> Mapping[DataflowName, pl.DataFrame]:
    """INDICATOR by area and year; displaced persons at 31 December, population at 1 July."""
    require_years(sheet, "year")
    placed = sheet.with_areas(area="AREA")
    figures = placed.long([one.column for one in _INDICATORS], keep=["AREA", "year"], signed=True)
    covered = [one for one in _INDICATORS if one.cover]
    shares = placed.long([str(one.cover) for one in covered], keep=["AREA", "year"])
    shares = shares.select("AREA", "year", "column", COVER="OBS_VALUE").with_columns(
        pl.col("column").replace_strict({str(one.cover): one.column for one in covered})
    )
    raise_if_any(sheet.findings)
    joined = figures.join(shares, on=["AREA", "year", "column"], how="left", validate="1:1")
    by_column = {one.column: one for one in _INDICATORS}
    day = pl.col("column").replace_strict({name: one.day for name, one in by_column.items()})
    table = joined.with_columns(
        MEASURE=pl.col("column").replace_strict({name: one.measure for name, one in by_column.items()}),
        UNIT_MEASURE=pl.col("column").replace_strict({name: one.unit for name, one in by_column.items()}),
        TIME_PERIOD=pl.concat_str("year", day),
    )
    return {"INDICATOR": of_areas(stamped(table, unit=None), dropping=["year", "column"])}


def basis(sheet: Sheet) -> Mapping[DataflowName, pl.DataFrame]:
    """INDICATOR: what an area's foreign stock rests on, as shares of it."""
    require_years(sheet, "year")
    cells = sheet.with_areas(area="AREA").long(list(_BASIS), keep=["AREA", "year"])
    table = cells.with_columns(
        MEASURE=pl.col("column").replace_strict({column: measure for column, (measure, _) in _BASIS.items()}),
        UNIT_MEASURE=pl.col("column").replace_strict({column: unit for column, (_, unit) in _BASIS.items()}),
        TIME_PERIOD=mid_year_of("year"),
        COVER=pl.lit(None, dtype=pl.Float64),
    )
    return {"INDICATOR": of_areas(stamped(table, unit=None), dropping=["year", "column"])}


def of_areas(table: pl.DataFrame, *, dropping: Sequence[str]) -> pl.DataFrame:
    """An indicator of areas: no corridor."""
    nothing = pl.lit(None, dtype=pl.String)
    return table.drop(dropping).with_columns(ORIGIN=nothing, DESTINATION=nothing)
