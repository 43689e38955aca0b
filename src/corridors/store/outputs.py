"""A folder of results that one run after another writes: all files of a run, or those of the run before.

The folder is the user's. Beside our files lies `SHA256SUMS`, in the format that `sha256sum --check` reads: it says which
files are ours, so that what an earlier run wrote and this one does not is removed, and nothing else is.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

from corridors.store.disk import checksum, file_checksum, remove, sweep, temporary_beside, write_file

SUMS = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def with_sums(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with the list of their checksums.

    Examples
    --------
    >>> print(with_sums({"a.txt": b"a"})["SHA256SUMS"].decode().strip())
    ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a.txt
    """
    lines = (f"{checksum(raw)}  {name}\n" for name, raw in sorted(files.items()))
    return {**files, SUMS: "".join(lines).encode()}


def replace_files(out: Path, files: Mapping[str, bytes]) -> None:
    """Put a run's files in place of those of the run before; when the disk refuses, the folder is as it was.

    Parameters
    ----------
    out
        The folder.
    files
        The run's files by name below the folder, with their checksums, see `with_sums`.

    Raises
    ------
    OSError
        The disk refused, or a folder lies where a file should be.
    """
    out.mkdir(parents=True, exist_ok=True)
    sweep(out, deep=False)
    for name in files:
        _require_free(out, PurePosixPath(name))
    staging = temporary_beside(out / SUMS)
    try:
        # A full disk is met here, before anything is replaced.
        for name, raw in files.items():
            write_file(staging / "new" / name, raw)
        obsolete = [name for name in _ours(out) if name not in files]
        _exchange(out, staging, new=list(files), obsolete=obsolete)
    finally:
        remove(staging)


def _require_free(out: Path, name: PurePosixPath) -> None:
    target = out / name
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, f"{target} is a folder")
    for parent in name.parents:
        if (out / parent).exists() and not (out / parent).is_dir():
            raise NotADirectoryError(errno.ENOTDIR, f"{out / parent} is not a folder")


def _ours(out: Path) -> Iterator[str]:
    """Files that an earlier run wrote and nobody changed since."""
    try:
        lines = (out / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None or PurePosixPath(found[2]).is_absolute() or ".." in PurePosixPath(found[2]).parts:
            continue
        path = out / found[2]
        if path.is_file() and file_checksum(path) == found[1]:
            yield found[2]


def _exchange(out: Path, staging: Path, *, new: list[str], obsolete: list[str]) -> None:
    with ExitStack() as undo:
        for name in obsolete:
            aside = _aside(staging, name)
            (out / name).rename(aside)
            undo.callback(aside.replace, out / name)
        for name in new:
            aside = _aside(staging, name)
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            if (out / name).exists():
                _keep(out / name, aside)
                undo.callback(aside.replace, out / name)
            else:
                undo.callback(remove, out / name)
            (staging / "new" / name).replace(out / name)
        undo.pop_all()


def _aside(staging: Path, name: str) -> Path:
    aside = staging / "old" / name
    aside.parent.mkdir(parents=True, exist_ok=True)
    return aside


def _keep(path: Path, aside: Path) -> None:
    try:
        # A second name costs no space, and the file is never missing in between.
        os.link(path, aside)
    except OSError:
        path.rename(aside)
