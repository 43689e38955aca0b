"""What a figure counts by: criterion, coverage and duration, in one vocabulary for stocks and flows of every source.

Stocks say it with the code lists CRITERION and COVERAGE, as flows do; the letters of BASIS stay beside them, because they
say more: whether refugees were added and whether the source filled the figure for want of data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl

Criterion = Literal["BIRTH", "CITIZENSHIP", "MIXED"]
#: Whom a stock covers by citizenship, given its criterion; where the criterion is mixed nobody can say.
_COVERED = {"BIRTH": "_T", "CITIZENSHIP": "FOREIGNERS"}


def stock_definitions(stock: pl.DataFrame, *, otherwise: Criterion | None = None) -> pl.DataFrame:
    """A stock with CRITERION and COVERAGE, read off its letters of BASIS; columns it has already stay as they are.

    `B` is birth, `C` citizenship, both together are mixed. Letters that name neither (`I` alone: imputed, no data on either)
    leave the criterion blank.

    Parameters
    ----------
    stock
        Table of STOCK, with or without BASIS.
    otherwise
        Criterion of rows without letters, for example of regions, whose countries count by one or the other; None where
        the source does not say it.

    Examples
    --------
    >>> import polars as pl
    >>> stock = pl.DataFrame({"BASIS": ["B", "CR", "BC", "I", None]})
    >>> stock_definitions(stock, otherwise="MIXED")["CRITERION"].to_list()
    ['BIRTH', 'CITIZENSHIP', 'MIXED', None, 'MIXED']
    """
    import polars as pl

    basis = pl.col("BASIS") if "BASIS" in stock.columns else pl.lit(None, dtype=pl.String)
    birth, citizenship = (basis.str.contains(letter) for letter in "BC")
    criterion = (
        pl.when(basis.is_null())
        .then(pl.lit(otherwise, dtype=pl.String))
        .when(birth & citizenship)
        .then(pl.lit("MIXED"))
        .when(birth)
        .then(pl.lit("BIRTH"))
        .when(citizenship)
        .then(pl.lit("CITIZENSHIP"))
    )
    if "CRITERION" not in stock.columns:
        stock = stock.with_columns(CRITERION=criterion)
    if "COVERAGE" in stock.columns:
        return stock
    coverage = pl.col("CRITERION").replace_strict(_COVERED, default=None, return_dtype=pl.String)
    return stock.with_columns(COVERAGE=coverage)
