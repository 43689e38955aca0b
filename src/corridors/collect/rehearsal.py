"""A workbook opened first in a process of its own, where damage can end nothing else.

The library that reads workbooks allots memory for whatever a damaged file claims to hold, and without memory it ends the
whole process; it also follows chains of sectors that run in circles. So old workbooks, and any whose cells do not say
plainly where they stand, are rehearsed: this very file runs as a program that loads the workbook library and nothing else,
with little memory and little time. What it has opened, the reader opens again.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from collections.abc import Collection
from io import BytesIO

#: Memory in bytes, seconds of work and seconds in all that a rehearsal has; the library itself takes a sixteenth of them.
ROOM, WORK, PATIENCE = 1 << 30, 5, 9
_TOO_MUCH = "to open it takes more memory or time than any workbook of its size needs"
# Each begins with what it looks for: a search for one of two characters would take six times as long.
_UNPLAIN = (re.compile(rb'<c(?=[\s/>])(?! r="[A-Z]{1,3}[0-9]{1,7}")'), re.compile(rb":c[\s/>]"), re.compile(rb"\x00"))


def opening_fault(raw: bytes) -> str | None:
    """What keeps a workbook from being opened; None when all its sheets were opened in a process of their own.

    Parameters
    ----------
    raw
        The workbook's bytes.

    Examples
    --------
    >>> opening_fault(b"year,births")
    'Cannot detect file format'
    """
    import subprocess

    # A new program and no copy of this process: copies of processes with threads of their own can stand still for ever.
    words = [sys.executable, "-I", __file__]
    try:
        done = subprocess.run(
            words, input=raw, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return _TOO_MUCH
    return _TOO_MUCH if done.returncode else json.loads(done.stdout)


def are_plain(raw: bytes, paths: Collection[str]) -> bool:
    """Whether each cell of sheets says where it stands as spreadsheet programs say it (`<c r="B7"`).

    Where one does not, only the workbook library knows how far out it lies.

    Parameters
    ----------
    raw
        The bytes of an `.xlsx` workbook.
    paths
        Paths of the sheets inside it.

    Examples
    --------
    >>> target = BytesIO()
    >>> with zipfile.ZipFile(target, "w") as book:
    ...     book.writestr("one.xml", '<row r="1"><c r="A1"><v>5</v></c></row>')
    ...     book.writestr("two.xml", '<row r="999999999"><c><v>5</v></c></row>')
    >>> are_plain(target.getvalue(), ["one.xml"]), are_plain(target.getvalue(), ["two.xml"])
    (True, False)
    """
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        return not any(unplain.search(xml) for xml in map(archive.read, paths) for unplain in _UNPLAIN)


def _rehearse() -> str | None:
    """Open the workbook that comes in by the door and turn every sheet into a table."""
    import fastexcel

    try:
        book = fastexcel.read_excel(sys.stdin.buffer.read())
        for name in book.sheet_names:
            book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").__arrow_c_array__()
    except BaseException as error:  # The library's panic is no `Exception`.
        return _first_line(error)
    return None


def _first_line(error: BaseException) -> str:
    lines = str(error).removeprefix("calamine error: ").splitlines()
    return lines[0] if lines else type(error).__name__


def _limit() -> None:
    """Take away what this process does not need; a system without such limits keeps to the time alone."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))
    resource.setrlimit(resource.RLIMIT_CPU, (WORK, WORK))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _limit()
    sys.stdout.write(json.dumps(_rehearse()))
