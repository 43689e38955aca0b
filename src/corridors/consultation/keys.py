"""Keys: personal links, passphrases, second factors and signed-in browsers. Only their hashes are kept.

A link holds 192 random bits, so a plain SHA-256 of it is safe to keep; what people choose or type is hashed by Argon2.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from corridors.concepts.findings import Refused
from corridors.consultation.audit import Act, append
from corridors.consultation.schema import AccessRow, RespondentRow, SessionRow, StaffRow

StaffRole = Literal["officer", "clerk", "confirmer", "coder", "adjudicator", "auditor"]
#: How long a browser stays signed in without being used.
SIGNED_IN = timedelta(hours=2)
SHORTEST_PASSPHRASE = 12
_STEP = 30


def new_token() -> str:
    """A new secret of 192 bits, as it stands in a link."""
    return secrets.token_urlsafe(24)


def token_hash(token: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_clearance_code() -> str:
    """A code for the note verbale: twelve letters and digits that cannot be mistaken, 58 bits, hashed by Argon2."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))


def slow_hash(secret: str) -> str:
    """Argon2 hash of a passphrase or a clearance code."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(secret)


def matches(kept: str | None, secret: str) -> bool:
    """Whether a secret is the one whose Argon2 hash was kept."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(kept or slow_hash(new_token()), secret) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def access_by_token(session: Session, token: str) -> AccessRow | None:
    """The access that a link opens; None when there is none or it was revoked."""
    found = session.execute(select(AccessRow).where(AccessRow.token_hash == token_hash(token))).scalar_one_or_none()
    return found if found and found.revoked_at is None else None


def give_access(
    session: Session, respondent: RespondentRow, act: Act, *, label: str, sections: list[str] | None
) -> str:
    """Make a link, the Mission's (no sections named) or a ministry's, and return its secret, which is not kept."""
    token = new_token()
    role = "mission" if sections is None else "ministry"
    row = AccessRow(
        respondent_id=respondent.id,
        role=role,
        label=label,
        sections=sections,
        token_hash=token_hash(token),
        made_at=act.at,
        revoked_at=None,
        done_at=None,
    )
    session.add(row)
    session.flush()
    told = {"access": row.id, "role": role, "label": label, "sections": sections}
    append(session, act, action="link made", subject=respondent.code, detail=told)
    return token


def add_staff(
    session: Session, name: str, act: Act, *, roles: list[str], passphrase: str, second_secret: str | None = None
) -> str:
    """Add a person of the Secretariat; returns the secret of the second factor, to be put into an authenticator.

    Raises
    ------
    ValueError
        A role is unknown, or the passphrase is short.
    """
    from pyotp import random_base32

    unknown = sorted(set(roles) - set(get_args(StaffRole)))
    if unknown or not roles:
        raise ValueError(f"roles are {', '.join(get_args(StaffRole))}; not {', '.join(unknown) or 'none'}")
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise ValueError(f"a passphrase has at least {SHORTEST_PASSPHRASE} characters")
    if session.execute(select(StaffRow).where(StaffRow.name == name)).first():
        raise ValueError(f"{name} is there already")
    secret = second_secret or random_base32()
    session.add(
        StaffRow(
            name=name,
            roles=sorted(roles),
            passphrase_hash=slow_hash(passphrase),
            second_secret=secret,
            last_step=0,
            made_at=act.at,
            disabled_at=None,
        )
    )
    append(session, act, action="staff added", subject=name, detail={"roles": sorted(roles)})
    return secret


def staff_by_secrets(session: Session, name: str, *, passphrase: str, code: str, at: datetime) -> StaffRow | None:
    """The person whose passphrase and one-time code these are; a code is good once."""
    from pyotp import TOTP

    found = session.execute(select(StaffRow).where(StaffRow.name == name)).scalar_one_or_none()
    right = matches(found.passphrase_hash if found else None, passphrase)
    if found is None or not right or found.disabled_at is not None:
        return None
    now = int(at.timestamp()) // _STEP
    for step in (now - 1, now, now + 1):
        if step > found.last_step and hmac.compare_digest(TOTP(found.second_secret).at(step * _STEP), code.strip()):
            found.last_step = step
            return found
    return None


def must_have(staff: StaffRow, role: StaffRole) -> None:
    """Refuse whoever does not have a role.

    Raises
    ------
    Refused
        The person has other roles.
    """
    if role not in staff.roles:
        raise Refused(f"{staff.name} is {', '.join(staff.roles)}, and this is for {role}s")


def sign_in(
    session: Session, *, at: datetime, access: AccessRow | None = None, staff: StaffRow | None = None
) -> tuple[str, SessionRow]:
    """Open a browser session; returns the cookie's secret and the row."""
    secret = new_token()
    row = SessionRow(
        key_hash=token_hash(secret),
        access_id=access.id if access else None,
        staff_id=staff.id if staff else None,
        form_key=new_token(),
        expires_at=at + SIGNED_IN,
    )
    session.add(row)
    return secret, row


def signed_in(session: Session, secret: str, *, at: datetime) -> SessionRow | None:
    """The open session of a cookie; None when it is unknown or over."""
    found = session.get(SessionRow, token_hash(secret))
    return found if found and found.expires_at > at else None


@dataclass(slots=True)
class Turnstile:
    """Lets so many attempts through in so many seconds, by key; it remembers at most `room` keys."""

    attempts: int
    seconds: float
    room: int = 10_000
    _seen: OrderedDict[str, list[float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def lets(self, key: str) -> bool:
        """Whether one more attempt is let through; it is counted when it is."""
        now = time.monotonic()
        with self._lock:
            recent = [when for when in self._seen.pop(key, []) if when > now - self.seconds]
            allowed = len(recent) < self.attempts
            self._seen[key] = [*recent, now] if allowed else recent
            while len(self._seen) > self.room:
                self._seen.popitem(last=False)
        return allowed

    def forget(self, key: str) -> None:
        """Forget the attempts of a key that turned out to be right."""
        with self._lock:
            self._seen.pop(key, None)
