"""From an office's table and its mapping to a table of a dataflow."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import polars as pl

from corridors.collect.cells import NO_MARKS, Place, figures, open_workbook
from corridors.collect.columns import EUROPEAN_CODES, cells_outside, one_row_each, place_in
from corridors.collect.sources.tidy._files import SHEET, Given
from corridors.collect.sources.tidy._mapping import TableMapping
from corridors.collect.spellings import EXCLUDED, area_of, by_key
from corridors.concepts.areas import known_areas
from corridors.concepts.codelists import CodeListName, codelist
from corridors.concepts.dataflows import Column
from corridors.concepts.findings import DataError, Finding, raise_if_any

#: The number of a row; an office's own column may be called row.
_ROW = "row "
#: Rows of a sheet among which the heads are looked for.
_HEADS_WITHIN = 40
_MEND_AREA = "add the spelling to [areas] of the mapping; a blank code leaves its rows out"


@dataclass(frozen=True, slots=True)
class Opened:
    """A table as text, its rows numbered; `place` names its cells, `whole` itself."""

    table: pl.DataFrame
    place: Place
    whole: str
    heads: tuple[str, ...]


def open_table(given: Given, mapping: TableMapping) -> Opened:
    """The table under its own heads, every cell as text.

    Raises
    ------
    DataError
        It cannot be opened, or heads that the mapping names are not there.
    """
    opened = _workbook(given, mapping) if given.raw.startswith((b"PK", b"\xd0\xcf")) else _csv(given, mapping)
    missing = [(name, head) for name, head in mapping.columns.items() if head not in opened.heads]
    seen = ", ".join(opened.heads)
    raise_if_any(
        Finding("column-missing", f"{given.file}, row 1", f"no column {head!r}, which the mapping calls {name}",
                f"correct the mapping; the file has {seen}")
        for name, head in missing
    )  # fmt: skip
    return opened


def _csv(given: Given, mapping: TableMapping) -> Opened:
    encoding = "cp1252" if mapping.encoding == "windows-1252" else "utf-8-sig"
    try:
        text = given.raw.decode(encoding)
        if "\0" in text:
            raise ValueError("it holds no text")
        # Lines of a mapping above the table are counted as rows of the file.
        body = "".join(text.splitlines(keepends=True)[given.skipped :])
        if not body.strip():
            raise ValueError("it holds no table")
        table = pl.read_csv(io.BytesIO(body.encode()), infer_schema=False, separator=mapping.separator)
    except (UnicodeDecodeError, ValueError, pl.exceptions.PolarsError) as error:
        fact = f"no CSV file in {mapping.encoding}: {str(error).splitlines()[0]}"
        mend = "save it as CSV in UTF-8, or name separator and encoding in the mapping"
        raise DataError([Finding("file-unreadable", given.file, fact, mend)]) from error
    table = table.rename({name: name.strip() for name in table.columns}, strict=False)
    rows = table.with_row_index(_ROW, offset=given.skipped + 2)
    return Opened(_without_blank(rows), place_in(given.file), given.file, tuple(table.columns))


def _workbook(given: Given, mapping: TableMapping) -> Opened:
    sheets = [sheet for sheet in open_workbook(given.raw, file=given.file) if sheet.name.casefold() != SHEET]
    chosen = [sheet for sheet in sheets if sheet.name == mapping.sheet] if mapping.sheet else sheets
    if len(chosen) != 1:
        wanted = f"no sheet {mapping.sheet!r}" if mapping.sheet else f"{len(sheets)} sheets"
        fact = f"{wanted}; there are {', '.join(sheet.name for sheet in sheets)}"
        raise DataError([Finding("table-wrong", given.file, fact, "name the sheet in the mapping: sheet = ...")])
    [sheet] = chosen
    wanted_heads = set(mapping.columns.values())
    texts = [[(text or "").strip() for text in row] for row in sheet.cells.head(_HEADS_WITHIN).iter_rows()]
    at = next((number for number, row in enumerate(texts, 1) if wanted_heads & set(row)), 0)
    heads = texts[at - 1] if at else []
    named = {sheet.cells.columns[i]: head for i, head in enumerate(heads) if head and heads.index(head) == i}
    rows = sheet.cells.with_row_index(_ROW, offset=1).slice(at).select(_ROW, *named).rename(named)
    return Opened(_without_blank(rows), sheet.place, sheet.place(), tuple(named.values()))


def _without_blank(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows in which something is written."""
    if rows.width == 1:
        return rows.clear()
    return rows.filter(pl.any_horizontal(pl.all().exclude(_ROW).fill_null("").str.strip_chars() != ""))


