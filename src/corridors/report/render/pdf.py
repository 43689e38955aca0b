"""The report as PDF, set by typst: tagged, with alternative texts, to the standard PDF/UA-1."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import typst

from corridors.report.charts.chart import Chart
from corridors.report.document import Block, Chapter, ChartBlock, Document, Heading, Paragraph, Span, TableBlock
from corridors.report.render.sentences import CONTENTS, NOTE, SOURCE, SUMMARY, long_day
from corridors.report.tables import Table

#: Width of the column and the tallest picture, in centimetres.
COLUMN, TALLEST = 16.0, 13.6
#: Rows up to which a table of the text is never broken over two pages.
LONGEST_WHOLE = 12
_SPECIAL = re.compile(r"([\\#$*_`<>@/~\-\[\]=+\"'(){}:;.,|&!?^%])")
_PREAMBLE = """
#set page(paper: "a4", margin: (x: 2.5cm, top: 2.4cm, bottom: 2.2cm), numbering: "1", number-align: right)
#set text(font: "Libertinus Serif", size: 10.5pt, lang: "en", region: "gb")
#set smartquote(enabled: false)
#set par(justify: true, leading: 0.62em, spacing: 1.05em)
#set heading(numbering: none)
#show heading.where(level: 1): it => block(above: 2em, below: 1.1em, sticky: true, text(size: 13.5pt, it.body))
#show heading.where(level: 2): it => block(above: 1.6em, below: 0.9em, sticky: true, text(size: 11pt, it.body))
#show footnote.entry: set text(size: 8.5pt)
#show link: set text(fill: rgb("#1b4f72"))
#set table(stroke: none, inset: (x: 4pt, y: 3.2pt))
#let para(number, body) = par[#box(width: 2.1em)[#number.]#body]
#let label(body) = text(size: 9.5pt)[#body]
#let source(body) = text(size: 8.5pt)[#body]
"""


def pdf(document: Document, *, pictures: Mapping[str, bytes]) -> bytes:
    """Set the report as PDF.

    Parameters
    ----------
    document
        The report.
    pictures
        PNG of each chart, by the chart's key.

    Returns
    -------
    bytes
        A PDF that keeps to PDF/UA-1; the same document gives the same bytes.

    Raises
    ------
    KeyError
        A chart has no picture.
    """
    sources = {"main.typ": typst_source(document, pictures=pictures).encode()}
    for chart in document.charts():
        sources[_file(chart)] = _wrapped(pictures[chart.key])
    day = datetime(document.day.year, document.day.month, document.day.day, tzinfo=UTC)
    # The stubs of typst do not know yet that it takes several files from memory.
    made: bytes = typst.compile(  # type: ignore[call-overload]  # see above
        sources, format="pdf", pdf_standards=["ua-1"], ignore_system_fonts=True, timestamp=int(day.timestamp())
    )
    return made


@dataclass(frozen=True, slots=True)
class _Parts:
    """What blocks refer to: footnotes by number, pictures by the chart's key."""

    notes: tuple[str, ...]
    pictures: Mapping[str, bytes]


def typst_source(document: Document, *, pictures: Mapping[str, bytes]) -> str:
    """The report in typst's own language; the size of its pictures follows from `pictures`."""
    day, parts = document.day, _Parts(document.notes, pictures)
    return "\n".join(
        (
            f"#set document(title: {_string(document.title)}, author: {_string('Corridors')}, "
            f"date: datetime(year: {day.year}, month: {day.month}, day: {day.day}))",
            _PREAMBLE,
            *_masthead(document),
            f"#heading(level: 1, outlined: false)[{SUMMARY}]",
            "#block(inset: (x: 1.2em, y: 0.9em), stroke: 0.5pt, width: 100%)[",
            *_blocks(document.summary, parts),
            "]",
            f"#outline(title: [{CONTENTS}], depth: 1)",
            *(line for chapter in document.chapters for line in _chapter(chapter, parts)),
            *(line for annex in document.annexes for line in _chapter(annex, parts)),
        )
    )


def _masthead(document: Document) -> Iterator[str]:
    own, form, disclaimer = document.masthead
    yield f"#grid(columns: (1fr, auto), [{_text(own)}], [{_text(long_day(document.day))}])"
    yield "#line(length: 100%, stroke: 1.2pt)"
    yield f"#text(size: 9pt)[{_text(form)}. #strong[{_text(disclaimer)}.]]"
    yield f"#v(1.2em)#text(size: 19pt, weight: 700)[{_text(document.title)}]"
    yield f"#v(0.1em)#text(size: 12.5pt)[{_text(document.subtitle)}]"


