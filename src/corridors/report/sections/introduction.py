"""Why the report is written and how it may be read."""

from __future__ import annotations

from corridors.report.content import Content
from corridors.report.world import World

TITLE = "Introduction"
ANSWERS: tuple[str, ...] = ()


def build(world: World) -> Content:
    """Nothing but the kind of world the text speaks of."""
    return Content(flags={"embedded": world.embedded})
