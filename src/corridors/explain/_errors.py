"""Sandwich errors by cluster, and the incidental-parameter corrections of Weidner and Zylkin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.explain._effects import blocks_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


def clustered(scores: Floats, groups: Integers) -> tuple[Floats, int]:
    """Sum over clusters of s s', from scores (K, cells), and the number of clusters."""
    dense = np.unique(groups, return_inverse=True)[1]
    count = int(dense.max(initial=-1)) + 1
    sums = np.stack([np.bincount(dense, weights=score, minlength=count) for score in scores])
    return np.asarray(sums @ sums.T, dtype=float), count


def sandwich(information: Floats, meat: Floats, clusters: int) -> Floats:
    """W^-1 S W^-1 G / (G - 1)."""
    bread = np.linalg.inv(information)
    found = bread @ meat @ bread * clusters / (clusters - 1)
    return np.asarray((found + found.T) / 2)


def bias(y: Floats, mean: Floats, residual_x: Floats, information: Floats, *, areas: int) -> Floats:
    """Bias of the coefficients from the effects of origins and destinations over time; the pair's effect is profiled out.

    Equation (12) of Weidner and Zylkin (2021), the sample in place of expectations, times N / (N - 1) for N areas.
    """
    score, total = y - mean, mean.sum(1)
    part = np.zeros(len(residual_x))
    for turned in (False, True):
        weights, error = (mean.transpose(2, 1, 0), score.transpose(2, 1, 0)) if turned else (mean, score)
        pair_mean = _over(total.T if turned else total)
        blocks = blocks_of(weights, weights.sum(2), pair_mean)
        inverse = np.linalg.pinv(blocks, rcond=1e-12, hermitian=True)
        spread = inverse @ (error @ error.transpose(0, 2, 1)) @ inverse
        for k, x in enumerate(residual_x):
            pull = weights * (x.transpose(2, 1, 0) if turned else x)
            first = np.einsum("its,ist->", inverse, pull @ error.transpose(0, 2, 1))
            third = -blocks_of(pull, pull.sum(2), None)
            cross = (pull * pair_mean[:, None, :]) @ weights.transpose(0, 2, 1)
            third += cross + cross.transpose(0, 2, 1)
            part[k] += -first + 0.5 * np.einsum("its,ist->", third, spread)
    return np.asarray(np.linalg.solve(information, part) * areas / (areas - 1))


def _over(total: Floats) -> Floats:
    return np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)


def leverage_meat(y: Floats, mean: Floats, residual_x: Floats, information: Floats, *, pair: bool) -> Floats:
    """Sum over pairs of x'(I - leverage)^-1 e e' x, which undoes the shrinkage of residuals by the effects."""
    origins, times, places = mean.shape
    pair_mean = _over(mean.sum(1)) if pair else None
    at_a, at_g, cross = _covariance(mean, pair_mean)
    bread = np.linalg.inv(information)
    meat = np.zeros_like(information)
    index = np.arange(times)
    for o in range(origins):
        weight, x = mean[o].T, residual_x[:, o].transpose(2, 1, 0)
        hessian = np.zeros((places, times, times))
        if pair_mean is not None:
            hessian -= weight[:, :, None] * weight[:, None, :] * pair_mean[o][:, None, None]
        hessian[:, index, index] += weight
        mixed = cross[o].transpose(1, 0, 2)
        spread = x @ bread @ x.transpose(0, 2, 1) + at_a[o] + at_g + mixed + mixed.transpose(0, 2, 1)
        error = (y[o] - mean[o]).T[:, :, None]
        grown = np.linalg.solve(np.eye(times) - hessian @ spread, error)
        meat += np.einsum("dtk,dt,ds,dsl->kl", x, grown[:, :, 0], error[:, :, 0], x, optimize=True)
    return np.asarray((meat + meat.T) / 2)


def _covariance(mean: Floats, pair_mean: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Inverse Hessian of the effects: blocks of origins (O, T, T), of destinations (D, T, T), between them (O, T, D, T)."""
    origins, times, places = mean.shape
    split, size = origins * times, (origins + places) * times
    full = np.zeros((size, size))
    other = mean.transpose(2, 1, 0)
    for begun, weights, over in ((0, mean, pair_mean), (split, other, None if pair_mean is None else pair_mean.T)):
        for place, block in enumerate(blocks_of(weights, weights.sum(2), over)):
            here = slice(begun + place * times, begun + (place + 1) * times)
            full[here, here] = block
    between = np.zeros((origins, times, places, times))
    if pair_mean is not None:
        between -= np.einsum("otd,osd,od->otds", mean, mean, pair_mean)
    index = np.arange(times)
    between[:, index, :, index] += mean.transpose(1, 0, 2)
    full[:split, split:] = between.reshape(split, -1)
    full[split:, :split] = full[:split, split:].T
    _fill_null(full, origins, places, times, pair=pair_mean is not None)
    inverse = np.linalg.inv(full)
    at_a = inverse[:split, :split].reshape(origins, times, origins, times)[np.arange(origins), :, np.arange(origins)]
    at_g = inverse[split:, split:].reshape(places, times, places, times)[np.arange(places), :, np.arange(places)]
    return at_a, at_g, inverse[:split, split:].reshape(origins, times, places, times)


def _fill_null(full: Floats, origins: int, places: int, times: int, *, pair: bool) -> None:
    """Give weight to the directions that change no fitted mean, so that the inverse exists; they fall out of every leverage."""
    scale = full.diagonal().mean()
    for t in range(times):
        sign = np.zeros(len(full))
        sign[np.arange(origins) * times + t] = 1.0
        sign[origins * times + np.arange(places) * times + t] = -1.0
        full += scale / (origins + places) * np.outer(sign, sign)
    if pair:
        for place in range(origins + places):
            here = slice(place * times, (place + 1) * times)
            full[here, here] += scale / times
    diagonal = np.arange(len(full))
    full[diagonal, diagonal] += np.where(full.diagonal() > 0, 1e-13 * scale, scale)
