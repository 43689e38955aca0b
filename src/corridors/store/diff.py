"""What changed from one vintage to another."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from corridors.concepts.dataflows import DataflowName, dataflow


@dataclass(frozen=True, slots=True)
class Diff:
    """Numbers of observations, and a table of all that are not unchanged.

    `table` has the key columns (without `SOURCE`), `CHANGE` (added, removed or revised), `BEFORE` and `AFTER`.
    """

    added: int
    removed: int
    revised: int
    unchanged: int
    table: pl.DataFrame


def diff(before: pl.DataFrame, after: pl.DataFrame, name: DataflowName) -> Diff:
    """Compare two tables of one dataflow by key; the source's revision is no part of it.

    Parameters
    ----------
    before, after
        Tables of the dataflow.
    name
        The dataflow.

    Raises
    ------
    ValueError
        A table has one key twice once its source is left out.
    """
    key = [column.name for column in dataflow(name).key if column.name != "SOURCE"]
    for word, table in (("before", before), ("after", after)):
        if table.select(key).is_duplicated().any():
            raise ValueError(f"the table {word} holds several sources; compare one product with itself")
    values = ["OBS_VALUE", "OBS_STATUS"]
    joined = before.select(*key, *values, BEFORE_THERE=True).join(
        after.select(*key, *values, AFTER_THERE=True),
        on=key,
        how="full",
        coalesce=True,
        nulls_equal=True,
        suffix="_AFTER",
    )
    same = pl.col("OBS_VALUE").eq_missing(pl.col("OBS_VALUE_AFTER")) & pl.col("OBS_STATUS").eq_missing(
        pl.col("OBS_STATUS_AFTER")
    )
    change = (
        pl.when(pl.col("BEFORE_THERE").is_null())
        .then(pl.lit("added"))
        .when(pl.col("AFTER_THERE").is_null())
        .then(pl.lit("removed"))
        .when(same)
        .then(pl.lit("unchanged"))
        .otherwise(pl.lit("revised"))
    )
    marked = joined.with_columns(CHANGE=change)
    counts = dict(marked.group_by("CHANGE").len().iter_rows())
    table = marked.filter(pl.col("CHANGE") != "unchanged").select(
        *key, "CHANGE", BEFORE="OBS_VALUE", AFTER="OBS_VALUE_AFTER"
    )
    added, removed, revised, unchanged = (
        int(counts.get(word, 0)) for word in ("added", "removed", "revised", "unchanged")
    )
    return Diff(added, removed, revised, unchanged, table.sort(key))
