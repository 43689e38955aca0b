"""What a round came to: the values for the tally, the board of who has answered, and the export."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from corridors.concepts.areas import Language
from corridors.consult.tally import Tally, tally
from corridors.consult.values import (
    Answer,
    Attachment,
    Channel,
    Confidentiality,
    Consultation,
    Extension,
    Invitation,
    Reply,
    ReplyState,
    Respondent,
    RespondentClass,
    Round,
)
from corridors.consultation.replies import attachments_of, standing_answers
from corridors.consultation.rounds import respondents
from corridors.consultation.schema import (
    AuditRow,
    ExtensionRow,
    LetterRow,
    ReplyRow,
    RespondentRow,
    RoundRow,
    StepRow,
)

_LANGUAGES: Mapping[str, Language] = {one: one for one in get_args(Language)}
_STATES: Mapping[str, ReplyState] = {one: one for one in get_args(ReplyState)}
_KINDS: Mapping[str, RespondentClass] = {one: one for one in get_args(RespondentClass)}
_CHANNELS: Mapping[str, Channel] = {one: one for one in get_args(Channel)}
_SHOWN: Mapping[str, Confidentiality] = {one: one for one in get_args(Confidentiality)}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one respondent stands: its newest reply's state, or `silent`, or `invited`."""

    code: str
    name: str
    kind: str
    state: str
    waves: int


def consultation_of(session: Session, row: RoundRow) -> Consultation:
    """The round as the rules of `corridors.consult` take it."""
    asked = respondents(session, row.id)
    code = {one.id: one.code for one in asked}
    replies = session.execute(
        select(ReplyRow).join(RespondentRow).where(RespondentRow.round_id == row.id).order_by(ReplyRow.id)
    ).scalars()
    letters = session.execute(select(LetterRow).join(RespondentRow).where(RespondentRow.round_id == row.id)).scalars()
    granted = session.execute(
        select(ExtensionRow).join(RespondentRow).where(RespondentRow.round_id == row.id)
    ).scalars()
    return Consultation(
        round=Round(
            id=row.id,
            title={_LANGUAGES[name]: text for name, text in row.title.items()},
            questionnaire=row.questionnaire["id"],
            version=row.questionnaire["version"],
            opens=row.opened_at.date(),
            cut_off=row.cut_off,
        ),
        respondents=tuple(
            Respondent(
                id=one.code,
                kind=_KINDS[one.kind],
                name={"en": one.name},
                area=one.code if one.kind == "member" else None,
                language=_LANGUAGES[one.language],
            )
            for one in asked
        ),
        replies=tuple(_reply(session, one, row, code[one.respondent_id]) for one in replies),
        invitations=tuple(Invitation(row.id, code[one.respondent_id], one.wave, one.written_at) for one in letters),
        extensions=tuple(
            Extension(row.id, code[one.respondent_id], one.until, one.request, one.by, one.at) for one in granted
        ),
    )


def _reply(session: Session, row: ReplyRow, round_row: RoundRow, code: str) -> Reply:
    reached: dict[str, datetime] = {}
    for step in session.execute(select(StepRow).where(StepRow.reply_id == row.id).order_by(StepRow.id)).scalars():
        reached[step.state] = step.at
    if row.arrived_at is not None and "cleared" in reached:
        # Paper speaks from the day on which it arrived, whenever it was keyed in.
        reached["cleared"] = row.arrived_at
    return Reply(
        id=str(row.id),
        round=round_row.id,
        respondent=code,
        state=_STATES[row.state],
        answers=tuple(
            Answer(
                question=one.question,
                value=one.value,
                confidentiality=_SHOWN[one.confidentiality],
                public_from=date.fromisoformat(one.public_from) if one.public_from else None,
                language=_LANGUAGES[one.language],
                by=one.by,
                saved_at=one.at,
            )
            for one in standing_answers(session, row).values()
        ),
        channel=_CHANNELS[row.channel],
        started_at=row.arrived_at or row.opened_at,
        cleared_at=reached.get("cleared"),
        received_at=reached.get("received"),
        accepted_at=reached.get("accepted"),
        withdrawn_at=reached.get("withdrawn"),
        corrects=str(row.corrects) if row.corrects else None,
        attachments=tuple(
            Attachment(str(a.id), str(row.id), a.question, a.name, a.media_type, a.size, a.checksum)
            for a in attachments_of(session, row)
        ),
    )


def tally_of(session: Session, row: RoundRow, *, as_of: date | None = None) -> Tally:
    """Count the replies by the rules of the round."""
    return tally(consultation_of(session, row), as_of=as_of)


def board(session: Session, row: RoundRow) -> list[Standing]:
    """Who has answered and who has not, by class and code."""
    asked = respondents(session, row.id)
    waves: dict[int, int] = {}
    for letter in session.execute(
        select(LetterRow).join(RespondentRow).where(RespondentRow.round_id == row.id)
    ).scalars():
        waves[letter.respondent_id] = max(letter.wave, waves.get(letter.respondent_id, 0))
    states: dict[int, str] = {}
    newest = select(ReplyRow).join(RespondentRow).where(RespondentRow.round_id == row.id).order_by(ReplyRow.id)
    for reply in session.execute(newest).scalars():
        states[reply.respondent_id] = reply.state
    return [Standing(one.code, one.name, one.kind, states.get(one.id, "silent"), waves.get(one.id, 0)) for one in asked]


def counts(standings: list[Standing]) -> dict[str, dict[str, int]]:
    """How many stand in which state, by class of respondent."""
    found: dict[str, Counter[str]] = {}
    for one in standings:
        found.setdefault(one.kind, Counter())[one.state] += 1
    return {kind: dict(sorted(states.items())) for kind, states in found.items()}


def export(session: Session, row: RoundRow) -> bytes:
    """Everything that is known of a round as JSON, the audit included, secrets left out.

    Attachments are named by their checksum; the bytes stay in the database.
    """
    from dataclasses import asdict

    whole = asdict(consultation_of(session, row))
    acts = session.execute(select(AuditRow).order_by(AuditRow.seq)).scalars()
    whole["audit"] = [{c.key: getattr(act, c.key) for c in AuditRow.__table__.columns} for act in acts]
    return (json.dumps(whole, ensure_ascii=False, indent=1, default=_plain) + "\n").encode()


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{value!r} has no form in JSON")
