"""From vintages to the world that a report is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from corridors.concepts.areas import WORLD as WHOLE
from corridors.concepts.areas import known_areas
from corridors.estimate.world import WorldEstimate, estimate_world
from corridors.report.sections.flows import MIX
from corridors.report.summaries import BOTH_SEXES, both_sexes, usual_periods
from corridors.report.tables import Column, Table
from corridors.report.world import BESIDE, USED, Origin, World
from corridors.store.vintages import Store, Vintage
from corridors.workflow.quality import SHARES, countries_of_today, look_at
from corridors.workflow.sources import Chosen

#: The role of the vintage behind each table of the report; a table without its vintage is left out.
_ROLES = {
    "STOCK": "STOCK",
    "POPULATION": "POPULATION",
    "FLOW": "FLOW",
    "NET_MIGRATION": "NET_MIGRATION",
    "DESTINATIONS": "COUNTRIES",
    "ORIGINS": "COUNTRIES",
    "CORRIDORS": "COUNTRIES",
    "DISPLACED": "DISPLACED",
    "FLOW_OBSERVED": "FLOW_OBSERVED",
}


def read_world(
    store: Store, chosen: Chosen, estimated: Mapping[str, Vintage], *, beside: Mapping[str, Vintage] | None = None
) -> World:
    """Read the tables of a report.

    Parameters
    ----------
    store
        The store that holds the vintages.
    chosen
        The vintages of the publishers' tables.
    estimated
        The vintages made from them: `FLOW`, and `NET_MIGRATION` by period where the publisher's is by year.
    beside
        Other vintages at hand, looked at only for what is known and what contradicts itself.
    """
    # Where the publisher's net migration is by the periods of the accounts already, it speaks for itself.
    vintages = {**chosen.vintages, **estimated} if not chosen.embedded else {**estimated, **chosen.vintages}
    roles = {table: role for table, role in _ROLES.items() if role in vintages}
    read = {role: store.read(vintages[role]).drop("VINTAGE") for role in set(roles.values())}
    tables = {table: read[role] for table, role in roles.items()}
    tables["STOCK"] = _parts(tables["STOCK"], "ORIGIN", "DESTINATION")
    tables["POPULATION"] = _parts(tables["POPULATION"], "AREA").filter(pl.col("AGE") == "_T")
    whole = pl.col("ORIGIN") == WHOLE, pl.col("DESTINATION") == WHOLE
    countries = both_sexes(read["COUNTRIES"])
    if chosen.embedded:
        # The package's totals of countries stand in rows whose other end is the world.
        tables |= {"DESTINATIONS": countries.filter(whole[0]), "ORIGINS": countries.filter(whole[1])}
        tables["CORRIDORS"] = countries.filter(~whole[0], ~whole[1])
        roles["BASIS"] = "INDICATOR"
        tables["BASIS"] = store.read(vintages["INDICATOR"]).filter(pl.col("MEASURE").is_in(SHARES)).drop("VINTAGE")
    else:
        tables |= dict.fromkeys(("DESTINATIONS", "ORIGINS", "CORRIDORS"), both_sexes(tables["STOCK"]))
        if "BASIS" in tables["STOCK"].columns:
            roles["BASIS"] = "STOCK"
            tables["BASIS"] = _shares_by_basis(tables["STOCK"])
    areas = (
        tables["POPULATION"].get_column("AREA").unique().sort().to_list() if chosen.embedded else countries_of_today()
    )
    origins = _origins(vintages, roles)
    known = {one.vintage: one for of_table in origins.values() for one in of_table}
    views = [vintage for vintage in (beside or {}).values() if vintage.dataflow == "VIEWS"]
    if views:
        tables["VIEWS"] = pl.concat([store.read(vintage).drop("VINTAGE") for vintage in views], how="diagonal")
        origins["VIEWS"] = tuple(_origin(vintage) for vintage in views)
    others = [vintage for vintage in (beside or {}).values() if vintage.dataflow != "VIEWS"]
    looked = look_at(store, chosen.vintages.values(), others, areas=areas)
    return World(
        tables=tables,
        known=looked.known,
        checks=looked.checks,
        origins={
            **origins,
            **{
                name: tuple(known.get(vintage.id) or _origin(vintage) for vintage in looked_at)
                for name, looked_at in ((USED, looked.used), (BESIDE, looked.beside))
            },
        },
        embedded=chosen.embedded,
        unit="subregions" if chosen.embedded else "countries and areas",
        inside="within a subregion" if chosen.embedded else "within a country or area",
        stock_source=_source(vintages["STOCK"]),
        population_source=_source(vintages["POPULATION"]),
        departures=_departures(estimated["FLOW"]),
        estimate=_accounts_again({**read, "VITAL": store.read(vintages["VITAL"]).drop("VINTAGE")}),
    )


def _accounts_again(read: Mapping[str, pl.DataFrame]) -> WorldEstimate | None:
    """The accounts behind the flows that the report tells apart: those of the last period of usual length."""
    flow = both_sexes(read["FLOW"])
    if flow.is_empty():
        return None
    last = usual_periods(flow)[0][-1]
    days = [day.isoformat() for day in (last.start, last.end)]
    tables = {name: read[name] for name in ("STOCK", "POPULATION", "VITAL")}
    tables["STOCK"] = tables["STOCK"].filter(pl.col("TIME_PERIOD").is_in(days))
    return estimate_world(tables, methods=[MIX], sexes=[BOTH_SEXES])


def _parts(table: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """Rows of the smallest areas in the table: countries where there are any, else subregions; no aggregates."""
    codes = {code for column in columns for code in table.get_column(column).unique()}
    kinds = {code: known_areas()[code].kind for code in codes}
    if "country" in kinds.values():
        small = [code for code, kind in kinds.items() if kind in ("country", "former", "unknown")]
    else:
        small = [code for code, kind in kinds.items() if known_areas()[code].subregion == code or kind == "unknown"]
    return table.filter(*(pl.col(column).is_in(small) for column in columns))


def _shares_by_basis(stock: pl.DataFrame) -> pl.DataFrame:
    """Whether each destination's stock rests on births, citizenship or imputation, as shares of zero or one."""
    rows = stock.select("DESTINATION", "TIME_PERIOD", "BASIS").unique().drop_nulls("BASIS")
    imputed = pl.col("BASIS").str.contains("I")
    citizens = pl.col("BASIS").str.contains("C") & ~imputed
    shares = rows.select(
        AREA="DESTINATION",
        TIME_PERIOD="TIME_PERIOD",
        SHARE_BORN_ABROAD=(~imputed & ~citizens).cast(pl.Float64),
        SHARE_CITIZENSHIP=citizens.cast(pl.Float64),
        SHARE_IMPUTED=imputed.cast(pl.Float64),
    )
    return shares.unpivot(index=["AREA", "TIME_PERIOD"], variable_name="MEASURE", value_name="OBS_VALUE")


