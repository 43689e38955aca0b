"""Lengths of time that a rule names: days, or calendar months written `"12m"`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Days, or calendar months as text.
Length = int | str

_MONTHS = re.compile(r"([1-9][0-9]{0,3})m")


def read_length(text: str) -> Length:
    """The length that a text such as `365` or `12m` names.

    Examples
    --------
    >>> read_length("365"), read_length("12m")
    (365, '12m')
    """
    if re.fullmatch(r"[0-9]{1,6}", text):
        return int(text)
    check_length(text, name="length")
    return text


def check_length(length: Length, *, name: str, least: int = 1) -> None:
    """Refuse what is no length.

    Examples
    --------
    >>> check_length("1y", name="stay")
    Traceback (most recent call last):
    ValueError: stay is '1y'; allowed are days (1 or more) and calendar months such as '12m'
    """
    good = _MONTHS.fullmatch(length) if isinstance(length, str) else length >= least
    if not good:
        raise ValueError(f"{name} is {length!r}; allowed are days ({least} or more) and calendar months such as '12m'")


def first_day_after(days: NDArray[np.int64], length: Length) -> NDArray[np.int64]:
    """First day after a period that starts on each day; days count from 1970-01-01.

    A month ends on the same day number of a later month, or on that month's last day.

    Examples
    --------
    >>> import numpy as np
    >>> leap = np.array(["2016-02-29"], "M8[D]").astype(np.int64)
    >>> first_day_after(leap, "12m").astype("M8[D]")
    array(['2017-02-28'], dtype='datetime64[D]')
    """
    if not isinstance(length, str):
        return days + length
    months = days.astype("M8[D]").astype("M8[M]")
    later = months + int(length[:-1])
    starts, ends = (part.astype("M8[D]").astype(np.int64) for part in (later, later + 1))
    shifted: NDArray[np.int64] = np.minimum(starts + (days - months.astype("M8[D]").astype(np.int64)), ends - 1)
    return shifted
