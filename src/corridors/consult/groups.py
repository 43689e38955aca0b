"""Groups of Member States by date, and the tally in each: region, electoral group, commission, LDC, LLDC, SIDS and others."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from corridors.concepts.areas import known_areas
from corridors.concepts.membership import regional_commissions, regional_group, un_members
from corridors.consult.tally import Tally

if TYPE_CHECKING:
    import polars as pl

GroupKind = Literal["region", "electoral", "commission", "special", "income", "net-migration"]
#: Kinds in which each Member is in one group at most.
PARTITIONS: tuple[GroupKind, ...] = ("region", "electoral", "income", "net-migration")
#: Names of groups by their code, regions apart.
NAMES: Mapping[str, str] = {
    "AG": "African States",
    "APG": "Asia-Pacific States",
    "EEG": "Eastern European States",
    "GRULAC": "Latin American and Caribbean States",
    "WEOG": "Western European and other States",
    "ECA": "Economic Commission for Africa",
    "ECE": "Economic Commission for Europe",
    "ECLAC": "Economic Commission for Latin America and the Caribbean",
    "ESCAP": "Economic and Social Commission for Asia and the Pacific",
    "ESCWA": "Economic and Social Commission for Western Asia",
    "LDC": "Least developed countries",
    "LLDC": "Landlocked developing countries",
    "SIDS": "Small island developing States",
    "INCOME_1": "Low income",
    "INCOME_2": "Lower middle income",
    "INCOME_3": "Upper middle income",
    "INCOME_4": "High income",
    "NET_GAIN": "Net immigration",
    "NET_LOSS": "Net emigration",
}


@dataclass(frozen=True, slots=True)
class Group:
    """Members of one group on a day."""

    kind: GroupKind
    code: str
    name: str
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class GroupTally:
    """Replies of one group: its Members, those that replied, and these by position."""

    group: Group
    members: int
    replied: int
    counts: Mapping[str, int]

    @property
    def rate(self) -> float:
        """Share of the group's Members that replied, in per cent."""
        return 100 * self.replied / self.members

    def bounds(self, position: str) -> tuple[float, float]:
        """Least and largest share of the group in per cent that could hold a position."""
        low = self.counts[position]
        return 100 * low / self.members, 100 * (low + self.members - self.replied) / self.members


@cache
def _listed() -> tuple[tuple[str, int, date | None], ...]:
    text = files("corridors.consult.data").joinpath("ldc.csv").read_text(encoding="utf-8")
    return tuple(
        (row["code"], int(row["year_listed"]), date.fromisoformat(row["last_day"]) if row["last_day"] else None)
        for row in csv.DictReader(text.splitlines())
    )


def least_developed(on: date) -> tuple[str, ...]:
    """Codes of the least developed countries on a day, in alphabetical order.

    Examples
    --------
    >>> len(least_developed(date(2001, 12, 21))), len(least_developed(date(2025, 1, 1)))
    (49, 44)
    """
    return tuple(sorted(code for code, year, last in _listed() if year <= on.year and (last is None or on <= last)))


def groups_on(
    on: date, *, income: Mapping[str, str] | None = None, net_migration: Mapping[str, str] | None = None
) -> tuple[Group, ...]:
    """Groups of the Members of the United Nations on a day.

    Parameters
    ----------
    on
        The day. Regions, commissions, landlocked developing countries and small island developing States are those of today,
        Members and least developed countries those of the day.
    income, net_migration
        Group by area (see `income_groups` and `net_migration_signs`); areas without one are in none.

    Examples
    --------
    >>> {group.code: len(group.members) for group in groups_on(date(2001, 12, 21)) if group.kind == "region"}["W002"]
    53
    """
    members = un_members(on)
    ldc = frozenset(least_developed(on))
    places: list[tuple[GroupKind, str, str]] = []
    for code in members:
        area = known_areas()[code]
        if area.major_area:
            places.append(("region", area.major_area, code))
        if group := regional_group(code):
            places.append(("electoral", group, code))
        places += [("commission", one, code) for one in regional_commissions(code)]
        special = {"LDC": code in ldc, "LLDC": area.lldc, "SIDS": area.sids}
        places += [("special", name, code) for name, inside in special.items() if inside]
        if code in (income or {}):
            places.append(("income", (income or {})[code], code))
        if code in (net_migration or {}):
            places.append(("net-migration", (net_migration or {})[code], code))
    return _together(places)


