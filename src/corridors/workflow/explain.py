"""The account behind one flow of what was collected."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.store.disk import whole_or_nothing, write_file
from corridors.store.vintages import Store
from corridors.workflow import sources
from corridors.workflow.estimate import INPUTS

if TYPE_CHECKING:
    import polars as pl

    from corridors.estimate.explanation import Explanation
    from corridors.estimate.flows import MethodName


@dataclass(frozen=True, slots=True)
class FlowExplained:
    """The account behind one flow, and the files that its table was written to."""

    account: Explanation
    files: tuple[Path, ...]

    def __str__(self) -> str:
        return "\n".join([self.account.describe(), *map(str, self.files)])

    def as_dict(self) -> dict[str, object]:
        """The account as a value that JSON can hold."""
        one = self.account
        return {
            "origin": one.origin.area,
            "destination": one.destination.area,
            "period": one.period,
            "sex": one.sex,
            "method": one.method,
            "flow": one.flow,
            "table": one.table().to_dicts(),
            "parts": one.parts.to_dicts(),
            "files": [str(path) for path in self.files],
            "findings": [],
        }


def explain_collected(  # noqa: PLR0913  # which store and stock, and the four words that name one flow
    store: Path,
    origin: str,
    destination: str,
    *,
    period: str | None = None,
    sex: str = "_T",
    method: MethodName = "pb-closed",
    revision: str | None = None,
    out: Path | None = None,
) -> FlowExplained:
    """Read the account behind one flow from the tables in the store.

    Parameters
    ----------
    store
        Folder of the vintages.
    origin, destination, period, sex, method
        As `corridors.estimate.explain` takes them.
    revision
        Revision of the stock; by default the newest whose populations were collected.
    out
        CSV file to write the account's table to.

    Raises
    ------
    ValueError
        No stock of that revision was collected, or there is no such area, period, sex or method.
    DataError
        Something to be collected first is missing, or an account cannot be closed.
    Unavailable
        The disk refused; nothing was written.
    """
    from corridors.estimate.reading import explain, require_account
    from corridors.estimate.world import estimate_world

    require_account(method)
    opened = Store(store)
    chosen = sources.collected(opened, revision=revision)
    tables: dict[str, pl.DataFrame] = {name: opened.read(chosen.vintages[name]).drop("VINTAGE") for name in INPUTS}
    made = estimate_world(tables, methods=[method], sexes=[sex])
    account = explain(made, origin, destination, period, sex=sex)
    if out is not None:
        with whole_or_nothing(str(out)):
            write_file(out, account.table().write_csv().encode())
    return FlowExplained(account, () if out is None else (out,))
