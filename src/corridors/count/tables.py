"""Arrivals, departures, net migration and residents by month, from classified crossings, with their bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from corridors.concepts.findings import Finding, raise_if_any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

_KEEPS = "name a column of the register, such as SEX"
_MONTH = pl.col("TIME_PERIOD").dt.strftime("%Y-%m")


def movements(crossings: pa.Table, *, by: Sequence[str] = ()) -> pl.DataFrame:
    """Long-term arrivals, departures and net migration of each month.

    Parameters
    ----------
    crossings
        As `corridors.count.crossings.classify` gives them.
    by
        Columns of the register that cut the table, such as SEX, AGE, CITIZENSHIP; each as it was at the crossing.

    Returns
    -------
    polars.DataFrame
        TIME_PERIOD (such as `2015-01`), the columns of `by`, MEASURE (`arrivals`, `departures`, `net`), OBS_VALUE, LOWER,
        UPPER, OBS_STATUS (`A`, or `P` while provisional). Events, not persons. The bounds of each cell hold for certain.
        These are figures about persons: they leave an office only through disclosure control.

    Examples
    --------
    >>> import datetime, pyarrow as pa
    >>> from corridors.count.crossings import classify
    >>> from corridors.count.rules import tw
    >>> crossings = pa.table({"PERSON": [1], "DAY": [datetime.date(2015, 1, 1)], "DIRECTION": ["A"]})
    >>> found = classify(crossings, rule=tw(), through=datetime.date(2015, 3, 31))
    >>> movements(found).select("TIME_PERIOD", "MEASURE", "OBS_VALUE", "LOWER", "UPPER").rows()[0]
    ('2015-01', 'arrivals', 1, 0, 1)
    """
    table = _read(crossings, by)
    keys = ["TIME_PERIOD", *by]
    flags = {"OBS_VALUE": "MIGRATION", "LOWER": "LOWER", "UPPER": "UPPER"}
    sums = [
        (pl.col(column) & (pl.col("DIRECTION") == letter)).sum().cast(pl.Int64).alias(f"{measure} {name}")
        for measure, letter in (("arrivals", "A"), ("departures", "D"))
        for name, column in flags.items()
    ]
    wide = table.group_by(keys).agg(*sums).with_columns(_MONTH)
    other = {"OBS_VALUE": "OBS_VALUE", "LOWER": "UPPER", "UPPER": "LOWER"}
    wide = wide.with_columns(
        (pl.col(f"arrivals {name}") - pl.col(f"departures {less}")).alias(f"net {name}") for name, less in other.items()
    )
    parts = [
        wide.select(*keys, MEASURE=pl.lit(measure), **{name: pl.col(f"{measure} {name}") for name in flags})
        for measure in ("arrivals", "departures", "net")
    ]
    status = pl.when(pl.col("LOWER") == pl.col("UPPER")).then(pl.lit("A")).otherwise(pl.lit("P"))
    return pl.concat(parts).with_columns(OBS_STATUS=status).sort(*keys, "MEASURE", nulls_last=True)


def residents(crossings: pa.Table, *, by: Sequence[str] = ()) -> pl.DataFrame:
    """Residents at the end of each month among the persons of the register, from its first month to its last.

    Parameters
    ----------
    crossings
        As `corridors.count.crossings.classify` gives them.
    by
        Columns that do not change within a person, such as SEX or BIRTHPLACE.

    Returns
    -------
    polars.DataFrame
        TIME_PERIOD, the columns of `by`, OBS_VALUE. Residents who never crossed are not in the register: add them. The
        difference of two months is net migration between them.

    Raises
    ------
    DataError
        A column of `by` is missing, or changes within a person.

    Examples
    --------
    >>> import datetime, pyarrow as pa
    >>> from corridors.count.crossings import classify
    >>> from corridors.count.rules import tw
    >>> days = [datetime.date(2015, 1, 9), datetime.date(2015, 3, 9)]
    >>> crossings = pa.table({"PERSON": [1, 2], "DAY": days, "DIRECTION": ["A", "A"]})
    >>> residents(classify(crossings, rule=tw(), through=datetime.date(2020, 1, 1))).rows()
    [('2015-01', 1), ('2015-02', 1), ('2015-03', 2)]
    """
    table = _read(crossings, by)
    raise_if_any(_changing(table, by))
    keys = list(by)
    signed = pl.when(pl.col("DIRECTION") == "A").then(1).otherwise(-1) * pl.col("MIGRATION").cast(pl.Int64)
    net = table.group_by("TIME_PERIOD", *keys).agg(CHANGE=signed.sum()).with_columns(_MONTH)
    new = (pl.col("PERSON") != pl.col("PERSON").shift()).fill_null(True)
    begun = table.filter(new).group_by(keys or pl.lit(0).alias("ALL")).agg(BEGUN=(pl.col("BEFORE") == "R").sum())
    months = table.select(first=pl.col("DAY").min().dt.month_start(), last=pl.col("DAY").max())
    if not table.height:
        return net.select("TIME_PERIOD", *keys, OBS_VALUE=pl.col("CHANGE"))
    every = pl.date_range(months["first"][0], months["last"][0], "1mo", eager=True).dt.strftime("%Y-%m")
    grid = begun.join(pl.DataFrame({"TIME_PERIOD": every}), how="cross")
    grid = grid.join(net, on=["TIME_PERIOD", *keys], how="left", validate="1:1", nulls_equal=True)
    grid = grid.sort(*keys, "TIME_PERIOD", nulls_last=True)
    running = pl.col("CHANGE").fill_null(0).cum_sum()
    total = pl.col("BEGUN").cast(pl.Int64) + (running.over(keys) if keys else running)
    return grid.select("TIME_PERIOD", *keys, OBS_VALUE=total).sort("TIME_PERIOD", *keys, nulls_last=True)


def _read(crossings: pa.Table, by: Sequence[str]) -> pl.DataFrame:
    needed = ("PERSON", "DAY", "DIRECTION", "BEFORE", "MIGRATION", "LOWER", "UPPER", *by)
    raise_if_any(
        Finding("column-missing", "classified crossings", f"no column {name}", _KEEPS)
        for name in needed
        if name not in crossings.column_names
    )
    table = pl.DataFrame(pl.from_arrow(crossings.select(list(dict.fromkeys(needed)))))
    return table.with_columns(TIME_PERIOD=pl.col("DAY").dt.month_start())


def _changing(table: pl.DataFrame, by: Sequence[str]) -> list[Finding]:
    same = (pl.col("PERSON") == pl.col("PERSON").shift()).fill_null(False)
    counts = {name: table.select((same & pl.col(name).ne_missing(pl.col(name).shift())).sum()).item() for name in by}
    return [
        Finding(
            "attribute-changing",
            f"classified crossings, column {name}",
            f"{count} crossings have another value than the person's crossing above",
            "cut residents by what does not change, such as sex or birthplace",
        )
        for name, count in counts.items()
        if count
    ]
