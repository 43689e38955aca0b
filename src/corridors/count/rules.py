"""Duration rules: which border crossings change a person's country of residence.

`tw(365, 487)` is the 12/16-month rule; `tw(183, 365)` the majority of a year; `tw(274, 365)` nine of twelve months;
`spell("12m")` the strict twelve months.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from corridors.count.lengths import Length, check_length, read_length

_EPOCH = datetime.date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class TimeInWindow:
    """A crossing is a migration when the person spends `stay` of the `window` days after it in the new state.

    Parameters
    ----------
    stay, window
        Days, or calendar months such as `"12m"`.
    """

    stay: Length
    window: Length


@dataclass(frozen=True, slots=True)
class Spell:
    """A crossing is a migration when the stay after it lasts `stay`; interruptions of at most `gap` days are bridged.

    Parameters
    ----------
    stay
        Days, or calendar months such as `"12m"`.
    gap
        Days.
    """

    stay: Length
    gap: int


Rule = TimeInWindow | Spell


# T and W, T and G are the letters of the recommendations, and of the command line.
def tw(stay: Length = 365, window: Length = 487) -> TimeInWindow:
    """`stay` days within a window of `window` days; exactly `stay` days count as a migration.

    References
    ----------
    Stats NZ, Defining migrants using travel histories and the 12/16-month rule (2017).

    Examples
    --------
    >>> tw()
    TimeInWindow(stay=365, window=487)
    """
    check_length(stay, name="stay")
    check_length(window, name="window")
    if isinstance(stay, int) and isinstance(window, int) and stay > window:
        raise ValueError(f"stay is {stay} and window {window}; allowed is a stay of at most the window")
    return TimeInWindow(stay, window)


def spell(stay: Length = "12m", gap: int = 0) -> Spell:
    """A continuous stay of `stay`, interruptions of at most `gap` days bridged.

    With an expected end of stay it is the reading of Regulation (EC) No 862/2007: "is, or is expected to be".

    Examples
    --------
    >>> spell(gap=30)
    Spell(stay='12m', gap=30)
    """
    check_length(stay, name="stay")
    if gap < 0:
        raise ValueError(f"gap is {gap}; allowed are days (0 or more)")
    return Spell(stay, gap)


def read_rule(text: str) -> Rule:
    """The rule that a text names: `tw`, `tw:365,487`, `tw:12m,16m`, `spell:12m,30`.

    Examples
    --------
    >>> read_rule("tw:183,365")
    TimeInWindow(stay=183, window=365)
    """
    name, _, rest = text.partition(":")
    parts = rest.split(",") if rest else []
    if name == "tw" and len(parts) in (0, 2):
        return tw(*map(read_length, parts))
    if name == "spell" and len(parts) in (0, 2) and (not parts or parts[1].isdigit()):
        return spell(read_length(parts[0]), int(parts[1])) if parts else spell()
    raise ValueError(f"rule is {text!r}; allowed are tw, tw:STAY,WINDOW, spell and spell:STAY,GAP, such as tw:365,487")


def day_number(day: datetime.date) -> int:
    """Days since 1970-01-01.

    Examples
    --------
    >>> import datetime
    >>> day_number(datetime.date(1970, 1, 3))
    2
    """
    return day.toordinal() - _EPOCH
