"""Who was asked to do what by when, this report's own mandate first."""

from __future__ import annotations

from datetime import date

from corridors.document.mandates.chain import chain
from corridors.document.mandates.exchange import shipped_citations, shipped_mandates
from corridors.document.mandates.record import Mandate, status
from corridors.report.content import Content
from corridors.report.tables import Column, Table
from corridors.report.world import World

TITLE = "Mandates and their status"
ANSWERS = ("PP2",)
TOPIC = "international migration and development"
_SOURCE = "Corridors, register of mandates, from the documents named in it"


def build(world: World) -> Content:
    """The table of mandates with their status on the day of the report, and the chain of resolutions."""
    as_of = max(date.fromisoformat(origin.made[:10]) for origin in world.all_origins())
    return Content(tables=(mandate_table(shipped_mandates(), as_of=as_of), _chain_table()))


def mandate_table(mandates: tuple[Mandate, ...], *, as_of: date) -> Table:
    """Mandates with who, what, when and the status on a day.

    Examples
    --------
    >>> mandate_table(shipped_mandates(), as_of=date(2026, 11, 24)).rows[0][0]
    'A/RES/56/203, OP10'
    """
    return Table(
        key="mandates.status",
        title=f"Mandates on {TOPIC} and what stands of them on {as_of.day} {as_of:%B %Y}",
        columns=(
            Column("Clause", "text"), Column("What is asked", "text"), Column("Of whom", "text"), Column("Due", "text"),
            Column("Status", "text"), Column("Answered by", "text"),
        ),
        rows=tuple(
            (
                f"{one.symbol}, {one.clause}", one.text, "; ".join(one.addressees), _due(one),
                status(one, as_of=as_of, register=mandates), one.fulfilled_by,
            )
            for one in mandates
            if one.due or one.fulfilled_by
        ),
        source=_SOURCE,
        note="In our own words; asks without date or answer are in the register. Two dots: no document is known.",
    )  # fmt: skip


def _due(mandate: Mandate) -> str | None:
    if mandate.due and mandate.due.startswith("GA"):
        return f"session {mandate.due[2:]}"
    return mandate.due


def _chain_table() -> Table:
    days = {one.cites: one.date for one in shipped_citations()}
    symbols = chain(shipped_citations(), topic=TOPIC)
    return Table(
        key="mandates.chain",
        title=f"The chain of resolutions on {TOPIC}, as their citations tell",
        columns=(Column("Resolution", "text"), Column("Adopted", "day")),
        rows=tuple((symbol, days.get(symbol)) for symbol in symbols),
        source="Preambles of the resolutions named",
    )
