"""The measures themselves, on the observed cells of two tables of flows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

Measure = Literal["count", "log-count", "log-count-within", "proportion", "rate", "common-part", "factor"]
#: Smallest observed flow, in persons, that the factor counts: below it a ratio says more on rounding than on a method.
SMALLEST = 50.0


@dataclass(frozen=True, slots=True)
class Cells:
    """Observed cells of two tables, one entry a cell.

    Parameters
    ----------
    estimated, observed
        Flows in persons.
    origin, destination
        Positions of the areas.
    reporter
        Positions of the areas that counted: their definition is common to their cells.
    population
        Persons by area at the start of the period; None leaves out what needs it.
    """

    estimated: Floats
    observed: Floats
    origin: Positions
    destination: Positions
    reporter: Positions
    population: Floats | None

    def take(self, rows: Positions) -> Cells:
        """These cells only, in this order, repeated as asked."""
        return Cells(
            self.estimated[rows],
            self.observed[rows],
            self.origin[rows],
            self.destination[rows],
            self.reporter[rows],
            self.population,
        )


def pearson(one: Floats, other: Floats) -> float:
    """Correlation; not a number where one side does not vary."""
    one, other = one - one.mean(), other - other.mean()
    return quotient(float(one @ other), float(np.sqrt((one @ one) * (other @ other))))


def quotient(numerator: float, denominator: float) -> float:
    """Quotient; not a number where the denominator is not above zero."""
    return numerator / denominator if denominator > 0 else float("nan")


def count(both: Cells) -> float:
    """Correlation of flows."""
    return pearson(both.estimated, both.observed)


def log_count(both: Cells) -> float:
    """Correlation of ``ln(1 + flow)``."""
    return pearson(np.log1p(both.estimated), np.log1p(both.observed))


def log_count_within(both: Cells) -> float:
    """Correlation of ``ln(1 + flow)`` after the mean of each reporter is taken out of both sides.

    Reporters count by their own definitions, which raise or lower all their flows together.
    """
    logs = []
    for values in (np.log1p(both.estimated), np.log1p(both.observed)):
        number = np.maximum(np.bincount(both.reporter), 1)
        logs.append(values - (np.bincount(both.reporter, values) / number)[both.reporter])
    return pearson(*logs)


def proportion(both: Cells) -> float:
    """Correlation of shares in the arrivals observed at the destination."""
    shares = []
    for values in (both.estimated, both.observed):
        arrivals = np.bincount(both.destination, values)[both.destination]
        shares.append(np.divide(values, arrivals, out=np.zeros_like(values), where=arrivals > 0))
    return pearson(*shares)


def rate(both: Cells) -> float:
    """Correlation of flows a head of the origin's population."""
    if both.population is None:
        return float("nan")
    heads = both.population[both.origin]
    peopled = heads > 0
    return pearson(both.estimated[peopled] / heads[peopled], both.observed[peopled] / heads[peopled])


def common_part(both: Cells) -> float:
    """Persons who are in the same cell of both tables, as a share of the mean of the two totals."""
    shared = 2 * float(np.minimum(both.estimated, both.observed).sum())
    return quotient(shared, float(both.estimated.sum() + both.observed.sum()))


def factor(both: Cells) -> float:
    """Exponential of the median absolute log ratio over large cells."""
    large = both.observed > SMALLEST
    if not large.any():
        return float("nan")
    with np.errstate(divide="ignore"):
        ratios = np.abs(np.log(both.estimated[large] / both.observed[large]))
    return float(np.exp(np.median(ratios)))


#: Every measure by its name.
MEASURES: Mapping[str, Callable[[Cells], float]] = MappingProxyType(
    {
        "count": count,
        "log-count": log_count,
        "log-count-within": log_count_within,
        "proportion": proportion,
        "rate": rate,
        "common-part": common_part,
        "factor": factor,
    }
)
