"""Estimated flows by year, from tidy tables to a tidy table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import xarray as xr

from corridors.concepts.ages import TOTAL
from corridors.concepts.findings import DataError, raise_if_any
from corridors.concepts.periods import Period
from corridors.estimate.annual import AnnualFlows, Missing, Reach, annual_flows
from corridors.harmonise.departures import Departure
from corridors.harmonise.events import over_period

if TYPE_CHECKING:
    from datetime import date

_KEYS = ["TIME_PERIOD", "SEX", "METHOD", "SOURCE"]


@dataclass(frozen=True, slots=True)
class AnnualTable:
    """Flows by year, and how far annual net migration was changed.

    Parameters
    ----------
    flow
        Dataflow `FLOW` by periods of one year, zeros included.
    departures
        Net migration that was reconciled or not reached, summed over areas, for each year and sex; the largest first.
    """

    flow: pl.DataFrame
    departures: tuple[Departure, ...]


def annual_table(
    flow: pl.DataFrame, net: pl.DataFrame, *, missing: Missing = "rest", reach: Reach = "nearest"
) -> AnnualTable:
    """Split every period, sex and method of estimated flows to years.

    Parameters
    ----------
    flow
        Dataflow `FLOW`; the length of a period is that of its code (four years for `2020-07-01/P4Y`).
    net
        Dataflow `NET_MIGRATION` by calendar year, of all ages. Years of the result run from mid-year to mid-year and take
        half of each of the two calendar years that they touch.
    missing, reach
        As `corridors.estimate.annual.annual_flows` takes them.

    Raises
    ------
    DataError
        All faults of all periods, each with its period, sex and method.

    Examples
    --------
    >>> import polars as pl
    >>> both = {"SEX": "_T", "METHOD": "pb-closed", "UNIT_MEASURE": "PS", "OBS_STATUS": "E", "SOURCE": "example"}
    >>> period = {"TIME_PERIOD": "2020-07-01/P2Y"}
    >>> flow = pl.DataFrame(
    ...     [
    ...         {"ORIGIN": "AAA", "DESTINATION": "BBB", "OBS_VALUE": 90.0, **period, **both},
    ...         {"ORIGIN": "BBB", "DESTINATION": "AAA", "OBS_VALUE": 30.0, **period, **both},
    ...     ]
    ... )
    >>> net = pl.DataFrame({"AREA": ["AAA", "BBB"], "SEX": "_T", "AGE": "_T", "TIME_PERIOD": "2020", "OBS_VALUE": 0.0})
    >>> annual_table(flow, net).flow.select("TIME_PERIOD", "OBS_VALUE").rows()[:2]
    [('2020-07-01/P1Y', 45.0), ('2020-07-01/P1Y', 15.0)]
    """
    years = net.filter(pl.col("AGE") == TOTAL)
    parts, departures, findings = [], [], []
    for key, rows in flow.group_by(_KEYS, maintain_order=True):
        named = dict(zip(_KEYS, map(str, key), strict=True))
        period = Period.from_code(named["TIME_PERIOD"])
        cube = _cube(rows)
        anchors = _anchors(years.filter(pl.col("SEX") == named["SEX"]), period, cube)
        try:
            found = annual_flows(cube, net=anchors, missing=missing, reach=reach)
        except DataError as error:
            where = f"{period.label}, sex {named['SEX']}, {named['METHOD']}"
            findings += [replace(one, place=f"{where}, {one.place}") for one in error.findings]
        else:
            parts.append(_rows(found, rows))
            departures += _departures(found, named)
    raise_if_any(findings)
    ordered = sorted(departures, key=lambda one: -one.persons)
    return AnnualTable(pl.concat(parts) if parts else flow.clear(), tuple(ordered))


def _cube(rows: pl.DataFrame) -> xr.DataArray:
    codes = sorted({*rows.get_column("ORIGIN"), *rows.get_column("DESTINATION")})
    at = {code: number for number, code in enumerate(codes)}
    cells = np.full((len(codes), len(codes)), np.nan)
    # A corridor without a row had nobody: the diagonal alone cannot have.
    cells[~np.eye(len(codes), dtype=bool)] = 0.0
    origin, destination = ([at[code] for code in rows.get_column(name)] for name in ("ORIGIN", "DESTINATION"))
    cells[origin, destination] = rows.get_column("OBS_VALUE").to_numpy()
    return xr.DataArray(
        cells, {"origin": codes, "destination": codes}, ("origin", "destination"), attrs={"unit": "persons"}
    )


def _anchors(net: pl.DataFrame, period: Period, cube: xr.DataArray) -> xr.DataArray:
    """Net migration from mid-year to mid-year; not a number where a calendar year is not known."""
    steps = [Period(_in_year(period.start, number), 1) for number in range(period.years)]
    codes = [str(code) for code in cube["destination"].values]
    cells = np.full((len(steps), len(codes)), np.nan)
    for number, step in enumerate(steps):
        known = dict(over_period(net, step, keys=["AREA"]).select("AREA", "OBS_VALUE").iter_rows())
        cells[number] = [known.get(code, np.nan) for code in codes]
    coords = {"period": [step.code for step in steps], "destination": codes}
    return xr.DataArray(cells, coords, ("period", "destination"), attrs={"unit": "persons"})


def _in_year(start: date, number: int) -> date:
    return start.replace(year=start.year + number)


def _rows(found: AnnualFlows, like: pl.DataFrame) -> pl.DataFrame:
    codes = [str(code) for code in found.flow["origin"].values]
    at = {code: number for number, code in enumerate(codes)}
    origin, destination = ([at[code] for code in like.get_column(name)] for name in ("ORIGIN", "DESTINATION"))
    return pl.concat(
        like.with_columns(TIME_PERIOD=pl.lit(str(code)), OBS_VALUE=found.flow.values[number, origin, destination])
        for number, code in enumerate(found.flow["period"].values)
    )


def _departures(found: AnnualFlows, named: dict[str, str]) -> list[Departure]:
    facts = {"annual net migration reconciled to the flows of the period": found.adjusted}
    if found.unreached is not None:
        facts["annual net migration that the corridors cannot have"] = found.unreached
    return [
        Departure(f"{Period.from_code(str(code)).label}, sex {named['SEX']}, {named['METHOD']}", fact, persons)
        for fact, table in facts.items()
        for code, persons in zip(table["period"].values, (np.abs(table.values).sum(axis=1) / 2).tolist(), strict=True)
        if persons >= 1
    ]
