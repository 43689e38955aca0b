"""Flows from stocks alone, with the people who come and go while a stock stays the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import xarray as xr

from corridors.concepts.findings import DataError, Finding
from corridors.estimate._accounting import Match
from corridors.estimate._circulation import Rates, circulation
from corridors.estimate._netclose import close_net
from corridors.estimate.flows import estimate_flows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Constants chosen on synthetic worlds, never on the flows of the table to be estimated; see the page on flows.
RATES = Rates()
METHOD = "circ-closed"


@dataclass(frozen=True, slots=True)
class CirculationEstimate:
    """Flows over a period, their types, and what was done to the data on the way.

    Parameters
    ----------
    flow
        Persons who moved, dims (origin, destination); the diagonal is empty.
    outward, returned
        Of these, persons born at the origin and persons born at the destination. The rest is transit.
    start, end
        The accounted survivors at both dates: dims (birthplace, origin) and (birthplace, destination). Flows explain
        their totals by residence to the last person, and their birthplaces only as far as the stocks can be trusted.
    method, match, years, stock_error
        As asked for.
    repaired, matched, shifted
        Persons in native-born cells below zero, matched to the world's growth, and shifted to close the account.
    net_error
        Largest difference of in less out from the account, in persons.
    """

    flow: xr.DataArray
    outward: xr.DataArray
    returned: xr.DataArray
    start: xr.DataArray
    end: xr.DataArray
    method: Literal["circ-closed"]
    match: Match
    years: float
    stock_error: float
    repaired: float
    matched: float
    shifted: float
    net_error: float

    @property
    def transit(self) -> xr.DataArray:
        """Persons born neither at the origin nor at the destination, or of unknown birthplace."""
        rest = (self.flow - self.outward - self.returned).clip(min=0)
        rest.attrs.update(self.flow.attrs)
        return rest


def estimate_circulation(  # noqa: PLR0913  # two stocks, two events and three choices, as for the other methods
    stock_start: xr.DataArray,
    stock_end: xr.DataArray,
    *,
    births: xr.DataArray,
    deaths: xr.DataArray,
    match: Match = "after",
    years: float = 5.0,
    stock_error: float = RATES.noise,
) -> CirculationEstimate:
    """Flows when every diaspora is renewed from home and sends people home, beside its growth.

    Minimum migration reads every error of a stock as a move and leaves out all moves that cancel. Here a diaspora with
    mean `m` and growth `g` receives `a` from home and loses `r` to it, with ``a - r`` the likely growth and ``a r`` the
    product of what is expected of both; a small share moves to third places; and all flows are then brought to net
    migration exactly, the large ones giving way first.

    Parameters
    ----------
    stock_start, stock_end
        Persons by birthplace and residence, dims (birthplace, destination), as `corridors.estimate.flows` takes them.
    births, deaths
        Events of the period by residence, dims (destination,).
    match
        When the native-born take up the difference of world growth and natural increase.
    years
        Length of the period: the rates of return and of onward moves grow with it, the errors of stocks do not.
    stock_error
        Standard deviation of the error in the growth of a stock, as a share of the stock. Tables that are revised or
        interpolated between censuses have more than the default.

    Returns
    -------
    CirculationEstimate
        Flows, their types, and the accounted tables.

    Raises
    ------
    ValueError
        The arrays do not fit each other, `match` is none of those allowed, `years` is not above zero, or `stock_error`
        is below zero.
    DataError
        As for `corridors.estimate.flows.estimate_flows`; and net migration that no flows reach (`account-unsettled`).

    Notes
    -----
    With survivors ``P`` and ``Q`` of an account closed as in Abel and Sander (2014), for birthplace `k` and residence
    `j`, ``m = (P + Q) / 2`` and ``g = Q - P``:

    1. ``e_kj = h + max(0.7 g_k+ / m_k+ + 0.25 g_+j / m_+j, 0)``, the expected rate of arrivals, with ``h = 0.075`` the
       rate of return over five years;
    2. ``t_kj = (0.7 e_kj)^2 / ((0.7 e_kj)^2 + s^2)``, with ``s`` the stock error: the trust in the diaspora's own growth;
       likely growth is ``l_kj = (1 - t_kj) (e_kj - h) m_kj + t_kj g_kj``;
    3. ``a_kj = (l + sqrt(l^2 + 4 e h m^2)) / 2`` and ``r_kj = a_kj - l_kj``: of all pairs with that growth the nearest in
       relative entropy to ``e m`` and ``h m``;
    4. ``f_ij = a_ij + r_ji + 0.03 sum_k m_ki m_kj / m_k+`` over third places, and the least moves of birthplaces without
       a residence;
    5. ``y_ij = f_ij exp(w_ij (u_j - u_i))`` with ``w_ij = (f_ij / max f)^0.75``, and `u` such that in less out is the
       growth of the accounted residents.

    References
    ----------
    Azose, J. J. and Raftery, A. E. (2019), PNAS 116(1), https://doi.org/10.1073/pnas.1722334116 (return and transit).
    Abel, G. J. and Sander, N. (2014), Science 343, https://doi.org/10.1126/science.1248676 (the account).
    Willekens, F. (1999), Mathematical Population Studies 7(3), 239-278 (relative entropy).

    Examples
    --------
    >>> from corridors.testing import world
    >>> given = world(5, 1)
    >>> found = estimate_circulation(given.stock_start, given.stock_end, births=given.births, deaths=given.deaths)
    >>> found.net_error < 0.01, bool(found.returned.sum() > 0)
    (True, True)
    """
    if not 0 < years < np.inf:
        raise ValueError(f"years is {years}; it is the length of the period, above zero")
    if not 0 <= stock_error < np.inf:
        raise ValueError(f"stock_error is {stock_error}; it is a share of the stock, zero or more")
    account = estimate_flows(stock_start, stock_end, births=births, deaths=deaths, method="ind-closed", match=match)
    start, end = account.start.values, account.end.values
    places = [str(code) for code in account.end["birthplace"].values]
    codes = [str(code) for code in account.end["destination"].values]
    natives = np.array([places.index(code) for code in codes], dtype=np.intp)
    rates = replace(RATES.over(years), noise=stock_error)
    moved = circulation(start, end, natives=natives, rates=rates)
    closed = close_net(moved.all, net=end.sum(axis=0) - start.sum(axis=0), power=rates.power)
    if not closed.holds:
        raise DataError([_unsettled(closed.error)])
    return CirculationEstimate(
        flow=_labelled(moved.all * closed.factor, codes),
        outward=_labelled(moved.outward * closed.factor, codes),
        returned=_labelled(moved.returned * closed.factor, codes),
        start=account.start,
        end=account.end,
        method="circ-closed",
        match=match,
        years=years,
        stock_error=stock_error,
        repaired=account.repaired,
        matched=account.matched,
        shifted=account.shifted,
        net_error=closed.error,
    )


def _unsettled(error: float) -> Finding:
    return Finding(
        "account-unsettled",
        "net migration of the closed account",
        f"it is still missed by {error:,.3f} persons",
        "check areas that grow by migration and have neither foreign-born nor natives abroad, or choose min-closed",
    )


def _labelled(table: Floats, codes: list[str]) -> xr.DataArray:
    """Flows with their codes; nobody moves from an area to itself, so the diagonal is empty."""
    table = table.copy()
    np.fill_diagonal(table, np.nan)
    return xr.DataArray(
        table, {"origin": codes, "destination": codes}, ("origin", "destination"), attrs={"unit": "persons"}
    )
