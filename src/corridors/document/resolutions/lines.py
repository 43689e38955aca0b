"""The lines of a document without the furniture of its pages: symbols at the head, page and job numbers, bar codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from corridors.document.resolutions._verbs import lead

_RULE = re.compile(r"^_[_\s]{4,}$|^\s*[-—–=]{3,}\s*$")
_ENDED = re.compile(r"[.;:,][\"”’')\]]*\s?(?:\d{1,3}/?|\*{1,3})?(?:[.;:,])?$|\b(?:and|or)$")
_SYMBOL = r"(?:[AEST]|ST|TD|DP|UNEP|CEDAW|CRC|CRPD)/[A-Z0-9][\w./()*-]*"
_FURNITURE = re.compile(
    r"""^(?:
      (?:[Pp]age\s+)?\d{1,3}\s?/\s?\d{1,3}                  # 2/4
      |[Pp]age\s+\d{1,3}(?:\s+of\s+\d{1,3})?
      |[-–—]\s?\d{1,3}\s?[-–—]
      |(?:\d{1,3}\s?/\s?\d{1,3}\s+)?(?:[A-Z]{2,3}\.)?\d{2}-\d{5,6}(?:\s?\([A-Z]\))?(?:\s+\d{6})?(?:\s+\d{1,3}(?:\s?/\s?\d{1,3})?)?
      |\d{1,3}\s+\d{2}-\d{5,6}
      |\*\s?\d{6,}\s?\*|\d{6,8}
      |/\.{3}|\.{3}/|\(?continued\)?|/\.\.\.
      |[Pp]lease\srecycle.*
      |\d{0,3}\s*(?:General\ Assembly|Economic\ and\ Social\ Council|Security\ Council|Human\ Rights\ Council)\s*[—–-]+\s*.*[Ss]ession\s*\d{0,3}
      |(?:\d{1,3}\s+)?[IVX]+\.\s+Resolutions?\s(?:and\sdecisions\s)?adopted\b.*
      |(?:\d{1,3}\s+)?Resolutions?\s(?:and\sdecisions\s)?adopted\s(?:by\sthe\s.*\sduring|on\sthe\sreports?\sof\sthe|without\sreference\sto)\b.*
      |(?:\d{1,3}\s+)?Resolutions?(?:\sand\s[Dd]ecisions?)?(?:\s+\d{1,3})?
      |(?:\d{1,3}\s+)?(?:Economic\ and\ Social\ Council|General\ Assembly|Security\ Council)\s+\d{1,3}
    )$""",  # noqa: E501
    re.VERBOSE,
)
_HEAD = re.compile(rf"^(?:\d{{1,3}}\s+)?(?P<symbol>{_SYMBOL})\*?(?:\s+(?P<rest>.*))?$")
_LONE = re.compile(r"^(\d{1,3}|\*{1,3})/?$")
_LONE_OPERATIVE = re.compile(r"^(\d{1,3}\s?\.|\([a-z]{1,2}\)|\([ivx]+\))$")
_OPERATIVE = re.compile(r"^(?P<number>\d{1,3})\s{0,2}(?:[.)]|\.\))\s*(?P<text>[A-Z“\"(].*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its words, and whether a page, a blank line or a rule of underscores stands before it.

    Parameters
    ----------
    text
        Its words; for a rule the empty text.
    page
        A page begins with it.
    blank
        A blank line stands before it.
    rule
        It is the rule above footnotes.
    """

    text: str
    page: bool = False
    blank: bool = False
    rule: bool = False


def ended(text: str) -> bool:
    """Whether a paragraph may end here: at a comma, a semicolon, a full stop, with or without a note's mark.

    Examples
    --------
    >>> ended("the Rights of the Child,8"), ended("the Rights of")
    (True, False)
    """
    return bool(_ENDED.search(text[-16:]))


def operative_start(text: str) -> tuple[int, str] | None:
    """Number and words of an operative paragraph that begins with this line, by its form.

    Examples
    --------
    >>> operative_start("3. Encourages mechanisms;")
    (3, 'Encourages mechanisms;')
    """
    match = _OPERATIVE.match(text)
    return (int(match["number"]), match["text"]) if match else None


def starts_paragraph(text: str) -> bool:
    """Whether a line opens a paragraph of a resolution, by its verb.

    Examples
    --------
    >>> starts_paragraph("Recalling its resolution 49/127,"), starts_paragraph("Resolution 34/180, annex.")
    (True, False)
    """
    numbered = operative_start(text)
    if numbered:
        opening = lead(numbered[1])
        return opening is not None and opening.part == "finite"
    opening = lead(text)
    return opening is not None and opening.part in ("participle", "adjective")


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def _joined_numbers(raw: Iterable[str]) -> Iterator[str]:
    """Lines in which a paragraph's number stands alone are joined to the next."""
    held = ""
    for line in raw:
        text = line.strip(" ")
        if held and text.strip("\f"):
            yield f"{held} {text}" if not text.startswith("\f") else f"\f{held} {text[1:]}"
            held = ""
        elif _LONE_OPERATIVE.match(text):
            held = text
        elif not held:
            yield text
    if held:
        yield held


def _head_of_page(text: str, symbols: set[str]) -> bool:
    """Whether a line is a running head: a symbol alone, or one that has stood alone, with a title behind it."""
    head = _HEAD.match(text)
    if head is None:
        return False
    symbol, rest = head["symbol"], head["rest"]
    if rest is None:
        if re.search(r"\d[.);]$", text) and text.rstrip(".);*") != symbol.rstrip("*"):
            return False
        symbols.add(symbol)
        return not text.endswith(".")
    return symbol in symbols and bool(re.match(r"(?:[A-Z“\"]|Page)", rest)) and not text.endswith((".", ";"))


def lines(text: str) -> list[Line]:
    r"""The lines of a document; furniture is dropped and leaves the mark of a page.

    Examples
    --------
    >>> [(line.text, line.page) for line in lines("Urges States\n2/4\n18-17252\nto act;")]
    [('Urges States', False), ('to act;', True)]
    """
    found: list[Line] = []
    page = blank = False
    symbols: set[str] = set()
    for raw in _joined_numbers(text.split("\n")):
        page = page or "\f" in raw
        words = re.sub(r"  +", " ", raw.replace("\f", " ")).strip()
        if not words:
            blank = True
            continue
        if _RULE.match(words):
            found.append(Line("", page, blank, True))
        elif len(words) < 300 and (_FURNITURE.match(words) or (found and _head_of_page(words, symbols))):
            page = True
            continue
        else:
            found.append(Line(words, page, blank))
        page = blank = False
    return found


def without_title_heads(body: list[Line], title: str | None) -> list[Line]:
    """The lines without those at the top of a page that only repeat the title.

    Examples
    --------
    >>> repeated = Line("International migration and development", page=True)
    >>> without_title_heads([repeated], "International migration and development")
    []
    """
    known = _plain(title or "")
    kept: list[Line] = []
    top = False
    for line in body:
        top = line.page or top
        plain = _plain(line.text)
        if top and len(plain) >= 8 and known and plain in known and line.text[-1:] not in ",;.:":
            continue
        kept.append(Line(line.text, True, line.blank, line.rule) if top else line)
        top = False
    return kept


def lone_mark(text: str) -> str | None:
    """The mark of a note when nothing else stands in the line.

    Examples
    --------
    >>> lone_mark("12"), lone_mark("12 States")
    ('12', None)
    """
    match = _LONE.match(text)
    return match[1] if match else None
