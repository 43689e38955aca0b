"""File 13 of World Urbanization Prospects: one row a capital city, header below the titles."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corridors.collect.cells import UNCHANGED, Label, Sheet, find_header, fold_label, missing_columns
from corridors.collect.reading import Reading
from corridors.collect.sources.coordinates._points import degrees
from corridors.concepts.findings import DataError, Finding, raise_if_any

_TITLE, _FILE = "world urbanization prospects: the 2014 revision", "file 13: population of capital cities in 2014"
_LABELS = (
    Label("Country code", ("country code",)),
    Label("Capital City", ("capital city",)),
    Label("Capital Type", ("capital type",)),
    Label("Latitude", ("latitude",)),
    Label("Longitude", ("longitude",)),
)
#: Which of several capitals stands for its area, in the publisher's own words.
RANKS = (
    "Capital",
    "Seat of Government",
    "Administrative Capital",
    "Legislative Capital",
    "Constitutional Capital",
    "Economic Capital",
    "Judiciary Capital",
    "Others",
)
_YEAR = "2014"


def read_capitals(sheets: Sequence[Sheet], *, file: str) -> Reading:
    """Latitude and longitude of one capital an area."""
    titled = [(sheet, [fold_label(text) for text in sheet.top()]) for sheet in sheets]
    chosen = [sheet for sheet, texts in titled if _TITLE in texts and any(text.startswith(_FILE) for text in texts)]
    if not chosen:
        seen = "; ".join(text for sheet in sheets for text in sheet.top()[:2]) or "no titles"
        fact, mend = f"it seems to be: {seen}", "wanted is File 13 of World Urbanization Prospects 2014"
        raise DataError([Finding("table-wrong", file, fact[:300], mend)])
    sheet = chosen[0]
    header = find_header(sheet, _LABELS)
    if header is None:
        fact = f"no row says what its columns hold; wanted are {', '.join(label.name for label in _LABELS)}"
        raise DataError([Finding("column-missing", sheet.place(), fact, UNCHANGED)])
    raise_if_any(missing_columns(header, sheet))
    names = sheet.cells.columns
    rows = (
        sheet.cells.with_row_index("row", offset=1)
        .slice(header.row)
        .select("row", *(pl.col(names[index]).str.strip_chars().alias(name) for name, index in header.columns.items()))
        .filter(pl.col("Country code").is_not_null())
    )
    capitals = _one_each(rows)
    found, findings = degrees(capitals, "coordinates-wup2014", {"AREA": "Country code"}, file=sheet.place())
    raise_if_any([*_unknown_kinds(rows, sheet), *findings])
    noted = found.join(capitals.select("row", "NOTE"), on="row", how="left", validate="m:1", maintain_order="left")
    return Reading(
        product="coordinates-wup2014-capitals",
        revision="wup2014",
        layout=f"workbook of capital cities, {rows.height - capitals.height:,} further capitals in the notes",
        tables={"INDICATOR": noted.drop("row").with_columns(TIME_PERIOD=pl.lit(_YEAR))},
        evidence=(f"titles: {_TITLE}; {_FILE}", f"{capitals.height:,} areas"),
    )


def _unknown_kinds(rows: pl.DataFrame, sheet: Sheet) -> list[Finding]:
    bad = rows.filter(~pl.col("Capital Type").is_in(RANKS).fill_null(value=False)).select("row", "Capital Type")
    mend = f"use one of {', '.join(RANKS)}"
    return [
        Finding("code-unknown", sheet.place(row, "Capital Type"), f"{kind!r} is not allowed", mend)
        for row, kind in bad.iter_rows()
    ]


def _one_each(rows: pl.DataFrame) -> pl.DataFrame:
    """One capital an area, by rank and then by its place in the file, with a note that names all."""
    rank = pl.col("Capital Type").replace_strict({kind: i for i, kind in enumerate(RANKS)}, default=len(RANKS))
    named = pl.concat_str("Capital City", pl.lit(" ("), "Capital Type", pl.lit(")"), ignore_nulls=True)
    ordered = rows.with_columns(rank=rank, named=named).sort("rank", "row")
    others = pl.col("named").slice(1).str.join(", ")
    return (
        ordered.group_by("Country code", maintain_order=True)
        .agg(pl.all().exclude("named").first(), pl.col("named").first().alias("first"), others.alias("others"))
        .with_columns(
            NOTE=pl.when(pl.col("others") != "")
            .then(pl.format("{}; beside it {}", "first", "others"))
            .otherwise("first")
        )
        .sort("row")
    )
