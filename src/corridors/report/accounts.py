"""Accounts behind the flows that the report shows: words, tables and a picture, and the links that lead to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from corridors.concepts.areas import area_name
from corridors.concepts.findings import Finding
from corridors.report.charts.account import OTHER_BIRTHPLACES, account_chart
from corridors.report.charts.chart import Chart
from corridors.report.rounding import Value, in_cell
from corridors.report.tables import Column, Table

if TYPE_CHECKING:
    from corridors.estimate.explanation import AreaAccount, Explanation

Pair = tuple[str, str]
#: Birthplaces named in the tables of an account, and in how many lines a flow is taken apart.
BIRTHPLACES, LINES = 4, 6
#: Persons by which a flow and its account may differ: less than any figure shows.
SAME = 0.5
#: Lines of both sides: their words, and whether they are left out where nobody is concerned.
_SIDES: Mapping[str, tuple[str, bool]] = {
    "POPULATION_START": ("Residents at the start", False),
    "NATIVES_START": ("Native-born at the start", False),
    "DEATHS": ("Deaths", False),
    "MATCHED_START": ("Added at the start to match the world's growth", False),
    "OUTSIDE_START": ("Added at the start by closing the account", True),
    "SURVIVORS_START": ("Survivors at the start", False),
    "STAYERS": ("Stayed", False),
    "LEAVERS": ("Left, to all areas", False),
    "ARRIVERS": ("Came, from all areas", False),
    "SURVIVORS_END": ("Survivors at the end", False),
    "BIRTHS": ("Births", False),
    "MATCHED_END": ("Added at the end to match the world's growth", False),
    "OUTSIDE_END": ("Added at the end by closing the account", True),
    "POPULATION_END": ("Residents at the end", False),
    "NATIVES_END": ("Native-born at the end", False),
    "REPAIRED": ("Native-born below zero, taken from the foreign-born", True),
    "SHIFTED": ("Put to other birthplaces to close the account", False),
}
_SPLITS = {"minimum": "Fewest", "independence": "Cancelling"}


@dataclass(frozen=True, slots=True)
class FlowAccount:
    """The account behind one flow as the page shows it.

    Parameters
    ----------
    anchor
        Its name in links.
    origin, title
        Name of the origin, and of the flow with its persons.
    words
        The account in sentences.
    tables
        Both sides, the flow by birthplace, and the stocks behind it.
    chart
        Who moved, or None where the tables say it alone.
    figures
        Keys of the figures of the text that it stands behind.
    """

    anchor: str
    origin: str
    title: str
    words: tuple[str, ...]
    tables: tuple[Table, ...]
    chart: Chart | None = None
    figures: tuple[str, ...] = ()


def flow_account(explained: Explanation, *, source: str, pictured: bool, figures: tuple[str, ...] = ()) -> FlowAccount:
    """The account behind one flow, ready to be shown.

    Parameters
    ----------
    explained
        What `corridors.estimate.explain` gives.
    source
        Publishers of the stocks and events.
    pictured
        Whether it has a picture.
    figures
        Keys of the figures of the text that it stands behind.
    """
    pair = explained.origin.area, explained.destination.area
    name = anchor(pair, explained.period or "")
    title = f"{area_name(pair[0])} to {area_name(pair[1])}: {in_cell(explained.flow, 'integer')}"
    return FlowAccount(
        anchor=name,
        origin=area_name(pair[0]),
        title=title,
        words=tuple(explained.describe().split("\n")),
        tables=(_sides(explained, name, source), _joined(explained, name, source), _stocks(explained, name, source)),
        chart=account_chart(explained, key=name, source=source) if pictured else None,
        figures=figures,
    )


def anchor(pair: Pair, period: str) -> str:
    """Name of an account in links.

    Examples
    --------
    >>> anchor(("MEX", "USA"), "2015-2020")
    'account-MEX-USA-2015-2020'
    """
    return f"account-{pair[0]}-{pair[1]}-{period}"


def linked(table: Table, anchors: Mapping[Pair, str]) -> Table:
    """A table whose figures lead to the accounts behind them.

    Parameters
    ----------
    table
        Origins in the first column, and destinations in the second or, in a matrix, as heads of the others.
    anchors
        By the codes of origin and destination.

    Examples
    --------
    >>> columns = Column("Origin", "text"), Column("Destination", "text"), Column("Persons", "integer")
    >>> rows = (("Mexico", "United States of America", 9.0), ("Mexico", "France", 1.0))
    >>> table = Table("flows.map", "Flows", columns, rows, "UN")
    >>> dict(linked(table, {("MEX", "USA"): "account-MEX-USA-2015-2020"}).links)
    {(0, 2): 'account-MEX-USA-2015-2020'}
    """
    named = {(area_name(origin), area_name(destination)): to for (origin, destination), to in anchors.items()}
    pairs = len(table.columns) > 2 and not table.columns[1].numeric
    links = {}
    for row, cells in enumerate(table.rows):
        for column, head in enumerate(table.columns):
            to = named.get((str(cells[0]), str(cells[1]) if pairs else head.head))
            if to is not None and head.numeric and cells[column] is not None:
                links[row, column] = to
    return replace(table, links=links)


def differing(explained: Explanation, flow: float) -> list[Finding]:
    """The finding for a flow that the account does not give: another account, or an older one, was made into it."""
    if abs(explained.flow - flow) < SAME:
        return []
    return [
        Finding(
            "account-differs",
            f"report, flow from {explained.origin.area} to {explained.destination.area}, {explained.period}",
            f"the table has {flow:,.0f} persons and the account {explained.flow:,.0f}",
            "make the flows again from the tables in the store: corridors report --fresh",
        )
    ]


def reached(tables: Iterable[Table]) -> frozenset[str]:
    """Anchors that tables lead to."""
    return frozenset(to for table in tables for to in table.links.values())


def _sides(explained: Explanation, name: str, source: str) -> Table:
    sides = explained.origin.totals(), explained.destination.totals()
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (words, *(side[line] for side in sides))
        for line, (words, droppable) in _SIDES.items()
        if not droppable or any(abs(side[line]) >= 0.5 for side in sides)
    )
    heads = (area_name(side.area) for side in (explained.origin, explained.destination))
    return Table(
        key=f"{name}.sides",
        title="Both sides of the account, persons",
        columns=(Column("", "text"), *(Column(head, "integer") for head in heads)),
        rows=rows,
        source=source,
    )


def _joined(explained: Explanation, name: str, source: str) -> Table:
    parts = explained.parts.sort("OBS_VALUE", "BIRTHPLACE", descending=[True, False])
    rows: list[tuple[Value, ...]] = [
        (
            area_name(row["BIRTHPLACE"]),
            _SPLITS.get(row["SPLIT"], row["SPLIT"]),
            row["SHARE"],
            row["LEAVING"],
            row["ARRIVING"],
            row["MOVING"],
            row["OBS_VALUE"],
        )
        for row in parts.head(LINES).iter_rows(named=True)
    ]
    rest = float(parts.slice(LINES).get_column("OBS_VALUE").sum())
    others = f"{parts.height - LINES} lines more: {in_cell(rest, 'integer')}. " if parts.height > LINES else ""
    return Table(
        key=f"{name}.joined",
        title="The flow by birthplace: s × r × c / N",
        columns=(
            Column("Born in", "text"),
            Column("Part", "text"),
            Column("Share s", "ratio:2"),
            Column("Leave, r", "integer"),
            Column("Reach, c", "integer"),
            Column("Move, N", "integer"),
            Column("Persons", "integer"),
        ),
        rows=tuple(rows),
        source=source,
        note=f"{others}All: {in_cell(explained.flow, 'integer')}.",
    )


def _stocks(explained: Explanation, name: str, source: str) -> Table:
    largest = explained.contributions.get_column("BIRTHPLACE").head(BIRTHPLACES).to_list()
    own = [explained.origin.area, explained.destination.area]
    named = list(dict.fromkeys([*own, *largest]))
    rows: list[tuple[Value, ...]] = [
        (area_name(code), *_dates(explained.origin, [code]), *_dates(explained.destination, [code])) for code in named
    ]
    others = [code for code in explained.origin.birthplaces.get_column("BIRTHPLACE") if code not in named]
    if others:
        rows.append((OTHER_BIRTHPLACES, *_dates(explained.origin, others), *_dates(explained.destination, others)))
    heads = [
        f"{area_name(side.area)}, {date}"
        for side in (explained.origin, explained.destination)
        for date in ("start", "end")
    ]
    return Table(
        key=f"{name}.stocks",
        title="Residents by birthplace, as published, persons",
        columns=(Column("Born in", "text"), *(Column(head, "integer") for head in heads)),
        rows=tuple(rows),
        source=source,
    )


def _dates(side: AreaAccount, birthplaces: list[str]) -> tuple[float, float]:
    rows = side.birthplaces.filter(pl.col("BIRTHPLACE").is_in(birthplaces))
    return float(rows.get_column("STOCK_START").sum()), float(rows.get_column("STOCK_END").sum())
