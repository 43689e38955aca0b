"""Income groups: the workbook of all years (OGHIST) and the one of a fiscal year (CLASS).

TIME_PERIOD is the calendar year whose income was judged; NOTE names the Bank's fiscal year in which the group is in
force, which begins a year and a half later: FY26 runs from 1 July 2025 to 30 June 2026 and rests on 2024.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from corridors.collect.cards import card
from corridors.collect.cells import UNCHANGED, Header, Label, Sheet, find_header, fold_label, missing_columns
from corridors.collect.columns import one_row_each
from corridors.collect.reading import Reading
from corridors.collect.sources.worldbank._series import NAMES
from corridors.collect.spellings import kind_of, place_areas
from corridors.concepts.dataflows import DataflowName
from corridors.concepts.findings import DataError, Finding, raise_if_any
from corridors.concepts.matching import match_area

GROUPS = {"L": 1.0, "LM": 2.0, "UM": 3.0, "H": 4.0}
_WORDS = {"low income": "L", "lower middle income": "LM", "upper middle income": "UM", "high income": "H"}
#: ".." and a blank cell: the economy was not classified for that year. After a State's end a blank says that it has none.
_UNCLASSIFIED, _ENDED = "L", "M"
_FISCAL, _CALENDAR, _LAST_LIMIT = "bank's fiscal year:", "data for calendar year :", "high income"
_LIST = (
    Label("Economy", ("economy",), ("code",)),
    Label("Code", ("code",)),
    Label("Region", ("region",)),
    Label("Income group", ("income group",)),
    Label("Lending category", ("lending category",)),
)
_HEADER_WITHIN = 20
#: Columns before the years: code and name.
_LABELS = 2
#: Years between the income that is judged and the year after which a fiscal year is called.
_LAG = 2


def by_year_sheets(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Sheets with the analytical classifications of all years."""
    return [
        sheet
        for sheet in sheets
        if "world bank analytical classifications" in map(fold_label, sheet.top()) and _row_of(sheet, _FISCAL)
    ]


def list_sheets(sheets: Sequence[Sheet]) -> list[tuple[Sheet, Header]]:
    """Sheets that list economies with the group of one year, and their headers."""
    headed = [(sheet, find_header(sheet, _LIST)) for sheet in sheets]
    return [(sheet, header) for sheet, header in headed if header and len(header.missing) <= 1]


def read_by_year(sheet: Sheet) -> Reading:
    """INDICATOR of every year since 1987."""
    years, findings = _years(sheet)
    limit = _row_of(sheet, _LAST_LIMIT)
    if limit is None:
        findings.append(Finding("column-missing", sheet.place(), "no row High income (H) ends the header", UNCHANGED))
    raise_if_any(findings)
    code, *_ = sheet.cells.columns
    below = sheet.cells.with_row_index("row", offset=1).slice(limit or 0)
    marked = pl.any_horizontal(pl.col(list(years)).is_not_null())
    rows = below.filter(marked | pl.col(code).is_not_null()).with_columns(pl.col(code).fill_null(""))
    placed, findings = place_areas(rows, code, into="AREA", names=NAMES, place=sheet.place, label="A, code")
    cells = placed.unpivot(on=list(years), index=["row", "AREA"], variable_name="at", value_name="TEXT").with_columns(
        YEAR=pl.col("at").replace_strict({at: year for at, (_, year) in years.items()}),
        FISCAL=pl.col("at").replace_strict({at: fiscal for at, (fiscal, _) in years.items()}),
    )
    group = pl.col("TEXT").fill_null("").str.strip_chars()
    cells = cells.with_columns(GROUP=group.str.strip_suffix("*"), MARK=group.str.ends_with("*"))
    findings += _group_findings(cells, [*GROUPS, "", ".."], sheet)
    ended = (pl.col("GROUP") == "") & (kind_of("AREA") == "former")
    cells = cells.with_columns(
        OBS_VALUE=pl.col("GROUP").replace_strict(GROUPS, default=None, return_dtype=pl.Float64),
        OBS_STATUS=pl.when(pl.col("GROUP").is_in(list(GROUPS)))
        .then(pl.lit("A"))
        .when(ended)
        .then(pl.lit(_ENDED))
        .otherwise(pl.lit(_UNCLASSIFIED)),
        NOTE=pl.when("MARK").then(pl.format("{}; {}", "FISCAL", pl.lit(_star_note(sheet)))).otherwise("FISCAL"),
    )
    cells, repeated = one_row_each(cells, ["AREA", "YEAR"], place=lambda n: f"{sheet.place()}, rows {n}")
    raise_if_any([*findings, *repeated])
    fiscals = [fiscal for fiscal, _ in years.values()]
    last = max(years.values(), key=lambda pair: pair[1])
    return Reading(
        product="worldbank-oghist-income-groups",
        revision=last[0],
        layout="workbook of analytical classifications, one column a fiscal year",
        tables=_tables(cells, source=f"worldbank-oghist-{last[0].lower()}"),
        evidence=(
            f"sheet {sheet.name}: World Bank Analytical Classifications",
            f"fiscal years {fiscals[0]} to {fiscals[-1]}, of calendar years {min(y for _, y in years.values())} to {last[1]}",
            f"{cells['AREA'].n_unique()} economies",
        ),
    )


