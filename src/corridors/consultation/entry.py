"""Replies on paper: one person of the Secretariat enters them from a scan, another one compares and confirms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from corridors.concepts.findings import DataError, Finding, Refused, raise_if_any
from corridors.consultation.audit import Act
from corridors.consultation.replies import (
    Given,
    attach,
    attachments_of,
    faults,
    move,
    new_reply,
    respondent_of,
    save_answers,
    supersede,
)
from corridors.consultation.rounds import the_round
from corridors.consultation.schema import ReplyRow, RespondentRow
from corridors.consultation.uploads import Upload

#: Name under which the scan of a reply is kept: no question can have it.
SCAN = "*scan*"


def enter_paper(
    session: Session, one: RespondentRow, act: Act, *, answers: Mapping[str, Given], scan: Upload, arrived_at: datetime
) -> ReplyRow:
    """Enter a reply that came on paper or as a file; it waits for a second person.

    Parameters
    ----------
    session, one, act
        The database, whose reply it is, and who enters it when.
    answers, scan
        What the paper says, and the paper.
    arrived_at
        When it reached the Secretariat: by this moment the tally judges whether it was in time.

    Raises
    ------
    Refused
        The round is closed.
    ValueError
        It arrived in the future.
    DataError
        A question is not in the questionnaire.
    """
    row = the_round(session, one.round_id)
    if row.closed_at is not None:
        raise Refused("the round is closed")
    if arrived_at > act.at:
        raise ValueError(f"{arrived_at.isoformat()} is still to come")
    reply = new_reply(session, one, act, channel="paper")
    reply.arrived_at = arrived_at
    save_answers(session, reply, act, answers=answers)
    attach(session, reply, act, question=SCAN, upload=scan)
    return reply


def to_confirm(session: Session, round_id: str, *, but_by: str) -> list[ReplyRow]:
    """Entered replies that wait for a second person, those of one person left out."""
    asked = select(ReplyRow).join(RespondentRow).where(RespondentRow.round_id == round_id)
    waiting = asked.where(ReplyRow.channel == "paper", ReplyRow.state == "draft", ReplyRow.opened_by != but_by)
    return list(session.execute(waiting.order_by(ReplyRow.id)).scalars())


def confirm_entry(session: Session, reply: ReplyRow, act: Act) -> None:
    """The second person found the entry to be what the scan says: the reply counts from its arrival on.

    Raises
    ------
    Refused
        The same person entered it, or it is no entry that waits.
    DataError
        It has no scan, or its answers violate the form.
    """
    if reply.channel != "paper" or reply.state != "draft":
        raise Refused("only an entry from paper that waits can be confirmed")
    if act.who == reply.opened_by:
        raise Refused("whoever entered a reply does not confirm it")
    one = respondent_of(session, reply)
    row = the_round(session, one.round_id)
    if all(kept.question != SCAN for kept in attachments_of(session, reply)):
        raise DataError([Finding("answer-missing", one.code, "no scan of the reply", "attach it")])
    # What the paper leaves out stays out; only what it says must be sayable.
    raise_if_any(faults(session, reply, row, act, whole=False))
    supersede(session, reply, act)
    move(session, reply, act, state="cleared", note="confirmed against the scan")
    move(session, reply, act, state="received")


def refuse_entry(session: Session, reply: ReplyRow, act: Act, *, why: str) -> None:
    """The second person found a difference: the entry is kept as withdrawn, and made anew.

    Raises
    ------
    Refused
        The same person entered it, or it is no entry that waits.
    """
    if reply.channel != "paper" or reply.state != "draft" or act.who == reply.opened_by:
        raise Refused("an entry that waits is refused by another person than who made it")
    move(session, reply, act, state="withdrawn", note=why)
