"""Draws of an account: inputs with errors, each closed by itself, and the flows of all draws.

Tables have shape (birthplaces, residences); `natives[j]` is the row of those born in residence `j`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from corridors.estimate._accounting import Match, Survivors, ratio, survivors
from corridors.estimate._balance import balance
from corridors.estimate._circulation import Rates, circulation
from corridors.estimate._closing import Closed, closed
from corridors.estimate._joining import Joining
from corridors.estimate._netclose import close_net

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.estimate.error_model import Shocks, StockShocks
    from corridors.estimate.flows import Method

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

#: Tries for one draw; where so many fail, the errors are larger than the account can bear.
TRIES = 25
#: Share of the native-born that no error of the foreign-born takes from them.
_KEPT = 0.5


@dataclass(frozen=True, slots=True)
class Inputs:
    """What an account is made of, with or without errors."""

    start: Floats
    end: Floats
    births: Floats
    deaths: Floats
    weight: float


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Inputs as given, and the errors that they may have.

    Parameters
    ----------
    given
        Inputs as published.
    natives
        Row of those born in each residence.
    stock, births, deaths, net
        Shocks of the foreign-born, of events (logarithms) and of net migration (persons).
    spread
        Standard deviation of the weight.
    """

    given: Inputs
    natives: Positions
    stock: StockShocks
    births: Shocks
    deaths: Shocks
    net: Shocks
    spread: float

    def drawn(self, rng: np.random.Generator) -> Inputs:
        """Inputs with errors: natives stay population less foreign-born, and populations follow their events."""
        given = self.given
        at_start, at_end = self.stock.drawn(rng)
        births = given.births * np.exp(self.births.drawn(rng))
        deaths = given.deaths * np.exp(self.deaths.drawn(rng))
        net = _balanced(self.net.drawn(rng))
        start = self._with_foreign(given.start, at_start)
        end = self._with_foreign(given.end, at_end)
        # A population is carried by its events from a start that is taken as known.
        end[self._own()] += (births - given.births) - (deaths - given.deaths) + net
        return Inputs(start, end, births, deaths, _beta(given.weight, self.spread, rng))

    def _own(self) -> tuple[Positions, Positions]:
        return self.natives, np.arange(self.natives.size)

    def _with_foreign(self, table: Floats, logs: Floats) -> Floats:
        rows, columns, n = self.stock.rows, self.stock.columns, self.natives.size
        before = table[rows, columns]
        after = before * np.exp(logs)
        abroad, drawn = (np.bincount(columns, cells, minlength=n).astype(float) for cells in (before, after))
        own = table[self._own()]
        most = abroad + (1 - _KEPT) * np.maximum(own, 0.0)
        after = after * np.where(drawn > most, ratio(most, drawn), 1.0)[columns]
        result = table.copy()
        result[rows, columns] = after
        # Natives take up the difference, cell sums in the same order, so that no error leaves them as they are.
        result[self._own()] = own + (abroad - np.bincount(columns, after, minlength=n))
        return result


def _balanced(net: Floats) -> Floats:
    """What one area gains others lose: errors of net migration add up to zero, the large ones giving way."""
    sizes = np.abs(net)
    total = sizes.sum()
    return net - net.sum() * sizes / total if total > 0 else net


def _beta(mean: float, spread: float, rng: np.random.Generator) -> float:
    if spread == 0 or mean in (0.0, 1.0):
        return mean
    size = mean * (1 - mean) / spread**2 - 1
    return float(rng.beta(mean * size, (1 - mean) * size))


class Unclosed(Exception):
    """A draw has no account; its text says why."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Flows of one draw, and the net migration of its accounted tables."""

    flow: Floats
    net: Floats


#: Flows of one draw from its inputs.
Kernel = Callable[[Inputs], Drawn]


def accounting_kernel(chosen: Method, *, natives: Positions, match: Match, central: tuple[Floats, Floats]) -> Kernel:
    """Kernel of a method of `corridors.estimate.flows`.

    Parameters
    ----------
    chosen
        How the account is closed and joined.
    natives
        Row of those born in each residence.
    match
        When the world's balance is matched, for methods that match it.
    central
        Scales of both tables in the account without errors, from which Newton's method starts.
    """

    def kernel(inputs: Inputs) -> Drawn:
        """Flows of a closed or open account."""
        alive = _alive(inputs, natives=natives, match=match if chosen.matches else None)
        account = closed_near(alive, central) if chosen.close is closed else chosen.close(alive.start, alive.end)
        shares = (inputs.weight, 1.0 - inputs.weight) if len(chosen.splits) == 2 else (1.0,)
        joining = Joining(splits=chosen.splits, shares=shares, seed=None, stay=None)
        flow = joining.moves(account.start, account.end, natives=natives).all
        return Drawn(flow, account.end.sum(axis=0) - account.start.sum(axis=0))

    return kernel


