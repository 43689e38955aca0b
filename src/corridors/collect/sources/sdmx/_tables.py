"""From observations of a known structure to tables of our dataflows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import get_args

import polars as pl

from corridors.collect.cells import Place, figures
from corridors.collect.columns import alpha2_names, cells_outside, one_row_each
from corridors.collect.sources.sdmx._maps import StructureMap, TableMap
from corridors.collect.sources.sdmx._message import VALUE, Message
from corridors.collect.spellings import place_areas
from corridors.concepts.ages import TOTAL, UNKNOWN, AgeGroup
from corridors.concepts.codelists import CodeListName, codelist
from corridors.concepts.dataflows import Column, DataflowName, dataflow
from corridors.concepts.findings import DataError, Finding, raise_if_any

NAMES = alpha2_names("sdmx")
#: Our status by the code of SDMX: A normal, B break, D definition differs, E estimated, F forecast, G experimental,
#: I imputed, K derived, L not collected, M cannot exist, N not significant, O missing, P provisional, Q suppressed,
#: S strike, U low reliability, V unvalidated.
STATUSES = {**dict.fromkeys("ADGKNSUV", "A"), **{code: code for code in "BEILMOPQ"}, "F": "E"}
#: Codes whose meaning our status does not keep: they go into the note.
_NOTED = {"D": "definition differs", "F": "forecast", "G": "experimental", "K": "derived", "N": "not significant"}
_NOTED |= {"S": "strike", "U": "low reliability", "V": "unvalidated"}
#: Attributes that hold the status, in the order in which they count.
_STATUS_IN = ("OBS_STATUS", "OBS_FLAG")
_ABSENT = ["O", "L", "M", "Q"]
#: Cells that stand for no figure, beside the blank one.
_NOTHING = {"NaN": "O", "nan": "O", ":": "O"}
_AGES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]], ...] = (
    (re.compile(r"_T|TOTAL|T"), lambda _: TOTAL),
    (re.compile(r"_U|UNK"), lambda _: UNKNOWN),
    (re.compile(r"Y_?LT(\d{1,3})"), lambda m: AgeGroup(0, int(m[1])).code if int(m[1]) else None),
    (re.compile(r"Y_?GE(\d{1,3})"), lambda m: AgeGroup(int(m[1]), None).code),
    (re.compile(r"Y(\d{1,3})(?:[T-](\d{1,3}))?"), lambda m: _group(int(m[1]), int(m[2] or m[1]))),
)


def _group(first: int, last: int) -> str | None:
    return AgeGroup(first, last - first + 1).code if last >= first else None


def age_of(code: str) -> str | None:
    """Our age group of a code of SDMX; None when there is none.

    Examples
    --------
    >>> age_of("Y_LT15"), age_of("Y25T29"), age_of("Y25-29"), age_of("Y_GE65"), age_of("UNK")
    ('Y0T14', 'Y25T29', 'Y25T29', 'Y_GE65', '_U')
    """
    for pattern, make in _AGES:
        if match := pattern.fullmatch(code):
            return make(match)
    return None


def tables_of(
    message: Message, structure: StructureMap, *, source: str, file: str
) -> tuple[dict[DataflowName, pl.DataFrame], list[str]]:
    """Tables by dataflow, and what was left out.

    Raises
    ------
    DataError
        Dimensions are missing, codes are unknown, figures cannot be read.
    """
    place: Place = lambda row, column: f"{file}, {message.where} {row}, {column}"  # noqa: E731
    parts: dict[DataflowName, list[pl.DataFrame]] = {}
    findings: list[Finding] = []
    taken: list[pl.Series] = []
    for one in structure.tables:
        rows = message.table.filter(_chosen(one, message.table))
        if rows.is_empty():
            continue
        taken.append(rows.get_column("row"))
        table, found = _table(rows, one, place=place, source=source)
        findings += found
        parts.setdefault(one.dataflow, []).append(table)
    raise_if_any(findings)
    if not parts:
        wanted = "; ".join(str(dict(one.where)) for one in structure.tables)
        fact = f"{structure.id}: no observation is of a kind that is read"
        raise DataError([Finding("table-wrong", file, fact, f"wanted are {wanted}")])
    tables: dict[DataflowName, pl.DataFrame] = {}
    for name, several in parts.items():
        joined = pl.concat(several, how="diagonal")
        key = dataflow(name).key_of(joined.columns)
        joined, twice = one_row_each(joined, key, place=lambda rows: f"{file}, {message.where}s {rows}")
        findings += twice
        tables[name] = _without_empty(joined.drop("row"))
    raise_if_any(findings)
    rest = message.table.filter(~pl.col("row").is_in(pl.concat(taken).implode()))
    return tables, _left_out(rest, structure)


def _chosen(one: TableMap, table: pl.DataFrame) -> pl.Expr:
    """Rows that have every code a table of the map wants; dimensions that the message does not have say nothing."""
    wanted = [pl.col(name).is_in(list(codes)) for name, codes in one.where.items() if name in table.columns]
    return pl.all_horizontal(wanted).fill_null(value=False) if wanted else pl.lit(True)


def _left_out(rest: pl.DataFrame, structure: StructureMap) -> list[str]:
    if rest.is_empty():
        return []
    names = [n for n in dict.fromkeys(n for one in structure.tables for n in one.where) if n in rest.columns]
    kinds: Counter[str] = Counter()
    for *codes, count in rest.group_by(names).len().iter_rows():
        kinds[", ".join(f"{name} {code}" for name, code in zip(names, codes, strict=True))] += count
    return [f"left out: {count:,} observations of {kind}" for kind, count in kinds.most_common(5)]


def _table(rows: pl.DataFrame, one: TableMap, *, place: Place, source: str) -> tuple[pl.DataFrame, list[Finding]]:
    flow = dataflow(one.dataflow)
    lacking = sorted({theirs for theirs in one.columns.values() if theirs not in rows.columns})
    raise_if_any(
        Finding("column-missing", place(1, name), f"no dimension {name}", "ask for data with all dimensions")
        for name in lacking
    )
    table = rows.select(
        "row",
        *(
            pl.col(theirs).replace(dict(one.values.get(ours, {}))).alias(f"our {ours}")
            for ours, theirs in one.columns.items()
        ),
        *_observed(rows),
    )
    findings: list[Finding] = []
    for column in flow.columns:
        if f"our {column.name}" in table.columns and column.name not in (VALUE, "OBS_STATUS", "NOTE"):
            label = one.columns[column.name]
            at: Place = lambda row, _, label=label: place(row, label)  # type: ignore[misc]  # noqa: E731
            table, found = _read(table, column, place=at)
            findings += found
    table, found = _figures(table, place)
    findings += found
    constants = {name: pl.lit(code) for name, code in one.constants.items()}
    ours = {c.name: pl.col(f"our {c.name}") for c in flow.columns if f"our {c.name}" in table.columns}
    for name in (VALUE, "OBS_STATUS", "NOTE"):
        ours.pop(name, None)
    given = {**ours, **constants, "OBS_VALUE": pl.col("figure"), "OBS_STATUS": pl.col("status")}
    given["SOURCE"] = given.get("SOURCE", pl.lit(source))
    given["UNIT_MEASURE"] = given.get("UNIT_MEASURE", pl.lit(flow.unit))
    # An indicator describes an area or a corridor: the columns that do not apply stay blank.
    nothing = {c.name: pl.lit(None, dtype=pl.String) for c in flow.key if c.name not in given}
    given = {**nothing, **given}
    if any(column.name == "NOTE" for column in flow.optional):
        given["NOTE"] = pl.col("note")
    finished = table.select(row="row", **given)
    if one.apart:
        finished = finished.filter(pl.col("ORIGIN") != pl.col("DESTINATION"))
    return finished, findings


def _observed(rows: pl.DataFrame) -> list[pl.Expr]:
    """Value, flag, secrecy and power of ten under names of their own, whatever else the message calls its components."""

    def text(name: str) -> pl.Expr:
        return pl.col(name).fill_null("").str.strip_chars() if name in rows.columns else pl.lit("")

    flags = [pl.when(text(name) != "").then(text(name)) for name in _STATUS_IN]
    return [
        text(VALUE).alias("TEXT"),
        pl.coalesce(*flags, pl.lit("")).str.to_uppercase().alias("flag"),
        text("CONF_STATUS").is_in(["C", "S"]).alias("secret"),
        text("UNIT_MULT").alias("multiplier"),
    ]


def _read(table: pl.DataFrame, column: Column, *, place: Place) -> tuple[pl.DataFrame, list[Finding]]:
    name = f"our {column.name}"
    if column.kind == "area":
        # An area that does not apply (_Z) stays blank, in the one dataflow that has such columns.
        blank = pl.col(name).fill_null("_Z").is_in(["_Z", ""])
        placed, findings = place_areas(table.filter(~blank), name, into="placed", names=NAMES, place=place)
        rest = table.filter(blank).with_columns(placed=pl.lit(None, dtype=pl.String))
        return pl.concat([placed, rest]).with_columns(pl.col("placed").alias(name)).drop("placed").sort("row"), findings
    if column.kind in get_args(CodeListName):
        allowed = pl.col(name).is_in(list(codelist(column.kind)))
        mend = f"codes are {', '.join(codelist(column.kind))}"
        return table, cells_outside(table, name, allowed, code="code-unknown", mend=mend, place=place)
    if column.kind == "age":
        ages = {text: age_of(text) for text in table.get_column(name).drop_nulls().unique()}
        known = [text for text, age in ages.items() if age]
        mend = "write an age group such as Y25T29"
        # An open group that does not say its first year is no group of ours.
        kept = table.filter((pl.col(name) != "Y_OPEN").fill_null(value=True))
        bad = cells_outside(kept, name, pl.col(name).is_in(known), code="code-unknown", mend=mend, place=place)
        return kept.with_columns(pl.col(name).replace_strict(ages, default=None, return_dtype=pl.String)), bad
    if column.kind == "time":
        return _times(table, name, place)
    if column.kind == "number":
        read, bad = figures(
            table.with_columns(column=pl.lit(name), TEXT=pl.col(name)), place=place, signed=True, marks=_NOTHING
        )
        return table.with_columns(read.get_column("OBS_VALUE").alias(name)), bad
    return table, []


def _times(table: pl.DataFrame, name: str, place: Place) -> tuple[pl.DataFrame, list[Finding]]:
    """Periods of SDMX as ours: 2020-M03 and 2020-A1 are 2020-03 and 2020; thirds of years and weeks are unknown here."""
    plain = pl.col(name).str.strip_chars().str.replace(r"T00:00:00Z?$", "").str.replace(r"-?M(\d\d)$", "-$1")
    table = table.with_columns(plain.str.replace(r"-A1$", "").alias(name))
    fits = pl.col(name).str.contains(r"^\d{4}(?:-\d\d|-Q[1-4]|-S[12]|-\d\d-\d\d(?:/P\d+Y)?)?$")
    mend = "ask for years, half-years, quarters, months or days"
    return table, cells_outside(table, name, fits, code="period-unreadable", mend=mend, place=place)


def _figures(table: pl.DataFrame, place: Place) -> tuple[pl.DataFrame, list[Finding]]:
    """Columns figure, status and note from the value, the power of ten and the flags."""
    findings: list[Finding] = []
    fits = (pl.col("flag") == "") | pl.col("flag").is_in(list(STATUSES))
    at_flag: Place = lambda row, _: place(row, _STATUS_IN[0])  # noqa: E731
    mend = f"codes are {', '.join(STATUSES)}"
    findings += cells_outside(table, "flag", fits, code="code-unknown", mend=mend, place=at_flag)
    fits = pl.col("multiplier").str.contains(r"^(?:|-?\d{1,2})$")
    at_power: Place = lambda row, _: place(row, "UNIT_MULT")  # noqa: E731
    findings += cells_outside(
        table, "multiplier", fits, code="code-unknown", mend="write a power of ten", place=at_power
    )
    power = pl.col("multiplier").cast(pl.Int64, strict=False).fill_null(0)
    cells = table.with_columns(column=pl.lit(VALUE), power=power)
    read, unreadable = figures(cells, place=place, signed=True, marks=_NOTHING)
    told = pl.col("flag").replace_strict(STATUSES, default=None, return_dtype=pl.String)
    missing = pl.when(told.is_in(_ABSENT)).then(told).when("secret").then(pl.lit("Q")).otherwise(pl.lit("O"))
    # A status that says "not there" beside a figure stays: validation then shows the contradiction.
    present = told.fill_null("A")
    words: Mapping[str, str] = {code: f"{code} {text}" for code, text in _NOTED.items()}
    scaled = (
        pl.when(pl.col("power") == 0)
        .then("OBS_VALUE")
        .otherwise((pl.col("OBS_VALUE") * pl.lit(10.0).pow(pl.col("power"))).round(6))
    )
    finished = read.with_columns(
        figure=scaled,
        status=pl.when(pl.col("OBS_VALUE").is_null()).then(missing).otherwise(present),
        note=pl.col("flag").replace_strict(words, default=None, return_dtype=pl.String),
    )
    return finished, [*findings, *unreadable]


def _without_empty(table: pl.DataFrame) -> pl.DataFrame:
    """The table without an optional note that no row has."""
    if "NOTE" in table.columns and table.get_column("NOTE").null_count() == table.height:
        return table.drop("NOTE")
    return table
