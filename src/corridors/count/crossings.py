"""Residence before and after each border crossing, and whether the crossing is a migration: for certain, or not yet."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corridors.concepts.findings import DataError, Finding, raise_if_any
from corridors.count._histories import Histories, Outcome
from corridors.count._spells import LASTS, spell_outcome
from corridors.count._windows import window_outcome
from corridors.count.lengths import first_day_after
from corridors.count.rules import Rule, Spell, day_number

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Days = NDArray[np.int64]
    Flags = NDArray[np.bool_]

#: Crossings classified at a time: their arrays stay in the cache of a small machine.
BLOCK = 1 << 15
#: The columns that `classify` needs.
NEEDED = ("PERSON", "DAY", "DIRECTION")
_MEND = "pass the table through corridors.count.cleaning.clean first"


def classify(
    crossings: pa.Table, *, rule: Rule, through: datetime.date, since: datetime.date | None = None
) -> pa.Table:
    """Decide by a duration rule who changed residence at which crossing.

    Parameters
    ----------
    crossings
        As `clean` gives them: PERSON, DAY, DIRECTION (`A`, `D`); the crossings of a person together, by day, in turn an
        arrival and a departure. INITIAL (`R` resident, `N` not, or null) is the residence before the first crossing, where
        it is known; EXPECTED_UNTIL, the day until which the stay begun by the crossing is expected to last.
        Other columns are kept.
    rule
        `tw(...)` or `spell(...)`.
    through
        Last completely observed day. A point estimate lets the last state persist after it.
    since
        First day of complete recording; None where histories are complete.

    Returns
    -------
    pyarrow.Table
        The crossings with BEFORE and AFTER (`R`, `N`), MIGRATION, LOWER, UPPER and FINAL. LOWER and UPPER are the least and
        greatest value of MIGRATION over every residence that the person may have had before the register and every path
        of days after it; FINAL says that they are equal. Bounds of `tw` are exact; those of `spell` safe.

    Raises
    ------
    DataError
        Crossings out of order, later than `through`, or with values that are not allowed.

    Examples
    --------
    >>> import datetime, pyarrow as pa
    >>> from corridors.count.rules import tw
    >>> crossings = pa.table(
    ...     {"PERSON": [7, 7], "DAY": [datetime.date(2015, 1, 1), datetime.date(2016, 1, 1)], "DIRECTION": ["A", "D"]}
    ... )
    >>> classify(crossings, rule=tw(), through=datetime.date(2018, 12, 31)).select(["AFTER", "MIGRATION"]).to_pylist()
    [{'AFTER': 'R', 'MIGRATION': True}, {'AFTER': 'N', 'MIGRATION': True}]
    """
    raise_if_any(_unreadable(crossings))
    found, expected = _histories(crossings, rule, since)
    last = day_number(through)
    raise_if_any(_disorder(found, last, crossings))
    parts = [_outcome(block, rule, wanted, last) for block, wanted in _blocks(found, expected)]
    return _with_outcome(crossings, parts)


def _unreadable(crossings: pa.Table) -> list[Finding]:
    names = "name the columns PERSON, DAY and DIRECTION"
    missing = [name for name in NEEDED if name not in crossings.column_names]
    if missing:
        return [Finding("column-missing", "crossings", f"no column {name}", names) for name in missing]
    found = [
        Finding("crossing-incomplete", f"crossings, column {name}", f"{crossings[name].null_count} are empty", _MEND)
        for name in NEEDED
        if crossings[name].null_count
    ]
    found += [
        Finding("day-invalid", f"crossings, column {name}", f"holds {crossings[name].type}", "write dates")
        for name in ("DAY", "EXPECTED_UNTIL")
        if name in crossings.column_names and not pa.types.is_date(crossings[name].type)
    ]
    if "INITIAL" in crossings.column_names and not set(pc.unique(crossings["INITIAL"]).to_pylist()) <= {"R", "N", None}:
        mend = "write R for a resident, N for another, or leave it empty"
        found.append(Finding("code-unknown", "crossings, column INITIAL", "a value is neither R nor N", mend))
    return found


def _histories(crossings: pa.Table, rule: Rule, since: datetime.date | None) -> tuple[Histories, Days | None]:
    day = _days(crossings["DAY"])
    arrival = _arrivals(crossings["DIRECTION"])
    person = crossings["PERSON"].combine_chunks()
    changes = np.ones(day.size, bool)
    if day.size:
        changes[1:] = pc.not_equal(person[1:], person[:-1]).to_numpy(zero_copy_only=False)
    start = np.append(np.flatnonzero(changes), day.size)
    first = start[:-1]
    resident, given = ~arrival[first], np.zeros(first.size, bool)
    if "INITIAL" in crossings.column_names:
        initial = crossings["INITIAL"].take(pa.array(first))
        given = pc.is_valid(initial).to_numpy()
        resident = np.where(given, pc.fill_null(pc.equal(initial, "R"), False).to_numpy(), resident)
    unsure = np.zeros(first.size, bool)
    if since is not None:
        begun = day[first]
        unsure = ~given & (begun - day_number(since) < first_day_after(begun, rule.stay) - begun)
    expected = _days(crossings["EXPECTED_UNTIL"]) if "EXPECTED_UNTIL" in crossings.column_names else None
    return Histories(day, arrival, np.cumsum(changes) - 1, start, resident, unsure), expected


def _days(column: pa.ChunkedArray) -> Days:
    numbers = pc.cast(column, pa.date32()).cast(pa.int32())
    days: Days = pc.fill_null(numbers.cast(pa.int64()), int(LASTS)).to_numpy()
    return days


def _arrivals(column: pa.ChunkedArray) -> Flags:
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
        words = column.chunk(0).dictionary.to_pylist() if column.num_chunks else []
        letter = np.array([_letter(word) for word in words] or [False])
        codes = pa.chunked_array([chunk.indices for chunk in column.chunks] or [pa.array([], pa.int8())]).to_numpy()
        arrivals: Flags = letter[codes]
        return arrivals
    for word in pc.unique(column).to_pylist():
        _letter(word)
    return np.asarray(pc.equal(column, "A").to_numpy())


def _letter(word: str | None) -> bool:
    if word not in ("A", "D"):
        mend = "write A for an arrival, D for a departure"
        raise DataError(
            [Finding("direction-unknown", "crossings, column DIRECTION", "a value is neither A nor D", mend)]
        )
    return word == "A"


def _disorder(found: Histories, through: int, crossings: pa.Table) -> Iterator[Finding]:
    same = found.run[1:] == found.run[:-1]
    place = "crossings, column"
    late = int((found.day > through).sum())
    if late:
        fact = f"{late} crossings lie after the last observed day"
        yield Finding("crossing-later", f"{place} DAY", fact, "take them out, or name a later last day")
    back = int((same & (found.day[1:] < found.day[:-1])).sum())
    again = int((same & (found.arrival[1:] == found.arrival[:-1])).sum())
    people = crossings["PERSON"].take(pa.array(found.start[:-1]))
    apart = len(people) - pc.count_distinct(people).as_py()
    for count, what in (
        (back, "lie before the person's crossing above"),
        (again, "have the direction of the person's crossing above"),
        (apart, "stand apart from the others of their person"),
    ):
        if count:
            yield Finding(
                "crossings-disordered", f"{place}s PERSON, DAY, DIRECTION", f"{count} crossings {what}", _MEND
            )


def _blocks(found: Histories, expected: Days | None) -> Iterator[tuple[Histories, Days | None]]:
    """Whole persons, about `BLOCK` crossings at a time."""
    edges = np.searchsorted(found.start, np.arange(0, found.day.size, BLOCK))
    edges = np.unique(np.append(edges, found.start.size - 1))
    for low, high in pairwise(edges.tolist()):
        rows, persons = slice(found.start[low], found.start[high]), slice(low, high)
        yield (
            Histories(
                found.day[rows],
                found.arrival[rows],
                found.run[rows] - low,
                found.start[low : high + 1] - found.start[low],
                found.resident[persons],
                found.unsure[persons],
            ),
            None if expected is None else expected[rows],
        )


def _outcome(found: Histories, rule: Rule, expected: Days | None, through: int) -> Outcome:
    goal = first_day_after(found.day, rule.stay)
    if isinstance(rule, Spell):
        wanted = np.full(found.day.size, LASTS) if expected is None else expected
        return spell_outcome(found, goal, gap=rule.gap, expected=wanted, through=through)
    return window_outcome(found, first_day_after(found.day, rule.window), need=goal - found.day, through=through)


def _with_outcome(crossings: pa.Table, parts: list[Outcome]) -> pa.Table:
    def joined(name: str) -> Flags:
        return np.concatenate([np.zeros(0, bool), *(getattr(part, name) for part in parts)])

    words = pa.array(["N", "R"])
    for column in ("before", "after"):
        coded = pa.DictionaryArray.from_arrays(pa.array(joined(column).view(np.int8)), words)
        crossings = crossings.append_column(column.upper(), coded)
    lower, upper = joined("lower"), joined("upper")
    flags = {"MIGRATION": joined("migration"), "LOWER": lower, "UPPER": upper, "FINAL": lower == upper}
    for column, values in flags.items():
        crossings = crossings.append_column(column, pa.array(values))
    return crossings
