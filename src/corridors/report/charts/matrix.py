"""Flows between regions as a table of coloured cells."""

from __future__ import annotations

from math import floor, log10
from typing import Any

import altair as alt
import polars as pl

from corridors.concepts.areas import area_name
from corridors.report.charts.chart import Chart
from corridors.report.charts.inputs import persons
from corridors.report.charts.labels import text_width
from corridors.report.charts.regional import RegionalFlows, regional_flows
from corridors.report.charts.theme import INK, LABEL_SIZE, MUTED, PAPER, SMALL_SIZE, WIDTH, finished
from corridors.report.rounding import in_cell
from corridors.report.tables import Column, Table

#: From few persons to many; each step is darker, in colour and in grey print.
_SHADES = ("#f3efe2", "#cfdcb4", "#7fbf9f", "#3a87a0", "#1f3d73")
_NOTHING, _CELL = "#ffffff", 20.0


def flow_matrix(flow: pl.DataFrame, *, key: str, source: str, period: str) -> Chart:
    """Origins down, destinations across, shade by persons: each shade stands for ten times the one before.

    Parameters
    ----------
    flow
        Rows of `FLOW` of one method and period, both sexes. Countries are added up to subregions; moves inside a region
        are left out, their cells are crossed. A cell without a colour has a zero or no figure.
    key, source, period
        Name in the text, publisher, and the period as captions say it.

    Raises
    ------
    ValueError
        There is nothing to draw, or a pair comes twice.

    Examples
    --------
    >>> flow = pl.DataFrame({"ORIGIN": ["W034", "W013"], "DESTINATION": ["W145", "W021"], "OBS_VALUE": [7.5e6, 3.4e6]})
    >>> chart = flow_matrix(flow, key="flows.matrix", source="UN", period="2015-2020")
    >>> chart.twin.rows[0]
    ('Northern America', None, None, None, None)
    """
    found = regional_flows(flow)
    title = f"Flows by subregion of origin and destination, {period}"
    description = (
        f"Grid of {len(found.regions)} subregions of origin by as many of destination, darker for more persons. "
        f"The darkest: {found.described()}."
    )
    limits = shade_limits(max(found.flows.values()))
    unit, _ = cell_unit(limits[-1])
    return Chart(
        key=key,
        title=title,
        description=description,
        spec=finished(_picture(found, limits), description=description),
        twin=_twin(found, key=key, title=title, source=source),
        source=source,
        note=" ".join([f"Figures in the darkest cells: {unit}.", *_white(found), found.left_out()]),
    )


def _white(found: RegionalFlows) -> list[str]:
    coloured = sum(value > 0 for value in found.flows.values())
    return ["White cells: zero or no figure."] if coloured < len(found.regions) * (len(found.regions) - 1) else []


def shade_limits(largest: float) -> tuple[float, ...]:
    """Where each shade after the first begins: powers of ten up to the largest figure.

    Examples
    --------
    >>> shade_limits(7.5e6)
    (1000.0, 10000.0, 100000.0, 1000000.0)
    """
    top = floor(log10(largest))
    return tuple(10.0**power for power in range(top - len(_SHADES) + 2, top + 1))


def cell_unit(limit: float) -> tuple[str, str]:
    """Choose words and rounding for figures from a power of ten up to ten times as many: at most three digits.

    Examples
    --------
    >>> cell_unit(1e6), cell_unit(1e5), cell_unit(10)
    (('million persons', 'million:1'), ('thousand persons', 'thousand:0'), ('persons', 'integer'))
    """
    power = round(log10(limit))
    if power < 3:
        return "persons", "integer"
    word, scale = ("million", 6) if power >= 6 else ("thousand", 3)
    return f"{word} persons", f"{word}:{int(power - scale < 2)}"


def _shade(value: float, limits: tuple[float, ...]) -> int:
    return sum(value >= limit for limit in limits)


def _twin(found: RegionalFlows, *, key: str, title: str, source: str) -> Table:
    heads = tuple(Column(area_name(region), "integer") for region in found.regions)
    rows = tuple(
        (area_name(origin), *(found.flows.get((origin, destination)) for destination in found.regions))
        for origin in found.regions
    )
    return Table(
        key=key,
        title=title,
        columns=(Column("Origin", "text"), *heads),
        rows=rows,
        source=source,
        note="Origins down, destinations across, persons. Two dots: no figure.",
    )


def _picture(found: RegionalFlows, limits: tuple[float, ...]) -> alt.LayerChart:
    names = {region: area_name(region) for region in found.regions}
    room = max(text_width(name, LABEL_SIZE) for name in names.values())
    side = round(min(_CELL * 1.6, (WIDTH - room - 16) / len(names)) * len(names))
    cells = _cells(found, names, limits)
    order = list(names.values())
    x = (
        alt.X("to:N")
        .sort(order)
        .scale(domain=order, padding=0)
        .axis(title=None, orient="top", labelAngle=-90, domain=False, ticks=False, labelPadding=4)
    )
    y = (
        alt.Y("from:N")
        .sort(order)
        .scale(domain=order, padding=0)
        .axis(title=None, domain=False, ticks=False, labelPadding=5)
    )
    words = _legend(limits)
    color = (
        alt.Color("class:N")
        .scale(domain=words, range=[_NOTHING, *_SHADES])
        .legend(
            orient="none",
            legendX=-room,
            legendY=side + 10,
            title="Persons",
            direction="horizontal",
            symbolType="square",
            symbolSize=170,
            symbolStrokeColor=MUTED,
            symbolStrokeWidth=0.6,
            columns=len(words),
            titleOrient="left",
            columnPadding=10,
        )
    )
    grid = alt.Chart(alt.InlineData(values=cells), width=side, height=side)
    squares = grid.mark_rect(stroke="#c9c9c9", strokeWidth=0.5).encode(
        x=x, y=y, color=color, tooltip=[alt.Tooltip("words:N", title="Persons")], description="words:N"
    )
    figures = (
        grid.transform_filter("datum.shown")
        .mark_text(fontSize=SMALL_SIZE, color=PAPER, aria=False)
        .encode(x=x, y=y, text="shown:N")
    )
    stay = [{"from": name, "to": name, "mark": "×"} for name in order]
    crosses = (
        alt.Chart(alt.InlineData(values=stay))
        .mark_text(fontSize=13, color=INK, aria=False)
        .encode(x=x, y=y, text="mark:N")
    )
    return alt.LayerChart(layer=[squares, crosses, figures])


def _legend(limits: tuple[float, ...]) -> list[str]:
    marks = [f"{limit:,.0f}" if limit >= 1 else f"{limit:g}" for limit in limits]
    return ["none", f"under {marks[0]}", *(f"{mark} +" for mark in marks)]


def _cells(found: RegionalFlows, names: dict[str, str], limits: tuple[float, ...]) -> list[dict[str, Any]]:
    words = _legend(limits)
    _, rounding = cell_unit(limits[-1])
    cells = []
    for origin in found.regions:
        for destination in found.regions:
            value = found.flows.get((origin, destination))
            if origin == destination:
                continue
            shade = _shade(value, limits) if value else -1
            said = "no figure" if value is None else persons(value)
            cells.append(
                {
                    "from": names[origin],
                    "to": names[destination],
                    "class": words[shade + 1],
                    "shown": in_cell(value, rounding) if shade == len(_SHADES) - 1 else "",
                    "words": f"{names[origin]} to {names[destination]}: {said}",
                }
            )
    return cells
