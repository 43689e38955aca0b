"""Polygons, lines and words at places of the picture, as layers of an Altair chart.

Places are units of the picture from its upper left corner; nothing is projected in the browser.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import altair as alt

from corridors.report.charts.theme import INK, LABEL_SIZE

Point = tuple[float, float]
Outline = Sequence[Point]


def polygon(rows: list[dict[str, Any]], *, stroke: str, width: float) -> alt.Chart:
    """Draw filled shapes, the last one on top.

    Parameters
    ----------
    rows
        `outline`: rings, the first one around the shape and others around its holes; `color`; `words`, which the
        tooltip shows; other fields stay for selections.
    """
    values = [
        {field: value for field, value in row.items() if field != "outline"}
        | {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": _rounded_rings(row["outline"])}}
        for row in rows
    ]
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_geoshape(stroke=stroke, strokeWidth=width, strokeJoin="round", aria=False)
        .encode(color=alt.Color("color:N").scale(None), tooltip=[alt.Tooltip("words:N", title="Persons")])
    )
    return chart


def lines(outlines: Iterable[Outline], *, color: str, width: float, dash: Sequence[float] = ()) -> alt.Chart:
    """Lines in one colour, as one mark."""
    shape = {"type": "Feature", "geometry": {"type": "MultiLineString", "coordinates": _rounded_rings(outlines)}}
    chart: alt.Chart = alt.Chart(alt.InlineData(values=[shape])).mark_geoshape(
        filled=False, stroke=color, strokeWidth=width, strokeDash=list(dash), aria=False
    )
    return chart


def surface(shapes: Iterable[Iterable[Outline]], *, color: str) -> alt.Chart:
    """Many shapes in one colour, as one mark without tooltip."""
    coordinates = [_rounded_rings(rings) for rings in shapes]
    shape = {"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": coordinates}}
    chart: alt.Chart = alt.Chart(alt.InlineData(values=[shape])).mark_geoshape(
        color=color, stroke=None, aria=False, tooltip=None
    )
    return chart


def text(
    words: Iterable[tuple[float, float, str]],
    *,
    size: tuple[float, float],
    align: Literal["left", "center", "right"],
    halo: str | None = None,
) -> alt.Chart:
    """Words at their places, half above and half below; with a halo, only the wide stroke that goes beneath them."""
    values = [{"x": round(x, 1), "y": round(y, 1), "text": word} for x, y, word in words]
    style: dict[str, Any] = {"color": INK} if halo is None else {"color": halo, "stroke": halo, "strokeWidth": 3}
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_text(align=align, baseline="middle", fontSize=LABEL_SIZE, aria=False, strokeJoin="round", **style)
        .encode(
            x=alt.X("x:Q").scale(domain=[0, size[0]], nice=False, zero=False).axis(None),
            y=alt.Y("y:Q").scale(domain=[0, size[1]], nice=False, zero=False, reverse=True).axis(None),
            text="text:N",
        )
    )
    return chart


def flat(layers: list[alt.Chart], *, size: tuple[float, float]) -> alt.LayerChart:
    """Layers over each other on one plane, without projection."""
    plane = [layer.project(type="identity", scale=1, translate=[0, 0]) for layer in layers]
    return alt.LayerChart(layer=plane, width=size[0], height=size[1])


def _rounded_rings(rings: Iterable[Outline]) -> list[list[list[float]]]:
    return [[[round(x, 1), round(y, 1)] for x, y in ring] for ring in rings]
