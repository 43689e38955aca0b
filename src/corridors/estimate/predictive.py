"""Intervals for what an area will report: draws of a flow, and how far reports lie from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from corridors.estimate._cells import labelled
from corridors.estimate.scoring import Reporter, cells_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.estimate.uncertainty import FlowDraws

    Floats = NDArray[np.float64]

#: Fewest reported flows in a class of size.
_FEWEST = 25


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """By how much an interval of draws must be moved to hold reported flows.

    Parameters
    ----------
    level
        Probability that the moved interval claims.
    edges
        Median flows in persons that part the classes of size, one fewer than there are classes.
    lower, upper
        Added to ``ln(1 + flow)`` of the lower and the upper end, by class.
    reporters, cells
        Areas and flows from which it was learned.
    """

    level: float
    edges: Floats
    lower: Floats
    upper: Floats
    reporters: int
    cells: int


def learn_discrepancy(
    draws: FlowDraws,
    observed: xr.DataArray,
    *,
    level: float = 0.8,
    classes: int = 4,
    reporter: Reporter = "destination",
) -> Discrepancy:
    """Learn from reported flows how the intervals of draws must be moved.

    Draws know the errors of the inputs. A report also departs from them for what no account knows: another definition,
    late or missing registration, moves that cancel. This learns it without a model: both ends of the interval are moved
    on the logarithmic scale so far that the wanted share of the reports lies inside (conformalised quantile regression),
    in classes of about equal number by the size of the flow.

    Parameters
    ----------
    draws
        Of the period that was reported.
    observed
        Reported persons, dims (origin, destination), not a number where nothing was reported. Leave out areas that are to
        be predicted.
    level
        0.5, 0.8 or 0.95.
    classes
        Most classes of size; each has at least 25 flows.
    reporter
        Who counted. The flows of one reporter share its definition, so each reporter weighs the same, however many flows
        it reports.

    Raises
    ------
    ValueError
        No such level, fewer than one class, the tables have other areas, or fewer than two areas reported.

    References
    ----------
    Romano, Y., Patterson, E. and Candes, E. (2019), Advances in Neural Information Processing Systems 32,
    https://doi.org/10.48550/arXiv.1905.03222, section 4 (both ends by themselves).
    Dunn, R., Wasserman, L. and Ramdas, A. (2023), Journal of the American Statistical Association 118(544), 2491-2502,
    https://doi.org/10.1080/01621459.2022.2060112 (groups that share a distribution, pooled).

    Examples
    --------
    >>> import numpy as np
    >>> from corridors.estimate.uncertainty import draw_flows
    >>> from corridors.testing import world
    >>> given = world(8, 1)
    >>> tables = {name: getattr(given, name) for name in ("stock_start", "stock_end", "births", "deaths")}
    >>> draws = draw_flows(**tables, rng=np.random.default_rng(1), draws=50)
    >>> lower, upper = predictive(draws, learn_discrepancy(draws, given.flow))
    >>> inside = (lower <= given.flow) & (given.flow <= upper)
    >>> bool(inside.sum() >= 0.7 * given.flow.notnull().sum())
    True
    """
    if classes < 1:
        raise ValueError(f"classes is {classes}; it is one or more")
    low, high = draws.interval(level)
    ends = [cells_of(end, observed, reporter=reporter) for end in (low, high)]
    size = cells_of(_median(draws), observed, reporter=reporter).estimated
    reporters = int(np.unique(ends[0].reporter).size)
    if reporters < 2:
        raise ValueError("fewer than two areas reported; a discrepancy is learned from several")
    number = max(1, min(classes, size.size // _FEWEST))
    edges = np.quantile(size, np.arange(1, number) / number)
    group = np.searchsorted(edges, size, side="right")
    reported = np.log1p(ends[0].observed)
    under, over = np.log1p(ends[0].estimated) - reported, reported - np.log1p(ends[1].estimated)
    share = 1 / np.bincount(ends[0].reporter)[ends[0].reporter]
    tail = (1 + level) / 2
    return Discrepancy(
        level=level,
        edges=edges,
        lower=-np.array([_weighted(under[group == one], share[group == one], tail) for one in range(number)]),
        upper=np.array([_weighted(over[group == one], share[group == one], tail) for one in range(number)]),
        reporters=reporters,
        cells=int(size.size),
    )


def predictive(draws: FlowDraws, discrepancy: Discrepancy) -> tuple[xr.DataArray, xr.DataArray]:
    """Lower and upper end of the interval for a reported flow, in persons, dims (origin, destination).

    The two ends never cross: where the draws are wider than the reports, they meet at their middle.

    Parameters
    ----------
    draws
        Of the period to be predicted.
    discrepancy
        Learned from other areas, or from another period.
    """
    low, high = draws.interval(discrepancy.level)
    size = np.nan_to_num(_median(draws).values)
    group = np.searchsorted(discrepancy.edges, size, side="right")
    lower = np.log1p(low.values) + discrepancy.lower[group]
    upper = np.log1p(high.values) + discrepancy.upper[group]
    middle = (lower + upper) / 2
    codes = [str(code) for code in low["origin"].values]
    ends = np.minimum(lower, middle), np.maximum(upper, middle)
    first, second = (labelled(np.maximum(np.expm1(end), 0.0), codes) for end in ends)
    return first, second


def _median(draws: FlowDraws) -> xr.DataArray:
    return draws.quantiles["flow"].sel(quantile=0.5, drop=True)


def _weighted(values: Floats, weights: Floats, share: float) -> float:
    """Smallest value that, with all below it, has a share of the weights."""
    order = np.argsort(values, kind="stable")
    heaped = np.cumsum(weights[order])
    place = np.searchsorted(heaped, share * heaped[-1])
    return float(values[order][min(int(place), values.size - 1)])
