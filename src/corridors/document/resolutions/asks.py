"""Who is asked for what: the addressees of a paragraph, and its asks with kind, recipient and due session."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corridors.document.resolutions._verbs import lead
from corridors.document.resolutions.deadlines import Deadline, deadlines
from corridors.document.resolutions.organs import mentions, organs
from corridors.document.resolutions.word_lists import word_list

_ASKING = frozenset(word_list("asking")) | {"call upon", "call on"}
_SPLIT = re.compile(
    r"\s*,?\s+as well as\s+|\s*,\s+and\s+(?=upon\b|the\b|all\b|other\b|relevant\b|[A-Z])|,\s+(?=(?:the|"
    r"all|other|relevant)\s|[A-Z])|"
    r"\s+and\s+(?=(?:the|other|all|relevant|its|upon|to the|donor|interested)\s)|(?<=[a-z])\s+and\s+(?=[A-Z])"
)
_DETERMINERS = re.compile(
    r"^(?:(?:upon|to|on|the|all|other|relevant|appropriate|competent|concerned|interested|both|each|every|its|those|also|further|again|"
    r"once again|therefore|accordingly|in particular|including)\s+)+",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"^,?\s*(?:where|as|when|in|within|at|to this|if|with|for|on|through|by|upon the)\b[^,;]{2,160},\s*", re.IGNORECASE
)
_VERB_AHEAD = re.compile(
    r"\s+to\s+(?!the\b|all\b|it\b|its\b|their\b|this\b|these\b|a\b|an\b|date\b|which\b|[A-Z])(?:[a-z]+ly\s+)?[a-z]+\b|\s+that\b|,\s+in\b|\s*[;.]$|,\s+within\b|"
    r",\s+at\b|,\s+to\b|\bshould\b|\bshall\b|,\s+with\b|,\s+on\b|,\s+as\b|,\s+for\b|,\s+when\b|,\s+where\b|,\s+through\b|\bwhich\b|\bwho\b|,\s+inter\b|,\s+pursuant\b"
)
_PIECE = re.compile(
    r"(?:(?<=\s)|^)(?:and\s+)?to\s+(?P<also>(?:also|further|continue to|ensure that|"
    r"(?:[a-z]+ly))\s+)*(?!(?:the|all|a|an|it|its|their|this|these|those|each|both|which|any|date|other|"
    r"another)\b)(?P<verb>[a-z]+)\b"
)
_REPORTING = re.compile(
    r"^(?:report|brief|update|inform)\b|^keep\b[^;]{0,80}\b(?:informed|apprised|updated|abreast)\b|"
    r"^(?:continue\s+)?(?:to\s+)?(?:submit|present|provide|prepare|transmit|make|deliver|issue|publish|give|produce|include|circulate|compile|undertake|conduct|"
    r"complete|finalize|address|elaborate|continue|communicate)\b(?:(?!\bto\s+(?:facilitate|enable|assist|help)\b)[^;]){0,260}?\b(?:report|reports|update|updates|briefing|briefings|study|summary|"
    r"oral presentation|progress report)\b(?!\s+(?:of|on|by)\s+the\s+(?:Secretary-General|Special)\b)(?!ing)"
)
# A part of a report asked for before is no second report.
_THEREIN = re.compile(
    r"^(?:include|integrate|incorporate|reflect)\s+(?:therein\b|in\s+(?:that|the|his|her|its|such)\s+[\w\s]{0,30}reports?\b)"
)
_KINDS = (
    (
        "recommendation",
        re.compile(
            r"^(?:recommend|propose|"
            r"(?:make|submit|provide|present|formulate)\b[^;,]{0,40}\b(?:recommendations|proposals))\b"
        ),
    ),
    ("report", _REPORTING),
    (
        "consultation",
        re.compile(
            r"^(?:solicit|seek|consult|ascertain|canvass|obtain)\b"
            r"(?=[^;]{0,60}\b(?:views|comments|opinions|consult|with|information)\b)|^consult\b"
        ),
    ),
    ("convene", re.compile(r"^(?:convene|organize|hold|reconvene|arrange)\b")),
    ("transmit", re.compile(r"^(?:transmit|circulate|distribute|disseminate|forward|communicate|bring)\b")),
    ("invite", re.compile(r"^invite\b")),
    ("participate", re.compile(r"^(?:participate|take part|attend|join)\b")),
    (
        "funding",
        re.compile(
            r"^(?:finance|fund|contribute|consider (?:providing|making|financing)|make (?:voluntary )?contributions)\b"
        ),
    ),
)
_CORE = frozenset(("report", "agenda", "consultation", "recommendation", "convene"))
_AGENDA = re.compile(
    r"^(?:to\s+)?(?:(?:include|inscribe|place|put|retain)\b[^;]{0,160}?\bagendas?\b|include\b.{0,200}\bagendas?\b|"
    r"(?:consider|continue|resume|revert|return|review|take up|examine|address|discuss|defer|keep|give|"
    r"conduct|undertake|remain seized)\b(?=.{0,400}\bsessions?\b))",
    re.DOTALL,
)
_CONVENED = re.compile(
    r"^(?:to\s+(?:convene|hold|organize|reconvene|proclaim)\b|that\b.{0,160}\b(?:be (?:held|convened)|meet|hold|convene)\b)",
    re.DOTALL,
)
_RHYTHM = {
    "P1Y": "annual",
    "P2Y": "biennial",
    "P3Y": "triennial",
    "P4Y": "quadrennial",
    "P6M": "semi-annual",
    "P3M": "quarterly",
    "P1M": "monthly",
}
_FORTHCOMING = re.compile(
    r"\b(?:forthcoming|future|subsequent|each of its|every)\s+(?:\w+\s+)?sessions?\b|\beach session\b"
)


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing asked for.

    Parameters
    ----------
    to
        Who must do it.
    kind
        One of report, agenda, convene, consultation, recommendation, transmit, invite, participate, funding or action.
    what
        The words.
    session, year
        When it is due, as far as told; the year only where it follows.
    recipient
        Organ that receives it.
    recurrence
        "annual" and the like.
    due
        Code of the deadline.
    core
        Whether it is a duty with a date or a meeting, and not a general call.
    """

    to: tuple[str, ...]
    kind: str
    what: str
    session: int | None = None
    year: int | None = None
    recipient: str | None = None
    recurrence: str | None = None
    due: str | None = None
    core: bool = False


