"""Migrant stocks over time, one line a major area."""

from __future__ import annotations

from datetime import date
from typing import Any

import altair as alt
import polars as pl

from corridors.concepts.areas import area, area_name
from corridors.report.charts.chart import Chart
from corridors.report.charts.inputs import persons, unit_of, whole
from corridors.report.charts.labels import spread, text_width
from corridors.report.charts.theme import (
    GRID,
    LABEL_SIZE,
    MUTED,
    PAPER,
    WIDTH,
    area_color,
    finished,
    place_in_order,
)
from corridors.report.rounding import in_cell
from corridors.report.tables import Column, Table

HEIGHT, LABEL_GAP, LEADER, MOST_TICKS = 300, 14.0, 16, 12
_SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")
#: Persons by major area of destination and instant.
_Levels = dict[str, dict[str, float]]


def stock_series(both: pl.DataFrame, *, key: str, source: str) -> Chart:
    """Stock by major area of destination over time; the last figure stands beside each line.

    Parameters
    ----------
    both
        Rows of `STOCK` for both sexes: `DESTINATION`, `TIME_PERIOD` (an instant), `OBS_VALUE`. The time axis is true: a
        step of four years is shorter than one of five.
    key, source
        Name in the text and publisher.

    Raises
    ------
    ValueError
        There is nothing to draw, or a destination is the whole world.

    Examples
    --------
    >>> stock = pl.DataFrame({"DESTINATION": ["FRA", "FRA"], "TIME_PERIOD": ["2020-07-01", "2024-07-01"],
    ...                       "OBS_VALUE": [8.8e6, 9.2e6]})
    >>> stock_series(stock, key="stocks.series", source="UN").description
    'Lines from 2020 to 2024 by area of destination: Europe from 8.8 million to 9.2 million.'
    """
    levels = _levels(both)
    times = sorted({time for values in levels.values() for time in values})
    ranked = sorted(levels, key=lambda code: (-levels[code].get(times[-1], 0.0), code))
    title = f"Migrant stock by area of destination, {times[0][:4]} to {times[-1][:4]}"
    described = [f"{area_name(code)} {_change(levels[code])}" for code in ranked]
    description = f"Lines from {times[0][:4]} to {times[-1][:4]} by area of destination: {', '.join(described)}."
    return Chart(
        key=key,
        title=title,
        description=description,
        spec=finished(_picture(levels, ranked, times), description=description),
        twin=Table(
            key=key,
            title=title,
            columns=(Column("Area of destination", "text"), *(Column(time[:4], "integer") for time in times)),
            rows=tuple((area_name(code), *(levels[code].get(time) for time in times)) for code in ranked),
            source=source,
        ),
        source=source,
    )


def _levels(both: pl.DataFrame) -> _Levels:
    columns = ["DESTINATION", "TIME_PERIOD", "OBS_VALUE"]
    missing = [name for name in columns if name not in both.columns]
    if missing:
        raise ValueError(f"the table has no column {', '.join(missing)}; this chart needs {', '.join(columns)}")
    gathered: dict[str, dict[str, list[float]]] = {}
    for destination, time, value in both.select(columns).drop_nulls("OBS_VALUE").iter_rows():
        found = area(destination)
        if found.kind == "world":
            raise ValueError(f"column DESTINATION holds {destination}, the sum of all; a chart takes the parts only")
        gathered.setdefault(found.major_area or destination, {}).setdefault(time, []).append(value)
    if not gathered:
        raise ValueError("there is no figure to draw: the table is empty or all its figures are blank")
    return {code: {time: whole(values) for time, values in by.items()} for code, by in gathered.items()}


def _change(values: dict[str, float]) -> str:
    first, last = min(values), max(values)
    return f"from {persons(values[first])} to {persons(values[last])}" if first != last else persons(values[last])


def _year(instant: str) -> float:
    day = date.fromisoformat(instant)
    return round(day.year + (day.timetuple().tm_yday - 1) / 366, 3)


