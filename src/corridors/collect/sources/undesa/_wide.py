"""The 2015 bilateral workbook: one sheet for each year and sex, destinations down, origins across."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from corridors.collect.cells import UNCHANGED, Header, Sheet, figures, repeated_rows
from corridors.collect.sources.undesa._stock import NAMES, finish_stock
from corridors.collect.spellings import EXCLUDED, area_of, place_areas
from corridors.concepts.findings import Finding, raise_if_any

if TYPE_CHECKING:
    from corridors.concepts.dataflows import DataflowName

_TITLE = re.compile(r"table \d+\W+(total|male|female) migrant stock .*\b((?:19|20)\d\d)$")
_SEXES = {"total": "_T", "male": "M", "female": "F"}


def read_wide(headed: Sequence[tuple[Sheet, str, Header]], *, revision: str) -> dict[DataflowName, pl.DataFrame]:
    """STOCK of all sheets together; a blank cell is no observation."""
    tables, findings = [], []
    for sheet, title, header in headed:
        match = _TITLE.match(title)
        if match is None:
            fact = f"the title {title!r} does not say sex and year"
            findings.append(Finding("period-unreadable", sheet.place(), fact, UNCHANGED))
            continue
        cells, found = _cells(sheet, header)
        findings += found
        tables.append(cells.with_columns(SEX=pl.lit(_SEXES[match[1]]), YEAR=pl.lit(match[2])))
    raise_if_any(findings)
    return {"STOCK": finish_stock(pl.concat(tables), revision=revision)}


def _cells(sheet: Sheet, header: Header) -> tuple[pl.DataFrame, list[Finding]]:
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
            "add it to the source's names.csv, or list it there as excluded",
        )
        for column, code in origins.items()
        if code is None
    ]
    rows = (
        sheet.cells.with_row_index("row", offset=1)
        .slice(header.row + 1)
        .with_columns(
            destination=pl.col(names[header.columns["Country code"]]),
            TYPE=pl.col(names[header.columns["Type of data"]]),
        )
        .filter(pl.any_horizontal(pl.col(names).is_not_null()))
    )
    rows, unknown = place_areas(
        rows, "destination", into="DESTINATION", names=NAMES, place=sheet.place, label="Country code"
    )
    unknown += repeated_rows(rows, ["DESTINATION"], place=lambda numbers: f"{sheet.place()}, rows {numbers}")
    kept = {column: code for column, code in origins.items() if code and code != EXCLUDED}
    long = rows.unpivot(
        on=list(kept), index=["row", "DESTINATION", "TYPE"], variable_name="at", value_name="TEXT"
    ).with_columns(column=pl.col("at").replace_strict(across), ORIGIN=pl.col("at").replace_strict(kept))
    cells, unreadable = figures(long, place=sheet.place, keep_blank=False)
    columns = ["ORIGIN", "DESTINATION", "TYPE", "OBS_VALUE", "OBS_STATUS"]
    return cells.select(columns), [*findings, *unknown, *unreadable]
