"""From cells of the International Migration Database to tables, by what each measure counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from corridors.collect.cells import Place, figures
from corridors.collect.columns import YEAR, cells_outside, one_row_each
from corridors.collect.definitions import stock_definitions
from corridors.collect.spellings import names_of, place_areas
from corridors.concepts.ages import TOTAL
from corridors.concepts.dataflows import DataflowName
from corridors.concepts.findings import Finding, raise_if_any

NAMES = names_of("oecd")
#: The measures that are read, in the publisher's words.
MEASURES = {
    "B11": "inflows of foreign population by nationality",
    "B12": "outflows of foreign population by nationality",
    "B13": "inflows of asylum seekers by nationality",
    "B14": "stock of foreign-born population by country of birth",
    "B15": "stock of foreign population by nationality",
    "B16": "acquisition of nationality by country of former nationality",
}
#: Workers are a part of the foreign population: no dataflow of ours holds them.
LEFT_OUT = {
    "B21": "inflows of foreign workers",
    "B22": "inflows of seasonal foreign workers",
    "B23": "stock of foreign-born labour",
    "B24": "stock of foreign labour",
}
SEXES = {"_T": "_T", "TOT": "_T", "F": "F", "WMN": "F", "M": "M", "MEN": "M", "_U": "_U"}
#: Our status by the publisher's code, whose words are SDMX's: A normal, B break, D definition differs, E estimated,
#: F forecast, G experimental, I imputed, K derived, L not collected, M cannot exist, N not significant, O missing,
#: P provisional, Q suppressed, S strike, U low reliability, V unvalidated.
STATUSES = {
    **dict.fromkeys("ADGKNSUV", "A"),
    **{code: code for code in "BEILMOPQ"},
    "F": "E",
}
#: Codes whose meaning our status does not keep: they go into the note.
_NOTED = "DFGKNSUV"


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of one file.

    Parameters
    ----------
    table
        Columns row, column, MEASURE, REF_AREA, OTHER, SEX, YEAR, TEXT, FLAG (SDMX code of status) and WORDS (its name).
    columns
        What the file calls MEASURE, REF_AREA, OTHER, SEX and YEAR.
    source
        What SOURCE calls the product.
    place
        Names a cell.
    file
        What findings call the file.
    """

    table: pl.DataFrame
    columns: Mapping[str, str]
    source: str
    place: Place
    file: str


def tables_of(cells: Cells) -> tuple[dict[DataflowName, pl.DataFrame], list[str]]:
    """Tables by dataflow, and what was left out.

    Raises
    ------
    DataError
        Everything that cannot be read.
    """
    findings = _code_findings(cells)
    table = cells.table.filter(pl.col("MEASURE").is_in(list(MEASURES)))
    for column, into in (("REF_AREA", "REPORTER"), ("OTHER", "AREA")):
        named = cells.columns[column]
        table, unknown = place_areas(table, column, into=into, names=NAMES, place=cells.place, label=named)
        findings += unknown
    found, unreadable = figures(table, place=cells.place)
    findings += [*unreadable, *_torn_statuses(found, cells.place)]
    found = _with_status(found)
    key = ["MEASURE", "REPORTER", "AREA", "SEX", "YEAR"]
    found, torn = one_row_each(found, key, place=lambda rows: f"{cells.file}, rows {rows}")
    raise_if_any([*findings, *torn])
    found = found.with_columns(SEX=pl.col("SEX").replace_strict(SEXES))
    tables: dict[DataflowName, pl.DataFrame] = {
        "FLOW_OBSERVED": _flows(found, cells.source),
        "ENCOUNTER": _asylum(found, cells.source),
        "STOCK": _stocks(found, cells.source),
        "INDICATOR": _naturalizations(found, cells.source),
    }
    return {name: rows for name, rows in tables.items() if rows.height}, _left_out(cells.table)


def _left_out(table: pl.DataFrame) -> list[str]:
    seen = table.get_column("MEASURE").unique().sort().to_list()
    return [f"{code} {LEFT_OUT[code]} left out" for code in seen if code in LEFT_OUT]


def _code_findings(cells: Cells) -> list[Finding]:
    named = cells.columns
    table = cells.table
    checks: Sequence[tuple[str, pl.Expr, str, str]] = (
        (
            "MEASURE",
            pl.col("MEASURE").is_in([*MEASURES, *LEFT_OUT]),
            "code-unknown",
            f"use one of {', '.join(MEASURES)}",
        ),
        ("SEX", pl.col("SEX").is_in(list(SEXES)), "code-unknown", f"use one of {', '.join(SEXES)}"),
        ("YEAR", pl.col("YEAR").str.contains(YEAR), "period-unreadable", "write a year"),
        (
            "FLAG",
            pl.col("FLAG").fill_null("").is_in(["", *STATUSES]),
            "code-unknown",
            f"use one of {', '.join(STATUSES)}",
        ),
    )
    findings = []
    for column, allowed, code, mend in checks:
        findings += cells_outside(
            table, column, allowed, code=code, mend=mend, place=lambda row, name: cells.place(row, named[name])
        )
    return findings


