"""A border register into crossings that a rule can read: local days, one person, in order, arrival and departure in turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import polars as pl

from corridors.concepts.findings import Finding, raise_if_any
from corridors.count._order import alternating_order

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    import pyarrow as pa

#: What to do where a crossing between two of one direction is missing: set the person aside, or put it on the later day,
#: the earlier day, or half-way.
MissingCrossing = Literal["error", "late", "early", "mid"]
#: What to do with rows that cannot be read: refuse the register, or set the rows aside.
Faulty = Literal["refuse", "set_aside"]

_DIRECTION = pl.Enum(["D", "A"])
#: Why a row cannot be read: its code, the words for it, and what mends it.
_FAULTS = {
    "crossing-incomplete": ("lack a person, a day or a direction", "fill them in, or set faulty rows aside by name"),
    "direction-unknown": ("have a direction that is neither A nor D", "write A for an arrival, D for a departure"),
    "crossing-later": (
        "lie after the last observed day",
        "mend the day, name a later last day, or set them aside by name",
    ),
}


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A register in order, and what was taken out of it.

    Parameters
    ----------
    crossings
        PERSON, DAY, DIRECTION, IMPUTED and the register's other columns, by person and day.
    errors
        ROW (of the register, from 0), PERSON, DAY, DIRECTION, REASON: rows that were not used, for the office that must
        mend them. Of a person set aside all rows are listed; `opposite-missing` marks the row before which a crossing is
        missing.
    duplicates
        Second scans of one crossing that were dropped.
    """

    crossings: pa.Table
    errors: pa.Table
    duplicates: int


def clean(
    register: pa.Table,
    *,
    missing: MissingCrossing = "error",
    zone: str | None = None,
    links: pa.Table | None = None,
    through: datetime.date | None = None,
    faulty: Faulty = "refuse",
) -> Cleaned:
    """Order a border register and make the directions of each person alternate.

    Parameters
    ----------
    register
        One row a scan: PERSON or DOCUMENT; DAY, or INSTANT with its time zone; DIRECTION (`A`, `D`); SEQ, the order within
        the day, where it is known. Other columns are kept.
    missing
        Policy for a missing opposite crossing; the rows put in have IMPUTED true.
    zone
        IANA name of the register's reference time zone, in which instants become days.
    links
        DOCUMENT and PERSON: which documents are one person's. A document that is not listed is a person of its own.
    through
        Last completely observed day.
    faulty
        What to do with rows that cannot be read.

    Raises
    ------
    DataError
        Columns are missing, instants have no time zone, a document is linked twice, or rows cannot be read and `faulty` is
        `"refuse"`. No message holds a person, a document or a day.

    Examples
    --------
    >>> import datetime, pyarrow as pa
    >>> days = [datetime.date(2020, 1, 5), datetime.date(2020, 3, 5)]
    >>> found = clean(pa.table({"PERSON": [1, 1], "DAY": days, "DIRECTION": ["A", "A"]}), missing="mid")
    >>> [(row["DAY"].isoformat(), row["DIRECTION"], row["IMPUTED"]) for row in found.crossings.to_pylist()]
    [('2020-01-05', 'A', False), ('2020-02-04', 'D', True), ('2020-03-05', 'A', False)]
    """
    _check_choices(missing, faulty, zone)
    table = pl.DataFrame(pl.from_arrow(register))
    raise_if_any(_unreadable(table, zone, links))
    table = _dated(_linked(table.with_row_index("ROW"), links), zone)
    reason = _reason(table, through)
    bad = reason.is_not_null()
    if faulty == "refuse":
        raise_if_any(_faults(table.with_columns(REASON=reason).filter(bad)))
    errors = [table.with_columns(REASON=reason).filter(bad)]
    table = table.filter(~bad).with_columns(pl.col("DIRECTION").cast(pl.String).cast(_DIRECTION))
    ordered = _ordered(table)
    kept = ordered.filter(~_repeats(ordered, same_day=True))
    duplicates = ordered.height - kept.height
    if missing == "error":
        kept, aside = _set_aside(kept)
        errors.append(aside)
        kept = kept.with_columns(IMPUTED=pl.lit(False))
    else:
        kept = _imputed(kept, missing)
    listed = pl.concat([part.select(_error_columns()) for part in errors]).sort("ROW")
    return Cleaned(kept.drop("ROW", "INSTANT", "SEQ", strict=False).to_arrow(), listed.to_arrow(), duplicates)


