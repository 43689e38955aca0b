"""The nouns of `corridors consult` that work on the consultation's own database."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.cli.printing import DONE, FINDINGS, print_json

if TYPE_CHECKING:
    from corridors.consult.values import Consultation, Questionnaire

_Nouns = argparse._SubParsersAction


def add_desk(nouns: _Nouns[argparse.ArgumentParser]) -> None:
    """Add the nouns of the application to `corridors consult`."""
    _add_opening(nouns)
    _add_people(nouns)
    _add_waves(nouns)
    _add_taking(nouns)
    _add_keeping(nouns)


def _noun(nouns: _Nouns[argparse.ArgumentParser], name: str, text: str) -> argparse.ArgumentParser:
    noun = nouns.add_parser(name, help=text[0].lower() + text[1:].rstrip("."), description=text)
    desk_options(noun)
    return noun


def desk_options(noun: argparse.ArgumentParser) -> None:
    """Options of every noun that works on the database."""
    noun.add_argument(
        "--folder",
        type=Path,
        default=Path("consultation"),
        metavar="DIR",
        help="folder of the database and the outbox (default: %(default)s)",
    )
    noun.add_argument("--json", action="store_true", help="print one JSON object for machines")
    noun.add_argument("--findings", metavar="FILE", help="also write findings to FILE as CSV")


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), tzinfo=UTC)


def _add_opening(nouns: _Nouns[argparse.ArgumentParser]) -> None:
    noun = _noun(nouns, "new", "Open a round with its questionnaire and the Members of a day.")
    noun.add_argument("round", metavar="ROUND", help="name of the round")
    noun.add_argument("--form", type=Path, required=True, metavar="F.xlsx", help="the questionnaire as XLSForm")
    noun.add_argument("--members-on", type=_day, required=True, metavar="DAY", help="day whose Members are asked")
    noun.add_argument("--cut-off", type=_day, required=True, metavar="DAY", help="last day for clearance")
    noun.set_defaults(run=_new)
    noun = _noun(nouns, "contacts", "Import a contact list: addresses, languages, observers, organizations.")
    noun.add_argument("round", metavar="ROUND", help="name of the round")
    noun.add_argument("file", type=Path, metavar="FILE", help="CSV: code, kind, name, email, language")
    noun.set_defaults(run=_contacts)
    noun = _noun(nouns, "codes", "Make clearance codes for the notes verbales; they are shown this once.")
    noun.add_argument("round", metavar="ROUND", help="name of the round")
    noun.add_argument("--out", type=Path, required=True, metavar="F", help="CSV to write, for your eyes only")
    noun.add_argument("--for", dest="codes", nargs="+", metavar="CODE", help="only these, replacing theirs")
    noun.set_defaults(run=_codes)


def _new(chosen: argparse.Namespace) -> int:
    from corridors.consultation.desk import desk_database, officer, read_form
    from corridors.consultation.rounds import new_round, respondents

    form = read_form(chosen.form)
    with desk_database(chosen.folder) as database, database.write() as session:
        row = new_round(
            session,
            chosen.round,
            officer(),
            form=form,
            members_on=chosen.members_on,
            cut_off=_end_of(chosen.cut_off),
        )
        asked = len(respondents(session, row.id))
    return _say(chosen, {"round": chosen.round, "members": asked}, f"round {chosen.round}: {asked} Members are asked")


def _contacts(chosen: argparse.Namespace) -> int:
    from corridors.consultation.desk import desk_database, officer, read_bytes
    from corridors.consultation.rounds import import_contacts, the_round

    raw = read_bytes(chosen.file)
    with desk_database(chosen.folder) as database, database.write() as session:
        row = the_round(session, chosen.round)
        taken = import_contacts(session, row, officer(), raw=raw, file=chosen.file.name)
    return _say(chosen, {"rows": taken}, f"{taken} contacts taken")


def _codes(chosen: argparse.Namespace) -> int:
    from corridors.consultation.desk import codes_file, desk_database, officer, write_secret
    from corridors.consultation.rounds import clearance_codes, the_respondent, the_round

    with desk_database(chosen.folder) as database, database.write() as session:
        for code in chosen.codes or ():
            the_respondent(session, chosen.round, code)
        made = clearance_codes(session, the_round(session, chosen.round), officer(), codes=chosen.codes)
        write_secret(chosen.out, codes_file(made))
    return _say(chosen, {"codes": len(made), "file": str(chosen.out)}, f"{chosen.out}: {len(made)} codes")


def _add_people(nouns: _Nouns[argparse.ArgumentParser]) -> None:
    noun = _noun(nouns, "staff", "Add a person of the Secretariat; the passphrase is asked for.")
    noun.add_argument("name", metavar="NAME", help="name to sign in by")
    noun.add_argument(
        "--role",
        action="append",
        required=True,
        metavar="R",
        help="officer, clerk, confirmer, coder, adjudicator or auditor; may be given again",
    )
    noun.set_defaults(run=_staff)


def _staff(chosen: argparse.Namespace) -> int:
    from pyotp import TOTP

    from corridors.consultation.desk import desk_database, officer
    from corridors.consultation.keys import add_staff

    passphrase = _secret("passphrase: ")
    with desk_database(chosen.folder) as database, database.write() as session:
        secret = add_staff(session, chosen.name, officer(), roles=chosen.role, passphrase=passphrase)
    link = TOTP(secret).provisioning_uri(name=chosen.name, issuer_name="Corridors consultation")
    return _say(chosen, {"name": chosen.name, "authenticator": link}, f"put into the authenticator, once: {link}")


def _secret(asked: str) -> str:
    import getpass
    import sys

    # A file or another program may give it on standard input; an argument would be seen by everybody on the machine.
    return getpass.getpass(asked) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def _add_waves(nouns: _Nouns[argparse.ArgumentParser]) -> None:
    for name, text in (
        ("invite", "Write the letters of a wave into the outbox."),
        ("remind", "Write reminders to the silent into the outbox."),
    ):
        noun = _noun(nouns, name, text)
        noun.add_argument("round", metavar="ROUND", help="name of the round")
        noun.add_argument("--wave", type=int, required=name == "invite", metavar="N", help="number of the wave")
        noun.add_argument("--base-url", required=True, metavar="URL", help="address of the server, in the links")
        noun.add_argument("--sender", required=True, metavar="ADDRESS", help="address the letters come from")
        noun.add_argument("--note", type=Path, metavar="F", help="words of this wave: JSON, a text by language")
        if name == "remind":
            noun.add_argument("--silent", action="store_true", help="those from whom no cleared reply stands (always)")
        noun.set_defaults(run=_wave)


def _wave(chosen: argparse.Namespace) -> int:
    import json

    from sqlalchemy import func, select

    from corridors.consultation.desk import desk_database, officer, read_bytes
    from corridors.consultation.rounds import Post, send_wave, the_round
    from corridors.consultation.schema import LetterRow, RespondentRow

    try:
        note = json.loads(read_bytes(chosen.note)) if chosen.note else None
    except ValueError as error:
        raise ValueError(f"{chosen.note} is no JSON: {error}") from error
    post = Post(chosen.folder / "outbox", chosen.sender, chosen.base_url.rstrip("/"))
    with desk_database(chosen.folder) as database, database.write() as session:
        row = the_round(session, chosen.round)
        asked = select(func.max(LetterRow.wave)).join(RespondentRow).where(RespondentRow.round_id == row.id)
        wave = chosen.wave or (session.execute(asked).scalar_one() or 0) + 1
        letters = send_wave(session, row, officer(), wave=wave, post=post, note=note)
    said = f"wave {wave}: {len(letters)} letters in {post.outbox}"
    return _say(chosen, {"wave": wave, "letters": [letter.file for letter in letters]}, said)


def _add_taking(nouns: _Nouns[argparse.ArgumentParser]) -> None:
    noun = _noun(nouns, "status", "Who has answered and who has not.")
    noun.add_argument("round", metavar="ROUND", help="name of the round")
    noun.set_defaults(run=_status)
    noun = _noun(
        nouns, "enter", "Enter a reply on paper from a table of answers and a scan; a second person confirms it."
    )
    noun.add_argument("round", metavar="ROUND", help="name of the round")
    noun.add_argument("code", metavar="CODE", help="whose reply it is")
    noun.add_argument("--answers", type=Path, required=True, metavar="F.csv", help="columns question and value")
    noun.add_argument("--scan", type=Path, required=True, metavar="F", help="the reply as PDF or picture")
    noun.add_argument("--arrived", type=_day, required=True, metavar="DAY", help="day it reached the Secretariat")
    noun.add_argument("--as", dest="name", required=True, metavar="NAME", help="the entry clerk; secrets are asked for")
    noun.set_defaults(run=_enter)
    noun = _noun(nouns, "extend", "Give one respondent more time, with the request it answers.")
    noun.add_argument("round", metavar="ROUND", help="name of the round")
    noun.add_argument("code", metavar="CODE", help="respondent")
    noun.add_argument("--until", type=_day, required=True, metavar="DAY", help="its last day")
    noun.add_argument("--request", required=True, metavar="TEXT", help="number and date of the note that asked")
    noun.set_defaults(run=_extend)
    noun = _noun(nouns, "close", "Close a round: nothing more is taken in.")
    noun.add_argument("round", metavar="ROUND", help="name of the round")
    noun.set_defaults(run=_close)
    noun = _noun(nouns, "publish", "Put what may be published of a round into the store as a vintage of VIEWS.")
    noun.add_argument("round", metavar="ROUND", help="name of the round")
    noun.add_argument("--store", default="store", metavar="DIR", help="folder of the vintages (default: %(default)s)")
    noun.add_argument("--on", type=_day, metavar="DAY", help="day of publication (default: today)")
    noun.add_argument("--released", type=_day, metavar="DAY", help="day on which the report came out, if it has")
    noun.set_defaults(run=_publish)


def _status(chosen: argparse.Namespace) -> int:
    from dataclasses import asdict

    from corridors.consultation.desk import desk_database
    from corridors.consultation.results import board, counts
    from corridors.consultation.rounds import the_round

    with desk_database(chosen.folder) as database, database.read() as session:
        standings = board(session, the_round(session, chosen.round))
    if chosen.json:
        print_json({"counts": counts(standings), "respondents": [asdict(one) for one in standings]})
        return DONE
    for one in standings:
        print(f"{one.kind:<13} {one.code:<10} {one.state:<14} wave {one.waves}  {one.name}")
    for kind, states in counts(standings).items():
        print(f"{kind}: " + ", ".join(f"{count} {state}" for state, count in states.items()))
    return DONE


def _enter(chosen: argparse.Namespace) -> int:
    from corridors.consultation.desk import desk_database, enter_from_files

    who = (chosen.name, _secret("passphrase: "), _secret("one-time code: "))
    with desk_database(chosen.folder) as database:
        reply = enter_from_files(
            database, chosen.round, chosen.code, files=(chosen.answers, chosen.scan), arrived=chosen.arrived, who=who
        )
    return _say(chosen, {"reply": reply.id}, f"reply {reply.id} waits for a second person to confirm it")


def _extend(chosen: argparse.Namespace) -> int:
    from corridors.consultation.desk import desk_database, officer
    from corridors.consultation.rounds import extend, the_respondent

    with desk_database(chosen.folder) as database, database.write() as session:
        one = the_respondent(session, chosen.round, chosen.code)
        extend(session, one, officer(), until=_end_of(chosen.until), request=chosen.request)
    return _say(chosen, {"until": chosen.until.isoformat()}, f"{chosen.code} has until {chosen.until}")


def _close(chosen: argparse.Namespace) -> int:
    from corridors.consultation.desk import desk_database, officer
    from corridors.consultation.rounds import close, the_round

    with desk_database(chosen.folder) as database, database.write() as session:
        close(session, the_round(session, chosen.round), officer())
    return _say(chosen, {"closed": chosen.round}, f"round {chosen.round} is closed")


def desk_round(folder: str | Path, name: str) -> tuple[Consultation, Questionnaire]:
    """A round of the consultation's database as values, with its questionnaire."""
    from corridors.consultation.desk import desk_database
    from corridors.consultation.forms import questionnaire_of
    from corridors.consultation.results import consultation_of
    from corridors.consultation.rounds import the_round

    with desk_database(Path(folder)) as database, database.read() as session:
        row = the_round(session, name)
        return consultation_of(session, row), questionnaire_of(row)


