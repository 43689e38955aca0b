"""Deaths in armed conflicts in a tidy derivative: one row an area and year.

Areas that are zero in all years, the Democratic Republic of the Congo and the Sudan among them, have no figures in the
derivative: their zeros are missing values. South Sudan has none before its independence.
"""

from __future__ import annotations

import polars as pl

from corridors.collect.cells import open_csv
from corridors.collect.indicators import IndicatorFile, heads_evidence, read_indicators
from corridors.collect.reading import Reading
from corridors.concepts.findings import raise_if_any

_LAYOUT = IndicatorFile(
    source="ucdp",
    product="ucdp-gaskin",
    measure="CONFLICT_DEATHS",
    unit="PS",
    areas={"AREA": "Country ISO"},
    value="Conflict deaths",
    year="Year",
    wanted="deaths in conflicts: Year, Country ISO, Conflict deaths",
)
#: Years from which a new State has figures of its own.
INDEPENDENT_FROM = {"SSD": "2011"}


def read(raw: bytes, *, file: str) -> Reading:
    """INDICATOR of a file of deaths in conflicts.

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
    raise_if_any(findings)
    deaths, silent = _with_missing(found)
    total = deaths.get_column("OBS_VALUE").sum()
    return Reading(
        product="ucdp-gaskin-deaths",
        revision="gaskin",
        layout=f"tidy derivative, {silent:,} areas that are zero in every year marked as missing",
        tables={"INDICATOR": deaths.drop("row")},
        evidence=(heads_evidence(_LAYOUT.columns, table.height), f"all areas and years: {total:,.0f} deaths"),
    )


def _with_missing(found: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Zeros that are missing values as missing, and how many areas have nothing else."""
    whole = pl.col("OBS_VALUE").sum().over("AREA")
    from_year = pl.col("AREA").replace_strict(INDEPENDENT_FROM, default="", return_dtype=pl.String)
    silent = (whole == 0) & (pl.col("OBS_VALUE") == 0)
    early = (pl.col("TIME_PERIOD") < from_year) & (pl.col("OBS_VALUE") == 0)
    count = found.filter(silent).get_column("AREA").n_unique()
    marked = found.with_columns(
        OBS_VALUE=pl.when(~silent & ~early).then("OBS_VALUE"),
        OBS_STATUS=pl.when(early).then(pl.lit("M")).when(silent).then(pl.lit("O")).otherwise("OBS_STATUS"),
        NOTE=pl.when(early)
        .then(pl.lit("0 in the file, before independence"))
        .when(silent)
        .then(pl.lit("0 in every year of the file, which has no figures for this area")),
    )
    return marked, count
