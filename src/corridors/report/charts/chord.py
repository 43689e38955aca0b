"""Chord diagram of flows between regions."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from corridors.concepts.areas import area_name
from corridors.report.charts.chart import Chart
from corridors.report.charts.circle import (
    Point,
    at,
    fitting_radius,
    labels,
    per_person,
    ribbon_outline,
    ribbons,
    sector_outline,
    sectors,
    tick_step,
)
from corridors.report.charts.inputs import persons, round_persons
from corridors.report.charts.regional import RegionalFlows, regional_flows
from corridors.report.charts.shapes import flat, lines, polygon, text
from corridors.report.charts.theme import MUTED, PAPER, WIDTH, area_color, finished

#: Flows under this share of all moves keep their place on the rim but have no ribbon.
LEAST_SHARE = 0.0015
_AROUND = 34.0


def chord(flow: pl.DataFrame, *, key: str, source: str, period: str) -> Chart:
    """Flows between regions as ribbons across a circle: width is volume, colour origin, the point the destination.

    Parameters
    ----------
    flow
        Rows of `FLOW` of one method and period, both sexes. Countries are added up to subregions; moves inside a region
        are left out. Each region's piece of the rim is as long as its departures and then its arrivals; small flows
        have their place there even where they have no ribbon.
    key, source, period
        Name in the text, publisher, and the period as captions say it.

    Raises
    ------
    ValueError
        There is nothing to draw, or a pair comes twice.

    Examples
    --------
    >>> flow = pl.DataFrame({"ORIGIN": ["W034", "W013"], "DESTINATION": ["W145", "W021"], "OBS_VALUE": [7.5e6, 3.4e6]})
    >>> chord(flow, key="flows.chord", source="UN", period="2015-2020").note.split(". ")[0]
    'Width: persons; colour: subregion of origin; points: subregion of destination'
    """
    found = regional_flows(flow)
    title = f"Flows between subregions, {period}"
    description = (
        f"Circle of {len(found.regions)} subregions with ribbons from origin to destination, "
        f"{persons(found.moved)} persons in all. The largest: {found.described()}."
    )
    flows = {pair: value for pair, value in found.flows.items() if value > 0}
    drawn = [pair for pair, value in flows.items() if value >= LEAST_SHARE * found.moved]
    step = tick_step(2 * found.moved)
    return Chart(
        key=key,
        title=title,
        description=description,
        spec=finished(_picture(found, flows, drawn, step), description=description),
        twin=found.table(key=key, title=title, source=source),
        source=source,
        note=_note(found, flows, drawn, step),
    )


def _note(found: RegionalFlows, flows: dict[tuple[str, str], float], drawn: list[tuple[str, str]], step: float) -> str:
    parts = [
        "Width: persons; colour: subregion of origin; points: subregion of destination. On the rim each subregion shows "
        f"departures and then, clockwise, arrivals; ticks are {round_persons(step)} persons apart."
    ]
    if len(drawn) < len(flows):
        least = persons(LEAST_SHARE * found.moved)
        hidden = persons(found.moved - sum(flows[pair] for pair in drawn))
        parts.append(
            f"Flows under {least} persons ({len(flows) - len(drawn)} flows, {hidden} together) have their place on the rim "
            "but no ribbon."
        )
    return " ".join([*parts, found.left_out()])


def _picture(
    found: RegionalFlows, flows: dict[tuple[str, str], float], drawn: list[tuple[str, str]], step: float
) -> alt.LayerChart:
    around = sectors(found.regions, flows)
    names = {region: area_name(region) for region in found.regions}
    radius = fitting_radius(names, around)
    height = 2 * (radius + _AROUND)
    center = (WIDTH / 2, height / 2)
    pointed = alt.selection_point(fields=["origin"], on="pointerover", clear="pointerout", name="pointed")
    bands = (
        polygon(_ribbon_rows(found, flows, drawn, radius, center), stroke=PAPER, width=0.5)
        .encode(opacity=alt.when(pointed).then(alt.value(0.88)).otherwise(alt.value(0.12)))
        .properties(name="ribbons")
        .add_params(pointed)
    )
    rim = [
        {
            "outline": [sector_outline(around[region], radius, center)],
            "color": area_color(region),
            "words": (
                f"{names[region]}: {persons(found.leaving(region))} left, {persons(found.arriving(region))} arrived"
            ),
        }
        for region in found.regions
    ]
    placed = labels(names, around, radius, center)
    size = (WIDTH - 4.0, height)
    angle = per_person(found.regions, flows)
    ticks = [
        [at(sector.start + angle * step * mark, r, center) for r in (radius + 0.5, radius + 3.5)]
        for sector in around.values()
        for mark in range(int((sector.end - sector.start) / (angle * step) + 1e-9) + 1)
    ]
    return flat(
        [
            bands,
            polygon(rim, stroke=PAPER, width=0.3),
            lines(ticks, color=MUTED, width=0.6),
            lines([list(label.line) for label in placed], color=MUTED, width=0.6),
            text([(*label.at, label.text) for label in placed if label.right], size=size, align="left"),
            text([(*label.at, label.text) for label in placed if not label.right], size=size, align="right"),
        ],
        size=size,
    )


def _ribbon_rows(
    found: RegionalFlows,
    flows: dict[tuple[str, str], float],
    drawn: list[tuple[str, str]],
    radius: float,
    center: Point,
) -> list[dict[str, Any]]:
    ends = ribbons(found.regions, flows)
    # Small ones first, so that the largest lie on top.
    return [
        {
            "outline": [ribbon_outline(ends[pair], radius, center)],
            "color": area_color(pair[0]),
            "origin": pair[0],
            "words": f"{area_name(pair[0])} to {area_name(pair[1])}: {persons(flows[pair])}",
        }
        for pair in reversed(drawn)
    ]
