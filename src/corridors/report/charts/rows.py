"""Horizontal bars with their names: where each row stands, and the layers that two charts share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt

from corridors.concepts.areas import area_name
from corridors.report.charts.inputs import persons, unit_of
from corridors.report.charts.labels import text_width, wrapped
from corridors.report.charts.theme import CONTRAST, LABEL_SIZE, MAIN, MUTED, WIDTH
from corridors.report.rounding import in_cell

#: Room for names, height of a row, of each further line of a name, and of a bar.
NAME_WIDTH, ROW, LINE, THICKNESS = 215.0, 18.0, 10.0, 13.0
_NAME_GAP, _FIGURE_GAP = 7.0, 4.0
_BESIDE: dict[str, Any] = {"baseline": "middle", "aria": False}


@dataclass(frozen=True, slots=True)
class Rows:
    """Bars and lines of names with their places, in units of the picture from the top; and the size of the drawing."""

    bars: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    width: float
    height: float
    unit: str


def rows(values: Mapping[str, float]) -> Rows:
    """Lay out one row an area, in the order given, each as high as its name needs.

    Examples
    --------
    >>> laid = rows({"USA": 52.4e6, "DEU": 16.8e6})
    >>> [bar["shown"] for bar in laid.bars], [line["text"] for line in laid.lines], laid.height
    (['52.4', '16.8'], ['United States of America', 'Germany'], 36.0)
    """
    unit, rounding = unit_of(max(abs(value) for value in values.values()))
    bars: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    top = 0.0
    for code, value in values.items():
        broken = wrapped(area_name(code), LABEL_SIZE, width=NAME_WIDTH).split("\n")
        height = ROW + LINE * (len(broken) - 1)
        bars.append(
            {
                "top": top + (height - THICKNESS) / 2,
                "middle": top + height / 2,
                "bottom": top + (height + THICKNESS) / 2,
                "value": value,
                "shown": in_cell(value, rounding),
                "words": f"{area_name(code)}: {persons(value)}",
            }
        )
        first = top + height / 2 - (len(broken) - 1) * (LINE + 2) / 2
        lines += [{"place": first + (LINE + 2) * index, "text": text} for index, text in enumerate(broken)]
        top += height
    names = max(text_width(line["text"], LABEL_SIZE) for line in lines)
    return Rows(bars, lines, width=WIDTH - names - _NAME_GAP - 4, height=top, unit=unit)


def drawn(laid: Rows, *, title: str) -> alt.LayerChart:
    """Bars from zero, losses in their own colour, with figures at their ends and names at the left."""
    low, high = min(0.0, *(b["value"] for b in laid.bars)), max(0.0, *(b["value"] for b in laid.bars))
    figures = max(text_width(bar["shown"], LABEL_SIZE) for bar in laid.bars) + _FIGURE_GAP + 2
    sides = (low < 0) + (high > 0)
    margin = (high - low or 1.0) * figures / (laid.width - sides * figures)
    domain = [low - (margin if low < 0 else 0), high + (margin if high > 0 or low == high else 0)]
    axis = alt.Axis(title=title, titleAnchor="start", orient="top", labels=False, ticks=False, domain=False, grid=False)
    place = alt.Scale(domain=[0, laid.height], reverse=True, nice=False)
    frame = alt.Chart(alt.InlineData(values=laid.bars), width=round(laid.width), height=laid.height)
    middle = alt.Y("middle:Q").scale(place).axis(None)
    bars = frame.mark_bar().encode(
        x=alt.X("value:Q").scale(domain=domain, nice=False).axis(axis),
        x2=alt.datum(0),
        y=alt.Y("top:Q").scale(place).axis(None),
        y2="bottom:Q",
        color=alt.when("datum.value < 0").then(alt.value(CONTRAST)).otherwise(alt.value(MAIN)),
        tooltip=[alt.Tooltip("words:N", title="Persons")],
        description="words:N",
    )
    after = frame.transform_filter("datum.value >= 0").mark_text(align="left", dx=_FIGURE_GAP, **_BESIDE)
    before = frame.transform_filter("datum.value < 0").mark_text(align="right", dx=-_FIGURE_GAP, **_BESIDE)
    ends = [figure.encode(x="value:Q", y=middle, text="shown:N") for figure in (after, before)]
    names = (
        alt.Chart(alt.InlineData(values=laid.lines))
        .mark_text(align="right", baseline="middle", aria=False)
        .encode(x=alt.value(-_NAME_GAP), y=alt.Y("place:Q").scale(place).axis(None), text="text:N")
    )
    zero = alt.Chart(alt.InlineData(values=[{"value": 0}])).mark_rule(color=MUTED, aria=False).encode(x="value:Q")
    return alt.LayerChart(layer=[bars, zero, names, *ends])
