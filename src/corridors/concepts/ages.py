"""Age groups as codes: `Y25T29`, `Y0` (one year), `Y_GE100` (open), `_T` (all ages), `_U` (unknown)."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: All ages or both sexes together; persons whose age or sex nobody knows, under the code of SDMX for it.
TOTAL, UNKNOWN = "_T", "_U"
_GROUP = re.compile(r"Y(\d+)(?:T(\d+))?|Y_GE(\d+)")


@dataclass(frozen=True, slots=True, order=True)
class AgeGroup:
    """Completed years of age from `start`, `width` years wide; `width` is None for an open interval.

    Examples
    --------
    >>> AgeGroup.from_code("Y25T29"), AgeGroup(100, None).code
    (AgeGroup(start=25, width=5), 'Y_GE100')
    """

    start: int
    width: int | None

    @classmethod
    def from_code(cls, code: str) -> AgeGroup:
        """Read an age code other than the total.

        Raises
        ------
        ValueError
            The text is no age group.
        """
        match = _GROUP.fullmatch(code)
        if match is None or (match[2] is not None and int(match[2]) < int(match[1])):
            raise ValueError(f"{code!r} is no age group; write for example 'Y0', 'Y25T29' or 'Y_GE100'")
        if match[3] is not None:
            return cls(int(match[3]), None)
        first, last = int(match[1]), int(match[2] or match[1])
        return cls(first, last - first + 1)

    @property
    def code(self) -> str:
        """The group as the column `AGE` holds it."""
        if self.width is None:
            return f"Y_GE{self.start}"
        return f"Y{self.start}" if self.width == 1 else f"Y{self.start}T{self.start + self.width - 1}"
