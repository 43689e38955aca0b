"""The tables of the consultation's database.

Answers, steps, attachments, extensions and codings are only ever added: what was written once stays. The triggers of the
migration refuse anything else.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, LargeBinary, MetaData, String, Text, UniqueConstraint
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """A moment in UTC, kept as text of one width, so that every database sorts it alike."""

    impl = String(32)
    #: Statements with moments in them may be kept compiled.
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The text of a moment."""
        return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The moment of a text."""
        return None if value is None else datetime.fromisoformat(value)


class Base(DeclarativeBase):
    """What all tables share: how Python's types are kept."""

    #: All tables together.
    metadata = MetaData()
    #: Which column keeps which Python type.
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Instant,
        bytes: LargeBinary,
        dict[str, Any]: JSON,
        list[str]: JSON,
        str: Text,
    }


class RoundRow(Base):
    """A round of consultation: its questionnaire as the workbook that was given, its dates, its state."""

    __tablename__ = "round"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[dict[str, Any]]
    form_name: Mapped[str]
    # Large and read seldom: whoever needs them asks for them.
    form: Mapped[bytes] = mapped_column(deferred=True)
    questionnaire: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    questionnaire_checksum: Mapped[str] = mapped_column(String(64))
    members_on: Mapped[str] = mapped_column(String(10))
    cut_off: Mapped[datetime]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class RespondentRow(Base):
    """Who is asked: a Member, an observer or an organization."""

    __tablename__ = "respondent"
    __table_args__ = (UniqueConstraint("round_id", "code"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), index=True)
    code: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str]
    email: Mapped[str | None]
    language: Mapped[str] = mapped_column(String(2))
    clearance_hash: Mapped[str | None]


class AccessRow(Base):
    """A personal link, the Mission's or a ministry's, kept as a hash."""

    __tablename__ = "access"
    id: Mapped[int] = mapped_column(primary_key=True)
    respondent_id: Mapped[int] = mapped_column(ForeignKey("respondent.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    label: Mapped[str]
    sections: Mapped[list[str] | None]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class StaffRow(Base):
    """A person of the Secretariat with roles, a passphrase (hashed) and the secret of a second factor."""

    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    roles: Mapped[list[str]]
    passphrase_hash: Mapped[str]
    second_secret: Mapped[str]
    last_step: Mapped[int]
    made_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class SessionRow(Base):
    """A signed-in browser; its cookie is kept as a hash."""

    __tablename__ = "browser"
    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    access_id: Mapped[int | None] = mapped_column(ForeignKey("access.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    form_key: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]


class LetterRow(Base):
    """An invitation or a reminder that was written to the outbox."""

    __tablename__ = "letter"
    id: Mapped[int] = mapped_column(primary_key=True)
    respondent_id: Mapped[int] = mapped_column(ForeignKey("respondent.id"), index=True)
    wave: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    file: Mapped[str]
    written_at: Mapped[datetime]


class ReplyRow(Base):
    """One reply of a respondent; its state is that of its last step."""

    __tablename__ = "reply"
    id: Mapped[int] = mapped_column(primary_key=True)
    respondent_id: Mapped[int] = mapped_column(ForeignKey("respondent.id"), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    instance_id: Mapped[str | None] = mapped_column(String(128))
    corrects: Mapped[int | None] = mapped_column(ForeignKey("reply.id"))
    state: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    arrived_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("respondent_id", "instance_id"),)


class StepRow(Base):
    """A change of a reply's state: when, by whom, and why."""

    __tablename__ = "step"
    id: Mapped[int] = mapped_column(primary_key=True)
    reply_id: Mapped[int] = mapped_column(ForeignKey("reply.id"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    by: Mapped[str]
    note: Mapped[str]


class AnswerRow(Base):
    """One version of one answer; `parked` ones were written against an older version and wait for the Mission's choice."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("reply_id", "question", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    reply_id: Mapped[int] = mapped_column(ForeignKey("reply.id"), index=True)
    question: Mapped[str] = mapped_column(String(128))
    version: Mapped[int]
    value: Mapped[str]
    language: Mapped[str] = mapped_column(String(2))
    confidentiality: Mapped[str] = mapped_column(String(16))
    public_from: Mapped[str | None] = mapped_column(String(10))
    parked: Mapped[bool]
    at: Mapped[datetime]
    by: Mapped[str]


class AttachmentRow(Base):
    """A file that came with a reply: a scan, or a document for one question."""

    __tablename__ = "attachment"
    id: Mapped[int] = mapped_column(primary_key=True)
    reply_id: Mapped[int] = mapped_column(ForeignKey("reply.id"), index=True)
    question: Mapped[str] = mapped_column(String(128))
    name: Mapped[str]
    media_type: Mapped[str] = mapped_column(String(128))
    checksum: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(deferred=True)
    at: Mapped[datetime]
    by: Mapped[str]


class ExtensionRow(Base):
    """A later deadline for one respondent, with the request it answers."""

    __tablename__ = "extension"
    id: Mapped[int] = mapped_column(primary_key=True)
    respondent_id: Mapped[int] = mapped_column(ForeignKey("respondent.id"), index=True)
    until: Mapped[datetime]
    request: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]


class CodebookRow(Base):
    """A version of the codes for the free text of one question."""

    __tablename__ = "codebook"
    __table_args__ = (UniqueConstraint("round_id", "question", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"))
    question: Mapped[str] = mapped_column(String(128))
    version: Mapped[int]
    codes: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    by: Mapped[str]


class CodingRow(Base):
    """The code that one coder gave to one answer, or, when `final`, the adjudicator's decision."""

    __tablename__ = "coding"
    __table_args__ = (UniqueConstraint("answer_id", "codebook_id", "by"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"), index=True)
    codebook_id: Mapped[int] = mapped_column(ForeignKey("codebook.id"))
    code: Mapped[str] = mapped_column(String(64))
    final: Mapped[bool]
    at: Mapped[datetime]
    by: Mapped[str]


class AuditRow(Base):
    """One act. Each row's hash covers the one before, so that nothing can be changed or taken out unseen."""

    __tablename__ = "audit"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(32))
    who: Mapped[str]
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str]
    detail: Mapped[str]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


#: Tables whose rows are never changed nor removed; the audit carries the fingerprint of each row.
KEPT: tuple[type[Base], ...] = (
    StepRow, AnswerRow, AttachmentRow, ExtensionRow, CodebookRow, CodingRow,
)  # fmt: skip
