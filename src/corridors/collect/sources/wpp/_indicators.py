"""The publisher's demographic indicators: one row an area and year, as CSV and as the compact workbook."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corridors.collect.cells import UNCHANGED, Label, Place, Sheet, figures, find_header, missing_columns, repeated_rows
from corridors.collect.sources.wpp._series import NAMES, Series
from corridors.collect.spellings import place_areas
from corridors.concepts.ages import TOTAL
from corridors.concepts.findings import DataError, Finding, raise_if_any
from corridors.concepts.periods import MID_YEAR

WANTED = (
    "the demographic indicators (medium variant) as CSV or compact workbook, the population by sex or age as CSV or "
    "workbook, births, deaths and net migration by period of 2019, or a tidy derivative with annual births, deaths and net "
    "migration, population at 1 July, or death rates"
)
#: Measure and sex of each column of figures, by the publisher's CSV name.
MEASURES = {
    "TPopulation1July": ("POPULATION", "_T"),
    "TPopulationMale1July": ("POPULATION", "M"),
    "TPopulationFemale1July": ("POPULATION", "F"),
    "Births": ("BIRTHS", "_T"),
    "Deaths": ("DEATHS", "_T"),
    "DeathsMale": ("DEATHS", "M"),
    "DeathsFemale": ("DEATHS", "F"),
    "SRB": ("SRB", "_T"),
    "NetMigrations": ("NET_MIGRATION", "_T"),
}
#: Columns without which the file is of no use, and how many of them tell that it is this table.
CSV_COLUMNS = ("LocID", "Variant", "Time", "TPopulation1July", "Births", "Deaths", "NetMigrations")
ENOUGH = 4
#: The same for the CSV by five-year period of the revision of 2019, which has no population.
_PERIOD_COLUMNS = ("LocID", "Variant", "Time", "MidPeriod", "Births", "Deaths", "NetMigrations", "SRB")
#: The same columns by what the compact workbook says over them.
WORKBOOK_LABELS = {
    "LocID": Label("Location code", ("location code",)),
    "Location": Label("Region, subregion, country or area", ("country or area",)),
    "Variant": Label("Variant", ("variant",)),
    "Time": Label("Year", ("year",), ("birth", "death", "population", "age", "rate")),
    "TPopulation1July": Label("Total Population, as of 1 July (thousands)", ("total population", "1 july")),
    "TPopulationMale1July": Label(
        "Male Population, as of 1 July (thousands)", ("male population", "1 july"), ("female",)
    ),
    "TPopulationFemale1July": Label("Female Population, as of 1 July (thousands)", ("female population", "1 july")),
    "Births": Label("Births (thousands)", ("births (thousands)",), ("women", "aged")),
    "Deaths": Label("Total Deaths (thousands)", ("total deaths",)),
    "DeathsMale": Label("Male Deaths (thousands)", ("male deaths",), ("female",)),
    "DeathsFemale": Label("Female Deaths (thousands)", ("female deaths",)),
    "SRB": Label("Sex Ratio at Birth (males per 100 female births)", ("sex ratio at birth",)),
    "NetMigrations": Label("Net Number of Migrants (thousands)", ("net number of migrants",)),
}
_YEARS, _SPANS = r"^\d{4}$", r"^\d{4}-\d{4}$"
_VARIANTS = ("Estimates", "Medium", "Medium variant")


def from_csv(table: pl.DataFrame, *, file: str) -> Series:
    """Figures of the publisher's CSV."""
    missing = [name for name in CSV_COLUMNS if name not in table.columns]
    raise_if_any(Finding("column-missing", f"{file}, row 1", f"no column {name}", UNCHANGED) for name in missing)
    found, findings = _figures(table, lambda row, column: f"{file}, row {row}, column {column}", file)
    return Series(found, "publisher's CSV of demographic indicators", tuple(findings))


def is_by_period(columns: set[str]) -> bool:
    """Whether the columns are those of the CSV by five-year period."""
    return (
        len(columns & set(_PERIOD_COLUMNS)) >= ENOUGH and "MidPeriod" in columns and "TPopulation1July" not in columns
    )


def from_periods(table: pl.DataFrame, *, file: str) -> Series:
    """Figures of the publisher's CSV by five-year period, from 1 July to 1 July."""
    missing = [name for name in _PERIOD_COLUMNS if name not in table.columns]
    raise_if_any(Finding("column-missing", f"{file}, row 1", f"no column {name}", UNCHANGED) for name in missing)
    # This CSV gives boys per girl; the annual ones give boys per 100 girls.
    found, findings = _figures(
        table, lambda row, column: f"{file}, row {row}, column {column}", file, times=_SPANS, ratio=1
    )
    return Series(found, "publisher's CSV of indicators by five-year period", tuple(findings))


def from_workbook(sheets: Sequence[Sheet], *, file: str) -> Series:
    """Figures of the compact workbook's sheets of estimates and of the medium variant."""
    if not sheets:
        fact = "no sheet is called Estimates or Medium variant"
        raise DataError([Finding("table-wrong", file, fact, f"wanted is {WANTED}")])
    parts, findings = [], []
    for sheet in sheets:
        found, faults = _figures(_headed(sheet), _by_label(sheet), sheet.place())
        parts.append(found)
        findings += faults
    return Series(pl.concat(parts), "publisher's compact workbook of demographic indicators", tuple(findings))


def _by_label(sheet: Sheet) -> Place:
    """Cells of a sheet, called by what the workbook says over them."""
    return lambda row, column: sheet.place(row, WORKBOOK_LABELS[column].name)


