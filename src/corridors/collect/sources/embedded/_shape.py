"""What the readers of the regional world share: areas, figures, sexes together, estimates and the medium variant."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import polars as pl

from corridors.collect.cells import figures, open_csv, repeated_rows
from corridors.collect.spellings import place_areas
from corridors.concepts.findings import Finding, raise_if_any
from corridors.concepts.periods import MID_YEAR

SOURCE, WORLD_PRODUCT = "embedded-2024", "embedded-2024-world"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file: its cells as text, its name, and what was found in it on the way."""

    table: pl.DataFrame
    file: str
    findings: list[Finding] = field(default_factory=list)

    def place(self, row: int, column: str) -> str:
        """Name of a cell."""
        return f"{self.file}, row {row}, column {column}"

    def with_areas(self, **columns: str) -> Sheet:
        """The file with area codes: `with_areas(area="AREA")`.

        Raises
        ------
        DataError
            Columns are missing.
        """
        self.require(*columns)
        table = self.table
        for column, into in columns.items():
            prefixed = table.with_columns(pl.col(column).alias(f"{column}_written"))
            table, unknown = place_areas(
                prefixed, f"{column}_written", into=into, names={}, place=self.place, label=column
            )
            self.findings.extend(unknown)
        return Sheet(table, self.file, self.findings)

    def require(self, *columns: str) -> None:
        """Refuse a file that lacks columns.

        Raises
        ------
        DataError
            Every column that is missing.
        """
        missing = [name for name in columns if name not in self.table.columns]
        raise_if_any(
            Finding("column-missing", f"{self.file}, row 1", f"no column {name}", f"add {name}") for name in missing
        )

    def long(self, columns: list[str], *, keep: list[str], signed: bool = False) -> pl.DataFrame:
        """One figure a row: `keep`, `column`, OBS_VALUE and OBS_STATUS; blanks carry status L.

        Raises
        ------
        DataError
            Columns are missing; a figure cannot be read.
        """
        self.require(*columns, *keep)
        self.findings.extend(repeated_rows(self.table, keep, place=lambda rows: f"{self.file}, rows {rows}"))
        cells = self.table.unpivot(on=columns, index=["row", *keep], variable_name="column", value_name="TEXT")
        found, unreadable = figures(cells, place=self.place, signed=signed)
        self.findings.extend(unreadable)
        status = pl.when(pl.col("OBS_STATUS") == "O").then(pl.lit("L")).otherwise("OBS_STATUS")
        return found.with_columns(OBS_STATUS=status).drop("row", "TEXT")


def years_of(sheet: Sheet) -> list[str]:
    """Columns that are years."""
    return [name for name in sheet.table.columns if name.isdigit()]


@cache
def estimated_years() -> frozenset[str]:
    """Years whose population is an estimate, or a stock date: the others belong to the medium variant.

    2024 is a stock date within the medium variant: its figures stand beside the stock as population, marked
    provisional.
    """
    dates = _dates()
    return frozenset(dates.filter((pl.col("population") == "estimate") | (pl.col("stock") == "1")).get_column("year"))


@cache
def provisional_years() -> frozenset[str]:
    """Stock dates that the medium variant fills."""
    dates = _dates()
    return frozenset(dates.filter(pl.col("population") != "estimate", pl.col("stock") == "1").get_column("year"))


def _dates() -> pl.DataFrame:
    raw = files("corridors.collect.sources.embedded").joinpath("data", "dates.csv").read_bytes()
    return open_csv(raw, file="dates.csv")


def mid_year_of(column: str) -> pl.Expr:
    """1 July of a column of years."""
    return pl.format("{}-" + MID_YEAR, column)


def period_of(start: str, end: str) -> pl.Expr:
    """Period from 1 July to 1 July of two columns of years."""
    years = pl.col(end).cast(pl.Int64) - pl.col(start).cast(pl.Int64)
    return pl.format("{}-" + MID_YEAR + "/P{}Y", start, years)


def provisional(table: pl.DataFrame, *, last: str) -> pl.DataFrame:
    """Status P for figures whose last year, in the column `last`, the medium variant fills."""
    is_medium = pl.col(last).is_in(list(provisional_years())) & (pl.col("OBS_STATUS") == "A")
    return table.with_columns(OBS_STATUS=pl.when(is_medium).then(pl.lit("P")).otherwise("OBS_STATUS"))


def with_both_sexes(table: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Rows by SEX and their sum, `_T`, for every key; the sum has no figure where one of the two has none."""
    value, status = pl.col("OBS_VALUE"), pl.col("OBS_STATUS")
    others = [name for name in table.columns if name not in (*key, "SEX", "OBS_VALUE", "OBS_STATUS")]
    both = table.group_by(key, maintain_order=True).agg(
        *(pl.col(name).first() for name in others),
        pl.when(value.is_not_null().all()).then(value.sum()).alias("OBS_VALUE"),
        pl.when((status == "L").any()).then(pl.lit("L")).otherwise(status.first()).alias("OBS_STATUS"),
        pl.lit("_T").alias("SEX"),
    )
    return pl.concat([table, both.select(table.columns)])


def sex_findings(sheet: Sheet, key: list[str]) -> list[Finding]:
    """Rows of one sex whose other sex is missing."""
    table = sheet.table.filter(pl.col("sex").is_in(["F", "M"]).fill_null(value=False))
    alone = table.group_by(key, maintain_order=True).agg(pl.col("row").min(), pl.col("sex").n_unique())
    wrong = sheet.table.filter(~pl.col("sex").is_in(["F", "M"]).fill_null(value=False)).select("row", "sex")
    return [
        *(
            Finding("code-unknown", sheet.place(row, "sex"), f"{sex!r} is not allowed", "write F or M")
            for row, sex in wrong.iter_rows()
        ),
        *(
            Finding("sex-missing", sheet.place(row, "sex"), "a figure for one sex only", "add the row of the other sex")
            for row in alone.filter(pl.col("sex") != 2).get_column("row")
        ),
    ]


def stamped(table: pl.DataFrame, *, unit: str | None) -> pl.DataFrame:
    """The table with SOURCE, and UNIT_MEASURE when all its figures have one unit."""
    table = table.with_columns(SOURCE=pl.lit(SOURCE))
    return table if unit is None else table.with_columns(UNIT_MEASURE=pl.lit(unit))


def require_years(sheet: Sheet, *columns: str) -> None:
    """Refuse a file whose columns of years hold something else.

    Raises
    ------
    DataError
        Every cell that is no year.
    """
    raise_if_any(
        Finding("period-unreadable", sheet.place(row, column), f"{text!r} is no year", "write a year")
        for column in columns
        for row, text in sheet.table.filter(~pl.col(column).fill_null("").str.contains(r"^\d{4}$"))
        .select("row", column)
        .iter_rows()
    )
