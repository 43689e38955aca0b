"""Coding of free text: codebooks in versions, two coders who do not see each other, adjudication, quotes.

A coder who has coded a unit never adjudicates it. What was coded under one version of a codebook is read under that version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import TYPE_CHECKING

from corridors.concepts.areas import Language
from corridors.concepts.findings import DataError, Finding
from corridors.consult.agreement import Level
from corridors.consult.values import Reply, Text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class CodebookEntry:
    """One code: its name, its label by language, and when it applies."""

    name: str
    label: Text
    definition: str


@dataclass(frozen=True, slots=True)
class Codebook:
    """Codes of one question in one version.

    Parameters
    ----------
    id, version
        Name of the codebook, and its version from 1.
    question
        Name of the question whose answers are coded.
    entries
        Codes, in their order where the level is ordinal.
    level
        Level of measurement; names of codes are numbers where it is interval.
    follows
        Version that this one replaces, or None.
    """

    id: str
    version: int
    question: str
    entries: tuple[CodebookEntry, ...]
    level: Level = "nominal"
    follows: int | None = None


@dataclass(frozen=True, slots=True)
class Coding:
    """Codes that one coder gave one unit (an answer, named by its reply) under one version of the codebook."""

    unit: str
    coder: str
    codes: tuple[str, ...]
    version: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Adjudication:
    """Codes that a third person settled on where two coders differed, and why."""

    unit: str
    by: str
    codes: tuple[str, ...]
    reason: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Coded:
    """What coding came to: codes by unit, units in dispute, and units that wait for coders."""

    codes: Mapping[str, tuple[str, ...]]
    disputed: tuple[str, ...]
    waiting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a reply in the language in which they were written."""

    reply: str
    question: str
    language: Language | None
    text: str


def assigned(
    units: Sequence[str], coders: Sequence[str], *, rng: np.random.Generator, each: int = 2
) -> Mapping[str, tuple[str, ...]]:
    """Coders of each unit, drawn so that every group of coders meets about equally often.

    Raises
    ------
    ValueError
        There are fewer coders than each unit needs.

    Examples
    --------
    >>> import numpy as np
    >>> found = assigned(["r1", "r2", "r3"], ["Ana", "Bo", "Chi"], rng=np.random.default_rng(1))
    >>> sorted(map(sorted, found.values()))
    [['Ana', 'Bo'], ['Ana', 'Chi'], ['Bo', 'Chi']]
    """
    if len(set(coders)) < each:
        raise ValueError(f"{len(set(coders))} coders for {each} on each unit; name {each} or more")
    teams = list(combinations(dict.fromkeys(coders), each))
    order = rng.permutation(len(units))
    return {units[place]: teams[number % len(teams)] for number, place in enumerate(order)}


def seen_by(coder: str, codings: Iterable[Coding]) -> tuple[Coding, ...]:
    """Codings that a coder may see: their own alone, so that nobody follows another.

    Examples
    --------
    >>> seen_by("Ana", [Coding("r1", "Ana", ("data",), 1), Coding("r1", "Bo", ("rights",), 1)])
    (Coding(unit='r1', coder='Ana', codes=('data',), version=1, at=None),)
    """
    return tuple(one for one in codings if one.coder == coder)


def coding_findings(
    codebook: Codebook, codings: Sequence[Coding], adjudications: Sequence[Adjudication] = ()
) -> list[Finding]:
    """What is wrong with codings under a codebook.

    Examples
    --------
    >>> book = Codebook("problems", 1, "problems_said", (CodebookEntry("data", {"en": "Data"}, "Asks for data"),))
    >>> [finding.fact for finding in coding_findings(book, [Coding("r1", "Ana", ("rights",), 1)])]
    ["'rights' is no code of version 1"]
    """
    names = {one.name for one in codebook.entries}
    findings: list[Finding] = []
    coders: dict[str, list[str]] = {}
    for one in codings:
        where = f"codebook {codebook.id}, unit {one.unit}, coder {one.coder}"
        if one.version != codebook.version:
            fact = f"coded under version {one.version}, not {codebook.version}"
            findings.append(Finding("coding-invalid", where, fact, "code it again, or read it under its own version"))
        findings += _unknown_codes(one.codes, names, codebook, where)
        if one.coder in coders.setdefault(one.unit, []):
            findings.append(Finding("key-duplicate", where, "coded twice by one coder", "keep the later coding"))
        coders[one.unit].append(one.coder)
    for ruling in adjudications:
        where = f"codebook {codebook.id}, unit {ruling.unit}, adjudicator {ruling.by}"
        findings += _unknown_codes(ruling.codes, names, codebook, where)
        if ruling.by in coders.get(ruling.unit, []):
            findings.append(Finding("coding-invalid", where, "coded the unit as well", "let a third person settle it"))
        if not ruling.reason.strip():
            findings.append(Finding("coding-invalid", where, "no reason", "write why"))
    return findings


