"""What must add up in the monthly registers: places, directions, Länder and months."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corridors.collect.cells import UNCHANGED
from corridors.collect.sources.destatis._sheets import Table
from corridors.collect.unknowns import sum_or_missing
from corridors.concepts.areas import WORLD
from corridors.concepts.findings import Finding

_KEY = ["DIRECTION", "COVERAGE", "SEX"]


def land_notes(table: Table) -> pl.DataFrame:
    """Rows whose Länder do not add up to Germany: row, DIRECTION and the note LAENDER.

    Where a Land has no figure, the others can still be too many.
    """
    value = pl.col("OBS_VALUE")
    whole = table.cells.filter(pl.col("LAND").is_null()).select("row", "DIRECTION", "NAME", WHOLE="OBS_VALUE")
    parts = (
        table.cells.filter(pl.col("LAND").is_not_null())
        .group_by("row")
        .agg(value.sum().alias("PARTS"), value.is_not_null().all().alias("COMPLETE"))
    )
    joined = whole.join(parts, on="row", how="inner", validate="m:1")
    torn = joined.filter(
        (pl.col("PARTS") > pl.col("WHOLE")) | (pl.col("COMPLETE") & (pl.col("PARTS") != pl.col("WHOLE")))
    )
    text = pl.format("{}: the federal Länder add up to {}", "NAME", pl.col("PARTS").cast(pl.Int64, strict=False))
    return torn.select("row", "DIRECTION", LAENDER=text)


def balance_findings(table: Table) -> list[Finding]:
    """Balances that are not arrivals less departures."""
    key = ["row", "NAME", "COVERAGE", "SEX"]
    wide = table.cells.filter(pl.col("LAND").is_null()).pivot(on="DIRECTION", index=key, values="OBS_VALUE")
    if not {"in", "out", "balance"} <= set(wide.columns):
        return []
    wrong = wide.filter(pl.col("in") - pl.col("out") != pl.col("balance"))
    return [
        Finding(
            "sum-differs",
            table.sheet.place(row),
            f"{name}: {arrived:,.0f} arrivals less {left:,.0f} departures are not {balance:,.0f}",
            UNCHANGED,
        )
        for row, name, arrived, left, balance in wrong.select("row", "NAME", "in", "out", "balance").iter_rows()
    ]


def place_findings(flows: pl.DataFrame, table: Table) -> list[Finding]:
    """Totals that are not the sum of their places."""
    whole = flows.filter(pl.col("PLACE") == WORLD).select(*_KEY, WHOLE="OBS_VALUE")
    parts = flows.filter(pl.col("PLACE") != WORLD).group_by(_KEY).agg(sum_or_missing().alias("PARTS"))
    wrong = whole.join(parts, on=_KEY, how="inner", validate="1:1").filter(pl.col("WHOLE") != pl.col("PARTS"))
    return [
        Finding(
            "sum-differs",
            f"{table.sheet.place()}, {direction}, {coverage}, {sex}",
            f"the places add up to {parts:,.0f}, the row Insgesamt says {whole:,.0f}",
            UNCHANGED,
        )
        for direction, coverage, sex, whole, parts in wrong.iter_rows()
    ]


def month_findings(flows: Sequence[tuple[Table, pl.DataFrame]]) -> list[Finding]:
    """Quarters, half-years and years that are not the sum of their months, where all of those are there."""
    findings = []
    by_month = {table.stretch.first: cells for table, cells in flows if table.stretch.months == 1}
    key = ["PLACE", *_KEY]
    for table, cells in flows:
        wanted = range(table.stretch.first, table.stretch.last + 1)
        if table.stretch.months == 1 or not by_month.keys() >= set(wanted):
            if table.titled is not None:
                findings.append(_contradiction(table, "the months that would tell are not all there"))
            continue
        months = pl.concat(by_month[month] for month in wanted).group_by(key)
        sums = months.agg(sum_or_missing().alias("PARTS"), pl.lit(value=True).alias("THERE"))
        joined = cells.join(sums, on=key, how="left", validate="1:1")
        # A place without a row in any month had nobody; one with a confidential month cannot be checked.
        parts = pl.when(pl.col("THERE").is_null()).then(0.0).otherwise("PARTS")
        wrong = joined.filter(pl.col("OBS_VALUE") != parts)
        if wrong.height and table.titled is not None:
            findings.append(_contradiction(table, "the figures are not the sum of the months"))
            continue
        findings += [
            Finding(
                "sum-differs",
                f"{table.sheet.place()}, {place}, {direction}, {coverage}, {sex}",
                f"{value:,.0f}, but the months add up to {parts or 0:,.0f}",
                UNCHANGED,
            )
            for place, direction, coverage, sex, value, parts in wrong.select(*key, "OBS_VALUE", "PARTS").iter_rows()
        ]
    return findings


def _contradiction(table: Table, why: str) -> Finding:
    said = table.titled.words(table.year) if table.titled else ""
    fact = f"the title says {said}, the name of the sheet {table.stretch.words(table.year)}; {why}"
    return Finding("period-unreadable", table.sheet.place(), fact, "correct the title or the name of the sheet")