def _publish(chosen: argparse.Namespace) -> int:
    from corridors.workflow.consult import publish_views

    consultation, form = desk_round(chosen.folder, chosen.round)
    on = chosen.on or datetime.now(UTC).date()
    vintage = publish_views(Path(chosen.store), consultation, form=form, on=on, released=chosen.released)
    return _say(chosen, {"vintage": vintage.id}, f"published: VIEWS, vintage {vintage.id}")


def _add_keeping(nouns: _Nouns[argparse.ArgumentParser]) -> None:
    audit = nouns.add_parser("audit", help="the chain of acts", description="The chain of acts.")
    actions = audit.add_subparsers(title="actions", metavar="ACTION", required=True)
    noun = _noun(actions, "verify", "Check the chain and every row it vouches for.")
    noun.add_argument("--head", metavar="HASH", help="a head written down earlier: it must still be in the chain")
    noun.set_defaults(run=_verify)
    noun = _noun(nouns, "export", "Write everything that is known of a round as JSON, secrets left out.")
    noun.add_argument("round", metavar="ROUND", help="name of the round")
    noun.add_argument("--out", type=Path, required=True, metavar="F", help="file to write, for your eyes only")
    noun.set_defaults(run=_export)
    noun = _noun(nouns, "backup", "Copy the database while it is in use.")
    noun.add_argument("file", type=Path, metavar="FILE", help="file to write")
    noun.set_defaults(run=_backup)
    noun = _noun(nouns, "restore", "Put a backup in place of a database that is not there.")
    noun.add_argument("file", type=Path, metavar="FILE", help="the backup")
    noun.set_defaults(run=_restore)
    noun = _noun(nouns, "serve", "Open the doors to respondents and staff until interrupted.")
    noun.add_argument("--host", default="127.0.0.1", metavar="H", help="address to listen at (default: %(default)s)")
    noun.add_argument("--port", type=int, default=8600, metavar="N", help="port (default: %(default)s)")
    noun.add_argument("--base-url", metavar="URL", help="address outside, of the proxy that does HTTPS")
    noun.set_defaults(run=_serve)


