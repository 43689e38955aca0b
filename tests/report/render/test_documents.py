"""PDF, Word and HTML say the same, for every reader."""

import io
import re
import zipfile
from html.parser import HTMLParser

import docx
import pypdf
import pytest

from corridors.concepts.findings import Unavailable
from corridors.report.compose import compose
from corridors.report.document import Paragraph
from corridors.report.render.html import html
from corridors.report.render.pdf import pdf, typst_source
from corridors.report.render.pictures import embed_script, png, svg
from corridors.report.render.word import word

NUMBER = re.compile(r"[−\d][\d,]*(?:\.\d+)?")


@pytest.fixture(scope="module")
def document(small_world):
    return compose(small_world)


@pytest.fixture(scope="module")
def pictures(document):
    return {chart.key: png(chart, scale=1.0) for chart in document.charts()}


@pytest.fixture(scope="module")
def page(document):
    drawings = {chart.key: svg(chart).decode() for chart in document.charts()}
    return html(document, drawings=drawings, script=embed_script(document.charts())).decode()


class _Reader(HTMLParser):
    """Texts of numbered paragraphs, and what a page without scripts shows."""

    def __init__(self):
        super().__init__()
        self.paragraphs, self.open, self.svgs, self.fetched, self.skip = {}, None, 0, [], 0

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "p":
            self.open = found.get("data-paragraph")
        self.svgs += tag == "svg"
        self.skip += tag == "sup"
        if tag in ("script", "link", "img", "iframe") and (found.get("src") or found.get("href")):
            self.fetched.append(found)

    def handle_endtag(self, tag):
        self.skip -= tag == "sup"
        if tag == "p":
            self.open = None

    def handle_data(self, data):
        if self.open and not self.skip:
            self.paragraphs.setdefault(self.open, []).append(data)


def test_the_same_figures_stand_in_all_three(document, pictures, page):
    expected = [
        (block.number, block.text)
        for chapter in document.chapters
        for block in chapter.blocks
        if isinstance(block, Paragraph)
    ]
    # Annexes number their own paragraphs from one again: only later numbers stand for one paragraph.
    in_annexes = max(b.number or 0 for a in document.annexes for b in a.blocks if isinstance(b, Paragraph))
    reader = _Reader()
    reader.feed(page)
    written = docx.Document(io.BytesIO(word(document, pictures=pictures)))
    in_word = [p.text for p in written.paragraphs if p.style.name == "Numbered Paragraph"]
    in_pdf = " ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(pdf(document, pictures=pictures))).pages)
    in_pdf = re.sub(r"\s+", "", in_pdf)
    for (number, text), line in zip(expected, in_word, strict=False):
        assert NUMBER.findall(line) == [str(number), *NUMBER.findall(text)]
        from_page = "".join(reader.paragraphs[str(number)])
        if number > in_annexes:
            assert NUMBER.findall(from_page) == [str(number), *NUMBER.findall(text)]
    for figure in document.registry.values():
        if any(s.key == figure.key for b in document.blocks() if isinstance(b, Paragraph) for s in b.spans):
            # At the beginning of a sentence it has a capital letter.
            printed = re.sub(r"\s+", "", figure.text)[1:]
            assert printed in in_pdf, figure.key
            assert figure.text[1:] in page
            assert any(figure.text[1:] in line for line in (p.text for p in written.paragraphs)), figure.key


def test_the_pdf_is_tagged_titled_and_says_what_its_pictures_show(document, pictures):
    raw = pdf(document, pictures=pictures)
    reader = pypdf.PdfReader(io.BytesIO(raw))
    assert reader.metadata.title == document.title
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    source = typst_source(document, pictures=pictures)
    assert all(chart.description in source for chart in document.charts())


def test_the_word_file_has_native_footnotes_and_pictures_with_words(document, pictures):
    raw = word(document, pictures=pictures)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        notes = archive.read("word/footnotes.xml").decode()
        body = archive.read("word/document.xml").decode()
        media = [name for name in archive.namelist() if name.startswith("word/media/")]
    assert all(note[:40] in notes.replace("&amp;", "&") for note in document.notes)
    assert body.count("<w:footnoteReference ") == len(document.notes)
    assert len(media) == len(set(pictures.values()))
    assert body.count('descr="') >= len(document.charts())
    assert "Table" in {table.style.name for table in docx.Document(io.BytesIO(raw)).tables}


def test_the_page_fetches_nothing_and_shows_every_chart_without_scripts(document, page):
    reader = _Reader()
    reader.feed(re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL))
    assert reader.svgs == len(document.charts())
    assert reader.fetched == []
    for chart in document.charts():
        assert chart.twin.title in page


def test_the_same_document_gives_the_same_bytes(document, pictures, page):
    assert pdf(document, pictures=pictures) == pdf(document, pictures=pictures)
    assert word(document, pictures=pictures) == word(document, pictures=pictures)
    drawings = {chart.key: svg(chart).decode() for chart in document.charts()}
    assert html(document, drawings=drawings, script=embed_script(document.charts())).decode() == page


def test_signs_of_the_typesetter_and_of_markup_are_printed_as_they_are(small_world, pictures):
    from dataclasses import replace

    nasty = '#set [x] *a* _b_ $c$ `d` <e> @f // "g" \\h & ~ – 1. = +'
    document = replace(compose(small_world), title=nasty, notes=compose(small_world).notes)
    text = "".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(pdf(document, pictures=pictures))).pages)
    assert re.sub(r"\s", "", nasty) in re.sub(r"\s", "", text)
    page = html(document, drawings=dict.fromkeys(pictures, ""), script="").decode()
    assert "&lt;e&gt;" in page
    written = docx.Document(io.BytesIO(word(document, pictures=pictures)))
    assert nasty in [paragraph.text for paragraph in written.paragraphs]


def test_without_pandoc_word_is_unavailable_and_says_what_to_install(document, pictures, monkeypatch):
    import builtins

    real = builtins.__import__

    def without(name, *arguments, **named):
        if name == "pypandoc":
            raise ImportError(name)
        return real(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Unavailable, match=r"pip install 'corridors\[word\]'"):
        word(document, pictures=pictures)
