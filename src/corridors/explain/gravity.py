"""Structural gravity: Poisson pseudo-maximum likelihood on a corridor cube of origins, destinations and times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from corridors.concepts.findings import Finding, raise_if_any
from corridors.explain import _newton
from corridors.explain._cube import Cube, cube_of, without_empty
from corridors.explain._effects import Layout, layout
from corridors.explain._errors import bias as wz_bias
from corridors.explain._errors import clustered, leverage_meat, sandwich
from corridors.explain._newton import Fit, maximise
from corridors.explain.formula import Formula, parse_formula
from corridors.explain.gravity_fit import GravityFit
from corridors.explain.separation import separated_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Integers = NDArray[np.int64]

Keys = tuple[str, str, str]
#: Columns of origin, destination and time.
KEYS: Keys = ("ORIGIN", "DESTINATION", "TIME_PERIOD")
#: Clusters with a name of their own; any other name is a column of the panel.
CLUSTERS = ("o^d", "o", "d", "o+d")
#: Share of a covariate's variation that must be left once effects and the other covariates are out.
COLLINEAR = 1e-9
#: Unknown effects up to which the errors' correction inverts them exactly.
MOST_EFFECTS = 7_000
#: Cells up to which every zero is searched for separation once one is suspected.
FEW_CELLS = 20_000


@dataclass(frozen=True, slots=True)
class _Model:
    formula: str
    keys: Keys
    cluster: str
    effects: Layout


@dataclass(frozen=True, slots=True)
class _Sample:
    """The cube that was fitted, and what its covariates were centred on and divided by."""

    cube: Cube
    fit: Fit
    centre: Floats
    scale: Floats


def ppml(
    formula: str, panel: pl.DataFrame, *, keys: Keys = KEYS, cluster: str = "o^d", bias: Literal["wz"] | None = None
) -> GravityFit:
    """Fit a gravity model to flows, zeros included.

    Parameters
    ----------
    formula
        As `parse_formula` reads it: `flow ~ log1p(stock) + contig | o^t + d^t + o^d`.
    panel
        One row a corridor and time. A missing flow or covariate drops its row and is counted.
    keys
        Columns of origin, destination and time.
    cluster
        "o^d" (corridor), "o", "d", "o+d" (both ways), or a column.
    bias
        "wz" for the corrections of Weidner and Zylkin; needs o^t + d^t, with or without o^d.

    Returns
    -------
    GravityFit
        Coefficients, errors, effects and what was dropped.

    Raises
    ------
    DataError
        When the panel cannot be fitted: repeated cells, negative or infinite numbers, collinear covariates, one cluster or one
        period only, no convergence.
    ValueError
        When the formula, the cluster or the bias is none that is allowed.

    References
    ----------
    M. Weidner, T. Zylkin, "Bias and consistency in three-way gravity models", Journal of International Economics 132 (2021)
    103513, doi:10.1016/j.jinteco.2021.103513. S. Correia, P. Guimarães, T. Zylkin, "Fast Poisson estimation with
    high-dimensional fixed effects", Stata Journal 20(1) (2020), doi:10.1177/1536867X20909691.

    Examples
    --------
    >>> panel = pl.DataFrame({"ORIGIN": list("AABBCC"), "DESTINATION": list("BCACAB"), "TIME_PERIOD": [2020] * 6,
    ...                       "flow": [20, 5, 30, 4, 6, 3], "near": [1, 0, 1, 0, 0, 0]})
    >>> round(ppml("flow ~ near | t", panel).coefficients["near"], 6) == round(float(np.log(25 / 4.5)), 6)
    True
    """
    parsed = parse_formula(formula)
    effects = layout(parsed.effects)
    _check_options(cluster, bias, panel, effects)
    cube = cube_of(panel, parsed, keys=keys, layout=effects)
    _check_periods(cube, effects)
    sample = _fitted(cube, effects)
    _check_collinear(sample.fit, parsed)
    model = _Model(formula=formula, keys=keys, cluster=cluster, effects=effects)
    found = _result(model, panel, sample)
    return found if bias is None else _corrected(found, sample, effects)


def _check_options(cluster: str, bias: str | None, panel: pl.DataFrame, effects: Layout) -> None:
    if cluster not in CLUSTERS and cluster not in panel.columns:
        raise ValueError(f"cluster {cluster!r} is none of {', '.join(CLUSTERS)} and no column of the panel")
    if bias not in {None, "wz"}:
        raise ValueError(f"bias {bias!r} is none of None, 'wz'")
    if bias and cluster != "o^d":
        raise ValueError("bias 'wz' needs cluster 'o^d'")
    if bias and not (effects.origin == "o^t" and effects.others == ("d^t",)):
        raise ValueError("bias 'wz' needs the effects o^t + d^t, with or without o^d")


def _result(model: _Model, panel: pl.DataFrame, sample: _Sample) -> GravityFit:
    cube, fit, scale = sample.cube, sample.fit, sample.scale
    meat, clusters = _meat(cube, fit, panel, model.cluster)
    slopes = fit.coefficients / scale
    terms = parse_formula(model.formula).terms
    vcov = sandwich(fit.information, meat, clusters) / np.outer(scale, scale) if terms else np.zeros((0, 0))
    return GravityFit(
        formula=model.formula, keys=model.keys, cluster=model.cluster, clusters=clusters, n=int(cube.active.sum()),
        coefficients=MappingProxyType(dict(zip(terms, slopes.tolist(), strict=True))),
        covariance=tuple(map(tuple, vcov.tolist())), deviance=fit.deviance, log_likelihood=_log_likelihood(cube, fit),
        dropped=MappingProxyType(cube.dropped), steps=fit.steps, fitted=_fitted_table(cube, fit, model.keys),
        effects=_effects(cube, fit, model.effects, slopes=slopes, centre=sample.centre),
    )  # fmt: skip


def _check_periods(cube: Cube, effects: Layout) -> None:
    if effects.pair and len(cube.times) < 2:
        fact = f"{cube.times[0]} is the only one, so that the effect of the pair explains every flow"
        raise_if_any([Finding("gravity-one-period", "times", fact, "give a second period, or leave o^d out")])


def _fitted(cube: Cube, effects: Layout) -> _Sample:
    """The fit, on scaled covariates, of rows that do not separate."""
    while True:
        centre = np.array([k[cube.active].mean() for k in cube.x])
        scale = np.array([k[cube.active].std() for k in cube.x])
        scale[scale == 0] = 1.0
        x = (cube.x - centre[:, None, None, None]) / scale[:, None, None, None] * cube.active
        fit = maximise(cube.y, x, cube.active, layout=effects, most=_newton.PATIENCE)
        gone = _separated(cube, x, fit, effects)
        if not gone.any():
            break
        dropped = {**cube.dropped, "separated": cube.dropped.get("separated", 0) + int(gone.sum())}
        cube = without_empty(replace(cube, active=cube.active & ~gone, dropped=dropped), effects)
    if not fit.converged:
        fit = maximise(cube.y, x, cube.active, layout=effects, most=_newton.MOST_STEPS)
    if not fit.converged:
        fact = f"no maximum after {fit.steps} steps"
        raise_if_any(
            [Finding("gravity-not-converged", "panel", fact, "rescale covariates, or drop those that are huge")]
        )
    return _Sample(cube=cube, fit=fit, centre=centre, scale=scale)


def _separated(cube: Cube, x: Floats, fit: Fit, effects: Layout) -> Bools:
    """Cells that separate. The score of a maximum is itself a proof for the cells whose mean stays away from zero."""
    gone = np.zeros_like(cube.active)
    suspect = fit.suspect
    if not fit.converged or (suspect.any() and cube.active.sum() <= FEW_CELLS):
        suspect = cube.active & (cube.y == 0)
    if not suspect.any():
        return gone
    where = np.nonzero(cube.active)
    codes = [_codes(name, where, cube.active.shape) for name in effects.names if name != "1"]
    found = separated_rows(cube.y[where], [k[where] for k in x], codes, suspect=suspect[where])
    gone[where] = found
    return gone


def _codes(name: str, where: tuple[Integers, ...], shape: tuple[int, ...]) -> Integers:
    axes = [{"o": 0, "t": 1, "d": 2}[part] for part in name.split("^")]
    return np.ravel_multi_index([where[axis] for axis in axes], [shape[axis] for axis in axes])


def _check_collinear(fit: Fit, formula: Formula) -> None:
    faults = []
    kept: list[int] = []
    for k, name in enumerate(formula.terms):
        if fit.share[k] < COLLINEAR:
            fact = "the effects explain all of it; nothing is left to estimate"
            faults.append(Finding("gravity-collinear", f"covariate {name}", fact, "leave it out, or an effect"))
            continue
        part = fit.information[np.ix_([*kept, k], [*kept, k])]
        size = np.sqrt(part.diagonal())
        inner = part / np.outer(size, size)
        left = 1 - inner[-1, :-1] @ np.linalg.solve(inner[:-1, :-1], inner[:-1, -1]) if kept else 1.0
        if left < COLLINEAR:
            with_ = ", ".join(formula.terms[other] for other in kept)
            fact = f"it is a combination of {with_} and the effects"
            faults.append(Finding("gravity-collinear", f"covariate {name}", fact, "leave one of them out"))
        else:
            kept.append(k)
    raise_if_any(faults)


def _meat(cube: Cube, fit: Fit, panel: pl.DataFrame, cluster: str) -> tuple[Floats, int]:
    where = np.nonzero(cube.active)
    scores = fit.residual_x[:, cube.active] * (cube.y - fit.mean)[where]
    # Two ways at once count the pairs twice: theirs are taken off.
    both = cluster == "o+d"
    names = ("o", "d", "o^d") if both else (cluster,)
    meats, counts = [], []
    for name in names:
        groups = _codes(name, where, cube.active.shape) if name in CLUSTERS else _column(panel, name, cube.rows[where])
        meat, count = clustered(scores, groups) if len(scores) else (np.zeros((0, 0)), len(np.unique(groups)))
        meats.append(meat)
        counts.append(count)
    count = min(counts)
    if count < 2:
        raise_if_any(
            [Finding("gravity-one-cluster", f"cluster {cluster}", "there is one only", "cluster by another column")]
        )
    return (meats[0] + meats[1] - meats[2] if both else meats[0]), count


def _column(panel: pl.DataFrame, name: str, rows: Integers) -> Integers:
    column = panel.get_column(name)[rows.tolist()]
    if column.null_count():
        fact = f"{column.null_count()} rows of the sample have none"
        raise_if_any(
            [Finding("gravity-cluster-missing", f"column {name}", fact, "fill it, or cluster by another column")]
        )
    return np.asarray(column.rank("dense").cast(pl.Int64).to_numpy())


def _log_likelihood(cube: Cube, fit: Fit) -> float:
    from scipy.special import gammaln

    y = cube.y[cube.active]
    return fit.likelihood - float(gammaln(y + 1).sum())


def _fitted_table(cube: Cube, fit: Fit, keys: Keys) -> pl.DataFrame:
    o, t, d = np.nonzero(cube.active)
    columns = {
        keys[0]: cube.origins[o.tolist()],
        keys[1]: cube.destinations[d.tolist()],
        keys[2]: cube.times[t.tolist()],
    }
    cells = cube.active
    return pl.DataFrame({**columns, "row": cube.rows[cells], "observed": cube.y[cells], "fitted": fit.mean[cells]})


def _effects(cube: Cube, fit: Fit, effects: Layout, *, slopes: Floats, centre: Floats) -> Mapping[str, pl.DataFrame]:
    """The parts of the predictor that are no covariate: of origin, destination and pair, each by time where it has one."""
    shift = 0.0 if effects.pair else float(slopes @ centre)
    found = {
        "origin": _grid(cube.origins, cube.times, fit.a, np.asarray(cube.active.any(2)), "origin"),
        "destination": _grid(
            cube.destinations, cube.times, fit.g - shift, np.asarray(cube.active.any(0)).T, "destination"
        ),
    }
    if effects.pair:
        rest = np.log(np.where(fit.mean > 0, fit.mean, 1.0)) - fit.a[:, :, None] - fit.g.T[None]
        rest -= np.tensordot(slopes, cube.x, 1)
        pair = (rest * fit.mean).sum(1) / np.maximum(fit.mean.sum(1), 1e-300)
        o, d = np.nonzero(cube.active.any(1))
        places = {"origin": cube.origins[o.tolist()], "destination": cube.destinations[d.tolist()]}
        found["pair"] = pl.DataFrame({**places, "effect": pair[o, d]})
    return MappingProxyType(found)


def _grid(places: pl.Series, times: pl.Series, values: Floats, known: Bools, name: str) -> pl.DataFrame:
    place, time = np.nonzero(known)
    return pl.DataFrame({name: places[place.tolist()], "time": times[time.tolist()], "effect": values[place, time]})


def _corrected(found: GravityFit, sample: _Sample, effects: Layout) -> GravityFit:
    cube, fit, scale = sample.cube, sample.fit, sample.scale
    unknown = (len(cube.origins) + len(cube.destinations)) * len(cube.times)
    if unknown > MOST_EFFECTS:
        raise ValueError(
            f"bias 'wz' inverts the effects exactly, up to {MOST_EFFECTS} of them; this panel has {unknown}"
        )
    # Without an effect of the pair the mean is no quotient of sums: only the errors are off, not the coefficients.
    values = np.zeros(len(fit.coefficients))
    if effects.pair:
        areas = len(set(cube.origins) | set(cube.destinations))
        values = wz_bias(cube.y, fit.mean, fit.residual_x, fit.information, areas=areas)
    meat = leverage_meat(cube.y, fit.mean, fit.residual_x, fit.information, pair=effects.pair)
    vcov = sandwich(fit.information, meat, found.clusters) / np.outer(scale, scale)
    return replace(
        found,
        bias=MappingProxyType(dict(zip(found.coefficients, (values / scale).tolist(), strict=True))),
        adjusted_covariance=tuple(map(tuple, vcov.tolist())),
    )
