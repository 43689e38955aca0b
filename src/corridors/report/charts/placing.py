"""Names beside points of a map, placed one after the other where they are free and hide least."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil, dist

from corridors.report.charts.labels import text_width

Point = tuple[float, float]
#: Directions in which a name may stand from its point, the better first.
_SIDES = (
    (1, 0),
    (-1, 0),
    (0, -1),
    (0, 1),
    (0.7, -1),
    (-0.7, -1),
    (0.7, 1),
    (-0.7, 1),
    (1, -0.7),
    (-1, -0.7),
    (1, 0.7),
    (-1, 0.7),
)
#: How far, and what a place that far costs in hidden points: beyond the first a line must lead there.
_AWAY = {4.0: 0.0, 12.0: 4.0, 20.0: 6.0, 30.0: 9.0, 42.0: 13.0, 56.0: 18.0, 72.0: 24.0}
#: White around a name, and what it costs to hide another name's point.
_AROUND, _ON_POINT = 1.5, 9.0
#: Points nearer than this are one place to the eye; how often the placing starts over.
_SAME, _ROUNDS = 3.0, 25


@dataclass(frozen=True, slots=True)
class Box:
    """Room that a name takes."""

    left: float
    top: float
    right: float
    bottom: float

    def touches(self, other: Box) -> bool:
        """Whether two boxes share more than an edge."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def nearest(self, point: Point) -> Point:
        """Point of the box that lies nearest to another."""
        return min(max(point[0], self.left), self.right), min(max(point[1], self.top), self.bottom)

    def holds(self, point: Point) -> bool:
        """Whether a point lies inside."""
        return self.left < point[0] < self.right and self.top < point[1] < self.bottom


@dataclass(frozen=True, slots=True)
class _Spot:
    """One place where a name may stand, with its line and what it costs."""

    cost: float
    box: Box
    line: list[Point]


def place_names(
    names: Mapping[str, str], points: Mapping[str, Point], hidden: Iterable[Point], *, room: Box, size: float
) -> dict[str, Box]:
    """Free box for each name; a name for which no order of placing finds room is left out.

    Parameters
    ----------
    names
        Text by code, lines broken where they shall break; the most important first.
    points
        Place of each code.
    hidden
        Points that names should rather not cover.
    room, size
        Box that names must stay in, and size of type.

    Examples
    --------
    >>> room = Box(0, 0, 300, 100)
    >>> found = place_names({"a": "Here", "b": "There"}, {"a": (50, 50), "b": (52, 50)}, [], room=room, size=11)
    >>> found["a"].touches(found["b"])
    False
    """
    covered = list(hidden)
    spots = {code: _spots(code, name, points, covered, room=room, size=size) for code, name in names.items()}
    order = [code for code in names if spots[code]]
    best: dict[str, _Spot] = {}
    for _ in range(_ROUNDS):
        placed = _greedy(spots, order)
        if (len(placed), -_cost(placed)) > (len(best), -_cost(best)):
            best = placed
        # Those that found no room, or else the one that stands worst, choose first in the next round.
        worst = max(placed, key=lambda code: placed[code].cost, default=None)
        first = [code for code in order if code not in placed] or [code for code in order if code == worst]
        order = first + [code for code in order if code not in first]
    return {code: best[code].box for code in names if code in best}


def _cost(placed: Mapping[str, _Spot]) -> float:
    return sum(spot.cost for spot in placed.values())


def _spots(
    code: str, name: str, points: Mapping[str, Point], covered: list[Point], *, room: Box, size: float
) -> list[_Spot]:
    """Every place for a name inside the room, the cheapest first; its line passes by no other point."""
    own = points[code]
    others = [point for point in points.values() if dist(point, own) > _SAME]
    found = []
    for far, box in _boxes(name, own, size):
        line = leader(own, box)
        if not _inside(box, room) or any(dist(step, point) < _SAME for step in line for point in others):
            continue
        cost = far + sum(map(box.holds, covered)) + _ON_POINT * sum(map(box.holds, others))
        found.append(_Spot(cost, box, line))
    return sorted(found, key=lambda spot: spot.cost)


def _greedy(spots: Mapping[str, list[_Spot]], order: list[str]) -> dict[str, _Spot]:
    placed: dict[str, _Spot] = {}
    for code in order:
        boxes = [spot.box for spot in placed.values()]
        lines = [spot.line for spot in placed.values()]
        free = (spot for spot in spots[code] if _clear(spot.box, spot.line, boxes, lines))
        chosen = next(free, None)
        if chosen is not None:
            placed[code] = chosen
    return placed


def _clear(box: Box, line: list[Point], boxes: list[Box], lines: list[list[Point]]) -> bool:
    """Whether neither the name nor its line meets what stands already."""
    if any(box.touches(other) or any(map(other.holds, line)) for other in boxes):
        return False
    return not any(any(map(box.holds, other)) or _cross(line, other) for other in lines)


def _cross(line: list[Point], other: list[Point]) -> bool:
    def side(a: Point, b: Point, c: Point) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    a, b, c, d = line[0], line[-1], other[0], other[-1]
    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def leader(point: Point, box: Box) -> list[Point]:
    """Points along the line from a name's box to its place, near enough that no name slips between two.

    Examples
    --------
    >>> leader((0, 0), Box(8, -5, 30, 5))
    [(0.0, 0.0), (4.0, 0.0), (8.0, 0.0)]
    """
    end = box.nearest(point)
    steps = max(1, ceil(dist(point, end) / 4))
    return [
        (point[0] + (end[0] - point[0]) * step / steps, point[1] + (end[1] - point[1]) * step / steps)
        for step in range(steps + 1)
    ]


def _boxes(name: str, point: Point, size: float) -> list[tuple[float, Box]]:
    lines = name.split("\n")
    wide = max(text_width(line, size) for line in lines) / 2 + _AROUND
    high = size * 1.09 * len(lines) / 2 + _AROUND / 2
    found = []
    for away, cost in _AWAY.items():
        for right, down in _SIDES:
            x, y = point[0] + right * (wide + away), point[1] + down * (high + away)
            found.append((cost, Box(x - wide, y - high, x + wide, y + high)))
    return found


def _inside(box: Box, room: Box) -> bool:
    return room.left <= box.left and box.right <= room.right and room.top <= box.top and box.bottom <= room.bottom
