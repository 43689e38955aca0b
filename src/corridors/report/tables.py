"""Tables as values: what a table of the report holds, before anything renders it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from corridors.report.rounding import Value, in_cell


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head, and the rounding of its figures (see `corridors.report.rounding`)."""

    head: str
    rounding: str

    @property
    def numeric(self) -> bool:
        """Whether the column is set flush right."""
        return self.rounding not in ("text", "day")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the report, or the figures behind a chart.

    Parameters
    ----------
    key
        Name in the text, `<section>.<name>`.
    title
        What the table shows, where and when.
    columns, rows
        Heads with their rounding, and the figures as they are before rounding; None is a blank figure.
    source
        Who published the figures, as printed below the table.
    note
        What a reader must know beside it, or nothing.
    links
        Anchors of what lies behind figures, by the figure's row and column; pages on paper leave them out.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    source: str
    note: str = ""
    links: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def cells(self) -> list[list[str]]:
        """The figures as they are printed."""
        return [
            [in_cell(value, column.rounding) for value, column in zip(row, self.columns, strict=True)]
            for row in self.rows
        ]

    def to_csv(self) -> bytes:
        """Heads and unrounded figures as CSV, for those who compute on."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(column.head for column in self.columns)
        writer.writerows(self.rows)
        return text.getvalue().encode()
