"""Between events and transitions, and between transitions over periods of different length.

An *event* is a move. A *transition* is a person who lives elsewhere at the end of a period than at its start: who moved on
is counted once, who came back not at all. Five one-year tables therefore hold more people than one five-year table (the
one-year/five-year migration problem). Every function states what it takes for granted; none is true of all migrants.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from scipy.linalg import expm, logm

from corridors.concepts.dims import require_dims
from corridors.concepts.findings import AreaFinding, DataError, raise_if_any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Complex = NDArray[Any]

#: Share that may be below zero, or beside the real line, in a table of probabilities: rounding.
_ROUNDING = 1e-9
_STEPS, _EXACT = 100, 1e-14
#: Share by which a table may miss itself when it is put together again from its parts: sound ones miss by 1e-13.
_REBUILT = 1e-8


@dataclass(frozen=True, slots=True)
class Movers:
    """Who moves how fast: a share of all people moves `speed` times as often as the rest, between the same places.

    With `share` zero everyone is alike and the process has no memory (Markov). With `speed` zero the share are stayers
    (Blumen, Kogan and McCarthy 1955). Otherwise it is the mixture of Kitsul and Philipov (1981).

    Parameters
    ----------
    share
        Between 0 and 1.
    speed
        Zero or more.
    """

    share: float = 0.0
    speed: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what is no mixture."""
        if not (0 <= self.share < 1 and self.speed >= 0):
            raise ValueError(f"share is {self.share} (from 0 to less than 1) and speed {self.speed} (zero or more)")

    def over(self, rates: Complex, years: float) -> Complex:
        """Mixture of exponentials of eigenvalues of the rates."""
        found: Complex = self.share * np.exp(self.speed * years * rates) + (1 - self.share) * np.exp(years * rates)
        return found

    def rates(self, values: Complex, years: float) -> Complex:
        """Eigenvalues of the rates whose mixture after `years` is `values`, by Newton's method from the Markov ones."""
        found = np.log(values) / years
        for _ in range(_STEPS):
            gap = self.over(found, years) - values
            slope = years * (
                self.share * self.speed * np.exp(self.speed * years * found) + (1 - self.share) * np.exp(years * found)
            )
            found = found - gap / slope
            if np.abs(gap).max(initial=0.0) <= _EXACT:
                break
        return found


def convert_transitions(
    probability: xr.DataArray, *, of_years: float, to_years: float, movers: Movers | None = None
) -> xr.DataArray:
    """Transition probabilities over one length of time from those over another.

    Parameters
    ----------
    probability
        Share of the people of each origin who live in each destination at the end, stayers on the diagonal: dims (origin,
        destination), each origin summing to one.
    of_years, to_years
        Lengths of the periods, above zero: 1 and 5, or 5 and 4.
    movers
        Whether all are alike (the default), or a mixture.

    Returns
    -------
    DataArray
        Same dims; origins sum to one.

    Raises
    ------
    ValueError
        Dims or labels do not fit, a probability is below zero, an origin does not sum to one, or lengths are not above
        zero.
    DataError
        No constant rates give these probabilities over the other length: some would be below zero, or there are none at
        all. It happens to small or badly measured areas, and on the way from longer to shorter periods. Or the table has
        rates that coincide, so that no mixture of movers can be solved for.

    Notes
    -----
    Assumptions: nobody is born, dies, or comes from or goes outside; rates are constant over both periods and the same for
    each kind of movers apart from their speed. With `P` the probabilities, ``P = s exp(v t Q) + (1 - s) exp(t Q)`` is
    solved for the rates `Q`, one eigenvalue at a time, and evaluated for the other length. With ``s = 0`` it is the power
    ``P^(to/of)``. A table without a full set of eigenvectors (areas in a row that only send on, with like shares) has its
    power by repeated products, or by the logarithm of the matrix.

    References
    ----------
    Kitsul, P. and Philipov, D. (1981), The one-year/five-year migration problem, in Rogers, A. (ed.), Advances in
    Multiregional Demography, IIASA RR-81-6, 1-34.
    Rees, P. H. (1977), The measurement of migration, from census data and other sources, Environment and Planning A 9(3),
    247-272, https://doi.org/10.1068/a090247.
    Blumen, I., Kogan, M. and McCarthy, P. J. (1955), The industrial mobility of labor as a probability process.

    Examples
    --------
    >>> import xarray as xr
    >>> places = {"origin": ["AAA", "BBB"], "destination": ["AAA", "BBB"]}
    >>> year = xr.DataArray([[0.98, 0.02], [0.01, 0.99]], places, ("origin", "destination"), attrs={"unit": "share"})
    >>> convert_transitions(year, of_years=1, to_years=5).values.round(4).tolist()
    [[0.9058, 0.0942], [0.0471, 0.9529]]
    >>> movers = Movers(share=0.1, speed=8)
    >>> convert_transitions(year, of_years=1, to_years=5, movers=movers).values.round(4).tolist()
    [[0.9128, 0.0872], [0.0436, 0.9564]]
    """
    _require_lengths(of_years, to_years)
    _require_shares(probability)
    found = _converted(probability.values, of_years, to_years, movers=movers or Movers())
    if found is None:
        raise DataError([_inseparable(probability)])
    raise_if_any(_impossible(found, probability))
    cells = np.maximum(found.real, 0.0)
    return probability.copy(data=cells / cells.sum(axis=1, keepdims=True))


