"""Who makes up one flow: bars by birthplace, taken apart into what growth explains and what cancels out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from corridors.concepts.areas import area_name
from corridors.report.charts.chart import Chart
from corridors.report.charts.inputs import persons
from corridors.report.charts.labels import text_width, wrapped
from corridors.report.charts.rows import LINE, NAME_WIDTH, ROW, THICKNESS
from corridors.report.charts.theme import LABEL_SIZE, MAIN, WIDTH, finished
from corridors.report.tables import Column, Table

if TYPE_CHECKING:
    from corridors.estimate.explanation import Explanation

OTHER_BIRTHPLACES = "Other birthplaces"
#: Birthplaces with a bar of their own.
SHOWN = 5
#: Dark: what the growth of stocks asks for; light: what cancels out in them. They differ in grey print.
_COLORS = {"minimum": MAIN, "independence": "#9fc0dd"}
_WORDS = {"minimum": "dark, fewest moves", "independence": "light, moves that cancel"}
_TYPES = {"OUTWARD": "outward", "RETURN": "return", "TRANSIT": "transit"}
_NAME_GAP, _FIGURE_GAP = 7.0, 4.0


def account_chart(explained: Explanation, *, key: str, source: str) -> Chart:
    """One bar a birthplace, the largest at the top, its splits end to end.

    Parameters
    ----------
    explained
        The account behind one flow.
    key, source
        Name in links, and publishers.

    Raises
    ------
    ValueError
        Nobody moved.
    """
    bars = _bars(explained)
    if not bars:
        raise ValueError(f"nobody moved from {explained.origin.area} to {explained.destination.area}: nothing to draw")
    title = f"Who moved from {area_name(explained.origin.area)} to {area_name(explained.destination.area)}"
    listed = ", ".join(f"{name} {persons(sum(parts.values()))}" for name, parts in list(bars.items())[:3])
    description = f"Bars by birthplace, {persons(explained.flow)} persons in all. The longest: {listed}."
    splits = [split for split in _COLORS if any(split in parts for parts in bars.values())]
    return Chart(
        key=key,
        title=f"{title}, by birthplace",
        description=description,
        spec=finished(_picture(bars, splits), description=description),
        twin=Table(
            key=key,
            title=f"{title}, by birthplace",
            columns=(Column("Born in", "text"), *(Column(split.capitalize(), "integer") for split in splits)),
            rows=tuple((name, *(parts.get(split) for split in splits)) for name, parts in bars.items()),
            source=source,
        ),
        source=source,
    )


def _bars(explained: Explanation) -> dict[str, dict[str, float]]:
    """Persons by split of each birthplace shown, and of the others together."""
    ranked = explained.contributions.filter(pl.col("OBS_VALUE") > 0)
    named = {code: f"{area_name(code)} ({_TYPES[kind]})" for code, kind, _ in ranked.head(SHOWN).iter_rows()}
    bars: dict[str, dict[str, float]] = {name: {} for name in named.values()}
    for code, split, value in explained.parts.select("BIRTHPLACE", "SPLIT", "OBS_VALUE").iter_rows():
        bar = bars.setdefault(named.get(code, OTHER_BIRTHPLACES), {})
        bar[split] = bar.get(split, 0.0) + value
    # The others come last, however many they are.
    return {name: parts for name, parts in bars.items() if parts}


def _picture(bars: dict[str, dict[str, float]], splits: list[str]) -> alt.LayerChart:
    pieces: list[dict[str, Any]] = []
    ends: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    top = 0.0
    for name, parts in bars.items():
        broken = wrapped(name, LABEL_SIZE, width=NAME_WIDTH).split("\n")
        height = ROW + LINE * (len(broken) - 1)
        middle, at = top + height / 2, 0.0
        for split in splits:
            value = parts.get(split, 0.0)
            place = {"top": middle - THICKNESS / 2, "bottom": middle + THICKNESS / 2, "from": at, "to": at + value}
            words = f"{name}, {split}: {persons(value)}"
            pieces.append({**place, "color": _COLORS[split], "words": words})
            at += value
        ends.append({"at": at, "middle": middle, "shown": persons(at)})
        first = middle - (len(broken) - 1) * (LINE + 2) / 2
        lines += [{"place": first + (LINE + 2) * index, "text": text} for index, text in enumerate(broken)]
        top += height
    title = "Persons" + (": " + "; ".join(_WORDS[split] for split in splits) if len(splits) > 1 else "")
    return _layers(pieces, ends, lines, title=title, height=top)


def _layers(
    pieces: list[dict[str, Any]], ends: list[dict[str, Any]], lines: list[dict[str, Any]], *, title: str, height: float
) -> alt.LayerChart:
    width = WIDTH - max(text_width(line["text"], LABEL_SIZE) for line in lines) - _NAME_GAP - 4
    room = max(text_width(end["shown"], LABEL_SIZE) for end in ends) + _FIGURE_GAP + 2
    most = max(end["at"] for end in ends) or 1.0
    across = alt.Scale(domain=[0, most * width / (width - room)], nice=False)
    down = alt.Scale(domain=[0, height], reverse=True, nice=False)
    axis = alt.Axis(title=title, titleAnchor="start", orient="top", labels=False, ticks=False, domain=False, grid=False)
    beside: dict[str, Any] = {"baseline": "middle", "aria": False}
    drawn = (
        alt.Chart(alt.InlineData(values=pieces), width=round(width), height=height)
        .mark_bar()
        .encode(
            x=alt.X("from:Q").scale(across).axis(axis),
            x2="to:Q",
            y=alt.Y("top:Q").scale(down).axis(None),
            y2="bottom:Q",
            color=alt.Color("color:N").scale(None),
            tooltip=[alt.Tooltip("words:N", title="Persons")],
            description="words:N",
        )
    )
    figures = (
        alt.Chart(alt.InlineData(values=ends))
        .mark_text(align="left", dx=_FIGURE_GAP, **beside)
        .encode(x="at:Q", y=alt.Y("middle:Q").scale(down).axis(None), text="shown:N")
    )
    names = (
        alt.Chart(alt.InlineData(values=lines))
        .mark_text(align="right", **beside)
        .encode(x=alt.value(-_NAME_GAP), y=alt.Y("place:Q").scale(down).axis(None), text="text:N")
    )
    return alt.LayerChart(layer=[drawn, figures, names])
