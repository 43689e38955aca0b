"""Internal displacement in three layouts, recognised by their columns.

Persons displaced by conflict and violence as UNHCR hosts them (a table of the R package `refugees`, or the population
API's CSV or JSON under the same names), and two tidy derivatives: internal displacements by cause and year, and persons
displaced by cause, sex and age. Displacements are movements: one person may be displaced several times in a year.
"""

from __future__ import annotations

import polars as pl

from corridors.collect.answers import is_json, open_answer
from corridors.collect.cards import card
from corridors.collect.cells import open_csv
from corridors.collect.columns import another_table, place_in
from corridors.collect.reading import Reading
from corridors.collect.sources.idmc._hosted import COLUMNS, read_hosted
from corridors.collect.sources.idmc._tables import Source
from corridors.collect.sources.idmc._tidy import FLOWS, STOCKS, read_flows, read_stocks
from corridors.collect.unpacking import is_workbook
from corridors.concepts.ages import TOTAL
from corridors.concepts.findings import DataError, Finding, raise_if_any

WANTED = (
    f"UNHCR's copy of the displaced by conflict ({', '.join(COLUMNS)}), displacements by cause ({', '.join(FLOWS)}), "
    f"or the displaced by cause, sex and age ({', '.join(STOCKS)})"
)
#: Revision that the published world figures of a table belong to.
REVISIONS = {"conflict": "2025", "stocks": "2024", "flows": "2023"}
CURRENT = "current"
#: What stands beside the columns of UNHCR's copy.
_BESIDE = {"row", "coo", "coa", "coo_name", "coa_name", "coo_id", "coa_id"}


def read(raw: bytes, *, file: str) -> Reading:
    """DISPLACED of one file.

    Parameters
    ----------
    raw
        CSV or JSON, not compressed.
    file
        What findings call it.

    Raises
    ------
    DataError
        Everything that kept the file from being read, each with its row and column.
    """
    if is_workbook(raw):
        raise DataError([Finding("table-wrong", file, "it is a workbook", f"wanted is {WANTED}")])
    answer = is_json(raw)
    opened = open_answer(raw, file=file, wanted=WANTED) if answer else open_csv(raw, file=file)
    place = (lambda row, key: f"{file}, item {row}, key {key}") if answer else place_in(file)
    source = Source(opened, file, place)
    table = _table(source)
    observed, findings = {"conflict": read_hosted, "stocks": read_stocks, "flows": read_flows}[table](source)
    raise_if_any(findings)
    revision, proof = _revision(observed, table)
    product = f"idmc-{revision}-{table}"
    layout = {
        "conflict": "UNHCR's copy, one total a country and year" + (", JSON answer" if answer else ""),
        "stocks": "tidy derivative by cause, sex and age",
        "flows": "tidy derivative by cause and year",
    }[table]
    heads = ", ".join(name for name in opened.columns if name != "row")
    return Reading(
        product=product,
        revision=revision,
        layout=layout,
        tables={"DISPLACED": observed.with_columns(SOURCE=pl.lit(product))},
        evidence=(f"heads of columns: {heads}", proof),
    )


def _table(source: Source) -> str:
    """Which table a file is, by its columns."""
    columns = set(source.table.columns)
    wanted = {"conflict": COLUMNS, "stocks": STOCKS, "flows": FLOWS}
    for table, names in wanted.items():
        extra = columns - set(names) - (_BESIDE if table == "conflict" else {"row"})
        if set(names) <= columns and not extra:
            if not source.table.height:
                raise DataError([Finding("table-wrong", source.file, "the table holds no row", f"wanted is {WANTED}")])
            return table
    near = [table for table, names in wanted.items() if len(columns & set(names)) == len(names) - 1]
    if near and not columns - set(wanted[near[0]]) - _BESIDE:
        missing = next(name for name in wanted[near[0]] if name not in columns)
        raise DataError([Finding("column-missing", source.file, f"no column {missing}", f"add {missing}")])
    raise DataError([another_table(source.table, file=source.file, wanted=WANTED)])


def _revision(observed: pl.DataFrame, table: str) -> tuple[str, str]:
    """The revision whose published world figure the file holds, or none, and why."""
    check = next(one for one in card("idmc").checks if one.revision == REVISIONS[table])
    rows = observed.filter(
        pl.col("MEASURE") == check.measure,
        pl.col("TIME_PERIOD") == check.period,
        pl.col("SEX") == TOTAL,
        pl.col("AGE") == TOTAL,
    )
    total = float(rows.get_column("OBS_VALUE").sum())
    said = f"world total of {check.measure.lower()} at {check.period} is {total:,.0f}"
    if rows.height and total == check.value:
        return check.revision, said
    return CURRENT, f"{said}, that of the {check.revision} release is {check.value:,.0f}"
