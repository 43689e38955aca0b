"""Tidy derivatives of Eurostat's flows: immigration by previous residence, and flows that both ends report."""

from __future__ import annotations

import polars as pl

from corridors.collect.cells import figures
from corridors.collect.columns import YEAR, cells_outside, one_row_each, place_in, require_columns
from corridors.collect.reading import Reading
from corridors.collect.sources.eurostat._codes import NAMES
from corridors.collect.sources.eurostat._dataset import known_flows
from corridors.collect.spellings import place_areas
from corridors.concepts.ages import TOTAL
from corridors.concepts.findings import DataError, Finding, raise_if_any

TOTALS = ("partner", "geo", "year", "value")
DOUBLE = ("Sending_iso3", "Receiving_iso3", "Year", "SEX", "Emig", "Immi")
#: Of each report of the double entry: who reports, and the columns of the authors' classes of undercount and accuracy.
_REPORTS = {"Emig": ("ORIGIN", "UE", "AE"), "Immi": ("DESTINATION", "UI", "AI")}


def read_totals(table: pl.DataFrame, file: str) -> Reading:
    """Immigration by previous residence, all ages and both sexes; published figures prove that it is immigration.

    Raises
    ------
    DataError
        No published figure is in the file, it is emigration, or cells cannot be read.
    """
    require_columns(table, TOTALS, file=file, wanted="immigration with partner, geo, year and value")
    place = place_in(file)
    evidence = _proof(table, file)
    findings = cells_outside(
        table, "year", pl.col("year").str.contains(YEAR), code="period-unreadable", mend="write a year", place=place
    )
    for column, into in (("partner", "ORIGIN"), ("geo", "DESTINATION")):
        table, unknown = place_areas(table, column, into=into, names=NAMES, place=place)
        findings += unknown
    cells, unreadable = figures(table.with_columns(column=pl.lit("value"), TEXT="value"), place=place)
    cells, torn = one_row_each(cells, ["ORIGIN", "DESTINATION", "year"], place=lambda rows: f"{file}, rows {rows}")
    raise_if_any([*findings, *unreadable, *torn])
    flows = cells.with_columns(REPORTER="DESTINATION", TIME_PERIOD="year", NOTE=pl.lit(None, dtype=pl.String))
    return Reading(
        product="eurostat-derived-imm5prv",
        revision="derived",
        layout="tidy derivative of migr_imm5prv, all ages and both sexes; flags are lost, OTHER is left out",
        tables={"FLOW_OBSERVED": _flows(flows, "eurostat-imm5prv-derived")},
        evidence=(f"heads of columns: {', '.join(TOTALS)}", *evidence),
    )


def _proof(table: pl.DataFrame, file: str) -> list[str]:
    wanted = pl.DataFrame(
        [(row["origin"], row["destination"], row["year"], row["received"]) for row in known_flows()],
        schema=["partner", "geo", "year", "received"],
        orient="row",
    )
    both = table.join(wanted, on=["partner", "geo", "year"], how="inner", maintain_order="left")
    same = pl.col("value").cast(pl.Float64, strict=False) == pl.col("received").cast(pl.Float64)
    agreeing = both.filter(same).select("partner", "geo", "year", "received").head(3).rows()
    if not agreeing:
        fact = "no published figure of immigration is in the file to prove what it counts"
        mend = "keep corridors of 2010 to 2014 that can be compared, such as Italy to Spain"
        raise DataError([Finding("table-ambiguous", file, fact, mend)])
    return [f"{origin} to {end} {year}: {value} received, as published" for origin, end, year, value in agreeing]


def read_double_entry(table: pl.DataFrame, file: str) -> Reading:
    """Each corridor as its sender and its receiver report it: two observations with different reporters."""
    require_columns(table, DOUBLE, file=file, wanted="flows reported twice, with Emig and Immi")
    place = place_in(file)
    findings = cells_outside(
        table, "Year", pl.col("Year").str.contains(YEAR), code="period-unreadable", mend="write a year", place=place
    )
    findings += cells_outside(
        table, "SEX", pl.col("SEX") == "Total", code="code-unknown", mend="keep the rows of Total", place=place
    )
    for column, into in (("Sending_iso3", "ORIGIN"), ("Receiving_iso3", "DESTINATION")):
        table, unknown = place_areas(table, column, into=into, names=NAMES, place=place)
        findings += unknown
    parts = []
    for column, (reporter, undercount, accuracy) in _REPORTS.items():
        cells, unreadable = figures(table.with_columns(column=pl.lit(column), TEXT=column), place=place)
        cells, torn = one_row_each(cells, ["ORIGIN", "DESTINATION", "Year"], place=lambda rows: f"{file}, rows {rows}")
        findings += [*unreadable, *torn]
        note = pl.concat_str(
            [
                pl.format("{} {}", pl.lit(word), pl.col(name).replace({"": None}).str.to_lowercase())
                for word, name in (("undercount", undercount), ("accuracy", accuracy))
                if name in table.columns
            ]
            or [pl.lit(None, dtype=pl.String)],
            separator="; ",
            ignore_nulls=True,
        )
        note = pl.when(note != "").then(note)
        parts.append(cells.with_columns(REPORTER=reporter, TIME_PERIOD="Year", NOTE=note))
    raise_if_any(findings)
    counts = ", ".join(f"{part.get_column('OBS_VALUE').count():,}" for part in parts)
    return Reading(
        product="eurostat-derived-double-entry",
        revision="derived",
        layout=f"one row a corridor and year with both reports; sent, received: {counts} figures",
        tables={"FLOW_OBSERVED": _flows(pl.concat(parts), "eurostat-double-entry")},
        evidence=(f"heads of columns: {', '.join(DOUBLE)}", "Emig is the sender's report, Immi the receiver's"),
    )


def _flows(cells: pl.DataFrame, source: str) -> pl.DataFrame:
    return cells.select(
        "ORIGIN",
        "DESTINATION",
        "REPORTER",
        CRITERION=pl.lit("RESIDENCE"),
        COVERAGE=pl.lit("_T"),
        SEX=pl.lit("_T"),
        AGE=pl.lit(TOTAL),
        TIME_PERIOD="TIME_PERIOD",
        SOURCE=pl.lit(source),
        UNIT_MEASURE=pl.lit("PS"),
        OBS_VALUE="OBS_VALUE",
        OBS_STATUS="OBS_STATUS",
        NOTE="NOTE",
    )
