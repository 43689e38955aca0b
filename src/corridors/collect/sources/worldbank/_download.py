"""The download layout of World Development Indicators: one row an area, one column a year, with or without preamble."""

from __future__ import annotations

import re

import polars as pl

from corridors.collect.cells import open_csv, year_of
from corridors.collect.columns import place_in
from corridors.collect.reading import Reading
from corridors.collect.sources.worldbank._series import (
    NAMES,
    UNDATED,
    indicator_findings,
    product_of,
    seen,
    series_cells,
    series_tables,
    source_of,
)
from corridors.collect.spellings import place_areas
from corridors.concepts.findings import Finding, raise_if_any

LABELS = ("Country Name", "Country Code", "Indicator Name", "Indicator Code")
#: Lines of the file among which the header is looked for: the publisher writes four before it.
_HEADER_WITHIN = 12
_UPDATED = re.compile(rb'last updated date"?\s*,\s*"?(\d{4}-\d\d-\d\d)', re.IGNORECASE)


def is_download(table: pl.DataFrame) -> bool:
    """Whether a file has the columns of this layout, but for one at most."""
    return len(set(LABELS) & set(table.columns)) >= len(LABELS) - 1


def open_below_preamble(raw: bytes, *, file: str) -> tuple[pl.DataFrame, str | None]:
    """A CSV file from its header on, and the day of the last update where lines above the header say it."""
    lines = raw.split(b"\n", _HEADER_WITHIN)[:_HEADER_WITHIN]
    names = [label.lower().encode() for label in LABELS]
    header = next((n for n, line in enumerate(lines) if sum(name in line.lower() for name in names) >= 2), 0)
    above = sum(len(line) + 1 for line in lines[:header])
    updated = _UPDATED.search(raw[:above])
    table = open_csv(raw[above:], file=file).with_columns(pl.col("row") + header)
    return table, updated[1].decode() if updated else None


def read_download(table: pl.DataFrame, *, updated: str | None, file: str) -> Reading:
    """Tables of one download."""
    place = place_in(file)
    years = {name: year for name in table.columns if (year := year_of(name))}
    findings = [
        Finding("column-missing", f"{file}, header", f"no column {name}", f"add {name}")
        for name in LABELS
        if name not in table.columns
    ]
    if not years:
        findings.append(Finding("column-missing", f"{file}, header", "no column is a year", "give the whole table"))
    raise_if_any([*findings, *_unknown_columns(table, [*LABELS, *years], file)])
    findings = indicator_findings(table, place=place, code="Indicator Code", name="Indicator Name")
    placed, unknown = place_areas(table, "Country Code", into="AREA", names=NAMES, place=place)
    long = placed.rename({"Indicator Code": "CODE"}).unpivot(
        on=list(years), index=["row", "AREA", "CODE"], variable_name="column", value_name="TEXT"
    )
    long = long.with_columns(YEAR=pl.col("column").replace_strict(years))
    cells, faults = series_cells(long, place=place, rows=lambda n: f"{file}, rows {n}")
    raise_if_any([*findings, *unknown, *faults])
    codes = table.get_column("Indicator Code").unique(maintain_order=True).to_list()
    if not codes:
        raise_if_any([Finding("value-missing", file, "the file has a header and no rows", "download it again")])
    preamble = "four lines before the header" if updated else "no line before the header says the day of the update"
    return Reading(
        product=product_of(codes),
        revision=updated or UNDATED,
        layout=f"download layout, one column a year, {preamble}",
        tables=series_tables(cells, source=source_of(updated)),
        evidence=(
            f"heads of columns: {', '.join(LABELS)}, {min(years.values())} to {max(years.values())}",
            f"indicator {', '.join(codes)}: {table['Indicator Name'][0]}",
            f"last updated {updated or 'on a day that the file does not say'}",
            seen(cells),
        ),
    )


def _unknown_columns(table: pl.DataFrame, known: list[str], file: str) -> list[Finding]:
    """Columns beside the labels and the years that hold anything; the comma that ends each line makes an empty one."""
    others = [name for name in table.columns if name not in (*known, "row")]
    return [
        Finding("column-unknown", f"{file}, header", f"column {name!r} is neither a label nor a year", "take it out")
        for name in others
        if (table.get_column(name).fill_null("").str.strip_chars() != "").any()
    ]
