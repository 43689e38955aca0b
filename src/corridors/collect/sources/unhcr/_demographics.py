"""Demographics: persons by sex, age and place inside the country of asylum, as far as anybody counted them."""

from __future__ import annotations

import polars as pl

from corridors.collect.cells import figures
from corridors.collect.columns import YEAR, cells_outside
from corridors.collect.sources.unhcr._opening import Opened
from corridors.collect.sources.unhcr._people import (
    END_OF_YEAR,
    INTERNAL,
    NOT_TOLD,
    POPULATION,
    Group,
    finish,
    without_repeats,
)
from corridors.collect.sources.unhcr._places import place_pair
from corridors.concepts.ages import TOTAL, UNKNOWN
from corridors.concepts.areas import WORLD
from corridors.concepts.findings import Finding, raise_if_any

#: The publisher's codes of population types.
TYPES = {
    "REF": POPULATION["refugees"],
    "ROC": Group("REFUGEES", True, 2001, "people in refugee-like situations"),
    "ASY": POPULATION["asylum_seekers"],
    "OIP": POPULATION["oip"],
    "VDA": POPULATION["vda"],
    "IDP": POPULATION["idps"],
    "IOC": Group("IDPS", True, 2001, "people in IDP-like situations"),
    "STA": POPULATION["stateless"],
    "OOC": POPULATION["ooc"],
    "HST": POPULATION["hst"],
    "RET": POPULATION["returned_refugees"],
    "RDP": POPULATION["returned_idps"],
}
AGES = {"0_4": "Y0T4", "5_11": "Y5T11", "12_17": "Y12T17", "18_59": "Y18T59", "60": "Y_GE60"}
SEXES = {"f": "F", "m": "M"}
#: Words before the publisher's codes of places: urban, rural or various; kind of accommodation.
_KINDS = {"location": "", "loc_type": "area ", "acc_type": "accommodation "}
#: "Small numbers less than five are rounded to the nearest multiple of five": at most this much a cell.
_ROUNDING = 5
#: The publisher gives no column of persons of unknown sex: they are what women and men lack of the total.
_LACKING = "the total less women and men"
_KEY = ["ORIGIN", "DESTINATION", "MEASURE", "CATEGORY", "SEX", "AGE", "TIME_PERIOD"]
_CELLS = [f"{sex}_{age}" for sex in SEXES for age in (*AGES, "other", "total")]


def read_demographics(opened: Opened) -> pl.DataFrame:
    """DISPLACED by sex and age, without SOURCE.

    The total is there for every row; women, men and those of unknown sex where sexes were told apart; ages where
    anybody's age is known, and beside them the persons of unknown age. Zeros beside those may only be unknown and are left
    out.

    Raises
    ------
    DataError
        Unknown places, years and population types, unreadable cells, parts that exceed their total.
    """
    lacking = [column for column in ("pop_type", "total", *_CELLS) if column not in opened.labels]
    mend = "give the whole table; the API names population types when it is asked with ptype_show=true"
    raise_if_any(Finding("column-missing", opened.file, f"no column {column}", mend) for column in lacking)
    table, findings = place_pair(opened)
    for column, rule, code, wanted in (
        ("year", pl.col("year").str.contains(YEAR), "period-unreadable", "write a year"),
        ("pop_type", pl.col("pop_type").is_in(list(TYPES)), "code-unknown", f"write one of {', '.join(TYPES)}"),
    ):
        findings += cells_outside(table, column, rule, code=code, mend=wanted, place=opened.place)
    numbers, unreadable = _numbers(table, opened)
    findings += unreadable
    raise_if_any(findings)
    raise_if_any(_sums(numbers, opened))
    cells, twice = without_repeats(_long(_described(numbers, opened)), _KEY, opened)
    raise_if_any(twice)
    return finish(cells)


def _numbers(table: pl.DataFrame, opened: Opened) -> tuple[pl.DataFrame, list[Finding]]:
    """The table with its cells as figures, null where a dash stands."""
    findings: list[Finding] = []
    columns = []
    for column in (*_CELLS, "total"):
        text = table.select("row", pl.lit(column).alias("column"), TEXT=pl.col(column))
        cells, unreadable = figures(text, place=opened.place, marks=NOT_TOLD)
        findings += unreadable
        columns.append(cells.get_column("OBS_VALUE").alias(column))
    return table.with_columns(columns), findings


