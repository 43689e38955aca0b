"""Measures of a scoreboard: how near estimated flows come to observed or true ones.

Two tables of flows have dims (origin, destination) and the same areas. A cell that is not a number in the observed table
was not observed and counts nowhere; an estimate must have every observed cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import polars as pl
import xarray as xr

from corridors.concepts.dims import require_dims
from corridors.estimate._measures import (
    MEASURES,
    Cells,
    Measure,
    common_part,
    count,
    factor,
    log_count,
    log_count_within,
    proportion,
    quotient,
    rate,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.concepts.periods import Period

    Floats = NDArray[np.float64]

Reporter = Literal["origin", "destination"]


@dataclass(frozen=True, slots=True)
class Scores:
    """All measures of one table against another.

    Parameters
    ----------
    cells
        Number of observed cells.
    count, log_count, log_count_within, proportion, rate
        Pearson correlations of flows, of ``ln(1 + flow)``, of the latter less the mean of each reporter, of shares in the
        arrivals observed at the destination, and of flows a head of the origin's population; not a number where one side
        does not vary or a population is missing.
    common_part
        ``2 sum min / (sum + sum)``: one where all persons are in their cells, zero where none is.
    factor
        Exponential of the median absolute log ratio over cells of more than 50 persons.
    total_ratio
        Estimated over observed persons.
    """

    cells: int
    count: float
    log_count: float
    log_count_within: float
    proportion: float
    rate: float
    common_part: float
    factor: float
    total_ratio: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference of two estimates in one measure, first less second, over resampled reporters.

    Parameters
    ----------
    difference
        On all cells.
    lower, upper
        Bounds of the middle 95 per cent.
    share_better
        Share of samples in which the first is better (higher; lower for the factor).
    """

    difference: float
    lower: float
    upper: float
    share_better: float


def scores(
    estimated: xr.DataArray,
    observed: xr.DataArray,
    *,
    population: xr.DataArray | None = None,
    reporter: Reporter = "destination",
) -> Scores:
    """Score flows against observed ones.

    Parameters
    ----------
    estimated, observed
        Persons over the same period, dims (origin, destination).
    population
        Persons at the start of the period, dims (destination,) or (origin,), for the rate.
    reporter
        Who counted the observed flows.

    Raises
    ------
    ValueError
        The tables have other areas, no cell is observed, or an observed cell is not estimated.

    References
    ----------
    Abel, G. J. and Cohen, J. E. (2019), Scientific Data 6:82, https://doi.org/10.1038/s41597-019-0089-3 (correlations).
    Lenormand, M., Huet, S., Gargiulo, F. and Deffuant, G. (2012), PLoS ONE 7(10), e45985,
    https://doi.org/10.1371/journal.pone.0045985 (common part).

    Examples
    --------
    >>> import xarray as xr
    >>> areas = {"origin": ["AAA", "BBB"], "destination": ["AAA", "BBB"]}
    >>> def flow(there, back):
    ...     cells = [[float("nan"), there], [back, float("nan")]]
    ...     return xr.DataArray(cells, areas, ("origin", "destination"), attrs={"unit": "persons"})
    >>> found = scores(flow(100.0, 60.0), flow(100.0, 120.0))
    >>> round(found.common_part, 3), found.cells
    (0.842, 2)
    """
    both = cells_of(estimated, observed, population=population, reporter=reporter)
    return Scores(
        cells=both.observed.size,
        count=count(both),
        log_count=log_count(both),
        log_count_within=log_count_within(both),
        proportion=proportion(both),
        rate=rate(both),
        common_part=common_part(both),
        factor=factor(both),
        total_ratio=quotient(float(both.estimated.sum()), float(both.observed.sum())),
    )


