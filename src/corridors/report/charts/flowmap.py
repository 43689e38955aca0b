"""Map of the largest flows."""

from __future__ import annotations

from math import dist, floor, log10
from typing import Any

import altair as alt
import polars as pl

from corridors.concepts.areas import area_name, known_areas
from corridors.report.charts.chart import Chart
from corridors.report.charts.inputs import pair_values, persons, round_persons, whole
from corridors.report.charts.labels import text_width, wrapped
from corridors.report.charts.placing import Box, place_names
from corridors.report.charts.plane import Arc, Point, arc, arrow, map_height, on_map, world_outline
from corridors.report.charts.shapes import flat, lines, polygon, surface, text
from corridors.report.charts.theme import INK, LABEL_SIZE, LAND, MAJOR_AREAS, MUTED, PAPER, WIDTH, area_color, finished
from corridors.report.tables import Column, Table

#: How many flows the map shows, and the width of the largest.
SHOWN, WIDEST, THINNEST = 28, 10.0, 1.1
DISCLAIMER = (
    "The boundaries and names shown and the designations used on this map do not imply official endorsement or "
    "acceptance by the United Nations."
)
_NORTH, _SOUTH, _LINE, _NAME_WIDTH, _LEADER_FROM = 24.0, 66.0, 12.0, 92.0, 7.0
Flows = dict[tuple[str, str], float]
Arcs = dict[tuple[str, str], Arc]


def flow_map(flow: pl.DataFrame, *, key: str, source: str, period: str) -> Chart:
    """Largest flows as arrows on a map of the world (Equal Earth); width is volume, colour the area of origin.

    Parameters
    ----------
    flow
        Rows of `FLOW` of one method and period, both sexes, between countries or between regions. An arrow runs between
        the areas' label points, not along a route.
    key, source, period
        Name in the text, publisher, and the period as captions say it.

    Raises
    ------
    ValueError
        There is nothing to draw, a pair comes twice, or no flow has a place on the map.

    Examples
    --------
    >>> flow = pl.DataFrame({"ORIGIN": ["IND", "MEX"], "DESTINATION": ["ARE", "USA"], "OBS_VALUE": [2.9e6, 2.1e6]})
    >>> chart = flow_map(flow, key="flows.map", source="UN", period="2010-2015")
    >>> chart.description.partition(": ")[2]
    'India to United Arab Emirates 2.9 million; Mexico to United States of America 2.1 million.'
    """
    values = {pair: value for pair, value in pair_values(flow).items() if value > 0}
    placed = {pair: value for pair, value in values.items() if all(_point(code) for code in pair)}
    if not placed:
        raise ValueError("no flow has both its ends on the map; areas need a label point in concepts/areas")
    drawn = dict(list(placed.items())[:SHOWN])
    largest = [f"{area_name(a)} to {area_name(b)} {persons(value)}" for (a, b), value in list(drawn.items())[:3]]
    title = f"The {len(drawn)} largest flows, {period}"
    description = f"World map with arrows for the {len(drawn)} largest flows: {'; '.join(largest)}."
    places = _places(drawn)
    arcs = _arcs(drawn, places)
    boxes = _boxes(places, list(arcs.values()), _size())
    return Chart(
        key=key,
        title=title,
        description=description,
        spec=finished(_picture(drawn, places, arcs, boxes), description=description),
        twin=Table(
            key=key,
            title=title,
            columns=(Column("Origin", "text"), Column("Destination", "text"), Column("Persons", "integer")),
            rows=tuple((area_name(a), area_name(b), value) for (a, b), value in drawn.items()),
            source=source,
        ),
        source=source,
        note=_note(values, drawn, [code for code in places if code not in boxes]),
    )


def _note(values: Flows, drawn: Flows, unnamed: list[str]) -> str:
    share = 100 * whole(list(drawn.values())) / whole(list(values.values()))
    parts = [
        f"Colour: area of origin. The arrows are no routes; they show {share:.0f} per cent of moves between all areas."
    ]
    if unnamed:
        parts.append(f"Without a name for want of room: {', '.join(sorted(map(area_name, unnamed)))}.")
    return " ".join([*parts, DISCLAIMER])


def _point(code: str) -> Point | None:
    found = known_areas()[code]
    if found.longitude is None or found.latitude is None:
        return None
    x, y = on_map(found.longitude, found.latitude)
    return x, y + _NORTH


def _places(drawn: Flows) -> dict[str, Point]:
    """Where the areas stand, those with the most moves first."""
    weight: dict[str, float] = {}
    for pair, value in drawn.items():
        for code in pair:
            weight[code] = weight.get(code, 0.0) + value
    ranked = sorted(weight, key=lambda code: (-weight[code], code))
    return {code: point for code in ranked if (point := _point(code)) is not None}


def _arcs(drawn: Flows, places: dict[str, Point]) -> Arcs:
    most = max(drawn.values())
    return {
        (a, b): arc(places[a], places[b], width=max(THINNEST, WIDEST * value / most)) for (a, b), value in drawn.items()
    }


