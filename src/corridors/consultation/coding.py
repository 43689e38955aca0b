"""Coding of free text: two coders who do not see each other's codes, and a third person who decides where they differ."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from corridors.concepts.findings import Refused
from corridors.consultation.audit import Act, append
from corridors.consultation.schema import AnswerRow, CodebookRow, CodingRow, ReplyRow, RespondentRow

CODERS = 2


@dataclass(frozen=True, slots=True)
class Difference:
    """An answer to which two coders gave different codes."""

    answer: AnswerRow
    codes: tuple[str, ...]


def new_codebook(session: Session, round_id: str, act: Act, *, question: str, codes: dict[str, str]) -> CodebookRow:
    """A new version of the codes for a question; earlier codings stay with the version they were made by.

    Raises
    ------
    ValueError
        There is no code.
    """
    if not codes:
        raise ValueError("a codebook has at least one code")
    last = session.execute(
        select(func.max(CodebookRow.version)).where(CodebookRow.round_id == round_id, CodebookRow.question == question)
    ).scalar_one()
    row = CodebookRow(
        round_id=round_id, question=question, version=(last or 0) + 1, codes=dict(codes), at=act.at, by=act.who
    )
    session.add(row)
    session.flush()
    append(session, act, action="codebook made", subject=question, detail={"version": row.version}, rows=[row])
    return row


def newest_codebook(session: Session, round_id: str, question: str) -> CodebookRow | None:
    """The codes in use for a question."""
    found = select(CodebookRow).where(CodebookRow.round_id == round_id, CodebookRow.question == question)
    return session.execute(found.order_by(CodebookRow.version.desc()).limit(1)).scalar_one_or_none()


def codebooks(session: Session, round_id: str) -> list[CodebookRow]:
    """The codes in use for every question that has some."""
    found = select(CodebookRow).where(CodebookRow.round_id == round_id).order_by(CodebookRow.version)
    return list({row.question: row for row in session.execute(found).scalars()}.values())


def to_code(session: Session, book: CodebookRow, *, coder: str) -> list[AnswerRow]:
    """Answers that this coder has not coded yet and that fewer than two others have, whatever those said."""
    others: dict[int, int] = {}
    done: set[int] = set()
    for row in _codings(session, book):
        others[row.answer_id] = others.get(row.answer_id, 0) + 1
        if row.by == coder:
            done.add(row.answer_id)
    return [one for one in texts(session, book) if one.id not in done and others.get(one.id, 0) < CODERS]


def texts(session: Session, book: CodebookRow) -> list[AnswerRow]:
    """The standing answers to the codebook's question in replies that stand."""
    asked = (
        select(AnswerRow)
        .join(ReplyRow, ReplyRow.id == AnswerRow.reply_id)
        .join(RespondentRow, RespondentRow.id == ReplyRow.respondent_id)
        .where(
            RespondentRow.round_id == book.round_id,
            ReplyRow.state.in_(("cleared", "received", "accepted")),
            AnswerRow.question == book.question,
            AnswerRow.parked.is_(False),
        )
        .order_by(AnswerRow.version)
    )
    newest = {row.reply_id: row for row in session.execute(asked).scalars()}
    return sorted((row for row in newest.values() if row.value.strip()), key=lambda row: row.id)


def code(session: Session, answer: AnswerRow, book: CodebookRow, act: Act, *, code: str) -> CodingRow:
    """One coder's code for one answer, given once.

    Raises
    ------
    ValueError
        The codebook has no such code.
    Refused
        The coder has coded it already, or two others have.
    """
    if answer.id not in {one.id for one in to_code(session, book, coder=act.who)}:
        raise Refused("this answer is not, or no longer, for you to code")
    return _keep(session, answer, book, act, chosen=code, final=False)


def differences(session: Session, book: CodebookRow) -> list[Difference]:
    """Answers to which the two coders gave different codes and on which nobody has decided."""
    given: dict[int, list[CodingRow]] = {}
    for row in _codings(session, book, final=None):
        given.setdefault(row.answer_id, []).append(row)
    return [
        Difference(one, tuple(sorted(row.code for row in given[one.id])))
        for one in texts(session, book)
        if len(given.get(one.id, ())) == CODERS
        and not any(row.final for row in given[one.id])
        and len({row.code for row in given[one.id]}) > 1
    ]


def adjudicate(session: Session, answer: AnswerRow, book: CodebookRow, act: Act, *, code: str) -> CodingRow:
    """Decide between two coders.

    Raises
    ------
    Refused
        The person coded the answer, or there is nothing to decide.
    ValueError
        The codebook has no such code.
    """
    if any(row.answer_id == answer.id and row.by == act.who for row in _codings(session, book)):
        raise Refused("whoever coded an answer does not decide on it")
    if answer.id not in {one.answer.id for one in differences(session, book)}:
        raise Refused("two coders do not differ on this answer")
    return _keep(session, answer, book, act, chosen=code, final=True)


def codes_by_coder(session: Session, book: CodebookRow) -> dict[int, dict[str, str]]:
    """Codes by answer and coder, as an agreement coefficient needs them; decisions are left out."""
    found: dict[int, dict[str, str]] = {}
    for row in _codings(session, book):
        found.setdefault(row.answer_id, {})[row.by] = row.code
    return found


def _keep(session: Session, answer: AnswerRow, book: CodebookRow, act: Act, *, chosen: str, final: bool) -> CodingRow:
    if chosen not in book.codes:
        raise ValueError(f"codes are {', '.join(sorted(book.codes))}; not {chosen!r}")
    row = CodingRow(answer_id=answer.id, codebook_id=book.id, code=chosen, final=final, at=act.at, by=act.who)
    session.add(row)
    session.flush()
    action = "difference decided" if final else "answer coded"
    append(session, act, action=action, subject=book.question, detail={"answer": answer.id}, rows=[row])
    return row


def _codings(session: Session, book: CodebookRow, *, final: bool | None = False) -> list[CodingRow]:
    asked = select(CodingRow).where(CodingRow.codebook_id == book.id)
    if final is not None:
        asked = asked.where(CodingRow.final.is_(final))
    return list(session.execute(asked.order_by(CodingRow.id)).scalars())
