"""Weighted least squares on the effects of a corridor cube: one sweep of memory for each product, no matrix built.

The unknowns are a[o, t] of the origins and g[d, t] of the destinations; coarser effects repeat along time or place. An effect of
the pair is eliminated exactly (its block is diagonal), then the origins' (blocks of T x T); conjugate gradients solve the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Relative ridge on a block of T x T: years that no flow connects leave it singular.
RIDGE = 1e-11
MOST_SWEEPS = 2_000
#: Unknowns up to which a matrix is built where iteration does not do; tolerance in its place where there are more.
FEW, TIGHT = 1_000, 1e-8


@dataclass(frozen=True, slots=True)
class Layout:
    """Which effects there are, none nested in another: `pair`, one of the origin, and those solved by iteration."""

    pair: bool
    origin: str
    others: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all effects, as in a formula."""
        return (*(("o^d",) if self.pair else ()), *((self.origin,) if self.origin else ()), *self.others)


def layout(effects: tuple[str, ...]) -> Layout:
    """The same model without effects that a finer one holds already; a constant where there is none."""
    asked = set(effects)
    for fine in ("o^t", "d^t", "o^d"):
        if fine in asked:
            asked -= set(fine.split("^"))
    origin = "o^t" if "o^t" in asked else "o" if "o" in asked else ""
    others = tuple(name for name in ("d^t", "d", "t") if name in asked)
    pair = "o^d" in asked
    return Layout(pair=pair, origin=origin, others=others if pair or origin or others else ("1",))


@dataclass(frozen=True, slots=True)
class System:
    """Weights of one Newton step, in both orders of memory, and the inverses of their blocks.

    `by_origin` (O, T, D), `by_destination` (D, T, O), `pair_mean` (O, D) is one over the pair's weight, None without the effect.
    """

    layout: Layout
    by_origin: Floats
    by_destination: Floats
    pair_mean: Floats | None
    at_origin: Floats
    at_destination: Floats
    origin_inverse: Floats
    conditioner: tuple[Floats, ...]


def system(weights: Floats, *, layout: Layout) -> System:
    """The system of weights (O, T, D)."""
    other = np.ascontiguousarray(weights.transpose(2, 1, 0))
    pair_mean = None
    if layout.pair:
        total = weights.sum(1)
        pair_mean = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
    at_origin, at_destination = weights.sum(2), other.sum(2)
    origin_inverse = np.zeros(0)
    if layout.origin == "o^t":
        origin_inverse = _block_inverse(weights, at_origin, pair_mean)
    elif layout.origin == "o":
        origin_inverse = _reciprocal(at_origin.sum(1))
    return System(
        layout=layout, by_origin=weights, by_destination=other, pair_mean=pair_mean, at_origin=at_origin,
        at_destination=at_destination, origin_inverse=origin_inverse,
        conditioner=tuple(_conditioner(name, other, at_destination, pair_mean) for name in layout.others),
    )  # fmt: skip


def _reciprocal(weight: Floats) -> Floats:
    return np.divide(1.0, weight, out=np.zeros_like(weight), where=weight > 0)


def _conditioner(name: str, other: Floats, at_destination: Floats, pair_mean: Floats | None) -> Floats:
    """Inverse of the diagonal block of one effect: (D, T, T), (D, T), (D,), (T, T) or (1,)."""
    if name == "d^t":
        return _block_inverse(other, at_destination, None if pair_mean is None else pair_mean.T)
    if name == "d":
        return _reciprocal(at_destination.sum(1))
    if name == "1":
        return _reciprocal(at_destination.sum(keepdims=True).reshape(1))
    blocks = blocks_of(other, at_destination, None if pair_mean is None else pair_mean.T).sum(0, keepdims=True)
    return np.asarray(inverse_of(blocks, null=pair_mean is not None)[0])


