"""The report as a Word document with native footnotes, written by pandoc on a reference document in the Assembly's style.

Pandoc reads and writes files, so this renderer keeps a temporary folder while it runs; nothing else of it touches a disk.
"""

from __future__ import annotations

import base64
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from corridors.concepts.findings import Unavailable
from corridors.report.document import Block, Chapter, ChartBlock, Document, Heading, Paragraph, Span, TableBlock
from corridors.report.render.sentences import NOTE, SOURCE, SUMMARY, long_day
from corridors.report.tables import Table

Node = dict[str, Any]


def word(document: Document, *, pictures: Mapping[str, bytes]) -> bytes:
    """Write the report as a Word document.

    Parameters
    ----------
    document
        The report.
    pictures
        PNG of each chart, by the chart's key.

    Returns
    -------
    bytes
        A .docx file; the same document gives the same bytes.

    Raises
    ------
    Unavailable
        Pandoc is not installed.
    KeyError
        A chart has no picture.
    """
    try:
        import pypandoc

        from corridors.report.render.word_style import reference_document
    except ImportError as error:
        raise Unavailable(
            "Word needs pandoc and python-docx; install them with: pip install 'corridors[word]'"
        ) from error
    tree = json.dumps({"pandoc-api-version": _api_version(), "meta": {}, "blocks": list(_document(document, pictures))})
    with tempfile.TemporaryDirectory() as folder:
        reference, written = f"{folder}/reference.docx", f"{folder}/report.docx"
        with open(reference, "wb") as opened:
            opened.write(reference_document())
        pypandoc.convert_text(
            tree, "docx", format="json", outputfile=written, extra_args=["--reference-doc", reference]
        )
        with open(written, "rb") as opened:
            raw = opened.read()
    return _dated(raw, document)


@cache
def _api_version() -> list[int]:
    import pypandoc

    version: list[int] = json.loads(pypandoc.convert_text("", "json", format="markdown"))["pandoc-api-version"]
    return version


def _document(document: Document, pictures: Mapping[str, bytes]) -> Iterator[Node]:
    own, form, disclaimer = document.masthead
    yield _styled("Masthead", _para(_words(f"{own}\t{long_day(document.day)}")))
    yield _styled("Form", _para([*_words(f"{form}. "), _node("Strong", _words(f"{disclaimer}."))]))
    yield _styled("Title", _para(_words(document.title)))
    yield _styled("Subtitle", _para(_words(document.subtitle)))
    yield _styled("Summary Heading", _para(_words(SUMMARY)))
    for block in document.summary:
        yield from _block(block, document, pictures)
    for chapter in (*document.chapters, *document.annexes):
        yield from _chapter(chapter, document, pictures)


def _chapter(chapter: Chapter, document: Document, pictures: Mapping[str, bytes]) -> Iterator[Node]:
    point = "" if chapter.label.startswith("Annex") else "."
    yield _header(1, f"{chapter.label}{point} {chapter.title}")
    for block in chapter.blocks:
        yield from _block(block, document, pictures)


def _block(block: Block, document: Document, pictures: Mapping[str, bytes]) -> Iterator[Node]:
    if isinstance(block, Paragraph):
        spans = [node for span in block.spans for node in _span(span, document.notes)]
        if block.number is None:
            yield _styled("Summary Text", _para(spans))
        else:
            yield _styled("Numbered Paragraph", _para([*_words(f"{block.number}.\t"), *spans]))
    elif isinstance(block, Heading):
        yield _header(2, block.text)
    elif isinstance(block, ChartBlock):
        yield from _chart(block, pictures)
    else:
        yield from _table(block)


def _chart(block: ChartBlock, pictures: Mapping[str, bytes]) -> Iterator[Node]:
    chart = block.chart
    address = "data:image/png;base64," + base64.b64encode(pictures[chart.key]).decode()
    yield _styled("Label", _para(_words(block.label)))
    yield _styled("Caption", _para(_words(chart.title)))
    # Pandoc writes an image's words as its alternative text; an own paragraph, or it would become a caption as well.
    image = _node("Image", [["", [], [["width", "16cm"]]], _words(chart.description), [address, ""]])
    yield _styled("Picture", _para([image]))
    yield _below(chart.source, chart.note)


def _table(block: TableBlock) -> Iterator[Node]:
    if block.label:
        yield _styled("Label", _para(_words(block.label)))
    yield _styled("Caption", _para(_words(block.table.title)))
    yield _node(
        "Div", [["", [], [["custom-style", "Small Table Text" if block.small else "Table Text"]]], [_grid(block.table)]]
    )
    yield _below(block.table.source, block.table.note)


def _grid(table: Table) -> Node:
    cells = table.cells()
    longest = [max(len(column.head), *(len(row[i]) for row in cells)) ** 0.6 for i, column in enumerate(table.columns)]
    columns = [
        [{"t": "AlignRight" if column.numeric else "AlignLeft"}, {"t": "ColWidth", "c": width / sum(longest)}]
        for column, width in zip(table.columns, longest, strict=True)
    ]
    attributes: list[Any] = ["", [], []]
    head = [attributes, [[attributes, [_cell(column.head, strong=True) for column in table.columns]]]]
    body = [attributes, 0, [], [[attributes, [_cell(cell) for cell in row]] for row in cells]]
    return _node("Table", [attributes, [None, []], columns, head, [body], [attributes, []]])


def _cell(text: str, *, strong: bool = False) -> list[Any]:
    words = [_node("Strong", _words(text))] if strong else _words(text)
    return [["", [], []], {"t": "AlignDefault"}, 1, 1, [_node("Plain", words)]]


def _below(source: str, note: str) -> Node:
    words = [_node("Emph", _words(SOURCE)), *_words(f"{source}.")]
    if note:
        words += [{"t": "LineBreak"}, _node("Emph", _words(NOTE)), *_words(note)]
    return _styled("Source", _para(words))


def _span(span: Span, notes: tuple[str, ...]) -> list[Node]:
    if span.kind == "note":
        return [_node("Note", [_para(_words(notes[int(span.text) - 1]))])]
    words = _words(span.text)
    return {"": words, "emphasis": [_node("Emph", words)], "strong": [_node("Strong", words)]}[span.style]


def _header(level: int, text: str) -> Node:
    return _node("Header", [level, ["", [], []], _words(text)])


def _para(words: list[Node]) -> Node:
    return _node("Para", words)


def _styled(style: str, block: Node) -> Node:
    return _node("Div", [["", [], [["custom-style", style]]], [block]])


def _words(text: str) -> list[Node]:
    # One run of text, blanks and tabs included: pandoc need not know its words.
    return [_node("Str", text)]


def _node(kind: str, content: object) -> Node:
    return {"t": kind, "c": content}


def _dated(raw: bytes, document: Document) -> bytes:
    """The document with its title, author and date; every part of the archive bears the same date."""
    import docx

    opened = docx.Document(io.BytesIO(raw))
    day = datetime(document.day.year, document.day.month, document.day.day, tzinfo=UTC)
    properties = opened.core_properties
    properties.title, properties.author, properties.language = document.title, "Corridors", "en-GB"
    properties.created = properties.modified = day
    buffer = io.BytesIO()
    opened.save(buffer)
    stamped = io.BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(stamped, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, date_time=(day.year, day.month, day.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return stamped.getvalue()
