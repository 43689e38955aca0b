"""The World Bank's files on migration, remittances, development and income, recognised by their content.

Bilateral stocks of 1960 to 2000 by sex; the matrices of stocks and of remittances of 2017, of which one has the other's
rows as columns; prices of remittances; World Development Indicators as download, as answer in JSON, as export of
DataBank and as two tidy derivatives; income groups of all years and of one.
"""

from __future__ import annotations

from collections.abc import Sequence

from corridors.collect.answers import is_json
from corridors.collect.cells import Sheet, fold_label, open_workbook
from corridors.collect.columns import another_table
from corridors.collect.reading import Reading
from corridors.collect.sources.worldbank import _api, _databank, _derived, _download, _gbmd, _income, _matrix
from corridors.collect.unpacking import is_workbook
from corridors.concepts.findings import DataError, Finding

WANTED = (
    "bilateral stocks of 1960 to 2000, a matrix of stocks or remittances of 2017, an export of DataBank, a download or an "
    "answer in JSON of World Development Indicators, or income groups"
)


def read(raw: bytes, *, file: str) -> Reading:
    """Tidy tables of one file of the World Bank.

    Parameters
    ----------
    raw
        Workbook, CSV or JSON, not compressed.
    file
        What findings call it.

    Raises
    ------
    DataError
        Everything that kept the file from being read, each with its sheet, row and column.
    """
    if is_workbook(raw):
        return _read_workbook(open_workbook(raw, file=file), file=file)
    if is_json(raw):
        return _api.read_api(raw, file=file)
    return _read_csv(raw, file=file)


def _read_csv(raw: bytes, *, file: str) -> Reading:
    table, updated = _download.open_below_preamble(raw, file=file)
    if _download.is_download(table):
        return _download.read_download(table, updated=updated, file=file)
    if _gbmd.is_tidy(table):
        return _gbmd.read_tidy(table, file=file)
    if _derived.is_long(table):
        return _derived.read_long(table, file=file)
    if _derived.is_filled(table):
        return _derived.read_filled(table, file=file)
    export = _databank.export_of_csv(table, file=file)
    if export is None:
        raise DataError([another_table(table, file=file, wanted=WANTED)])
    return _read_export(export, layout="export of DataBank as CSV")


def _read_export(export: _databank.Export, *, layout: str) -> Reading:
    if _gbmd.is_export(export):
        return _gbmd.read_gbmd_export(export, layout=layout)
    return _databank.read_export(export, layout=layout)


def _read_workbook(sheets: Sequence[Sheet], *, file: str) -> Reading:
    matrices = _matrix.titled(sheets)
    by_year = _income.by_year_sheets(sheets)
    lists = _income.list_sheets(sheets)
    exports = [export for sheet in sheets if (export := _databank.export_of_sheet(sheet)) and len(export.labels) > 1]
    fitting = [
        *(sheet.name for sheet, *_ in matrices),
        *(sheet.name for sheet in by_year),
        *(sheet.name for sheet, _ in lists),
        *(export.file for export in exports),
    ]
    if len(fitting) > 1:
        fact = f"several sheets could be the table: {', '.join(fitting)}"
        raise DataError([Finding("table-ambiguous", file, fact, "keep the one to read in a workbook of its own")])
    for sheet, table, year in matrices:
        return _matrix.read_matrix(sheet, table=table, year=year)
    for sheet in by_year:
        return _income.read_by_year(sheet)
    for sheet, header in lists:
        return _income.read_list(sheet, header, notes=_notes(sheets, beside=sheet))
    for export in exports:
        return _read_export(export, layout="export of DataBank as workbook")
    titles = [text for sheet in sheets for text in sheet.top(2)][:2]
    fact = f"it seems to be: {'; '.join(titles)[:200] or 'a workbook without text'}"
    raise DataError([Finding("table-wrong", file, fact, f"wanted is one of: {WANTED}")])


def _notes(sheets: Sequence[Sheet], *, beside: Sheet) -> list[str]:
    """Texts of the sheets of notes, and of the list's own last column where notes stand beside it."""
    named = [sheet for sheet in sheets if sheet is not beside and "note" in fold_label(sheet.name)]
    return [text for sheet in named for row in sheet.cells.iter_rows() for text in row if text]
