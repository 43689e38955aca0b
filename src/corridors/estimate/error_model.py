"""How wrong stocks, births, deaths, net migration and the mixing weight may be, as later revisions showed them to be."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from corridors.concepts.areas import known_areas
from corridors.concepts.codelists import codelist

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

#: Two published revisions with equal and independent errors differ by the square root of two times either error.
ONE_OF_TWO = 0.5**0.5
_SHARES = (0.5, 0.8, 0.9, 0.95)
#: Composition was carried forward when more than this share of cells grew as the median cell did, to within `_SAME`.
_CARRIED, _SAME, _COUNTED_FROM = 0.7, 0.004, 200.0
_CELL_SIZES, _AREA_SIZES = range(1, 7), range(4, 9)


@dataclass(frozen=True, slots=True)
class ErrorModel:
    """Multiples of the shocks that later revisions brought, and the spread of the mixing weight.

    Parameters
    ----------
    stocks
        Of the shocks in the foreign-born, both the level that two dates share and the change between them.
    events
        Of the shocks in births and deaths.
    net
        Of the shocks in net migration.
    weight
        Standard deviation of the share of minimum migration in a mix.

    Raises
    ------
    ValueError
        A figure is below zero or no number.

    Notes
    -----
    The weight 0.87 was calibrated by Azose and Raftery (2019) on 31 European countries, most of them with good
    registers; on synthetic worlds with known truth 0.91 or 0.92 is best. A standard deviation of 0.04 puts both well
    within the middle 95 per cent, 0.78 to 0.94.

    Examples
    --------
    >>> ErrorModel().times(2).weight
    0.08
    >>> NO_ERROR.stocks
    0.0
    """

    stocks: float = ONE_OF_TWO
    events: float = ONE_OF_TWO
    net: float = ONE_OF_TWO
    weight: float = 0.04

    def __post_init__(self) -> None:
        for name in ("stocks", "events", "net", "weight"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} is {getattr(self, name)}; it is a multiple or a spread, zero or more")

    def times(self, factor: float) -> ErrorModel:
        """All errors larger or smaller by one factor."""
        return replace(
            self,
            stocks=factor * self.stocks,
            events=factor * self.events,
            net=factor * self.net,
            weight=factor * self.weight,
        )


NO_ERROR = ErrorModel(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Shocks:
    """Distributions of absolute shocks, one a row: the quantile function is linear between the measured quantiles.

    Parameters
    ----------
    knots
        Quantiles at 0, 50, 80, 90, 95 and 100 per cent, shape (rows, 6). The last is that at 95 per cent: the largest
        revisions are new lists of origins and mistakes, not errors of counting.
    """

    knots: Floats

    def drawn(self, rng: np.random.Generator) -> Floats:
        """One shock for every row, up or down with the same chance."""
        chance = rng.uniform(-1.0, 1.0, len(self.knots))
        absolute = np.abs(chance)
        piece = np.searchsorted(_SHARES, absolute, side="right")
        left = np.array((0.0, *_SHARES))[piece]
        width = np.array((*_SHARES, 1.0))[piece] - left
        row = np.arange(len(self.knots))
        low, high = self.knots[row, piece], self.knots[row, piece + 1]
        found: Floats = np.sign(chance) * (low + (high - low) * (absolute - left) / width)
        return found

    def times(self, factor: Floats | float) -> Shocks:
        """The same distributions on other scales, one for all rows or one for each."""
        return Shocks(self.knots * np.broadcast_to(np.asarray(factor, dtype=float), (len(self.knots),))[:, None])


def shocks(what: str, classes: list[str]) -> Shocks:
    """Measured shocks of each row's class; classes that were not measured have those of all.

    Parameters
    ----------
    what
        `column-change`, `column-level` (foreign-born of a residence), `cell-change`, `cell-level` (of one birthplace
        there), `births`, `deaths` or `net`.
    classes
        Class of each row, as in `shocks.csv`.

    Raises
    ------
    ValueError
        There are no shocks of that name.

    Examples
    --------
    >>> shocks("births", ["W150", "W002"]).knots[:, 1].round(3).tolist()
    [0.01, 0.021]
    """
    known = _measured()
    if what not in known:
        raise ValueError(f"no shocks of {what!r}; there are {', '.join(known)}")
    of_class = known[what]
    return Shocks(np.array([of_class.get(one, of_class.get("all", ())) for one in classes]).reshape(-1, 6))


@cache
def _measured() -> Mapping[str, Mapping[str, tuple[float, ...]]]:
    text = files("corridors.estimate").joinpath("shocks.csv").read_text(encoding="utf-8")
    found: dict[str, dict[str, tuple[float, ...]]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        quantiles = tuple(float(row[f"p{100 * share:.0f}"]) for share in _SHARES)
        found.setdefault(row["what"], {})[row["class"]] = (0.0, *quantiles, quantiles[-1])
    return found


@dataclass(frozen=True, slots=True)
class StockShocks:
    """Shocks of the foreign-born: what two dates share, and what changes between them.

    Parameters
    ----------
    rows, columns
        Positions of the foreign-born cells that are not empty at both dates.
    column_level, column_change
        One row a residence.
    cell_level, cell_change
        One row a cell.
    """

    rows: Positions
    columns: Positions
    column_level: Shocks
    column_change: Shocks
    cell_level: Shocks
    cell_change: Shocks

    def drawn(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Logarithms of the factors on every cell at the start and at the end."""
        level = self.column_level.drawn(rng)[self.columns] + self.cell_level.drawn(rng)
        change = self.column_change.drawn(rng)[self.columns] + self.cell_change.drawn(rng)
        return level - change / 2, level + change / 2


