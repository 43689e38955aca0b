"""One sheet of the monthly registers: titles, columns, sections and notes, found by what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from corridors.collect.cells import UNCHANGED, Sheet, figures
from corridors.collect.sources.destatis._titles import (
    DIRECTIONS,
    PERSONS,
    PUBLICATION,
    SEXES,
    YEAR,
    Stretch,
    persons_in,
    squeeze,
    stretch_of,
    year_in,
)
from corridors.concepts.findings import Finding

#: Status by mark, in the words of the office's key to symbols: "." Zahlenwert unbekannt oder geheim zu halten; "..."
#: Angabe fällt später an; "/" keine Angabe, da Zahlenwert nicht sicher genug; "x" Tabellenfach gesperrt, weil Aussage
#: nicht sinnvoll. "-" and "–" say "nichts vorhanden", which is a zero.
MARKS = {".": "Q", "...": "O", "/": "O", "x": "M", "X": "M"}
NOTHING = ("-", "–")
#: The sixteen Länder; their columns only serve to check the column of Germany.
LAENDER = frozenset(
    {
        *("baden-württemberg", "bayern", "berlin", "brandenburg", "bremen", "hamburg", "hessen"),
        *("mecklenburg-vorpommern", "niedersachsen", "nordrhein-westfalen", "rheinland-pfalz", "saarland"),
        *("sachsen", "sachsen-anhalt", "schleswig-holstein", "thüringen"),
    }
)
_NUMBER = "lfd.nr."
#: Rows below the row of the places within which the figures begin.
_HEADER_ROWS = 12
_NOTE_MARK = re.compile(r"(?<=[^\d\s(])\s*(\d\))$")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of figures: `what` is `in`, `out`, `balance`, `section` (as the section says) or a Land's name."""

    index: int
    label: str
    what: str
    coverage: str
    sex: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand on a sheet: `header` and `first` row from 0, the column of the names, those of the figures."""

    header: int
    first: int
    names: int
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet, read.

    Parameters
    ----------
    cells
        Columns row, column, NAME, NOTE, DIRECTION (`in`, `out`, `balance`), LAND (blank for Germany), COVERAGE, SEX, OBS_VALUE
        and OBS_STATUS.
    stretch
        Period, as the sheet's name says where title and name disagree.
    titled
        Period that the title says, where it is another one.
    year, persons, copyright
        Year, word for the persons and year of the copyright line.
    """

    sheet: Sheet
    cells: pl.DataFrame
    stretch: Stretch
    titled: Stretch | None
    year: str
    persons: str
    copyright: str
    provisional: bool

    @property
    def by_land(self) -> bool:
        """Whether the columns are Germany and its Länder."""
        return self.persons != ""


def read_sheet(sheet: Sheet) -> tuple[Table | None, list[Finding]]:
    """One sheet; None with the findings that kept it from being read."""
    rows = sheet.cells.rows()
    header = next((i for i, row in enumerate(rows) if any(_is_place_label(text) for text in row)), None)
    titles = rows[: header or 0]
    if header is None or not any(PUBLICATION in squeeze(row) for row in titles):
        fact = "it is no sheet of Wanderungen über die Grenzen Deutschlands with a column Herkunfts-/bzw. Zielgebiet"
        return None, [Finding("table-wrong", sheet.place(), fact, UNCHANGED)]
    stretch, year, findings = _period(sheet, titles)
    layout, faults = _layout(sheet, rows, header, titles)
    findings += faults
    if layout is None or stretch is None or year is None:
        return None, findings
    notes = _notes(rows[layout.first :], layout.names)
    cells, faults = _cells(sheet, rows, layout, notes)
    findings += faults
    by_land = any(column.what == "section" for column in layout.columns)
    said = persons_in(titles) if by_land else None
    named = stretch_of(sheet.name)
    return Table(
        sheet,
        cells,
        stretch=named or stretch,
        titled=stretch if named not in (None, stretch) else None,
        year=year,
        persons={"_T": "personen", "NATIONALS": "deutsche", "FOREIGNERS": "nichtdeutsche"}[said[0]] if said else "",
        copyright=next((text for row in rows for text in row if text and text.startswith("©")), ""),
        provisional="vorläufig" in notes.get("*)", "").casefold(),
    ), findings


def _is_place_label(text: str | None) -> bool:
    return squeeze([text]).startswith("herkunfts-/bzw.zielgebiet")