def _picture(levels: _Levels, ranked: list[str], times: list[str]) -> alt.LayerChart:
    top = max(value for values in levels.values() for value in values.values()) or 1.0
    unit, rounding = unit_of(top)
    scale = {"million:1": 1e6, "thousand:1": 1e3}.get(rounding, 1.0)
    ends = _ends(levels, ranked, rounding, top * 1.04)
    width = WIDTH - LEADER - 46 - max(text_width(row["label"], LABEL_SIZE) for row in ends)
    by_place = sorted(ranked, key=place_in_order)
    data: list[dict[str, Any]] = [
        {
            "area": code,
            "year": _year(time),
            "value": value / scale,
            "words": f"{area_name(code)}, {time[:4]}: {persons(value)}",
            "shape": _SHAPES[by_place.index(code) % len(_SHAPES)],
        }
        for code in ranked
        for time, value in sorted(levels[code].items())
    ]
    shown = times[::-1][:: -(-len(times) // MOST_TICKS)]
    domain = [_year(times[0]), _year(times[-1]) if len(times) > 1 else _year(times[0]) + 1]
    x = (
        alt.X("year:Q")
        .scale(domain=domain, nice=False)
        .axis(
            values=sorted(_year(time) for time in shown),
            labelExpr="floor(datum.value)",
            title=None,
            grid=False,
            labelFlush=False,
            labelOverlap=False,
        )
    )
    y = (
        alt.Y("value:Q")
        .scale(domain=[0, top * 1.04 / scale], nice=False)
        .axis(
            title=unit,
            tickCount=6,
            domain=False,
            ticks=False,
            gridColor=GRID,
            titleAngle=0,
            titleAlign="left",
            titleAnchor="start",
            titleX=-30,
            titleY=-10,
            format=",~f",
        )
    )
    color = alt.Color("area:N").scale(domain=ranked, range=[area_color(code) for code in ranked]).legend(None)
    base = alt.Chart(alt.InlineData(values=data), width=width, height=HEIGHT)
    lines = base.mark_line(strokeWidth=2.2, aria=False).encode(x=x, y=y, color=color)
    points = base.mark_point(filled=True, size=46, opacity=1, stroke=PAPER, strokeWidth=0.7).encode(
        x=x,
        y=y,
        color=color,
        shape=alt.Shape("shape:N", scale=None),
        description="words:N",
        tooltip=[alt.Tooltip("words:N", title="Stock")],
    )
    return alt.LayerChart(layer=[lines, points, *_end_labels(ends, width, scale)])


def _ends(levels: _Levels, ranked: list[str], rounding: str, top: float) -> list[dict[str, Any]]:
    """Label beside the last point of each line, moved apart where lines end close together; places in persons."""
    last = {code: levels[code][max(levels[code])] for code in ranked}
    wanted = sorted((HEIGHT * (1 - value / top), code) for code, value in last.items())
    # The lowest labels may stand beside the years of the axis.
    low = HEIGHT + LABEL_GAP * max(1, len(ranked) - HEIGHT // LABEL_GAP + 1)
    placed = spread([place for place, _ in wanted], gap=LABEL_GAP, low=0, high=low)
    return [
        {
            "end": last[code],
            "beside": top * (1 - place / HEIGHT),
            "label": f"{area_name(code)} {in_cell(last[code], rounding)}",
        }
        for (_, code), place in zip(wanted, placed, strict=True)
    ]


def _end_labels(ends: list[dict[str, Any]], width: float, scale: float) -> list[alt.Chart]:
    rows = [row | {"end": row["end"] / scale, "beside": round(row["beside"] / scale, 4)} for row in ends]
    base = alt.Chart(alt.InlineData(values=rows))
    leaders = base.mark_rule(color=MUTED, strokeWidth=0.7, aria=False).encode(
        x=alt.value(width + 6), x2=alt.value(width + LEADER), y="end:Q", y2="beside:Q"
    )
    text = base.mark_text(align="left", baseline="middle", aria=False).encode(
        x=alt.value(width + LEADER + 3), y="beside:Q", text="label:N"
    )
    return [leaders, text]
