"""Annex workbooks of Global Trends: one row a country, merged captions over the groups, footnote digits glued to names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from corridors.collect.cells import UNCHANGED, Sheet, figures, fold_label
from corridors.collect.columns import one_row_each
from corridors.collect.sources.unhcr._opening import WANTED
from corridors.collect.sources.unhcr._people import END_OF_YEAR, INTERNAL, finish
from corridors.collect.sources.unhcr._places import APART, NAMES
from corridors.collect.spellings import place_areas
from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import WORLD
from corridors.concepts.findings import DataError, Finding, raise_if_any
from corridors.concepts.matching import fold

#: What a table is by, in its title and over its first column.
_BY = re.compile(r"by country\s?/\s?territory of (asylum|residence|origin)|by country of (asylum|residence|origin)")
_HEAD = re.compile(r"country(?:\s?/\s?territory)? of (asylum|residence|origin)")
_YEAR = re.compile(r"(end-|mid-|\|\s*|,\s*|\bin )((?:19|20)\d\d)\s*$")
#: Footnote digits and letters after the last letter or bracket of a name or label.
_MARK = re.compile(r"(?<=[^\W\d_)\]])(\d{1,2}(?:\s*,\s*\d{1,2})*)$|(?<=\))(\d{1,2}(?:\s*,\s*\d{1,2})*)$|(\*+)$")
#: What a column counts, by words of its label; the first that fits decides. None leaves the column out: it is a part of
#: another column or a sum of several.
LABELS: tuple[tuple[str, str | None], ...] = (
    ("of whom", None),
    ("total refugees", "REFUGEES"),
    ("refugee-like", None),
    ("returned refugees", "RETURNED_REFUGEES"),
    ("returned idps", "RETURNED_IDPS"),
    ("asylum-seekers", "ASYLUM_SEEKERS"),
    ("idps", "IDPS"),
    ("internally displaced", "IDPS"),
    ("stateless", "STATELESS"),
    ("others of concern", "OTHERS_OF_CONCERN"),
    ("other people in need", "OTHER_IN_NEED"),
    ("venezuelans displaced", "OTHER_IN_NEED"),
    ("host communit", "HOST_COMMUNITY"),
    ("assisted", None),
    ("total", None),
    ("refugees", "REFUGEES"),
)
#: Headings whose rows group countries by offices of UNHCR, which are none of our regions, and the one that ends them.
_BUREAUX, _REGIONS = (
    re.compile(r"unhcr.*(bureau|region|operation)"),
    re.compile(r"un(ited nations)? major (area|region)s?"),
)
#: Flows whose country a table by asylum does not say: where refugees left from, or where they returned to.
_TURNED = ("RETURNED_REFUGEES",)
#: What a note says of an asterisk and of a dash, and the status that follows.
NOTES = (
    (re.compile(r"(asterisk|\(\*\)).*(between 1 and 4|fewer than|less than|confidential|anonymity|privacy)"), "*", "Q"),
    (re.compile(r"(no reliable data).*(asterisk|\(\*\))|(asterisk|\(\*\)).*no reliable data"), "*", "O"),
    (re.compile(r"dash.*(not available|not applicable)"), "-", "O"),
)
_HEADER_WITHIN, _DEEPEST, _NOTES_WITHIN = 15, 3, 12


@dataclass(frozen=True, slots=True)
class Annex:
    """DISPLACED of a workbook without SOURCE, its year, what was left out, and what proves it."""

    table: pl.DataFrame
    year: str
    left_out: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Titled:
    sheet: Sheet
    title: str
    side: str
    at: str
    year: str


def read_annex(sheets: Sequence[Sheet], *, file: str) -> Annex:
    """The tables of a workbook by country of asylum and by country of origin.

    Raises
    ------
    DataError
        No sheet is such a table, or faults of those that are.
    """
    titled = [found for sheet in sheets if (found := _titled(sheet))]
    if not titled:
        fact = f"a workbook with the sheets {', '.join(sheet.name for sheet in sheets[:8])}"
        raise DataError([Finding("table-wrong", file, fact, f"wanted is {WANTED}")])
    years = sorted({one.year for one in titled})
    if len(years) > 1:
        fact = f"the titles say {' and '.join(years)}"
        raise DataError([Finding("revision-mixed", file, fact, "give each year in its own file")])
    parts: list[pl.DataFrame] = []
    findings: list[Finding] = []
    left_out: list[str] = []
    for one in titled:
        cells, faults, columns = _cells(one)
        parts.append(cells)
        findings += faults
        left_out += columns
    raise_if_any(findings)
    key = ["ORIGIN", "DESTINATION", "MEASURE", "CATEGORY", "TIME_PERIOD"]
    table, twice = one_row_each(pl.concat(parts), key, place=lambda numbers: f"{file}, rows {numbers}")
    raise_if_any(twice)
    evidence = tuple(f"{one.sheet.place()} says: {one.title}" for one in titled[:5])
    return Annex(finish(table), years[0], tuple(dict.fromkeys(left_out)), evidence)


def _titled(sheet: Sheet) -> _Titled | None:
    """A sheet whose title says by which country it is, and when."""
    for text in sheet.top(8):
        folded = re.sub(r"(?<=\d{4})\s*[*]+$", "", fold_label(text))
        by, when = _BY.search(folded), _YEAR.search(folded)
        if by and when:
            side = "ORIGIN" if (by[1] or by[2]) == "origin" else "DESTINATION"
            at = f"{when[2]}-06-30" if when[1] == "mid-" else f"{when[2]}-{END_OF_YEAR}"
            return _Titled(sheet, " ".join(text.split()), side, at, when[2])
    return None


def _cells(one: _Titled) -> tuple[pl.DataFrame, list[Finding], list[str]]:
    """One figure a row, what was found, and the labels that were left out."""
    sheet = one.sheet
    header, first, at = _header(sheet)
    names = sheet.cells.columns
    columns, findings, left_out = _columns(one, header, first, at)
    body = sheet.cells.with_row_index("row", offset=1).slice(first)
    counted = [names[index] for index in columns]
    body = body.filter(pl.any_horizontal(pl.col(counted).is_not_null()), pl.col(names[at]).is_not_null())
    body = _without_bureaux(sheet, body, names[at], first)
    name = pl.col(names[at]).str.strip_chars()
    body, unknown = place_areas(
        body.with_columns(NAME=name, WORD=_plain(body.select(name.alias("NAME")).get_column("NAME"))),
        "WORD",
        into="AREA",
        names=NAMES,
        place=sheet.place,
        label=sheet.cells.row(header)[at],
    )
    long = body.unpivot(on=counted, index=["row", "NAME", "AREA"], variable_name="at", value_name="TEXT")
    labels = {names[index]: label for index, (label, _) in columns.items()}
    measures = {names[index]: measure for index, (_, measure) in columns.items()}
    long = long.with_columns(
        column=pl.col("at").replace_strict(labels, return_dtype=pl.String),
        MEASURE=pl.col("at").replace_strict(measures, return_dtype=pl.String),
    )
    found, unreadable = figures(long, place=sheet.place, keep_blank=False, marks=_marks(sheet))
    return _described(found, one), [*findings, *unknown, *unreadable], left_out


def _header(sheet: Sheet) -> tuple[int, int, int]:
    """Row of the captions, first row of figures (both counted from 0) and the column of the countries."""
    rows = list(sheet.cells.head(_HEADER_WITHIN + _DEEPEST).iter_rows())
    for number, row in enumerate(rows[:_HEADER_WITHIN]):
        at = next((i for i, text in enumerate(row) if _HEAD.match(fold_label(text))), None)
        if at is None:
            continue
        for below in range(number + 1, min(number + 1 + _DEEPEST, len(rows))):
            if rows[below][at]:
                return number, below, at
    mend = f"{UNCHANGED}; its table begins with a row that says Country/territory of asylum or origin"
    raise DataError([Finding("column-missing", sheet.place(), "no row says which column names the country", mend)])


def _columns(
    one: _Titled, header: int, first: int, at: int
) -> tuple[dict[int, tuple[str, str]], list[Finding], list[str]]:
    """Label and measure of each column of figures, what was found, and the labels that were left out."""
    kept: dict[int, tuple[str, str]] = {}
    findings: list[Finding] = []
    left_out: list[str] = []
    labels = _labels(one.sheet, header, first, at)
    total = any(_measure(label) == "REFUGEES" and "total refugees" in fold_label(label) for label in labels.values())
    for index, label in labels.items():
        measure, known = _measure(label), any(words in fold_label(label) for words, _ in LABELS)
        turned = measure in _TURNED and one.side == "DESTINATION"
        part = measure == "REFUGEES" and total and "total refugees" not in fold_label(label)
        flow = measure in ("RETURNED_REFUGEES", "RETURNED_IDPS") and not one.at.endswith(END_OF_YEAR)
        if not known:
            place = one.sheet.place(header + 1, label)
            findings.append(Finding("column-unknown", place, f"nobody knows what {label!r} counts", UNCHANGED))
        elif measure is None or turned or part or flow:
            left_out.append(label)
        else:
            kept[index] = (label, measure)
    if not kept and not findings:
        findings.append(Finding("column-missing", one.sheet.place(header + 1), "no column of figures", UNCHANGED))
    return kept, findings, left_out


def _labels(sheet: Sheet, header: int, first: int, at: int) -> dict[int, str]:
    """Label of each column: the caption, which holds until the next one as merged cells do, and what stands below."""
    captions, below = sheet.cells.row(header), [sheet.cells.row(number) for number in range(header + 1, first)]
    labels: dict[int, str] = {}
    caption = ""
    for index, text in enumerate(captions):
        if index == at:
            continue
        under = " ".join(str(row[index]).strip() for row in below if row[index])
        caption = str(text).strip() if text else caption
        if text or under:
            words = under or caption
            labels[index] = " ".join(_MARK.sub("", " ".join(words.split())).split())
    return labels


def _measure(label: str) -> str | None:
    folded = fold_label(label)
    return next((measure for words, measure in LABELS if words in folded), None)


def _without_bureaux(sheet: Sheet, body: pl.DataFrame, column: str, first: int) -> pl.DataFrame:
    """Countries and regions of the United Nations, without the rows that stand under UNHCR's own offices."""
    inside, dropped = False, []
    for number, text in enumerate(sheet.cells.get_column(column).to_list()[first:], first + 1):
        folded = fold_label(text)
        if _REGIONS.match(folded):
            inside = False
        elif _BUREAUX.match(folded):
            inside = True
        if inside or _REGIONS.match(folded):
            dropped.append(number)
    return body.filter(~pl.col("row").is_in(dropped))


