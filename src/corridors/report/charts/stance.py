"""Bars of the positions of Member States, each with the range it could have if the silent spoke."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from corridors.report.charts.chart import Chart
from corridors.report.charts.theme import CONTRAST, INK, MAIN, WIDTH, finished
from corridors.report.tables import Column, Table

_ROW, _NAMES = 34, 170


@dataclass(frozen=True, slots=True)
class Held:
    """One position: its name as charts print it, and the Members that hold it."""

    label: str
    count: int


def stance_bars(positions: Sequence[Held], *, members: int, key: str, source: str, title: str) -> Chart:
    """A bar for the share of the membership that holds each position, and a line up to what the silent could add.

    Parameters
    ----------
    positions
        Positions in the order of the bars.
    members
        Members on the day of the tally.
    key, source, title
        Name in the text, publisher, and caption.

    Raises
    ------
    ValueError
        There is no position, or more Members hold one than there are.

    Examples
    --------
    >>> held = [Held("In favour", 47), Held("Against", 26)]
    >>> stance_bars(held, members=189, key="views.stance", source="A/54/207", title="Views").description
    'Bars with bounds: In favour 47 of 189, at most 163; Against 26 of 189, at most 142.'
    """
    replied = sum(one.count for one in positions)
    if not positions or replied > members:
        raise ValueError(f"{replied} positions in {len(positions)} bars for {members} Members; give those of one tally")
    silent = members - replied
    rows = [
        {
            "label": one.label,
            "order": number,
            "low": 100 * one.count / members,
            "high": 100 * (one.count + silent) / members,
            "shown": f"{one.count}",
            "words": f"{one.label}: {one.count} of {members} Members, at most {one.count + silent}",
        }
        for number, one in enumerate(positions)
    ]
    said = "; ".join(f"{one.label} {one.count} of {members}, at most {one.count + silent}" for one in positions)
    description = f"Bars with bounds: {said}."
    return Chart(
        key=key,
        title=title,
        description=description,
        spec=finished(_drawn(rows), description=description),
        twin=Table(
            key=key,
            title=title,
            columns=(
                Column("Position", "text"),
                Column("Members", "integer"),
                Column("Least, per cent of the membership", "percent:1"),
                Column("Most, per cent of the membership", "percent:1"),
            ),
            rows=tuple(
                (one.label, one.count, 100 * one.count / members, 100 * (one.count + silent) / members)
                for one in positions
            ),
            source=source,
        ),
        source=source,
        note=f"The line ends where a position would stand if all {silent} Members that did not reply held it.",
    )


def _drawn(rows: list[dict[str, object]]) -> alt.LayerChart:
    frame = alt.Chart(alt.InlineData(values=rows), width=WIDTH - _NAMES, height=_ROW * len(rows))
    place = alt.Y("label:N").sort([str(row["label"]) for row in rows]).axis(title=None, ticks=False, domain=False)
    share = alt.X("low:Q").scale(domain=[0, 100]).axis(title="Per cent of the membership", grid=True)
    tip = [alt.Tooltip("words:N", title="Members")]
    bars = frame.mark_bar(color=MAIN, height=16).encode(
        x=share, x2=alt.datum(0), y=place, tooltip=tip, description="words:N"
    )
    lines = frame.mark_rule(color=CONTRAST, strokeWidth=2.5, aria=False).encode(x="low:Q", x2="high:Q", y=place)
    ends = frame.mark_tick(color=CONTRAST, thickness=2.5, size=12, aria=False).encode(x="high:Q", y=place)
    # The figure stands above the line, which starts where the bar ends.
    figures = frame.mark_text(align="left", dx=4, dy=-9, color=INK, aria=False).encode(
        x="low:Q", y=place, text="shown:N"
    )
    return alt.LayerChart(layer=[bars, lines, ends, figures])
