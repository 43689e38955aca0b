"""Bilateral flows between two dates from the stocks at both and the births and deaths between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np
import xarray as xr

from corridors.concepts.findings import raise_if_any
from corridors.estimate._accounting import Births, Match, Survivors, survivors
from corridors.estimate._adding_up import scaled_by_type
from corridors.estimate._cells import labelled, relaxed_by
from corridors.estimate._checks import (
    aligned,
    codes,
    data_findings,
    seed_on,
    stayers_on,
    used_up_natives,
    without_residence,
)
from corridors.estimate._choices import Deaths, Negatives, Relax, check_words
from corridors.estimate._closing import Blocked, Closed, closed, open_by_other_pattern, open_by_own_pattern
from corridors.estimate._deaths import by_account
from corridors.estimate._given import Given
from corridors.estimate._independence import independence
from corridors.estimate._joining import Joining, Split
from corridors.estimate._minimum import minimum
from corridors.estimate._nearest import Nearest, close_nearest
from corridors.estimate._product import Moves
from corridors.estimate._refusals import named
from corridors.estimate.differencing import stock_differences
from corridors.estimate.rates import migration_rates, rogers_von_rabenau, sum_of_net_migration

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MethodName = Literal[
    "sd-drop-neg", "sd-rev-neg", "mig-rate", "rvr",
    "min-closed", "min-open", "min-open-dr", "ind-closed", "ind-open-dr", "pb-closed",
]  # fmt: skip

#: Weight of minimum migration in the pseudo-Bayesian mix: Azose and Raftery (2019), as Abel and Cohen (2019) use it.
WEIGHT_OF_MINIMUM = 0.87


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


#: Accounting methods by the code of `concepts/codelists/METHOD.csv`. A new method is one more entry.
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
#: Methods without an account: from both stocks, births and deaths straight to flows.
DIRECT: Mapping[MethodName, Callable[..., xr.DataArray]] = MappingProxyType(
    {
        "sd-drop-neg": lambda start, end, **_: stock_differences(start, end, decreases="drop"),
        "sd-rev-neg": lambda start, end, **_: stock_differences(start, end, decreases="reverse"),
        "mig-rate": lambda start, end, **events: migration_rates(
            start, moves=sum_of_net_migration(start, end, **events)
        ),
        "rvr": lambda start, end, **_: rogers_von_rabenau(start, end),
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
        Of these, persons born at the origin and persons born at the destination. The rest is transit. None in methods
        without an account, which say nothing on who moved.
    start, end
        The accounted survivors at both dates: dims (birthplace, origin) and (birthplace, destination), with equal sums
        by birthplace. In methods without an account the stocks as they were given.
    method, match, weight
        As asked for; `match` is None for open methods and `weight` is 1 unless two splits are mixed.
    repaired
        Persons in native-born cells below zero.
    matched
        Persons by which the world's growth and natural increase differ, put on the native-born.
    shifted
        Persons whom balancing put into other cells, or the open system put outside.
    seed, stayers
        As asked for: what flows were to resemble, dims (origin, destination), and the share of possible stayers who
        stayed, dims (destination,).
    relaxed
        Where the account had to be relaxed, persons added: `birthplace_total` (birthplace), `residents_start` and
        `residents_end` (destination). None where it closes as it is.
    given
        What the account was made from, as `corridors.estimate.explain` reads it; None in methods without an account.
    reconciled
        Whether flows were changed after the account, so that women and men add up; `start`, `end` and `given` were not.
    """

    flow: xr.DataArray
    outward: xr.DataArray | None
    returned: xr.DataArray | None
    start: xr.DataArray
    end: xr.DataArray
    method: MethodName
    match: Match | None
    weight: float
    repaired: float
    matched: float
    shifted: float
    seed: xr.DataArray | None = None
    stayers: xr.DataArray | None = None
    relaxed: xr.Dataset | None = None
    given: Given | None = None
    reconciled: bool = False

    @property
    def transit(self) -> xr.DataArray | None:
        """Persons born neither at the origin nor at the destination, or of unknown birthplace."""
        if self.outward is None or self.returned is None:
            return None
        rest = (self.flow - self.outward - self.returned).clip(min=0)
        rest.attrs.update(self.flow.attrs)
        return rest

    def of_birthplace(self, birthplace: str) -> xr.DataArray:
        """Flows of those born in one place, dims (origin, destination); over all birthplaces they sum to `flow`.

        Raises
        ------
        ValueError
            The account has no such birthplace, or the method makes no account.
        """
        if self.method not in METHODS:
            raise ValueError(
                f"{self.method} does not say where those who moved were born; take one of {', '.join(METHODS)}"
            )
        known = codes(self.start, "birthplace")
        if birthplace not in known:
            raise ValueError(f"no birthplace {birthplace!r}; there are {', '.join(known)}")
        row, tables, areas = known.index(birthplace), (self.start.values, self.end.values), codes(self.flow, "origin")
        joining, natives = joining_of(self), _natives(known, areas)
        table = joining.of_birthplace(*tables, row=row)
        if self.reconciled and self.outward is not None and self.returned is not None:
            parts = (np.nan_to_num(part.values) for part in (self.flow, self.outward, self.returned))
            before = joining.moves(*tables, natives=natives)
            table = scaled_by_type(table, before, Moves(*parts), natives=natives, row=row)
        return labelled(table, areas)

    def describe(self) -> str:
        """Say the estimate in words."""
        total, people = float(self.flow.sum()), float(self.start.sum())
        share = 100 * total / people if people else 0
        if self.outward is None or self.returned is None or self.transit is None:
            return f"{self.method}: {total:,.0f} persons moved, {share:.2f} per cent of {people:,.0f} residents at the start."
        words = [
            f"{self.method}: {total:,.0f} persons moved, {share:.2f} per cent of {people:,.0f} survivors.",
            f"Outward {float(self.outward.sum()):,.0f}, return {float(self.returned.sum()):,.0f},"
            f" transit {float(self.transit.sum()):,.0f}.",
            f"On the way {self.repaired:,.0f} persons were repaired, {self.matched:,.0f} matched to the world's growth,"
            f" {self.shifted:,.0f} shifted to close the account.",
        ]
        if self.relaxed is not None:
            moved = [
                f"{float(abs(part).sum()) / 2:,.0f} ({str(name).replace('_', ' ')})"
                for name, part in self.relaxed.items()
            ]
            words.append(f"No account closed: {', '.join(moved)} persons were moved to the nearest that does.")
        return "\n".join(words)


