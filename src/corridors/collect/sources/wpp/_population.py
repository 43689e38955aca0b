"""The publisher's population CSV: one row an area, year and age group (or all ages), men and women across."""

from __future__ import annotations

import polars as pl

from corridors.collect.cells import UNCHANGED, figures
from corridors.collect.columns import YEAR, cells_outside, place_in
from corridors.collect.sources.wpp._series import NAMES, Series, with_all_ages
from corridors.collect.spellings import place_areas
from corridors.concepts.ages import TOTAL, AgeGroup
from corridors.concepts.findings import Finding, raise_if_any
from corridors.concepts.periods import MID_YEAR

SEXES = {"PopMale": "M", "PopFemale": "F", "PopTotal": "_T"}
AGES = ("AgeGrpStart", "AgeGrpSpan")
_NEEDED = ("LocID", "Variant", "Time", *SEXES)


def is_population(columns: set[str]) -> bool:
    """Whether the columns are those of the population CSV, with ages or without."""
    return len(columns & set(SEXES)) >= 2 and {"LocID", "Time"} <= columns and bool(columns & {"PopTotal", *AGES})


def from_csv(table: pl.DataFrame, *, file: str) -> tuple[Series, str]:
    """Figures of the CSV, and the table they are: by sex, by age groups or by single ages."""
    by_age = bool(set(AGES) & set(table.columns))
    needed = (*_NEEDED, *AGES) if by_age else _NEEDED
    missing = [name for name in needed if name not in table.columns]
    raise_if_any(Finding("column-missing", f"{file}, row 1", f"no column {name}", UNCHANGED) for name in missing)
    place = place_in(file)
    # A file of single ages has millions of rows: what is not needed goes first.
    table = table.select("row", *needed, *(name for name in ("MidPeriod",) if name in table.columns))
    # The files of all variants repeat the past under each: the medium variant holds it too.
    kept = table.filter(pl.col("Variant").is_in(["Medium", "Estimates"]).fill_null(value=False))
    others = table.filter(~pl.col("Variant").is_in(["Medium", "Estimates"]).fill_null(value=False))
    variants = sorted({str(name) for name in others.get_column("Variant").unique()})
    findings = cells_outside(
        kept, "Time", pl.col("Time").str.contains(YEAR), code="period-unreadable", mend="write a year", place=place
    )
    findings += _january(kept, file)
    if by_age:
        for column, pattern in zip(AGES, (r"^\d{1,3}$", r"^(?:-1|\d{1,3})$"), strict=True):
            fits = pl.col(column).str.contains(pattern)
            findings += cells_outside(kept, column, fits, code="code-unknown", mend="write whole years", place=place)
    raise_if_any(findings)
    if "Location" in kept.columns:
        kept = kept.rename({"Location": "LocID name"})
    placed, findings = place_areas(kept, "LocID", into="AREA", names=NAMES, place=place)
    placed, single = _aged(placed) if by_age else (placed.with_columns(AGE=pl.lit(TOTAL)), False)
    parts = []
    for name, sex in SEXES.items():
        cells = placed.select("row", "AREA", "AGE", pl.lit(name).alias("column"), at="Time", TEXT=name)
        read, unreadable = figures(cells, place=place, unit=1_000)
        findings += unreadable
        parts.append(population_of(read.with_columns(SEX=pl.lit(sex))))
    found = pl.concat(parts)
    table_name = "population-by-single-age" if single else "population-by-age" if by_age else "population-by-sex"
    layout = f"publisher's CSV of {table_name.replace('-', ' ')}"
    if variants:
        layout += f", left out: variants {', '.join(variants)}"
    found = with_all_ages(found) if by_age else found
    return Series(found, layout, tuple(findings)), table_name


def population_of(cells: pl.DataFrame) -> pl.DataFrame:
    """Figures of `Series` from cells with AREA, SEX, AGE, `at` (a year), OBS_VALUE and OBS_STATUS."""
    return cells.select(
        "AREA",
        "SEX",
        "AGE",
        "OBS_VALUE",
        "OBS_STATUS",
        MEASURE=pl.lit("POPULATION"),
        TIME_PERIOD=pl.format("{}-" + MID_YEAR, "at"),
        LAST=pl.col("at").cast(pl.Int64, strict=False),
    )


def _january(table: pl.DataFrame, file: str) -> list[Finding]:
    """The files of 1 January have the same columns; only the middle of the period tells them apart."""
    if "MidPeriod" not in table.columns:
        return []
    half = pl.col("MidPeriod").cast(pl.Float64, strict=False) - pl.col("Time").cast(pl.Float64, strict=False)
    if table.is_empty() or table.select((half == 0.5).all()).item():
        return []
    fact = "MidPeriod is not the middle of the year: this seems to be the population at 1 January"
    return [Finding("table-wrong", file, fact, "name the file of the population at 1 July")]


def _aged(table: pl.DataFrame) -> tuple[pl.DataFrame, bool]:
    """Rows with AGE, and whether all but the open group are single years."""
    pairs = table.select(AGES).unique().rows()
    # A span of -1 is the open group; the revision of 2019 writes 20 or 1 for it beside the label 100+.
    last = max((int(start) for start, _ in pairs), default=0)
    codes = {
        f"{start} {span}": AgeGroup(int(start), None if int(span) < 1 or int(start) == last >= 100 else int(span)).code
        for start, span in pairs
    }
    spans = {int(span) for start, span in pairs if int(start) != last}
    return table.with_columns(AGE=pl.concat_str(AGES, separator=" ").replace_strict(codes)), spans == {1}
