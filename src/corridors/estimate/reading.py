"""Reading a result: the account behind one number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from corridors.concepts.ages import TOTAL
from corridors.estimate._accounting import survivors
from corridors.estimate._checks import codes
from corridors.estimate._deaths import by_account
from corridors.estimate.explanation import AreaAccount, Explanation
from corridors.estimate.flows import METHODS, FlowEstimate, MethodName, joining_of
from corridors.estimate.world import WorldEstimate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.estimate._given import Given

    Floats = NDArray[np.float64]

_COLUMNS = ("BIRTHPLACE", "SPLIT", "SHARE", "LEAVING", "ARRIVING", "MOVING", "OBS_VALUE")


def explain(
    result: WorldEstimate | FlowEstimate,
    origin: str,
    destination: str,
    period: str | None = None,
    *,
    sex: str | None = None,
    method: MethodName | None = None,
) -> Explanation:
    """The account behind one flow: who lived where, was born, died, stayed, left and came, and which birthplaces it joins.

    Parameters
    ----------
    result
        What `estimate_world` gives, or one estimate of a method that makes an account.
    origin, destination
        Codes of two different areas of the result.
    period
        Label (`2015-2020`) or code of a period of the world; may be left out where it has one.
    sex
        Code of SEX; by default both sexes, where the world has them.
    method
        By default the first that the world was estimated by.

    Returns
    -------
    Explanation
        Both sides of the account and the birthplaces whose contributions sum to the flow.

    Raises
    ------
    ValueError
        The result has no such area, period, sex or method; origin and destination are one; or the method makes no
        account.

    Examples
    --------
    >>> from corridors.estimate import explain
    >>> from corridors.estimate.flows import estimate_flows
    >>> from corridors.testing import world
    >>> given = world(5, 1)
    >>> found = estimate_flows(given.stock_start, given.stock_end, births=given.births, deaths=given.deaths)
    >>> first, second = found.flow["origin"].values.tolist()[:2]
    >>> account = explain(found, first, second)
    >>> abs(account.contributions["OBS_VALUE"].sum() - account.flow) < 1e-6
    True
    """
    if isinstance(result, WorldEstimate):
        label, sex, estimate = _chosen(result, period, sex, method)
    else:
        label, estimate = period or "", result
    require_account(estimate.method)
    if estimate.given is None:
        raise ValueError("the estimate does not say what it was made from; take it as `estimate_flows` gives it")
    areas = codes(estimate.flow, "origin")
    strangers = [code for code in (origin, destination) if code not in areas]
    if strangers:
        raise ValueError(f"no area {', '.join(strangers)}; there are {', '.join(areas)}")
    if origin == destination:
        raise ValueError(f"{origin} is both origin and destination; nobody moves from an area to itself")
    at = areas.index(origin), areas.index(destination)
    parts, moved = _parts(estimate, at)
    flow = float(estimate.flow.values[at])
    sides = _sides(estimate, estimate.given, at, moved)
    return Explanation(
        origin=sides[0],
        destination=sides[1],
        flow=flow,
        period=label or None,
        sex=sex,
        method=estimate.method,
        seeded=estimate.seed is not None,
        parts=parts,
        reconciled=flow - float(parts.get_column("OBS_VALUE").sum()),
    )


def require_account(method: str) -> None:
    """Refuse a method that makes no account.

    Raises
    ------
    ValueError
        With the methods that do.
    """
    if method not in METHODS:
        raise ValueError(f"{method} makes no account to read; take one of {', '.join(METHODS)}")


def _chosen(
    world: WorldEstimate, period: str | None, sex: str | None, method: str | None
) -> tuple[str, str, FlowEstimate]:
    """Period, sex and estimate that are meant."""
    periods = {account.period.label: account.period.code for account, _ in world.estimates}
    sexes = list(dict.fromkeys(account.sex for account, _ in world.estimates))
    methods = list(dict.fromkeys(one.method for _, one in world.estimates))
    if period is None and len(periods) != 1:
        raise ValueError(f"say the period; there are {', '.join(periods)}")
    meant = [label for label, code in periods.items() if period in (None, label, code)]
    asked = sex or (TOTAL if TOTAL in sexes or not sexes else sexes[0])
    for name, wish, found, known in (
        ("period", period, bool(meant), list(periods)),
        ("sex", asked, asked in sexes, sexes),
        ("method", method, method in (None, *methods), methods),
    ):
        if not found:
            raise ValueError(f"no {name} {wish!r}; there are {', '.join(known)}")
    return next(
        (meant[0], asked, one)
        for account, one in world.estimates
        if (account.period.label, account.sex, one.method) == (meant[0], asked, method or methods[0])
    )


def _parts(estimate: FlowEstimate, at: tuple[int, int]) -> tuple[pl.DataFrame, tuple[Floats, Floats, Floats, Floats]]:
    """Rows of `Explanation.parts`; and by birthplace those who left and came to each of the two areas."""
    places = codes(estimate.start, "birthplace")
    origin, destination = at
    rows = []
    moved = np.zeros((4, len(places)))
    for part in joining_of(estimate).parts(estimate.start.values, estimate.end.values):
        for row in np.flatnonzero(part.leaving.sum(axis=1) > 0).tolist():
            table = part.of_birthplace(row)
            moved[:, row] += (
                table[origin].sum(), table[:, origin].sum(), table[destination].sum(), table[:, destination].sum()
            )  # fmt: skip
            if table[at] > 0:
                r, c = part.leaving[row, origin], part.arriving[row, destination]
                rows.append((places[row], part.name, part.share, r, c, part.arriving[row].sum(), table[at]))
    kinds = {name: pl.String if name in _COLUMNS[:2] else pl.Float64 for name in _COLUMNS}
    return pl.DataFrame(rows, schema=kinds, orient="row"), (moved[0], moved[1], moved[2], moved[3])


def _sides(
    estimate: FlowEstimate, given: Given, at: tuple[int, int], moved: tuple[Floats, Floats, Floats, Floats]
) -> tuple[AreaAccount, AreaAccount]:
    places, areas = codes(estimate.start, "birthplace"), codes(estimate.flow, "origin")
    natives = np.array([places.index(code) for code in areas], dtype=np.intp)
    stocks = given.stock_start.values, given.stock_end.values
    alive = survivors(
        *stocks,
        births=given.births.values,
        deaths=given.deaths.values,
        natives=natives,
        match=estimate.match,
        born_as=given.born_as,
        mortality=by_account if given.died_by == "accounting" else None,
    )
    stages = (alive.start, alive.end), (estimate.start.values, estimate.end.values)

    def side(column: int, left: Floats, came: Floats) -> AreaAccount:
        events = float(given.deaths.values[column]), float(given.births.values[column])
        known, lived, closed = ([float(table[:, column].sum()) for table in pair] for pair in (stocks, *stages))
        survived = [pair[:, column] for pair in stages[1]]
        shifted = [np.abs(pair[1][:, column] - pair[0][:, column]).sum() / 2 for pair in zip(*stages, strict=True)]
        outside = [closed[date] - lived[date] for date in (0, 1)]
        return AreaAccount(
            area=areas[column],
            births=events[1],
            deaths=events[0],
            natives=(float(stocks[0][natives[column], column]), float(stocks[1][natives[column], column])),
            repaired=sum(float(np.maximum(-table[:, column], 0.0).sum()) for table in stocks),
            matched=(lived[0] - (known[0] - events[0]), lived[1] - (known[1] - events[1])),
            shifted=float(sum(shifted)),
            outside=(outside[0], outside[1]),
            birthplaces=pl.DataFrame(
                {
                    "BIRTHPLACE": places,
                    "STOCK_START": stocks[0][:, column],
                    "STOCK_END": stocks[1][:, column],
                    "SURVIVORS_START": survived[0],
                    "SURVIVORS_END": survived[1],
                    "STAYERS": survived[0] - left,
                    "LEAVERS": left,
                    "ARRIVERS": came,
                }
            ),
        )

    return side(at[0], moved[0], moved[1]), side(at[1], moved[2], moved[3])
