"""Compressed files opened by what is in them, not by their names."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib

from corridors.concepts.findings import DataError, Finding

_GZIP, _ZIP, _OLD_EXCEL = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_WORKBOOK_MEMBER = "[Content_Types].xml"
_AGAIN = "download the file again"


def unpack(raw: bytes, *, file: str) -> bytes:
    """The file inside a `.gz` or a `.zip` with one member; any other file as it is, workbooks included.

    Parameters
    ----------
    raw
        The file's bytes.
    file
        What findings call it.

    Raises
    ------
    DataError
        The archive is truncated or damaged, or it is a zip with none or more than one file.

    Examples
    --------
    >>> unpack(gzip.compress(b"year,births"), file="births.csv.gz")
    b'year,births'
    """
    if raw.startswith(_GZIP):
        try:
            return unpack(gzip.decompress(raw), file=file)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DataError(
                [Finding("archive-broken", file, f"the gzip archive is damaged: {error}", _AGAIN)]
            ) from error
    if raw.startswith(_ZIP):
        return _unzip(raw, file=file)
    return raw


def is_workbook(raw: bytes) -> bool:
    """Whether the bytes are those of an Excel workbook, old or new."""
    return raw.startswith((_ZIP, _OLD_EXCEL))


def _unzip(raw: bytes, *, file: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            if _WORKBOOK_MEMBER in names:
                return raw
            if len(names) == 1:
                return unpack(archive.read(names[0]), file=file)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        fact = f"the zip archive or workbook is damaged or ends early: {error}"
        raise DataError([Finding("archive-broken", file, fact, _AGAIN)]) from error
    fact = f"the zip archive holds {len(names)} files: {', '.join(sorted(names)[:5])}"
    raise DataError([Finding("archive-broken", file, fact, "unpack it and name the one file to read")])
