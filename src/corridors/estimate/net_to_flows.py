"""Bilateral flows from net migration and a prior table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import xarray as xr

from corridors.concepts.dims import require_dims
from corridors.concepts.findings import AreaFinding, Finding, raise_if_any
from corridors.estimate._margins import SAME, faults, relabelled
from corridors.estimate._net_kernels import by_absolute, by_ratio, by_squares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: What "near the prior" means; see `flows_from_net`.
Nearness = Literal["ratio", "squares", "absolute"]

#: Error of a net total, as a share of the largest flow or total, above which flows are refused.
_REACHED = 1e-9


@dataclass(frozen=True, slots=True)
class NetFlows:
    """Flows whose arrivals less departures are the net migration asked for.

    Parameters
    ----------
    flow
        Dims (origin, destination); empty where the prior is empty.
    factors
        For nearness "ratio" the factor of each area, dims (destination,), geometric mean one; else None.
    level
        For nearness "ratio" the factor of all cells, one without a total; else None.
    changed
        Persons by which flows differ from the prior, summed over cells without sign.
    """

    flow: xr.DataArray
    factors: xr.DataArray | None
    level: float | None
    changed: float


def flows_from_net(
    net: xr.DataArray, *, prior: xr.DataArray, total: float | None = None, nearness: Nearness = "ratio"
) -> NetFlows:
    """Flows nearest to a prior among those with the given net migration.

    Parameters
    ----------
    net
        Arrivals less departures, dims (destination,), with unit, adding up to zero. `rescale_net` makes it so.
    prior
        Non-negative, dims (origin, destination). Empty cells (the diagonal of a flow table) cannot have flows. A prior of
        ones with nearness "ratio" gives the flows of largest entropy.
    total
        Sum of all flows wanted; None leaves it free.
    nearness
        - "ratio": ``y_ij = level a_i m_ij / a_j`` (Abel and Smith 2022): the minimum of the Kullback-Leibler divergence
          ``sum y log(y / m) - y + m``, to which proportional fitting and conditional maximisation converge. Zeros stay
          zeros.
        - "squares": the smallest ``sum (y - m)^2``, none below zero.
        - "absolute": the smallest ``sum |y - m|``, by linear programming. It changes few cells; where several tables are
          equally near, the solver's choice is returned (always the same one).

    Returns
    -------
    NetFlows
        Flows in the unit of `net`.

    Raises
    ------
    ValueError
        Dims, labels or the choice do not fit.
    DataError
        A cell is missing or negative, net migration does not add up to zero, or no flows in the cells of the prior have it.

    References
    ----------
    Willekens, F. (1999), Mathematical Population Studies 7(3), 239-278.
    Abel, G. J. and Smith, P. W. F. (2022), European Population Conference, Groningen.

    Examples
    --------
    >>> import xarray as xr
    >>> places = ["AAA", "BBB", "CCC"]
    >>> prior = xr.DataArray([[0.0, 10, 10], [10, 0, 10], [10, 10, 0]], {"origin": places, "destination": places})
    >>> net = xr.DataArray([9.0, 0.0, -9.0], {"destination": places}, attrs={"unit": "persons"})
    >>> flows_from_net(net, prior=prior, nearness="squares").flow.values.round(6).tolist()
    [[0.0, 8.5, 7.0], [11.5, 0.0, 8.5], [13.0, 11.5, 0.0]]
    """
    if nearness not in get_args(Nearness):
        raise ValueError(f"no nearness {nearness!r}; there are {', '.join(get_args(Nearness))}")
    if total is not None and not total > 0:
        raise ValueError(f"total is {total}; it is the sum of all flows, above zero, or None")
    require_dims(net, ("destination",), name="net")
    if prior.dims != ("origin", "destination"):
        raise ValueError(f"prior has dims {prior.dims}; expected ('origin', 'destination')")
    if sorted(map(str, prior["origin"].values)) != sorted(map(str, prior["destination"].values)):
        raise ValueError("prior needs the same areas as origins and destinations")
    net = relabelled(net, prior, "net migration").astype(float)
    raise_if_any([*faults(prior, "prior", gaps=True), *_net_faults(net)])
    codes = [str(code) for code in net["destination"].values]
    origins = [str(code) for code in prior["origin"].values]
    cells = prior.isel(origin=[origins.index(code) for code in codes]).values.astype(float)
    flows, factors, level = _solved(cells, net.values, total, nearness)
    raise_if_any(_unreached(flows, net, total))
    flow = np.where(np.isnan(cells), np.nan, flows)
    return NetFlows(
        flow=xr.DataArray(
            flow, {"origin": codes, "destination": codes}, ("origin", "destination"), attrs=dict(net.attrs)
        ),
        factors=None if factors is None else net.copy(data=factors).assign_attrs(unit="ratio"),
        level=level,
        changed=float(np.nansum(np.abs(flows - cells))),
    )


def _net_faults(net: xr.DataArray) -> list[Finding]:
    codes = net["destination"].values
    missing = [
        Finding(
            "value-missing", f"net migration of {codes[i]}", "no number", "give it, or leave the area out everywhere"
        )
        for i in np.flatnonzero(np.isnan(net.values))
    ]
    rest = float(net.sum())
    if missing or abs(rest) <= SAME * float(np.abs(net).sum()):
        return missing
    return [
        Finding(
            "totals-differ",
            "net migration of all areas",
            f"{rest:,.6g} in sum, where arrivals and departures of a closed system are equal",
            "rescale it to a zero sum (rescale_net), or add the rest of the world as an area",
        )
    ]


def _solved(
    cells: Floats, net: Floats, total: float | None, nearness: Nearness
) -> tuple[Floats, Floats | None, float | None]:
    if nearness == "ratio":
        return by_ratio(cells, net, total)
    solve = by_squares if nearness == "squares" else by_absolute
    return solve(cells, net, total), None, None


def _unreached(flows: Floats, net: xr.DataArray, total: float | None) -> list[AreaFinding]:
    gap = np.r_[flows.sum(axis=0) - flows.sum(axis=1) - net.values, 0.0 if total is None else flows.sum() - total]
    worst = int(np.abs(gap).argmax())
    if abs(gap[worst]) <= _REACHED * max(float(np.abs(net).max()), float(flows.max())):
        return []
    area = () if worst == net.size else (str(net["destination"].values[worst]),)
    return [
        AreaFinding(
            "totals-unreachable",
            f"net migration of {area[0]}" if area else "sum of all flows",
            f"missed by {abs(gap[worst]):,.6g}; the cells of the prior{'' if total is None else ' and the total'} forbid it",
            "allow flows in more cells of the prior, or correct the totals",
            areas=area,
            persons=float(abs(gap[worst])),
        )
    ]
