"""What is known: for each area, year and measure the best status of a figure in the store."""

from __future__ import annotations

from collections.abc import Sequence
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


def coverage(tables: Sequence[Stored]) -> pl.DataFrame:
    """Best status by country, year and measure.

    Parameters
    ----------
    tables
        The latest vintage of each product and dataflow.

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
        rows = stored.table.filter(pl.col(column).is_in(countries)).select(
            AREA=pl.col(column),
            YEAR=pl.col("TIME_PERIOD").str.head(4).cast(pl.Int32),
            DATAFLOW=pl.lit(stored.dataflow),
            MEASURE=measure,
            OBS_STATUS="OBS_STATUS",
            PRODUCT=pl.lit(stored.product),
        )
        parts.append(rows.unique())
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
    there = known.filter(pl.col("OBS_STATUS").is_in(["A", "B", "P", "E", "I"]))
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