def _check_choices(missing: str, faulty: str, zone: str | None) -> None:
    for name, value, allowed in (("missing", missing, MissingCrossing), ("faulty", faulty, Faulty)):
        if value not in get_args(allowed):
            raise ValueError(f"{name} is {value!r}; allowed are {', '.join(get_args(allowed))}")
    if zone is not None:
        try:
            pl.Series([0], dtype=pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)
        except pl.exceptions.ComputeError as error:
            raise ValueError(f"zone is {zone!r}; allowed are IANA names such as 'Asia/Tokyo'") from error


def _unreadable(table: pl.DataFrame, zone: str | None, links: pa.Table | None) -> Iterator[Finding]:
    names = set(table.columns)
    for choice in (("PERSON", "DOCUMENT"), ("DAY", "INSTANT"), ("DIRECTION",)):
        if not names & set(choice):
            yield Finding("column-missing", "register", f"no column {' or '.join(choice)}", f"add {choice[0]}")
    if "DAY" in names and table.schema["DAY"] != pl.Date:
        yield Finding("day-invalid", "register, column DAY", f"holds {table.schema['DAY']}", "write dates")
    if "INSTANT" in names:
        kind = table.schema["INSTANT"]
        if not isinstance(kind, pl.Datetime) or kind.time_zone is None:
            mend = "write instants in UTC, or give DAY"
            yield Finding("instant-zoneless", "register, column INSTANT", f"holds {kind}, without a time zone", mend)
        elif zone is None:
            raise ValueError(
                "zone is None; a register with INSTANT needs the IANA name of its time zone, such as 'Asia/Tokyo'"
            )
    for name in {"ROW", "REASON", "IMPUTED"} & names:
        yield Finding("column-unknown", "register", f"{name} is a column that cleaning writes", f"rename {name}")
    if links is not None:
        yield from _unusable_links(links)


def _unusable_links(links: pa.Table) -> Iterator[Finding]:
    absent = [name for name in ("DOCUMENT", "PERSON") if name not in links.column_names]
    for name in absent:
        yield Finding("column-missing", "links", f"no column {name}", f"add {name}")
    twice = 0 if absent else links.num_rows - len(set(links["DOCUMENT"].to_pylist()))
    if twice:
        fact = f"{twice} documents are listed more than once"
        yield Finding("document-linked-twice", "links, column DOCUMENT", fact, "give each document one person")


def _linked(table: pl.DataFrame, links: pa.Table | None) -> pl.DataFrame:
    """A document is not a person: the link table says whose it is."""
    if "PERSON" in table.columns:
        return table
    if links is None:
        return table.with_columns(PERSON=pl.col("DOCUMENT"))
    known = pl.DataFrame(pl.from_arrow(links.select(["DOCUMENT", "PERSON"])))
    if known.schema["PERSON"] != known.schema["DOCUMENT"]:
        known, table = known.cast(pl.String), table.with_columns(pl.col("DOCUMENT").cast(pl.String))
    joined = table.join(known, on="DOCUMENT", how="left", validate="m:1", maintain_order="left")
    alone = joined.filter(pl.col("PERSON").is_null())["DOCUMENT"].unique()
    clash = alone.is_in(known["PERSON"].unique().implode()).sum()
    fact = f"{clash} documents that links do not list are numbered as persons of links are"
    mend = "list them in links, or number persons otherwise"
    raise_if_any([Finding("document-ambiguous", "register, column DOCUMENT", fact, mend)] if clash else [])
    return joined.with_columns(pl.coalesce("PERSON", "DOCUMENT"))


def _dated(table: pl.DataFrame, zone: str | None) -> pl.DataFrame:
    if "INSTANT" not in table.columns or zone is None:
        return table
    local = pl.col("INSTANT").dt.convert_time_zone(zone).dt.date()
    return table.with_columns(DAY=pl.coalesce(local, "DAY") if "DAY" in table.columns else local)


def _reason(table: pl.DataFrame, through: datetime.date | None) -> pl.Series:
    wrong = ~pl.col("DIRECTION").cast(pl.String).is_in(["A", "D"])
    later = pl.lit(False) if through is None else pl.col("DAY") > through
    incomplete = pl.any_horizontal(pl.col("PERSON", "DAY", "DIRECTION").is_null())
    chosen = pl.when(incomplete).then(pl.lit("crossing-incomplete")).when(wrong).then(pl.lit("direction-unknown"))
    return table.select(REASON=chosen.when(later).then(pl.lit("crossing-later"))).to_series()


