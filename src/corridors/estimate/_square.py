"""A flow table as a plain square array."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.concepts.findings import Finding, raise_if_any

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def square(flow: xr.DataArray) -> tuple[Floats, list[str]]:
    """Flows with a diagonal of zeros, and the areas.

    Raises
    ------
    ValueError
        Dims are not (origin, destination), or the areas differ or are fewer than two.
    DataError
        A flow is missing or negative.
    """
    if flow.dims != ("origin", "destination"):
        raise ValueError(f"flow has dims {flow.dims}; expected ('origin', 'destination')")
    codes = [str(code) for code in flow["origin"].values]
    if codes != [str(code) for code in flow["destination"].values] or len(codes) < 2:
        raise ValueError("flow needs the same areas, two or more, in the same order as origins and destinations")
    cells = flow.values.astype(float).copy()
    np.fill_diagonal(cells, 0.0)
    raise_if_any(
        Finding(
            "value-missing" if np.isnan(cells[i, j]) else "value-negative",
            f"flow from {codes[i]} to {codes[j]}",
            f"{cells[i, j]:,g}",
            "give the number of persons, zero where nobody moved",
        )
        for i, j in np.argwhere(~(cells >= 0))
    )
    return cells, codes


def nobody(cells: Floats) -> list[Finding]:
    """Say that a table holds no migrants, whom an index could describe."""
    if cells.any():
        return []
    return [Finding("value-missing", "flow table", "nobody moves between its areas", "give a table with flows")]
