"""The cells of one sheet from its XML, all at once: where the tags stand, what they say, the texts between them as columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from corridors.collect.plaintexts import as_read, is_usual
from corridors.collect.xmlcells import MOST_CELLS, SPARSEST

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    Bytes = np.ndarray[Any, np.dtype[np.uint8]]
    Numbers = np.ndarray[Any, np.dtype[np.int64]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]

#: Digits behind the point that the general reader shows.
_DECIMALS = 9
#: What a cell holds.
NUMBER, SHARED, INLINE = b"nsi"
#: The tags that may stand among rows, by their first two bytes; what follows a cell that holds a value or a text of its own.
_CELL, _ROW, _ROW_END, _SPACED_TEXT = (int.from_bytes(two, "big") for two in (b"c ", b"ro", b"/r", b"t "))
_VALUE = tuple(int.from_bytes(two, "big") for two in (b"v>", b"/v", b"/c"))
_INLINE = tuple(int.from_bytes(two, "big") for two in (b"is", b"t>", b"/t", b"/i", b"/c"))
_SPACED = b'<t xml:space="preserve">'


def plain_cells(xml: bytes, *, texts: Sequence[bytes], dated: Collection[int]) -> pl.DataFrame | None:
    """Cells of one sheet as text; None when it is not plain.

    Parameters
    ----------
    xml
        The sheet.
    texts
        The workbook's shared texts.
    dated
        Cell styles that may show a date.
    """
    import numpy as np

    start = xml.find(b"<sheetData>")
    end = xml.find(b"</sheetData>", start)
    if not 0 < start < end or b"<!" in xml[:start]:
        return None
    # What follows the rows is looked at from their last tag, and is no part of them.
    data = np.frombuffer(xml, np.uint8)[start + len(b"<sheetData>") : end + len(b"</sheetData>")]
    opened = np.flatnonzero(data == ord("<"))
    found = _cell_tags(data, opened)
    if found is None:
        return None
    tags, is_inline = found
    at, ends = opened[tags], opened[tags + 1] - 1
    placed = _references(data, at, ends)
    kinds = None if placed is None else _kinds(data, placed[2], ends, dated)
    if placed is None or kinds is None or not _is_in_order(*placed[:2]) or ((kinds == INLINE) != is_inline).any():
        return None
    before = opened[tags + 1 + is_inline]
    is_spaced = is_inline & (data[before + 2] == ord(" "))
    if not _say(data, before[is_spaced], _SPACED).all():
        return None
    starts = before + np.where(is_spaced, len(_SPACED), len(b"<v>"))
    pooled = _pooled(data, starts, opened[tags + 2 + is_inline] - starts, kinds=kinds, texts=texts)
    return None if pooled is None else _frame(*pooled, rows=placed[0], columns=placed[1])


def _cell_tags(data: Bytes, opened: Numbers) -> tuple[Numbers, Flags] | None:
    """Which tags open a cell with a value, and whether it has a text of its own; None when any tag is anything else."""
    import numpy as np

    # The last tag is the end of the sheet's data.
    opened = opened[:-1]
    kinds = (data[opened + 1].astype(np.uint16) << 8) | data[opened + 2]
    kinds[kinds == _SPACED_TEXT] = _INLINE[1]
    cells = np.flatnonzero(kinds == _CELL)
    if not cells.size or cells[-1] + 1 >= kinds.size:
        return None
    filled = cells[data[opened[cells + 1] - 2] != ord("/")]
    if not filled.size or filled[-1] + 3 >= kinds.size:
        return None
    inline = kinds[filled + 1] == _INLINE[0]
    counted = cells.size + 3 * filled.size + 2 * np.count_nonzero(inline)
    counted += np.count_nonzero(kinds == _ROW) + np.count_nonzero(kinds == _ROW_END)
    for chosen, shape in ((filled[~inline], _VALUE), (filled[inline], _INLINE)):
        if chosen.size and chosen[-1] + len(shape) >= kinds.size:
            return None
        if not all((kinds[chosen + ahead] == kind).all() for ahead, kind in enumerate(shape, 1)):
            return None
    return (filled, inline) if counted == kinds.size else None


def _references(data: Bytes, opened: Numbers, ends: Numbers) -> tuple[Numbers, Numbers, Numbers] | None:
    """Row (from 1) and column (from 0) of each cell, and where its other attributes begin."""
    import numpy as np

    # The shortest tag is `<c r="A1">`.
    if (ends - opened < 9).any() or not _say(data, opened + 3, b'r="').all() or (data[ends] != ord(">")).any():
        return None
    at = opened + 6
    columns = np.zeros(at.size, np.int64)
    rows = np.zeros(at.size, np.int64)
    for numbers, most, before, base in ((columns, 3, 64, 26), (rows, 7, 47, 10)):
        for _ in range(most):
            sign = data[at] - np.uint8(before)
            is_sign = (sign >= 1) & (sign <= base)
            if not is_sign.any():
                break
            numbers[:] = np.where(is_sign, base * numbers + sign - (base == 10), numbers)
            at = np.minimum(at + is_sign, ends)
    if (columns == 0).any() or (rows == 0).any() or (data[at] != ord('"')).any():
        return None
    return rows, columns - 1, at + 1


def _say(data: Bytes, at: Numbers, words: bytes) -> Flags:
    """Whether these bytes stand at each place."""
    import numpy as np

    said = np.ones(at.size, bool)
    for ahead, byte in enumerate(words):
        said &= data[at + ahead] == byte
    return said


def _kinds(data: Bytes, starts: Numbers, ends: Numbers, dated: Collection[int]) -> Bytes | None:
    """What each cell holds, as the letter of its type; None when it is of another type or may be a date."""
    import numpy as np

    # ` s="12"` and ` t="s"`, either of which may be missing, in this order.
    kinds = np.full(starts.size, NUMBER, np.uint8)
    untyped = ends.copy()
    for words, kind in ((b' t="s"', SHARED), (b' t="n"', NUMBER), (b' t="inlineStr"', INLINE)):
        there = np.flatnonzero((ends - starts >= len(words)) & (data[ends - 2] == words[-2]))
        there = there[_say(data, ends[there] - len(words), words)]
        kinds[there], untyped[there] = kind, ends[there] - len(words)
    styled = untyped > starts
    first, last = starts[styled], untyped[styled] - 1
    if not ((last - first >= 5).all() and _say(data, first, b' s="').all() and _say(data, last, b'"').all()):
        return None
    styles = _whole(data, first + 4, last - first - 4)
    return None if styles is None or (dated and np.isin(styles, list(dated)).any()) else kinds


def _whole(data: Bytes, starts: Numbers, sizes: Numbers) -> Numbers | None:
    """Whole numbers of up to nine digits; None when a text is anything else."""
    import numpy as np

    numbers = np.zeros(starts.size, np.int64)
    if not sizes.size:
        return numbers
    if sizes.min() < 1 or sizes.max() > 9:
        return None
    for ahead in range(int(sizes.max())):
        inside = ahead < sizes
        digit = data[np.where(inside, starts + ahead, starts)] - np.uint8(ord("0"))
        if (digit > 9).any():
            return None
        numbers = np.where(inside, 10 * numbers + digit, numbers)
    return numbers


def _is_in_order(rows: Numbers, columns: Numbers) -> bool:
    """Whether cells follow row by row, from left to right, and none stands far out."""
    spanned = int(rows[-1]) * (int(columns.max()) + 1)
    down, right = rows[1:] - rows[:-1], columns[1:] > columns[:-1]
    in_order = bool(((down > 0) | ((down == 0) & right)).all())
    return in_order and (spanned <= MOST_CELLS or rows.size >= SPARSEST * spanned)


def _pooled(
    data: Bytes, starts: Numbers, sizes: Numbers, *, kinds: Bytes, texts: Sequence[bytes]
) -> tuple[Bytes, Numbers, Numbers] | None:
    """Bytes that hold the text of every cell, and where it starts and how long it is."""
    import numpy as np

    shared, numbers, inline = (np.flatnonzero(kinds == kind) for kind in (SHARED, NUMBER, INLINE))
    which = _whole(data, starts[shared], sizes[shared])
    odd_numbers = _written_otherwise(data, starts[numbers], sizes[numbers])
    odd_texts = _escaped(data, starts[inline], sizes[inline])
    if which is None or odd_numbers is None or odd_texts is None or (which.size and which.max() >= len(texts)):
        return None
    apart = [*texts, *odd_numbers[1], *odd_texts[1]]
    cells = np.concatenate([shared, numbers[odd_numbers[0]], inline[odd_texts[0]]])
    which = np.concatenate([which, np.arange(len(texts), len(apart))])
    lengths = np.fromiter(map(len, apart), np.int64, len(apart))
    starts, sizes = starts.copy(), sizes.copy()
    starts[cells], sizes[cells] = (data.size + np.cumsum(lengths) - lengths)[which], lengths[which]
    return np.concatenate([data, np.frombuffer(b"".join(apart), np.uint8)]), starts, sizes


def _escaped(data: Bytes, starts: Numbers, sizes: Numbers) -> tuple[Numbers, list[bytes]] | None:
    """Which texts of cells are not written as they read, and how they read; None when one is unusual."""
    import numpy as np

    if not sizes.sum():
        return np.zeros(0, np.int64), []
    flat = _gathered(data, starts, sizes)
    if not is_usual(flat.tobytes()):
        return None
    marks = np.flatnonzero((flat == ord("&")) | (flat == ord("\r")))
    odd = np.unique(np.searchsorted(np.cumsum(sizes), marks, side="right"))
    written = (data[starts[one] : starts[one] + sizes[one]].tobytes() for one in odd)
    return odd, [as_read(text) for text in written]


def _written_otherwise(data: Bytes, starts: Numbers, sizes: Numbers) -> tuple[Numbers, list[bytes]] | None:
    """Which numbers are not written as a general reader shows them (2.50, 1E3, more than 15 digits), and how it does."""
    import numpy as np

    if not sizes.size:
        return starts, []
    if sizes.min() < 1 or sizes.max() > 30:
        return None
    flat, begins = _gathered(data, starts, sizes), np.cumsum(sizes) - sizes
    digits, points = (flat - np.uint8(ord("0"))) <= 9, flat == ord(".")
    if not np.isin(flat[~digits], list(b".-+eE")).all():
        return None
    minus = data[starts] == ord("-")
    first, second, last = data[starts + minus], data[starts + minus + 1], data[starts + sizes - 1]
    usual = (sizes <= 15) & (first != ord("."))
    usual &= (first != ord("0")) | (second == ord(".")) | ((sizes == 1) & ~minus)
    if not digits.all():
        counted, pointed = (np.add.reduceat(one, begins, dtype=np.int64) for one in (digits, points))
        if (pointed > 1).any():
            return None
        behind = np.zeros(sizes.size, np.int64)
        behind[pointed == 1] = (begins + sizes)[pointed == 1] - 1 - np.flatnonzero(points)
        usual &= (counted >= 1) & (counted + pointed + minus == sizes) & (behind <= _DECIMALS)
        usual &= (pointed == 0) | ((last != ord("0")) & (last != ord(".")))
    odd = np.flatnonzero(~usual)
    written = (data[start : start + size].tobytes() for start, size in zip(starts[odd], sizes[odd], strict=True))
    try:
        numbers = [float(text) for text in written]
    except ValueError:
        return None
    return (odd, [_shown(number) for number in numbers]) if np.isfinite(numbers).all() else None


def _shown(number: float) -> bytes:
    # As the general reader does: nine decimals are more than any table has, and hide what binary fractions add.
    return f"{number:.{_DECIMALS}f}".rstrip("0").rstrip(".").encode()


def _gathered(data: Bytes, starts: Numbers, sizes: Numbers) -> Bytes:
    """The texts one behind the other."""
    import numpy as np

    ends = np.cumsum(sizes)
    return np.take(data, np.repeat(starts - ends + sizes, sizes) + np.arange(ends[-1]))


def _frame(data: Bytes, starts: Numbers, sizes: Numbers, *, rows: Numbers, columns: Numbers) -> pl.DataFrame:
    """One column of text behind the other, cut into the columns of the sheet."""
    import numpy as np
    import polars as pl
    import pyarrow as pa

    left, height = int(columns.min()), int(rows[-1])
    width = int(columns.max()) - left + 1
    at = (columns - left) * height + rows - 1
    begins, lengths = np.full(width * height, -1, np.int64), np.zeros(width * height + 1, np.int64)
    begins[at], lengths[at + 1] = starts, sizes
    is_there = begins >= 0
    text = _gathered(data, begins[is_there], lengths[1:][is_there])
    buffers = (np.packbits(is_there, bitorder="little"), np.cumsum(lengths), text)
    cells = pa.LargeStringArray.from_buffers(width * height, *(pa.py_buffer(buffers[one]) for one in (1, 2, 0)))
    series = pl.Series(pl.from_arrow(cells))
    return pl.DataFrame(
        [series.slice(number * height, height).alias(f"__UNNAMED__{number}") for number in range(width)]
    )
