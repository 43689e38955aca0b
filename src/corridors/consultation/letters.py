"""Invitations and reminders as `.eml` files, in the respondent's language, with a text of their own for each wave.

The personal link stands in the file alone: the outbox is a folder that only its owner may read. Whoever sends the files,
by a mail program or by a relay, removes them afterwards.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from corridors.concepts.findings import Unavailable
from corridors.consultation.words import words


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter: its file's name, to whom it goes, its subject and its text."""

    file: str
    to: str
    subject: str
    body: str


def compose(*, wave: int, code: str, name: str, email: str, language: str, facts: dict[str, str]) -> Letter:
    """Write the letter of a wave.

    Parameters
    ----------
    wave
        Its number: the first invites, the others remind.
    code, name, email, language
        The respondent's.
    facts
        `title` of the round, `cut_off`, `link`, and `note`: the officer's own words for this wave, or nothing.
    """
    say = words(language)
    subject = f"{say['letter_invitation' if wave == 1 else 'letter_reminder']}: {facts['title']}"
    lines = [
        f"{name},",
        say["letter_ask"].format(title=facts["title"], cut_off=facts["cut_off"]),
        *([facts["note"]] if facts.get("note") else []),
        say["letter_link"],
        facts["link"],
        say["letter_keep"],
    ]
    return Letter(f"{wave:02d}-{code}.eml", email, subject, "\n\n".join(lines) + "\n")


def write_letters(folder: Path, letters: list[Letter], *, sender: str, at: datetime) -> list[Path]:
    """Put letters into the outbox, each readable by its owner alone.

    Raises
    ------
    Unavailable
        The disk refuses.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return [_write(folder / letter.file, _message(letter, sender, at)) for letter in letters]
    except OSError as error:
        raise Unavailable(f"could not write letters to {folder}: {error.strerror}; send the wave again") from error


def _message(letter: Letter, sender: str, at: datetime) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = sender, letter.to
    message["Subject"] = letter.subject
    message["Date"] = at
    message.set_content(letter.body)
    return message.as_bytes()


def _write(path: Path, raw: bytes) -> Path:
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(raw)
        opened.flush()
        os.fsync(opened.fileno())
    return path
