"""Flows as labelled tables, and stocks whose birthplaces are their residences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from corridors.concepts.dims import require_dims

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.estimate._nearest import Nearest

    Floats = NDArray[np.float64]


def labelled(table: Floats, codes: list[str]) -> xr.DataArray:
    """Flows with their codes; nobody moves from an area to itself, so the diagonal is empty."""
    table = table.copy()
    np.fill_diagonal(table, np.nan)
    coords = {"origin": codes, "destination": codes}
    return xr.DataArray(table, coords, ("origin", "destination"), attrs={"unit": "persons"})


def square(*stocks: xr.DataArray) -> tuple[xr.DataArray, ...]:
    """Stocks on the residences of the first, for rows and columns alike.

    Raises
    ------
    ValueError
        A stock has other dims, labels that are not the same for both, or missing cells.
    """
    residences = stocks[0]["destination"].values if "destination" in stocks[0].coords else np.array([])
    found = []
    for stock in stocks:
        require_dims(stock, ("birthplace", "destination"), name="stock")
        for dim in stock.dims:
            others = sorted(set(map(str, stock[dim].values)) ^ set(map(str, residences)))
            if others or stock.sizes[dim] != residences.size:
                raise ValueError(
                    f"{dim} and the residences of the first stock differ: {', '.join(others) or 'repeated labels'}"
                )
        if not np.isfinite(stock.values).all():
            raise ValueError("a stock has missing cells; write zero where nobody is known, and say so")
        found.append(stock.sel(birthplace=residences, destination=residences).astype(float))
    return tuple(found)


def relaxed_by(nearest: Nearest, places: list[str], residences: list[str]) -> xr.Dataset:
    """Persons by which an account was relaxed, with their codes."""
    return xr.Dataset(
        {
            "birthplace_total": ("birthplace", nearest.moved),
            "residents_start": ("destination", nearest.moved_start),
            "residents_end": ("destination", nearest.moved_end),
        },
        {"birthplace": places, "destination": residences},
        attrs={"unit": "persons"},
    )
