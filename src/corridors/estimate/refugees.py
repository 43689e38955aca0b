"""Refugees as a component of their own: flows from what is counted of them, and the rest of the world on the remainder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import polars as pl
import xarray as xr

from corridors.concepts.ages import TOTAL
from corridors.concepts.dims import require_dims
from corridors.concepts.findings import AreaFinding, Finding, raise_if_any
from corridors.estimate._cells import labelled
from corridors.estimate._checks import aligned, codes
from corridors.estimate.flows import METHODS, FlowEstimate, MethodName, estimate_flows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: What is done with refugees who exceed those of their birthplace whom the stock counts in the country of asylum.
Excess = Literal["refuse", "cap"]
#: Categories of UNHCR that are refugees for this purpose: both live outside of their country of origin.
MEASURES = ("REFUGEES", "OTHER_IN_NEED")

#: Persons by which refugees may exceed a cell of the stock: rounding.
_PERSONS = 0.5


@dataclass(frozen=True, slots=True)
class RefugeeFlows:
    """Flows of refugees and of all others, which sum to all flows.

    Parameters
    ----------
    flow
        All persons who moved, dims (origin, destination).
    fled, went_back
        Refugees who came to their country of asylum, and who left it for their origin, same dims.
    others
        The estimate of all others.
    capped
        Refugees at the start and at the end who were taken for no part of the stock, since it counts fewer people of
        their birthplace: dims (birthplace, destination), variables `start` and `end`.
    """

    flow: xr.DataArray
    fled: xr.DataArray
    went_back: xr.DataArray
    others: FlowEstimate
    capped: xr.Dataset

    def describe(self) -> str:
        """Say the estimate in words."""
        start, end = (float(self.capped[name].sum()) for name in ("start", "end"))
        return "\n".join(
            [
                f"{float(self.flow.sum()):,.0f} persons moved; of these {float(self.fled.sum()):,.0f} refugees to their "
                f"country of asylum and {float(self.went_back.sum()):,.0f} back to their origin.",
                f"Refugees beyond the stock of their birthplace: {start:,.0f} at the start, {end:,.0f} at the end.",
            ]
        )


def refugee_flows(  # noqa: PLR0913  # two stocks, two events and the refugees are the account itself
    stock_start: xr.DataArray,
    stock_end: xr.DataArray,
    *,
    births: xr.DataArray,
    deaths: xr.DataArray,
    refugees: tuple[xr.DataArray, xr.DataArray],
    excess: Excess = "refuse",
    method: MethodName = "min-closed",
    **choices: Any,
) -> RefugeeFlows:
    """Flows with refugees as a separately constrained part.

    Parameters
    ----------
    stock_start, stock_end, births, deaths
        As `corridors.estimate.flows.estimate_flows` takes them.
    refugees
        Refugees at the start and at the end, persons, dims (birthplace, destination): origin and country of asylum. Areas
        that are not there have none; `refugees_at` makes such tables.
    excess
        Where there are more refugees than people of their birthplace in the stock, refuse, or take as many as there are.
    method
        For all others: a method that makes an account.
    choices
        Further choices of `estimate_flows`, for all others.

    Returns
    -------
    RefugeeFlows
        Flows of refugees, of others, and of all.

    Raises
    ------
    ValueError
        The arrays do not fit each other, an area is unknown, or a choice is none of those allowed.
    DataError
        Refugees are below zero, exceed the stock, or more fled than natives lived at home; or all that keeps the account
        of the others from being made.

    Notes
    -----
    1. Refugees from `k` in `i` are part of the cell `(k, i)` of the stock. They die at the rate of all residents of `i`.
    2. Where survivors are fewer than the refugees at the end, the difference fled from `k` to `i`; where they are more,
       it went back from `i` to `k`. Nobody moved on to another country of asylum.
    3. Those who fled are taken off the natives of `k` at the start, those who went back off its natives at the end, all
       refugees off their cells, their deaths off those of `i`. What remains is estimated by `method`.

    The part of refugees is balanced by itself: survivors and fled are as many as refugees at the end and those who went
    back. In a closed system and a world that balances to the person, the flows of both parts together have the net
    migration of the whole account. Otherwise they miss it by what matching, or the outside, puts into other cells once
    refugees are set aside: their natives are fewer.

    What the data cannot tell: a fall may also be a naturalisation, a resettlement or a change of the count; children born
    in exile may be counted as refugees and as natives of the country of asylum. The first makes returns too many, the
    second shows as excess.

    Examples
    --------
    >>> import xarray as xr
    >>> def table(cells, unit="persons"):
    ...     places = ["AAA", "BBB"]
    ...     return xr.DataArray(cells, {"birthplace": places, "destination": places}, attrs={"unit": unit})
    >>> none = xr.DataArray([0.0, 0.0], {"destination": ["AAA", "BBB"]}, ("destination",), attrs={"unit": "events"})
    >>> stocks = table([[90.0, 10.0], [0.0, 80.0]]), table([[70.0, 30.0], [5.0, 75.0]])
    >>> fled = table([[0.0, 0.0], [0.0, 0.0]]), table([[0.0, 15.0], [0.0, 0.0]])
    >>> found = refugee_flows(*stocks, births=none, deaths=none, refugees=fled)
    >>> float(found.fled.sum()), float(found.flow.sel(origin="AAA", destination="BBB"))
    (15.0, 20.0)
    """
    if excess not in get_args(Excess):
        raise ValueError(f"no choice {excess!r} of excess; there are {', '.join(get_args(Excess))}")
    if method not in METHODS:
        raise ValueError(
            f"{method} makes no account from which refugees could be taken; take one of {', '.join(METHODS)}"
        )
    start, end, births, deaths = aligned(stock_start, stock_end, births, deaths)
    places, residences = codes(start, "birthplace"), codes(start, "destination")
    natives = np.array([places.index(code) for code in residences], dtype=np.intp)
    tables = [_on_stock(table, start) for table in refugees]
    raise_if_any(
        [fault for table, when in zip(tables, ("start", "end"), strict=True) for fault in _below_zero(table, when)]
    )
    found = [_within(table.values, stock.values) for table, stock in zip(tables, (start, end), strict=True)]
    if excess == "refuse":
        raise_if_any(
            fault
            for (_, over), stock, when in zip(found, (start, end), ("start", "end"), strict=True)
            for fault in _exceeding(over, stock, when)
        )
    part = _part(found[0][0], found[1][0], start.values, deaths.values, natives)
    raise_if_any([*_too_few_at_home(part, start, natives, "start"), *_too_few_at_home(part, end, natives, "end")])
    others = estimate_flows(
        start.copy(data=start.values - part.start),
        end.copy(data=end.values - part.end),
        births=births,
        deaths=deaths.copy(data=deaths.values - part.deaths),
        method=method,
        **choices,
    )
    fled, back = _between(part.fled, natives), _between(part.back, natives).T
    coords = {"birthplace": places, "destination": residences}
    return RefugeeFlows(
        flow=labelled(np.nan_to_num(others.flow.values) + fled + back, residences),
        fled=labelled(fled, residences),
        went_back=labelled(back, residences),
        others=others,
        capped=xr.Dataset(
            {
                name: (("birthplace", "destination"), over)
                for name, (_, over) in zip(("start", "end"), found, strict=True)
            },
            coords,
            attrs={"unit": "persons"},
        ),
    )


def refugees_at(
    displaced: pl.DataFrame, day: date, *, like: xr.DataArray, measures: Sequence[str] = MEASURES
) -> xr.DataArray:
    """Refugees by origin and country of asylum on a day between two counts, in proportion to the time to each.

    UNHCR counts at the end of the year, stocks stand at mid-year: the figure is then the mean of two ends.

    Parameters
    ----------
    displaced
        Dataflow `DISPLACED` of one source.
    day
        The day of the stock.
    like
        A stock whose areas the result has, dims (birthplace, destination). Refugees of an origin that is no residence of
        it, or who live where it has none, are left out: nobody can be taken off a cell that is not there.
    measures
        Codes of MEASURE that are added up.

    Returns
    -------
    DataArray
        Persons, dims (birthplace, destination).

    Raises
    ------
    DataError
        The table has no count on or before the day, or none on or after it.

    Examples
    --------
    >>> from datetime import date
    >>> import polars as pl, xarray as xr
    >>> of_all = {"MEASURE": "REFUGEES", "CATEGORY": "_T", "SEX": "_T", "AGE": "_T", "ORIGIN": "AAA", "DESTINATION": "BBB"}
    >>> ends = pl.DataFrame([{**of_all, "TIME_PERIOD": f"{year}-12-31", "OBS_VALUE": year - 2000.0} for year in (2019, 2020)])
    >>> places = {"birthplace": ["AAA", "BBB"], "destination": ["AAA", "BBB"]}
    >>> like = xr.DataArray([[1.0, 1.0], [1.0, 1.0]], places, attrs={"unit": "persons"})
    >>> float(refugees_at(ends, date(2020, 7, 1), like=like).sel(birthplace="AAA", destination="BBB").round(2))
    19.5
    """
    chosen = displaced.filter(
        pl.col("MEASURE").is_in(list(measures))
        & (pl.col("SEX") == TOTAL)
        & (pl.col("AGE") == TOTAL)
        & (pl.col("CATEGORY") == TOTAL)
        & (pl.col("TIME_PERIOD").str.len_chars() == len("2020-12-31"))
        & (pl.col("ORIGIN") != pl.col("DESTINATION"))
    )
    days = sorted(date.fromisoformat(code) for code in chosen.get_column("TIME_PERIOD").unique())
    before, after = [one for one in days if one <= day], [one for one in days if one >= day]
    raise_if_any(_uncounted(before, after, days, day))
    first, last = before[-1], after[0]
    share = (day - first).days / (last - first).days if last > first else 0.0
    cells = (1 - share) * _counted(chosen, first, like) + share * _counted(chosen, last, like)
    return like.copy(data=cells).assign_attrs(unit="persons")


def _uncounted(before: list[date], after: list[date], days: list[date], day: date) -> list[Finding]:
    if before and after:
        return []
    fact = f"counts from {days[0]} to {days[-1]}" if days else "no count of refugees"
    return [Finding("refugees-uncounted", f"displaced persons on {day}", fact, "collect the years around that day")]


def _counted(table: pl.DataFrame, day: date, like: xr.DataArray) -> Floats:
    places, residences = codes(like, "birthplace"), codes(like, "destination")
    row, column = ({code: number for number, code in enumerate(labels)} for labels in (places, residences))
    cells = np.zeros(like.shape)
    rows = table.filter((pl.col("TIME_PERIOD") == day.isoformat()) & pl.col("OBS_VALUE").is_not_null())
    for origin, destination, persons in rows.select("ORIGIN", "DESTINATION", "OBS_VALUE").iter_rows():
        if origin in column and destination in column:
            cells[row[origin], column[destination]] += persons
    return cells


def _on_stock(table: xr.DataArray, stock: xr.DataArray) -> xr.DataArray:
    require_dims(table, ("birthplace", "destination"), name="refugees")
    for dim in ("birthplace", "destination"):
        strangers = sorted(set(codes(table, dim)) - set(codes(stock, "destination")))
        known = [code for code in strangers if table.sel({dim: code}).any()]
        if known:
            raise ValueError(f"refugees have {dim}s that are no residence of the stock: {', '.join(known[:8])}")
    return table.reindex(birthplace=stock["birthplace"], destination=stock["destination"], fill_value=0.0).astype(float)


def _below_zero(table: xr.DataArray, when: str) -> list[Finding]:
    places, residences = codes(table, "birthplace"), codes(table, "destination")
    return [
        AreaFinding(
            "value-negative",
            f"refugees at the {when}, from {places[row]} in {residences[column]}",
            f"{table.values[row, column]:,.0f} persons",
            "correct the number; nobody is a refugee at home",
            (places[row], residences[column]),
        )
        for row, column in np.argwhere(
            ~(table.values >= 0) | ((np.array(places)[:, None] == np.array(residences)) & (table.values != 0))
        )
    ]


def _within(refugees: Floats, stock: Floats) -> tuple[Floats, Floats]:
    """Refugees who are in the stock, and those who are beyond it."""
    kept = np.minimum(refugees, np.maximum(stock, 0.0))
    return kept, refugees - kept


def _exceeding(over: Floats, stock: xr.DataArray, when: str) -> list[Finding]:
    places, residences = codes(stock, "birthplace"), codes(stock, "destination")
    cells = sorted(np.argwhere(over > _PERSONS).tolist(), key=lambda at: -over[tuple(at)])
    return [
        AreaFinding(
            "refugees-exceed-stock",
            f"refugees at the {when}, from {places[row]} in {residences[column]}",
            f"{over[row, column]:,.0f} more than the {stock.values[row, column]:,.0f} born there whom the stock counts",
            "bring both to one definition, or take as many as the stock has (excess='cap')",
            (places[row], residences[column]),
            float(over[row, column]),
        )
        for row, column in cells
    ]


@dataclass(frozen=True, slots=True)
class _Part:
    """What refugees take off an account, shape (birthplaces, residences); `deaths` by residence."""

    start: Floats
    end: Floats
    deaths: Floats
    fled: Floats
    back: Floats


def _part(start: Floats, end: Floats, stock: Floats, deaths: Floats, natives: NDArray[np.intp]) -> _Part:
    residents = stock.sum(axis=0)
    dying = np.divide(deaths, residents, out=np.zeros_like(deaths), where=residents > 0)
    alive = start * (1 - dying)
    fled, back = np.maximum(end - alive, 0.0), np.maximum(alive - end, 0.0)
    at_home = natives, np.arange(natives.size)
    taken_start, taken_end = start.copy(), end.copy()
    # Where all residents died, endless many would have had to live for anybody to flee: it is refused with its name.
    alive_share = np.where(dying < 1, 1 - dying, np.finfo(float).tiny)
    with np.errstate(over="ignore"):
        taken_start[at_home] += fled.sum(axis=1)[natives] / alive_share
    taken_end[at_home] += back.sum(axis=1)[natives]
    # Those who fled are survivors: among as many natives as they were at the start, some died before they could.
    with np.errstate(over="ignore"):
        lost = (start * dying).sum(axis=0) + fled.sum(axis=1)[natives] * dying / alive_share
    return _Part(taken_start, taken_end, lost, fled, back)


def _too_few_at_home(part: _Part, stock: xr.DataArray, natives: NDArray[np.intp], when: str) -> list[Finding]:
    residences = codes(stock, "destination")
    taken = part.start if when == "start" else part.end
    at_home = natives, np.arange(natives.size)
    lacking = taken[at_home] - np.maximum(stock.values[at_home], 0.0)
    word = "fled" if when == "start" else "went back"
    return [
        AreaFinding(
            "refugees-exceed-stock",
            f"natives of {residences[area]} at the {when}",
            f"{lacking[area]:,.0f} fewer than the {taken[at_home][area]:,.0f} who {word}"
            if np.isfinite(lacking[area])
            else f"none survives, and some {word}",
            "check refugees and population of that area",
            (residences[area],),
            float(lacking[area]),
        )
        for area in np.flatnonzero((lacking > _PERSONS) & (taken[at_home] > 0))
    ]


def _between(moved: Floats, natives: NDArray[np.intp]) -> Floats:
    """Movers by birthplace and residence as flows from the birthplace, shape (origins, destinations)."""
    found: Floats = moved[natives]
    return found
