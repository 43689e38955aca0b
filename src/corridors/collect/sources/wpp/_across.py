"""The publisher's workbooks with years, five-year periods or ages across; their title says what they count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from corridors.collect.cells import (
    UNCHANGED,
    Header,
    Label,
    Sheet,
    figures,
    find_header,
    fold_label,
    missing_columns,
    stray_columns,
)
from corridors.collect.columns import YEAR, cells_outside
from corridors.collect.sources.wpp._population import population_of
from corridors.collect.sources.wpp._series import NAMES, Series, with_all_ages
from corridors.collect.spellings import place_areas
from corridors.concepts.ages import TOTAL, AgeGroup
from corridors.concepts.findings import Finding, raise_if_any
from corridors.concepts.periods import MID_YEAR

#: Measure and table by the words of a title.
_TITLES = (
    ("POPULATION", "population", re.compile(r"population\b.*\(.*thousands\)")),
    ("NET_MIGRATION", "net-migration", re.compile(r"net number of migrants \(both sexes combined\).*\(thousands\)")),
    ("BIRTHS", "births", re.compile(r": births \(both sexes combined\) by region.*\(thousands\)")),
    ("DEATHS", "deaths", re.compile(r": (?:\w+ )?deaths (?:\([\w ]+\) )?by region.*\(thousands\)")),
)
_NEVER = re.compile(r"percentage|density|median|ratio|rate|1 january|exposure|broad|births by|dependency")
_SEXES = (("both sexes", TOTAL), ("female", "F"), ("male", "M"))
_LABELS = (
    Label("Variant", ("variant",)),
    Label("Location code", ("country code|location code",)),
)
_DATE = ("year", "reference date")
#: Ages from which the publisher tells no more years apart.
_OPEN = 100
_VARIANTS = ["Estimates", "Medium", "Medium variant"]


@dataclass(frozen=True, slots=True)
class Titled:
    """What the title of a workbook says: measure, table and sex, the revision and the words themselves."""

    measure: str
    table: str
    sex: str
    revision: str
    words: str


def titled(sheets: Sequence[Sheet]) -> Titled | None:
    """What the titles say when it is one of the tables read here, else None."""
    tops = [text for sheet in sheets[:1] for text in sheet.top()]
    texts = [(" ".join(text.split()), fold_label(text).replace("(in thousands)", "(thousands)")) for text in tops]
    revision = next(
        (m[1] for _, text in texts if (m := re.search(r"world population prospects[ :]+(?:the )?(\d{4})", text))), None
    )
    for words, text in texts:
        if not text.startswith("file ") or _NEVER.search(text) or revision is None:
            continue
        sex = next((code for word, code in _SEXES if word in text), None)
        for measure, table, pattern in _TITLES:
            if sex is not None and pattern.search(text):
                return Titled(measure, table, sex, revision, words)
    return None


def from_workbook(sheets: Sequence[Sheet], title: Titled) -> tuple[Series, str]:
    """Figures of the sheets of estimates and of the medium variant, and the table they are."""
    parts: list[pl.DataFrame] = []
    findings: list[Finding] = []
    kinds: set[str] = set()
    for sheet in sheets:
        cells, kind, faults = _cells(sheet, title)
        parts.append(cells)
        kinds.add(kind)
        findings += faults
    if len(kinds) > 1:
        fact = f"the sheets have {' and '.join(sorted(kinds))} across"
        findings.append(Finding("table-wrong", sheets[0].file, fact, UNCHANGED))
    kind = min(kinds)
    table = title.table
    if title.measure == "POPULATION":
        table = f"population-by-{'single-age' if kind == 'single ages' else 'age' if kind == 'ages' else 'sex'}"
    figured = pl.concat(parts)
    layout = f"publisher's workbook, {kind} across"
    revision = (title.revision, f"World Population Prospects {title.revision}, {title.words}")
    return Series(with_all_ages(figured) if "ages" in kind else figured, layout, tuple(findings), revision), table


def _cells(sheet: Sheet, title: Titled) -> tuple[pl.DataFrame, str, list[Finding]]:
    header = find_header(sheet, _LABELS)
    if header is None:
        header = Header(1, {}, tuple(label.name for label in _LABELS))
    raise_if_any(missing_columns(header, sheet))
    labels = [fold_label(text) for text in sheet.cells.row(header.row - 1)]
    dated = next((index for index, text in enumerate(labels) if text.startswith(_DATE)), None)
    across, kind = _across(labels, dated)
    if not across:
        fact = "no columns of years, periods or ages"
        raise_if_any([Finding("column-missing", sheet.place(header.row), fact, UNCHANGED)])
    rows, findings = _rows(sheet, header, dated, across)
    findings += stray_columns(sheet, header.row, read=across, word=kind.removesuffix("s"))
    long = rows.unpivot(
        on=list(across.values()), index=["row", "AREA", "date"], variable_name="column", value_name="TEXT"
    )
    cells, unreadable = figures(
        long, place=sheet.place, unit=1_000, signed=title.measure == "NET_MIGRATION", keep_blank=False
    )
    cells = cells.with_columns(SEX=pl.lit(title.sex))
    if dated is not None:
        ages = _age_codes(across.values())
        cells = cells.with_columns(AGE=pl.col("column").replace_strict(ages), at=pl.col("date"))
    else:
        cells = cells.with_columns(AGE=pl.lit(TOTAL), at=pl.col("column"))
    figured = population_of(cells) if title.measure == "POPULATION" else _events(cells, title.measure)
    return figured, kind, [*findings, *unreadable]


def _across(labels: Sequence[str], dated: int | None) -> tuple[Mapping[int, str], str]:
    """Labels of the columns of figures by their index, and what they are."""
    if dated is not None:
        ages = {
            i: text for i, text in enumerate(labels) if i > dated and re.fullmatch(r"\d{1,3}(?:-\d{1,3}|\+)?", text)
        }
        single = all("-" not in text for text in ages.values())
        return ages, "single ages" if single else "ages"
    years = {i: text for i, text in enumerate(labels) if re.fullmatch(r"(?:19|20|21)\d\d", text)}
    periods = {i: text for i, text in enumerate(labels) if re.fullmatch(r"(?:19|20)\d\d-(?:19|20|21)\d\d", text)}
    return (periods, "periods") if periods else (years, "years")


def _rows(
    sheet: Sheet, header: Header, dated: int | None, across: Mapping[int, str]
) -> tuple[pl.DataFrame, list[Finding]]:
    names = sheet.cells.columns
    rows = (
        sheet.cells.with_row_index("row", offset=1)
        .slice(header.row)
        .select(
            "row",
            pl.col(names[header.columns["Location code"]]).alias("code"),
            pl.col(names[header.columns["Variant"]]).alias("variant"),
            (pl.lit(None, dtype=pl.String) if dated is None else pl.col(names[dated]))
            .str.strip_chars()
            .str.replace(r"\.0$", "")
            .alias("date"),
            *(pl.col(names[index]).alias(label) for index, label in across.items()),
        )
    )
    # Headings of groups stand in rows of their own, without a figure.
    rows = rows.filter(pl.any_horizontal(pl.col(*across.values()).is_not_null()))
    outside = ~pl.col("variant").is_in(_VARIANTS)
    findings = cells_outside(
        rows, "variant", ~outside, code="table-wrong", mend="give estimates and the medium variant", place=sheet.place
    )
    if dated is not None:
        fits = pl.col("date").str.contains(YEAR)
        findings += cells_outside(rows, "date", fits, code="period-unreadable", mend="write a year", place=sheet.place)
    placed, unknown = place_areas(rows, "code", into="AREA", names=NAMES, place=sheet.place, label="Location code")
    return placed, [*findings, *unknown]


def _age_codes(labels: Iterable[str]) -> dict[str, str]:
    """Code of each age group; the last one is open, with its plus sign or, as in 2019, without."""
    codes = {}
    for label in labels:
        first, _, last = label.rstrip("+").partition("-")
        is_open = label.endswith("+") or (not last and int(first) >= _OPEN)
        codes[label] = AgeGroup(int(first), None if is_open else int(last or first) - int(first) + 1).code
    return codes


def _events(cells: pl.DataFrame, measure: str) -> pl.DataFrame:
    """Events of periods from 1 July to 1 July."""
    start, end = (pl.col("at").str.slice(at, 4).cast(pl.Int64, strict=False) for at in (0, 5))
    return cells.select(
        "AREA",
        "SEX",
        "AGE",
        "OBS_VALUE",
        "OBS_STATUS",
        MEASURE=pl.lit(measure),
        TIME_PERIOD=pl.format("{}-" + MID_YEAR + "/P{}Y", start, end - start),
        LAST=end,
    )
