"""What the charts take out of tidy tables, and the faults of those who call them."""

from __future__ import annotations

from math import fsum

import polars as pl

from corridors.concepts.areas import area
from corridors.report.rounding import in_cell


def area_values(table: pl.DataFrame, column: str) -> dict[str, float]:
    """Figure by area, the largest first, ties by code; blank figures are left out.

    Raises
    ------
    ValueError
        A column is missing, an area comes twice or is the whole world, or no figure is left.

    Examples
    --------
    >>> area_values(pl.DataFrame({"AREA": ["FRA", "DEU"], "OBS_VALUE": [1.0, 2.0]}), "AREA")
    {'DEU': 2.0, 'FRA': 1.0}
    """
    found = _checked(table, [column])
    rows: list[tuple[str, float]] = found.rows()
    _refuse_twice([code for code, _ in rows])
    return dict(sorted(rows, key=lambda row: (-row[1], row[0])))


def pair_values(flow: pl.DataFrame) -> dict[tuple[str, str], float]:
    """Figure by origin and destination, the largest first, ties by code; blank ones and stayers are left out.

    Raises
    ------
    ValueError
        A column is missing, a pair comes twice, an area is the whole world, or no flow above zero is left.

    Examples
    --------
    >>> flow = pl.DataFrame({"ORIGIN": ["MEX"], "DESTINATION": ["USA"], "OBS_VALUE": [9.0]})
    >>> pair_values(flow)
    {('MEX', 'USA'): 9.0}
    """
    found = _checked(flow, ["ORIGIN", "DESTINATION"])
    rows: list[tuple[tuple[str, str], float]] = [
        ((origin, destination), value) for origin, destination, value in found.rows() if origin != destination
    ]
    _refuse_twice([f"{origin} to {destination}" for (origin, destination), _ in rows])
    if not any(value > 0 for _, value in rows):
        raise ValueError("there is no flow above zero between two areas to draw")
    return dict(sorted(rows, key=lambda row: (-row[1], row[0])))


def _checked(table: pl.DataFrame, areas: list[str]) -> pl.DataFrame:
    columns = [*areas, "OBS_VALUE"]
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise ValueError(f"the table has no column {', '.join(missing)}; this chart needs {', '.join(columns)}")
    found = table.select(columns).drop_nulls("OBS_VALUE")
    if found.is_empty():
        raise ValueError("there is no figure to draw: the table is empty or all its figures are blank")
    for name in areas:
        for code in found.get_column(name).unique():
            if area(code).kind == "world":
                raise ValueError(f"column {name} holds {code}, the sum of all; a chart takes the parts only")
    return found


def _refuse_twice(names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{name} comes more than once; choose one method, sex and TIME_PERIOD before drawing")
        seen.add(name)


def unit_of(largest: float) -> tuple[str, str]:
    """Words and rounding for figures up to the largest: million, thousand or single persons.

    Examples
    --------
    >>> unit_of(2.5e6), unit_of(40_000), unit_of(70)
    (('Million persons', 'million:1'), ('Thousand persons', 'thousand:1'), ('Persons', 'integer'))
    """
    if largest >= 1e6:
        return "Million persons", "million:1"
    return ("Thousand persons", "thousand:1") if largest >= 1e4 else ("Persons", "integer")


def persons(value: float) -> str:
    """Figure with its unit as descriptions and notes say it.

    Examples
    --------
    >>> persons(7_470_000), persons(12_345.6), persons(321)
    ('7.5 million', '12 thousand', '321')
    """
    if abs(value) >= 999_500:
        return in_cell(value, "million:1") + " million"
    return in_cell(value, "thousand:0") + " thousand" if abs(value) >= 9_999.5 else in_cell(value, "integer")


def round_persons(value: float) -> str:
    """Write a round number, such as a step of a scale, without a decimal that is zero.

    Examples
    --------
    >>> round_persons(2e6), round_persons(2.5e6), round_persons(500_000), round_persons(0.5)
    ('2 million', '2.5 million', '500 thousand', '0.5')
    """
    return persons(value).replace(".0 ", " ") if value >= 1 else f"{value:g}"


def whole(values: list[float]) -> float:
    """Sum that does not depend on the order of the rows."""
    return fsum(values)
