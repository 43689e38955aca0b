"""The regional world carried in the package: each of its CSV files is recognised by its header.

Area codes of the files are M49 codes as text (`014` becomes `W014`); a blank is a figure that was not tabulated (status
L), a zero is a zero. `dates.csv` of the package says which year columns are estimates; it and `areas.csv` hold no
observations and give a reading without tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from corridors.collect.cells import open_csv
from corridors.collect.reading import Reading
from corridors.collect.sources.embedded import _areas, _corridors, _events, _people
from corridors.collect.sources.embedded._shape import WORLD_PRODUCT, Sheet
from corridors.collect.unpacking import is_workbook
from corridors.concepts.findings import DataError, Finding, raise_if_any

if TYPE_CHECKING:
    import polars as pl

    from corridors.concepts.dataflows import DataflowName

Reader = Callable[[Sheet], "Mapping[DataflowName, pl.DataFrame]"]
#: Reader of each file by the columns before its years and periods; the first header whose columns are all there counts.
_READERS: tuple[tuple[tuple[str, ...], str, Reader], ...] = (
    (("kind", "rank", "origin_iso3", "destination_iso3"), "largest country corridors", _corridors.highlights),
    (
        ("source", "origin", "reporter", "destination_area", "start", "end", "persons"),
        "reported inflows",
        _corridors.inflows,
    ),
    (("origin", "destination", "distance_km"), "corridor indicators", _corridors.indicators),
    (("origin", "destination", "category"), "refugees", _corridors.refugees),
    (("area", "category"), "refugees inside areas", _corridors.refugees),
    (("origin", "destination", "sex", "1990"), "stocks between areas", _people.stock),
    (("area", "year", "foreign_stock"), "what stocks rest on", _areas.basis),
    (("area", "year", "gdp_per_head"), "area indicators", _areas.indicators),
    (("area", "year", "q025"), "population intervals", _people.intervals),
    (("area", "sex", "age", "1990-1995"), "death rates", _events.death_rates),
    (("area", "start", "end", "tfr"), "fertility", _events.fertility),
    (("area", "sex", "start", "end", "births"), "vital events by sex", _events.vital_by_sex),
    (("area", "start", "end", "years", "births"), "vital events", _events.vital),
    (("area", "start", "end", "births"), "vital events of the medium variant", _events.vital_medium),
    (("area", "sex", "age", "2100"), "population by age", _people.population),
    (("code", "name", "members"), "list of areas", lambda _: {}),
    (("year", "date", "stock", "population"), "list of dates", lambda _: {}),
)


def read(raw: bytes, *, file: str) -> Reading:
    """Tidy tables of one file of the regional world.

    Parameters
    ----------
    raw
        CSV.
    file
        What findings call it.

    Raises
    ------
    DataError
        The file is none of the regional world's, or cells of it are unreadable.
    """
    if is_workbook(raw):
        raise DataError([Finding("table-wrong", file, "a workbook", "wanted is a CSV file of the regional world")])
    table = open_csv(raw, file=file)
    # Stocks inside areas and population of all ages have one header: they differ in what is under it.
    if {"area", "sex", "1990", "2024"} <= set(table.columns) and "age" not in table.columns:
        layout, reader = _within_or_population(table, file)
    else:
        layout, reader = _recognised(table, file)
    sheet = Sheet(table, file)
    tables = dict(reader(sheet))
    raise_if_any(sheet.findings)
    product = "embedded-2024-highlights" if reader is _corridors.highlights else WORLD_PRODUCT
    return Reading(product=product, revision="2024", layout=f"regional world, {layout}", tables=tables)


def _recognised(table: pl.DataFrame, file: str) -> tuple[str, Reader]:
    for columns, layout, reader in _READERS:
        if set(columns) <= set(table.columns):
            return layout, reader
    seen = ", ".join(name for name in table.columns[:12] if name != "row")
    wanted = "; ".join(layout for _, layout, _ in _READERS)
    raise DataError(
        [Finding("table-wrong", file, f"a CSV file with the columns {seen}", f"wanted is one of: {wanted}")]
    )


def _within_or_population(table: pl.DataFrame, file: str) -> tuple[str, Reader]:
    """Of two files with one header, population is the one whose world counts billions."""
    import polars as pl

    total = table.get_column("2024").cast(pl.Float64, strict=False).sum()
    if total > _people.FEWEST_PEOPLE:
        return "population at the stock dates", _people.population_of_all_ages
    if 0 < total < _people.MOST_MIGRANTS:
        return "stocks within areas", _people.stock
    fact = f"the column 2024 adds up to {total:,.0f}: neither the world's population nor its migrants inside areas"
    raise DataError([Finding("table-wrong", f"{file}, column 2024", fact, "give the file of the package unchanged")])
