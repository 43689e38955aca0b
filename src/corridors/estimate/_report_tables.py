"""Reports and covariates as the arrays of the model, and its answers as labelled tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import xarray as xr

from corridors.concepts.findings import Finding, raise_if_any
from corridors.estimate import _report_design as designs
from corridors.estimate._report_design import Columns
from corridors.estimate._report_model import ROLES, Effects, Reported
from corridors.estimate.beliefs import Beliefs
from corridors.harmonise.definitions import ACCURACIES, UNDERCOUNTS, definition_findings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

#: Added to a report before its logarithm is taken, so that none is a number too.
HALF = 0.5
#: Belief in the level of flows: anything from a tenth of a person to millions.
_LEVEL, _LEVEL_DEVIATION = 5.0, 5.0
_CLASSES = (*UNDERCOUNTS, "unknown")
#: Classes of accuracy in the order of the deviations of `Spreads`.
CARE = (*ACCURACIES, "unknown")


@dataclass(frozen=True, slots=True)
class Places:
    """Areas and years, and all corridors between different areas: positions of their ends."""

    codes: list[str]
    years: list[str]
    origin: Positions
    destination: Positions

    @property
    def shape(self) -> tuple[int, int, int]:
        """Corridors, years, roles."""
        return self.origin.size, len(self.years), ROLES

    def cube(self, values: Floats, *, unit: str) -> xr.DataArray:
        """Values by corridor and year with their labels."""
        tables = [self.table(values[:, year], unit=unit) for year in range(len(self.years))]
        found = xr.concat(tables, dim=xr.DataArray(self.years, dims=("period",), name="period"))
        return found.transpose("period", "origin", "destination").assign_attrs(unit=unit)

    def table(self, values: Floats, *, unit: str) -> xr.DataArray:
        """Values by corridor with their labels; the diagonal is empty."""
        cells = np.full((len(self.codes), len(self.codes)), np.nan)
        cells[self.origin, self.destination] = values
        return self._labelled(cells, unit)

    def marks(self, values: NDArray[np.bool_]) -> xr.DataArray:
        """Yes or no by corridor; no on the diagonal."""
        cells = np.zeros((len(self.codes), len(self.codes)), dtype=bool)
        cells[self.origin, self.destination] = values
        return self._labelled(cells, "1")

    def _labelled(self, cells: NDArray[np.bool_] | Floats, unit: str) -> xr.DataArray:
        coords = {"origin": self.codes, "destination": self.codes}
        return xr.DataArray(cells, coords, ("origin", "destination"), attrs={"unit": unit})


def places_of(reports: pl.DataFrame, areas: list[str] | None) -> Places:
    """Areas and years of the model.

    Raises
    ------
    ValueError
        No report lies between the areas.
    """
    ends = pl.concat([reports["ORIGIN"], reports["DESTINATION"]]).unique().sort().to_list()
    codes = list(areas) if areas is not None else ends
    if len(set(codes)) != len(codes):
        raise ValueError("areas has a code more than once")
    inside = reports.filter(pl.col("ORIGIN").is_in(codes) & pl.col("DESTINATION").is_in(codes))
    years = inside["TIME_PERIOD"].unique().sort().to_list()
    if not years:
        raise ValueError("no report lies between the areas")
    apart = ~np.eye(len(codes), dtype=bool)
    origin, destination = np.nonzero(apart)
    return Places(codes, years, origin, destination)


def prepared(
    reports: pl.DataFrame,
    places: Places,
    *,
    expected: xr.DataArray | None,
    covariates: Mapping[str, xr.DataArray],
    beliefs: Beliefs,
) -> tuple[tuple[str, ...], Reported, Effects]:
    """Names of the effects, the reports with both designs, and beliefs."""
    raise_if_any([*definition_findings(reports), *_strangers(reports)])
    spread = _Spread.of(reports, places)
    counted = spread.of_column("OBS_VALUE") + HALF
    care = spread.of_class("ACCURACY", CARE)
    names, flow, report, effects = designs.joined(
        _of_flows(places, expected, covariates, beliefs), _of_reports(places, spread, beliefs)
    )
    with np.errstate(invalid="ignore"):
        logs = np.log(counted)
    chance = 1 / np.where(np.isfinite(counted), counted, 1.0)
    return names, Reported(logs, chance, care, flow, report), effects


def _strangers(reports: pl.DataFrame) -> list[Finding]:
    third = reports.filter((pl.col("REPORTER") != pl.col("ORIGIN")) & (pl.col("REPORTER") != pl.col("DESTINATION")))
    return [
        Finding(
            "reporter-stranger",
            f"{origin} to {destination}, {year}",
            f"counted by {reporter}, which is neither end",
            "name the area that counted, or leave the row out",
        )
        for origin, destination, year, reporter in third.select(
            "ORIGIN", "DESTINATION", "TIME_PERIOD", "REPORTER"
        ).iter_rows()
    ]


@dataclass(frozen=True, slots=True)
class _Spread:
    """Rows of reports and the places they take in an array of corridors, years and roles."""

    rows: pl.DataFrame
    at: tuple[Positions, Positions, Positions]
    shape: tuple[int, int, int]

    @classmethod
    def of(cls, reports: pl.DataFrame, places: Places) -> _Spread:
        code = {area: place for place, area in enumerate(places.codes)}
        rows = reports.filter(pl.col("ORIGIN").is_in(places.codes) & pl.col("DESTINATION").is_in(places.codes))
        origin, destination = (
            np.array([code[area] for area in rows[end]], dtype=np.intp) for end in ("ORIGIN", "DESTINATION")
        )
        number = np.full((len(code), len(code)), -1)
        number[places.origin, places.destination] = np.arange(places.origin.size)
        year = np.array([places.years.index(one) for one in rows["TIME_PERIOD"]], dtype=np.intp)
        role = (rows["REPORTER"] == rows["DESTINATION"]).to_numpy().astype(np.intp)
        return cls(rows, (number[origin, destination], year, role), places.shape)

    def of_column(self, name: str) -> Floats:
        """A column of numbers; not a number where there is no report or no figure."""
        found = np.full(self.shape, np.nan)
        found[self.at] = self.rows[name].cast(pl.Float64).to_numpy()
        return found

    def of_class(self, name: str, classes: tuple[str, ...]) -> Positions:
        """Positions of a class; the last one, which is unknown, where there is none."""
        found = np.full(self.shape, len(classes) - 1, dtype=np.intp)
        found[self.at] = [classes.index(word or classes[-1]) for word in self.rows[name]]
        return found


def _of_flows(
    places: Places, expected: xr.DataArray | None, covariates: Mapping[str, xr.DataArray], beliefs: Beliefs
) -> list[Columns]:
    corridors, years, _ = places.shape
    by_year = np.tile(np.arange(years), corridors)
    ends = {
        designs.ORIGINS: ("origin", np.repeat(places.origin, years)),
        designs.DESTINATIONS: ("destination", np.repeat(places.destination, years)),
    }
    level = np.ones((corridors * years, 1))
    found = [designs.dense(["level"], level, mean=_LEVEL, deviation=_LEVEL_DEVIATION)]
    if expected is not None:
        values = np.log(_on_places(expected, places, "expected") + HALF)
        column = np.repeat(values - values.mean(), years)[:, None]
        mean, deviation = beliefs.expected
        found.append(designs.dense(["expected"], column, mean=mean, deviation=deviation))
    for name, table in covariates.items():
        values = _on_places(table, places, name)
        column = np.repeat(values - values.mean(), years)[:, None]
        mean, deviation = beliefs.covariates
        found.append(designs.dense([name], column, mean=mean, deviation=deviation))
    mean, deviation = beliefs.year
    found.append(_alike([f"year {year}" for year in places.years], by_year, mean, deviation))
    for group, (word, member) in ends.items():
        found.append(_alike([f"{word} {code}" for code in places.codes], member, 0.0, 1.0, group))
    return found


def _of_reports(places: Places, spread: _Spread, beliefs: Beliefs) -> list[Columns]:
    months = np.array([beliefs.duration[month] for month in designs.DURATIONS])
    classes = np.array([beliefs.undercount[name] for name in _CLASSES])
    missed = designs.role_member(spread.of_class("UNDERCOUNT", _CLASSES), len(_CLASSES)).ravel()
    ends = np.stack([places.origin, places.destination], axis=1)[:, None, :]
    habit = designs.role_member(np.broadcast_to(ends, places.shape), len(places.codes)).ravel()
    return [
        designs.durations(spread.of_column("DURATION").ravel(), mean=months[:, 0], deviation=months[:, 1]),
        designs.members(
            designs.by_role([f"undercount {name}" for name in _CLASSES]),
            missed,
            mean=np.tile(classes[:, 0], ROLES),
            deviation=np.tile(classes[:, 1], ROLES),
        ),
        _alike(designs.by_role([f"habit {code}" for code in places.codes]), habit, 0.0, 1.0, designs.REPORTERS),
    ]


def _alike(
    names: list[str] | tuple[str, ...], member: Positions, mean: float, deviation: float, group: int = designs.FIXED
) -> Columns:
    number = len(names)
    return designs.members(names, member, mean=np.full(number, mean), deviation=np.full(number, deviation), group=group)


def _on_places(table: xr.DataArray, places: Places, name: str) -> Floats:
    """Values of all corridors.

    Raises
    ------
    ValueError
        An area is not in the table, or a corridor has no number.
    """
    for dim in ("origin", "destination"):
        lacking = sorted(set(places.codes) - set(map(str, table[dim].values)))
        if lacking:
            raise ValueError(f"{name} lacks {', '.join(lacking)} as {dim}")
    square = table.sel(origin=places.codes, destination=places.codes).values.astype(float)
    values: Floats = square[places.origin, places.destination]
    if not np.isfinite(values).all():
        raise ValueError(f"{name} is no number in {(~np.isfinite(values)).sum()} corridors")
    return values
