"""Order and meaning of the dims of cubes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr

DIMS = ("draw", "period", "sex", "age", "birthplace", "origin", "destination")


def require_dims(cube: xr.DataArray, dims: tuple[str, ...], *, name: str) -> None:
    """Refuse a cube whose dims are not exactly `dims` in this order.

    Raises
    ------
    ValueError
        It is no DataArray, the dims differ, or the unit is not set.

    Examples
    --------
    >>> import xarray as xr
    >>> stock = xr.DataArray([[1.0]], dims=("birthplace", "destination"), attrs={"unit": "persons"})
    >>> require_dims(stock, ("birthplace", "destination"), name="stock")
    """
    if not hasattr(cube, "dims"):
        given = type(cube).__name__
        raise ValueError(f'{name} is a {given}; give an xarray.DataArray with dims {dims} and attrs["unit"]')
    if cube.dims != dims:
        raise ValueError(f"{name} has dims {cube.dims}; expected {dims}")
    if "unit" not in cube.attrs:
        raise ValueError(f'{name} has no unit; set {name}.attrs["unit"], for example "persons"')
