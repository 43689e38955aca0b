"""Two worlds of made-up flows, and the boxes of all words in a picture."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
import pytest

from corridors.concepts.areas import known_areas
from corridors.report.charts.labels import text_width

SVG = "{http://www.w3.org/2000/svg}"


def flows_between(codes: list[str], *, most: float) -> pl.DataFrame:
    """Uneven flows between all pairs, some of them zero, one blank: a few large, many small."""
    rows = []
    for i, origin in enumerate(codes):
        for j, destination in enumerate(codes):
            if origin != destination:
                share = ((i * 7919 + j * 104729 + i * j * 31) % 1009) / 1009
                rows.append((origin, destination, round(most * share**9) if share > 0.05 else 0.0))
    rows[0] = (*rows[0][:2], None)
    return pl.DataFrame(
        rows, schema={"ORIGIN": pl.String, "DESTINATION": pl.String, "OBS_VALUE": pl.Float64}, orient="row"
    )


@pytest.fixture(scope="session")
def regional() -> pl.DataFrame:
    codes = sorted({area.subregion for area in known_areas().values() if area.subregion})
    assert len(codes) == 22
    return flows_between(codes, most=7.5e6)


@pytest.fixture(scope="session")
def national() -> pl.DataFrame:
    codes = [
        area.code
        for area in known_areas().values()
        if area.kind == "country" and area.subregion and area.longitude is not None
    ]
    return flows_between(codes[:230], most=2e6)


@dataclass(frozen=True)
class Words:
    text: str
    left: float
    top: float
    right: float
    bottom: float


def _walk(node: ET.Element, x: float, y: float, found: list[Words]) -> None:
    for step in re.findall(r"translate\(([-\d.e]+),\s*([-\d.e]+)\)", node.get("transform", "")):
        x, y = x + float(step[0]), y + float(step[1])
    if node.tag == f"{SVG}text" and "stroke" not in node.attrib:
        size = float(node.get("font-size", "11").removesuffix("px"))
        text = "".join(node.itertext())
        wide = text_width(text, size)
        left = {"start": 0.0, "middle": -wide / 2, "end": -wide}[node.get("text-anchor", "start")]
        # Letters reach from about 0.75 of the size above the baseline to 0.2 below it.
        box = (left, -0.75 * size, left + wide, 0.2 * size)
        if re.search(r"rotate\((-90|270)\)", node.get("transform", "")):
            box = (box[1], -box[2], box[3], -box[0])
        found.append(Words(text, x + box[0], y + box[1], x + box[2], y + box[3]))
    for child in node:
        _walk(child, x, y, found)


@pytest.fixture(scope="session")
def legible() -> Callable[[bytes], list[Words]]:
    """Check that no words of a picture overlap or leave it; return them."""

    def check(picture: bytes, *, at_least: float = 560) -> list[Words]:
        root = ET.fromstring(picture)
        found: list[Words] = []
        _walk(root, 0.0, 0.0, found)
        width, height = float(root.get("width", "0")), float(root.get("height", "0"))
        assert at_least <= width <= 606
        for index, one in enumerate(found):
            assert one.left >= -0.5, one
            assert one.top >= -0.5, one
            assert one.right <= width + 0.5, one
            assert one.bottom <= height + 0.5, one
            for other in found[:index]:
                apart = one.left >= other.right or other.left >= one.right
                assert apart or one.top >= other.bottom or other.top >= one.bottom, (one, other)
        return found

    return check
