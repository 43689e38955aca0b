"""Flows from rates: a total of moves spread over corridors, or the rates at which one stock becomes the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.concepts.findings import AreaFinding, DataError, Finding, raise_if_any
from corridors.estimate._cells import labelled, square

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

#: Condition of the first stock above which its rates hold no correct digit.
_SINGULAR = 1e13


def migration_rates(stock_start: xr.DataArray, *, moves: float) -> xr.DataArray:
    """Spread moves over corridors in proportion to the foreign-born of the start.

    Parameters
    ----------
    stock_start
        Persons by birthplace and residence, dims (birthplace, destination).
    moves
        Moves of the whole world. `sum_of_net_migration` gives what Abel and Cohen (2019) take.

    Returns
    -------
    xarray.DataArray
        Persons, dims (origin, destination); the diagonal is empty.

    Raises
    ------
    ValueError
        `moves` is below zero, or the stock has birthplaces that are no residence.
    DataError
        There are moves and nobody lives outside of the birthplace.

    References
    ----------
    Dennett, A. (2015), Estimating an annual time series of global migration flows: an alternative methodology for using
    migrant stock data, in Global Dynamics, Wiley, https://doi.org/10.1002/9781118937464.ch7.
    Abel, G. J. and Cohen, J. E. (2019), Scientific Data 6:82, https://doi.org/10.1038/s41597-019-0089-3.

    Examples
    --------
    >>> import xarray as xr
    >>> coords = {"birthplace": ["AAA", "BBB"], "destination": ["AAA", "BBB"]}
    >>> stock = xr.DataArray([[90.0, 30.0], [10.0, 80.0]], coords, ("birthplace", "destination"), attrs={"unit": "persons"})
    >>> float(migration_rates(stock, moves=8.0).sel(origin="AAA", destination="BBB"))
    6.0
    """
    if not 0 <= moves < np.inf:
        raise ValueError(f"moves is {moves}; it is the number of moves of the whole world, zero or more")
    (stock,) = square(stock_start)
    codes = [str(code) for code in stock["destination"].values]
    foreign = stock.values * ~np.eye(len(codes), dtype=bool)
    total = float(foreign.sum())
    if total == 0 and moves > 0:
        raise DataError(
            [_undefined("nobody lives outside of the birthplace, so that no rate can be formed", codes, moves)]
        )
    return labelled(foreign * (moves / total) if total else foreign, codes)


def sum_of_net_migration(
    stock_start: xr.DataArray, stock_end: xr.DataArray, *, births: xr.DataArray, deaths: xr.DataArray
) -> float:
    """Sum over areas of net migration without its sign: growth of the population less natural increase.

    Parameters
    ----------
    stock_start, stock_end
        Persons by birthplace and residence, natives included, dims (birthplace, destination).
    births, deaths
        Events of the period, dims (destination,).

    Examples
    --------
    >>> import xarray as xr
    >>> coords = {"birthplace": ["AAA", "BBB"], "destination": ["AAA", "BBB"]}
    >>> start, end = (
    ...     xr.DataArray(cells, coords, ("birthplace", "destination"), attrs={"unit": "persons"})
    ...     for cells in ([[90.0, 10.0], [7.0, 80.0]], [[70.0, 30.0], [5.0, 75.0]])
    ... )
    >>> none = xr.DataArray([0.0, 0.0], {"destination": ["AAA", "BBB"]}, ("destination",), attrs={"unit": "events"})
    >>> sum_of_net_migration(start, end, births=none, deaths=none)
    37.0
    """
    growth = stock_end.sum("birthplace") - stock_start.sum("birthplace")
    return float(np.abs((growth - (births - deaths)).values).sum())


def rogers_von_rabenau(stock_start: xr.DataArray, stock_end: xr.DataArray) -> xr.DataArray:
    """Flows at the rates by which the people of each residence would turn the first stock into the second.

    With stocks `P1` and `P2` the rates `R` solve `P1 R = P2`; the flow from `i` to `j` is `R_ij` times the residents of
    `i` at the start. A flow can be below zero: nothing in the method forbids it.

    Parameters
    ----------
    stock_start, stock_end
        Persons by birthplace and residence, natives included, dims (birthplace, destination).

    Returns
    -------
    xarray.DataArray
        Persons, dims (origin, destination); the diagonal is empty.

    Raises
    ------
    ValueError
        The arrays do not fit each other.
    DataError
        The first stock has no inverse, for example because two areas have people of the same origins in the same shares.

    References
    ----------
    Rogers, A. and von Rabenau, B. (1971), Demography 8(2), 185-194, https://doi.org/10.2307/2060608.

    Examples
    --------
    >>> import xarray as xr
    >>> coords = {"birthplace": ["AAA", "BBB"], "destination": ["AAA", "BBB"]}
    >>> start, end = (
    ...     xr.DataArray(cells, coords, ("birthplace", "destination"), attrs={"unit": "persons"})
    ...     for cells in ([[100.0, 0.0], [0.0, 80.0]], [[70.0, 30.0], [5.0, 75.0]])
    ... )
    >>> float(rogers_von_rabenau(start, end).sel(origin="AAA", destination="BBB"))
    30.0
    """
    start, end = square(stock_start, stock_end)
    codes = [str(code) for code in start["destination"].values]
    raise_if_any(_singular(start.values, codes))
    rates = np.linalg.solve(start.values, end.values)
    return labelled(rates * start.values.sum(axis=0)[:, None], codes)


def _singular(table: NDArray[np.float64], codes: list[str]) -> list[Finding]:
    values, vectors = np.linalg.svd(table)[1:]
    if values[-1] * _SINGULAR > values[0]:
        return []
    # The areas that stand out in the direction which the stock maps to nothing are those that it cannot tell apart.
    size = np.abs(vectors[-1])
    guilty = [codes[place] for place in np.flatnonzero(size >= 0.3 * size.max())]
    return [_undefined(f"its table has no inverse: it does not tell {', '.join(guilty[:8])} apart", guilty, None)]


def _undefined(fact: str, codes: list[str], persons: float | None) -> Finding:
    mend = "check the stock of these areas, or choose another method"
    return AreaFinding("rates-undefined", "stock at the start", fact, mend, tuple(codes), persons)
