"""Records of victims of trafficking, counted: nothing but counts leaves this module.

Small cells stay as the publisher released them and are not joined with anything: no attempt is made to identify anybody.
Records whose sex or age is not known are in the totals only.
"""

from __future__ import annotations

import polars as pl

from corridors.collect.cells import fold_label, open_csv, open_workbook
from corridors.collect.columns import alpha2_names, another_table, cells_outside, place_in
from corridors.collect.reading import Reading
from corridors.collect.sources.ctdc._layouts import FLAGS, LAYOUTS, NOT_STATED, SEXES, UNKNOWN, Layout
from corridors.collect.spellings import place_areas
from corridors.collect.unpacking import is_workbook
from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import UNKNOWN_ORIGIN, WORLD
from corridors.concepts.findings import DataError, Finding, raise_if_any

_WANTED = "records of victims as CSV: the k-anonymized or the synthetic global dataset, or a known extract of them"
_PLACES = ["CITIZENSHIP", "DESTINATION", "TIME_PERIOD"]
_AGES = r"^(?:Age )?0?(\d{1,2})--?(\d{1,2})$"
_OPEN_AGE = r"^(?:Age )?(\d{1,2})\+$"


def read(raw: bytes, *, file: str) -> Reading:
    """TRAFFICKING of one file of records.

    Parameters
    ----------
    raw
        CSV.
    file
        What findings call it.

    Raises
    ------
    DataError
        Everything that kept the file from being read, each with its row and column.
    """
    if is_workbook(raw):
        raise DataError([_workbook(raw, file)])
    table = open_csv(raw, file=file)
    layout = _layout(table, file)
    raise_if_any(_word_findings(table, layout, file))
    records, findings = _records(table, layout, file)
    raise_if_any(findings)
    dated = records.filter(pl.col("TIME_PERIOD").is_not_null())
    source = f"ctdc-{layout.name}"
    counted = _counts(dated).with_columns(
        MEASURE=pl.lit("VICTIMS"),
        SOURCE=pl.lit(source),
        UNIT_MEASURE=pl.lit("PS"),
        OBS_STATUS=pl.lit(layout.status),
        NOTE=pl.lit(layout.note, dtype=pl.String),
    )
    return Reading(
        product=f"{source}-records",
        revision=layout.name,
        layout="one record a victim, counted by citizenship, country of exploitation, sex, age and exploitation",
        tables={"TRAFFICKING": counted},
        evidence=_evidence(table, records, layout),
    )


def _workbook(raw: bytes, file: str) -> Finding:
    heads = {fold_label(text) for sheet in open_workbook(raw, file=file) for text in sheet.top(1)}
    explains = {"column name", "definition"} <= heads
    fact = "a workbook that explains columns and holds no records" if explains else "it is a workbook"
    return Finding("table-wrong", file, fact, f"wanted is {_WANTED}")


def _layout(table: pl.DataFrame, file: str) -> Layout:
    seen = set(table.columns)
    layout = max(LAYOUTS, key=lambda one: (len(seen & set(one.own)), len(seen & set(one.columns))))
    if not seen & set(layout.own) or not table.height:
        raise DataError([another_table(table, file=file, wanted=_WANTED)])
    raise_if_any(
        Finding("column-missing", f"{file}, row 1", f"no column {name}", "name the publisher's own, unchanged file")
        for name in layout.columns
        if name not in seen
    )
    return layout


def _stated(column: str) -> pl.Expr:
    """What a cell says, or nothing where it says that nothing is known."""
    text = pl.col(column).fill_null("").str.strip_chars()
    return pl.when(~text.is_in(UNKNOWN)).then(text)


def _word_findings(table: pl.DataFrame, layout: Layout, file: str) -> list[Finding]:
    age = _stated(layout.age)
    checks = {
        layout.year: (_stated(layout.year).str.contains(r"^(?:19|20)\d\d(?:\.0)?$"), "period-unreadable", "a year"),
        layout.gender: (_stated(layout.gender).is_in(list(SEXES)), "code-unknown", ", ".join(SEXES)),
        layout.age: (age.str.contains(f"{_AGES}|{_OPEN_AGE}"), "code-unknown", "an age group such as 9--17"),
    }
    if layout.kind:
        checks[layout.kind] = (_stated(layout.kind).is_in(list(layout.kinds)), "code-unknown", ", ".join(layout.kinds))
    else:
        for flag in FLAGS:
            known = _stated(flag).is_in(["0", "1", "0.0", "1.0"])
            checks[flag] = (known, "code-unknown", "0, 1 or -99")
    findings = []
    for column, (allowed, code, words) in checks.items():
        unknown = _stated(column).is_null()
        mend = f"write {words}, or -99 where it is not known"
        findings += cells_outside(table, column, unknown | allowed, code=code, mend=mend, place=place_in(file))
    if layout.victim:
        allowed = pl.col(layout.victim).is_in(["0", "1"])
        findings += cells_outside(
            table, layout.victim, allowed, code="code-unknown", mend="write 0 or 1", place=place_in(file)
        )
    return findings


