"""What changed from one vintage to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from corridors.concepts.ages import TOTAL
from corridors.concepts.dataflows import DataflowName, dataflow


@dataclass(frozen=True, slots=True)
class Diff:
    """Numbers of observations, and a table of all that are not unchanged.

    `table` has the key columns (without `SOURCE`), `CHANGE` (added, removed or revised), figure (`BEFORE`, `AFTER`) and
    status (`STATUS_BEFORE`, `STATUS_AFTER`), and in `CHANGED` which columns of a revised observation differ.
    """

    added: int
    removed: int
    revised: int
    unchanged: int
    table: pl.DataFrame


def diff(before: pl.DataFrame, after: pl.DataFrame, name: DataflowName) -> Diff:
    """Compare two tables of one dataflow by key, in every other column; the source's revision is no part of it.

    Parameters
    ----------
    before, after
        Tables of the dataflow. A column that only one of them has is blank in the other.
    name
        The dataflow.

    Raises
    ------
    ValueError
        A table has one key twice once its source is left out.
    """
    flow = dataflow(name)
    # A dimension that one of the tables lacks is a total there.
    before, after = (
        table.with_columns(pl.lit(TOTAL).alias(c.name) for c in flow.dimensions if c.name not in table.columns)
        for table in (before, after)
    )
    key = [name for name in flow.key_of(before.columns) if name != "SOURCE"]
    for word, table in (("before", before), ("after", after)):
        if table.select(key).is_duplicated().any():
            raise ValueError(f"the table {word} holds several sources; compare one product with itself")
    values = [column.name for column in (*flow.attributes, *flow.optional)]
    schema = flow.schema()
    joined = _with_all(before, key, values, schema).join(
        _with_all(after, key, values, schema), on=key, how="full", coalesce=True, nulls_equal=True, suffix="_AFTER"
    )
    differing = pl.concat_str(
        [pl.when(pl.col(value).ne_missing(pl.col(f"{value}_AFTER"))).then(pl.lit(value)) for value in values],
        separator=", ",
        ignore_nulls=True,
    )
    both = pl.col("THERE") & pl.col("THERE_AFTER")
    marked = joined.with_columns(CHANGED=pl.when(both).then(differing)).with_columns(
        CHANGE=pl.when(pl.col("THERE").is_null())
        .then(pl.lit("added"))
        .when(pl.col("THERE_AFTER").is_null())
        .then(pl.lit("removed"))
        .when(pl.col("CHANGED") == "")
        .then(pl.lit("unchanged"))
        .otherwise(pl.lit("revised"))
    )
    counts = dict(marked.group_by("CHANGE").len().iter_rows())
    table = marked.filter(pl.col("CHANGE") != "unchanged").select(
        *key,
        "CHANGE",
        BEFORE="OBS_VALUE",
        AFTER="OBS_VALUE_AFTER",
        STATUS_BEFORE="OBS_STATUS",
        STATUS_AFTER="OBS_STATUS_AFTER",
        CHANGED="CHANGED",
    )
    added, removed, revised, unchanged = (
        int(counts.get(word, 0)) for word in ("added", "removed", "revised", "unchanged")
    )
    return Diff(added, removed, revised, unchanged, table.sort(key))


def _with_all(
    table: pl.DataFrame, key: Sequence[str], values: Sequence[str], schema: Mapping[str, pl.DataType]
) -> pl.DataFrame:
    absent = [pl.lit(None, dtype=schema[value]).alias(value) for value in values if value not in table.columns]
    return table.with_columns(absent).select(*key, *values, THERE=True)
