"""The Fragile States Index: recognised, so that it is refused with the reason."""

from __future__ import annotations

from corridors.collect.cells import open_csv
from corridors.collect.columns import another_table
from corridors.collect.reading import Reading
from corridors.concepts.findings import DataError, Finding

_COLUMNS = {"geo", "t", "rank", "total", "code", "indicator", "v"}
_WANTED = "the Fragile States Index, which is only recognised: its licence is closed"


def read(raw: bytes, *, file: str) -> Reading:
    """Nothing: the index is refused.

    Parameters
    ----------
    raw
        CSV, not compressed.
    file
        What findings call it.

    Raises
    ------
    DataError
        Always: the licence is closed, or the file is another one.
    """
    table = open_csv(raw, file=file)
    if not set(table.columns) >= _COLUMNS:
        raise DataError([another_table(table, file=file, wanted=_WANTED)])
    fact = (
        "the Fragile States Index of the Fund for Peace (columns rank, total, indicator): free for non-commercial use only, "
        "so its figures may not be published again"
    )
    mend = "use the liberal democracy index (vdem) or political stability of the World Bank (worldbank)"
    raise DataError([Finding("licence-closed", file, fact, mend)])
