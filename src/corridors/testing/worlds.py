"""Synthetic worlds: two stock tables as an office would publish them, and the flows between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np
import xarray as xr

from corridors.testing._moves import five_years
from corridors.testing._population import Beginning, beginning

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Floats = NDArray[np.float64]

Case = Literal["plain", "infeasible", "tiny", "isolated", "one-sex", "split"]
#: What each case is for.
CASES: Mapping[Case, str] = MappingProxyType(
    {
        "plain": "a world in which every method works",
        "infeasible": "the last area counted its foreign-born as natives at the start: no closed account exists",
        "tiny": "areas of a few hundred people, most corridors empty",
        "isolated": "the last area has no foreign-born and no natives abroad, and nobody moves there",
        "one-sex": "men of a world whose last area has four foreign-born to a native, and natives fewer than births",
        "split": "the last area is two at the end, under codes that the start does not know",
    }
)
#: People an area, on average; and in the case tiny.
_PEOPLE, _FEW = 3.0e7, 300.0


@dataclass(frozen=True, slots=True)
class World:
    """What is published of a world, and what is true.

    Parameters
    ----------
    stock_start, stock_end
        Persons as reported, dims (birthplace, destination), natives (population less foreign-born) where both are equal.
    births, deaths
        Events as registered, dims (destination,); like the flows, those of a divided area under its old code.
    flow, outward, returned
        True moves of survivors and, of these, of natives of the origin and of the destination: dims (origin,
        destination), diagonal empty. The rest is transit.
    successors
        New codes by the code of the area that they replace at the end.
    case, seed, noise, unlisted
        As asked for.
    """

    stock_start: xr.DataArray
    stock_end: xr.DataArray
    births: xr.DataArray
    deaths: xr.DataArray
    flow: xr.DataArray
    outward: xr.DataArray
    returned: xr.DataArray
    successors: Mapping[str, tuple[str, ...]]
    case: Case
    seed: int
    noise: float
    unlisted: float

    @property
    def net_migration(self) -> xr.DataArray:
        """True moves in less moves out, dims (destination,)."""
        coming = self.flow.sum("origin")
        net = coming - self.flow.sum("destination").rename(origin="destination")
        net.attrs["unit"] = "persons"
        return net


def world(n: int, seed: int, *, case: Case = "plain", noise: float = 0.0, unlisted: float = 0.0) -> World:
    """Make a world of `n` areas whose five-year flows are known.

    Populations follow rank, wealth follows neighbourhood, diasporas follow a gravity law with lasting ties. Natives
    leave, mostly for where their people are; people abroad go home or move on; deaths fall by residence, and the newborn
    are natives. All in whole persons, so that without noise both tables and the events balance to the last one.

    Parameters
    ----------
    n
        Areas, at least 3.
    seed
        The same seed gives the same world.
    case
        One of `CASES`.
    noise
        Standard deviation of the log error of every foreign-born cell at each date; populations stay exact and the
        native-born take up the difference, as they do where nobody counts them.
    unlisted
        Share of the birthplaces, the smallest ones first, that an area does not list: it counts them among its natives.

    Raises
    ------
    ValueError
        An argument is outside of what is allowed.

    Examples
    --------
    >>> given = world(6, 7)
    >>> growth = given.stock_end.sum("birthplace") - given.stock_start.sum("birthplace")
    >>> bool((growth == given.births - given.deaths + given.net_migration).all())
    True
    """
    _check(n, case, noise, unlisted)
    rng = np.random.default_rng([seed, n])
    start = _shaped(beginning(n, people=n * (_FEW if case == "tiny" else _PEOPLE), rng=rng), case)
    course = five_years(start, rng=rng)
    listed = _listed(start.stock, unlisted)
    tables = [_reported(table, listed, noise, rng) for table in (start.stock, course.stock)]
    if case == "infeasible":
        tables[0][:, -1] = np.where(np.arange(n) == n - 1, tables[0][:, -1].sum(), 0)
    codes = tuple(f"P{number:03d}" for number in range(1, n + 1))
    successors = {codes[-1]: (f"{codes[-1]}A", f"{codes[-1]}B")} if case == "split" else {}
    ending = codes
    if successors:
        ending = (*codes[:-1], *successors[codes[-1]])
        tables[1] = _halved(_halved(tables[1], rng).T, rng).T
    return World(
        stock_start=_stock(tables[0], codes),
        stock_end=_stock(tables[1], ending),
        births=_events(course.births, codes),
        deaths=_events(course.deaths, codes),
        flow=_flow(course.outward + course.returned + course.transit, codes),
        outward=_flow(course.outward, codes),
        returned=_flow(course.returned, codes),
        successors=MappingProxyType(successors),
        case=case,
        seed=seed,
        noise=noise,
        unlisted=unlisted,
    )


def _check(n: int, case: str, noise: float, unlisted: float) -> None:
    if n < 3:
        raise ValueError(f"n is {n}; a world has at least 3 areas")
    if case not in CASES:
        raise ValueError(f"no case {case!r}; there are {', '.join(CASES)}")
    if noise < 0:
        raise ValueError(f"noise is {noise}; it is a standard deviation, zero or more")
    if not 0 <= unlisted < 1:
        raise ValueError(f"unlisted is {unlisted}; it is a share, at least 0 and below 1")


def _shaped(of: Beginning, case: Case) -> Beginning:
    """The last area made what the case is about."""
    stock, pull = of.stock.copy(), of.pull.copy()
    if case in ("isolated", "infeasible"):
        # Nobody leaves the last area, so that its natives are nowhere else at either date.
        stock[-1, :-1], pull[-1] = 0, 0.0
    if case == "isolated":
        stock[-1, -1], pull[:, -1] = stock[:, -1].sum(), 0.0
        stock[:-1, -1] = 0
    if case == "one-sex":
        stock[-1, -1] = max(int(stock[:-1, -1].sum()) // 9, 1)
    return replace(of, stock=stock, pull=pull)


def _listed(stock: Counts, unlisted: float) -> NDArray[np.bool_]:
    """Birthplaces that each residence tells apart: all but its smallest ones."""
    rank = np.argsort(np.argsort(stock, axis=0, kind="stable"), axis=0, kind="stable")
    listed: NDArray[np.bool_] = rank >= unlisted * len(stock)
    return listed


def _reported(table: Counts, listed: NDArray[np.bool_], noise: float, rng: np.random.Generator) -> Floats:
    """The table as published: foreign-born with error, native-born as what is left of the population."""
    error = np.exp(rng.normal(0, 1, table.shape) * noise - noise**2 / 2)
    abroad = np.where(listed, np.rint(table * error), 0.0)
    np.fill_diagonal(abroad, 0.0)
    np.fill_diagonal(abroad, table.sum(axis=0) - abroad.sum(axis=0))
    return abroad


def _halved(table: Floats, rng: np.random.Generator) -> Floats:
    """The last row as two, person by person."""
    first = rng.binomial(np.maximum(table[-1], 0).astype(np.int64), 0.6)
    return np.vstack([table[:-1], first, table[-1] - first])


def _stock(table: Floats, codes: tuple[str, ...]) -> xr.DataArray:
    coords = {"birthplace": list(codes), "destination": list(codes)}
    return xr.DataArray(table.astype(float), coords, ("birthplace", "destination"), attrs={"unit": "persons"})


def _events(counts: Counts, codes: tuple[str, ...]) -> xr.DataArray:
    return xr.DataArray(counts.astype(float), {"destination": list(codes)}, ("destination",), attrs={"unit": "events"})


def _flow(table: Counts, codes: tuple[str, ...]) -> xr.DataArray:
    cells = table.astype(float)
    np.fill_diagonal(cells, np.nan)
    coords = {"origin": list(codes), "destination": list(codes)}
    return xr.DataArray(cells, coords, ("origin", "destination"), attrs={"unit": "persons"})
