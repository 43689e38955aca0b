"""From checked cells of a dataset to its tables."""

from __future__ import annotations

import polars as pl

from corridors.collect.columns import one_row_each
from corridors.collect.definitions import stock_definitions
from corridors.collect.sources.eurostat._cells import Cells
from corridors.collect.sources.eurostat._codes import APPLICANT, APPLICANTS, MONTHS, NAMES, REGULATION, Dataset
from corridors.collect.spellings import EXCLUDED, kind_of, place_areas
from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import WORLD
from corridors.concepts.dataflows import DataflowName
from corridors.concepts.findings import raise_if_any

#: Codes seen from the reporting country: its own citizens or natives, and all others together, by dimension. The code
#: FOR of citizenship leaves out the stateless, who are foreigners too.
OWN, FOREIGN = "NAT", {"c_birth": "FOR", "citizen": "FOR_STLS"}
#: The Union without the reporting country. With it, a figure counts natives or nationals beside migrants.
UNION_FOREIGN = {"EU27_2020_FOR": "EU27_2020", "EU28_FOR": "EU28", "EU27_FOR": "EU27_2007"}
_UNION = ("EU15", "EU25", "EU27", "EU27_2007", "EU28", "EU27_2020")


def tables_of(cells: Cells, dataset: Dataset) -> tuple[dict[DataflowName, pl.DataFrame], list[str]]:
    """Tables of the dataset by dataflow, and what was left out.

    Raises
    ------
    DataError
        Places are unknown, or rows of one key have different figures.
    """
    source = f"eurostat-{dataset.code}"
    if dataset.code.startswith("asy"):
        return {"ENCOUNTER": _asylum(_placed(cells, dataset, {}), source)}, []
    foreign = FOREIGN.get(dataset.breakdown, "")
    if dataset.is_stock:
        others = {**dict.fromkeys(_UNION, EXCLUDED), **UNION_FOREIGN, foreign: foreign}
        table = _placed(cells, dataset, others)
        return _stock(table, dataset, source), _of_groups(table)
    # Of flows by birth, all those born abroad are a part of the total that our words cannot name.
    table = _placed(cells, dataset, {foreign: WORLD, **UNION_FOREIGN} if dataset.breakdown == "citizen" else {})
    if dataset.breakdown != "partner":
        kept = table.filter(kind_of("REPORTER") != "group")
        return {"FLOW_OBSERVED": _flows(kept, dataset, source)}, _of_groups(table)
    inside = table.filter(pl.col("OTHER") == pl.col("REPORTER")).height
    left_out = [f"{inside:,} figures of moves inside a country left out"] if inside else []
    return {"FLOW_OBSERVED": _flows(table, dataset, source)}, left_out


def _of_groups(table: pl.DataFrame) -> list[str]:
    """Figures of a group of countries by birth or citizenship: they count natives of one of them as migrants of all."""
    count = table.filter(kind_of("REPORTER") == "group", pl.col("OTHER") != WORLD).height
    return [f"{count:,} figures of groups of reporting countries left out"] if count else []


def _duration(dataset: Dataset) -> pl.Expr:
    """Months of stay under the Regulation; blank before it, and where the office's definition differs."""
    # Stocks of 1 January are those of the end of the year of reference.
    first = REGULATION + (1 if dataset.is_stock else 0)
    ruled = (pl.col("TIME").str.head(4).cast(pl.Int32) >= first) & ~pl.col("FLAG").str.contains("d", literal=True)
    return pl.when(ruled).then(MONTHS)


def _placed(cells: Cells, dataset: Dataset, foreign: dict[str, str]) -> pl.DataFrame:
    """Cells with REPORTER and OTHER; the reporting country's own people have it as the other end."""
    table, findings = place_areas(
        cells.table.with_columns(WRITTEN=pl.col(dataset.breakdown)),
        "geo",
        into="REPORTER",
        names=NAMES,
        place=cells.place,
    )
    own = pl.when(pl.col("WRITTEN") == OWN).then(pl.col("geo")).otherwise("WRITTEN")
    names = {**NAMES, **foreign}
    table, unknown = place_areas(
        table.with_columns(PARTNER=own),
        "PARTNER",
        into="OTHER",
        names=names,
        place=cells.place,
        label=dataset.breakdown,
    )
    # The world as a reporter is Eurostat's total over reporters.
    table = table.filter(pl.col("REPORTER") != WORLD)
    applicant = [name for name in APPLICANT if name in table.columns]
    kept = table.with_columns(COVERAGE=_coverage(dataset))
    key = ["REPORTER", "OTHER", "COVERAGE", "SEX", "AGE", "TIME", *applicant]
    kept, torn = one_row_each(kept, key, place=lambda rows: f"{cells.file}, rows {rows}")
    raise_if_any([*findings, *unknown, *torn])
    return kept


