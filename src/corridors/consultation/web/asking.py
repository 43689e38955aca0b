"""One request as the pages see it: who asks, in which language, with which form; and the ways in which it can fail."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from corridors.consult.values import LANGUAGES
from corridors.consultation.audit import Act
from corridors.consultation.database import Database
from corridors.consultation.keys import SIGNED_IN, Turnstile, signed_in
from corridors.consultation.schema import AccessRow, RespondentRow, RoundRow, SessionRow, StaffRow

COOKIE, LANGUAGE_COOKIE = "corridors_consultation", "corridors_language"
_MOST_FIELDS, _MOST_FILES = 2_000, 20


class Trouble(Exception):
    """A request that ends in a page with a status and nothing done."""

    def __init__(self, status: int, detail: str = "") -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


@dataclass(frozen=True, slots=True)
class Desk:
    """What every page needs.

    Parameters
    ----------
    database
        Where everything is kept.
    clock
        The server's clock; no other is believed.
    base_url
        Address under which the server is reached.
    by_address, by_name, by_code, by_browser
        Limits of attempts: links by network address, sign-ins by name, clearance codes by respondent, saves by browser.
    """

    database: Database
    clock: Callable[[], datetime]
    base_url: str
    by_address: Turnstile = field(default_factory=lambda: Turnstile(120, 60))
    by_name: Turnstile = field(default_factory=lambda: Turnstile(5, 60))
    by_code: Turnstile = field(default_factory=lambda: Turnstile(5, 600))
    by_browser: Turnstile = field(default_factory=lambda: Turnstile(600, 60))


@dataclass(frozen=True, slots=True)
class Posted:
    """Fields and files of a posted form."""

    fields: Mapping[str, tuple[str, ...]]
    files: Mapping[str, tuple[str, bytes]]

    def one(self, name: str) -> str:
        """The single value of a field; blank when it is not there."""
        return self.fields.get(name, ("",))[0]


@dataclass(frozen=True, slots=True)
class Ask:
    """A request, read whole."""

    desk: Desk
    path: str
    parts: Mapping[str, str]
    query: Mapping[str, str]
    cookies: Mapping[str, str]
    address: str
    accepts: str
    posted: Posted | None

    def act(self, who: str) -> Act:
        """Who does something now."""
        return Act(who, self.desk.clock())

    def number(self, name: str) -> int:
        """A part of the path that is a number."""
        text = self.parts[name]
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise Trouble(404)
        return int(text)


@dataclass(frozen=True, slots=True)
class Guest:
    """Who asks: a respondent's Mission or ministry, or a person of the Secretariat."""

    row: SessionRow
    access: AccessRow | None = None
    respondent: RespondentRow | None = None
    round: RoundRow | None = None
    staff: StaffRow | None = None

    @property
    def who(self) -> str:
        """How the audit calls them. Ministries choose their labels, so these never stand first."""
        if self.staff is not None:
            return self.staff.name
        if self.access is None or self.respondent is None:
            raise Trouble(403)
        code = self.respondent.code
        return f"Mission of {code}" if self.access.role == "mission" else f"ministry of {code}: {self.access.label}"


async def read_request(request: Request, desk: Desk) -> Ask:
    """Read a request whole, so that nothing is done for half of one."""
    posted = None
    if request.method == "POST":
        _same_site(request, desk)
        posted = await _read_form(request)
    return Ask(
        desk=desk,
        path=request.url.path,
        parts=dict(request.path_params),
        query=dict(request.query_params),
        cookies=dict(request.cookies),
        address=request.client.host if request.client else "",
        accepts=request.headers.get("accept-language", ""),
        posted=posted,
    )


def _same_site(request: Request, desk: Desk) -> None:
    # Under `no-referrer` browsers send `Origin: null` with forms; they still tell the site in Sec-Fetch-Site.
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = {urlsplit(desk.base_url).netloc, request.headers.get("host", "")}
    if site not in (None, "same-origin", "none") or (
        origin not in (None, "null") and urlsplit(origin).netloc not in own
    ):
        raise Trouble(403)


async def _read_form(request: Request) -> Posted:
    form: FormData = await request.form(max_fields=_MOST_FIELDS, max_files=_MOST_FILES, max_part_size=1024 * 1024)
    fields: dict[str, tuple[str, ...]] = {}
    files: dict[str, tuple[str, bytes]] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                files[name] = (value.filename, await value.read())
        else:
            fields[name] = (*fields.get(name, ()), value.replace("\r\n", "\n"))
    await form.close()
    return Posted(fields, files)


def language_of(ask: Ask, guest: Guest | None = None) -> str:
    """The language of the page: as chosen, else the respondent's, else the first the browser accepts, else English."""
    wanted = [ask.query.get("lang", ""), ask.cookies.get(LANGUAGE_COOKIE, "")]
    if guest and guest.respondent:
        wanted.append(guest.respondent.language)
    wanted += [part.split(";")[0].strip()[:2] for part in ask.accepts.split(",")]
    return next((one for one in wanted if one in LANGUAGES), "en")


def guest_of(session: Session, ask: Ask) -> Guest:
    """Who asks; on a posted form, proved by the key that only this browser's own pages carry.

    Raises
    ------
    Trouble
        Nobody is signed in, a link was revoked, or the form came from elsewhere.
    """
    now = ask.desk.clock()
    row = signed_in(session, ask.cookies.get(COOKIE, ""), at=now)
    if row is None:
        raise Trouble(403)
    if ask.posted is not None:
        if not hmac.compare_digest(ask.posted.one("key").encode(), row.form_key.encode()):
            raise Trouble(403)
        if not ask.desk.by_browser.lets(row.key_hash):
            raise Trouble(429)
        row.expires_at = now + SIGNED_IN
    if row.staff_id is not None:
        staff = session.get(StaffRow, row.staff_id)
        if staff is None or staff.disabled_at is not None:
            raise Trouble(403)
        return Guest(row, staff=staff)
    access = session.get(AccessRow, row.access_id)
    if access is None or access.revoked_at is not None:
        raise Trouble(403)
    respondent = session.execute(select(RespondentRow).where(RespondentRow.id == access.respondent_id)).scalar_one()
    return Guest(row, access=access, respondent=respondent, round=session.get(RoundRow, respondent.round_id))
