"""Files that come with a reply: known by what is in them, small enough, and without a bomb."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass

from corridors.concepts.findings import DataError, Finding

LARGEST_FILE = 10 * 1024 * 1024
LARGEST_UNPACKED = 100 * 1024 * 1024
_MOST_MEMBERS = 2_000
_OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_HEADS = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that may be kept: a harmless name, the type its bytes show, the bytes."""

    name: str
    media_type: str
    content: bytes


def accept_upload(name: str, content: bytes) -> Upload:
    """Look at a file and accept it, or say why not. The type is read from the bytes, never from the name.

    Raises
    ------
    DataError
        It is empty, too large, of another type, or unpacks to too much.

    Examples
    --------
    >>> accept_upload("../../scan.exe", b"%PDF-1.7 ...").name, accept_upload("scan", b"%PDF-1.7 ...").media_type
    ('scan.exe.pdf', 'application/pdf')
    """
    if not content:
        _refuse("upload-type", name, "it is empty")
    if len(content) > LARGEST_FILE:
        _refuse("upload-large", name, f"it has {len(content):,} bytes; {LARGEST_FILE:,} are let in")
    media_type = next((kind for head, kind in _HEADS.items() if content.startswith(head)), None)
    if content.startswith(b"PK\x03\x04"):
        media_type = _office_type(name, content)
    if media_type is None:
        _refuse("upload-type", name, "it is neither PDF, PNG, JPEG, .docx nor .xlsx")
        raise AssertionError
    return Upload(_harmless(name, media_type), media_type, content)


def _office_type(name: str, content: bytes) -> str | None:
    try:
        members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        _refuse("upload-type", name, "it is a damaged archive")
        return None
    unpacked = sum(member.file_size for member in members)
    if len(members) > _MOST_MEMBERS or unpacked > LARGEST_UNPACKED or unpacked > 200 * len(content) + 100_000:
        _refuse("upload-bomb", name, f"{len(members)} members unpack to {unpacked:,} bytes")
    if any(member.filename.lower().endswith("vbaproject.bin") for member in members):
        _refuse("upload-type", name, "it holds macros")
    names = {member.filename for member in members}
    return next((kind for inside, kind in _OFFICE.items() if inside in names), None)


_ENDINGS = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    _OFFICE["word/document.xml"]: ".docx",
    _OFFICE["xl/workbook.xml"]: ".xlsx",
}


def _harmless(name: str, media_type: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    kept = re.sub(r"[^\w. -]", "_", last).strip(". ")[:100] or "file"
    ending = _ENDINGS[media_type]
    return kept if kept.lower().endswith(ending) else f"{kept}{ending}"


def _refuse(code: str, name: str, fact: str) -> None:
    mend = "send a PDF, a picture (PNG, JPEG), or a .docx or .xlsx file of at most 10 MB"
    finding = {
        "upload-type": Finding("upload-type", f"file {name!r}", fact, mend),
        "upload-large": Finding("upload-large", f"file {name!r}", fact, mend),
        "upload-bomb": Finding("upload-bomb", f"file {name!r}", fact, mend),
    }[code]
    raise DataError([finding])
