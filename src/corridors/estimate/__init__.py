"""What nobody measured: bilateral flows from stocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corridors.estimate.reading import explain

__all__ = ["explain"]


def __getattr__(name: str) -> object:
    """Load `explain` when it is asked for: commands that only print help need no numeric library."""
    if name == "explain":
        from corridors.estimate import reading

        return reading.explain
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