def _torn_statuses(found: pl.DataFrame, place: Place) -> list[Finding]:
    """Figures that stand beside a status which says that there is none."""
    torn = found.filter(pl.col("OBS_VALUE").is_not_null(), pl.col("FLAG").replace(STATUSES).is_in(["L", "M", "O", "Q"]))
    return [
        Finding("value-missing", place(row, column), f"figure {text} with the status {flag}", "correct one of the two")
        for row, column, text, flag in torn.select("row", "column", "TEXT", "FLAG").iter_rows()
    ]


def _with_status(found: pl.DataFrame) -> pl.DataFrame:
    """Status and note of each figure; a blank without a status of its own is missing."""
    flag = pl.col("FLAG").replace_strict(STATUSES, default="A", return_dtype=pl.String)
    absent = pl.when(flag.is_in(["L", "M", "Q"])).then(flag).otherwise(pl.lit("O"))
    words = pl.format("{} {}", "FLAG", pl.col("WORDS").fill_null("")).str.strip_chars()
    return found.with_columns(
        OBS_VALUE=pl.col("OBS_VALUE") * pl.col("FACTOR"),
        OBS_STATUS=pl.when(pl.col("OBS_VALUE").is_null()).then(absent).otherwise(flag),
        NOTE=pl.when(pl.col("FLAG").is_in(list(_NOTED))).then(words),
    )


def _flows(found: pl.DataFrame, source: str) -> pl.DataFrame:
    """Inflows and outflows of foreigners: the area at the other end is that of citizenship."""
    inflow = pl.col("MEASURE") == "B11"
    return found.filter(pl.col("MEASURE").is_in(["B11", "B12"])).select(
        ORIGIN=pl.when(inflow).then("AREA").otherwise("REPORTER"),
        DESTINATION=pl.when(inflow).then("REPORTER").otherwise("AREA"),
        REPORTER="REPORTER",
        CRITERION=pl.lit("CITIZENSHIP"),
        COVERAGE=pl.lit("FOREIGNERS"),
        SEX="SEX",
        AGE=pl.lit(TOTAL),
        TIME_PERIOD="YEAR",
        SOURCE=pl.lit(source),
        UNIT_MEASURE=pl.lit("PS"),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
        NOTE="NOTE",
    )


def _asylum(found: pl.DataFrame, source: str) -> pl.DataFrame:
    return found.filter(pl.col("MEASURE") == "B13").select(
        CITIZENSHIP="AREA",
        REPORTER="REPORTER",
        MEASURE=pl.lit("ASYLUM_APPLICATIONS"),
        ROUTE=pl.lit(TOTAL),
        CATEGORY=pl.lit(TOTAL),
        SEX="SEX",
        AGE=pl.lit(TOTAL),
        TIME_PERIOD="YEAR",
        SOURCE=pl.lit(source),
        UNIT_MEASURE=pl.lit("PS"),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
        NOTE="NOTE",
    )


def _stocks(found: pl.DataFrame, source: str) -> pl.DataFrame:
    """Stocks by birth and by citizenship as two sources: one table can hold both without mixing them.

    The day of the year differs by country and the database does not say it: the year stands alone. Natives are never
    in a stock.
    """
    by_birth = pl.col("MEASURE") == "B14"
    stocks = found.filter(pl.col("MEASURE").is_in(["B14", "B15"]), pl.col("AREA") != pl.col("REPORTER")).select(
        ORIGIN="AREA",
        DESTINATION="REPORTER",
        SEX="SEX",
        AGE=pl.lit(TOTAL),
        TIME_PERIOD="YEAR",
        SOURCE=pl.lit(source) + pl.when(by_birth).then(pl.lit("-birth")).otherwise(pl.lit("-citizenship")),
        UNIT_MEASURE=pl.lit("PS"),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
        REPORTER="REPORTER",
        BASIS=pl.when(by_birth).then(pl.lit("B")).otherwise(pl.lit("C")),
        NOTE="NOTE",
    )
    return stock_definitions(stocks)


def _naturalizations(found: pl.DataFrame, source: str) -> pl.DataFrame:
    """Acquisitions of citizenship as an indicator of the corridor, by sex."""
    return found.filter(pl.col("MEASURE") == "B16").select(
        AREA="REPORTER",
        ORIGIN="AREA",
        DESTINATION="REPORTER",
        MEASURE=pl.lit("NATURALIZATIONS"),
        TIME_PERIOD="YEAR",
        SOURCE=pl.lit(source),
        SEX="SEX",
        AGE=pl.lit(TOTAL),
        UNIT_MEASURE=pl.lit("PS"),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
        NOTE="NOTE",
    )
