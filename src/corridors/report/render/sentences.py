"""Words that every rendering of the report prints around its parts."""

from __future__ import annotations

from datetime import date

SUMMARY, CONTENTS, FOOTNOTES = "Summary", "Contents", "Footnotes"
FIGURES = "The figures as a table"
ACCOUNTS = "Accounts behind the flows"
ACCOUNTS_SAY = (
    "Each flow of the chapter on flows leads here. Of those born in one place, r leave the origin, c reach the destination "
    "and N move in all; r × c / N of them move from the one to the other. The mix weighs the fewest moves that explain the "
    "stocks, and moves that cancel out in them, by the share s. Births, deaths and survivors are those of the period."
)
SOURCE, NOTE = "Source: ", "Note: "


def long_day(day: date) -> str:
    """A day as the masthead prints it.

    Examples
    --------
    >>> long_day(date(2026, 11, 2))
    '2 November 2026'
    """
    return f"{day.day} {day:%B %Y}"
