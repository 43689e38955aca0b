"""Pages of the Secretariat, each for one role: the board, receipt, paper entry and its confirmation, coding, the audit."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from corridors.concepts.findings import Refused
from corridors.consultation.audit import append, verify
from corridors.consultation.coding import adjudicate, code, codebooks, differences, to_code
from corridors.consultation.entry import SCAN, confirm_entry, enter_paper, refuse_entry, to_confirm
from corridors.consultation.forms import questionnaire_of
from corridors.consultation.keys import StaffRole, must_have, sign_in, staff_by_secrets
from corridors.consultation.replies import attachments_of, move, replies_of, respondent_of, standing_answers
from corridors.consultation.results import board as standings
from corridors.consultation.rounds import deadline, extend, the_respondent, the_round
from corridors.consultation.schema import AnswerRow, AuditRow, CodebookRow, ReplyRow, RoundRow, StaffRow
from corridors.consultation.uploads import accept_upload
from corridors.consultation.web.asking import COOKIE, Ask, Guest, Trouble, guest_of, language_of
from corridors.consultation.web.fields import answers_in, fields_of
from corridors.consultation.web.rendering import cookie, page
from corridors.consultation.web.respondent import redirect

_ACTS_SHOWN = 200


def staff_sign_in(ask: Ask) -> Response:
    """Sign in with name, passphrase and one-time code."""
    if ask.posted is None:
        return page(ask, "staff_sign_in", wrong=False)
    name = ask.posted.one("name").strip()[:64]
    if not ask.desk.by_name.lets(name) or not ask.desk.by_address.lets(ask.address):
        raise Trouble(429)
    with ask.desk.database.write() as session:
        now = ask.desk.clock()
        secrets = {"passphrase": ask.posted.one("passphrase"), "code": ask.posted.one("second")}
        staff = staff_by_secrets(session, name, **secrets, at=now)
        if staff is None:
            append(session, ask.act("nobody"), action="sign-in refused", subject=name)
            return page(ask, "staff_sign_in", wrong=True, status=403)
        secret, _ = sign_in(session, at=now, staff=staff)
        append(session, ask.act(staff.name), action="signed in", subject=staff.name)
    ask.desk.by_name.forget(name)
    return cookie(redirect("/staff/home"), ask, name=COOKIE, value=secret)


def _staff(session: Session, ask: Ask, *roles: StaffRole) -> tuple[Guest, StaffRow]:
    guest = guest_of(session, ask)
    if guest.staff is None or (roles and not set(roles) & set(guest.staff.roles)):
        raise Trouble(403)
    return guest, guest.staff


def home(ask: Ask) -> Response:
    """The rounds, and what this person can do in each."""
    with ask.desk.database.read() as session:
        guest, staff = _staff(session, ask)
        rounds = session.execute(select(RoundRow).order_by(RoundRow.opened_at.desc())).scalars().all()
        waiting = {row.id: to_confirm(session, row.id, but_by=staff.name) for row in rounds}
        names = {reply.id: respondent_of(session, reply) for replies in waiting.values() for reply in replies}
        return page(ask, "staff_home", guest=guest, roles=staff.roles, rounds=rounds, waiting=waiting, names=names)


def board(ask: Ask) -> Response:
    """Who has answered and who has not."""
    with ask.desk.database.read() as session:
        guest, staff = _staff(session, ask, "officer", "clerk", "auditor")
        row = _round(session, ask)
        found = standings(session, row)
        counted: dict[str, int] = {}
        for one in found:
            counted[one.state] = counted.get(one.state, 0) + 1
        return page(
            ask, "staff_board", guest=guest, round=row, standings=found, counted=counted, clerk="clerk" in staff.roles,
            officer="officer" in staff.roles,
        )  # fmt: skip


def _round(session: Session, ask: Ask) -> RoundRow:
    try:
        return the_round(session, ask.parts["round"])
    except ValueError as error:
        raise Trouble(404) from error


def dossier(ask: Ask) -> Response:
    """One respondent: its replies, its deadline, and the officer's acts."""
    with ask.desk.database.write() if ask.posted is not None else ask.desk.database.read() as session:
        guest, staff = _staff(session, ask, "officer")
        row = _round(session, ask)
        one = the_respondent(session, row.id, ask.parts["code"])
        if ask.posted is not None:
            until = datetime.combine(_day(ask.posted.one("until")), time(23, 59, 59), tzinfo=UTC)
            extend(session, one, ask.act(staff.name), until=until, request=ask.posted.one("request"))
        form = questionnaire_of(row)
        replies = [
            (reply, fields_of(form, form.questions(), standing=standing_answers(session, reply), parked={}))
            for reply in reversed(replies_of(session, one))
        ]
        files = {reply.id: attachments_of(session, reply) for reply, _ in replies}
        return page(
            ask,
            "staff_dossier",
            guest=guest,
            one=one,
            round=row,
            replies=replies,
            files=files,
            deadline=deadline(session, one, row),
        )


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise Trouble(400) from error


