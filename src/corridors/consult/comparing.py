"""Two rounds side by side: who changed its position, who replied for the first time, who fell silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from corridors.concepts.membership import un_members
from corridors.consult.groups import require_named
from corridors.consult.tally import Tally

#: Position of a Member that did not reply.
SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Members by their positions in two rounds.

    Parameters
    ----------
    moves
        Areas by position before and after; `silent` is a position here.
    admitted, gone
        Members of the later day alone, and of the earlier day alone: they are in no move.
    """

    moves: Mapping[tuple[str, str], tuple[str, ...]]
    admitted: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def new_voices(self) -> tuple[str, ...]:
        """Members that were silent before and replied after."""
        return tuple(
            sorted(code for (before, after), areas in self.moves.items() if before == SILENT != after for code in areas)
        )


def compared(before: Tally, after: Tally) -> Comparison:
    """Follow each Member from one round to the next.

    Raises
    ------
    ValueError
        Placeholders replied to one of them.

    Examples
    --------
    >>> from corridors.consult.golden import golden_round
    >>> from corridors.consult.tally import tally
    >>> compared(tally(golden_round()), tally(golden_round()))
    Traceback (most recent call last):
    ValueError: S001 and 77 more stand for no named State; groups need the codes of areas
    """
    require_named(before)
    require_named(after)
    first, then = set(un_members(before.as_of)), set(un_members(after.as_of))
    moves: dict[tuple[str, str], list[str]] = {}
    for code in sorted(first & then):
        pair = (before.positions.get(code, SILENT), after.positions.get(code, SILENT))
        moves.setdefault(pair, []).append(code)
    return Comparison(
        {pair: tuple(areas) for pair, areas in moves.items()}, tuple(sorted(then - first)), tuple(sorted(first - then))
    )
