"""Flow tables from margins and an older table: two-way and n-way balancing, with totals of blocks and stripes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from corridors.concepts.findings import raise_if_any
from corridors.estimate._accounting import ratio
from corridors.estimate._fitting import Fitted, fit_groups
from corridors.estimate._margins import (
    aligned,
    block_of_cell,
    disagreements,
    emptied,
    faults,
    filled,
    group_of_cell,
    levelled,
    named,
    relabelled,
    unreached,
)
from corridors.estimate._two_way import fit_two_ways


@dataclass(frozen=True, slots=True)
class FittedFlows:
    """Flows with the margins asked for.

    Parameters
    ----------
    flow
        The seed times one factor for each margin, dims of the seed; cells that the seed leaves empty are empty.
    factors
        In the order of the margins, each with its dims. All but the last have the geometric mean one (over factors that
        are not zero), so that the level is in the last.
    error
        Largest difference of a sum from its total, in the unit of the flows.
    sweeps
        Steps taken: of Newton's method for two margins, sweeps and steps for more.
    """

    flow: xr.DataArray
    factors: tuple[xr.DataArray, ...]
    error: float
    sweeps: int


def fit_margins(seed: xr.DataArray, *, margins: Sequence[xr.DataArray]) -> FittedFlows:
    """Scale a cube until its sums are the margins, keeping its pattern of interaction.

    With origin and destination totals this is ``y_ij = a_i b_j m_ij`` (Willekens 1999): what proportional fitting
    and conditional maximisation of the Poisson likelihood both converge to. One margin alone is allowed. Margins may share
    dims (totals by origin and sex, and by destination and sex) or leave some out (totals of all ages for a seed by age:
    Raymer, Abel and Smith 2007).

    Parameters
    ----------
    seed
        Non-negative, any dims, for example (origin, destination) or (sex, origin, destination). Zeros stay zeros, empty
        cells (a diagonal) stay empty. It needs no unit.
    margins
        Totals, each with some of the dims of the seed, the same labels in any order, and a unit.

    Returns
    -------
    FittedFlows
        Flows in the unit of the margins, with the factors.

    Raises
    ------
    ValueError
        No margin, or one whose dims, labels or unit do not fit the seed.
    DataError
        A cell is negative or missing, margins disagree on a common total, or zeros of the seed forbid the totals.

    References
    ----------
    Willekens, F. (1999), Mathematical Population Studies 7(3), 239-278.
    Raymer, J., Abel, G. J. and Smith, P. W. F. (2007), Journal of the Royal Statistical Society A 170(4), 891-908.

    Examples
    --------
    >>> import xarray as xr
    >>> places = {"origin": ["AAA", "BBB"], "destination": ["AAA", "BBB"]}
    >>> seed = xr.DataArray([[5.0, 2.0], [1.0, 7.0]], places)
    >>> out = xr.DataArray([18.0, 20.0], {"origin": ["AAA", "BBB"]}, attrs={"unit": "persons"})
    >>> arrivals = xr.DataArray([16.0, 22.0], {"destination": ["AAA", "BBB"]}, attrs={"unit": "persons"})
    >>> fit_margins(seed, margins=[out, arrivals]).flow.values.round(3).tolist()
    [[13.25, 4.75], [2.75, 17.25]]
    """
    totals = aligned(seed, margins)
    raise_if_any(
        [*faults(seed, "seed", gaps=True), *(fault for total in totals for fault in faults(total, named(total)))]
    )
    raise_if_any(disagreements(totals))
    table = filled(seed)
    found = _two_margins(table, totals) if len(totals) == 2 else _by_groups(table, totals)
    raise_if_any(unreached(table, totals, found))
    return FittedFlows(
        flow=emptied(table.copy(data=found.cells), seed, totals[0].attrs["unit"]),
        factors=levelled(found.factors, totals),
        error=found.error,
        sweeps=found.sweeps,
    )


def fit_blocks(
    seed: xr.DataArray,
    *,
    margins: Sequence[xr.DataArray],
    blocks: xr.DataArray,
    groups: Mapping[str, Mapping[str, str]],
) -> FittedFlows:
    """Scale a table to margins and to totals of blocks (region to region) or stripes (country to region).

    Parameters
    ----------
    seed
        Dims (origin, destination), as for `fit_margins`.
    margins
        Totals by origin, by destination, both or none.
    blocks
        Totals of the blocks, dims (origin, destination), labelled by groups; empty (not a number) where unknown.
    groups
        For the dim origin, destination or both: the group of each code. A dim left out is not grouped, so that
        ``groups={"destination": ...}`` makes stripes.

    Returns
    -------
    FittedFlows
        Factors of the margins, then those of the blocks.

    Raises
    ------
    ValueError
        Dims, labels, groups or units do not fit.
    DataError
        As for `fit_margins`.

    References
    ----------
    Willekens, F. (1999), Mathematical Population Studies 7(3), 239-278.

    Examples
    --------
    >>> import xarray as xr
    >>> places = ["AAA", "BBB", "CCC"]
    >>> seed = xr.DataArray([[0.0, 1, 1], [1, 0, 1], [1, 1, 0]], {"origin": places, "destination": places})
    >>> regions = {"AAA": "W1", "BBB": "W1", "CCC": "W2"}
    >>> between = {"origin": ["W1", "W2"], "destination": ["W1", "W2"]}
    >>> blocks = xr.DataArray([[20.0, 10], [6, 0]], between, attrs={"unit": "persons"})
    >>> found = fit_blocks(seed, margins=[], blocks=blocks, groups={"origin": regions, "destination": regions})
    >>> found.flow.values.round(6).tolist()
    [[0.0, 10.0, 5.0], [10.0, 0.0, 5.0], [3.0, 3.0, 0.0]]
    """
    if seed.dims != ("origin", "destination") or blocks.dims != ("origin", "destination"):
        raise ValueError(
            f"seed and blocks need dims ('origin', 'destination'); they have {seed.dims} and {blocks.dims}"
        )
    if not margins and "unit" not in blocks.attrs:
        raise ValueError('blocks has no unit; set blocks.attrs["unit"], for example "persons"')
    totals = aligned(seed, margins) if margins else []
    positions = block_of_cell(seed, blocks, groups)
    known = blocks.fillna(0.0)
    raise_if_any(
        [*faults(seed, "seed", gaps=True), *faults(known, "blocks"), *(f for t in totals for f in faults(t, named(t)))]
    )
    raise_if_any(disagreements(totals))
    table = filled(seed)
    found = fit_groups(
        table.values.ravel(),
        groups=[*(group_of_cell(table, total) for total in totals), positions.ravel()],
        totals=[*(total.values.ravel() for total in totals), blocks.values.astype(float).ravel()],
    )
    raise_if_any(unreached(table, totals, found))
    unit = (totals or [blocks])[0].attrs["unit"]
    return FittedFlows(
        flow=emptied(table.copy(data=found.cells.reshape(table.shape)), seed, unit),
        factors=levelled(found.factors, [*totals, known]),
        error=found.error,
        sweeps=found.sweeps,
    )


def fit_most_stayers(start: xr.DataArray, end: xr.DataArray, *, seed: xr.DataArray | None = None) -> xr.DataArray:
    """Persons by birthplace, origin and destination, with as many stayers as both tables allow.

    Stayers ``min(start, end)`` stand on the diagonal; leavers and arrivers of each birthplace are joined by the seed, in
    proportion without one. Three-way quasi-independence as in Abel (2013).

    Parameters
    ----------
    start
        Persons by birthplace and origin, dims (birthplace, origin).
    end
        Persons by birthplace and destination, dims (birthplace, destination), with the same sums by birthplace.
    seed
        Dims (origin, destination) or (birthplace, origin, destination); only the part off the diagonal acts.

    Returns
    -------
    DataArray
        Dims (birthplace, origin, destination).

    Raises
    ------
    ValueError
        Dims, labels or unit do not fit.
    DataError
        Sums by birthplace differ, or zeros of the seed forbid them.

    References
    ----------
    Abel, G. J. (2013), Demographic Research 28(18), https://doi.org/10.4054/DemRes.2013.28.18.

    Examples
    --------
    >>> import xarray as xr
    >>> start = xr.DataArray([[90.0, 10.0]], {"birthplace": ["AAA"], "origin": ["AAA", "BBB"]}, attrs={"unit": "persons"})
    >>> end = xr.DataArray([[70.0, 30.0]], {"birthplace": ["AAA"], "destination": ["AAA", "BBB"]}, attrs=start.attrs)
    >>> fit_most_stayers(start, end).values.tolist()
    [[[70.0, 20.0], [0.0, 10.0]]]
    """
    if start.dims != ("birthplace", "origin") or end.dims != ("birthplace", "destination"):
        raise ValueError(
            "start needs dims ('birthplace', 'origin') and end ('birthplace', 'destination');"
            f" they have {start.dims} and {end.dims}"
        )
    codes = start["origin"].values
    shape = xr.DataArray(
        np.ones((start.sizes["birthplace"], codes.size, codes.size)),
        {"birthplace": start["birthplace"].values, "origin": codes, "destination": codes},
        ("birthplace", "origin", "destination"),
    )
    if seed is not None:
        shape = shape * relabelled(seed.fillna(0.0), shape, "seed").transpose(..., "origin", "destination")
    end = relabelled(end, shape, "end")
    stayers = np.minimum(start.values, end.values)
    apart = shape.where(shape["origin"] != shape["destination"], 0.0)
    moved = [start.copy(data=start.values - stayers), end.copy(data=end.values - stayers)]
    found = fit_margins(apart, margins=moved).flow
    kept = np.zeros(shape.shape)
    kept[:, np.arange(codes.size), np.arange(codes.size)] = stayers
    return found.copy(data=found.values + kept)


def _two_margins(table: xr.DataArray, totals: Sequence[xr.DataArray]) -> Fitted:
    """Two margins fall apart into two-way tables, one for each label of the dims they share."""
    first, second = totals
    shared = [dim for dim in table.dims if dim in first.dims and dim in second.dims]
    rows = [dim for dim in table.dims if dim in first.dims and dim not in shared]
    columns = [dim for dim in table.dims if dim in second.dims and dim not in shared]
    rest = [dim for dim in table.dims if dim not in (*shared, *rows, *columns)]
    sizes = [int(np.prod([table.sizes[dim] for dim in dims], dtype=int)) for dims in (shared, rows, columns, rest)]
    ordered = table.transpose(*shared, *rows, *columns, *rest)
    cells = ordered.values.reshape(sizes)
    sums = cells.sum(axis=-1)
    found = fit_two_ways(
        sums,
        rows=first.transpose(*shared, *rows).values.reshape(sizes[0], sizes[1]),
        columns=second.transpose(*shared, *columns).values.reshape(sizes[0], sizes[2]),
    )
    scaled = ordered.copy(data=(cells * ratio(found.cells, sums)[..., None]).reshape(ordered.shape))
    factors = []
    for total, dims, factor in ((first, rows, found.factors[0]), (second, columns, found.factors[1])):
        laid = total.transpose(*shared, *dims)
        factors.append(laid.copy(data=factor.reshape(laid.shape)).transpose(*total.dims).values)
    return Fitted(scaled.transpose(*table.dims).values, tuple(factors), found.error, found.sweeps, found.holds)


def _by_groups(table: xr.DataArray, totals: Sequence[xr.DataArray]) -> Fitted:
    found = fit_groups(
        table.values.ravel(),
        groups=[group_of_cell(table, total) for total in totals],
        totals=[total.values.ravel() for total in totals],
    )
    return Fitted(found.cells.reshape(table.shape), found.factors, found.error, found.sweeps, found.holds)
