"""Leavers and arrivers of each birthplace joined along a seed: an earlier belief on which corridors are used.

``flow_kij = a_ki seed_ij b_kj`` is the table nearest to the seed in relative entropy that has the leavers ``r_ki`` and the
arrivers ``c_kj`` of birthplace `k`. One sweep of proportional fitting for all birthplaces at once is two matrix products:
the cube of all birthplaces is never built.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.estimate._accounting import ratio
from corridors.estimate._balance import Balanced, balance
from corridors.estimate._closing import Unsettled
from corridors.estimate._feasible import Blockade, blockades, missing, possible
from corridors.estimate._product import Moves

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

#: Largest relative error of a margin at which a birthplace is fitted.
EXACT = 1e-11
#: Sweeps after which Newton's method, birthplace by birthplace, is the shorter way. Most seeds need 15 to 60.
_SWEEPS = 300
#: Natural logarithm of the largest ratio of two cells from which Newton's method arrives by itself.
_REACH = 20.0
#: Sums of leavers and arrivers that differ by more, as a share, are no rounding.
_UNEQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A birthplace whose leavers cannot become its arrivers along the corridors that the seed leaves open.

    Parameters
    ----------
    row
        Position of the birthplace.
    persons
        Of its movers, those that no flow along these corridors carries.
    blockade
        The smallest proof: origins (`of` is "rows") that lead to too few destinations, or the other way round.
    """

    row: int
    persons: float
    blockade: Blockade


class SeedBlocked(Exception):
    """Zeros of the seed forbid the account; `obstacles` holds one entry a birthplace."""

    def __init__(self, obstacles: tuple[Obstacle, ...]) -> None:
        self.obstacles = obstacles
        super().__init__(obstacles)


def seeded(leaving: Floats, arriving: Floats, seed: Floats, *, natives: Positions) -> Moves:
    """Flows and their types, joined along a seed.

    Parameters
    ----------
    leaving, arriving
        By birthplace and residence, shape (birthplaces, residences), with equal birthplace totals.
    seed
        Non-negative, shape (origins, destinations), or (birthplaces, origins, destinations) where birthplaces differ.
        Only its pattern matters, not its size. Zeros are corridors that nobody uses.
    natives
        Row of those born in each residence.

    Raises
    ------
    SeedBlocked
        The zeros of the seed leave movers of some birthplaces without a way.
    Unsettled
        A fit exists and was not found to the last digit.
    ValueError
        Leavers and arrivers of a birthplace differ in number, or the seed is below zero or not finite.

    References
    ----------
    Willekens, F. (1999), Mathematical Population Studies 7(3), 239-278, https://doi.org/10.1080/08898489909525459.
    Abel, G. J. (2013), Demographic Research 28(18), section 2.1, https://doi.org/10.4054/DemRes.2013.28.18.
    """
    arriving = _equalised(leaving, arriving)
    patterns = _patterns(seed)
    a, b, open_rows = _sweeps(leaving, arriving, patterns)
    found = _from_factors(a, b, patterns, natives)
    for row, table in _newton(leaving, arriving, patterns, open_rows):
        found.all[:] += table
        found.outward[natives == row] += table[natives == row]
        found.returned[:, natives == row] += table[:, natives == row]
    for moved in (found.all, found.outward, found.returned):
        np.fill_diagonal(moved, 0.0)
    return found


def seeded_of_birthplace(leaving: Floats, arriving: Floats, seed: Floats, *, row: int) -> Floats:
    """Flows of one birthplace, shape (origins, destinations), diagonal zero; raises as `seeded` does."""
    one = slice(row, row + 1)
    arriving = _equalised(leaving, arriving)
    patterns = _patterns(seed[one] if seed.ndim == 3 else seed)
    a, b, open_rows = _sweeps(leaving[one], arriving[one], patterns)
    table: Floats = a[0][:, None] * _of(patterns, 0) * b[0]
    for _, fitted in _newton(leaving[one], arriving[one], patterns, open_rows, first=row):
        table = fitted
    np.fill_diagonal(table, 0.0)
    return table


def _equalised(leaving: Floats, arriving: Floats) -> Floats:
    """Arrivers with exactly as many persons as leavers: the sums differ by rounding, which no sweep could remove."""
    left, arrived = leaving.sum(axis=1), arriving.sum(axis=1)
    unequal = np.flatnonzero(np.abs(left - arrived) > _UNEQUAL * max(float(left.max(initial=0)), 1e-300))
    if unequal.size:
        raise ValueError(f"rows {unequal.tolist()} have leavers and arrivers that differ in number; close the account")
    equal: Floats = arriving * ratio(left, arrived)[:, None]
    return equal


