"""Bilateral flows between two dates from the stocks at both and the births and deaths between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import xarray as xr

from corridors.concepts.dims import require_dims
from corridors.concepts.findings import DataError, Finding, raise_if_any
from corridors.estimate._accounting import Match, Survivors, survivors
from corridors.estimate._closing import (
    Blocked,
    Closed,
    Unsettled,
    closed,
    open_by_other_pattern,
    open_by_own_pattern,
)
from corridors.estimate._feasible import Blockade
from corridors.estimate._independence import independence
from corridors.estimate._minimum import minimum
from corridors.estimate._product import Moves, moves, moves_of_birthplace

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]
    Split = Callable[[Floats, Floats], tuple[Floats, Floats]]

MethodName = Literal["min-closed", "min-open", "min-open-dr", "ind-closed", "ind-open-dr", "pb-closed"]

#: Weight of minimum migration in the pseudo-Bayesian mix: Azose and Raftery (2019), as Abel and Cohen (2019) use it.
WEIGHT_OF_MINIMUM = 0.87
_NAMED = 8


@dataclass(frozen=True, slots=True)
class Method:
    """How a method closes the account, and the kernels that split survivors into leavers and arrivers.

    Parameters
    ----------
    close
        Stage 5: gives both tables the same total by birthplace.
    splits
        Stage 6: one kernel, or two that are mixed by the weight of the first.
    matches
        Whether the world's natural increase is matched to its growth first.
    """

    close: Callable[[Floats, Floats], Closed]
    splits: tuple[Split, ...]
    matches: bool


#: Every method by the code of `concepts/codelists/METHOD.csv`. A new method is one more entry.
METHODS: Mapping[MethodName, Method] = MappingProxyType(
    {
        "min-closed": Method(closed, (minimum,), matches=True),
        "min-open": Method(open_by_other_pattern, (minimum,), matches=False),
        "min-open-dr": Method(open_by_own_pattern, (minimum,), matches=False),
        "ind-closed": Method(closed, (independence,), matches=True),
        "ind-open-dr": Method(open_by_own_pattern, (independence,), matches=False),
        "pb-closed": Method(closed, (minimum, independence), matches=True),
    }
)


@dataclass(frozen=True, slots=True)
class FlowEstimate:
    """Flows over a period and what was done to the data on the way.

    Parameters
    ----------
    flow
        Persons who moved, dims (origin, destination); the diagonal is empty.
    outward, returned
        Of these, persons born at the origin and persons born at the destination. The rest is transit.
    start, end
        The accounted survivors at both dates: dims (birthplace, origin) and (birthplace, destination), with equal sums
        by birthplace.
    method, match, weight
        As asked for; `match` is None for open methods and `weight` is 1 unless two splits are mixed.
    repaired
        Persons in native-born cells below zero.
    matched
        Persons by which the world's growth and natural increase differ, put on the native-born.
    shifted
        Persons whom balancing put into other cells, or the open system put outside.
    """

    flow: xr.DataArray
    outward: xr.DataArray
    returned: xr.DataArray
    start: xr.DataArray
    end: xr.DataArray
    method: MethodName
    match: Match | None
    weight: float
    repaired: float
    matched: float
    shifted: float

    @property
    def transit(self) -> xr.DataArray:
        """Persons born neither at the origin nor at the destination, or of unknown birthplace."""
        rest = (self.flow - self.outward - self.returned).clip(min=0)
        rest.attrs.update(self.flow.attrs)
        return rest

    def of_birthplace(self, birthplace: str) -> xr.DataArray:
        """Flows of those born in one place, dims (origin, destination).

        Raises
        ------
        ValueError
            The account has no such birthplace.
        """
        known = [str(code) for code in self.start["birthplace"].values]
        if birthplace not in known:
            raise ValueError(f"no birthplace {birthplace!r}; there are {', '.join(known)}")
        row, tables = known.index(birthplace), (self.start.values, self.end.values)
        shares = _shares(self.method, self.weight)
        cells = [
            share * moves_of_birthplace(*split(*tables), row=row)
            for share, split in zip(shares, METHODS[self.method].splits, strict=True)
        ]
        return _labelled(np.add.reduce(cells), self.flow["origin"].values)

    def describe(self) -> str:
        """Say the estimate in words."""
        total, people = float(self.flow.sum()), float(self.start.sum())
        words = [
            f"{self.method}: {total:,.0f} persons moved, {100 * total / people if people else 0:.2f} per cent of"
            f" {people:,.0f} survivors.",
            f"Outward {float(self.outward.sum()):,.0f}, return {float(self.returned.sum()):,.0f},"
            f" transit {float(self.transit.sum()):,.0f}.",
            f"On the way {self.repaired:,.0f} persons were repaired, {self.matched:,.0f} matched to the world's growth,"
            f" {self.shifted:,.0f} shifted to close the account.",
        ]
        return "\n".join(words)


def estimate_flows(  # noqa: PLR0913  # two stocks, two events and three choices are the account itself
    stock_start: xr.DataArray,
    stock_end: xr.DataArray,
    *,
    births: xr.DataArray,
    deaths: xr.DataArray,
    method: MethodName = "min-closed",
    match: Match = "after",
    weight: float = WEIGHT_OF_MINIMUM,
) -> FlowEstimate:
    """Flows that explain how the stocks of one date became those of a later one.

    Parameters
    ----------
    stock_start, stock_end
        Persons by birthplace and residence, dims (birthplace, destination); natives stand where both are equal. A
        birthplace need not be a residence (origins that the source does not tell apart); every residence is a
        birthplace.
    births, deaths
        Events of the period by residence, dims (destination,).
    method
        Code of `METHODS`: how many of those who can have stayed did stay, and whether the system has an outside.
    match
        When the native-born of both dates take up the difference of world growth and natural increase: after births and
        deaths are taken out, exactly, or before, in whole persons, as the R package `migest` does.
    weight
        Share of minimum migration in the mix `pb-closed`.

    Returns
    -------
    FlowEstimate
        Flows, their types, the accounted tables, and the persons each stage moved.

    Raises
    ------
    ValueError
        The arrays do not fit each other, or a choice is none of those allowed.
    DataError
        A foreign-born cell is below zero, events exceed the residents, or no closed account exists; the finding names
        the birthplaces that do not fit and by how many persons.

    References
    ----------
    Abel, G. J. (2013), Demographic Research 28(18), https://doi.org/10.4054/DemRes.2013.28.18.
    Abel, G. J. and Sander, N. (2014), Science 343, https://doi.org/10.1126/science.1248676.
    Abel, G. J. and Cohen, J. E. (2019), Scientific Data 6:82, https://doi.org/10.1038/s41597-019-0089-3.
    Azose, J. J. and Raftery, A. E. (2019), PNAS 116(1), https://doi.org/10.1073/pnas.1722334116.
    Willekens, F. (1999), Mathematical Population Studies 7(3), 239-278.

    Examples
    --------
    >>> import xarray as xr
    >>> def stock(cells):
    ...     places = ["AAA", "BBB"]
    ...     coords = {"birthplace": places, "destination": places}
    ...     return xr.DataArray(cells, coords, ("birthplace", "destination"), attrs={"unit": "persons"})
    >>> none = xr.DataArray([0.0, 0.0], {"destination": ["AAA", "BBB"]}, ("destination",), attrs={"unit": "events"})
    >>> start, end = stock([[90.0, 10.0], [0.0, 80.0]]), stock([[70.0, 30.0], [5.0, 75.0]])
    >>> found = estimate_flows(start, end, births=none, deaths=none)
    >>> float(found.flow.sel(origin="AAA", destination="BBB")), float(found.flow.sum())
    (20.0, 25.0)
    """
    _check_choices(method, match, weight)
    chosen = METHODS[method]
    start, end, births, deaths = _aligned(stock_start, stock_end, births, deaths)
    places, residences = _codes(start, "birthplace"), _codes(start, "destination")
    raise_if_any(_data_findings(start, end, births, deaths))
    natives = np.array([places.index(code) for code in residences], dtype=np.intp)
    alive = survivors(
        start.values,
        end.values,
        births=births.values,
        deaths=deaths.values,
        natives=natives,
        match=match if chosen.matches else None,
    )
    raise_if_any(_used_up_natives(alive, residences))
    account = _closed(chosen, alive.start, alive.end, places=places, residences=residences)
    found = _mixed(chosen, _shares(method, weight), account, natives)
    return FlowEstimate(
        flow=_labelled(found.all, residences),
        outward=_labelled(found.outward, residences),
        returned=_labelled(found.returned, residences),
        start=start.rename(destination="origin").copy(data=account.start),
        end=end.copy(data=account.end),
        method=method,
        match=match if chosen.matches else None,
        weight=_shares(method, weight)[0],
        repaired=alive.repaired,
        matched=alive.matched,
        shifted=account.shifted,
    )


def _check_choices(method: str, match: str, weight: float) -> None:
    if method not in METHODS:
        raise ValueError(f"no method {method!r}; there are {', '.join(METHODS)}")
    if match not in get_args(Match):
        raise ValueError(f"no match {match!r}; there are {', '.join(get_args(Match))}")
    if not 0 <= weight <= 1:
        raise ValueError(f"weight is {weight}; it is the share of minimum migration, between 0 and 1")


def _aligned(
    start: xr.DataArray, end: xr.DataArray, births: xr.DataArray, deaths: xr.DataArray
) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray, xr.DataArray]:
    tables = {"stock_start": start, "stock_end": end, "births": births, "deaths": deaths}
    for name, array in tables.items():
        dims = ("birthplace", "destination") if name.startswith("stock") else ("destination",)
        require_dims(array, dims, name=name)
        if not np.isfinite(array.values).all():
            raise ValueError(f"{name} has missing cells; write zero where nobody is known, and say so")
    start, end, births, deaths = xr.align(*(a.astype(float) for a in tables.values()), join="exact")
    for dim in ("birthplace", "destination"):
        twice = sorted({code for code in _codes(start, dim) if _codes(start, dim).count(code) > 1})
        if twice:
            raise ValueError(
                f"{dim} has {', '.join(twice)} more than once; add up the rows or columns of one area first"
            )
    strangers = sorted(set(_codes(start, "destination")) - set(_codes(start, "birthplace")))
    if strangers:
        raise ValueError(f"residences that are no birthplace: {', '.join(strangers)}; add their rows, natives included")
    return start, end, births, deaths


def _codes(array: xr.DataArray, dim: str) -> list[str]:
    return [str(code) for code in array[dim].values]


def _data_findings(start: xr.DataArray, end: xr.DataArray, births: xr.DataArray, deaths: xr.DataArray) -> list[Finding]:
    return [
        *_negative_foreign(start, "start"),
        *_negative_foreign(end, "end"),
        *_too_many_events(births, end, "births"),
        *_too_many_events(deaths, start, "deaths"),
    ]


def _used_up_natives(alive: Survivors, residences: list[str]) -> list[Finding]:
    """Residences whose native-born the match of growth to natural increase would leave below zero."""
    return [
        Finding(
            "account-infeasible",
            f"survivors at the {name}, living in {residences[column]}",
            f"{-table[:, column].min():,.0f} native-born too few: births less deaths of the world are {alive.matched:,.0f} "
            "persons away from its growth",
            "check populations, births and deaths of these areas, or choose an open method such as min-open-dr",
        )
        for name, table in (("start", alive.start), ("end", alive.end))
        for column in np.flatnonzero((table < 0).any(axis=0))
    ]


def _negative_foreign(stock: xr.DataArray, name: str) -> list[Finding]:
    """Foreign-born below zero; native-born may be, as the remainder of two sources, and are repaired."""
    places, residences = stock["birthplace"].values, stock["destination"].values
    return [
        Finding(
            "value-negative",
            f"stock at the {name}, born in {places[row]}, living in {residences[column]}",
            f"{stock.values[row, column]:,.0f} persons",
            "correct the stock",
        )
        for row, column in np.argwhere((stock.values < 0) & (places[:, None] != residences))
    ]


def _too_many_events(events: xr.DataArray, stock: xr.DataArray, name: str) -> list[Finding]:
    residents = stock.sum("birthplace").values
    return [
        Finding(
            "events-exceed-population",
            f"{name} in {events['destination'].values[place]}",
            f"{events.values[place]:,.0f} {name} among {residents[place]:,.0f} residents",
            "bring events and population to the same territory and revision",
        )
        for place in np.flatnonzero((events.values < 0) | (events.values > residents))
    ]


def _closed(chosen: Method, start: Floats, end: Floats, *, places: list[str], residences: list[str]) -> Closed:
    try:
        return chosen.close(start, end)
    except Blocked as blocked:
        raise DataError(
            _infeasible(name, blockade, places=places, residences=residences)
            for name, blockade in blocked.blockades.items()
        ) from None
    except Unsettled as unsettled:
        raise DataError(
            [
                Finding(
                    "account-unsettled",
                    "closed account",
                    f"birthplace totals are still missed by {unsettled.error:,.3f} persons",
                    "check areas whose people are all but fixed by zeros of the stock, or choose an open method",
                )
            ]
        ) from None


def _infeasible(name: str, blockade: Blockade, *, places: list[str], residences: list[str]) -> Finding:
    if blockade.of == "rows":
        who = f"born in {_names(places, blockade.members)}"
        fact = f"all areas in which they live ({_names(residences, blockade.partners)}) have residents"
    else:
        who = f"living in {_names(residences, blockade.members)}"
        fact = f"all birthplaces found there ({_names(places, blockade.partners)}) have people"
    return Finding(
        "account-infeasible",
        f"closed account, survivors at the {name}, {who}",
        f"{blockade.excess:,.0f} persons more than {fact}",
        "check stocks, births and deaths of these areas, or choose an open method such as min-open-dr",
    )


def _names(codes: list[str], positions: tuple[int, ...]) -> str:
    named = ", ".join(codes[position] for position in positions[:_NAMED])
    more = len(positions) - _NAMED
    return (f"{named} and {more} more" if more > 0 else named) or "no area"


def _shares(method: MethodName, weight: float) -> tuple[float, ...]:
    return (weight, 1.0 - weight) if len(METHODS[method].splits) == 2 else (1.0,)


def _mixed(chosen: Method, shares: tuple[float, ...], account: Closed, natives: Positions) -> Moves:
    parts = [
        moves(*split(account.start, account.end), natives=natives).times(share)
        for share, split in zip(shares, chosen.splits, strict=True)
    ]
    return sum(parts[1:], start=parts[0])


def _labelled(table: Floats, residences: list[str] | NDArray[np.str_]) -> xr.DataArray:
    """Flows with their codes; nobody moves from an area to itself, so the diagonal is empty."""
    table = table.copy()
    np.fill_diagonal(table, np.nan)
    codes = list(residences)
    return xr.DataArray(
        table, {"origin": codes, "destination": codes}, ("origin", "destination"), attrs={"unit": "persons"}
    )
