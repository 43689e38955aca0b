"""Files of OECD.Stat, which closed in 2024: its own CSV export, and a tidy derivative of the inflows."""

from __future__ import annotations

import polars as pl

from corridors.collect.columns import place_in, require_columns
from corridors.collect.reading import Reading
from corridors.collect.sources.oecd._tables import Cells, tables_of
from corridors.concepts.findings import DataError, Finding

EXPORT = ("CO2", "VAR", "GEN", "COU", "Year", "Value")
DERIVED = ("Origin", "Destination", "Year", "Value")
#: OECD.Stat's flags whose letter means something else in SDMX: its I is "incomplete data".
_OWN_FLAGS = {"I": "D"}
#: Published inflows by nationality, in persons: nothing else in the derivative says what it counts.
KNOWN = {
    ("ROU", "ITA", "2007"): 271443,
    ("POL", "DEU", "2006"): 151743,
    ("POL", "DEU", "2004"): 125042,
    ("ROU", "ESP", "2007"): 197642,
    ("ECU", "ESP", "2000"): 91141,
    ("MAR", "ESP", "2007"): 84978,
}


def read_export(table: pl.DataFrame, file: str) -> Reading:
    """Tables of OECD.Stat's export of the dataset MIG."""
    require_columns(table, EXPORT, file=file, wanted="the CSV export of the dataset MIG")
    nothing = pl.lit(None, dtype=pl.String)
    flagged = "Flag Codes" in table.columns
    cells = table.select(
        "row",
        column=pl.lit("Value"),
        MEASURE="VAR",
        REF_AREA="COU",
        OTHER="CO2",
        SEX="GEN",
        YEAR="Year",
        TEXT="Value",
        FLAG=pl.col("Flag Codes").replace(_OWN_FLAGS) if flagged else nothing,
        WORDS=pl.col("Flags") if "Flags" in table.columns else nothing,
        FACTOR=pl.lit(1.0),
    )
    columns = {"MEASURE": "VAR", "REF_AREA": "COU", "OTHER": "CO2", "SEX": "GEN", "YEAR": "Year", "FLAG": "Flag Codes"}
    tables, left_out = tables_of(Cells(cells, columns, source="oecd-mig-stat", place=place_in(file), file=file))
    measures = ", ".join(table.get_column("VAR").unique().sort())
    return Reading(
        product="oecd-stat-mig",
        revision="OECD.Stat",
        layout="; ".join([f"CSV export of OECD.Stat, variables {measures}", *left_out]),
        tables=tables,
        evidence=(f"heads of columns: {', '.join(EXPORT)}", f"column VAR says {measures}"),
    )


def read_derived(table: pl.DataFrame, file: str) -> Reading:
    """Inflows by nationality: published figures of large corridors prove that this is what the file counts.

    Raises
    ------
    DataError
        No published figure is in the file, or one of them differs.
    """
    require_columns(table, DERIVED, file=file, wanted="inflows by nationality with Origin, Destination, Year, Value")
    evidence = _proof(table, file)
    cells = table.select(
        "row",
        column=pl.lit("Value"),
        MEASURE=pl.lit("B11"),
        REF_AREA="Destination",
        OTHER="Origin",
        SEX=pl.lit("_T"),
        YEAR="Year",
        TEXT="Value",
        FLAG=pl.lit(None, dtype=pl.String),
        WORDS=pl.lit(None, dtype=pl.String),
        FACTOR=pl.lit(1.0),
    )
    columns = {"REF_AREA": "Destination", "OTHER": "Origin", "YEAR": "Year", "MEASURE": "", "SEX": "", "FLAG": ""}
    tables, _ = tables_of(Cells(cells, columns, source="oecd-mig-stat", place=place_in(file), file=file))
    return Reading(
        product="oecd-stat-inflows",
        revision="OECD.Stat",
        layout="tidy derivative, one row a nationality, country and year; the publisher's flags are lost",
        tables=tables,
        evidence=(f"heads of columns: {', '.join(DERIVED)}", *evidence),
    )


def _proof(table: pl.DataFrame, file: str) -> list[str]:
    wanted = pl.DataFrame(
        [(*corridor, float(value)) for corridor, value in KNOWN.items()],
        schema=["Origin", "Destination", "Year", "KNOWN"],
        orient="row",
    )
    both = table.join(wanted, on=["Origin", "Destination", "Year"], how="inner", maintain_order="left")
    agrees = (pl.col("Value").cast(pl.Float64, strict=False) == pl.col("KNOWN")).fill_null(value=False)
    wrong = both.filter(~agrees).select("Origin", "Destination", "Year", "Value").rows()
    if both.is_empty() or wrong:
        known = "; ".join(f"{o} to {d} {year}: {value:,}" for (o, d, year), value in KNOWN.items())
        seen = "; ".join(f"{o} to {d} {year}: {text}" for o, d, year, text in wrong)
        fact = (
            f"published inflows differ: {seen}"
            if wrong
            else "no published inflow is in the file to prove what it counts"
        )
        raise DataError([Finding("table-ambiguous", file, fact, f"keep the corridors that can be compared: {known}")])
    shown = both.select("Origin", "Destination", "Year", "KNOWN").head(3).iter_rows()
    return [f"inflow {o} to {d} {year} is {value:,.0f}, as published" for o, d, year, value in shown]
