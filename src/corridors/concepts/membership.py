"""Membership of the United Nations and of the European Union by date, regional groups and regional commissions.

The tables `areas/un_membership.csv` and `areas/un_groups.csv` hold the facts; a Member that joined another or dissolved has
a last day. The seat of the Union of Soviet Socialist Republics is that of the Russian Federation, so `RUS` is a Member
since 1945. Yugoslavia (`YUG`) counts until the day before the Federal Republic of Yugoslavia was admitted in 2000, as it did in
the United Nations' own count.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Literal

from corridors.concepts.areas import rows_of

RegionalGroup = Literal["AG", "APG", "EEG", "GRULAC", "WEOG"]
RegionalCommission = Literal["ECA", "ECE", "ECLAC", "ESCAP", "ESCWA"]


@cache
def _memberships(table: str, since: str) -> tuple[tuple[str, date, date | None], ...]:
    return tuple(
        (
            row["code"],
            date.fromisoformat(row[since]),
            date.fromisoformat(row["last_day"]) if row["last_day"] else None,
        )
        for row in rows_of(table)
    )


def _members(on: date, *, table: str, since: str) -> tuple[str, ...]:
    return tuple(
        sorted(code for code, first, last in _memberships(table, since) if first <= on and (last is None or on <= last))
    )


def un_members(on: date) -> tuple[str, ...]:
    """Codes of the Members of the United Nations on a day, in alphabetical order.

    Examples
    --------
    >>> len(un_members(date(1999, 9, 21))), len(un_members(date(2000, 9, 6)))
    (188, 189)
    """
    return _members(on, table="un_membership", since="admitted")


def eu_members(on: date) -> tuple[str, ...]:
    """Codes of the members of the European Union, and before it of the Communities, on a day, in alphabetical order.

    The area `W097` is the Union as it is on the day of a figure, or as the source has it; the areas `EU15`, `EU25`,
    `EU27_2007`, `EU28` and `EU27_2020` are its members of the years in their names, whatever the day of the figure.

    Examples
    --------
    >>> len(eu_members(date(2004, 4, 30))), len(eu_members(date(2020, 1, 31))), "GBR" in eu_members(date(2020, 2, 1))
    (15, 28, False)
    """
    return _members(on, table="eu_membership", since="acceded")


@cache
def _groups() -> Mapping[str, dict[str, str]]:
    return MappingProxyType({row["code"]: row for row in rows_of("un_groups")})


def regional_group(code: str) -> RegionalGroup | None:
    """Regional group in which a present Member stands for elections; None for the United States and for non-members.

    Examples
    --------
    >>> regional_group("TUR"), regional_group("USA")
    ('WEOG', None)
    """
    groups: dict[str, RegionalGroup] = {"AG": "AG", "APG": "APG", "EEG": "EEG", "GRULAC": "GRULAC", "WEOG": "WEOG"}
    return groups.get(_groups().get(code, {}).get("group", ""))


def regional_commissions(code: str) -> tuple[RegionalCommission, ...]:
    """Regional commissions of the United Nations of which an area is a full member; there may be several.

    Examples
    --------
    >>> regional_commissions("EGY"), regional_commissions("USA")
    (('ECA', 'ESCWA'), ('ECE', 'ECLAC', 'ESCAP'))
    """
    named = _groups().get(code, {}).get("commissions", "").split()
    known: tuple[RegionalCommission, ...] = ("ECA", "ECE", "ECLAC", "ESCAP", "ESCWA")
    return tuple(commission for commission in known if commission in named)
