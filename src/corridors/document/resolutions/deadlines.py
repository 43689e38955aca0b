"""By when a paragraph wants a thing done: sessions, dates, spans after adoption, recurrences."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corridors.document.resolutions.organs import (
    CARDINAL,
    DATE,
    MONTHS,
    ORDINAL,
    Mention,
    cardinal,
    iso_date,
    mentions,
    ordinal,
    session_year,
)

_ADJECTIVES = r"(?:(?:regular|annual|resumed|substantive|special|next|forthcoming|organizational|main)\s+)?"
_SESSIONS = re.compile(
    rf"(?P<how>\b(?:at|during|in|of|for|to|until|from|before|by|between)\b(?:\s+(?:both|each\s+of|consideration\s+at))?)\s+"
    rf"(?P<whose>(?:its|the|their)\s+(?:\w+\s+part\s+of\s+(?:its|the)\s+)?){_ADJECTIVES}"
    rf"(?P<list>(?:{ORDINAL})(?:(?:\s*,\s*|\s*,?\s+(?:and|to|or)\s+)(?:at\s+)?(?:its\s+|the\s+)?{_ADJECTIVES}(?:{ORDINAL}))*)\s+"
    rf"(?P<kind>(?:(?:regular|annual|resumed|substantive|special|emergency\s+special)\s+)?)sessions?\b",
    re.IGNORECASE,
)
_YEARLY = re.compile(
    r"\b(?:at|during|in|to|of)\s+(?:its|the)\s+(?:(?:(?P<a>(?:19|20)\d\d)(?:\s+and\s+(?P<b>(?:19|20)\d\d))?\s+"
    r"(?:(?:regular|substantive|annual|organizational|resumed)\s+)?sessions?)|"
    r"(?:(?:first|second)\s+)?(?:(?:regular|substantive|annual|organizational|resumed)\s+)?sessions?\s+(?:in|of|for)\s+(?P<c>(?:19|20)\d\d))\b"
)
#: From this session on, "the Council" with a numbered session is the Human Rights Council: the others count years.
_SINCE_HUMAN_RIGHTS_COUNCIL = 61
_OF_YEAR = re.compile(r"\s+(?:of|in|for)\s+(?:19|20)\d\d\b")
_AFTER = re.compile(r"\s*(?:,\s*)?of\s+the\s+$")
_ACTION = re.compile(
    r"\b(?:[Rr]equest|[Dd]ecide|[Ii]nvite|[Uu]rge|[Cc]all|[Ee]ncourage|[Rr]ecommend|[Aa]gree|[Aa]uthorize|[Dd]irect|[Aa]ppeal|"
    r"[Dd]emand|[Aa]sk|[Ee]xtend|[Rr]esolve|[Ll]ook|[Ii]nten|[Ee]ntrust|[Ee]xpress)\w*|\b(?:shall|will|should|is to|are to)\b"
)
#: Acts that look back: what they name is no deadline, unless another act follows.
_BACKWARD = re.compile(r"(?:Also |Further )?(?:[Rr]ecalls|[Aa]cknowledges|[Cc]ommends|[Cc]ongratulates|[Dd]eplores)\b")
_FORWARD = re.compile(
    r"\b(?:requests|decides|invites|urges|calls|encourages|recommends|looks forward|asks|resolves|expresses|reiterates)\b"
)
_UNIT = {"day": "D", "week": "W", "month": "M", "year": "Y"}
_BY = re.compile(
    rf"\b(?:by|no\s+later\s+than|not\s+later\s+than|before|until|prior\s+to|on\s+or\s+before|on)\s+(?:the\s+)?(?P<end>end\s+of\s+)?"
    rf"(?:{DATE}|(?P<month>{'|'.join(MONTHS)})\s+(?P<year>\d{{4}}))"
)
_END_OF_YEAR = re.compile(
    r"\b(?:by|before|no\s+later\s+than|not\s+later\s+than)\s+(?:the\s+)?end\s+of\s+(?P<year>(?:19|20)\d\d)\b"
)
_ADOPTION = r"(?:of|from|after|following)\s+(?:the\s+)?(?:date\s+of\s+)?(?:its\s+|the\s+)?(?:date\s+of\s+)?(?:the\s+)?adoption\b"
_SPAN = re.compile(
    rf"\b(?:within\s+|no\s+later\s+than\s+|not\s+later\s+than\s+|in\s+)?(?:the\s+next\s+)?(?P<n>{CARDINAL})\s+"
    rf"(?P<unit>day|week|month|year)s?\s+{_ADOPTION}|"
    rf"\bwithin\s+(?P<n2>{CARDINAL})\s+(?P<unit2>day|week|month|year)s?(?=\s*[.,;])",
    re.IGNORECASE,
)
_EVERY = re.compile(
    rf"\b(?:every|at\s+intervals\s+of)\s+(?:(?P<n>{CARDINAL}|other|second|third|fourth|fifth)\s+)?(?P<unit>day|week|month|year)s?\b|"
    rf"\b(?P<each>{CARDINAL})-(?P<unit2>day|week|month|year)ly\s+(?:intervals|basis)\b|"
    rf"\bat\s+(?P<m>{CARDINAL})-(?P<unit3>day|week|month|year)\s+intervals\b",
    re.IGNORECASE,
)
_OFTEN = {"annual": "P1Y", "yearly": "P1Y", "biennial": "P2Y", "triennial": "P3Y", "quadrennial": "P4Y", "quinquennial": "P5Y",
          "monthly": "P1M", "quarterly": "P3M", "biannual": "P6M", "semi-annual": "P6M", "semiannual": "P6M", "weekly": "P1W",
          "six-monthly": "P6M", "three-monthly": "P3M", "bimonthly": "P2M", "half-yearly": "P6M"}  # fmt: skip
_WORDS = "|".join(sorted(_OFTEN, key=len, reverse=True))
_ADVERB = re.compile(
    rf"\b(?P<word>{_WORDS}|annual|biennial|triennial|biannual)(?:ly)\b|\bon\s+an?\s+(?P<basis>{_WORDS})\s+basis\b"
)
_THING = (
    r"(?:(?!to\b|and\b|which\b|that\b)[\w-]+,?\s+){0,4}?(?:report|briefing|update|panel|discussion|debate|dialogue|meeting|review|"
    r"survey|session|forum|seminar|workshop|list|note|assessment|conference|presentation|written|oral)s?\b"
)
_RECURRING = re.compile(
    rf"\b(?:submit|provide|present|organize|convene|hold|prepare|issue|publish|make|deliver|conduct|report|transmit|continue|"
    rf"produce|give|include|undertake|carry\s+out|host|brief|dedicate|request\w*)\s+(?:(?:to\s+(?:submit|provide|present|organize|"
    rf"hold|convene|prepare|issue)\s+|the\s+\w+(?:\s\w+)?\s+with\s+|it\s+with\s+)?"
    rf"(?:(?:to\s+)?(?:it|the\s+[A-Z]\w+(?:\s[A-Z]\w+)*),?\s+)?)"
    rf"(?:an?\s+|its\s+|his\s+|her\s+|their\s+|the\s+|regular\s+)(?:[\w-]+,?\s+){{0,2}}?(?P<word>{_WORDS})\s+{_THING}"
)
_CODE = {
    "General Assembly": "GA",
    "Human Rights Council": "HRC",
    "Economic and Social Council": "ECOSOC",
    "Security Council": "SC",
}


@dataclass(frozen=True, slots=True)
class Deadline:
    """One point or rhythm that a text fixes: code, where it stands, organ and session or year, as far as they are known.

    Parameters
    ----------
    code
        `GA80`, `HRC57`, `ECOSOC2025`, `OTHER62`, `D:2021-04-15`, `A:P120D` (after adoption) or `R:P1Y` (recurrence).
    start
        Place in the text.
    organ
        Organ whose session it is.
    session
        Its number.
    year
        Year; None where a session is no year.
    """

    code: str
    start: int
    organ: str | None = None
    session: int | None = None
    year: int | None = None


def _clause(text: str, at: int) -> int:
    cut = max(text.rfind(mark, 0, at) for mark in ("; ", ". "))
    return cut + 1


def _session_organ(text: str, match: re.Match[str], named: list[Mention], own: str | None) -> str | None:
    """Whose session: "... of the Assembly" after it, else of "its" the organ named last before it, else the text's own."""
    following = [one for one in named if one.start >= match.end()]
    if following and _AFTER.fullmatch(text[match.end() : following[0].start]):
        return following[0].organ
    begun = _clause(text, match.start())
    before = [one for one in named if begun <= one.start and one.end <= match.start()]
    if re.search(r"\bagenda\s+(?:of|for)\s+the\s+$", text[max(0, match.start("list") - 40) : match.start("list")]):
        before = []
    if match["whose"].lower().startswith("the"):
        # "brief the Working Group during the seventieth session": the session is that of the organ that speaks.
        before = [one for one in before if one.organ in _CODE]
    return before[-1].organ if before else own


