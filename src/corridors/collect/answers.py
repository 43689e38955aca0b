"""Answers of publishers' interfaces: JSON with a list of items, made a table of text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from corridors.concepts.findings import DataError, Finding, raise_if_any

_AGAIN = "ask the interface again"


def is_json(raw: bytes) -> bool:
    """Whether the bytes begin as JSON objects and lists do.

    Examples
    --------
    >>> is_json(b' {"items": []}'), is_json(b"year,total")
    (True, False)
    """
    return raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def open_answer(raw: bytes, *, file: str, wanted: str) -> pl.DataFrame:
    r"""Every item of an answer as text, with the column `row`: the number of the item, from 1.

    Parameters
    ----------
    raw
        JSON: a list of items, or an object with the list under `items` and its pages under `page` and `maxPages`.
    file
        What findings call it.
    wanted
        The tables that would be read.

    Raises
    ------
    DataError
        It is no JSON, holds no items, or is one page of several.

    Examples
    --------
    >>> open_answer(b'{"maxPages": 1, "items": [{"year": 2024, "total": "-"}]}', file="a.json", wanted="b").rows()
    [(1, '2024', '-')]
    """
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise DataError([Finding("file-unreadable", file, f"no JSON: {str(error).splitlines()[0]}", _AGAIN)]) from error
    items = answer.get("items") if isinstance(answer, dict) else answer
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) and item for item in items):
        fact = "JSON without a list of items that each hold a row"
        raise DataError([Finding("table-wrong", file, fact, f"wanted is {wanted}")])
    if isinstance(answer, dict):
        _require_whole(answer, file)
    keys = list(dict.fromkeys(key for item in items for key in item))
    bad = [key for key in keys if key != _text(key) or key in ("", "row")]
    raise_if_any(Finding("column-unknown", file, f"nobody knows what a key {key!r} holds", _AGAIN) for key in bad)
    # Figures come as numbers and as text under one key.
    columns = {key: [_text(item.get(key)) for item in items] for key in keys}
    return pl.DataFrame(columns, schema=dict.fromkeys(keys, pl.String)).with_row_index("row", offset=1)


def _text(value: Any) -> str | None:
    # JSON can spell half characters that no table can hold.
    return None if value is None else str(value).encode(errors="replace").decode()


def _require_whole(answer: Mapping[str, Any], file: str) -> None:
    pages, page = answer.get("maxPages", 1), answer.get("page", 1)
    if str(pages) not in ("0", "1"):
        fact = f"page {page} of {pages}: the rows of the other pages are not here"
        mend = (
            "ask for all rows at once (a larger limit, or download=true), or put the items of all pages into one file"
        )
        raise DataError([Finding("file-partial", file, fact, mend)])
