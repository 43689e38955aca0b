"""From bytes to a resolution: the steps in their order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from corridors.concepts.findings import DataError, Finding
from corridors.document.resolutions._closing import enacting
from corridors.document.resolutions._verbs import acts, lead
from corridors.document.resolutions.asks import Ask, addressees, clauses, paragraph_asks
from corridors.document.resolutions.bibliography import resolved
from corridors.document.resolutions.citations import citations, wrong_date
from corridors.document.resolutions.cutting import Cut, Piece, cut, named_in
from corridors.document.resolutions.events import events
from corridors.document.resolutions.heads import Head, read_head
from corridors.document.resolutions.lines import lines, without_title_heads
from corridors.document.resolutions.marks import Marked, unmark
from corridors.document.resolutions.model import Anomaly, Footnote, Paragraph, Resolution
from corridors.document.resolutions.notes import Note, cut_notes
from corridors.document.resolutions.organs import session_year
from corridors.document.resolutions.paragraphs import Body, Raw, read_body
from corridors.document.resolutions.reading import document_text
from corridors.document.resolutions.seeming import seeming
from corridors.document.resolutions.survey import SurveyFacts, survey_facts
from corridors.document.resolutions.unfolding import unfold

_ASSEMBLY_DOCUMENT = re.compile(r"\bA/(?:C\.\d/)?(\d{2,3})/\d+")
#: An operative paragraph is seldom longer; a longer one tells that the next start was missed.
_LONG = 12_000
#: What stands beyond in a paragraph is kept and not searched for citations and asks: no paragraph reaches so far.
_SEARCHED = 20_000
#: Paragraphs above which a text is a collection.
_MOST = 1_500


def parse(raw: bytes, *, file: str) -> Resolution:
    r"""Read one resolution.

    Of several resolutions on one page the one whose number stands in the file's name is read, else the first that is
    whole; the others are cut off, and an anomaly says so.

    Parameters
    ----------
    raw
        Plain text, PDF with a text layer, .docx or HTML.
    file
        The file's name: findings use it, and it may tell which resolution of a page is meant.

    Returns
    -------
    Resolution
        Paragraphs, notes, citations, asks and what was strange.

    Raises
    ------
    DataError
        The bytes hold no text, no English text, or no resolution.

    Examples
    --------
    >>> text = b"The General Assembly,\nRecalling its resolution 49/127 of 19 December 1994,\n1. Urges Member States to act."
    >>> found = parse(text, file="draft.txt")
    >>> found.preambular[0].cites, found.operative[0].addressees
    (('A/RES/49/127',), ('Member States',))
    """
    text, notes, found = _pieces(raw, file)
    whole = [piece for piece in found.pieces if named_in(file, piece.number)] or [
        piece for piece in found.pieces if _whole(piece)
    ]
    chosen = (whole or list(found.pieces))[0]
    return _one(chosen, text=text, notes=notes, found=found, file=file)


def parse_all(raw: bytes, *, file: str) -> tuple[Resolution, ...]:
    r"""Read every resolution of a file, in order; one that is cut off at the edge is read as far as it goes.

    Parameters
    ----------
    raw
        As for `parse`.
    file
        The file's name.

    Raises
    ------
    DataError
        As for `parse`.

    Examples
    --------
    >>> text = b"1985/11. Drugs\nThe Economic and Social Council,\nAware of it,\n1. Urges States to act.\n"
    >>> text += b"22nd plenary meeting\n28 May 1985\n1985/12. Trade\nThe Economic and Social Council,\nAware of it,\n1. Urges all."
    >>> [one.head.symbol for one in parse_all(text, file="page.txt")]
    ['E/RES/1985/11', 'E/RES/1985/12']
    """  # noqa: E501
    text, notes, found = _pieces(raw, file)
    return tuple(_one(piece, text=text, notes=notes, found=found, file=file) for piece in found.pieces)


def _pieces(raw: bytes, file: str) -> tuple[str, tuple[Note, ...], Cut]:
    text = document_text(raw, file=file)
    body, notes = cut_notes(lines(text))
    found = cut(body)
    if not any(_filled(piece) for piece in found.pieces):
        body, notes = cut_notes(lines(unfold(text)))
        found = cut(body)
    found = Cut(tuple(piece for piece in found.pieces if _filled(piece)), found.tail)
    if not found.pieces:
        raise DataError(
            [
                Finding(
                    "document-other",
                    file,
                    f"no resolution: it seems to be {seeming(text)}",
                    "give the text of a resolution, with its enacting line, “The General Assembly,”",
                )
            ]
        )
    return text, notes, found


def _filled(piece: Piece) -> bool:
    body = read_body(piece.body)
    return any(lead(one.text) for one in [*body.preambular, *body.operative])


def _whole(piece: Piece) -> bool:
    body = read_body(piece.body)
    return bool(body.closing and body.operative)


def _raw_head(text: str, piece: Piece, alone: bool) -> list[str]:
    """The masthead with the lines that were dropped as furniture; none when a neighbour stands before it."""
    if not alone:
        return []
    found: list[str] = []
    for line in text.split("\n", 400)[:400]:
        words = re.sub(r"  +", " ", line).strip(" \f")
        if words == piece.enacting:
            return found
        if words:
            found.append(words)
    return []


def _own_notes(notes: Sequence[Note], marked: Marked, several: bool) -> list[Note]:
    """On a page of several resolutions the notes that this one anchors."""
    anchored = {marker for anchors in marked.anchors for marker in anchors}
    return [note for note in notes if not several or note.marker in anchored]


def _one(piece: Piece, *, text: str, notes: Sequence[Note], found: Cut, file: str) -> Resolution:
    several = len(found.pieces) > 1 or found.tail
    raw_head = _raw_head(text, piece, found.pieces[0] is piece and not found.tail)
    sponsors = (
        next((note.text for note in notes if note.text.startswith("On behalf of")), None) if not several else None
    )
    first = read_body(piece.body)
    head = read_head(piece, raw_head, closing=first.closing, sponsored=sponsors is not None)
    body = read_body(without_title_heads(list(piece.body), head.title))
    if len(body.preambular) + len(body.operative) > _MOST:
        raise DataError(
            [
                Finding(
                    "document-large",
                    file,
                    f"more than {_MOST:,} paragraphs: no single resolution has so many",
                    "cut the collection into documents, and give one resolution at a time",
                )
            ]
        )
    known = [note.marker for note in notes if note.marker]
    marked = unmark([one.text for one in [*body.preambular, *body.operative]], known=known, several=several)
    kept = _own_notes(notes, marked, several)
    head, inferred = _with_session(head, marked.texts, kept)
    count = len(body.preambular)
    borne = [
        (*marks, *(mark.marker for mark in marked.orphans if mark.at == at)) for at, marks in enumerate(marked.anchors)
    ]
    preambular = _paragraphs("PP", body.preambular, marked.texts[:count], borne[:count], head.organ)
    operative = _paragraphs("OP", body.operative, marked.texts[count:], borne[count:], head.organ)
    footnotes = _footnotes(kept, [*preambular, *operative], head.organ)
    asks = tuple((one.id, ask) for one in operative for ask in _asks(one, head))
    return Resolution(
        file=file,
        head=head,
        enacting=piece.enacting,
        preambular=preambular,
        operative=operative,
        footnotes=footnotes,
        asks=asks,
        survey=_survey(preambular),
        sponsors_note=sponsors,
        session_inferred_from=inferred,
        annexes=tuple((one[0], " ".join(one[1:])) for one in body.annexes),
        anomalies=_anomalies(body, marked, [*preambular, *operative], footnotes, found, piece),
    )


def _paragraphs(
    kind: str, raw: Sequence[Raw], texts: Sequence[str], anchors: Sequence[tuple[str, ...]], own: str | None
) -> tuple[Paragraph, ...]:
    made = []
    for at, (one, text, marks) in enumerate(zip(raw, texts, anchors, strict=True), 1):
        opening = lead(text)
        done = acts(text[:_SEARCHED], opening) if opening else ()
        whom: list[str] = []
        if kind == "OP":
            for act, words, clause in clauses(text[:_SEARCHED], done):
                whom += addressees(clause, act=act, words=words)
                if (
                    act == "decide"
                    and own
                    and re.match(r"(?:\w+ )?[Dd]ecides to (?:convene|hold|organize)\b|.{0,120}\bagenda", clause)
                ):
                    whom.append(own)
        words = opening.words if opening else re.split(r"[\s,;]", text, maxsplit=1)[0]
        cites = tuple(cited.symbol for cited in citations(text[:_SEARCHED], own=own))
        made.append(
            Paragraph(
                f"{kind}{at}",
                one.number if kind == "OP" else None,
                words,
                done,
                tuple(dict.fromkeys(whom)),
                marks,
                cites,
                text,
                one.part,
            )
        )
    return tuple(made)


def _footnotes(notes: Sequence[Note], paragraphs: Sequence[Paragraph], own: str | None) -> tuple[Footnote, ...]:
    references = resolved([(note.marker, note.text) for note in notes])
    return tuple(
        Footnote(
            note.marker,
            note.text,
            tuple(cited.symbol for cited in citations(note.text[:_SEARCHED], own=own)),
            tuple(one.id for one in paragraphs if note.marker in one.footnotes),
            work,
            events(note.text) if "held at" in note.text else (),
        )
        for note, work in zip(notes, references, strict=True)
    )


def _asks(paragraph: Paragraph, head: Head) -> list[Ask]:
    return paragraph_asks(
        paragraph.text[:_SEARCHED], paragraph.acts, own=head.organ, session=head.session, since=head.adopted_on
    )


def _survey(preambular: Sequence[Paragraph]) -> tuple[SurveyFacts, str | None] | None:
    for paragraph in preambular:
        facts = survey_facts(paragraph.text[:_SEARCHED])
        if facts:
            return facts, paragraph.footnotes[0] if paragraph.footnotes else None
    return None


def _with_session(head: Head, texts: Sequence[str], notes: Sequence[Note]) -> tuple[Head, str | None]:
    """A draft of the Assembly without masthead belongs to the session of the latest document it cites."""
    if head.session is not None or head.organ != "General Assembly" or head.number:
        return head, None
    found = [
        (int(match[1]), match[0])
        for text in [*texts, *(note.text for note in notes)]
        for match in _ASSEMBLY_DOCUMENT.finditer(text)
        if int(match[1]) < 200
    ]
    if not found:
        return head, None
    session, symbol = max(found)
    return replace(
        head, session=session, session_year=session_year(head.organ, session)
    ), f"latest document cited is {symbol}"


def _anomalies(
    body: Body, marked: Marked, paragraphs: Sequence[Paragraph], notes: Sequence[Footnote], found: Cut, piece: Piece
) -> tuple[Anomaly, ...]:
    made = [Anomaly("numbering", "operative part", fact) for fact in body.oddities]
    if not body.operative:
        made.append(Anomaly("operative-missing", "document", "no operative paragraph was found"))
    if not body.preambular:
        made.append(Anomaly("preamble-missing", "document", "no preambular paragraph was found"))
    made += [
        Anomaly("lead-unknown", one.id, f"opens with “{one.lead}”, no verb of a resolution")
        for one in paragraphs
        if not one.acts
    ]
    made += [
        Anomaly("paragraph-long", one.id, f"{len(one.text):,} characters: a start may have been missed")
        for one in paragraphs
        if len(one.text) > _LONG
    ]
    made += [
        Anomaly("orphan-mark", paragraphs[mark.at].id, f"mark {mark.marker} has no note") for mark in marked.orphans
    ]
    made += [
        Anomaly("orphan-note", f"note {note.marker or '?'}", "no paragraph bears its mark")
        for note in notes
        if not note.anchored_in
    ]
    for one in paragraphs:
        for cited in citations(one.text[:_SEARCHED], own=enacting(piece.enacting)):
            fault = wrong_date(cited)
            if fault:
                made.append(Anomaly("citation-date", one.id, f"{cited.printed}: {fault}"))
    others = [other.number or "without number" for other in found.pieces if other is not piece]
    if others or found.tail:
        names = [*(["the end of the one before"] if found.tail else []), *others]
        made.append(
            Anomaly(
                "neighbours",
                "document",
                f"other resolutions of the file were cut off: {', '.join(names[:20])}{' and more' if len(names) > 20 else ''}",
            )
        )
    return tuple(made)
