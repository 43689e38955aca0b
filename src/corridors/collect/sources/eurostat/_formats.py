"""Eurostat's three formats into cells: SDMX-CSV, JSON-stat and TSV."""

from __future__ import annotations

import io
import json
import math
import re
from typing import Any

import polars as pl

from corridors.collect.cells import UNCHANGED
from corridors.collect.columns import place_in, require_columns
from corridors.collect.sources.eurostat._cells import Cells
from corridors.collect.sources.eurostat._codes import ALL_DIMENSIONS, WANTED
from corridors.concepts.findings import DataError, Finding, raise_if_any

_STRUCTURES = ("DATAFLOW", "STRUCTURE_ID")
_SDMX = ("geo", "TIME_PERIOD", "OBS_VALUE")
#: More cells than any dataset of Eurostat has.
_MOST_CELLS = 10**12
#: What a JSON text of another shape leads to.
_TORN = (KeyError, TypeError, AttributeError, ValueError, OverflowError, IndexError)


def from_sdmx(table: pl.DataFrame, file: str) -> Cells:
    """Cells of SDMX-CSV, 1.0 or 2.0; columns of labels are passed over."""
    require_columns(table, _SDMX, file=file, wanted="SDMX-CSV of Eurostat with geo, TIME_PERIOD and OBS_VALUE")
    structure = next((name for name in _STRUCTURES if name in table.columns), None)
    codes = table.get_column(structure).drop_nulls().unique().sort().to_list() if structure else []
    if len(codes) != 1:
        fact = f"rows of the dataflows {', '.join(codes[:5])}" if codes else "no column names the dataflow"
        raise DataError([Finding("table-wrong", f"{file}, column DATAFLOW", fact, "give one dataset in a file")])
    dimensions = [name for name in table.columns if name in ALL_DIMENSIONS]
    flag = pl.col("OBS_FLAG").fill_null("") if "OBS_FLAG" in table.columns else pl.lit("")
    # The newer column of confidentiality says C where the older flag said c.
    secret = pl.lit(value=False)
    if "CONF_STATUS" in table.columns:
        secret = (pl.col("CONF_STATUS") == "C").fill_null(value=False)
    cells = table.select(
        "row",
        *dimensions,
        column=pl.lit("OBS_VALUE"),
        TIME="TIME_PERIOD",
        TEXT="OBS_VALUE",
        FLAG=pl.concat_str(flag, pl.when(secret & ~flag.str.contains("c")).then(pl.lit("c")).otherwise(pl.lit(""))),
    )
    updates = table.get_column("LAST UPDATE").drop_nulls().to_list() if "LAST UPDATE" in table.columns else []
    updated = _day(updates[0]) if updates else ""
    return Cells(cells, file, place_in(file), "SDMX-CSV", code=codes[0], updated=updated)


def _day(text: str) -> str:
    """The day of a last update, written `29/05/26 23:00:00` in SDMX-CSV and `2026-05-29T23:00:00+0200` in JSON-stat."""
    if match := re.match(r"(\d\d)/(\d\d)/(?:20)?(\d\d)\b", text):
        return f"20{match[3]}-{match[2]}-{match[1]}"
    match = re.match(r"\d{4}-\d\d-\d\d", text)
    return match[0] if match else ""


