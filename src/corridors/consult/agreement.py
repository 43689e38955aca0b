"""Krippendorff's alpha: how far coders agree beyond chance, with a bootstrap interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Level = Literal["nominal", "ordinal", "interval"]
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """Alpha with the bounds of its interval; `undefined` counts draws in which all coders only used one value."""

    value: float
    low: float
    high: float
    draws: int
    undefined: int


def krippendorff_alpha(values: Array, *, level: Level) -> float:
    """One less observed over expected disagreement: 1 where coders always agree, 0 where they agree as by chance.

    Parameters
    ----------
    values
        Shape (coders, units); not a number where a coder left a unit out. Units with fewer than two values do not count.
    level
        Level of measurement.

    Raises
    ------
    ValueError
        There is no such level, no unit has two values, or all values are one and the same.

    References
    ----------
    K. Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; A. F. Hayes and K. Krippendorff (2007),
    https://doi.org/10.1080/19312450709336664

    Examples
    --------
    >>> agree = np.array([[1.0, 2, 3, 3], [1, 2, 3, 3], [np.nan, 2, 3, 4]])
    >>> round(krippendorff_alpha(agree, level="nominal"), 3)
    0.756
    """
    if level not in get_args(Level):
        raise ValueError(f"no level {level!r}; there are {', '.join(get_args(Level))}")
    scale = np.unique(values[~np.isnan(values)])
    found = _alpha(_per_unit(values, scale), scale, level)
    if np.isnan(found):
        raise ValueError("alpha is undefined: no unit has two values, or all of them are the same")
    return found


def alpha_interval(
    values: Array, *, level: Level, rng: np.random.Generator, draws: int = 1_000, share: float = 0.95
) -> Interval:
    """Alpha with an interval from units drawn again and again with replacement.

    Parameters
    ----------
    values
        Shape (coders, units), as for `krippendorff_alpha`.
    level
        Level of measurement.
    rng
        Source of chance.
    draws
        How often to draw.
    share
        Share of the draws inside the interval.

    Raises
    ------
    ValueError
        Alpha is undefined.

    Examples
    --------
    >>> agree = np.array([[1.0, 2, 3, 3], [1, 2, 3, 3], [np.nan, 2, 3, 4]])
    >>> found = alpha_interval(agree, level="nominal", rng=np.random.default_rng(1), draws=200)
    >>> found.low <= found.value <= found.high
    True
    """
    value = krippendorff_alpha(values, level=level)
    scale = np.unique(values[~np.isnan(values)])
    units = _per_unit(values, scale)
    drawn = np.array([_alpha(units[rng.integers(0, len(units), len(units))], scale, level) for _ in range(draws)])
    defined = drawn[~np.isnan(drawn)]
    edge = (1 - share) / 2
    low, high = (float(bound) for bound in np.quantile(defined, [edge, 1 - edge])) if len(defined) else (np.nan, np.nan)
    return Interval(value, low, high, draws, draws - len(defined))


def _per_unit(values: Array, scale: Array) -> Array:
    """How often each unit was given each value, of the units with two values or more."""
    counts = (values[:, :, None] == scale).sum(axis=0).astype(float)
    return np.asarray(counts[counts.sum(axis=1) >= 2])


def _alpha(counts: Array, scale: Array, level: Level) -> float:
    if not len(counts):
        return float("nan")
    pairs = counts.sum(axis=1) - 1
    together = (counts / pairs[:, None]).T @ counts - np.diag((counts / pairs[:, None]).sum(axis=0))
    margin = together.sum(axis=0)
    apart = _apart(scale, margin, level)
    expected = float(margin @ apart @ margin)
    return float("nan") if expected == 0 else float(1 - (margin.sum() - 1) * (together * apart).sum() / expected)


def _apart(scale: Array, margin: Array, level: Level) -> Array:
    """Squared distance between each two values."""
    if level == "nominal":
        return 1 - np.eye(len(scale))
    if level == "interval":
        return np.asarray(np.subtract.outer(scale, scale) ** 2)
    middle = np.cumsum(margin) - margin / 2
    return np.asarray(np.subtract.outer(middle, middle) ** 2)
