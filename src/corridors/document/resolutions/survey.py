"""Figures of a survey of Member States, read out of a paragraph's prose."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corridors.document.resolutions.organs import CARDINAL, cardinal

_SHARE = re.compile(
    r"(?P<share>\d+(?:\.\d+)?)\s+per\s+cent\s+of\s+the\s+(?:full\s+|total\s+)?(?:United\s+Nations\s+)?member",
    re.IGNORECASE,
)
_COUNT = re.compile(
    rf"\b(?P<n>{CARDINAL})\s+(?:(?:respondents?|Governments|States|Member States|replies|"
    rf"countries)\s+)?(?:were|was|are|had been)\s+"
    rf"(?P<stance>partially in favour|partly in favour|in favour|against|opposed|undecided)",
    re.IGNORECASE,
)
_STANCES = {"in favour": "in_favour", "partially in favour": "partially", "partly in favour": "partially", "against": "against",
            "opposed": "against", "undecided": "undecided"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SurveyFacts:
    """Replies to a survey: how many respondents, which share of the membership, and their stances (persons are States)."""

    respondents: int
    share_of_membership_percent: float | None
    in_favour: int
    partially: int
    against: int


def survey_facts(text: str) -> SurveyFacts | None:
    """The figures of a survey in a paragraph; None where it tells none.

    Examples
    --------
    >>> survey_facts("that forty-seven respondents were in favour, five were partially in favour and twenty-six were against,")
    SurveyFacts(respondents=78, share_of_membership_percent=None, in_favour=47, partially=5, against=26)
    """
    counts = {_STANCES[match["stance"].lower()]: cardinal(match["n"]) for match in _COUNT.finditer(text)}
    if len(counts) < 2:
        return None
    share = _SHARE.search(text)
    percent = None if share is None else float(share["share"])
    return SurveyFacts(sum(counts.values()), int(percent) if percent is not None and percent.is_integer() else percent,
                       counts.get("in_favour", 0), counts.get("partially", 0), counts.get("against", 0))  # fmt: skip