def read_list(sheet: Sheet, header: Header, *, notes: Sequence[str]) -> Reading:
    """INDICATOR of the one year that the notes prove."""
    raise_if_any(missing_columns(header, sheet))
    year, proof = _proven_year(notes, sheet)
    names = sheet.cells.columns
    code, group = (names[header.columns[label]] for label in ("Code", "Income group"))
    rows = sheet.cells.with_row_index("row", offset=1).slice(header.row).filter(pl.col(code).is_not_null())
    placed, findings = place_areas(rows, code, into="AREA", names=NAMES, place=sheet.place, label="Code")
    written = pl.col(group).fill_null("").str.strip_chars()
    cells = placed.with_columns(TEXT=written, GROUP=written.str.to_lowercase().replace(_WORDS), YEAR=pl.lit(year))
    cells = cells.with_columns(FISCAL=pl.lit("Income group"))
    findings += _group_findings(cells, [*GROUPS, "", ".."], sheet)
    fiscal = f"FY{(int(year) + _LAG) % 100:02d}"
    doubted = pl.col("AREA").is_in(_called_unclassified(notes)) & pl.col("GROUP").is_in(list(GROUPS))
    cells = cells.with_columns(
        OBS_VALUE=pl.col("GROUP").replace_strict(GROUPS, default=None, return_dtype=pl.Float64),
        OBS_STATUS=pl.when(pl.col("GROUP").is_in(list(GROUPS))).then(pl.lit("A")).otherwise(pl.lit(_UNCLASSIFIED)),
        NOTE=pl.when(doubted).then(pl.lit(f"{fiscal}; the notes call it unclassified")).otherwise(pl.lit(fiscal)),
    )
    cells, repeated = one_row_each(cells, ["AREA", "YEAR"], place=lambda n: f"{sheet.place()}, rows {n}")
    raise_if_any([*findings, *repeated])
    if cells.is_empty():
        raise DataError([Finding("value-missing", sheet.place(), "the list holds no economy", UNCHANGED)])
    return Reading(
        product="worldbank-class-income-groups",
        revision=fiscal,
        layout="workbook of one fiscal year, one row an economy",
        tables=_tables(cells, source=f"worldbank-class-{fiscal.lower()}"),
        evidence=(f"heads of columns: {', '.join(header.columns)}", *proof, f"{cells.height} economies"),
    )


def _row_of(sheet: Sheet, start: str) -> int | None:
    """Row, counted from 1, that holds a label starting with a text."""
    for number, row in enumerate(sheet.cells.head(_HEADER_WITHIN).iter_rows(), 1):
        if any(fold_label(text).startswith(start) for text in row[:2]):
            return number
    return None


