"""What is known: for each area, year and measure the best status of a figure in the store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from corridors.collect.quality import Stored
from corridors.concepts.areas import known_areas

if TYPE_CHECKING:
    import polars as pl

#: The column that says whose figure it is, by dataflow. Incidents on the way belong to no area.
AREA_OF = {
    "STOCK": "DESTINATION",
    "POPULATION": "AREA",
    "VITAL": "AREA",
    "NET_MIGRATION": "AREA",
    "FLOW_OBSERVED": "REPORTER",
    "DISPLACED": "DESTINATION",
    "ENCOUNTER": "REPORTER",
    "TRAFFICKING": "DESTINATION",
    "REMITTANCE": "SENDER",
    "INDICATOR": "AREA",
}
#: Statuses from the best known to the least: a place counts as the best of what is there.
RANKS = ("A", "B", "P", "E", "I", "Q", "O", "L", "M")
#: Statuses of a figure that is there, and those of one that a model, an imputation or a first count gave.
THERE, MODELLED = RANKS[:5], RANKS[2:5]


def counted_areas(dataflow: str, areas: Collection[str]) -> frozenset[str]:
    """Areas whose figures of a dataflow are looked for: those given, but countries where offices report.

    Examples
    --------
    >>> counted_areas("STOCK", ["W014"]), "FRA" in counted_areas("FLOW_OBSERVED", ["W014"])
    (frozenset({'W014'}), True)
    """
    if AREA_OF.get(dataflow) != "REPORTER":
        return frozenset(areas)
    return frozenset(code for code, area in known_areas().items() if area.kind == "country")


def coverage(tables: Sequence[Stored], *, areas: Collection[str] | None = None) -> pl.DataFrame:
    """Best status by area, year and measure; a figure of a period counts for each year of it.

    Parameters
    ----------
    tables
        The latest vintage of each product and dataflow.
    areas
        Areas to look for; by default every country and former state. Of what offices report, always countries.

    Returns
    -------
    polars.DataFrame
        `AREA`, `YEAR`, `DATAFLOW`, `MEASURE`, `OBS_STATUS` (the best there is) and `PRODUCTS` (how many give it).
    """
    import polars as pl

    countries = [code for code, area in known_areas().items() if area.kind in ("country", "former")]
    parts = []
    for stored in tables:
        column = AREA_OF.get(stored.dataflow)
        if column is None:
            continue
        measure = pl.col("MEASURE") if "MEASURE" in stored.table.columns else pl.lit(stored.dataflow)
        wanted = countries if areas is None else list(counted_areas(stored.dataflow, areas))
        rows = stored.table.filter(pl.col(column).is_in(wanted)).select(
            AREA=pl.col(column),
            YEAR="TIME_PERIOD",
            DATAFLOW=pl.lit(stored.dataflow),
            MEASURE=measure,
            OBS_STATUS="OBS_STATUS",
            PRODUCT=pl.lit(stored.product),
        )
        parts.append(rows.unique().with_columns(YEAR=_years()).explode("YEAR"))
    if not parts:
        schema = {"AREA": pl.String, "YEAR": pl.Int32, "DATAFLOW": pl.String, "MEASURE": pl.String}
        return pl.DataFrame(schema={**schema, "OBS_STATUS": pl.String, "PRODUCTS": pl.UInt32})
    rank = pl.col("OBS_STATUS").replace_strict(
        {code: number for number, code in enumerate(RANKS)}, return_dtype=pl.Int8
    )
    key = ["AREA", "YEAR", "DATAFLOW", "MEASURE"]
    return (
        pl.concat(parts)
        .with_columns(rank=rank)
        .group_by(key)
        .agg(pl.col("OBS_STATUS").sort_by("rank").first(), PRODUCTS=pl.col("PRODUCT").n_unique())
        .sort(key)
    )


def _years() -> pl.Expr:
    """Calendar years of an instant, a year or a period: 2015 to 2019 of `2015-07-01/P5Y`."""
    import polars as pl

    first = pl.col("YEAR").str.head(4).cast(pl.Int32)
    length = pl.col("YEAR").str.extract(r"/P(\d+)Y$").cast(pl.Int32).fill_null(1)
    return pl.int_ranges(first, first + length, dtype=pl.Int32)


def coverage_by_subregion(known: pl.DataFrame) -> pl.DataFrame:
    """Share of a subregion's countries that have a figure, by measure and year.

    Parameters
    ----------
    known
        Table made by `coverage`.

    Returns
    -------
    polars.DataFrame
        `SUBREGION`, `YEAR`, `DATAFLOW`, `MEASURE`, `SHARE` (0 to 1) over all countries and territories of the subregion.
    """
    import polars as pl

    places = [
        (code, area.subregion) for code, area in known_areas().items() if area.kind == "country" and area.subregion
    ]
    subregions = pl.DataFrame(places, schema=["AREA", "SUBREGION"], orient="row")
    sizes = subregions.group_by("SUBREGION").agg(size=pl.len())
    there = known.filter(pl.col("OBS_STATUS").is_in(THERE))
    counted = (
        there.join(subregions, on="AREA", how="inner", validate="m:1")
        .group_by("SUBREGION", "YEAR", "DATAFLOW", "MEASURE")
        .agg(areas=pl.col("AREA").n_unique())
    )
    return (
        counted.join(sizes, on="SUBREGION", how="left", validate="m:1")
        .with_columns(SHARE=pl.col("areas") / pl.col("size"))
        .select("SUBREGION", "YEAR", "DATAFLOW", "MEASURE", "SHARE")
        .sort("DATAFLOW", "MEASURE", "SUBREGION", "YEAR")
    )