def stock_shocks(
    start: Floats, end: Floats, *, natives: Positions, bases: list[str | None], multiple: float
) -> StockShocks:
    """Shocks of two stocks by what their residences count, how large their cells are and whether they were carried.

    Parameters
    ----------
    start, end
        Stocks at both dates, shape (birthplaces, residences).
    natives
        Row of those born in each residence.
    bases
        Letters of the list BASIS for each residence, None where they are not known.
    multiple
        Of the measured shocks.
    """
    foreign = np.ones(start.shape, dtype=bool)
    foreign[natives, np.arange(natives.size)] = False
    foreign &= (start > 0) | (end > 0)
    rows, columns = np.nonzero(foreign)
    mean = (start[rows, columns] + end[rows, columns]) / 2
    sizes = _sizes(mean, _CELL_SIZES)
    ways = ["carried" if one else "counted" for one in carried(start, end, natives=natives)]
    classes = [_class_of_basis(one) for one in bases]
    found = {}
    for what in ("level", "change"):
        column, cell = f"column-{what}", f"cell-{what}"
        found[column] = shocks(column, classes).times(multiple * _against_all(column, ways))
        found[cell] = shocks(cell, sizes).times(multiple * _against_all(cell, ways)[columns])
    return StockShocks(
        rows, columns, found["column-level"], found["column-change"], found["cell-level"], found["cell-change"]
    )


def carried(start: Floats, end: Floats, *, natives: Positions) -> NDArray[np.bool_]:
    """Residences whose foreign-born all grew alike: an old composition was carried forward or interpolated.

    Nothing in a stock says when it was last counted; equal growth of all origins is the trace that it was not.
    """
    found = np.zeros(natives.size, dtype=bool)
    for column, own in enumerate(natives):
        known = (start[:, column] > _COUNTED_FROM) & (end[:, column] > 0)
        known[own] = False
        if known.sum() > 5:
            growth = np.log(end[known, column] / start[known, column])
            found[column] = (np.abs(growth - np.median(growth)) < _SAME).mean() > _CARRIED
    return found


def event_shocks(what: str, areas: list[str], *, multiple: float) -> Shocks:
    """Shocks of births or deaths by the major area that each residence lies in."""
    known = known_areas()
    return shocks(what, [(known[one].major_area or "all") if one in known else "all" for one in areas]).times(multiple)


def net_shocks(people: Floats, *, multiple: float) -> Shocks:
    """Shocks of net migration in persons, by the size of the population."""
    return shocks("net", _sizes(people, _AREA_SIZES)).times(multiple * people)


def check_bases(bases: Mapping[str, str]) -> None:
    """Refuse letters that the list BASIS does not have.

    Raises
    ------
    ValueError
        With the letters that it has.
    """
    allowed = codelist("BASIS")
    wrong = {area: text for area, text in bases.items() if not set(text) - {" "} <= set(allowed)}
    if wrong:
        area, text = next(iter(wrong.items()))
        raise ValueError(f"no basis {text!r} (of {area}); letters are {', '.join(allowed)}")


def _class_of_basis(letters: str | None) -> str:
    """Imputed stocks were never counted, so no revision tells how wrong they are: they have the shocks of all."""
    if not letters or "I" in letters:
        return "all"
    return ("C" if "C" in letters else "B") + ("R" if "R" in letters else "")


def _against_all(what: str, classes: list[str]) -> Floats:
    """Four out of five shocks are below; that of a class as a multiple of that of all."""
    measured = _measured()[what]
    return np.array([measured[one][2] / measured["all"][2] for one in classes])


def _sizes(persons: Floats, powers: range) -> list[str]:
    exponents = np.log10(np.maximum(persons, 1.0)).astype(int).clip(powers[0], powers[-1])
    return [f"1e{power}" for power in exponents.tolist()]
