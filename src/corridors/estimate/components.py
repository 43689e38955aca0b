"""Flow tables taken apart into level, origin and destination shares, and interaction: multiplicative components."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import xarray as xr

from corridors.concepts.findings import raise_if_any
from corridors.estimate._margins import faults


@dataclass(frozen=True, slots=True)
class MultiplicativeComponents:
    """``n_ijk = total * share_i * share_j * share_k * interaction_ijk`` in total reference coding.

    Parameters
    ----------
    total
        Sum of all flows, dims of `within` if any.
    shares
        For each other dim, in the order of the cube, the share of each label in the total.
    interaction
        Flows over those that the shares alone would give; empty where the cube is empty.
    """

    total: xr.DataArray
    shares: tuple[xr.DataArray, ...]
    interaction: xr.DataArray

    def compose(self) -> xr.DataArray:
        """Multiply the components to the flows again, or to new flows after one of them was replaced.

        Examples
        --------
        >>> import xarray as xr
        >>> flow = xr.DataArray([[0.0, 3.0], [1.0, 0.0]], {"origin": ["AAA", "BBB"], "destination": ["AAA", "BBB"]})
        >>> multiplicative_components(flow).compose().values.tolist()
        [[0.0, 3.0], [1.0, 0.0]]
        """
        found = reduce(lambda one, other: one * other, (self.total, *self.shares), self.interaction)
        return found.transpose(*self.interaction.dims).assign_attrs(self.total.attrs)


def multiplicative_components(flow: xr.DataArray, *, within: Sequence[str] = ()) -> MultiplicativeComponents:
    """Level, shares and interaction of a flow table of any number of dims.

    Parameters
    ----------
    flow
        Non-negative, dims such as (origin, destination) or (sex, origin, destination). Empty cells count as none.
    within
        Dims whose labels are taken apart separately (a table of each sex by itself) rather than as a share.

    Raises
    ------
    ValueError
        A dim of `within` is not one of the cube, or none is left; or a flow is endless.
    DataError
        A flow is negative.

    References
    ----------
    Rogers, A., Willekens, F., Little, J. and Raymer, J. (2002), Papers in Regional Science 81(1), 29-48,
    https://doi.org/10.1007/s101100100090.
    Raymer, J., Bonaguidi, A. and Valentini, A. (2006), Population, Space and Place 12(5), 371-388,
    https://doi.org/10.1002/psp.414.

    Examples
    --------
    >>> import xarray as xr
    >>> flow = xr.DataArray([[0.0, 3.0], [1.0, 0.0]], {"origin": ["AAA", "BBB"], "destination": ["AAA", "BBB"]})
    >>> parts = multiplicative_components(flow)
    >>> float(parts.total), parts.shares[0].values.tolist(), parts.interaction.values.round(3).tolist()
    (4.0, [0.75, 0.25], [[0.0, 1.333], [4.0, 0.0]])
    """
    strange = [dim for dim in within if dim not in flow.dims]
    parts = [dim for dim in flow.dims if dim not in within]
    if strange or not parts:
        raise ValueError(f"within has {', '.join(within)}; allowed are some of {flow.dims}, not all")
    raise_if_any(faults(flow, "flow", gaps=True))
    if np.isinf(flow.values.astype(float)).any():
        raise ValueError("flow has endless figures; write numbers, or leave the cell empty")
    total = flow.sum(parts)
    # A table without flows has no shares; zero keeps its product what it was.
    shares = tuple(
        (flow.sum([dim for dim in parts if dim != part]) / total.where(total > 0)).fillna(0.0) for part in parts
    )
    expected = reduce(lambda one, other: one * other, shares, total).transpose(*flow.dims)
    interaction = (flow / expected.where(expected > 0)).where(expected > 0, 0.0).where(flow.notnull())
    return MultiplicativeComponents(
        total=total.assign_attrs(flow.attrs),
        shares=tuple(share.assign_attrs(unit="ratio") for share in shares),
        interaction=interaction.assign_attrs(unit="ratio"),
    )
