"""The sections of the report, in their order; each has a module that computes and a Markdown file that speaks.

To add a section, write both and put its module into `CHAPTERS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from corridors.report.content import Content
from corridors.report.sections import (
    flows,
    introduction,
    limits,
    mandates,
    method,
    places,
    practices,
    processes,
    stocks,
    summary,
    views,
)
from corridors.report.world import World


class Section(Protocol):
    """What the module of a section holds."""

    @property
    def TITLE(self) -> str:  # noqa: N802  (a constant of the module)
        """Heading of the chapter."""
        ...

    @property
    def ANSWERS(self) -> tuple[str, ...]:  # noqa: N802  (a constant of the module)
        """Clauses of the resolution that the section answers, as `report/clauses.csv` names them."""
        ...

    def build(self, world: World) -> Content:
        """Figures, charts and tables that the section's text may use."""
        ...


CHAPTERS: Mapping[str, Section] = {
    "introduction": introduction,
    "stocks": stocks,
    "places": places,
    "flows": flows,
    "mandates": mandates,
    "processes": processes,
    "practices": practices,
    "views": views,
    "limits": limits,
}
#: All chapters, and what stands before and after them.
SECTIONS: Mapping[str, Section] = {"summary": summary, **CHAPTERS, "method": method}


def chapters(world: World) -> Mapping[str, Section]:
    """The chapters that a world has something to say in: no chapter on views before a round of them was published."""
    silent = {"views"} if world.tables.get("VIEWS") is None else set()
    return {name: section for name, section in CHAPTERS.items() if name not in silent}
