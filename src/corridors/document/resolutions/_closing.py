"""The lines that end a resolution and those that begin the next: meeting, date, vote, annex, number and title."""

from __future__ import annotations

import re

from corridors.document.resolutions.organs import DATE

_CLOSING = re.compile(
    rf"""^(?:
      \(?\d{{1,5}}(?:st|nd|rd|th)\s+(?:\([\w\s]+\)\s+)?(?:plenary\s+)?meeting\b.*
      |(?:[A-Z][a-z]+day,?\s+)?{DATE}\.?
      |\[(?:Adopted|Resolution|See|The\svoting)\b.*
      |Adopted\s+(?:at\s+the|by\s+(?:a|the)|without\s+a\s+vote|unanimously)\b.*
      |(?:Resolution\s+)?[Aa]dopted\s+(?:unanimously|by\s+\d+\s+votes)\b.*
      |\(?(?:Resumed\s)?\d{{1,5}}(?:st|nd|rd|th)\s+plenary\s*
    )$""",
    re.VERBOSE,
)
_ANNEX = re.compile(
    r"^(?:Annex(?:es)?|ANNEX(?:ES)?|Appendix|APPENDIX|Enclosure)(?:\s+(?:[IVX]+|[A-Z]|\d+))?\s*\*?\d{0,2}$"
)
_NUMBER = r"(?:(?:E?S-)?\d{1,4}/\d{1,4}|\d{1,4}\s?(?:[A-F]\s)?\((?:E?S-)?[IVXL]+\)|\d{1,4}\s\((?:19|20)\d\d\))"
_HEADING = re.compile(
    rf"^(?:Resolution\s+)?(?P<number>{_NUMBER})(?:\s?(?P<letter>[A-F]))?\s?(?:[.:]|\s{{0,2}}(?=[A-Z“\"]))\s*(?P<title>[A-Z“\"(].*)$|"
    rf"^(?:RESOLUTION|Resolution)\s+(?P<alone>{_NUMBER})(?:\.|\s+of\s+\d{{1,2}}\s+[A-Z][a-z]+\s+(?:19|20)\d\d\.?)?$"
)
_ENACTING = re.compile(
    r"^(?:At its [\w\s,-]{3,80}, )?(?P<organ>(?:The|the)\s+(?:(?:General|Trade and Development|"
    r"World Health|Environment|Health|United Nations Environment)\s+"
    r"(?:Assembly|Board)|[A-Z][\w’-]*(?:\s+(?:and|of|on|for|the|in|to|[A-Z][\w’,-]*)){0,14}?))\s*\d{0,2}\s*[,.:]?$"
)
_ORGAN = re.compile(
    r"\b(?:Assembly|Council|Commission|Committee|Conference|Board|Parties|Forum|Congress|Meeting|Sub-Commission|Court|Union)\b"
)


def closing(text: str) -> bool:
    """Whether a line closes a resolution: its meeting, its date, its vote.

    Examples
    --------
    >>> closing("85th plenary meeting"), closing("20 December 1993"), closing("Adopted at Cairo")
    (True, True, False)
    """
    return len(text) < 400 and bool(_CLOSING.match(text))


def annex(text: str) -> bool:
    """Whether a line is the heading of an annex.

    Examples
    --------
    >>> annex("Annex II"), annex("annexed to it")
    (True, False)
    """
    return len(text) < 30 and bool(_ANNEX.match(text))


def heading(text: str) -> tuple[str, str] | None:
    """Number and title of a resolution whose heading this line is; the title may be empty.

    Examples
    --------
    >>> heading("1985/11. Co-operation for the control of drug abuse")
    ('1985/11', 'Co-operation for the control of drug abuse')
    """
    match = _HEADING.match(text) if len(text) < 500 else None
    if match is None:
        return None
    number = match["number"] or match["alone"]
    return re.sub(r"\s+", " ", number) + (f" {match['letter']}" if match["letter"] else ""), (
        match["title"] or ""
    ).strip()


def enacting(text: str) -> str | None:
    """The organ of an enacting line, "The General Assembly,".

    Examples
    --------
    >>> enacting("The Economic and Social Council."), enacting("The meeting was held at Cairo,")
    ('Economic and Social Council', None)
    """
    if len(text) > 160:
        return None
    match = _ENACTING.match(text)
    if match is None or not _ORGAN.search(match["organ"]):
        return None
    return re.sub(r"\s+", " ", match["organ"])[4:].rstrip(",. ")