def compare(  # noqa: PLR0913  # two estimates of one table, the measure, and how to resample
    first: xr.DataArray,
    second: xr.DataArray,
    observed: xr.DataArray,
    *,
    measure: Measure,
    rng: np.random.Generator,
    population: xr.DataArray | None = None,
    reporter: Reporter = "destination",
    samples: int = 1_000,
) -> Comparison:
    """Whether one estimate is better than another: paired bootstrap by the areas that counted.

    Flows that one area counted share its definition, so whole areas are drawn, with replacement, and both estimates are
    scored on the same draw. Where only one area counted, the areas at the other end are drawn instead.

    Parameters
    ----------
    first, second, observed
        Persons, dims (origin, destination).
    measure
        What to compare.
    rng
        Source of chance.
    population
        Persons at the start of the period, for the rate.
    reporter
        Who counted the observed flows.
    samples
        Number of draws.

    Raises
    ------
    ValueError
        As for `scores`; or `measure` is none of those allowed.
    """
    if measure not in MEASURES:
        raise ValueError(f"no measure {measure!r}; there are {', '.join(MEASURES)}")
    score, sign = MEASURES[measure], -1.0 if measure == "factor" else 1.0
    pair = [cells_of(one, observed, population=population, reporter=reporter) for one in (first, second)]
    counted = pair[0].reporter
    other = pair[0].origin if reporter == "destination" else pair[0].destination
    group = counted if np.unique(counted).size > 1 else other
    members = [np.flatnonzero(group == one) for one in np.unique(group)]
    drawn = np.full(samples, np.nan)
    for number, draw in enumerate(rng.integers(0, len(members), size=(samples, len(members)))):
        rows = np.concatenate([members[one] for one in draw])
        drawn[number] = score(pair[0].take(rows)) - score(pair[1].take(rows))
    known = drawn[np.isfinite(drawn)]
    lower, upper = np.quantile(known, [0.025, 0.975]) if known.size else (np.nan, np.nan)
    better = float((sign * known > 0).mean()) if known.size else float("nan")
    return Comparison(score(pair[0]) - score(pair[1]), float(lower), float(upper), better)


def coverage(lower: xr.DataArray, upper: xr.DataArray, observed: xr.DataArray) -> float:
    """Share of observed cells that lie between two bounds, bounds included.

    Raises
    ------
    ValueError
        As for `scores`.
    """
    low, high = cells_of(lower, observed), cells_of(upper, observed)
    return float(((low.estimated <= low.observed) & (low.observed <= high.estimated)).mean())


