"""Sheets with one row an area or a corridor and the figures, for one sex after the other, across."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from corridors.collect.cells import Header, Sheet, figures, fold_label, repeated_rows, year_of
from corridors.collect.columns import code_type
from corridors.collect.sources.undesa._columns import FigureColumn, Quantity, age_of, figure_columns, period_of
from corridors.collect.sources.undesa._notes import note_column, spelled_out
from corridors.collect.sources.undesa._stock import NAMES
from corridors.collect.sources.undesa._tables import finish_tables
from corridors.collect.spellings import kind_of, place_areas
from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import UNKNOWN_ORIGIN
from corridors.concepts.findings import Finding, raise_if_any

if TYPE_CHECKING:
    from corridors.concepts.dataflows import DataflowName

#: "Two dots (..) indicate that data are not available or are not reported separately"; "The tilde (~) indicates that the
#: data are protected for privacy reasons because the number in the cell [...] is less than five."
MARKS = {"..": "O", "~": "Q"}
#: Titles and captions of tables in thousands.
_THOUSANDS = re.compile(r"\bthousands?\b|'000\b|\(000s?\)")
_PAIR = ["DESTINATION", "ORIGIN"]


@dataclass(frozen=True, slots=True)
class Headed:
    """A sheet with its folded title, its header and the notes of its workbook; `by_age` when ages stand across."""

    sheet: Sheet
    title: str
    header: Header
    notes: Mapping[str, str] = field(default_factory=dict)
    by_age: bool = False

    def figures_at(self) -> tuple[int, list[FigureColumn]]:
        """Row of the figures' labels and the columns of figures."""
        return figure_columns(self.sheet, self.title, self.header, reading=age_of if self.by_age else period_of)

    def column(self, word: str, side: str = "") -> str | None:
        """The frame's column of a label: of the origin when `side` says so, else of the destination or the only one."""
        for name, index in self.header.columns.items():
            folded = name.casefold()
            if word in folded and (side in folded if side else "origin" not in folded):
                return self.sheet.cells.columns[index]
        return None

    def years(self) -> str | None:
        """The frame's column of years, in sheets that have one."""
        labels = self.sheet.cells.row(self.header.row - 1)
        return next((self.sheet.cells.columns[i] for i, text in enumerate(labels) if fold_label(text) == "year"), None)


def read_long(headed: Sequence[Headed], *, revision: str) -> tuple[dict[DataflowName, pl.DataFrame], list[str]]:
    """One table a dataflow from all sheets.

    Also the destinations that list several rows of unknown origin, whose figures are added up.
    """
    parts: list[pl.DataFrame] = []
    findings: list[Finding] = []
    for one in headed:
        cells, found = _cells(one)
        findings += found
        parts.append(cells)
    raise_if_any(findings)
    cells, added = _one_unknown(pl.concat(parts))
    return finish_tables(cells, revision=revision), added


def _cells(headed: Headed) -> tuple[pl.DataFrame, list[Finding]]:
    """One row a figure, as `finish_tables` takes them."""
    sheet = headed.sheet
    row, columns = headed.figures_at()
    rows, findings = _placed(headed, row, columns)
    long = rows.unpivot(
        on=[column.label for column in columns],
        index=["row", *_PAIR, "YEAR", "TYPE", "NOTE", "LISTING"],
        variable_name="column",
        value_name="TEXT",
    ).with_columns(pl.col("column").cast(pl.Enum([column.label for column in columns])))
    parts = []
    for quantity, unit in _units(headed, columns).items():
        labels = [column.label for column in columns if column.quantity == quantity]
        cells, unreadable = figures(
            long if len(labels) == len(columns) else long.filter(pl.col("column").is_in(labels)),
            place=sheet.place,
            unit=unit,
            signed="GROWTH_RATE" in str(quantity.measures),
            marks=MARKS,
        )
        findings += [*unreadable, *_empty_columns(cells, sheet)]
        parts.append(cells.with_columns(QUANTITY=pl.lit(quantity.name)))
    at, sex = (
        pl.col("column").replace_strict({column.label: getattr(column, of) for column in columns}, return_dtype=kind)
        for of, kind in (("at", code_type("AGE" if headed.by_age else "YEAR")), ("sex", code_type("SEX")))
    )
    cells = pl.concat(parts).with_columns(
        SEX=sex,
        AT=pl.col("YEAR").cast(code_type("YEAR")) if headed.by_age else at,
        AGE=at if headed.by_age else pl.lit(TOTAL).cast(code_type("AGE")),
        OBS_STATUS=pl.col("OBS_STATUS").cast(code_type("OBS_STATUS")),
    )
    return cells.drop("row", "column", "TEXT", "YEAR"), findings


