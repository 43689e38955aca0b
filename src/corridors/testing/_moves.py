"""What happens in a synthetic world over five years: deaths, moves by birthplace, births."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.testing._population import Beginning

    Counts = NDArray[np.int64]
    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Course:
    """Five years of a world, in whole persons.

    Parameters
    ----------
    stock
        At the end, shape (birthplaces, residences).
    births, deaths
        By residence.
    outward, returned, transit
        Moves of survivors, shape (origins, destinations).
    """

    stock: Counts
    births: Counts
    deaths: Counts
    outward: Counts
    returned: Counts
    transit: Counts


def five_years(of: Beginning, *, rng: np.random.Generator) -> Course:
    """Let people die, move and be born; every person is in the stock of the end or among the dead."""
    n = len(of.stock)
    residents = of.stock.sum(axis=0)
    births = rng.poisson(residents * np.clip(0.1 - 0.025 * of.wealth + rng.normal(0, 0.012, n), 0.03, 0.22))
    dying = np.clip(0.042 - 0.004 * of.wealth + rng.normal(0, 0.007, n), 0.01, 0.09)
    dead = rng.binomial(of.stock, np.broadcast_to(dying, (n, n)))
    stock = of.stock - dead
    outward, returned, transit = (np.zeros((n, n), dtype=np.int64) for _ in range(3))
    leaving = np.clip(np.exp(rng.normal(np.log(0.006), 0.7, n) - 0.15 * of.wealth), 3e-4, 0.1)
    draw = _draw(of, rng)
    for k in range(n):
        out, home, onward = _of_birthplace(k, stock[k], leaving[k], draw[k], rng)
        outward[k] += out
        returned[:, k] += home
        transit += onward
        stock[k] += out - home + onward.sum(axis=0) - onward.sum(axis=1)
        stock[k, k] += home.sum() - out.sum()
    stock[np.arange(n), np.arange(n)] += births
    return Course(stock, births, dead.sum(axis=0), outward, returned, transit)


def _draw(of: Beginning, rng: np.random.Generator) -> Floats:
    """Where the natives of a row go: to their own people, to places that draw them, and by chance of the times."""
    abroad = of.stock.astype(float)
    np.fill_diagonal(abroad, 0.0)
    known = abroad / np.maximum(abroad.sum(axis=1, keepdims=True), 1)
    drawn = of.pull / np.maximum(of.pull.sum(axis=1, keepdims=True), 1e-300)
    share = (0.85 * known + 0.15 * drawn) * np.exp(rng.normal(0, 0.6, of.pull.shape))
    found: Floats = share / np.maximum(share.sum(axis=1, keepdims=True), 1e-300)
    return found


def _of_birthplace(
    k: int, alive: Counts, leaving: float, share: Floats, rng: np.random.Generator
) -> tuple[Counts, Counts, Counts]:
    """Moves of those born in `k`: out of it and back by area, and between third areas."""
    n = len(alive)
    out = rng.multinomial(rng.binomial(alive[k], leaving), share) if share.sum() > 0 else np.zeros(n, dtype=np.int64)
    abroad = alive.copy()
    abroad[k] = 0
    home = rng.binomial(abroad, np.clip(0.09 * np.exp(rng.normal(0, 0.5, n)), 0.003, 0.45))
    onward = np.zeros((n, n), dtype=np.int64)
    going = rng.binomial(abroad - home, np.clip(0.025 * np.exp(rng.normal(0, 0.4, n)), 0.001, 0.15))
    for origin in np.flatnonzero(going).tolist():
        rest = share.copy()
        rest[origin] = rest[k] = 0.0
        if rest.sum() > 0:
            onward[origin] = rng.multinomial(going[origin], rest / rest.sum())
    return out, home, onward
