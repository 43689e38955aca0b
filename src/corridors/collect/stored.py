"""Tables of the store as the checks of quality take them, and what every check asks of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridors.concepts.ages import TOTAL

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Stored:
    """A table of the store: its dataflow, the product it is of, and its rows."""

    dataflow: str
    product: str
    table: pl.DataFrame

    def place(self, detail: str) -> str:
        """What findings call a part of the table."""
        return f"{self.product}, {self.dataflow}, {detail}"


def counted() -> pl.Expr:
    """Rows with a figure."""
    import polars as pl

    return pl.col("OBS_VALUE").is_not_null()


def whole(table: pl.DataFrame) -> pl.DataFrame:
    """Rows with a figure of both sexes and all ages."""
    import polars as pl

    there = [name for name in ("SEX", "AGE") if name in table.columns]
    return table.filter(counted(), *(pl.col(name).fill_null(TOTAL) == TOTAL for name in there))


def where(row: Mapping[str, object], key: Sequence[str]) -> str:
    """A row by its key, without its source and without what is a total.

    Examples
    --------
    >>> where({"AREA": "FRA", "SEX": "_T", "TIME_PERIOD": "2020"}, ["AREA", "SEX", "TIME_PERIOD"])
    'AREA FRA, TIME_PERIOD 2020'
    """
    return ", ".join(f"{name} {row[name]}" for name in key if name != "SOURCE" and row[name] not in (None, TOTAL))