def _boxes(places: dict[str, Point], arcs: list[Arc], size: tuple[float, float]) -> dict[str, Box]:
    names = {code: _broken(code) for code in places}
    hidden = [point for one in arcs for point in (*one.middle, *one.outline)]
    room = Box(2, 2, size[0] - 2, size[1] - _SOUTH + _LINE)
    return place_names(names, places, hidden, room=room, size=LABEL_SIZE)


def _broken(code: str) -> str:
    return wrapped(area_name(code), LABEL_SIZE, width=_NAME_WIDTH)


def _picture(drawn: Flows, places: dict[str, Point], arcs: Arcs, boxes: dict[str, Box]) -> alt.LayerChart:
    # The smallest first, so that the largest lie on top.
    rows = [
        {
            "outline": [arcs[pair].outline],
            "color": area_color(_major(pair[0])),
            "words": f"{area_name(pair[0])} to {area_name(pair[1])}: {persons(value)}",
        }
        for pair, value in reversed(drawn.items())
    ]
    dots = [{"outline": [_dot(point)], "color": INK, "words": area_name(code)} for code, point in places.items()]
    words, leaders = _names(boxes, places)
    outline, size = world_outline(), _size()
    return flat(
        [
            surface([_lower(rings) for rings in outline.land], color=LAND),
            lines(_lower(outline.borders), color=PAPER, width=0.7),
            lines(_lower(outline.undetermined), color=PAPER, width=0.9, dash=(1.2, 1.6)),
            polygon(rows, stroke=PAPER, width=0.5),
            polygon(dots, stroke=PAPER, width=0.4),
            lines(leaders, color=INK, width=0.5),
            text(words, size=size, align="center", halo=PAPER),
            text(words, size=size, align="center"),
            *_key(drawn, size),
        ],
        size=size,
    )


def _size() -> tuple[float, float]:
    return WIDTH - 4.0, float(round(map_height() + _NORTH + _SOUTH))


def _major(code: str) -> str:
    return known_areas()[code].major_area or code


def _names(boxes: dict[str, Box], places: dict[str, Point]) -> tuple[list[tuple[float, float, str]], list[list[Point]]]:
    """Lines of the names with their middles; and the lines that lead to names that stand farther off."""
    words: list[tuple[float, float, str]] = []
    leaders = []
    for code, box in boxes.items():
        broken = _broken(code).split("\n")
        first = (box.top + box.bottom) / 2 - (len(broken) - 1) * _LINE / 2
        words += [((box.left + box.right) / 2, first + _LINE * index, line) for index, line in enumerate(broken)]
        end = box.nearest(places[code])
        if dist(end, places[code]) > _LEADER_FROM:
            leaders.append([places[code], end])
    return words, leaders


def _key(drawn: Flows, size: tuple[float, float]) -> list[alt.Chart]:
    """Below the map: colours of the areas of origin, and arrows of round numbers of persons."""
    most = max(drawn.values())
    shapes: list[dict[str, Any]] = []
    words: list[tuple[float, float, str]] = []
    x, y = 4.0, size[1] - 34
    present = {_major(origin) for origin, _ in drawn}
    for code in [*(major for major in MAJOR_AREAS if major in present), *sorted(present - set(MAJOR_AREAS))]:
        shapes.append({"outline": [_square((x, y), 10)], "color": area_color(code), "words": area_name(code)})
        words.append((x + 14, y, area_name(code)))
        x += 14 + text_width(area_name(code), LABEL_SIZE) + 14
    x, y = 4.0, size[1] - 11
    for value in round_numbers(most):
        said = f"{round_persons(value)} persons"
        outline = arrow((x, y), (x + 44, y), width=max(THINNEST, WIDEST * value / most))
        shapes.append({"outline": [outline], "color": MUTED, "words": said})
        words.append((x + 50, y, said))
        x += 50 + text_width(said, LABEL_SIZE) + 24
    return [polygon(shapes, stroke=PAPER, width=0), text(words, size=size, align="left")]


def round_numbers(most: float) -> tuple[float, float, float]:
    """Three numbers of the kind 1, 2, 5, 10 ... up to the largest flow, for the key.

    Examples
    --------
    >>> round_numbers(6.3e6)
    (5000000.0, 2000000.0, 1000000.0)
    """
    power = 10.0 ** floor(log10(most))
    down = [factor * power for factor in (5, 2, 1, 0.5, 0.2, 0.1) if factor * power <= most]
    return down[0], down[1], down[2]


def _square(middle: Point, side: float) -> list[Point]:
    x, y = middle
    return [(x, y - side / 2), (x + side, y - side / 2), (x + side, y + side / 2), (x, y + side / 2), (x, y - side / 2)]


def _lower(outlines: list[list[Point]]) -> list[list[Point]]:
    return [[(x, y + _NORTH) for x, y in line] for line in outlines]


def _dot(point: Point, half: float = 1.8) -> list[Point]:
    x, y = point
    corners = [(half, 0), (0.7 * half, 0.7 * half), (0, half), (-0.7 * half, 0.7 * half)]
    around = corners + [(-dx, -dy) for dx, dy in corners]
    return [(x + dx, y + dy) for dx, dy in [*around, around[0]]]
