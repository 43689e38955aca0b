"""Net migration as bars to both sides of zero."""

from __future__ import annotations

import polars as pl

from corridors.concepts.areas import area_name
from corridors.report.charts.chart import Chart
from corridors.report.charts.inputs import area_values, persons
from corridors.report.charts.rows import drawn, rows
from corridors.report.charts.theme import finished
from corridors.report.tables import Column, Table

#: Up to how many areas are all shown; of more, this many gains and losses.
ALL_SHOWN, EACH_SHOWN = 30, 15


def net_migration_bars(net: pl.DataFrame, *, key: str, source: str, period: str) -> Chart:
    """Gains to the right and losses to the left, from the largest gain down to the largest loss.

    Parameters
    ----------
    net
        One row an area: `AREA` and `OBS_VALUE`, persons over the period. Of more than 30 areas the 15 largest gains and
        the 15 largest losses are drawn; the twin table holds them all.
    key, source, period
        Name in the text, publisher, and the period as captions say it.

    Raises
    ------
    ValueError
        There is nothing to draw, or an area comes twice.

    Examples
    --------
    >>> net = pl.DataFrame({"AREA": ["W021", "W034"], "OBS_VALUE": [6.1e6, -9.9e6]})
    >>> net_migration_bars(net, key="flows.net", source="UN", period="2015-2020").description
    'Bars from gain to loss. Largest gains: Northern America 6.1 million. Largest losses: Southern Asia 9.9 million.'
    """
    values = area_values(net, "AREA")
    shown = _shown(values)
    laid = rows(shown)
    title = f"Net migration, {period}"
    description = _described(values)
    note = ""
    if len(shown) < len(values):
        note = f"The {EACH_SHOWN} largest gains and losses of {len(values)} countries and areas."
    return Chart(
        key=key,
        title=title,
        description=description,
        spec=finished(
            drawn(laid, title=f"{laid.unit}: losses to the left, gains to the right"), description=description
        ),
        twin=Table(
            key=key,
            title=title,
            columns=(Column("Area", "text"), Column("Net migration", "integer")),
            rows=tuple((area_name(code), value) for code, value in values.items()),
            source=source,
        ),
        source=source,
        note=note,
    )


def _shown(values: dict[str, float]) -> dict[str, float]:
    if len(values) <= ALL_SHOWN:
        return values
    ranked = list(values.items())
    gains = [(code, value) for code, value in ranked[:EACH_SHOWN] if value > 0]
    losses = [(code, value) for code, value in ranked[-EACH_SHOWN:] if value < 0]
    return dict(gains + losses) or dict(ranked[:EACH_SHOWN])


def _described(values: dict[str, float]) -> str:
    ranked = [(area_name(code), value) for code, value in values.items()]
    gains = [f"{name} {persons(value)}" for name, value in ranked[:3] if value > 0]
    losses = [f"{name} {persons(-value)}" for name, value in ranked[::-1][:3] if value < 0]
    parts = ["Bars from gain to loss"]
    if gains:
        parts.append("Largest gains: " + ", ".join(gains))
    if losses:
        parts.append("Largest losses: " + ", ".join(losses))
    return ". ".join(parts) + "."