def _records(table: pl.DataFrame, layout: Layout, file: str) -> tuple[pl.DataFrame, list[Finding]]:
    """One record a row in our words; null where nothing is known."""
    if layout.victim:
        table = table.filter(pl.col(layout.victim) == "1")
    age = _stated(layout.age)
    bounds = age.str.extract_groups(_AGES)
    span = pl.format(
        "Y{}T{}",
        bounds.struct.field("1").cast(pl.Int32, strict=False),
        bounds.struct.field("2").cast(pl.Int32, strict=False),
    )
    destination = _stated(layout.destination) if layout.destination else pl.lit(WORLD)
    named = table.select(
        "row",
        CITIZEN=_stated("citizenship").fill_null(UNKNOWN_ORIGIN),
        COUNTRY=destination.fill_null(UNKNOWN_ORIGIN),
        TIME_PERIOD=_stated(layout.year).str.replace(r"\.0$", ""),
        SEX=_stated(layout.gender).replace_strict(SEXES, default=None, return_dtype=pl.String),
        AGE=pl.coalesce(span, pl.format("Y_GE{}", age.str.extract(_OPEN_AGE))),
        CATEGORY=_exploitation(layout),
    )
    names = alpha2_names("ctdc")
    place = place_in(file)
    placed, unknown = place_areas(named, "CITIZEN", into="CITIZENSHIP", names=names, place=place, label="citizenship")
    placed, nowhere = place_areas(
        placed, "COUNTRY", into="DESTINATION", names=names, place=place, label=layout.destination
    )
    return placed, [*unknown, *nowhere]


def _exploitation(layout: Layout) -> pl.Expr:
    if layout.kind:
        return _stated(layout.kind).replace_strict(layout.kinds, default=NOT_STATED, return_dtype=pl.String)
    told = [pl.when(_stated(flag).is_in(["1", "1.0"])).then(pl.lit(name)) for flag, name in FLAGS.items()]
    joined = pl.concat_str(told, separator=" and ", ignore_nulls=True)
    return pl.when(joined == "").then(pl.lit(NOT_STATED)).otherwise(joined)


def _counts(records: pl.DataFrame) -> pl.DataFrame:
    """All records by place and year, and those of known sex and age by these and the exploitation."""
    known = records.filter(pl.col("SEX").is_not_null(), pl.col("AGE").is_not_null())
    by_all = known.group_by(*_PLACES, "SEX", "AGE", "CATEGORY").agg(pl.len().alias("OBS_VALUE"))
    whole = records.group_by(*_PLACES).agg(pl.len().alias("OBS_VALUE"))
    whole = whole.with_columns(pl.lit(TOTAL).alias(column) for column in ("SEX", "AGE", "CATEGORY"))
    together = pl.concat([whole.select(by_all.columns), by_all])
    return together.with_columns(pl.col("OBS_VALUE").cast(pl.Float64)).sort(*_PLACES, "SEX", "AGE", "CATEGORY")


def _evidence(table: pl.DataFrame, records: pl.DataFrame, layout: Layout) -> tuple[str, ...]:
    torn = records.filter(pl.any_horizontal(pl.col("SEX", "AGE").is_null())).height
    found = [
        f"heads of columns: {', '.join(layout.columns)}",
        f"{records.height:,} records of victims, {torn:,} of them without sex or age and in the totals only",
    ]
    if layout.victim:
        rest = table.height - records.height
        found.append(f"{rest:,} records with {layout.victim} 0 are no victims and left out")
    undated = records.get_column("TIME_PERIOD").null_count()
    if undated:
        found.append(f"{undated:,} records without a year of registration are left out")
    return tuple(found)
