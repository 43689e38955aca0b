"""Points of countries: Country, codes, Latitude, Longitude; some countries stand twice under two names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from corridors.collect.indicators import IndicatorFile, heads_evidence, read_indicators
from corridors.collect.reading import Reading
from corridors.concepts.findings import Finding, raise_if_any

if TYPE_CHECKING:
    from collections.abc import Sequence

_WANTED = (
    "capital cities of World Urbanization Prospects 2014, or points of countries: Alpha-3 code, Latitude, Longitude"
)
_BOUNDS = {"LATITUDE": ("Latitude", 90.0), "LONGITUDE": ("Longitude", 180.0)}


def layouts(product: str, areas: dict[str, str]) -> Sequence[IndicatorFile]:
    """Latitude and longitude of a table whose columns bear these names."""
    return tuple(
        IndicatorFile("coordinates", product, measure, "DEGREES", areas, column, _WANTED, lowest=-bound, highest=bound)
        for measure, (column, bound) in _BOUNDS.items()
    )


def degrees(
    table: pl.DataFrame, product: str, areas: dict[str, str], *, file: str
) -> tuple[pl.DataFrame, list[Finding]]:
    """INDICATOR of both, with the column `row`."""
    tables, findings = [], []
    for layout in layouts(product, areas):
        found, wrong = read_indicators(table, layout, file=file)
        tables.append(found)
        findings += wrong
    return pl.concat(tables), list(dict.fromkeys(findings))


def read_points(table: pl.DataFrame, *, file: str) -> Reading:
    """Points of countries; a country under two names has one point."""
    areas = {"AREA": "Alpha-3 code"}
    found, findings = degrees(table, "coordinates-gaskin", areas, file=file)
    raise_if_any(findings)
    heads = ["Alpha-3 code", "Latitude", "Longitude"]
    again = table.height - found.height // 2
    return Reading(
        product="coordinates-gaskin-countries",
        revision="gaskin",
        layout=f"tidy table of points of countries, {again:,} second names of one country left out",
        tables={"INDICATOR": found.drop("row")},
        evidence=(heads_evidence(heads, table.height),),
    )
