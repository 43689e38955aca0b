"""Tidy derivatives of World Development Indicators: thirteen indicators in four columns, and eight with gaps filled."""

from __future__ import annotations

import polars as pl

from corridors.collect.cells import Place
from corridors.collect.columns import YEAR, cells_outside, place_in, require_columns
from corridors.collect.reading import Reading
from corridors.collect.sources.worldbank._series import NAMES, UNDATED, seen, series_cells, series_tables
from corridors.collect.spellings import place_areas
from corridors.concepts.findings import DataError, Finding, raise_if_any

#: The publisher's indicator by the name that the derivative gives it.
LONG = {
    "birth": "SP.DYN.CBRT.IN",
    "depend": "SP.POP.DPND",
    "fdiin": "BX.KLT.DINV.CD.WD",
    "fdiout": "BM.KLT.DINV.CD.WD",
    "gdp": "NY.GDP.MKTP.CD",
    "income": "NY.GDP.PCAP.PP.KD",
    "inf": "FP.CPI.TOTL.ZG",
    "nmig": "SM.POP.NETM",
    "polstb": "PV.EST",
    "pop": "SP.POP.TOTL",
    "remin": "BX.TRF.PWKR.CD.DT",
    "remout": "BM.TRF.PWKR.CD.DT",
    "unem": "SL.UEM.TOTL.ZS",
}
LONG_COLUMNS = ("geo", "var", "t", "v")
FILLED = {
    "GDP (current USD)": "NY.GDP.MKTP.CD",
    "GDP (2015 USD)": "NY.GDP.MKTP.KD",
    "GDP/capita (current USD)": "NY.GDP.PCAP.CD",
    "GDP/capita (2015 USD)": "NY.GDP.PCAP.KD",
    "GDP % annual growth": "NY.GDP.MKTP.KD.ZG",
    "GDP/capita (2021 PPP)": "NY.GDP.PCAP.PP.KD",
    "GDP deflator": "NY.GDP.DEFL.ZS",
    "Exchange rate": "PA.NUS.FCRF",
}
FILLED_COLUMNS = ("Year", "Country ISO", *FILLED)
#: Which figures are the publisher's and which were extrapolated the file does not say, so none of them may be printed.
NOTE = "gaps filled by extrapolation, not for publication"


def is_long(table: pl.DataFrame) -> bool:
    """Whether a file has the columns of the long derivative."""
    return set(LONG_COLUMNS) <= set(table.columns)


def is_filled(table: pl.DataFrame) -> bool:
    """Whether a file has columns of the filled derivative."""
    return len(set(FILLED_COLUMNS) & set(table.columns)) * 2 >= len(FILLED_COLUMNS)


def read_long(table: pl.DataFrame, *, file: str) -> Reading:
    """Tables of the long derivative; its population is that of World Population Prospects."""
    place = place_in(file)
    names = table.get_column("var").unique().drop_nulls().to_list()
    if len(set(names) & set(LONG)) * 2 < len(names) or not names:
        shown = ", ".join(sorted(names)[:8])
        wanted = f"wanted is the one with the indicators {', '.join(LONG)}"
        raise DataError([Finding("table-wrong", file, f"a table of the indicators {shown or 'none'}", wanted)])
    known = pl.col("var").is_in(list(LONG))
    findings = cells_outside(
        table, "var", known, code="code-unknown", mend=f"write one of {', '.join(LONG)}", place=place
    )
    findings += _year_findings(table, "t", place)
    placed, unknown = place_areas(table, "geo", into="AREA", names=NAMES, place=place)
    long = placed.with_columns(
        CODE=pl.col("var").replace_strict(LONG, default=None), YEAR=pl.col("t"), TEXT=pl.col("v"), column=pl.lit("v")
    )
    cells, faults = series_cells(long, place=place, rows=lambda n: f"{file}, rows {n}")
    raise_if_any([*findings, *unknown, *faults])
    return Reading(
        product="worldbank-wdi-gdidata",
        revision=UNDATED,
        layout="tidy derivative, one row an area, indicator and year",
        tables=series_tables(cells, source="worldbank-wdi-gdidata"),
        evidence=(
            f"heads of columns: {', '.join(LONG_COLUMNS)}",
            f"indicators {', '.join(sorted(names))}",
            f"remittances paid: {seen(cells.filter(pl.col('CODE') == LONG['remout']))}",
        ),
    )


def read_filled(table: pl.DataFrame, *, file: str) -> Reading:
    """Tables of the filled derivative: every figure is imputed as far as anyone can tell, and none is for publication."""
    place = place_in(file)
    require_columns(table, FILLED_COLUMNS, file=file, wanted="the derivative with GDP in eight forms")
    findings = _year_findings(table, "Year", place)
    placed, unknown = place_areas(table, "Country ISO", into="AREA", names=NAMES, place=place)
    long = placed.unpivot(
        on=list(FILLED), index=["row", "Year", "AREA"], variable_name="column", value_name="TEXT"
    ).with_columns(CODE=pl.col("column").replace_strict(FILLED), YEAR=pl.col("Year"))
    cells, faults = series_cells(long, place=place, rows=lambda n: f"{file}, rows {n}")
    raise_if_any([*findings, *unknown, *faults])
    imputed = pl.when(pl.col("OBS_STATUS") == "A").then(pl.lit("I")).otherwise("OBS_STATUS")
    return Reading(
        product="worldbank-wdi-filled",
        revision=UNDATED,
        layout="tidy derivative, one row an area and year, one column an indicator, gaps filled",
        tables=series_tables(cells.with_columns(OBS_STATUS=imputed), source="worldbank-wdi-filled", note=NOTE),
        evidence=(
            f"heads of columns: {', '.join(FILLED_COLUMNS)}",
            f"GDP at current prices: {seen(cells.filter(pl.col('CODE') == 'NY.GDP.MKTP.CD'))}",
        ),
    )


def _year_findings(table: pl.DataFrame, column: str, place: Place) -> list[Finding]:
    years = pl.col(column).str.contains(YEAR)
    return cells_outside(table, column, years, code="period-unreadable", mend="write a year", place=place)