def _unknown_codes(codes: Iterable[str], names: set[str], codebook: Codebook, where: str) -> list[Finding]:
    return [
        Finding(
            "coding-invalid",
            where,
            f"{code!r} is no code of version {codebook.version}",
            f"use {', '.join(sorted(names))}",
        )
        for code in codes
        if code not in names
    ]


def settled(
    codebook: Codebook, codings: Sequence[Coding], adjudications: Sequence[Adjudication] = (), *, each: int = 2
) -> Coded:
    """Codes of each unit: those its coders agree on, else those adjudicated.

    Raises
    ------
    DataError
        Codings are not sound, see `coding_findings`.

    Examples
    --------
    >>> book = Codebook("p", 1, "q", tuple(CodebookEntry(name, {"en": name}, name) for name in ("data", "rights")))
    >>> both = [Coding("r1", "Ana", ("data",), 1), Coding("r1", "Bo", ("rights",), 1)]
    >>> settled(book, both).disputed, settled(book, both, [Adjudication("r1", "Chi", ("data",), "says figures")]).codes
    (('r1',), {'r1': ('data',)})
    """
    findings = coding_findings(codebook, codings, adjudications)
    if findings:
        raise DataError(findings)
    by_unit: dict[str, list[tuple[str, ...]]] = {}
    for one in codings:
        by_unit.setdefault(one.unit, []).append(tuple(sorted(one.codes)))
    ruled = {one.unit: tuple(sorted(one.codes)) for one in adjudications}
    codes: dict[str, tuple[str, ...]] = {}
    disputed, waiting = [], []
    for unit, given in by_unit.items():
        if unit in ruled:
            codes[unit] = ruled[unit]
        elif len(given) < each:
            waiting.append(unit)
        elif len(set(given)) == 1:
            codes[unit] = given[0]
        else:
            disputed.append(unit)
    return Coded(codes, tuple(disputed), tuple(waiting))


def coded_values(codebook: Codebook, codings: Sequence[Coding]) -> NDArray[np.float64]:
    """Codings as `krippendorff_alpha` takes them, shape (coders, units): each unit with exactly one code a coder.

    Nominal and ordinal codes become their place in the codebook, interval ones the number that they are.

    Raises
    ------
    DataError
        A coding has no code or several, or is not sound.

    Examples
    --------
    >>> book = Codebook("p", 1, "q", tuple(CodebookEntry(name, {"en": name}, name) for name in ("data", "rights")))
    >>> coded_values(book, [Coding("r1", "Ana", ("data",), 1), Coding("r1", "Bo", ("rights",), 1)])
    array([[0.],
           [1.]])
    """
    findings = coding_findings(codebook, codings)
    for one in codings:
        if len(one.codes) != 1:
            where = f"codebook {codebook.id}, unit {one.unit}, coder {one.coder}"
            fact = f"{len(one.codes)} codes where one is counted"
            findings.append(Finding("coding-invalid", where, fact, "look at each code alone with code_presence"))
    if findings:
        raise DataError(findings)
    names = [one.name for one in codebook.entries]
    as_value = float if codebook.level == "interval" else lambda name: float(names.index(name))
    return _matrix({(one.coder, one.unit): as_value(one.codes[0]) for one in codings})


def code_presence(codings: Sequence[Coding], code: str) -> NDArray[np.float64]:
    """Whether each coder gave each unit one code, as `krippendorff_alpha` takes it, shape (coders, units).

    Examples
    --------
    >>> code_presence([Coding("r1", "Ana", ("data", "rights"), 1), Coding("r1", "Bo", ("rights",), 1)], "data")
    array([[1.],
           [0.]])
    """
    return _matrix({(one.coder, one.unit): float(code in one.codes) for one in codings})


def _matrix(values: Mapping[tuple[str, str], float]) -> NDArray[np.float64]:
    import numpy as np

    coders = list(dict.fromkeys(coder for coder, _ in values))
    units = list(dict.fromkeys(unit for _, unit in values))
    found = np.full((len(coders), len(units)), np.nan)
    for (coder, unit), value in values.items():
        found[coders.index(coder), units.index(unit)] = value
    return found


def quoted(reply: Reply, question: str, *, start: int = 0, end: int | None = None) -> Quote:
    """Words of an answer as they were written, with their language: never translated here.

    Parameters
    ----------
    reply
        The reply.
    question
        Name of the question.
    start, end
        First character, and the one after the last; the whole answer where none are given.

    Raises
    ------
    ValueError
        There is no answer, or no words between these characters.

    Examples
    --------
    >>> from corridors.consult.values import Answer
    >>> said = Reply("r1", "2", "FRA", "accepted", (Answer("reasons", "Il faut des données.", language="fr"),))
    >>> quoted(said, "reasons", start=8, end=20).text
    'des données.'
    """
    answer = next((one for one in reply.answers if one.question == question), None)
    if answer is None:
        raise ValueError(f"reply {reply.id} has no answer to {question!r}")
    end = len(answer.value) if end is None else end
    if not 0 <= start < end <= len(answer.value):
        raise ValueError(f"no words between {start} and {end}; the answer has {len(answer.value)} characters")
    return Quote(reply.id, question, answer.language, answer.value[start:end])
