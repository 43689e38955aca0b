"""Files as they were opened: the publisher's labels under one set of names, whatever the layout."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import polars as pl

from corridors.collect.answers import is_json, open_answer
from corridors.collect.cells import UNCHANGED, Place, fold_label, open_csv
from corridors.collect.columns import place_in
from corridors.concepts.findings import DataError, Finding, raise_if_any

WANTED = (
    "end-year population, flows, asylum applications, asylum decisions, solutions, demographics or Palestine refugees: "
    "as a table of the R package refugees, as JSON or CSV of the population API, as CSV of the Humanitarian Data "
    "Exchange, as the old popstats export, or as an annex workbook of Global Trends"
)
#: Layouts by a label that only they have, in the order in which they are asked.
LAYOUTS = {
    "iso3coo": "HDX feed with short labels",
    "country of origin code": "HDX feed with long labels",
    "country of origin (iso)": "CSV of the population API",
    "country of origin": "CSV of the population API without ISO codes",
    "origin": "old popstats export",
    "origin / returned from": "old popstats export",
    "coo_iso": "table of the R package refugees or of the population API",
    "coo": "table of the R package refugees or of the population API, without ISO codes",
}
POPSTATS = "old popstats export"
_HEADER_WITHIN, _ENOUGH = 40, 3
#: Columns of codes that a file may spell out beside them; the label of the code stands first among the known ones.
_SPELT_OUT = ("procedure_type", "app_type", "dec_level")
#: Tags of the Humanitarian Exchange Language stand in a row of their own below the header.
_TAG = "#"


@dataclass(frozen=True, slots=True)
class Opened:
    """One file.

    Parameters
    ----------
    table
        Text of every cell under our names of columns, and `row`: the row of a file, the item of an answer.
    labels
        What the file calls each column.
    layout
        The layout in words.
    preamble
        Lines above the header.
    file
        What findings call the file.
    is_answer
        Whether it is JSON of the API.
    """

    table: pl.DataFrame
    labels: Mapping[str, str]
    layout: str
    preamble: tuple[str, ...]
    file: str
    is_answer: bool = False

    @property
    def place(self) -> Place:
        """Names a cell as the file does."""
        if self.is_answer:
            return lambda row, column: f"{self.file}, item {row}, key {self.labels.get(column, column)}"
        named = place_in(self.file)
        return lambda row, column: named(row, self.labels.get(column, column))

    def rows(self, numbers: str) -> str:
        """Names rows, given their numbers."""
        return f"{self.file}, {'items' if self.is_answer else 'rows'} {numbers}"


@cache
def known_labels() -> Mapping[str, str]:
    """Our name of a column by the folded label of any layout; blank for labels that are left out."""
    text = files("corridors.collect.sources").joinpath("unhcr", "labels.csv").read_text(encoding="utf-8")
    return MappingProxyType({row["label"]: row["column"] for row in csv.DictReader(text.splitlines())})


def open_file(raw: bytes, *, file: str) -> Opened:
    """The one table of a CSV file or of an answer of the API.

    Raises
    ------
    DataError
        It is neither, it is another table, it is a part only, or a column has a label that nobody knows.
    """
    if is_json(raw):
        return _from_answer(raw, file)
    return _from_csv(raw, file)


def _from_csv(raw: bytes, file: str) -> Opened:
    lines = _text(raw, file).split("\n")
    number, heads = _header(lines, file)
    _require_distinct(heads, f"{file}, row {number + 1}")
    table = open_csv("\n".join(lines[number:]).encode(), file=file)
    torn = [head for head in heads if head not in table.columns]
    fact = f"row {number + 1} cannot be told into columns at {', '.join(torn[:3])}"
    raise_if_any([Finding("file-unreadable", file, fact, UNCHANGED)] if torn else [])
    table = table.with_columns(pl.col("row") + number)
    table = table.filter(~pl.col(table.columns[1]).fill_null("").str.starts_with(_TAG))
    preamble = tuple(line.strip(' ",\r') for line in lines[:number] if line.strip(' ",\r'))
    found = _named(table, heads, file=file, place=f"{file}, row {number + 1}")
    return Opened(found.table, found.labels, found.layout, preamble, file)


def _text(raw: bytes, file: str) -> str:
    try:
        text = raw.decode("utf-8-sig")
        if "\0" in text or not text.strip():
            raise ValueError("it holds no text")
    except ValueError as error:
        fact = f"neither a workbook, nor JSON, nor a CSV file in UTF-8: {str(error).splitlines()[0]}"
        raise DataError([Finding("file-unreadable", file, fact, "name the publisher's own file")]) from error
    return text.replace("\r\n", "\n")


def _header(lines: Sequence[str], file: str) -> tuple[int, list[str]]:
    """The first line that says a year and most of a table, counted from 0, and its labels."""
    for number, line in enumerate(lines[:_HEADER_WITHIN]):
        heads = _cells(line)
        folded = [fold_label(head) for head in heads]
        if "year" in folded and sum(label in known_labels() for label in folded) >= _ENOUGH:
            return number, heads
    seen = ", ".join(_cells(lines[0])[:14])
    raise DataError([Finding("table-wrong", file, f"a file that begins with {seen}", f"wanted is {WANTED}")])


def _cells(line: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line]), [])]
    except csv.Error:
        return []


def _require_distinct(heads: Sequence[str], place: str) -> None:
    folded = [fold_label(head) for head in heads]
    twice = sorted({head for head in heads if head and folded.count(fold_label(head)) > 1})
    findings = [Finding("key-duplicate", place, f"two columns {head}", UNCHANGED) for head in twice]
    findings += [_unknown(head, place) for head in heads if not head or head == "row"]
    raise_if_any(findings)


def _unknown(label: str, place: str) -> Finding:
    return Finding("column-unknown", place, f"nobody knows what a column {label!r} holds", UNCHANGED)


def _named(table: pl.DataFrame, heads: Sequence[str], *, file: str, place: str) -> Opened:
    """The table under our names of columns."""
    known = known_labels()
    by_label = {fold_label(head): head for head in heads}
    raise_if_any(_unknown(head, place) for label, head in by_label.items() if label not in known)
    layout = next((words for label, words in LAYOUTS.items() if label in by_label), None)
    if layout is None or not any(known[label].startswith("coa") for label in by_label):
        fact = f"a table with the columns {', '.join(heads[:14])}"
        raise DataError([Finding("table-wrong", file, fact, f"wanted is {WANTED}")])
    if not table.height:
        raise DataError([Finding("table-wrong", file, "the table holds no row", f"wanted is {WANTED}")])
    labels, findings = _columns(by_label, place)
    if "year" not in labels:
        findings.append(Finding("column-missing", place, "no column of years", UNCHANGED))
    raise_if_any(findings)
    columns = [pl.col(label).cast(pl.String).str.strip_chars().alias(column) for column, label in labels.items()]
    return Opened(table.select("row", *columns), labels, layout, (), file)


def _columns(by_label: Mapping[str, str], place: str) -> tuple[dict[str, str], list[Finding]]:
    """Label of each of our columns, and columns that a file gives under two labels."""
    labels: dict[str, str] = {}
    findings = []
    for label, column in known_labels().items():
        if not column or label not in by_label:
            continue
        if column in labels and column not in _SPELT_OUT:
            fact = f"columns {labels[column]} and {by_label[label]} hold the same"
            findings.append(Finding("key-duplicate", place, fact, "keep one"))
        labels.setdefault(column, by_label[label])
    return labels, findings


def _from_answer(raw: bytes, file: str) -> Opened:
    table = open_answer(raw, file=file, wanted=WANTED)
    found = _named(table, table.columns[1:], file=file, place=file)
    layout = f"JSON answer of the population API: {found.layout}"
    return Opened(found.table, found.labels, layout, (), file, is_answer=True)
