"""Workbooks of the migrant stock: which revision and which layout, then its tables."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corridors.collect.cells import UNCHANGED, Header, Label, Sheet, find_header, fold_label, missing_columns
from corridors.collect.reading import Reading
from corridors.collect.sources.undesa._long import read_long, year_columns
from corridors.collect.sources.undesa._stock import REVISIONS, source_of
from corridors.collect.sources.undesa._wide import read_wide
from corridors.concepts.findings import DataError, Finding, raise_if_any

_AREA = ("area",)
_CODES = ("code", "type", "notes", "index")
PAIRS = (
    Label(
        "Region, development group, country or area of destination",
        ("area", "destination"),
        ("code", "type of", "notes"),
    ),
    Label("Location code of destination", ("code", "destination")),
    Label("Type of data of destination", ("type of data|data type",)),
    Label("Region, development group, country or area of origin", ("area", "origin"), ("code", "destination")),
    Label("Location code of origin", ("code", "origin")),
)
BY_DESTINATION = (
    Label("Region, development group, country or area", _AREA, (*_CODES, "origin")),
    Label("Location code", ("location code",), ("origin", "destination")),
    Label("Type of data", ("type of data|data type",)),
)
ORIGINS_ACROSS = (
    Label("Major area, region, country or area of destination", ("area", "destination"), _CODES),
    Label("Country code", ("country code",)),
    Label("Type of data", ("type of data",)),
    Label("Country of origin", ("country of origin",)),
)
_NOT_COUNTS = ("percentage", "proportion", "rate of change", "refugee", "annex")
_WANTED = (
    "a workbook of the migrant stock by destination and origin (2015, 2020 or 2024 revision) "
    "or by sex and destination (2020 revision)"
)


def read_workbook(sheets: Sequence[Sheet], *, file: str) -> Reading:
    """Tables of one workbook, every sheet that belongs to its layout."""
    revision = _revision(sheets, file)
    titled = [(sheet, title) for sheet in sheets if (title := _title(sheet)) and not _is_other(title)]
    across = [(sheet, title) for sheet, title in titled if "at mid-year by origin" in title]
    stocks = [(sheet, title) for sheet, title in titled if "migrant stock" in title and "origin" in title]
    pairs = [(sheet, title) for sheet, title in stocks if "destination" in title]
    totals = [(sheet, title) for sheet, title in titled if "at mid-year by sex" in title and "origin" not in title]
    if across:
        headed = [(sheet, title, _header(sheet, ORIGINS_ACROSS)) for sheet, title in across]
        tables = read_wide(headed, revision=revision)
        table, layout = "bilateral", "wide bilateral workbook, origins across"
    elif pairs:
        tables, added = read_long(_with_years(pairs, PAIRS, revision), revision=revision)
        table, layout = "bilateral", "long bilateral workbook, one row a corridor"
        if added:
            layout += f", several rows of unknown origin added up for {', '.join(added)}"
    elif totals:
        tables, _ = read_long(_with_years(totals, BY_DESTINATION, revision), revision=revision)
        table, layout = "destination", "workbook by sex and destination"
    else:
        raise DataError([_wrong_table(sheets, file)])
    return Reading(product=f"{source_of(revision)}-{table}", revision=revision, layout=layout, tables=tables)


def _with_years(
    chosen: Sequence[tuple[Sheet, str]], labels: Sequence[Label], revision: str
) -> list[tuple[Sheet, str, Header]]:
    """The sheets with their headers, each of which has to end with the revision's own last year."""
    headed = [(sheet, title, _header(sheet, labels)) for sheet, title in chosen]
    findings = []
    for sheet, _, header in headed:
        last = max((column.year for column in year_columns(sheet, header)), default="none")
        if REVISIONS.get(last) != revision:
            fact = f"the last year is {last} but the titles say revision {revision}"
            findings.append(Finding("revision-mixed", sheet.place(header.row), fact, UNCHANGED))
    raise_if_any(findings)
    return headed


def _header(sheet: Sheet, labels: Sequence[Label]) -> Header:
    header = find_header(sheet, labels)
    if header is None:
        named = "; ".join(label.name for label in labels)
        fact = f"no row says what its columns hold; wanted are {named}"
        raise DataError([Finding("column-missing", sheet.place(), fact, UNCHANGED)])
    raise_if_any(missing_columns(header, sheet))
    return header


def _title(sheet: Sheet) -> str | None:
    """The table's own title, folded; the workbook's heading for a sheet of corridors without one."""
    texts = [fold_label(text) for text in sheet.top()]
    title = next((text for text in texts if re.match(r"(table \d+|annex)\W", text)), None)
    if title is None and (header := find_header(sheet, PAIRS)) and not header.missing:
        return next((text for text in texts if text.startswith("international migrant stock")), None)
    return title


def _is_other(title: str) -> bool:
    return any(word in title for word in _NOT_COUNTS)


def _revision(sheets: Sequence[Sheet], file: str) -> str:
    found: dict[str, str] = {}
    for sheet in sheets:
        for text in sheet.top():
            for year in re.findall(r"(?:Stock/Rev\.\s*|International Migrant Stock )((?:19|20)\d\d)", text):
                found.setdefault(year, sheet.place())
    known = ", ".join(sorted(set(REVISIONS.values())))
    if len(found) > 1:
        fact = "the titles name several revisions: " + ", ".join(f"{year} ({place})" for year, place in found.items())
        raise DataError([Finding("revision-mixed", file, fact, "give each revision in its own file")])
    if not found or next(iter(found)) not in REVISIONS.values():
        fact = f"the titles say revision {next(iter(found))}" if found else "no title says which revision this is"
        code = "table-wrong" if not found else "revision-unknown"
        raise DataError([Finding(code, file, fact, f"wanted is {_WANTED}; known revisions are {known}")])
    return next(iter(found))


def _wrong_table(sheets: Sequence[Sheet], file: str) -> Finding:
    titles = [
        text
        for sheet in sheets
        for text in sheet.top()
        if re.match(r"(Table \d+|Annex|ANNEX|International Migrant Stock \d+)\W", text)
    ]
    seems = "; ".join(dict.fromkeys(titles[:3])) or f"sheets {', '.join(sheet.name for sheet in sheets)}"
    return Finding("table-wrong", file, f"it seems to be: {seems}", f"wanted is {_WANTED}")
