"""Counts of victims by pattern of lists: one column of 0 and 1 for each list, and the number of persons.

The names of the lists and the published number of persons together prove which study the file is; neither does alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from corridors.collect.cells import figures
from corridors.collect.columns import another_table, cells_outside, one_row_each, open_only_csv, place_in
from corridors.collect.reading import Reading
from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import WORLD
from corridors.concepts.findings import DataError, Finding, raise_if_any


@dataclass(frozen=True, slots=True)
class Study:
    """One study: its lists in order, the area and time of its victims, and how many it counts."""

    name: str
    revision: str
    lists: tuple[str, ...]
    area: str
    period: str
    persons: int


#: The lists of the United Kingdom are local authorities, non-government organisations, police forces, government
#: organisations, the general public and the National Crime Agency; those of the Netherlands are only known by letters.
STUDIES = (
    Study("uk6", "2014", ("LA", "NG", "PF", "GO", "GP", "NCA"), "GBR", "2013", 2_744),
    Study("uk5", "2014", ("LA", "NG", "PFNCA", "GO", "GP"), "GBR", "2013", 2_744),
    Study("nld6", "2020", ("I", "K", "O", "P", "R", "Z"), "NLD", "2010-01-01/P6Y", 8_234),
    Study("nld5", "2020", ("IO", "K", "P", "R", "Z"), "NLD", "2010-01-01/P6Y", 8_234),
)
COUNTS = ("count", "frequency", "n")
_WANTED = "a table of patterns with the lists " + "; or ".join(", ".join(study.lists) for study in STUDIES)


def read(raw: bytes, *, file: str) -> Reading:
    """TRAFFICKING of one study.

    Parameters
    ----------
    raw
        CSV.
    file
        What findings call it.

    Raises
    ------
    DataError
        The study is not known, its persons are not those published, or cells cannot be read.
    """
    table = open_only_csv(raw, file=file, wanted=_WANTED)
    study, count = _study(table, file)
    cells = _cells(table, study, count, file)
    persons = cells.get_column("OBS_VALUE").sum()
    if persons != study.persons:
        fact = f"the counts add up to {persons:,.0f}; published are {study.persons:,} persons on these lists"
        raise DataError([Finding("revision-unknown", file, fact, "name the published table, unchanged")])
    observed = cells.select(
        CITIZENSHIP=pl.lit(WORLD),
        DESTINATION=pl.lit(study.area),
        MEASURE=pl.lit("VICTIMS_LISTED"),
        CATEGORY="PATTERN",
        SEX=pl.lit(TOTAL),
        AGE=pl.lit(TOTAL),
        TIME_PERIOD=pl.lit(study.period),
        SOURCE=pl.lit(f"victimlists-{study.name}"),
        UNIT_MEASURE=pl.lit("PS"),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
    )
    return Reading(
        product=f"victimlists-{study.revision}-{study.name}",
        revision=study.revision,
        layout="one row a pattern of lists that names at least one person",
        tables={"TRAFFICKING": observed},
        evidence=(
            f"lists: {', '.join(study.lists)}",
            f"persons on at least one list: {persons:,.0f}, as published",
        ),
    )


def _study(table: pl.DataFrame, file: str) -> tuple[Study, str]:
    columns = [name for name in table.columns if name != "row"]
    counts = [name for name in columns if name.casefold() in COUNTS]
    lists = [name for name in columns if name not in counts]
    if len(counts) != 1 or not lists or not table.height:
        raise DataError([another_table(table, file=file, wanted=_WANTED)])
    for study in STUDIES:
        if set(lists) == set(study.lists):
            return study, counts[0]
    if all(len(name) == 1 and name in "ABCDEFGH" for name in lists):
        fact = f"its lists are only called {', '.join(lists)}, as in examples made up to explain a method"
        raise DataError([Finding("table-ambiguous", file, fact, f"wanted is {_WANTED}")])
    raise DataError([another_table(table, file=file, wanted=_WANTED)])


def _cells(table: pl.DataFrame, study: Study, count: str, file: str) -> pl.DataFrame:
    """One pattern a row: PATTERN, the lists joined by a plus sign in the study's order."""
    place = place_in(file)
    findings: list[Finding] = []
    for name in study.lists:
        findings += cells_outside(
            table, name, pl.col(name).is_in(["0", "1"]), code="value-unreadable", mend="write 0 or 1", place=place
        )
    on = [pl.when(pl.col(name) == "1").then(pl.lit(name)) for name in study.lists]
    patterns = table.with_columns(PATTERN=pl.concat_str(on, separator="+", ignore_nulls=True), TEXT=pl.col(count))
    findings += [
        Finding(
            "value-unreadable", f"{file}, row {row}", "persons on no list", "leave out the row: nobody counted them"
        )
        for row in patterns.filter(pl.col("PATTERN") == "").get_column("row")
    ]
    cells, unreadable = figures(patterns.with_columns(column=pl.lit(count)), place=place)
    single, repeated = one_row_each(cells, ["PATTERN"], place=lambda rows: f"{file}, rows {rows}")
    raise_if_any([*findings, *unreadable, *repeated])
    return single
