"""Pages of respondents: the personal link, the reply and its sections, delegation, clearance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from corridors.concepts.findings import DataError, Finding, Refused, Unavailable
from corridors.consult.answering import state_of
from corridors.consult.values import Section
from corridors.consultation.audit import append
from corridors.consultation.forms import questionnaire_of
from corridors.consultation.keys import access_by_token, give_access, sign_in
from corridors.consultation.replies import (
    OPEN,
    STANDING,
    Given,
    attach,
    attachments_of,
    check_open,
    clear,
    correct,
    faults,
    ministry_done,
    open_reply,
    parked_answers,
    replies_of,
    save_answers,
    standing_answers,
    withdraw,
)
from corridors.consultation.rounds import deadline
from corridors.consultation.schema import AccessRow, AnswerRow, AttachmentRow, ReplyRow, RespondentRow, RoundRow
from corridors.consultation.uploads import accept_upload
from corridors.consultation.web.asking import COOKIE, Ask, Guest, Trouble, guest_of, language_of
from corridors.consultation.web.fields import answers_in, fields_of, told_faults
from corridors.consultation.web.rendering import cookie, page


def redirect(path: str) -> Response:
    """Go to another page, so that loading it again sends nothing twice."""
    return RedirectResponse(path, status_code=303)


def link(ask: Ask) -> Response:
    """The page a personal link opens. Programs that look at links in mails change nothing: signing in is a button."""
    address = ask.address
    if not ask.desk.by_address.lets(address):
        raise Trouble(429)
    with ask.desk.database.write() if ask.posted is not None else ask.desk.database.read() as session:
        access = access_by_token(session, ask.parts["token"])
        if access is None:
            raise Trouble(403)
        ask.desk.by_address.forget(address)
        one = session.execute(select(RespondentRow).where(RespondentRow.id == access.respondent_id)).scalar_one()
        if ask.posted is None:
            return page(ask, "welcome", respondent=one, title=session.get_one(RoundRow, one.round_id).title)
        secret, row = sign_in(session, at=ask.desk.clock(), access=access)
        append(session, ask.act(Guest(row, access, one).who), action="link opened", subject=one.code)
    return cookie(redirect("/reply"), ask, name=COOKIE, value=secret)


def sign_out(ask: Ask) -> Response:
    """End the browser's session."""
    with ask.desk.database.write() as session:
        session.delete(guest_of(session, ask).row)
    made = redirect("/")
    made.delete_cookie(COOKIE)
    return made


def respondent_guest(
    session: Session, ask: Ask, *, mission: bool = False
) -> tuple[Guest, RespondentRow, RoundRow, AccessRow]:
    """The respondent who asks; the Mission alone when so wanted."""
    guest = guest_of(session, ask)
    if guest.respondent is None or guest.round is None or guest.access is None:
        raise Trouble(403)
    if mission and guest.access.role != "mission":
        raise Trouble(403)
    return guest, guest.respondent, guest.round, guest.access


def sections_of(round_row: RoundRow, access: AccessRow) -> list[tuple[int, Section]]:
    """The sections that a link opens, with their numbers."""
    numbered = enumerate(questionnaire_of(round_row).sections, start=1)
    return [(at, one) for at, one in numbered if access.sections is None or one.name in access.sections]


def _draft(session: Session, one: RespondentRow) -> ReplyRow | None:
    drafts = [reply for reply in replies_of(session, one) if reply.state in OPEN and reply.channel == "web"]
    return drafts[-1] if drafts else None


def overview(ask: Ask) -> Response:
    """The reply with its sections and what can be done with it."""
    with ask.desk.database.read() as session:
        guest, one, round_row, access = respondent_guest(session, ask)
        replies = replies_of(session, one)
        draft = _draft(session, one)
        shown = draft or (replies[-1] if replies else None)
        answers = standing_answers(session, shown) if shown else {}
        values = {name: row.value for name, row in answers.items()}
        asked = set(state_of(questionnaire_of(round_row), values, as_of=ask.desk.clock().date()).asked)
        ministries = session.execute(
            select(AccessRow).where(AccessRow.respondent_id == one.id, AccessRow.role == "ministry")
        ).scalars()
        return page(
            ask,
            "overview",
            guest=guest,
            title=round_row.title,
            respondent=one,
            deadline=deadline(session, one, round_row),
            replies=replies,
            open_states=OPEN,
            standing=STANDING,
            editable=draft is not None or not any(reply.state in STANDING for reply in replies),
            sections=[(at, part, *_progress(part, asked, values)) for at, part in sections_of(round_row, access)],
            ministries=[row for row in ministries if row.revoked_at is None] if access.role == "mission" else [],
            access=access,
        )


