"""Workbooks of the migrant stock: which revision and which layout, then its tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from corridors.collect.cells import (
    HEADER_WITHIN,
    UNCHANGED,
    Header,
    Label,
    Sheet,
    find_header,
    fold_label,
    missing_columns,
    year_of,
)
from corridors.collect.plausible import excess_findings, world_share, world_totals
from corridors.collect.reading import Reading
from corridors.collect.sources.undesa._columns import quantity_of
from corridors.collect.sources.undesa._long import Headed, read_long
from corridors.collect.sources.undesa._notes import notes_of
from corridors.collect.sources.undesa._stock import REVISIONS, published_totals, source_of
from corridors.collect.sources.undesa._wide import read_wide
from corridors.concepts.findings import DataError, Finding, raise_if_any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corridors.concepts.dataflows import DataflowName

_AREA = ("area",)
_CODES = ("code", "type", "notes", "index")
_TYPE = ("type of data|data type",)
PAIRS = (
    Label(
        "Region, development group, country or area of destination",
        ("area", "destination"),
        ("code", "type of", "notes"),
    ),
    Label("Location code of destination", ("code", "destination")),
    Label("Type of data of destination", _TYPE),
    Label("Region, development group, country or area of origin", ("area", "origin"), ("code", "destination")),
    Label("Location code of origin", ("code", "origin")),
)
BY_DESTINATION = (
    Label("Region, development group, country or area", _AREA, (*_CODES, "origin")),
    Label("Location code", ("code",), ("origin",)),
    Label("Type of data", _TYPE),
)
BY_AGE = (*BY_DESTINATION, Label("Year", ("year",), ("years", "-year")))
ORIGINS_ACROSS = (
    Label("Major area, region, country or area of destination", ("area", "destination"), _CODES),
    Label("Country code", ("code",), ("origin",)),
    Label("Type of data", ("type of data",)),
    Label("Country of origin", ("country of origin|country or area of origin",)),
)
_WANTED = (
    "a workbook of the migrant stock by destination and origin (2015, 2019, 2020 or 2024 revision), "
    "by sex and destination (2019, 2020 or 2024 revision) or by age, sex and destination (2019 or 2020 revision)"
)


@dataclass(frozen=True, slots=True)
class _Found:
    """Tables of a workbook: which product they are, the layout in words, what was left out."""

    table: str
    layout: str
    tables: Mapping[DataflowName, pl.DataFrame]
    left_out: tuple[str, ...] = ()


def read_workbook(sheets: Sequence[Sheet], *, file: str) -> Reading:
    """Tables of one workbook, every sheet that belongs to its layout."""
    revision, said = _revision(sheets, file)
    titled = [(sheet, title) for sheet in sheets if (title := _title(sheet)) and not title.startswith("annex")]
    raise_if_any(_untitled(sheet) for sheet in sheets if _title(sheet) is None and _looks_like_a_table(sheet))
    found = _read(titled, notes_of(sheets), revision)
    if found is None:
        raise DataError([_wrong_table(sheets, file)])
    evidence = [f"{said}: revision {revision}", *(f"{sheet.place()}: {title}" for sheet, title in titled[:2])]
    layout, cover = found.layout, None
    if "STOCK" in found.tables:
        stock, published = found.tables["STOCK"], published_totals(revision)
        raise_if_any(excess_findings(stock, published, place=file))
        evidence.append(_world_total(stock))
        if share := world_share(stock, published):
            cover = share.cover
        if share and share.cover < 1:
            layout += f", a part: {share.counted:,.0f} of the world's {share.world:,.0f} migrants"
    if found.left_out:
        evidence.append(f"left out: {'; '.join(found.left_out)}")
    product = f"{source_of(revision)}-{found.table}"
    return Reading(product, revision, layout, found.tables, tuple(evidence), cover)


def _read(titled: Sequence[tuple[Sheet, str]], notes: Mapping[str, str], revision: str) -> _Found | None:
    counts = [(sheet, title) for sheet, title in titled if not _is_other(title)]
    across = [(sheet, title) for sheet, title in counts if "at mid-year by origin" in title]
    stocks = [(sheet, title) for sheet, title in counts if "migrant stock" in title and "origin" in title]
    pairs = [(sheet, title) for sheet, title in stocks if "destination" in title]
    totals = [(sheet, title) for sheet, title in titled if "origin" not in title and quantity_of(title)]
    by_age = [(sheet, title) for sheet, title in totals if re.search(r"\bby (sex, )?age\b", title)]
    if across:
        headed = [Headed(sheet, title, _header(sheet, ORIGINS_ACROSS), notes) for sheet, title in across]
        return _Found("bilateral", "wide bilateral workbook, origins across", read_wide(headed, revision=revision))
    if pairs:
        tables, added = read_long(_with_years(pairs, PAIRS, notes, revision), revision=revision)
        layout = "long bilateral workbook, one row a corridor"
        if added:
            layout += f", several rows of unknown origin added up for {', '.join(added)}"
        return _Found("bilateral", layout, tables)
    if by_age:
        chosen = [pair for pair in by_age if pair in counts]
        left_out = tuple(title for sheet, title in titled if (sheet, title) not in chosen)
        tables, _ = read_long(_with_years(chosen, BY_AGE, notes, revision), revision=revision)
        return _Found("age", "workbook by age, sex and destination, one row an area and year", tables, left_out)
    if any("at mid-year by sex" in title for _, title in totals):
        tables, _ = read_long(_with_years(totals, BY_DESTINATION, notes, revision), revision=revision)
        return _Found("destination", "workbook by sex and destination", tables)
    return None


def _with_years(
    chosen: Sequence[tuple[Sheet, str]], labels: Sequence[Label], notes: Mapping[str, str], revision: str
) -> list[Headed]:
    """The sheets with their headers, each of which has to end with the revision's own last year."""
    by_age = labels is BY_AGE
    headed = [Headed(sheet, title, _header(sheet, labels), notes, by_age) for sheet, title in chosen]
    findings = []
    for one in headed:
        row, columns = one.figures_at()
        if by_age:
            written = one.sheet.cells.slice(row).get_column(one.years() or "").unique()
            years = [year for text in written if (year := year_of(text))]
        else:
            years = [column.at for column in columns]
        last = max((year[-4:] for year in years), default="none")
        if REVISIONS.get(last) != revision:
            fact = f"the last year is {last} but the titles say revision {revision}"
            findings.append(Finding("revision-mixed", one.sheet.place(row), fact, UNCHANGED))
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


