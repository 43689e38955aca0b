"""Tidy derivatives: displacements by cause and year, and persons displaced by cause, sex and age."""

from __future__ import annotations

import polars as pl

from corridors.collect.cells import figures
from corridors.collect.columns import YEAR, cells_outside
from corridors.collect.sources.idmc._tables import END_OF_YEAR, NOT_TOLD, Source, finish, placed
from corridors.concepts.ages import TOTAL
from corridors.concepts.findings import Finding

FLOWS, STOCKS = ("geo", "t", "cause", "n"), ("geo", "t", "cause", "sex", "age", "n")
#: Causes of displacements as the publisher names them; persons displaced are told apart by conflict and disaster alone.
CAUSES = (
    "conflict",
    "drought",
    "earthquake",
    "erosion",
    "extreme temperature",
    "flood",
    "mass movement",
    "storm",
    "volcanic activity",
    "wave action",
    "wildfire",
)
GROUPED = ("conflict", "disaster")
UNKNOWN = "unknown"
SEXES = {"female": "F", "male": "M", UNKNOWN: TOTAL}
AGES = {"0-4": "Y0T4", "5-11": "Y5T11", "12-17": "Y12T17", "18-59": "Y18T59", "60+": "Y_GE60", UNKNOWN: TOTAL}
#: The publisher spreads its totals over sexes and ages by those of each country's population.
_SUM = "sum of the publisher's figures by sex and age"


def read_flows(source: Source) -> tuple[pl.DataFrame, list[Finding]]:
    """DISPLACED without SOURCE, of internal displacements: movements during the year, not persons."""
    table, findings = _checked(source, {"cause": CAUSES})
    cells, unreadable = figures(
        table.with_columns(MEASURE=pl.lit("DISPLACEMENTS"), TIME_PERIOD="t", UNIT_MEASURE=pl.lit("EV")),
        place=source.place,
        marks=NOT_TOLD,
    )
    found, twice = finish(cells, source)
    return found, [*findings, *unreadable, *twice]


def read_stocks(source: Source) -> tuple[pl.DataFrame, list[Finding]]:
    """DISPLACED without SOURCE, of persons displaced by sex and age, and of all of them together.

    Sexes and ages are the publisher's estimates (status E); where it has none its total stands alone.
    """
    table, findings = _checked(source, {"cause": GROUPED, "sex": tuple(SEXES), "age": tuple(AGES)})
    half = table.filter((pl.col("sex") == UNKNOWN) != (pl.col("age") == UNKNOWN))
    mend = "give sex and age, or neither"
    findings += [
        Finding("code-unknown", source.place(row, "age"), f"sex {sex!r} beside age {age!r}", mend)
        for row, sex, age in half.select("row", "sex", "age").iter_rows()
    ]
    described = table.with_columns(
        MEASURE=pl.lit("IDPS"),
        TIME_PERIOD=pl.format("{}-" + END_OF_YEAR, "t"),
        UNIT_MEASURE=pl.lit("PS"),
        SEX=pl.col("sex").replace_strict(SEXES, default=None, return_dtype=pl.String),
        AGE=pl.col("age").replace_strict(AGES, default=None, return_dtype=pl.String),
    )
    cells, unreadable = figures(described, place=source.place, marks=NOT_TOLD)
    whole = pl.col("SEX") == TOTAL
    estimated = pl.when(~whole & (pl.col("OBS_STATUS") == "A")).then(pl.lit("E")).otherwise("OBS_STATUS")
    cells = cells.with_columns(OBS_STATUS=estimated, NOTE=pl.lit(None, dtype=pl.String))
    found, twice = finish(pl.concat([cells, _totals(cells)]), source)
    return found, [*findings, *unreadable, *twice]


def _checked(source: Source, allowed: dict[str, tuple[str, ...]]) -> tuple[pl.DataFrame, list[Finding]]:
    table = source.table
    findings = cells_outside(
        table, "t", pl.col("t").str.contains(YEAR), code="period-unreadable", mend="write a year", place=source.place
    )
    for column, words in allowed.items():
        mend = f"write one of {', '.join(words)}"
        rule = pl.col(column).is_in(list(words))
        findings += cells_outside(table, column, rule, code="code-unknown", mend=mend, place=source.place)
    table, unknown = placed(table, "geo", source)
    return table.with_columns(TEXT="n", column=pl.lit("n"), CAUSE="cause"), [*findings, *unknown]


def _totals(cells: pl.DataFrame) -> pl.DataFrame:
    """Both sexes and all ages, where they were told apart and none is missing; added up here, so their status is E."""
    told = cells.unique(["AREA", "CAUSE", "APART", "t", "SEX", "AGE"], keep="first", maintain_order=True)
    parts = told.group_by("AREA", "CAUSE", "APART", "t", maintain_order=True).agg(
        pl.all().exclude("OBS_VALUE").first(),
        pl.col("OBS_VALUE").sum(),
        pl.col("OBS_VALUE").is_null().any().alias("torn"),
        (pl.col("SEX") == TOTAL).any().alias("given"),
    )
    return (
        parts.filter(~pl.col("torn"), ~pl.col("given"))
        .with_columns(SEX=pl.lit(TOTAL), AGE=pl.lit(TOTAL), OBS_STATUS=pl.lit("E"), NOTE=pl.lit(_SUM))
        .select(cells.columns)
    )