def estimate_flows(  # noqa: PLR0913  # two stocks, two events and each stage's choice are the account itself
    stock_start: xr.DataArray,
    stock_end: xr.DataArray,
    *,
    births: xr.DataArray,
    deaths: xr.DataArray,
    method: MethodName = "min-closed",
    match: Match = "after",
    weight: float = WEIGHT_OF_MINIMUM,
    born_as: Births = "native",
    died_by: Deaths = "proportional",
    negatives: Negatives = "repair",
    seed: xr.DataArray | None = None,
    stayers: xr.DataArray | float | None = None,
    relax: Relax = "none",
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
        Code of `METHODS`: how many of those who can have stayed did stay, and whether the system has an outside. Or of
        `DIRECT`: flows read off the stocks without an account, for which no choice below plays a part.
    match
        When the native-born of both dates take up the difference of world growth and natural increase: after births and
        deaths are taken out, exactly, or before, in whole persons, as the R package `migest` does.
    weight
        Share of minimum migration in the mix `pb-closed`.
    born_as
        Whether the newborn are natives, or of all birthplaces in proportion to the residents at the end.
    died_by
        Whether deaths fall on all residents in proportion, or so that each birthplace loses what the two stocks and the
        births say (`accounting`, closed methods only). The world's balance is then matched before deaths.
    negatives
        Whether native-born below zero are repaired, or refused as findings.
    seed
        What flows should resemble, as far as the account lets them: zero or more, dims (origin, destination), in any
        unit. Zeros are corridors that nobody uses. Only independence uses the diagonal.
    stayers
        Of those who can have stayed, the share who did: one number, or dims (destination,); by default all. Methods of
        minimum migration only, and the part of the mix that is.
    relax
        Where no closed account exists, take the nearest one in least squares by birthplace (`nearest`) instead of findings;
        `relaxed` of the result says who was moved.

    Returns
    -------
    FlowEstimate
        Flows, their types, the accounted tables, and the persons each stage moved.

    Raises
    ------
    ValueError
        The arrays do not fit each other, or a choice is none of those allowed.
    DataError
        A cell is below zero, events exceed the residents, an area has none, there are fewer than two areas, or no closed
        account exists; findings name the areas that do not fit and by how many persons.

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
    words = {"match": match, "born_as": born_as, "died_by": died_by, "negatives": negatives, "relax": relax}
    _check_choices(method, weight, words, plain=seed is None and stayers is None, all_stay=stayers is None)
    start, end, births, deaths = aligned(stock_start, stock_end, births, deaths)
    if method not in METHODS:
        raise_if_any([*data_findings(start, end, births, deaths, repairs=True), *without_residence(start, method)])
        return _direct(method, start, end, births=births, deaths=deaths)
    raise_if_any(data_findings(start, end, births, deaths, repairs=negatives == "repair"))
    chosen, places, residences = METHODS[method], codes(start, "birthplace"), codes(start, "destination")
    natives = _natives(places, residences)
    seed = seed_on(seed, residences, stays=independence in chosen.splits)
    staying = stayers_on(stayers, residences)
    joining = _joining(chosen, weight, seed, staying)
    with named(places, residences):
        alive = survivors(
            start.values,
            end.values,
            births=births.values,
            deaths=deaths.values,
            natives=natives,
            match=match if chosen.matches else None,
            born_as=born_as,
            mortality=by_account if died_by == "accounting" else None,
        )
        raise_if_any(used_up_natives(alive, residences))
        account, nearest = _closed(chosen, alive, relax)
        found = joining.moves(account.start, account.end, natives=natives)
    return FlowEstimate(
        flow=labelled(found.all, residences),
        outward=labelled(found.outward, residences),
        returned=labelled(found.returned, residences),
        start=start.rename(destination="origin").copy(data=account.start),
        end=end.copy(data=account.end),
        method=method,
        match=match if chosen.matches else None,
        weight=joining.shares[0],
        repaired=alive.repaired,
        matched=alive.matched,
        shifted=account.shifted,
        seed=seed,
        stayers=staying,
        relaxed=None if nearest is None else relaxed_by(nearest, places, residences),
        given=Given(start, end, births, deaths, born_as, died_by),
    )


def _natives(places: list[str], residences: list[str]) -> NDArray[np.intp]:
    return np.array([places.index(code) for code in residences], dtype=np.intp)


def joining_of(estimate: FlowEstimate) -> Joining:
    """How an estimate of a method with an account joined its leavers and arrivers."""
    return _joining(METHODS[estimate.method], estimate.weight, estimate.seed, estimate.stayers)


def _check_choices(method: MethodName, weight: float, words: Mapping[str, str], *, plain: bool, all_stay: bool) -> None:
    if method not in METHODS and method not in DIRECT:
        raise ValueError(f"no method {method!r}; there are {', '.join((*METHODS, *DIRECT))}")
    check_words(words)
    if not 0 <= weight <= 1:
        raise ValueError(f"weight is {weight}; it is the share of minimum migration, between 0 and 1")
    if method in DIRECT:
        if not plain:
            raise ValueError(
                f"{method} makes no account and takes neither seed nor stayers; take one of {', '.join(METHODS)}"
            )
        return
    matching = ", ".join(name for name, one in METHODS.items() if one.matches)
    for word, usual in (("died_by", "proportional"), ("relax", "none")):
        if words[word] != usual and not METHODS[method].matches:
            raise ValueError(
                f"{word} {words[word]!r} needs a closed system and {method} has an outside; closed are {matching}"
            )
    staying = [
        name for name, one in METHODS.items() if minimum in one.splits and one.close is not open_by_other_pattern
    ]
    if not all_stay and method not in staying:
        raise ValueError(f"{method} has no share of stayers; take one of {', '.join(staying)}")


def _closed(chosen: Method, alive: Survivors, relax: Relax) -> tuple[Closed, Nearest | None]:
    try:
        return chosen.close(alive.start, alive.end), None
    except Blocked:
        if relax == "none":
            raise
        return close_nearest(alive.start, alive.end)


def _direct(method: MethodName, start: xr.DataArray, end: xr.DataArray, **events: xr.DataArray) -> FlowEstimate:
    return FlowEstimate(
        flow=DIRECT[method](start, end, **events),
        outward=None,
        returned=None,
        start=start.rename(destination="origin"),
        end=end,
        method=method,
        match=None,
        weight=1.0,
        repaired=0.0,
        matched=0.0,
        shifted=0.0,
    )


def _joining(chosen: Method, weight: float, seed: xr.DataArray | None, stayers: xr.DataArray | None) -> Joining:
    return Joining(
        splits=chosen.splits,
        shares=(weight, 1.0 - weight) if len(chosen.splits) == 2 else (1.0,),
        seed=None if seed is None else seed.values,
        stay=None if stayers is None else stayers.values,
    )
