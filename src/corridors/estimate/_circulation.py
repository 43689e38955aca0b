"""Circulation: every diaspora sends people home and is renewed from there, beside its growth.

Tables have shape (birthplaces, residences); `natives[j]` is the row of those born in residence `j`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from corridors.estimate._accounting import ratio
from corridors.estimate._minimum import minimum
from corridors.estimate._product import Moves, moves

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Rates:
    """Constants of the estimator, over five years.

    Parameters
    ----------
    home
        Share of a diaspora that goes home, and that is replaced where the diaspora neither grows nor shrinks.
    onward
        Share of a diaspora that moves to a third place.
    of_birthplace, of_residence
        How much of the growth of all diasporas of a birthplace, and of all at a residence, is expected in each.
    spread
        Standard deviation of a diaspora's true rate of arrivals, as a share of the expected rate.
    noise
        Standard deviation of the error of a stock's growth, as a share of the stock.
    power
        How much more a large flow gives way than a small one when net migration is restored.
    """

    home: float = 0.075
    onward: float = 0.03
    of_birthplace: float = 0.7
    of_residence: float = 0.25
    spread: float = 0.7
    noise: float = 0.1
    power: float = 0.75

    def over(self, years: float) -> Rates:
        """The same rates over another number of years; the error of a stock does not grow with time."""
        share = years / 5
        return replace(self, home=self.home * share, onward=self.onward * share)


def circulation(start: Floats, end: Floats, *, natives: Positions, rates: Rates) -> Moves:
    """Flows before net migration is restored, and their types.

    Parameters
    ----------
    start, end
        Survivors at both dates, with equal birthplace totals.
    natives
        Row of those born in each residence.
    rates
        Over the length of the period.
    """
    before, after = _abroad(start[natives]), _abroad(end[natives])
    arrivals, returns = exchange(before, after, rates=rates)
    mean = (start + end) / 2
    resident = np.zeros(len(start), dtype=bool)
    resident[natives] = True
    diasporas = mean.copy()
    diasporas[natives, np.arange(natives.size)] = 0.0
    onward = moves(diasporas, diasporas, natives=natives).all * rates.onward
    # Of those born in no area of residence only the least is known: what their two stocks cannot do without.
    strangers = [np.where(resident[:, None], 0.0, table) for table in minimum(start, end)]
    onward = onward + moves(strangers[0], strangers[1], natives=natives).all
    return Moves(arrivals + returns.T + onward, arrivals, returns.T)


def exchange(before: Floats, after: Floats, *, rates: Rates) -> tuple[Floats, Floats]:
    """Arrivals from home and returns home of every diaspora, shape (birthplaces, residences).

    Among all pairs whose difference is the growth ``g`` the pair closest in relative entropy to expected arrivals
    ``w m`` and expected returns ``h m`` has the product ``w h m m``; it solves a quadratic. The growth is first drawn
    towards what the birthplace and the residence let expect, the more so the less a diaspora's own growth stands out
    from the error of its stock.
    """
    mean, growth = (before + after) / 2, after - before
    by_birthplace = ratio(growth.sum(axis=1), mean.sum(axis=1))[:, None]
    by_residence = ratio(growth.sum(axis=0), mean.sum(axis=0))
    # A diaspora is renewed even where all of its kind shrink: ageing and late counts look like departures.
    gain = np.maximum(rates.of_birthplace * by_birthplace + rates.of_residence * by_residence, 0.0)
    expected = rates.home + gain
    trust = (rates.spread * expected) ** 2 / ((rates.spread * expected) ** 2 + rates.noise**2)
    likely = gain * mean
    likely = likely + trust * (growth - likely)
    root = np.sqrt(likely**2 + 4 * expected * rates.home * mean**2)
    # The larger of the two roots first: the smaller one follows from their product without loss of digits.
    larger = (root + np.abs(likely)) / 2
    smaller = ratio(expected * rates.home * mean**2, larger)
    return np.where(likely >= 0, larger, smaller), np.where(likely >= 0, smaller, larger)


def _abroad(table: Floats) -> Floats:
    table = table.copy()
    np.fill_diagonal(table, 0.0)
    return table