def read_table(opened: Opened, mapping: TableMapping) -> pl.DataFrame:
    """The table of the dataflow.

    Raises
    ------
    DataError
        Every cell that cannot be read, with its row.
    """
    findings: list[Finding] = []
    chosen = [pl.col(_ROW).alias("row")]
    for column in mapping.flow.columns:
        if column.name in mapping.columns:
            head = pl.col(mapping.columns[column.name]).str.strip_chars()
            words = mapping.values.get(column.name, {})
            chosen.append((head.replace(dict(words)) if words else head).alias(column.name))
        elif column.name in mapping.constants:
            chosen.append(pl.lit(mapping.constants[column.name]).alias(column.name))
    table = opened.table.select(chosen)
    for column in mapping.flow.columns:
        if column.name in table.columns:
            table, found = _read_column(table, column, opened.place, mapping)
            findings += found
    table, found = _figures(table, opened.place, mapping)
    findings += found
    table = _filled(table, mapping)
    raise_if_any(findings)
    key = [column.name for column in mapping.flow.key]
    table, twice = one_row_each(table, key, place=lambda rows: f"{opened.whole}, rows {rows}")
    raise_if_any(twice)
    order = [column.name for column in mapping.flow.columns if column.name in table.columns]
    return table.select(order)


def _read_column(
    table: pl.DataFrame, column: Column, place: Place, mapping: TableMapping
) -> tuple[pl.DataFrame, list[Finding]]:
    name = column.name
    at = _named(place, mapping)
    if column.kind == "area":
        return _areas(table, name, at, mapping)
    if column.kind in get_args(CodeListName):
        mend = f"add the word to [values.{name}]; codes are {', '.join(codelist(column.kind))}"
        allowed = pl.col(name).is_in(list(codelist(column.kind)))
        # A blank status follows from the figure.
        allowed = allowed | (pl.col(name).fill_null("") == "") if name == "OBS_STATUS" else allowed
        return table, cells_outside(table, name, allowed, code="code-unknown", mend=mend, place=at)
    if column.kind in ("time", "age"):
        # A spreadsheet writes a date with its midnight and a year with a decimal.
        plain = pl.col(name).str.replace(r"[ T]00:00:00(?:\.0+)?$", "").str.replace(r"^(\d{4})\.0$", "$1")
        return table.with_columns(plain), []
    if column.kind == "number" and name != "OBS_VALUE":
        cells = table.with_columns(column=pl.lit(name), TEXT=pl.col(name))
        read, found = figures(cells, place=at, signed=True)
        return table.with_columns(read.get_column("OBS_VALUE").alias(name)), found
    return table.with_columns(pl.when(pl.col(name) != "").then(pl.col(name))), []


def _named(place: Place, mapping: TableMapping) -> Place:
    """Names cells by the heads of the office's own table."""
    return lambda row, column: place(row, mapping.columns.get(column, column))


