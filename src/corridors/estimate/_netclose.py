"""Bring flows to given net migration, some giving way more than others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Error of net migration, as a share of the largest flow total of an area, at which an account counts as closed.
EXACT = 1e-13
#: Error that counts as closed after the last step: the rounding of the sums.
ROUNDING = 1e-10
_STEPS = 200
_HALVINGS = 40
#: Largest exponent of a trial step; beyond it the line search would only meet infinities.
_LARGEST = 500.0


@dataclass(frozen=True, slots=True)
class NetClosed:
    """Factors on every flow, and how far net migration still is from what was asked.

    Parameters
    ----------
    factor
        Shape (origins, destinations), one where there is no flow.
    error
        Largest difference of in less out from the net, in the unit of the flows.
    holds
        Whether every net is met, to the rounding of the sums.
    """

    factor: Floats
    error: float
    holds: bool


def close_net(flow: Floats, *, net: Floats, power: float) -> NetClosed:
    """Scale flows so that in less out is the net of every area, the large flows giving way first.

    As `close_net_by_weight` with ``w = (f / max f) ** power``. With `power` zero this is the scaling of Willekens (1999)
    for net totals; a higher power leaves small flows alone, as it should where errors grow with the flow itself.

    Parameters
    ----------
    flow, net
        As `close_net_by_weight` takes them.
    power
        How much more a large flow gives way than a small one.

    References
    ----------
    Willekens, F. (1999), Mathematical Population Studies 7(3), 239-278.
    """
    return close_net_by_weight(flow, net=net, weight=(flow / (flow.max(initial=0.0) or 1.0)) ** power)


def close_net_by_weight(flow: Floats, *, net: Floats, weight: Floats) -> NetClosed:
    """Scale flows so that in less out is the net of every area, each giving way as far as it is in doubt.

    The result minimises the weighted divergence ``sum_ij (y ln(y / f) - y + f) / w``; it is ``y_ij = f_ij exp(w_ij (u_j -
    u_i))``, one unknown `u` an area. For small changes the divergence is ``f (ln(y / f))^2 / (2 w)``: weights proportional
    to ``f s^2`` make it the squared change in units of the deviation `s` of the logarithm.

    Parameters
    ----------
    flow
        Non-negative, diagonal zero. Zeros stay zeros.
    net
        In less out by area; sums to zero over every set of areas that exchange people only with each other.
    weight
        How much each flow gives way; above zero where the flow is.
    """
    live = flow > 0
    weight = np.where(live, weight, 0.0)
    weight = weight / (weight.max(initial=0.0) or 1.0)
    grounds = _one_area_a_block(live)
    scale = max(float(flow.sum(axis=0).max(initial=0)), float(flow.sum(axis=1).max(initial=0)))
    height, current = np.zeros(len(net)), flow
    for _ in range(_STEPS):
        if _error(current, net) <= EXACT * scale:
            break
        step = _direction(current, weight, net - _net(current), grounds)
        moved = _line_search((flow, weight, net), height, step, current)
        if moved is None:
            break
        height, current = moved
    error = _error(current, net)
    factor = np.exp(weight * (height[None, :] - height[:, None]))
    return NetClosed(factor, error, error <= ROUNDING * scale)


def _net(flow: Floats) -> Floats:
    difference: Floats = flow.sum(axis=0) - flow.sum(axis=1)
    return difference


def _error(flow: Floats, net: Floats) -> float:
    return float(np.abs(net - _net(flow)).max(initial=0.0))


def _one_area_a_block(live: NDArray[np.bool_]) -> NDArray[np.intp]:
    """One area of every connected block: there the free constant of the block is set to zero."""
    graph: Any = csr_array(live.astype(np.int8))
    _, block = connected_components(graph, directed=False)
    return np.unique(block, return_index=True)[1]


def _direction(current: Floats, weight: Floats, gap: Floats, grounds: NDArray[np.intp]) -> Floats:
    """Newton's step: a graph Laplacian, its diagonal computed from its other cells so that no digits are lost."""
    stiff = current * weight
    laplacian = -(stiff + stiff.T)
    np.fill_diagonal(laplacian, 0.0)
    diagonal = -laplacian.sum(axis=1)
    np.fill_diagonal(laplacian, diagonal)
    laplacian[grounds, grounds] += np.where(diagonal[grounds] > 0, diagonal[grounds], 1.0)
    try:
        step: Floats = cho_solve(cho_factor(laplacian), gap)
    except LinAlgError:
        step = np.linalg.lstsq(laplacian, gap)[0].astype(np.float64)
    return step


def _line_search(
    problem: tuple[Floats, Floats, Floats], height: Floats, step: Floats, current: Floats
) -> tuple[Floats, Floats] | None:
    """Take the longest of the steps 1, 1/2, 1/4 .. that lowers the convex dual or, in its last digits, the error."""
    flow, weight, net = problem
    live = weight > 0
    error, slope = _error(current, net), -float((net - _net(current)) @ step)
    length = 1.0
    for _ in range(_HALVINGS):
        trial = height + length * step
        after = flow * np.exp(np.minimum(weight * (trial[None, :] - trial[:, None]), _LARGEST))
        rise = float(((after - current)[live] / weight[live]).sum()) - length * float(net @ step)
        if np.isfinite(rise) and (rise <= 1e-4 * length * slope or _error(after, net) < error):
            return trial, after
        length /= 2
    return None
