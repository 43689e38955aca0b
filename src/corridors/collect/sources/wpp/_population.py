"""The publisher's population CSV: one row an area, year and age group (or all ages), men and women across."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from corridors.collect.cells import UNCHANGED, figures
from corridors.collect.columns import YEAR, cells_outside, code_type, place_in
from corridors.collect.sources.wpp._series import NAMES, Series, all_ages
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


def from_csv(tables: Iterable[pl.DataFrame], *, file: str) -> tuple[Series, str]:
    """Figures of the CSV, in one table or in several that follow each other, and which table of the publisher's they are."""
    by_sex: dict[str, list[pl.DataFrame]] = {sex: [] for sex in SEXES.values()}
    faults: list[Finding] = []
    findings: list[Finding] = []
    variants: set[str] = set()
    by_age = False
    for table in tables:
        by_age = bool(set(AGES) & set(table.columns))
        kept, others, wrong = _kept(table, by_age=by_age, file=file)
        variants |= others
        faults += wrong
        if not wrong:
            figured, unread = _figured(kept, by_age=by_age, file=file)
            findings += unread
            for sex, cells in figured.items():
                by_sex[sex].append(cells)
    raise_if_any(_once(faults))
    codes, single = _ages(by_sex) if by_age else ({}, False)
    # One sex at a time: a file of single ages fills half the room that a reader has.
    parts = [_aged(by_sex.pop(sex), codes) for sex in SEXES.values()]
    if by_age:
        parts += [all_ages(part) for part in parts]
    found = pl.concat(parts, rechunk=False)
    table_name = "population-by-single-age" if single else "population-by-age" if by_age else "population-by-sex"
    layout = f"publisher's CSV of {table_name.replace('-', ' ')}"
    if variants:
        layout += f", left out: variants {', '.join(sorted(variants))}"
    return Series(found, layout, tuple(_once(findings))), table_name


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without those that a later stretch of the file repeats."""
    return list({(one.code, one.fact): one for one in reversed(list(findings))}.values())[::-1]


def _kept(table: pl.DataFrame, *, by_age: bool, file: str) -> tuple[pl.DataFrame, set[str], list[Finding]]:
    """Rows of the medium variant, the other variants, and what makes the rows of no use."""
    needed = (*_NEEDED, *AGES) if by_age else _NEEDED
    missing = [name for name in needed if name not in table.columns]
    raise_if_any(Finding("column-missing", f"{file}, row 1", f"no column {name}", UNCHANGED) for name in missing)
    place = place_in(file)
    # A file of single ages has millions of rows: what is not needed goes first.
    table = table.select("row", *needed, *(name for name in ("MidPeriod",) if name in table.columns))
    # The files of all variants repeat the past under each: the medium variant holds it too.
    medium = pl.col("Variant").is_in(["Medium", "Estimates"]).fill_null(value=False)
    kept, others = table.filter(medium), table.filter(~medium)
    findings = cells_outside(
        kept, "Time", pl.col("Time").str.contains(YEAR), code="period-unreadable", mend="write a year", place=place
    )
    findings += _january(kept, file)
    if by_age:
        for column, pattern in zip(AGES, (r"^\d{1,3}$", r"^(?:-1|\d{1,3})$"), strict=True):
            fits = pl.col(column).str.contains(pattern)
            findings += cells_outside(kept, column, fits, code="code-unknown", mend="write whole years", place=place)
    return kept, {str(name) for name in others.get_column("Variant").unique()}, findings


def _figured(kept: pl.DataFrame, *, by_age: bool, file: str) -> tuple[dict[str, pl.DataFrame], list[Finding]]:
    """The figures of a stretch by sex, ages still as the file writes them."""
    place = place_in(file)
    placed, findings = place_areas(kept, "LocID", into="AREA", names=NAMES, place=place)
    age = pl.concat_str(AGES, separator=" ") if by_age else pl.lit(TOTAL)
    placed = placed.with_columns(age.alias("AGE"))
    by_sex = {}
    for name, sex in SEXES.items():
        cells = placed.select("row", "AREA", "AGE", pl.lit(name).alias("column"), at="Time", TEXT=name)
        read, unreadable = figures(cells, place=place, unit=1_000)
        findings += unreadable
        by_sex[sex] = _coded(population_of(read.with_columns(SEX=pl.lit(sex))))
    return by_sex, findings


def _coded(cells: pl.DataFrame) -> pl.DataFrame:
    """Figures whose texts are codes of two bytes."""
    texts = cells.select(pl.col(pl.String)).columns
    return cells.with_columns(*(pl.col(name).cast(code_type(name)) for name in texts), pl.col("LAST").cast(pl.Int16))


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


def _ages(by_sex: Mapping[str, Sequence[pl.DataFrame]]) -> tuple[dict[str, str], bool]:
    """Codes of the age groups by what the file writes, and whether all but the open group are single years."""
    texts = {text for part in by_sex["_T"] for text in part.get_column("AGE").unique()}
    pairs = [text.split(" ") for text in texts]
    # A span of -1 is the open group; the revision of 2019 writes 20 or 1 for it beside the label 100+.
    last = max((int(start) for start, _ in pairs), default=0)
    codes = {
        f"{start} {span}": AgeGroup(int(start), None if int(span) < 1 or int(start) == last >= 100 else int(span)).code
        for start, span in pairs
    }
    return codes, {int(span) for start, span in pairs if int(start) != last} == {1}


def _aged(stretches: list[pl.DataFrame], codes: Mapping[str, str]) -> pl.DataFrame:
    """Figures of one sex, with codes of age groups for what the file writes where there are some."""
    named = (
        pl.col("AGE").replace_strict(codes, return_dtype=pl.String).cast(code_type("AGE")) if codes else pl.col("AGE")
    )
    return pl.concat([stretch.with_columns(named) for stretch in stretches], rechunk=False)
