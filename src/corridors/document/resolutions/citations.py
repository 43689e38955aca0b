"""Citations of resolutions, decisions and documents, resolved to symbols and checked by their dates."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corridors.document.resolutions.organs import DATE, Mention, iso_date, mentions, organs, roman, session_year

_KIND = re.compile(r"\b(?P<kind>[Rr]esolution|[Dd]ecision)s?\b")
_ROMAN = r"[IVXL]+"
_NUMBER = re.compile(
    rf"""(?<![\w/.-])(?:
      (?P<act>\d{{1,5}})\s?(?:[A-Z](?:(?:,|\sand|-|\sto)\s?[A-Z])*)?\s?\((?P<in>(?:S-|ES-)?{_ROMAN}|(?:18|19|20)\d\d)\)
      |(?P<year>(?:19|20)\d\d)/(?P<item>\d{{1,4}})
      |(?P<session>(?:E?S-)?\d{{1,3}})/(?P<number>\d{{1,4}})
    )(?P<letter>\s?[A-Z]\b(?![.’']))?(?![\w/-]|\.\d)""",
    re.VERBOSE,
)
_ITS = re.compile(r"\b(?P<in>in |by |under |through |with )?(?:its|present|this)\s+(?:\w+\s+){0,2}$")
_OF_THE = re.compile(r"^(?:[Rr]esolution|[Dd]ecision)s?\s[\w/()\s,-]{1,90}?(?<!\w)of the $")
_DATED = re.compile(rf"\s*(?:\(?[A-F]?\)?,?\s*)?of\s+{DATE}")
_SYMBOL = re.compile(
    r"(?<![\w/])(?:A|E|S|T|ST|DP|TD|UNEP|UNFPA|UNICEF|UNW|CEDAW|CERD|CCPR|CRC|CMW|CAT|CRPD|HRI|HS|FCCC|CTOC|CAC|BWC|NPT|CD|ICCD|DC|"
    r"LC|HSP|ITCP|UNIDO|UNDP|WHO|GOV|PBC|ACC|AC|IDB|EP|UNCTAD)(?:/[A-Za-z0-9.()-]*[A-Za-z0-9)])+"
)
_JOINT = re.compile(r"(?<=\d)[-–](?=[AEST]/)")
_PARTS = re.compile(r"\s\(Parts? ([IVX]+)(?:(?:,| and| to|-)\s?([IVX]+))*\)")
_RES_SYMBOL = re.compile(r"^(A|S|E|A/HRC)/(RES|DEC)/")


@dataclass(frozen=True, slots=True)
class Citation:
    """One citation: its symbol, as printed, where it stands, and the date given with it (ISO), if any."""

    symbol: str
    printed: str
    start: int
    dated: str | None


def _owner(text: str, at: int, named: list[Mention], own: str | None) -> str | None:
    """The organ of a "resolution" at `at`: the one named just before it, or of "its resolution" the text's own."""
    before = text[max(0, at - 200) : at]
    if match := _ITS.search(before):
        # "endorsed by the Economic and Social Council in its resolution 1995/32": of the organ named last.
        speaking = [one.organ for one in named if at - 120 <= one.end <= at]
        return speaking[-1] if match["in"] and speaking and speaking[-1] in organs() else own
    after = [one for one in named if one.start > at]
    if after and _OF_THE.search(text[at : after[0].start]):
        return after[0].organ
    near = [one for one in named if one.end <= at and re.fullmatch(r"(?:['’]s)?\s*(?:\w+\s+)?", text[one.end : at])]
    return near[-1].organ if near else None


def _prefix(organ: str, kind: str) -> str | None:
    known = organs().get(organ)
    return None if known is None else known.prefix if kind == "resolution" else known.decision


def _symbol(match: re.Match[str], organ: str | None, kind: str, own: str | None) -> str | None:
    """The symbol of one number, by its form where no organ is named."""
    if match["act"]:
        form = "General Assembly" if not match["in"].isdigit() else "Security Council"
        prefix = _prefix(form if match["in"].isdigit() or organ is None else organ, kind)
        return prefix and f"{prefix}{match['act']}({match['in']})"
    if match["year"]:
        yearly = (
            organ if organ and organ not in ("General Assembly", "Security Council", "Human Rights Council") else None
        )
        prefix = _prefix(yearly or "Economic and Social Council", kind)
        return prefix and f"{prefix}{match['year']}/{match['item']}"
    sessional = organ if organ not in ("Council", "Security Council", "Economic and Social Council") else None
    default = own if own in ("General Assembly", "Human Rights Council") else "General Assembly"
    if sessional is None and organ in ("Council", "Economic and Social Council", "Security Council"):
        default = "Human Rights Council"
    prefix = _prefix(sessional or default, kind)
    return prefix and f"{prefix}{match['session']}/{match['number']}"


def _numbered(text: str, own: str | None) -> list[Citation]:
    named = mentions(text, own=own)
    kinds = [(match.start(), match.end(), match["kind"].lower()) for match in _KIND.finditer(text)]
    found = []
    for match in _NUMBER.finditer(text):
        before = [kind for kind in kinds if kind[1] <= match.start()]
        if not before or (match["session"] and _fraction(match)):
            continue
        start, end, kind = before[-1]
        if re.search(r"[.;]\s", text[end : match.start()]) and not match["act"]:
            continue
        symbol = _symbol(match, _owner(text, start, named, own), kind, own)
        dated = _DATED.match(text, match.end())
        if symbol:
            date = iso_date(*dated.groups()) if dated else None
            found.append(Citation(symbol, match[0].strip(), match.start(), date))
    return found


def _fraction(match: re.Match[str]) -> bool:
    """Whether "n/m" cannot be a resolution: no session bears that number."""
    plain = match["session"].rpartition("-")[2]
    return int(plain) > 150 or int(plain) == 0


def _documents(text: str) -> list[Citation]:
    found: list[Citation] = []
    for match in _SYMBOL.finditer(_JOINT.sub(" ", text)):
        symbol, parts = match[0].rstrip("."), _PARTS.match(text, match.end())
        while symbol.endswith(")") and symbol.count(")") > symbol.count("("):
            symbol = symbol[:-1].rstrip(".")
        if not re.search(r"\d", symbol):
            continue
        if parts:
            found.extend(
                Citation(f"{symbol} (Part {part})", match[0] + parts[0], match.start(), None)
                for part in re.findall(r"[IVX]+", parts[0][6:])
            )
        else:
            found.append(Citation(symbol, match[0], match.start(), None))
    return found


def citations(text: str, *, own: str | None) -> tuple[Citation, ...]:
    """Every resolution, decision and document that a paragraph or a note cites, in order, each once.

    Parameters
    ----------
    text
        Paragraph or note.
    own
        Full name of the organ whose text it is: what "its resolution" means.

    Examples
    --------
    >>> [one.symbol for one in citations("Recalling its resolutions 49/127 of 19 December 1994 and 50/123,", own="General Assembly")]
    ['A/RES/49/127', 'A/RES/50/123']
    >>> citations("Resolution 217 A (III).", own=None)[0].symbol
    'A/RES/217(III)'
    """  # noqa: E501
    found = sorted([*_numbered(text, own), *_documents(text)], key=lambda one: one.start)
    return tuple(
        {one.symbol: one for one in reversed(found)}[symbol] for symbol in dict.fromkeys(one.symbol for one in found)
    )


def wrong_date(cited: Citation) -> str | None:
    """What is wrong between a symbol and the date given with it; None where they agree or nothing can be said.

    Examples
    --------
    >>> wrong_date(Citation("A/RES/49/127", "49/127", 0, "1996-12-19"))
    'session 49 ran from 1994-09 to 1995-09, the date is 1996-12-19'
    """
    if cited.dated is None or not _RES_SYMBOL.match(cited.symbol):
        return None
    year = int(cited.dated[:4])
    if match := re.search(r"\((\d{4})\)$|/(?:RES|DEC)/((?:19|20)\d\d)/\d+$", cited.symbol):
        stated = int(match[1] or match[2])
        return None if stated == year else f"the number says {stated}, the date is {cited.dated}"
    if match := re.fullmatch(r"A/(?:RES|DEC)/(?:\d+\(([IVXL]+)\)|(\d+)/\d+)", cited.symbol):
        session = roman(match[1]) if match[1] else int(match[2])
        opened = session_year("General Assembly", session)
        if opened is None or session == 1 or f"{opened}-09" <= cited.dated[:7] <= f"{opened + 1}-09":
            return None
        return f"session {session} ran from {opened}-09 to {opened + 1}-09, the date is {cited.dated}"
    return None
