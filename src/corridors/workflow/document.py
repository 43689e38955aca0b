"""From the files of documents to mandates, calendars and chains; and what the registers say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.concepts.areas import area, area_name
from corridors.concepts.findings import DataError, Finding
from corridors.document.calendars import calendar
from corridors.document.mandates.chain import Citation, chain, citations_of
from corridors.document.mandates.exchange import (
    mandates_csv,
    mandates_json,
    read_mandates,
    shipped_citations,
    shipped_mandates,
)
from corridors.document.mandates.record import Mandate, Status, mandates_of, status
from corridors.store.disk import write_file

if TYPE_CHECKING:
    from corridors.document.practices.forms import Form
    from corridors.document.practices.record import Practice
    from corridors.document.registers.processes import Seat
    from corridors.document.resolutions import Resolution
    from corridors.document.search import Hit


def read_bytes(file: Path) -> bytes:
    """Bytes of a file.

    Raises
    ------
    DataError
        The file is not there or cannot be read (`file-unreadable`).
    """
    try:
        return file.read_bytes()
    except OSError as refusal:
        fact = f"it cannot be read: {refusal.strerror}"
        raise DataError([Finding("file-unreadable", file.name, fact, "name a file that is there")]) from refusal


def parse_file(file: Path, *, akn: Path | None = None, as_of: date) -> Resolution:
    """The resolution of a file; with `akn`, written there as Akoma Ntoso too.

    Raises
    ------
    DataError
        The file holds no resolution that can be read.
    """
    from corridors.document.mandates.akn import akoma_ntoso
    from corridors.document.resolutions import parse

    found = parse(read_bytes(file), file=file.name)
    if akn:
        write_file(akn, akoma_ntoso(found.as_dict(), as_of=as_of))
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """A mandate and what stands of it on the day that was asked for."""

    mandate: Mandate
    status: Status


def standing_mandates(
    files: Sequence[Path] = (), *, as_of: date, due: bool = False, core: bool = True
) -> tuple[Standing, ...]:
    """Mandates of resolutions or of registers in files, or those of the package without files, with their status on a day.

    Parameters
    ----------
    files
        Resolutions as text, PDF, .docx or HTML, or registers of mandates as JSON or CSV.
    as_of
        The day.
    due
        Only those that are due or overdue.
    core
        From resolutions, only asks with a product or a date; else every ask.

    Raises
    ------
    DataError
        A file holds neither a resolution nor mandates.
    """
    known = [one for file in files for one in _mandates(file, core=core)] if files else list(shipped_mandates())
    found = [Standing(one, status(one, as_of=as_of, register=known)) for one in known]
    return tuple(one for one in found if not due or one.status in ("due", "overdue"))


def _mandates(file: Path, *, core: bool) -> Sequence[Mandate]:
    raw = read_bytes(file)
    if file.suffix.lower() in (".json", ".csv"):
        return read_mandates(raw, file=file.name)
    from corridors.document.resolutions import parse

    found = parse(raw, file=file.name).as_dict()
    asks = found["asks"]
    assert isinstance(asks, list)
    return mandates_of({**found, "asks": [ask for ask in asks if ask["core"] or not core]})


def write_mandates(mandates: Sequence[Mandate], out: Path, *, as_of: date) -> Path:
    """Write mandates as the ending of the file says: `.ics` a calendar, `.json` or `.csv` the register.

    Raises
    ------
    ValueError
        The ending is none of the three.
    """
    writers = {
        ".ics": lambda: calendar(mandates, as_of=as_of),
        ".json": lambda: mandates_json(mandates),
        ".csv": lambda: mandates_csv(mandates),
    }
    if out.suffix.lower() not in writers:
        raise ValueError(f"no form for {out.name!r}; endings are {', '.join(writers)}")
    write_file(out, writers[out.suffix.lower()]())
    return out


@dataclass(frozen=True, slots=True)
class Chain:
    """Symbols of the resolutions on a topic, the oldest first, and the citations whose day fits no session."""

    symbols: tuple[str, ...]
    unsound: tuple[Citation, ...]


def topic_chain(topic: str, files: Sequence[Path] = ()) -> Chain:
    """The chain of resolutions on a topic, from the citations of the package and of resolutions in files.

    Raises
    ------
    ValueError
        No citation is on this topic.
    DataError
        A file holds no resolution.
    """
    from corridors.document.resolutions import parse

    links = list(shipped_citations())
    for file in files:
        found = parse(read_bytes(file), file=file.name).as_dict()
        links += citations_of({**found, "symbol": found["symbol"] or file.name})
    on_topic = tuple(link for link in links if topic.lower() in link.topic.lower() and not link.sound)
    return Chain(chain(links, topic=topic), on_topic)


def search_practices(words: str, *, everything: bool = False, limit: int = 10) -> tuple[Hit, ...]:
    """Practices that answer words in any of the six languages; with `everything`, instruments, bodies and mandates too.

    Raises
    ------
    ValueError
        No word is left to look for.
    """
    from corridors.document.search import search

    return search(words, kinds=() if everything else ("practice",), limit=limit)


def write_form(form: Form, out: Path) -> Path:
    """Write the empty form of a practice.

    Raises
    ------
    ValueError
        There is no such form.
    """
    from corridors.document.practices.forms import blank_form

    write_file(out, blank_form(form))
    return out


def check_form(file: Path) -> tuple[Practice, ...]:
    """The practices of a filled form.

    Raises
    ------
    DataError
        The form holds what it may not.
    """
    from corridors.document.practices.forms import read_practices

    return read_practices(read_bytes(file), file=file.name)


def area_processes(code: str, *, on: date, members: Path | None = None) -> tuple[Seat, ...]:
    """The regional processes in which a State sits on a day, by the register of the package or one in a file.

    Raises
    ------
    ValueError
        No area has this code.
    DataError
        The file is no register of members.
    """
    from corridors.document.registers.processes import processes_of
    from corridors.document.registers.register import read_register

    area(code)
    rows = read_register(read_bytes(members), name="members", file=members.name) if members else None
    return processes_of(code, on=on, members=rows)


def sits_with(code: str, *, on: date) -> dict[str, int]:
    """How many processes a State shares with each other State on a day, by name, most first."""
    from corridors.document.registers.processes import shared_processes

    shared = shared_processes(on)
    if code not in shared["origin"].values:
        return {}
    counts = {str(other): int(shared.sel(origin=code, destination=other)) for other in shared["destination"].values}
    ranked = sorted(counts.items(), key=lambda found: (-found[1], found[0]))
    return {area_name(other): count for other, count in ranked if count and other != code}