def _object(text: str, act: str, words: str) -> str:
    """The text after the lead, without the asides between commas."""
    rest = text.removeprefix(words)
    rest = re.sub(r"^\s*,\s*(?:inter alia|in particular|once again|therefore|accordingly),?", " ", rest)
    aside = _ASIDE.match(rest.lstrip())
    rest = rest.lstrip()[aside.end() :] if aside else rest.lstrip(" ,")
    return re.sub(r"^that\s+", "", rest) if act == "recommend" else rest


def addressees(text: str, *, act: str, words: str) -> tuple[str, ...]:
    """Whom an act addresses, without articles and "relevant".

    Parameters
    ----------
    text
        The words that begin with the act.
    act
        Its lemma.
    words
        The act as printed.

    Examples
    --------
    >>> addressees("Urges Member States and the United Nations system to act;", act="urge", words="Urges")
    ('Member States', 'United Nations system')
    """
    if act not in _ASKING and not words.endswith(("its call", "its appeal", "its request", "its invitation")):
        return ()
    rest = _object(text, act, words)
    end = _VERB_AHEAD.search(rest)
    phrase = re.sub(r"\([^)]*\)", " ", rest[: end.start()] if end else rest[:200])
    found = []
    for part in _SPLIT.split(phrase[:400]):
        name = _DETERMINERS.sub("", re.sub(r"\s+", " ", part or "").strip(" ,;.")).strip(" ,;.")
        if re.search(r"[A-Za-z]{2}", name) and len(name) < 200:
            found.append(name)
    return tuple(dict.fromkeys(found))


