"""What is wrong with whole tables of an account: units, totals among the areas, native-born left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.concepts.findings import AreaFinding, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]

#: More persons than any table of people holds: what is above is no figure of persons.
MOST = 1e15
#: Columns of residents that a table of events may have beside its events.
POPULATIONS = ("pop_start", "pop_end")
#: No period of a month or more has so few births and deaths a head, and thousands read as persons have.
_FEWEST_EVENTS = 3e-4
_THOUSAND = (300.0, 3000.0)
#: Share by which a population may differ from the residents of the stock: another revision of one source.
_SAME = 0.01
#: What a row or column of everybody is called.
_EVERYBODY = frozenset({"world", "total", "wld", "900", "w001", "_t"})
#: Of a figure: what rounding leaves of a sum.
_SUMMED = 1e-6
#: Areas, one of them everybody, below which figures that add up are no proof.
_FEWEST = 3


def totals_among_areas(tables: Mapping[str, Floats], labels: list[str], columns: list[str]) -> Iterator[Finding]:
    """Rows and columns that are the sum of all others, or of all but the native-born, at both dates.

    Parameters
    ----------
    tables
        Figures by file, all on the same labels.
    labels, columns
        Of rows and columns.
    """
    foreign = np.array(labels)[:, None] != np.array(columns)
    for axis, (what, names) in enumerate((("row", labels), ("column", columns))):
        sums = np.logical_and.reduce([_sums(table, foreign, axis) for table in tables.values()])
        for label in dict.fromkeys(names):
            called = label.casefold() in _EVERYBODY
            if called or sums[names.index(label)]:
                fact = "is called as a total is" if called else "is the sum of all others: everybody would count twice"
                mend = f"leave out the {what} of totals in all tables"
                yield AreaFinding("row-is-total", f"{' and '.join(tables)}, {what} {label}", fact, mend, (label,))


def _sums(table: Floats, foreign: Flags, axis: int) -> Flags:
    """Rows (axis 0) or columns that are, in every cell, the sum of all others with or without native-born."""
    found = np.zeros(table.shape[axis], dtype=bool)
    everywhere = np.ones_like(foreign)
    # In small tables cells are alike by chance: the native-born, where they count, never are.
    for cells, fewest in ((everywhere, 1), (foreign, _FEWEST)):
        counted = table * cells
        rest = counted.sum(axis=axis, keepdims=True) - counted
        allowed = np.maximum(_SUMMED * rest, np.minimum(0.5, 0.005 * rest))
        # Without native-born a total has none of its own either, or everybody's.
        fits = (np.abs(table - rest) <= allowed) | ~cells
        found |= fits.all(axis=1 - axis) & (np.count_nonzero((rest > 0) & cells, axis=1 - axis) >= fewest)
    return found if table.shape[axis] >= _FEWEST else np.zeros_like(found)


def without_natives(tables: Mapping[str, Floats], labels: list[str], columns: list[str]) -> Iterator[Finding]:
    """Tables in which no area has native-born, as publishers of foreign-born print them."""
    native = np.array(labels)[:, None] == np.array(columns)
    for file, table in tables.items():
        if native.any() and not table[native].any():
            mend = "write population less foreign-born where birthplace and residence are the same area"
            yield AreaFinding("natives-missing", file, "no area has native-born", mend)


def mixed_units(
    stocks: tuple[Floats, Floats], events: Mapping[str, Floats], *, files: tuple[str, str], areas: list[str]
) -> list[Finding]:
    """Totals so far apart that one of two tables must count thousands, and populations that are not those of the stock.

    Parameters
    ----------
    stocks
        Residents by area at both dates.
    events
        Columns of the table of events.
    files
        What findings call the first stock and the events.
    areas
        Areas of residence.
    """
    before, after = (float(residents.sum()) for residents in stocks)
    happened = float(events["births"].sum() + events["deaths"].sum())
    facts = []
    if min(before, after) > 0 and not 1 / _THOUSAND[0] < after / before < _THOUSAND[0]:
        facts.append(f"{before:,.6g} people in the first stock and {after:,.6g} in the second")
    # Of few areas alone it is their own fault, and they are named with it.
    most = float(np.mean((events["births"] > stocks[1]) | (events["deaths"] > stocks[0]))) > 0.5
    if 0 < happened < _FEWEST_EVENTS * before or (most and happened > 2 * (before + after) > 0):
        facts.append(f"{happened:,.6g} births and deaths among {before:,.6g} people")
    findings: list[Finding] = []
    for name, residents in zip(POPULATIONS, stocks, strict=True):
        if name in events:
            people, counted = float(np.nansum(events[name])), float(residents.sum())
            if counted > 0 and people > 0 and _thousandfold(people / counted):
                facts.append(f"{people:,.6g} people in column {name} and {counted:,.6g} in the stock")
            else:
                findings += _other_population(name, events[name], residents, file=files[1], areas=areas)
    mend = "write persons and events in all three tables, no thousands"
    place = " and ".join(files)
    return [*(AreaFinding("units-mixed", place, fact, mend) for fact in facts), *findings]


def _thousandfold(ratio: float) -> bool:
    return any(_THOUSAND[0] < one < _THOUSAND[1] for one in (ratio, 1 / ratio))


def _other_population(
    name: str, population: Floats, residents: Floats, *, file: str, areas: list[str]
) -> list[Finding]:
    known = np.isfinite(population)
    gap = np.abs(population - residents)
    if not known.any() or gap[known].sum() <= _SAME * np.abs(residents[known]).sum():
        return []
    people, counted = float(population[known].sum()), float(residents[known].sum())
    fact = f"{people:,.6g} people, and {counted:,.6g} in the stock of that date, natives included"
    mend = "bring both to one date, revision and territory, or leave the column out"
    off = tuple(areas[place] for place in np.flatnonzero(known & (gap > _SAME * np.abs(residents))))
    return [AreaFinding("population-differs", f"{file}, column {name}", fact, mend, off, float(gap[known].sum()))]
