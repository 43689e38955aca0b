"""How sure estimated flows are: draws of the whole account, and intervals for every flow, net and total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np
import xarray as xr

from corridors.concepts.findings import DataError, Finding
from corridors.estimate._accounting import Match, joined, survivors
from corridors.estimate._cells import labelled
from corridors.estimate._checks import aligned, codes
from corridors.estimate._circulation import Rates
from corridors.estimate._closing import Closed
from corridors.estimate._draws import (
    Exhausted,
    Inputs,
    Kernel,
    Sample,
    Uncertain,
    accounting_kernel,
    circulation_kernel,
    quantiles,
    sample,
    scales,
)
from corridors.estimate.circulation import CirculationEstimate, estimate_circulation
from corridors.estimate.error_model import ErrorModel, check_bases, event_shocks, net_shocks, stock_shocks
from corridors.estimate.flows import METHODS, WEIGHT_OF_MINIMUM, FlowEstimate, MethodName, estimate_flows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

DrawnMethod = MethodName | Literal["circ-closed"]

#: Quantiles of the result: the middle and both ends of the 50, 80 and 95 per cent intervals.
QUANTILES = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
_ENDS = MappingProxyType({0.5: (0.25, 0.75), 0.8: (0.1, 0.9), 0.95: (0.025, 0.975)})
#: Memory for the draws of all flows, in megabytes of a million bytes; a thousand draws of 230 areas take 212.
MEMORY = 512


@dataclass(frozen=True, slots=True)
class FlowDraws:
    """What draws of an account say of its flows.

    Parameters
    ----------
    quantiles
        Variables `flow` (quantile, origin, destination), `arrivals`, `departures` and `net` (quantile, destination),
        `total` (quantile,), in persons. Quantiles of parts do not add up to those of their sum.
    mean
        The same variables over the draws, without the dim quantile. Means add up, and their net is closed too.
    point
        Flows without errors, dims (origin, destination).
    draws
        Number of draws, each with a closed account of its own.
    unclosed
        Draws that had no account and were made again, by reason.
    net_error
        Largest difference in persons, over all draws and areas, of flows in less out from the net migration of that draw's
        own accounted tables.
    method, error
        As asked for.
    """

    quantiles: xr.Dataset
    mean: xr.Dataset
    point: xr.DataArray
    draws: int
    unclosed: Mapping[str, int]
    net_error: float
    method: DrawnMethod
    error: ErrorModel

    @property
    def excess(self) -> float:
        """Persons by which errors raise the total on average.

        Errors of stocks look like moves; so do those that the published stocks already have.
        """
        return float(self.mean["total"] - self.point.sum())

    def interval(self, level: float, of: str = "flow") -> tuple[xr.DataArray, xr.DataArray]:
        """Lower and upper end of the middle `level` of a variable.

        Raises
        ------
        ValueError
            The level or the variable is none of those there are.
        """
        if level not in _ENDS:
            raise ValueError(f"no interval of {level}; there are {', '.join(map(str, _ENDS))}")
        if of not in self.quantiles:
            raise ValueError(f"no variable {of!r}; there are {', '.join(map(str, self.quantiles))}")
        lower, upper = (self.quantiles[of].sel(quantile=end, drop=True) for end in _ENDS[level])
        return lower, upper

    def describe(self) -> str:
        """Say the draws in words."""
        lower, upper = (float(end) for end in self.interval(0.8, "total"))
        again = f"; {sum(self.unclosed.values()):,} had no account and were made again" if self.unclosed else ""
        return (
            f"{self.method}, {self.draws:,} draws{again}: {float(self.point.sum()):,.0f} persons moved without errors, "
            f"{lower:,.0f} to {upper:,.0f} in four draws of five; errors add {self.excess:,.0f} on average."
        )


def draw_flows(  # noqa: PLR0913  # two stocks, two events and each choice of the account, and how to draw
    stock_start: xr.DataArray,
    stock_end: xr.DataArray,
    *,
    births: xr.DataArray,
    deaths: xr.DataArray,
    rng: np.random.Generator,
    method: DrawnMethod = "pb-closed",
    draws: int = 1_000,
    error: ErrorModel | None = None,
    basis: Mapping[str, str] | None = None,
    match: Match = "after",
    weight: float = WEIGHT_OF_MINIMUM,
    years: float = 5.0,
    workers: int = 1,
    memory: float = MEMORY,
) -> FlowDraws:
    """Flows of many accounts whose inputs carry errors like those that later revisions brought to light.

    Parameters
    ----------
    stock_start, stock_end, births, deaths
        As `corridors.estimate.flows.estimate_flows` takes them.
    rng
        Source of chance. The same seed gives the same result to the last bit, whatever `workers` is.
    method
        An accounting method of `corridors.estimate.flows`, or `circ-closed`.
    draws
        How many accounts.
    error
        Sizes of the errors; by default those of `ErrorModel`.
    basis
        Letters of the list BASIS by residence: birth (B), citizenship (C), refugees added (R), imputed (I). A residence
        without letters has the errors of all.
    match, weight
        As for `estimate_flows`; `weight` is the mean of the weights drawn.
    years
        Length of the period, for `circ-closed`.
    workers
        Threads.
    memory
        Most that the flows of all draws may take, in megabytes.

    Returns
    -------
    FlowDraws
        Quantiles and means of every flow, net and total.

    Raises
    ------
    ValueError
        As for `estimate_flows`; or a choice is none of those allowed, or the draws need more memory.
    DataError
        As for `estimate_flows`; or a draw found no account at any try (`draws-unclosed`).

    Notes
    -----
    For residence `j` and birthplace `k` the foreign-born of both dates are multiplied by ``exp(l_j + l_kj -+ (c_j +
    c_kj) / 2)``: levels `l` are shared by both dates, changes `c` are not, so that errors at the two dates are strongly
    correlated as those of one source are. Natives take up the difference. Births and deaths are multiplied by factors,
    net migration shifts by persons that add up to zero over the world, and the population at the end follows from all
    three. Each draw is then closed and joined like the account without errors. Population at the start is taken as
    known, and empty cells stay empty.

    References
    ----------
    Azose, J. J. and Raftery, A. E. (2019), PNAS 116(1), https://doi.org/10.1073/pnas.1722334116 (the weight).
    Efron, B. and Tibshirani, R. J. (1993), An Introduction to the Bootstrap, https://doi.org/10.1201/9780429246593,
    chapter 13 (quantiles of draws as intervals).

    Examples
    --------
    >>> import numpy as np
    >>> from corridors.testing import world
    >>> given = world(4, 1)
    >>> tables = {name: getattr(given, name) for name in ("stock_start", "stock_end", "births", "deaths")}
    >>> found = draw_flows(**tables, rng=np.random.default_rng(1), draws=20)
    >>> lower, upper = found.interval(0.8, "total")
    >>> bool(lower < upper), found.net_error < 0.01
    (True, True)
    """
    error = ErrorModel() if error is None else error
    _check(method, draws, workers, basis or {})
    _check_spread(weight, error.weight)
    start, end, births, deaths = aligned(stock_start, stock_end, births, deaths)
    asked = codes(start, "destination")
    _check_memory(draws, len(asked), memory)
    # Chance is dealt out in the order of the codes, so that the order of rows and columns changes nothing.
    start, end, births, deaths = (array.sortby([*map(str, array.dims)]) for array in (start, end, births, deaths))
    residences = codes(start, "destination")
    given = Inputs(start.values, end.values, births.values, deaths.values, weight)
    places = codes(start, "birthplace")
    natives = np.array([places.index(code) for code in residences], dtype=np.intp)
    without = _without_errors(start, end, births, deaths, method=method, match=match, weight=weight, years=years)
    kernel = _kernel(given, without, natives=natives, match=match, years=years)
    letters = [(basis or {}).get(code) for code in residences]
    uncertain = _uncertain(given, natives, error, letters=letters, residences=residences)
    try:
        drawn = sample(uncertain, kernel, draws=draws, rng=rng, workers=workers)
    except Exhausted as exhausted:
        raise DataError([_exhausted(exhausted)]) from None
    return FlowDraws(
        quantiles=_quantiles(drawn, residences).sel(origin=asked, destination=asked),
        mean=_mean(drawn, residences).sel(origin=asked, destination=asked),
        point=without.flow.sel(origin=asked, destination=asked),
        draws=draws,
        unclosed=MappingProxyType(dict(sorted(drawn.unclosed.items()))),
        net_error=drawn.error,
        method=method,
        error=error,
    )


def _check(method: str, draws: int, workers: int, basis: Mapping[str, str]) -> None:
    if method not in METHODS and method != "circ-closed":
        raise ValueError(f"no draws of {method!r}; methods with an account are {', '.join((*METHODS, 'circ-closed'))}")
    for name, number in (("draws", draws), ("workers", workers)):
        if number < 1:
            raise ValueError(f"{name} is {number}; it is one or more")
    check_bases(basis)


def _check_spread(weight: float, spread: float) -> None:
    if spread**2 >= weight * (1 - weight) > 0:
        raise ValueError(
            f"a weight of {weight} cannot have the standard deviation {spread}; it is below {(weight * (1 - weight)) ** 0.5:.3f}"
        )


def _check_memory(draws: int, n: int, memory: float) -> None:
    if draws * n * n * 4 > memory * 1e6:
        most = int(memory * 1e6 / (4 * n * n))
        raise ValueError(
            f"{draws:,} draws of {n} areas take {draws * n * n * 4e-6:,.0f} MB and memory is {memory:,.0f}; "
            f"ask for {most:,} draws or fewer, or allow more memory"
        )


def _without_errors(  # noqa: PLR0913  # the account as given and its choices
    start: xr.DataArray,
    end: xr.DataArray,
    births: xr.DataArray,
    deaths: xr.DataArray,
    *,
    method: DrawnMethod,
    match: Match,
    weight: float,
    years: float,
) -> FlowEstimate | CirculationEstimate:
    if method == "circ-closed":
        return estimate_circulation(start, end, births=births, deaths=deaths, match=match, years=years)
    return estimate_flows(start, end, births=births, deaths=deaths, method=method, match=match, weight=weight)


def _kernel(
    given: Inputs,
    without: FlowEstimate | CirculationEstimate,
    *,
    natives: NDArray[np.intp],
    match: Match,
    years: float,
) -> Kernel:
    alive = survivors(
        given.start, given.end, births=given.births, deaths=given.deaths, natives=natives, match=without.match
    )
    central = scales(alive, Closed(without.start.values, without.end.values, 0.0))
    if without.method == "circ-closed":
        return circulation_kernel(natives=natives, match=match, central=central, rates=Rates().over(years))
    return accounting_kernel(METHODS[without.method], natives=natives, match=match, central=central)


def _uncertain(
    given: Inputs, natives: NDArray[np.intp], error: ErrorModel, *, letters: list[str | None], residences: list[str]
) -> Uncertain:
    people = (given.start.sum(axis=0) + given.end.sum(axis=0)) / 2
    return Uncertain(
        given=given,
        natives=natives,
        stock=stock_shocks(given.start, given.end, natives=natives, bases=letters, multiple=error.stocks),
        births=event_shocks("births", residences, multiple=error.events),
        deaths=event_shocks("deaths", residences, multiple=error.events),
        net=net_shocks(people * joined(given.start, given.end, natives), multiple=error.net),
        spread=error.weight,
    )


def _exhausted(exhausted: Exhausted) -> Finding:
    reasons = ", ".join(f"{reason} ({count:,} times)" for reason, count in exhausted.reasons.items())
    return Finding(
        "draws-unclosed",
        "draws of the account",
        f"one draw had no account at any try: {reasons}",
        "take smaller errors, check areas whose people are all but fixed by zeros of the stock, or choose an open method",
    )


def _quantiles(drawn: Sample, residences: list[str]) -> xr.Dataset:
    found = {
        name: quantiles(getattr(drawn, name), QUANTILES) for name in ("flow", "arrivals", "departures", "net", "total")
    }
    diagonal = np.arange(len(residences))
    found["flow"][:, diagonal, diagonal] = np.nan
    return _dataset(found, residences, ("quantile",), {"quantile": list(QUANTILES)})


def _mean(drawn: Sample, residences: list[str]) -> xr.Dataset:
    found = {name: getattr(drawn, name).mean(axis=0) for name in ("arrivals", "departures", "net", "total")}
    flow = labelled(drawn.flow.mean(axis=0, dtype=np.float64), residences).values
    return _dataset({"flow": flow, **found}, residences, (), {})


def _dataset(
    found: Mapping[str, Floats], residences: list[str], first: tuple[str, ...], coords: Mapping[str, list[float]]
) -> xr.Dataset:
    dims = {
        "flow": (*first, "origin", "destination"),
        "arrivals": (*first, "destination"),
        "departures": (*first, "destination"),
        "net": (*first, "destination"),
        "total": first,
    }
    labels = {**coords, "origin": residences, "destination": residences}
    return xr.Dataset({name: (dims[name], values, {"unit": "persons"}) for name, values in found.items()}, labels)