def _patterns(seed: Floats) -> Floats:
    """The seed with all rows and columns of like size: the fit is the same, and its factors stay within the numbers."""
    if not np.isfinite(seed).all() or (seed < 0).any():
        raise ValueError("a seed holds numbers of zero or more; give zero where nobody can move")
    scaled = seed.astype(np.float64)
    for axis in (-1, -2):
        largest = scaled.max(axis=axis, keepdims=True, initial=0.0)
        scaled = np.divide(scaled, largest, out=np.zeros_like(scaled), where=largest > 0)
    return scaled


def _of(patterns: Floats, row: int) -> Floats:
    found: Floats = patterns[row] if patterns.ndim == 3 else patterns
    return found


def _reach(factors: Floats, patterns: Floats) -> Floats:
    """Sum over destinations of ``pattern_ij factor_kj``, shape (birthplaces, origins)."""
    if patterns.ndim == 3:
        summed: Floats = np.matmul(patterns, factors[:, :, None])[:, :, 0]
        return summed
    return factors @ patterns.T


def _sweeps(leaving: Floats, arriving: Floats, patterns: Floats) -> tuple[Floats, Floats, Positions]:
    """Proportional fitting of all birthplaces; rows not fitted in time have factors of zero and are returned."""
    a, b = np.zeros_like(leaving), np.zeros_like(arriving)
    active = np.flatnonzero(leaving.sum(axis=1) > 0)
    turned = patterns.swapaxes(-1, -2)
    going = (arriving[active] > 0).astype(float)
    for _ in range(_SWEEPS):
        if not active.size:
            break
        own = patterns[active] if patterns.ndim == 3 else patterns
        back = turned[active] if patterns.ndim == 3 else turned
        # Where zeros of the seed forbid a fit, factors run to infinity; such rows are left for the certificate.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            coming = ratio(leaving[active], _reach(going, own))
            going = ratio(arriving[active], _reach(coming, back))
            error = np.abs(coming * _reach(going, own) - leaving[active])
        fitted = (error <= EXACT * leaving[active]).all(axis=1)
        a[active[fitted]], b[active[fitted]] = coming[fitted], going[fitted]
        active, going = active[~fitted], going[~fitted]
    return a, b, active


def _from_factors(a: Floats, b: Floats, patterns: Floats, natives: Positions) -> Moves:
    at = natives, np.arange(natives.size)
    if patterns.ndim == 3:
        flows = np.einsum("ki,kij,kj->ij", a, patterns, b)
        own = patterns[at]
        back = patterns[natives, :, np.arange(natives.size)].T
    else:
        flows, own, back = patterns * (a.T @ b), patterns, patterns
    return Moves(all=flows, outward=a[at][:, None] * own * b[natives], returned=a[natives].T * back * b[at])


def _newton(
    leaving: Floats, arriving: Floats, patterns: Floats, rows: Positions, *, first: int = 0
) -> Iterator[tuple[int, Floats]]:
    """Tables of the birthplaces that sweeps did not fit, one at a time; all obstacles are gathered first."""
    obstacles = []
    for row in rows.tolist():
        # Areas without leavers or arrivers of this birthplace are no part of a proof.
        used = _of(patterns, row) * np.outer(leaving[row] > 0, arriving[row] > 0)
        found = blockades(used, rows=leaving[row], columns=arriving[row])
        if found:
            smallest = min(found, key=lambda one: (len(one.members), -one.excess))
            obstacles.append(Obstacle(first + row, missing(found) or smallest.excess, smallest))
    if obstacles:
        raise SeedBlocked(tuple(obstacles))
    for row in rows.tolist():
        margins = {"rows": leaving[row], "columns": arriving[row]}
        # Zeros that the margins force are taken out first: Newton's method would only creep towards them.
        within = np.where(possible(_of(patterns, row), **margins), _of(patterns, row), 0.0)
        fitted = _annealed(within, **margins)
        if not fitted.holds:
            raise Unsettled(fitted.error)
        yield row, fitted.table


def _annealed(pattern: Floats, *, rows: Floats, columns: Floats) -> Balanced:
    """Fit a root of the pattern first, then square the fitted table and fit again until the root is undone.

    A fitted table squared is the squared pattern but for factors of rows and columns, and close to its fit: each step
    starts within reach of Newton's method, however many powers of ten the seed spans.
    """
    cells = pattern[pattern > 0]
    spread = float(np.log(cells.max()) - np.log(cells.min())) if cells.size else 0.0
    squares = max(0, int(np.ceil(np.log2(spread / _REACH)))) if spread else 0
    fitted = balance(pattern ** (0.5**squares), rows=rows, columns=columns)
    for _ in range(squares):
        fitted = balance(fitted.table**2, rows=rows, columns=columns)
    return fitted
