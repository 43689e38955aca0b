"""Regional processes and how many States sit in each."""

from __future__ import annotations

from collections import Counter
from datetime import date

from corridors.document.registers.processes import seats
from corridors.document.registers.register import shipped
from corridors.report.content import Content
from corridors.report.tables import Column, Table
from corridors.report.world import World

TITLE = "Regional processes"
ANSWERS = ("OP3",)
_TYPES = {"RCP": "regional", "IRF": "interregional", "global": "global"}


def build(world: World) -> Content:
    """The table of processes with the number of their members on the day of the report."""
    as_of = max(date.fromisoformat(origin.made[:10]) for origin in world.all_origins())
    return Content(tables=(process_table(as_of=as_of),))


def process_table(*, as_of: date) -> Table:
    """Processes with the number of their members on a day, where the register has them.

    Examples
    --------
    >>> len(process_table(as_of=date(2026, 11, 24)).rows)
    24
    """
    members = Counter(seat.process for seat in seats(as_of))
    return Table(
        key="processes.list",
        title="Consultation mechanisms of States on migration",
        columns=(
            Column("Process", "text"), Column("Kind", "text"), Column("Region", "text"), Column("Members", "integer"),
        ),
        rows=tuple(
            (
                row["ID"], _TYPES[row["TYPE"]], row["REGION"], members.get(row["ID"]) or None,
            )
            for row in shipped("processes")
        ),
        source="Corridors, register of processes, from the pages named in it",
        note="Two dots: the register has no list of members. Days of joining are not recorded.",
    )  # fmt: skip
