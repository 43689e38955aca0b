"""Files made small, and damaged in every way that transfers, disks and hands damage them."""

import gzip
import io
import re
import zipfile

from tests.collect.old_workbook import MAGIC, first_rows, stream_of, wrapped

#: Rows that a small copy keeps: of a text, and of each sheet of a workbook.
LINES, ROWS = 120, 25
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
#: Members of a workbook that its readers read: pictures, printers' settings and properties only take up room.
READ = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/(?:\w+\.xml|_rels/.*|worksheets/sheet\d+\.xml)|[^/]+\.(?:csv|toml)"
)
SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")
ROW = re.compile(rb'<row\b[^>]*?\br="(\d+)"[^>]*?(?:/>|>.*?</row>)', re.DOTALL)
TEXT = re.compile(rb"<si\b.*?(?:</si>|/>)", re.DOTALL)
OF_TEXT = re.compile(rb't="s"[^>]*><v>(\d+)<')
TAG, FIGURE, LINE = (re.compile(pattern) for pattern in (rb"<[^>]*>", rb"\d+(?:\.\d+)?", rb"\n[^\n]*"))
#: What a figure or a word never ought to be.
ODD = (
    b"", b"-1", b"0", b"1e999", b"nan", b"9999999999999999999999", b"4294967295", b"1048577", b"2020-02-31", b"#N/A", b"\0",
    b"\xff", b'"', b"'", b",", b";", b"\t", b"\n", b"\r\n", b"&#0;", b"&lt;", b"<", b"{", b"[", "٣".encode(), "\u2028".encode(),
)  # fmt: skip


def small(raw):
    """The same file with its first rows only, unpacked, so that thousands of copies can be read."""
    if raw.startswith(MAGIC):
        return wrapped(first_rows(stream_of(raw), ROWS))
    if raw.startswith(ZIP):
        return packed(_first_rows(members(raw)))
    text = gzip.decompress(raw) if raw.startswith(GZIP) else raw
    return b"".join(text.splitlines(keepends=True)[:LINES])


def members(raw):
    """What a zip holds, by name."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(held):
    """A zip of members, not compressed: a flipped bit of it is a flipped bit of theirs."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, raw in held.items():
            archive.writestr(name, raw)
    return target.getvalue()


def _first_rows(held):
    kept = {
        name: ROW.sub(lambda row: row[0] if int(row[1]) <= ROWS else b"", raw) if SHEET.fullmatch(name) else raw
        for name, raw in held.items()
        if READ.fullmatch(name)
    }
    named = (int(number) for name, raw in kept.items() if SHEET.fullmatch(name) for number in OF_TEXT.findall(raw))
    last = max(named, default=0)
    texts = [text.end() for text in TEXT.finditer(kept.get("xl/sharedStrings.xml", b""))]
    if last + 1 < len(texts):
        kept["xl/sharedStrings.xml"] = kept["xl/sharedStrings.xml"][: texts[last]] + b"</sst>"
    return kept


def damaged(raw, rng):
    """One damaged copy of a file, packed or not."""
    if rng.random() < 0.01:
        return rng.choice((b"", MAGIC, ZIP, GZIP)) + rng.randbytes(rng.choice((0, 1, 7, 100, 3_000, 70_000)))
    if raw.startswith(ZIP) and rng.random() < 0.8:
        return _with_a_damaged_member(raw, rng)
    if raw.startswith(MAGIC) and rng.random() < 0.6:
        return wrapped(_bytes_damaged(stream_of(raw), rng))
    if not raw.startswith((MAGIC, ZIP)) and rng.random() < 0.03:
        return _bytes_damaged(gzip.compress(raw, 1), rng)
    return _bytes_damaged(raw, rng) if rng.random() < 0.5 else _words_damaged(raw, rng)


def _with_a_damaged_member(raw, rng):
    held = members(raw)
    sheets = [name for name in held if SHEET.fullmatch(name)]
    name = rng.choice([*held, *sheets * 4])
    if rng.random() < 0.05:
        other = rng.choice(list(held))
        held[name], held[other] = held[other], held[name]
    elif rng.random() < 0.03:
        del held[name]
    else:
        for _ in range(rng.choice((1, 1, 4))):
            held[name] = (_words_damaged if rng.random() < 0.7 else _bytes_damaged)(held[name], rng)
    return packed(held)


def _words_damaged(raw, rng):
    """One tag, figure or line lost, doubled, or put in another one's place."""
    pattern = rng.choice((TAG, FIGURE, LINE))
    one, other = (pattern.search(raw, rng.randrange(len(raw) + 1)) for _ in range(2))
    if not one:
        return _bytes_damaged(raw, rng)
    odd = rng.choice(ODD)
    instead = rng.choice((b"", one[0] * 2, other[0] if other else b"", odd, odd + one[0], one[0] + odd))
    return raw[: one.start()] + instead + raw[one.end() :]


def _bytes_damaged(raw, rng):
    """Bits flipped, a stretch lost, doubled, moved or overwritten, or the end cut off."""
    damage = bytearray(raw or b"\0")
    at, length = rng.randrange(len(damage)), rng.choice((1, 8, 200, 5_000))
    kind = rng.choice(("flip", "flip", "head", "cut", "lose", "double", "noise", "blank", "move"))
    if kind in ("flip", "head"):
        for _ in range(rng.choice((1, 1, 3, 20))):
            damage[rng.randrange(len(damage) if kind == "flip" else min(len(damage), 1_024))] ^= 1 << rng.randrange(8)
    elif kind == "cut":
        del damage[at:]
    elif kind == "lose":
        del damage[at : at + length]
    elif kind == "double":
        damage[at:at] = damage[at : at + length]
    elif kind in ("noise", "blank"):
        damage[at : at + length] = (
            rng.randbytes(length) if kind == "noise" else bytes([rng.choice((0, 32, 255))]) * length
        )
    else:
        stretch = damage[at : at + length]
        del damage[at : at + length]
        to = rng.randrange(len(damage) + 1)
        damage[to:to] = stretch
    return bytes(damage)
