"""The registers that are read: their columns, what they count, and how their words become ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import polars as pl

from corridors.concepts.ages import TOTAL, UNKNOWN
from corridors.concepts.areas import WORLD

#: Both count persons of whom one may be there several times.
EVENTS, PERSONS, BOATS = "EV", "PS", "COUNT"
_ALL = pl.lit(TOTAL)
_SEXES = MappingProxyType({"men": "M", "boys": "M", "male": "M", "women": "F", "girls": "F", "female": "F"})


def _words(*columns: str) -> pl.Expr:
    return pl.concat_str(*columns, separator=", ", ignore_nulls=True)


@dataclass(frozen=True, slots=True)
class Register:
    """One register.

    Parameters
    ----------
    name
        Last part of its product's identifier.
    columns
        Exactly the columns of its file.
    measure, unit
        What `n` counts.
    reporter
        Country that reports; blank where the column `geo` says it.
    citizens
        Nationality of all persons; blank where the column `nat` says it.
    words
        What the columns with few values may say.
    route, category, sex
        How those columns are made.
    yearly
        Whether `t` holds years.
    doubtful
        Codes that the file gives to several nationalities.
    """

    name: str
    columns: tuple[str, ...]
    measure: str
    reporter: str = ""
    citizens: str = ""
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    route: pl.Expr = _ALL
    category: pl.Expr = _ALL
    sex: pl.Expr = _ALL
    unit: str = EVENTS
    yearly: bool = False
    doubtful: tuple[str, ...] = ()
    repeats: bool = False


REGISTERS = (
    Register(
        "usa",
        ("t", "t_fy", "component", "area", "authority", "type", "demog", "nat", "n"),
        "ENCOUNTERS",
        reporter="USA",
        words={
            "component": ("U.S. Border Patrol", "Office of Field Operations"),
            "authority": ("Title 8", "Title 42"),
            "type": ("Apprehensions", "Inadmissibles", "Expulsions"),
            "demog": ("Single Adults", "FMUA", "UAC", "UC / Single Minors", "Accompanied Minors"),
        },
        route=_words("component", "area"),
        # Title 42 expelled persons whom Title 8 might have met again: their sum counts no persons.
        category=_words("authority", "type", "demog"),
    ),
    Register(
        "mexico",
        ("t", "nat", "n"),
        "ENCOUNTERS",
        reporter="MEX",
        repeats=True,
    ),
    Register(
        "mexico-returns",
        ("t", "nat", "type", "n"),
        "EXPULSIONS",
        reporter="MEX",
        words={"type": ("assisted return", "assisted return of children", "deportation")},
        category=pl.col("type"),
    ),
    # Up to January 2025 the file has next to no China and, under TWN, what other registers have under CHN.
    Register("honduras", ("t", "nat", "n"), "TRANSITS", reporter="HND", repeats=True, doubtful=("TWN",)),
    Register("darien", ("t", "q", "nat", "n"), "TRANSITS", reporter="PAN", route=pl.lit("Darien")),
    Register(
        "darien-groups",
        ("t", "q", "demog", "n"),
        "TRANSITS",
        reporter="PAN",
        citizens=WORLD,
        words={"demog": ("men", "women", "boys", "girls")},
        route=pl.lit("Darien"),
        category=pl.col("demog"),
        sex=pl.col("demog").replace_strict(_SEXES, default=None, return_dtype=pl.String),
    ),
    Register(
        "guatemala",
        ("t", "sex", "age", "origin", "n"),
        "EXPULSIONS",
        reporter="GTM",
        citizens="GTM",
        words={
            "sex": ("male", "female"),
            "age": ("adult", "accompanied child", "unaccompanied child"),
            "origin": ("MEX", "USA"),
        },
        route=pl.when(pl.col("origin").is_null()).then(pl.lit("not stated")).otherwise(pl.format("from {}", "origin")),
        category=pl.col("age"),
        sex=pl.col("sex").replace_strict(_SEXES, default=None, return_dtype=pl.String),
    ),
    Register(
        "australia",
        ("t", "boats", "n"),
        "ENCOUNTERS",
        reporter="AUS",
        citizens=WORLD,
        route=pl.lit("sea"),
        yearly=True,
    ),
    Register(
        "eu-asylum",
        ("geo", "t", "nat", "sex", "n"),
        "ASYLUM_APPLICATIONS",
        words={"sex": ("male", "female", "unknown")},
        sex=pl.col("sex").replace_strict(_SEXES, default=UNKNOWN, return_dtype=pl.String),
        unit=PERSONS,
        yearly=True,
    ),
)
#: Columns of few words that may be blank: the United States' first two years have no area and no nationality.
MAY_BE_BLANK = ("origin",)
#: Last year of which the Darien file holds only the sum, on its first of January.
DARIEN_YEARS = 2019