def blocks_of(weights: Floats, total: Floats, pair_mean: Floats | None) -> Floats:
    """B = diag(sum w) - sum w w' / Y of every place, shape (places, T, T)."""
    blocks = np.zeros((*total.shape, total.shape[1]))
    if pair_mean is not None:
        blocks -= (weights * pair_mean[:, None, :]) @ weights.transpose(0, 2, 1)
    index = np.arange(total.shape[1])
    blocks[:, index, index] += total
    return blocks


def inverse_of(blocks: Floats, *, null: bool) -> Floats:
    """Inverse of positive blocks; with `null`, of blocks that send a constant to zero."""
    index = np.arange(blocks.shape[1])
    diagonal = blocks[:, index, index]
    root = np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    full = blocks
    if null:
        total = diagonal.sum(1)
        full = full + diagonal[:, :, None] * diagonal[:, None, :] / np.where(total > 0, total, 1.0)[:, None, None]
    # On a unit diagonal: weights of one place differ by many orders of magnitude between its years.
    full = full / root[:, :, None] / root[:, None, :]
    full[:, index, index] += np.where(diagonal > 0, RIDGE, 1.0)
    return np.asarray(np.linalg.inv(full) / root[:, :, None] / root[:, None, :])


def _block_inverse(weights: Floats, total: Floats, pair_mean: Floats | None) -> Floats:
    if pair_mean is None:
        return _reciprocal(total)
    return inverse_of(blocks_of(weights, total, pair_mean), null=True)


def expanded(system: System, unknown: Floats) -> Floats:
    """Effects of destinations and times (unknowns, K) as g (D, T, K)."""
    (places, times), columns = system.at_destination.shape, unknown.shape[1]
    found = np.zeros((places, times, columns))
    begun = 0
    for name in system.layout.others:
        shape = {"d^t": (places, times), "d": (places, 1), "t": (1, times), "1": (1, 1)}[name]
        size = shape[0] * shape[1]
        found += unknown[begun : begun + size].reshape(*shape, columns)
        begun += size
    return found


def contracted(system: System, sums: Floats) -> Floats:
    """Sums (D, T, K) over the cells of each effect of destinations and times, shape (unknowns, K)."""
    columns = sums.shape[2]
    axes = {"d^t": (), "d": (1,), "t": (0,), "1": (0, 1)}
    parts = [sums.sum(axes[name]).reshape(-1, columns) for name in system.layout.others]
    return np.concatenate([np.zeros((0, columns)), *parts])


def _conditioned(system: System, residual: Floats) -> Floats:
    columns, begun, parts = residual.shape[1], 0, [np.zeros((0, residual.shape[1]))]
    for name, inverse in zip(system.layout.others, system.conditioner, strict=True):
        size = system.at_destination.size if name == "d^t" else len(inverse)
        part = residual[begun : begun + size]
        if name == "d^t" and inverse.ndim == 3:
            parts.append((inverse @ part.reshape(*inverse.shape[:2], columns)).reshape(-1, columns))
        elif name == "t":
            parts.append(inverse @ part)
        else:
            parts.append(inverse.reshape(-1, 1) * part)
        begun += size
    return np.concatenate(parts)


def without_origin(system: System, sums: Floats) -> Floats:
    """The origins' effects that take up sums (O, T, K), all others held: B_o^-1 times them."""
    if not system.layout.origin:
        return np.zeros_like(sums)
    if system.layout.origin == "o":
        return np.repeat((system.origin_inverse[:, None] * sums.sum(1))[:, None], sums.shape[1], axis=1)
    if system.pair_mean is None:
        return system.origin_inverse[:, :, None] * sums
    return system.origin_inverse @ sums


def to_origins(system: System, g: Floats, mean: Floats | None) -> Floats:
    """Sums over destinations of w (g - pair mean), shape (O, T, K); `mean` (D, O, K)."""
    sums = (system.by_origin.transpose(1, 0, 2) @ g.transpose(1, 0, 2)).transpose(1, 0, 2)
    return sums if mean is None else sums - system.by_origin @ mean.transpose(1, 0, 2)


