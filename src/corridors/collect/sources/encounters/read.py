"""National registers of encounters, told apart by their columns and, where two have the same, by the nationalities.

Dates, fiscal years and quarters are as the files have them; a country's own nationals are never in its register of
foreigners, which tells Mexico and Honduras apart.
"""

from __future__ import annotations

import polars as pl

from corridors.collect.cells import figures
from corridors.collect.columns import another_table, cells_outside, one_row_each, open_only_csv, place_in
from corridors.collect.reading import Reading
from corridors.collect.sources.encounters._registers import BOATS, DARIEN_YEARS, MAY_BE_BLANK, REGISTERS, Register
from corridors.collect.spellings import names_of, place_areas
from corridors.collect.unknowns import one_unknown
from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import UNKNOWN_ORIGIN, WORLD
from corridors.concepts.findings import DataError, Finding, raise_if_any

_WANTED = "a register as CSV with exactly the columns " + "; or ".join(
    dict.fromkeys(" ".join(register.columns) for register in REGISTERS)
)
_KEY = ["CITIZENSHIP", "REPORTER", "MEASURE", "ROUTE", "CATEGORY", "SEX", "TIME_PERIOD"]


def read(raw: bytes, *, file: str) -> Reading:
    """ENCOUNTER of one register.

    Parameters
    ----------
    raw
        CSV.
    file
        What findings call it.

    Raises
    ------
    DataError
        Everything that kept the file from being read, each with its row and column.
    """
    table = open_only_csv(raw, file=file, wanted=_WANTED)
    register = _register(table, file)
    raise_if_any(_cell_findings(table, register, file))
    cells, findings = _cells(table, register, file)
    raise_if_any(findings)
    source = f"encounters-{register.name}"
    observed = cells.select(
        *_KEY[:-1],
        AGE=pl.lit(TOTAL),
        TIME_PERIOD="TIME_PERIOD",
        SOURCE=pl.lit(source),
        UNIT_MEASURE=pl.when(pl.col("CATEGORY") == "boats").then(pl.lit(BOATS)).otherwise(pl.lit(register.unit)),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
        NOTE="NOTE",
    )
    return Reading(
        product=f"encounters-tidy-{register.name}",
        revision="tidy",
        layout=f"one row for each {', '.join(register.columns[:-1])}",
        tables={"ENCOUNTER": observed},
        evidence=_evidence(table, register, observed),
    )


def _register(table: pl.DataFrame, file: str) -> Register:
    columns = set(table.columns) - {"row"}
    fitting = [register for register in REGISTERS if columns == set(register.columns)]
    if not fitting or not table.height:
        raise DataError([another_table(table, file=file, wanted=_WANTED)])
    if len(fitting) > 1:
        seen = set(table.get_column("nat").drop_nulls())
        own = {register.reporter for register in fitting}
        fitting = [register for register in fitting if seen & own == own - {register.reporter}]
    if len(fitting) != 1:
        names = " and ".join(register.name for register in REGISTERS if columns == set(register.columns))
        fact = f"{names} have these columns, and the nationalities do not show whose own are left out"
        mend = "give the publisher's whole file"
        raise DataError([Finding("table-ambiguous", file, fact, mend)])
    return fitting[0]


def _cell_findings(table: pl.DataFrame, register: Register, file: str) -> list[Finding]:
    """Dates and words that are none of the register's."""
    place = place_in(file)
    month = r"^(?:19|20)\d\d-(?:0[1-9]|1[0-2])-01$"
    time = pl.col("t").str.contains(r"^(?:19|20)\d\d$" if register.yearly else month)
    mend = "write a year" if register.yearly else "write the month's first day"
    findings = cells_outside(table, "t", time, code="period-unreadable", mend=mend, place=place)
    for column, words in register.words.items():
        allowed = pl.col(column).is_in(words)
        allowed = pl.col(column).is_null() | allowed if column in MAY_BE_BLANK else allowed
        mend = f"use {', '.join(words)}"
        findings += cells_outside(table, column, allowed, code="code-unknown", mend=mend, place=place)
    if not findings and "t_fy" in table.columns:
        # The fiscal year of the United States begins in October of the year before.
        year, number = pl.col("t").str.slice(0, 4).cast(pl.Int32), pl.col("t").str.slice(5, 2).cast(pl.Int32)
        fiscal = pl.format("{}-{}", (year + (number >= 10).cast(pl.Int32)), pl.col("t").str.slice(5))
        mend = "write the month in its fiscal year, which begins in October of the year before"
        right = pl.col("t_fy") == fiscal
        findings += cells_outside(table, "t_fy", right, code="period-unreadable", mend=mend, place=place)
    return findings


