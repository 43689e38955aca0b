"""Flows under one definition from what senders and receivers reported under theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy.special import ndtri

from corridors.concepts.dims import require_dims
from corridors.estimate._report_model import Posterior, Reported, Spreads, corridors_only, posterior
from corridors.estimate._report_tables import Places, places_of, prepared
from corridors.estimate._spreads import most_likely
from corridors.estimate.beliefs import Beliefs

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

BELIEFS = Beliefs()
#: Where the search for spreads starts, and what they are drawn to: corridor, year; errors by class of accuracy
#: (high, medium, low, unknown); effects of origins, destinations and reporters.
SPREADS = Spreads(
    corridor=0.6,
    year=0.1,
    errors=np.array([0.1, 0.15, 0.25, 0.2]),
    lasting=np.array([0.15, 0.25, 0.4, 0.3]),
    effects=np.array([0.4, 0.4, 0.3]),
)


@dataclass(frozen=True, slots=True)
class HarmonisedFlows:
    """Flows of people who stay twelve months, as the reports and the model together tell them.

    Parameters
    ----------
    flow
        Medians, persons a year, dims (period, origin, destination); periods are years, the diagonal is empty.
    deviation
        Standard deviation of the logarithm, same dims, unit 1.
    total, total_deviation
        The same of the sum over all years, dims (origin, destination).
    reported
        Whether a corridor has a report in any year, dims (origin, destination).
    effects
        `mean` and `deviation` of the effects on logarithms, dim (effect,).
    spreads
        Standard deviations of corridors, years, errors and groups of effects.
    evidence
        Logarithm of the density of all reports.
    """

    flow: xr.DataArray
    deviation: xr.DataArray
    total: xr.DataArray
    total_deviation: xr.DataArray
    reported: xr.DataArray
    effects: xr.Dataset
    spreads: Spreads
    evidence: float

    def interval(self, level: float) -> tuple[xr.DataArray, xr.DataArray]:
        """Bounds between which each flow lies with a probability.

        Raises
        ------
        ValueError
            `level` is not between zero and one.
        """
        if not 0 < level < 1:
            raise ValueError(f"level is {level}; it is a probability, above 0 and below 1")
        width = np.exp(ndtri(0.5 + level / 2) * self.deviation)
        bounds = self.flow / width, self.flow * width
        for bound in bounds:
            bound.attrs["unit"] = "persons"
        return bounds


def harmonise_reports(
    reports: pl.DataFrame,
    *,
    areas: list[str] | None = None,
    expected: xr.DataArray | None = None,
    covariates: Mapping[str, xr.DataArray] | None = None,
    beliefs: Beliefs = BELIEFS,
    spreads: Spreads | None = None,
) -> HarmonisedFlows:
    """True flows behind reports that differ in rule, coverage and care.

    The report of an area is the true flow of people who stay twelve months, changed by its duration rule, by the moves
    it misses, by a habit of its own, and by an error whose size its class of accuracy sets. True flows follow a gravity
    law with effects of origins, destinations, years and corridors. All of it is linear in logarithms, so that given the
    spreads the posterior is exact; the spreads are those that make the reports most likely.

    Parameters
    ----------
    reports
        As `corridors.harmonise.definitions.defined_reports` makes them: one row a corridor, year and reporter.
    areas
        Codes of the table made; by default all that report or are reported on. Corridors without a report are filled by
        the model.
    expected
        Persons a year that something else lets expect, an accounting estimate for example: dims (origin, destination).
        The model learns how far it holds.
    covariates
        Further columns, such as the logarithm of distance, dims (origin, destination).
    beliefs
        Means and standard deviations before any report.
    spreads
        To hold instead of the most likely ones.

    Returns
    -------
    HarmonisedFlows
        Medians, deviations and effects.

    Raises
    ------
    ValueError
        A table has other dims or lacks an area, or there is no report between the areas.
    DataError
        A class is unknown (`class-unknown`), a report stands twice (`report-repeated`), is below zero
        (`value-negative`), or is by neither end of its corridor (`reporter-stranger`).

    Notes
    -----
    With `z` the report of area `r` in role `s`, of corridor `ij` and year `t`, and `y` the flow,

    ``ln(z + 1/2) = ln y + duration + undercount_s,class + habit_s,r + e``, ``e ~ N(0, error_class^2 + 1 / (z + 1/2))``,
    ``ln y = a + b ln expected + covariates + year_t + origin_i + destination_j + corridor_ij + passing_ijt``.

    What all reports miss in common cannot be seen in them: the level of flows rests on the beliefs on undercount.

    References
    ----------
    Raymer, J., Wiśniowski, A., Forster, J. J., Smith, P. W. F. and Bijak, J. (2013), Journal of the American Statistical
    Association 108(503), 801-819, https://doi.org/10.1080/01621459.2013.789435.

    Examples
    --------
    >>> import polars as pl
    >>> from corridors.harmonise.definitions import defined_reports
    >>> pair = {"ORIGIN": "AAA", "DESTINATION": "BBB", "TIME_PERIOD": "2012", "NOTE": "undercount excellent; accuracy high"}
    >>> rows = [{**pair, "REPORTER": "AAA", "OBS_VALUE": 500.0}, {**pair, "REPORTER": "BBB", "OBS_VALUE": 520.0}]
    >>> found = harmonise_reports(defined_reports(pl.DataFrame(rows)))
    >>> flow = float(found.flow.sel(period="2012", origin="AAA", destination="BBB"))
    >>> 500 < flow < 540
    True
    """
    places = places_of(reports, areas)
    tables = {} if covariates is None else dict(covariates)
    for name, table in {**tables, **({} if expected is None else {"expected": expected})}.items():
        require_dims(table, ("origin", "destination"), name=name)
    names, reported, effects = prepared(reports, places, expected=expected, covariates=tables, beliefs=beliefs)
    if spreads is None:
        seen = np.flatnonzero(np.isfinite(reported.logs).any(axis=(1, 2)))
        spreads = most_likely(corridors_only(reported, seen), effects, SPREADS)
    return _labelled(posterior(reported, effects, spreads), names, places=places, reported=reported, spreads=spreads)


def _labelled(
    found: Posterior, names: tuple[str, ...], *, places: Places, reported: Reported, spreads: Spreads
) -> HarmonisedFlows:
    annual = np.exp(found.mean)
    total = annual.sum(axis=1)
    # The logarithm of a sum moves with its parts in proportion to their size.
    share = annual / total[:, None]
    variance = np.einsum("ct,cts,cs->c", share, found.covariance, share)
    yearly = np.sqrt(np.diagonal(found.covariance, axis1=1, axis2=2))
    effects = xr.Dataset(
        {
            "mean": ("effect", found.effects),
            "deviation": ("effect", np.sqrt(np.diag(found.effects_covariance))),
        },
        {"effect": list(names)},
    )
    return HarmonisedFlows(
        flow=places.cube(annual, unit="persons"),
        deviation=places.cube(yearly, unit="1"),
        total=places.table(total, unit="persons"),
        total_deviation=places.table(np.sqrt(variance), unit="1"),
        reported=places.marks(np.asarray(np.isfinite(reported.logs).any(axis=(1, 2)))),
        effects=effects,
        spreads=spreads,
        evidence=found.evidence,
    )
