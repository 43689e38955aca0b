"""Rounds: who is asked, by which letters, until when, and who is still silent."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from corridors.concepts.areas import area_name
from corridors.concepts.findings import DataError, Finding, Refused, raise_if_any
from corridors.concepts.membership import un_members
from corridors.consult.values import LANGUAGES, Questionnaire
from corridors.consultation.audit import Act, append
from corridors.consultation.forms import as_kept, checksum_of, in_language
from corridors.consultation.keys import give_access, new_clearance_code, slow_hash
from corridors.consultation.letters import Letter, compose, write_letters
from corridors.consultation.schema import ExtensionRow, LetterRow, ReplyRow, RespondentRow, RoundRow

_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


@dataclass(frozen=True, slots=True)
class Form:
    """A questionnaire with the workbook it was read from."""

    questionnaire: Questionnaire
    file: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Post:
    """How letters leave: the outbox folder, the sender's address, and the address of the server in links."""

    outbox: Path
    sender: str
    base_url: str


def new_round(session: Session, name: str, act: Act, *, form: Form, members_on: date, cut_off: datetime) -> RoundRow:
    """Open a round and put down as respondents the Members of a day.

    Raises
    ------
    ValueError
        The name is taken or odd, or the cut-off has passed.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name):
        raise ValueError("a round's name is of letters, digits, - and _; it starts with a letter or digit")
    if session.get(RoundRow, name):
        raise ValueError(f"round {name} is there already")
    if cut_off <= act.at:
        raise ValueError(f"the cut-off {cut_off.isoformat()} has passed")
    kept = as_kept(form.questionnaire)
    row = RoundRow(
        id=name,
        title=dict(form.questionnaire.title),
        form_name=form.file,
        form=form.content,
        questionnaire=kept,
        questionnaire_checksum=checksum_of(kept),
        members_on=members_on.isoformat(),
        cut_off=cut_off,
        opened_at=act.at,
        closed_at=None,
    )
    session.add(row)
    session.flush()
    members = un_members(members_on)
    session.add_all(_respondent(row, code, kind="member", name=area_name(code), email=None) for code in members)
    told = {"members": len(members), "members_on": row.members_on, "cut_off": cut_off.isoformat()}
    told["questionnaire"] = row.questionnaire_checksum
    append(session, act, action="round opened", subject=name, detail=told)
    return row


def the_round(session: Session, name: str) -> RoundRow:
    """The round of a name.

    Raises
    ------
    ValueError
        There is none.
    """
    found = session.get(RoundRow, name)
    if found is None:
        there = session.execute(select(RoundRow.id).order_by(RoundRow.id)).scalars().all()
        raise ValueError(f"no round {name!r}; there are {', '.join(there) or 'none'}")
    return found


def the_respondent(session: Session, round_id: str, code: str) -> RespondentRow:
    """The respondent of a code.

    Raises
    ------
    ValueError
        The round did not ask it.
    """
    found = session.execute(
        select(RespondentRow).where(RespondentRow.round_id == round_id, RespondentRow.code == code)
    ).scalar_one_or_none()
    if found is None:
        raise ValueError(f"round {round_id} does not ask {code!r}; `corridors consult status` lists whom it asks")
    return found


def respondents(session: Session, round_id: str) -> list[RespondentRow]:
    """Everybody a round asks, by class and code."""
    asked = select(RespondentRow).where(RespondentRow.round_id == round_id)
    return list(session.execute(asked.order_by(RespondentRow.kind, RespondentRow.code)).scalars())


def hold(session: Session, one: RespondentRow) -> None:
    """Let nobody else write for this respondent until the session is over; SQLite has one writer anyway."""
    session.execute(select(RespondentRow.id).where(RespondentRow.id == one.id).with_for_update())


_COLUMNS = ("code", "kind", "name", "email", "language")


def import_contacts(session: Session, row: RoundRow, act: Act, *, raw: bytes, file: str) -> int:
    """Take a contact list: addresses and languages of those who are asked, observers and organizations to be added.

    Parameters
    ----------
    session, row, act
        The database, the round, and who does it when.
    raw, file
        CSV with the columns code, kind, name, email, language; a Member must have been one on the day of the round.

    Raises
    ------
    DataError
        Rows that cannot be taken; then none is.
    """
    try:
        reader = csv.DictReader(io.StringIO(raw.decode("utf-8-sig")))
        lines = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError([Finding("contact-invalid", file, f"it is no CSV in UTF-8: {error}", "save it so")]) from error
    missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        fact = f"columns {', '.join(missing)} are missing"
        raise DataError([Finding("contact-invalid", file, fact, f"its columns are {', '.join(_COLUMNS)}")])
    known = {one.code: one for one in respondents(session, row.id)}
    findings, seen = [], set()
    for number, line in enumerate(lines, start=2):
        findings += _contact_findings(row, line, known=set(known), place=f"{file}, row {number}")
        if line["code"] in seen:
            fact = f"{line['code']!r} stands in it twice"
            findings.append(
                Finding("contact-invalid", f"{file}, row {number}", fact, "keep one row, addresses joined by ;")
            )
        seen.add(line["code"])
    raise_if_any(findings)
    for line in lines:
        one = known.get(line["code"])
        if one is None:
            one = _respondent(row, line["code"], kind=line["kind"], name=line["name"], email=None)
            session.add(one)
        one.email, one.language = line["email"].strip() or None, line["language"] or "en"
    append(session, act, action="contacts imported", subject=row.id, detail={"file": file, "contacts": len(lines)})
    return len(lines)


def _contact_findings(row: RoundRow, line: dict[str, str], *, known: set[str], place: str) -> list[Finding]:
    facts = []
    if any(line[name] is None for name in _COLUMNS):
        return [Finding("contact-invalid", place, "it has fewer cells than the header", "fill the row")]
    if line["kind"] not in ("member", "observer", "organization"):
        facts.append(f"kind {line['kind']!r} is none of member, observer, organization")
    elif line["kind"] == "member" and line["code"] not in known:
        fact = f"{line['code']!r} was no Member on {row.members_on}"
        return [Finding("respondent-not-member", place, fact, "enter it as an observer, or take it out")]
    if not re.fullmatch(r"[A-Za-z0-9-]{2,32}", line["code"]):
        facts.append(f"code {line['code']!r} is not of 2 to 32 letters, digits and -")
    if line["language"] not in (*LANGUAGES, ""):
        facts.append(f"language {line['language']!r} is none of {', '.join(LANGUAGES)}")
    facts += [
        f"{one.strip()!r} is no address" for one in line["email"].split(";") if one.strip() and not _is_address(one)
    ]
    return [Finding("contact-invalid", place, fact, "mend the row") for fact in facts]


def _is_address(text: str) -> bool:
    return bool(_ADDRESS.fullmatch(text.strip()))


def _respondent(row: RoundRow, code: str, *, kind: str, name: str, email: str | None) -> RespondentRow:
    return RespondentRow(
        round_id=row.id, code=code, kind=kind, name=name, email=email, language="en", clearance_hash=None
    )  # fmt: skip


def clearance_codes(session: Session, row: RoundRow, act: Act, *, codes: Iterable[str] | None = None) -> dict[str, str]:
    """New codes for the notes verbales, by respondent; the old ones end. Only hashes are kept.

    Parameters
    ----------
    session, row, act
        The database, the round, and who does it when.
    codes
        Respondents who get one; those who have none when nothing is said.
    """
    chosen = set(codes) if codes is not None else None
    made = {}
    for one in respondents(session, row.id):
        if one.code in chosen if chosen is not None else one.clearance_hash is None:
            made[one.code] = new_clearance_code()
            one.clearance_hash = slow_hash(made[one.code])
    append(session, act, action="clearance codes made", subject=row.id, detail={"respondents": sorted(made)})
    return made


def send_wave(
    session: Session, row: RoundRow, act: Act, *, wave: int, post: Post, note: dict[str, str] | None = None
) -> list[Letter]:
    """Write the letters of a wave: the first invites everybody with an address, later ones remind the silent.

    Raises
    ------
    Refused
        The round is closed.
    ValueError
        The wave is below 1, or the first was not sent before a later one.
    """
    if row.closed_at is not None:
        raise Refused(f"round {row.id} was closed at {row.closed_at.isoformat()}")
    sent = session.execute(
        select(func.max(LetterRow.wave)).join(RespondentRow).where(RespondentRow.round_id == row.id)
    ).scalar_one()
    if wave < 1 or wave > (sent or 0) + 1:
        raise ValueError(f"waves are numbered from 1 on; the next is {(sent or 0) + 1}, not {wave}")
    kind = "invitation" if wave == 1 else "reminder"
    asked = respondents(session, row.id) if wave == 1 else silent(session, row)
    letters = [_letter(session, row, one, act, wave=wave, post=post, note=note or {}) for one in asked if one.email]
    append(session, act, action=f"{kind}s written", subject=row.id, detail={"wave": wave, "letters": len(letters)})
    write_letters(post.outbox, letters, sender=post.sender, at=act.at)
    return letters


def _letter(  # noqa: PLR0913  # one letter needs all that a wave says
    session: Session,
    row: RoundRow,
    one: RespondentRow,
    act: Act,
    *,
    wave: int,
    post: Post,
    note: dict[str, str],
) -> Letter:
    token = give_access(session, one, act, label="Mission", sections=None)
    facts = {
        "title": in_language(row.title, one.language),
        "cut_off": deadline(session, one, row).date().isoformat(),
        "link": f"{post.base_url}/in/{token}",
        "note": in_language(note, one.language),
    }
    letter = compose(
        wave=wave,
        code=one.code,
        name=name_in(one.kind, one.code, one.name, language=one.language),
        email=one.email or "",
        language=one.language,
        facts=facts,
    )
    kind = "invitation" if wave == 1 else "reminder"
    session.add(LetterRow(respondent_id=one.id, wave=wave, kind=kind, file=letter.file, written_at=act.at))
    return letter


def name_in(kind: str, code: str, name: str, *, language: str) -> str:
    """Name of a respondent to print: a Member's in the language, anybody else's as it was entered."""
    chosen = [one for one in LANGUAGES if one == language]
    return area_name(code, language=chosen[0]) if kind == "member" and chosen else name


def silent(session: Session, row: RoundRow) -> list[RespondentRow]:
    """Those from whom no reply stands that was cleared."""
    answered = set(
        session.execute(
            select(ReplyRow.respondent_id)
            .join(RespondentRow)
            .where(RespondentRow.round_id == row.id, ReplyRow.state.in_(("cleared", "received", "accepted")))
        ).scalars()
    )
    return [one for one in respondents(session, row.id) if one.id not in answered]


def deadline(session: Session, one: RespondentRow, row: RoundRow) -> datetime:
    """Last moment for one respondent: the round's cut-off, or the latest extension."""
    granted = session.execute(select(ExtensionRow).where(ExtensionRow.respondent_id == one.id)).scalars()
    return max([row.cut_off, *(extension.until for extension in granted)])


def extend(session: Session, one: RespondentRow, act: Act, *, until: datetime, request: str) -> ExtensionRow:
    """Give one respondent more time, with the request it answers on record.

    Raises
    ------
    ValueError
        No request is named, or the moment has passed.
    """
    if not request.strip():
        raise ValueError("an extension names the request it answers: the note's number and date")
    if until <= act.at:
        raise ValueError(f"{until.isoformat()} has passed")
    row = ExtensionRow(respondent_id=one.id, until=until, request=request.strip(), at=act.at, by=act.who)
    session.add(row)
    session.flush()
    append(session, act, action="deadline extended", subject=one.code, detail={"until": until.isoformat()}, rows=[row])
    return row


def close(session: Session, row: RoundRow, act: Act) -> None:
    """Close a round: nothing more is taken in.

    Raises
    ------
    Refused
        It is closed already.
    """
    if row.closed_at is not None:
        raise Refused(f"round {row.id} was closed at {row.closed_at.isoformat()}")
    row.closed_at = act.at
    append(session, act, action="round closed", subject=row.id)
