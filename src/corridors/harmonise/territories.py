"""Where the territories of a stock and of a population differ: brought to the larger of the two."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from corridors.concepts.areas import UNKNOWN_ORIGIN, known_areas

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Territory:
    """A territory of the stock that the population counts in parts.

    Parameters
    ----------
    whole
        Code in the stock.
    parts
        Codes in the population, other than `whole`.
    reason
        Why they are added up, for the report.
    """

    whole: str
    parts: tuple[str, ...]
    reason: str


#: Rules by which population and events follow the stock. A rule holds only for revisions whose stock lacks the parts.
TERRITORIES = (
    Territory("CHI", ("GGY", "JEY"), "Guernsey and Jersey are one area in the stock, the Channel Islands"),
    Territory(
        "SRB", ("XKX",), "Kosovo (under Security Council resolution 1244 (1999)) is counted with Serbia in the stock"
    ),
    Territory("GLP", ("BLM", "MAF"), "Saint Barthélemy and Saint Martin are counted with Guadeloupe in the stock"),
)
#: Former states whose successors the population counts apart, but whose foreign-born the stock counts only together,
#: or not at all for one of them. A rule holds for a period that starts in the state's days and at whose start a part
#: has no foreign-born of known origin.
FORMER = (
    Territory("SUD", ("SDN", "SSD"), "Sudan and South Sudan are one while the foreign-born of one are not counted"),
    Territory("ANT", ("BES", "CUW", "SXM"), "its islands are one while the foreign-born of one are not counted"),
)
#: Areas with a population that a revision of the stock does not know at all; leaving them out needs no mend.
WITHOUT_STOCK: Mapping[str, str] = MappingProxyType(
    {"TWN": "the stock of this revision tells nobody who was born or lives there apart"}
)


def applying(stock_areas: Collection[str], population_areas: Collection[str]) -> tuple[Territory, ...]:
    """Find the rules that a pair of stock and population needs.

    Parameters
    ----------
    stock_areas
        Codes that the stock knows, as origin or destination.
    population_areas
        Codes that the population knows.

    Examples
    --------
    >>> [rule.whole for rule in applying({"CHI", "GLP"}, {"GGY", "JEY", "GLP"})]
    ['CHI']
    """
    return tuple(
        rule
        for rule in TERRITORIES
        if rule.whole in stock_areas
        and not set(rule.parts) & set(stock_areas)
        and set(rule.parts) & set(population_areas)
    )


def uncounted(start: pl.DataFrame, population: Collection[str], *, on: date) -> tuple[Territory, ...]:
    """Find the former states that stand for their parts, one of which has no foreign-born of known origin at the start.

    Without foreign-born at one date and with some at the next, a new border would read as migration, and often no
    closed account exists at all.

    Parameters
    ----------
    start
        Stock at the start of a period.
    population
        Codes that the population knows.
    on
        Day of the start: a former state stands for nothing after its last day.

    Examples
    --------
    >>> from datetime import date
    >>> import polars as pl
    >>> start = pl.DataFrame({"ORIGIN": ["EGY"], "DESTINATION": ["SDN"], "OBS_VALUE": [900.0]})
    >>> [rule.whole for rule in uncounted(start, {"EGY", "SDN", "SSD"}, on=date(2005, 7, 1))]
    ['SUD']
    """
    import polars as pl

    # A revision may write one constant of unknown origin for want of a count: it tells nothing of movement.
    known = start.filter((pl.col("OBS_VALUE") > 0) & (pl.col("ORIGIN") != UNKNOWN_ORIGIN))
    counted = set(known.get_column("DESTINATION"))
    return tuple(
        rule
        for rule in FORMER
        if set(rule.parts) <= set(population)
        and set(rule.parts) - counted
        and on <= (known_areas()[rule.whole].valid_to or on)
    )


def merge_stock(stock: pl.DataFrame, rules: tuple[Territory, ...]) -> pl.DataFrame:
    """Add up the parts of each territory in a stock, as origins and destinations; blank cells count nothing.

    Those who live in another part than they were born in become rows with ORIGIN equal to DESTINATION.

    Parameters
    ----------
    stock
        Tidy rows with ORIGIN, DESTINATION, OBS_VALUE and whatever else tells them apart.
    rules
        Territories to merge.
    """
    import polars as pl

    if not rules:
        return stock
    whole = {part: rule.whole for rule in rules for part in rule.parts}
    keys = [column for column in stock.columns if column != "OBS_VALUE"]
    value = pl.col("OBS_VALUE")
    return (
        stock.with_columns(pl.col("ORIGIN", "DESTINATION").replace(whole))
        .group_by(keys, maintain_order=True)
        .agg(OBS_VALUE=pl.when(value.is_null().all()).then(None).otherwise(value.sum()))
    )


def merge(table: pl.DataFrame, rules: tuple[Territory, ...]) -> pl.DataFrame:
    """Add up the parts of each territory in a table by AREA; a sum is missing where one part is.

    Parameters
    ----------
    table
        Tidy rows with AREA, OBS_VALUE and whatever else tells them apart; statuses are not kept.
    rules
        Territories to merge.
    """
    import polars as pl

    if not rules:
        return table
    whole = {part: rule.whole for rule in rules for part in rule.parts}
    keys = [column for column in table.columns if column not in ("OBS_VALUE", "OBS_STATUS")]
    value = pl.col("OBS_VALUE")
    return (
        table.with_columns(AREA=pl.col("AREA").replace(whole))
        .group_by(keys, maintain_order=True)
        .agg(OBS_VALUE=pl.when(value.is_null().any()).then(None).otherwise(value.sum()))
    )
