"""SDMX-CSV of the OECD Data Explorer, with or without the columns of labels."""

from __future__ import annotations

import re

import polars as pl

from corridors.collect.columns import cells_outside, place_in, require_columns
from corridors.collect.reading import Reading
from corridors.collect.sources.oecd._tables import Cells, tables_of
from corridors.concepts.findings import DataError, Finding, raise_if_any

#: Column that names the dataflow: of SDMX-CSV 2.0, then of 1.0.
STRUCTURES = ("STRUCTURE_ID", "DATAFLOW")
_FLOW = re.compile(r"OECD\.ELS\.\w+:DSD_MIG(?:_F)?@DF_MIG(?:_POPF)?\((\d+\.\d+)\)")
_COLUMNS = ("REF_AREA", "CITIZENSHIP", "FREQ", "MEASURE", "SEX", "UNIT_MEASURE", "TIME_PERIOD", "OBS_VALUE")
_COUNTED = {"FREQ": "A", "BIRTH_PLACE": "_Z", "EDUCATION_LEV": "_Z", "UNIT_MEASURE": "PS"}


def is_sdmx(table: pl.DataFrame) -> bool:
    """Whether the file names a dataflow of the OECD."""
    column = next((name for name in STRUCTURES if name in table.columns), None)
    return column is not None and table.get_column(column).str.contains("OECD", literal=True).any()


def read_sdmx(table: pl.DataFrame, file: str) -> Reading:
    """Tables of the dataflow of migration; another dataflow of the OECD is refused."""
    structure = next(name for name in STRUCTURES if name in table.columns)
    named = table.get_column(structure).drop_nulls().unique().sort().to_list()
    flows = [_FLOW.fullmatch(name) for name in named]
    versions = {flow[1] for flow in flows if flow}
    if len(versions) != 1 or not all(flows):
        fact = f"the dataflow is {', '.join(named[:4])}"
        wanted = "wanted is OECD.ELS.IMD:DSD_MIG@DF_MIG, the International Migration Database"
        raise DataError([Finding("table-wrong", f"{file}, column {structure}", fact, wanted)])
    version = versions.pop()
    if version != "1.0":
        fact = f"version {version} of the dataflow"
        raise DataError([Finding("revision-unknown", f"{file}, column {structure}", fact, "give version 1.0")])
    require_columns(table, _COLUMNS, file=file, wanted="the International Migration Database as SDMX-CSV")
    _require_counts(table, file)
    tables, left_out = tables_of(_cells(table, file))
    measures = ", ".join(table.get_column("MEASURE").unique().sort())
    labelled = "with" if "Reference area" in table.columns else "without"
    layout = "; ".join([f"SDMX-CSV {labelled} labels, measures {measures}", *left_out])
    return Reading(
        product="oecd-1.0-mig",
        revision="1.0",
        layout=layout,
        tables=tables,
        evidence=(f"column {structure} says {named[0]}", f"heads of columns: {', '.join(_COLUMNS)}"),
    )


def _require_counts(table: pl.DataFrame, file: str) -> None:
    """Refuse rows that are no annual counts of persons; whole rates and other breakdowns share the structure."""
    findings = []
    for column, wanted in _COUNTED.items():
        if column in table.columns:
            mend = f"keep the rows with {column} {wanted}"
            allowed = pl.col(column) == wanted
            findings += cells_outside(table, column, allowed, code="code-unknown", mend=mend, place=place_in(file))
    if "UNIT_MULT" in table.columns:
        power = pl.col("UNIT_MULT").fill_null("0").is_in([str(n) for n in range(10)])
        mend = "write the power of ten, 0 to 9"
        findings += cells_outside(table, "UNIT_MULT", power, code="code-unknown", mend=mend, place=place_in(file))
    raise_if_any(findings)


def _cells(table: pl.DataFrame, file: str) -> Cells:
    names = table.columns
    nothing = pl.lit(None, dtype=pl.String)
    power = pl.col("UNIT_MULT").fill_null("0").cast(pl.Int64) if "UNIT_MULT" in names else pl.lit(0)
    cells = table.select(
        "row",
        "MEASURE",
        "REF_AREA",
        "SEX",
        column=pl.lit("OBS_VALUE"),
        OTHER="CITIZENSHIP",
        YEAR="TIME_PERIOD",
        TEXT="OBS_VALUE",
        FLAG=pl.col("OBS_STATUS") if "OBS_STATUS" in names else nothing,
        WORDS=pl.col("Observation status") if "Observation status" in names else nothing,
        FACTOR=pl.lit(10.0).pow(power),
    )
    columns = {
        "MEASURE": "MEASURE",
        "REF_AREA": "REF_AREA",
        "OTHER": "CITIZENSHIP",
        "SEX": "SEX",
        "YEAR": "TIME_PERIOD",
        "FLAG": "OBS_STATUS",
    }
    return Cells(cells, columns, source="oecd-mig-1.0", place=place_in(file), file=file)