def _together(places: Iterable[tuple[GroupKind, str, str]]) -> tuple[Group, ...]:
    found: dict[tuple[GroupKind, str], set[str]] = {}
    for kind, code, member in places:
        found.setdefault((kind, code), set()).add(member)
    kinds = ("region", "electoral", "commission", "special", "income", "net-migration")
    return tuple(
        Group(kind, code, NAMES[code] if code in NAMES else known_areas()[code].name, frozenset(members))
        for (kind, code), members in sorted(found.items(), key=lambda one: (kinds.index(one[0][0]), one[0][1]))
    )


def income_groups(indicators: pl.DataFrame, *, year: int) -> dict[str, str]:
    """Income group by area from rows of `INDICATOR` with the measure `INCOME_GROUP`, for the year whose income was judged.

    Examples
    --------
    >>> import polars as pl
    >>> row = {"AREA": "KEN", "MEASURE": "INCOME_GROUP", "TIME_PERIOD": "2001", "OBS_VALUE": 1.0}
    >>> income_groups(pl.DataFrame([row]), year=2001)
    {'KEN': 'INCOME_1'}
    """
    import polars as pl

    rows = indicators.filter(
        pl.col("MEASURE") == "INCOME_GROUP", pl.col("TIME_PERIOD") == str(year), pl.col("OBS_VALUE").is_not_null()
    )
    return {code: f"INCOME_{round(value)}" for code, value in rows.select("AREA", "OBS_VALUE").iter_rows()}


def net_migration_signs(net: pl.DataFrame, *, period: str) -> dict[str, str]:
    """Whether each area gained or lost by migration, from rows of `NET_MIGRATION` of one period; areas at zero are in neither.

    Examples
    --------
    >>> import polars as pl
    >>> rows = {"AREA": ["KEN", "CAN"], "SEX": "_T", "AGE": "_T", "TIME_PERIOD": "2001", "OBS_VALUE": [-2.0, 5.0]}
    >>> net_migration_signs(pl.DataFrame(rows), period="2001")
    {'KEN': 'NET_LOSS', 'CAN': 'NET_GAIN'}
    """
    import polars as pl

    rows = net.filter(
        pl.col("SEX") == "_T",
        pl.col("AGE") == "_T",
        pl.col("TIME_PERIOD") == period,
        pl.col("OBS_VALUE").is_not_null(),
        pl.col("OBS_VALUE") != 0,
    )
    return {
        code: "NET_GAIN" if value > 0 else "NET_LOSS" for code, value in rows.select("AREA", "OBS_VALUE").iter_rows()
    }


def by_group(tally: Tally, groups: Iterable[Group]) -> tuple[GroupTally, ...]:
    """The tally in each group.

    Raises
    ------
    ValueError
        Placeholders replied: nobody knows which States they stand for.

    Examples
    --------
    >>> from corridors.consult.golden import golden_round
    >>> from corridors.consult.tally import tally
    >>> by_group(tally(golden_round()), groups_on(date(2001, 12, 21)))
    Traceback (most recent call last):
    ValueError: S001 and 77 more stand for no named State; groups need the codes of areas
    """
    require_named(tally)
    return tuple(_in_group(tally, group) for group in groups)


def _in_group(tally: Tally, group: Group) -> GroupTally:
    held = [position for code, position in tally.positions.items() if code in group.members]
    counts = {name: held.count(name) for name in tally.counts}
    return GroupTally(group, len(group.members), len(held), counts)


def require_named(tally: Tally) -> None:
    """Refuse a tally of placeholders.

    Raises
    ------
    ValueError
        A placeholder replied.
    """
    unnamed = [name for name in tally.positions if name not in known_areas()]
    if unnamed:
        others = f" and {len(unnamed) - 1} more" if len(unnamed) > 1 else ""
        raise ValueError(f"{unnamed[0]}{others} stand for no named State; groups need the codes of areas")