def _of_report(text: str, match: re.Match[str]) -> bool:
    """Whether the session only tells when a thing of the past was done."""
    before = text[max(0, match.start() - 90) : match.start()]
    return bool(re.search(r"\b(?:adopted|held|submitted|presented|made|considered|endorsed|approved|taken|established)\b"
                          r"(?:\s+(?:to|by)\s+(?:it|the\s+[\w\s]+?))?,?\s*$", before))  # fmt: skip


def _code(organ: str | None, number: int) -> str:
    return f"{_CODE.get(organ or '', 'OTHER')}{number}" if organ != "Economic and Social Council" else f"OTHER{number}"


def _by_session(text: str, named: list[Mention], organ: str | None, session: int | None) -> list[Deadline]:
    found = []
    for match in _SESSIONS.finditer(text):
        how, agenda = match["how"].lower().split()[0], re.search(r"agendas?\s+$", text[: match.start()])
        if (how == "for" and not agenda) or "special" in match["kind"].lower() or _of_report(text, match):
            continue
        whose = _session_organ(text, match, named, organ)
        if whose == "Council" and organ == "General Assembly" and (session or 0) >= _SINCE_HUMAN_RIGHTS_COUNCIL:
            whose = "Human Rights Council"
        if whose in ("Council", "Economic and Social Council") and _OF_YEAR.match(text, match.end()):
            continue
        numbers = [ordinal(word) for word in re.findall(rf"\b(?:{ORDINAL})\b", match["list"], re.IGNORECASE)]
        if re.search(rf"\bto\s+(?:its\s+|the\s+)?(?:{ORDINAL})", match["list"], re.IGNORECASE) and len(numbers) == 2:
            numbers = list(range(numbers[0], min(numbers[1], numbers[0] + 20) + 1))
        past = whose == organ and session is not None and "resumed" not in match[0].lower()
        for step, number in enumerate(numbers):
            if not (past and number <= (session or 0)):
                found.append(
                    Deadline(
                        _code(whose, number), match.start("list") + step, whose, number, session_year(whose, number)
                    )
                )
    return found


