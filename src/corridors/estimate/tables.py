"""Accounts as tables in files: two stocks and the events between them, read whole or refused with every fault at once.

A stock has a row for each birthplace and a column for each area of residence, its first column holding the birthplaces. The
events have a row for each area, its first column holding the areas, and the columns `births` and `deaths`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import polars as pl
import xarray as xr

from corridors.collect.cells import ROW, capped, open_csv
from corridors.collect.textfiles import text_table
from corridors.collect.unpacking import unpack
from corridors.concepts.findings import AreaFinding, DataError, Finding, raise_if_any
from corridors.estimate._table_faults import MOST, POPULATIONS, mixed_units, totals_among_areas, without_natives

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Missing = Literal["refuse", "zero", "carry"]
#: How a cell is written that holds no figure.
_BLANK = frozenset({"", ".", "..", "...", "na", "nan", "n/a", "null", "none", "-"})
_EVENTS = ("births", "deaths")
_NAMED = 8


@dataclass(frozen=True, slots=True)
class AccountTables:
    """What an estimate of flows takes, on the labels of the first stock.

    Parameters
    ----------
    stock_start, stock_end
        Persons, dims (birthplace, destination).
    births, deaths
        Events, dims (destination,).
    filled
        Cells that were blank and were filled as asked.
    """

    stock_start: xr.DataArray
    stock_end: xr.DataArray
    births: xr.DataArray
    deaths: xr.DataArray
    filled: int

    @property
    def areas(self) -> list[str]:
        """Areas of residence."""
        return [str(code) for code in self.births["destination"].values]


@dataclass(frozen=True, slots=True)
class _Table:
    """Figures with their labels and lines in the file; a blank cell is not a number."""

    file: str
    labels: list[str]
    columns: list[str]
    lines: list[int]
    values: Floats
    findings: list[Finding] = field(default_factory=list)

    def place(self, row: int, column: int) -> str:
        return f"{self.file}, row {self.lines[row]} ({self.labels[row]}), column {self.columns[column]}"


def read_account(
    stock_start: bytes, stock_end: bytes, vital: bytes, *, files: tuple[str, str, str], missing: Missing = "refuse"
) -> AccountTables:
    r"""Read two stocks and the events between them.

    Parameters
    ----------
    stock_start, stock_end, vital
        CSV files, packed or not. Rows and columns may stand in any order.
    files
        What findings call the three.
    missing
        What a blank cell is: a fault (`refuse`); nobody (`zero`); or the figure of the other date (`carry`). Natives and
        events are never filled.

    Raises
    ------
    ValueError
        `missing` is none of those allowed.
    DataError
        All faults of the three files: not a table, a cell that is no figure or blank, a label twice, areas that differ,
        fewer than two areas, totals among them, no native-born, units that differ.

    Examples
    --------
    >>> start, end = b"birth,AAA,BBB\nAAA,90,10\nBBB,0,80\n", b"birth,BBB,AAA\nAAA,30,70\nBBB,75,5\n"
    >>> vital = b"country,births,deaths\nAAA,3,1\nBBB,2,2\n"
    >>> found = read_account(start, end, vital, files=("start.csv", "end.csv", "vital.csv"))
    >>> float(found.stock_end.sel(birthplace="AAA", destination="BBB")), found.stock_end["destination"].values.tolist()
    (30.0, ['AAA', 'BBB'])
    """
    if missing not in get_args(Missing):
        raise ValueError(f"no missing {missing!r}; there are {', '.join(get_args(Missing))}")
    start, end, events = _opened((stock_start, stock_end, vital), files)
    raise_if_any(
        [
            *capped([*start.findings, *end.findings, *events.findings]),
            *_too_few(start),
            *_differing(start, end, events),
        ]
    )
    end, events = _ordered(end, start.labels, start.columns), _ordered(events, start.columns, events.columns)
    filled = sum(int(np.isnan(table.values).sum()) for table in (start, end))
    first, second = _filled(start, end, missing), _filled(end, start, missing)
    raise_if_any(capped([*_blanks(start, first), *_blanks(end, second), *_blanks(events, events.values)]))
    raise_if_any(_faults_of_tables(first, second, start=start, end=end, events=events))
    births, deaths = (events.values[:, events.columns.index(name)] for name in _EVENTS)
    return AccountTables(
        stock_start=_labelled(first, start),
        stock_end=_labelled(second, start),
        births=xr.DataArray(births, {"destination": start.columns}, ("destination",), attrs={"unit": "events"}),
        deaths=xr.DataArray(deaths, {"destination": start.columns}, ("destination",), attrs={"unit": "events"}),
        filled=filled,
    )


def read_seed(raw: bytes, *, file: str, areas: list[str], stays: bool = False) -> xr.DataArray:
    r"""Read a table of origins by destinations that flows should resemble.

    Parameters
    ----------
    raw
        CSV file with a row for each origin and a column for each destination, packed or not.
    file
        What findings call it.
    areas
        Areas of the account, each of which must have its row and column.
    stays
        Whether the diagonal is needed, as for independence; otherwise a blank one is nobody.

    Raises
    ------
    DataError
        All faults of the file.

    Examples
    --------
    >>> raw = b"orig,BBB,AAA\nAAA,2,\nBBB,,1\n"
    >>> float(read_seed(raw, file="seed.csv", areas=["AAA", "BBB"]).sel(origin="AAA", destination="BBB"))
    2.0
    """
    table = _table(raw, file=file)
    raise_if_any(
        [
            *capped(table.findings),
            *_unlike(file, "row", table.labels, areas),
            *_unlike(file, "column", table.columns, areas),
        ]
    )
    table = _ordered(table, areas, areas)
    values = table.values.copy()
    if not stays:
        np.fill_diagonal(values, np.nan_to_num(values.diagonal()))
    negative = [
        AreaFinding(
            "value-negative",
            table.place(row, column),
            f"{values[row, column]:,g}",
            "correct the seed",
            (areas[row], areas[column]),
        )
        for row, column in np.argwhere(values < 0)
    ]
    raise_if_any(capped([*_blanks(table, values, seed=True), *negative]))
    return xr.DataArray(values, {"origin": areas, "destination": areas}, ("origin", "destination"), attrs={"unit": "1"})


def flow_rows(**tables: xr.DataArray) -> pl.DataFrame:
    """Flows as rows of origin, destination and one column a table, the empty diagonal left out.

    Examples
    --------
    >>> import xarray as xr
    >>> coords = {"origin": ["AAA", "BBB"], "destination": ["AAA", "BBB"]}
    >>> flow = xr.DataArray([[float("nan"), 2.5], [0.0, float("nan")]], coords, ("origin", "destination"))
    >>> flow_rows(flow=flow).rows()
    [('AAA', 'BBB', 2.5), ('BBB', 'AAA', 0.0)]
    """
    first = next(iter(tables.values()))
    codes = np.array([str(code) for code in first["origin"].values])
    origin, destination = np.nonzero(~np.eye(codes.size, dtype=bool))
    # Adding zero turns a negative zero into zero.
    figures = {name: table.values[origin, destination] + 0.0 for name, table in tables.items()}
    return pl.DataFrame({"origin": codes[origin], "destination": codes[destination], **figures})


def _opened(raws: tuple[bytes, bytes, bytes], files: tuple[str, str, str]) -> list[_Table]:
    tables: list[_Table] = []
    findings: list[Finding] = []
    for raw, file, needed in zip(raws, files, ((), (), _EVENTS), strict=True):
        try:
            tables.append(_table(raw, file=file, needed=needed))
        except DataError as error:
            findings += error.findings
    raise_if_any(findings)
    return tables


def _table(raw: bytes, *, file: str, needed: tuple[str, ...] = ()) -> _Table:
    """The first column as labels, all others as figures; of a table of events only the columns that are known."""
    frame = _frame(unpack(raw, file=file), file=file)
    # An area may be called as the count of rows is; a column without a name or a figure is a comma too many.
    named = {name: ROW if name == f"{ROW} of the file" else name for name in frame.columns if name != ROW}
    label, *columns = named
    columns = [name for name in columns if name or frame.get_column(name).str.strip_chars().fill_null("").ne("").any()]
    if needed:
        absent = [name for name in needed if name not in columns]
        raise_if_any(
            Finding(
                "column-missing",
                f"{file}, row 1",
                f"no column {name}; there are {', '.join(columns)}",
                f"add the column {name}",
            )
            for name in absent
        )
        columns = [name for name in (*_EVENTS, *POPULATIONS) if name in columns]
    labels = [(text or "").strip() for text in frame.get_column(label)]
    lines = frame.get_column(ROW).to_list()
    values = frame.select(pl.col(columns).str.strip_chars().cast(pl.Float64, strict=False).fill_null(np.nan)).to_numpy()
    table = _Table(file, labels, [named[name] for name in columns], lines, np.array(values, dtype=float))
    table.findings.extend([*_repeated(table), *_unreadable(table, [frame.get_column(name) for name in columns])])
    return table


def _frame(raw: bytes, *, file: str) -> pl.DataFrame:
    try:
        return open_csv(raw, file=file)
    except DataError:
        raise_if_any(_too_long(raw, file=file))
        raise


def _too_long(raw: bytes, *, file: str) -> Iterator[Finding]:
    """Rows with more cells than the header: the reader of columns says neither which nor why."""
    written = text_table(raw, file=file)
    reader = csv.reader(io.StringIO(written.text), delimiter=written.separator)
    mend = "write figures without separators of thousands, and text with commas in quotes"
    for row in reader:
        if len(row) > len(written.columns):
            fact = f"{len(row)} cells under {len(written.columns)} columns"
            yield Finding("file-unreadable", f"{file}, row {reader.line_num}", fact, mend)


def _unreadable(table: _Table, texts: list[pl.Series]) -> Iterator[Finding]:
    for row, column in np.argwhere(~(np.abs(table.values) <= MOST)):
        text = (texts[int(column)][int(row)] or "").strip()
        if np.isfinite(table.values[row, column]):
            mend = "write the number of persons"
            fact = f"{text!r} is more than any number of persons"
            yield AreaFinding("value-unreadable", table.place(row, column), fact, mend, _areas(table, row, column))
        elif text.casefold() not in _BLANK:
            mend = "write the figure with digits and a point only, or leave the cell blank"
            yield AreaFinding(
                "value-unreadable", table.place(row, column), f"{text!r} is no figure", mend, _areas(table, row, column)
            )


def _areas(table: _Table, row: int, column: int) -> tuple[str, ...]:
    named = table.columns[column]
    return (table.labels[row],) if named in (*_EVENTS, *POPULATIONS, table.labels[row]) else (table.labels[row], named)


def _repeated(table: _Table) -> Iterator[Finding]:
    if "" in table.columns:
        mend = "write the area's code above its figures"
        yield Finding("area-unknown", f"{table.file}, row 1", "a column of figures without a label", mend)
    seen: dict[str, int] = {}
    for label, line in zip(table.labels, table.lines, strict=True):
        place = f"{table.file}, row {line}"
        if not label:
            yield Finding("area-unknown", place, "a row without a label", "write the area's code in the first column")
        elif label in seen:
            fact = f"{label} has a row already, row {seen[label]}"
            yield AreaFinding("key-duplicate", place, fact, "keep one, or add the two up", (label,))
        seen.setdefault(label, line)


def _too_few(start: _Table) -> list[Finding]:
    if len(start.columns) >= 2:
        return []
    fact = f"{len(start.columns)} area of residence: nobody can move"
    return [
        AreaFinding("areas-too-few", start.file, fact, "give the stocks of at least two areas", tuple(start.columns))
    ]


def _differing(start: _Table, end: _Table, events: _Table) -> list[Finding]:
    return [
        *_unlike(end.file, "row", end.labels, start.labels, start.file),
        *_unlike(end.file, "column", end.columns, start.columns, start.file),
        *_unlike(events.file, "row", events.labels, start.columns, f"the header of {start.file}"),
        *_lacking(start.file, "no row", set(start.columns) - set(start.labels), "its header has"),
    ]


def _unlike(file: str, what: str, found: list[str], wanted: list[str], other: str = "the account") -> list[Finding]:
    return [
        *_lacking(file, f"no {what}", set(wanted) - set(found), f"{other} has"),
        *_lacking(file, f"a {what}", set(found) - set(wanted), f"{other} has not"),
    ]


def _lacking(file: str, what: str, labels: set[str], who: str) -> list[Finding]:
    areas = tuple(sorted(label for label in labels if label))
    if not areas:
        return []
    shown = ", ".join(areas[:_NAMED]) + (f" and {len(areas) - _NAMED} more" if len(areas) > _NAMED else "")
    mend = "bring all tables to the same areas: add what is missing, or leave it out everywhere"
    return [AreaFinding("areas-differ", file, f"{what} for {shown}, which {who}", mend, areas)]


def _ordered(table: _Table, labels: list[str], columns: list[str]) -> _Table:
    rows = [table.labels.index(label) for label in labels]
    across = [table.columns.index(name) for name in columns]
    return _Table(table.file, labels, columns, [table.lines[row] for row in rows], table.values[np.ix_(rows, across)])


def _filled(table: _Table, other: _Table, missing: Missing) -> Floats:
    """Blank cells as asked; natives stay blank, for none is ever nobody and none stays as it was."""
    if missing == "refuse":
        return table.values
    foreign = np.array(table.labels)[:, None] != np.array(table.columns)
    figures = np.zeros_like(table.values) if missing == "zero" else other.values
    return np.where(np.isnan(table.values) & foreign, figures, table.values)


def _blanks(table: _Table, values: Floats, *, seed: bool = False) -> Iterator[Finding]:
    for row, column in np.argwhere(np.isnan(values)):
        label, name = table.labels[row], table.columns[column]
        if name in POPULATIONS:
            # They only serve to compare units.
            continue
        if name == label and seed:
            mend = "write what staying weighs against moving: independence lets people stay where the diagonal says so"
        elif name == label:
            mend = "write the native-born: population less foreign-born"
        elif seed or name in _EVENTS:
            mend = "write the figure; there is no estimate without it"
        else:
            mend = (
                "write the figure, 0 if nobody lives there; or choose what all such cells are: --missing zero (nobody),"
                " --missing carry (as many as at the other date)"
            )
        yield AreaFinding("cell-missing", table.place(row, column), "no figure", mend, _areas(table, row, column))


def _faults_of_tables(
    first: Floats, second: Floats, *, start: _Table, end: _Table, events: _Table
) -> Iterator[Finding]:
    # One file may be named twice, as where nothing changed.
    tables = {start.file: first, end.file if end.file != start.file else f"{end.file} (end)": second}
    yield from totals_among_areas(tables, start.labels, start.columns)
    yield from without_natives(tables, start.labels, start.columns)
    columns = dict(zip(events.columns, events.values.T, strict=True))
    residents = first.sum(axis=0), second.sum(axis=0)
    yield from mixed_units(residents, columns, files=(start.file, events.file), areas=start.columns)


def _labelled(values: Floats, table: _Table) -> xr.DataArray:
    coords = {"birthplace": table.labels, "destination": table.columns}
    return xr.DataArray(values, coords, ("birthplace", "destination"), attrs={"unit": "persons"})
