"""Map of the Member States that replied and of those that did not, one point a State."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import altair as alt

from corridors.concepts.areas import area_name, known_areas
from corridors.report.charts.chart import Chart
from corridors.report.charts.flowmap import DISCLAIMER
from corridors.report.charts.plane import map_height, on_map, world_outline
from corridors.report.charts.shapes import flat, lines, surface
from corridors.report.charts.theme import CONTRAST, INK, LAND, MAIN, PAPER, WIDTH, finished
from corridors.report.tables import Column, Table

_KEY = 26.0
REPLIED, SILENT = "Replied", "Did not reply"


def response_map(replied: Collection[str], silent: Collection[str], *, key: str, source: str, title: str) -> Chart:
    """A filled point on each Member State that replied, a ring on each that did not, told apart by form and by colour.

    Parameters
    ----------
    replied, silent
        Codes of the Members that replied and of those that did not.
    key, source, title
        Name in the text, publisher, and caption.

    Raises
    ------
    ValueError
        There is no State, one is in both, or one is no known area.

    Examples
    --------
    >>> response_map(["FRA"], ["KEN", "TUV"], key="views.map", source="S", title="Who replied").description
    'World map with a point on each Member State: 1 replied (France), 2 did not.'
    """
    both = sorted(set(replied) & set(silent))
    unknown = sorted((set(replied) | set(silent)) - set(known_areas()))
    if both or unknown or not (replied or silent):
        raise ValueError(f"nothing to draw: in both {both}, unknown {unknown}; name each Member once")
    names = sorted(area_name(code) for code in replied)
    said = f" ({', '.join(names[:5])}{' and others' if len(names) > 5 else ''})" if names else ""
    description = f"World map with a point on each Member State: {len(replied)} replied{said}, {len(silent)} did not."
    standing = [(code, REPLIED) for code in sorted(replied)] + [(code, SILENT) for code in sorted(silent)]
    unplaced = [area_name(code) for code, _ in standing if known_areas()[code].longitude is None]
    note = DISCLAIMER if not unplaced else f"{DISCLAIMER} Not on the map: {', '.join(unplaced)}."
    return Chart(
        key=key,
        title=title,
        description=description,
        spec=finished(_drawn(standing), description=description),
        twin=Table(
            key=key,
            title=title,
            columns=(Column("Member State", "text"), Column("Reply", "text")),
            rows=tuple(sorted((area_name(code), status) for code, status in standing)),
            source=source,
        ),
        source=source,
        note=note,
    )


def _drawn(standing: list[tuple[str, str]]) -> alt.LayerChart:
    world = world_outline()
    size = (float(WIDTH), map_height() + _KEY)
    points = [_point(code, status) for code, status in standing if known_areas()[code].longitude is not None]
    key = [
        {"x": 14.0 + 110 * number, "y": size[1] - 8, "status": status, "words": status}
        for number, status in enumerate((REPLIED, SILENT))
    ]
    # Rings are drawn after the points, so that a small silent State beside a large one is seen.
    marks = alt.Chart(alt.InlineData(values=[*points, *key]))
    x = alt.X("x:Q").scale(domain=[0, size[0]], nice=False, zero=False).axis(None)
    y = alt.Y("y:Q").scale(domain=[0, size[1]], nice=False, zero=False, reverse=True).axis(None)
    tip = [alt.Tooltip("words:N", title="Member State")]
    full = marks.transform_filter(f"datum.status == '{REPLIED}'").mark_circle(color=MAIN, opacity=1, size=42)
    ring = marks.transform_filter(f"datum.status == '{SILENT}'").mark_point(
        color=CONTRAST, fill=PAPER, opacity=1, size=30, strokeWidth=1.8
    )
    words = alt.Chart(alt.InlineData(values=key)).mark_text(
        align="left", baseline="middle", dx=8, color=INK, aria=False
    )
    layers = [
        surface(world.land, color=LAND),
        lines(world.borders, color=PAPER, width=0.7),
        lines(world.undetermined, color=PAPER, width=0.9, dash=(1.2, 1.6)),
        full.encode(x=x, y=y, tooltip=tip, description="words:N"),
        ring.encode(x=x, y=y, tooltip=tip, description="words:N"),
        words.encode(x=x, y=y, text="words:N"),
    ]
    return flat(layers, size=size)


def _point(code: str, status: str) -> dict[str, Any]:
    area = known_areas()[code]
    x, y = on_map(float(area.longitude or 0), float(area.latitude or 0))
    return {"x": round(x, 1), "y": round(y, 1), "status": status, "words": f"{area_name(code)}: {status.lower()}"}
