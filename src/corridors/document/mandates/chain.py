"""The chain of resolutions on a topic, drawn from what each cites, and what changed from one to the next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from corridors.document.resolutions.organs import MONTHS

_CITED = re.compile(r"\b(\d{1,2})/(\d{1,3}[A-Z]?)(?: of (\d{1,2}) ([A-Z][a-z]+) (\d{4}))?")
_ON = re.compile(r",?\s*(?:all )?(?:entitled|on)\s+(?:the\s+)?[“\"]?")
#: Below this share of like words two paragraphs are not one another's successors.
LIKE = 0.35


@dataclass(frozen=True, slots=True)
class Citation:
    """One resolution cites another on a topic; `date` is the day the text gives, `sound` whether it fits the session."""

    symbol: str
    cites: str
    date: str | None
    topic: str
    source: str = ""

    @property
    def sound(self) -> bool:
        """Whether the day lies in the session that the cited number names."""
        found = re.search(r"/(\d+)/\d", self.cites)
        if self.date is None or not found:
            return True
        opened = 1945 + int(found[1])
        return f"{opened}-09-01" <= self.date <= f"{opened + 1}-09-30"


def citations_of(resolution: Mapping[str, Any]) -> tuple[Citation, ...]:
    """Citations of Assembly resolutions with the topic that the same paragraph names after them.

    Parameters
    ----------
    resolution
        A parsed resolution, schema `resolution-gold/1`.

    Examples
    --------
    >>> text = "Recalling its resolutions 49/127 of 19 December 1994 and 50/123 of 20 December 1995, on migration,"
    >>> [(one.cites, one.date) for one in citations_of({"symbol": "X", "title": "Migration", "preambular": [{"text": text}]})]
    [('A/RES/49/127', '1994-12-19'), ('A/RES/50/123', '1995-12-20')]
    """
    title = str(resolution.get("title") or "")
    found = []
    for paragraph in resolution.get("preambular", ()):
        text = str(paragraph["text"])
        end = 0
        # "resolutions A, B and C on <topic>": what stands before the topic's words and after the topic before is on it.
        for topic in re.finditer(re.escape(title), text, re.IGNORECASE) if title else ():
            found += _within(str(resolution["symbol"]), text[end : topic.start()], title)
            end = topic.end()
    return tuple(dict.fromkeys(found))


def _within(symbol: str, text: str, topic: str) -> list[Citation]:
    start = max(text.rfind("resolutions"), text.rfind("resolution "), 0)
    found: list[Citation] = []
    cited = list(_CITED.finditer(text, start))
    # "on <topic>" must follow at once: the declaration of a dialogue on it is another matter.
    if not cited or not _ON.fullmatch(text[cited[-1].end() :]):
        return found
    for match in cited:
        day = None
        if match[3] and match[4] in MONTHS:
            day = f"{match[5]}-{MONTHS.index(match[4]) + 1:02d}-{int(match[3]):02d}"
        found.append(Citation(symbol, f"A/RES/{match[1]}/{match[2]}", day, topic))
    return found


def chain(citations: Iterable[Citation], *, topic: str) -> tuple[str, ...]:
    """Symbols of the resolutions on a topic, the oldest first, as far as they hang together by citation.

    Parameters
    ----------
    citations
        What cites what.
    topic
        Words of the topic, in any case.

    Raises
    ------
    ValueError
        No citation is on this topic.

    Examples
    --------
    >>> pairs = [("A/RES/54/212", "A/RES/52/189"), ("A/RES/56/203", "A/RES/54/212")]
    >>> links = [Citation(symbol, cited, None, "Migration") for symbol, cited in pairs]
    >>> chain(links, topic="migration")
    ('A/RES/52/189', 'A/RES/54/212', 'A/RES/56/203')
    """
    known = tuple(citations)
    links = [one for one in known if topic.lower() in one.topic.lower()]
    if not links:
        topics = ", ".join(sorted({one.topic for one in known})) or "none"
        raise ValueError(f"no resolution on {topic!r}; topics are {topics}")
    after: dict[str, set[str]] = {}
    for link in links:
        after.setdefault(link.cites, set()).add(link.symbol)
        after.setdefault(link.symbol, set())
    return tuple(sorted(after, key=_by_number))


def _by_number(symbol: str) -> tuple[int, int, str]:
    found = re.search(r"/(\d+)/(\d+)", symbol)
    return (int(found[1]), int(found[2]), symbol) if found else (0, 0, symbol)


@dataclass(frozen=True, slots=True)
class Aligned:
    """A paragraph and its successor by id, how alike they are (0 to 1), and the words that went and came."""

    before: str | None
    after: str | None
    likeness: float
    gone: tuple[str, ...] = ()
    come: tuple[str, ...] = ()

    @property
    def kind(self) -> Literal["kept", "changed", "dropped", "new"]:
        """What became of the paragraph."""
        if self.before is None:
            return "new"
        if self.after is None:
            return "dropped"
        return "changed" if self.gone or self.come else "kept"


def align(before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> tuple[Aligned, ...]:
    """Paragraphs of two successive texts side by side, in the order of the texts.

    Each text is a sequence of (id, text). The pairs are those of the largest sum of likeness that cross nowhere.

    References
    ----------
    Needleman, S. B. and Wunsch, C. D. (1970). https://doi.org/10.1016/0022-2836(70)90057-4

    Examples
    --------
    >>> old = [("OP1", "Takes note of the report;"), ("OP2", "Requests a report at its next session.")]
    >>> new = [("OP1", "Welcomes the visit;"), ("OP2", "Takes note of the report;")]
    >>> [(pair.before, pair.after, pair.kind) for pair in align(old, new)]
    [(None, 'OP1', 'new'), ('OP1', 'OP2', 'kept'), ('OP2', None, 'dropped')]
    """
    left, right = [_words(text) for _, text in before], [_words(text) for _, text in after]
    likes = [[_likeness(one, other) for other in right] for one in left]
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in reversed(range(len(left))):
        for j in reversed(range(len(right))):
            paired = likes[i][j] + best[i + 1][j + 1] if likes[i][j] >= LIKE else -1.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    found, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        if likes[i][j] >= LIKE and best[i][j] == likes[i][j] + best[i + 1][j + 1]:
            gone, come = _changes(left[i], right[j])
            found.append(Aligned(before[i][0], after[j][0], likes[i][j], gone, come))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i][j + 1]:
            found.append(Aligned(None, after[j][0], 0.0))
            j += 1
        else:
            found.append(Aligned(before[i][0], None, 0.0))
            i += 1
    found += [Aligned(one, None, 0.0) for one, _ in before[i:]] + [Aligned(None, one, 0.0) for one, _ in after[j:]]
    return tuple(found)


def _words(text: str) -> list[str]:
    return re.findall(r"[\w/-]+", text.lower())


def _likeness(one: list[str], other: list[str]) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= LIKE else 0.0


def _changes(one: list[str], other: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    gone: list[str] = []
    come: list[str] = []
    for tag, i, i_end, j, j_end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag != "equal":
            gone += [" ".join(one[i:i_end])] if i < i_end else []
            come += [" ".join(other[j:j_end])] if j < j_end else []
    return tuple(gone), tuple(come)
