"""The Global Bilateral Migration Database: stocks by origin, destination and sex in 1960, 1970, 1980, 1990 and 2000."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations

import polars as pl

from corridors.collect.cards import card
from corridors.collect.cells import Place, figures
from corridors.collect.columns import cells_outside, one_row_each, place_in
from corridors.collect.plausible import LARGEST_FALL
from corridors.collect.reading import Reading
from corridors.collect.sources.worldbank._databank import Export, missing_labels, proof_of
from corridors.collect.sources.worldbank._series import NAMES
from corridors.collect.spellings import place_areas
from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import WORLD
from corridors.concepts.findings import Finding, raise_if_any
from corridors.concepts.periods import MID_YEAR

REVISION, SOURCE = "2011", "worldbank-gbmd-2011"
DECADES = ("1960", "1970", "1980", "1990", "2000")
TIDY_LABELS = ("sex", "origincode", "destcode")
_SEXES = {"Female": "F", "Male": "M"}
_EXPORT_SEXES = {"FEM": "F", "MAL": "M", "TOT": "_T"}
_ENDS = {"country origin code": "ORIGIN", "country dest code": "DESTINATION"}
#: DataBank: ".. means that data are not available"; the derivative writes a blank there. Pairs with the Channel Islands,
#: the Isle of Man, Kosovo, Montenegro and Serbia have no figure in any year: the database did not tabulate them.
_MARKS = {"..": "O", "": "L", "NA": "L"}
#: The database gives censuses of the years around each decade as that decade's.
NOTE = "census round"
_KEY = ["ORIGIN", "DESTINATION", "SEX", "YEAR"]


def is_tidy(table: pl.DataFrame) -> bool:
    """Whether a CSV file has the columns of the tidy derivative."""
    return {"origincode", "destcode"} <= set(table.columns)


def read_tidy(table: pl.DataFrame, *, file: str) -> Reading:
    """STOCK of the tidy derivative, `sex,origincode,destcode` and a column for each decade, as `1960` or `Y1960`."""
    place = place_in(file)
    years = {name: match[1] for name in table.columns if (match := re.fullmatch(r"Y?((?:19|20)\d\d)", name))}
    findings = [
        Finding("column-missing", f"{file}, row 1", f"no column {name}", f"add {name}")
        for name in (*TIDY_LABELS, *DECADES)
        if name not in table.columns and name not in years.values()
    ]
    others = [name for name in table.columns if name not in (*TIDY_LABELS, *years, "row")]
    others += [name for name, year in years.items() if year not in DECADES]
    findings += [
        Finding("column-unknown", f"{file}, row 1", f"column {name!r} is none of this database", "take it out")
        for name in others
    ]
    raise_if_any(findings)
    findings = cells_outside(
        table,
        "sex",
        pl.col("sex").is_in(list(_SEXES)),
        code="code-unknown",
        mend=f"write {' or '.join(_SEXES)}",
        place=place,
    )
    for label, into in (("origincode", "ORIGIN"), ("destcode", "DESTINATION")):
        table, unknown = place_areas(table, label, into=into, names=NAMES, place=place)
        findings += unknown
    long = table.with_columns(SEX=pl.col("sex").replace_strict(_SEXES, default=None)).unpivot(
        on=list(years), index=["row", "ORIGIN", "DESTINATION", "SEX"], variable_name="column", value_name="TEXT"
    )
    long = long.with_columns(YEAR=pl.col("column").replace_strict(years))
    by_sex, faults = _cells(long, place=place, file=file)
    raise_if_any([*findings, *faults])
    stock = pl.concat([by_sex, _both_sexes(by_sex, file)])
    return _reading(
        stock,
        layout="tidy derivative by sex, origin and destination, one column a decade",
        file=file,
        evidence=(f"heads of columns: {', '.join((*TIDY_LABELS, *years))}",),
    )


def is_export(export: Export) -> bool:
    """Whether an export of DataBank is of this database."""
    return bool(set(_ENDS) & export.labels) and any("gender" in label for label in export.labels)


def read_gbmd_export(export: Export, *, layout: str) -> Reading:
    """STOCK of the publisher's own export."""
    raise_if_any(missing_labels(export, (*_ENDS, "migration by gender code")))
    odd = [f"{time}" for time in export.times.values() if time not in DECADES]
    raise_if_any(
        Finding("period-unreadable", f"{export.file}, header", f"{time} is no year of this database", "take it out")
        for time in odd
    )
    findings = cells_outside(
        export.rows,
        "migration by gender code",
        pl.col("migration by gender code").is_in(list(_EXPORT_SEXES)),
        code="code-unknown",
        mend=f"write one of {', '.join(_EXPORT_SEXES)}",
        place=export.place,
    )
    placed, unknown = export.placed(_ENDS)
    long = export.long(placed, *_ENDS.values(), "migration by gender code")
    sex = pl.col("migration by gender code").replace_strict(_EXPORT_SEXES, default=None)
    cells, faults = _cells(long.with_columns(SEX=sex).rename({"TIME": "YEAR"}), place=export.place, file=export.file)
    raise_if_any([*findings, *unknown, *faults])
    if "_T" not in cells["SEX"].unique().to_list():
        cells = pl.concat([cells, _both_sexes(cells, export.file)])
    return _reading(cells, layout=layout, file=export.file, evidence=proof_of(export))


