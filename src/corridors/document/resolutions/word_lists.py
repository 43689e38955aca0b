"""The words by which the reading knows verbs, nouns, numbers and languages: `word_lists.csv`, one word a row."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def _lists() -> dict[str, tuple[str, ...]]:
    text = files("corridors.document.resolutions").joinpath("word_lists.csv").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(row["LIST"], []).append(row["WORD"])
    return {name: tuple(listed) for name, listed in found.items()}


def word_list(name: str) -> tuple[str, ...]:
    """The words of one list, in its order.

    Examples
    --------
    >>> word_list("months")[:2]
    ('January', 'February')
    """
    return _lists()[name]
