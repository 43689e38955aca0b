"""The evidence gap: which objectives are served where, and how well that was tested."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from corridors.concepts.areas import area
from corridors.document.practices.objectives import OBJECTIVES
from corridors.document.practices.record import Practice

if TYPE_CHECKING:
    import polars as pl


def evidence_table(practices: Iterable[Practice]) -> pl.DataFrame:
    """Practices by objective of the Global Compact, major area and grade: rows `OBJECTIVE`, `AREA`, `GRADE`, `PRACTICES`.

    A practice in several areas or with several objectives counts in each. Practices without a grade have a blank one.

    Examples
    --------
    >>> from corridors.document.practices.forms import shipped_practices
    >>> evidence_table(shipped_practices()).columns
    ['OBJECTIVE', 'AREA', 'GRADE', 'PRACTICES']
    """
    import polars as pl

    rows = {
        (number, found, practice.grade, practice.id)
        for practice in practices
        for number in practice.objectives
        for found in {area(code).major_area for code in practice.countries}
        if found is not None
    }
    table = pl.DataFrame(
        sorted(rows, key=lambda row: (row[0], row[1], -1 if row[2] is None else row[2], row[3])),
        schema={"OBJECTIVE": pl.Int64, "AREA": pl.String, "GRADE": pl.Int64, "ID": pl.String},
        orient="row",
    )
    counted = table.group_by("OBJECTIVE", "AREA", "GRADE").agg(PRACTICES=pl.len().cast(pl.Int64))
    return counted.sort("OBJECTIVE", "AREA", "GRADE")


def gaps(practices: Iterable[Practice]) -> tuple[int, ...]:
    """Objectives of the Global Compact that no practice serves.

    Examples
    --------
    >>> gaps([]) == tuple(OBJECTIVES)
    True
    """
    served = {number for practice in practices for number in practice.objectives}
    return tuple(number for number in OBJECTIVES if number not in served)
