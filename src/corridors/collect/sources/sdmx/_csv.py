"""SDMX-CSV 1.0 and 2.0, with codes, labels or both."""

from __future__ import annotations

import io

import polars as pl

from corridors.collect.cells import open_csv
from corridors.collect.sources.sdmx._message import TIME, VALUE, Message, deleted, named_in
from corridors.concepts.findings import DataError, Finding

#: First heads of the columns of the two versions.
HEADS = ("DATAFLOW", "STRUCTURE")


def is_csv(raw: bytes) -> bool:
    """Whether the first head is one of SDMX-CSV."""
    first = raw[:64].removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace").lstrip('"')
    return first.startswith(HEADS) and not first.startswith(tuple(f"{head}_" for head in HEADS))


def read_csv(raw: bytes, *, file: str) -> Message:
    """The observations of a CSV file.

    Raises
    ------
    DataError
        It cannot be read, names several structures or none, or takes observations away.
    """
    table = open_csv(_with_commas(raw), file=file)
    two = "STRUCTURE_ID" in table.columns
    column = "STRUCTURE_ID" if two else "DATAFLOW"
    if column not in table.columns or VALUE not in {name.split(":")[0] for name in table.columns}:
        lacking = VALUE if column in table.columns else column
        raise DataError([Finding("column-missing", f"{file}, row 1", f"no column {lacking}", "ask the registry again")])
    names = table.get_column(column).drop_nulls().unique(maintain_order=True).to_list()
    if len(names) != 1 or (named := named_in(names[0].split(" ")[0].rstrip(":"))) is None:
        fact = f"the structures are {', '.join(names[:4])}" if names else "no row names its structure"
        raise DataError([Finding("structure-unknown", f"{file}, column {column}", fact, "give one structure a file")])
    if two and "ACTION" in table.columns and table.get_column("ACTION").is_in(["D"]).any():
        raise deleted(file)
    return Message(f"SDMX-CSV {'2.0' if two else '1.0'}", (named,), _codes(table), "row")


def _with_commas(raw: bytes) -> bytes:
    """The file with commas between its cells; the standard allows semicolons too."""
    head = raw.split(b"\n", 1)[0]
    if b";" not in head or b"," in head:
        return raw
    try:
        table = pl.read_csv(io.BytesIO(raw), infer_schema=False, separator=";")
    except pl.exceptions.PolarsError:
        return raw
    return table.write_csv().encode()


def _codes(table: pl.DataFrame) -> pl.DataFrame:
    """Columns by their ids; where cells say code and label (`A: Annual`), the code."""
    chosen = [pl.col("row").cast(pl.Int64)]
    for name in table.columns:
        if name == "row":
            continue
        code, colon, _ = name.partition(":")
        cell = pl.col(name).str.strip_chars()
        if colon and code.strip() not in (TIME, VALUE):
            cell = cell.str.replace(r"^([^:\s]+):\s.*$", "$1")
        chosen.append(cell.alias(code.strip()))
    return table.select(chosen)
