"""Treaties by State and day, and policies side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from corridors.concepts.areas import area
from corridors.document.registers.register import Row, shipped


def parties(treaty: str, *, on: date, rows: Sequence[Row]) -> tuple[str, ...]:
    """Codes of the States that are parties to a treaty on a day, in alphabetical order; a signature makes none.

    Parameters
    ----------
    treaty
        Identifier in the register of treaties.
    on
        The day.
    rows
        Rows of the register of parties.

    Raises
    ------
    ValueError
        The register holds no such treaty.

    Examples
    --------
    >>> row = {"TREATY": "CRC", "PARTY": "KEN", "PARTY_FROM": "1990-07-30", "PARTY_TO": "", "STATUS": "ratification"}
    >>> parties("CRC", on=date(2001, 1, 1), rows=[row])
    ('KEN',)
    """
    known = [row["ID"] for row in shipped("treaties")]
    if treaty not in known:
        raise ValueError(f"no treaty {treaty!r}; there are {', '.join(known)}")
    day = on.isoformat()
    return tuple(
        sorted(
            {
                row["PARTY"]
                for row in rows
                if row["TREATY"] == treaty
                and row["STATUS"] != "signature"
                and row["PARTY_FROM"] <= day
                and (not row["PARTY_TO"] or day < row["PARTY_TO"])
            }
        )
    )


def treaties_of(code: str, *, on: date, rows: Sequence[Row]) -> Mapping[str, bool]:
    """For each treaty of the register that States can join: whether a State is a party on a day.

    Raises
    ------
    ValueError
        No area has this code.

    Examples
    --------
    >>> treaties_of("KEN", on=date(2001, 1, 1), rows=[])["CRC"]
    False
    """
    area(code)
    joined = (row["ID"] for row in shipped("treaties") if row["KIND"] == "treaty")
    return {treaty: code in parties(treaty, on=on, rows=rows) for treaty in joined}


def stances(rows: Iterable[Row], *, on: date) -> Mapping[str, Mapping[str, Row]]:
    """The latest stance of each State in each field up to a day: its row, by area and field.

    Examples
    --------
    >>> row = {"AREA": "KEN", "FIELD": "return", "YEAR": "2019", "STANCE": "raise", "TEXT": "", "SOURCE": "reply"}
    >>> stances([row], on=date(2020, 1, 1))["KEN"]["return"]["STANCE"]
    'raise'
    """
    found: dict[str, dict[str, Row]] = {}
    for row in sorted(rows, key=lambda row: row["YEAR"]):
        if row["YEAR"] <= on.isoformat():
            found.setdefault(row["AREA"], {})[row["FIELD"]] = row
    return found