def _looks_like_a_table(sheet: Sheet) -> bool:
    """Whether a sheet without a title has the title or the header of a table: perhaps below where they are looked for."""
    if any(
        (header := find_header(sheet, labels)) and not header.missing for labels in (BY_DESTINATION, ORIGINS_ACROSS)
    ):
        return True
    # Tables have areas in hundreds of rows; a list of contents names tables too, in less.
    if sheet.cells.height <= HEADER_WITHIN:
        return False
    below = sheet.cells.slice(HEADER_WITHIN)
    title = pl.all().str.contains(r"(?i)^\s*table \d+\W.*(migrant|population|refugee)")
    return bool(below.select(pl.any_horizontal(title.any().fill_null(value=False))).item())


def _untitled(sheet: Sheet) -> Finding:
    fact = f"it looks like a table, but no title in its first {HEADER_WITHIN} rows says which one"
    return Finding("title-missing", sheet.place(), fact, "delete the rows above the title, or write the title again")


def _is_other(title: str) -> bool:
    """Whether a table holds shares, rates or refugees instead of counts of migrants or residents."""
    quantity = quantity_of(title)
    return quantity is None or quantity.dataflow not in ("STOCK", "POPULATION")


def _revision(sheets: Sequence[Sheet], file: str) -> tuple[str, str]:
    """The revision that the titles name, and one of the texts that name it."""
    found: dict[str, tuple[str, str]] = {}
    for sheet in sheets:
        for text in sheet.top():
            for year in re.findall(r"(?:Stock/Rev\.\s*|International Migrant Stock )((?:19|20)\d\d)", text):
                found.setdefault(year, (sheet.place(), text.strip()))
    known = ", ".join(sorted(set(REVISIONS.values())))
    if len(found) > 1:
        named = ", ".join(f"{year} ({place})" for year, (place, _) in found.items())
        fact = f"the titles name several revisions: {named}"
        raise DataError([Finding("revision-mixed", file, fact, "give each revision in its own file")])
    if not found or next(iter(found)) not in REVISIONS.values():
        fact = f"the titles say revision {next(iter(found))}" if found else "no title says which revision this is"
        code = "table-wrong" if not found else "revision-unknown"
        raise DataError([Finding(code, file, fact, f"wanted is {_WANTED}; known revisions are {known}")])
    [(year, (_, text))] = found.items()
    return year, text


def _world_total(stock: pl.DataFrame) -> str:
    total = world_totals(stock).filter(SEX="_T").sort("TIME_PERIOD").select("TIME_PERIOD", "OBS_VALUE")
    return f"world total at {total.item(-1, 0)}: {total.item(-1, 1):,.0f}" if total.height else "no total of both sexes"


def _wrong_table(sheets: Sequence[Sheet], file: str) -> Finding:
    titles = [
        text
        for sheet in sheets
        for text in sheet.top()
        if re.match(r"(Table \d+|Annex|ANNEX|International Migrant Stock \d+)\W", text)
    ]
    seems = "; ".join(dict.fromkeys(titles[:3])) or f"sheets {', '.join(sheet.name for sheet in sheets)}"
    if any(title.lower().startswith("annex") for title in titles):
        seems += ": a classification of areas into groups, without any figure"
    return Finding("table-wrong", file, f"it seems to be: {seems}", f"wanted is {_WANTED}")
