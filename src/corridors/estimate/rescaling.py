"""Net migration that adds up to zero, and whole persons that add up to a total."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import xarray as xr

from corridors.concepts.findings import Finding, raise_if_any
from corridors.estimate._accounting import ratio
from corridors.estimate._margins import relabelled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Whether areas keep the sign of their net migration; see `rescale_net`.
Rescaling = Literal["keep-signs", "shift"]


def rescale_net(
    net: xr.DataArray, *, method: Rescaling = "keep-signs", weights: xr.DataArray | None = None
) -> xr.DataArray:
    """Net migration of all areas brought to a sum of zero.

    Parameters
    ----------
    net
        Arrivals less departures, one dim (areas), or rates when `weights` are given.
    method
        "keep-signs" scales gains and losses separately to the mean of their sizes, so that nobody changes sign and zero
        stays zero; "shift" takes the mean off every area.
    weights
        What a rate is a rate of (population), with the dim of `net`: then ``sum(weights * net)`` becomes zero.

    Returns
    -------
    DataArray
        As `net`; whole persons follow by `whole_numbers`.

    Raises
    ------
    ValueError
        The method is not known, or dims and labels do not fit.
    DataError
        A value is missing, a weight is not above zero, or all areas gain (or lose) and no scaling keeps their signs.

    References
    ----------
    Abel, G. J. (2018), Demographic Research 38(54), https://doi.org/10.4054/DemRes.2018.38.54.

    Examples
    --------
    >>> import xarray as xr
    >>> net = xr.DataArray([-60.0, 10, 30], {"destination": ["AAA", "BBB", "CCC"]}, attrs={"unit": "persons"})
    >>> rescale_net(net).values.tolist(), rescale_net(net, method="shift").values.round(2).tolist()
    ([-50.0, 12.5, 37.5], [-53.33, 16.67, 36.67])
    """
    if method not in get_args(Rescaling):
        raise ValueError(f"no method {method!r}; there are {', '.join(get_args(Rescaling))}")
    if net.ndim != 1:
        raise ValueError(f"net has dims {net.dims}; expected one, the areas")
    weight = np.ones(net.size) if weights is None else relabelled(weights, net, "weights").values.astype(float)
    values = net.values.astype(float)
    raise_if_any(_faults(net, values, weight))
    counts = values * weight
    if method == "shift":
        return net.copy(data=values - counts.sum() / weight.sum())
    gains, losses = counts[counts > 0].sum(), -counts[counts < 0].sum()
    raise_if_any(_one_sided(gains, losses))
    middle = (gains + losses) / 2
    factor = np.where(values > 0, ratio(middle, gains), ratio(middle, losses))
    return net.copy(data=values * factor)


def whole_numbers(values: xr.DataArray, *, total: int | None = None) -> xr.DataArray:
    """Whole numbers near the values that add up to a total.

    Values are scaled to the total, rounded down, and the persons left over go to the largest remainders (Hamilton's method);
    of equal remainders to the larger value, then to the first. The same values always give the same answer.

    Parameters
    ----------
    values
        Any dims. Values of both signs (net migration) are shifted by remainders only, never scaled.
    total
        Whole; None means the rounded sum of the values.

    Raises
    ------
    ValueError
        Values of both signs, or all zero, are asked to have another sum than they have.
    DataError
        A value is missing.

    Examples
    --------
    >>> import xarray as xr
    >>> values = xr.DataArray([1.0, 1.0, 2.0], {"destination": ["AAA", "BBB", "CCC"]}, attrs={"unit": "persons"})
    >>> whole_numbers(values, total=10).values.tolist()
    [3.0, 2.0, 5.0]
    """
    found = values.values.astype(float)
    raise_if_any(_faults(values, found, np.ones_like(found)))
    wanted = round(float(found.sum())) if total is None else total
    same_sign = bool((found >= 0).all() or (found <= 0).all())
    if same_sign and found.any() and wanted * found.sum() >= 0:
        found = found * (wanted / found.sum())
    elif abs(found.sum() - wanted) > found.size:
        raise ValueError(
            f"the values add up to {found.sum():,g} and cannot be scaled to {wanted:,}; only values of one sign can"
        )
    floor = np.floor(found)
    left = round(wanted - floor.sum())
    order = np.lexsort((np.arange(found.size), -np.abs(found).ravel(), -(found - floor).ravel().round(9)))
    # Where values of both signs miss the total by more than their remainders, everyone gives one in turn.
    extra = np.zeros(found.size)
    everyone, some = divmod(left, found.size)
    extra[order[:some]] = 1.0
    return values.copy(data=floor + everyone + extra.reshape(found.shape))


def _faults(array: xr.DataArray, values: Floats, weight: Floats) -> list[Finding]:
    labels = array[array.dims[0]].values if array.ndim == 1 else np.arange(values.size)
    bad = [
        Finding("value-missing", f"value of {labels[i]}", "no number", "give it, or leave the area out")
        for i in np.flatnonzero(np.isnan(values).ravel())
    ]
    return bad + [
        Finding(
            "value-negative", f"weight of {labels[i]}", f"{weight.ravel()[i]:g}, not above zero", "correct the weight"
        )
        for i in np.flatnonzero(~(weight.ravel() > 0))
    ]


def _one_sided(gains: float, losses: float) -> list[Finding]:
    if (gains > 0) == (losses > 0):
        return []
    what = "gains" if gains else "losses"
    return [
        Finding(
            "totals-unreachable",
            "net migration of all areas",
            f"only {what}, {max(gains, losses):,.6g} in sum",
            'add the rest of the world as an area, or choose method "shift"',
        )
    ]
