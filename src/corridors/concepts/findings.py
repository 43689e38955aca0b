"""Faults in data as values, and the two faults of the world outside.

A stage gathers every fault it meets as a `Finding` and raises them together as one `DataError`, so that an office
mends its file once. Faults of the caller are plain `ValueError`; faults of the network or the disk are `Unavailable`
(trying again may help) or `Refused` (it will not).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One fault in data: what is wrong, where, and what mends it.

    Parameters
    ----------
    code
        Kind of fault, lower-case words joined by hyphens, listed in `codelists/FINDING.csv`.
    place
        File, sheet, row, column or area, as exactly as it is known.
    fact
        What was found there, with the value itself.
    mend
        What the holder of the data can do about it.
    """

    code: str
    place: str
    fact: str
    mend: str

    def __str__(self) -> str:
        return f"{self.place}: {self.fact} [{self.code}]\n    mend: {self.mend}"


@dataclass(frozen=True, slots=True)
class AreaFinding(Finding):
    """A finding that a program can follow: which areas it is about, and how many persons are too many or too few.

    Parameters
    ----------
    areas
        Codes of the areas, as the data name them.
    persons
        Persons by which they are off; None where the fault has no size.
    """

    areas: tuple[str, ...] = ()
    persons: float | None = None


class DataError(Exception):
    """All findings of one stage; nothing of that stage was kept.

    Examples
    --------
    >>> raise DataError([Finding("area-unknown", "stock.csv, row 7", "'Freedonia' is no known area", "add it")])
    Traceback (most recent call last):
    corridors.concepts.findings.DataError: 1 finding
    stock.csv, row 7: 'Freedonia' is no known area [area-unknown]
        mend: add it
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(self.findings)

    def __str__(self) -> str:
        count = len(self.findings)
        return "\n".join([f"{count} finding{'s' if count != 1 else ''}", *map(str, self.findings)])

    def to_csv(self) -> str:
        """The findings as CSV text, one row each, for the office that must mend its file."""
        text = io.StringIO()
        names = [field.name for field in fields(Finding)]
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([getattr(finding, name) for name in names] for finding in self.findings)
        return text.getvalue()


class Unavailable(Exception):
    """The network or the disk failed for now; trying again later may help."""


class Refused(Exception):
    """The world outside said no; trying again will not help."""


def raise_if_any(findings: Iterable[Finding]) -> None:
    """Raise one `DataError` when there is at least one finding."""
    gathered = tuple(findings)
    if gathered:
        raise DataError(gathered)
