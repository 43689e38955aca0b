"""Flows by birthplace to a Parquet file, as they are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from corridors.estimate.by_birthplace import COLUMNS, birthplace_flows
from corridors.store.disk import remove, temporary_beside, whole_or_nothing

if TYPE_CHECKING:
    import polars as pl

    from corridors.estimate.flows import MethodName
    from corridors.harmonise.accounts import Unknown

_CODE = pa.dictionary(pa.int32(), pa.string())
_SCHEMA = pa.schema(
    [pa.field(name, pa.float64() if name == "OBS_VALUE" else _CODE, nullable=False) for name in COLUMNS]
)
#: Rows that are held before they are written: what readers skip or read together.
_GROUP = 250_000


@dataclass(frozen=True, slots=True)
class BirthplacesWritten:
    """A Parquet file of flows by birthplace: where it is, its rows, and the persons in them."""

    path: Path
    rows: int
    persons: float

    def __str__(self) -> str:
        return f"{self.path}: {self.rows:,} rows, {self.persons:,.0f} persons"


def write_birthplace_flows(
    tables: Mapping[str, pl.DataFrame],
    *,
    out: Path,
    methods: Sequence[MethodName] = ("min-closed", "pb-closed"),
    sexes: Sequence[str] | None = None,
    unknown: Unknown = "native",
) -> BirthplacesWritten:
    """Write flows by birthplace of every period, sex and method, whole or not at all.

    Memory does not grow with the number of birthplaces, periods, sexes or methods.

    Parameters
    ----------
    tables
        Tidy tables by dataflow, as `corridors.estimate.by_birthplace.birthplace_flows` takes them.
    out
        Parquet file with the columns of `corridors.estimate.by_birthplace.COLUMNS`; corridors with nobody are left out.
    methods, sexes, unknown
        As `birthplace_flows` takes them.

    Raises
    ------
    ValueError
        A choice is none of those allowed.
    DataError
        All that keeps an account from being made or closed; nothing was written.
    Unavailable
        The disk refused; nothing was written.
    """
    staged, rows, persons = temporary_beside(out), 0, 0.0
    made = birthplace_flows(tables, methods=methods, sexes=sexes, unknown=unknown)
    with whole_or_nothing(str(out)):
        out.parent.mkdir(parents=True, exist_ok=True)
        try:
            with pq.ParquetWriter(staged, _SCHEMA, compression="zstd") as writer:
                for group in _groups(made):
                    writer.write_table(group)
                    rows += group.num_rows
                    persons += sum(chunk.to_numpy().sum() for chunk in group["OBS_VALUE"].chunks)
            staged.replace(out)
        finally:
            remove(staged)
    return BirthplacesWritten(out, rows, float(persons))


def _groups(parts: Iterable[pl.DataFrame]) -> Iterator[Any]:
    """Tables of a row group each."""
    held: list[Any] = []
    for part in parts:
        held.append(_coded(part))
        if sum(table.num_rows for table in held) >= _GROUP:
            yield pa.concat_tables(held).unify_dictionaries()
            held = []
    if held:
        yield pa.concat_tables(held).unify_dictionaries()


def _coded(part: pl.DataFrame) -> Any:
    """Text columns as codes of a list, so that no text is held for each row."""
    import polars as pl

    coded = part.with_columns(pl.col(pl.String).cast(pl.Categorical))
    return coded.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(_SCHEMA)
