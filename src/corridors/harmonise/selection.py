"""Of the collected tables, the rows that accounts are made of: areas of one kind, all ages, one revision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import UNKNOWN_ORIGIN, known_areas
from corridors.concepts.findings import Finding, raise_if_any
from corridors.harmonise.revisions import revision_findings
from corridors.harmonise.territories import applying, merge

if TYPE_CHECKING:
    from corridors.harmonise.territories import Territory

NEEDED = ("STOCK", "POPULATION", "VITAL")
EVENTS = ("BIRTHS", "DEATHS")
BOTH_SEXES, SEXES = "_T", ("F", "M")


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows for accounts, all with SEX and OBS_VALUE.

    Parameters
    ----------
    stock
        By ORIGIN, DESTINATION, TIME_PERIOD; origins other than the areas are XXX and those without a population.
    population
        By AREA, TIME_PERIOD.
    vital
        By AREA, MEASURE (births and deaths), TIME_PERIOD.
    net
        Net migration by AREA, TIME_PERIOD; without rows when none was given.
    stock_source, population_source
        SOURCE of the stock, and of the population.
    territories
        Rules that were applied.
    """

    stock: pl.DataFrame
    population: pl.DataFrame
    vital: pl.DataFrame
    net: pl.DataFrame
    stock_source: str
    population_source: str
    territories: tuple[Territory, ...]

    def sexes(self) -> tuple[str, ...]:
        """Both sexes together, then each sex if stock, population, births and deaths are known by sex."""
        by_sex = [self.stock, self.population, *(self.vital.filter(pl.col("MEASURE") == one) for one in EVENTS)]
        known = (set(table.get_column("SEX").unique()) for table in by_sex)
        return (BOTH_SEXES, *SEXES) if all(set(SEXES) <= sexes for sexes in known) else (BOTH_SEXES,)


def select(tables: Mapping[str, pl.DataFrame]) -> Selection:
    """Rows for accounts, from tables as they were collected.

    Parameters
    ----------
    tables
        By dataflow: `STOCK`, `POPULATION`, `VITAL` and, if known, `NET_MIGRATION`. Aggregates may be among the areas;
        where there are countries, all else is left out, where there are only regions, the geographic subregions stay.

    Raises
    ------
    DataError
        A table lacks the rows needed, holds two revisions, or population and stock do not belong together.
    """
    chosen = {name: _all_ages(tables[name]) for name in (*NEEDED, "NET_MIGRATION") if name in tables}
    if "VITAL" in chosen:
        chosen["VITAL"] = chosen["VITAL"].filter(pl.col("MEASURE").is_in(EVENTS))
    raise_if_any(_missing(chosen))
    areas = _areas(chosen["VITAL"].get_column("AREA"))
    stock = chosen["STOCK"].filter(
        pl.col("ORIGIN").is_in([*areas, UNKNOWN_ORIGIN]) & pl.col("DESTINATION").is_in(list(areas))
    )
    by_area = {
        name: table.filter(pl.col("AREA").is_in(list(areas))) for name, table in chosen.items() if name != "STOCK"
    }
    kept = {"STOCK": stock, **by_area}
    raise_if_any([*_missing(kept), *(revision_findings(kept) if not _missing(kept) else ())])
    known = set(stock.get_column("ORIGIN")) | set(stock.get_column("DESTINATION"))
    rules = applying(known, set(by_area["POPULATION"].get_column("AREA")))
    keys = {"POPULATION": [], "VITAL": ["MEASURE"], "NET_MIGRATION": []}
    tidy = {
        name: both_sexes(merge(table.select("AREA", *keys[name], "SEX", "TIME_PERIOD", "OBS_VALUE"), rules))
        for name, table in by_area.items()
    }
    return Selection(
        stock=both_sexes(stock.select("ORIGIN", "DESTINATION", "SEX", "TIME_PERIOD", "OBS_VALUE")),
        population=tidy["POPULATION"],
        vital=tidy["VITAL"],
        net=tidy.get("NET_MIGRATION", tidy["POPULATION"].clear()),
        stock_source=stock.get_column("SOURCE")[0],
        population_source=by_area["POPULATION"].get_column("SOURCE")[0],
        territories=rules,
    )


def both_sexes(table: pl.DataFrame) -> pl.DataFrame:
    """Add rows for both sexes together, the sums of women and men, to a table that has none."""
    if (table.get_column("SEX") == BOTH_SEXES).any():
        return table
    keys = [column for column in table.columns if column not in ("SEX", "OBS_VALUE")]
    value = pl.col("OBS_VALUE")
    sums = (
        table.filter(pl.col("SEX").is_in(SEXES))
        .group_by(keys, maintain_order=True)
        .agg(OBS_VALUE=pl.when(value.is_null().all()).then(None).otherwise(value.sum()), SEX=pl.lit(BOTH_SEXES))
    )
    return pl.concat([table, sums.select(table.columns)])


def _all_ages(table: pl.DataFrame) -> pl.DataFrame:
    return table.filter(pl.col("AGE") == TOTAL)


def _missing(tables: Mapping[str, pl.DataFrame]) -> list[Finding]:
    return [
        Finding(
            "table-missing",
            f"table {name}",
            "no row of all ages for an area" + (" with births or deaths" if name == "VITAL" else ""),
            f"collect a source that has the dataflow {name}",
        )
        for name in NEEDED
        if name not in tables or tables[name].is_empty()
    ]


def _areas(codes: pl.Series) -> tuple[str, ...]:
    """Countries if there are any, else geographic subregions; in both cases all that exist, not only those named."""
    known = known_areas()
    found = [known[code] for code in codes.unique().to_list() if code in known]
    if any(one.kind in ("country", "former") for one in found):
        return tuple(code for code, one in known.items() if one.kind in ("country", "former"))
    return tuple(code for code, one in known.items() if one.kind == "region" and one.subregion == code)
