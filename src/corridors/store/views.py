"""DuckDB over the Parquet files of vintages, in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.store.layout import PART, Vintage

if TYPE_CHECKING:
    import duckdb


def views(latest: Mapping[str, Sequence[Vintage]], every: Mapping[str, Sequence[Vintage]]) -> duckdb.DuckDBPyConnection:
    """A connection with one schema for each observatory.

    Parameters
    ----------
    latest
        Vintages of each observatory that `<observatory>.<DATAFLOW>` holds.
    every
        Vintages of each observatory that `<observatory>.ALL_<DATAFLOW>` holds.
    """
    import duckdb

    connection = duckdb.connect()
    for observatory in every:
        connection.execute(f'CREATE SCHEMA "{observatory}"')
        for prefix, vintages in (("", latest[observatory]), ("ALL_", every[observatory])):
            for name in sorted({v.dataflow for v in vintages}):
                union = " UNION ALL BY NAME ".join(_rows(v) for v in vintages if v.dataflow == name)
                connection.execute(f'CREATE VIEW "{observatory}"."{prefix}{name}" AS {union}')
    return connection


def _rows(vintage: Vintage) -> str:
    return f"SELECT *, '{vintage.id}' AS \"VINTAGE\" FROM read_parquet('{_quoted(vintage.path / PART)}')"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
