"""What a flow table says in a few numbers: intensity, impact and distance of migration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq

from corridors.concepts.findings import Finding, raise_if_any
from corridors.estimate._balance import balance
from corridors.estimate._margins import faults, relabelled
from corridors.estimate._square import nobody, square

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Distance decay is sought between these powers of distance.
_STEEPEST = 64.0


@dataclass(frozen=True, slots=True)
class Intensity:
    """How many move.

    Parameters
    ----------
    crude
        Migrants per 100 population (crude migration intensity).
    courgeau_k
        `crude` over the logarithm of the number of areas squared: comparable between systems of few and many areas.
    """

    crude: float
    courgeau_k: float


@dataclass(frozen=True, slots=True)
class Impact:
    """How migration moves the population.

    Parameters
    ----------
    effectiveness
        Net migration without sign per 100 of in- and out-migration, summed over areas.
    aggregate_net_rate
        Persons by whom the settlement changes, per 100 population: half the sum of net migration without sign.
    preference, velocity
        Sums over corridors of flows over those that population shares would give, and of flows per population of both ends
        times the population of all.
    """

    effectiveness: float
    aggregate_net_rate: float
    preference: float
    velocity: float


@dataclass(frozen=True, slots=True)
class Distance:
    """How far migrants go, in the unit of the distances.

    Parameters
    ----------
    mean, median
        Of migrants. The median lies between corridors by interpolation, their migrants taken at the middle of each.
    decay
        Power of distance in a Poisson regression with origin and destination effects; not a number where the flows do not
        fix it.
    """

    mean: float
    median: float
    decay: float


def intensity(flow: xr.DataArray, *, population: xr.DataArray) -> Intensity:
    """Crude migration intensity and Courgeau's k.

    Parameters
    ----------
    flow
        Dims (origin, destination); the diagonal is not counted.
    population
        Persons at risk, dims (destination,).

    Raises
    ------
    ValueError
        Dims or areas do not fit.
    DataError
        A flow is missing or negative, or a population not above zero.

    References
    ----------
    Bell, M. et al. (2002), Journal of the Royal Statistical Society A 165(3), 435-464,
    https://doi.org/10.1111/1467-985X.00247. Courgeau, D. (1973), Migrations et découpages du territoire, Population
    28(3), 511-537.

    Examples
    --------
    >>> import xarray as xr
    >>> flow = xr.DataArray([[0.0, 6], [4, 0]], {"origin": ["AAA", "BBB"], "destination": ["AAA", "BBB"]})
    >>> people = xr.DataArray([60.0, 40], {"destination": ["AAA", "BBB"]})
    >>> intensity(flow, population=people).crude
    10.0
    """
    cells, codes = square(flow)
    people = _people(population, flow)
    crude = float(100 * cells.sum() / people.sum())
    return Intensity(crude, crude / float(np.log(len(codes) ** 2)))


def impact(flow: xr.DataArray, *, population: xr.DataArray) -> Impact:
    """Effectiveness, aggregate net migration rate, preference and velocity.

    Parameters
    ----------
    flow
        Dims (origin, destination); the diagonal is not counted.
    population
        Dims (destination,). Rates and velocity are per unit of it.

    Raises
    ------
    ValueError
        Dims or areas do not fit.
    DataError
        A flow is missing or negative, there is none, or a population is not above zero.

    References
    ----------
    Bell, M. et al. (2002), https://doi.org/10.1111/1467-985X.00247. Shryock, H. S. and Siegel, J. S. (1976), The Methods and
    Materials of Demography. United Nations (1970), Methods of Measuring Internal Migration, Manual VI.

    Examples
    --------
    >>> import xarray as xr
    >>> flow = xr.DataArray([[0.0, 6], [4, 0]], {"origin": ["AAA", "BBB"], "destination": ["AAA", "BBB"]})
    >>> people = xr.DataArray([60.0, 40], {"destination": ["AAA", "BBB"]})
    >>> impact(flow, population=people).effectiveness, impact(flow, population=people).aggregate_net_rate
    (20.0, 2.0)
    """
    cells, _ = square(flow)
    raise_if_any(nobody(cells))
    people = _people(population, flow)
    net = np.abs(cells.sum(axis=0) - cells.sum(axis=1)).sum()
    per_pair = (cells / np.outer(people, people)).sum() * people.sum()
    return Impact(
        effectiveness=float(100 * net / (2 * cells.sum())),
        aggregate_net_rate=float(100 * net / 2 / people.sum()),
        preference=float(per_pair * people.sum() / cells.sum()),
        velocity=float(per_pair),
    )


def distance(flow: xr.DataArray, *, distances: xr.DataArray) -> Distance:
    """Mean, median and decay of migration distance.

    Parameters
    ----------
    flow
        Dims (origin, destination); the diagonal is not counted.
    distances
        Between the areas, above zero off the diagonal, dims (origin, destination).

    Raises
    ------
    ValueError
        Dims or areas do not fit.
    DataError
        A flow is missing or negative, there is none, or a distance is not above zero.

    References
    ----------
    Bell, M. et al. (2002), https://doi.org/10.1111/1467-985X.00247. Flowerdew, R. and Aitkin, M. (1982), Journal of Regional
    Science 22(2), 191-202, https://doi.org/10.1111/j.1467-9787.1982.tb00744.x.

    Examples
    --------
    >>> import xarray as xr
    >>> places = ["AAA", "BBB", "CCC"]
    >>> flow = xr.DataArray([[0.0, 9, 1], [9, 0, 1], [1, 1, 0]], {"origin": places, "destination": places})
    >>> apart = xr.DataArray([[0.0, 1, 3], [1, 0, 3], [3, 3, 0]], {"origin": places, "destination": places})
    >>> round(distance(flow, distances=apart).mean, 3)
    1.364
    """
    cells, codes = square(flow)
    raise_if_any(nobody(cells))
    if distances.dims != flow.dims:
        raise ValueError(f"distances has dims {distances.dims}; expected {flow.dims}")
    far = relabelled(distances, flow, "distances").values.astype(float)
    off = ~np.eye(len(codes), dtype=bool)
    raise_if_any(
        Finding("distance-invalid", f"{codes[i]} to {codes[j]}", f"{far[i, j]:g}, not above zero", "give the distance")
        for i, j in np.argwhere(off & ~(far > 0))
    )
    lengths, movers = far[off], cells[off]
    # Corridors of one length are ordered by size: the answer must not hang on the order of areas.
    order = np.lexsort((movers, lengths))
    middles = np.cumsum(movers[order]) - movers[order] / 2
    return Distance(
        mean=float(lengths @ movers / movers.sum()),
        median=float(np.interp(movers.sum() / 2, middles, lengths[order])),
        decay=_decay(cells, np.where(off, far, 1.0), off),
    )


def _decay(cells: Floats, far: Floats, off: NDArray[np.bool_]) -> float:
    """Power at which the balanced table has the flows' own mean log distance: the Poisson likelihood's only other equation."""
    logs = np.where(off, np.log(far), 0.0)
    logs = np.where(off, logs - logs[off].mean(), 0.0)
    rows, columns, goal = cells.sum(axis=1), cells.sum(axis=0), float((cells * logs).sum())

    def excess(power: float) -> float:
        seed = np.where(off, np.exp(power * logs), 0.0)
        return float((balance(seed, rows=rows, columns=columns).table * logs).sum()) - goal

    reach = 1.0
    while excess(-reach) > 0 or excess(reach) < 0:
        reach *= 2
        if reach > _STEEPEST:
            return float("nan")
    if np.ptp(logs[off]) < 1e-12 or abs(excess(reach) - excess(-reach)) <= 1e-9 * cells.sum():
        return float("nan")
    return float(brentq(excess, -reach, reach, xtol=1e-13, rtol=1e-14))


def _people(population: xr.DataArray, flow: xr.DataArray) -> Floats:
    if population.dims != ("destination",):
        raise ValueError(f"population has dims {population.dims}; expected ('destination',)")
    aligned = relabelled(population, flow, "population").astype(float)
    raise_if_any(
        [
            *faults(aligned, "population"),
            *(
                Finding("population-missing", f"population of {code}", "zero", "give the population at risk")
                for code in aligned["destination"].values[aligned.values == 0]
            ),
        ]
    )
    people: Floats = aligned.values
    return people
