"""Which corridors migrants use and how unequally: connectivity, inequality and spatial focus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from corridors.concepts.findings import raise_if_any
from corridors.estimate._accounting import ratio
from corridors.estimate._balance import balance
from corridors.estimate._square import nobody, square

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Connectivity:
    """Which corridors are used and how unequally.

    Parameters
    ----------
    connectivity
        Share of corridors that are not zero.
    inequality_equal, inequality_independent
        Half the sum of absolute differences between the shares of corridors and equal shares, or the shares under
        independence of origin and destination: 0 is no difference, 1 the largest.
    gini_total
        Concentration of migrants in corridors, 0 to 1.
    gini_origin, gini_destination
        Parts of `gini_total` that arise among the destinations of one origin, and among the origins of one destination.
    focus_origin, focus_destination, focus_mean
        Mean over areas of their Gini index times their share of migrants, and the mean of both.
    variation
        Standard deviation of corridors over their mean.
    variation_aggregated
        Coefficients of variation of each origin's and each destination's corridors, weighted by migrants and added.
    """

    connectivity: float
    inequality_equal: float
    inequality_independent: float
    gini_total: float
    gini_origin: float
    gini_destination: float
    focus_origin: float
    focus_destination: float
    focus_mean: float
    variation: float
    variation_aggregated: float


def connectivity(flow: xr.DataArray) -> Connectivity:
    """Connectivity, inequality and spatial focus.

    Parameters
    ----------
    flow
        Dims (origin, destination), three areas or more; the diagonal is not counted.

    Raises
    ------
    ValueError
        Dims or areas do not fit.
    DataError
        A flow is missing or negative, or there is none.

    References
    ----------
    Plane, D. A. and Mulligan, G. F. (1997), Demography 34(2), 251-262.
    Rogers, A. and Raymer, J. (1998), International Journal of Population Geography 4(1), 63-80.
    Rogers, A. and Sweeney, S. (1998), The Professional Geographer 50(2), 232-242.
    Bell, M. et al. (2002), https://doi.org/10.1111/1467-985X.00247.

    Examples
    --------
    >>> import xarray as xr
    >>> places = ["AAA", "BBB", "CCC"]
    >>> flow = xr.DataArray([[0.0, 5, 5], [5, 0, 5], [5, 5, 0]], {"origin": places, "destination": places})
    >>> found = connectivity(flow)
    >>> found.connectivity, found.gini_total
    (1.0, 0.0)
    """
    cells, codes = square(flow)
    n = len(codes)
    if n < 3:
        raise ValueError(f"flow has {n} areas; spatial focus needs three or more")
    raise_if_any(nobody(cells))
    apart = ~np.eye(n, dtype=bool)
    corridors, total = cells[apart], cells.sum()
    departures, arrivals = cells.sum(axis=1), cells.sum(axis=0)
    fitted = balance(apart.astype(float), rows=departures, columns=arrivals).table[apart]
    gaps, gaps_out, gaps_in = _gaps(corridors), _gaps_of_rows(cells), _gaps_of_rows(cells.T)
    fields = field_ginis(flow)
    focus_out = float((fields.sel(field="origin") * departures).sum() / total / n)
    focus_in = float((fields.sel(field="destination") * arrivals).sum() / total / n)
    return Connectivity(
        connectivity=float((corridors > 0).mean()),
        inequality_equal=float(np.abs(corridors / total - 1 / corridors.size).sum() / 2),
        inequality_independent=float(np.abs(corridors - fitted).sum() / 2 / total),
        # Bell et al. (2002) subtract one from the number of corridors, so that one used corridor gives exactly 1.
        gini_total=float(gaps / (2 * (corridors.size - 1) * total)),
        gini_origin=float(gaps_out.sum() / gaps) if gaps else 0.0,
        gini_destination=float(gaps_in.sum() / gaps) if gaps else 0.0,
        focus_origin=focus_out,
        focus_destination=focus_in,
        focus_mean=(focus_out + focus_in) / 2,
        variation=float(corridors.std() / corridors.mean()),
        variation_aggregated=float((_deviations(cells).sum() + _deviations(cells.T).sum()) * (n - 1) / total),
    )


def field_ginis(flow: xr.DataArray) -> xr.DataArray:
    """How focused each area's destinations and origins are: 0 evenly spread, 1 all in one.

    Parameters
    ----------
    flow
        Dims (origin, destination), three areas or more.

    Returns
    -------
    DataArray
        Dims (field, area): field "origin" is the Gini index of an area's out-migration over destinations, "destination" that
        of its in-migration over origins. Zero where nobody moves.

    References
    ----------
    Plane, D. A. and Mulligan, G. F. (1997), Demography 34(2), 251-262.

    Examples
    --------
    >>> import xarray as xr
    >>> places = ["AAA", "BBB", "CCC"]
    >>> flow = xr.DataArray([[0.0, 9, 0], [5, 0, 5], [5, 5, 0]], {"origin": places, "destination": places})
    >>> field_ginis(flow).sel(field="origin").values.tolist()
    [1.0, 0.0, 0.0]
    """
    cells, codes = square(flow)
    if len(codes) < 3:
        raise ValueError(f"flow has {len(codes)} areas; spatial focus needs three or more")
    scale = 2 * (len(codes) - 2)
    rows = [ratio(_gaps_of_rows(part), scale * part.sum(axis=1)) for part in (cells, cells.T)]
    return xr.DataArray(np.stack(rows), {"field": ["origin", "destination"], "area": codes}, attrs={"unit": "ratio"})


def _gaps(values: Floats) -> float:
    """Sum of absolute differences over all ordered pairs, by sorting."""
    rank = np.arange(values.size)
    return float(2 * (np.sort(values) * (2 * rank - values.size + 1)).sum())


def _gaps_of_rows(cells: Floats) -> Floats:
    return np.array([_gaps(np.delete(row, number)) for number, row in enumerate(cells)])


def _deviations(cells: Floats) -> Floats:
    """Standard deviation of each row off the diagonal: sum / total times deviation / mean is (n - 1) deviation / total."""
    return np.array([np.delete(row, number).std() for number, row in enumerate(cells)])
