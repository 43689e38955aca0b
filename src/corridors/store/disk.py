"""Writing that is whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from corridors.concepts.findings import Unavailable

_TEMPORARY = ".tmp"


def checksum(raw: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


def file_checksum(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def canonical_json(value: object) -> str:
    """One text for one value: keys sorted, no needless blanks."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@contextmanager
def whole_or_nothing(what: str) -> Iterator[None]:
    """Turn a refusal of the disk into `Unavailable`, with what was being written and what to do.

    Raises
    ------
    Unavailable
        The disk is full, read-only or otherwise refuses.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unavailable(
            f"could not write {what}: {reason}; nothing was changed. Free space or choose another folder, then try again"
        ) from error


def write_file(path: Path, raw: bytes) -> None:
    """Put a file in place whole: a reader sees the old one or the new one, even after a loss of power."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f"{_TEMPORARY}-{os.getpid()}-{secrets.token_hex(6)}"
    try:
        _write_synced(temporary, raw)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def write_folder(path: Path, contents: Mapping[str, bytes]) -> None:
    """Put a folder of files in place by one rename; when it is there already, leave it as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f"{_TEMPORARY}-{os.getpid()}-{secrets.token_hex(6)}"
    temporary.mkdir()
    try:
        for name, raw in contents.items():
            _write_synced(temporary / name, raw)
        _sync_folder(temporary)
        try:
            temporary.rename(path)
        except OSError:
            # Another process was first: a folder's name says what is in it, so theirs is as good.
            if not path.is_dir():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    _sync_folder(path.parent)


def sweep(folder: Path) -> None:
    """Remove what processes left behind that were killed while writing; what living processes write stays."""
    for leftover in folder.rglob(f"{_TEMPORARY}-*"):
        pid = leftover.name.split("-")[1]
        if pid.isdigit() and not _alive(int(pid)):
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                with suppress(OSError):
                    leftover.unlink(missing_ok=True)


def is_temporary(path: Path) -> bool:
    """Whether a file or folder is still being written, or was left behind by a kill."""
    return path.name.startswith(f"{_TEMPORARY}-")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _write_synced(path: Path, raw: bytes) -> None:
    with path.open("xb") as opened:
        opened.write(raw)
        opened.flush()
        os.fsync(opened.fileno())


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
