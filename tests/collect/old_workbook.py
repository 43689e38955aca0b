"""Old workbooks (`.xls`) taken apart and put together: a stream of records inside a file of sectors."""

import struct

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
END, FREE, OF_TABLE, NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
SECTOR, NAME = 512, "Workbook".encode("utf-16-le")
# Records that begin with the number of their row, and the one that says where a sheet begins.
OF_ROW = {0x0208, 0x0203, 0x00FD, 0x027E, 0x00BD, 0x0006, 0x0201, 0x00BE, 0x0205, 0x0204, 0x00D6}
OF_SHEET = 0x0085


def stream_of(raw):
    """The records of a workbook."""
    tables = [sector for sector in struct.unpack_from("<109I", raw, 76) if sector < OF_TABLE - 3]
    follows = [entry for sector in tables for entry in struct.unpack_from("<128I", raw, SECTOR * (sector + 1))]

    def chain(sector):
        found = b""
        while sector < len(follows):
            found += raw[SECTOR * (sector + 1) : SECTOR * (sector + 2)]
            sector = follows[sector]
        return found

    folder = chain(*struct.unpack_from("<I", raw, 48))
    at = next(at for at in range(0, len(folder), 128) if folder.startswith(NAME, at))
    first, size = struct.unpack_from("<II", folder, at + 116)
    return chain(first)[:size]


def records(stream):
    """Place, kind and length of each record, its head of four bytes included."""
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield at, kind, size + 4
        at += size + 4


def first_rows(stream, rows):
    """The records without those of later rows."""
    kept, sheets, moved = bytearray(), [], {}
    for at, kind, size in records(stream):
        moved[at] = len(kept)
        if kind == OF_SHEET:
            sheets.append(len(kept) + 4)
        if kind not in OF_ROW or struct.unpack_from("<H", stream, at + 4)[0] < rows:
            kept += stream[at : at + size]
    for at in sheets:
        struct.pack_into("<I", kept, at, moved[struct.unpack_from("<I", kept, at)[0]])
    return bytes(kept)


def wrapped(stream):
    """A workbook of these records and nothing else."""
    # A stream of less than eight sectors would have to lie among the small ones.
    sectors = max(8, -(-len(stream) // SECTOR))
    tables = -(-(sectors + 1) // 127)
    follows = [OF_TABLE] * tables + [END] + [tables + 2 + number for number in range(sectors - 1)] + [END]
    follows += [FREE] * (128 * tables - len(follows))
    head = struct.pack("<8s16x5H6x9I", MAGIC, 0x3E, 3, 0xFFFE, 9, 6, 0, tables, tables, 0, 4096, END, 0, END, 0)
    head += struct.pack("<109I", *range(tables), *[FREE] * (109 - tables))
    folder = _entry("Root Entry".encode("utf-16-le"), kind=5, child=1, first=END, size=0)
    folder += _entry(NAME, kind=2, child=NONE, first=tables + 1, size=sectors * SECTOR) + bytes(256)
    return head + struct.pack(f"<{len(follows)}I", *follows) + folder + stream.ljust(sectors * SECTOR, b"\0")


def _entry(name, *, kind, child, first, size):
    return struct.pack("<64sHBB3I36x3I", name, len(name) + 2, kind, 1, NONE, NONE, child, first, size, 0)