def _chapter(chapter: Chapter, parts: _Parts) -> Iterator[str]:
    point = "" if chapter.label.startswith("Annex") else "."
    yield f"#heading(level: 1)[{_text(chapter.label)}{point} #h(0.4em) {_text(chapter.title)}]"
    yield from _blocks(chapter.blocks, parts)


def _blocks(blocks: tuple[Block, ...], parts: _Parts) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Paragraph):
            body = "".join(_span(span, parts) for span in block.spans)
            yield f"#par[{body}]" if block.number is None else f'#para("{block.number}")[{body}]'
        elif isinstance(block, Heading):
            yield f"#heading(level: 2, outlined: false)[{_text(block.text)}]"
        elif isinstance(block, ChartBlock):
            yield _chart(block, parts.pictures[block.chart.key])
        else:
            yield _table(block)


def _span(span: Span, parts: _Parts) -> str:
    if span.kind == "note":
        return f"#footnote[{_linked(parts.notes[int(span.text) - 1])}]"
    text = _text(span.text)
    return {"": text, "emphasis": f"#emph[{text}]", "strong": f"#strong[{text}]"}[span.style]


def _chart(block: ChartBlock, png: bytes) -> str:
    chart = block.chart
    width, height = _size(png)
    # A square picture as wide as the column would leave half a page empty before it.
    share = min(1.0, TALLEST / (COLUMN * height / width))
    return (
        # Text goes on beside a tall picture that waits for the next page: no page stays half empty before it.
        f"#place(auto, float: true, clearance: 1.4em)[#set align(left)\n#block(breakable: false, width: 100%)["
        f"#label[{_text(block.label)}] \\ #strong[{_text(chart.title)}]\n"
        f'#align(center, image("{_file(chart)}", alt: {_string(chart.description)}, width: {share:.0%}))\n'
        f"#source[{_below(chart.source, chart.note)}]]]"
    )


def _table(block: TableBlock) -> str:
    table = block.table
    heads = ", ".join(
        f"table.cell(align: bottom + {_side(c.numeric)})[#strong[{_text(c.head)}]]" for c in table.columns
    )
    rows = ",\n".join(", ".join(f"[{_broken(cell)}]" for cell in row) for row in table.cells())
    align = ", ".join(f"top + {_side(column.numeric)}" for column in table.columns)
    label = f"#label[{_text(block.label)}] \\ " if block.label else ""
    breakable = block.small or len(table.rows) > LONGEST_WHOLE
    return (
        f"#block(width: 100%, breakable: {str(breakable).lower()})[#set par(justify: false)\n"
        f"#block(sticky: true)[{label}#strong[{_text(table.title)}]]\n"
        f"#text(size: {'7.5pt' if block.small else '9pt'})[#table(columns: ({_widths(table)}), align: ({align}),\n"
        f"table.header(table.hline(stroke: 0.8pt), {heads}, table.hline(stroke: 0.4pt)),\n{rows},\ntable.hline(stroke: 0.8pt))]\n"
        f"#source[{_below(table.source, table.note)}]]"
    )


def _widths(table: Table) -> str:
    """Text columns share what numeric ones leave: room for their longest word, and more the longer their cells are."""
    cells = table.cells()
    widths = []
    for number, column in enumerate(table.columns):
        texts = [column.head, *(row[number] for row in cells)]
        longest = min(max(len(text) for text in texts), 140)
        word = max(len(word) for text in texts for word in (_breakable(text).replace("\u200b", " ").split() or [""]))
        widths.append(
            "auto" if column.numeric and len(column.head) < 14 else f"{max(longest**0.65, 0.85 * word, 2.5):.2f}fr"
        )
    return ", ".join(widths) + ","


def _side(numeric: bool) -> str:
    return "right" if numeric else "left"


def _below(source: str, note: str) -> str:
    return f"#emph[{SOURCE}]{_text(source)}." + (f" \\ #emph[{NOTE}]{_text(note)}" if note else "")


def _text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _broken(text: str) -> str:
    """Text whose long codes may break inside."""
    return _text(_breakable(text))


def _breakable(text: str) -> str:
    return re.sub(r"\S{17,}", lambda word: "\u200b".join(re.findall(r".{1,8}", word[0])), text)


def _linked(note: str) -> str:
    parts = re.split(r"(https://[^\s,;]*[^\s,;.])", note)
    return "".join(f"#link({_string(part)})" if part.startswith("https://") else _text(part) for part in parts)


def _string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _file(chart: Chart) -> str:
    return f"{chart.key}.svg"


def _size(png: bytes) -> tuple[int, int]:
    """Width and height in pixels, from the file's head."""
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    return width, height


def _wrapped(png: bytes) -> bytes:
    """A PNG inside an SVG: typst takes files from memory only as text."""
    width, height = _size(png)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{base64.b64encode(png).decode()}"/></svg>'
    ).encode()
