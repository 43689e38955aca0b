"""Events over periods from 1 July to 1 July: births, deaths, net migration, and rates."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from corridors.collect.sources.embedded._shape import (
    Sheet,
    estimated_years,
    period_of,
    provisional,
    require_years,
    sex_findings,
    stamped,
)
from corridors.concepts.ages import TOTAL, AgeGroup
from corridors.concepts.dataflows import DataflowName
from corridors.concepts.findings import Finding

_COUNTS = {"births": "BIRTHS", "deaths": "DEATHS", "net_migration": "NET_MIGRATION"}
_UNITS = {"BIRTHS": "EV", "DEATHS": "EV", "NET_MIGRATION": "PS"}
_RATE_UNITS = {"TFR": "PER_WOMAN", "SRB": "RATIO", "ASFR": "PER_1000_WOMEN_Y"}
#: Lower bounds of the ages of mx: under one year, one to four, then five-year groups to the open one.
_AGES = (0, 1, *range(5, 105, 5))


def vital(sheet: Sheet) -> Mapping[DataflowName, pl.DataFrame]:
    """VITAL and NET_MIGRATION of both sexes."""
    return _counts(Sheet(sheet.table.with_columns(sex=pl.lit("_T")), sheet.file, sheet.findings))


def vital_by_sex(sheet: Sheet) -> Mapping[DataflowName, pl.DataFrame]:
    """VITAL and NET_MIGRATION of women and of men: derived from the published totals, so their status is E."""
    sheet.findings.extend(sex_findings(sheet, ["area", "start", "end"]))
    return {name: table.with_columns(OBS_STATUS=pl.lit("E")) for name, table in _counts(sheet).items()}


def vital_medium(sheet: Sheet) -> Mapping[DataflowName, pl.DataFrame]:
    """PROJECTION of births, deaths and net migration."""
    table = _counted(Sheet(sheet.table.with_columns(sex=pl.lit("_T")), sheet.file, sheet.findings))
    return {"PROJECTION": _medium(table.drop("end"))}


def _counts(sheet: Sheet) -> Mapping[DataflowName, pl.DataFrame]:
    table = provisional(_counted(sheet), last="end").drop("end")
    is_net = pl.col("MEASURE") == "NET_MIGRATION"
    return {"VITAL": table.filter(~is_net), "NET_MIGRATION": table.filter(is_net).drop("MEASURE")}


def _counted(sheet: Sheet) -> pl.DataFrame:
    require_years(sheet, "start", "end")
    cells = sheet.with_areas(area="AREA").long(list(_COUNTS), keep=["AREA", "sex", "start", "end"], signed=True)
    measure = pl.col("column").replace_strict(_COUNTS)
    table = cells.with_columns(
        MEASURE=measure,
        SEX="sex",
        AGE=pl.lit(TOTAL),
        TIME_PERIOD=period_of("start", "end"),
        UNIT_MEASURE=measure.replace_strict(_UNITS),
    )
    return stamped(table, unit=None).drop("column", "sex", "start")


def death_rates(sheet: Sheet) -> Mapping[DataflowName, pl.DataFrame]:
    """VITAL for periods that end in an estimated year, PROJECTION for those the medium variant enters."""
    named = [name for name in sheet.table.columns if "-" in name]
    periods = [name for name in named if re.fullmatch("[0-9]{4}-[0-9]{4}", name)]
    sheet.findings.extend(
        Finding("period-unreadable", f"{sheet.file}, column {name}", f"{name!r} are no two years", "write 1990-1995")
        for name in named
        if name not in periods
    )
    cells = sheet.with_areas(area="AREA").long(periods, keep=["AREA", "sex", "age"])
    following = dict(zip(_AGES, (*_AGES[1:], None), strict=True))
    ages = {
        str(start): AgeGroup(start, None if after is None else after - start).code for start, after in following.items()
    }
    table = cells.with_columns(
        start=pl.col("column").str.slice(0, 4), end=pl.col("column").str.slice(5, 4), AGE=pl.col("age").replace(ages)
    ).with_columns(MEASURE=pl.lit("MX"), SEX="sex", TIME_PERIOD=period_of("start", "end"))
    return _by_end(stamped(table, unit="RATE_PY").drop("column", "sex", "age", "start"))


def fertility(sheet: Sheet) -> Mapping[DataflowName, pl.DataFrame]:
    """Total and age-specific fertility and the sex ratio at birth; AGE is the mother's."""
    rates = {"tfr": ("TFR", TOTAL), "srb": ("SRB", TOTAL)}
    rates |= {f"asfr_{age}": ("ASFR", AgeGroup(age, 5).code) for age in range(15, 50, 5)}
    require_years(sheet, "start", "end")
    cells = sheet.with_areas(area="AREA").long(list(rates), keep=["AREA", "start", "end"])
    measure = pl.col("column").replace_strict({column: measure for column, (measure, _) in rates.items()})
    table = cells.with_columns(
        MEASURE=measure,
        SEX=pl.lit("_T"),
        AGE=pl.col("column").replace_strict({column: age for column, (_, age) in rates.items()}),
        TIME_PERIOD=period_of("start", "end"),
        UNIT_MEASURE=measure.replace_strict(_RATE_UNITS),
    )
    return _by_end(stamped(table, unit=None).drop("column", "start"))


def _by_end(table: pl.DataFrame) -> Mapping[DataflowName, pl.DataFrame]:
    estimated = pl.col("end").is_in(list(estimated_years()))
    return {
        "VITAL": table.filter(estimated).drop("end"),
        "PROJECTION": _medium(table.filter(~estimated).drop("end")),
    }


def _medium(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(QUANTILE=pl.lit(None, dtype=pl.String))
