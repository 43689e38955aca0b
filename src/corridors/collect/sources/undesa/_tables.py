"""From figures of areas, each with the quantity it counts, to one table a dataflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from corridors.collect.sources.undesa._columns import QUANTITIES
from corridors.collect.sources.undesa._stock import finish_stock, source_of
from corridors.collect.spellings import without_repeated_regions
from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import WORLD
from corridors.concepts.periods import MID_YEAR

if TYPE_CHECKING:
    from corridors.concepts.dataflows import DataflowName

_ENDS = ["OBS_VALUE", "OBS_STATUS"]
_AT = pl.col("AT").cast(pl.String)


def finish_tables(cells: pl.DataFrame, *, revision: str) -> dict[DataflowName, pl.DataFrame]:
    """Tables from rows with ORIGIN, DESTINATION, QUANTITY, SEX, AGE, AT, TYPE, NOTE, OBS_VALUE and OBS_STATUS."""
    by_flow: dict[DataflowName, pl.DataFrame] = {}
    flows = {one.name: one.dataflow for one in QUANTITIES}
    names = pl.Enum(list(flows))
    cells = cells.with_columns(
        FLOW=pl.col("QUANTITY").cast(names).replace_strict(flows), SOURCE=pl.lit(source_of(revision))
    )
    for flow in dict.fromkeys(one.dataflow for one in reversed(QUANTITIES)):
        chosen = cells.filter(pl.col("FLOW") == flow)
        if chosen.is_empty():
            continue
        if flow == "STOCK":
            by_flow[flow] = finish_stock(chosen.rename({"AT": "YEAR"}), revision=revision)
        else:
            by_flow[flow] = {"POPULATION": _population, "DISPLACED": _displaced, "INDICATOR": _indicators}[flow](chosen)
    return by_flow


def _population(cells: pl.DataFrame) -> pl.DataFrame:
    finished = cells.filter(pl.col("ORIGIN") == WORLD).select(
        "SEX", "AGE", "SOURCE", *_ENDS, AREA="DESTINATION", TIME_PERIOD=_instant(), UNIT_MEASURE=pl.lit("PS")
    )
    return without_repeated_regions(finished, ["AREA"])


def _displaced(cells: pl.DataFrame) -> pl.DataFrame:
    finished = cells.select(
        "ORIGIN",
        "DESTINATION",
        "SEX",
        "SOURCE",
        *_ENDS,
        MEASURE=_measure(),
        CATEGORY=pl.lit(TOTAL),
        AGE=pl.lit(TOTAL),
        TIME_PERIOD=_instant(),
        UNIT_MEASURE=pl.lit("PS"),
    )
    return without_repeated_regions(finished, ["ORIGIN", "DESTINATION"])


def _indicators(cells: pl.DataFrame) -> pl.DataFrame:
    nowhere = pl.lit(None, dtype=pl.String)
    finished = cells.select(
        "SOURCE",
        *_ENDS,
        AREA="DESTINATION",
        ORIGIN=nowhere,
        DESTINATION=nowhere,
        MEASURE=_measure(),
        TIME_PERIOD=pl.when(_AT.str.contains("-")).then(_span()).otherwise(_instant()),
        UNIT_MEASURE=pl.lit("PT"),
    )
    return without_repeated_regions(finished, ["AREA"])


def _measure() -> pl.Expr:
    measures = {f"{one.name} {sex}": measure for one in QUANTITIES for sex, measure in one.measures}
    return pl.format("{} {}", "QUANTITY", "SEX").replace_strict(measures)


def _instant() -> pl.Expr:
    return pl.format("{}-" + MID_YEAR, _AT.str.slice(0, 4))


def _span() -> pl.Expr:
    # The publisher's notes: 1995-2000 signifies the full period, from 1 July of the first year to that of the second.
    start, end = (_AT.str.slice(at, 4).cast(pl.Int64, strict=False) for at in (0, 5))
    return pl.format("{}-" + MID_YEAR + "/P{}Y", start, end - start)
