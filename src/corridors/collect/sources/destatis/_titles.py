"""What the titles of a sheet say: period, persons and direction, however the words are cut over cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

#: What every title of this publication says, without blanks: cells cut words in two.
PUBLICATION = "wanderungenüberdiegrenzendeutschlands"
MONTHS = (
    "januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "dezember",
)  # fmt: skip
#: Coverage by the publisher's word for the persons.
PERSONS = {
    "personen": "_T",
    "insgesamt": "_T",
    "ins-gesamt": "_T",
    "deutsche": "NATIONALS",
    "nichtdeutsche": "FOREIGNERS",
    "ausländer": "FOREIGNERS",
}
SEXES = {"insgesamt": "_T", "ins-gesamt": "_T", "männlich": "M", "weiblich": "F"}
#: Arrivals, departures and the balance of the two.
DIRECTIONS = {"zugezogene": "in", "fortgezogene": "out", "saldo": "balance"}

_YEAR = re.compile(r"(?:19|20)\d\d")
_PART = re.compile(r"([1-4])\.(quartal|halbjahr)")


def squeeze(texts: Sequence[str | None]) -> str:
    """Cells of a row as one word in lower case.

    Examples
    --------
    >>> squeeze(["Zuge", None, "zogene "])
    'zugezogene'
    """
    return re.sub(r"\s+", "", "".join(text or "" for text in texts)).casefold()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A month, quarter, half-year or year within a year, by its first and last month."""

    first: int
    last: int

    @property
    def months(self) -> int:
        """How many months it has."""
        return self.last - self.first + 1

    def code(self, year: str) -> str:
        """`TIME_PERIOD`."""
        suffix = {1: f"-{self.first:02}", 3: f"-Q{self.last // 3}", 6: f"-S{self.last // 6}", 12: ""}[self.months]
        return f"{year}{suffix}"

    def words(self, year: str) -> str:
        """How findings call it."""
        return f"half-year {self.last // 6} of {year}" if self.months == 6 else self.code(year)


YEAR = Stretch(1, 12)


def stretch_of(text: str) -> Stretch | None:
    """The stretch that a title or the name of a sheet says, or None.

    Examples
    --------
    >>> stretch_of("Monat Januar *)"), stretch_of("2. Quartal"), stretch_of("Kum. Jahr"), stretch_of("Personen")
    (Stretch(first=1, last=1), Stretch(first=4, last=6), Stretch(first=1, last=12), None)
    """
    squeezed = squeeze([text])
    part = _PART.search(squeezed)
    if part:
        width = 3 if part[2] == "quartal" else 6
        last = int(part[1]) * width
        return Stretch(last - width + 1, last) if last <= 12 else None
    months = [number for number, month in enumerate(MONTHS, 1) if re.search(rf"\b{month}\b", text.casefold())]
    if len(months) == 1:
        return Stretch(months[0], months[0])
    return YEAR if "jahr" in squeezed and not months else None


def year_in(rows: Sequence[Sequence[str | None]]) -> str | None:
    """The one year that the titles name, or None."""
    years = {year for row in rows for text in row for year in _YEAR.findall(text or "")}
    return years.pop() if len(years) == 1 else None


def persons_in(rows: Sequence[Sequence[str | None]]) -> tuple[str, str] | None:
    """Coverage and sex that a row of the titles says for the whole sheet, or None."""
    for row in rows:
        word = squeeze(row)
        for persons, coverage in PERSONS.items():
            for sex, code in SEXES.items():
                if word == f"{persons}{sex}":
                    return coverage, code
    return None