def from_tsv(raw: bytes, *, file: str) -> Cells:
    """Cells of the bulk format: all dimensions in the first column, one column a period, flags after the figure."""
    try:
        text = raw.decode("utf-8-sig")
        table = pl.read_csv(io.BytesIO(text.encode()), separator="\t", quote_char=None, infer_schema=False)
        numbered = table.with_row_index("row", offset=2)
    except (UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        fact = f"no TSV file in UTF-8: {str(error).splitlines()[0]}"
        raise DataError([Finding("file-unreadable", file, fact, "download the file again")]) from error
    first, *periods = table.columns
    dimensions = _dimensions(first, file)
    codes = pl.col(first).fill_null("").str.split(",")
    torn = numbered.filter(codes.list.len() != len(dimensions)).select("row", first)
    raise_if_any(
        Finding("column-missing", f"{file}, row {row}", f"{text!r} are not {len(dimensions)} codes", UNCHANGED)
        for row, text in torn.iter_rows()
    )
    named = {f"at {name}": codes.list.get(i).str.strip_chars() for i, name in enumerate(dimensions)}
    long = numbered.with_columns(**named).unpivot(
        on=periods, index=["row", *named], variable_name="column", value_name="CELL"
    )
    cell = pl.col("CELL").fill_null("").str.strip_chars().str.splitn(" ", 2)
    cells = long.select(
        "row",
        "column",
        *(pl.col(f"at {name}").alias(name) for name in dimensions),
        TIME=pl.col("column").str.strip_chars(),
        TEXT=cell.struct.field("field_0"),
        FLAG=cell.struct.field("field_1"),
    )
    # A blank cell is no observation; `:` is one that is not available.
    return Cells(cells.filter(pl.col("TEXT") != ""), file, place_in(file), "bulk TSV")


def _dimensions(head: str, file: str) -> list[str]:
    """Names of the dimensions in the head of the first column: `freq,partner,...,geo`, a backslash, `TIME_PERIOD`.

    Raises
    ------
    DataError
        It is no such head, or that of another dataset.
    """
    rows, backslash, _ = head.partition("\\")
    dimensions = [name.strip() for name in rows.split(",")]
    fact = ""
    if not backslash or "geo" not in dimensions:
        fact = f"the first column is {head[:80]!r}, not the dimensions and \\TIME_PERIOD"
    elif not set(dimensions) <= set(ALL_DIMENSIONS) or len(set(dimensions)) < len(dimensions):
        fact = f"a table with the dimensions {', '.join(dimensions)}"
    raise_if_any([Finding("table-wrong", file, fact, f"wanted is {WANTED}")] if fact else [])
    return dimensions


def from_json(raw: bytes, *, file: str) -> Cells:
    """Cells of JSON-stat 2.0."""
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        fact = f"no JSON: {str(error).splitlines()[0]}"
        raise DataError([Finding("file-unreadable", file, fact, "download the file again")]) from error
    try:
        return _json_cells(data, file)
    except (*_TORN, pl.exceptions.PolarsError) as error:
        fact = f"no dataset of JSON-stat 2.0: {type(error).__name__} {str(error)[:80]}"
        raise DataError([Finding("table-wrong", file, fact, "download the dataset as JSON-stat again")]) from error


def _json_cells(data: dict[str, Any], file: str) -> Cells:
    names, sizes = [str(name) for name in data["id"]], [int(size) for size in data["size"]]
    count = math.prod(sizes)
    if not {"geo", "time"} <= set(names) <= {*ALL_DIMENSIONS, "time"}:
        raise ValueError(f"the dimensions are {', '.join(names)}")
    if len(names) != len(sizes) or len(set(names)) < len(names) or not 0 < count <= _MOST_CELLS:
        raise ValueError(f"sizes {sizes[:8]} of the dimensions {names[:8]}")
    values, status = _by_position(data["value"]), _by_position(data.get("status") or {})
    positions = sorted(set(values) | set(status))
    if positions and not 0 <= positions[0] <= positions[-1] < count:
        raise ValueError(f"position {positions[-1]} among {count} cells")
    table = pl.DataFrame(
        {
            "row": positions,
            "TEXT": [_written(values.get(at)) for at in positions],
            "FLAG": [str(status.get(at) or "") for at in positions],
        },
        schema={"row": pl.Int64, "TEXT": pl.String, "FLAG": pl.String},
    )
    step = count
    for name, size in zip(names, sizes, strict=True):
        step //= size
        codes = _codes(data["dimension"][name]["category"], size)
        at = (pl.col("row") // step) % size
        table = table.with_columns(at.replace_strict(codes, return_dtype=pl.String).alias(name))
    table = table.rename({"time": "TIME"}).with_columns(column=pl.lit("value"))
    extension = data.get("extension") or {}
    return Cells(
        table,
        file,
        lambda row, column: f"{file}, {column} of cell {row}",
        "JSON-stat",
        code=str(extension.get("id") or ""),
        updated=_day(str(data.get("updated") or "")),
    )


def _by_position(values: dict[str, Any] | list[Any]) -> dict[int, Any]:
    """Values by their position, whether written as a list or as an object of those that are there."""
    if isinstance(values, list):
        return {at: value for at, value in enumerate(values) if value is not None}
    return {int(at): value for at, value in values.items()}


def _written(value: object) -> str:
    return ":" if value is None else str(value)


def _codes(category: dict[str, Any], size: int) -> dict[int, str]:
    """Code by position of one dimension."""
    index = category.get("index") or dict.fromkeys(category["label"], 0)
    codes = dict(enumerate(index)) if isinstance(index, list) else {int(at): str(code) for code, at in index.items()}
    if len(codes) != size or set(codes) != set(range(size)):
        raise ValueError(f"{len(codes)} codes for a dimension of {size}")
    return {at: str(code) for at, code in codes.items()}
