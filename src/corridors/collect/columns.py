"""Columns of tidy CSV files: which must be there, what their cells may say, which rows contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from corridors.collect.cells import Place, open_csv
from corridors.collect.spellings import names_of
from corridors.collect.unpacking import is_workbook
from corridors.concepts.areas import known_areas
from corridors.concepts.findings import DataError, Finding, raise_if_any

if TYPE_CHECKING:
    import polars as pl

#: Two-letter codes by which European institutions depart from ISO 3166-1.
EUROPEAN_CODES = {"EL": "GRC", "UK": "GBR", "XK": "XKX"}
YEAR = r"^(?:19|20|21)\d\d$"


#: Bytes of a CSV file that are read at once.
BATCH = 1 << 22
#: Columns of which a source has no more than some dozen codes.
_FEW = ("SEX", "OBS_STATUS", "MEASURE", "UNIT_MEASURE", "SOURCE")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def code_type(column: str) -> pl.Categorical:
    """Type of a column of codes that repeat millions of times: one or two bytes each, read and compared like text.

    Examples
    --------
    >>> code_type("AREA") == code_type("ORIGIN"), code_type("AREA") == code_type("AGE")
    (True, False)
    """
    import polars as pl

    size = pl.UInt8 if column in _FEW else pl.UInt16
    kind = "AREA" if column in ("ORIGIN", "DESTINATION") else column
    return pl.Categorical(pl.Categories(kind, namespace="corridors", physical=size))


def csv_batches(raw: bytes, *, file: str) -> Iterator[pl.DataFrame]:
    """Rows of a CSV file as text, as `open_csv` gives them, a large file in stretches that follow each other.

    Parameters
    ----------
    raw
        The file's bytes.
    file
        What findings call it.

    Raises
    ------
    DataError
        The bytes are no table.
    """
    import polars as pl

    at = raw.find(b"\n") + 1
    if len(raw) <= 2 * BATCH or not at or raw.startswith(_UTF16):
        yield open_csv(raw, file=file)
        return
    head, rows = raw[:at], 0
    while at < len(raw):
        end = raw.find(b"\n", at + BATCH) + 1 or len(raw)
        # An end of line between quotation marks is no end of a row.
        while raw.count(b'"', at, end) % 2 and end < len(raw):
            end = raw.find(b"\n", end) + 1 or len(raw)
        try:
            table = open_csv(head + raw[at:end], file=file)
        except DataError:
            # Read whole, the file gives the finding with its own row.
            open_csv(raw, file=file)
            raise
        yield table.with_columns(pl.col("row") + rows)
        rows += raw.count(b"\n", at, end)
        at = end


def place_in(file: str) -> Place:
    """Names the cells of a file that has no sheets.

    Examples
    --------
    >>> place_in("flows.csv")(7, "year")
    'flows.csv, row 7, column year'
    """
    return lambda row, column: f"{file}, row {row}, column {column}"


def open_only_csv(raw: bytes, *, file: str, wanted: str) -> pl.DataFrame:
    """Rows of a CSV file as text, for a source that has no workbooks.

    Raises
    ------
    DataError
        It is a workbook, or the text is no table.
    """
    if is_workbook(raw):
        raise DataError([Finding("table-wrong", file, "it is a workbook", f"wanted is {wanted}")])
    return open_csv(raw, file=file)


def alpha2_names(source: str) -> Mapping[str, str]:
    """Area code of each two-letter code and of all that a source's `names.csv` says, which outranks the codes.

    Examples
    --------
    >>> names = alpha2_names("eurostat")
    >>> names["EL"], names["GR"], names["NA"]
    ('GRC', 'GRC', 'NAM')
    """
    iso = {area.iso2: code for code, area in known_areas().items() if area.iso2}
    return {**iso, **EUROPEAN_CODES, **names_of(source)}


def require_columns(table: pl.DataFrame, columns: Sequence[str], *, file: str, wanted: str) -> None:
    """Refuse a table that lacks columns; one that lacks most of them is another table.

    Parameters
    ----------
    table
        A CSV file as it was opened.
    columns
        Names that must be there.
    file
        What findings call the file.
    wanted
        The tables that would be read, for whoever named another one.

    Raises
    ------
    DataError
        Columns are missing.
    """
    missing = [name for name in columns if name not in table.columns]
    if len(missing) * 2 > len(columns):
        raise DataError([another_table(table, file=file, wanted=wanted)])
    raise_if_any(Finding("column-missing", f"{file}, row 1", f"no column {name}", f"add {name}") for name in missing)


def another_table(table: pl.DataFrame, *, file: str, wanted: str) -> Finding:
    """The finding for a CSV file that is none of those wanted."""
    seen = ", ".join(name for name in table.columns[:14] if name != "row")
    return Finding("table-wrong", file, f"a CSV file with the columns {seen}", f"wanted is {wanted}")


def cells_outside(
    table: pl.DataFrame, column: str, allowed: pl.Expr, *, code: str, mend: str, place: Place
) -> list[Finding]:
    """One finding for each text of a column that is not allowed, at its first row.

    Parameters
    ----------
    table
        Table with the columns `row` and `column`.
    column
        Column to look into.
    allowed
        True where a cell may stand; null counts as false.
    code
        The finding's code.
    mend
        What mends it.
    place
        Names a cell.
    """
    import polars as pl

    bad = table.filter(~allowed.fill_null(value=False)).group_by(column, maintain_order=True).agg(pl.col("row").min())
    return [
        Finding(code, place(row, column), f"{text or ''!r} is not allowed", mend)
        for text, row in bad.select(column, "row").iter_rows()
    ]


def one_row_each(
    table: pl.DataFrame, key: Sequence[str], *, place: Callable[[str], str]
) -> tuple[pl.DataFrame, list[Finding]]:
    """Let rows of one key and one figure fall together; rows of one key with different figures are findings.

    Parameters
    ----------
    table
        Table with the columns `row`, `OBS_VALUE`, `OBS_STATUS` and those of the key.
    key
        Columns that tell observations apart.
    place
        Names the rows, given their numbers as text.
    """
    import polars as pl

    groups = (
        table.group_by(key, maintain_order=True)
        .agg("row", "OBS_VALUE", pl.col("OBS_VALUE").n_unique().alias("figures"))
        .filter(pl.col("figures") > 1)
    )
    findings = [
        Finding(
            "key-duplicate",
            place(", ".join(map(str, rows[:5]))),
            f"{' and '.join(map(_shown, values[:5]))} for {', '.join(map(str, names))}",
            "keep one",
        )
        for *names, rows, values in groups.select(*key, "row", "OBS_VALUE").iter_rows()
    ]
    return table.unique(subset=key, keep="first", maintain_order=True), findings


def _shown(value: float | None) -> str:
    return "no figure" if value is None else f"{value:,.15g}"
