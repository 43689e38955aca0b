"""Fewer stayers than the most: a share of those who can stay is taken to have left and others to have come.

Of one birthplace a residence then has leavers and arrivers, and nobody moves from an area to itself. With
``flow_ij = T x_i y_j`` for `i` other than `j` and ``sum x = sum y = 1``, margins are ``r_i = T x_i (1 - y_i)`` and
``c_i = T y_i (1 - x_i)``. Hence `x_i` is a root of ``T x^2 - (T + r_i - c_i) x + r_i = 0``, and one number `T` a birthplace
solves all: no table is fitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Persons beyond the limit, as a share of the movers, that are rounding: the fit at the limit is taken.
_ROUNDING = 1e-9
#: Halvings of the search interval: 43 wide, then narrower than the digits of a number.
_HALVINGS = 62
_FEWEST, _MOST = -3.0, 40.0
#: Where the account is at its limit, everyone moves from or to one area; others meet as seldom as digits allow.
_LIMIT = 32.0


@dataclass(frozen=True, slots=True)
class Crowded:
    """A birthplace and residence with more leavers and arrivers together than the birthplace has movers.

    Parameters
    ----------
    row, column
        Positions of birthplace and residence.
    persons
        Excess; as many more of that birthplace must stay in that residence.
    """

    row: int
    column: int
    persons: float


class StayersBlocked(Exception):
    """No flows off the diagonal leave so few stayers; `crowded` holds every birthplace and residence that forbids them."""

    def __init__(self, crowded: tuple[Crowded, ...]) -> None:
        self.crowded = crowded
        super().__init__(crowded)


def with_stayers(start: Floats, end: Floats, share: Floats | float) -> tuple[Floats, Floats]:
    """Leavers and arrivers whose proportional flows, the diagonal left out, leave the given share of stayers.

    Parameters
    ----------
    start, end
        Survivors by birthplace and residence, shape (birthplaces, residences), with equal birthplace totals.
    share
        Of those who can stay, ``min(start, end)``, the share that does: one number, one a residence, or one a cell.
        With a share of 1 the split is that of minimum migration.

    Returns
    -------
    leaving, arriving
        To be joined by the plain product: some of these persons "move" within their area, which is on the diagonal and
        is no move. They are therefore more than leave and arrive.

    Raises
    ------
    StayersBlocked
        Somewhere leavers and arrivers are together more than all movers of the birthplace.
    ValueError
        A share is not between 0 and 1.

    References
    ----------
    Abel, G. J. (2013), Demographic Research 28(18), section 2.1, https://doi.org/10.4054/DemRes.2013.28.18.
    Azose, J. J. and Raftery, A. E. (2019), PNAS 116(1), 116-122, https://doi.org/10.1073/pnas.1722334116.
    """
    shares = np.asarray(share, dtype=np.float64)
    if not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError("a share of stayers lies between 0 and 1")
    stayers = shares * np.minimum(start, end)
    return without_diagonal(start - stayers, end - stayers)


def without_diagonal(leaving: Floats, arriving: Floats) -> tuple[Floats, Floats]:
    """Factors whose product, its diagonal left out, has the given leavers and arrivers of every birthplace.

    Parameters
    ----------
    leaving, arriving
        Shape (birthplaces, residences), with equal birthplace totals.

    Raises
    ------
    StayersBlocked
        As `with_stayers` says.
    """
    movers = leaving.sum(axis=1)
    live = movers > 0
    _refuse_crowded(leaving, arriving, movers)
    x, y = np.zeros_like(leaving), np.zeros_like(arriving)
    if live.any():
        unit = movers[live][:, None]
        # Arrivers are brought to the sum of leavers: the sums differ by rounding.
        r, c = leaving[live] / unit, arriving[live] / arriving[live].sum(axis=1, keepdims=True)
        first, second = _solve(r, c)
        x[live], y[live] = first * unit, second * unit
    return x, y


def _refuse_crowded(leaving: Floats, arriving: Floats, movers: Floats) -> None:
    excess = leaving + arriving - movers[:, None]
    where = np.argwhere(excess > _ROUNDING * movers[:, None])
    if where.size:
        raise StayersBlocked(tuple(Crowded(int(row), int(column), float(excess[row, column])) for row, column in where))


def _solve(r: Floats, c: Floats) -> tuple[Floats, Floats]:
    """`T x` and `T y` for rows that sum to one, by bisection on `z`, with ``T = s + sqrt(4 r c + sinh(z)^2)``.

    `s`, `r` and `c` are those of the one residence that may have ``x + y > 1``: the roots meet there first. ``-sinh(z)`` is
    its root of the discriminant with the sign of the branch, so that both branches are one smooth function.
    """
    rows = np.arange(len(r))
    star = np.argmax(np.sqrt(r) + np.sqrt(c), axis=1)
    low, high = np.full(len(r), _FEWEST), np.full(len(r), _MOST)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        over = _surplus(r, c, star, middle) > 0
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    at_limit = high >= _MOST
    z = np.where(at_limit, _LIMIT, (low + high) / 2)
    total, x, y, root = _roots(r, c, star, z)
    own_r, own_c = r[rows, star], c[rows, star]
    branch = z > 0
    # On the other branch x and y of that residence are one less the small roots of each other.
    x[rows, star] = np.where(branch, total - 2 * own_c * total / (total - own_r + own_c + root), x[rows, star])
    y[rows, star] = np.where(branch, total - 2 * own_r * total / (total + own_r - own_c + root), y[rows, star])
    return x, y


def _roots(r: Floats, c: Floats, star: NDArray[np.intp], z: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """`T`, the small roots `T x` and `T y`, and the root of the discriminant at the residence that may differ."""
    rows = np.arange(len(r))
    own_r, own_c = r[rows, star], c[rows, star]
    root = np.abs(np.sinh(z))
    total = own_r + own_c + np.sqrt(4 * own_r * own_c + root**2)
    wide = total[:, None]
    roots = np.sqrt(np.maximum((wide - r - c) ** 2 - 4 * r * c, 0.0))
    # By its definition; from `total` it would lose its digits where both roots meet.
    roots[rows, star] = root
    x = 2 * r * wide / (wide + r - c + roots)
    y = 2 * c * wide / (wide - r + c + roots)
    return total, x, y, root


def _surplus(r: Floats, c: Floats, star: NDArray[np.intp], z: Floats) -> Floats:
    """``T (sum x - 1)``, rising in `z` where it is zero; written without the difference of large numbers."""
    rows = np.arange(len(r))
    total, x, y, _ = _roots(r, c, star, z)
    others = x.sum(axis=1) - x[rows, star]
    found: Floats = np.where(z > 0, others - y[rows, star], others + x[rows, star] - total)
    return found
