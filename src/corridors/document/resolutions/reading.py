"""The text of a document, out of plain text, PDF, Word or HTML; what is no English text is refused by name."""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
import zipfile
from html.parser import HTMLParser
from xml.etree import ElementTree

from corridors.concepts.findings import DataError, Finding
from corridors.document.resolutions.languages import foreign
from corridors.document.resolutions.word_lists import word_list

#: Characters above which a text is no single resolution: the longest ones have some 200,000.
LONGEST = 400_000
_MOST_BYTES = 40_000_000
_RULE = "\n" + "_" * 18 + "\n"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_UNUSABLE = str.maketrans("", "", "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f")
_SPACES = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000\t]")


def _fault(code: str, file: str, fact: str, mend: str) -> DataError:
    return DataError([Finding(code, file, fact, mend)])


def _unreadable(file: str, fact: str) -> DataError:
    return DataError(
        [Finding("document-unreadable", file, fact, "give the document as text, PDF with a text layer, .docx or HTML")]
    )


def document_text(raw: bytes, *, file: str) -> str:
    r"""The text of a document in whatever of the four forms it came, with form feeds between pages where they are known.

    Parameters
    ----------
    raw
        The document's bytes.
    file
        What findings call it.

    Raises
    ------
    DataError
        The bytes hold no text (`document-unreadable`, `document-scanned`), too much of it (`document-large`), or text in
        another language than English (`document-foreign`).

    Examples
    --------
    >>> document_text(b"<p>The General Assembly,</p><p>Recalling its resolution 49/127,</p>", file="a.html").split("\n")[0]
    'The General Assembly,'
    """
    if len(raw) > _MOST_BYTES:
        raise _fault("document-large", file, f"{len(raw):,} bytes", "give one resolution at a time")
    if raw.startswith(b"%PDF"):
        text = _from_pdf(raw, file)
    elif raw.startswith(b"PK"):
        text = _from_docx(raw, file)
    else:
        text = _decoded(raw, file)
        if re.match(r"\s*(?:<!doctype html|<html|<\?xml|<(?:p|div|body|head|h\d|table)\b)", text[:500], re.IGNORECASE):
            text = _from_html(text)
    text = clean(text)
    if len(text) > LONGEST:
        raise _fault("document-large", file, f"{len(text):,} characters of text: no single resolution is so long",
                     "cut the collection into documents, and give one resolution at a time")  # fmt: skip
    if not re.search(r"\w", text):
        raise _unreadable(file, "it holds no text")
    if language := foreign(text):
        raise _fault("document-foreign", file, f"the text is in {language}", "give the English text of the document")
    return text


def clean(text: str) -> str:
    r"""The text with one kind of line end and of space, whole ligatures, and without invisible characters.

    Examples
    --------
    >>> clean("of\ufb01ce\u00a0of\r\nthe")
    'office of\nthe'
    """
    text = re.sub(r"\r\n?|\x0b|\u2028|\u2029|\x85", "\n", text.translate(_UNUSABLE))
    text = re.sub("[\ufb00-\ufb06]", lambda ligature: unicodedata.normalize("NFKC", ligature[0]), text)
    text = re.sub("[⁰¹²³⁴-⁹]+", lambda raised: unicodedata.normalize("NFKC", raised[0]), text)
    return re.sub(r"[\x00-\x08\x0e-\x1f]", "", _SPACES.sub(" ", text))


def _decoded(raw: bytes, file: str) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = raw.decode("utf-16", errors="replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            # Word processors of the 1990s and damaged files: one wrong byte must not cost the document.
            text = raw.decode("cp1252", errors="replace")
    head = text[:20_000]
    strange = sum(
        1
        for letter in head
        if (unicodedata.category(letter) in ("Cc", "Cn", "Co") and letter not in "\n\r\t\f\x0b") or letter == "�"
    )
    letters = sum(1 for letter in head if letter.isalnum() or letter.isspace())
    if not head.strip():
        raise _unreadable(file, "it is empty")
    if strange > len(head) * 0.03 or letters < len(head) * 0.6:
        raise _unreadable(file, "its bytes are no text")
    return text


def _from_pdf(raw: bytes, file: str) -> str:
    try:
        import pypdf
    except ImportError as missing:
        raise _unreadable(file, "a PDF, and the reader of PDF (pypdf) is not installed") from missing
    try:
        pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(raw)).pages]
    except Exception as broken:  # the reader of damaged files raises whatever it meets
        raise _unreadable(file, f"a PDF that cannot be opened ({type(broken).__name__})") from broken
    if not pages or sum(len(page.strip()) for page in pages) < 40 * len(pages):
        raise _fault("document-scanned", file, f"a PDF of {len(pages)} pages without a text layer: pictures of pages",
                     "run it through a program for text recognition and give the result")  # fmt: skip
    return "\n\f\n".join(pages)


