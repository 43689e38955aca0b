"""Words that every rendering of the report prints around its parts."""

from __future__ import annotations

from datetime import date

SUMMARY, CONTENTS, FOOTNOTES = "Summary", "Contents", "Footnotes"
FIGURES = "The figures as a table"
SOURCE, NOTE = "Source: ", "Note: "


def long_day(day: date) -> str:
    """A day as the masthead prints it.

    Examples
    --------
    >>> long_day(date(2026, 11, 2))
    '2 November 2026'
    """
    return f"{day.day} {day:%B %Y}"
