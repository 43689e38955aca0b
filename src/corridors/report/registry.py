"""Figures of the report: every number and name in its prose is one of these, bound to its query and its vintages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from corridors.report.rounding import Value, in_prose


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, or one name that follows from figures.

    Parameters
    ----------
    key
        Name in the text, `<section>.<name>`.
    value
        The figure before rounding, in `unit`.
    unit
        Unit of the value; empty for a name.
    rounding
        How prose prints it, see `corridors.report.rounding`.
    query
        What was computed from which table, in words that can be followed by hand.
    vintages
        Vintages of the tables it was computed from.
    """

    key: str
    value: Value
    unit: str
    rounding: str
    query: str
    vintages: tuple[str, ...]

    @property
    def text(self) -> str:
        """The figure as prose prints it.

        Examples
        --------
        >>> Figure("stocks.last", 304_021_813, "persons", "million:1", "sum of STOCK", ("v",)).text
        '304.0 million'
        """
        return in_prose(self.value, self.rounding)


class Registry(Mapping[str, Figure]):
    """Figures by key, in the order in which the sections made them.

    Raises
    ------
    ValueError
        Two figures have one key.
    """

    def __init__(self, figures: Iterable[Figure]) -> None:
        self._figures: dict[str, Figure] = {}
        for figure in figures:
            if figure.key in self._figures:
                raise ValueError(f"two figures have the key {figure.key!r}; give one of them another name")
            self._figures[figure.key] = figure

    def __getitem__(self, key: str) -> Figure:
        return self._figures[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._figures)

    def __len__(self) -> int:
        return len(self._figures)
