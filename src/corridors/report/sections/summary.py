"""The summary: it cites the chapters' figures and makes none."""

from __future__ import annotations

from corridors.report.content import Content
from corridors.report.world import World

TITLE = "Summary"
ANSWERS: tuple[str, ...] = ()


def build(world: World) -> Content:  # noqa: ARG001  (every section is built from a world)
    """Nothing of its own."""
    return Content()
