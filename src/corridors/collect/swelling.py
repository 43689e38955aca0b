"""Workbooks whose members unpack to more than the archive says: a reader that trusts the archive would fill the memory."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

#: Bytes below which a member cannot unpack to much, whatever it says: one byte becomes a thousand at most.
_HARMLESS, _BLOCK = 200_000, 1 << 20
_HEAD, _LENGTHS_AT = 30, 26


def swelling(raw: bytes) -> str | None:
    """The first member of a workbook that unpacks to more than it says, or is packed as no workbook is; else None.

    Parameters
    ----------
    raw
        The workbook's bytes.

    Examples
    --------
    >>> target = io.BytesIO()
    >>> with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as book:
    ...     book.writestr("xl/workbook.xml", "<workbook/>")
    >>> swelling(target.getvalue()), swelling(b"year,births")
    ('xl/workbook.xml', None)
    """
    if not zipfile.is_zipfile(io.BytesIO(raw)):
        return None
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        held = archive.infolist()
    return next((one.filename for one in held if _swells(one, raw)), None)


def _swells(one: zipfile.ZipInfo, raw: bytes) -> bool:
    if one.compress_type == zipfile.ZIP_STORED:
        return False
    if one.compress_type != zipfile.ZIP_DEFLATED:
        return True
    if one.compress_size < _HARMLESS:
        return False
    name, extra = struct.unpack_from("<HH", raw, one.header_offset + _LENGTHS_AT)
    start = one.header_offset + _HEAD + name + extra
    unpacked, size, waiting = zlib.decompressobj(-zlib.MAX_WBITS), 0, raw[start : start + one.compress_size]
    while waiting and not unpacked.eof:
        size += len(unpacked.decompress(waiting, _BLOCK))
        waiting = unpacked.unconsumed_tail
        if size > one.file_size:
            return True
    return False