def _from_docx(raw: bytes, file: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as parts:
            names = parts.namelist()
            if "word/document.xml" not in names:
                raise _unreadable(file, "a zip file, but no Word document")
            if sum(parts.getinfo(name).file_size for name in names if name.endswith(".xml")) > _MOST_BYTES:
                raise _fault(
                    "document-large",
                    file,
                    "a Word document that unpacks to too much text",
                    "give one resolution at a time",
                )
            body = _paragraphs(parts.read("word/document.xml"))
            notes = _notes(parts.read("word/footnotes.xml")) if "word/footnotes.xml" in names else []
    except (
        zipfile.BadZipFile,
        ElementTree.ParseError,
        KeyError,
        OSError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as bad:
        raise _unreadable(file, f"a Word document that cannot be opened ({type(bad).__name__})") from bad
    return "\n".join(body) + (_RULE + "\n".join(notes) if notes else "")


def _root(part: bytes) -> ElementTree.Element:
    # An entity in a Word part is an attack: no word processor writes one.
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise ValueError("entities")
    return ElementTree.fromstring(part)


def _runs(paragraph: ElementTree.Element, numbers: dict[str, int]) -> str:
    text = []
    for node in paragraph.iter():
        if node.tag == f"{_W}t":
            text.append(node.text or "")
        elif node.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
            text.append(" ")
        elif node.tag == f"{_W}noBreakHyphen":
            text.append("-")
        elif node.tag == f"{_W}footnoteReference":
            own = node.get(f"{_W}id", "")
            text.append(str(numbers.setdefault(own, len(numbers) + 1)))
    return "".join(text).strip()


def _listed(paragraph: ElementTree.Element) -> bool:
    return paragraph.find(f"{_W}pPr/{_W}numPr") is not None


def _paragraphs(part: bytes) -> list[str]:
    numbers: dict[str, int] = {}
    found, count = [], 0
    for paragraph in _root(part).iter(f"{_W}p"):
        text = _runs(paragraph, numbers)
        if _listed(paragraph) and re.match(r"[A-Z][a-z]+", text) and not re.match(r"\d", text):
            # The number of a listed paragraph is drawn by the word processor and stands nowhere in the text.
            count += 1
            text = f"{count}. {text}"
        found.append(text)
    return found


def _notes(part: bytes) -> list[str]:
    texts = []
    for note in _root(part).iter(f"{_W}footnote"):
        if note.get(f"{_W}type") in ("separator", "continuationSeparator", "continuationNotice"):
            continue
        texts.append(" ".join(_runs(paragraph, {}) for paragraph in note.iter(f"{_W}p")).strip())
    return [f"{number} {text}" for number, text in enumerate(texts, 1)]


_BLOCKS = frozenset(word_list("html-blocks"))


class _Page(HTMLParser):
    """The visible text of a page, one block a line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """A block ends the line, a rule is a rule, a script is hidden."""
        self.hidden += tag in ("script", "style", "template")
        if tag == "hr":
            self.text.append(_RULE)
        elif tag in _BLOCKS:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """A block ends the line."""
        if tag in ("script", "style", "template"):
            self.hidden = max(0, self.hidden - 1)
        elif tag in _BLOCKS:
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        """Lines of the source are no lines of the page."""
        if not self.hidden:
            self.text.append(re.sub(r"\s+", " ", data))


def _from_html(text: str) -> str:
    page = _Page()
    page.feed(text)
    page.close()
    return re.sub(r"\n\s*\n+", "\n", "".join(page.text)).strip()
