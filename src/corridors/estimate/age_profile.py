"""What an age profile of migration says in a few numbers, from intensities or from Rogers-Castro parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.concepts.ages import AgeGroup
from corridors.concepts.findings import raise_if_any
from corridors.estimate._margins import faults

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class AgeProfile:
    """Level, peak and shape of migration by age.

    Parameters
    ----------
    gross_rate
        Gross migraproduction rate: moves a person would make who lived through all ages.
    peak_intensity
        Migrants per 100 at the peak.
    peak_age
        First age of the group with the highest intensity within the ages of the peak.
    peak_breadth
        Sum of intensities, per 100, from `breadth` years before the peak to as many after it.
    peak_share
        Of `peak_breadth` in all ages, per cent.
    steepest_rise, steepest_fall
        Ages at which intensity rises and falls most from the age before.
    asymmetry
        `steepest_rise` over `steepest_fall`.
    """

    gross_rate: float
    peak_intensity: float
    peak_age: int
    peak_breadth: float
    peak_share: float
    steepest_rise: int
    steepest_fall: int
    asymmetry: float


@dataclass(frozen=True, slots=True)
class RogersCastroShape:
    """Ratios of the parameters of a model migration schedule.

    Parameters
    ----------
    peaking
        Position of the labour peak, `mu2`.
    child_dependency, labour_dominance
        Level of the childhood part over that of the labour part, and its inverse.
    labour_asymmetry
        Rate of ascent over rate of descent of the labour part.
    regularity
        Rate of descent of the childhood part over that of the labour part: one where children move with parents.
    """

    peaking: float
    child_dependency: float
    labour_dominance: float
    labour_asymmetry: float
    regularity: float


def age_profile(intensity: xr.DataArray, *, peak_ages: tuple[int, int] = (6, 64), breadth: int = 5) -> AgeProfile:
    """Indices of an age profile.

    Parameters
    ----------
    intensity
        Migrants over population, dims (age,), groups of one width in order, such as "Y0", "Y1", ..
    peak_ages
        First and last age at which peak, rise and fall are sought.
    breadth
        Years on each side of the peak that belong to it.

    Raises
    ------
    ValueError
        Dims, the order or the widths of age groups do not fit, or no age lies within the ages of the peak.
    DataError
        An intensity is missing or negative.

    References
    ----------
    Rogers, A. (1975), Introduction to Multiregional Mathematical Demography. Bell, M. and Muhidin, S. (2009), Human
    Development Research Paper 2009/30. Bernard, A., Bell, M. and Charles-Edwards, E. (2014), Population Studies 68(2),
    179-195, https://doi.org/10.1080/00324728.2014.890243.

    Examples
    --------
    >>> import xarray as xr
    >>> ages = [f"Y{age}" for age in range(80)]
    >>> shape = xr.DataArray([0.02 + 0.1 * (22 <= age <= 26) for age in range(80)], {"age": ages})
    >>> found = age_profile(shape)
    >>> found.peak_age, found.steepest_rise, found.steepest_fall
    (22, 22, 27)
    """
    starts, width = _ages(intensity)
    raise_if_any(faults(intensity, "intensity"))
    values = intensity.values.astype(float)
    first, last = peak_ages
    studied = np.flatnonzero((starts >= first) & (starts <= last))
    if not studied.size:
        raise ValueError(f"no age between {first} and {last}; ages are {starts[0]} to {starts[-1]}")
    peak = int(studied[values[studied].argmax()])
    # The window is one of ages, not of rows: a profile from age 15 has the same peak as one from birth.
    window = (starts >= starts[peak] - breadth) & (starts <= starts[peak] + breadth)
    # Before the first age nothing is known: neither rise nor fall is looked for there, unless there is no other age.
    change, compared = np.diff(values, prepend=values[0]), studied[studied > 0] if studied.size > 1 else studied
    rise = int(starts[compared[change[compared].argmax()]])
    fall = int(starts[compared[change[compared].argmin()]])
    around, all_ages = float(values[window].sum()) * width, float(values.sum()) * width
    return AgeProfile(
        gross_rate=all_ages,
        peak_intensity=100 * float(values[peak]),
        peak_age=int(starts[peak]),
        peak_breadth=100 * around,
        peak_share=100 * around / all_ages if all_ages else 0.0,
        steepest_rise=rise,
        steepest_fall=fall,
        asymmetry=rise / fall if fall else float("nan"),
    )


def rogers_castro_shape(parameters: Mapping[str, float]) -> RogersCastroShape:
    """Indices from the parameters of a Rogers-Castro schedule.

    Parameters
    ----------
    parameters
        With `a1`, `alpha1`, `a2`, `alpha2`, `lambda2` and `mu2`, above zero; others are not used.

    Raises
    ------
    ValueError
        A parameter is not there or not above zero.

    References
    ----------
    Rogers, A. and Castro, L. J. (1981), Model Migration Schedules, IIASA RR-81-30.

    Examples
    --------
    >>> schedule = {"a1": 0.02, "alpha1": 0.1, "a2": 0.06, "alpha2": 0.1, "mu2": 20, "lambda2": 0.4}
    >>> rogers_castro_shape(schedule).labour_asymmetry
    4.0
    """
    needed = ("a1", "alpha1", "a2", "alpha2", "lambda2", "mu2")
    wrong = [name for name in needed if not parameters.get(name, 0.0) > 0]
    if wrong:
        raise ValueError(f"{', '.join(wrong)} missing or not above zero; needed are {', '.join(needed)}")
    a1, alpha1, a2, alpha2, lambda2, mu2 = (float(parameters[name]) for name in needed)
    return RogersCastroShape(mu2, a1 / a2, a2 / a1, lambda2 / alpha2, alpha1 / alpha2)


def _ages(intensity: xr.DataArray) -> tuple[NDArray[np.intp], int]:
    if intensity.dims != ("age",):
        raise ValueError(f"intensity has dims {intensity.dims}; expected ('age',)")
    groups = [AgeGroup.from_code(str(code)) for code in intensity["age"].values]
    # The open age counts as one group more: nobody says how long it lasts.
    starts = np.array([group.start for group in groups], dtype=np.intp)
    widths = {*np.diff(starts).tolist(), *(group.width for group in groups[:-1])}
    if len(widths) != 1 or groups[-1].width not in (None, *widths):
        raise ValueError("age groups need one width, without gaps and in order, for example Y0, Y1, Y2 or Y0T4, Y5T9")
    return starts, int(widths.pop())
