"""From the spelling of a place to its code, or to nothing: never a guess.

A spelling is folded (case, accents, punctuation, a leading article and footnote marks fall away) and looked up among the
official short names in English and French, the names of CLDR in five languages, and the aliases of `areas/aliases.csv`.
Two areas that fold to one spelling make it ambiguous, and it matches neither unless an official name claims it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType

from corridors.concepts.areas import known_areas, rows_of

#: Languages whose CLDR names publishers use beside the official names.
_LANGUAGES = ("en", "fr", "es", "de", "pt")
_NOTE_MARKS = re.compile(r"(?:\s*\*+|\s*\((?:[a-z]|\d{1,2})\)|(?<=[^\W\d_])\d{1,2}(?:,\s*\d{1,2})*)$")


def fold(text: str) -> str:
    """A spelling without what does not tell places apart.

    Examples
    --------
    >>> fold("  The Côte d’Ivoire* "), fold("Algeria10"), fold("Trinidad & Tobago")
    ('cote d ivoire', 'algeria', 'trinidad and tobago')
    """
    text = text.strip()
    while (shorter := _NOTE_MARKS.sub("", text)) != text:
        text = shorter.strip()
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    words = re.sub(r"[^\w]+", " ", plain.casefold().replace("&", " and ")).strip()
    return words.removeprefix("the ")


@cache
def _spellings() -> Mapping[str, str]:
    found = _unambiguous(_cldr_names())
    # Official names outrank CLDR's, and deliberate aliases outrank both: "Congo" is the Republic in UN usage.
    found |= _unambiguous((name, one.code) for one in known_areas().values() for name in (one.name, one.name_fr))
    for row in rows_of("aliases"):
        if row["code"]:
            found[fold(row["spelling"])] = row["code"]
        else:
            found.pop(fold(row["spelling"]), None)
    return MappingProxyType(found)


def _cldr_names() -> Iterator[tuple[str, str]]:
    from babel import Locale

    for language in _LANGUAGES:
        territories = Locale.parse(language).territories
        for one in known_areas().values():
            if one.iso2 and one.iso2 in territories:
                yield str(territories[one.iso2]), one.code


def _unambiguous(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    codes: dict[str, set[str]] = {}
    for name, code in names:
        codes.setdefault(fold(name), set()).add(code)
    return {spelling: claimed.pop() for spelling, claimed in codes.items() if len(claimed) == 1}


def match_area(text: str) -> str | None:
    """Code of the one area that a spelling names; None when there is none or more than one.

    Parameters
    ----------
    text
        A place name as a publisher writes it, or an area code.

    Examples
    --------
    >>> match_area("Bolivia"), match_area("Turkey"), match_area("Viet Nam*"), match_area("Korea"), match_area("MEX")
    ('BOL', 'TUR', 'VNM', None, 'MEX')
    """
    stripped = text.strip()
    if stripped in known_areas():
        return stripped
    return _spellings().get(fold(text))
