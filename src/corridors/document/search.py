"""Search over practices, instruments, processes, bodies and mandates, in the six official languages."""

from __future__ import annotations

import re
import sqlite3
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from corridors.concepts.areas import area_name
from corridors.document.mandates.exchange import shipped_mandates
from corridors.document.practices.forms import shipped_practices
from corridors.document.practices.objectives import OBJECTIVES
from corridors.document.practices.record import Practice
from corridors.document.registers.register import Row, shipped

DocumentKind = Literal["practice", "instrument", "process", "forum", "meeting", "mandate"]
#: How much a word counts in a document's title, in its tags, and in its text.
_WEIGHTS = (6.0, 3.0, 1.0)
_HAN = re.compile(r"[\u3400-\u9fff]+")
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": None})


@dataclass(frozen=True, slots=True)
class Document:
    """What can be found: identifier, kind, title in any languages, tags and text."""

    id: str
    kind: DocumentKind
    title: str
    tags: str
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found, with its score: the higher, the better it answers."""

    document: Document
    score: float


@cache
def shipped_documents() -> tuple[Document, ...]:
    """Everything that comes with the package and can be searched.

    Examples
    --------
    >>> len(shipped_documents()) > 50
    True
    """
    instruments = (
        Document(
            f"instrument:{row['ID']}",
            "instrument",
            _joined(row, "TITLE"),
            f"{row['SYMBOL']} {row['KIND']}",
            row["PART"],
        )
        for row in shipped("treaties")
    )
    processes = (
        Document(
            f"process:{row['ID']}", "process", f"{row['NAME']}; {row['ID']}; {row['NAME_LOCAL']}",
            f"{row['TYPE']} {row['REGION']}",
            " ".join(area_name(one["MEMBER"]) for one in shipped("members") if one["PROCESS"] == row["ID"]),
        )
        for row in shipped("processes")
    )  # fmt: skip
    forums = (
        Document(f"forum:{row['ID']}", "forum", f"{row['NAME']}; {row['ID']}", row["KIND"], row["ROLE"])
        for row in shipped("forums")
    )
    meetings = (
        Document(
            f"meeting:{row['ID']}",
            "meeting",
            row["NAME"],
            f"{row['KIND']} {row['PLACE']}",
            f"{row['OUTCOME']} {row['START']}",
        )
        for row in shipped("meetings")
    )
    mandates = (
        Document(
            f"mandate:{one.id}",
            "mandate",
            one.text,
            f"{one.symbol} {one.deliverable} {one.due or ''}",
            " ".join(one.addressees),
        )
        for one in shipped_mandates()
    )
    return (*map(practice_document, shipped_practices()), *instruments, *processes, *forums, *meetings, *mandates)


def practice_document(practice: Practice) -> Document:
    """A practice as something that can be found.

    Examples
    --------
    >>> practice_document(shipped_practices()[0]).id
    'practice:nzl-rse'
    """
    tags = [*(OBJECTIVES[number] for number in practice.objectives), *practice.target_groups]
    tags += [area_name(code) for code in practice.countries]
    sources = " ".join(f"{one.title} {one.by}" for one in practice.documents)
    text = f"{practice.summary} {practice.outcomes} {practice.lead} {sources}"
    return Document(f"practice:{practice.id}", "practice", practice.title, "; ".join(tags), text)


def _joined(row: Row, head: str) -> str:
    return "; ".join(row[name] for name in row if name.startswith(head) and row[name])


def search(
    words: str, *, documents: Sequence[Document] | None = None, kinds: Iterable[DocumentKind] = (), limit: int = 10
) -> tuple[Hit, ...]:
    """Documents that answer words in any of the six official languages, the best first, ranked by BM25.

    Words are compared by their stems; Chinese is compared by runs of characters.

    Parameters
    ----------
    words
        What is looked for, free text.
    documents
        What is searched; what comes with the package when None.
    kinds
        Kinds of documents to keep; all of them when empty.
    limit
        How many are wanted at most.

    Raises
    ------
    ValueError
        No word is left to look for.

    References
    ----------
    Robertson, S. and Zaragoza, H. (2009). https://doi.org/10.1561/1500000019

    Examples
    --------
    >>> search("seasonal workers from the Pacific")[0].document.id
    'practice:nzl-rse'
    >>> search("儿童权利")[0].document.id
    'instrument:CRC'
    """
    terms, runs = _terms(words), _HAN.findall(words)
    if not terms and not runs:
        raise ValueError(f"no word to look for in {words!r}; give a word that names a subject")
    pool = shipped_documents() if documents is None else documents
    wanted = set(kinds)
    pool = [one for one in pool if not wanted or one.kind in wanted]
    scores: dict[int, float] = {}
    with closing(sqlite3.connect(":memory:")) as index:
        _fill(index, pool)
        if terms:
            _add_ranked(index, "spaced", " OR ".join(f'"{term}"' for term in terms), scores)
        for run in runs:
            _add_run(index, run, pool, scores)
    best = sorted(scores.items(), key=lambda found: (-found[1], found[0]))[:limit]
    return tuple(Hit(pool[number], score) for number, score in best)


def _fill(index: sqlite3.Connection, pool: Sequence[Document]) -> None:
    index.execute(
        "CREATE VIRTUAL TABLE spaced USING fts5(title, tags, body, tokenize = 'unicode61 remove_diacritics 2')"
    )
    index.execute("CREATE VIRTUAL TABLE unspaced USING fts5(title, tags, body, tokenize = 'trigram')")
    parts = [(number, one.title, one.tags, one.text) for number, one in enumerate(pool)]
    index.executemany(
        "INSERT INTO spaced (rowid, title, tags, body) VALUES (?, ?, ?, ?)",
        ((number, *(" ".join(_terms(part)) for part in rest)) for number, *rest in parts),
    )
    index.executemany(
        "INSERT INTO unspaced (rowid, title, tags, body) VALUES (?, ?, ?, ?)",
        ((number, *(" ".join(_HAN.findall(part)) for part in rest)) for number, *rest in parts),
    )


def _add_ranked(
    index: sqlite3.Connection, table: Literal["spaced", "unspaced"], query: str, scores: dict[int, float]
) -> None:
    found = index.execute(
        f"SELECT rowid, bm25({table}, ?, ?, ?) FROM {table} WHERE {table} MATCH ?", (*_WEIGHTS, query)
    )
    for number, rank in found:
        # The function gives the better match the smaller number, below zero.
        scores[number] = scores.get(number, 0.0) - rank


def _add_run(index: sqlite3.Connection, run: str, pool: Sequence[Document], scores: dict[int, float]) -> None:
    """Chinese by trigrams; by single characters and pairs where the run is too short, or its words stand in another order."""
    found: dict[int, float] = {}
    if len(run) > 2:
        _add_ranked(index, "unspaced", _trigrams(run), found)
    if not found:
        pieces = [run] if len(run) < 3 else [run[at : at + 2] for at in range(len(run) - 1)]
        for number, one in enumerate(pool):
            parts = zip((one.title, one.tags, one.text), _WEIGHTS, strict=True)
            if score := sum(weight * part.count(piece) for part, weight in parts for piece in pieces):
                found[number] = score / 10
    for number, score in found.items():
        scores[number] = scores.get(number, 0.0) + score


def _trigrams(run: str) -> str:
    return " OR ".join(f'"{run[at : at + 3]}"' for at in range(len(run) - 2))


@cache
def _words(name: Literal["empty", "endings"]) -> tuple[str, ...]:
    text = files("corridors.document").joinpath("search_words.toml").read_text(encoding="utf-8")
    return tuple(sorted(tomllib.loads(text)[name].split(), key=len, reverse=True))


def _terms(text: str) -> list[str]:
    """Stems of the words that say something, Chinese left out."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_ARABIC)
    # Vowel marks of Arabic and accents of Latin letters do not tell words apart; the breve of й does.
    plain = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c) or c == "\u0306")
    words = re.findall(r"[^\W_]+", _HAN.sub(" ", unicodedata.normalize("NFC", plain)))
    return [_stem(word) for word in words if word not in _words("empty")]


def _stem(word: str) -> str:
    if "\u0600" <= word[0] <= "\u06ff":
        bare = re.sub(r"^(?:وال|بال|كال|فال|لل|ال)(?=.{3})", "", word)
        return re.sub(r"(?<=.{3})(?:ات|ين|ون|يه|ه)$", "", bare)
    for ending in _words("endings"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word