def _origins(vintages: Mapping[str, Vintage], roles: Mapping[str, str]) -> dict[str, tuple[Origin, ...]]:
    origins: dict[str, tuple[Origin, ...]] = {table: (_origin(vintages[role]),) for table, role in roles.items()}
    if "BASIS" in origins:
        # Indicators come from several publishers; what a stock rests on is said by the publisher of the stock.
        stock = origins["STOCK"][0]
        origins["BASIS"] = (
            replace(origins["BASIS"][0], short=stock.short, citation=stock.citation, licence=stock.licence),
        )
    return origins


def _source(vintage: Vintage) -> str:
    return str(vintage.metadata["short"])


def _origin(vintage: Vintage) -> Origin:
    metadata = vintage.metadata
    return Origin(
        vintage=vintage.id,
        dataflow=vintage.dataflow,
        product=vintage.product,
        citation=str(metadata["citation"]),
        licence=str(metadata["licence"]),
        short=_source(vintage),
        checksum=next(iter(metadata["files"].values())),
        inputs=dict(metadata.get("raw", metadata.get("inputs", {}))),
        made=str(metadata["created"]),
    )


def _departures(flow: Vintage) -> Table | None:
    """What the accounts left out, merged or mended, as the estimate's description lists it."""
    rows = flow.metadata.get("departures", [])
    if not rows:
        return None
    return Table(
        key="method.departures",
        title="What the accounts left out, merged or mended",
        columns=(
            Column("Area", "text"),
            Column("What was done", "text"),
            Column("Persons concerned", "integer"),
        ),
        rows=tuple(tuple(row) for row in rows),
        source=_source(flow),
        note="The whole population where an area is merged or left out; the largest number over the periods.",
    )
