"""True flows behind two reports of each, as a linear model of their logarithms whose posterior is exact.

Of corridor `c` in year `t` two reports exist at most. With all effects in one vector `g`,

    ln y = X g + v,    ln z = ln y + W g + e,    g ~ N(m, G),    v ~ N(0, S),    e ~ N(0, D),

and `S` and `D` hold what lasts in a corridor and what passes with a year. Integrating `v` out leaves a matrix of the size of
one corridor's reports, the posterior of `g` is one linear system, and that of ``ln y`` follows from both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import bsr_array, csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

#: Reports of one flow: by the area people left, and by the area they reached.
ROLES = 2
#: Corridors whose dense designs are held at once.
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Reported:
    """Reports and what explains them; a row of both designs is a corridor, year and role, in this order.

    Parameters
    ----------
    logs
        Logarithms of the reports, shape (corridors, years, 2); not a number where there is none.
    counting
        Variance of a logarithm by chance alone, same shape.
    accuracy
        Class of accuracy, same shape, positions in the deviations of `Spreads`.
    flow
        Design of the true flow, one row a corridor and year.
    report
        Design of what definitions do to a report, one row a corridor, year and role.
    """

    logs: Floats
    counting: Floats
    accuracy: Positions
    flow: csr_array
    report: csr_array


@dataclass(frozen=True, slots=True)
class Effects:
    """What is believed of the effects before any report: means, and standard deviations.

    A deviation that is to be learnt stands in `groups`: the position in `Spreads.effects`, or -1.
    """

    mean: Floats
    deviation: Floats
    groups: Positions


@dataclass(frozen=True, slots=True)
class Spreads:
    """Standard deviations of logarithms.

    Parameters
    ----------
    corridor, year
        Of what lasts in a corridor's flow, and of what passes with a year.
    errors, lasting
        Of errors of a report by class of accuracy: those of one year, and those that all years of a corridor share.
    effects
        Of effects by group.
    """

    corridor: float
    year: float
    errors: Floats
    lasting: Floats
    effects: Floats


@dataclass(frozen=True, slots=True)
class Posterior:
    """Exact posterior given the spreads.

    Parameters
    ----------
    mean, covariance
        Of ``ln y``, shapes (corridors, years) and (corridors, years, years).
    effects, effects_covariance
        Of the effects.
    evidence
        Logarithm of the density of all reports.
    """

    mean: Floats
    covariance: Floats
    effects: Floats
    effects_covariance: Floats
    evidence: float


@dataclass(frozen=True, slots=True)
class _Solved:
    """Everything the posterior and the evidence share."""

    effects: Floats
    factor: tuple[Floats, bool]
    gain: Floats
    within: Floats
    evidence: float


def corridors_only(reported: Reported, corridors: Positions) -> Reported:
    """These corridors, in this order."""
    years = reported.logs.shape[1]
    flows = (corridors[:, None] * years + np.arange(years)).ravel()
    rows = (flows[:, None] * ROLES + np.arange(ROLES)).ravel()
    return Reported(
        reported.logs[corridors],
        reported.counting[corridors],
        reported.accuracy[corridors],
        csr_array(reported.flow[flows]),
        csr_array(reported.report[rows]),
    )


def posterior(reported: Reported, effects: Effects, spreads: Spreads) -> Posterior:
    """Posterior of true flows and of effects."""
    solved = _solve(reported, effects, spreads)
    covariance = cho_solve(solved.factor, np.eye(solved.effects.size))
    number, years, _ = reported.logs.shape
    mean, within = np.empty((number, years)), np.empty((number, years, years))
    for first in range(0, number, _AT_ONCE):
        part = np.arange(first, min(first + _AT_ONCE, number))
        some = corridors_only(reported, part)
        wide = _blocks(solved.gain[part])
        direct = np.asarray((some.flow - wide @ _design(some)).todense())
        mean[part] = (wide @ np.nan_to_num(some.logs).ravel() + direct @ solved.effects).reshape(part.size, years)
        spread = (direct @ covariance).reshape(part.size, years, -1)
        across = direct.reshape(part.size, years, -1)
        within[part] = solved.within[part] + spread @ across.transpose(0, 2, 1)
    return Posterior(mean, within, solved.effects, covariance, solved.evidence)


def evidence(reported: Reported, effects: Effects, spreads: Spreads) -> float:
    """Logarithm of the density of all reports, true flows and effects integrated out."""
    return _solve(reported, effects, spreads).evidence


def _solve(reported: Reported, effects: Effects, spreads: Spreads) -> _Solved:
    corridors, years, _ = reported.logs.shape
    latent = spreads.corridor**2 * np.ones((years, years)) + spreads.year**2 * np.eye(years)
    twice = np.repeat(latent, ROLES, axis=1)
    seen = np.isfinite(reported.logs).reshape(corridors, years * ROLES)
    marginal = _marginal(reported, spreads, np.repeat(twice, ROLES, axis=0), seen)
    inverse = np.linalg.inv(marginal) * (seen[:, :, None] & seen[:, None, :])
    gain = twice @ inverse
    matrix, design = _blocks(inverse), _design(reported)
    deviation = np.where(effects.groups >= 0, spreads.effects[effects.groups], effects.deviation)
    gap = np.nan_to_num(reported.logs).reshape(-1) - design @ effects.mean
    weighted: Any = design.T @ matrix
    system = np.asarray((weighted @ design).todense()) + np.diag(1 / deviation**2)
    factor = cho_factor(system, lower=True)
    right = np.asarray(weighted @ gap)
    shift = cho_solve(factor, right)
    logdet = np.linalg.slogdet(marginal)[1].sum() + 2 * np.log(np.diag(factor[0])).sum() + 2 * np.log(deviation).sum()
    square = gap @ (matrix @ gap) - right @ shift
    found = -0.5 * float(logdet + square + seen.sum() * np.log(2 * np.pi))
    return _Solved(effects.mean + shift, factor, gain, latent - gain @ twice.T, found)


def _marginal(reported: Reported, spreads: Spreads, shared: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Covariance of a corridor's reports, effects aside; that of a report which is not there is that of one alone.

    One role's reports of a corridor share a part of their error: who is missed one year is missed the next.
    """
    corridors, years, _ = reported.logs.shape
    lasting = spreads.lasting[reported.accuracy].reshape(corridors, years * ROLES)
    passing = (spreads.errors[reported.accuracy] ** 2 + reported.counting).reshape(corridors, years * ROLES)
    same_role = np.tile(np.eye(ROLES), (years, years))
    whole = shared + lasting[:, :, None] * lasting[:, None, :] * same_role + _on_diagonal(passing)
    both = seen[:, :, None] & seen[:, None, :]
    return np.where(both, whole, np.eye(years * ROLES))


def _design(reported: Reported) -> csr_array:
    """Both designs as one, a row a report: each true flow stands once for its sender and once for its receiver."""
    rows = np.repeat(np.arange(reported.flow.shape[0]), ROLES)
    found: csr_array = csr_array(reported.flow[rows] + reported.report)
    return found


def _on_diagonal(values: Floats) -> Floats:
    """Stack of diagonal matrices."""
    return values[:, :, None] * np.eye(values.shape[1])


def _blocks(stack: NDArray[Any]) -> csr_array:
    """Stack of small matrices as one block-diagonal matrix."""
    number, rows, columns = stack.shape
    blocks = bsr_array((stack, np.arange(number), np.arange(number + 1)), shape=(number * rows, number * columns))
    return csr_array(blocks)
