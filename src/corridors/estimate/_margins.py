"""Margins against the cubes they belong to: labels, faults, and the group that each cell is in."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from corridors.concepts.findings import AreaFinding, Finding
from corridors.estimate._feasible import Blockade, blockade

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from corridors.estimate._fitting import Fitted

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

#: Share of the larger by which two totals of the same people may differ: the rounding of sums.
SAME = 1e-9
_NAMED = 8


def aligned(seed: xr.DataArray, margins: Sequence[xr.DataArray]) -> list[xr.DataArray]:
    """Give the margins the order of labels that the seed has; refuse those that do not fit it."""
    if not margins:
        raise ValueError("no margins; give at least one array of totals")
    found = []
    for margin in margins:
        strange = [str(dim) for dim in margin.dims if dim not in seed.dims]
        if strange or not margin.dims:
            raise ValueError(f"a margin has dims {margin.dims}; allowed are some of {seed.dims}")
        if "unit" not in margin.attrs:
            raise ValueError(f'the {named(margin)} have no unit; set attrs["unit"], for example "persons"')
        found.append(relabelled(margin, seed, named(margin)).astype(float))
    units = sorted({str(margin.attrs["unit"]) for margin in margins})
    if len(units) > 1:
        raise ValueError(f"margins have the units {', '.join(units)}; bring them to one")
    return found


def relabelled(array: xr.DataArray, like: xr.DataArray, name: str) -> xr.DataArray:
    """Order the labels of an array as another has them, dim by dim."""
    for dim in array.dims:
        have, want = [list(map(str, a[dim].values)) for a in (array, like)]
        if sorted(have) != sorted(want) or len(set(want)) != len(want):
            lost = sorted(set(want) ^ set(have)) or sorted({code for code in want if want.count(code) > 1})
            raise ValueError(f"{name}: labels of {dim} do not fit; look at {', '.join(lost[:_NAMED])}")
        array = array.isel({dim: [have.index(code) for code in want]})
    return array


def named(total: xr.DataArray) -> str:
    """Call a margin by its dims."""
    return f"totals by {' and '.join(map(str, total.dims))}"


def faults(array: xr.DataArray, name: str, *, gaps: bool = False) -> list[Finding]:
    """Negative cells, and empty ones unless they mean that nothing can be there (`gaps`)."""
    found = []
    for at in np.argwhere((array.values < 0) | (np.isnan(array.values) & (not gaps))):
        value = array.values[tuple(at)]
        place = f"{name}, {_place(array, at)}"
        if np.isnan(value):
            found.append(Finding("value-missing", place, "no number", "give the number, or leave the whole array out"))
        else:
            found.append(Finding("value-negative", place, f"{value:,g}", "correct the number"))
    return found


def _place(array: xr.DataArray, at: NDArray[np.intp]) -> str:
    return ", ".join(f"{dim} {array[dim].values[i]}" for dim, i in zip(array.dims, at, strict=True)) or "the whole"


def disagreements(totals: Sequence[xr.DataArray]) -> list[Finding]:
    """Common totals on which two margins disagree."""
    found = []
    for first, second in combinations(totals, 2):
        shared = [dim for dim in first.dims if dim in second.dims]
        one = first.sum([dim for dim in first.dims if dim not in shared])
        other = second.sum([dim for dim in second.dims if dim not in shared]).transpose(*shared)
        unit = max(float(one.max()), float(other.max()))
        found += [
            Finding(
                "totals-differ",
                f"{named(first)} and {named(second)}, {_place(one, at)}",
                f"{one.values[tuple(at)]:,.6g} against {other.values[tuple(at)]:,.6g}",
                "bring both to one source, or scale one of them to the other",
            )
            for at in np.argwhere(np.abs(one.values - other.values) > SAME * unit)
        ]
    return found


def unreached(table: xr.DataArray, totals: Sequence[xr.DataArray], found: Fitted) -> list[Finding]:
    """Say why the totals are missed: by the rows or columns that do not fit, or else by how much."""
    if found.holds:
        return []
    if len(totals) == 2 and all(len(total.dims) == 1 for total in totals):
        sums = table.sum([dim for dim in table.dims if dim not in (totals[0].dims + totals[1].dims)])
        grid = sums.transpose(totals[0].dims[0], totals[1].dims[0]).values
        blocked = blockade(grid, rows=totals[0].values, columns=totals[1].values)
        if blocked is not None:
            return [_blocked(totals, blocked)]
    return [
        Finding(
            "totals-unreachable",
            "; ".join(map(named, totals)) or "totals of blocks",
            f"a total is still missed by {found.error:,.6g} after {found.sweeps} steps",
            "give the seed positive cells where flows are possible, or correct the totals",
        )
    ]


def _blocked(totals: Sequence[xr.DataArray], blocked: Blockade) -> Finding:
    own, other = totals if blocked.of == "rows" else (totals[1], totals[0])
    members = [str(own[own.dims[0]].values[i]) for i in blocked.members]
    partners = [str(other[other.dims[0]].values[i]) for i in blocked.partners]
    return AreaFinding(
        "totals-unreachable",
        f"{named(own)}: {', '.join(members[:_NAMED])}",
        f"{blocked.excess:,.6g} more than the totals of {', '.join(partners[:_NAMED]) or 'no area'},"
        " with which alone the seed joins them",
        "give the seed positive cells where flows are possible, or correct the totals",
        areas=tuple(members),
        persons=blocked.excess,
    )


def filled(seed: xr.DataArray) -> xr.DataArray:
    """Cells that cannot be, as zeros; a seed is a pattern and has no unit."""
    return seed.astype(float).fillna(0.0)


def emptied(flow: xr.DataArray, seed: xr.DataArray, unit: str) -> xr.DataArray:
    """Empty the cells that the seed leaves empty, and set the unit."""
    found = flow.where(seed.notnull())
    found.attrs = {"unit": unit}
    return found


def levelled(factors: Sequence[Floats], totals: Sequence[xr.DataArray]) -> tuple[xr.DataArray, ...]:
    """Label the factors; all but the last get the geometric mean one."""
    level, found = 0.0, []
    for number, (factor, total) in enumerate(zip(factors, totals, strict=True)):
        live = factor > 0
        if number < len(totals) - 1:
            mean = float(np.log(factor[live]).mean()) if live.any() else 0.0
            level += mean
            factor = factor * np.exp(-mean)  # noqa: PLW2901  # the same factor on another level
        else:
            factor = factor * np.exp(level)  # noqa: PLW2901
        found.append(xr.DataArray(factor.reshape(total.shape), total.coords, total.dims, attrs={"unit": "ratio"}))
    return tuple(found)


def group_of_cell(table: xr.DataArray, total: xr.DataArray) -> Positions:
    """Position of every cell's total in the margin, shape (cells,)."""
    numbers = total.copy(data=np.arange(total.size).reshape(total.shape))
    spread = numbers.broadcast_like(table).transpose(*table.dims)
    return spread.values.ravel().astype(np.intp)


def block_of_cell(
    seed: xr.DataArray, blocks: xr.DataArray, groups: Mapping[str, Mapping[str, str]]
) -> NDArray[np.intp]:
    """Position of every cell's block among the blocks, shape (origins, destinations)."""
    strange = sorted(set(groups) - {"origin", "destination"})
    if strange or not groups:
        raise ValueError(f"groups has {', '.join(strange) or 'nothing'}; allowed are origin and destination")
    places = []
    for dim in ("origin", "destination"):
        codes = [str(code) for code in seed[dim].values]
        known = [str(code) for code in blocks[dim].values]
        group = groups.get(dim, {code: code for code in codes})
        lost = [code for code in codes if group.get(code) not in known]
        if lost:
            raise ValueError(
                f"{dim}: {', '.join(lost[:_NAMED])} in no group that blocks has; its groups are {', '.join(known)}"
            )
        places.append(np.array([known.index(group[code]) for code in codes], dtype=np.intp))
    found: Positions = places[0][:, None] * blocks.sizes["destination"] + places[1]
    return found
