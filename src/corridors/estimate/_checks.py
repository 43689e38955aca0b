"""What an account needs before it can be made: arrays that fit, and figures that can be."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from corridors.concepts.dims import require_dims
from corridors.concepts.findings import AreaFinding, Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.estimate._accounting import Survivors

    Flags = NDArray[np.bool_]

#: What a closed account that is refused leaves to do.
OPEN = "check {what} of these areas, or choose an open method such as min-open-dr"


def aligned(
    start: xr.DataArray, end: xr.DataArray, births: xr.DataArray, deaths: xr.DataArray
) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray, xr.DataArray]:
    """The four arrays as floats on the labels of the first, whatever their order was.

    Raises
    ------
    ValueError
        Dims, units or labels do not fit, or a cell is missing.
    """
    tables = {"stock_start": start, "stock_end": end, "births": births, "deaths": deaths}
    for name, array in tables.items():
        dims = ("birthplace", "destination") if name.startswith("stock") else ("destination",)
        require_dims(array, dims, name=name)
        if not np.isfinite(array.values).all():
            raise ValueError(f"{name} has missing cells; write zero where nobody is known, and say so")
    if start.attrs["unit"] != end.attrs["unit"] or births.attrs["unit"] != deaths.attrs["unit"]:
        units = ", ".join(f"{name} {array.attrs['unit']!r}" for name, array in tables.items())
        raise ValueError(f"units are mixed ({units}); bring all tables to persons and events")
    for dim in ("birthplace", "destination"):
        twice = sorted(code for code, count in Counter(codes(start, dim)).items() if count > 1)
        if twice:
            raise ValueError(
                f"{dim} has {', '.join(twice)} more than once; add up the rows or columns of one area first"
            )
    order = {str(dim): start[dim] for dim in start.dims}
    found = [
        array.reindex({dim: order[str(dim)] for dim in array.dims}) if _same_labels(array, order) else array
        for array in tables.values()
    ]
    start, end, births, deaths = xr.align(*(array.astype(float) for array in found), join="exact")
    strangers = sorted(set(codes(start, "destination")) - set(codes(start, "birthplace")))
    if strangers:
        raise ValueError(f"residences that are no birthplace: {', '.join(strangers)}; add their rows, natives included")
    return start, end, births, deaths


def _same_labels(array: xr.DataArray, order: dict[str, xr.DataArray]) -> bool:
    return all(sorted(codes(array, str(dim))) == sorted(map(str, order[str(dim)].values)) for dim in array.dims)


def codes(array: xr.DataArray, dim: str) -> list[str]:
    """Labels of a dim, as text."""
    return [str(code) for code in array[dim].values]


def data_findings(
    start: xr.DataArray, end: xr.DataArray, births: xr.DataArray, deaths: xr.DataArray, *, repairs: bool
) -> list[Finding]:
    """All that is wrong with the figures of an account; `repairs` says whether native-born may be below zero."""
    return [
        *_too_few(start),
        *_negative(start, "start", repairs=repairs),
        *_negative(end, "end", repairs=repairs),
        *_empty(start, "start"),
        *_empty(end, "end"),
        *_too_many_events(births, end, "births"),
        *_too_many_events(deaths, start, "deaths"),
    ]


def without_residence(stock: xr.DataArray, method: str) -> list[Finding]:
    """Birthplaces that are no residence, which a method without an account cannot place."""
    strangers = tuple(sorted(set(codes(stock, "birthplace")) - set(codes(stock, "destination"))))
    if not strangers:
        return []
    fact = f"birthplaces without a residence, and {method} reads a birthplace as an origin: {', '.join(strangers)}"
    mend = "leave these rows out, add them to the native-born, or choose an accounting method"
    return [
        AreaFinding("areas-differ", "stocks", fact, mend, strangers, float(stock.sel(birthplace=[*strangers]).sum()))
    ]


def seed_on(seed: xr.DataArray | None, residences: list[str], *, stays: bool) -> xr.DataArray | None:
    """A seed on the areas of the account; `stays` says whether its diagonal plays a part, otherwise it may be empty.

    Raises
    ------
    ValueError
        Dims, unit or areas do not fit, or a cell is below zero or no number.
    """
    if seed is None:
        return None
    require_dims(seed, ("origin", "destination"), name="seed")
    for dim in ("origin", "destination"):
        _require_areas(codes(seed, dim), residences, name=f"seed, {dim}")
    found = seed.sel(origin=residences, destination=residences).astype(float)
    if np.isnan(found.values.diagonal()).any():
        if stays:
            raise ValueError("seed has an empty diagonal, and independence lets people stay where it says so; fill it")
        values = found.values.copy()
        np.fill_diagonal(values, 0.0)
        found = found.copy(data=values)
    if not np.isfinite(found.values).all() or (found.values < 0).any():
        raise ValueError("seed has cells that are missing or below zero; write zero where nobody moves")
    return found


def stayers_on(stayers: xr.DataArray | float | None, residences: list[str]) -> xr.DataArray | None:
    """Shares of stayers on the areas of the account.

    Raises
    ------
    ValueError
        Dims or areas do not fit, or a share is not between 0 and 1.
    """
    if stayers is None:
        return None
    if not isinstance(stayers, xr.DataArray):
        shares = np.full(len(residences), float(stayers))
        stayers = xr.DataArray(shares, {"destination": residences}, ("destination",), attrs={"unit": "1"})
    require_dims(stayers, ("destination",), name="stayers")
    _require_areas(codes(stayers, "destination"), residences, name="stayers")
    found = stayers.sel(destination=residences).astype(float)
    if not ((found.values >= 0) & (found.values <= 1)).all():
        raise ValueError("stayers are shares of those who can have stayed, between 0 and 1")
    return found


def _require_areas(found: list[str], wanted: list[str], *, name: str) -> None:
    if sorted(found) != sorted(wanted):
        others = ", ".join(sorted(set(found) ^ set(wanted))) or "labels that stand twice"
        raise ValueError(f"{name} and the residences of the stocks differ: {others}")


def _too_few(stock: xr.DataArray) -> list[Finding]:
    residences = codes(stock, "destination")
    if len(residences) >= 2:
        return []
    fact = f"{len(residences)} area of residence: nobody can move"
    return [AreaFinding("areas-too-few", "stocks", fact, "give the stocks of at least two areas", tuple(residences))]


def _negative(stock: xr.DataArray, name: str, *, repairs: bool) -> list[Finding]:
    """Cells below zero; native-born may be, as the remainder of two sources, and are then repaired."""
    places, residences = codes(stock, "birthplace"), codes(stock, "destination")
    foreign = np.array(places)[:, None] != np.array(residences)
    return [
        AreaFinding(
            "value-negative",
            f"stock at the {name}, born in {places[row]}, living in {residences[column]}",
            f"{stock.values[row, column]:,.0f} persons",
            "correct the stock"
            if foreign[row, column]
            else "bring population and stock together, or let it be repaired",
            (places[row], residences[column]) if foreign[row, column] else (places[row],),
            -float(stock.values[row, column]),
        )
        for row, column in np.argwhere((stock.values < 0) & (foreign | (not repairs)))
    ]


def _empty(stock: xr.DataArray, name: str) -> list[Finding]:
    """Areas with no residents, or with fewer than none: more foreign-born were taken from a population than it has."""
    return [
        AreaFinding(
            "area-empty" if residents == 0 else "value-negative",
            f"stock at the {name}, living in {code}",
            "nobody lives there, natives included"
            if residents == 0
            else f"{residents:,.6g} residents, natives included",
            "give its population, or leave the area out of all tables",
            (code,),
            -float(residents) + 0.0,
        )
        for code, residents in zip(codes(stock, "destination"), stock.sum("birthplace").values, strict=True)
        if residents <= 0
    ]


def _too_many_events(events: xr.DataArray, stock: xr.DataArray, name: str) -> list[Finding]:
    residents = stock.sum("birthplace").values
    below: list[Finding] = [
        AreaFinding(
            "value-negative",
            f"{name} in {events['destination'].values[place]}",
            f"{events.values[place]:,.6g} {name}",
            f"correct the {name}",
            (str(events["destination"].values[place]),),
            -float(events.values[place]),
        )
        for place in np.flatnonzero(events.values < 0)
    ]
    return below + [
        AreaFinding(
            "events-exceed-population",
            f"{name} in {events['destination'].values[place]}",
            f"{events.values[place]:,.0f} {name} among {residents[place]:,.0f} residents",
            "bring events and population to the same territory and revision",
            (str(events["destination"].values[place]),),
            float(events.values[place] - residents[place]),
        )
        for place in np.flatnonzero((events.values > residents) & (residents > 0))
    ]


def used_up_natives(alive: Survivors, residences: list[str]) -> list[Finding]:
    """Residences whose native-born the match of growth to natural increase would leave below zero."""
    return [
        AreaFinding(
            "account-infeasible",
            f"survivors at the {name}, living in {residences[column]}",
            f"{-table[:, column].min():,.0f} native-born too few: births less deaths of the world are {alive.matched:,.0f} "
            "persons away from its growth",
            OPEN.format(what="populations, births and deaths"),
            (residences[column],),
            -float(table[:, column].min()),
        )
        for name, table in (("start", alive.start), ("end", alive.end))
        for column in np.flatnonzero((table < 0).any(axis=0))
    ]
