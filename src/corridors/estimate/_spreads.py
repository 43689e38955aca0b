"""Spreads that make the reports most likely."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from corridors.estimate._report_model import Effects, Reported, Spreads, evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Standard deviation, in logarithms, of what is believed of a spread before any report.
DOUBT = 0.7
#: Smallest spread, in logarithms: a thousandth, below what any office would claim.
LEAST = 1e-3


def most_likely(reported: Reported, effects: Effects, start: Spreads) -> Spreads:
    """Spreads at the largest density of the reports, held to `start` by a weak belief.

    Where the reports say nothing on a spread, as on errors of a class without reports, it stays where it started.
    """
    centre = np.log(_vector(start))

    def cost(logs: Floats) -> float:
        """What is believed less what is seen."""
        believed = 0.5 * float((((logs - centre) / DOUBT) ** 2).sum())
        return believed - evidence(reported, effects, _spreads(np.exp(logs), start))

    # Reports that agree to the last digit would drive their error to nothing, and the covariance with it.
    least = [(np.log(LEAST), None)] * centre.size
    found = minimize(cost, centre, method="L-BFGS-B", bounds=least, options={"ftol": 1e-7, "maxiter": 60})
    return _spreads(np.exp(found.x), start)


def _vector(spreads: Spreads) -> Floats:
    return np.concatenate([[spreads.corridor, spreads.year], spreads.errors, spreads.lasting, spreads.effects])


def _spreads(vector: Floats, like: Spreads) -> Spreads:
    classes = like.errors.size
    errors, lasting, effects = np.split(vector[2:], [classes, 2 * classes])
    return Spreads(float(vector[0]), float(vector[1]), errors, lasting, effects)
