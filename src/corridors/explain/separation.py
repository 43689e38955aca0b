"""Separation: rows of zero flow that some covariates and effects tell apart, so that no finite estimate exists.

The iterated rectifier of Correia, Guimarães and Zylkin looks for a combination of the regressors that is zero wherever the flow
is positive and never negative where it is zero: rows where it is positive fit perfectly at minus infinity, and are dropped.

Method: S. Correia, P. Guimarães and T. Zylkin (2019), "Verifying the existence of maximum likelihood estimates for generalized
linear models", arXiv:1903.01633.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import scipy.sparse as sparse
from scipy.sparse.linalg import lsmr

from corridors.concepts.findings import Finding, raise_if_any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Integers = NDArray[np.int64]

#: Weight of a row with a flow against one without; columns above which the solver is iterative; steps of one search.
WEIGHT, DENSE, MOST = 1e6, 2_500, 2_000
#: A combination this small beside the largest is zero.
TINY = 1e-5


def separated(
    panel: pl.DataFrame, outcome: str, *, covariates: Sequence[str] = (), effects: Sequence[str] = ()
) -> Integers:
    """Numbers of the rows that separate, from zero, in order.

    Parameters
    ----------
    panel
        Any long table.
    outcome
        Column of the flow, zero or more.
    covariates
        Columns of numbers.
    effects
        Columns of codes, each a set of fixed effects.

    Raises
    ------
    DataError
        When a column is missing, or a number is missing, infinite or, for the outcome, negative.

    Examples
    --------
    >>> panel = pl.DataFrame({"flow": [0, 0, 3, 5], "war": [1, 0, 0, 0]})
    >>> separated(panel, "flow", covariates=["war"]).tolist()
    [0]
    """
    named = (outcome, *covariates, *effects)
    raise_if_any(
        Finding(
            "column-missing", f"column {name}", "it is not in the table", f"the table has {', '.join(panel.columns)}"
        )
        for name in dict.fromkeys(named)
        if name not in panel.columns
    )
    numbers = {
        name: panel.get_column(name).cast(pl.Float64, strict=False).to_numpy() for name in (outcome, *covariates)
    }
    faults = []
    for name, values in numbers.items():
        bad = np.flatnonzero(~np.isfinite(values) | ((values < 0) & (name == outcome)))
        if len(bad):
            fact = f"{values[bad[0]]} and {len(bad) - 1} more are no number that can stand there"
            faults.append(Finding("gravity-not-number", f"row {bad[0]}, column {name}", fact, "mend or drop the rows"))
    raise_if_any(faults)
    codes = [panel.get_column(name).rank("dense").fill_null(0).cast(pl.Int64).to_numpy() for name in effects]
    y = numbers[outcome]
    found = separated_rows(y, [numbers[name] for name in covariates], codes, suspect=y == 0)
    return np.flatnonzero(found)


def separated_rows(y: Floats, x: Sequence[Floats], codes: Sequence[Integers], *, suspect: Bools) -> Bools:
    """Rows that separate, of those suspected; other rows of zero flow are known not to."""
    gone = np.zeros(len(y), dtype=bool)
    while True:
        kept = ~gone
        found = _empty_groups(y, codes, kept) & suspect
        if not found.any():
            found = _rectified([column[kept] for column in x], [code[kept] for code in codes], suspect[kept], kept)
        if not found.any():
            return gone
        gone |= found


def _empty_groups(y: Floats, codes: Sequence[Integers], kept: Bools) -> Bools:
    found = np.zeros(len(y), dtype=bool)
    for code in codes:
        found |= kept & (np.bincount(code, weights=y * kept)[code] == 0)
    return found


def _design(x: Sequence[Floats], codes: Sequence[Integers]) -> sparse.csr_array:
    rows = len(x[0]) if x else len(codes[0]) if codes else 0
    scaled = []
    for column in x:
        # Shifting changes nothing beside a constant; both keep the system well conditioned.
        spread = column.std()
        scaled.append((column - column.mean()) / spread if spread > 0 else np.zeros(rows))
    parts = [sparse.csr_array(np.stack([np.ones(rows), *scaled], axis=1))]
    for code in codes:
        dense = np.unique(code, return_inverse=True)[1]
        parts.append(sparse.csr_array((np.ones(rows), (np.arange(rows), dense)), shape=(rows, int(dense.max()) + 1)))
    return sparse.csr_array(sparse.hstack(parts))


def _rectified(x: Sequence[Floats], codes: Sequence[Integers], suspect: Bools, kept: Bools) -> Bools:
    found = np.zeros(len(kept), dtype=bool)
    if not suspect.any() or not (x or codes):
        return found
    project = _projector(_design(x, codes), np.where(suspect, 1.0, np.sqrt(WEIGHT)))
    target = suspect.astype(float)
    for _ in range(MOST):
        fitted = project(target)
        fitted[np.abs(fitted) < TINY * 1e-2] = 0.0
        left = target - fitted
        if fitted[suspect].max() < TINY or left[suspect].min() > TINY * target.max():
            # Weighted residuals that are all positive prove that nothing separates.
            return found
        if fitted[suspect].min() >= 0.0 and np.abs(fitted[~suspect]).max(initial=0.0) < TINY:
            found[kept] = suspect & (fitted > TINY)
            return found
        target = np.where(suspect, np.maximum(fitted, 0.0), 0.0)
    found[kept] = suspect & (target > 10 * TINY)
    return found


def _projector(design: sparse.csr_array, root: Floats) -> Callable[[Floats], Floats]:
    """Weighted least squares on the design, ready for many left-hand sides."""
    weighted = sparse.csr_array(design * root[:, None])
    if design.shape[1] <= DENSE and design.shape[0] <= 50 * DENSE:
        square = (weighted.T @ weighted).toarray() if design.shape[0] > 2 * DENSE else None
        if square is None:
            basis = _basis(weighted.toarray())
            return lambda target: np.asarray(basis @ (basis.T @ (root * target))) / root
        inverse = np.linalg.pinv(square, rcond=1e-13, hermitian=True)
        return lambda target: np.asarray(design @ (inverse @ (weighted.T @ (root * target))))

    def iterated(target: Floats) -> Floats:
        return np.asarray(design @ lsmr(weighted, root * target, atol=1e-12, btol=1e-12, maxiter=20_000)[0])

    return iterated


def _basis(weighted: Floats) -> Floats:
    scale = np.linalg.norm(weighted, axis=0)
    left, values, _ = np.linalg.svd(weighted / np.where(scale > 0, scale, 1.0), full_matrices=False)
    return left[:, values > 1e-10 * values.max(initial=1.0)]
