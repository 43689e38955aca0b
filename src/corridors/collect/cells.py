"""Sheets as they were opened: headers found by what they say, cells turned into figures or findings."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridors.concepts.findings import DataError, Finding

if TYPE_CHECKING:
    import polars as pl

#: Where a cell lies, from its row as a spreadsheet counts them and the label of its column.
Place = Callable[[int, str], str]
#: Marks by which the United Nations Population Division says that a figure is not there, and "under half a unit".
MISSING, NEGLIGIBLE = ("..", "...", "…"), ("—",)
#: Findings of one kind in one file after which the rest is only counted.
SHOWN = 20
#: What mends a file that somebody edited.
UNCHANGED = "name the publisher's own, unchanged file"
#: Rows of a sheet among which its header is looked for.
_HEADER_WITHIN = 40


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

    def top(self, rows: int = 16) -> list[str]:
        """Texts of the first rows, where titles stand."""
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

    Raises
    ------
    DataError
        The bytes are no workbook.
    """
    import fastexcel

    try:
        workbook = fastexcel.read_excel(raw)
        return [
            Sheet(file, name, workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars())
            for name in workbook.sheet_names
            if wanted is None or wanted(name)
        ]
    except fastexcel.FastExcelError as error:
        fact = f"the workbook cannot be opened: {str(error).splitlines()[0]}"
        raise DataError([Finding("file-unreadable", file, fact, "download the file again")]) from error


def open_csv(raw: bytes, *, file: str) -> pl.DataFrame:
    """A CSV file with all cells as text and the column `row`: the line of the file, the header being line 1.

    Raises
    ------
    DataError
        The bytes are no CSV file in UTF-8.
    """
    import polars as pl

    try:
        text = raw.decode("utf-8-sig")
        if "\0" in text or not text.strip():
            raise ValueError("it holds no text")
        if text.lstrip().startswith("<"):
            raise ValueError("it is a web page, perhaps the publisher's error message")
        table = pl.read_csv(io.BytesIO(text.encode()), infer_schema=False)
    except (UnicodeDecodeError, ValueError, pl.exceptions.PolarsError) as error:
        fact = f"neither a workbook nor a CSV file in UTF-8: {str(error).splitlines()[0]}"
        raise DataError([Finding("file-unreadable", file, fact, "name the publisher's own file")]) from error
    return table.rename({name: name.strip() for name in table.columns}).with_row_index("row", offset=2)


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
    for number, row in enumerate(sheet.cells.head(_HEADER_WITHIN).iter_rows(), 1):
        folded = [fold_label(text) for text in row]
        found: dict[str, int] = {}
        for label in wanted:
            column = next((i for i, text in enumerate(folded) if text and label.fits(text)), None)
            if column is not None:
                found[label.name] = column
        if len(found) * 2 >= len(wanted) and (best is None or len(found) > len(best.columns)):
            best = Header(number, found, tuple(label.name for label in wanted if label.name not in found))
    return best


def missing_columns(header: Header, sheet: Sheet) -> list[Finding]:
    """One finding for each label that the header does not say."""
    return [
        Finding("column-missing", sheet.place(header.row), f"no column {name}", UNCHANGED) for name in header.missing
    ]


def figures(
    table: pl.DataFrame, *, place: Place, unit: float = 1, signed: bool = False, keep_blank: bool = True
) -> tuple[pl.DataFrame, list[Finding]]:
    """Cells as figures: adds `OBS_VALUE` and `OBS_STATUS` to a table with the columns `row`, `column` and `TEXT`.

    Parameters
    ----------
    table
        One cell a row. `..`, `...` and blank cells have no figure (status O); an em dash is zero.
    place
        Names a cell.
    unit
        Multiplies every figure, 1000 for a table in thousands.
    signed
        Whether figures may be below zero.
    keep_blank
        Whether blank cells stay as missing figures; otherwise they are no observation.
    """
    import polars as pl

    text = pl.col("TEXT").fill_null("").str.strip_chars()
    plain = text.replace(dict.fromkeys(NEGLIGIBLE, "0"))
    marked = table.with_columns(
        OBS_VALUE=plain.cast(pl.Float64, strict=False), IS_BLANK=text == "", IS_MISSING=text.is_in(["", *MISSING])
    )
    finite = pl.col("OBS_VALUE").is_not_null() & pl.col("OBS_VALUE").is_finite()
    unreadable = marked.filter(~pl.col("IS_MISSING") & ~finite)
    findings = [
        Finding("value-unreadable", place(row, column), f"{cell!r} is no figure", "write a number, or .. for none")
        for row, column, cell in unreadable.select("row", "column", "TEXT").iter_rows()
    ]
    if not signed:
        negative = marked.filter(pl.col("OBS_VALUE") < 0)
        findings += [
            Finding("value-negative", place(row, column), f"negative figure {cell}", "correct the figure")
            for row, column, cell in negative.select("row", "column", "TEXT").iter_rows()
        ]
    kept = marked if keep_blank else marked.filter(~pl.col("IS_BLANK"))
    # Published thousands have three decimals: rounding takes away what only binary fractions added.
    value = pl.col("OBS_VALUE") * unit
    value = value.round(3) if unit > 1 else value
    status = pl.when("IS_MISSING").then(pl.lit("O")).otherwise(pl.lit("A"))
    return kept.with_columns(OBS_VALUE=value, OBS_STATUS=status).drop("IS_BLANK", "IS_MISSING"), findings


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
    """The year that a label is, or None.

    Examples
    --------
    >>> year_of("2020"), year_of("1990.0"), year_of("1990-1995")
    ('2020', '1990', None)
    """
    match = re.fullmatch(r"\s*((?:19|20|21)\d\d)(?:\.0)?\s*", text or "")
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