def _areas(table: pl.DataFrame, name: str, place: Place, mapping: TableMapping) -> tuple[pl.DataFrame, list[Finding]]:
    """Area codes; names, ISO 3166 and United Nations codes are known, the mapping's own spellings outrank them."""
    iso = {area.iso2: code for code, area in known_areas().items() if area.iso2}
    names = {**iso, **EUROPEAN_CODES, **by_key(mapping.areas)}
    # An indicator describes an area or a corridor: the other columns stay blank.
    blank = {"": None} if mapping.dataflow == "INDICATOR" else {}
    texts = table.get_column(name).fill_null("").unique().to_list()
    codes: dict[str, str | None] = {text: area_of(text, names=names) for text in texts if text}
    unknown = [text for text in texts if (codes.get(text) is None and not (text == "" and blank))]
    findings = cells_outside(
        table.with_columns(pl.col(name).fill_null("")),
        name,
        ~pl.col(name).is_in(unknown),
        code="area-unknown",
        mend=_MEND_AREA,
        place=place,
    )
    placed = table.with_columns(
        pl.col(name).fill_null("").replace_strict({**codes, **blank}, default=None, return_dtype=pl.String)
    )
    return placed.filter((pl.col(name) != EXCLUDED).fill_null(value=True)), findings


def _figures(table: pl.DataFrame, place: Place, mapping: TableMapping) -> tuple[pl.DataFrame, list[Finding]]:
    text = pl.col("OBS_VALUE").fill_null("")
    if mapping.thousands:
        text = text.str.replace_all(mapping.thousands, "", literal=True)
    if mapping.decimal != ".":
        text = text.str.replace_all(mapping.decimal, ".", literal=True)
    is_mark = pl.col("OBS_VALUE").is_in(list(mapping.statuses))
    findings = _foreign_points(table, place, mapping)
    written = pl.when(is_mark).then(pl.col("OBS_VALUE")).otherwise(text)
    given = pl.col("OBS_STATUS") if "OBS_STATUS" in table.columns else pl.lit(None, dtype=pl.String)
    cells = table.with_columns(GIVEN=given, column=pl.lit("OBS_VALUE"), TEXT=written, WRITTEN="OBS_VALUE")
    marks: Mapping[str, str] = mapping.statuses or NO_MARKS
    read, unreadable = figures(
        cells,
        place=_named(place, mapping),
        unit=mapping.multiply,
        signed=not mapping.flow.non_negative,
        marks=marks,
    )
    # The status that a column gives outranks the one that follows from the cell, unless the figure is not there.
    told = pl.when(pl.col("GIVEN") != "").then(pl.col("GIVEN"))
    both = pl.when(pl.col("OBS_STATUS") == "A").then(pl.coalesce(told, "OBS_STATUS"))
    missing = pl.when(told.is_in(["O", "L", "M", "Q"])).then(told).otherwise("OBS_STATUS")
    status = pl.when(pl.col("OBS_VALUE").is_null()).then(missing).otherwise(both.fill_null("A"))
    return read.with_columns(OBS_STATUS=status).drop("GIVEN", "column", "TEXT", "WRITTEN"), [*findings, *unreadable]


def _foreign_points(table: pl.DataFrame, place: Place, mapping: TableMapping) -> list[Finding]:
    """Points in figures whose decimals are set off by another sign: 1.500 could be either of two numbers."""
    if "." in (mapping.decimal, mapping.thousands):
        return []
    fits = ~pl.col("OBS_VALUE").fill_null("").str.contains(".", literal=True) | pl.col("OBS_VALUE").is_in(
        list(mapping.statuses)
    )
    mend = f"the mapping says decimals are set off by {mapping.decimal!r}: say what a point is, thousands or decimal"
    return cells_outside(table, "OBS_VALUE", fits, code="value-unreadable", mend=mend, place=_named(place, mapping))


def _filled(table: pl.DataFrame, mapping: TableMapping) -> pl.DataFrame:
    table = table.with_columns(SOURCE=pl.lit(mapping.source))
    if "UNIT_MEASURE" not in table.columns:
        table = table.with_columns(UNIT_MEASURE=pl.lit(mapping.flow.unit))
    return table
