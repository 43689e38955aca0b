"""Sheets with one row an area or a corridor and the years, three times over, across."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from corridors.collect.cells import UNCHANGED, Header, Sheet, figures, fold_label, repeated_rows, year_of
from corridors.collect.sources.undesa._stock import NAMES, finish_stock, source_of
from corridors.collect.spellings import kind_of, place_areas, without_repeated_regions
from corridors.concepts.areas import UNKNOWN_ORIGIN, WORLD
from corridors.concepts.findings import Finding, raise_if_any
from corridors.concepts.periods import MID_YEAR

if TYPE_CHECKING:
    from corridors.concepts.dataflows import DataflowName

#: Rows above the years in which the captions that tell the sexes stand.
_CAPTION_ABOVE = 6


@dataclass(frozen=True, slots=True)
class YearColumn:
    """One column of figures."""

    index: int
    year: str
    sex: str

    @property
    def label(self) -> str:
        """How findings name it."""
        return f"{self.year} ({self.sex})"


def year_columns(sheet: Sheet, header: Header) -> list[YearColumn]:
    """Columns whose label is a year, with the sex that the caption above them says.

    Raises
    ------
    DataError
        Years repeat and no caption tells their sexes, a year stands twice under one caption or is missing under one.
    """
    labels = sheet.cells.row(header.row - 1)
    years = [(index, year) for index, text in enumerate(labels) if (year := year_of(text))]
    sexes = _sexes(sheet, header, years[0][0] if years else 0)
    columns = [YearColumn(index, year, sexes[index] or "_T") for index, year in years]
    raise_if_any(_year_findings(columns, all(sexes[index] for index, _ in years), sheet.place(header.row)))
    return columns


def _year_findings(columns: Sequence[YearColumn], captioned: bool, place: str) -> list[Finding]:
    labels = [column.label for column in columns]
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice and not captioned:
        fact = "the years repeat but no caption above them tells both sexes, male and female"
        return [Finding("column-missing", place, fact, UNCHANGED)]
    findings = [Finding("key-duplicate", place, f"two columns {label}", UNCHANGED) for label in twice]
    expected = {
        YearColumn(0, year, sex).label for year in {c.year for c in columns} for sex in {c.sex for c in columns}
    }
    lacking = sorted(expected - set(labels))
    return findings + [Finding("column-missing", place, f"no column {label}", UNCHANGED) for label in lacking]


def _sexes(sheet: Sheet, header: Header, first: int) -> list[str | None]:
    """Sex of each column: a caption holds until the next one, as merged cells do."""
    for row in range(header.row - 2, max(header.row - 2 - _CAPTION_ABOVE, -1), -1):
        captions = [fold_label(text) for text in sheet.cells.row(row)]
        if any("male" in text for text in captions[first:]):
            sexes: list[str | None] = []
            for text in captions:
                sexes.append(_sex(text) if text else (sexes[-1] if sexes else None))
            return sexes
    return [None] * sheet.cells.width


def _sex(caption: str) -> str | None:
    # "female" holds "male": it has to be asked for first.
    for word, sex in (("both sexes", "_T"), ("female", "F"), ("male", "M")):
        if word in caption:
            return sex
    return None


def read_long(
    headed: Sequence[tuple[Sheet, str, Header]], *, revision: str
) -> tuple[dict[DataflowName, pl.DataFrame], list[str]]:
    """STOCK of every sheet of stocks, POPULATION of every sheet of population.

    Also the destinations that list several rows of unknown origin, whose figures are added up.
    """
    stocks: list[pl.DataFrame] = []
    populations: list[pl.DataFrame] = []
    findings: list[Finding] = []
    for sheet, title, header in headed:
        is_population = "total population" in title
        cells, found = _cells(sheet, header, unit=1_000 if "(thousands)" in title else 1)
        findings += found
        (populations if is_population else stocks).append(cells)
    raise_if_any(findings)
    tables: dict[DataflowName, pl.DataFrame] = {}
    added: list[str] = []
    if stocks:
        cells, added = _one_unknown(pl.concat(stocks))
        tables["STOCK"] = finish_stock(cells, revision=revision)
    if populations:
        tables["POPULATION"] = _population(pl.concat(populations), revision)
    return tables, added


def _cells(sheet: Sheet, header: Header, *, unit: float) -> tuple[pl.DataFrame, list[Finding]]:
    """One row a figure: ORIGIN, DESTINATION, SEX, YEAR, TYPE, OBS_VALUE, OBS_STATUS."""
    years = year_columns(sheet, header)
    names = sheet.cells.columns
    chosen = {name: names[index] for name, index in header.columns.items()}
    code, kind, origin = (_column(chosen, *words) for words in (("code", ""), ("type", ""), ("code", "origin")))
    rows = (
        sheet.cells.with_row_index("row", offset=1)
        .slice(header.row)
        .select(
            "row",
            pl.col(code or "").alias("destination"),
            (pl.col(origin) if origin else pl.lit("900")).alias("origin"),
            pl.col(kind or "").alias("TYPE"),
            *(pl.col(names[column.index]).alias(column.label) for column in years),
        )
    )
    rows = rows.filter(pl.any_horizontal(pl.all().exclude("row", "origin").is_not_null()))
    findings: list[Finding] = []
    pair = ["DESTINATION", "ORIGIN"]
    for column, into in (("destination", "DESTINATION"), ("origin", "ORIGIN")):
        label = f"Location code of {column}" if origin else "Location code"
        rows, unknown = place_areas(rows, column, into=into, names=NAMES, place=sheet.place, label=label)
        findings += unknown
    # Regions may be listed twice and rows of unknown origin are parts of one whole; any other pair stands once.
    single = rows.filter(
        ~pl.any_horizontal(kind_of(column).is_in(["region", "world"]) for column in pair),
        pl.col("ORIGIN") != UNKNOWN_ORIGIN,
    )
    findings += repeated_rows(single, pair, place=lambda numbers: f"{sheet.place()}, rows {numbers}")
    long = rows.unpivot(
        on=[column.label for column in years],
        index=["row", *pair, "TYPE"],
        variable_name="column",
        value_name="TEXT",
    )
    cells, unreadable = figures(long, place=sheet.place, unit=unit)
    findings += [*unreadable, *_empty_columns(cells, sheet)]
    by_label = {column.label: column for column in years}
    cells = cells.with_columns(
        SEX=pl.col("column").replace_strict({label: column.sex for label, column in by_label.items()}),
        YEAR=pl.col("column").replace_strict({label: column.year for label, column in by_label.items()}),
    )
    return cells.drop("row", "column", "TEXT"), findings


def _one_unknown(cells: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Several rows of unknown origin of one destination as one: each counts other persons, none told apart."""
    unknown = cells.filter(pl.col("ORIGIN") == UNKNOWN_ORIGIN)
    value, status = pl.col("OBS_VALUE"), pl.col("OBS_STATUS")
    joined = unknown.group_by("DESTINATION", "ORIGIN", "TYPE", "SEX", "YEAR", maintain_order=True).agg(
        pl.when(value.is_not_null().all()).then(value.sum()).alias("OBS_VALUE"),
        pl.when((status == "O").any()).then(pl.lit("O")).otherwise(status.first()).alias("OBS_STATUS"),
        pl.len().alias("parts"),
    )
    added = joined.filter(pl.col("parts") > 1).get_column("DESTINATION").unique().sort().to_list()
    return pl.concat([cells.filter(pl.col("ORIGIN") != UNKNOWN_ORIGIN), joined.select(cells.columns)]), added