def _headed(sheet: Sheet) -> pl.DataFrame:
    """A sheet under the names of the CSV."""
    needed = {name: WORKBOOK_LABELS[name] for name in CSV_COLUMNS}
    header = find_header(sheet, WORKBOOK_LABELS.values())
    names = {label.name: name for name, label in WORKBOOK_LABELS.items()}
    measured = header and {names[label] for label in header.columns} & set(MEASURES)
    if header is None or not measured:
        titles = [text for text in sheet.top() if text.lower().startswith(("file ", "world population prospects"))]
        fact = f"it seems to be: {'; '.join(titles) or 'another table'}"
        raise DataError([Finding("table-wrong", sheet.place(), fact, f"wanted is {WANTED}")])
    lacking = {label.name for label in needed.values()} & set(header.missing)
    raise_if_any(finding for finding in missing_columns(header, sheet) if any(name in finding.fact for name in lacking))
    at = {names[label]: sheet.cells.columns[column] for label, column in header.columns.items()}
    return (
        sheet.cells.with_row_index("row", offset=1)
        .slice(header.row)
        .select("row", *(pl.col(column).alias(name) for name, column in at.items()))
        .filter(pl.any_horizontal(pl.all().exclude("row").is_not_null()))
    )


def _figures(
    table: pl.DataFrame, place: Place, whole: str, *, times: str = _YEARS, ratio: float = 1 / 100
) -> tuple[pl.DataFrame, list[Finding]]:
    # Headings of groups stand in rows of their own, without a year and without a figure.
    written = [pl.col(name).fill_null("").str.strip_chars() for name in ("Time", *MEASURES) if name in table.columns]
    table = table.filter(pl.any_horizontal(text != "" for text in written))
    table = table.with_columns(pl.col("Time").fill_null("").str.strip_chars().str.replace(r"\.0$", ""))
    word = "year" if times == _YEARS else "period"
    findings = [
        Finding("period-unreadable", place(row, "Time"), f"{year!r} is no {word}", f"write a {word}")
        for row, year in table.filter(~pl.col("Time").str.contains(times)).select("row", "Time").iter_rows()
    ]
    others = table.filter(~pl.col("Variant").is_in(_VARIANTS).fill_null(value=False)).get_column("Variant").unique()
    if others.len():
        fact = f"variants {', '.join(sorted(str(name) for name in others))}"
        findings.append(Finding("table-wrong", whole, fact, "give a file with estimates and the medium variant only"))
    if "Location" in table.columns:
        table = table.rename({"Location": "LocID name"})
    placed, unknown = place_areas(table, "LocID", into="AREA", names=NAMES, place=place)
    findings += [*unknown, *repeated_rows(placed, ["LocID", "Time"], place=lambda n: f"{whole}, rows {n}")]
    present = [name for name in MEASURES if name in placed.columns]
    long = placed.unpivot(on=present, index=["row", "AREA", "Time"], variable_name="column", value_name="TEXT")
    signed = long.filter(pl.col("column") == "NetMigrations")
    parts = []
    for rows, unit, is_signed in (
        (long.filter(~pl.col("column").is_in(["NetMigrations", "SRB"])), 1_000, False),
        (long.filter(pl.col("column") == "SRB"), ratio, False),
        (signed, 1_000, True),
    ):
        cells, unreadable = figures(rows, place=place, unit=unit, signed=is_signed)
        findings += unreadable
        parts.append(cells)
    return _labelled(pl.concat(parts)), findings


def _labelled(cells: pl.DataFrame) -> pl.DataFrame:
    """Figures with measure, sex and period; births by sex added where the sex ratio is known."""
    found = cells.with_columns(
        MEASURE=pl.col("column").replace_strict({name: measure for name, (measure, _) in MEASURES.items()}),
        SEX=pl.col("column").replace_strict({name: sex for name, (_, sex) in MEASURES.items()}),
        AGE=pl.lit(TOTAL),
        LAST=pl.col("Time").str.slice(-4).cast(pl.Int64, strict=False),
        START=pl.col("Time").str.slice(0, 4).cast(pl.Int64, strict=False),
    ).with_columns(
        TIME_PERIOD=pl.when(pl.col("MEASURE") == "POPULATION")
        .then(pl.format("{}-" + MID_YEAR, "Time"))
        .when(pl.col("Time").str.contains("-"))
        .then(pl.format("{}-" + MID_YEAR + "/P{}Y", "START", pl.col("LAST") - pl.col("START")))
        .otherwise(pl.col("Time"))
    )
    columns = ["AREA", "MEASURE", "SEX", "AGE", "TIME_PERIOD", "LAST", "OBS_VALUE", "OBS_STATUS"]
    return pl.concat([found.select(columns), _births_by_sex(found).select(columns)])


def _births_by_sex(found: pl.DataFrame) -> pl.DataFrame:
    """Births of girls and boys from births and the sex ratio (boys per girl): computed here, so their status is E."""
    at = ["AREA", "TIME_PERIOD"]
    births = found.filter(pl.col("MEASURE") == "BIRTHS")
    ratio = found.filter(pl.col("MEASURE") == "SRB").unique(at).select(*at, SRB="OBS_VALUE")
    both = births.join(ratio, on=at, how="inner", validate="m:1").drop_nulls(["OBS_VALUE", "SRB"])
    girls = pl.col("OBS_VALUE") / (1 + pl.col("SRB"))
    return pl.concat(
        both.with_columns(SEX=pl.lit(sex), OBS_VALUE=value, OBS_STATUS=pl.lit("E"))
        for sex, value in (("F", girls), ("M", pl.col("OBS_VALUE") - girls))
    )
