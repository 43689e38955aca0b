"""Tables as files of the form that their name asks for."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

FORMS = (".csv", ".parquet")


def require_form(path: Path) -> None:
    """Refuse a file whose name says no form.

    Raises
    ------
    ValueError
        The name ends in none of `FORMS`.

    Examples
    --------
    >>> require_form(Path("flows.csv"))
    """
    if path.suffix.lower() not in FORMS:
        raise ValueError(f"cannot write {path.name!r}; the name of the file ends in {' or '.join(FORMS)}")


def table_bytes(table: pl.DataFrame, *, path: Path) -> bytes:
    r"""The bytes of a table in the form of a path.

    Examples
    --------
    >>> import polars as pl
    >>> table_bytes(pl.DataFrame({"AREA": ["AAA"]}), path=Path("areas.csv"))
    b'AREA\nAAA\n'
    """
    require_form(path)
    buffer = io.BytesIO()
    if path.suffix.lower() == ".csv":
        table.write_csv(buffer)
    else:
        table.write_parquet(buffer, compression="zstd", statistics=True)
    return buffer.getvalue()
