"""Two graders, one practice: what they agree on, and what may be published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corridors.concepts.findings import Finding
from corridors.document.practices.record import GRADES, Practice


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far graders agree: practices that two have graded, share of equal grades, and Krippendorff's alpha for ordered grades.

    `alpha` is None where fewer than two practices have two grades, or all grades are one.
    """

    practices: int
    equal: float | None
    alpha: float | None


def agreement(practices: Iterable[Practice]) -> Agreement:
    """Agreement of the graders over practices.

    References
    ----------
    Krippendorff, K. (2004). https://doi.org/10.1111/j.1468-2958.2004.tb00738.x

    Examples
    --------
    >>> agreement([]).practices
    0
    """
    pairs = [[review.grade for review in one.reviews] for one in practices if one.graders >= 2]
    if not pairs:
        return Agreement(0, None, None)
    equal = sum(len(set(grades)) == 1 for grades in pairs) / len(pairs)
    return Agreement(len(pairs), equal, ordinal_alpha(pairs) if len(pairs) > 1 else None)


def ordinal_alpha(units: Sequence[Sequence[int]]) -> float | None:
    """Krippendorff's alpha for ordered values; `units` hold the values that graders gave one thing each.

    Units with fewer than two values are left out. None where all values are one.

    References
    ----------
    Krippendorff, K. (2004). https://doi.org/10.1111/j.1468-2958.2004.tb00738.x

    Examples
    --------
    >>> ordinal_alpha([[0, 0], [3, 3], [5, 5]]), ordinal_alpha([[2, 2], [2, 2]])
    (1.0, None)
    """
    paired = [unit for unit in units if len(unit) > 1]
    values = sorted({value for unit in paired for value in unit})
    if len(values) < 2:
        return None
    counts = {value: sum(unit.count(value) for unit in paired) for value in values}
    total = sum(counts.values())

    def distance(one: int, other: int) -> float:
        """How far two grades lie apart: the squared count of those between them, each end by half."""
        low, high = min(one, other), max(one, other)
        between = sum(counts[value] for value in values if low <= value <= high)
        return float((between - (counts[low] + counts[high]) / 2) ** 2)

    observed = sum(distance(one, other) / (len(unit) - 1) for unit in paired for one in unit for other in unit) / total
    expected = sum(counts[one] * counts[other] * distance(one, other) for one in values for other in values)
    return 1 - observed / (expected / (total * (total - 1)))


def publication_faults(practice: Practice, *, file: str) -> list[Finding]:
    """What keeps a practice from the public: a document, and the grades of two persons, are needed.

    Examples
    --------
    >>> one = Practice(id="a", title="A", summary="", countries=("KEN",), objectives=(3,), documents=())
    >>> [fault.fact for fault in publication_faults(one, file="a.json")]
    ['no public document is cited', '0 of 2 graders have graded it']
    """
    faults = []
    place = f"{file}, practice {practice.id}"
    if not practice.documents:
        faults.append(Finding("practice-unpublishable", place, "no public document is cited", "cite at least one"))
    if practice.graders < 2:
        fact = f"{practice.graders} of 2 graders have graded it"
        faults.append(Finding("practice-unpublishable", place, fact, "have it graded by two persons"))
    return faults


def grade_words(grade: int) -> str:
    """What a grade rests on.

    Raises
    ------
    ValueError
        There is no such grade.

    Examples
    --------
    >>> grade_words(5)
    'allocation by chance'
    """
    if not 0 <= grade < len(GRADES):
        raise ValueError(f"no grade {grade}; there are 0 to {len(GRADES) - 1}")
    return GRADES[grade]
