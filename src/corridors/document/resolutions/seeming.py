"""What a document that is no resolution seems to be."""

from __future__ import annotations

import re

_SEEN = 6_000
_KINDS = (
    (
        "a verbatim record of a meeting",
        re.compile(r"\b[AS]/(?:\d+/)?PV\.\d+|\bOfficial Records\b.{0,200}\bplenary meeting\b", re.DOTALL),
    ),
    ("a summary record of a meeting", re.compile(r"/SR\.\d+|\bSummary record of the\b", re.IGNORECASE)),
    (
        "a statement by the President of the Security Council",
        re.compile(r"\bS/PRST/|\bStatement by the President of the Security Council\b"),
    ),
    (
        "a letter",
        re.compile(
            r"\b(?:Identical l|L)etters? dated\b|\bDear (?:Sir|Madam|Mr|Ms|Colleague)|\bnote verbale\b", re.IGNORECASE
        ),
    ),
    (
        "a report",
        re.compile(
            r"\b(?:Report|Note) (?:of|by) the (?:Secretary-General|Special Rapporteur|Committee|Secretariat|Commission)\b|"
            r"\bExecutive summary\b|^\s*Summary\b",
            re.IGNORECASE | re.MULTILINE,
        ),
    ),
    (
        "a treaty",
        re.compile(
            r"\b(?:States )?Parties to (?:the present|this) (?:Convention|Covenant|Protocol|Treaty|Agreement)\b|"
            r"\bHave agreed as follows\b"
        ),
    ),
    ("a press release", re.compile(r"\bpress release\b|\bFor information media\b|\bnot an official record\b", re.IGNORECASE)),
    ("an agenda", re.compile(r"\b(?:Provisional|Annotated|Draft) agenda\b", re.IGNORECASE)),
    ("a decision", re.compile(r"\bAt its \d+(?:st|nd|rd|th) (?:plenary )?meeting\b.{0,200}\bdecided\b", re.DOTALL)),
    ("a table", re.compile(r"\A(?:[^\n]*[,;|][^\n]*[,;|][^\n]*\n){3}")),
    ("program code or data", re.compile(r"^\s*(?:import \w|def \w|#include|function \w|\{\s*\")", re.MULTILINE)),
)  # fmt: skip


def seeming(text: str) -> str:
    """What a text seems to be, by its first pages, in words for a message.

    Examples
    --------
    >>> seeming("Letter dated 4 May 2001 from the Permanent Representative")
    'a letter'
    """
    head = text[:_SEEN]
    return next((name for name, form in _KINDS if form.search(head)), "a text without the parts of a resolution")