def _period(sheet: Sheet, titles: Sequence[Sequence[str | None]]) -> tuple[Stretch | None, str | None, list[Finding]]:
    year = year_in(titles)
    findings = []
    if year is None:
        findings.append(Finding("period-unreadable", sheet.place(), "the titles name no year, or several", UNCHANGED))
    said = {stretch for row in titles for text in row if text and (stretch := stretch_of(text))}
    if len(said) > 1:
        findings.append(Finding("period-unreadable", sheet.place(), "the titles name several periods", UNCHANGED))
        return None, year, findings
    return (said.pop() if said else YEAR), year, findings


def _layout(
    sheet: Sheet, rows: Sequence[Sequence[str | None]], header: int, titles: Sequence[Sequence[str | None]]
) -> tuple[Layout | None, list[Finding]]:
    names = next(i for i, text in enumerate(rows[header]) if _is_place_label(text))
    within = range(header + 1, min(header + _HEADER_ROWS, len(rows)))
    first = next((i for i in within if rows[i][names] and sum(_is_figure(t) for t in rows[i][names + 1 :]) > 1), None)
    if first is None:
        fact = "no row of figures follows the header"
        return None, [Finding("table-wrong", sheet.place(header + 1), fact, UNCHANGED)]
    heads = [header] + [i for i in range(header + 1, first) if sum(bool(text) for text in rows[i]) > 2]
    columns, findings = [], []
    for index in range(names + 1, len(rows[header])):
        if not (rows[heads[-1]][index] or "").strip():
            continue
        stack = [_caption(rows[row], index, spread=row != heads[-1]) for row in heads]
        column = _column(index, [word for word in stack if word], persons_in(titles))
        if column is None:
            fact = f"the column {' / '.join(filter(None, stack))!r} is none that is known"
            findings.append(Finding("column-unknown", sheet.place(heads[-1] + 1), fact, UNCHANGED))
        elif column.what != _NUMBER:
            columns.append(column)
    findings += _missing(columns, sheet.place(heads[-1] + 1), persons_in(titles) is not None)
    return (None if findings else Layout(header, first, names, tuple(columns))), findings


def _caption(row: Sequence[str | None], index: int, *, spread: bool) -> str:
    """A caption holds until the next one, as merged cells do, except in the last row of the header."""
    while spread and index > 0 and not row[index]:
        index -= 1
    return squeeze([row[index]])


def _column(index: int, stack: Sequence[str], persons: tuple[str, str] | None) -> Column | None:
    label = stack[-1]
    if label == _NUMBER:
        return Column(index, label, _NUMBER, "", "")
    if label in LAENDER or label == "deutschland":
        coverage, sex = persons or ("", "")
        return Column(index, label, "section" if label == "deutschland" else label, coverage, sex)
    direction = [DIRECTIONS[word] for word in stack if word in DIRECTIONS]
    known = DIRECTIONS.keys() | PERSONS.keys() | SEXES.keys()
    if len(direction) != 1 or not set(stack) <= known:
        return None
    coverage = next((PERSONS[word] for word in stack if PERSONS.get(word, "_T") != "_T"), "_T")
    sex = next((SEXES[word] for word in stack if SEXES.get(word, "_T") != "_T"), "_T")
    return Column(index, f"{stack[0]}, {', '.join(stack[1:])}", direction[0], coverage, sex)


def _missing(columns: Sequence[Column], place: str, persons: bool) -> list[Finding]:
    by_land = [column for column in columns if column.what == "section"]
    if by_land:
        lacking = [] if persons else ["of Personen, Deutsche or Nichtdeutsche in the titles"]
    else:
        there = {(column.what, column.coverage) for column in columns if column.sex == "_T"}
        words = {"_T": "insgesamt", "NATIONALS": "deutsche", "FOREIGNERS": "nichtdeutsche"}
        lacking = [
            f"{direction} / {word}"
            for direction in ("zugezogene", "fortgezogene")
            for coverage, word in words.items()
            if (DIRECTIONS[direction], coverage) not in there
        ]
    repeated = {column.label for column in columns if [c.label for c in columns].count(column.label) > 1}
    return [Finding("column-missing", place, f"no column {name}", UNCHANGED) for name in lacking] + [
        Finding("key-duplicate", place, f"two columns {name}", UNCHANGED) for name in sorted(repeated)
    ]


def _is_figure(text: str | None) -> bool:
    return bool(re.fullmatch(r"-?\d+(?:\.\d+)?|\.|\.\.\.|[-–/xX]", (text or "").strip()))


