"""Values of a consultation: questionnaires, rounds, respondents and their replies.

A reply moves from `draft` over `ministry-done`, `cleared` (by the Mission), `received` (by the Secretariat) to `accepted`.
Nothing is ever taken away: a `withdrawn` reply is kept, and so is a `corrected` one, beside the reply that corrects it.
Instants are datetimes with a time zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal, get_args

from corridors.concepts.areas import Language

RespondentClass = Literal["member", "observer", "organization"]
ReplyState = Literal["draft", "ministry-done", "cleared", "received", "accepted", "withdrawn", "corrected"]
Confidentiality = Literal["public", "after-date", "secretariat"]
Channel = Literal["web", "paper", "openrosa"]
Audience = Literal["all", "silent"]
QuestionKind = Literal[
    "text",
    "integer",
    "decimal",
    "date",
    "select_one",
    "select_multiple",
    "rank",
    "acknowledge",
    "file",
    "note",
    "calculate",
]
#: A text in several languages.
Text = Mapping[Language, str]
#: The six official languages in the order of the United Nations.
LANGUAGES: tuple[Language, ...] = get_args(Language)
#: States that a reply may move to from each state.
MOVES: Mapping[ReplyState, tuple[ReplyState, ...]] = MappingProxyType(
    {
        "draft": ("ministry-done", "cleared", "withdrawn"),
        "ministry-done": ("draft", "cleared", "withdrawn"),
        "cleared": ("received", "withdrawn", "corrected"),
        "received": ("accepted", "withdrawn", "corrected"),
        "accepted": ("withdrawn", "corrected"),
        "withdrawn": (),
        "corrected": ("withdrawn",),
    }
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a closed question: `name` is stored, `label` shown."""

    name: str
    label: Text


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Parameters
    ----------
    name
        Name under which answers are stored; the name of the field in XForms.
    kind
        What is answered; a `note` is read only, a `calculate` is worked out.
    label, hint
        What is asked, and what helps to answer it.
    choices
        Name of the list of choices, for `select_one`, `select_multiple` and `rank`.
    required
        Whether a reply without it cannot be cleared.
    relevant, constraint, calculation
        Expressions (see `corridors.consult.expressions`); empty where there is none.
    constraint_message
        What to say when the constraint fails.
    confidentiality
        How far answers may be shown where the respondent does not say.
    appearance
        A hint to the form's page, as XLSForm has it.
    """

    name: str
    kind: QuestionKind
    label: Text
    hint: Text = field(default_factory=dict)
    choices: str = ""
    required: bool = False
    relevant: str = ""
    constraint: str = ""
    constraint_message: Text = field(default_factory=dict)
    calculation: str = ""
    confidentiality: Confidentiality = "public"
    appearance: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that are shown together and may be delegated together; `name` is empty for those in no group."""

    name: str
    label: Text
    questions: tuple[Question, ...]
    relevant: str = ""


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A questionnaire in all its languages.

    Parameters
    ----------
    id, version
        Name of the form, and its version.
    title
        Title by language.
    languages
        Languages in which every text is there.
    default_language
        The one shown where the reader chose none.
    sections
        Sections in their order.
    lists
        Choices by the name of their list.
    """

    id: str
    version: str
    title: Text
    languages: tuple[Language, ...]
    default_language: Language
    sections: tuple[Section, ...]
    lists: Mapping[str, tuple[Choice, ...]]

    def questions(self) -> Iterator[Question]:
        """Every question in its order."""
        for section in self.sections:
            yield from section.questions

    def question(self, name: str) -> Question:
        """The question of a name.

        Raises
        ------
        ValueError
            There is none.
        """
        for one in self.questions():
            if one.name == name:
                return one
        raise ValueError(f"no question {name!r}; there are {', '.join(one.name for one in self.questions())}")

    def choices_of(self, question: Question) -> tuple[Choice, ...]:
        """The choices of a question; none for an open one."""
        return self.lists[question.choices] if question.choices else ()


@dataclass(frozen=True, slots=True)
class Respondent:
    """Who is asked: a Member State, an observer or an organization, never counted together.

    Parameters
    ----------
    id
        Identifier within the consultation.
    kind
        Class of the respondent.
    name
        Name by language; at least one.
    area
        ISO 3166 alpha-3 code of a State; None for organizations, and for placeholders that stand for an unnamed State.
    language
        Language in which it is written to.
    email
        Addresses of its focal points.
    """

    id: str
    kind: RespondentClass
    name: Text
    area: str | None = None
    language: Language = "en"
    email: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wave:
    """One sending of invitations or reminders: its number from 1, its day, to whom, and the words by language."""

    number: int
    sent_on: date
    audience: Audience
    subject: Text = field(default_factory=dict)
    body: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a consultation.

    Parameters
    ----------
    id, title
        Name, and title by language.
    questionnaire, version
        Form that is answered.
    opens
        First day.
    cut_off
        Last instant at which clearance counts, for those without an extension.
    waves
        Sendings in their order.
    document
        Symbol of the document consulted on, or nothing.
    rules
        Name of the rules of the tally, see `corridors.consult.tally.shipped_rules`.
    """

    id: str
    title: Text
    questionnaire: str
    version: str
    opens: date
    cut_off: datetime
    waves: tuple[Wave, ...] = ()
    document: str = ""
    rules: str = "stance"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A respondent was invited or reminded."""

    round: str
    respondent: str
    wave: int
    sent_at: datetime
    language: Language = "en"


@dataclass(frozen=True, slots=True)
class Extension:
    """A later cut-off for one respondent, with who asked, who granted it, and why."""

    round: str
    respondent: str
    until: datetime
    requested_by: str
    granted_by: str
    granted_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Delegation:
    """Sections of a reply that a Mission left to a ministry."""

    round: str
    respondent: str
    sections: tuple[str, ...]
    ministry: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a reply.

    Parameters
    ----------
    question
        Name of the question.
    value
        The answer as XForms write it: names of several choices are parted by blanks, days are `2001-12-21`.
    confidentiality
        How far it may be shown; `after-date` from `public_from` on.
    public_from
        First day on which it may be shown.
    language
        Language in which free text was written; None for closed questions.
    by
        Who entered it: Mission, ministry or clerk.
    saved_at
        When it was saved.
    """

    question: str
    value: str
    confidentiality: Confidentiality = "public"
    public_from: date | None = None
    language: Language | None = None
    by: str = ""
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is known of a file that came with a reply; the bytes lie elsewhere under their SHA-256."""

    id: str
    reply: str
    question: str
    filename: str
    media_type: str
    size: int
    sha256: str
    confidentiality: Confidentiality = "secretariat"


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply; a respondent may have several, of which the rules of the tally count one at most.

    Parameters
    ----------
    id, round, respondent
        Identifier, and what it answers, and who does.
    state
        Where it stands now.
    answers
        One answer a question at most.
    channel
        How it came.
    started_at, cleared_at, received_at, accepted_at, withdrawn_at
        When it reached each state; None where it did not.
    corrects
        Identifier of the reply it corrects, or None.
    attachments
        Files that came with it.
    """

    id: str
    round: str
    respondent: str
    state: ReplyState
    answers: tuple[Answer, ...] = ()
    channel: Channel = "web"
    started_at: datetime | None = None
    cleared_at: datetime | None = None
    received_at: datetime | None = None
    accepted_at: datetime | None = None
    withdrawn_at: datetime | None = None
    corrects: str | None = None
    attachments: tuple[Attachment, ...] = ()

    def value(self, question: str) -> str | None:
        """The answer to one question; None where there is none or it is blank.

        Examples
        --------
        >>> Reply("r1", "2001", "S001", "cleared", (Answer("stance", "in_favour"),)).value("stance")
        'in_favour'
        """
        return next((one.value for one in self.answers if one.question == question and one.value.strip()), None)


