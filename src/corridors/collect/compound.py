"""The chains of sectors of an old workbook (`.xls`): in a damaged one they can run in circles, and its reader with them."""

from __future__ import annotations

import struct
from collections.abc import Sequence

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Entries of the table of sectors from here on are marks: end of a chain, free, and sectors of the table itself.
_LAST = 0xFFFFFFFA
_IN_HEADER, _HEADER = 109, 512


def chains_fault(raw: bytes) -> str | None:
    """What is wrong with the chains of an old workbook; None when all of them end, and for any other file.

    Parameters
    ----------
    raw
        The file's bytes.

    Examples
    --------
    >>> chains_fault(b"year,births"), chains_fault(MAGIC + b"cut")
    (None, 'its header ends early')
    """
    if not raw.startswith(MAGIC):
        return None
    if len(raw) < _HEADER:
        return "its header ends early"
    (shift,) = struct.unpack_from("<H", raw, 30)
    if shift not in (9, 12):
        return f"its sectors would be of 2 to the power of {shift} bytes"
    size = 1 << shift
    table = _table(raw, size)
    if table is None or _runs_in_circles(table):
        return "its chains of sectors run in circles"
    (small,) = struct.unpack_from("<I", raw, 60)
    if _runs_in_circles(_entries(raw, size, _chain(small, table))):
        return "its chains of small sectors run in circles"
    return None


def _table(raw: bytes, size: int) -> list[int] | None:
    """Successor of each sector; None when the list of the table's own sectors runs in circles."""
    sectors = [sector for sector in struct.unpack_from(f"<{_IN_HEADER}I", raw, 76) if sector < _LAST]
    (further,) = struct.unpack_from("<I", raw, 68)
    seen: set[int] = set()
    while further < _LAST:
        if further in seen:
            return None
        seen.add(further)
        found = _entries(raw, size, [further])
        if not found:
            break
        sectors += [sector for sector in found[:-1] if sector < _LAST]
        further = found[-1]
    return _entries(raw, size, sectors)


def _entries(raw: bytes, size: int, sectors: Sequence[int]) -> list[int]:
    """Numbers in sectors, one after the other; a sector that the file does not hold ends them."""
    found: list[int] = []
    for sector in sectors:
        start = (sector + 1) * size
        if start + size > len(raw):
            break
        found += struct.unpack_from(f"<{size // 4}I", raw, start)
    return found


def _chain(first: int, table: Sequence[int]) -> list[int]:
    """Sectors of one chain of a table without circles."""
    found = []
    while first < len(table):
        found.append(first)
        first = table[first]
    return found


def _runs_in_circles(table: Sequence[int]) -> bool:
    """Whether some chain never ends."""
    done = bytearray(len(table))
    for start in range(len(table)):
        at, walked = start, []
        while at < len(table) and not done[at]:
            done[at] = 1
            walked.append(at)
            at = table[at]
        if at < len(table) and done[at] == 1:
            return True
        for sector in walked:
            done[sector] = 2
    return False
