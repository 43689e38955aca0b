"""Answers of the publisher's interface for programs: `[{page, pages, lastupdated, ...}, [observation, ...]]` in JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from corridors.collect.reading import Reading
from corridors.collect.sources.worldbank._series import (
    NAMES,
    UNDATED,
    indicator_findings,
    product_of,
    seen,
    series_cells,
    series_tables,
    source_of,
)
from corridors.collect.spellings import place_areas
from corridors.concepts.findings import DataError, Finding, raise_if_any

#: "obs_status": blank for a figure as it stands, E for an estimate, F for a forecast.
STATUSES = {"": "A", "E": "E", "F": "E"}
_WANTED = "the answer of https://api.worldbank.org/v2/country/all/indicator/CODE?format=json&per_page=32500"


def read_api(raw: bytes, *, file: str) -> Reading:
    """Tables of one answer, which must be the whole of its table."""
    about, observations = _answer(raw, file)
    table = _table(observations, file)
    updated = str(about.get("lastupdated") or "") or None

    def place(row: int, column: str) -> str:
        """Where a value stands."""
        return f"{file}, observation {row}, {column}"

    findings = [*indicator_findings(table, place=place, code="indicator.id", name="indicator.value")]
    findings += [
        Finding("period-unreadable", place(row, "date"), f"{date!r} is no year", "ask for yearly figures")
        for row, date in table.filter(~pl.col("date").str.contains(r"^(?:19|20)\d\d$"))
        .select("row", "date")
        .iter_rows()
    ]
    findings += [
        Finding("code-unknown", place(row, "obs_status"), f"{mark!r} is no status that is known", "ask the publisher")
        for row, mark in table.filter(~pl.col("obs_status").is_in(list(STATUSES)))
        .select("row", "obs_status")
        .iter_rows()
    ]
    placed, unknown = place_areas(table, "area", into="AREA", names=NAMES, place=place)
    long = placed.with_columns(CODE="indicator.id", YEAR="date", TEXT="value", column=pl.lit("value"))
    cells, faults = series_cells(long, place=place, rows=lambda n: f"{file}, observations {n}")
    raise_if_any([*findings, *unknown, *faults])
    given = pl.col("obs_status").replace_strict(STATUSES)
    cells = cells.with_columns(OBS_STATUS=pl.when(pl.col("OBS_STATUS") == "A").then(given).otherwise("OBS_STATUS"))
    codes = table.get_column("indicator.id").unique(maintain_order=True).to_list()
    return Reading(
        product=product_of(codes),
        revision=updated or UNDATED,
        layout="answer of the publisher's interface in JSON",
        tables=series_tables(cells, source=source_of(updated)),
        evidence=(
            f"page {about.get('page')} of {about.get('pages')}, {len(observations):,} observations",
            f"indicator {', '.join(codes)}: {table['indicator.value'][0]}",
            f"last updated {updated or 'on a day that the answer does not say'}",
            seen(cells),
        ),
    )


def _answer(raw: bytes, file: str) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
    """The answer's first part, which describes it, and its observations."""
    try:
        # Figures stay as they are written: a number that is read and printed again may change its last digit.
        answer = json.loads(raw.decode("utf-8-sig"), parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        fact = f"the file starts as JSON does and is none: {str(error).splitlines()[0]}"
        raise DataError([Finding("file-unreadable", file, fact, "download it again")]) from error
    about = answer[0] if isinstance(answer, list) and answer and isinstance(answer[0], dict) else None
    if about is None:
        fact = "JSON that is no answer of the World Bank's interface"
        raise DataError([Finding("table-wrong", file, fact, f"wanted is {_WANTED}")])
    if "message" in about:
        said = json.dumps(about["message"])[:300]
        raise DataError([Finding("table-wrong", file, f"the interface answered with an error: {said}", _WANTED)])
    if str(about.get("pages")) != "1":
        fact = f"page {about.get('page')} of {about.get('pages')}"
        raise DataError([Finding("file-partial", file, fact, "ask for all on one page: per_page=32500")])
    observations = answer[1] if len(answer) == 2 else None
    if not isinstance(observations, list) or not observations or not all(isinstance(x, dict) for x in observations):
        fact = "the answer describes itself but holds no observations"
        raise DataError([Finding("value-missing", file, fact, f"wanted is {_WANTED}")])
    total = str(about.get("total", len(observations)))
    if total != str(len(observations)):
        fact = f"the answer says {total} observations and holds {len(observations)}"
        raise DataError([Finding("file-partial", file, fact, "download it again")])
    return about, observations


def _table(observations: Sequence[Mapping[str, Any]], file: str) -> pl.DataFrame:
    """Observations as text, one a row, counted from 1."""
    columns = {
        "indicator.id": [_text(one, "indicator", "id") for one in observations],
        "indicator.value": [_text(one, "indicator", "value") for one in observations],
        # For some aggregates the interface leaves the three-letter code blank; their name is there.
        "area": [_text(one, "countryiso3code") or _text(one, "country", "value") for one in observations],
        "date": [_text(one, "date") for one in observations],
        "value": [_text(one, "value") for one in observations],
        "obs_status": [_text(one, "obs_status") for one in observations],
    }
    for name in ("indicator.id", "area", "date"):
        if not any(columns[name]):
            fact = f"no observation has {name}"
            raise DataError([Finding("table-wrong", file, fact, f"wanted is {_WANTED}")])
    if not any("value" in one for one in observations):
        raise DataError([Finding("table-wrong", file, "no observation has value", f"wanted is {_WANTED}")])
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)).with_row_index("row", offset=1)


def _text(one: Mapping[str, Any], *path: str) -> str:
    """Text at a path of names; blank where nothing stands."""
    found: Any = one
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    # JSON can spell half characters that no table can hold.
    return "" if found is None else str(found).encode(errors="replace").decode()