@dataclass(frozen=True, slots=True)
class Consultation:
    """All that a tally needs of one round: who was asked, what came in, and which deadlines were extended."""

    round: Round
    respondents: tuple[Respondent, ...]
    replies: tuple[Reply, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    extensions: tuple[Extension, ...] = ()


def moved(reply: Reply, state: ReplyState, *, at: datetime) -> Reply:
    """The reply in another state, with the instant at which it reached it.

    Raises
    ------
    ValueError
        A reply in its state cannot move there.

    Examples
    --------
    >>> from datetime import UTC
    >>> draft = Reply("r1", "2001", "S001", "draft")
    >>> moved(draft, "cleared", at=datetime(2001, 5, 1, tzinfo=UTC)).cleared_at.date()
    datetime.date(2001, 5, 1)
    """
    if state not in MOVES[reply.state]:
        allowed = ", ".join(MOVES[reply.state]) or "no other state"
        raise ValueError(f"reply {reply.id} is {reply.state}; it may move to {allowed}, not to {state!r}")
    made = replace(reply, state=state)
    if state == "cleared":
        return replace(made, cleared_at=at)
    if state == "received":
        return replace(made, received_at=at)
    if state == "accepted":
        return replace(made, accepted_at=at)
    return replace(made, withdrawn_at=at) if state == "withdrawn" else made
