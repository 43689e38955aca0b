"""International Migration Flows to and from Selected Countries, the 2015 revision: one workbook a reporting country.

A workbook holds, for each criterion (citizenship, residence, place of birth), one sheet by country and one by region.
Title rows name revision, reporting country and criterion; where a sheet has lost them, its own name and the other
sheets of the workbook say the same. Years are calendar years or the office's own, which the workbook does not tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from corridors.collect.cells import open_workbook
from corridors.collect.columns import one_row_each
from corridors.collect.reading import Reading
from corridors.collect.sources.unflows._sheet import flows_of
from corridors.collect.sources.unflows._titles import WANTED, reporter_of, revision_of, titled
from corridors.collect.unpacking import is_workbook
from corridors.concepts.findings import DataError, Finding, raise_if_any

if TYPE_CHECKING:
    import polars as pl


def read(raw: bytes, *, file: str) -> Reading:
    """FLOW_OBSERVED of one reporting country.

    Parameters
    ----------
    raw
        Workbook.
    file
        What findings call it.

    Raises
    ------
    DataError
        The workbook is another one, does not say whose flows it holds, or has cells that cannot be read.
    """
    if not is_workbook(raw):
        raise DataError([Finding("table-wrong", file, "no workbook", f"wanted is {WANTED}")])
    sheets = open_workbook(raw, file=file)
    revision = revision_of(sheets, file=file)
    with_titles = titled(sheets, file=file)
    reporter = reporter_of(with_titles, file=file)
    tables, findings = [], []
    for one in with_titles:
        table, found = flows_of(one, reporter=reporter, source=f"unflows-{revision}")
        tables.append(table)
        findings += found
    flows, torn = _together(tables, file=file)
    raise_if_any([*findings, *torn])
    criteria = sorted({one.criterion for one in with_titles})
    kinds = ", ".join(f"{one.sheet.name} (head in row {one.header.row})" for one in with_titles)
    return Reading(
        product=f"unflows-{revision}-{reporter.lower()}",
        revision=revision,
        layout=f"workbook of one reporting country, by {' and '.join(criteria).lower()}: {kinds}",
        tables={"FLOW_OBSERVED": flows},
        evidence=(
            f"title: International Migration Flows to and from Selected Countries: The {revision} Revision",
            *(f"sheet {one.sheet.name}: {one.said}" for one in with_titles[:4]),
        ),
    )


def _together(tables: Sequence[pl.DataFrame], *, file: str) -> tuple[pl.DataFrame, list[Finding]]:
    """Flows of all sheets: those by country and by region share the rows of unknown origin and the totals.

    A cell that one sheet leaves blank gives way to the figure of the other; two figures are a finding.
    """
    import polars as pl

    flows = pl.concat(tables)
    key = [name for name in flows.columns if name not in ("row", "OBS_VALUE", "OBS_STATUS")]
    known, torn = one_row_each(
        flows.drop_nulls("OBS_VALUE"), key, place=lambda rows: f"{file}, sheets by country and by region, rows {rows}"
    )
    unknown = flows.filter(pl.col("OBS_VALUE").is_null()).unique(key, keep="first", maintain_order=True)
    return pl.concat([known, unknown.join(known, on=key, how="anti")]).drop("row"), torn
