"""The two matrices of 2017, turned against each other: stocks have their origins down, remittances their senders.

A sender of remittances is where migrants live, an origin is where they come from: the same pair stands at mirrored cells
of the two workbooks. Only the label in the corner says which is which, and nothing is read without it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from corridors.collect.cells import UNCHANGED, Place, Sheet, figures, fold_label, repeated_rows
from corridors.collect.reading import Reading
from corridors.collect.sources.worldbank._series import NAMES
from corridors.collect.spellings import place_areas
from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import WORLD
from corridors.concepts.dataflows import DataflowName
from corridors.concepts.findings import DataError, Finding, raise_if_any
from corridors.concepts.periods import MID_YEAR

_TITLES = {
    "stocks": re.compile(r"bilateral estimates of migrant stocks in ((?:19|20)\d\d)\b"),
    "remittances": re.compile(r"bilateral remittance estimates for ((?:19|20)\d\d)\b"),
}
_ROLES = {"stocks": ("origin", "destination"), "remittances": ("send", "receiv")}
_MILLIONS = "millions of us$"
#: No note explains "-". It stands between India and Pakistan and between Israel and Lebanon: there are migrants, and no
#: estimate of what they send. A blank cell has no explanation either.
_MARKS = {"-": "O", "..": "O"}
#: "World Bank staff estimates", "analytical estimates based on logical assumptions [...] not actual officially reported
#: data": no figure of either matrix was counted.
_STATUS = "E"
#: What opens the text of a formula whose result the workbook does not hold; the formula itself is never worked out.
UNSAVED = "formula without a saved result"
_TITLE_WITHIN, _CORNER_WITHIN = 8, 20
#: Totals are added up from figures that are printed to nine decimals or none.
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Matrix:
    """One matrix: `cells` with `row`, the names `down` and `across`, `column` and `TEXT`; whether it is `turned`."""

    sheet: Sheet
    table: str
    year: str
    corner: str
    corner_row: int
    turned: bool
    cells: pl.DataFrame


def titled(sheets: Sequence[Sheet]) -> list[tuple[Sheet, str, str]]:
    """Sheets whose title is that of one of the two matrices, with its table and year."""
    found = []
    for sheet in sheets:
        for text in map(fold_label, sheet.top(_TITLE_WITHIN)):
            matches = [(table, match[1]) for table, title in _TITLES.items() if (match := title.search(text))]
            if matches:
                found.append((sheet, *matches[0]))
                break
    return found


def read_matrix(sheet: Sheet, *, table: str, year: str) -> Reading:
    """STOCK or REMITTANCE of one sheet."""
    matrix = _matrix(sheet, table=table, year=year)
    down, across = _ends(matrix)
    unit = _unit(sheet, table)
    placed = matrix.cells
    listed = placed.unique(["row", "down"], maintain_order=True)
    findings = repeated_rows(listed, ["down"], place=lambda numbers: f"{sheet.place()}, rows {numbers}")
    for column, into in (("down", down), ("across", across)):
        placed, unknown = place_areas(placed, column, into=into, names=NAMES, place=_place_of(matrix, column))
        findings += unknown
    cells, faults = figures(_without_unsaved_totals(placed, down, across), place=sheet.place, unit=unit, marks=_MARKS)
    findings += [*faults, *_sum_findings(cells, matrix, ends=(down, across))]
    raise_if_any(findings)
    name: DataflowName = "REMITTANCE" if table == "remittances" else "STOCK"
    made = _remittances(cells, year) if table == "remittances" else _stocks(cells, year)
    return Reading(
        product=f"worldbank-{year}-{table}",
        revision=year,
        layout=f"matrix, {down.lower()} down and {across.lower()} across",
        tables={name: made},
        evidence=_evidence(matrix, made, ends=(down, across)),
    )


def _unit(sheet: Sheet, table: str) -> int:
    """What a figure is multiplied by: remittances are in millions where the title says so, and not read where it does not."""
    if table == "stocks":
        return 1
    if not any(_MILLIONS in fold_label(text) for text in sheet.top(_TITLE_WITHIN)):
        fact = f"the title does not say {_MILLIONS!r}: the unit is not known"
        raise DataError([Finding("table-wrong", sheet.place(), fact, UNCHANGED)])
    return 1_000_000


def _place_of(matrix: Matrix, column: str) -> Place:
    """Names the cell in which a place is written: to the left of its row, or above its column."""
    if column == "down":
        return lambda row, _: matrix.sheet.place(row, "A")
    return lambda *_: matrix.sheet.place(matrix.corner_row)


def _matrix(sheet: Sheet, *, table: str, year: str) -> Matrix:
    corner_row, corner = _corner(sheet)
    turned = _is_turned(corner, table, sheet.place(corner_row))
    names = sheet.cells.columns
    heads = {names[i]: text for i, text in enumerate(sheet.cells.row(corner_row - 1)) if i and (text or "").strip()}
    doubled = sorted({text for text in heads.values() if list(heads.values()).count(text) > 1})
    raise_if_any(
        Finding("key-duplicate", sheet.place(corner_row), f"two columns {text}", UNCHANGED) for text in doubled
    )
    below = sheet.cells.with_row_index("row", offset=1).slice(corner_row)
    filled = pl.any_horizontal(pl.col(list(heads)).is_not_null()) if heads else pl.lit(value=False)
    # Notes stand below the last row with a figure; a sender without any figure above it is still a sender.
    last = below.filter(filled).get_column("row").max()
    rows = below.filter(pl.col("row") <= (last or 0), pl.any_horizontal(pl.all().exclude("row").is_not_null()))
    if rows.is_empty():
        raise DataError([Finding("value-missing", sheet.place(), "no row holds a figure", UNCHANGED)])
    cells = rows.unpivot(on=list(heads), index=["row", names[0]], variable_name="at", value_name="TEXT").select(
        "row",
        pl.col(names[0]).fill_null("").alias("down"),
        pl.col("at").replace_strict(heads).alias("across"),
        pl.col("at").replace_strict(heads).alias("column"),
        "TEXT",
    )
    return Matrix(sheet, table, year, corner, corner_row, turned, cells)


def _corner(sheet: Sheet) -> tuple[int, str]:
    """Row and text of the label that says what stands down and what across."""
    for number, row in enumerate(sheet.cells.head(_CORNER_WITHIN).iter_rows(), 1):
        text = fold_label(row[0])
        if "(across)" in text or "(down)" in text:
            return number, text
    fact = "no cell of the first column says what stands down and what across"
    raise DataError([Finding("orientation-unknown", sheet.place(), fact, UNCHANGED)])


def _is_turned(corner: str, table: str, place: str) -> bool:
    """Whether the first role of the table stands across and not down; each must be said exactly once."""
    first, second = _ROLES[table]
    said: dict[str, str] = {}
    for word, way in re.findall(r"([a-z -]+?)\s*\((across|down)\)", corner):
        for role in (first, second):
            if role in word:
                said[role] = way
    if sorted(said.values()) != ["across", "down"]:
        fact = f"the corner says {corner!r}, which does not tell what stands down and what across"
        raise DataError([Finding("orientation-unknown", place, fact, UNCHANGED)])
    return said[first] == "across"


def _ends(matrix: Matrix) -> tuple[str, str]:
    """Our columns for the places down and across."""
    ends = ("SENDER", "RECEIVER") if matrix.table == "remittances" else ("ORIGIN", "DESTINATION")
    return (ends[1], ends[0]) if matrix.turned else ends


def _sum_findings(cells: pl.DataFrame, matrix: Matrix, *, ends: tuple[str, str]) -> list[Finding]:
    """Totals that are not the sums of their rows or columns; where a figure is missing nothing can be compared."""
    findings = []
    for end, other in (ends, ends[::-1]):
        value = pl.col("OBS_VALUE")
        sums = (
            cells.filter(pl.col(other) != WORLD)
            .group_by(end, maintain_order=True)
            .agg(value.sum().alias("added"), value.is_null().any().alias("lacking"))
        )
        totals = cells.filter(pl.col(other) == WORLD).select(end, total="OBS_VALUE")
        wrong = sums.join(totals, on=end, how="inner").filter(
            ~pl.col("lacking"), (pl.col("added") - pl.col("total")).abs() > _TOLERANCE * pl.max_horizontal("total", 1)
        )
        findings += [
            Finding(
                "sum-differs",
                f"{matrix.sheet.place()}, {end} {area}",
                f"the total is {total:,.15g} and its parts add up to {added:,.15g}",
                "check the row and the column, or name the publisher's file",
            )
            for area, added, total in wrong.select(end, "added", "total").iter_rows()
        ]
    return findings


def _stocks(cells: pl.DataFrame, year: str) -> pl.DataFrame:
    # Natives are in no stock of migrants, so that a cell of one country and itself has no figure, whatever is written.
    own = pl.col("ORIGIN").eq(pl.col("DESTINATION")) & ~pl.col("ORIGIN").is_in([WORLD, "XXN", "XXS"])
    written = pl.format("born in the area itself: {} in the file", "TEXT")
    return _labelled(cells).select(
        "ORIGIN",
        "DESTINATION",
        SEX=pl.lit("_T"),
        AGE=pl.lit(TOTAL),
        TIME_PERIOD=pl.lit(f"{year}-{MID_YEAR}"),
        SOURCE=pl.lit(f"worldbank-{year}-stocks"),
        UNIT_MEASURE=pl.lit("PS"),
        OBS_VALUE=pl.when(~own).then("OBS_VALUE"),
        OBS_STATUS=pl.when(own).then(pl.lit("M")).otherwise("OBS_STATUS"),
        # The publisher takes the United Nations' stocks: by birth where they are, else by citizenship.
        CRITERION=pl.lit("MIXED"),
        NOTE=pl.when(own & (pl.col("OBS_VALUE") > 0)).then(written).otherwise("NOTE"),
    )


def _remittances(cells: pl.DataFrame, year: str) -> pl.DataFrame:
    return _labelled(cells).select(
        "SENDER",
        "RECEIVER",
        MEASURE=pl.lit("REMITTANCE"),
        TIME_PERIOD=pl.lit(year),
        SOURCE=pl.lit(f"worldbank-{year}-remittances"),
        UNIT_MEASURE=pl.lit("USD"),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
        NOTE="NOTE",
    )


def _without_unsaved_totals(placed: pl.DataFrame, *ends: str) -> pl.DataFrame:
    """Totals whose formula has no saved result as blank cells with a note: their parts are there to be added up."""
    unsaved = pl.col("TEXT").str.starts_with(UNSAVED) & pl.any_horizontal(pl.col(end) == WORLD for end in ends)
    return placed.with_columns(
        TEXT=pl.when(~unsaved.fill_null(value=False)).then("TEXT"), NOTE=pl.when(unsaved).then(pl.lit(UNSAVED))
    )


def _labelled(cells: pl.DataFrame) -> pl.DataFrame:
    """Figures as estimates, and marks as notes beside their status."""
    text = pl.col("TEXT").str.strip_chars()
    return cells.with_columns(
        OBS_STATUS=pl.when(pl.col("OBS_STATUS") == "A").then(pl.lit(_STATUS)).otherwise("OBS_STATUS"),
        NOTE=pl.coalesce("NOTE", pl.when(text.is_in(list(_MARKS))).then(text)),
    )


def _evidence(matrix: Matrix, made: pl.DataFrame, *, ends: tuple[str, str]) -> tuple[str, ...]:
    pairs = made.filter(pl.col(ends[0]) != WORLD, pl.col(ends[1]) != WORLD).drop_nulls("OBS_VALUE")
    title = next(text for text in matrix.sheet.top(_TITLE_WITHIN) if _TITLES[matrix.table].search(fold_label(text)))
    said = [f"title: {title[:150]}", f"corner of the matrix: {matrix.corner}"]
    if pairs.height:
        top = pairs.sort("OBS_VALUE", descending=True).row(0, named=True)
        first, second = sorted(ends, key=("ORIGIN", "SENDER", "DESTINATION", "RECEIVER").index)
        said.append(f"largest pair: {top[first]} to {top[second]}, {top['OBS_VALUE']:,.0f}")
    world = made.filter(pl.col(ends[0]) == WORLD, pl.col(ends[1]) == WORLD).get_column("OBS_VALUE").drop_nulls()
    said += [f"world total {total:,.0f}" for total in world]
    return tuple(said)
