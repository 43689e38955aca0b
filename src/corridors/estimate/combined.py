"""Flows from any data: harmonised reports where there are some, an account elsewhere, net migration exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import xarray as xr

from corridors.concepts.dims import require_dims
from corridors.concepts.findings import DataError, Finding
from corridors.estimate._cells import labelled
from corridors.estimate._netclose import close_net_by_weight
from corridors.estimate.reports import BELIEFS, harmonise_reports

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from corridors.estimate.beliefs import Beliefs
    from corridors.estimate.reports import HarmonisedFlows

    Floats = NDArray[np.float64]

Counts = Literal["transitions", "moves"]
#: How much more a large flow of an account gives way than a small one, as for `circ-closed`.
POWER = 0.75


@dataclass(frozen=True, slots=True)
class CombinedFlows:
    """Flows over a period from reports and an account together.

    Parameters
    ----------
    flow
        Persons, dims (origin, destination); the diagonal is empty.
    before
        The same before net migration was restored.
    deviation
        Standard deviation of the logarithm before that, unit 1.
    from_reports
        Whether a flow rests on the reports, dims (origin, destination).
    moves_a_transition
        Moves that reports count over the years for each person whom the account counts as moved, over the corridors
        with reports.
    counts
        As asked for.
    harmonised
        What was made of the reports.
    net_error
        Largest difference of in less out from that of the account, in persons.
    """

    flow: xr.DataArray
    before: xr.DataArray
    deviation: xr.DataArray
    from_reports: xr.DataArray
    moves_a_transition: float
    counts: Counts
    harmonised: HarmonisedFlows
    net_error: float


def combine_flows(  # noqa: PLR0913  # two kinds of data, and how each is read
    accounted: xr.DataArray,
    reports: pl.DataFrame,
    *,
    years: float = 5.0,
    counts: Counts = "transitions",
    filled: Sequence[str] | None = None,
    covariates: Mapping[str, xr.DataArray] | None = None,
    beliefs: Beliefs = BELIEFS,
) -> CombinedFlows:
    """Reports where there are some, the account elsewhere, and the account's net migration everywhere.

    Reports are harmonised with the account as the expected flow. What they say is then brought to what the account
    counts, or the account to what they count, and all flows are changed as little as their precision asks for until each
    area gains or loses what it does in the account.

    Parameters
    ----------
    accounted
        Persons who moved over the period, dims (origin, destination), by a closed method such as `circ-closed`.
    reports
        As `corridors.harmonise.definitions.defined_reports` makes them, of years within the period.
    years
        Length of the period.
    counts
        Whether the result counts people whose residence differs at both dates, as the account does, or moves of people
        who stay twelve months, summed over the years, as reports do. One constant ratio is the bridge between them.
    filled
        Areas whose arrivals the model of the reports fills, given the account, where nothing is reported; by default those
        that report, as senders or receivers. Elsewhere the account stands: areas that are unlike those that report
        should not be put here.
    covariates
        As for `corridors.estimate.reports.harmonise_reports`, on the areas of the reports.
    beliefs
        Means and standard deviations before any report.

    Returns
    -------
    CombinedFlows
        Flows, their deviations, and what the reports were made of.

    Raises
    ------
    ValueError
        A choice is none of those allowed, `years` is not above zero, or the reports name areas that the account lacks.
    DataError
        As for `harmonise_reports`; and net migration that no flows reach (`account-unsettled`).

    Notes
    -----
    The result minimises ``sum_ij (y ln(y / f) - y + f) / w`` under the net totals, with ``w_ij = (f / max f)^0.75 s_ij^2``
    and `s` the standard deviation of ``ln f``.

    Examples
    --------
    >>> import polars as pl
    >>> from corridors.estimate.circulation import estimate_circulation
    >>> from corridors.harmonise.definitions import defined_reports
    >>> from corridors.testing import world
    >>> given = world(4, 1)
    >>> account = estimate_circulation(given.stock_start, given.stock_end, births=given.births, deaths=given.deaths).flow
    >>> one, other = (str(code) for code in account["origin"].values[:2])
    >>> row = {"ORIGIN": one, "DESTINATION": other, "REPORTER": other, "TIME_PERIOD": "2012", "OBS_VALUE": 7_000.0}
    >>> found = combine_flows(account, defined_reports(pl.DataFrame([row])))
    >>> found.net_error < 0.01, int(found.from_reports.sum())
    (True, 1)
    """
    _check(accounted, reports, years=years, counts=counts, filled=filled)
    account = accounted.fillna(0).values.astype(float)
    codes = [str(code) for code in accounted["origin"].values]
    ends = sorted({*reports["ORIGIN"].to_list(), *reports["DESTINATION"].to_list()})
    harmonised = harmonise_reports(reports, areas=ends, expected=accounted, covariates=covariates, beliefs=beliefs)
    told = _on(harmonised.total, accounted) * years / harmonised.flow.sizes["period"]
    rests = _on(harmonised.reported.astype(float), accounted) > 0
    ratio = _ratio_of_sums(told, account, rests)
    into = np.isin(codes, reports["REPORTER"].to_list() if filled is None else list(filled))
    used = rests | (np.isfinite(told) & into)
    # A corridor that the account leaves empty may hold those whom a report has seen.
    before = np.where(used, told, account * ratio)
    doubt = harmonised.spreads
    alone = float(np.sqrt(doubt.corridor**2 + doubt.effects[:2] @ doubt.effects[:2]))
    deviation = np.where(used, _on(harmonised.total_deviation, accounted), alone)
    if counts == "transitions":
        before = before / ratio
    np.fill_diagonal(before, 0.0)
    weight = (before / before.max(initial=1e-300)) ** POWER * deviation**2
    closed = close_net_by_weight(before, net=account.sum(axis=0) - account.sum(axis=1), weight=weight)
    if not closed.holds:
        raise DataError([_unsettled(closed.error)])
    return CombinedFlows(
        flow=labelled(before * closed.factor, codes),
        before=labelled(before, codes),
        deviation=labelled(deviation, codes).assign_attrs(unit="1"),
        from_reports=accounted.copy(data=rests).assign_attrs(unit="1"),
        moves_a_transition=ratio,
        counts=counts,
        harmonised=harmonised,
        net_error=closed.error,
    )


def _check(
    accounted: xr.DataArray, reports: pl.DataFrame, *, years: float, counts: str, filled: Sequence[str] | None
) -> None:
    require_dims(accounted, ("origin", "destination"), name="accounted")
    if counts not in get_args(Counts):
        raise ValueError(f"no count {counts!r}; there are {', '.join(get_args(Counts))}")
    if not years > 0:
        raise ValueError(f"years is {years}; it is the length of the period, above zero")
    known = set(map(str, accounted["origin"].values))
    ends = {*reports["ORIGIN"].to_list(), *reports["DESTINATION"].to_list()}
    strangers = sorted(ends - known)
    if strangers:
        raise ValueError(f"the reports name areas that accounted lacks: {', '.join(strangers)}; leave those rows out")
    unknown = sorted(set(filled or ()) - ends)
    if unknown:
        raise ValueError(f"filled names areas on which nothing is reported: {', '.join(unknown)}")


def _on(table: xr.DataArray, like: xr.DataArray) -> Floats:
    """Values on the areas of another table; not a number where the first has none."""
    found: Floats = table.reindex(origin=like["origin"], destination=like["destination"]).values.astype(float)
    return found


def _ratio_of_sums(told: Floats, account: Floats, rests: NDArray[np.bool_]) -> float:
    both = rests & (account > 0)
    return float(told[both].sum() / account[both].sum()) if both.any() else 1.0


def _unsettled(error: float) -> Finding:
    return Finding(
        "account-unsettled",
        "net migration of the combined flows",
        f"it is still missed by {error:,.3f} persons",
        "check that accounted is closed, and areas that no flow reaches",
    )