def _progress(part: Section, asked: set[str], values: Mapping[str, str]) -> tuple[int, int]:
    counted = [one.name for one in part.questions if one.name in asked and one.kind not in ("note", "calculate")]
    return sum(bool(values.get(name, "").strip()) for name in counted), len(counted)


def section(ask: Ask) -> Response:
    """One section: shown, or saved."""
    if ask.posted is None:
        with ask.desk.database.read() as session:
            return _section_page(session, ask)
    given: dict[str, Given] = {}
    try:
        with ask.desk.database.write() as session:
            guest, one, round_row, access = respondent_guest(session, ask)
            _section_at(round_row, access, ask)
            given = answers_in(ask.posted, questionnaire_of(round_row), language=language_of(ask, guest))
            check_open(session, one, ask.act(guest.who))
            reply = open_reply(session, one, ask.act(guest.who))
            _attach_files(session, ask, guest, reply, given)
            saved = save_answers(session, reply, ask.act(guest.who), answers=given, sections=access.sections)
    except Unavailable as failure:
        # What was typed is shown again, so that a full or locked database costs the writer nothing.
        try:
            with ask.desk.database.read() as session:
                return _section_page(session, replace(ask, posted=None), given=given, status=503)
        except Unavailable:
            raise failure from None
    told = f"&parked={','.join(saved.parked)}" if saved.parked else ""
    return redirect(f"{ask.path}?saved=1{told}")


def _attach_files(session: Session, ask: Ask, guest: Guest, reply: ReplyRow, given: dict[str, Given]) -> None:
    """Keep the files of a posted page; the answer to their question is their name."""
    questions = (
        {} if guest.round is None else {f"f.{one.name}": one for one in questionnaire_of(guest.round).questions()}
    )
    for name, (file, content) in (ask.posted.files if ask.posted else {}).items():
        question = questions.get(name)
        if question is None or question.kind != "file":
            raise Trouble(400)
        upload = accept_upload(file, content)
        given[question.name] = Given(upload.name, None, language_of(ask, guest), question.confidentiality)
        attach(session, reply, ask.act(guest.who), question=question.name, upload=upload)


def _section_at(round_row: RoundRow, access: AccessRow, ask: Ask) -> Section:
    found = next((part for at, part in sections_of(round_row, access) if at == ask.number("section")), None)
    if found is None:
        raise Trouble(404)
    return found


def _section_page(session: Session, ask: Ask, *, given: dict[str, Given] | None = None, status: int = 200) -> Response:
    guest, one, round_row, access = respondent_guest(session, ask)
    part, form = _section_at(round_row, access, ask), questionnaire_of(round_row)
    draft = _draft(session, one)
    standing = standing_answers(session, draft) if draft else {}
    values = {name: row.value for name, row in standing.items()}
    now = ask.act(guest.who)
    asked = state_of(form, values, as_of=now.at.date()).asked
    own = {question.name for question in part.questions}
    wrong = faults(session, draft, round_row, now, whole=False) if draft else []
    return page(
        ask,
        "section",
        guest=guest,
        status=status,
        part=part,
        number=ask.number("section"),
        fields=fields_of(
            form,
            [question for question in part.questions if question.name in asked],
            standing=standing,
            parked=parked_answers(session, draft) if draft else {},
            given=given,
        ),
        mission=access.role == "mission",
        given_failed=given is not None,
        saved=ask.query.get("saved") == "1",
        parked=own & set(ask.query.get("parked", "").split(",")),
        findings=told_faults(
            form,
            [finding for finding in wrong if finding.place.rsplit(", ", 1)[-1] in own],
            language=language_of(ask, guest),
        ),
        files=[file for file in attachments_of(session, draft) if file.question in own] if draft else [],
    )


def choose(ask: Ask) -> Response:
    """The Mission chooses an answer that was kept aside."""
    with ask.desk.database.write() as session:
        guest, one, _, _ = respondent_guest(session, ask, mission=True)
        draft = _draft(session, one)
        row = session.get(AnswerRow, ask.number("answer"))
        if draft is None or row is None or row.reply_id != draft.id:
            raise Trouble(404)
        check_open(session, one, ask.act(guest.who))
        stands = standing_answers(session, draft)[row.question]
        chosen = Given(row.value, stands.version, row.language, row.confidentiality, row.public_from)
        save_answers(session, draft, ask.act(guest.who), answers={row.question: chosen})
    return redirect(f"/reply/{ask.number('section')}?saved=1")


def delegate(ask: Ask) -> Response:
    """Give sections to a ministry by a link of its own, which is shown once."""
    with ask.desk.database.write() if ask.posted is not None else ask.desk.database.read() as session:
        guest, one, round_row, access = respondent_guest(session, ask, mission=True)
        parts, made = sections_of(round_row, access), ""
        if ask.posted is not None:
            names = {str(at): part.name for at, part in parts}
            chosen = [names[at] for at in ask.posted.fields.get("section", ()) if at in names]
            label = ask.posted.one("label").strip()[:200]
            if not chosen or not label:
                raise Trouble(400)
            token = give_access(session, one, ask.act(guest.who), label=label, sections=chosen)
            made = f"{ask.desk.base_url}/in/{token}"
        return page(ask, "delegate", guest=guest, parts=parts, link=made)


