"""Metadata of European migration statistics, in five tables recognised by the heads of their columns.

Rules of duration lie in two files with one header: a rule belongs to the country that counts, so in the file of
immigration it hardly varies over origins, and in the file of emigration hardly over destinations. That tells them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from corridors.collect.columns import another_table, open_only_csv
from corridors.collect.reading import Reading
from corridors.collect.sources.migmeta import _duration, _undercount
from corridors.concepts.findings import DataError

if TYPE_CHECKING:
    import polars as pl

_READERS: Mapping[str, Callable[[pl.DataFrame, str], Reading]] = {
    "Undercount.imm.IMEM": _undercount.imem,
    "class": _undercount.quantmig,
    "time limit": _undercount.registration,
    "SO corr.": _undercount.deregistration,
    "origin2": _duration.read_duration,
}
_WANTED = (
    "rules of duration (origin2, dest2, year, value), undercount by IMEM (Country, Undercount.imm.IMEM, "
    "Undercount.emi.IMEM) or QuantMig (Country, score, class), duties to register (iso2, obligation, time limit, score) "
    "or to deregister (iso2, obligation, obl. 3rdcn, monit. 3rdcn, SO corr.)"
)


def read(raw: bytes, *, file: str) -> Reading:
    """INDICATOR of one table.

    Parameters
    ----------
    raw
        CSV.
    file
        What findings call it.

    Raises
    ------
    DataError
        The file is none of the five tables, or cells cannot be read.
    """
    table = open_only_csv(raw, file=file, wanted=_WANTED)
    for column, reader in _READERS.items():
        if column in table.columns:
            return reader(table, file)
    raise DataError([another_table(table, file=file, wanted=_WANTED)])
