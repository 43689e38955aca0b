"""Flows by birthplace, one birthplace at a time: the cube of all of them is never built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from corridors.concepts.findings import Finding, raise_if_any
from corridors.estimate.flows import METHODS, FlowEstimate, MethodName
from corridors.estimate.world import each_estimate
from corridors.harmonise.accounts import Account, Unknown, accounts

#: Columns of the rows, in their order.
COLUMNS = (
    "BIRTHPLACE", "ORIGIN", "DESTINATION", "SEX", "TIME_PERIOD", "METHOD", "UNIT_MEASURE", "OBS_VALUE", "OBS_STATUS", "SOURCE",
)  # fmt: skip


def birthplace_flows(
    tables: Mapping[str, pl.DataFrame],
    *,
    methods: Sequence[MethodName] = ("min-closed", "pb-closed"),
    sexes: Sequence[str] | None = None,
    unknown: Unknown = "native",
) -> Iterator[pl.DataFrame]:
    """Flows by birthplace of every period, sex and method: a table for each birthplace from which anybody moved.

    Corridors with nobody are left out, and nothing else: over birthplaces the rows sum to the flows of
    `corridors.estimate.world.estimate_world`. At any time one account and the rows of one birthplace are held.

    Parameters
    ----------
    tables
        Tidy tables by dataflow, as `estimate_world` takes them.
    methods
        Codes of `corridors.estimate.flows.METHODS`: those that make an account.
    sexes
        Codes of SEX; by default all for which there is an account.
    unknown
        What persons of unknown origin are, as `corridors.harmonise.accounts.accounts` takes it.

    Yields
    ------
    polars.DataFrame
        Columns `COLUMNS`; persons above zero.

    Raises
    ------
    ValueError
        A choice is none of those allowed, or a method does not say where those who moved were born.
    DataError
        All that keeps an account from being made or closed; raised after the rows of the accounts before it.

    Examples
    --------
    >>> next(birthplace_flows({}, methods=["mig-rate"]))
    Traceback (most recent call last):
    ValueError: mig-rate does not say where those who moved were born; there are min-closed, min-open, min-open-dr, \
ind-closed, ind-open-dr, pb-closed
    """
    strangers = [method for method in methods if method not in METHODS]
    if strangers:
        raise ValueError(
            f"{', '.join(strangers)} does not say where those who moved were born; there are {', '.join(METHODS)}"
        )
    found = accounts(tables, sexes=sexes, unknown=unknown)
    source = f"corridors from {' and '.join(dict.fromkeys((found.stock_source, found.population_source)))}"
    findings: list[Finding] = []
    for account, made in each_estimate(found.accounts, methods=methods):
        if isinstance(made, list):
            findings += made
        # After a fault nothing will be kept: the accounts that follow are only looked at for theirs.
        elif not findings:
            yield from rows_by_birthplace(made, account=account, source=source)
    raise_if_any(dict.fromkeys(findings))


def rows_by_birthplace(estimate: FlowEstimate, *, account: Account, source: str) -> Iterator[pl.DataFrame]:
    """Flows of one estimate: a table for each birthplace from which anybody moved.

    Parameters
    ----------
    estimate
        Of a method that makes an account.
    account
        The account it was made from: its period and sex.
    source
        What SOURCE says.
    """
    codes = [str(code) for code in estimate.flow["origin"].values]
    places = [str(code) for code in estimate.start["birthplace"].values]
    areas = pl.Series(codes)
    for place in places:
        cells = estimate.of_birthplace(place).values
        origin, destination = np.nonzero(cells > 0)
        if not origin.size:
            continue
        yield pl.DataFrame(
            {
                "ORIGIN": areas.gather(origin),
                "DESTINATION": areas.gather(destination),
                "OBS_VALUE": cells[origin, destination],
            }
        ).select(
            pl.lit(place).alias("BIRTHPLACE"),
            "ORIGIN",
            "DESTINATION",
            SEX=pl.lit(account.sex),
            TIME_PERIOD=pl.lit(account.period.code),
            METHOD=pl.lit(estimate.method),
            UNIT_MEASURE=pl.lit("PS"),
            OBS_VALUE="OBS_VALUE",
            OBS_STATUS=pl.lit("E"),
            SOURCE=pl.lit(source),
        )