def interval_score(lower: xr.DataArray, upper: xr.DataArray, observed: xr.DataArray, *, level: float) -> float:
    """Mean width of the intervals, and what cells outside pay: the lower the better.

    Parameters
    ----------
    lower, upper, observed
        Persons, dims (origin, destination).
    level
        Probability that the intervals claim, such as 0.8.

    Raises
    ------
    ValueError
        As for `scores`; or `level` is not between zero and one.

    References
    ----------
    Gneiting, T. and Raftery, A. E. (2007), Journal of the American Statistical Association 102(477), 359-378,
    https://doi.org/10.1198/016214506000001437.
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it is a probability, above 0 and below 1")
    low, high = cells_of(lower, observed), cells_of(upper, observed)
    under = np.maximum(low.estimated - low.observed, 0)
    over = np.maximum(low.observed - high.estimated, 0)
    return float((high.estimated - low.estimated + 2 / (1 - level) * (under + over)).mean())


def closure(flow: xr.DataArray, net_migration: xr.DataArray) -> float:
    """Largest difference, in persons, of flows in less out from net migration, over the areas where it is known.

    Parameters
    ----------
    flow
        Persons, dims (origin, destination).
    net_migration
        Persons, dims (destination,); not a number where it is not known.

    Raises
    ------
    ValueError
        The areas differ.
    """
    require_dims(flow, ("origin", "destination"), name="flow")
    require_dims(net_migration, ("destination",), name="net_migration")
    coming, going = flow.sum("origin"), flow.sum("destination").rename(origin="destination")
    coming, going, net_migration = xr.align(coming, going, net_migration, join="exact")
    gaps = np.abs((coming - going - net_migration).values)
    return float(np.nanmax(gaps)) if np.isfinite(gaps).any() else float("nan")


def cells_of(
    estimated: xr.DataArray,
    observed: xr.DataArray,
    *,
    population: xr.DataArray | None = None,
    reporter: Reporter = "destination",
) -> Cells:
    """The cells that were observed, off the diagonal, in both tables.

    Raises
    ------
    ValueError
        The tables have other areas, no cell is observed, or an observed cell is not estimated.
    """
    if reporter not in get_args(Reporter):
        raise ValueError(f"no reporter {reporter!r}; there are {', '.join(get_args(Reporter))}")
    for name, table in (("estimated", estimated), ("observed", observed)):
        require_dims(table, ("origin", "destination"), name=name)
    estimated, observed = xr.align(estimated, observed, join="exact")
    codes = [[str(code) for code in observed[dim].values] for dim in ("origin", "destination")]
    apart = np.array(codes[0], dtype=object)[:, None] != np.array(codes[1], dtype=object)[None, :]
    origin, destination = np.nonzero(np.isfinite(observed.values) & apart)
    if not origin.size:
        raise ValueError("no cell of the observed table is a number off the diagonal")
    values = estimated.values[origin, destination]
    lacking = np.flatnonzero(~np.isfinite(values))
    if lacking.size:
        pair = f"{codes[0][origin[lacking[0]]]} to {codes[1][destination[lacking[0]]]}"
        raise ValueError(f"{lacking.size} observed cells are not estimated, the first is {pair}")
    heads = None if population is None else _heads(population, codes[0])
    return Cells(
        values.astype(float),
        observed.values[origin, destination].astype(float),
        origin,
        destination,
        destination if reporter == "destination" else origin,
        heads,
    )


def observed_flows(table: pl.DataFrame, *, period: Period, areas: list[str], reporter: Reporter) -> xr.DataArray:
    """Reported flows of a period as a table of corridors: five times the annual mean over the years reported.

    Parameters
    ----------
    table
        Rows of dataflow `FLOW_OBSERVED` of one source and criterion, for both sexes and all ages, by calendar year.
    period
        Years that lie in it are counted, the year of its last day excluded.
    areas
        Codes of the table made; other rows are left out.
    reporter
        Who counted, sender or receiver. The two never mix, because their definitions differ.

    Raises
    ------
    ValueError
        `reporter` is neither of the two, or two rows speak of one corridor and year.
    """
    if reporter not in get_args(Reporter):
        raise ValueError(f"no reporter {reporter!r}; there are {', '.join(get_args(Reporter))}")
    years = [str(year) for year in range(period.start.year, period.end.year)]
    rows = table.filter(
        pl.col("TIME_PERIOD").is_in(years),
        pl.col("OBS_VALUE").is_not_null(),
        pl.col("REPORTER") == pl.col(reporter.upper()),
        pl.col("ORIGIN").is_in(areas) & pl.col("DESTINATION").is_in(areas),
        pl.col("ORIGIN") != pl.col("DESTINATION"),
    )
    if rows.select("ORIGIN", "DESTINATION", "TIME_PERIOD").is_duplicated().any():
        raise ValueError("two rows of one corridor and year: choose one source, criterion, sex and age first")
    means = rows.group_by("ORIGIN", "DESTINATION").agg(pl.col("OBS_VALUE").mean() * len(years))
    at = {code: number for number, code in enumerate(areas)}
    cells = np.full((len(areas), len(areas)), np.nan)
    for origin, destination, value in means.iter_rows():
        cells[at[origin], at[destination]] = value
    return xr.DataArray(
        cells, {"origin": areas, "destination": areas}, ("origin", "destination"), attrs={"unit": "persons"}
    )


def _heads(population: xr.DataArray, codes: list[str]) -> Floats:
    if population.dims not in (("origin",), ("destination",)):
        raise ValueError(f"population has dims {population.dims}; expected ('origin',) or ('destination',)")
    known = dict(zip((str(code) for code in population[population.dims[0]].values), population.values, strict=True))
    missing = sorted(set(codes) - set(known))
    if missing:
        raise ValueError(f"population has no {', '.join(missing)}")
    return np.array([float(known[code]) for code in codes])
