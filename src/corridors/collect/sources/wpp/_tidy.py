"""Tidy derivatives of World Population Prospects."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corridors.collect.cells import figures, repeated_rows
from corridors.collect.sources.wpp._series import NAMES, Series
from corridors.collect.spellings import place_areas
from corridors.concepts.ages import TOTAL, AgeGroup
from corridors.concepts.findings import Finding, raise_if_any
from corridors.concepts.periods import MID_YEAR

_ANNUAL = {
    "births_thousand": ("BIRTHS", "_T"),
    "deaths_thousand": ("DEATHS", "_T"),
    "net_migration_thousand": ("NET_MIGRATION", "_T"),
}
_RATES = {"mxF": "F", "mxM": "M", "mxB": "_T"}
_YEAR = r"^(?:19|20|21)\d\d$"


def annual(table: pl.DataFrame, *, file: str) -> Series:
    """Births, deaths and net migration by calendar year, in thousands."""
    _require(table, ["country_code", "year", *_ANNUAL], file)
    bad_years = _unreadable(table, "year", _YEAR, "write a year", file)
    cells, findings = _unpivoted(table, ["country_code", "year"], list(_ANNUAL), unit=1_000, signed=True, file=file)
    measures = {column: measure for column, (measure, _) in _ANNUAL.items()}
    cells = cells.with_columns(MEASURE=pl.col("column").replace_strict(measures))
    below = cells.filter(pl.col("MEASURE") != "NET_MIGRATION", pl.col("OBS_VALUE") < 0)
    findings += [
        Finding(
            "value-negative", f"{file}, row {row}, column {column}", f"negative figure {text}", "correct the figure"
        )
        for row, column, text in below.select("row", "column", "TEXT").iter_rows()
    ]
    found = cells.with_columns(
        SEX=pl.lit("_T"),
        AGE=pl.lit(TOTAL),
        TIME_PERIOD=pl.col("year"),
        LAST=pl.col("year").cast(pl.Int64, strict=False),
    )
    return _series(found, "tidy derivative, annual births, deaths and net migration", [*bad_years, *findings])


def population(table: pl.DataFrame, *, file: str) -> Series:
    """Population at 1 July, in thousands, one column a year."""
    columns = [name for name in table.columns if name.startswith("pop_mid_")]
    _require(table, ["iso3", *columns], file)
    years = {name: name.removeprefix("pop_mid_").removesuffix("_thousand") for name in columns}
    bad = [
        Finding(
            "period-unreadable",
            f"{file}, row 1, column {name}",
            f"{year!r} is no year",
            "name it pop_mid_2020_thousand",
        )
        for name, year in years.items()
        if not (year.isdigit() and len(year) == 4)
    ]
    cells, findings = _unpivoted(table, ["iso3"], columns, unit=1_000, signed=False, file=file)
    year = pl.col("column").replace_strict(years)
    found = cells.with_columns(
        MEASURE=pl.lit("POPULATION"),
        SEX=pl.lit("_T"),
        AGE=pl.lit(TOTAL),
        TIME_PERIOD=pl.format("{}-" + MID_YEAR, year),
        LAST=year.cast(pl.Int64, strict=False),
    )
    return _series(found, "tidy derivative, population at 1 July every five years", [*bad, *findings])


def death_rates(table: pl.DataFrame, *, file: str) -> Series:
    """Central death rates by period from 1 July to 1 July, age and sex."""
    _require(table, ["country_code", "period", "age", *_RATES], file)
    bad = _unreadable(table, "period", r"^\d{4}-\d{4}$", "write 1990-1995", file)
    bad += _unreadable(table, "age", r"^\d+\+?$", "write the lower bound of the age group, 100+ when it is open", file)
    raise_if_any(bad)
    cells, findings = _unpivoted(
        table, ["country_code", "period", "age"], list(_RATES), unit=1, signed=False, file=file
    )
    start, end = (pl.col("period").str.slice(at, 4).cast(pl.Int64) for at in (0, 5))
    found = cells.with_columns(
        MEASURE=pl.lit("MX"),
        SEX=pl.col("column").replace_strict(_RATES),
        AGE=pl.col("age").replace_strict(_age_codes(table.get_column("age").unique().to_list())),
        TIME_PERIOD=pl.format("{}-" + MID_YEAR + "/P{}Y", start, end - start),
        LAST=end,
    )
    return _series(found, "tidy derivative, death rates by period, sex and age", findings)


def _age_codes(lower_bounds: Sequence[str]) -> dict[str, str]:
    """Code of each age group from the lower bounds: a group ends where the next one starts, the last one is open."""
    starts = sorted({int(text.rstrip("+")) for text in lower_bounds})
    groups = dict(zip(starts, [*starts[1:], None], strict=True))
    codes = {}
    for text in lower_bounds:
        start = int(text.rstrip("+"))
        after = groups[start]
        codes[text] = AgeGroup(start, None if after is None or text.endswith("+") else after - start).code
    return codes


def _unpivoted(
    table: pl.DataFrame, key: list[str], columns: list[str], *, unit: float, signed: bool, file: str
) -> tuple[pl.DataFrame, list[Finding]]:
    """One figure a row; the first column of the key holds the area."""

    def place(row: int, column: str) -> str:
        return f"{file}, row {row}, column {column}"

    if "country" in table.columns:
        table = table.rename({"country": f"{key[0]} name"})
    placed, findings = place_areas(table, key[0], into="AREA", names=NAMES, place=place)
    repeated = repeated_rows(placed, key, place=lambda numbers: f"{file}, rows {numbers}")
    long = placed.unpivot(on=columns, index=["row", "AREA", *key[1:]], variable_name="column", value_name="TEXT")
    cells, unreadable = figures(long, place=place, unit=unit, signed=signed)
    return cells, [*findings, *repeated, *unreadable]


def _series(found: pl.DataFrame, layout: str, findings: Sequence[Finding]) -> Series:
    columns = ["AREA", "MEASURE", "SEX", "AGE", "TIME_PERIOD", "LAST", "OBS_VALUE", "OBS_STATUS"]
    return Series(found.select(columns), layout, tuple(findings))


def _require(table: pl.DataFrame, columns: Sequence[str], file: str) -> None:
    missing = [name for name in columns if name not in table.columns]
    raise_if_any(Finding("column-missing", f"{file}, row 1", f"no column {name}", f"add {name}") for name in missing)


def _unreadable(table: pl.DataFrame, column: str, pattern: str, mend: str, file: str) -> list[Finding]:
    bad = table.filter(~pl.col(column).fill_null("").str.contains(pattern)).select("row", column)
    code = "code-unknown" if column == "age" else "period-unreadable"
    return [
        Finding(code, f"{file}, row {row}, column {column}", f"{value!r} is not allowed", mend)
        for row, value in bad.iter_rows()
    ]
