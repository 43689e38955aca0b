"""Flows of what was collected, in more detail than a report has room for: by birthplace, by year, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.store.disk import whole_or_nothing, write_file
from corridors.store.vintages import Store
from corridors.workflow import sources
from corridors.workflow.estimate import INPUTS
from corridors.workflow.table_files import require_form, table_bytes

if TYPE_CHECKING:
    import polars as pl

    from corridors.estimate.flows import MethodName
    from corridors.estimate.uncertainty import DrawnMethod, FlowDraws
    from corridors.harmonise.accounts import Account

_NOTES = 10


@dataclass(frozen=True, slots=True)
class FlowsWritten:
    """Files of flows, and what to know when reading them.

    Parameters
    ----------
    files
        What was written.
    notes
        Sentences on the figures.
    """

    files: tuple[Path, ...]
    notes: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([*self.notes, *map(str, self.files)])

    def as_dict(self) -> dict[str, object]:
        """The same for machines."""
        return {"files": [str(path) for path in self.files], "notes": list(self.notes)}


def write_by_birthplace(
    store: Path, *, out: Path, methods: Sequence[MethodName], revision: str | None = None
) -> FlowsWritten:
    """Write flows by birthplace of every period, sex and method as one Parquet file.

    Raises
    ------
    ValueError
        No stock of that revision was collected, or a method is none of those allowed.
    DataError
        Something to be collected first is missing, or an account cannot be closed; nothing was written.
    Unavailable
        The disk refused; nothing was written.
    """
    from corridors.workflow.birthplaces import write_birthplace_flows

    written = write_birthplace_flows(_tables(store, revision), out=out, methods=methods)
    return FlowsWritten((out,), (f"{written.rows:,} rows, {written.persons:,.0f} persons",))


def write_by_year(
    store: Path, *, out: Path, methods: Sequence[MethodName], revision: str | None = None
) -> FlowsWritten:
    """Write flows by year, every period split with annual net migration as its anchor, as CSV or Parquet.

    Raises
    ------
    ValueError, DataError, Unavailable
        As for `write_by_birthplace`; or the file's name ends neither in .csv nor in .parquet.
    """
    from corridors.estimate.annual_tables import annual_table
    from corridors.estimate.world import estimate_world

    require_form(out)
    tables = _tables(store, revision)
    made = estimate_world(tables, methods=methods, sexes=["_T"])
    split = annual_table(made.flow, tables["NET_MIGRATION"])
    with whole_or_nothing(str(out)):
        write_file(out, table_bytes(split.flow, path=out))
    return FlowsWritten((out,), tuple(map(str, split.departures[:_NOTES])))


def write_intervals(  # noqa: PLR0913  # the table, the place, and four choices of the draws
    store: Path,
    *,
    out: Path,
    method: DrawnMethod = "pb-closed",
    period: str | None = None,
    draws: int = 1_000,
    seed: int = 1,
    revision: str | None = None,
) -> FlowsWritten:
    """Write the quantiles of every flow, net and total of one period: `flow.parquet`, `net.csv` and `total.csv`.

    Parameters
    ----------
    store
        Folder of the vintages.
    out
        Folder to write to.
    method
        Code of the list METHOD.
    period
        Label such as `2015-2020`; by default the last one.
    draws, seed
        How many accounts, and the seed that makes them repeatable.
    revision
        Revision of the stock; by default the newest that can be paired.

    Raises
    ------
    ValueError, DataError, Unavailable
        As for `write_by_birthplace`; or no account has that period.
    """
    import numpy as np

    from corridors.estimate.uncertainty import draw_flows
    from corridors.harmonise.accounts import accounts

    account = _account(accounts(_tables(store, revision), sexes=["_T"]).accounts, period)
    drawn = draw_flows(
        account.stock_start,
        account.stock_end,
        births=account.births,
        deaths=account.deaths,
        rng=np.random.default_rng(seed),
        method=method,
        draws=draws,
        years=account.period.years,
        workers=2,
    )
    files = _of_draws(drawn, account, out)
    with whole_or_nothing(str(out)):
        for path, raw in files.items():
            write_file(path, raw)
    return FlowsWritten(tuple(files), (drawn.describe(),))


def _tables(store: Path, revision: str | None) -> dict[str, pl.DataFrame]:
    opened = Store(store)
    chosen = sources.collected(opened, revision=revision)
    return {name: opened.read(chosen.vintages[name]).drop("VINTAGE") for name in INPUTS}


def _account(of: Sequence[Account], period: str | None) -> Account:
    by_label = {one.period.label: one for one in of}
    if period is not None and period not in by_label:
        raise ValueError(f"no account of {period!r}; there are {', '.join(by_label)}")
    return by_label[period] if period is not None else of[-1]


def _of_draws(drawn: FlowDraws, account: Account, out: Path) -> dict[Path, bytes]:
    import polars as pl

    from corridors.estimate.draw_tables import draw_tables

    said = {"TIME_PERIOD": account.period.code, "SEX": account.sex, "METHOD": drawn.method}
    tables = {
        name: table.with_columns(pl.lit(value).alias(key) for key, value in said.items())
        for name, table in draw_tables(drawn).items()
    }
    names = {"flow": "flow.parquet", "net": "net.csv", "total": "total.csv"}
    return {out / file: table_bytes(tables[name], path=out / file) for name, file in names.items()}
