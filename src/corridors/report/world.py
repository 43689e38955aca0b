"""The world a report is about: its tables, and the vintages they come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridors.concepts.findings import Finding
from corridors.report.registry import Figure
from corridors.report.rounding import Value
from corridors.report.tables import Table

if TYPE_CHECKING:
    import polars as pl

    from corridors.estimate.world import WorldEstimate

#: Names under which a world keeps the vintages behind what is known: those it was made from, and the others at hand.
USED, BESIDE = "USED", "BESIDE"
MakeFigure = Callable[[str, Value, str, str, str], Figure]


@dataclass(frozen=True, slots=True)
class Origin:
    """A vintage that the report rests on, as its annex of provenance describes it.

    Parameters
    ----------
    vintage, dataflow, product
        Name of the vintage, the dataflow it holds and the publisher's table it is a version of.
    citation, licence
        How its publisher wants to be cited, and on what terms it may be used.
    short
        The source in one line, as printed below tables and charts.
    checksum
        SHA-256 of the vintage's data file.
    inputs
        Names and SHA-256 of the raw files, or the vintages, it was made from.
    made
        Day on which it was made, ISO 8601.
    """

    vintage: str
    dataflow: str
    product: str
    citation: str
    licence: str
    short: str
    checksum: str
    inputs: Mapping[str, str]
    made: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known, as the tables of `corridors.collect.coverage.coverage` say it.

    Parameters
    ----------
    used, beside
        Coverage of what the report was made from, and of what else lies in the store.
    areas
        Areas that were looked for.
    """

    used: pl.DataFrame
    beside: pl.DataFrame
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One check across the tables: its name, the tables it concerns, and what it found, in its own order."""

    name: str
    tables: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class World:
    """Tables by role, and where each comes from.

    Parameters
    ----------
    tables
        Tidy tables without aggregates. Always there: `STOCK`, `POPULATION`, `FLOW`, `NET_MIGRATION` (by period of the
        accounts), and the country tables `DESTINATIONS`, `ORIGINS` and `CORRIDORS`. Where known: `DISPLACED`, `BASIS`
        (shares of the stock by what they rest on), `FLOW_OBSERVED`.
    origins
        The vintages behind each table, by the table's name; behind what is known, under `USED` and `BESIDE`.
    embedded
        Whether this is the regional world that comes with the package.
    unit, inside
        What the areas of `FLOW` are called, and where moves are that it leaves out.
    stock_source, population_source
        The two products whose revisions the accounts pair, in words.
    departures
        What the accounts left out, merged or mended on the way, as a table.
    known, checks
        What is known of which area, year and measure, and what the checks across the tables found, where it was looked at.
    estimate
        The accounts behind the flows of the last period of usual length, both sexes, where they were made again.
    """

    tables: Mapping[str, pl.DataFrame]
    origins: Mapping[str, tuple[Origin, ...]]
    embedded: bool
    unit: str
    inside: str
    stock_source: str
    population_source: str
    departures: Table | None = None
    known: Known | None = None
    checks: tuple[Check, ...] = ()
    estimate: WorldEstimate | None = None

    def figures(self, section: str, *tables: str) -> MakeFigure:
        """A maker of figures of one section that were computed from the given tables.

        It takes the name, value, unit, rounding and query of a figure.
        """
        vintages = tuple(dict.fromkeys(origin.vintage for table in tables for origin in self.origins[table]))

        def figure(name: str, value: Value, unit: str, rounding: str, query: str) -> Figure:
            """One figure of the section."""
            return Figure(f"{section}.{name}", value, unit, rounding, query, vintages)

        return figure

    def source(self, table: str) -> str:
        """The publishers of a table, as printed below charts and tables."""
        return "; ".join(dict.fromkeys(origin.short for origin in self.origins[table]))

    def all_origins(self) -> tuple[Origin, ...]:
        """Every vintage the report rests on, once."""
        return tuple({origin.vintage: origin for origins in self.origins.values() for origin in origins}.values())