def _verify(chosen: argparse.Namespace) -> int:
    from dataclasses import asdict

    from corridors.consultation.audit import verify
    from corridors.consultation.desk import desk_database

    with desk_database(chosen.folder) as database, database.read() as session:
        chain = verify(session, expected_head=chosen.head)
    said = "\n".join(map(str, chain.findings)) or f"{chain.acts} acts, sound; head {chain.head}"
    _say(chosen, asdict(chain), said)
    return FINDINGS if chain.findings else DONE


def _export(chosen: argparse.Namespace) -> int:
    from corridors.consultation.audit import append
    from corridors.consultation.desk import desk_database, officer, write_secret
    from corridors.consultation.results import export
    from corridors.consultation.rounds import the_round

    with desk_database(chosen.folder) as database, database.write() as session:
        row = the_round(session, chosen.round)
        write_secret(chosen.out, export(session, row))
        append(session, officer(), action="round exported", subject=row.id)
    return _say(chosen, {"file": str(chosen.out)}, str(chosen.out))


def _backup(chosen: argparse.Namespace) -> int:
    from corridors.consultation.database import back_up
    from corridors.consultation.desk import desk_database

    with desk_database(chosen.folder) as database:
        made = back_up(database, chosen.file)
    return _say(chosen, {"file": str(made)}, str(made))


def _restore(chosen: argparse.Namespace) -> int:
    from corridors.consultation.database import restore

    made = restore(chosen.file, chosen.folder / "consultation.db")
    return _say(chosen, {"database": str(made)}, str(made))


def _serve(chosen: argparse.Namespace) -> int:
    from corridors.consultation.desk import serve

    serve(chosen.folder, host=chosen.host, port=chosen.port, base_url=chosen.base_url)
    return DONE


def _say(chosen: argparse.Namespace, answer: dict[str, object], text: str) -> int:
    if chosen.json:
        print_json(answer)
    else:
        print(text)
    return DONE
