"""Instants and periods as they stand in `TIME_PERIOD`.

A stock has an instant, written as a day (`2020-07-01`); a flow has a period, written as start and duration
(`2015-07-01/P5Y`), which stays exact where steps are uneven: the last step of the 2024 revision of the international
migrant stock is `2020-07-01/P4Y`. A calendar year is written `2020`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

MID_YEAR = "07-01"
_PERIOD = re.compile(r"(\d{4})-(\d{2})-(\d{2})/P(\d+)Y")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Whole years that follow a day.

    Examples
    --------
    >>> step = Period.from_code("2020-07-01/P4Y")
    >>> step.years, step.end, step.label
    (4, datetime.date(2024, 7, 1), '2020-2024')
    """

    start: date
    years: int

    @classmethod
    def from_code(cls, code: str) -> Period:
        """Read `start/PnY`.

        Raises
        ------
        ValueError
            The text is no such period.
        """
        match = _PERIOD.fullmatch(code)
        if match is None or int(match[4]) == 0:
            raise ValueError(f"{code!r} is no period; write start and whole years, for example '2015-07-01/P5Y'")
        return cls(date(int(match[1]), int(match[2]), int(match[3])), int(match[4]))

    @classmethod
    def between(cls, start: date, end: date) -> Period:
        """The period between the same day of two years.

        Raises
        ------
        ValueError
            The days differ within the year, or the end does not follow the start.
        """
        years = end.year - start.year
        if years < 1 or (start.month, start.day) != (end.month, end.day):
            raise ValueError(f"{start} to {end} is not a whole number of years")
        return cls(start, years)

    @property
    def end(self) -> date:
        """The day on which the period ends and the next one starts."""
        return self.start.replace(year=self.start.year + self.years)

    @property
    def code(self) -> str:
        """The period as `TIME_PERIOD` holds it."""
        return f"{self.start.isoformat()}/P{self.years}Y"

    @property
    def label(self) -> str:
        """First and last year, as headings and cubes show it."""
        return f"{self.start.year}-{self.end.year}"


def mid_year(year: int) -> date:
    """1 July, the reference day of the United Nations' stocks and populations.

    Examples
    --------
    >>> mid_year(2024)
    datetime.date(2024, 7, 1)
    """
    return date.fromisoformat(f"{year}-{MID_YEAR}")
