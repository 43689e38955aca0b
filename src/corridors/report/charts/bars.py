"""Bars ranked from the largest down, one an area."""

from __future__ import annotations

import polars as pl

from corridors.concepts.areas import area_name
from corridors.report.charts.chart import Chart
from corridors.report.charts.inputs import area_values, persons
from corridors.report.charts.rows import drawn, rows
from corridors.report.charts.theme import finished
from corridors.report.tables import Column, Table


def ranked_bars(table: pl.DataFrame, *, column: str, key: str, source: str, title: str) -> Chart:
    """One bar an area, the largest at the top, each with its figure.

    Parameters
    ----------
    table
        One row an area: the area's code in `column`, persons in `OBS_VALUE`. Blank figures are left out.
    column
        `ORIGIN`, `DESTINATION` or `AREA`.
    key, source, title
        Name in the text, publisher, and caption.

    Raises
    ------
    ValueError
        There is nothing to draw, or an area comes twice.

    Examples
    --------
    >>> hosts = pl.DataFrame({"DESTINATION": ["USA", "DEU"], "OBS_VALUE": [52.4e6, 16.8e6]})
    >>> chart = ranked_bars(hosts, column="DESTINATION", key="places.destinations", source="UN", title="Destinations")
    >>> chart.description
    'Bars, the longest first: United States of America 52.4 million, Germany 16.8 million.'
    """
    values = area_values(table, column)
    named = [(area_name(code), value) for code, value in values.items()]
    description = "Bars, the longest first: " + ", ".join(f"{name} {persons(value)}" for name, value in named[:3]) + "."
    laid = rows(values)
    return Chart(
        key=key,
        title=title,
        description=description,
        spec=finished(drawn(laid, title=laid.unit), description=description),
        twin=Table(
            key=key,
            title=title,
            columns=(Column(_HEADS.get(column, "Area"), "text"), Column("Persons", "integer")),
            rows=tuple(named),
            source=source,
        ),
        source=source,
    )


_HEADS = {"ORIGIN": "Origin", "DESTINATION": "Destination"}
