"""Sheets as they were opened: headers found by what they say, cells turned into figures or findings."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from corridors.collect.plainsheets import plain_sheets
from corridors.collect.rehearsal import are_plain, opening_fault
from corridors.collect.swelling import swelling
from corridors.collect.textfiles import text_table
from corridors.collect.unpacking import BROKEN
from corridors.collect.xmlcells import CellsSeen, cells_seen, sheet_paths
from corridors.concepts.findings import DataError, Finding, raise_if_any

if TYPE_CHECKING:
    import polars as pl

#: Where a cell lies, from its row as a spreadsheet counts them and the label of its column.
Place = Callable[[int, str], str]
#: Marks by which the United Nations Population Division says that a figure is not there, and "under half a unit".
MISSING, NEGLIGIBLE = ("..", "...", "…"), ("—",)
#: A table whose only marks are those above.
NO_MARKS: Mapping[str, str] = MappingProxyType({})
#: Findings of one kind in one file after which the rest is only counted.
SHOWN = 20
#: How an old workbook (`.xls`) begins, and the columns that it can have.
OLD_WORKBOOK, WIDEST_OLD = b"\xd0\xcf\x11\xe0", 256
#: What mends a file that somebody edited.
UNCHANGED = "name the publisher's own, unchanged file"
#: Marks of footnotes behind a label, as a pattern: `*`, `(b)`, `(12)` or a letter with a bracket.
FOOTNOTES = r"(?:\s*(?:\*+|\(?(?:[a-z]|\d{1,2})\)|/[a-z]|\[[a-z0-9]{1,2}\]))*"
#: Column that counts the rows of a table as its file has them.
ROW = "row"
#: Rows of a sheet among which its header is looked for.
HEADER_WITHIN = 40


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: `cells` holds every cell as text, row 0 of the frame is row 1 of the sheet."""

    file: str
    name: str
    cells: pl.DataFrame

    def place(self, row: int | None = None, column: str | None = None) -> str:
        """File, sheet, row (from 1) and column label, as findings name them."""
        parts = [self.file]
        if self.name:
            parts.append(f"sheet {self.name}")
        if row is not None:
            parts.append(f"row {row}")
        if column is not None:
            parts.append(f"column {column}")
        return ", ".join(parts)

    def top(self, rows: int = HEADER_WITHIN) -> list[str]:
        """Texts of the first rows, where titles and headers stand."""
        return [text for row in self.cells.head(rows).iter_rows() for text in row if text]


@dataclass(frozen=True, slots=True)
class Label:
    """What a column's label says: all of `needs` (`|` parts alternatives), none of `never`."""

    name: str
    needs: tuple[str, ...]
    never: tuple[str, ...] = ()

    def fits(self, text: str) -> bool:
        """Whether a folded label says this."""
        return all(any(word in text for word in need.split("|")) for need in self.needs) and not any(
            word in text for word in self.never
        )


@dataclass(frozen=True, slots=True)
class Header:
    """A header: `row` as a spreadsheet counts, columns by the name of their label, and the labels it lacks."""

    row: int
    columns: Mapping[str, int]
    missing: tuple[str, ...]


def fold_label(text: str | None) -> str:
    r"""A label in lower case on one line.

    Examples
    --------
    >>> fold_label("Total Population,\n as of 1 July (thousands)")
    'total population, as of 1 july (thousands)'
    """
    return " ".join((text or "").split()).casefold()