def clauses(text: str, acts: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Each finite act of a paragraph with its words: (lemma, words of the act, clause).

    Examples
    --------
    >>> [one[0] for one in clauses("Takes note of it, and requests the Secretary-General to act;", ["take note", "request"])]
    ['take note', 'request']
    """
    cuts = [0]
    for match in re.finditer(
        r"(?:[,;]\s+(?:and\s+)?|\band\s+)(?:(?:also|further|in this regard,?|to this end,?|therefore|again)\s+)*([a-z]+s)\b",
        text,
    ):
        opening = lead(text[match.start(1)].upper() + text[match.start(1) + 1 : match.start(1) + 160])
        if opening and opening.part == "finite" and opening.act in acts and match.start(1) > 8:
            cuts.append(match.start(1))
    for start, end in pairwise([*cuts, len(text)]):
        clause = text[start : start + 1].upper() + text[start + 1 : end]
        opening = lead(clause)
        if opening:
            yield opening.act, opening.words, clause


def _recipient(piece: str, own: str | None) -> str | None:
    """The organ that receives a report: the first one named after "to"."""
    for one in mentions(piece, own=own):
        if re.search(
            r"\b(?:to|inform|brief|keep|update|provide|before|for consideration by|updating|present|inform both|"
            r"with)\s+(?:both\s+)?(?:the\s+)?$",
            piece[: one.start],
        ):
            return one.organ
    if re.search(r"\b(?:keep|inform|provide|brief|report to|update)\s+(?:it|the Council)\b", piece):
        return own
    return None


def _dated(to: tuple[str, ...], kind: str, what: str, due: Sequence[Deadline], recipient: str | None) -> list[Ask]:
    """An ask a deadline; one without a date when there is none."""
    fixed = [one for one in due if not one.code.startswith("R:")]
    rhythm = next((_RHYTHM.get(one.code[2:], one.code[2:]) for one in due if one.code.startswith("R:")), None)
    core = kind in _CORE
    if not fixed:
        code = next((one.code for one in due), None)
        return [Ask(to, kind, what, None, None, recipient, rhythm, code, core)]
    return [
        Ask(
            to,
            kind,
            what,
            one.session,
            one.year,
            (one.organ if one.organ in organs() else None) or recipient,
            rhythm,
            one.code,
            core,
        )
        for one in fixed
    ]


# "To prepare a report, and to submit it to the Assembly": one ask, the second half tells who receives it.
_HANDED = re.compile(r"(?:and\s+)?to\s+(?:submit|present|transmit|report)\s+(?:it|them|the\s+(?:report|study|same))\b")


def _pieces(clause: str) -> list[str]:
    """The infinitives of a clause: "to solicit ..., and to recommend ..."."""
    starts = [
        match.start()
        for match in _PIECE.finditer(clause)
        if match.start() == 0
        or re.search(r"(?:,|;|:|\band|\([a-z]\)|^[^,;]{3,200})\s*$", clause[: match.start()][-220:])
    ]
    keep: list[int] = []
    for start in starts:
        joined = clause[start:].startswith("and to ") or bool(
            re.search(r"(?:[,;:]|\band|\([a-z]+\))\s*$", clause[max(0, start - 12) : start])
        )
        if not keep or (joined and not _HANDED.match(clause, start)):
            keep.append(start)
    items = [match.start(1) for match in re.finditer(r"\([a-z]{1,2}\)\s+((?:To\s+)?[A-Z][a-z]+)", clause)]
    cuts = sorted({*keep, *items})
    return [clause[start:end].strip(" ,;") for start, end in pairwise([*cuts, len(clause)])]


def _kind(piece: str) -> str:
    bare = re.sub(r"^(?:and\s+)?[Tt]o\s+(?:(?:also|further|continue to|continue|(?:[a-z]+ly))\s+)*", "", piece)
    bare = bare[:1].lower() + bare[1:]
    if _THEREIN.match(bare):
        return "action"
    return next((kind for kind, form in _KINDS if form.match(bare)), "action")


def _decided(clause: str, words: str, own: str | None, due: Sequence[Deadline]) -> list[Ask]:
    """What an organ sets itself: an item of its agenda, a meeting, a report that shall be made."""
    rest = re.sub(r"^\s*,[^,]{0,80},", "", clause[len(words) :]).strip()
    rest = re.sub(r"^(?:also|further|in this regard|therefore|accordingly)\s+", "", rest)
    own_only = (own,) if own else ()
    if _AGENDA.match(rest):
        recurrence = "every session" if _FORTHCOMING.search(rest) and not [one for one in due if one.session] else None
        whose = [one for one in due if one.session or one.year]
        found = _dated(own_only, "agenda", rest, whose or due, own)
        return [
            Ask(**{**{name: getattr(ask, name) for name in Ask.__slots__}, "recurrence": recurrence or ask.recurrence})
            for ask in found
        ]
    if re.match(r"(?:to\s+)?remain\b.*\bseized\b", rest):
        return []
    if _CONVENED.match(rest):
        year = next((int(one) for one in re.findall(r"\b(?:in|of|during)\s+(?:\w+\s+)?((?:19|20)\d\d)\b", rest)), None)
        return [
            Ask(
                own_only,
                "convene",
                rest,
                next((one.session for one in due if one.session), None),
                year or next((one.year for one in due if one.year), None),
                None,
                None,
                next((one.code for one in due), None),
                True,
            )
        ]
    if re.match(r"that\b.{0,200}\b(?:shall|should|will)\s+(?:\w+\s+)?(?:report|submit|present|provide)\b", rest):
        return _dated(own_only, "report", rest, due, _recipient(rest, own))
    return []


def paragraph_asks(
    text: str, acts: Sequence[str], *, own: str | None, session: int | None, since: str | None
) -> list[Ask]:
    """The asks of an operative paragraph.

    Parameters
    ----------
    text
        The paragraph.
    acts
        Lemmas of its finite acts.
    own
        Full name of the organ that speaks.
    session
        Session of adoption.
    since
        ISO date of adoption.

    Examples
    --------
    >>> text = "Requests the Secretary-General to report to the General Assembly at its fifty-eighth session;"
    >>> found = paragraph_asks(text, ["request"], own="General Assembly", session=56, since=None)[0]
    >>> found.kind, found.session, found.year, found.recipient
    ('report', 58, 2003, 'General Assembly')
    """
    found: list[Ask] = []
    for act, words, clause in clauses(text, acts):
        if act in ("decide", "resolve", "agree"):
            found += _decided(clause, words, own, deadlines(clause, organ=own, session=session, since=since))
            continue
        if act not in _ASKING or act == "authorize":
            continue
        to = addressees(clause, act=act, words=words)
        pieces = _pieces(clause[len(words) :].strip()) or [clause[len(words) :].strip()]
        for piece in pieces:
            found += _asked(piece, to, clause, own=own, session=session, since=since)
    return found


def _asked(
    piece: str, to: tuple[str, ...], clause: str, *, own: str | None, session: int | None, since: str | None
) -> list[Ask]:
    kind = _kind(piece)
    due = deadlines(piece, organ=own, session=session, since=since)
    if re.search(r"\bconsider providing the financial support\b|\bshould consider (?:providing|making|financ)", clause):
        kind = "funding" if kind == "action" else kind
    if kind in ("report", "recommendation"):
        return _dated(to, kind, piece, due, _recipient(piece, own) if kind == "report" or due else None)
    if kind == "convene":
        recurrence = "regular" if re.search(r"\bregular\b[^;]{0,30}\bmeetings?\b", piece[:60]) else None
        return [
            Ask(
                to,
                kind,
                piece,
                None,
                next((one.year for one in due), None),
                None,
                recurrence,
                next((one.code for one in due), None),
                True,
            )
        ]
    if kind == "action" and _AGENDA.match(re.sub(r"^(?:and\s+)?to\s+", "", piece)) and "agenda" in piece[:200]:
        organ = next((one.organ for one in mentions(clause, own=own)), own)
        return _dated(to, "agenda", piece, due, organ)
    return [Ask(to, kind, piece, None, None, None, None, next((one.code for one in due), None), kind in _CORE)]