def _cells(long: pl.DataFrame, *, place: Place, file: str) -> tuple[pl.DataFrame, list[Finding]]:
    """One figure a row; a country's own natives are no migrants, so that a zero there says nothing."""
    cells, findings = figures(long, place=place, marks=_MARKS)
    if cells.select(_KEY).is_duplicated().any():
        cells, repeated = one_row_each(cells, _KEY, place=lambda numbers: f"{file}, rows {numbers}")
        findings += repeated
    own = (pl.col("ORIGIN") == pl.col("DESTINATION")) & (pl.col("OBS_VALUE") == 0)
    cells = cells.with_columns(
        OBS_STATUS=pl.when(own).then(pl.lit("M")).otherwise("OBS_STATUS"),
        OBS_VALUE=pl.when(~own.fill_null(value=False)).then("OBS_VALUE"),
    )
    return cells.select("row", *_KEY, "OBS_VALUE", "OBS_STATUS"), findings


def _both_sexes(by_sex: pl.DataFrame, file: str) -> pl.DataFrame:
    """Women and men together; a figure for one sex alone is a finding, because the sum would pass for the whole."""
    key = ["ORIGIN", "DESTINATION", "YEAR"]
    women, men = (by_sex.filter(pl.col("SEX") == sex) for sex in ("F", "M"))
    lone = pl.concat([women.join(men, on=key, how="anti"), men.join(women, on=key, how="anti")]).unique("row")
    raise_if_any(
        Finding("sex-missing", f"{file}, row {row}", "figures for one sex only", "add the row of the other sex")
        for row in lone.get_column("row").sort()
    )
    both = women.join(men, on=key, how="inner", suffix="_M", validate="1:1")
    value = pl.col("OBS_VALUE") + pl.col("OBS_VALUE_M")
    status = pl.when(pl.col("OBS_VALUE").is_null()).then("OBS_STATUS").otherwise("OBS_STATUS_M")
    return both.with_columns(SEX=pl.lit("_T"), OBS_VALUE=value, OBS_STATUS=status).select(by_sex.columns)


def _reading(cells: pl.DataFrame, *, layout: str, file: str, evidence: tuple[str, ...]) -> Reading:
    pairs = cells.filter(pl.col("SEX") == "_T", pl.col("ORIGIN") != WORLD, pl.col("DESTINATION") != WORLD)
    sums = pairs.drop_nulls("OBS_VALUE").group_by("YEAR").agg(pl.col("OBS_VALUE").sum()).sort("YEAR")
    totals: dict[str, float] = dict(sums.iter_rows())
    raise_if_any(reversed_years(totals, file=file))
    stock = cells.select(
        "ORIGIN",
        "DESTINATION",
        "SEX",
        AGE=pl.lit(TOTAL),
        TIME_PERIOD=pl.format("{}-" + MID_YEAR, "YEAR"),
        SOURCE=pl.lit(SOURCE),
        UNIT_MEASURE=pl.lit("PS"),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
        # Censuses count by birth where they ask it, else by citizenship: the database does not say which.
        CRITERION=pl.lit("MIXED"),
        NOTE=pl.lit(NOTE),
    )
    shown = ", ".join(f"{year}: {total:,.0f}" for year, total in totals.items())
    published = _published()
    whole = "those published" if totals and _fit(totals, published) else "not those of the whole database"
    return Reading(
        product="worldbank-gbmd-stocks",
        revision=REVISION,
        layout=layout,
        tables={"STOCK": stock},
        evidence=(*evidence, f"world totals {shown}: {whole}"),
    )


def reversed_years(totals: Mapping[str, float], *, file: str) -> list[Finding]:
    """Years that stand over each other's columns: the world's migrants fall by a third or more between two dates.

    A re-hosted copy of this database has its five years in reverse. No step between two of them falls by a third, the
    five together do.

    Parameters
    ----------
    totals
        World total by year, in the order of the years.
    file
        What findings call the file.
    """
    falls = [
        (earlier, later)
        for earlier, later in combinations(totals, 2)
        if totals[earlier] > 0 and totals[later] <= totals[earlier] * (1 - LARGEST_FALL)
    ]
    if not falls:
        return []
    earlier, later = min(falls, key=lambda pair: totals[pair[1]] / totals[pair[0]])
    fact = f"the total falls from {totals[earlier]:,.0f} in {earlier} to {totals[later]:,.0f} in {later}"
    if _fit(dict(zip(totals, reversed(list(totals.values())), strict=True)), _published()):
        fact += "; read from the last year to the first, the totals are those published"
    mend = "the years stand over each other's columns: name the publisher's file, or turn the labels round"
    return [Finding("total-implausible", f"{file}, years {', '.join(totals)}", fact, mend)]


def _published() -> dict[str, float]:
    return {check.period[:4]: check.value for check in card("worldbank").checks if check.measure == "STOCK"}


def _fit(totals: Mapping[str, float], published: Mapping[str, float]) -> bool:
    # Copies of the database differ in their last pairs by 0.002 per cent.
    return all(year in published and abs(total / published[year] - 1) < 1e-3 for year, total in totals.items())
