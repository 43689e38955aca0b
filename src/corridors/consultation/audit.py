"""The audit: every act in one chain of hashes, with the fingerprint of every row that must not change.

A row's hash covers the hash of the row before. Whoever changes, removes or inserts one breaks the chain at that place;
whoever changes an answer, a step or an attachment no longer fits the fingerprint the chain holds. The head of the chain,
written down elsewhere, shows a chain that was cut short or written anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from corridors.concepts.findings import Finding
from corridors.consultation.schema import KEPT, AttachmentRow, AuditRow, Base
from corridors.store.disk import canonical_json

#: What the first row of a chain names as the one before.
BEGINNING = "0" * 64
_MEND = "restore a backup made before, and keep this database as evidence"


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, and when by the server's clock.

    Parameters
    ----------
    who
        Name of a member of the staff, or what kind of link it was and whose.
    at
        The moment.
    """

    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Chain:
    """What a check of the audit found: acts, the hash of the last, and findings where it does not hold."""

    acts: int
    head: str
    findings: tuple[Finding, ...]


def append(
    session: Session,
    act: Act,
    *,
    action: str,
    subject: str,
    detail: dict[str, Any] | None = None,
    rows: Iterable[Base] = (),
) -> AuditRow:
    """Add one act to the chain, with the fingerprints of the rows that it wrote.

    A clock that ran backwards does not turn the order of the acts: a row is never dated before the one ahead of it.
    """
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        # Two acts at a time would both follow the same row; SQLite has one writer anyway.
        session.execute(text("SELECT pg_advisory_xact_lock(5107)"))
    last = session.execute(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1)).scalar_one_or_none()
    told = act.at.astimezone(UTC).isoformat(timespec="microseconds")
    prints = {f"{row.__tablename__}:{row.id}": fingerprint(row) for row in rows}  # type: ignore[attr-defined]
    row = AuditRow(
        seq=last.seq + 1 if last else 1,
        at=max(told, last.at) if last else told,
        who=act.who,
        action=action,
        subject=subject,
        detail=canonical_json({**(detail or {}), **({"prints": prints} if prints else {})}),
        previous=last.hash if last else BEGINNING,
    )
    row.hash = _hash(row)
    session.add(row)
    session.flush()
    return row


def fingerprint(row: Base) -> str:
    """SHA-256 of all that a row says."""
    values: list[object] = []
    for column in row.__table__.columns:
        value = getattr(row, column.key)
        if isinstance(value, bytes):
            value = hashlib.sha256(value).hexdigest()
        elif isinstance(value, datetime):
            value = value.astimezone(UTC).isoformat(timespec="microseconds")
        values.append(value)
    return hashlib.sha256(canonical_json(values).encode()).hexdigest()


def verify(session: Session, *, expected_head: str | None = None) -> Chain:
    """Check the whole chain and every row that it vouches for.

    Parameters
    ----------
    session
        A session on the database.
    expected_head
        A hash written down at an earlier check: it must still be in the chain.
    """
    findings: list[Finding] = []
    try:
        if session.get_bind().dialect.name == "sqlite":
            findings += _damaged_pages(session)
        rows = session.execute(select(AuditRow).order_by(AuditRow.seq)).scalars().all()
        findings += _broken_links(rows)
        findings += _foreign_rows(session, _vouched(rows))
    except (DatabaseError, ValueError, TypeError) as error:
        fact = f"the database cannot be read: {str(error).splitlines()[0]}"
        findings.append(Finding("audit-unreadable", "database", fact, _MEND))
        rows = []
    if expected_head and expected_head not in {row.hash for row in rows}:
        fact = f"no act has the hash {expected_head}"
        findings.append(Finding("audit-cut", "audit, its end", fact, _MEND))
    return Chain(acts=len(rows), head=rows[-1].hash if rows else BEGINNING, findings=tuple(findings))


def _hash(row: AuditRow) -> str:
    said = [row.seq, row.at, row.who, row.action, row.subject, row.detail, row.previous]
    return hashlib.sha256(canonical_json(said).encode()).hexdigest()


def _damaged_pages(session: Session) -> list[Finding]:
    told = [str(row[0]) for row in session.execute(text("PRAGMA integrity_check")).all()]
    return [Finding("audit-unreadable", "database", line, _MEND) for line in told if line != "ok"]


def _broken_links(rows: Sequence[AuditRow]) -> list[Finding]:
    findings: list[Finding] = []
    previous, number = BEGINNING, 0
    for row in rows:
        number += 1
        place = f"audit, row {row.seq} of {row.at}"
        if row.seq != number:
            findings.append(Finding("audit-broken", place, f"row {number} is missing before it", _MEND))
            number = row.seq
        elif row.previous != previous:
            findings.append(Finding("audit-broken", place, "it does not follow from the row before", _MEND))
        if _hash(row) != row.hash:
            findings.append(Finding("audit-broken", place, "what it says is not what was written", _MEND))
        previous = row.hash
    return findings


def _vouched(rows: Sequence[AuditRow]) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for row in rows:
        try:
            prints = json.loads(row.detail)["prints"]
            found |= {str(name): (str(value), row.seq) for name, value in prints.items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            # It wrote no rows; or somebody spoiled it, which its hash shows.
            continue
    return found


def _foreign_rows(session: Session, vouched: dict[str, tuple[str, int]]) -> list[Finding]:
    findings: list[Finding] = []
    met: set[str] = set()
    for table in KEPT:
        for row in session.execute(select(table)).scalars():
            name = f"{table.__tablename__}:{row.id}"  # type: ignore[attr-defined]
            met.add(name)
            place = f"table {table.__tablename__}, row {row.id}"  # type: ignore[attr-defined]
            told = vouched.get(name)
            if told is None:
                findings.append(Finding("audit-foreign", place, "no act of the audit wrote it", _MEND))
            elif fingerprint(row) != told[0] or _content_changed(row):
                fact = f"it is not what act {told[1]} wrote"
                findings.append(Finding("audit-changed", place, fact, _MEND))
    for name, (_, seq) in vouched.items():
        if name not in met:
            table_name, _, number = name.partition(":")
            fact = f"act {seq} wrote it, and it is gone"
            findings.append(Finding("audit-changed", f"table {table_name}, row {number}", fact, _MEND))
    return findings


def _content_changed(row: Base) -> bool:
    return isinstance(row, AttachmentRow) and hashlib.sha256(row.content).hexdigest() != row.checksum
