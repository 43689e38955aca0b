"""Replies: saved answer by answer, delegated, merged, cleared by the Mission, received and accepted.

Nothing is changed in place. Each save adds a version; a save that was written against an older version, with another
text, is kept aside (`parked`) until the Mission chooses. A reply that was cleared is not edited: a correction is a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from corridors.concepts.findings import Finding, Refused, raise_if_any
from corridors.consult.answering import LONGEST, answer_findings
from corridors.consult.values import LANGUAGES, MOVES, Questionnaire
from corridors.consultation.audit import Act, append
from corridors.consultation.forms import questionnaire_of
from corridors.consultation.keys import matches
from corridors.consultation.rounds import deadline, hold, the_round
from corridors.consultation.schema import (
    AccessRow,
    AnswerRow,
    AttachmentRow,
    ReplyRow,
    RespondentRow,
    RoundRow,
    StepRow,
)
from corridors.consultation.uploads import Upload
from corridors.store.disk import checksum

OPEN = ("draft", "ministry-done")
STANDING = ("cleared", "received", "accepted")


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it is given.

    Parameters
    ----------
    value
        As XForms write it.
    based_on
        Version that its writer saw; 0 for none. None means: whatever stands.
    language
        Language in which free text is written.
    confidentiality, public_from
        How far it may be shown, and from which day on.
    """

    value: str
    based_on: int | None = None
    language: str = "en"
    confidentiality: str = "public"
    public_from: str | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save: questions whose answer stands, and those whose answer was kept aside."""

    saved: tuple[str, ...]
    parked: tuple[str, ...]


def open_reply(session: Session, one: RespondentRow, act: Act, *, channel: str = "web") -> ReplyRow:
    """The reply that is being written, made when there is none.

    Raises
    ------
    Refused
        One was cleared already: it is corrected, not edited.
    """
    hold(session, one)
    replies = replies_of(session, one)
    for reply in reversed(replies):
        if reply.state in OPEN and reply.channel == channel:
            return reply
    if channel == "web" and any(reply.state in STANDING for reply in replies):
        raise Refused("the reply was cleared; start a correction to change it")
    return new_reply(session, one, act, channel=channel)


def new_reply(
    session: Session,
    one: RespondentRow,
    act: Act,
    *,
    channel: str,
    instance_id: str | None = None,
    corrects: ReplyRow | None = None,
) -> ReplyRow:
    """Begin a reply as a draft."""
    reply = ReplyRow(
        respondent_id=one.id,
        channel=channel,
        instance_id=instance_id,
        corrects=corrects.id if corrects else None,
        state="draft",
        opened_at=act.at,
        opened_by=act.who,
        arrived_at=None,
    )
    session.add(reply)
    session.flush()
    step(session, reply, act, state="draft", subject=one.code)
    return reply


def replies_of(session: Session, one: RespondentRow) -> list[ReplyRow]:
    """All replies of a respondent, the oldest first."""
    found = select(ReplyRow).where(ReplyRow.respondent_id == one.id).order_by(ReplyRow.id)
    return list(session.execute(found).scalars())


def respondent_of(session: Session, reply: ReplyRow) -> RespondentRow:
    """Whose reply it is."""
    return session.execute(select(RespondentRow).where(RespondentRow.id == reply.respondent_id)).scalar_one()


def step(session: Session, reply: ReplyRow, act: Act, *, state: str, subject: str, note: str = "") -> None:
    """Put a reply into a state, on record."""
    reply.state = state
    row = StepRow(reply_id=reply.id, state=state, at=act.at, by=act.who, note=note)
    session.add(row)
    session.flush()
    append(session, act, action=f"reply {state}", subject=subject, detail={"reply": reply.id, "note": note}, rows=[row])


def move(session: Session, reply: ReplyRow, act: Act, *, state: str, note: str = "") -> None:
    """Move a reply to a state that may follow its present one.

    Raises
    ------
    Refused
        That state cannot follow.
    """
    allowed = next(after for before, after in MOVES.items() if before == reply.state)
    if state not in allowed:
        raise Refused(f"the reply is {reply.state}; it may become {', '.join(allowed) or 'nothing else'}, not {state}")
    step(session, reply, act, state=state, subject=respondent_of(session, reply).code, note=note)


def standing_answers(session: Session, reply: ReplyRow) -> dict[str, AnswerRow]:
    """The answer that stands for each question."""
    newest = (
        select(func.max(AnswerRow.id))
        .where(AnswerRow.reply_id == reply.id, AnswerRow.parked.is_(False))
        .group_by(AnswerRow.question)
    )
    rows = session.execute(select(AnswerRow).where(AnswerRow.id.in_(newest)).order_by(AnswerRow.id)).scalars()
    return {row.question: row for row in rows}


def parked_answers(session: Session, reply: ReplyRow) -> dict[str, list[AnswerRow]]:
    """Answers kept aside that nobody has chosen over yet, by question."""
    found: dict[str, list[AnswerRow]] = {}
    rows = select(AnswerRow).where(AnswerRow.reply_id == reply.id).order_by(AnswerRow.version)
    for row in session.execute(rows).scalars():
        if row.parked:
            found.setdefault(row.question, []).append(row)
        elif row.by.startswith("Mission "):
            # Whatever the Mission writes after it has seen both is its choice.
            found.pop(row.question, None)
    return found


def check_open(session: Session, one: RespondentRow, act: Act) -> RoundRow:
    """The round, when this respondent may still write.

    Raises
    ------
    Refused
        The round is closed, or the deadline has passed.
    """
    row = the_round(session, one.round_id)
    if row.closed_at is not None:
        raise Refused("the round is closed")
    last = deadline(session, one, row)
    if act.at > last:
        raise Refused(f"the deadline was {last.isoformat(timespec='minutes')}; ask the Secretariat for an extension")
    return row


def save_answers(
    session: Session, reply: ReplyRow, act: Act, *, answers: Mapping[str, Given], sections: list[str] | None = None
) -> Saved:
    """Add the answers that differ from what stands; what was acknowledged is never overwritten.

    Parameters
    ----------
    session, reply, act
        The database, an open reply, and who does it when.
    answers
        By question.
    sections
        Sections the writer was given; None for all.

    Raises
    ------
    DataError
        A question is not in the questionnaire, or an answer is too long.
    Refused
        The reply is not open, or a question lies in a section that was not given.
    """
    if reply.state not in OPEN:
        raise Refused(f"the reply is {reply.state}; start a correction to change it")
    round_row = the_round(session, respondent_of(session, reply).round_id)
    _check_given(questionnaire_of(round_row), answers, sections)
    found = (
        select(AnswerRow.question, func.max(AnswerRow.version))
        .where(AnswerRow.reply_id == reply.id)
        .group_by(AnswerRow.question)
    )
    newest: dict[str, int] = {line[0]: line[1] for line in session.execute(found)}
    standing = standing_answers(session, reply)
    rows = []
    for question, given in answers.items():
        stands = standing.get(question)
        if _same(stands, given):
            continue
        late = given.based_on is not None and stands is not None and stands.version > given.based_on
        rows.append(_answer(reply, question, given, act, version=newest.get(question, 0) + 1, parked=late))
    if rows:
        session.add_all(rows)
        session.flush()
        subject = respondent_of(session, reply).code
        append(session, act, action="answers saved", subject=subject, detail={"reply": reply.id}, rows=rows)
    return Saved(
        tuple(name for name in answers if name not in {row.question for row in rows if row.parked}),
        tuple(row.question for row in rows if row.parked),
    )


def _check_given(form: Questionnaire, answers: Mapping[str, Given], sections: list[str] | None) -> None:
    where = {question.name: section.name for section in form.sections for question in section.questions}
    mend = "answer the questions of the form that was sent"
    raise_if_any(
        Finding("answer-invalid", f"question {name!r}", "the questionnaire does not have it", mend)
        for name in answers
        if name not in where
    )
    raise_if_any(
        Finding("answer-invalid", f"question {name!r}", f"{len(given.value):,} characters", "attach a longer text")
        for name, given in answers.items()
        if len(given.value) > LONGEST
    )
    raise_if_any(
        Finding("answer-invalid", f"question {name!r}", f"language {given.language!r}, {given.confidentiality!r}", mend)
        for name, given in answers.items()
        if given.language not in LANGUAGES or given.confidentiality not in ("public", "after-date", "secretariat")
    )
    if sections is not None and any(where[name] not in sections for name in answers):
        raise Refused(f"this link opens the sections {', '.join(sections)}")


def _same(stands: AnswerRow | None, given: Given) -> bool:
    if stands is None:
        return not given.value
    return (stands.value, stands.confidentiality, stands.public_from) == (
        given.value, given.confidentiality, given.public_from,
    )  # fmt: skip


def _answer(reply: ReplyRow, question: str, given: Given, act: Act, *, version: int, parked: bool) -> AnswerRow:
    return AnswerRow(
        reply_id=reply.id,
        question=question,
        version=version,
        value=given.value,
        language=given.language,
        confidentiality=given.confidentiality,
        public_from=given.public_from,
        parked=parked,
        at=act.at,
        by=act.who,
    )


def attach(session: Session, reply: ReplyRow, act: Act, *, question: str, upload: Upload) -> AttachmentRow:
    """Keep a file with a reply."""
    row = AttachmentRow(
        reply_id=reply.id,
        question=question,
        name=upload.name,
        media_type=upload.media_type,
        checksum=checksum(upload.content),
        size=len(upload.content),
        content=upload.content,
        at=act.at,
        by=act.who,
    )
    session.add(row)
    session.flush()
    subject = respondent_of(session, reply).code
    append(session, act, action="file attached", subject=subject, detail={"name": upload.name}, rows=[row])
    return row


def ministry_done(session: Session, reply: ReplyRow, access: AccessRow, act: Act) -> None:
    """A ministry says that its sections are done; when all have said so, the reply is for the Mission to clear."""
    access.done_at = act.at
    append(session, act, action="ministry done", subject=access.label, detail={"reply": reply.id})
    waiting = session.execute(
        select(AccessRow.id).where(
            AccessRow.respondent_id == access.respondent_id,
            AccessRow.role == "ministry",
            AccessRow.done_at.is_(None),
            AccessRow.revoked_at.is_(None),
        )
    ).first()
    if waiting is None and reply.state == "draft":
        move(session, reply, act, state="ministry-done")


def clear(session: Session, reply: ReplyRow, act: Act, *, code: str) -> None:
    """The Mission clears its reply, with the code of the note verbale as the second factor.

    Raises
    ------
    Refused
        The code is wrong, or the deadline has passed.
    DataError
        Answers are missing, violate a rule of the form, or two of them wait for a choice.
    """
    one = respondent_of(session, reply)
    row = check_open(session, one, act)
    if not matches(one.clearance_hash, code.strip().upper()):
        raise Refused("that is not the code of the note verbale")
    raise_if_any(
        [
            *faults(session, reply, row, act),
            *(
                Finding("answer-conflict", f"question {name!r}", "two answers are kept", "choose one of them")
                for name in parked_answers(session, reply)
            ),
        ]
    )
    supersede(session, reply, act)
    move(session, reply, act, state="cleared")


def faults(session: Session, reply: ReplyRow, row: RoundRow, act: Act, *, whole: bool = True) -> list[Finding]:
    """What keeps a reply from being cleared, or, when not `whole`, what is wrong with the answers so far."""
    values = {name: answer.value for name, answer in standing_answers(session, reply).items()}
    place = respondent_of(session, reply).code
    return answer_findings(questionnaire_of(row), values, place=place, as_of=act.at.date(), whole=whole)


def supersede(session: Session, reply: ReplyRow, act: Act) -> None:
    """Mark the replies of the same respondent that stand as corrected by this one."""
    for other in replies_of(session, respondent_of(session, reply)):
        if other.id != reply.id and other.state in STANDING:
            move(session, other, act, state="corrected", note=f"by reply {reply.id}")


def correct(session: Session, one: RespondentRow, act: Act) -> ReplyRow:
    """Begin a correction: a draft with the answers of the reply that stands.

    Raises
    ------
    Refused
        No reply stands, or a correction is being written already.
    """
    check_open(session, one, act)
    replies = replies_of(session, one)
    stands = [reply for reply in replies if reply.state in STANDING]
    if not stands or any(reply.state in OPEN and reply.channel == "web" for reply in replies):
        raise Refused("there is no cleared reply to correct, or a correction is being written already")
    made = new_reply(session, one, act, channel="web", corrects=stands[-1])
    copied = {
        name: Given(a.value, None, a.language, a.confidentiality, a.public_from)
        for name, a in standing_answers(session, stands[-1]).items()
    }
    save_answers(session, made, act, answers=copied)
    for kept in attachments_of(session, stands[-1]):
        attach(session, made, act, question=kept.question, upload=Upload(kept.name, kept.media_type, kept.content))
    return made


def withdraw(session: Session, reply: ReplyRow, act: Act, *, code: str) -> None:
    """The Mission takes its reply back, by the same code; it is kept and no longer counted.

    Raises
    ------
    Refused
        The code is wrong.
    """
    if not matches(respondent_of(session, reply).clearance_hash, code.strip().upper()):
        raise Refused("that is not the code of the note verbale")
    move(session, reply, act, state="withdrawn")


def attachments_of(session: Session, reply: ReplyRow) -> list[AttachmentRow]:
    """Files that came with a reply."""
    found = select(AttachmentRow).where(AttachmentRow.reply_id == reply.id).order_by(AttachmentRow.id)
    return list(session.execute(found).scalars())