def _coverage(dataset: Dataset) -> pl.Expr:
    """Whom a figure covers: by citizenship each row covers nationals, foreigners or both."""
    if dataset.breakdown != "citizen":
        return pl.lit("_T")
    own = pl.col("OTHER") == pl.col("REPORTER")
    return (
        pl.when(own)
        .then(pl.lit("NATIONALS"))
        .when(pl.col("WRITTEN").is_in(_UNION))
        .then(pl.lit("_T"))
        .when((pl.col("OTHER") == WORLD) & (pl.col("WRITTEN") != FOREIGN["citizen"]))
        .then(pl.lit("_T"))
        .otherwise(pl.lit("FOREIGNERS"))
    )


def _flows(table: pl.DataFrame, dataset: Dataset, source: str) -> pl.DataFrame:
    arrives = dataset.direction == "in"
    moved = table.filter(pl.col("OTHER") != pl.col("REPORTER")) if dataset.breakdown == "partner" else table
    return moved.select(
        ORIGIN=pl.col("OTHER" if arrives else "REPORTER"),
        DESTINATION=pl.col("REPORTER" if arrives else "OTHER"),
        REPORTER="REPORTER",
        CRITERION=pl.lit(dataset.criterion),
        COVERAGE="COVERAGE",
        SEX="SEX",
        AGE="AGE",
        TIME_PERIOD="TIME",
        SOURCE=pl.lit(source),
        UNIT_MEASURE=pl.lit("PS"),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
        DURATION=_duration(dataset),
        NOTE="NOTE",
    )


def _stock(table: pl.DataFrame, dataset: Dataset, source: str) -> dict[DataflowName, pl.DataFrame]:
    """STOCK of people born or with citizenship abroad, POPULATION of all.

    Eurostat's TOTAL counts the whole population, natives too: it is no total of migrants. Its FOR or FOR_STLS is.
    """
    time = pl.format("{}-01-01", "TIME")
    shared = {"SEX": pl.col("SEX"), "AGE": pl.col("AGE"), "TIME_PERIOD": time, "SOURCE": pl.lit(source)}
    figures = {"UNIT_MEASURE": pl.lit("PS"), "OBS_VALUE": pl.col("OBS_VALUE"), "OBS_STATUS": pl.col("OBS_STATUS")}
    people = table.filter(pl.col("OTHER") == WORLD).select(AREA="REPORTER", **shared, **figures)
    apart = table.filter(
        pl.col("OTHER") != WORLD, pl.col("OTHER") != pl.col("REPORTER"), kind_of("REPORTER") != "group"
    )
    migrants = apart.select(
        ORIGIN=pl.col("OTHER").replace({FOREIGN[dataset.breakdown]: WORLD}),
        DESTINATION="REPORTER",
        **shared,
        **figures,
        DURATION=_duration(dataset),
        REPORTER="REPORTER",
        BASIS=pl.lit("B" if dataset.breakdown == "c_birth" else "C"),
        NOTE="NOTE",
    )
    tables: dict[DataflowName, pl.DataFrame] = {"STOCK": stock_definitions(migrants), "POPULATION": people}
    return {name: rows for name, rows in tables.items() if rows.height}


def _asylum(table: pl.DataFrame, source: str) -> pl.DataFrame:
    applicant = next(name for name in APPLICANT if name in table.columns)
    return table.select(
        CITIZENSHIP="OTHER",
        REPORTER="REPORTER",
        MEASURE=pl.lit("ASYLUM_APPLICATIONS"),
        ROUTE=pl.lit(TOTAL),
        CATEGORY=pl.col(applicant).replace_strict(APPLICANTS),
        SEX="SEX",
        AGE="AGE",
        TIME_PERIOD="TIME",
        SOURCE=pl.lit(source),
        UNIT_MEASURE=pl.lit("PS"),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
        NOTE="NOTE",
    )
