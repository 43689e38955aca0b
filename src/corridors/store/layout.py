"""Where things lie in the store, and the small files that say so: descriptions, pointers and rows of the ledger.

Every file that is not there, not readable or not of the shape the store writes is a finding `store-damaged`. Nothing here
needs a numeric library.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, get_args

from corridors.concepts.dataflows import DataflowName
from corridors.concepts.findings import DataError, Finding
from corridors.store.disk import canonical_json, checksum, file_checksum
from corridors.store.ledger import Entry

PART, METADATA, LATEST, RAW, LEDGER = "part-0.parquet", "metadata.json", "latest", "raw", "ledger"
#: What does not tell one vintage from another: its own name, the bytes of its files, and when it was written.
VOLATILE = frozenset({"vintage", "files", "created"})
MAKE_AGAIN = "run again what made it (corridors collect, or corridors report): it is then replaced"
Read = TypeVar("Read")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Vintage:
    """One immutable table: where it lies and what its description says."""

    observatory: str
    dataflow: DataflowName
    id: str
    path: Path
    metadata: Mapping[str, Any]

    @property
    def product(self) -> str:
        """The publisher's table of which this is a version."""
        return str(self.metadata["product"])

    @property
    def rows(self) -> int:
        """Number of observations."""
        return int(self.metadata["rows"])

    @property
    def raw(self) -> Mapping[str, str]:
        """Checksum of each publisher's file it was read from, by the file's name."""
        return dict(self.metadata.get("raw", {}))


def is_name(name: str) -> bool:
    """Whether an observatory, a product or a vintage may be called so: nothing that would leave the store."""
    return bool(_NAME.fullmatch(name)) and name != LATEST


def vintage_name(description: Mapping[str, Any]) -> str:
    """Name of a vintage: its product and a checksum of its rows and its description, but not of when it was written.

    Parameters
    ----------
    description
        What `metadata.json` says; `content` is the checksum of the rows.

    Examples
    --------
    >>> one = {"product": "p", "content": "0" * 64, "citation": "A"}
    >>> vintage_name(one) == vintage_name({**one, "created": "2026-01-01"}), vintage_name({**one, "citation": "B"})
    (True, 'p-583759ead9c1')
    """
    described = {key: value for key, value in description.items() if key not in VOLATILE}
    return f"{description['product']}-{checksum(canonical_json(described).encode())[:12]}"


def damaged(path: Path, fact: str, mend: str) -> Finding:
    """One file of the store that cannot be used."""
    return Finding("store-damaged", str(path), fact, mend)


def read_vintage(path: Path) -> Vintage:
    """The vintage of a folder, from its description; its rows are not looked at.

    Raises
    ------
    DataError
        The description is not there, not readable, or not the one the vintage was written with.
    """
    file = path / METADATA
    metadata = _read_object(file, f"{MAKE_AGAIN}; or remove the folder {path.name} when it is of no use")
    fact = _shape_fault(metadata, path)
    if fact:
        raise DataError([damaged(file, fact, MAKE_AGAIN)])
    return Vintage(path.parent.parent.name, metadata["dataflow"], path.name, path, metadata)


def _shape_fault(metadata: Mapping[str, Any], path: Path) -> str:
    rows = metadata.get("rows")
    if not isinstance(metadata.get("product"), str) or not isinstance(rows, int):
        return "does not say of which product it is, or how many rows it has"
    if metadata.get("dataflow") != path.parent.name:
        return f"is the description of another dataflow: {metadata.get('dataflow')!r}"
    if not _is_text_by_text(metadata.get("files")) or PART not in metadata["files"]:
        return f"does not say which checksum {PART} has"
    if not _is_text_by_text(metadata.get("raw", {})):
        return "does not name its raw files with their checksums"
    if metadata.get("vintage") != path.name or not _is_time(metadata.get("created")):
        return "does not say which vintage it is of, or when that was made"
    # Vintages of older versions were named after their rows alone.
    if "content" in metadata and vintage_name(metadata) != path.name:
        return "was changed after it was written: it does not lead to the name of its vintage"
    return ""


