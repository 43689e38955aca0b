"""The map's plane: the Equal Earth projection, the outline of the world, and arcs between places.

References
----------
B. Savric, T. Patterson and B. Jenny (2019), https://doi.org/10.1080/13658816.2018.1504949
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import asin, cos, hypot, radians, sin, sqrt

from corridors.report.charts.theme import WIDTH

Point = tuple[float, float]
#: The map runs from 169° W eastwards, so that its edge lies in the Bering Strait; its middle is 11° E.
MIDDLE, EDGE = 11.0, -169.0
_A = (1.340264, -0.081106, 0.000893, 0.003796)
_NORTH, _SOUTH = 83.7, -56.0
#: Half the width of the projected world for a sphere of radius 1, at the equator.
_HALF_WIDTH = 2.70663
_SCALE = WIDTH / (2 * _HALF_WIDTH + 0.02)
_STEPS = 24
#: Height of an arc over its chord as a share of the chord's length, and at most.
_BOW, _MOST_BOW = 0.2, 38.0
#: Half the width at which an arc is still seen inside its white edge.
_THIN = 0.6


def equal_earth(longitude: float, latitude: float) -> Point:
    """Place of a point on the sphere of radius 1, from the map's middle; y grows to the north.

    Examples
    --------
    >>> equal_earth(11, 0)
    (0.0, 0.0)
    """
    east = (longitude - EDGE) % 360 - 180 if longitude <= 191 else longitude - MIDDLE
    slant = asin(sqrt(3) / 2 * sin(radians(latitude)))
    a1, a2, a3, a4 = _A
    across = 2 * sqrt(3) * radians(east) * cos(slant)
    across /= 3 * (9 * a4 * slant**8 + 7 * a3 * slant**6 + 3 * a2 * slant**2 + a1)
    return across, a4 * slant**9 + a3 * slant**7 + a2 * slant**3 + a1 * slant


def on_map(longitude: float, latitude: float) -> Point:
    """Place in units of the picture from its upper left corner.

    Examples
    --------
    >>> x, y = on_map(11, 0)
    >>> round(x, 1), y < map_height()
    (302.0, True)
    """
    x, y = equal_earth(longitude, latitude)
    return WIDTH / 2 + x * _SCALE, (equal_earth(MIDDLE, _NORTH)[1] - y) * _SCALE


def map_height() -> float:
    """Height of the land on the map, from its northern edge to its southern one."""
    return on_map(MIDDLE, _SOUTH)[1]


@dataclass(frozen=True, slots=True)
class Outline:
    """Coasts (shapes with their holes), agreed borders and undetermined ones, in units of the picture."""

    land: list[list[list[Point]]]
    borders: list[list[Point]]
    undetermined: list[list[Point]]


@cache
def world_outline() -> Outline:
    """World of `charts/geometry/world.json` on the map; islands too small to be seen are left out."""
    text = files("corridors.report.charts.geometry").joinpath("world.json").read_text(encoding="utf-8")
    found = json.loads(text)

    def placed(line: list[list[float]]) -> list[Point]:
        """The points of a line on the map."""
        return [on_map(longitude, latitude) for longitude, latitude in line]

    return Outline(
        land=[[placed(ring) for ring in shape] for shape in found["land"]],
        borders=[placed(line) for line in found["borders"]],
        undetermined=[placed(line) for line in found["undetermined"]],
    )


@dataclass(frozen=True, slots=True)
class Arc:
    """One flow on the map: its middle line from origin to destination, and its outline with the arrow's head."""

    middle: list[Point]
    outline: list[Point]


def arc(start: Point, end: Point, *, width: float) -> Arc:
    """Bowed arc that widens towards its end and ends in an arrow's head whose point is the destination.

    It bows to the left of its direction, so that a flow and the flow back stand apart.

    Raises
    ------
    ValueError
        Both ends are the same place.

    Examples
    --------
    >>> drawn = arc((0, 0), (100, 0), width=4)
    >>> drawn.middle[0], drawn.middle[-1], (100.0, 0.0) in drawn.outline
    ((0.0, 0.0), (100.0, 0.0), True)
    """
    away = hypot(end[0] - start[0], end[1] - start[1])
    if away == 0:
        raise ValueError("an arc needs two places")
    # Near places get a loop, so that the arrow has room; far ones bow less, so that they stay on the map.
    bow = max(min(_BOW * away, _MOST_BOW), (11.0 + 1.5 * width) * max(0.0, 1 - away / 60))
    left = ((end[1] - start[1]) / away, -(end[0] - start[0]) / away)
    bend = ((start[0] + end[0]) / 2 + 2 * bow * left[0], (start[1] + end[1]) / 2 + 2 * bow * left[1])
    middle = [_quadratic(start, bend, end, step / _STEPS) for step in range(_STEPS + 1)]
    return Arc(middle, _tapered(middle, width))


def arrow(start: Point, end: Point, *, width: float) -> list[Point]:
    """Outline of a straight arrow with the same taper, for the map's key."""
    steps = [step / _STEPS for step in range(_STEPS + 1)]
    return _tapered([(start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t) for t in steps], width)


def _quadratic(start: Point, bend: Point, end: Point, t: float) -> Point:
    weights = ((1 - t) ** 2, 2 * t * (1 - t), t**2)
    x, y = (float(sum(w * p[axis] for w, p in zip(weights, (start, bend, end), strict=True))) for axis in (0, 1))
    return x, y


def _tapered(middle: list[Point], width: float) -> list[Point]:
    steps = [hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(middle)]
    length = sum(steps)
    head = min(3.5 + 0.9 * width, 0.5 * length)
    left: list[Point] = []
    right: list[Point] = []
    gone = 0.0
    for index, (x, y) in enumerate(middle):
        gone += steps[index - 1] if index else 0.0
        if gone > length - head:
            break
        ux, uy = _across(middle, index)
        half = max(_THIN, width / 2 * (0.3 + 0.7 * gone / (length - head)))
        left.append((x + ux * half, y + uy * half))
        right.append((x - ux * half, y - uy * half))
    neck = max(len(left) - 1, 0)
    (x, y), (ux, uy) = middle[neck], _across(middle, neck)
    wide = width / 2 + 1.3 + 0.15 * width
    wings = [(x + ux * wide, y + uy * wide), middle[-1], (x - ux * wide, y - uy * wide)]
    return [*left, *wings, *reversed(right), left[0]]


def _across(middle: list[Point], index: int) -> Point:
    """Give the unit vector to the left of the line at one of its points."""
    before, after = middle[max(index - 1, 0)], middle[min(index + 1, len(middle) - 1)]
    dx, dy = after[0] - before[0], after[1] - before[1]
    size = hypot(dx, dy) or 1.0
    return dy / size, -dx / size
