"""Eurostat's codes of flags, ages and sexes, and which datasets there are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from corridors.collect.columns import alpha2_names
from corridors.concepts.ages import TOTAL, UNKNOWN, AgeGroup

Direction = Literal["in", "out"]
NAMES = alpha2_names("eurostat")
#: Eurostat's flags in its own words.
FLAGS = {
    "b": "break in time series",
    "c": "confidential",
    "d": "definition differs",
    "e": "estimated",
    "f": "forecast",
    "i": "see metadata",
    "n": "not significant",
    "p": "provisional",
    "r": "revised",
    "s": "Eurostat estimate",
    "u": "low reliability",
    "z": "not applicable",
}
#: Status of a figure by its flags; the first that is there counts, the others stand in the note. A break makes the
#: figures before and after it incomparable, so it outranks an estimate.
PRESENT = (("b", "B"), ("e", "E"), ("s", "E"), ("f", "E"), ("p", "P"))
#: Status of a cell without a figure (`:` not available): c withholds it, z says that there cannot be one.
ABSENT = (("c", "Q"), ("z", "M"))
NOT_AVAILABLE = ":"
SEXES = {"T": "_T", "F": "F", "M": "M", "UNK": UNKNOWN}
#: From this year of reference on, Regulation (EC) No 862/2007 counts who stays, or means to stay, twelve months; before it
#: every office had its own rule, and the flag d says that it still has.
REGULATION, MONTHS = 2008, 12.0
#: The age a person has completed, against the age reached in the year; totals are the same under both.
AGE_COMPLETED, AGE_REACHED = ("COMPLET", "TOTAL"), "REACH"
UNITS = {"NR": "PS", "PER": "PS"}
#: Categories of asylum applicants under old and new codes.
APPLICANTS = {
    "ASY_APP": TOTAL,
    "NASY_APP": "first-time applicants",
    "FRST": "first-time applicants",
    "SBSQ": "subsequent applicants",
    "SUBS": "subsequent applicants",
}
#: Dimensions of the datasets: freq, unit, age, sex and geo are in all of them.
DIMENSIONS = ("freq", "unit", "age", "sex", "geo")
BREAKDOWNS, APPLICANT = ("partner", "citizen", "c_birth"), ("applicant", "asyl_app")
ALL_DIMENSIONS = (*DIMENSIONS, *BREAKDOWNS, *APPLICANT, "agedef")
_YEARS = re.compile(r"Y(\d{1,3})(?:-(\d{1,3}))?")
_BELOW, _FROM = re.compile(r"Y_LT(\d{1,3})"), re.compile(r"Y_GE(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset: its code, the dimension of the other end, whether it counts flows in or out, and its criterion."""

    code: str
    breakdown: str
    direction: Direction | None
    criterion: str = ""

    @property
    def is_stock(self) -> bool:
        """Whether it counts persons on 1 January."""
        return self.code.startswith("pop")


DATASETS = {
    one.code: one
    for one in (
        Dataset("imm5prv", "partner", "in", "RESIDENCE"),
        Dataset("imm1ctz", "citizen", "in", "CITIZENSHIP"),
        Dataset("imm3ctb", "c_birth", "in", "BIRTH"),
        Dataset("emi3nxt", "partner", "out", "RESIDENCE"),
        Dataset("emi1ctz", "citizen", "out", "CITIZENSHIP"),
        Dataset("emi4ctb", "c_birth", "out", "BIRTH"),
        Dataset("pop3ctb", "c_birth", None),
        Dataset("pop1ctz", "citizen", None),
        Dataset("asyappctza", "citizen", None),
        Dataset("asyappctzm", "citizen", None),
    )
}
WANTED = f"one of the datasets {', '.join(f'migr_{code}' for code in DATASETS)} as SDMX-CSV, JSON-stat or TSV"


def age_code(text: str) -> str | None:
    """Our age group of Eurostat's code; None when there is none.

    Examples
    --------
    >>> age_code("Y_LT5"), age_code("Y5-9"), age_code("Y_GE85"), age_code("Y7"), age_code("TOTAL"), age_code("UNK")
    ('Y0T4', 'Y5T9', 'Y_GE85', 'Y7', '_T', '_U')
    """
    if text in ("TOTAL", "UNK"):
        return TOTAL if text == "TOTAL" else UNKNOWN
    if match := _BELOW.fullmatch(text):
        return AgeGroup(0, int(match[1])).code if int(match[1]) else None
    if match := _FROM.fullmatch(text):
        return AgeGroup(int(match[1]), None).code
    if (match := _YEARS.fullmatch(text)) and int(match[2] or match[1]) >= int(match[1]):
        return AgeGroup(int(match[1]), int(match[2] or match[1]) - int(match[1]) + 1).code
    return None