def open_workbook(raw: bytes, *, file: str, wanted: Callable[[str], bool] | None = None) -> list[Sheet]:
    """Every sheet of a workbook, or those whose name is wanted.

    Cells that hold an error or a formula without a saved result say so, so that no reader takes them for blank.

    Raises
    ------
    DataError
        The bytes are no workbook, or a cell far out makes a sheet too large to be opened.
    """
    import fastexcel

    try:
        _require_size(raw, file)
        paths = sheet_paths(raw)
        if not paths:
            _require_opening(raw, file)
        workbook = fastexcel.read_excel(raw)
        names = [name for name in workbook.sheet_names if wanted is None or wanted(name)]
        plain = plain_sheets(raw, {name: paths[name] for name in names if name in paths})
        others = [name for name in names if name not in plain]
        seen = {name: cells_seen(raw, paths[name]) for name in others if name in paths}
        raise_if_any(_too_large(file, name, cells) for name, cells in seen.items() if cells.is_too_large)
        if paths and (len(seen) < len(others) or not are_plain(raw, [paths[name] for name in others])):
            _require_opening(raw, file)
        loaded = {name: workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string") for name in others}
        if raw.startswith(OLD_WORKBOOK):
            raise_if_any(
                _too_wide(file, name, sheet.width) for name, sheet in loaded.items() if sheet.width > WIDEST_OLD
            )
        frames = {name: plain[name] if name in plain else loaded[name].to_polars() for name in names}
    except BaseException as error:
        # A damaged workbook can make the reader in Rust panic: its exception is no `Exception` and nowhere to import.
        if not isinstance(error, (fastexcel.FastExcelError, *BROKEN)) and type(error).__name__ != "PanicException":
            raise
        raise _unopened(file, str(error).splitlines()[0] if str(error) else type(error).__name__) from error
    return [
        Sheet(file, name, _with_broken(frame, seen[name]) if name in seen else frame) for name, frame in frames.items()
    ]


def _require_size(raw: bytes, file: str) -> None:
    if member := swelling(raw):
        fact = f"its member {member} unpacks to more than the archive says"
        raise DataError([Finding("archive-too-large", file, fact, "name the publisher's own file")])


def _require_opening(raw: bytes, file: str) -> None:
    if fault := opening_fault(raw):
        raise _unopened(file, fault)


def _unopened(file: str, fault: str) -> DataError:
    fact = f"the workbook cannot be opened: {fault}"
    return DataError([Finding("file-unreadable", file, fact, "download the file again")])


def _too_wide(file: str, name: str, width: int) -> Finding:
    fact = f"{width:,} columns, where a workbook of this kind has {WIDEST_OLD} at most"
    return Finding("sheet-too-large", f"{file}, sheet {name}", fact, "download the file again")


def _too_large(file: str, name: str, cells: CellsSeen) -> Finding:
    fact = f"{cells.written:,} cells span {cells.spanned:,} up to {cells.last}"
    mend = "delete all rows and columns beyond the table, among them the one of that cell, and save the workbook"
    return Finding("sheet-too-large", f"{file}, sheet {name}", fact, mend)


def _with_broken(frame: pl.DataFrame, seen: CellsSeen) -> pl.DataFrame:
    """A sheet whose broken cells say what they are: a reader of values leaves them blank, as if no figure were there."""
    import polars as pl

    found: dict[int, dict[int, str]] = {}
    for cell in seen.broken:
        # The frame starts with the first column that holds a value.
        column = cell.column - seen.first_column
        if 0 <= column < frame.width and cell.row <= frame.height:
            found.setdefault(column, {})[cell.row - 1] = cell.text
    columns = []
    for column, texts in found.items():
        values = frame.to_series(column).to_list()
        for row, text in texts.items():
            values[row] = text
        columns.append(pl.Series(frame.columns[column], values, dtype=pl.String))
    return frame.with_columns(columns)


def open_csv(raw: bytes, *, file: str, decimal: str = ".", encoding: str = "utf-8") -> pl.DataFrame:
    """A CSV file with all cells as text and the column `row`: the line of the file, the header being line 1.

    Blank lines are left out; a column that the file itself calls `row` is `row of the file`.

    Raises
    ------
    DataError
        The bytes are no table, see `text_table`.
    """
    import polars as pl

    written = text_table(raw, file=file, decimal=decimal, encoding=encoding)
    try:
        table = pl.read_csv(io.BytesIO(written.text.encode()), infer_schema=False, separator=written.separator)
        # The table counts its own rows in the column `row`; heads that differ only by blanks cannot be told apart.
        names = {name: name.strip() if name.strip() != ROW else f"{ROW} of the file" for name in table.columns}
        numbered = table.rename(names).with_row_index(ROW, offset=2)
    except (ValueError, pl.exceptions.PolarsError) as error:
        fact = f"neither a workbook nor a CSV file in UTF-8: {str(error).splitlines()[0]}"
        raise DataError([Finding("file-unreadable", file, fact, "name the publisher's own file")]) from error
    return numbered.filter(~pl.all_horizontal(pl.all().exclude(ROW).is_null()))


def find_header(sheet: Sheet, labels: Iterable[Label]) -> Header | None:
    """The row that says most of the labels; None when no row says even half of them.

    Parameters
    ----------
    sheet
        The sheet.
    labels
        What the columns must say. The first column that fits takes a label.
    """
    wanted = tuple(labels)
    best: Header | None = None
    for number, row in enumerate(sheet.cells.head(HEADER_WITHIN).iter_rows(), 1):
        folded = [fold_label(text) for text in row]
        found: dict[str, int] = {}
        for label in wanted:
            column = next((i for i, text in enumerate(folded) if text and label.fits(text)), None)
            if column is not None:
                found[label.name] = column
        if len(found) * 2 >= len(wanted) and (best is None or len(found) > len(best.columns)):
            best = Header(number, found, tuple(label.name for label in wanted if label.name not in found))
    return best


def stray_columns(sheet: Sheet, row: int, *, read: Collection[int], word: str) -> list[Finding]:
    """Columns from the first one read on that have a label which is not read, or figures below a blank one.

    Parameters
    ----------
    sheet
        The sheet.
    row
        Row of the labels, as a spreadsheet counts.
    read
        Columns whose labels are read.
    word
        What a label must be, for example `year`.
    """
    import polars as pl

    first = min(read, default=sheet.cells.width)
    below = sheet.cells.slice(row)
    findings, before = [], ""
    for index, text in enumerate(sheet.cells.row(row - 1)):
        label = (text or "").strip()
        if index > first and index not in read:
            column = below.to_series(index).cast(pl.String).str.strip_chars()
            if label:
                fact = f"{label!r} is no {word}"
                findings.append(Finding("label-unreadable", sheet.place(row), fact, f"write a {word} alone"))
            elif column.cast(pl.Float64, strict=False).is_not_null().any():
                fact = f"the column after {before!r} has figures and no {word} over them"
                findings.append(Finding("label-unreadable", sheet.place(row), fact, f"write the {word}"))
        before = label or before
    return findings


def missing_columns(header: Header, sheet: Sheet) -> list[Finding]:
    """One finding for each label that the header does not say."""
    return [
        Finding("column-missing", sheet.place(header.row), f"no column {name}", UNCHANGED) for name in header.missing
    ]


def figures(
    table: pl.DataFrame,
    *,
    place: Place,
    unit: float = 1,
    signed: bool = False,
    keep_blank: bool = True,
    marks: Mapping[str, str] = NO_MARKS,
) -> tuple[pl.DataFrame, list[Finding]]:
    """Cells as figures: adds `OBS_VALUE` and `OBS_STATUS` to a table with the columns `row`, `column` and `TEXT`.

    Parameters
    ----------
    table
        One cell a row; findings show `WRITTEN` instead of `TEXT` where a reader rewrote cells. `..`, `...` and blank cells
        have no figure (status O); an em dash is zero.
    place
        Names a cell.
    unit
        Multiplies every figure, 1000 for a table in thousands.
    signed
        Whether figures may be below zero.
    keep_blank
        Whether blank cells stay as missing figures; otherwise they are no observation.
    marks
        Status by further marks that the publisher writes in place of a figure; they outrank the marks above.
    """
    import polars as pl

    text = pl.col("TEXT").fill_null("").str.strip_chars()
    marked_as = text.replace_strict(dict(marks), default=None, return_dtype=pl.String)
    plain = text.replace(dict.fromkeys(NEGLIGIBLE, "0"))
    marked = table.with_columns(
        OBS_VALUE=pl.when(marked_as.is_null()).then(plain.cast(pl.Float64, strict=False)),
        IS_BLANK=text == "",
        MARK=pl.coalesce(marked_as, pl.when(text.is_in(["", *MISSING])).then(pl.lit("O"))),
    )
    shown = "WRITTEN" if "WRITTEN" in table.columns else "TEXT"
    finite = pl.col("OBS_VALUE").is_not_null() & pl.col("OBS_VALUE").is_finite()
    unreadable = marked.filter(pl.col("MARK").is_null() & ~finite)
    findings = [
        Finding("value-unreadable", place(row, column), f"{cell!r} is no figure", _mend_of(cell))
        for row, column, cell in unreadable.select("row", "column", shown).iter_rows()
    ]
    if not signed:
        negative = marked.filter(pl.col("OBS_VALUE") < 0)
        findings += [
            Finding("value-negative", place(row, column), f"negative figure {cell}", "correct the figure")
            for row, column, cell in negative.select("row", "column", shown).iter_rows()
        ]
    kept = marked if keep_blank else marked.filter(~pl.col("IS_BLANK"))
    # Published thousands have three decimals: rounding takes away what only binary fractions added.
    value = pl.col("OBS_VALUE") * unit
    value = value.round(3) if unit > 1 else value
    status = pl.col("MARK").fill_null("A")
    return kept.with_columns(OBS_VALUE=value, OBS_STATUS=status).drop("IS_BLANK", "MARK"), findings


def _mend_of(cell: str) -> str:
    if re.search(r"\(cell [A-Z]+\d+\)$", cell):
        return "open the workbook in a spreadsheet program, mend the cell and save it, or download it again"
    return "write a number, or .. for none"


def repeated_rows(table: pl.DataFrame, key: list[str], *, place: Callable[[str], str]) -> list[Finding]:
    """Rows of a file that carry one key: a finding for each key, with the numbers of its rows.

    Parameters
    ----------
    table
        Table with the columns `row` and those of the key.
    key
        Columns that tell rows apart.
    place
        Names the rows, given their numbers as text.
    """
    import polars as pl

    groups = table.group_by(key, maintain_order=True).agg(pl.col("row")).filter(pl.col("row").list.len() > 1)
    return [
        Finding(
            "key-duplicate",
            place(", ".join(map(str, rows[:5]))),
            f"{len(rows)} rows for {', '.join(map(str, values))}",
            "keep one",
        )
        for *values, rows in groups.iter_rows()
    ]


def year_of(text: str | None) -> str | None:
    """The year that a label is, with or without marks of footnotes, or None.

    Examples
    --------
    >>> year_of("2020"), year_of("1990.0"), year_of("1995*"), year_of("1995 (b)"), year_of("1990-1995")
    ('2020', '1990', '1995', '1995', None)
    """
    match = re.fullmatch(rf"\s*((?:19|20|21)\d\d)(?:\.0)?{FOOTNOTES}\s*", text or "")
    return match[1] if match else None


def capped(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, but of each kind only the first twenty and how many there are beside them."""
    counts: dict[str, int] = {}
    last: dict[str, Finding] = {}
    for finding in findings:
        counts[finding.code] = counts.get(finding.code, 0) + 1
        last[finding.code] = finding
        if counts[finding.code] <= SHOWN:
            yield finding
    for code, count in counts.items():
        if count > SHOWN:
            file = last[code].place.split(",")[0]
            yield Finding(code, file, f"{count - SHOWN} more of this kind", last[code].mend)