def means(system: System, g: Floats) -> Floats | None:
    """The pair's weighted mean of g over time, shape (D, O, K)."""
    if system.pair_mean is None:
        return None
    return (system.by_destination.transpose(0, 2, 1) @ g) * system.pair_mean.T[:, :, None]


def to_destinations(system: System, a: Floats, g: Floats, mean: Floats | None) -> Floats:
    """Sums over origins of w (a + g - pair mean of both), shape (D, T, K); `mean` is that of g alone."""
    sums = (system.by_destination.transpose(1, 0, 2) @ a.transpose(1, 0, 2)).transpose(1, 0, 2)
    sums = sums + system.at_destination[:, :, None] * g
    if system.pair_mean is None or mean is None:
        return sums
    both = (system.by_origin.transpose(0, 2, 1) @ a) * system.pair_mean[:, :, None]
    return sums - system.by_destination @ (mean + both.transpose(1, 0, 2))


def _product(system: System, unknown: Floats) -> Floats:
    g = expanded(system, unknown)
    mean = means(system, g)
    a = -without_origin(system, to_origins(system, g, mean)) if system.layout.origin else None
    if a is None:
        a = np.zeros((*system.at_origin.shape, g.shape[2]))
    return contracted(system, to_destinations(system, a, g, mean))


def solve(
    system: System, sums: tuple[Floats, Floats], *, start: Floats, tolerance: float
) -> tuple[Floats, Floats, Floats]:
    """Effects whose weighted sums are given, by conjugate gradients on all columns at once.

    Parameters
    ----------
    system
        Weights and inverses.
    sums
        Right-hand sides at origins (O, T, K) and destinations (D, T, K).
    start
        First guess of the unknowns (unknowns, K).
    tolerance
        Relative residual in the norm of the preconditioner, for each column; zero for the exact solution of a small system.

    Returns
    -------
    tuple
        a (O, T, K), g (D, T, K) and the unknowns behind g.
    """
    at_origin, at_destination = sums
    nothing = np.zeros_like(at_destination)
    taken = without_origin(system, at_origin)
    moved = to_destinations(system, taken, nothing, means(system, nothing)) if system.layout.origin else nothing
    right = contracted(system, at_destination - moved)
    if not len(right):
        unknown = right
    elif tolerance == 0 and len(right) <= FEW:
        unknown = _exact(system, right)
    else:
        unknown = _conjugate(system, right, start, max(tolerance, TIGHT))
    g = expanded(system, unknown)
    a = without_origin(system, at_origin - to_origins(system, g, means(system, g))) if system.layout.origin else taken
    return a, g, unknown


def _exact(system: System, right: Floats) -> Floats:
    image = _product(system, np.eye(len(right)))
    root = np.sqrt(np.maximum(image.diagonal(), 1e-300))
    scaled = (image + image.T) / 2 / root[:, None] / root
    return np.asarray(np.linalg.pinv(scaled, rcond=1e-12, hermitian=True) @ (right / root[:, None]) / root[:, None])


def _conjugate(system: System, right: Floats, start: Floats, tolerance: float) -> Floats:
    unknown = start.copy()
    goal = tolerance**2 * (right * _conditioned(system, right)).sum(0)
    residual = right - _product(system, unknown) if unknown.any() else right.copy()
    z = _conditioned(system, residual)
    direction, norm = z, (residual * z).sum(0)
    for _ in range(MOST_SWEEPS):
        live = norm > goal
        if not live.any():
            break
        image = _product(system, direction)
        curve = (direction * image).sum(0)
        live &= curve > 0
        if not live.any():
            break
        step = np.divide(norm, curve, out=np.zeros_like(norm), where=live)
        unknown = unknown + step * direction
        residual = residual - step * image
        z = _conditioned(system, residual)
        fresh = (residual * z).sum(0)
        direction = z + np.divide(fresh, norm, out=np.zeros_like(norm), where=live) * direction
        norm = np.where(live, fresh, norm)
        norm[~live] = np.where(norm[~live] > goal[~live], 0.0, norm[~live])
    return unknown