def _placed(headed: Headed, row: int, columns: Sequence[FigureColumn]) -> tuple[pl.DataFrame, list[Finding]]:
    """The sheet's rows of areas with the labels of their figures; headings of groups are left out."""
    sheet, labels = headed.sheet, [column.label for column in columns]
    has_origins = headed.column("code", "origin") is not None
    rows = _rows(headed, row, columns)
    rows = rows.filter(pl.any_horizontal(pl.col("destination", *labels).is_not_null()))
    # Headings such as "World Bank income groups" stand in rows of their own, without a code and without a figure.
    written = pl.any_horizontal(pl.col(name).fill_null("..").str.strip_chars() != ".." for name in labels)
    rows = rows.filter((pl.col("destination").fill_null("").str.strip_chars() != "") | written)
    rows, findings = _years(rows, sheet) if headed.by_age else (rows, [])
    rows = rows.with_columns(LISTING=pl.col("destination").rle_id())
    for column, into in (("destination", "DESTINATION"), ("origin", "ORIGIN")):
        label = f"Location code of {column}" if has_origins else "Location code"
        rows, unknown = place_areas(rows, column, into=into, names=NAMES, place=sheet.place, label=label)
        # A code of two bytes: each row becomes a row for each of its figures.
        rows = rows.with_columns(pl.col(into).cast(code_type(into)))
        findings += unknown
    spelled = {text: spelled_out(text, headed.notes) for text in rows.get_column("NOTE").drop_nulls().unique()}
    rows = rows.with_columns(pl.col("NOTE").replace_strict(spelled, default=None, return_dtype=pl.String))
    # Regions may be listed twice and rows of unknown origin are parts of one whole; any other pair stands once.
    listed = pl.any_horizontal(
        kind_of(column).is_in(["region", "world"]) for column in (_PAIR if has_origins else _PAIR[:1])
    )
    single = rows.filter(~listed, pl.col("ORIGIN") != UNKNOWN_ORIGIN)
    key = [*_PAIR, "YEAR"] if headed.by_age else _PAIR
    findings += repeated_rows(single, key, place=lambda numbers: f"{sheet.place()}, rows {numbers}")
    return _without_repeated_unknown(rows, labels), findings


def _rows(headed: Headed, row: int, columns: Sequence[FigureColumn]) -> pl.DataFrame:
    """All rows below the header as they are written."""
    sheet, names = headed.sheet, headed.sheet.cells.columns
    note = note_column(sheet, headed.header)

    def cells(column: str | None, otherwise: str | None = None) -> pl.Expr:
        return pl.col(column) if column else pl.lit(otherwise, dtype=pl.String)

    return (
        sheet.cells.with_row_index("row", offset=1)
        .slice(row)
        .select(
            "row",
            cells(headed.column("code")).alias("destination"),
            cells(headed.column("country or area")).alias("destination name"),
            cells(headed.column("code", "origin"), "900").alias("origin"),
            cells(headed.column("country or area", "origin")).alias("origin name"),
            cells(headed.column("type")).alias("TYPE"),
            cells(None if note is None else names[note]).alias("NOTE"),
            cells(headed.years() if headed.by_age else None).alias("YEAR"),
            *(pl.col(names[column.index]).alias(column.label) for column in columns),
        )
    )


def _without_repeated_unknown(rows: pl.DataFrame, labels: Sequence[str]) -> pl.DataFrame:
    """Rows of unknown origin without those that repeat another to the last figure: they count nobody else.

    A region that is listed twice, under a continent and under the world, has its rows of unknown origin in each listing:
    the column LISTING keeps them apart, so that they are never added up across listings.
    """
    region = kind_of("DESTINATION").is_in(["region", "world"])
    rows = rows.with_columns(LISTING=pl.when(region).then("LISTING").otherwise(0))
    unknown = pl.col("ORIGIN") == UNKNOWN_ORIGIN
    same = ["DESTINATION", "origin", "YEAR", "LISTING", *labels]
    once = rows.filter(unknown).unique(subset=same, keep="first", maintain_order=True)
    return pl.concat([rows.filter(~unknown), once])


def _years(rows: pl.DataFrame, sheet: Sheet) -> tuple[pl.DataFrame, list[Finding]]:
    """Rows with their year, and a finding for each that has none."""
    years = {text: year_of(text) for text in rows.get_column("YEAR").unique()}
    read = rows.with_columns(year=pl.col("YEAR").replace_strict(years, default=None, return_dtype=pl.String))
    bad = read.filter(pl.col("year").is_null()).select("row", "YEAR")
    findings = [
        Finding("period-unreadable", sheet.place(row, "Year"), f"{text!r} is no year", "write a year")
        for row, text in bad.iter_rows()
    ]
    return read.with_columns(YEAR=pl.col("year")).drop("year"), findings


def _units(headed: Headed, columns: Sequence[FigureColumn]) -> dict[Quantity, float]:
    """Factor by which a quantity's figures are multiplied."""
    above = headed.sheet.cells.head(headed.header.row)
    said = any(_THOUSANDS.search(fold_label(text)) for row in above.iter_rows() for text in row if text)
    thousands = 1_000 if said else 1
    return {column.quantity: thousands for column in columns}


def _one_unknown(cells: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Several rows of unknown origin of one destination as one: each counts other persons, none told apart."""
    unknown = cells.filter(pl.col("ORIGIN") == UNKNOWN_ORIGIN)
    value, status = pl.col("OBS_VALUE"), pl.col("OBS_STATUS")
    key = [name for name in cells.columns if name not in ("OBS_VALUE", "OBS_STATUS")]
    joined = unknown.group_by(key, maintain_order=True).agg(
        pl.when(value.is_not_null().all()).then(value.sum()).alias("OBS_VALUE"),
        pl.coalesce(status.filter(value.is_null()).first(), status.first()).alias("OBS_STATUS"),
        pl.len().alias("parts"),
    )
    added = joined.filter(pl.col("parts") > 1).get_column("DESTINATION").unique().sort().to_list()
    known = cells.filter(pl.col("ORIGIN") != UNKNOWN_ORIGIN)
    return pl.concat([known, joined.select(cells.columns)]).drop("LISTING"), added


def _empty_columns(cells: pl.DataFrame, sheet: Sheet) -> list[Finding]:
    """Columns without any figure: formulas whose results were never saved look like this."""
    empty = (
        cells.group_by("column", maintain_order=True).agg(pl.col("OBS_VALUE").count()).filter(pl.col("OBS_VALUE") == 0)
    )
    return [
        Finding(
            "value-missing",
            sheet.place(column=column),
            "the column holds no figure at all",
            "open the workbook in a spreadsheet program and save it, or download it again",
        )
        for column in empty.get_column("column")
    ]
