"""The organs that adopt resolutions: their names, symbols, sessions, and when a session is a year."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from corridors.document.resolutions.word_lists import word_list

MONTHS = tuple(word_list("months"))
_MONTH = "|".join(MONTHS)
#: A date as the Organization writes it, "19 December 1994"; three groups.
DATE = rf"(\d{{1,2}})\s+({_MONTH})\s+(\d{{4}})"
_UNITS = word_list("ordinals")
_TENS = {"twent": 20, "thirt": 30, "fort": 40, "fift": 50, "sixt": 60, "sevent": 70, "eight": 80, "ninet": 90}
_ORDINALS = {word: number for number, word in enumerate(_UNITS, 1)}
_ORDINALS |= {f"{stem}ieth": tens for stem, tens in _TENS.items()} | {"hundredth": 100, "one hundredth": 100}
_ORDINALS |= {f"{stem}y-{_UNITS[unit - 1]}": tens + unit for stem, tens in _TENS.items() for unit in range(1, 10)}
#: Any ordinal in words or figures, longest first.
ORDINAL = "|".join(sorted(_ORDINALS, key=len, reverse=True)) + r"|\d{1,3}(?:st|nd|rd|th)"
_CARDINALS = {
    word: number
    for number, word in enumerate(
        word_list("cardinals"), 1
    )
}  # fmt: skip
_TENS_WORDS = dict(zip(word_list("tens"), range(20, 100, 10), strict=True))
_CARDINALS |= _TENS_WORDS
_CARDINALS |= {
    f"{ten}-{_word}": at + n for ten, at in _TENS_WORDS.items() for _word, n in [*_CARDINALS.items()] if n < 10
}
#: Any number in words or figures, longest first.
CARDINAL = "|".join(sorted(_CARDINALS, key=len, reverse=True)) + r"|\d{1,3}"
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_FIRST_YEAR = 1945


@dataclass(frozen=True, slots=True)
class Organ:
    """An organ: full name, the word its texts use for it, symbol prefixes, and what its sessions say of the year.

    Parameters
    ----------
    organ
        Full name.
    short
        What a text that has named it once calls it.
    prefix, decision
        Begin of the symbols of its resolutions and of its decisions.
    year
        "session": session n opens in 1945 + n; "number": the year stands in the number; "none": a session is no year.
    """

    organ: str
    short: str
    prefix: str
    decision: str
    year: str


@cache
def organs() -> dict[str, Organ]:
    """All organs by full name.

    Examples
    --------
    >>> organs()["General Assembly"].prefix
    'A/RES/'
    """
    text = files("corridors.document.resolutions").joinpath("organs.csv").read_text(encoding="utf-8")
    return {row["organ"]: Organ(**row) for row in csv.DictReader(text.splitlines())}


@cache
def _names() -> re.Pattern[str]:
    names = sorted(organs(), key=len, reverse=True)
    shorts = {organ.short for organ in organs().values()} - {"Forum", "Conference"}
    other = (
        r"(?:(?:Conference|Meeting) of (?:the )?(?:States )?Parties|Committee on [A-Z]\w+|(?:Governing|"
        r"Executive) (?:Council|Board)|"
    )
    other += r"Working Group|Preparatory Committee|Conference on Disarmament|Standing Committee|Committee|Congress)"
    return re.compile("|".join(rf"\b{re.escape(name)}\b" for name in [*names, *sorted(shorts)]) + "|" + other)


@dataclass(frozen=True, slots=True)
class Mention:
    """An organ named in a text: where, and which; `organ` is the full name where a list holds it, else as printed."""

    start: int
    end: int
    organ: str


def mentions(text: str, *, own: str | None) -> list[Mention]:
    """The organs a text names, in order; "the Council" and "the Commission" are the last one named in full, or its own.

    Examples
    --------
    >>> [found.organ for found in mentions("report to the Council", own="Human Rights Council")]
    ['Human Rights Council']
    """
    found: list[Mention] = []
    last: dict[str, str] = {"Assembly": "General Assembly"}
    if own in organs():
        last[organs()[own].short] = own
    for match in _names().finditer(text):
        name = match[0]
        if name in organs():
            last[organs()[name].short] = name
        found.append(Mention(match.start(), match.end(), last.get(name, name)))
    return found


def ordinal(word: str) -> int:
    """The number of an ordinal in words or figures.

    Examples
    --------
    >>> ordinal("fifty-eighth"), ordinal("22nd")
    (58, 22)
    """
    plain = re.sub(r"\s*-\s*", "-", word.lower())
    return _ORDINALS[plain] if plain in _ORDINALS else int(re.sub(r"\D", "", plain))


def cardinal(word: str) -> int:
    """The number of a cardinal in words or figures.

    Examples
    --------
    >>> cardinal("forty-seven"), cardinal("120")
    (47, 120)
    """
    plain = word.lower()
    return _CARDINALS[plain] if plain in _CARDINALS else int(plain)


def roman(word: str) -> int:
    """The number of a Roman numeral.

    Examples
    --------
    >>> roman("LVI")
    56
    """
    values = [_ROMAN[letter] for letter in word.upper()]
    following = [*values[1:], 0]
    return sum(-one if one < after else one for one, after in zip(values, following, strict=True))


def session_year(organ: str | None, session: int | None) -> int | None:
    """Year in which a session opened; None for every organ whose sessions are not years.

    Parameters
    ----------
    organ
        Full name.
    session
        Its number.

    Examples
    --------
    >>> session_year("General Assembly", 58), session_year("Human Rights Council", 58)
    (2003, None)
    """
    if organ != "General Assembly" or session is None:
        return None
    return _FIRST_YEAR + session


def iso_date(day: str, month: str, year: str) -> str:
    """A date as YYYY-MM-DD.

    Examples
    --------
    >>> iso_date("2", "July", "1999")
    '1999-07-02'
    """
    return f"{int(year):04d}-{MONTHS.index(month) + 1:02d}-{int(day):02d}"
