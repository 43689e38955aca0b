"""Flows read off the difference of two stocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from corridors.estimate._cells import labelled, square

if TYPE_CHECKING:
    import xarray as xr

Decreases = Literal["drop", "reverse"]


def stock_differences(stock_start: xr.DataArray, stock_end: xr.DataArray, *, decreases: Decreases) -> xr.DataArray:
    """Growth of each stock of foreign-born, read as moves out of the birthplace.

    Births, deaths and the native-born play no part.

    Parameters
    ----------
    stock_start, stock_end
        Persons by birthplace and residence, dims (birthplace, destination), on the same areas in any order.
    decreases
        What a stock that fell is: nothing (`drop`), or moves from the residence back to the birthplace (`reverse`).

    Returns
    -------
    xarray.DataArray
        Persons, dims (origin, destination); the diagonal is empty.

    Raises
    ------
    ValueError
        `decreases` is neither, or the arrays do not fit each other.

    References
    ----------
    Beine, M., Bertoli, S. and Fernández-Huertas Moraga, J. (2016), The World Economy 39(4), 496-512,
    https://doi.org/10.1111/twec.12265.
    Abel, G. J. and Cohen, J. E. (2019), Scientific Data 6:82, https://doi.org/10.1038/s41597-019-0089-3.

    Examples
    --------
    >>> import xarray as xr
    >>> coords = {"birthplace": ["AAA", "BBB"], "destination": ["AAA", "BBB"]}
    >>> start, end = (
    ...     xr.DataArray(cells, coords, ("birthplace", "destination"), attrs={"unit": "persons"})
    ...     for cells in ([[90.0, 10.0], [7.0, 80.0]], [[70.0, 30.0], [5.0, 75.0]])
    ... )
    >>> found = stock_differences(start, end, decreases="reverse")
    >>> float(found.sel(origin="AAA", destination="BBB"))
    22.0
    """
    if decreases not in get_args(Decreases):
        raise ValueError(f"no decreases {decreases!r}; there are {', '.join(get_args(Decreases))}")
    start, end = square(stock_start, stock_end)
    change = end.values - start.values
    flow = np.maximum(change, 0.0)
    if decreases == "reverse":
        flow = flow + np.maximum(-change, 0.0).T
    return labelled(flow, [str(code) for code in start["destination"].values])
