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


#: Movers of a birthplace, as a share of the largest one, that are the rounding of its closed tables.
_DIGITS = 1e-12


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
class Part:
    """Leavers and arrivers of one split, ready to be joined.

    Parameters
    ----------
    name
        Of the split: `minimum` or `independence`.
    share
        Of the split in the mix.
    leaving, arriving
        Shape (birthplaces, residences), with equal birthplace totals.
    seed
        Non-negative, shape (origins, destinations); None where they are joined in proportion.
    """

    name: str
    share: float
    leaving: Floats
    arriving: Floats
    seed: Floats | None

    def of_birthplace(self, row: int) -> Floats:
        """Flows of one birthplace times the share of the split, shape (origins, destinations), diagonal zero."""
        if self.seed is None:
            return self.share * moves_of_birthplace(self.leaving, self.arriving, row=row)
        return self.share * seeded_of_birthplace(self.leaving, self.arriving, self.seed, row=row)


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
        joined = []
        for part in self.parts(start, end):
            if part.seed is None:
                joined.append(moves(part.leaving, part.arriving, natives=natives).times(part.share))
            else:
                _refuse_empty(part.seed, part.leaving.sum(axis=0), part.arriving.sum(axis=0))
                joined.append(seeded(part.leaving, part.arriving, part.seed, natives=natives).times(part.share))
        return sum(joined[1:], start=joined[0])

    def of_birthplace(self, start: Floats, end: Floats, *, row: int) -> Floats:
        """Flows of one birthplace, from closed tables."""
        found: Floats = np.add.reduce([part.of_birthplace(row) for part in self.parts(start, end)])
        return found

    def parts(self, start: Floats, end: Floats) -> tuple[Part, ...]:
        """Leavers and arrivers of each split, from closed tables; `leaving` of one with fewer stayers are factors."""
        return tuple(
            Part(split.__name__, share, *self._movers(split, start, end))
            for share, split in zip(self.shares, self.splits, strict=True)
        )

    def _movers(self, split: Split, start: Floats, end: Floats) -> tuple[Floats, Floats, Floats | None]:
        stay = self.stay if split is minimum else None
        if self.seed is None:
            return *(split(start, end) if stay is None else with_stayers(start, end, stay)), None
        if stay is None:
            return *_but_for_rounding(*split(start, end), of=start), self.seed
        # Leavers and arrivers of one birthplace now meet in one residence: the seed must keep them from staying twice.
        stayers = stay * np.minimum(start, end)
        seed: Floats = self.seed * ~np.eye(len(self.seed), dtype=bool)
        return *_but_for_rounding(start - stayers, end - stayers, of=start), seed


def _but_for_rounding(leaving: Floats, arriving: Floats, *, of: Floats) -> tuple[Floats, Floats]:
    """Leavers and arrivers without the birthplaces of which there are less than the last digits of the tables hold.

    There some leave and none arrive, or the other way round, and along a seed such movers would have no way.
    """
    some = np.maximum(leaving.sum(axis=1), arriving.sum(axis=1)) > _DIGITS * of.sum(axis=1).max(initial=0.0)
    return leaving * some[:, None], arriving * some[:, None]


def _refuse_empty(seed: Floats, left: Floats, arrived: Floats) -> None:
    origins = np.flatnonzero((left > 0) & ~seed.any(axis=1))
    destinations = np.flatnonzero((arrived > 0) & ~seed.any(axis=0))
    if origins.size or destinations.size:
        raise SeedEmpty(origins, destinations, (left[origins], arrived[destinations]))
