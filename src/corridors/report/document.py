"""The report as a value: what every renderer walks. Numbers are already text here; no renderer rounds or counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from corridors.report.accounts import FlowAccount
from corridors.report.charts.chart import Chart
from corridors.report.registry import Registry
from corridors.report.tables import Table


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text: plain, a bound figure (`key` names it) or the anchor of a footnote (`text` is its number)."""

    text: str
    kind: Literal["text", "figure", "note"] = "text"
    style: Literal["", "emphasis", "strong"] = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; numbered ones are numbered through the whole report."""

    spans: tuple[Span, ...]
    number: int | None = None

    @property
    def text(self) -> str:
        """Its words, without its number and the anchors of footnotes."""
        return "".join(span.text for span in self.spans if span.kind != "note")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a chapter."""

    text: str


@dataclass(frozen=True, slots=True)
class ChartBlock:
    """A chart with its place among the report's figures, for example `Figure II`."""

    chart: Chart
    label: str


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table with its place among the report's tables, for example `Table 3`; `small` sets it in small print."""

    table: Table
    label: str
    small: bool = False


Block = Paragraph | Heading | ChartBlock | TableBlock


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter or an annex; `label` is `I` or `Annex I`."""

    label: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The report.

    Parameters
    ----------
    title, subtitle
        What it is about, and what it is.
    masthead
        Lines at the head of the first page, the last of them saying that it is no document of the United Nations.
    day
        Date of the report: that of the newest vintage it rests on.
    summary
        Unnumbered paragraphs.
    chapters, annexes
        In their order.
    notes
        Footnotes by number, from 1 on.
    registry
        Every figure that the text may cite.
    files
        What is too long for paper, as files by their name beside the report.
    accounts
        The accounts behind flows, which only the page shows: links of its tables lead to them.
    """

    title: str
    subtitle: str
    masthead: tuple[str, ...]
    day: date
    summary: tuple[Block, ...]
    chapters: tuple[Chapter, ...]
    annexes: tuple[Chapter, ...]
    notes: tuple[str, ...]
    registry: Registry
    files: Mapping[str, bytes] = field(default_factory=dict)
    accounts: tuple[FlowAccount, ...] = ()

    def blocks(self) -> Iterator[Block]:
        """Every block from the summary to the last annex."""
        yield from self.summary
        for chapter in (*self.chapters, *self.annexes):
            yield from chapter.blocks

    def charts(self) -> tuple[Chart, ...]:
        """The charts in the order in which they are shown."""
        return tuple(block.chart for block in self.blocks() if isinstance(block, ChartBlock))

    def tables(self) -> tuple[Table, ...]:
        """The tables in the order in which they are shown, those behind charts not included."""
        return tuple(block.table for block in self.blocks() if isinstance(block, TableBlock))

    def words(self) -> int:
        """Number of words, headings, captions, footnotes and tables included."""
        return sum(len(text.split()) for text in self._texts())

    def _texts(self) -> Iterator[str]:
        yield from (self.title, self.subtitle, *self.masthead, *self.notes)
        yield from (chapter.title for chapter in (*self.chapters, *self.annexes))
        for block in self.blocks():
            if isinstance(block, Paragraph | Heading):
                yield block.text
            elif isinstance(block, ChartBlock):
                yield from (block.label, block.chart.title, block.chart.source, block.chart.note)
            else:
                yield from (block.label, block.table.title, block.table.source, block.table.note)
                yield from (column.head for column in block.table.columns)
                yield from (cell for row in block.table.cells() for cell in row)
