"""Registrations and deregistrations over Germany's borders by place of origin or destination, month by month.

Layouts: one kind of persons a workbook with Germany and its Länder across (2009), or arrivals, departures and their
balance across, each for all persons, Germans and non-Germans (from 2012), with males beside the totals up to 2014.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corridors.collect.cells import open_workbook
from corridors.collect.columns import one_row_each
from corridors.collect.reading import Reading
from corridors.collect.sources.destatis._sheets import Table, read_sheet
from corridors.collect.sources.destatis._sums import (
    balance_findings,
    land_notes,
    month_findings,
    place_findings,
)
from corridors.collect.spellings import names_of, place_areas
from corridors.collect.unknowns import one_unknown
from corridors.collect.unpacking import is_workbook
from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import UNKNOWN_ORIGIN, WORLD
from corridors.concepts.findings import DataError, Finding, raise_if_any

#: The office counts registrations; no length of stay is asked for.
REPORTER, DURATION = "DEU", 0.0
_WANTED = "a workbook of Wanderungen über die Grenzen Deutschlands, one sheet a month"
_KEY = ["PLACE", "DIRECTION", "COVERAGE", "SEX"]


def read(raw: bytes, *, file: str) -> Reading:
    """FLOW_OBSERVED of one workbook.

    Parameters
    ----------
    raw
        Workbook, old or new.
    file
        What findings call it.

    Raises
    ------
    DataError
        Everything that kept the file from being read, each with its sheet and row.
    """
    if not is_workbook(raw):
        raise DataError([Finding("table-wrong", file, "it is no workbook", f"wanted is {_WANTED}")])
    tables, findings = [], []
    for sheet in open_workbook(raw, file=file):
        if sheet.cells.height:
            table, faults = read_sheet(sheet)
            findings += faults
            tables += [table] if table else []
    if not tables and not findings:
        findings.append(Finding("table-wrong", file, "its sheets are empty", f"wanted is {_WANTED}"))
    raise_if_any(findings)
    product = _product(tables, file)
    flows = []
    for table in tables:
        placed, faults = _placed(table)
        findings += [*faults, *balance_findings(table), *place_findings(placed, table)]
        flows.append((table, placed))
    raise_if_any(findings)
    raise_if_any(month_findings(flows))
    observed, copies = _observed(flows, file)
    across = "Germany and its Länder" if tables[0].by_land else "arrivals, departures and balance"
    return Reading(
        product=product,
        revision=tables[0].year,
        layout=f"one sheet a period, {across} across",
        tables={"FLOW_OBSERVED": observed},
        evidence=(*_evidence(flows, observed), *copies),
    )


def _product(tables: Sequence[Table], file: str) -> str:
    kinds = {(table.year, table.persons) for table in tables}
    if len(kinds) > 1:
        found = ", ".join(sorted(f"{year} {persons or 'all by citizenship'}" for year, persons in kinds))
        fact = f"the sheets are of several tables: {found}"
        raise DataError([Finding("revision-mixed", file, fact, "give each in its own file")])
    year, persons = kinds.pop()
    return f"destatis-{year}-{persons or 'grenzen'}"


def _placed(table: Table) -> tuple[pl.DataFrame, list[Finding]]:
    """Arrivals and departures of Germany by place, unknown places added up, with notes."""
    national = table.cells.filter(pl.col("LAND").is_null(), pl.col("DIRECTION") != "balance")
    noted = national.join(land_notes(table), on=["row", "DIRECTION"], how="left", validate="m:1")
    joined = pl.concat_str("NOTE", "LAENDER", separator="; ", ignore_nulls=True)
    noted = noted.with_columns(NOTE=pl.when(joined != "").then(joined))
    placed, findings = place_areas(
        noted, "NAME", into="PLACE", names=names_of("destatis"), place=table.sheet.place, label="Zielgebiet"
    )
    single, faults = one_row_each(
        placed.filter(pl.col("PLACE") != UNKNOWN_ORIGIN),
        _KEY,
        place=lambda rows: f"{table.sheet.place()}, rows {rows}",
    )
    unknown = placed.filter(pl.col("PLACE") == UNKNOWN_ORIGIN)
    flows = one_unknown(pl.concat([single, unknown]), "PLACE", key=_KEY, word="NAME")
    return flows, [*findings, *faults]


def _observed(flows: Sequence[tuple[Table, pl.DataFrame]], file: str) -> tuple[pl.DataFrame, list[str]]:
    """Months, quarters, half-years and years of all sheets, and which sheets say again what another one says."""
    parts = []
    for number, (table, placed) in enumerate(flows, 1):
        period = table.stretch.code(table.year)
        provisional = table.provisional & (pl.col("OBS_STATUS") == "A")
        status = pl.when(provisional).then(pl.lit("P")).otherwise("OBS_STATUS")
        parts.append(placed.with_columns(TIME_PERIOD=pl.lit(period), OBS_STATUS=status, row=pl.lit(number)))
    together = pl.concat(parts)
    single, repeated = one_row_each(together, [*_KEY, "TIME_PERIOD"], place=lambda n: f"{file}, sheets number {n}")
    raise_if_any(repeated)
    arrivals = pl.col("DIRECTION") == "in"
    table = flows[0][0]
    observed = single.select(
        ORIGIN=pl.when(arrivals).then("PLACE").otherwise(pl.lit(REPORTER)),
        DESTINATION=pl.when(arrivals).then(pl.lit(REPORTER)).otherwise("PLACE"),
        REPORTER=pl.lit(REPORTER),
        CRITERION=pl.lit("RESIDENCE"),
        COVERAGE="COVERAGE",
        SEX="SEX",
        AGE=pl.lit(TOTAL),
        TIME_PERIOD="TIME_PERIOD",
        SOURCE=pl.lit(f"destatis-{table.year}"),
        UNIT_MEASURE=pl.lit("PS"),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
        DURATION=pl.lit(DURATION),
        NOTE="NOTE",
    )
    copies = together.height - single.height
    return observed, [f"{copies} figures stand on two sheets and are the same"] if copies else []


def _evidence(flows: Sequence[tuple[Table, pl.DataFrame]], observed: pl.DataFrame) -> list[str]:
    table = flows[0][0]
    total = observed.filter(
        pl.col("ORIGIN") == WORLD, pl.col("SEX") == TOTAL, pl.col("TIME_PERIOD").str.contains(r"^\d{4}-\d\d$")
    ).sort("COVERAGE", "TIME_PERIOD", descending=[True, False])
    title = next(text for text in table.sheet.top() if text)
    found = [f"title: {' '.join(title.split())}; persons: {table.persons or 'all, Germans and non-Germans'}"]
    for coverage, period, value in total.select("COVERAGE", "TIME_PERIOD", "OBS_VALUE").head(1).iter_rows():
        found.append(f"arrivals of {period} ({coverage}): {value:,.0f}, the sum of all places" if value else period)
    years = sorted({one.copyright[-4:] for one, _ in flows if one.copyright})
    provisional = sum(one.provisional for one, _ in flows)
    found.append(
        f"{provisional} of {len(flows)} sheets are marked provisional, copyright {', '.join(years) or 'not stated'}: "
        "a release that corrects these months is another vintage of this product"
    )
    for one, _ in flows:
        if one.titled:
            found.append(
                f"sheet {one.sheet.name} is titled {one.titled.words(one.year)}; it holds the sums of the months of "
                f"{one.stretch.words(one.year)}"
            )
    return found
