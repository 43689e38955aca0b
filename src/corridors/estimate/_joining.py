"""Stage 6 of demographic accounting by choice: fewer stayers than the most, and flows along a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.estimate._minimum import minimum
from corridors.estimate._product import Moves, moves, moves_of_birthplace
from corridors.estimate._seeded import seeded, seeded_of_birthplace
from corridors.estimate._stayers import with_stayers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

Split = Callable[["Floats", "Floats"], tuple["Floats", "Floats"]]


class SeedEmpty(Exception):
    """Areas from which, or to which, people moved and the seed has no corridor.

    Parameters
    ----------
    origins, destinations
        Positions of the areas.
    persons
        Leavers of each origin and arrivers of each destination.
    """

    def __init__(self, origins: Positions, destinations: Positions, persons: tuple[Floats, Floats]) -> None:
        self.origins, self.destinations, self.persons = origins, destinations, persons
        super().__init__(origins, destinations)


@dataclass(frozen=True, slots=True)
class Joining:
    """How leavers and arrivers of each birthplace become flows.

    Parameters
    ----------
    splits
        Kernels that say who left and who arrived, mixed by `shares`.
    shares
        Share of each; they sum to one.
    seed
        Non-negative, shape (origins, destinations); None where every corridor is as likely.
    stay
        Of those who can stay, the share that does, by residence; None where all do. Independence has no stayers.
    """

    splits: tuple[Split, ...]
    shares: tuple[float, ...]
    seed: Floats | None
    stay: Floats | None

    def moves(self, start: Floats, end: Floats, *, natives: Positions) -> Moves:
        """Flows of all birthplaces and their types, from closed tables."""
        parts = []
        for share, split in zip(self.shares, self.splits, strict=True):
            leaving, arriving, seed = self._movers(split, start, end)
            if seed is None:
                parts.append(moves(leaving, arriving, natives=natives).times(share))
            else:
                _refuse_empty(seed, leaving.sum(axis=0), arriving.sum(axis=0))
                parts.append(seeded(leaving, arriving, seed, natives=natives).times(share))
        return sum(parts[1:], start=parts[0])

    def of_birthplace(self, start: Floats, end: Floats, *, row: int) -> Floats:
        """Flows of one birthplace, from closed tables."""
        cells = []
        for share, split in zip(self.shares, self.splits, strict=True):
            leaving, arriving, seed = self._movers(split, start, end)
            if seed is None:
                cells.append(share * moves_of_birthplace(leaving, arriving, row=row))
            else:
                cells.append(share * seeded_of_birthplace(leaving, arriving, seed, row=row))
        found: Floats = np.add.reduce(cells)
        return found

    def _movers(self, split: Split, start: Floats, end: Floats) -> tuple[Floats, Floats, Floats | None]:
        if self.stay is None or split is not minimum:
            return *split(start, end), self.seed
        if self.seed is None:
            return *with_stayers(start, end, self.stay), None
        # Leavers and arrivers of one birthplace now meet in one residence: the seed must keep them from staying twice.
        stayers = self.stay * np.minimum(start, end)
        return start - stayers, end - stayers, self.seed * ~np.eye(len(self.seed), dtype=bool)


def _refuse_empty(seed: Floats, left: Floats, arrived: Floats) -> None:
    origins = np.flatnonzero((left > 0) & ~seed.any(axis=1))
    destinations = np.flatnonzero((arrived > 0) & ~seed.any(axis=0))
    if origins.size or destinations.size:
        raise SeedEmpty(origins, destinations, (left[origins], arrived[destinations]))