def _by_year(text: str, named: list[Mention], organ: str | None) -> list[Deadline]:
    found = []
    for match in _YEARLY.finditer(text):
        begun = _clause(text, match.start())
        before = [one for one in named if begun <= one.start and one.end <= match.start()]
        whose = before[-1].organ if before else organ
        if whose == "Council" or (whose == "General Assembly" and "Council" in text):
            whose = "Economic and Social Council"
        for step, year in enumerate(year for year in (match["a"], match["b"], match["c"]) if year):
            code = f"ECOSOC{year}" if whose == "Economic and Social Council" else f"D:{year}"
            found.append(Deadline(code, match.start() + step, whose, None, int(year)))
    return found


def _by_date(text: str, since: str | None) -> list[Deadline]:
    found = []
    for match in _BY.finditer(text):
        day, month, year = match.groups()[1:4]
        iso = iso_date(day, month, year) if day else f"{int(match['year']):04d}-{MONTHS.index(match['month']) + 1:02d}"
        on = match[0].lower().startswith("on ")
        if (since and iso < since[: len(iso)]) or (on and (since is None or not _ACTION.search(text[: match.start()]))):
            continue
        if re.search(r"\b(?:adopted|held|established|signed|concluded|submitted)\s+$", text[: match.start()]):
            continue
        found.append(Deadline(f"D:{iso}", match.start(), None, None, int(iso[:4])))
    for match in _END_OF_YEAR.finditer(text):
        if re.search(
            r"\b(?:report|submit|present|complete|provide|convene|brief|finalize|conclude)\b", text[: match.start()]
        ):
            found.append(Deadline(f"D:{match['year']}-12-31", match.start(), None, None, int(match["year"])))  # noqa: PERF401
    return found


