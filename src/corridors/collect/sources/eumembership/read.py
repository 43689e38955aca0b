"""Membership of the European Union in a tidy derivative: one row an area and year, 1 for members."""

from __future__ import annotations

import polars as pl

from corridors.collect.cells import open_csv
from corridors.collect.columns import cells_outside, place_in
from corridors.collect.indicators import IndicatorFile, heads_evidence, read_indicators
from corridors.collect.reading import Reading
from corridors.concepts.findings import Finding, raise_if_any

_LAYOUT = IndicatorFile(
    source="eumembership",
    product="eumembership-gaskin",
    measure="MEMBERSHIP",
    unit="CODE",
    areas={"AREA": "Country ISO"},
    value="EU",
    year="Year",
    highest=1,
    wanted="membership of the European Union: Year, Country ISO, EU",
)
#: How many members there were in the years after which the number changed; the treaties say so.
MEMBERS = {"1990": 12, "1995": 15, "2004": 25, "2007": 27, "2013": 28, "2020": 27}


def read(raw: bytes, *, file: str) -> Reading:
    """INDICATOR of a file of memberships.

    Parameters
    ----------
    raw
        CSV, not compressed.
    file
        What findings call it.

    Raises
    ------
    DataError
        Everything that kept the file from being read.
    """
    table = open_csv(raw, file=file)
    found, findings = read_indicators(table, _LAYOUT, file=file)
    whole = pl.col("EU").cast(pl.Float64, strict=False).is_in([0.0, 1.0]) | ~pl.col("EU").str.contains(r"^[0-9.]+$")
    mend = "write 1 for members, 0 otherwise"
    findings += cells_outside(table, "EU", whole, code="code-unknown", mend=mend, place=place_in(file))
    raise_if_any(findings)
    counted = _members(found)
    raise_if_any(
        Finding("total-implausible", f"{file}, Year {year}", f"{counted[year]} members", f"there were {count}")
        for year, count in MEMBERS.items()
        if counted.get(year, count) != count and found.filter(pl.col("TIME_PERIOD") == year).height > count
    )
    shown = ", ".join(f"{year}: {counted[year]}" for year in MEMBERS if year in counted)
    return Reading(
        product="eumembership-gaskin-years",
        revision="gaskin",
        layout="tidy derivative, areas by year",
        tables={"INDICATOR": found.drop("row").with_columns(NOTE=pl.lit("European Union"))},
        evidence=(heads_evidence(_LAYOUT.columns, table.height), f"members {shown}"),
    )


def _members(found: pl.DataFrame) -> dict[str, int]:
    counts = found.group_by("TIME_PERIOD").agg(pl.col("OBS_VALUE").sum())
    return {year: int(count) for year, count in counts.iter_rows()}
