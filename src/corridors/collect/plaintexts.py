"""The shared texts and the cell styles of a workbook, from their XML."""

from __future__ import annotations

import re
from html import unescape

_ENCODING = re.compile(rb"""<\?xml[^>]*\bencoding=["']([^"']*)""")
#: Comments, escapes of a spreadsheet's own, and signs that XML itself does not name.
_UNUSUAL = re.compile(rb"<!|_x[0-9A-Fa-f]{4}_|&(?!(?:amp|lt|gt|quot|apos);)")
_ITEM = re.compile(rb"<si>(.*?)</si>|<si/>", re.DOTALL)
_ITEM_TAG = re.compile(rb"<si\b")
_TEXT = re.compile(rb"<t(?: [^>]*)?>([^<]*)</t>")
_TEXT_TAG = re.compile(rb"<t\b(?! ?/>)")
_SOUND = re.compile(rb"<rPh\b.*?</rPh>", re.DOTALL)
#: Numbers of the formats that the standard fixes for dates and times.
_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])


def is_usual(xml: bytes) -> bool:
    """Whether texts are in UTF-8 and have no escapes but the five of XML.

    Examples
    --------
    >>> is_usual(b"<t>Peru &amp; Chad</t>"), is_usual(b"<t>&#233;</t>"), is_usual("<t>é</t>".encode("latin-1"))
    (True, False, False)
    """
    encoding = _ENCODING.match(xml)
    if _UNUSUAL.search(xml) or (encoding and encoding[1].lower() != b"utf-8"):
        return False
    try:
        xml.decode()
    except UnicodeDecodeError:
        return False
    return True


def as_read(text: bytes) -> bytes:
    r"""A text without its escapes, and with the one end of lines that XML has.

    Examples
    --------
    >>> as_read(b"Peru &amp;\r\nChad")
    b'Peru &\nChad'
    """
    return unescape(text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode()).encode()


def shared_texts(xml: bytes) -> list[bytes] | None:
    """The texts that cells refer to by number, in UTF-8; None when they are written in an unusual way.

    Examples
    --------
    >>> shared_texts(b"<sst><si><t>Peru &amp; Chad</t></si><si><r><t>A</t></r><r><t>*</t></r></si></sst>")
    [b'Peru & Chad', b'A*']
    """
    if not is_usual(xml):
        return None
    texts = []
    for match in _ITEM.finditer(xml):
        inside = _SOUND.sub(b"", match[1] or b"")
        parts = _TEXT.findall(inside)
        if len(parts) != inside.count(b"</t>") or len(parts) != len(_TEXT_TAG.findall(inside)):
            return None
        texts.append(as_read(b"".join(parts)))
    return texts if len(texts) == len(_ITEM_TAG.findall(xml)) else None


def date_styles(xml: bytes) -> frozenset[int]:
    """Numbers of the cell styles that may show a date or a time."""
    own = {
        int(number[1])
        for tag in re.findall(rb"<numFmt\b[^>]*>", xml)
        if (number := re.search(rb'numFmtId="(\d+)"', tag)) and not re.search(rb'formatCode="[^dmyhsDMYHS"]*"', tag)
    }
    block = re.search(rb"<cellXfs\b.*?</cellXfs>", xml, re.DOTALL)
    formats = re.findall(rb"<xf\b([^>]*)>", block[0]) if block else []
    numbers = [re.search(rb'\bnumFmtId="(\d+)"', one) for one in formats]
    return frozenset(style for style, one in enumerate(numbers) if one and int(one[1]) in _DATES | own)