def _span_code(number: str | None, unit: str) -> str:
    steps = {"other": 2, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
    count = 1 if number is None else steps.get(number.lower()) or cardinal(number)
    return f"P{count}{_UNIT[unit.lower()]}"


def _recurrences(text: str) -> list[Deadline]:
    found = [
        Deadline(f"R:{_span_code(match['n'] or match['each'] or match['m'], match['unit'] or match['unit2'] or match['unit3'])}",
                 match.start())
        for match in _EVERY.finditer(text)
    ]  # fmt: skip
    for match in _ADVERB.finditer(text):
        word = match["word"] or match["basis"]
        found.append(Deadline(f"R:{_OFTEN[word]}", match.start()))
    for word in ("quarterly", "yearly", "monthly"):
        # "to report quarterly" has the form of an adjective.
        found += [Deadline(f"R:{_OFTEN[word]}", match.start()) for match in re.finditer(
            rf"\b(?:report|brief|inform|meet|update)\b[^;.]{{0,60}}?\b{word}(?=\s+(?:to|on|about|the)\b|[,;.])", text)]  # fmt: skip  # noqa: E501
    found += [Deadline(f"R:{_OFTEN[match['word']]}", match.start("word")) for match in _RECURRING.finditer(text)]
    return found


def deadlines(
    text: str, *, organ: str | None, session: int | None = None, since: str | None = None
) -> tuple[Deadline, ...]:
    """What an operative paragraph fixes, in the order of the text, recurrences last, each once.

    Parameters
    ----------
    text
        The paragraph.
    organ
        Full name of the organ whose paragraph it is: what "its eightieth session" means.
    session
        Session in which it was adopted: earlier sessions of the same organ are past.
    since
        ISO date of adoption: earlier dates are past.

    Returns
    -------
    tuple of Deadline
        Empty where the paragraph fixes none.

    Examples
    --------
    >>> text = "Decides to include in the provisional agenda of its eightieth session the item entitled “Host country”."
    >>> deadlines(text, organ="General Assembly")[0].code
    'GA80'
    >>> deadlines("Requests it to report within fifteen days of its adoption.", organ="General Assembly")[0].code
    'A:P15D'
    """
    if _BACKWARD.match(text) and not _FORWARD.search(text):
        return ()
    plain = re.sub(r"[“\"][^”\"]{0,600}[”\"]", lambda quoted: " " * len(quoted[0]), text)
    named = mentions(plain, own=organ)
    fixed = [*_by_session(plain, named, organ, session), *_by_year(plain, named, organ), *_by_date(plain, since)]
    fixed += [
        Deadline(f"A:{_span_code(match['n'] or match['n2'], match['unit'] or match['unit2'])}", match.start())
        for match in _SPAN.finditer(plain)
    ]
    ordered = [*sorted(fixed, key=lambda one: one.start), *sorted(_recurrences(plain), key=lambda one: one.start)]
    return tuple(
        {one.code: one for one in reversed(ordered)}[code] for code in dict.fromkeys(one.code for one in ordered)
    )
