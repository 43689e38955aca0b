"""The words of the pages and letters in the six official languages, from one table."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from corridors.consult.values import LANGUAGES

RIGHT_TO_LEFT = ("ar",)
#: What each language calls itself.
OWN_NAMES: Mapping[str, str] = MappingProxyType(
    {"ar": "العربية", "zh": "中文", "en": "English", "fr": "Français", "ru": "Русский", "es": "Español"}
)


@cache
def words(language: str) -> Mapping[str, str]:
    """Every text of the pages in one language, by its key.

    Raises
    ------
    ValueError
        It is none of the six.

    Examples
    --------
    >>> words("fr")["save"]
    'Enregistrer'
    """
    if language not in LANGUAGES:
        raise ValueError(f"languages are {', '.join(LANGUAGES)}; not {language!r}")
    text = files("corridors.consultation").joinpath("words.csv").read_text(encoding="utf-8")
    return MappingProxyType({row["key"]: row[language] for row in csv.DictReader(text.splitlines())})
