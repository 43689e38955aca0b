"""Words by which a user chooses, and the refusal that lists them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, get_args

from corridors.estimate._accounting import Births, Match

Deaths = Literal["proportional", "accounting"]
Negatives = Literal["repair", "refuse"]
Relax = Literal["none", "nearest"]

_ALLOWED: Mapping[str, Any] = MappingProxyType(
    {"match": Match, "born_as": Births, "died_by": Deaths, "negatives": Negatives, "relax": Relax}
)


def check_words(words: Mapping[str, str]) -> None:
    """Refuse a word that is none of those allowed.

    Raises
    ------
    ValueError
        With the words that are.
    """
    for name, word in words.items():
        allowed = get_args(_ALLOWED[name])
        if word not in allowed:
            raise ValueError(f"no {name} {word!r}; there are {', '.join(allowed)}")
