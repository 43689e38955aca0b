"""Who sits with whom: members of regional processes by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from corridors.concepts.areas import area
from corridors.concepts.findings import Finding
from corridors.document.registers.register import Row, shipped

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, slots=True)
class Seat:
    """A State in a process; `dated` says whether the days of its membership are known."""

    process: str
    member: str
    role: str
    dated: bool


def seats(on: date, *, members: Sequence[Row] | None = None) -> tuple[Seat, ...]:
    """Every seat on a day; members without a first day count at any day before the last, and are not `dated`.

    Parameters
    ----------
    on
        The day.
    members
        Rows of the register of members; those of the package when None.

    Examples
    --------
    >>> row = {"PROCESS": "RCM", "MEMBER": "MEX", "MEMBER_FROM": "1996", "MEMBER_TO": "", "ROLE": "member"}
    >>> seats(date(2000, 1, 1), members=[row])[0].member, seats(date(1990, 1, 1), members=[row])
    ('MEX', ())
    """
    day = on.isoformat()
    found = []
    for row in shipped("members") if members is None else members:
        first, last = row["MEMBER_FROM"], row["MEMBER_TO"]
        # A year or month without a day begins on its first day and ends on its last.
        if (first and first > day) or (last and last < day[: len(last)]):
            continue
        found.append(Seat(row["PROCESS"], row["MEMBER"], row["ROLE"] or "member", bool(first)))
    return tuple(found)


def processes_of(code: str, *, on: date, members: Sequence[Row] | None = None) -> tuple[Seat, ...]:
    """The processes in which a State sits on a day.

    Raises
    ------
    ValueError
        No area has this code.

    Examples
    --------
    >>> "RCM" in [seat.process for seat in processes_of("MEX", on=date(2024, 1, 1))]
    True
    """
    area(code)
    return tuple(seat for seat in seats(on, members=members) if seat.member == code)


def shared_processes(on: date, *, members: Sequence[Row] | None = None) -> xr.DataArray:
    """How many processes each pair of States shares on a day, dims (origin, destination); a State with itself, its own.

    Examples
    --------
    >>> int(shared_processes(date(2024, 1, 1)).sel(origin="MEX", destination="USA")) >= 1
    True
    """
    import xarray as xr

    sitting = [seat for seat in seats(on, members=members) if seat.role != "observer"]
    areas = sorted({seat.member for seat in sitting})
    names = sorted({seat.process for seat in sitting})
    table = np.zeros((len(areas), len(names)), dtype=np.int64)
    for seat in sitting:
        table[areas.index(seat.member), names.index(seat.process)] = 1
    return xr.DataArray(
        table @ table.T,
        dims=("origin", "destination"),
        coords={"origin": areas, "destination": areas},
        attrs={"unit": "processes"},
    )


def stray_members(members: Sequence[Row], processes: Sequence[Row], *, file: str) -> list[Finding]:
    """Members of processes that the register of processes does not hold.

    Examples
    --------
    >>> stray_members([{"PROCESS": "X", "MEMBER": "MEX"}], [], file="m.csv")[0].fact
    "no process 'X'"
    """
    known = {row["ID"] for row in processes}
    return [
        Finding(
            "record-invalid",
            f"{file}, row {number}, column PROCESS",
            f"no process {row['PROCESS']!r}",
            "add the process first",
        )
        for number, row in enumerate(members, 2)
        if row["PROCESS"] not in known
    ]