def file_findings(vintage: Vintage) -> list[Finding]:
    """Files of a vintage that are not as they were written."""
    mend = f"{MAKE_AGAIN}; or remove the folder {vintage.id} when it is of no use"
    return [
        finding
        for name, expected in vintage.metadata["files"].items()
        for finding in compared(vintage.path / name, expected, mend)
    ]


def compared(path: Path, expected: str, mend: str) -> list[Finding]:
    """A finding when a file is missing, cannot be read or has another checksum."""
    try:
        same = file_checksum(path) == expected
    except FileNotFoundError:
        return [damaged(path, "is missing", mend)]
    except OSError as error:
        return [damaged(path, f"cannot be read: {error.strerror}", mend)]
    return [] if same else [damaged(path, "differs from its checksum", mend)]


def whole_vintage(path: Path) -> Vintage | None:
    """The vintage of a folder, or None when it is not as it was written."""
    try:
        vintage = read_vintage(path)
    except DataError:
        return None
    return None if file_findings(vintage) else vintage


def is_whole(path: Path) -> bool:
    """Whether a folder holds a vintage as it was written."""
    return whole_vintage(path) is not None


def raw_findings(root: Path, vintage: Vintage) -> list[Finding]:
    """Raw files that a vintage was read from and that are not in the store as they came."""
    return [
        finding
        for expected in dict.fromkeys(vintage.raw.values())
        for finding in compared(root / RAW / expected, expected, MAKE_AGAIN)
    ]


def read_pointer(path: Path) -> dict[DataflowName, str]:
    """The vintages a pointer names, by dataflow.

    Raises
    ------
    DataError
        The pointer is not readable or not of the shape the store writes.
    """
    mend = "remove this file, then run again what made it (corridors collect, or corridors report)"
    named = _read_object(path, mend)
    known = get_args(DataflowName)
    if not named or not all(name in known and isinstance(v, str) and is_name(v) for name, v in named.items()):
        raise DataError([damaged(path, "does not name vintages by their dataflow", mend)])
    gone = [(name, v) for name, v in named.items() if not (path.parent.parent / name / v).is_dir()]
    if gone:
        raise DataError(damaged(path, f"points at {name}/{v}, which is not there", mend) for name, v in gone)
    return {name: named[name] for name in known if name in named}


def read_entry(path: Path) -> Entry:
    """One row of the ledger.

    Raises
    ------
    DataError
        The row is not readable, not of the shape the store writes, or not that of its key.
    """
    mend = "remove it: the step is then done again"
    row = _read_object(path, mend)
    try:
        entry = Entry.from_mapping(row)
    except TypeError as error:
        raise DataError([damaged(path, f"is no row of the ledger: {error}", mend)]) from error
    if entry.key != path.stem:
        raise DataError([damaged(path, "is the row of another step than its name says", mend)])
    return entry


def read_raw_note(path: Path) -> Mapping[str, Any]:
    """What is known of a raw file: its name, and where it came from.

    Raises
    ------
    DataError
        The note is not readable.
    """
    return _read_object(path, MAKE_AGAIN)


def read_each(read: Callable[[Path], Read], paths: Iterable[Path]) -> tuple[list[Read], list[Finding]]:
    """What can be read of several files, and the findings of those that cannot."""
    values: list[Read] = []
    findings: list[Finding] = []
    for path in paths:
        try:
            values.append(read(path))
        except DataError as error:
            findings += error.findings
    return values, findings


def _read_object(path: Path, mend: str) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except FileNotFoundError:
        fact = "is missing"
    except OSError as error:
        fact = f"cannot be read: {error.strerror}"
    except (ValueError, RecursionError):
        fact = "is not JSON"
    else:
        if isinstance(value, dict):
            return value
        fact = "is JSON of another shape"
    raise DataError([damaged(path, fact, mend)])


def _is_text_by_text(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(datetime.fromisoformat(value))
    except ValueError:
        return False
