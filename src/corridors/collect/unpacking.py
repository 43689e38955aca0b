"""Compressed files opened by what is in them, not by their names."""

from __future__ import annotations

import gzip
import io
import lzma
import re
import zipfile
import zlib

from corridors.concepts.findings import DataError, Finding

_GZIP, _ZIP, _OLD_EXCEL = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_WORKBOOK_MEMBER = "[Content_Types].xml"
_AGAIN = "download the file again"
#: A member of a zip that says what the columns of the table beside it hold: the two stay together.
MAPPING_SUFFIX = ".toml"
#: Members that publishers pack beside their one table: the footnotes of the refugee statistics' downloads, and the World
#: Bank's lists of countries and indicators.
_BESIDE = re.compile(r"(?:.*/)?(?:footnotes\.csv|Metadata_(?:Country|Indicator)_.*\.csv)", re.IGNORECASE)
#: What a damaged archive makes the standard library raise.
BROKEN = (
    zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, RuntimeError,
    # A zip whose directory points before its beginning makes the standard library seek there.
    ValueError,
)  # fmt: skip
#: Archives inside archives that are opened.
DEEPEST = 3
#: Bytes that an archive may unpack to; and how many times its size, once it is more than a table of that kind needs.
LARGEST, DENSEST, _ANY_DENSITY = 2_000_000_000, 300, 100_000_000
_BLOCK = 1 << 24


def unpack(raw: bytes, *, file: str) -> bytes:
    """The file inside a `.gz` or a `.zip` with one table; any other file as it is, workbooks included.

    Footnotes and lists of countries that a publisher packs beside the table are passed over. A zip with a mapping (a
    `.toml`) stays as it is too.

    Parameters
    ----------
    raw
        The file's bytes.
    file
        What findings call it.

    Raises
    ------
    DataError
        The archive is truncated or damaged, it unpacks to far more than a table, it holds archives in archives, or it is
        a zip with none or more than one table.

    Examples
    --------
    >>> unpack(gzip.compress(b"year,births"), file="births.csv.gz")
    b'year,births'
    """
    for _ in range(DEEPEST + 1):
        if raw.startswith(_GZIP):
            raw = _gunzip(raw, file)
        elif raw.startswith(_ZIP):
            inside = _unzip(raw, file)
            if inside is None:
                return raw
            raw = inside
        else:
            return raw
    fact = f"archives in archives, more than {DEEPEST} deep"
    raise DataError([Finding("archive-broken", file, fact, "unpack it and name the one file to read")])


def is_workbook(raw: bytes) -> bool:
    """Whether the bytes are those of an Excel workbook, old or new."""
    return raw.startswith((_ZIP, _OLD_EXCEL))


def _gunzip(raw: bytes, file: str) -> bytes:
    unpacked = io.BytesIO()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as stream:
            while block := stream.read(_BLOCK):
                unpacked.write(block)
                _require_size(unpacked.tell(), len(raw), file)
    except BROKEN as error:
        raise DataError([Finding("archive-broken", file, f"the gzip archive is damaged: {error}", _AGAIN)]) from error
    return unpacked.getvalue()


def _unzip(raw: bytes, file: str) -> bytes | None:
    """The one file of a zip; None for a workbook, which is a zip too, and for a table beside its mapping."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            # A Macintosh adds a folder of its own.
            inside = [one for one in archive.infolist() if not (one.is_dir() or one.filename.startswith("__MACOSX/"))]
            _require_size(sum(one.file_size for one in inside), len(raw), file)
            names = [one.filename for one in inside]
            if _WORKBOOK_MEMBER in names or any(name.endswith(MAPPING_SUFFIX) for name in names):
                return None
            tables = [one for one in inside if not _BESIDE.fullmatch(one.filename)] if len(inside) > 1 else inside
            if len(tables) == 1:
                return archive.read(tables[0])
    except BROKEN as error:
        fact = f"the zip archive or workbook is damaged or ends early: {error}"
        raise DataError([Finding("archive-broken", file, fact, _AGAIN)]) from error
    fact = f"the zip archive holds {len(names)} files: {', '.join(sorted(names)[:5])}"
    raise DataError([Finding("archive-broken", file, fact, "unpack it and name the one file to read")])


def _require_size(size: int, packed: int, file: str) -> None:
    if size > LARGEST or (size > _ANY_DENSITY and size > DENSEST * packed):
        fact = f"{packed:,} bytes unpack to {size:,} or more, far more than any table"
        raise DataError([Finding("archive-too-large", file, fact, "name the publisher's own file")])
