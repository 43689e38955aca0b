"""Words in charts: how wide they are, where lines break, and where they stand without touching.

Widths are those of the theme's font, so that room for labels is known before anything is drawn.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

#: Advance widths of Liberation Sans (as of Arial and Helvetica) in thousandths of the size of type.
_WIDTHS = {
    letter: width
    for width, letters in {
        191: "'",
        222: "ijl’‘",
        278: "Ift !,./:;[]\\",
        333: "()-r",
        355: '"',
        389: "*",
        500: "Jckvsxyz",
        556: "Labdeghnopqu0123456789#$?–",
        584: "+<=>−",
        611: "FTZ",
        667: "&ABEKPSVXY",
        722: "CDHNRUw",
        778: "GOQ",
        833: "Mm",
        889: "%",
        944: "W",
        1000: "—→",
    }.items()
    for letter in letters
}
_USUAL = 667


def text_width(text: str, size: float) -> float:
    """Width of one line in the unit of `size`.

    Examples
    --------
    >>> round(text_width("Türkiye", 10), 2), text_width("", 10)
    (32.78, 0.0)
    """
    plain = unicodedata.normalize("NFD", text)
    letters = (letter for letter in plain if not unicodedata.combining(letter))
    return sum(_WIDTHS.get(letter, _USUAL) for letter in letters) * size / 1000


def wrapped(text: str, size: float, *, width: float) -> str:
    """Text broken at blanks into lines no wider than `width`; a single word may be wider.

    Examples
    --------
    >>> wrapped("Iran (Islamic Republic of)", 11, width=90).split(chr(10))
    ['Iran (Islamic', 'Republic of)']
    """
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\n".join(lines)


def spread(wanted: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """Places at least `gap` apart within `low` and `high`, in the order of those wanted and as near to them as can be.

    Parameters
    ----------
    wanted
        Places in rising order.

    Raises
    ------
    ValueError
        There is no room for so many.

    References
    ----------
    Pool-adjacent-violators: R. E. Barlow and H. D. Brunk (1972), https://doi.org/10.1080/01621459.1972.10481216

    Examples
    --------
    >>> spread([10, 11, 50], gap=10, low=0, high=60)
    [5.5, 15.5, 50.0]
    """
    if not wanted:
        return []
    room = high - low - gap * (len(wanted) - 1)
    if room < 0:
        raise ValueError(f"no room for {len(wanted)} labels {gap} apart between {low} and {high}")
    # Without the gaps, places must only not fall: a mean of each run that would.
    runs: list[tuple[float, int]] = []
    for index, place in enumerate(wanted):
        total, count = place - gap * index, 1
        while runs and runs[-1][0] / runs[-1][1] > total / count:
            before = runs.pop()
            total, count = total + before[0], count + before[1]
        runs.append((total, count))
    level = [total / count for total, count in runs for _ in range(count)]
    return [min(max(place, low), low + room) + gap * index for index, place in enumerate(level)]
