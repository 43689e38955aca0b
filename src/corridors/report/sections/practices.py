"""Programmes that were documented, and how well they were tested."""

from __future__ import annotations

from corridors.concepts.areas import area_name
from corridors.document.practices.evidence import evidence_table
from corridors.document.practices.forms import shipped_practices
from corridors.document.practices.grading import agreement
from corridors.document.practices.objectives import OBJECTIVES
from corridors.document.practices.record import Practice
from corridors.report.charts.evidence import evidence_map
from corridors.report.content import Content
from corridors.report.tables import Column, Table
from corridors.report.world import World

TITLE = "Programmes and what is known of their effects"
ANSWERS = ("OP6",)
_SOURCE = "Corridors, register of practices, from the documents named in it"


def build(world: World) -> Content:  # noqa: ARG001  (every section is built from the world)
    """The evidence-gap map and the table of practices."""
    practices = shipped_practices()
    chart = evidence_map(
        evidence_table(practices),
        objectives=OBJECTIVES,
        key="practices.map",
        title="Practices by objective of the Global Compact, area and grade of evidence",
        source=_SOURCE,
    )
    return Content(
        charts=(chart,), tables=(practice_table(practices),), flags={"graded_twice": agreement(practices).practices > 0}
    )


def practice_table(practices: tuple[Practice, ...]) -> Table:
    """Practices with their countries, grade and document, the best tested first.

    Examples
    --------
    >>> practice_table(shipped_practices()).rows[-1][2]
    0
    """
    ranked = sorted(practices, key=lambda one: (-(one.grade if one.grade is not None else -1), one.title))
    return Table(
        key="practices.list",
        title="Practices, the best tested first",
        columns=(
            Column("Practice", "text"), Column("Where", "text"), Column("Grade", "integer"),
            Column("Document", "text"),
        ),
        rows=tuple(
            (
                one.title, ", ".join(area_name(code) for code in one.countries), one.grade,
                "; ".join(f"{_first(document.by)} ({document.year})" for document in one.documents),
            )
            for one in ranked
        ),
        source=_SOURCE,
        note="Maryland scale; the bands of the map say what a grade rests on.",
    )  # fmt: skip


def _first(by: str) -> str:
    """The first of several authors, or two; the register has them all, and the journal."""
    return by.split(",", maxsplit=1)[0]
