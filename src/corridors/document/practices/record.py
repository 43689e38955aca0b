"""The record of a practice: a programme, what it cost and brought, who judged it, and whether it may be shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from corridors.document.practices.objectives import OBJECTIVES

State = Literal["draft", "submitted", "in review", "published", "withdrawn"]
TARGET_GROUPS = (
    "migrant workers", "families of migrants", "communities of origin", "returnees", "refugees", "irregular migrants",
    "victims of trafficking", "children", "women", "students", "employers", "officials", "diaspora", "would-be migrants",
)  # fmt: skip
#: What each grade of the Maryland scale rests on; 0 is ours, for a description that compares nothing.
GRADES = (
    "description only",
    "comparison of those treated with others, or before and after, without controls",
    "comparison with control variables",
    "before and after, with a comparison group",
    "allocation as good as random, by a rule, threshold or instrument",
    "allocation by chance",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One estimated effect: of what, by how much in which unit, its interval, design and sample."""

    outcome: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    level: float | None = None
    design: str = ""
    persons: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One grader's judgement: grade 0 to 5, the reason, and the day."""

    grader: str
    grade: int
    reason: str
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A public document that the record rests on: its title, authors or body, year, and address or DOI."""

    title: str
    by: str
    year: int
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """One programme.

    Parameters
    ----------
    id
        Short name in lower-case letters, digits and hyphens.
    title, summary
        What it is, in plain words.
    countries
        Area codes where it ran.
    corridor
        Origin and destination, for a programme of two countries.
    lead, partners
        Who ran it.
    start, end
        First and last year; no end while it runs.
    objectives
        Numbers of the objectives of the Global Compact, 1 to 23.
    target_groups
        Whom it was for, of `TARGET_GROUPS`.
    cost, currency
        What it cost in single units of the currency.
    outcomes
        What is reported to have come of it, in words.
    effects
        Estimates with their intervals.
    documents
        What the record rests on; at least one.
    language
        Language of the record, ISO 639-1.
    reviews, state
        The graders' judgements, and where it stands on its way to the public.
    """

    id: str
    title: str
    summary: str
    countries: tuple[str, ...]
    corridor: tuple[str, ...] = ()
    lead: str = ""
    partners: tuple[str, ...] = ()
    start: int | None = None
    end: int | None = None
    objectives: tuple[int, ...]
    target_groups: tuple[str, ...] = ()
    cost: float | None = None
    currency: str = ""
    outcomes: str = ""
    effects: tuple[Effect, ...] = ()
    documents: tuple[Document, ...]
    language: str = "en"
    reviews: tuple[Review, ...] = ()
    state: State = "draft"

    @property
    def grade(self) -> int | None:
        """The lower of two grades, for no programme is better proved than its stricter reader holds; None without one.

        Examples
        --------
        >>> len(GRADES)
        6
        """
        return min((review.grade for review in self.reviews), default=None)

    @property
    def graders(self) -> int:
        """How many have graded it."""
        return len({review.grader for review in self.reviews})


def states() -> tuple[State, ...]:
    """Every state of a record on its way to the public.

    Examples
    --------
    >>> states()[-2:]
    ('published', 'withdrawn')
    """
    return get_args(State)


def by_objective(practices: Iterable[Practice]) -> dict[int, list[Practice]]:
    """Practices under each objective of the Global Compact that at least one serves.

    Examples
    --------
    >>> by_objective([])
    {}
    """
    found: dict[int, list[Practice]] = {}
    for practice in practices:
        for number in practice.objectives:
            found.setdefault(number, []).append(practice)
    return {number: found[number] for number in OBJECTIVES if number in found}
