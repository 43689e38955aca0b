"""What the tests of the readers share: workbooks and CSV files written here, with figures of our own invention."""

import io
from collections.abc import Callable, Mapping, Sequence

import pytest
import xlsxwriter

from corridors.collect import catalogue
from corridors.concepts.findings import DataError, Finding

Cells = Sequence[Sequence[object]]


@pytest.fixture(scope="session")
def workbook() -> Callable[[Mapping[str, Cells]], bytes]:
    """Writes sheets, each a list of rows; None leaves a cell empty."""

    def write(sheets: Mapping[str, Cells]) -> bytes:
        target = io.BytesIO()
        with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for i, row in enumerate(rows):
                    for j, value in enumerate(row):
                        if value is not None:
                            sheet.write(i, j, value)
        return target.getvalue()

    return write


@pytest.fixture(scope="session")
def findings_of() -> Callable[..., tuple[Finding, ...]]:
    """Findings of a file that cannot be read."""

    def read(source: str, raw: bytes, *, file: str = "given.csv") -> tuple[Finding, ...]:
        with pytest.raises(DataError) as caught:
            catalogue.read(source, raw, file=file)
        return caught.value.findings

    return read
