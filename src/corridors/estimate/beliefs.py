"""What is believed of reports and flows before any report is seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Belief = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What is believed before any report, all in natural logarithms: means and standard deviations.

    Parameters
    ----------
    undercount
        Reported less true flow by class of undercount; `unknown` where a report has none.
    duration
        Flow counted by months of stay less the flow of those who stay twelve; 0 counts every move, 60 is for good.
    expected
        Coefficient of the expected flow.
    covariates
        Coefficient of each covariate, in its own unit.
    year
        Difference of a year from the mean of all.
    """

    undercount: Mapping[str, Belief] = field(
        default_factory=lambda: MappingProxyType(
            {
                "excellent": (-0.02, 0.02),
                "low": (-0.1, 0.1),
                "medium": (-0.4, 0.25),
                "high": (-0.9, 0.5),
                "unknown": (-0.3, 0.4),
            }
        )
    )
    duration: Mapping[float, Belief] = field(
        default_factory=lambda: MappingProxyType(
            {0.0: (0.5, 0.2), 3.0: (0.3, 0.15), 6.0: (0.15, 0.1), 60.0: (-0.7, 0.4)}
        )
    )
    expected: Belief = (1.0, 0.3)
    covariates: Belief = (0.0, 2.0)
    year: Belief = (0.0, 0.3)
