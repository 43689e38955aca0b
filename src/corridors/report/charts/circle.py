"""Geometry of the chord diagram: sectors on a circle, ribbons between them, ticks and places of labels.

Angles are radians clockwise from the top; places are units of the picture from its upper left corner.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, log10, pi, sin, sqrt

from corridors.report.charts.labels import spread, text_width
from corridors.report.charts.theme import LABEL_SIZE, WIDTH

Point = tuple[float, float]
Pair = tuple[str, str]
Flows = dict[Pair, float]
#: Thickness of the rim, and how far from the rim ribbons leave, arrow tips end and arrow shoulders stand.
RIM, LEAVE, TIP, SHOULDER = 11.0, 1.0, 3.0, 13.0
_LABEL_OUT, _LABEL_GAP, _BETWEEN, _STEPS = 20.0, 13.0, 0.022, 18
_LARGEST, _SMALLEST = 200, 100


@dataclass(frozen=True, slots=True)
class Sector:
    """One region on the rim: where it starts, where arrivals follow departures, where it ends."""

    start: float
    turn: float
    end: float

    @property
    def middle(self) -> float:
        """The angle half-way."""
        return (self.start + self.end) / 2


@dataclass(frozen=True, slots=True)
class Ends:
    """Both ends of one ribbon on the rim, as pairs of angles."""

    leave: tuple[float, float]
    arrive: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Label:
    """A name beside the rim with the line that leads to it."""

    text: str
    right: bool
    at: Point
    line: tuple[Point, Point]


def sectors(regions: tuple[str, ...], flows: Flows) -> dict[str, Sector]:
    """Share the circle out: each region has the angle of its departures and then of its arrivals.

    Examples
    --------
    >>> found = sectors(("W021", "W034"), {("W034", "W021"): 3.0})
    >>> round(found["W021"].end - found["W021"].start, 4) == round(found["W034"].end - found["W034"].start, 4)
    True
    """
    angle = per_person(regions, flows)
    found, start = {}, _BETWEEN / 2
    for region in regions:
        leaving = sum(value for (origin, _), value in flows.items() if origin == region)
        arriving = sum(value for (_, destination), value in flows.items() if destination == region)
        turn = start + leaving * angle
        found[region] = Sector(start, turn, turn + arriving * angle)
        start = found[region].end + _BETWEEN
    return found


def per_person(regions: tuple[str, ...], flows: Flows) -> float:
    """Angle on the rim of one person, who stands there twice: leaving and arriving."""
    return (2 * pi - _BETWEEN * len(regions)) / (2 * sum(flows.values()))


def ribbons(regions: tuple[str, ...], flows: Flows) -> dict[Pair, Ends]:
    """Both ends of every flow; within a sector they stand so that ribbons of one region do not cross each other."""
    angle, found = per_person(regions, flows), sectors(regions, flows)
    place = {region: index for index, region in enumerate(regions)}
    leave: dict[Pair, tuple[float, float]] = {}
    arrive: dict[Pair, tuple[float, float]] = {}
    for region in regions:
        # From the neighbour before to the neighbour after, seen along the circle: the last one attaches first.
        others = sorted(regions, key=lambda other: (place[other] - place[region]) % len(regions), reverse=True)
        for ends, first, pairs in (
            (leave, found[region].start, [(region, other) for other in others]),
            (arrive, found[region].turn, [(other, region) for other in others]),
        ):
            start = first
            for pair in pairs:
                if pair in flows:
                    ends[pair] = (start, start + flows[pair] * angle)
                    start = ends[pair][1]
    return {pair: Ends(leave[pair], arrive[pair]) for pair in flows}


def at(angle: float, radius: float, center: Point) -> Point:
    """Point at an angle and a distance from the centre."""
    return center[0] + radius * sin(angle), center[1] - radius * cos(angle)


def sector_outline(sector: Sector, radius: float, center: Point) -> list[Point]:
    """Outline of a region's piece of the rim."""
    outer = _arc(sector.start, sector.end, radius, center)
    return _closed(outer + _arc(sector.end, sector.start, radius - RIM, center))


def ribbon_outline(ends: Ends, radius: float, center: Point) -> list[Point]:
    """Outline of a flow: wide at the rim where it leaves, set back and pointed where it arrives."""
    inner = radius - RIM
    (a0, a1), (b0, b1) = ends.leave, ends.arrive
    shoulder = inner - SHOULDER
    head = [at(b0, shoulder, center), at((b0 + b1) / 2, inner - TIP, center), at(b1, shoulder, center)]
    return _closed(
        _arc(a0, a1, inner - LEAVE, center)
        + _curve((a1, inner - LEAVE), (b0, shoulder), center)
        + head
        + _curve((b1, shoulder), (a0, inner - LEAVE), center)
    )


def _arc(start: float, end: float, radius: float, center: Point) -> list[Point]:
    steps = max(2, round(abs(end - start) * radius / 4))
    return [at(start + (end - start) * step / steps, radius, center) for step in range(steps + 1)]


def _curve(start: tuple[float, float], end: tuple[float, float], center: Point) -> list[Point]:
    """Inner points of a cubic curve that leaves and meets the rim at right angles, deeper the farther it goes."""
    apart = abs((start[0] - end[0] + pi) % (2 * pi) - pi)
    depth = 0.6 - 0.5 * apart / pi
    points = [
        at(*start, center),
        at(start[0], start[1] * depth, center),
        at(end[0], end[1] * depth, center),
        at(*end, center),
    ]
    found = []
    for step in range(1, _STEPS):
        t = step / _STEPS
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        x, y = (sum(w * point[axis] for w, point in zip(weights, points, strict=True)) for axis in (0, 1))
        found.append((x, y))
    return found


def _closed(points: list[Point]) -> list[Point]:
    return [*points, points[0]]


def tick_step(total: float, *, most: int = 90) -> float:
    """Persons from tick to tick: 1, 2 or 5 times a power of ten, so that the rim has at most so many.

    Examples
    --------
    >>> tick_step(132e6)
    2000000.0
    """
    least = total / most
    power = 10.0 ** int(log10(least) // 1)
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)


def fitting_radius(names: dict[str, str], found: dict[str, Sector]) -> int:
    """Largest radius at which every name stands whole inside the picture."""
    for radius in range(_LARGEST, _SMALLEST, -2):
        placed = labels(names, found, radius, (0.0, 0.0))
        if all(abs(label.at[0]) + text_width(label.text, LABEL_SIZE) <= WIDTH / 2 - 3 for label in placed):
            return radius
    return _SMALLEST


def labels(names: dict[str, str], found: dict[str, Sector], radius: float, center: Point) -> list[Label]:
    """Names around the circle, on each side moved apart until none touches another.

    Raises
    ------
    ValueError
        There are too many names for the circle.
    """
    out = radius + _LABEL_OUT
    placed = []
    for right in (True, False):
        side = sorted((-cos(found[r].middle), r) for r in names if (sin(found[r].middle) >= 0) is right)
        heights = spread([height * out for height, _ in side], gap=_LABEL_GAP, low=-out - 8, high=out + 8)
        for height, (_, region) in zip(heights, side, strict=True):
            across = max(6.0, sqrt(max(0.0, out**2 - height**2))) * (1 if right else -1)
            sign = 1 if right else -1
            start = at(found[region].middle, radius + 5, center)
            end = (center[0] + across, center[1] + height)
            placed.append(Label(names[region], right, (end[0] + 3 * sign, end[1]), (start, end)))
    return placed
