"""A resolution as a value, and its JSON form, schema `resolution-gold/1`."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from corridors.document.resolutions.asks import Ask
from corridors.document.resolutions.bibliography import Reference
from corridors.document.resolutions.events import Event
from corridors.document.resolutions.heads import Head
from corridors.document.resolutions.paragraphs import subparagraphs
from corridors.document.resolutions.survey import SurveyFacts

SCHEMA = "resolution-gold/1"
#: How much one anomaly of each kind takes from the confidence.
_PENALTY = {"operative-missing": 0.5, "preamble-missing": 0.2, "numbering": 0.1, "lead-unknown": 0.05, "orphan-mark": 0.03,
            "orphan-note": 0.03, "citation-date": 0.0, "neighbours": 0.05, "unfolded": 0.2}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something strange in the text that did not stop the reading: kind, paragraph or line, and the words for it."""

    kind: str
    place: str
    fact: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a resolution.

    Parameters
    ----------
    id
        "PP1", "OP1" ..., counted through.
    number
        As printed; None in the preamble and where it is lost.
    lead
        The words in italics.
    acts
        Lemma of every finite act.
    addressees
        Whom it addresses.
    footnotes
        Marks it bears, those without a note too.
    cites
        Symbols it cites.
    text
        The paragraph without marks and furniture.
    part
        Heading of the part it stands in.
    """

    id: str
    number: str | None
    lead: str
    acts: tuple[str, ...]
    addressees: tuple[str, ...]
    footnotes: tuple[str, ...]
    cites: tuple[str, ...]
    text: str
    part: str | None = None

    def as_dict(self) -> dict[str, object]:
        """The paragraph as the schema has it; the tree of items and the part are ours."""
        made: dict[str, object] = {"id": self.id}
        if self.id.startswith("OP"):
            made["number"] = self.number
        made |= {"lead": self.lead, "acts": list(self.acts)}
        if self.id.startswith("OP"):
            made["addressees"] = list(self.addressees)
        made |= {"footnotes": list(self.footnotes), "cites": list(self.cites), "text": self.text}
        items = subparagraphs(self.text)
        return made | ({"subparagraphs": items} if items else {}) | ({"part": self.part} if self.part else {})


@dataclass(frozen=True, slots=True)
class Footnote:
    """A footnote: mark, words, symbols, the paragraphs that anchor it, its work, and the meetings it tells."""

    marker: str | None
    text: str
    cites: tuple[str, ...]
    anchored_in: tuple[str, ...]
    reference: Reference | None = None
    events: tuple[Event, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The note as the schema has it; reference and events are ours."""
        made: dict[str, object] = {
            "marker": self.marker,
            "text": self.text,
            "cites": list(self.cites),
            "anchored_in": list(self.anchored_in),
        }
        return made | ({"reference": asdict(self.reference)} if self.reference else {}) | (
            {"events": [asdict(one) for one in self.events]} if self.events else {})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resolution:
    """One resolution, read.

    Parameters
    ----------
    file
        What its document was called.
    head
        Particulars: organ, symbol, session, title, adoption.
    enacting
        The enacting line.
    preambular, operative
        Paragraphs.
    footnotes
        Notes, in the order of the text.
    asks
        (paragraph id, ask) in order.
    survey
        (facts, mark of the note they come from); None where no paragraph tells a survey.
    sponsors_note
        "On behalf of ..."; None without.
    session_inferred_from
        How the session was found when no masthead tells it.
    annexes
        Heading and text of each annex.
    anomalies
        What was strange.
    """

    file: str
    head: Head
    enacting: str
    preambular: tuple[Paragraph, ...]
    operative: tuple[Paragraph, ...]
    footnotes: tuple[Footnote, ...]
    asks: tuple[tuple[str, Ask], ...]
    survey: tuple[SurveyFacts, str | None] | None
    sponsors_note: str | None
    session_inferred_from: str | None
    annexes: tuple[tuple[str, str], ...]
    anomalies: tuple[Anomaly, ...]

    @property
    def confidence(self) -> float:
        """How far to trust the reading, from 0 to 1: each anomaly takes its share."""
        return round(max(0.0, 1 - sum(_PENALTY.get(one.kind, 0.05) for one in self.anomalies)), 2)

    def as_dict(self) -> dict[str, object]:
        r"""The resolution under schema `resolution-gold/1`; `anomalies`, `confidence`, `annexes` are further keys.

        Examples
        --------
        >>> from corridors.document.resolutions import parse
        >>> parse(b"The General Assembly,\nAware of it,\n1. Urges States to act.", file="a.txt").as_dict()["schema"]
        'resolution-gold/1'
        """
        head = self.head
        return {
            "schema": SCHEMA,
            "symbol": head.symbol,
            "symbol_note": head.symbol_note,
            "status": head.status,
            "organ": head.organ,
            "session": head.session,
            "session_year": head.session_year,
            "session_inferred_from": self.session_inferred_from,
            "number": head.number,
            "title": head.title,
            "agenda_items": list(head.agenda_items),
            "sponsors_note": self.sponsors_note,
            "distributed_on": head.distributed_on,
            "adopted_on": head.adopted_on,
            "plenary_meeting": head.meeting,
            "committee": head.committee,
            "committee_reports": list(head.committee_reports),
            "drafts": list(head.drafts),
            "enacting": self.enacting,
            "preambular": [one.as_dict() for one in self.preambular],
            "operative": [one.as_dict() for one in self.operative],
            "footnotes": [one.as_dict() for one in self.footnotes],
            "orphan_markers": [one.fact.split()[1] for one in self.anomalies if one.kind == "orphan-mark"],
            "asks": [_ask(where, ask) for where, ask in self.asks],
            "survey_facts": {**asdict(self.survey[0]), "source_footnote": self.survey[1]} if self.survey else None,
            "annexes": [{"heading": heading, "text": text} for heading, text in self.annexes],
            "quirks": [f"{one.place}: {one.fact}" for one in self.anomalies],
            "anomalies": [asdict(one) for one in self.anomalies],
            "confidence": self.confidence,
            "file": self.file,
        }


def _ask(where: str, ask: Ask) -> dict[str, object]:
    made: dict[str, object] = {"id": where, "to": list(ask.to), "kind": ask.kind, "what": ask.what, "session": ask.session,
                               "year": ask.year, "recipient": ask.recipient}  # fmt: skip
    if ask.recurrence:
        made["recurrence"] = ask.recurrence
    return made | {"core": ask.core, "due": ask.due}