def _cells(table: pl.DataFrame, register: Register, file: str) -> tuple[pl.DataFrame, list[Finding]]:
    """One row a key, with unknown nationalities added up."""
    place = place_in(file)
    named = table.with_columns(
        NATION=pl.lit(register.citizens) if register.citizens else _nation(register),
        COUNTRY=pl.lit(register.reporter) if register.reporter else pl.col("geo"),
        TIME_PERIOD=_period(register),
        ROUTE=register.route,
        CATEGORY=register.category,
        SEX=register.sex,
        MEASURE=pl.lit(register.measure),
        TEXT=pl.col("n"),
        column=pl.lit("n"),
    )
    if "boats" in register.columns:
        boats = {"MEASURE": pl.lit("DETECTIONS"), "CATEGORY": pl.lit("boats"), "TEXT": pl.col("boats")}
        named = pl.concat([named, named.with_columns(**boats, column=pl.lit("boats"))])
    names = names_of("encounters")
    placed, unknown = place_areas(named, "NATION", into="CITIZENSHIP", names=names, place=place, label="nat")
    placed, nowhere = place_areas(placed, "COUNTRY", into="REPORTER", names=names, place=place, label="geo")
    cells, unreadable = figures(placed, place=place)
    cells = cells.with_columns(NOTE=pl.lit(None, dtype=pl.String))
    if register.doubtful:
        doubt = pl.col("NATION").is_in(register.doubtful)
        cells = cells.with_columns(
            CITIZENSHIP=pl.when(doubt).then(pl.lit(UNKNOWN_ORIGIN)).otherwise("CITIZENSHIP"),
            NOTE=pl.when(doubt).then(pl.format("the file gives several nationalities the code {}", "NATION")),
        )
    if register.repeats:
        cells = _undecided(cells)
    told = cells.filter(pl.col("CITIZENSHIP") != UNKNOWN_ORIGIN)
    single, repeated = one_row_each(told, _KEY, place=lambda rows: f"{file}, rows {rows}")
    rest = cells.filter(pl.col("CITIZENSHIP") == UNKNOWN_ORIGIN)
    if not register.repeats:
        rest, again = one_row_each(rest, [*_KEY, "NATION"], place=lambda rows: f"{file}, rows {rows}")
        repeated = [*repeated, *again]
    together = one_unknown(pl.concat([single, rest]), "CITIZENSHIP", key=_KEY, word="NATION")
    return together, [*unknown, *nowhere, *unreadable, *repeated]


def _nation(register: Register) -> pl.Expr:
    # The United States' first two years have no nationalities: sums over all. Anywhere else a blank is a finding.
    if register.name != "usa":
        return pl.col("nat")
    whole = pl.col("nat").is_null().all().over("t")
    return pl.when(whole).then(pl.lit(WORLD)).otherwise("nat")


def _period(register: Register) -> pl.Expr:
    if register.yearly:
        return pl.col("t")
    month = pl.col("t").str.slice(0, 7)
    if register.name != "darien":
        return month
    year = pl.col("t").str.slice(0, 4)
    yearly = (year.cast(pl.Int32, strict=False) <= DARIEN_YEARS) & pl.col("t").str.ends_with("-01-01")
    return pl.when(yearly).then(year).otherwise(month)


def _undecided(cells: pl.DataFrame) -> pl.DataFrame:
    """Two rows of one nationality and month are two nationalities under one code, and nothing says which is which.

    Both count under the unknown nationality; the nationality itself stays without a figure, with both in its note.
    """
    told = pl.col("CITIZENSHIP") != UNKNOWN_ORIGIN
    twice = told & (pl.len().over(_KEY) > 1)
    doubled = cells.filter(twice)
    listed = doubled.with_columns(SHOWN=pl.col("OBS_VALUE").cast(pl.Int64, strict=False).cast(pl.String))
    empty = (
        listed.group_by(_KEY, maintain_order=True)
        .agg(pl.all().exclude("SHOWN", "NOTE").first(), pl.col("SHOWN").str.join(" and "))
        .with_columns(
            OBS_VALUE=pl.lit(None, dtype=pl.Float64),
            OBS_STATUS=pl.lit("O"),
            NOTE=pl.format("the file has two rows: {}; both are counted under XXX", "SHOWN"),
        )
    )
    unknown = doubled.with_columns(CITIZENSHIP=pl.lit(UNKNOWN_ORIGIN))
    return pl.concat([cells.filter(~twice), unknown, empty.select(cells.columns)])


def _evidence(table: pl.DataFrame, register: Register, observed: pl.DataFrame) -> tuple[str, ...]:
    times = table.get_column("t").sort()
    counted = observed.filter(pl.col("CATEGORY") != "boats").get_column("OBS_VALUE").sum()
    found = [
        f"heads of columns: {', '.join(register.columns)}",
        f"{times[0]} to {times[-1]}; all figures together, whatever they count: {counted:,.0f}",
    ]
    found += [f"{column}: {', '.join(words)}" for column, words in list(register.words.items())[-1:]]
    if register.columns == ("t", "nat", "n"):
        found.append(f"no nationality {register.reporter}, as befits a register of foreigners in {register.reporter}")
    doubled = observed.get_column("NOTE").str.starts_with("the file has two rows").sum()
    if doubled:
        found.append(f"{doubled} nationalities of a month stand twice with different persons: counted under XXX")
    return tuple(found)
