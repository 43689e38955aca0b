"""Bring flows to given net migration, each giving way as far as it is in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.estimate import _netclose as net_close
from corridors.estimate._netclose import NetClosed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_STEPS = 200


def close_net_by_weight(flow: Floats, *, net: Floats, weight: Floats) -> NetClosed:
    """Scale flows so that in less out is the net of every area.

    The result minimises the weighted divergence ``sum_ij (y ln(y / f) - y + f) / w``; it is
    ``y_ij = f_ij exp(w_ij (u_j - u_i))``. For small changes the divergence is ``f (ln(y / f))^2 / (2 w)``: weights
    proportional to ``f s^2`` make it the squared change in units of the deviation `s` of the logarithm.

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
    weight = weight / weight.max(initial=1e-300)
    grounds = net_close._one_area_a_block(live)
    scale = max(float(flow.sum(axis=0).max(initial=0)), float(flow.sum(axis=1).max(initial=0)))
    height, current = np.zeros(len(net)), flow
    for _ in range(_STEPS):
        if net_close._error(current, net) <= net_close.EXACT * scale:
            break
        step = net_close._direction(current, weight, net - net_close._net(current), grounds)
        moved = net_close._line_search((flow, weight, net), height, step, current)
        if moved is None:
            break
        height, current = moved
    error = net_close._error(current, net)
    factor = np.exp(weight * (height[None, :] - height[:, None]))
    return NetClosed(factor, error, error <= net_close.ROUNDING * scale)