def _sums(numbers: pl.DataFrame, opened: Opened) -> list[Finding]:
    """Ages that do not add up to their sex, and sexes that exceed the total."""
    findings = []
    for whole, parts, may_lack in (
        ("f_total", [f"f_{age}" for age in (*AGES, "other")], False),
        ("m_total", [f"m_{age}" for age in (*AGES, "other")], False),
        ("total", ["f_total", "m_total"], True),
    ):
        total, added = pl.col(whole), pl.sum_horizontal(parts)
        over = added - total if may_lack else (added - total).abs()
        wrong = numbers.with_columns(ADDED=added).filter(over > _ROUNDING * len(parts))
        findings += [
            Finding(
                "sum-differs",
                opened.place(row, whole),
                f"its parts add up to {parted:,.0f}, it says {said:,.0f}",
                "correct the row",
            )
            for row, parted, said in wrong.select("row", "ADDED", whole).iter_rows()
        ]
    return findings


def _described(numbers: pl.DataFrame, opened: Opened) -> pl.DataFrame:
    """MEASURE, CATEGORY, TIME_PERIOD and notes of every row."""
    kind = pl.col("pop_type")
    measure = kind.replace_strict({code: group.measure for code, group in TYPES.items()})
    stocks = [code for code, group in TYPES.items() if group.is_stock]
    own = {code: group.category for code, group in TYPES.items() if group.category != TOTAL}
    told = [
        pl.when(~pl.col(column).fill_null("").is_in(["", "-"])).then(pl.lit(word) + pl.col(column))
        for column, word in _KINDS.items()
        if column in opened.labels
    ]
    category = pl.concat_str(
        kind.replace_strict(own, default=None, return_dtype=pl.String),
        "APART",
        *told,
        separator="; ",
        ignore_nulls=True,
    )
    at_end = pl.format("{}-" + END_OF_YEAR, "year")
    known = pl.col("f_total") + pl.col("m_total")
    lacking = pl.col("total") - known
    unknown = pl.when((known > 0) & (lacking > 0)).then(
        pl.format("{} of unknown sex", lacking.cast(pl.Int64, strict=False))
    )
    text = pl.concat_str("NOTE", unknown, separator="; ", ignore_nulls=True)
    inside = measure.is_in(INTERNAL) & (pl.col("ORIGIN") == WORLD)
    return numbers.with_columns(
        ORIGIN=pl.when(inside).then("DESTINATION").otherwise("ORIGIN"),
        MEASURE=measure,
        CATEGORY=pl.when(category == "").then(pl.lit(TOTAL)).otherwise(category),
        TIME_PERIOD=pl.when(kind.is_in(stocks)).then(at_end).otherwise("year"),
        TOTAL_NOTE=pl.when(text != "").then(text),
    )


def _long(rows: pl.DataFrame) -> pl.DataFrame:
    index = ["row", "ORIGIN", "DESTINATION", "MEASURE", "CATEGORY", "TIME_PERIOD"]
    value = pl.col("OBS_VALUE")
    status = pl.when(value.is_null()).then(pl.lit("O")).otherwise(pl.lit("A"))
    parts = [
        rows.select(*index, SEX=pl.lit(TOTAL), AGE=pl.lit(TOTAL), OBS_VALUE="total", NOTE="TOTAL_NOTE").with_columns(
            OBS_STATUS=status
        )
    ]
    told = rows.filter(pl.col("f_total") + pl.col("m_total") > 0)
    lacking = pl.col("total") - pl.col("f_total") - pl.col("m_total")
    untold = told.filter(lacking > 0).with_columns(OBS_STATUS=pl.lit("E"), NOTE=pl.lit(_LACKING))
    by_hand = {"SEX": pl.lit(UNKNOWN), "AGE": pl.lit(TOTAL), "OBS_VALUE": lacking}
    parts.append(untold.select(*index, **by_hand, NOTE="NOTE", OBS_STATUS="OBS_STATUS"))
    for letter, sex in SEXES.items():
        whole, other = pl.col(f"{letter}_total"), pl.col(f"{letter}_other")
        aside = pl.when(other > 0).then(pl.format("{} of unknown age", other.cast(pl.Int64, strict=False)))
        text = pl.concat_str("NOTE", aside, separator="; ", ignore_nulls=True)
        note = pl.when(text != "").then(text)
        parts.append(
            told.select(*index, SEX=pl.lit(sex), AGE=pl.lit(TOTAL), OBS_VALUE=whole, NOTE=note).with_columns(
                OBS_STATUS=status
            )
        )
        aged = told.filter(whole > other.fill_null(0))
        unknown = told.filter(other > 0).select(
            *index, SEX=pl.lit(sex), AGE=pl.lit(UNKNOWN), OBS_VALUE=other, NOTE="NOTE"
        )
        parts.append(unknown.with_columns(OBS_STATUS=status))
        for column, age in AGES.items():
            cell = pl.col(f"{letter}_{column}")
            counted = aged.filter((cell > 0) | ((cell == 0) & (other.fill_null(0) == 0)))
            parts.append(
                counted.select(*index, SEX=pl.lit(sex), AGE=pl.lit(age), OBS_VALUE=cell, NOTE="NOTE").with_columns(
                    OBS_STATUS=status
                )
            )
    return pl.concat(parts)
