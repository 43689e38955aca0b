"""The United Nations international migrant stock: four revisions, five layouts, recognised by their content.

Layouts: the wide bilateral workbooks of 2015 and 2019 (origins across), the long bilateral workbooks of 2020 and 2024,
the workbooks by sex and destination of 2019, 2020 and 2024 (with population, shares, growth and refugees), those by age,
sex and destination of 2019 and 2020, and a tidy CSV derivative, `dest,t,orig,sex,n,type_b,type_c,type_r,type_i`, with
ISO 3166 codes and one row for each destination, year, origin and sex.
"""

from __future__ import annotations

from corridors.collect.cells import open_csv, open_workbook
from corridors.collect.reading import Reading
from corridors.collect.sources.undesa._tidy import read_tidy
from corridors.collect.sources.undesa._workbook import read_workbook
from corridors.collect.unpacking import is_workbook


def read(raw: bytes, *, file: str) -> Reading:
    """Tidy tables of one file of the international migrant stock.

    Parameters
    ----------
    raw
        Workbook or CSV, not compressed.
    file
        What findings call it.

    Raises
    ------
    DataError
        Everything that kept the file from being read, each with its sheet, row and column.
    """
    if is_workbook(raw):
        return read_workbook(open_workbook(raw, file=file), file=file)
    return read_tidy(open_csv(raw, file=file), file=file)
