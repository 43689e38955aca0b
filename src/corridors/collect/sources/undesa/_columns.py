"""Columns of figures: what each counts, for which sex, at which date or age, as the captions above them say."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridors.collect.cells import FOOTNOTES, UNCHANGED, Header, Label, Sheet, fold_label, stray_columns, year_of
from corridors.concepts.ages import TOTAL, AgeGroup
from corridors.concepts.findings import Finding, raise_if_any

if TYPE_CHECKING:
    from corridors.concepts.dataflows import DataflowName

#: Rows above the figures' labels in which the captions stand.
_CAPTION_ABOVE = 6
_SPAN = re.compile(rf"\s*((?:19|20)\d\d)\s*[-–]\s*((?:19|20)\d\d){FOOTNOTES}\s*")
#: Words of tables that are neither counts nor one of the shares below.
_OTHER_KINDS = ("percentage", "proportion", "median", "distribution", "rate of change")
_AGES = re.compile(rf"(\d{{1,3}})\s*(?:[-–]\s*(\d{{1,3}})|(\+)){FOOTNOTES}")


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a group of columns counts.

    `measures` by sex where the dataflow has no column for the sex; `says` finds it in captions and titles.
    """

    dataflow: DataflowName
    says: Label
    unit: str = "PS"
    measures: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """How findings name it."""
        return self.says.name


#: In this order: the first that fits is it.
QUANTITIES = (
    Quantity("INDICATOR", Label("refugees' share", ("refugee", "percentage")), "PT", (("_T", "REFUGEE_SHARE"),)),
    Quantity(
        "INDICATOR", Label("refugees' growth", ("refugee", "rate of change")), "PT", (("_T", "REFUGEE_GROWTH_RATE"),)
    ),
    Quantity("DISPLACED", Label("refugees", ("refugee",)), measures=(("_T", "REFUGEES_AND_ASYLUM_SEEKERS"),)),
    Quantity(
        "INDICATOR",
        Label("women's share", ("female migrants as a percentage",)),
        "PT",
        (("_T", "FEMALE_MIGRANT_SHARE"), ("F", "FEMALE_MIGRANT_SHARE")),
    ),
    Quantity(
        "INDICATOR",
        Label("share of population", ("percentage of the total population",)),
        "PT",
        (("_T", "MIGRANT_SHARE"), ("F", "MIGRANT_SHARE_F"), ("M", "MIGRANT_SHARE_M")),
    ),
    Quantity(
        "INDICATOR",
        Label("growth", ("rate of change",)),
        "PT",
        (("_T", "STOCK_GROWTH_RATE"), ("F", "STOCK_GROWTH_RATE_F"), ("M", "STOCK_GROWTH_RATE_M")),
    ),
    Quantity("POPULATION", Label("population", ("total population",), _OTHER_KINDS)),
    Quantity("STOCK", Label("stock", ("migrant stock",), _OTHER_KINDS)),
)


@dataclass(frozen=True, slots=True)
class FigureColumn:
    """One column of figures; `at` is a year, a span of years or an age group, as its kind of sheet has it."""

    index: int
    at: str
    sex: str
    quantity: Quantity
    alone: bool = True

    @property
    def label(self) -> str:
        """How findings name it."""
        return f"{self.at} ({self.sex})" if self.alone else f"{self.at} ({self.quantity.name}, {self.sex})"


def quantity_of(*texts: str) -> Quantity | None:
    """What a caption says, else what the title says; None when neither names a quantity that is read.

    A caption that names a quantity of another kind, a percentage distribution for example, is not overruled by the title.
    """
    for text in texts:
        found = next((one for one in QUANTITIES if one.says.fits(text)), None)
        if found or any(word in text for word in _OTHER_KINDS):
            return found
    return None


