"""Rows that name no one place: each counts other persons, so that together they are one figure of unknown origin."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corridors.concepts.areas import UNKNOWN_ORIGIN


def sum_or_missing() -> pl.Expr:
    """Sum of the figures of a group, or nothing where one of them is not there."""
    value = pl.col("OBS_VALUE")
    return pl.when(value.is_not_null().all()).then(value.sum())


def one_unknown(table: pl.DataFrame, column: str, *, key: Sequence[str], word: str) -> pl.DataFrame:
    """Rows of one key whose area is unknown as one row, with a note that lists what was added up.

    Parameters
    ----------
    table
        Table with the columns of the key, OBS_VALUE, OBS_STATUS, NOTE and the source's own words.
    column
        Column of the key that holds the area.
    key
        Columns that tell observations apart.
    word
        Column with the source's word for the place.

    Examples
    --------
    >>> rows = {"A": ["XXX", "XXX", "FRA"], "W": ["other", "sea", "FR"], "OBS_VALUE": [1.0, 2.0, 3.0]}
    >>> table = pl.DataFrame({**rows, "OBS_STATUS": ["A"] * 3, "NOTE": [None, None, None]})
    >>> one_unknown(table, "A", key=["A"], word="W").select("A", "OBS_VALUE", "NOTE").rows()
    [('FRA', 3.0, None), ('XXX', 3.0, 'sum of other 1, sea 2')]
    """
    unknown = pl.col(column) == UNKNOWN_ORIGIN
    note, status = pl.col("NOTE").cast(pl.String), pl.col("OBS_STATUS")
    columns = [*key, "OBS_VALUE", "OBS_STATUS", "NOTE"]
    shown = pl.col("OBS_VALUE").cast(pl.Int64, strict=False).cast(pl.String)
    told = table.filter(unknown).with_columns(SHOWN=pl.concat_str(word, shown, separator=" ", ignore_nulls=True))
    joined = told.group_by(key, maintain_order=True).agg(
        sum_or_missing().alias("OBS_VALUE"),
        status.filter(status != "A").first().fill_null("A").alias("OBS_STATUS"),
        pl.when(pl.len() > 1)
        .then(pl.lit("sum of ") + pl.col("SHOWN").str.join(", "))
        .otherwise(pl.col(word).first())
        .alias("PARTS"),
        note.drop_nulls().unique(maintain_order=True).str.join("; ").alias("NOTES"),
    )
    notes = pl.concat_str("PARTS", pl.when(pl.col("NOTES") != "").then("NOTES"), separator="; ", ignore_nulls=True)
    known = table.filter(~unknown).with_columns(NOTE=note)
    return pl.concat([known.select(columns), joined.with_columns(NOTE=notes).select(columns)])
