"""Scores of every candidate by destination and period, and the choice among them on some while others are held out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

Objective = Literal["log-ratio", "log-ratio-within", "deviance"]
#: Smallest report, in persons, that a log ratio counts: below it a ratio says more on rounding than on an estimate.
SMALLEST = 50.0
#: What an estimate of nobody counts as in a log ratio or a deviance.
_NOBODY = 0.5


@dataclass(frozen=True, slots=True)
class Losses:
    """Loss of each observed cell under each candidate, shape (candidates, cells), with its destination and period.

    The objective is a median or a mean over cells (`middle`).
    """

    each: Floats
    destination: Positions
    period: Positions
    middle: Callable[[Floats], Floats]

    def over(self, cells: NDArray[np.bool_]) -> Floats:
        """Objective of every candidate over some cells; not a number where there are none."""
        if not cells.any():
            return np.full(len(self.each), np.nan)
        return self.middle(self.each[:, cells])


def losses(
    estimated: Floats, observed: Floats, *, destination: Positions, period: Positions, objective: Objective
) -> Losses:
    """Losses of candidates, `estimated` of shape (candidates, cells)."""
    if objective == "deviance":
        mean = np.maximum(estimated, _NOBODY)
        seen = np.where(observed > 0, observed, 1.0)
        each = 2 * (np.where(observed > 0, observed * np.log(seen / mean), 0.0) - observed + mean)
        return Losses(each, destination, period, lambda cells: cells.mean(axis=1))
    large = observed > SMALLEST
    ratios = np.log(np.maximum(estimated[:, large], _NOBODY) / observed[large])
    destination, period = destination[large], period[large]
    if objective == "log-ratio-within":
        for one in np.unique(destination):
            own = destination == one
            ratios[:, own] -= np.median(ratios[:, own], axis=1, keepdims=True)
    return Losses(np.abs(ratios), destination, period, lambda cells: np.median(cells, axis=1))


def leave_one_out(found: Losses) -> tuple[Mapping[int, int], float]:
    """Best candidate without each destination, and the objective over all cells when each is scored by its own."""
    chosen, scored = {}, np.zeros(found.each.shape[1])
    for one in np.unique(found.destination):
        held = found.destination == one
        others = found.over(~held)
        best = int(np.argmin(others)) if np.isfinite(others).all() else -1
        chosen[int(one)] = best
        scored[held] = found.each[best, held]
    return MappingProxyType(chosen), float(found.middle(scored[None])[0])


def shrunk(found: Losses, group: Positions, *, cells: NDArray[np.bool_], strength: float) -> Mapping[int, int]:
    """Best candidate of each group, its objective averaged with that of all cells as if that came of `strength` cells."""
    every = found.over(cells)
    chosen = {}
    for one in np.unique(group[cells]):
        own = cells & (group == one)
        number = float(own.sum())
        mixed = every if np.isinf(strength) else (number * found.over(own) + strength * every) / (number + strength)
        chosen[int(one)] = int(np.argmin(mixed))
    return MappingProxyType(chosen)


def scored(
    found: Losses, group: Positions, chosen: Mapping[int, int], *, cells: NDArray[np.bool_], other: int
) -> float:
    """Objective over cells when each group has its own candidate, and groups without one have `other`."""
    picks = np.array([chosen.get(int(one), other) for one in group[cells]], dtype=np.intp)
    return float(found.middle(found.each[:, cells][picks, np.arange(picks.size)][None])[0])
