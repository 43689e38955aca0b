"""The language of a document that is not in English, by its script and its small words."""

from __future__ import annotations

import re
from collections import Counter

from corridors.document.resolutions.word_lists import word_list

_SMALL = {
    "English": word_list("small-english"),
    "French": word_list("small-french"),
    "Spanish": word_list("small-spanish"),
    "Portuguese": word_list("small-portuguese"),
    "German": word_list("small-german"),
    "Italian": word_list("small-italian"),
}
_SCRIPTS = (
    ("Arabic", re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")),
    ("Chinese", re.compile("[\u4e00-\u9fff]")),
    ("Russian", re.compile("[\u0400-\u04ff]")),
    ("Greek", re.compile("[\u0370-\u03ff]")),
    ("Hebrew", re.compile("[\u0590-\u05ff]")),
    ("Korean", re.compile("[\uac00-\ud7af]")),
    ("Hindi", re.compile("[\u0900-\u097f]")),
)
_SEEN = 40_000
_FEWEST_WORDS = 12


def foreign(text: str) -> str | None:
    """Name of the language of a text that is not English; None where it is, or where nothing can be told.

    Examples
    --------
    >>> foreign("L’Assemblée générale, rappelant les résolutions sur la coopération et le développement dans les pays du Sud, par la")
    'French'
    >>> foreign("The General Assembly, recalling the resolutions on cooperation") is None
    True
    """  # noqa: E501
    head = text[:_SEEN]
    letters = sum(1 for letter in head if letter.isalpha())
    for name, script in _SCRIPTS:
        if len(script.findall(head)) > 0.3 * max(letters, 1):
            return name
    words = Counter(re.findall(r"[^\W\d_]+", head.lower()))
    if words.total() < _FEWEST_WORDS:
        return None
    shares = {name: sum(words[word] for word in small) / words.total() for name, small in _SMALL.items()}
    best = max(shares, key=lambda name: shares[name])
    if best == "English" or shares[best] < 0.12 or shares[best] < 1.4 * shares["English"]:
        return None
    return best
