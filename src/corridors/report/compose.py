"""From a world to the report as a value: sections compute, their Markdown speaks, every figure in it is bound."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from corridors.concepts.findings import Finding, raise_if_any
from corridors.report.binding import BLOCK, FIGURE, MARK, NOTE, marked, section_text, typed_figures, unknown_keys
from corridors.report.content import Content
from corridors.report.document import Block, Chapter, ChartBlock, Document, Heading, Paragraph, Span, TableBlock
from corridors.report.numerals import roman
from corridors.report.registry import Registry
from corridors.report.sections import chapters, clauses, method, provenance, quality, summary
from corridors.report.soundness import unsound_contents, unsound_tables
from corridors.report.world import World

#: Longest report of the Secretariat to the Assembly, in words.
MOST_WORDS = 8_500
MASTHEAD = (
    "Corridors, the open observatory for international migration and development",
    "In the form used for reports to the General Assembly of the United Nations",
    "This is not a document of the United Nations, and no organ of the United Nations has approved it",
)
Style = Literal["", "emphasis", "strong"]
_STYLES: Mapping[str, Style] = {"em_open": "emphasis", "strong_open": "strong", "em_close": "", "strong_close": ""}


@dataclass(slots=True)
class _Counters:
    """Numbers given out so far while the report is put together."""

    paragraph: int = 0
    chart: int = 0
    table: int = 0
    notes: list[str] = field(default_factory=list)
    note_numbers: dict[str, int] = field(default_factory=dict)


def compose(world: World) -> Document:
    """Put the report together.

    Parameters
    ----------
    world
        Tables and their vintages.

    Returns
    -------
    Document
        Text with every figure as it will be printed, charts, tables, footnotes and annexes.

    Raises
    ------
    DataError
        A table lacks what the report tells or holds what is no number, a figure was typed by hand, a figure, chart, table or
        footnote is cited that no section made, or the report has more words than the Assembly's rules allow.
    """
    raise_if_any(unsound_tables(world))
    told = chapters(world)
    sections = {"summary": summary, **told, "method": method}
    contents = {name: section.build(world) for name, section in sections.items()}
    raise_if_any(unsound_contents(contents.values()))
    registry = Registry(figure for content in contents.values() for figure in content.figures)
    flags = {name: value for content in contents.values() for name, value in content.flags.items()}
    texts = {name: marked(section_text(name), flags) for name in sections}
    raise_if_any(
        finding
        for name, text in texts.items()
        for finding in (
            *typed_figures(text, section=name),
            *unknown_keys(text, _made(registry, contents[name]), section=name),
        )
    )
    counters = _Counters()
    opening = tuple(_blocks(texts["summary"], contents["summary"], counters, registry, numbered=False))
    body = tuple(
        Chapter(roman(number), section.TITLE, tuple(_blocks(texts[name], contents[name], counters, registry)))
        for number, (name, section) in enumerate(told.items(), 1)
    )
    # Paragraphs of an annex are numbered from one again.
    counters.paragraph = 0
    methods = tuple(_blocks(texts["method"], contents["method"], counters, registry))
    cited = dict.fromkeys(key for text in texts.values() for sign, key in MARK.findall(text) if sign == FIGURE)
    answers = {roman(number): section.ANSWERS for number, section in enumerate(told.values(), 1)}
    document = Document(
        title="International migration and development",
        subtitle="Report of the Corridors observatory",
        masthead=MASTHEAD,
        day=max(date.fromisoformat(origin.made[:10]) for origin in world.all_origins()),
        summary=opening,
        chapters=body,
        annexes=_annexes(
            {
                method.TITLE: methods,
                quality.TITLE: quality.blocks(world),
                provenance.TITLE: provenance.blocks(world, registry, tuple(cited)),
                clauses.TITLE: clauses.blocks(answers),
            }
        ),
        notes=tuple(counters.notes),
        registry=registry,
        files=quality.files(world),
        accounts=tuple(account for content in contents.values() for account in content.accounts),
    )
    raise_if_any(_too_long(document))
    return document


def _annexes(blocks: Mapping[str, tuple[Block, ...]]) -> tuple[Chapter, ...]:
    """Annexes by title, numbered; one without a block is left out."""
    filled = [(title, found) for title, found in blocks.items() if found]
    return tuple(Chapter(f"Annex {roman(number)}", *chapter) for number, chapter in enumerate(filled, 1))


@cache
def references() -> Mapping[str, str]:
    """Texts of the footnotes by key."""
    text = files("corridors.report").joinpath("references.toml").read_text(encoding="utf-8")
    return {str(key): str(value) for key, value in tomllib.loads(text).items()}


def _made(registry: Registry, content: Content) -> Mapping[str, set[str]]:
    blocks = {f"chart:{chart.key}" for chart in content.charts} | {f"table:{table.key}" for table in content.tables}
    return {FIGURE: set(registry), NOTE: set(references()), BLOCK: blocks}


def _too_long(document: Document) -> Iterator[Finding]:
    if document.words() > MOST_WORDS:
        yield Finding(
            "report-too-long",
            "report",
            f"{document.words():,} words, more than the {MOST_WORDS:,} that the Assembly's rules allow",
            "shorten the sections' texts or their tables",
        )


def _blocks(
    text: str, content: Content, counters: _Counters, registry: Registry, *, numbered: bool = True
) -> Iterator[Block]:
    tokens = MarkdownIt("commonmark").parse(text)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            yield Heading("".join(span.text for span in _spans(inline, _Counters(), registry) if span.kind != "note"))
        elif opening.type == "paragraph_open":
            mark = MARK.fullmatch(inline.content.strip())
            if mark and mark[1] == BLOCK:
                yield _shown(mark[2], content, counters)
                continue
            counters.paragraph += numbered
            yield Paragraph(tuple(_spans(inline, counters, registry)), counters.paragraph if numbered else None)
        elif opening.type not in ("heading_close", "paragraph_close", "inline"):
            raise ValueError(f"the report's text has {opening.type!r}; it may have headings and paragraphs")


def _shown(reference: str, content: Content, counters: _Counters) -> Block:
    kind, _, key = reference.partition(":")
    if kind == "chart":
        counters.chart += 1
        return ChartBlock(
            next(chart for chart in content.charts if chart.key == key), f"Figure {roman(counters.chart)}"
        )
    counters.table += 1
    return TableBlock(next(table for table in content.tables if table.key == key), f"Table {counters.table}")


def _spans(inline: Token, counters: _Counters, registry: Registry) -> Iterator[Span]:
    style: Style = ""
    begins = True
    for child in inline.children or ():
        if child.type in _STYLES:
            style = _STYLES[child.type]
        elif child.type == "softbreak":
            yield Span(" ")
            continue
        elif child.type == "text":
            yield from _bound(child.content, style, counters, registry, begins=begins)
        else:
            raise ValueError(f"the report's text has {child.type!r}; it may have emphasis")
        begins = child.content.rstrip().endswith(".") if child.content else begins


def _opening(text: str) -> str:
    """A figure at the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def _bound(text: str, style: Style, counters: _Counters, registry: Registry, *, begins: bool) -> Iterator[Span]:
    at = 0
    for mark in MARK.finditer(text):
        if mark[1] == BLOCK:
            raise ValueError(f"{mark[2]} stands inside a sentence; charts and tables stand on a line of their own")
        if mark.start() > at:
            yield Span(text[at : mark.start()], style=style)
        if mark[1] == FIGURE:
            opens = begins if not mark.start() else text[: mark.start()].rstrip().endswith(".")
            yield Span(_opening(registry[mark[2]].text) if opens else registry[mark[2]].text, "figure", style, mark[2])
        else:
            yield Span(str(_note_number(mark[2], counters)), "note", key=mark[2])
        at = mark.end()
    if at < len(text):
        yield Span(text[at:], style=style)


def _note_number(key: str, counters: _Counters) -> int:
    """A footnote's number; a work cited again gets a note that points back, as the Assembly's style has it."""
    first = counters.note_numbers.get(key)
    counters.notes.append(references()[key] if first is None else f"See footnote {first} above.")
    number = len(counters.notes)
    counters.note_numbers.setdefault(key, number)
    return number