def _column(chosen: dict[str, str], word: str, side: str) -> str | None:
    """The sheet's column of a label: of the origin when `side` says so, else of the destination or the only one."""
    for name, column in chosen.items():
        folded = name.casefold()
        if word in folded and (side in folded if side else "origin" not in folded):
            return column
    return None


def _empty_columns(cells: pl.DataFrame, sheet: Sheet) -> list[Finding]:
    """Columns without any figure: formulas whose results were never saved look like this."""
    empty = (
        cells.group_by("column", maintain_order=True).agg(pl.col("OBS_VALUE").count()).filter(pl.col("OBS_VALUE") == 0)
    )
    return [
        Finding(
            "value-missing",
            sheet.place(column=column),
            "the column holds no figure at all",
            "open the workbook in a spreadsheet program and save it, or download it again",
        )
        for column in empty.get_column("column")
    ]


def _population(cells: pl.DataFrame, revision: str) -> pl.DataFrame:
    finished = cells.filter(pl.col("ORIGIN") == WORLD).select(
        AREA="DESTINATION",
        SEX="SEX",
        AGE=pl.lit("_T"),
        TIME_PERIOD=pl.format("{}-" + MID_YEAR, "YEAR"),
        SOURCE=pl.lit(source_of(revision)),
        UNIT_MEASURE=pl.lit("PS"),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
    )
    return without_repeated_regions(finished, ["AREA"])