def _notes(rows: Sequence[Sequence[str | None]], names: int) -> Mapping[str, str]:
    """Footnotes by their mark."""
    found = {}
    for row in rows:
        for text in row[: names + 1]:
            match = re.match(r"\s*(\*\)|\d\))\s*(\S.*)", text or "", re.DOTALL)
            if match:
                found[match[1]] = " ".join(match[2].split())
    return found


def _sections(rows: Sequence[Sequence[str | None]], layout: Layout) -> Iterator[tuple[str | None, int, int]]:
    """Direction (None where columns say it), first and last row from 0 of each stretch that `Insgesamt` closes."""
    direction, start = None, layout.first
    for i in range(layout.header + 1, len(rows)):
        word = squeeze(rows[i])
        if word in DIRECTIONS:
            direction, start = DIRECTIONS[word], max(i + 1, layout.first)
        elif i >= layout.first and squeeze([rows[i][layout.names]]) == "insgesamt":
            yield direction, start, i
            start = i + 1


def _cells(
    sheet: Sheet, rows: Sequence[Sequence[str | None]], layout: Layout, notes: Mapping[str, str]
) -> tuple[pl.DataFrame, list[Finding]]:
    sections = list(_sections(rows, layout))
    if not sections:
        fact = "no row Insgesamt closes the table"
        return pl.DataFrame(), [Finding("table-wrong", sheet.place(), fact, UNCHANGED)]
    findings = []
    by_section = any(column.what == "section" for column in layout.columns)
    kept = []
    for direction, start, end in sections:
        if by_section and direction is None:
            fact = "neither Zugezogene nor Fortgezogene stands above the figures"
            findings.append(Finding("column-missing", sheet.place(start + 1), fact, UNCHANGED))
        for i in range(start, end + 1):
            name = (rows[i][layout.names] or "").strip()
            texts = [rows[i][column.index] for column in layout.columns]
            if not name:
                findings += _nameless(sheet, i, texts)
                continue
            if not any(texts):
                continue
            first = layout.columns[0].index
            marks = [text for text in rows[i][layout.names + 1 : first] if text and text.strip() in notes]
            glued = _NOTE_MARK.search(name)
            marks += [glued[1]] if glued else []
            note = "; ".join(f"{mark.strip()} {notes.get(mark.strip(), '')}".strip() for mark in marks) or None
            kept.append((i + 1, _NOTE_MARK.sub("", name), note, direction, *texts))
    labels = {column.label: column for column in layout.columns}
    frame = pl.DataFrame(
        kept, schema={"row": pl.UInt32, **dict.fromkeys(("NAME", "NOTE", "SECTION", *labels), pl.String)}, orient="row"
    )
    long = frame.unpivot(
        on=[*labels], index=["row", "NAME", "NOTE", "SECTION"], variable_name="column", value_name="TEXT"
    )
    text = pl.col("TEXT").str.strip_chars()
    long = long.with_columns(TEXT=text.replace(dict.fromkeys(NOTHING, "0")), WHAT=_of(labels, "what"))
    balance = pl.col("WHAT") == "balance"
    plain, faults = figures(long.filter(~balance), place=sheet.place, marks=MARKS)
    signed, more = figures(long.filter(balance), place=sheet.place, marks=MARKS, signed=True)
    cells = pl.concat([plain, signed]).with_columns(
        DIRECTION=pl.when(pl.col("WHAT").is_in(list(DIRECTIONS.values()))).then("WHAT").otherwise("SECTION"),
        LAND=pl.when(pl.col("WHAT").is_in(list(LAENDER))).then("WHAT"),
        COVERAGE=_of(labels, "coverage"),
        SEX=_of(labels, "sex"),
    )
    return cells, [*findings, *faults, *more]


def _of(labels: Mapping[str, Column], field: str) -> pl.Expr:
    values = {label: getattr(column, field) for label, column in labels.items()}
    return pl.col("column").replace_strict(values, default=None, return_dtype=pl.String)


def _nameless(sheet: Sheet, row: int, texts: Sequence[str | None]) -> list[Finding]:
    """Rows without a name hold nothing, or the zeros of a sum over empty rows."""
    figures_there = [text for text in texts if text and text.strip() not in ("0", "0.0")]
    if not figures_there:
        return []
    fact = f"a row without a name holds {', '.join(figures_there[:3])}"
    return [Finding("area-unknown", sheet.place(row + 1), fact, UNCHANGED)]
