"""Texts that came in one line, cut where paragraphs begin."""

from __future__ import annotations

import re

from corridors.document.resolutions.lines import starts_paragraph

_ORGAN = r"(?:General Assembly|Security Council|Economic and Social Council|Human Rights Council|Commission on [A-Z][\w ]{3,60}?)"
_ENACTING = re.compile(rf"(?:^|(?<=[\s.\]]))(The {_ORGAN}),\s+(?=[A-Z])")
_START = re.compile(r"(?<=[,;.:)\d])\s+(?=(?:\d{1,3}\.\s+)?[A-Z][a-z]+)")
_CLOSING = re.compile(r"(?<=[.;])\s+(?=\d{1,3}(?:st|nd|rd|th) plenary meeting)")


def unfold(text: str) -> str:
    r"""The text with a line break before each paragraph; verbs tell where, since no line does.

    Examples
    --------
    >>> unfold("The General Assembly, Recalling its resolution 49/127, 1. Urges States to act.").split("\n")
    ['The General Assembly,', 'Recalling its resolution 49/127,', '1. Urges States to act.']
    """
    parted = _CLOSING.sub("\n", _ENACTING.sub(r"\n\1,\n", text)).lstrip("\n")
    pieces, at = [], 0
    for match in _START.finditer(parted):
        if starts_paragraph(parted[match.end() : match.end() + 160]):
            pieces.append(parted[at : match.start()])
            at = match.end()
    return "\n".join([*pieces, parted[at:]])