def revoke(ask: Ask) -> Response:
    """End a ministry's link."""
    with ask.desk.database.write() as session:
        guest, one, _, _ = respondent_guest(session, ask, mission=True)
        row = session.get(AccessRow, ask.number("access"))
        if row is None or row.respondent_id != one.id or row.role != "ministry":
            raise Trouble(404)
        row.revoked_at = ask.desk.clock()
        append(session, ask.act(guest.who), action="link revoked", subject=one.code, detail={"access": row.id})
    return redirect("/reply")


def done(ask: Ask) -> Response:
    """A ministry says that its sections are done."""
    with ask.desk.database.write() as session:
        guest, one, _, access = respondent_guest(session, ask)
        draft = _draft(session, one)
        if access.role != "ministry" or draft is None:
            raise Trouble(409)
        ministry_done(session, draft, access, ask.act(guest.who))
    return redirect("/reply")


def start_correction(ask: Ask) -> Response:
    """Begin to correct a reply that was cleared."""
    with ask.desk.database.write() as session:
        guest, one, _, _ = respondent_guest(session, ask, mission=True)
        correct(session, one, ask.act(guest.who))
    return redirect("/reply")


def decide(ask: Ask) -> Response:
    """The Mission reads its reply whole, and clears or withdraws it with the code of the note verbale."""
    wrong: tuple[Finding, ...] = ()
    refusal, status = "", 200
    if ask.posted is not None:
        try:
            return _decided(ask)
        except DataError as error:
            wrong, status = error.findings, 422
        except Refused as error:
            refusal, status = str(error), 409
    with ask.desk.database.read() as session:
        guest, one, round_row, _ = respondent_guest(session, replace(ask, posted=None), mission=True)
        reply = _own(session, ask, one)
        form, standing = questionnaire_of(round_row), standing_answers(session, reply)
        asked = state_of(form, {n: row.value for n, row in standing.items()}, as_of=ask.desk.clock().date()).asked
        questions = [question for question in form.questions() if question.name in asked]
        return page(
            ask,
            "decide",
            guest=guest,
            status=status,
            reply=reply,
            clearing=reply.state in OPEN,
            withdrawing=reply.state in STANDING,
            fields=fields_of(form, questions, standing=standing, parked={}),
            findings=told_faults(form, wrong, language=language_of(ask, guest)),
            refusal=refusal,
        )


def _decided(ask: Ask) -> Response:
    with ask.desk.database.write() as session:
        guest, one, _, _ = respondent_guest(session, ask, mission=True)
        if not ask.desk.by_code.lets(one.round_id + one.code):
            raise Trouble(429)
        reply, act = _own(session, ask, one), ask.act(guest.who)
        code = ask.posted.one("code") if ask.posted else ""
        if ask.parts["what"] == "clear":
            clear(session, reply, act, code=code)
        else:
            withdraw(session, reply, act, code=code)
    ask.desk.by_code.forget(one.round_id + one.code)
    return redirect("/reply")


def _own(session: Session, ask: Ask, one: RespondentRow) -> ReplyRow:
    reply = session.get(ReplyRow, ask.number("reply"))
    # What came on paper is confirmed by the Secretariat, not cleared again on the page.
    typed = reply is not None and reply.channel == "paper" and reply.state in OPEN
    if reply is None or typed or reply.respondent_id != one.id or ask.parts["what"] not in ("clear", "withdraw"):
        raise Trouble(404)
    return reply


def attachment(ask: Ask) -> Response:
    """A file that came with a reply: to be kept, never shown in the browser."""
    with ask.desk.database.read() as session:
        guest = guest_of(session, ask)
        row = session.get(AttachmentRow, ask.number("file"))
        reply = session.get(ReplyRow, row.reply_id) if row else None
        if row is None or reply is None:
            raise Trouble(404)
        if guest.staff is None:
            _, one, round_row, access = respondent_guest(session, ask)
            open_to = {question.name for _, part in sections_of(round_row, access) for question in part.questions}
            if reply.respondent_id != one.id or row.question not in open_to:
                raise Trouble(404)
        elif set(guest.staff.roles) <= {"auditor", "coder", "adjudicator"}:
            raise Trouble(403)
        content = row.content
    safe = row.name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    headers = {"Content-Disposition": f'attachment; filename="{safe}"', "Content-Security-Policy": "sandbox"}
    return Response(content, media_type="application/octet-stream", headers=headers)
