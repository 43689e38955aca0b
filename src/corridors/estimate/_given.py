"""What an account was made from, kept beside its flows so that each of them can be read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr

    from corridors.estimate._accounting import Births
    from corridors.estimate._choices import Deaths


@dataclass(frozen=True, slots=True)
class Given:
    """The tables of an account before any stage, and the choices that its survivors follow from.

    Parameters
    ----------
    stock_start, stock_end
        Persons, dims (birthplace, destination), natives included.
    births, deaths
        Events, dims (destination,).
    born_as, died_by
        As `corridors.estimate.flows.estimate_flows` takes them.
    """

    stock_start: xr.DataArray
    stock_end: xr.DataArray
    births: xr.DataArray
    deaths: xr.DataArray
    born_as: Births
    died_by: Deaths
