"""Flows under one rule on the length of stay, from flows under another; and five-year equivalents of annual flows.

A relocation is a migration when the person then stays for some time: no time at all, 3, 6 or 12 months, depending on the
country. With a constant rate of leaving again the length of stay is exponential, and each rule keeps a known share of the
relocations (Nowok and Willekens 2011).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    Figures = TypeVar("Figures", float, NDArray[np.float64], xr.DataArray)
else:
    Figures = TypeVar("Figures")


def share_that_stays(rate: Figures, *, months: float) -> Figures:
    """Share of relocations that are followed by a stay of at least so many months: ``exp(-rate months / 12)``.

    Parameters
    ----------
    rate
        Rate of leaving again, per person and year, zero or more; a number or an array by corridor.
    months
        Least length of stay, zero or more.

    Raises
    ------
    ValueError
        A rate or the months are below zero or no number.

    References
    ----------
    Nowok, B. and Willekens, F. (2011), Population, Space and Place 17(5), 521-533, https://doi.org/10.1002/psp.624.

    Examples
    --------
    >>> float(round(share_that_stays(0.2, months=12), 4))
    0.8187
    """
    _require_rate(rate)
    _require_months(months)
    stay: Any = np.exp(-rate * (months / 12))
    found: Figures = stay
    return found


def convert_duration(flow: Figures, *, of: float, to: float, rate: Figures | float) -> Figures:
    """Flows under the rule of `to` months from flows under the rule of `of` months.

    Assumptions: whoever has arrived leaves again at a constant rate, whichever rule counts them and however long they
    have been there; the rule is about the stay that followed, not about intentions (they are taken to come true); all
    relocations of the period are counted, also those whose stay ends after it.

    Parameters
    ----------
    flow
        Migrations of a period, a number or an array.
    of, to
        Least length of stay in months, zero or more: 0, 3, 6 and 12 are usual.
    rate
        Rate of leaving again, per person and year: one for all, or an array like `flow`. `leaving_rate` finds it where
        flows are known under two rules.

    Raises
    ------
    ValueError
        A rate or the months are below zero or no number.

    References
    ----------
    Nowok, B. and Willekens, F. (2011), Population, Space and Place 17(5), 521-533, https://doi.org/10.1002/psp.624.

    Examples
    --------
    >>> float(round(convert_duration(1000.0, of=3, to=12, rate=0.5), 1))
    687.3
    """
    _require_rate(rate)
    for months in (of, to):
        _require_months(months)
    found: Figures = flow * np.exp(-rate * ((to - of) / 12))
    return found


def leaving_rate(shorter: Figures, longer: Figures, *, months: tuple[float, float]) -> Figures:
    """Rate of leaving again, per person and year, from flows of one period under two rules.

    Parameters
    ----------
    shorter, longer
        Migrations under the rule of the shorter and of the longer stay, above zero.
    months
        Least lengths of stay of the two rules.

    Raises
    ------
    ValueError
        The second rule is not the longer one, a flow is not above zero, or more stayed for longer than for shorter.

    References
    ----------
    Nowok, B. and Willekens, F. (2011), Population, Space and Place 17(5), 521-533, https://doi.org/10.1002/psp.624.

    Examples
    --------
    >>> float(round(leaving_rate(1000.0, 687.3, months=(3, 12)), 3))
    0.5
    """
    for one in months:
        _require_months(one)
    if not months[1] > months[0]:
        raise ValueError(f"months are {months}; the second rule asks for the longer stay")
    if not (np.all(np.asarray(longer) > 0) and np.all(np.asarray(shorter) >= np.asarray(longer))):
        raise ValueError("flows under the longer stay are above zero and no more than those under the shorter stay")
    rate: Any = np.log(shorter / longer) * (12 / (months[1] - months[0]))
    found: Figures = rate
    return found


def period_equivalent(flows: xr.DataArray, *, years: int, at_least: int = 1) -> xr.DataArray:
    """Annual flows as flows of a period: the mean of the years that are known, times its years.

    Assumptions: years without a figure were like the others; every move counts, so that whoever moves on or back within
    the period is in it (transitions over the period are fewer, see `corridors.harmonise.transitions`). Abel and Cohen
    (2022) compare five-year estimates with this equivalent.

    Parameters
    ----------
    flows
        Persons, with the dim `period` of one-year periods; not a number where nothing was reported.
    years
        Length of the period in years.
    at_least
        Years that must be known; corridors with fewer are not a number.

    Raises
    ------
    ValueError
        There is no dim `period`, it holds more than `years`, or `at_least` is none of 1 to `years`.

    References
    ----------
    Abel, G. J. and Cohen, J. E. (2022), Scientific Data 9, 173, https://doi.org/10.1038/s41597-022-01271-z.

    Examples
    --------
    >>> import xarray as xr
    >>> known = xr.DataArray([10.0, float("nan"), 14.0], {"period": ["2015", "2016", "2017"]}, attrs={"unit": "persons"})
    >>> float(period_equivalent(known, years=5))
    60.0
    """
    if "period" not in flows.dims:
        raise ValueError(f"flows have dims {flows.dims}; one of them must be 'period'")
    if flows.sizes["period"] > years:
        raise ValueError(f"{flows.sizes['period']} years in a period of {years}")
    if not 1 <= at_least <= years:
        raise ValueError(f"at_least is {at_least}; it is a number of years from 1 to {years}")
    known = flows.notnull().sum("period")
    mean = flows.sum("period", skipna=True) / known.where(known >= at_least)
    return (years * mean).assign_attrs(flows.attrs)


def _require_rate(rate: object) -> None:
    if not np.all(np.asarray(rate, dtype=float) >= 0):
        raise ValueError("a rate of leaving is below zero or no number; it is per person and year")


def _require_months(months: float) -> None:
    if not (np.isfinite(months) and months >= 0):
        raise ValueError(f"{months} months; a length of stay is zero or more")
