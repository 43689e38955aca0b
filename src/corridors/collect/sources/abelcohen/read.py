"""Flow estimates by Abel and Cohen: one row for each start of a period, origin and destination, one column a method.

Nothing in the file names its authors or their release. The world totals of each method and period prove it: they are
published, and differ between releases and between stock revisions by more than they are rounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.collect.cells import figures
from corridors.collect.columns import YEAR, cells_outside, one_row_each, open_only_csv, place_in, require_columns
from corridors.collect.reading import Reading
from corridors.collect.spellings import names_of, place_areas
from corridors.concepts.findings import DataError, Finding, raise_if_any
from corridors.concepts.periods import MID_YEAR

if TYPE_CHECKING:
    import polars as pl

#: Our method by the column that the authors name after theirs. Their open system lets each stock table follow its own
#: pattern, which is what `min-open-dr` does.
METHODS = {
    "sd_drop_neg": "sd-drop-neg",
    "sd_rev_neg": "sd-rev-neg",
    "mig_rate": "mig-rate",
    "da_min_open": "min-open-dr",
    "da_min_closed": "min-closed",
    "da_pb_closed": "pb-closed",
}
#: World totals in millions by start of the period, as published to one decimal.
TOTALS = {
    "da_pb_closed": {"1990": 72.7, "1995": 71.4, "2000": 76.3, "2005": 89.0, "2010": 97.5, "2015": 101.2},
    "da_min_closed": {"1990": 42.7, "1995": 38.1, "2000": 39.6, "2005": 47.7, "2010": 49.9, "2015": 46.8},
    "da_min_open": {"1990": 32.2, "1995": 28.8, "2000": 33.4, "2005": 40.2, "2010": 38.5, "2015": 41.7},
    "mig_rate": {"1990": 58.7, "1995": 52.0, "2000": 52.3, "2005": 69.5, "2010": 67.2, "2015": 56.7},
}
#: Half of the published decimal, and what rounding to whole persons may add.
_TOLERANCE = 0.051
REVISION, SOURCE, YEARS = "2022", "abelcohen-2022", 5
_KEY = ("year0", "orig", "dest")
_WANTED = f"the flow estimates of Abel and Cohen with the columns {', '.join((*_KEY, *METHODS))}"


def read(raw: bytes, *, file: str) -> Reading:
    """FLOW by six methods.

    Parameters
    ----------
    raw
        CSV.
    file
        What findings call it.

    Raises
    ------
    DataError
        The file is another one, its totals are not those published, or cells cannot be read.
    """
    table = open_only_csv(raw, file=file, wanted=_WANTED)
    require_columns(table, [*_KEY, *METHODS], file=file, wanted=_WANTED)
    if "sex" in table.columns:
        fact = "the file gives the estimates by sex, for which no published totals prove the release"
        raise DataError([Finding("table-wrong", file, fact, f"wanted is {_WANTED}")])
    cells = _cells(table, file)
    evidence = _proof(cells, file)
    return Reading(
        product=f"{SOURCE}-total",
        revision=REVISION,
        layout="one row a corridor and period, one column a method; corridors at zero in all methods are not listed",
        tables={"FLOW": _flow(cells)},
        evidence=(f"heads of columns: {', '.join((*_KEY, *METHODS))}", *evidence),
    )


def _cells(table: pl.DataFrame, file: str) -> pl.DataFrame:
    """One estimate a row: ORIGIN, DESTINATION, year0, column, OBS_VALUE and OBS_STATUS."""
    import polars as pl

    place = place_in(file)
    findings = cells_outside(
        table, "year0", pl.col("year0").str.contains(YEAR), code="period-unreadable", mend="write a year", place=place
    )
    for column, into in (("orig", "ORIGIN"), ("dest", "DESTINATION")):
        table, unknown = place_areas(table, column, into=into, names=names_of("abelcohen"), place=place)
        findings += unknown
    key = ["ORIGIN", "DESTINATION", "year0"]
    long = table.unpivot(on=list(METHODS), index=["row", *key], variable_name="column", value_name="TEXT")
    cells, unreadable = _estimates(long, file)
    cells, torn = one_row_each(cells, [*key, "column"], place=lambda rows: f"{file}, rows {rows}")
    raise_if_any([*findings, *unreadable, *torn])
    # The diagonal of a flow table is empty: whoever stays has not moved.
    return cells.filter(pl.col("ORIGIN") != pl.col("DESTINATION"))


def _estimates(long: pl.DataFrame, file: str) -> tuple[pl.DataFrame, list[Finding]]:
    """`NA` is R's mark for an estimate that could not be made."""
    import polars as pl

    text = pl.col("TEXT").str.strip_chars()
    found, unreadable = figures(long.with_columns(TEXT=text.replace({"NA": None})), place=place_in(file))
    return found.with_columns(OBS_STATUS=pl.col("OBS_STATUS").replace({"A": "E"})), unreadable


def _proof(cells: pl.DataFrame, file: str) -> list[str]:
    """World totals that agree with those published.

    Raises
    ------
    DataError
        A total differs, or there is no period whose totals are published.
    """
    import polars as pl

    sums = cells.group_by("year0", "column").agg(pl.col("OBS_VALUE").sum() / 1e6)
    found = {(column, year): total for year, column, total in sums.iter_rows()}
    wrong, right = [], []
    for year in sorted({year for _, year in found}):
        for column, published in TOTALS.items():
            total = found[column, year]
            if year not in published:
                fact = f"no totals are published for the period from {year}"
                wrong.append(Finding("revision-unknown", f"{file}, column year0", fact, "give whole published periods"))
                break
            words = f"{column} {year}-{int(year) + YEARS}: {total:.1f} million, published {published[year]:.1f}"
            if abs(total - published[year]) > _TOLERANCE:
                mend = "give every corridor of the release on the 2020 stock and the 2022 prospects"
                wrong.append(Finding("revision-unknown", f"{file}, column {column}", words, mend))
            else:
                right.append(words)
    if not found:
        wrong.append(Finding("revision-unknown", file, "the file has no rows", "give whole published periods"))
    raise_if_any(wrong)
    return right[:4]


def _flow(cells: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    return cells.select(
        "ORIGIN",
        "DESTINATION",
        SEX=pl.lit("_T"),
        TIME_PERIOD=pl.format("{}-" + MID_YEAR + f"/P{YEARS}Y", "year0"),
        METHOD=pl.col("column").replace_strict(METHODS),
        SOURCE=pl.lit(SOURCE),
        UNIT_MEASURE=pl.lit("PS"),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
    )
