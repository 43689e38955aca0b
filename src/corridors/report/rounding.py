"""How a figure is rounded and written: in a table's cell, and in prose with its unit.

A rounding is a word and, after a colon, the number of decimals: `million:1` divides by a million and keeps one decimal.
Rounding is to the nearest, ties to the even digit; `integer:up` rounds away from zero to the next whole number and serves
for bounds. Prose follows the style of United Nations documents: numbers one to nine in words, "per cent", commas between
thousands.
"""

from __future__ import annotations

import math
from datetime import date

#: Divisor and the word that prose puts in its place, by rounding.
_SCALES = {
    "million": (1e6, " million"),
    "thousand": (1e3, " thousand"),
    "ratio": (1.0, ""),
    "percent": (1.0, " per cent"),
}
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

Value = float | int | str | None


def in_cell(value: Value, rounding: str) -> str:
    """A figure as a table prints it; the head of the column gives the unit. A blank figure is two dots.

    Parameters
    ----------
    value
        The figure in its own unit, or text.
    rounding
        `text`, `day`, `year`, `integer`, `integer:up`, or one of `million`, `thousand`, `percent`, `ratio` with decimals.

    Raises
    ------
    ValueError
        No such rounding.

    Examples
    --------
    >>> in_cell(304_021_813, "million:1"), in_cell(1_234_567, "integer"), in_cell(None, "integer"), in_cell(2024, "year")
    ('304.0', '1,234,567', '..', '2024')
    """
    if value is None:
        return ".."
    if rounding in ("text", "year"):
        return str(value)
    if rounding == "day":
        day = date.fromisoformat(str(value))
        return f"{day.day} {day:%B %Y}"
    number = float(value)
    if rounding == "integer":
        return f"{round(number):,}".replace("-", "−")
    if rounding == "integer:up":
        return f"{math.copysign(math.ceil(abs(number)), number):,.0f}".replace("-", "−")
    word, _, decimals = rounding.partition(":")
    if word not in _SCALES or not decimals.isdigit():
        known = "text, day, year, integer, integer:up, " + ", ".join(f"{scale}:<decimals>" for scale in _SCALES)
        raise ValueError(f"no rounding {rounding!r}; there are {known}")
    shown = f"{number / _SCALES[word][0]:,.{decimals}f}"
    # A small negative number that rounds to nothing has no sign.
    return (shown if float(shown.replace(",", "")) else shown.removeprefix("-")).replace("-", "−")


def in_prose(value: Value, rounding: str) -> str:
    """A figure as a sentence prints it, with the word for its scale.

    Raises
    ------
    ValueError
        No such rounding, or no figure to print.

    Examples
    --------
    >>> in_prose(304_021_813, "million:1"), in_prose(3.74, "percent:1"), in_prose(7, "integer"), in_prose(15, "integer")
    ('304.0 million', '3.7 per cent', 'seven', '15')
    """
    if value is None:
        raise ValueError("a blank figure cannot stand in a sentence; leave the sentence out")
    if rounding.startswith("integer") and 0 <= float(value) < 10:
        whole = math.ceil(float(value)) if rounding == "integer:up" else round(float(value))
        if whole < len(_WORDS):
            return _WORDS[whole]
    return in_cell(value, rounding) + _SCALES.get(rounding.partition(":")[0], (1.0, ""))[1]
