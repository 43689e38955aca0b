"""Seeds: beliefs on which corridors are used, before the stocks are asked.

A seed is a table of numbers of zero or more, dims (origin, destination). Estimates keep what the stocks say, the leavers
and arrivers of every birthplace, and take from the seed only how origins and destinations go together. Its size does not
matter. Of minimum migration nobody stays within an area, so its diagonal does not count; under independence it does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from corridors.concepts.dims import require_dims

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]

_DIMS = ("origin", "destination")
#: Distance within an area as a share of that to its nearest neighbour (Wei 1996), where the table gives none.
WITHIN = 0.25


def distance_seed(distance: xr.DataArray, *, power: float = 1.0) -> xr.DataArray:
    """Seed that falls with distance, ``1 / d^power``.

    Parameters
    ----------
    distance
        Kilometres or any other unit, dims (origin, destination), above zero between areas. Within an area, where the
        diagonal is zero or empty, it is a quarter of the distance to the nearest other area.
    power
        How fast seeds fall; 0 gives the same seed to all.

    Returns
    -------
    xarray.DataArray
        Unit "seed", dims (origin, destination).

    Raises
    ------
    ValueError
        Dims or unit are not as said, origins and destinations differ, or a distance is missing or not above zero.

    References
    ----------
    Wei, S.-J. (1996), NBER working paper 5531, https://doi.org/10.3386/w5531, for the distance within an area.

    Examples
    --------
    >>> import xarray as xr
    >>> areas = ["FRA", "ITA", "TUN"]
    >>> distance = xr.DataArray([[0, 1100, 1500], [1100, 0, 600], [1500, 600, 0.0]],
    ...     {"origin": areas, "destination": areas}, ("origin", "destination"), attrs={"unit": "km"})
    >>> seed = distance_seed(distance, power=2)
    >>> round(float(seed.sel(origin="ITA", destination="TUN") / seed.sel(origin="FRA", destination="TUN")), 2)
    6.25
    """
    apart = _between(distance)
    return _seed(distance, apart**-power)


def gravity_seed(distance: xr.DataArray, population: xr.DataArray, *, power: float = 1.0) -> xr.DataArray:
    """Seed of a gravity model, ``population_i population_j / d_ij^power``.

    The populations cancel out of an estimate without other information, because leavers and arrivers of every birthplace
    are known; they count where a gravity seed fills the gaps of reported flows.

    Parameters
    ----------
    distance
        As `distance_seed` takes it.
    population
        Persons, dims (destination,), for the same areas.
    power
        How fast seeds fall with distance.

    Raises
    ------
    ValueError
        As `distance_seed` says; or areas differ, or a population is missing or below zero.

    Examples
    --------
    >>> import xarray as xr
    >>> areas = ["FRA", "ITA"]
    >>> distance = xr.DataArray([[0, 1100], [1100, 0.0]], {"origin": areas, "destination": areas},
    ...     ("origin", "destination"), attrs={"unit": "km"})
    >>> people = xr.DataArray([66.0, 59.0], {"destination": areas}, ("destination",), attrs={"unit": "million"})
    >>> float(gravity_seed(distance, people).sel(origin="FRA", destination="ITA")) * 1100
    3894.0
    """
    require_dims(population, ("destination",), name="population")
    apart = _between(distance)
    if population["destination"].values.tolist() != distance["destination"].values.tolist():
        raise ValueError("population and distance have different areas, or another order of them")
    people = population.values.astype(float)
    if not (np.isfinite(people) & (people >= 0)).all():
        raise ValueError("population has cells that are missing or below zero; a gravity seed needs all of them")
    return _seed(distance, people[:, None] * people * apart**-power)


def previous_seed(flow: xr.DataArray, *, least: float = 0.0) -> xr.DataArray:
    """Seed of an earlier period's flows.

    Parameters
    ----------
    flow
        Persons, dims (origin, destination); an empty diagonal becomes zero, so that the seed serves minimum migration only.
    least
        Persons that a corridor gets at least. Zero keeps corridors shut on which nobody moved, which may leave movers
        without a way; 0.5 is a usual choice for counts.

    Raises
    ------
    ValueError
        Dims or unit are not as said, `least` is below zero, or a corridor is missing or below zero.

    Examples
    --------
    >>> import xarray as xr
    >>> areas = ["FRA", "ITA"]
    >>> flow = xr.DataArray([[float("nan"), 40], [0, float("nan")]], {"origin": areas, "destination": areas},
    ...     ("origin", "destination"), attrs={"unit": "persons"})
    >>> previous_seed(flow, least=0.5).values.tolist()
    [[0.0, 40.0], [0.5, 0.0]]
    """
    if not least >= 0:
        raise ValueError(f"least is {least}; it is a number of persons, zero or more")
    cells = _square(flow, name="flow").copy()
    apart = ~np.eye(len(cells), dtype=bool)
    _refuse(flow, ~(np.isfinite(cells) & (cells >= 0)) & apart, fact="missing or below zero", name="flow")
    cells[apart] = np.maximum(cells[apart], least)
    np.fill_diagonal(cells, np.nan_to_num(np.diag(cells)))
    return _seed(flow, cells)


def reported_seed(reported: xr.DataArray, otherwise: xr.DataArray) -> xr.DataArray:
    """Seed of reported flows where there are any, and elsewhere of another seed brought to their size.

    The other seed is multiplied by one number, the sum of reported flows over that of the other seed on the same corridors.

    Parameters
    ----------
    reported
        Persons, dims (origin, destination), empty where nothing is reported.
    otherwise
        Seed for all corridors, `gravity_seed` for example, with the same areas in the same order.

    Raises
    ------
    ValueError
        Dims, units or areas are not as said; a number is below zero; nothing is reported; or the other seed is zero on
        all reported corridors.

    Examples
    --------
    >>> import xarray as xr
    >>> areas = ["FRA", "ITA", "TUN"]
    >>> nan = float("nan")
    >>> coords = {"origin": areas, "destination": areas}
    >>> dims, attrs = ("origin", "destination"), {"unit": "persons"}
    >>> reported = xr.DataArray([[nan, 300, nan], [200, nan, nan], [nan, nan, nan]], coords, dims, attrs=attrs)
    >>> gravity = xr.DataArray([[0, 3, 2], [2, 0, 1], [4, 1, 0.0]], coords, dims, attrs={"unit": "seed"})
    >>> reported_seed(reported, gravity).values.tolist()
    [[0.0, 300.0, 200.0], [200.0, 0.0, 100.0], [400.0, 100.0, 0.0]]
    """
    cells, rest = _square(reported, name="reported"), _square(otherwise, name="otherwise")
    if reported["origin"].values.tolist() != otherwise["origin"].values.tolist():
        raise ValueError("reported and otherwise have different areas, or another order of them")
    _refuse(reported, cells < 0, fact="below zero", name="reported")
    _refuse(otherwise, ~(np.isfinite(rest) & (rest >= 0)), fact="missing or below zero", name="otherwise")
    known = np.isfinite(cells) & ~np.eye(len(cells), dtype=bool)
    if not (cells[known].sum() > 0 and rest[known].sum() > 0):
        raise ValueError("no corridor has both a reported flow and a seed above zero: their sizes cannot be compared")
    return _seed(reported, np.where(known, cells, rest * (cells[known].sum() / rest[known].sum())))


def _square(table: xr.DataArray, *, name: str) -> Floats:
    require_dims(table, _DIMS, name=name)
    if table["origin"].values.tolist() != table["destination"].values.tolist():
        raise ValueError(f"{name} has different origins and destinations, or another order of them")
    return table.values.astype(float)


def _between(distance: xr.DataArray) -> Floats:
    """Distances, those within an area filled in."""
    apart = _square(distance, name="distance").copy()
    _refuse(
        distance,
        ~(np.isfinite(apart) & (apart > 0)) & ~np.eye(len(apart), dtype=bool),
        fact="missing or not above zero",
        name="distance",
    )
    within = np.diag(apart).copy()
    np.fill_diagonal(apart, np.inf)
    near = np.where(np.isfinite(apart).any(axis=1), WITHIN * apart.min(axis=1), 1.0)
    np.fill_diagonal(apart, np.where(np.isfinite(within) & (within > 0), within, near))
    return apart


def _refuse(table: xr.DataArray, bad: Flags, *, fact: str, name: str) -> None:
    if bad.any():
        areas = table["origin"].values
        pairs = [f"{areas[i]} to {areas[j]}" for i, j in np.argwhere(bad)]
        more = f" and {len(pairs) - 5} more" if len(pairs) > 5 else ""
        raise ValueError(f"{name} is {fact} from {', '.join(pairs[:5])}{more}")


def _seed(like: xr.DataArray, cells: Floats) -> xr.DataArray:
    areas = [str(code) for code in like["origin"].values]
    return xr.DataArray(cells, {"origin": areas, "destination": areas}, _DIMS, attrs={"unit": "seed"})