def figure_columns(
    sheet: Sheet, title: str, header: Header, *, reading: Callable[[str | None], str | None]
) -> tuple[int, list[FigureColumn]]:
    """Row of the figures' labels (as a spreadsheet counts) and the columns.

    Parameters
    ----------
    sheet
        The sheet.
    title
        The folded title of its table.
    header
        Where its other labels stand: in the same row as those of the figures, or in the row above.
    reading
        Reads a label of a figure: `period_of` or `age_of`.

    Raises
    ------
    DataError
        Labels repeat and no caption tells their sexes; one stands twice under a caption or is missing under one.
    """
    row, labels = header.row, _labels(sheet, header.row, reading)
    if header.row < sheet.cells.height and len(below := _labels(sheet, header.row + 1, reading)) > len(labels):
        row, labels = header.row + 1, below
    captions = _captions(sheet, row, min(labels, default=0))
    found = {index: quantity_of(captions[index], title) for index in labels}
    alone = len({one.name for one in found.values() if one}) == 1
    columns = [
        FigureColumn(index, at, sex_of(captions[index]) or sex_of(title, strict=True) or TOTAL, quantity, alone)
        for index, at in labels.items()
        if (quantity := found[index]) is not None
    ]
    captioned = all(captions[column.index] for column in columns)
    strays = stray_columns(sheet, row, read=labels, word="age group" if reading is age_of else "year")
    raise_if_any([*strays, *_label_findings(columns, captioned, sheet.place(row))])
    return row, columns


def _labels(sheet: Sheet, row: int, reading: Callable[[str | None], str | None]) -> dict[int, str]:
    return {index: at for index, text in enumerate(sheet.cells.row(row - 1)) if (at := reading(text))}


def _captions(sheet: Sheet, row: int, first: int) -> list[str]:
    """Caption over each column: a caption holds until the next one, as merged cells do."""
    for above in range(row - 2, max(row - 2 - _CAPTION_ABOVE, -1), -1):
        texts = [fold_label(text) for text in sheet.cells.row(above)]
        if any(texts[first:]):
            held: list[str] = []
            for index, text in enumerate(texts):
                held.append(text if text and index >= first else held[-1] if held else "")
            return held
    return [""] * sheet.cells.width


def sex_of(caption: str, *, strict: bool = False) -> str | None:
    """Sex that a caption says; `strict` for titles, where only a sex in brackets counts."""
    # "female" holds "male": it has to be asked for first.
    for word, sex in (("both sexes", TOTAL), ("female", "F"), ("male", "M")):
        if (f"({word}" if strict else word) in caption:
            return sex
    return None


def _label_findings(columns: Sequence[FigureColumn], captioned: bool, place: str) -> list[Finding]:
    labels = [column.label for column in columns]
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice and not captioned:
        fact = "the years repeat but no caption above them tells both sexes, male and female"
        return [Finding("column-missing", place, fact, UNCHANGED)]
    findings = [Finding("key-duplicate", place, f"two columns {label}", UNCHANGED) for label in twice]
    for name in {column.quantity.name for column in columns}:
        group = [column for column in columns if column.quantity.name == name]
        expected = {
            FigureColumn(0, at, sex, group[0].quantity, group[0].alone).label
            for at in {column.at for column in group}
            for sex in {column.sex for column in group}
        }
        lacking = sorted(expected - set(labels))
        findings += [Finding("column-missing", place, f"no column {label}", UNCHANGED) for label in lacking]
    return findings


def period_of(text: str | None) -> str | None:
    """The year or the span of years that a label is, or None.

    Examples
    --------
    >>> period_of("2020.0"), period_of("1990 - 1995*"), period_of("Total")
    ('2020', '1990-1995', None)
    """
    span = _SPAN.fullmatch(text or "")
    return f"{span[1]}-{span[2]}" if span else year_of(text)


def age_of(text: str | None) -> str | None:
    """Code of the age group that a label is, or None.

    Examples
    --------
    >>> age_of(" 15-19"), age_of("75+"), age_of("Total"), age_of("Notes")
    ('Y15T19', 'Y_GE75', '_T', None)
    """
    folded = fold_label(text)
    if folded == "total":
        return TOTAL
    match = _AGES.fullmatch(folded)
    if match is None or (match[2] and int(match[2]) < int(match[1])):
        return None
    return AgeGroup(int(match[1]), None if match[3] else int(match[2]) - int(match[1]) + 1).code
