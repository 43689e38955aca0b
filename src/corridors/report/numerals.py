"""Roman numerals, for chapters and figures."""

from __future__ import annotations

_STEPS = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def roman(number: int) -> str:
    """A number from 1 to 39 in Roman numerals.

    Raises
    ------
    ValueError
        The number is outside that range.

    Examples
    --------
    >>> [roman(number) for number in (1, 4, 9, 14)]
    ['I', 'IV', 'IX', 'XIV']
    """
    if not 1 <= number <= 39:
        raise ValueError(f"no Roman numeral here for {number}; 1 to 39")
    written = ""
    for value, sign in _STEPS:
        written += sign * (number // value)
        number %= value
    return written
