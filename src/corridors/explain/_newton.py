"""Newton's method on the Poisson pseudo-likelihood of a corridor cube, the effect of the pair profiled out.

With an effect of the pair the likelihood is a multinomial over time within each pair, whose total is held exactly. Each step
solves for the effects by conjugate gradients, looser far from the solution; projections of the covariates start where the
last step left them. The coefficients are exact whatever the tolerance, as the score itself is brought to zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.explain._effects import Layout, System, contracted, expanded, solve, system

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

#: Steps before the inner solutions are made exact, and before the fit gives up.
PATIENCE, MOST_STEPS = 15, 60
#: Gain in likelihood still to be had, as a share of the deviance, at which a fit ends.
ENOUGH = 1e-17
#: A zero cell still falling in the last step, or below this share of the mean flow, may be separated.
FALLING, FAINT = -0.05, 1e-6


@dataclass(frozen=True, slots=True)
class Fit:
    """A maximum in arrays: `coefficients` (K,), a (O, T), g (D, T), `mean` (O, T, D) and what errors need.

    `residual_x` (K, O, T, D) are covariates less their projection, `information` (K, K); `suspect` marks
    cells that may be separated.
    """

    coefficients: Floats
    a: Floats
    g: Floats
    mean: Floats
    deviance: float
    likelihood: float
    residual_x: Floats
    information: Floats
    share: Floats
    suspect: Bools
    steps: int
    converged: bool


@dataclass(frozen=True, slots=True)
class _State:
    b: Floats
    a: Floats
    g: Floats
    eta: Floats
    mean: Floats
    likelihood: float


@dataclass(frozen=True, slots=True)
class _End:
    state: _State
    gamma: Floats | None
    fall: Floats
    steps: int
    converged: bool


def maximise(y: Floats, x: Floats, active: Bools, *, layout: Layout, most: int) -> Fit:
    """The pseudo-maximum of flows y (O, T, D) on covariates x (K, O, T, D) over the active cells."""
    count = len(x)
    state = _start(y, active, layout, count)
    flows = y[y > 0]
    # Close enough to judge steps by; the deviance of the result is summed cell by cell.
    saturated = float(np.vdot(flows, np.log(flows)) - flows.sum())
    gamma: Floats | None = None
    tolerance, steps, fall, converged = 1e-2, 0, np.zeros(1), False
    while steps < most and not converged:
        steps += 1
        here = system(state.mean, layout=layout)
        right, square = _right_sides(y, x, state.mean, here)
        if gamma is None:
            gamma = np.zeros((len(contracted(here, right[1])), count))
        start = np.concatenate([gamma, np.zeros((len(gamma), 1))], axis=1)
        a, g, unknown = solve(here, right, start=start, tolerance=tolerance)
        gamma = unknown[:, :-1]
        step, gain = _step(a, g, right, square, np.array([np.vdot(k, y - state.mean) for k in x]))
        change = a[:, :, -1] - a[:, :, :-1] @ step, g[:, :, -1] - g[:, :, :-1] @ step
        fall = change[0][:, :, None] + change[1].T[None] + np.tensordot(step, x, 1)
        state = _forward(state, (step, *change), fall, y=y, active=active, layout=layout)
        deviance = max(2 * (saturated - state.likelihood), 0.0)
        # Late in a hard fit, rounding of the score leaves more than that.
        enough = ENOUGH if steps < PATIENCE else 1e3 * ENOUGH
        converged = abs(gain) <= enough * (deviance + 1e-6 * y.sum())
        # Weights that differ by many orders of magnitude, as in a panel close to separation, stall the iteration.
        tolerance = 0.0 if steps >= PATIENCE else max(1e-4, min(1e-2, (abs(gain) / (deviance + 1e-300)) ** 0.5))
    end = _End(state=state, gamma=gamma, fall=fall, steps=steps, converged=bool(converged))
    return _finished(y, x, active, layout=layout, end=end)


def _start(y: Floats, active: Bools, layout: Layout, count: int) -> _State:
    """Three sweeps of proportional scaling without covariates."""
    origins, times, places = y.shape
    a, g = np.zeros((origins, times)), np.zeros((places, times))
    mean, _, likelihood = _mean(a[:, :, None] + g.T[None], y, active, layout)
    unit = system(active.astype(float), layout=layout)
    cells = contracted(unit, unit.at_destination[:, :, None])
    for _ in range(3):
        if layout.origin == "o^t":
            a = a + _log_ratio(y.sum(2), mean.sum(2))
        elif layout.origin == "o":
            a = a + _log_ratio(y.sum((1, 2)), mean.sum((1, 2)))[:, None]
        mean = _mean(a[:, :, None] + g.T[None], y, active, layout)[0]
        if layout.others and len(layout.others) == 1 and len(cells):
            sums = contracted(unit, y.sum(0).T[:, :, None]), contracted(unit, mean.sum(0).T[:, :, None])
            g = g + expanded(unit, _log_ratio(*sums))[:, :, 0]
        mean, _, likelihood = _mean(a[:, :, None] + g.T[None], y, active, layout)
    return _State(b=np.zeros(count), a=a, g=g, eta=a[:, :, None] + g.T[None], mean=mean, likelihood=likelihood)


def _log_ratio(observed: Floats, fitted: Floats) -> Floats:
    good = (observed > 0) & (fitted > 0)
    return np.log(np.divide(observed, fitted, out=np.ones_like(observed), where=good))


def _mean(eta: Floats, y: Floats, active: Bools, layout: Layout) -> tuple[Floats, Floats, float]:
    """Means, their logarithms and the pseudo-likelihood; a pair's means add up to its flows."""
    if layout.pair:
        log = eta - np.where(active, eta, -np.inf).max(1, initial=-1e300)[:, None, :]
        # Cells outside the sample have any predictor at all: their exponent must not overflow.
        raw = np.exp(np.minimum(log, 0.0)) * active
        scale = _log_ratio(y.sum(1), raw.sum(1))
        log = np.minimum(log, 0.0) + scale[:, None, :]
        mean = raw * np.exp(scale)[:, None, :] * (y.sum(1) > 0)[:, None, :]
    else:
        log = np.where(active, eta, 0.0)
        with np.errstate(over="ignore"):
            mean = np.exp(log) * active
    return mean, log, float(np.vdot(y, log) - mean.sum())


