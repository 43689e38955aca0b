"""Cells of a Eurostat dataset in whatever format: codes checked, figures and flags read, the dataset recognised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from corridors.collect.cells import figures
from corridors.collect.columns import cells_outside
from corridors.collect.sources.eurostat._codes import (
    ABSENT,
    AGE_COMPLETED,
    AGE_REACHED,
    APPLICANT,
    APPLICANTS,
    BREAKDOWNS,
    DIMENSIONS,
    FLAGS,
    NOT_AVAILABLE,
    PRESENT,
    SEXES,
    UNITS,
    Dataset,
    age_code,
)
from corridors.concepts.findings import Finding, raise_if_any

_TIME = r"^(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2]))?$"


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of one file.

    Parameters
    ----------
    table
        Columns row, column, the dimensions as the file calls them, TIME, TEXT (the value) and FLAG (letters).
    file
        What findings call the file.
    place
        Names a cell from its row and column.
    format
        The file's format, in words.
    code
        Code of the dataset, blank where the format does not name it.
    updated
        Day of the last update, blank where the format does not tell it.
    """

    table: pl.DataFrame
    file: str
    place: Callable[[int, str], str]
    format: str
    code: str = ""
    updated: str = ""


def breakdown_of(cells: Cells) -> str | None:
    """The dimension of the other end, or None."""
    return next((name for name in BREAKDOWNS if name in cells.table.columns), None)


def checked(cells: Cells, dataset: Dataset) -> tuple[Cells, list[str]]:
    """Cells with OBS_VALUE, OBS_STATUS and NOTE, ages and sexes in our codes, and what was left out.

    Raises
    ------
    DataError
        Dimensions are missing, codes are unknown, figures cannot be read.
    """
    _require(cells, dataset)
    table = cells.table.with_columns(
        TIME=pl.col("TIME").str.strip_chars().str.replace("M", "-"),
        TEXT=pl.col("TEXT").fill_null("").str.strip_chars(),
        FLAG=pl.col("FLAG").fill_null("").str.strip_chars().str.replace_all(" ", ""),
    )
    findings = _code_findings(replace(cells, table=table), dataset)
    kept, left_out = _by_completed_age(table)
    found, unreadable = figures(kept, place=cells.place, marks={NOT_AVAILABLE: "O"})
    raise_if_any([*findings, *unreadable])
    return replace(cells, table=_with_status(found)), left_out


def _require(cells: Cells, dataset: Dataset) -> None:
    wanted = [*DIMENSIONS, dataset.breakdown]
    missing = [name for name in wanted if name not in cells.table.columns]
    if dataset.code.startswith("asy") and not set(APPLICANT) & set(cells.table.columns):
        missing.append("applicant")
    raise_if_any(
        Finding("column-missing", f"{cells.file}, row 1", f"no dimension {name}", "download it with all its dimensions")
        for name in missing
    )


def _code_findings(cells: Cells, dataset: Dataset) -> list[Finding]:
    table = cells.table
    monthly = dataset.code == "asyappctzm"
    ages = [text for text in table.get_column("age").unique() if age_code(text or "")]
    checks = [
        ("freq", pl.col("freq").is_in(["M" if monthly else "A"]), "keep the dataset's own frequency"),
        ("unit", pl.col("unit").is_in(list(UNITS)), f"use one of {', '.join(UNITS)}: numbers of persons"),
        ("sex", pl.col("sex").is_in(list(SEXES)), f"use one of {', '.join(SEXES)}"),
        ("age", pl.col("age").is_in(ages), "write an age group such as Y25-29"),
        ("FLAG", pl.col("FLAG").str.contains(f"^[{''.join(FLAGS)}]*$"), f"use the flags {', '.join(FLAGS)}"),
    ]
    checks += [
        (name, pl.col(name).is_in(list(APPLICANTS)), f"use one of {', '.join(APPLICANTS)}")
        for name in APPLICANT
        if name in table.columns
    ]
    if "agedef" in table.columns:
        agedefs = [*AGE_COMPLETED, AGE_REACHED]
        checks.append(("agedef", pl.col("agedef").is_in(agedefs), f"use one of {', '.join(agedefs)}"))

    def place(row: int, column: str) -> str:
        """Name of a cell by Eurostat's own names of its columns."""
        return cells.place(row, {"FLAG": "OBS_FLAG", "TIME": "TIME_PERIOD"}.get(column, column))

    findings = []
    for column, allowed, mend in checks:
        findings += cells_outside(table, column, allowed, code="code-unknown", mend=mend, place=place)
    time = pl.col("TIME").str.contains(_TIME) & (pl.col("TIME").str.contains("-", literal=True) == monthly)
    mend = "write a month such as 2024-01" if monthly else "write a year"
    return findings + cells_outside(table, "TIME", time, code="period-unreadable", mend=mend, place=place)


def _by_completed_age(table: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Rows by completed age; of the total of all ages under two definitions, one row.

    Ages reached in the year are other groups than ages completed: only their total is the same persons.
    """
    left_out: list[str] = []
    if "agedef" not in table.columns:
        return table, left_out
    reached = table.filter(pl.col("agedef") == AGE_REACHED)
    completed = table.filter(pl.col("agedef") != AGE_REACHED)
    kept = reached.filter(pl.col("age").is_in(["TOTAL", "UNK"]))
    if kept.height < reached.height:
        left_out.append(f"{reached.height - kept.height:,} figures by the age reached in the year left out")
    both = pl.concat([completed, kept])
    key = [name for name in both.columns if name not in ("row", "column", "agedef", "TEXT", "FLAG")]
    has_figure = (pl.col("TEXT") != NOT_AVAILABLE).any().over(key)
    return both.filter((pl.col("TEXT") != NOT_AVAILABLE) | ~has_figure), left_out


def _with_status(found: pl.DataFrame) -> pl.DataFrame:
    """Status by flags, and a note that spells out every flag the status does not say."""
    present, absent = pl.lit("A"), pl.lit("O")
    for flag, status in reversed(PRESENT):
        present = pl.when(pl.col("FLAG").str.contains(flag, literal=True)).then(pl.lit(status)).otherwise(present)
    for flag, status in reversed(ABSENT):
        absent = pl.when(pl.col("FLAG").str.contains(flag, literal=True)).then(pl.lit(status)).otherwise(absent)
    said = {status: flag for flag, status in (*reversed(PRESENT), *ABSENT)}
    words = {flags: _words(flags) for flags in found.get_column("FLAG").unique()}
    with_status = found.with_columns(
        OBS_STATUS=pl.when(pl.col("OBS_VALUE").is_null()).then(absent).otherwise(present),
    )
    told = pl.col("FLAG") == pl.col("OBS_STATUS").replace_strict(said, default="", return_dtype=pl.String)
    return with_status.with_columns(
        NOTE=pl.when(~told & (pl.col("FLAG") != "")).then(pl.col("FLAG").replace_strict(words, default=None)),
        AGE=pl.col("age").replace_strict({a: age_code(a) for a in found.get_column("age").unique()}, default=None),
        SEX=pl.col("sex").replace_strict(SEXES, default=None, return_dtype=pl.String),
    )


def _words(flags: str) -> str:
    return "; ".join(f"{flag} {FLAGS[flag]}" for flag in dict.fromkeys(flags) if flag in FLAGS)