def _years(sheet: Sheet) -> tuple[dict[str, tuple[str, str]], list[Finding]]:
    """Fiscal and calendar year by column; a column of groups without them is a finding, and so is one that disagrees."""
    fiscal_row, calendar_row = (_row_of(sheet, start) for start in (_FISCAL, _CALENDAR))
    if fiscal_row is None or calendar_row is None:
        return {}, [Finding("column-missing", sheet.place(), "no row says the calendar years", UNCHANGED)]
    found: dict[str, tuple[str, str]] = {}
    findings = []
    heads = [[(text or "").strip() for text in sheet.cells.row(row - 1)] for row in (fiscal_row, calendar_row)]
    columns = zip(sheet.cells.columns, heads[0], heads[1], strict=True)
    for at, (column, fiscal, written) in enumerate(columns):
        calendar = written.removesuffix(".0")
        if at < _LABELS:
            continue
        if re.fullmatch(r"FY\d\d", fiscal) and re.fullmatch(r"(?:19|20)\d\d", calendar):
            found[column] = (fiscal, calendar)
            if (int(calendar) + _LAG) % 100 != int(fiscal[2:]):
                fact = f"{fiscal} stands over calendar year {calendar}"
                findings.append(Finding("period-unreadable", sheet.place(fiscal_row, fiscal), fact, UNCHANGED))
        elif sheet.cells.get_column(column).slice(calendar_row).is_in([*GROUPS, ".."]).any():
            fact = (
                f"column {at + 1} holds groups, and fiscal year {fiscal!r} and calendar year {calendar!r} stand over it"
            )
            mend = "open the workbook in a spreadsheet program and save it, or download it again"
            findings.append(Finding("period-unreadable", sheet.place(fiscal_row), fact, mend))
    if not found:
        findings.append(Finding("column-missing", sheet.place(fiscal_row), "no column is a fiscal year", UNCHANGED))
    return found, findings


def _group_findings(cells: pl.DataFrame, allowed: Sequence[str], sheet: Sheet) -> list[Finding]:
    odd = cells.filter(~pl.col("GROUP").is_in(allowed)).select("row", "FISCAL", "TEXT")
    return [
        Finding("code-unknown", sheet.place(row, label), f"{text!r} is no income group", f"write {', '.join(GROUPS)}")
        for row, label, text in odd.iter_rows()
    ]


def _star_note(sheet: Sheet) -> str:
    """What the sheet says of the groups that it marks with a star."""
    for row in sheet.cells.iter_rows():
        for text in row[:2]:
            if (text or "").strip().startswith("*"):
                return " ".join((text or "").split())
    return "*"


def _proven_year(notes: Sequence[str], sheet: Sheet) -> tuple[str, tuple[str, ...]]:
    """Calendar year of the income that was judged, and what proves it.

    The notes are carried on from year to year and have been seen to name a year of income that their own limits
    contradict. The limit of the lowest group was the same in several years, so both have to fit.
    """
    text = fold_label(" ".join(notes))
    limit = re.search(r"low income, \$([\d,]+) or less", text)
    said = re.search(r"according to (\d{4}) gross national income", text)
    begins = re.search(r"set on 1 july (\d{4})", text)
    stated = {int(said[1])} if said else set()
    stated |= {int(begins[1]) - 1} if begins else set()
    checks = [check for check in card("worldbank").checks if check.measure == "LOW_INCOME_LIMIT"]
    fitting = {int(check.period) for check in checks if limit and check.value == float(limit[1].replace(",", "") or 0)}
    both = fitting & stated
    if len(both) == 1:
        year = str(both.pop())
        proof = [f"limit of low income {limit[1] if limit else ''} dollars: that of {year}"]
        proof += [f"the notes say {said[1]}, which their limits contradict"] if said and said[1] != year else []
        return year, tuple(proof)
    fact = f"limit of low income {limit[1] if limit else 'none'}, years named {', '.join(map(str, sorted(stated))) or 'none'}"
    mend = "keep the sheet with the publisher's notes, or add the year's limit to the card"
    raise DataError([Finding("revision-unknown", sheet.place(), f"the notes do not prove one year: {fact}", mend)])


def _called_unclassified(notes: Sequence[str]) -> list[str]:
    """Areas of which the notes say that they have no group."""
    text = " ".join(" ".join(notes).split())
    words = re.findall(r"([A-Z][\w.]*(?: [A-Z][\w.]*)*) has been (?:temporarily )?unclassified", text)
    return [code for word in words if (code := match_area(word))]


def _tables(cells: pl.DataFrame, *, source: str) -> dict[DataflowName, pl.DataFrame]:
    none = pl.lit(None, dtype=pl.String)
    made = cells.select(
        "AREA",
        ORIGIN=none,
        DESTINATION=none,
        MEASURE=pl.lit("INCOME_GROUP"),
        TIME_PERIOD="YEAR",
        SOURCE=pl.lit(source),
        UNIT_MEASURE=pl.lit("CODE"),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
        NOTE="NOTE",
    )
    return {"INDICATOR": made}