def _faults(bad: pl.DataFrame) -> Iterator[Finding]:
    for code, (what, mend) in _FAULTS.items():
        rows = bad.filter(pl.col("REASON") == code)
        if rows.height:
            persons = rows["PERSON"].drop_nulls().n_unique()
            first = ", ".join(map(str, rows["ROW"].head(5).to_list()))
            yield Finding(code, f"register, rows {first}", f"{rows.height} rows of {persons} persons {what}", mend)


def _ordered(table: pl.DataFrame) -> pl.DataFrame:
    keys = [name for name in ("PERSON", "DAY", "INSTANT", "SEQ") if name in table.columns]
    # A row without a number of its own comes first, as number 0 does.
    by = [pl.col(name).fill_null(0) if name == "SEQ" else pl.col(name) for name in keys]
    table = table.sort([*_person_day(table), *by[2:]], maintain_order=True)
    timed = pl.any_horizontal(pl.lit(False), *(pl.col(name).is_not_null() for name in keys[2:]))
    new_person = table.select((pl.col("PERSON") != pl.col("PERSON").shift()).fill_null(True)).to_series()
    new_day = table.select((pl.col("DAY") != pl.col("DAY").shift()).fill_null(True)).to_series()
    order = alternating_order(
        new_person.to_numpy(),
        (new_person | new_day).to_numpy(),
        arrival=(table["DIRECTION"].to_physical() == 1).to_numpy(),
        timed=np.broadcast_to(table.select(timed).to_series().to_numpy(), table.height),
    )
    return table if order is None else table[order]


def _person_day(table: pl.DataFrame) -> list[pl.Expr]:
    """Person and day to sort by: as one number where persons are numbers, which sorts several times as fast."""
    kind = table.schema["PERSON"]
    low, high = (table["PERSON"].min(), table["PERSON"].max()) if kind.is_integer() else (None, None)
    if isinstance(low, int) and isinstance(high, int) and low > -(1 << 62) and high < low + (1 << 40) < 1 << 62:
        # Days of the years 1 to 9999 take 22 bits.
        day = pl.col("DAY").to_physical().cast(pl.Int64) + 719_162
        return [(pl.col("PERSON").cast(pl.Int64) - low) * (1 << 22) + day]
    return [pl.col("PERSON"), pl.col("DAY")]


def _repeats(table: pl.DataFrame, *, same_day: bool) -> pl.Series:
    """Rows of the same person and direction as the row above, and on its day."""
    keys = ("PERSON", "DIRECTION", "DAY") if same_day else ("PERSON", "DIRECTION")
    same = [(pl.col(key) == pl.col(key).shift()).fill_null(False) for key in keys]
    return table.select(pl.all_horizontal(same)).to_series()


def _set_aside(table: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    broken = _repeats(table, same_day=False)
    persons = table.filter(broken)["PERSON"].unique()
    marked = table.with_columns(
        REASON=pl.when(broken).then(pl.lit("opposite-missing")).otherwise(pl.lit("person-set-aside"))
    )
    aside = pl.col("PERSON").is_in(persons.implode())
    return table.filter(~aside), marked.filter(aside)


def _imputed(table: pl.DataFrame, missing: MissingCrossing) -> pl.DataFrame:
    broken = _repeats(table, same_day=False)
    place = table.select(pl.int_range(pl.len()) * 2).to_series()
    earlier = table["DAY"].shift()
    table = table.with_columns(IMPUTED=pl.lit(False), EARLIER=earlier, PLACE=place)
    half = (pl.col("DAY") - pl.col("EARLIER")).dt.total_days() // 2
    when = {"late": pl.col("DAY"), "early": pl.col("EARLIER"), "mid": pl.col("EARLIER") + pl.duration(days=half)}[
        missing
    ]
    other = pl.when(pl.col("DIRECTION") == "A").then(pl.lit("D")).otherwise(pl.lit("A")).cast(_DIRECTION)
    more = table.filter(broken).select(
        "PERSON", DAY=when, DIRECTION=other, IMPUTED=pl.lit(True), PLACE=pl.col("PLACE") - 1
    )
    return pl.concat([table, more], how="diagonal").sort("PLACE").drop("PLACE", "EARLIER")


def _error_columns() -> list[pl.Expr]:
    return [pl.col("ROW", "PERSON", "DAY"), pl.col("DIRECTION").cast(pl.String), pl.col("REASON")]
