"""Net migration from two censuses: by survival ratios, for children by their mothers, and by births and deaths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from corridors.concepts.ages import AgeGroup
from corridors.concepts.findings import Finding, raise_if_any

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Share of the net migration of women that their children born in the interval have: those born in its last five years
#: were exposed for a quarter of it, those of its first five for three quarters (United Nations 1970).
EXPOSURE = (0.25, 0.75)


@dataclass(frozen=True, slots=True)
class SurvivalNet:
    """Net migration of cohorts between two censuses, by age at the second (dim age), other dims as given.

    Parameters
    ----------
    forward
        Counted less expected survivors: those who migrated and lived to the end.
    reverse
        Counted brought back to the start, less those there: migrants at the start, none of them dead yet.
    average
        Mean of both, as if migration fell in the middle of the interval.
    expected_end, expected_start
        Survivors of the first census, and the second census brought back.
    """

    forward: xr.DataArray
    reverse: xr.DataArray
    average: xr.DataArray
    expected_end: xr.DataArray
    expected_start: xr.DataArray


def net_by_survival(
    population_start: xr.DataArray, population_end: xr.DataArray, *, survival: xr.DataArray, years: int
) -> SurvivalNet:
    """Net migration as what survival does not explain.

    Parameters
    ----------
    population_start
        Persons with the dim age (codes of `corridors.concepts.ages`, for example "Y0T4" .. "Y_GE60"), other dims free.
    population_end
        The same a census later, with every cohort at its new age ("Y10T14" .. "Y_GE70" after ten years). Ages of those
        born in between may be there; they are left to `net_of_children`.
    survival
        Share alive at the end, by age at the start, above zero: census or life table survival ratios.
    years
        Between the censuses.

    Returns
    -------
    SurvivalNet
        By age at the end.

    Raises
    ------
    ValueError
        An array has no dim age or a code that is no age group, or years is not above zero.
    DataError
        A cohort lacks its new age or its survival ratio, or a ratio is not between zero and one and a half (census ratios
        may exceed one by undercount).

    References
    ----------
    United Nations (1970), Methods of Measuring Internal Migration, Manual VI.
    Bogue, D. J., Hinze, K. and White, M. (1982), Techniques of Estimating Net Migration, University of Chicago.

    Examples
    --------
    >>> import xarray as xr
    >>> start = xr.DataArray([1_000.0, 400.0], {"age": ["Y0T9", "Y_GE10"]}, attrs={"unit": "persons"})
    >>> end = xr.DataArray([950.0, 300.0], {"age": ["Y10T19", "Y_GE20"]}, attrs={"unit": "persons"})
    >>> ratio = xr.DataArray([0.9, 0.8], {"age": ["Y0T9", "Y_GE10"]})
    >>> found = net_by_survival(start, end, survival=ratio, years=10)
    >>> found.forward.values.tolist(), found.reverse.values.round(1).tolist()
    ([50.0, -20.0], [55.6, -25.0])
    """
    if years <= 0:
        raise ValueError(f"years is {years}; it is the time between the censuses, above zero")
    for name, array in (
        ("population_start", population_start),
        ("population_end", population_end),
        ("survival", survival),
    ):
        if "age" not in array.dims:
            raise ValueError(f"{name} has dims {array.dims}; expected age among them")
    ages = _codes(population_start)
    later = [_older(code, years) for code in ages]
    raise_if_any([*_lost(later, population_end, "second census"), *_lost(ages, survival, "survival ratios")])
    start, end = population_start.astype(float), population_end.sel(age=later).astype(float)
    ratios = survival.sel(age=ages).astype(float)
    raise_if_any(_wrong_ratios(ratios))
    start, ratios = start.assign_coords(age=later), ratios.assign_coords(age=later)
    start, end, ratios = xr.align(start, end, ratios, join="exact")
    expected_end, expected_start = start * ratios, end / ratios
    forward, reverse = end - expected_end, expected_start - start
    parts = (forward, reverse, (forward + reverse) / 2, expected_end, expected_start)
    return SurvivalNet(*(part.transpose(*end.dims).assign_attrs(end.attrs) for part in parts))


def net_of_children(
    net_of_women: xr.DataArray,
    *,
    children: xr.DataArray,
    women: xr.DataArray,
    mothers: Sequence[Sequence[str]],
    exposure: Sequence[float] = EXPOSURE,
) -> xr.DataArray:
    """Net migration of those born between the censuses, by that of their mothers.

    ``net_c = exposure_c (children_c / women_c) net_women_c`` where the women of child group `c` are those of `mothers[c]`.

    Parameters
    ----------
    net_of_women
        One of the three estimates of `net_by_survival` for women, dim age (at the second census).
    children
        Counted at the second census, dim age: the youngest group first.
    women
        Counted at the second census, dim age.
    mothers
        For each group of children the age codes of women who may be their mothers, for example 15-44 and 20-49.
    exposure
        For each group of children the mean share of the interval they lived through.

    Raises
    ------
    ValueError
        The three lists have not the same length, or an age is not there.
    DataError
        No women were counted at the ages of the mothers.

    References
    ----------
    United Nations (1970), Methods of Measuring Internal Migration, Manual VI.

    Examples
    --------
    >>> import xarray as xr
    >>> net = xr.DataArray([40.0], {"age": ["Y20T29"]}, attrs={"unit": "persons"})
    >>> women = xr.DataArray([100.0], {"age": ["Y20T29"]}, attrs={"unit": "persons"})
    >>> children = xr.DataArray([50.0], {"age": ["Y0T4"]}, attrs={"unit": "persons"})
    >>> net_of_children(net, children=children, women=women, mothers=[["Y20T29"]], exposure=[0.25]).values.tolist()
    [5.0]
    """
    groups = _codes(children)
    if not len(groups) == len(mothers) == len(exposure):
        raise ValueError(
            f"{len(groups)} groups of children, {len(mothers)} of mothers, {len(exposure)} exposures; give one for each"
        )
    for name, array in (("net_of_women", net_of_women), ("women", women)):
        lost = sorted({code for ages in mothers for code in ages} - set(_codes(array)))
        if lost:
            raise ValueError(f"{name} has no age {', '.join(lost)}; there are {', '.join(_codes(array))}")
    found, empty = [], []
    for group, ages, share in zip(groups, mothers, exposure, strict=True):
        counted = women.sel(age=list(ages)).sum("age")
        if not bool((counted > 0).all()):
            empty.append(group)
        found.append(share * children.sel(age=group) / counted * net_of_women.sel(age=list(ages)).sum("age"))
    raise_if_any(
        Finding(
            "population-missing", f"mothers of children aged {group}", "no women", "give ages at which there are women"
        )
        for group in empty
    )
    return xr.concat(found, dim=children["age"]).transpose(*children.dims).assign_attrs(net_of_women.attrs)


def net_by_balance(
    population_start: xr.DataArray, population_end: xr.DataArray, *, births: xr.DataArray, deaths: xr.DataArray
) -> xr.DataArray:
    """Net migration as growth less natural increase (the vital statistics method).

    Parameters
    ----------
    population_start, population_end, births, deaths
        Persons and events of the period, the same dims and labels.

    Raises
    ------
    ValueError
        Dims or labels differ.

    References
    ----------
    Bogue, D. J., Hinze, K. and White, M. (1982), Techniques of Estimating Net Migration, University of Chicago.

    Examples
    --------
    >>> import xarray as xr
    >>> def one(value):
    ...     return xr.DataArray([value], {"destination": ["AAA"]}, attrs={"unit": "persons"})
    >>> net_by_balance(one(100.0), one(108.0), births=one(12.0), deaths=one(9.0)).values.tolist()
    [5.0]
    """
    arrays = (population_start, population_end, births, deaths)
    if len({array.dims for array in arrays}) > 1:
        raise ValueError(f"the arrays have dims {[array.dims for array in arrays]}; expected the same")
    start, end, births, deaths = xr.align(*arrays, join="exact")
    return ((end - start) - (births - deaths)).assign_attrs(population_end.attrs)


def _codes(array: xr.DataArray) -> list[str]:
    return [str(code) for code in array["age"].values]


def _older(code: str, years: int) -> str:
    group = AgeGroup.from_code(code)
    return AgeGroup(group.start + years, group.width).code


def _lost(ages: Iterable[str], array: xr.DataArray, name: str) -> list[Finding]:
    have = _codes(array)
    return [
        Finding(
            "value-missing",
            f"{name}, age {age}",
            "no such age",
            "sum single ages to the cohorts of the first census, with the open age older by the interval",
        )
        for age in ages
        if age not in have
    ]


def _wrong_ratios(ratios: xr.DataArray) -> list[Finding]:
    bad = np.argwhere(~((ratios.values > 0) & (ratios.values <= 1.5)))
    ages, axis = ratios["age"].values, ratios.dims.index("age")
    return [
        Finding(
            "value-unreadable",
            f"survival ratio at age {ages[at[axis]]}",
            f"{ratios.values[tuple(at)]:g}, not between 0 and 1.5",
            "give the share of the age group alive at the second census",
        )
        for at in bad
    ]
