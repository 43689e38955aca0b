"""How every chart looks: one font, sizes, colours, and the frame around a specification.

The font is the one that vl-convert carries, so that a picture is the same on a machine without fonts; browsers without
it take Arial or Helvetica, whose letters are as wide. A chart is 604 units wide, which is 16 cm at 96 units an inch: 11
units of type print as 8 points. Colours differ in lightness as well as in hue, so that marks stay apart in grey print
and for readers who see fewer hues; every mark is also labelled beside itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import altair as alt

from corridors.concepts.areas import known_areas

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
#: Width of a whole chart and sizes of type, in units of which 96 make an inch.
WIDTH = 604
LABEL_SIZE, SMALL_SIZE = 11, 10
INK, MUTED, GRID, LAND, PAPER = "#1a1a1a", "#595959", "#d9d9d9", "#dedede", "#ffffff"
#: Gains and totals; losses.
MAIN, CONTRAST = "#1f4e79", "#e08a2e"
UNPLACED = "#8c8c8c"

#: The subregions in the order in which charts show them, by major area; neighbours on the globe stand side by side.
MAJOR_AREAS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "W021": ("W021",),
        "W419": ("W013", "W029", "W005"),
        "W002": ("W011", "W015", "W017", "W014", "W018"),
        "W150": ("W154", "W155", "W039", "W151"),
        "W142": ("W145", "W143", "W034", "W035", "W030"),
        "W009": ("W053", "W054", "W057", "W061"),
    }
)
#: One colour a major area, from dark to light: Europe, Asia, Africa, Latin America, Northern America, Oceania.
_COLORS = {
    "W150": "#14305c",
    "W142": "#a3341f",
    "W002": "#16836a",
    "W419": "#cb73a8",
    "W021": "#66b2e4",
    "W009": "#e6bf2f",
}
#: Share of white in the colour of the first, second ... subregion of a major area: neighbours differ most.
_TINTS = (0.0, 0.45, 0.15, 0.55, 0.3)

_CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": PAPER,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": LABEL_SIZE,
        "titleFontSize": LABEL_SIZE,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": INK,
        "gridColor": GRID,
        "domainColor": MUTED,
        "tickColor": MUTED,
        "labelLimit": 0,
    },
    "legend": {
        "labelFontSize": LABEL_SIZE,
        "titleFontSize": LABEL_SIZE,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": INK,
        "labelLimit": 0,
        "titleLimit": 0,
    },
    "text": {"fontSize": LABEL_SIZE, "color": INK},
}


def area_color(code: str) -> str:
    """Colour of an area: that of its major area, for a subregion in its own tint; grey where there is none.

    Examples
    --------
    >>> area_color("W150"), area_color("W154") == area_color("W155"), area_color("XXX")
    ('#14305c', False, '#8c8c8c')
    """
    found = known_areas()[code]
    major = code if code in _COLORS else found.major_area
    if major not in _COLORS:
        return UNPLACED
    subregions = MAJOR_AREAS[major]
    tint = _TINTS[subregions.index(code)] if code in subregions else 0.0
    base = _COLORS[major]
    parts = (int(base[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * tint):02x}" for part in parts)


def place_in_order(code: str) -> tuple[int, str]:
    """Where an area stands among others around a circle or along an axis: by major area, then subregion, then code.

    Examples
    --------
    >>> sorted(["W014", "XXX", "W021", "KEN"], key=place_in_order)
    ['W021', 'KEN', 'W014', 'XXX']
    """
    order = [sub for subregions in MAJOR_AREAS.values() for sub in subregions]
    found = known_areas()[code]
    if found.subregion in order:
        return order.index(found.subregion), code
    majors = list(MAJOR_AREAS)
    if code in majors:
        return order.index(MAJOR_AREAS[code][0]), code
    return len(order), code


def finished(chart: alt.Chart | alt.LayerChart, *, description: str) -> dict[str, Any]:
    """Specification of a chart in this look, checked against Vega-Lite's schema.

    What the caller of the process chose as Altair's theme does not enter.

    Examples
    --------
    >>> import altair as alt
    >>> bar = alt.Chart(alt.InlineData(values=[{"a": 1}])).mark_bar(aria=False).encode(x="a:Q")
    >>> finished(bar, description="One bar.")["description"]
    'One bar.'
    """
    spec: dict[str, Any] = chart.properties(description=description, padding=2).to_dict()
    return {key: value for key, value in spec.items() if key != "usermeta"} | {"config": _CONFIG}
