"""Exports of DataBank: columns that name, columns `2017 [YR2017]` or `2011Q1 [YR2011Q1]`, and lines of text below."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from corridors.collect.cells import Place, Sheet, figures, fold_label
from corridors.collect.columns import one_row_each, place_in
from corridors.collect.reading import Reading
from corridors.collect.sources.worldbank._series import (
    EXTRACT,
    NAMES,
    NOT_AVAILABLE,
    UNDATED,
    indicator_findings,
    seen,
    series_cells,
    series_tables,
    source_of,
)
from corridors.collect.spellings import place_areas
from corridors.concepts.findings import Finding, raise_if_any

_TIME = re.compile(r"((?:19|20)\d\d)(?:q([1-4]))? \[(?:yr)?\1(?:q\2)?\]")
_HEADER_WITHIN = 20
#: The one series of prices that is read: "Average Total Cost to remit in corridor", per cent of the amount sent.
COST = "ATCR.CORR"


@dataclass(frozen=True, slots=True)
class Export:
    """One export: `rows` with the columns `row` and the folded labels, `times` by label, what the footer says."""

    rows: pl.DataFrame
    times: Mapping[str, str]
    footer: tuple[str, ...]
    place: Place
    file: str

    @property
    def labels(self) -> frozenset[str]:
        """Folded labels of the columns that hold no figures."""
        return frozenset(self.rows.columns) - set(self.times) - {"row"}

    @property
    def updated(self) -> str | None:
        """Day of the last update as the footer gives it, in the order month, day, year; None where it gives none."""
        for line in self.footer:
            match = re.fullmatch(r"last updated: (\d{1,2})/(\d{1,2})/(\d{4})", line)
            if match:
                try:
                    return date(int(match[3]), int(match[1]), int(match[2])).isoformat()
                except ValueError:
                    return None
        return None

    def placed(self, ends: Mapping[str, str]) -> tuple[pl.DataFrame, list[Finding]]:
        """The rows with an area code for each label of `ends`, under the name it gives, and what is no known area."""
        rows, findings = self.rows, []
        for label, into in ends.items():
            rows, unknown = place_areas(rows, label, into=into, names=NAMES, place=self.place)
            findings += unknown
        return rows, findings

    def long(self, rows: pl.DataFrame, *labels: str) -> pl.DataFrame:
        """One cell of the rows a row: `row`, the labels, `column`, `TIME` and `TEXT`."""
        return rows.unpivot(
            on=list(self.times), index=["row", *labels], variable_name="column", value_name="TEXT"
        ).with_columns(TIME=pl.col("column").replace_strict(dict(self.times)))

    def rows_named(self, numbers: str) -> str:
        """What findings call several rows."""
        return f"{self.file}, rows {numbers}"


def export_of_csv(table: pl.DataFrame, *, file: str) -> Export | None:
    """A CSV file as an export of DataBank, or None when no column is a time as DataBank writes it."""
    return _export(table.rename(_unique([fold_label(name) for name in table.columns], table)), place_in(file), file)


def export_of_sheet(sheet: Sheet) -> Export | None:
    """A sheet as an export of DataBank, or None."""
    for number, texts in enumerate(sheet.cells.head(_HEADER_WITHIN).iter_rows(), 1):
        folded = [fold_label(text) for text in texts]
        if any(map(_TIME.fullmatch, folded)) and any("code" in text for text in folded):
            below = sheet.cells.with_row_index("row", offset=1).slice(number)
            named = below.rename(_unique(["row", *folded], below))
            return _export(named, sheet.place, sheet.place())
    return None


def _unique(labels: list[str], table: pl.DataFrame) -> dict[str, str]:
    """New names of a table's columns; a label that stands twice keeps its place in the second name."""
    found: dict[str, str] = {}
    for at, (old, label) in enumerate(zip(table.columns, labels, strict=True)):
        found[old] = label if label and label not in found.values() else f"{label} (column {at})"
    return found


