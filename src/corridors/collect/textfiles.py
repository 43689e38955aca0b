"""Text files as publishers and spreadsheet programs save them: encodings, ends of lines, what parts the columns."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass

from corridors.concepts.findings import DataError, Finding

#: How to save a table so that it is read.
SAVE_AGAIN = "open it in a spreadsheet program and save it as 'CSV UTF-8 (comma delimited)'"
_NAME = "name the publisher's own file"
_NO_TABLE = "neither a workbook nor a CSV file in UTF-8"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DECIMAL_COMMA = re.compile(r'(?:^|[;\t])"?-?\d+,\d+"?(?=[;\t\r\n]|$)', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TextTable:
    """The text of a table, what parts its columns, and their names."""

    text: str
    separator: str
    columns: tuple[str, ...]


def text_table(raw: bytes, *, file: str, decimal: str = ".", encoding: str = "utf-8") -> TextTable:
    r"""The text of a table with its encoding, ends of lines and separator found out.

    UTF-8 and UTF-16 with its mark are read, and columns parted by commas, semicolons or tabs. What could be read in two
    ways is a finding: another encoding, or decimal commas among semicolons.

    Parameters
    ----------
    raw
        The file's bytes.
    file
        What findings call it.
    decimal
        What sets off decimals in this publisher's files; a comma is no finding then.
    encoding
        How this publisher writes files that are not UTF-8, for example `cp1252`.

    Raises
    ------
    DataError
        The bytes are no table, or two columns have one name.

    Examples
    --------
    >>> text_table(b"year;births\r2020;7\r", file="births.csv").columns
    ('year', 'births')
    """
    text = _decoded(raw, file, encoding)
    if "\0" in text or not text.strip():
        raise _error(file, f"{_NO_TABLE}: it holds no text")
    if text.lstrip().startswith("<"):
        raise _error(file, f"{_NO_TABLE}: it is a web page, perhaps the publisher's error message")
    if "\r" in text and "\n" not in text:
        text = text.replace("\r", "\n")
    head = text.lstrip("\n\r").split("\n", 1)[0]
    separator = max(",;\t", key=head.count)
    if separator not in head:
        shown = head.strip()[:60]
        raise DataError([Finding("table-wrong", file, f"a text without columns ({shown!r}): not a table", _NAME)])
    if separator != "," and decimal != "," and _DECIMAL_COMMA.search(text):
        word = "tabs" if separator == "\t" else "semicolons"
        raise _error(file, f"its columns are parted by {word} and its figures have commas", SAVE_AGAIN)
    return TextTable(text, separator, _columns(text, separator, file))


def _decoded(raw: bytes, file: str, encoding: str) -> str:
    try:
        return raw.decode("utf-16") if raw.startswith(_UTF16) else raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if encoding != "utf-8" and b"\0" not in raw and not raw.startswith(_UTF16):
            return raw.decode(encoding, errors="replace")
        if b"\0" in raw or raw.startswith(_UTF16):
            raise _error(file, f"{_NO_TABLE}: {error.reason}") from error
        line = raw.count(b"\n", 0, error.start) + 1
        fact = f"text that is not UTF-8 (byte {raw[error.start]:#04x} in row {line}), probably Latin-1 or Windows-1252"
        raise _error(file, fact, SAVE_AGAIN) from error


def _columns(text: str, separator: str, file: str) -> tuple[str, ...]:
    """Names of the columns; a name that stands twice is a finding, because nothing says which column is meant."""
    try:
        names = tuple(name.strip() for name in next(csv.reader(io.StringIO(text), delimiter=separator)))
    except (csv.Error, StopIteration) as error:
        raise _error(file, f"{_NO_TABLE}: {error}") from error
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise DataError(
            Finding(
                "key-duplicate", f"{file}, row 1", f"two columns are called {name}", "keep one, or rename the other"
            )
            for name in twice
        )
    return names


def _error(file: str, fact: str, mend: str = _NAME) -> DataError:
    return DataError([Finding("file-unreadable", file, fact, mend)])
