"""The bilateral workbooks of 2015 and 2019: one sheet a sex (2015: and year), destinations down, origins across."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from corridors.collect.cells import UNCHANGED, figures, repeated_rows, stray_columns, year_of
from corridors.collect.sources.undesa._long import MARKS, Headed
from corridors.collect.sources.undesa._notes import note_column, spelled_out
from corridors.collect.sources.undesa._stock import NAMES, finish_stock
from corridors.collect.spellings import EXCLUDED, area_of, kind_of, nearest, place_areas
from corridors.concepts.findings import Finding, raise_if_any

if TYPE_CHECKING:
    from corridors.concepts.dataflows import DataflowName

_TITLE = re.compile(r"table \d+\W+(total|male|female) migrant stock .*?\b((?:19|20)\d\d)(?:\s*-\s*((?:19|20)\d\d))?$")
_SEXES = {"total": "_T", "male": "M", "female": "F"}


def read_wide(headed: Sequence[Headed], *, revision: str) -> dict[DataflowName, pl.DataFrame]:
    """STOCK of all sheets together; a blank cell is no observation."""
    tables, findings = [], []
    for one in headed:
        match = _TITLE.match(one.title)
        spans = match is not None and match[3] is not None
        if match is None or spans != (one.years() is not None):
            fact = f"the title {one.title!r} does not say sex and year"
            findings.append(Finding("period-unreadable", one.sheet.place(), fact, UNCHANGED))
            continue
        cells, found = _cells(one, year=None if spans else match[2])
        findings += [*found, *_last_year(one, cells, revision)]
        tables.append(cells.with_columns(SEX=pl.lit(_SEXES[match[1]])))
    raise_if_any(findings)
    return {"STOCK": finish_stock(pl.concat(tables), revision=revision)}


def _last_year(headed: Headed, cells: pl.DataFrame, revision: str) -> list[Finding]:
    """A sheet of all years has to end with the year of its revision."""
    last = cells.get_column("YEAR").max()
    if headed.years() is None or not isinstance(last, str) or last == revision:
        return []
    fact = f"the last year is {last} but the titles say revision {revision}"
    return [Finding("revision-mixed", headed.sheet.place(column="Year"), fact, UNCHANGED)]


def _cells(headed: Headed, *, year: str | None) -> tuple[pl.DataFrame, list[Finding]]:
    sheet, header = headed.sheet, headed.header
    names = sheet.cells.columns
    # The second row of the header names the origins, from the column of "Country of origin" on.
    first = header.columns["Country of origin"]
    across = {names[i]: text for i, text in enumerate(sheet.cells.row(header.row)) if i >= first and text}
    origins = {column: area_of(text, names=NAMES) for column, text in across.items()}
    findings = [
        Finding(
            "area-unknown",
            sheet.place(header.row + 1, f"Country of origin, {across[column]}"),
            f"{across[column]!r} is no known area",
            f"correct the spelling{f' (did you mean {near}?)' if (near := nearest(across[column])) else ''}; if the source "
            "means another place, add it to its names.csv, or list it there as excluded",
        )
        for column, code in origins.items()
        if code is None
    ]
    read = [names.index(column) for column in across]
    findings += stray_columns(sheet, header.row + 1, read=read, word="country of origin")
    rows, found = _rows(headed, list(across), year=year)
    findings += found
    kept = {column: code for column, code in origins.items() if code and code != EXCLUDED}
    long = rows.unpivot(
        on=list(kept), index=["row", "DESTINATION", "TYPE", "NOTE", "YEAR"], variable_name="at", value_name="TEXT"
    ).with_columns(column=pl.col("at").replace_strict(across), ORIGIN=pl.col("at").replace_strict(kept))
    cells, unreadable = figures(long, place=sheet.place, keep_blank=False, marks=MARKS)
    columns = ["ORIGIN", "DESTINATION", "TYPE", "NOTE", "YEAR", "OBS_VALUE", "OBS_STATUS"]
    return cells.select(columns), [*findings, *unreadable]


def _rows(headed: Headed, across: Sequence[str], *, year: str | None) -> tuple[pl.DataFrame, list[Finding]]:
    """Rows of destinations with their year; headings of groups are left out."""
    sheet, header = headed.sheet, headed.header
    names, note = sheet.cells.columns, note_column(sheet, header)
    years = headed.years()
    rows = (
        sheet.cells.with_row_index("row", offset=1)
        .slice(header.row + 1)
        .with_columns(
            pl.col(names[header.columns["Country code"]]).alias("destination"),
            (pl.col(name) if (name := headed.column("country or area")) else pl.lit(None)).alias("destination name"),
            TYPE=pl.col(names[header.columns["Type of data"]]),
            NOTE=pl.lit(None, dtype=pl.String) if note is None else pl.col(names[note]),
            YEAR=pl.col(years) if years else pl.lit(year),
        )
        .filter(pl.any_horizontal(pl.col(names).is_not_null()))
    )
    # Headings such as "UN development groups" stand in rows of their own: no code, and no figure but "..".
    written = pl.any_horizontal(pl.col(name).fill_null("..").str.strip_chars() != ".." for name in across)
    rows = rows.filter((pl.col("destination").fill_null("").str.strip_chars() != "") | written)
    read = {text: year_of(text) for text in rows.get_column("YEAR").unique()}
    bad = rows.filter(pl.col("YEAR").replace_strict(read, default=None, return_dtype=pl.String).is_null())
    findings = [
        Finding("period-unreadable", sheet.place(row, "Year"), f"{text!r} is no year", "write a year")
        for row, text in bad.select("row", "YEAR").iter_rows()
    ]
    rows = rows.with_columns(pl.col("YEAR").replace_strict(read, default=None, return_dtype=pl.String))
    spelled = {text: spelled_out(text, headed.notes) for text in rows.get_column("NOTE").drop_nulls().unique()}
    rows = rows.with_columns(pl.col("NOTE").replace_strict(spelled, default=None, return_dtype=pl.String))
    rows, unknown = place_areas(
        rows, "destination", into="DESTINATION", names=NAMES, place=sheet.place, label="Country code"
    )
    single = rows.filter(~kind_of("DESTINATION").is_in(["region", "world"]))
    repeated = repeated_rows(single, ["DESTINATION", "YEAR"], place=lambda numbers: f"{sheet.place()}, rows {numbers}")
    return rows, [*findings, *unknown, *repeated]
