"""Places, people and diasporas of a synthetic world at its start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Floats = NDArray[np.float64]

#: Share of mankind that lives outside its place of birth.
_ABROAD = 0.035
#: Largest share of a birthplace in one other place, and of foreign-born among the residents of a place.
_OF_BIRTHPLACE, _OF_RESIDENCE = 0.15, 0.6
_EARTH = 6371.0


@dataclass(frozen=True, slots=True)
class Beginning:
    """A world before its moves.

    Parameters
    ----------
    stock
        Persons, shape (birthplaces, residences).
    pull
        How strongly natives of a row are drawn to a column; lasting, diagonal zero.
    wealth
        By area, on a log scale around zero.
    """

    stock: Counts
    pull: Floats
    wealth: Floats


def beginning(n: int, *, people: float, rng: np.random.Generator) -> Beginning:
    """Areas on a sphere with populations by rank, wealth by neighbourhood, and diasporas by gravity.

    Parameters
    ----------
    n
        Areas.
    people
        Mankind; the area of rank `r` has a share in proportion to ``r ** -1.1``.
    rng
        Source of chance.
    """
    share = np.arange(1, n + 1, dtype=np.float64) ** -1.1
    population: Floats = rng.permutation((people / share.sum() * share).astype(np.float64))
    at = rng.normal(size=(n, 3))
    at /= np.linalg.norm(at, axis=1)[:, None]
    distance = _EARTH * np.arccos(np.clip(at @ at.T, -1, 1))
    wealth = _by_neighbourhood(distance, rng)
    lasting = rng.normal(0, 0.9, (n, n))
    lasting = lasting + 0.6 * (lasting + lasting.T) / 2
    log_pull = (
        0.8 * np.log(population)[:, None]
        + 0.5 * np.log(population)
        + 0.9 * wealth
        - 0.35 * wealth[:, None]
        - 1.1 * np.log(distance + 200)
        + lasting
    )
    np.fill_diagonal(log_pull, -np.inf)
    pull: Floats = np.exp(log_pull - log_pull.max()).astype(np.float64)
    return Beginning(_stock(population, pull), pull, wealth)


def _by_neighbourhood(distance: Floats, rng: np.random.Generator) -> Floats:
    """Normal with a correlation that falls with distance, so that rich areas lie beside rich ones."""
    n = len(distance)
    covariance = 0.7 * np.exp(-distance / 2500) + 0.3 * np.eye(n)
    found: Floats = np.linalg.cholesky(covariance + 1e-9 * np.eye(n)) @ rng.normal(size=n)
    return found


def _stock(population: Floats, pull: Floats) -> Counts:
    abroad = pull * (_ABROAD * population.sum() / max(pull.sum(), 1e-300))
    abroad = np.minimum(abroad, _OF_BIRTHPLACE * population[:, None])
    share = abroad.sum(axis=0) / population
    abroad = np.rint(abroad * np.minimum(1.0, _OF_RESIDENCE / np.maximum(share, 1e-12)))
    np.fill_diagonal(abroad, np.maximum(np.rint(population) - abroad.sum(axis=0), 0))
    stock: Counts = abroad.astype(np.int64)
    return stock
