"""Writing that is whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from corridors.concepts.findings import Unavailable

_TEMPORARY = ".tmp"
_TEMPORARY_NAME = re.compile(rf"{re.escape(_TEMPORARY)}-(\d+)-[0-9a-f]+")
#: How often a folder is put in place anew when others write the same one.
_ATTEMPTS = 20


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
    temporary = temporary_beside(path)
    try:
        _write_synced(temporary, raw)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def write_folder(path: Path, contents: Mapping[str, bytes], *, is_whole: Callable[[Path], bool]) -> None:
    """Put a folder of files in place by one rename.

    Parameters
    ----------
    path
        The folder.
    contents
        Its files by name.
    is_whole
        Whether what lies there already is as good: then it stays. Anything else is moved away first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(path)
    temporary.mkdir()
    try:
        for name, raw in contents.items():
            _write_synced(temporary / name, raw)
        _sync_folder(temporary)
        _put_in_place(temporary, path, is_whole)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    _sync_folder(path.parent)


def _put_in_place(temporary: Path, path: Path, is_whole: Callable[[Path], bool]) -> None:
    # Another process may put its own there, or move a damaged one away, between any two of these lines.
    for _ in range(_ATTEMPTS):
        try:
            temporary.rename(path)
        except OSError as error:
            if is_whole(path):
                return
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
                raise
            _move_away(path)
        else:
            return
    raise OSError(errno.EBUSY, f"{path} is written by others all the time")


def _move_away(path: Path) -> None:
    aside = temporary_beside(path)
    with suppress(FileNotFoundError):
        path.rename(aside)
    remove(aside)


def temporary_beside(path: Path) -> Path:
    """A new name in the same folder, which tells the process that uses it."""
    return path.parent / f"{_TEMPORARY}-{os.getpid()}-{secrets.token_hex(6)}"


def remove(path: Path) -> None:
    """Remove a file or a folder with all that is in it, as far as the disk lets."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def sweep(folder: Path, *, deep: bool = True) -> None:
    """Remove what processes left behind that were killed while writing; what living processes write stays.

    Parameters
    ----------
    folder
        Where to look.
    deep
        Whether to look into the folders below it, too.
    """
    # `os.walk` passes over folders that another process renames or removes meanwhile; `Path.rglob` does not.
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            written = _TEMPORARY_NAME.fullmatch(name)
            if written and not _alive(int(written[1])):
                remove(Path(parent, name))
        folders[:] = [name for name in folders if deep and not _TEMPORARY_NAME.fullmatch(name)]


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
