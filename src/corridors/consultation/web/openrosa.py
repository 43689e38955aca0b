"""The OpenRosa door: ODK Collect and Enketo fetch the form and send what was filled in away from the network.

Who sends signs in by HTTP Basic authentication: the respondent's code as name, the secret of its personal link as password. A
submission becomes a draft; the Mission clears it on the page like any other. The same instance sent again changes nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
from collections.abc import Awaitable, Callable, Mapping
from email.utils import format_datetime
from functools import lru_cache
from xml.sax.saxutils import escape

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from corridors.concepts.findings import DataError, Finding, Refused, Unavailable
from corridors.consult.values import Questionnaire
from corridors.consultation.audit import Act
from corridors.consultation.forms import in_language, questionnaire_of
from corridors.consultation.keys import access_by_token
from corridors.consultation.replies import (
    Given,
    attach,
    attachments_of,
    check_open,
    new_reply,
    save_answers,
    standing_answers,
)
from corridors.consultation.schema import AccessRow, ReplyRow, RespondentRow, RoundRow
from corridors.consultation.uploads import LARGEST_FILE, accept_upload
from corridors.consultation.web.asking import Desk

_LARGEST_XML = 2 * 1024 * 1024
_DEEPEST, _MOST_ELEMENTS = 30, 5_000
_MEND = "fetch the form again and fill in that one"
Parts = Mapping[str, tuple[str, bytes]]


def routes(desk: Desk) -> list[Route]:
    """The addresses that OpenRosa asks for, one set a round."""

    def door(
        made: Callable[[Session, Desk, Request, AccessRow, Parts], Response],
    ) -> Callable[[Request], Awaitable[Response]]:
        """What Starlette calls for one address."""

        async def endpoint(request: Request) -> Response:
            """Read the request whole, then answer it."""
            try:
                parts = await _parts(request) if request.method == "POST" else {}
            except ClientDisconnect:
                return Response(status_code=400)
            return await run_in_threadpool(_through, made, desk, request, parts)

        return endpoint

    return [
        Route("/openrosa/{round}/formList", door(_form_list), methods=["GET"]),
        Route("/openrosa/{round}/form.xml", door(_form), methods=["GET"]),
        Route("/openrosa/{round}/submission", door(_submission), methods=["HEAD", "POST"]),
    ]


async def _parts(request: Request) -> Parts:
    form = await request.form(max_files=50, max_fields=50, max_part_size=_LARGEST_XML)
    found: dict[str, tuple[str, bytes]] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            found[name] = (value.filename or name, await value.read())
        else:
            found[name] = (name, value.encode())
    await form.close()
    return found


def _through(
    made: Callable[[Session, Desk, Request, AccessRow, Parts], Response], desk: Desk, request: Request, parts: Parts
) -> Response:
    address = request.client.host if request.client else ""
    if not desk.by_address.lets(address):
        return _told(429, "Too many attempts. Wait a minute.")
    try:
        with desk.database.write() if request.method == "POST" else desk.database.read() as session:
            access = _access(session, request)
            if access is None:
                answer = _told(401, "Sign in with the respondent's code and the secret of its link.")
                answer.headers["WWW-Authenticate"] = 'Basic realm="consultation", charset="UTF-8"'
                return answer
            desk.by_address.forget(address)
            return made(session, desk, request, access, parts)
    except Refused as refusal:
        return _told(403, str(refusal))
    except DataError as error:
        large = any(one.code == "upload-large" for one in error.findings)
        return _told(413 if large else 400, "; ".join(f"{one.place}: {one.fact}" for one in error.findings))
    except Unavailable:
        return _told(503, "The database cannot be used now. Nothing was kept; send it again.")


def _access(session: Session, request: Request) -> AccessRow | None:
    kind, _, told = request.headers.get("authorization", "").partition(" ")
    try:
        name, _, secret = base64.b64decode(told, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    access = access_by_token(session, secret) if kind.lower() == "basic" else None
    if access is None:
        return None
    one = _respondent(session, access)
    return access if one.code == name and one.round_id == request.path_params["round"] else None


def _respondent(session: Session, access: AccessRow) -> RespondentRow:
    return session.execute(select(RespondentRow).where(RespondentRow.id == access.respondent_id)).scalar_one()


@lru_cache(maxsize=16)
def _xform(form: _Hashed) -> bytes:
    from corridors.consult.xform import write_xform

    return write_xform(form.questionnaire)


class _Hashed:
    """A questionnaire that a cache can hold: equal when id and version are."""

    def __init__(self, questionnaire: Questionnaire, round_id: str) -> None:
        self.questionnaire, self.key = questionnaire, (round_id, questionnaire.id, questionnaire.version)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hashed) and self.key == other.key


def _form_list(session: Session, desk: Desk, _: Request, access: AccessRow, __: Parts) -> Response:
    row = session.get_one(RoundRow, _respondent(session, access).round_id)
    form = questionnaire_of(row)
    digest = hashlib.md5(_xform(_Hashed(form, row.id)), usedforsecurity=False).hexdigest()
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<xforms xmlns="http://openrosa.org/xforms/xformsList"><xform>'
        f"<formID>{escape(form.id)}</formID><name>{escape(in_language(form.title, 'en'))}</name>"
        f"<version>{escape(form.version)}</version><hash>md5:{digest}</hash>"
        f"<downloadUrl>{escape(desk.base_url)}/openrosa/{escape(row.id)}/form.xml</downloadUrl></xform></xforms>\n"
    )
    return _rosa(Response(text, media_type="text/xml"), desk)


def _form(session: Session, desk: Desk, _: Request, access: AccessRow, __: Parts) -> Response:
    row = session.get_one(RoundRow, _respondent(session, access).round_id)
    return _rosa(Response(_xform(_Hashed(questionnaire_of(row), row.id)), media_type="text/xml"), desk)


def _submission(session: Session, desk: Desk, request: Request, access: AccessRow, parts: Parts) -> Response:
    if request.method == "HEAD":
        answer = Response(status_code=204, headers={"Location": f"{desk.base_url}{request.url.path}"})
        return _rosa(answer, desk)
    if "xml_submission_file" not in parts:
        raise DataError([Finding("submission-invalid", "submission", "it has no xml_submission_file", _MEND)])
    one = _respondent(session, access)
    row = session.get_one(RoundRow, one.round_id)
    form = questionnaire_of(row)
    instance, values = read_submission(parts["xml_submission_file"][1], form=form)
    act = Act(_sender(access, one), desk.clock())
    reply = session.execute(
        select(ReplyRow).where(ReplyRow.respondent_id == one.id, ReplyRow.instance_id == instance)
    ).scalar_one_or_none()
    if reply is None:
        check_open(session, one, act)
        reply = new_reply(session, one, act, channel="openrosa", instance_id=instance)
        answers = {name: Given(value, None, one.language) for name, value in values.items()}
        save_answers(session, reply, act, answers=answers, sections=access.sections)
    elif {name: kept.value for name, kept in standing_answers(session, reply).items()} != values:
        answer = _told(409, "This instance was sent before with other answers. Both cannot be kept under one name.")
        return _rosa(answer, desk)
    _keep_files(
        session, reply, act, {name: part for name, part in parts.items() if name != "xml_submission_file"}, values
    )
    return _rosa(_told(201, "Received. The Mission clears it on the page."), desk)


def _sender(access: AccessRow, one: RespondentRow) -> str:
    kind = "Mission of" if access.role == "mission" else "ministry of"
    return f"{kind} {one.code}, device"


def _keep_files(session: Session, reply: ReplyRow, act: Act, parts: Parts, values: Mapping[str, str]) -> None:
    held = {kept.checksum for kept in attachments_of(session, reply)}
    by_file = {value: name for name, value in values.items()}
    for file, content in parts.values():
        # A device that lost the connection sends the files again.
        if file in by_file and hashlib.sha256(content).hexdigest() not in held:
            attach(session, reply, act, question=by_file[file], upload=accept_upload(file, content))


def read_submission(raw: bytes, *, form: Questionnaire) -> tuple[str, dict[str, str]]:
    """Identifier of the instance and its answers by question.

    Parameters
    ----------
    raw
        The XML of a filled-in form. Entities, document types and deep or endless trees are refused unread.
    form
        The questionnaire it must answer.

    Raises
    ------
    DataError
        It is no such XML, is of another form or version, or has no instanceID.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    depth = count = 0
    instance, values, root = "", {}, None
    known = {question.name for question in form.questions() if question.kind != "note"}
    try:
        for event, element in iterparse(io.BytesIO(raw), events=("start", "end"), forbid_dtd=True):
            name = element.tag.rsplit("}", 1)[-1]
            if event == "start":
                depth, count = depth + 1, count + 1
                root = element if root is None else root
                if depth > _DEEPEST or count > _MOST_ELEMENTS:
                    _refuse("it is too deep or has too many elements")
                continue
            depth -= 1
            if name == "instanceID":
                instance = (element.text or "").strip()
            elif name in known and len(element) == 0 and (element.text or "").strip():
                values[name] = (element.text or "").strip()
    except (ParseError, DefusedXmlException, UnicodeError, LookupError) as error:
        _refuse(f"it is no XML that is read here: {error}")
    if root is None or (root.get("id"), root.get("version") or "") != (form.id, form.version):
        told = (root.get("id"), root.get("version")) if root is not None else None
        _refuse(f"it answers form {told}, not {form.id!r} in version {form.version!r}")
    if not 8 <= len(instance) <= 128:
        _refuse("it has no instanceID")
    return instance, values


def _refuse(fact: str) -> None:
    raise DataError([Finding("submission-invalid", "submission", fact, _MEND)])


def _told(status: int, message: str) -> Response:
    text = f'<OpenRosaResponse xmlns="http://openrosa.org/http/response"><message>{escape(message)}</message></OpenRosaResponse>'
    return Response(text, status, media_type="text/xml", headers={"X-OpenRosa-Version": "1.0"})


def _rosa(response: Response, desk: Desk) -> Response:
    response.headers["X-OpenRosa-Version"] = "1.0"
    response.headers["X-OpenRosa-Accept-Content-Length"] = str(LARGEST_FILE)
    response.headers["Date"] = format_datetime(desk.clock(), usegmt=True)
    return response