def _converted(cells: Floats, of_years: float, to_years: float, *, movers: Movers) -> Complex | None:
    """Probabilities over the other length; None where the table cannot be taken apart into its eigenvalues."""
    values, vectors = np.linalg.eig(cells.astype(complex))
    with np.errstate(all="ignore"):
        inverse = np.linalg.pinv(vectors)
        if np.abs(vectors @ np.diag(values) @ inverse - cells).max() > _REBUILT:
            # Without memory nobody needs the eigenvalues: the answer is a power of the table.
            return _power(cells, to_years / of_years) if movers.share == 0 or movers.speed == 1 else None
        powers = movers.over(movers.rates(values, of_years), to_years)
        found: Complex = vectors @ np.diag(powers) @ inverse
    return found


def _power(cells: Floats, exponent: float) -> Complex | None:
    if exponent == round(exponent):
        whole: Complex = np.linalg.matrix_power(cells, round(exponent)).astype(complex)
        return whole
    # A table that empties an area has no logarithm: what comes out instead is no logarithm of it, and is found out below.
    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        rates = np.asarray(logm(cells), dtype=complex)
        if not np.isfinite(rates).all() or np.abs(expm(rates) - cells).max() > _REBUILT:
            return None
        found: Complex = np.asarray(expm(rates * exponent), dtype=complex)
    return found


def _inseparable(probability: xr.DataArray) -> AreaFinding:
    return AreaFinding(
        "transitions-impossible",
        "the table of transitions",
        "its rates of leaving coincide, and it cannot be taken apart into them",
        "change a share in its last digit, or take no mixture of movers",
        tuple(str(code) for code in probability["origin"].values),
    )


def _require_lengths(*years: float) -> None:
    if not all(np.isfinite(one) and one > 0 for one in years):
        raise ValueError(f"periods of {' and '.join(map(str, years))} years; lengths are above zero")


def _require_shares(probability: xr.DataArray) -> None:
    require_dims(probability, ("origin", "destination"), name="probability")
    if list(probability["origin"].values) != list(probability["destination"].values):
        raise ValueError("probability needs the same areas, in the same order, as origins and destinations")
    cells = probability.values
    if not (cells >= 0).all() or np.abs(cells.sum(axis=1) - 1).max() > _ROUNDING:
        raise ValueError("probability has cells below zero or no number, or an origin that does not sum to one")


def _impossible(found: Complex, probability: xr.DataArray) -> list[AreaFinding]:
    codes = [str(code) for code in probability["origin"].values]
    mend = "merge small areas, correct the table, or choose another mixture of movers"
    if not np.isfinite(found).all() or np.abs(found.imag).max() > 1e-6:
        fact = "no constant rates lead to it"
        return [AreaFinding("transitions-impossible", "the table of transitions", fact, mend, tuple(codes))]
    bad = np.argwhere(found.real < -_ROUNDING)
    return [
        AreaFinding(
            "transitions-impossible",
            f"transitions from {codes[origin]} to {codes[destination]}",
            f"over the other period their share would be {found.real[origin, destination]:.6f}",
            mend,
            (codes[origin], codes[destination]),
        )
        for origin, destination in bad
    ]


def transitions_from_events(rate: float, *, years: float, again: float, rate_again: float) -> float:
    """Transitions over a period, as a share of the people at its start, from the rate of moves that begin a stay.

    Parameters
    ----------
    rate
        Moves away per person and year.
    years
        Length of the period.
    again
        Share of the movers who come back sooner or later, and then are no transition any more.
    rate_again
        Rate, per year, at which those come back.

    Returns
    -------
    float
        ``rate ((1 - again) years + again (1 - exp(-rate_again years)) / rate_again)``.

    Raises
    ------
    ValueError
        A rate is below zero, the share is not between 0 and 1, or the length is not above zero.

    Notes
    -----
    Assumptions: moves are spread evenly over the period; of those who moved at time `u` the share
    ``again (1 - exp(-rate_again (years - u)))`` is back at its end. This is a model of the type of Courgeau (1973): a
    constant rate of moves, less a share of them that is undone at a constant rate. Both parameters have to be fitted to
    counts over periods of different length.

    References
    ----------
    Courgeau, D. (1973), Migrants et migrations, Population 28(1), 95-129, https://doi.org/10.2307/1530972.

    Examples
    --------
    >>> five = transitions_from_events(0.1, years=5, again=0.4, rate_again=0.2)
    >>> one = transitions_from_events(0.1, years=1, again=0.4, rate_again=0.2)
    >>> round(five, 3), round(5 * one / five, 3)
    (0.426, 1.129)
    """
    _require_lengths(years)
    if not (rate >= 0 and rate_again >= 0 and 0 <= again <= 1):
        raise ValueError(
            f"rate is {rate} and rate_again {rate_again} (zero or more), again is {again} (a share from 0 to 1)"
        )
    # So low a rate brings nobody back, and a quotient of two tiny numbers would say otherwise.
    away = years if rate_again * years < _EXACT else -float(np.expm1(-rate_again * years)) / rate_again
    return rate * ((1 - again) * years + again * away)


def rescale_transitions(persons: float, *, of_years: float, to_years: float, again: float, rate_again: float) -> float:
    """Rescale transitions over one length of time to another, by a model of the type of Courgeau (1973).

    Parameters
    ----------
    persons
        Transitions over `of_years`.
    of_years, to_years
        Lengths of the periods, above zero.
    again, rate_again
        As `transitions_from_events` takes them.

    Raises
    ------
    ValueError
        A number is not in its range.

    References
    ----------
    Courgeau, D. (1973), Migrants et migrations, Population 28(1), 95-129, https://doi.org/10.2307/1530972.

    Examples
    --------
    >>> round(rescale_transitions(1000.0, of_years=1, to_years=5, again=0.4, rate_again=0.2))
    4430
    """
    over = {
        years: transitions_from_events(1.0, years=years, again=again, rate_again=rate_again)
        for years in (of_years, to_years)
    }
    return persons * over[to_years] / over[of_years] if over[of_years] else 0.0