def take(ask: Ask) -> Response:
    """The officer confirms receipt of a cleared reply, or accepts a received one."""
    with ask.desk.database.write() as session:
        _, staff = _staff(session, ask, "officer")
        reply = session.get(ReplyRow, ask.number("reply"))
        state = {"receive": "received", "accept": "accepted"}.get(ask.parts["what"])
        if reply is None or state is None:
            raise Trouble(404)
        move(session, reply, ask.act(staff.name), state=state)
        one = respondent_of(session, reply)
    return redirect(f"/staff/{one.round_id}/respondent/{one.code}")


def enter(ask: Ask) -> Response:
    """The entry clerk keys in a reply from its scan."""
    with ask.desk.database.write() if ask.posted is not None else ask.desk.database.read() as session:
        guest, staff = _staff(session, ask, "clerk")
        row = _round(session, ask)
        one = the_respondent(session, row.id, ask.parts["code"])
        form = questionnaire_of(row)
        if ask.posted is not None:
            if "scan" not in ask.posted.files:
                raise Trouble(400)
            arrived = datetime.combine(_day(ask.posted.one("arrived")), time(0), tzinfo=UTC)
            enter_paper(
                session,
                one,
                ask.act(staff.name),
                answers=answers_in(ask.posted, form, language=language_of(ask, guest)),
                scan=accept_upload(*ask.posted.files["scan"]),
                arrived_at=arrived,
            )
            return redirect(f"/staff/{row.id}/board")
        parts = [(part, fields_of(form, part.questions, standing={}, parked={})) for part in form.sections]
        return page(ask, "staff_enter", guest=guest, one=one, round=row, parts=parts)


def confirm(ask: Ask) -> Response:
    """A second person compares an entry with its scan."""
    with ask.desk.database.write() if ask.posted is not None else ask.desk.database.read() as session:
        guest, staff = _staff(session, ask, "confirmer")
        reply = session.get(ReplyRow, ask.number("reply"))
        if reply is None or reply.channel != "paper":
            raise Trouble(404)
        one = respondent_of(session, reply)
        if ask.posted is not None:
            if ask.posted.one("do") == "confirm":
                confirm_entry(session, reply, ask.act(staff.name))
            else:
                refuse_entry(session, reply, ask.act(staff.name), why=ask.posted.one("why")[:1000])
            return redirect("/staff/home")
        if reply.opened_by == staff.name:
            raise Refused("whoever entered a reply does not confirm it")
        form = questionnaire_of(the_round(session, one.round_id))
        fields = fields_of(form, form.questions(), standing=standing_answers(session, reply), parked={})
        scans = [file for file in attachments_of(session, reply) if file.question == SCAN]
        return page(ask, "staff_confirm", guest=guest, one=one, reply=reply, fields=fields, scans=scans)


def coding(ask: Ask) -> Response:
    """A coder codes the next text; what the other coder said is not shown."""
    return _coding(ask, "coder")


def deciding(ask: Ask) -> Response:
    """The adjudicator decides where two coders differ."""
    return _coding(ask, "adjudicator")


def _coding(ask: Ask, role: StaffRole) -> Response:
    with ask.desk.database.write() if ask.posted is not None else ask.desk.database.read() as session:
        guest, staff = _staff(session, ask, role)
        must_have(staff, role)
        row = _round(session, ask)
        if ask.posted is not None:
            answer, book = _text(session, ask, row)
            keep = code if role == "coder" else adjudicate
            keep(session, answer, book, ask.act(staff.name), code=ask.posted.one("code"))
            return redirect(ask.path)
        chosen = next(
            (
                (book, answer, codes)
                for book in codebooks(session, row.id)
                for answer, codes in _waiting(session, book, staff.name, role)
            ),
            None,
        )
        return page(ask, "staff_coding", guest=guest, round=row, role=role, chosen=chosen)


def _waiting(
    session: Session, book: CodebookRow, name: str, role: StaffRole
) -> list[tuple[AnswerRow, tuple[str, ...]]]:
    if role == "coder":
        return [(answer, ()) for answer in to_code(session, book, coder=name)]
    return [(one.answer, one.codes) for one in differences(session, book)]


def _text(session: Session, ask: Ask, row: RoundRow) -> tuple[AnswerRow, CodebookRow]:
    given = ask.posted.one("answer") if ask.posted else ""
    number = ask.posted.one("book") if ask.posted else ""
    if not (given.isdigit() and number.isdigit()):
        raise Trouble(400)
    answer, book = session.get(AnswerRow, int(given)), session.get(CodebookRow, int(number))
    if answer is None or book is None or book.round_id != row.id:
        raise Trouble(404)
    return answer, book


def audit(ask: Ask) -> Response:
    """The auditor checks the chain and reads the last acts."""
    with ask.desk.database.read() as session:
        guest, _ = _staff(session, ask, "auditor")
        chain = verify(session)
        last = select(AuditRow).order_by(AuditRow.seq.desc()).limit(_ACTS_SHOWN)
        return page(ask, "staff_audit", guest=guest, chain=chain, acts=session.execute(last).scalars().all())
