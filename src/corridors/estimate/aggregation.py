"""Flows added up: over other dims, by area, by pair, by region, with totals of regions, and small ones lumped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, get_args

import polars as pl

from corridors.concepts.findings import Finding, raise_if_any

if TYPE_CHECKING:
    import xarray as xr

#: What is held against the threshold of `lump_small`.
LumpOn = Literal["flow", "arrivals", "departures"]

#: Columns that dims of a cube become.
_COLUMNS = {"period": "TIME_PERIOD", "draw": "DRAW"}
_ENDS = ("ORIGIN", "DESTINATION")


def sum_to_pairs(cube: xr.DataArray) -> xr.DataArray:
    """Flows of all birthplaces, sexes and ages: the sum over every dim but origin and destination.

    Parameters
    ----------
    cube
        With the dims origin and destination. Empty cells count as none; a pair that is empty throughout stays empty.

    Raises
    ------
    ValueError
        A dim is not there.

    Examples
    --------
    >>> import xarray as xr
    >>> cube = xr.DataArray([[[1.0, 2.0]], [[3.0, 4.0]]], dims=("sex", "origin", "destination"), attrs={"unit": "persons"})
    >>> sum_to_pairs(cube).values.tolist()
    [[4.0, 6.0]]
    """
    _require_ends(cube)
    others = [dim for dim in cube.dims if dim not in ("origin", "destination")]
    return cube.sum(others, min_count=1).transpose("origin", "destination").assign_attrs(cube.attrs) if others else cube


def net_of_flows(flow: xr.DataArray) -> xr.DataArray:
    """Arrivals less departures of every area, dims (.., destination).

    Parameters
    ----------
    flow
        With the dims origin and destination over the same areas; others stay.

    Raises
    ------
    ValueError
        A dim is not there, or the areas differ.

    Examples
    --------
    >>> import xarray as xr
    >>> places = ["AAA", "BBB"]
    >>> flow = xr.DataArray([[0.0, 6], [4, 0]], {"origin": places, "destination": places}, attrs={"unit": "persons"})
    >>> net_of_flows(flow).values.tolist()
    [-2.0, 2.0]
    """
    _require_ends(flow)
    if sorted(map(str, flow["origin"].values)) != sorted(map(str, flow["destination"].values)):
        raise ValueError("flow needs the same areas as origins and destinations")
    departures = flow.sum("destination").rename(origin="destination").sel(destination=flow["destination"].values)
    return (flow.sum("origin") - departures).assign_attrs(flow.attrs)


def sum_regions(flow: xr.DataArray, regions: Mapping[str, str]) -> xr.DataArray:
    """Flows between regions; those within a region stand on the diagonal.

    Parameters
    ----------
    flow
        With the dims origin and destination; others stay.
    regions
        The region of every area.

    Raises
    ------
    ValueError
        An area has no region.

    Examples
    --------
    >>> import xarray as xr
    >>> places = ["AAA", "BBB", "CCC"]
    >>> flow = xr.DataArray([[0.0, 1, 2], [3, 0, 4], [5, 6, 0]], {"origin": places, "destination": places})
    >>> sum_regions(flow, {"AAA": "W1", "BBB": "W1", "CCC": "W2"}).values.tolist()
    [[4.0, 6.0], [11.0, 0.0]]
    """
    _require_ends(flow)
    _require_regions(map(str, [*flow["origin"].values, *flow["destination"].values]), regions)
    found = flow
    for dim in ("origin", "destination"):
        groups = found[dim].copy(data=[regions[str(code)] for code in found[dim].values]).rename("region")
        found = found.groupby(groups).sum().rename(region=dim)
    return found.transpose(*flow.dims).assign_attrs(flow.attrs)


def flow_table(cube: xr.DataArray) -> pl.DataFrame:
    """A cube of flows as a tidy table: one row a cell that is not empty.

    Columns are the dims in capitals (period as `TIME_PERIOD`), and `OBS_VALUE`.

    Examples
    --------
    >>> import xarray as xr
    >>> places = ["AAA", "BBB"]
    >>> flow = xr.DataArray([[float("nan"), 6], [4, 0]], {"origin": places, "destination": places})
    >>> flow_table(flow).rows()
    [('AAA', 'BBB', 6.0), ('BBB', 'AAA', 4.0), ('BBB', 'BBB', 0.0)]
    """
    stacked = cube.rename(None).stack(cell=cube.dims).dropna("cell")
    columns = {_COLUMNS.get(str(dim), str(dim).upper()): stacked[dim].values.tolist() for dim in cube.dims}
    return pl.DataFrame({**columns, "OBS_VALUE": stacked.values.astype(float)})


def sum_by_area(flows: pl.DataFrame, *, by: Sequence[str] = ()) -> pl.DataFrame:
    """Arrivals, departures, turnover and net migration of every area.

    Parameters
    ----------
    flows
        Columns ORIGIN, DESTINATION, OBS_VALUE and those of `by`; rows of an area to itself are left out.
    by
        Columns that tell tables apart, for example TIME_PERIOD. Other columns are summed over.

    Returns
    -------
    DataFrame
        Columns of `by`, AREA, ARRIVALS, DEPARTURES, TURNOVER, NET, ordered by them.

    Raises
    ------
    ValueError
        A column is not there.
    DataError
        A flow is missing.

    Examples
    --------
    >>> import polars as pl
    >>> flows = pl.DataFrame({"ORIGIN": ["AAA", "BBB"], "DESTINATION": ["BBB", "AAA"], "OBS_VALUE": [6.0, 4.0]})
    >>> sum_by_area(flows).rows()
    [('AAA', 4.0, 6.0, 10.0, -2.0), ('BBB', 6.0, 4.0, 10.0, 2.0)]
    """
    moved = _moved(flows, by)
    value = pl.col("OBS_VALUE")
    ends = [
        moved.select(
            *by, AREA=end, ARRIVALS=value if end == "DESTINATION" else 0.0, DEPARTURES=value if end == "ORIGIN" else 0.0
        )
        for end in _ENDS
    ]
    return (
        pl.concat(ends)
        .group_by(*by, "AREA")
        .agg(pl.col("ARRIVALS", "DEPARTURES").sum())
        .with_columns(TURNOVER=pl.col("ARRIVALS") + pl.col("DEPARTURES"), NET=pl.col("ARRIVALS") - pl.col("DEPARTURES"))
        .sort(*by, "AREA")
    )


def sum_by_pair(flows: pl.DataFrame, *, by: Sequence[str] = ()) -> pl.DataFrame:
    """Every flow with its counter-flow, net flow and interchange.

    Parameters
    ----------
    flows, by
        As for `sum_by_area`.

    Returns
    -------
    DataFrame
        Columns of `by`, ORIGIN, DESTINATION, FLOW, COUNTER_FLOW, NET_FLOW, INTERCHANGE and STREAM ("stream" for the larger
        flow of a pair, "counter-stream" for the smaller, "even"). A pair with one flow has both rows, the other flow zero.

    Raises
    ------
    ValueError
        A column is not there.
    DataError
        A flow is missing.

    Examples
    --------
    >>> import polars as pl
    >>> flows = pl.DataFrame({"ORIGIN": ["AAA", "BBB"], "DESTINATION": ["BBB", "AAA"], "OBS_VALUE": [6.0, 4.0]})
    >>> sum_by_pair(flows).row(0)
    ('AAA', 'BBB', 6.0, 4.0, 2.0, 10.0, 'stream')
    """
    moved = _moved(flows, by).select(*by, *_ENDS, FLOW="OBS_VALUE", COUNTER_FLOW=pl.lit(0.0))
    turned = moved.select(*by, ORIGIN="DESTINATION", DESTINATION="ORIGIN", FLOW="COUNTER_FLOW", COUNTER_FLOW="FLOW")
    flow, counter = pl.col("FLOW"), pl.col("COUNTER_FLOW")
    stream = pl.when(flow > counter).then(pl.lit("stream")).when(flow < counter).then(pl.lit("counter-stream"))
    return (
        pl.concat([moved, turned])
        .group_by(*by, *_ENDS)
        .agg(flow.sum(), counter.sum())
        .with_columns(NET_FLOW=flow - counter, INTERCHANGE=flow + counter, STREAM=stream.otherwise(pl.lit("even")))
        .sort(*by, *_ENDS)
    )


def add_region_totals(flows: pl.DataFrame, regions: Mapping[str, str], *, by: Sequence[str] = ()) -> pl.DataFrame:
    """Flows together with those from and to whole regions.

    Parameters
    ----------
    flows
        As for `sum_by_area`.
    regions
        The region of every area; region codes are no area codes.
    by
        As for `sum_by_area`.

    Returns
    -------
    DataFrame
        Columns of `by`, ORIGIN, DESTINATION, OBS_VALUE: area to area, area to region, region to area, region to region.
        Adding all rows up counts everyone four times.

    Raises
    ------
    ValueError
        A column is not there, an area has no region, or a code is both area and region.
    DataError
        A flow is missing.

    Examples
    --------
    >>> import polars as pl
    >>> flows = pl.DataFrame({"ORIGIN": ["AAA"], "DESTINATION": ["BBB"], "OBS_VALUE": [6.0]})
    >>> add_region_totals(flows, {"AAA": "W1", "BBB": "W2"}).select("ORIGIN", "DESTINATION").rows()
    [('AAA', 'BBB'), ('AAA', 'W2'), ('W1', 'BBB'), ('W1', 'W2')]
    """
    moved = _moved(flows, by)
    codes = {code for end in _ENDS for code in moved[end].to_list()}
    _require_regions(codes, regions)
    both = sorted(codes & set(regions.values()))
    if both:
        raise ValueError(f"{', '.join(both)} are areas and regions; give regions codes of their own")
    parts = [
        moved.with_columns(pl.col(end).replace_strict(dict(regions), return_dtype=pl.String) for end in ends)
        for ends in ((), ("ORIGIN",), ("DESTINATION",), _ENDS)
    ]
    return pl.concat(parts).group_by(*by, *_ENDS).agg(pl.col("OBS_VALUE").sum()).sort(*by, *_ENDS)


def lump_small(
    flows: pl.DataFrame,
    *,
    threshold: float,
    on: Sequence[LumpOn] = ("flow",),
    other: str = "OTHER",
    by: Sequence[str] = (),
) -> pl.DataFrame:
    """Flows with small ones put together, so that the sum stays.

    Parameters
    ----------
    flows
        As for `sum_by_area`.
    threshold
        Below it a flow, or an area's arrivals or departures, is small.
    on
        "flow" puts both ends of a small flow into `other`; "arrivals" the destinations with few arrivals; "departures" the
        origins with few departures.
    other
        Code of what is put together.
    by
        As for `sum_by_area`.

    Raises
    ------
    ValueError
        A column is not there, the choice is none of those allowed, or `other` is an area of the table.
    DataError
        A flow is missing.

    Examples
    --------
    >>> import polars as pl
    >>> flows = pl.DataFrame(
    ...     {"ORIGIN": ["AAA", "BBB", "CCC"], "DESTINATION": ["BBB", "AAA", "AAA"], "OBS_VALUE": [60.0, 4.0, 1.0]}
    ... )
    >>> lump_small(flows, threshold=10).rows()
    [('AAA', 'BBB', 60.0), ('OTHER', 'OTHER', 5.0)]
    """
    strange = [choice for choice in on if choice not in get_args(LumpOn)]
    if strange or not on:
        raise ValueError(f"on has {', '.join(strange) or 'nothing'}; allowed are {', '.join(get_args(LumpOn))}")
    moved = _moved(flows, by).group_by(*by, *_ENDS).agg(pl.col("OBS_VALUE").sum())
    if other in {code for end in _ENDS for code in moved[end].to_list()}:
        raise ValueError(f"{other!r} is an area of the table; choose another code for what is put together")
    value = pl.col("OBS_VALUE")
    few_from = (value.sum().over(*by, "ORIGIN") < threshold) if "departures" in on else pl.lit(value=False)
    few_to = (value.sum().over(*by, "DESTINATION") < threshold) if "arrivals" in on else pl.lit(value=False)
    few = (value < threshold) if "flow" in on else pl.lit(value=False)
    lumped = moved.with_columns(
        ORIGIN=pl.when(few | few_from).then(pl.lit(other)).otherwise("ORIGIN"),
        DESTINATION=pl.when(few | few_to).then(pl.lit(other)).otherwise("DESTINATION"),
    )
    return lumped.group_by(*by, *_ENDS).agg(value.sum()).sort(*by, *_ENDS)


def _moved(flows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    columns = [*by, *_ENDS, "OBS_VALUE"]
    lost = [column for column in columns if column not in flows.columns]
    if lost:
        raise ValueError(f"no column {', '.join(lost)}; there are {', '.join(flows.columns)}")
    moved = flows.select(columns).filter(pl.col("ORIGIN").ne_missing(pl.col("DESTINATION")))
    unknown = moved.filter(pl.col("OBS_VALUE").is_null() | pl.col("OBS_VALUE").is_nan())
    raise_if_any(
        Finding(
            "value-missing",
            f"flow from {origin} to {destination}",
            "no number",
            "drop the row by name, or give the number",
        )
        for origin, destination in unknown.select(*_ENDS).iter_rows()
    )
    return moved.with_columns(pl.col("OBS_VALUE").cast(pl.Float64))


def _require_ends(cube: xr.DataArray) -> None:
    if not {"origin", "destination"} <= set(cube.dims):
        raise ValueError(f"the cube has dims {cube.dims}; expected origin and destination among them")


def _require_regions(codes: Iterable[str], regions: Mapping[str, str]) -> None:
    lost = sorted(set(codes) - set(regions))
    if lost:
        raise ValueError(f"no region for {', '.join(lost)}; give every area one")
