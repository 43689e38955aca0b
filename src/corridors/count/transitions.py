"""Census transitions: where people live now against where they lived one or five years ago."""

from __future__ import annotations

import polars as pl

from corridors.concepts.findings import Finding, raise_if_any

#: Residence that a person did not state: a category of its own, never spread silently.
NOT_STATED = "not_stated"


def transition(persons: pl.DataFrame, *, interval_years: int) -> pl.DataFrame:
    """Cross-classify people by residence at the start of an interval and now.

    Parameters
    ----------
    persons
        AGE in completed years; THEN, residence `interval_years` ago, null where not stated; NOW, residence today; WEIGHT
        of the person, where the file is a sample.
    interval_years
        Length of the interval. Persons younger than it were not yet born, and are left out however they answered.

    Returns
    -------
    polars.DataFrame
        THEN, NOW, OBS_VALUE, by THEN and NOW.

    Examples
    --------
    >>> import polars as pl
    >>> persons = pl.DataFrame({"AGE": [4, 30, 31], "THEN": ["AAA", None, "AAA"], "NOW": ["BBB"] * 3})
    >>> transition(persons, interval_years=5).rows()
    [('AAA', 'BBB', 1.0), ('not_stated', 'BBB', 1.0)]
    """
    if interval_years < 1:
        raise ValueError(f"interval_years is {interval_years}; allowed are whole years (1 or more)")
    raise_if_any(
        Finding("column-missing", "persons", f"no column {name}", f"add {name}")
        for name in ("AGE", "THEN", "NOW")
        if name not in persons.columns
    )
    if "WEIGHT" not in persons.columns:
        persons = persons.with_columns(WEIGHT=pl.lit(1.0))
    empty = {name: persons[name].null_count() for name in ("AGE", "NOW", "WEIGHT")}
    raise_if_any(
        Finding("person-incomplete", f"persons, column {name}", f"{count} values are empty", "fill them in")
        for name, count in empty.items()
        if count
    )
    return (
        persons.filter(pl.col("AGE") >= interval_years)
        .group_by(pl.col("THEN").fill_null(NOT_STATED), "NOW")
        .agg(OBS_VALUE=pl.col("WEIGHT").cast(pl.Float64).sum())
        .sort("THEN", "NOW")
    )
