"""Asylum applications and decisions: persons and cases told apart, never added."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corridors.collect.cells import figures
from corridors.collect.columns import YEAR, cells_outside
from corridors.collect.sources.unhcr._opening import Opened
from corridors.collect.sources.unhcr._people import NOT_TOLD, without_repeats
from corridors.collect.sources.unhcr._places import place_pair
from corridors.concepts.ages import TOTAL
from corridors.concepts.findings import Finding, raise_if_any

#: "A case can contain information on one or more persons": whether a row counts persons or cases.
COUNTED = {"P": "persons", "Persons": "persons", "C": "cases", "Cases": "cases"}
OUTCOMES = {
    "dec_recognized": "recognized",
    "dec_other": "complementary protection",
    "dec_rejected": "rejected",
    "dec_closed": "otherwise closed",
}
#: "Data relating to asylum decisions is rounded between five and ten": how far each outcome may be from the truth.
_ROUNDING = 10
_KEY = ["CITIZENSHIP", "REPORTER", "CATEGORY", "TIME_PERIOD"]


def read_applications(opened: Opened) -> pl.DataFrame:
    """ENCOUNTER of applications, without SOURCE.

    Raises
    ------
    DataError
        Unknown places, years and kinds of count, unreadable cells, rows given twice with different figures.
    """
    kinds = (("procedure", "procedure_type"), ("application", "app_type"), ("level", "dec_level"))
    return _read(opened, columns=["applied"], kinds=kinds, measure="ASYLUM_APPLICATIONS")


def read_decisions(opened: Opened) -> pl.DataFrame:
    """ENCOUNTER of decisions by outcome, without SOURCE; the total is checked and left out.

    Raises
    ------
    DataError
        As for applications; also where the outcomes do not add up to the total.
    """
    kinds = (("procedure", "procedure_type"), ("level", "dec_level"))
    columns = [column for column in OUTCOMES if column in opened.labels] or ["dec_total"]
    return _read(opened, columns=columns, kinds=kinds, measure="ASYLUM_DECISIONS")


def _read(opened: Opened, *, columns: Sequence[str], kinds: Sequence[tuple[str, str]], measure: str) -> pl.DataFrame:
    if "pc" not in opened.labels:
        mend = "ask the publisher for the column that tells persons from cases (app_pc or dec_pc)"
        raise_if_any([Finding("column-missing", opened.file, "no column says whether persons or cases count", mend)])
    table, findings = place_pair(opened)
    allowed = {"year": pl.col("year").str.contains(YEAR), "pc": pl.col("pc").is_in(list(COUNTED))}
    mends = {"year": ("period-unreadable", "write a year"), "pc": ("code-unknown", "write P or C")}
    for column, rule in allowed.items():
        code, mend = mends[column]
        findings += cells_outside(table, column, rule, code=code, mend=mend, place=opened.place)
    table = table.with_columns(COUNTED=pl.col("pc").replace_strict(COUNTED, default=None, return_dtype=pl.String))
    index = ["row", "ORIGIN", "DESTINATION", "CATEGORY", "COUNTED", "NOTE", "year"]
    long = table.with_columns(CATEGORY=_category(opened, kinds), NOTE=_note(opened)).unpivot(
        on=list(columns), index=index, variable_name="column", value_name="TEXT"
    )
    cells, unreadable = figures(long, place=opened.place, marks=NOT_TOLD)
    findings += unreadable
    if len(columns) == len(OUTCOMES) and "dec_total" in opened.labels:
        findings += _sums(cells, table, opened)
    outcome = pl.col("column").replace_strict(OUTCOMES, default=None, return_dtype=pl.String)
    cells = cells.with_columns(
        CITIZENSHIP="ORIGIN",
        REPORTER="DESTINATION",
        CATEGORY=pl.concat_str(outcome, "CATEGORY", separator="; ", ignore_nulls=True),
        TIME_PERIOD="year",
    )
    cells, twice = without_repeats(cells, _KEY, opened)
    raise_if_any(findings + twice)
    return _finish(cells, measure)


def _category(opened: Opened, kinds: Sequence[tuple[str, str]]) -> pl.Expr:
    """Persons or cases first, then the publisher's codes with the words that say what they are of."""
    told = [
        pl.when(pl.col(column).fill_null("") != "").then(pl.lit(f"{word} ") + pl.col(column))
        for word, column in kinds
        if column in opened.labels
    ]
    origin = pl.when(pl.col("APART").is_not_null()).then(pl.lit("origin ") + pl.col("APART"))
    return pl.concat_str("COUNTED", *told, origin, separator="; ", ignore_nulls=True)


def _note(opened: Opened) -> pl.Expr:
    if "case_size" not in opened.labels:
        return pl.col("NOTE")
    size = pl.col("case_size")
    said = pl.when(~size.fill_null("").is_in(["", "0", "-"])).then(pl.lit("average persons per case ") + size)
    text = pl.concat_str("NOTE", said, separator="; ", ignore_nulls=True)
    return pl.when(text != "").then(text)


def _sums(cells: pl.DataFrame, table: pl.DataFrame, opened: Opened) -> list[Finding]:
    """Rows whose outcomes are further from their total than rounding takes them."""
    parts = cells.group_by("row").agg(pl.col("OBS_VALUE").sum().alias("parts"), pl.col("OBS_VALUE").count().alias("n"))
    totals = table.select("row", total=pl.col("dec_total").cast(pl.Float64, strict=False))
    both = parts.join(totals, on="row", how="inner", validate="1:1").drop_nulls().sort("row")
    wrong = both.filter((pl.col("parts") - pl.col("total")).abs() > _ROUNDING * pl.col("n"))
    return [
        Finding(
            "sum-differs",
            opened.place(row, "dec_total"),
            f"the outcomes add up to {parts:,.0f}, the total says {total:,.0f}",
            "correct the row",
        )
        for row, parts, total in wrong.select("row", "parts", "total").iter_rows()
    ]


def _finish(cells: pl.DataFrame, measure: str) -> pl.DataFrame:
    unit = pl.when(pl.col("COUNTED") == "cases").then(pl.lit("CASES")).otherwise(pl.lit("PS"))
    return cells.select(
        "CITIZENSHIP",
        "REPORTER",
        pl.lit(measure).alias("MEASURE"),
        pl.lit(TOTAL).alias("ROUTE"),
        "CATEGORY",
        pl.lit(TOTAL).alias("SEX"),
        pl.lit(TOTAL).alias("AGE"),
        "TIME_PERIOD",
        unit.alias("UNIT_MEASURE"),
        "OBS_VALUE",
        "OBS_STATUS",
        "NOTE",
    )