def _right_sides(y: Floats, x: Floats, mean: Floats, here: System) -> tuple[tuple[Floats, Floats], Floats]:
    """Sums of every weighted covariate and of the score at origins and destinations; X'MX."""
    at_origin, at_destination, square = [], [], np.zeros((len(x), len(x)))
    for k, column in enumerate(x):
        weighted = mean * column
        if here.pair_mean is not None:
            weighted -= mean * (weighted.sum(1) * here.pair_mean)[:, None, :]
        at_origin.append(weighted.sum(2))
        at_destination.append(weighted.sum(0).T)
        square[k] = [np.vdot(other, weighted) for other in x]
    score = y - mean
    at_origin.append(score.sum(2))
    at_destination.append(score.sum(0).T)
    return (np.stack(at_origin, -1), np.stack(at_destination, -1)), square


def _step(a: Floats, g: Floats, right: tuple[Floats, Floats], square: Floats, score: Floats) -> tuple[Floats, float]:
    """Change of the coefficients, and the gain in likelihood that a quadratic promises."""
    inner = np.einsum("otk,otl->kl", a, right[0]) + np.einsum("dtk,dtl->kl", g, right[1])
    information = square - inner[:-1, :-1]
    adjusted = score - inner[:-1, -1]
    values, vectors = np.linalg.eigh((information + information.T) / 2)
    floor = 1e-12 * max(square.diagonal().max(initial=0.0), 1e-300)
    usable = values > floor
    step = (vectors[:, usable] / values[usable]) @ (vectors[:, usable].T @ adjusted)
    return step, float(adjusted @ step + inner[-1, -1])


def _forward(
    state: _State, change: tuple[Floats, Floats, Floats], fall: Floats, *, y: Floats, active: Bools, layout: Layout
) -> _State:
    """The longest of 1, 1/2, 1/4, ... steps that does not lower the likelihood beyond rounding."""
    length = 1.0
    for _ in range(30):
        eta = state.eta + length * fall
        mean, _, likelihood = _mean(eta, y, active, layout)
        if np.isfinite(likelihood) and likelihood >= state.likelihood - 1e-11 * abs(state.likelihood):
            break
        length /= 2
    b, a, g = (old + length * new for old, new in zip((state.b, state.a, state.g), change, strict=True))
    return _State(b=b, a=a, g=g, eta=eta, mean=mean, likelihood=likelihood)


def _deviance(y: Floats, mean: Floats) -> float:
    # Summing the differences keeps small deviances of large flows exact.
    flows = y > 0
    seen, fitted = y[flows], mean[flows]
    with np.errstate(divide="ignore"):
        terms = seen * np.log(seen / fitted) - (seen - fitted)
    return 2 * float(terms.sum() + mean[~flows].sum())


def _finished(y: Floats, x: Floats, active: Bools, *, layout: Layout, end: _End) -> Fit:
    state = end.state
    here = system(state.mean, layout=layout)
    residual_x, information, share = partialled(x, state.mean, here, end.gamma)
    zeros = active & (y == 0)
    faint = state.mean < FAINT * y.sum() / max(active.sum(), 1)
    return Fit(
        coefficients=state.b, a=state.a, g=state.g, mean=state.mean, deviance=_deviance(y, state.mean),
        likelihood=state.likelihood, residual_x=residual_x, information=information, share=share,
        suspect=zeros & ((end.fall < FALLING) | faint), steps=end.steps, converged=end.converged,
    )  # fmt: skip


def partialled(x: Floats, mean: Floats, here: System, gamma: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Covariates less their weighted projection on all effects, X~'WX~, and the share of each column that is left."""
    if not len(x):
        return x, np.zeros((0, 0)), np.zeros(0)
    right, _ = _right_sides(np.zeros_like(mean), x, mean, here)
    right = right[0][:, :, :-1], right[1][:, :, :-1]
    start = gamma if gamma is not None else np.zeros((len(contracted(here, right[1])), len(x)))
    a, g, _ = solve(here, right, start=start, tolerance=1e-10)
    found = np.empty_like(x)
    for k, column in enumerate(x):
        left = column - a[:, :, None, k] - g[:, :, k].T[None]
        if here.pair_mean is not None:
            left -= ((mean * left).sum(1) * here.pair_mean)[:, None, :]
        found[k] = left
    weighted = found * mean
    information = np.array([[np.vdot(one, other) for other in weighted] for one in found])
    raw = np.array([np.vdot(mean, column**2) for column in x])
    return (
        found,
        (information + information.T) / 2,
        np.divide(information.diagonal(), raw, out=np.zeros(len(x)), where=raw > 0),
    )
