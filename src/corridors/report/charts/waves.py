"""Curve of the replies to a round over its days, with the waves of invitations and reminders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import altair as alt

from corridors.report.charts.chart import Chart
from corridors.report.charts.theme import CONTRAST, INK, MAIN, MUTED, WIDTH, finished
from corridors.report.tables import Column, Table

_HEIGHT, _MARGIN = 220, 60


def waves_curve(
    cleared: Sequence[date], *, waves: Sequence[date], members: int, key: str, source: str, title: str
) -> Chart:
    """Members that had replied by each day, as steps, and a line on the day of each wave.

    Parameters
    ----------
    cleared
        Day on which the reply of each Member that counted was cleared.
    waves
        Days of the waves in their order.
    members
        Members on the day of the tally.
    key, source, title
        Name in the text, publisher, and caption.

    Raises
    ------
    ValueError
        Nobody replied, or the waves are not in their order.

    Examples
    --------
    >>> days = [date(2001, 3, 1), date(2001, 3, 1), date(2001, 5, 9)]
    >>> chart = waves_curve(days, waves=[date(2001, 2, 1)], members=189, key="v.w", source="S", title="Replies")
    >>> chart.description
    'Rising steps: 3 of 189 Members replied from 1 March 2001 to 9 May 2001, after waves on 1 February 2001.'
    """
    if not cleared:
        raise ValueError("nobody replied; there is no curve to draw")
    if any(after < before for before, after in pairwise(waves)):
        raise ValueError("the waves are not in the order of their days; sort them")
    days = sorted(set(cleared))
    steps = [(day, sum(one <= day for one in cleared)) for day in days]
    words = f"Rising steps: {len(cleared)} of {members} Members replied from {_said(days[0])} to {_said(days[-1])}"
    description = words + (f", after waves on {', '.join(map(_said, waves))}." if waves else ".")
    first = min([days[0], *waves])
    return Chart(
        key=key,
        title=title,
        description=description,
        spec=finished(_drawn([(first, 0), *steps], waves, members), description=description),
        twin=Table(
            key=key,
            title=title,
            columns=(Column("Day", "day"), Column("Members that had replied", "integer")),
            rows=tuple((day.isoformat(), count) for day, count in steps),
            source=source,
        ),
        source=source,
    )


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _drawn(steps: list[tuple[date, int]], waves: Sequence[date], members: int) -> alt.LayerChart:
    values = [
        {"day": f"{day.isoformat()}T00:00:00", "replied": count, "words": f"{_said(day)}: {count} Members"}
        for day, count in steps
    ]
    marks = [{"day": f"{day.isoformat()}T00:00:00", "wave": f"Wave {number}"} for number, day in enumerate(waves, 1)]
    frame = alt.Chart(alt.InlineData(values=values), width=WIDTH - _MARGIN, height=_HEIGHT)
    day = alt.X("day:T").axis(title=None, labelOverlap="greedy", grid=False)
    count = alt.Y("replied:Q").scale(domain=[0, members]).axis(title=f"Members that had replied, of {members}")
    curve = frame.mark_line(color=MAIN, interpolate="step-after", strokeWidth=2.5).encode(
        x=day, y=count, tooltip=[alt.Tooltip("words:N", title="By")], description="words:N"
    )
    sent = alt.Chart(alt.InlineData(values=marks))
    lines = sent.mark_rule(color=CONTRAST, strokeDash=[4, 3], aria=False).encode(x=day)
    names = sent.mark_text(align="left", baseline="top", dx=4, color=INK, aria=False).encode(
        x=day, y=alt.value(2), text="wave:N"
    )
    end = frame.transform_filter(f"datum.replied == {steps[-1][1]}").mark_text(
        align="right", dy=-8, color=MUTED, aria=False
    )
    last = end.encode(x=day, y=count, text="replied:Q")
    return alt.LayerChart(layer=[curve, lines, names, last])
