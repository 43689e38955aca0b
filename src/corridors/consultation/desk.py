"""The officer's desk: what the command line does with the database and the files beside it."""

from __future__ import annotations

import csv
import getpass
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from corridors.concepts.findings import DataError, Finding, Refused, Unavailable
from corridors.consultation.audit import Act, append
from corridors.consultation.database import Database, address, open_database
from corridors.consultation.entry import enter_paper
from corridors.consultation.keys import must_have, staff_by_secrets
from corridors.consultation.replies import Given
from corridors.consultation.rounds import Form, the_respondent, the_round
from corridors.consultation.schema import ReplyRow
from corridors.consultation.uploads import accept_upload


def now() -> datetime:
    """The server's clock."""
    return datetime.now(UTC)


def officer() -> Act:
    """Whoever is at this machine's keyboard, now."""
    return Act(f"command line, {getpass.getuser()}", now())


@contextmanager
def desk_database(folder: Path) -> Iterator[Database]:
    """The database of a folder, or the one the environment names, opened and closed again."""
    opened = open_database(address(None, folder=folder))
    try:
        yield opened
    finally:
        opened.close()


def read_form(path: Path) -> Form:
    """A questionnaire from an XLSForm workbook.

    Raises
    ------
    DataError
        It is no sound questionnaire.
    """
    from corridors.consult.xlsform import read_xlsform

    content = read_bytes(path)
    return Form(read_xlsform(content, file=path.name), path.name, content)


def read_bytes(path: Path) -> bytes:
    """The bytes of a file that a person named.

    Raises
    ------
    DataError
        It is not there or cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        fact = f"it cannot be read: {error.strerror}"
        raise DataError([Finding("file-unreadable", str(path), fact, "name a file that is there")]) from error


def write_secret(path: Path, raw: bytes) -> Path:
    """Write a new file that its owner alone may read.

    Raises
    ------
    Refused
        It exists.
    Unavailable
        The disk refuses.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError as error:
        raise Refused(f"{path} exists: name another file") from error
    except OSError as error:
        raise Unavailable(f"could not write {path}: {error.strerror}") from error
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(raw)
    return path


def codes_file(codes: dict[str, str]) -> bytes:
    """Clearance codes as CSV, one respondent a row, for the notes verbales."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("code", "clearance_code"), *sorted(codes.items())])
    return text.getvalue().encode()


def answers_of(raw: bytes, *, file: str) -> dict[str, Given]:
    r"""Answers from CSV with the columns question and value, and where wanted language and confidentiality.

    Raises
    ------
    DataError
        It is no such CSV.

    Examples
    --------
    >>> answers_of(b"question,value\nstance,against\n", file="a.csv")["stance"].value
    'against'
    """
    try:
        rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
        return {
            row["question"]: Given(
                row["value"], None, row.get("language") or "en", row.get("confidentiality") or "public"
            )
            for row in rows
        }
    except (UnicodeDecodeError, csv.Error, KeyError) as error:
        fact = f"it is no CSV in UTF-8 with the columns question and value: {error}"
        raise DataError([Finding("file-unreadable", file, fact, "write one row a question")]) from error


def enter_from_files(
    database: Database, round_id: str, code: str, *, files: tuple[Path, Path], arrived: date, who: tuple[str, str, str]
) -> ReplyRow:
    """Enter a reply on paper from a table of answers and a scan.

    Parameters
    ----------
    database, round_id, code
        Where, and whose reply to which round.
    files
        The answers as CSV, and the scan.
    arrived
        Day on which it reached the Secretariat.
    who
        Name, passphrase and one-time code of an entry clerk.

    Raises
    ------
    Refused
        The secrets are wrong, or the person is no entry clerk.
    """
    answers, scan = files
    name, passphrase, second = who
    with database.write() as session:
        staff = staff_by_secrets(session, name, passphrase=passphrase, code=second, at=now())
        if staff is None:
            raise Refused("name, passphrase or code is wrong")
        must_have(staff, "clerk")
        the_round(session, round_id)
        return enter_paper(
            session,
            the_respondent(session, round_id, code),
            Act(staff.name, now()),
            answers=answers_of(read_bytes(answers), file=answers.name),
            scan=accept_upload(scan.name, read_bytes(scan)),
            arrived_at=datetime.combine(arrived, datetime.min.time(), tzinfo=UTC),
        )


def serve(folder: Path, *, host: str, port: int, base_url: str | None, clock: Callable[[], datetime] = now) -> None:
    """Open the doors until interrupted; on this machine alone, unless the address outside is one of HTTPS.

    Raises
    ------
    ValueError
        It would be open to others without encryption.
    """
    import uvicorn

    from corridors.consultation.web.app import application
    from corridors.consultation.web.asking import Desk

    if host not in ("127.0.0.1", "::1", "localhost") and not (base_url or "").startswith("https:"):
        raise ValueError("beyond this machine the pages go over HTTPS only: name --base-url https://... of the proxy")
    with desk_database(folder) as database:
        with database.write() as session:
            append(session, officer(), action="doors opened", subject=host)
        desk = Desk(database, clock, base_url or f"http://{host}:{port}")
        # No access log: the addresses of personal links are secrets.
        uvicorn.run(
            application(desk), host=host, port=port, access_log=False, server_header=False, log_level="warning",
            timeout_graceful_shutdown=5,
        )  # fmt: skip
