"""What an area would report of a flow, given its definition and all other reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from corridors.estimate._report_design import DURATIONS, durations
from corridors.estimate._report_tables import CARE, HALF

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from corridors.estimate.reports import HarmonisedFlows

    Floats = NDArray[np.float64]


def expected_reports(harmonised: HarmonisedFlows, wanted: pl.DataFrame, *, level: float = 0.8) -> pl.DataFrame:
    """Reports that the flows lead one to expect, with intervals: the test of a model on reports it has not seen.

    Parameters
    ----------
    harmonised
        Flows of the areas and years wanted, and effects.
    wanted
        Rows as of `corridors.harmonise.definitions.defined_reports`; their figures are not used.
    level
        Probability of the interval.

    Returns
    -------
    polars.DataFrame
        The rows of `wanted` with `MEDIAN`, `LOWER` and `UPPER`, in persons.

    Raises
    ------
    ValueError
        `level` is not between zero and one, or an area or year is not among the flows.

    Notes
    -----
    Flow, undercount and habit count as independent given the reports. Where the area reported other flows they are not,
    and the interval is somewhat wide.

    Examples
    --------
    >>> import polars as pl
    >>> from corridors.estimate.reports import harmonise_reports
    >>> from corridors.harmonise.definitions import defined_reports
    >>> row = {"ORIGIN": "AAA", "DESTINATION": "BBB", "REPORTER": "BBB", "TIME_PERIOD": "2012", "OBS_VALUE": 500.0}
    >>> reports = defined_reports(pl.DataFrame([row]))
    >>> found = expected_reports(harmonise_reports(reports), reports)
    >>> bool((found["LOWER"] < 500).all() and (found["UPPER"] > 500).all())
    True
    """
    import polars as pl

    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it is a probability, above 0 and below 1")
    known = [set(map(str, harmonised.flow[dim].values)) for dim in ("period", "origin")]
    for column, names in (("TIME_PERIOD", known[0]), ("ORIGIN", known[1]), ("DESTINATION", known[1])):
        strangers = sorted(set(wanted[column].to_list()) - names)
        if strangers:
            raise ValueError(f"no flows for {column} {', '.join(strangers)}")
    mean, variance = _logarithms(harmonised, wanted)
    variance = variance + 1 / (np.exp(mean) + HALF)
    width = float(ndtri(0.5 + level / 2)) * np.sqrt(variance)
    return wanted.with_columns(
        MEDIAN=pl.Series(np.exp(mean)),
        LOWER=pl.Series(np.maximum(np.exp(mean - width) - HALF, 0)),
        UPPER=pl.Series(np.exp(mean + width)),
    )


def _logarithms(harmonised: HarmonisedFlows, wanted: pl.DataFrame) -> tuple[Floats, Floats]:
    """Means and variances of the logarithms of reports, chance aside."""
    where = [harmonised.flow.get_index(dim) for dim in ("period", "origin", "destination")]
    at = tuple(
        index.get_indexer(wanted[column].to_list())
        for index, column in zip(where, ("TIME_PERIOD", "ORIGIN", "DESTINATION"), strict=True)
    )
    mean = np.log(harmonised.flow.values[at])
    variance = harmonised.deviation.values[at] ** 2
    arrived = (wanted["REPORTER"] == wanted["DESTINATION"]).to_list()
    roles = ["immigrants" if here else "emigrants" for here in arrived]
    index = harmonised.effects.get_index("effect")
    means, variances = harmonised.effects["mean"].values, harmonised.effects["deviation"].values ** 2
    for word, names in (("undercount", wanted["UNDERCOUNT"].to_list()), ("habit", wanted["REPORTER"].to_list())):
        place = index.get_indexer(
            [f"{role} {word} {name or 'unknown'}" for role, name in zip(roles, names, strict=True)]
        )
        mean, variance = mean + means[place], variance + variances[place]
    nothing = np.zeros(len(DURATIONS))
    months = durations(wanted["DURATION"].cast(float).to_numpy(), mean=nothing, deviation=nothing)
    place, hats = index.get_indexer(list(months.names)), months.design.toarray()
    care = np.array([CARE.index(name or CARE[-1]) for name in wanted["ACCURACY"]], dtype=np.intp)
    spreads = harmonised.spreads
    errors = spreads.errors[care] ** 2 + spreads.lasting[care] ** 2
    return mean + hats @ means[place], variance + hats**2 @ variances[place] + errors
