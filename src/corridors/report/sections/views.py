"""The views of Member States, from the newest published round."""

from __future__ import annotations

from datetime import date

import polars as pl

from corridors.concepts.areas import known_areas
from corridors.concepts.membership import un_members
from corridors.consult.groups import NAMES
from corridors.consult.tally import shipped_rules
from corridors.report.charts.chart import Chart
from corridors.report.charts.response_map import response_map
from corridors.report.charts.stance import Held, stance_bars
from corridors.report.charts.waves import waves_curve
from corridors.report.content import Content
from corridors.report.registry import Figure
from corridors.report.tables import Column, Table
from corridors.report.world import World

TITLE = "Views of Member States"
ANSWERS = ("PP7", "OP8")
_TOTAL = "_T"


def build(world: World) -> Content:
    """Figures, bars of positions, the map of replies and the table by group; only a flag where no round was published."""
    if "VIEWS" not in world.tables or world.tables["VIEWS"].is_empty():
        return Content(flags={"views_published": False})
    table = _newest(world.tables["VIEWS"])
    day = date.fromisoformat(table["TIME_PERIOD"][0])
    totals = table.filter(pl.col("RESPONDENT") == _TOTAL, pl.col("RESPONDENT_CLASS") == "member")
    whole = totals.filter(pl.col("GROUPING") == _TOTAL)
    members, replied = _count(whole, "MEMBERS"), _count(whole, "REPLIES")
    positions = dict(whole.filter(pl.col("MEASURE") == "POSITION").select("CATEGORY", "OBS_VALUE").rows())
    withheld = any(value is None for value in positions.values())
    named = table.filter(
        pl.col("MEASURE") == "REPLIES", pl.col("RESPONDENT_CLASS") == "member", pl.col("AREA").is_not_null()
    )
    areas = sorted(named["AREA"].unique())
    mapped = len(areas) == replied
    groups = _by_group(totals, world.source("VIEWS"))
    charts = [] if withheld else [_bars(positions, members, world.source("VIEWS"), day)]
    if mapped:
        silent = sorted(set(un_members(day)) - set(areas))
        charts.append(
            response_map(
                areas,
                silent,
                key="views.map",
                source=world.source("VIEWS"),
                title=f"Replies of Member States, {_said(day)}",
            )
        )
    curve = _curve(whole, members, world.source("VIEWS"))
    charts += [curve] if curve else []
    return Content(
        figures=(
            *_figures(world, day, members, replied),
            *([] if withheld else _held(world, positions, members, replied)),
        ),
        charts=tuple(charts),
        tables=(groups,) if groups.rows else (),
        flags={
            "views_published": True,
            "views_withheld": withheld,
            "views_mapped": mapped,
            "views_grouped": bool(groups.rows),
            "views_dated": curve is not None,
        },
    )


def _curve(whole: pl.DataFrame, members: int, source: str) -> Chart | None:
    """The curve of replies, where their days were published."""
    steps = [
        (date.fromisoformat(day), int(count))
        for day, count in whole.filter(pl.col("MEASURE") == "REPLIES_BY")
        .select("CATEGORY", "OBS_VALUE")
        .sort("CATEGORY")
        .iter_rows()
    ]
    if not steps:
        return None
    cleared = [
        day for number, (day, count) in enumerate(steps) for _ in range(count - (steps[number - 1][1] if number else 0))
    ]
    waves = [date.fromisoformat(day) for day in whole.filter(pl.col("MEASURE") == "WAVE")["CATEGORY"].sort()]
    title = "Members that had replied, by day"
    return waves_curve(cleared, waves=waves, members=members, key="views.waves", source=source, title=title)


def _newest(table: pl.DataFrame) -> pl.DataFrame:
    """Rows of the round with the latest day, as it was published last."""
    last = table.sort("TIME_PERIOD", "SOURCE").row(-1, named=True)
    return table.filter(
        pl.col("TIME_PERIOD") == last["TIME_PERIOD"],
        pl.col("ROUND") == last["ROUND"],
        pl.col("SOURCE") == last["SOURCE"],
    )


def _count(table: pl.DataFrame, measure: str) -> int:
    return int(table.filter(pl.col("MEASURE") == measure)["OBS_VALUE"].item())


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _figures(world: World, day: date, members: int, replied: int) -> list[Figure]:
    figure = world.figures("views", "VIEWS")
    query = "VIEWS, newest round, class member, all groups"
    return [
        figure("day", _said(day), "", "text", f"{query}, TIME_PERIOD"),
        figure("members", members, "Members", "integer", f"{query}, MEMBERS"),
        figure("replied", replied, "Members", "integer", f"{query}, REPLIES"),
        figure("silent", members - replied, "Members", "integer", f"{query}, MEMBERS less REPLIES"),
        figure("share", 100 * replied / members, "per cent", "percent:0", f"{query}, REPLIES over MEMBERS"),
    ]


def _held(world: World, positions: dict[str, float], members: int, replied: int) -> list[Figure]:
    figure = world.figures("views", "VIEWS")
    found = []
    for name, value in positions.items():
        query = f"VIEWS, newest round, POSITION {name}"
        most = 100 * (value + members - replied) / members
        found += [
            figure(name, int(value), "Members", "integer", query),
            figure(f"{name}_least", 100 * value / members, "per cent", "percent:1", f"{query} over MEMBERS"),
            figure(f"{name}_most", most, "per cent", "percent:1", f"{query} and the silent, over MEMBERS"),
        ]
    return found


def _bars(positions: dict[str, float], members: int, source: str, day: date) -> Chart:
    labels = {one.name: one.label for one in shipped_rules("stance").positions}
    # The three of the resolution always; the others where anybody took them.
    usual = ("in_favour", "partially", "against")
    held = [
        Held(labels.get(name, name), int(positions[name]))
        for name in (*labels, *(name for name in positions if name not in labels))
        if name in positions and (positions[name] or name in usual)
    ]
    return stance_bars(
        held, members=members, key="views.stance", source=source, title=f"Views of Member States, {_said(day)}"
    )


def _by_group(totals: pl.DataFrame, source: str) -> Table:
    rows = []
    grouped = totals.filter(pl.col("GROUPING") != _TOTAL)
    for code in grouped["GROUPING"].unique(maintain_order=True).sort():
        part = grouped.filter(pl.col("GROUPING") == code)
        members, replied = _count(part, "MEMBERS"), _count(part, "REPLIES")
        at = dict(part.filter(pl.col("MEASURE") == "POSITION").select("CATEGORY", "OBS_VALUE").rows())
        name = NAMES[code] if code in NAMES else known_areas()[code].name
        rows.append(
            (
                name,
                members,
                replied,
                100 * replied / members,
                at.get("in_favour"),
                at.get("partially"),
                at.get("against"),
            )
        )
    return Table(
        key="views.groups",
        title="Replies and views by group of Member States",
        columns=(
            Column("Group", "text"),
            Column("Members", "integer"),
            Column("Replied", "integer"),
            Column("Per cent", "percent:0"),
            Column("In favour", "integer"),
            Column("Partially", "integer"),
            Column("Against", "integer"),
        ),
        rows=tuple(rows),
        source=source,
        note="A Member may belong to several groups. Two dots stand for figures withheld so that no reply is given away.",
    )