def circulation_kernel(*, natives: Positions, match: Match, central: tuple[Floats, Floats], rates: Rates) -> Kernel:
    """Kernel of `corridors.estimate.circulation`."""

    def kernel(inputs: Inputs) -> Drawn:
        """Flows with renewed diasporas, brought to net migration."""
        alive = _alive(inputs, natives=natives, match=match)
        account = closed_near(alive, central)
        net = account.end.sum(axis=0) - account.start.sum(axis=0)
        flow = circulation(account.start, account.end, natives=natives, rates=rates).all
        found = close_net(flow, net=net, power=rates.power)
        if not found.holds:
            raise Unclosed("net migration was not reached")
        return Drawn(flow * found.factor, net)

    return kernel


def _alive(inputs: Inputs, *, natives: Positions, match: Match | None) -> Survivors:
    alive = survivors(
        inputs.start, inputs.end, births=inputs.births, deaths=inputs.deaths, natives=natives, match=match
    )
    if alive.start.min() < 0 or alive.end.min() < 0:
        raise Unclosed("the balance of the world leaves natives below zero")
    return alive


def closed_near(alive: Survivors, central: tuple[Floats, Floats]) -> Closed:
    """Close an account; biproportional scaling forgets scales of rows and columns, so a near one is a free start."""
    totals = (alive.start.sum(axis=1) + alive.end.sum(axis=1)) / 2
    tables = []
    for table, scale in zip((alive.start, alive.end), central, strict=True):
        started = table * scale if not ((scale == 0) & (table > 0)).any() else table
        # Where no account exists, trial steps run far off before the line search gives up.
        with np.errstate(all="ignore"):
            found = balance(started, rows=totals, columns=table.sum(axis=0))
        if not found.holds:
            raise Unclosed("no closed account was found")
        tables.append(found.table)
    return Closed(tables[0], tables[1], 0.0)


def scales(before: Survivors, after: Closed) -> tuple[Floats, Floats]:
    """Factor on every cell by which an account was closed, zero where a cell is empty."""
    return ratio(after.start, before.start), ratio(after.end, before.end)


@dataclass(frozen=True, slots=True)
class Sample:
    """All draws: flows in single precision, sums over areas in double.

    Parameters
    ----------
    flow
        Shape (draws, origins, destinations).
    arrivals, departures, net
        Shape (draws, areas).
    total
        Shape (draws,).
    unclosed
        How many tries were without an account, by reason.
    error
        Largest difference of in less out from the accounted tables, over all draws and areas.
    """

    flow: NDArray[np.float32]
    arrivals: Floats
    departures: Floats
    net: Floats
    total: Floats
    unclosed: Counter[str]
    error: float


class Exhausted(Exception):
    """One draw failed at every try; `reasons` counts why."""

    def __init__(self, reasons: Counter[str]) -> None:
        self.reasons = reasons
        super().__init__(reasons)


def sample(uncertain: Uncertain, kernel: Kernel, *, draws: int, rng: np.random.Generator, workers: int) -> Sample:
    """Draw, close and keep; each draw has its own stream of chance, so that the number of workers changes nothing.

    Threads are enough: the matrix products and the scaling of a draw are outside of the interpreter's lock.
    """
    n = uncertain.natives.size
    flow = np.empty((draws, n, n), dtype=np.float32)
    arrivals, departures, net = (np.empty((draws, n)) for _ in range(3))
    task = partial(_one, uncertain, kernel)
    unclosed: Counter[str] = Counter()
    error = 0.0
    with ThreadPoolExecutor(workers) as pool:
        jobs = pool.map(task, rng.spawn(draws), range(draws), [(flow, arrivals, departures, net)] * draws)
        for reasons, gap in jobs:
            unclosed.update(reasons)
            error = max(error, gap)
    return Sample(flow, arrivals, departures, net, arrivals.sum(axis=1), unclosed, error)


def _one(
    uncertain: Uncertain,
    kernel: Kernel,
    rng: np.random.Generator,
    number: int,
    into: tuple[NDArray[np.float32], Floats, Floats, Floats],
) -> tuple[Counter[str], float]:
    reasons: Counter[str] = Counter()
    while True:
        try:
            found = kernel(uncertain.drawn(rng))
            break
        except Unclosed as why:
            reasons[str(why)] += 1
            if reasons.total() >= TRIES:
                raise Exhausted(reasons) from None
    flow, arrivals, departures, net = into
    flow[number], arrivals[number], departures[number] = found.flow, found.flow.sum(axis=0), found.flow.sum(axis=1)
    net[number] = arrivals[number] - departures[number]
    return reasons, float(np.abs(net[number] - found.net).max())


def quantiles(draws: NDArray[np.floating], levels: tuple[float, ...]) -> Floats:
    """Quantiles over the first axis, linear between order statistics; shape (levels, ...). Sorts one block at a time."""
    flat = draws.reshape(len(draws), -1)
    result = np.empty((len(levels), flat.shape[1]))
    at = np.array(levels) * (len(flat) - 1)
    low = np.floor(at).astype(np.intp)
    high, part = np.minimum(low + 1, len(flat) - 1), (at - low)[:, None]
    block = max(1, 4_000_000 // len(flat))
    for first in range(0, flat.shape[1], block):
        columns = slice(first, first + block)
        ordered = np.sort(flat[:, columns].T, axis=1)
        below, above = (ordered[:, place].T.astype(float) for place in (low, high))
        result[:, columns] = below + (above - below) * part
    return result.reshape(len(levels), *draws.shape[1:])