def _marks(sheet: Sheet) -> Mapping[str, str]:
    """What the sheet's own notes say its marks mean; a mark without a note is no figure."""
    marks: dict[str, str] = {}
    for row in sheet.cells.select(sheet.cells.columns[:_NOTES_WITHIN]).iter_rows():
        for text in row:
            if text and len(text) > 20:
                for pattern, mark, status in NOTES:
                    if pattern.search(fold_label(text)):
                        marks.setdefault(mark, status)
    return marks


def _described(found: pl.DataFrame, one: _Titled) -> pl.DataFrame:
    other = "ORIGIN" if one.side == "DESTINATION" else "DESTINATION"
    inside = pl.col("MEASURE").is_in(INTERNAL)
    glued = {name: _note(name) for name in found.get_column("NAME").unique()}
    apart = {name: APART.get(fold(_MARK.sub("", name))) for name in glued}
    flow = pl.col("MEASURE").is_in(["RETURNED_REFUGEES", "RETURNED_IDPS"])
    return found.with_columns(
        pl.col("AREA").alias(one.side),
        pl.when(inside).then("AREA").otherwise(pl.lit(WORLD)).alias(other),
        CATEGORY=pl.col("NAME").replace_strict(apart, return_dtype=pl.String).fill_null(TOTAL),
        TIME_PERIOD=pl.when(flow).then(pl.lit(one.year)).otherwise(pl.lit(one.at)),
        NOTE=pl.col("NAME").replace_strict(glued, return_dtype=pl.String),
    ).select("row", "ORIGIN", "DESTINATION", "MEASURE", "CATEGORY", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "NOTE")


def _plain(names: pl.Series) -> pl.Series:
    """Names without their footnote marks."""
    return pl.Series([_MARK.sub("", name).strip() for name in names.to_list()], dtype=pl.String)


def _note(name: str) -> str | None:
    match = _MARK.search(name)
    return f"footnote {next(mark for mark in match.groups() if mark)}" if match else None