def _export(table: pl.DataFrame, place: Place, file: str) -> Export | None:
    times: dict[str, str] = {}
    for name in table.columns:
        if match := _TIME.fullmatch(name):
            times[name] = f"{match[1]}-Q{match[2]}" if match[2] else match[1]
    if not times:
        return None
    # Below the table stand blank lines and lines with one text, in the first column.
    first = table.columns[1]
    others = pl.any_horizontal(pl.all().exclude("row", first).fill_null("").str.strip_chars() != "")
    alone = table.filter(~others).get_column(first).drop_nulls()
    footer = tuple(text for text in map(fold_label, alone) if text)
    return Export(table.filter(others), times, footer, place, file)


def read_export(export: Export, *, layout: str) -> Reading:
    """Indicators of areas or prices of corridors, whichever the labels say."""
    if any("sending" in label for label in export.labels):
        return _prices(export, layout)
    return _series(export, layout)


def _series(export: Export, layout: str) -> Reading:
    wanted = ("country code", "series code", "series name")
    raise_if_any(missing_labels(export, wanted))
    findings = indicator_findings(export.rows, place=export.place, code="series code", name="series name")
    findings += [
        Finding("period-unreadable", export.place(1, name), f"{time!r} is no year", "export yearly figures")
        for name, time in export.times.items()
        if "Q" in time
    ]
    placed, unknown = export.placed({"country code": "AREA"})
    long = export.long(placed, "AREA", "series code").rename({"TIME": "YEAR", "series code": "CODE"})
    cells, faults = series_cells(long, place=export.place, rows=export.rows_named)
    raise_if_any([*findings, *unknown, *faults])
    if not cells.height:
        raise_if_any([Finding("value-missing", export.file, "no row holds a figure", "export it again")])
    codes = export.rows.get_column("series code").unique(maintain_order=True).to_list()
    revision = export.updated or UNDATED
    return Reading(
        product=EXTRACT,
        revision=revision,
        layout=layout,
        tables=series_tables(cells, source=source_of(export.updated)),
        evidence=(*proof_of(export), f"indicators {', '.join(codes)}", seen(cells)),
    )


def _prices(export: Export, layout: str) -> Reading:
    ends = {"sending countries code": "SENDER", "receiving countries code": "RECEIVER"}
    raise_if_any(missing_labels(export, (*ends, "series code")))
    others = export.rows.filter(pl.col("series code") != COST).unique("series code", maintain_order=True)
    findings = [
        Finding("code-unknown", export.place(row, "Series Code"), f"{code!r} is no series that is read", f"keep {COST}")
        for row, code in others.select("row", "series code").iter_rows()
    ]
    placed, unknown = export.placed(ends)
    long = export.long(placed, *ends.values())
    cells, faults = figures(long, place=export.place, signed=True, marks=NOT_AVAILABLE)
    cells, repeated = one_row_each(cells, ["SENDER", "RECEIVER", "TIME"], place=export.rows_named)
    raise_if_any([*findings, *unknown, *faults, *repeated])
    revision = export.updated or UNDATED
    prices = cells.select(
        "SENDER",
        "RECEIVER",
        MEASURE=pl.lit("REMITTANCE_COST"),
        TIME_PERIOD="TIME",
        SOURCE=pl.lit(f"worldbank-rpw-{revision}"),
        UNIT_MEASURE=pl.lit("PT"),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
    )
    priced = prices.drop_nulls("OBS_VALUE")
    return Reading(
        product="worldbank-rpw-corridors",
        revision=revision,
        layout=layout,
        tables={"REMITTANCE": prices},
        evidence=(
            *proof_of(export),
            f"series {COST}, {priced.height:,} prices of {priced.unique(['SENDER', 'RECEIVER']).height:,} corridors",
        ),
    )


def missing_labels(export: Export, labels: tuple[str, ...]) -> list[Finding]:
    """One finding for each label that no column has."""
    return [
        Finding("column-missing", f"{export.file}, header", f"no column {label}", "export it with all its columns")
        for label in labels
        if label not in export.labels
    ]


def proof_of(export: Export) -> tuple[str, ...]:
    """Heads of columns and the footer, as evidence."""
    spans = list(export.times)
    return (f"heads of columns: {', '.join(sorted(export.labels))}; {spans[0]} to {spans[-1]}", *export.footer[-2:])
