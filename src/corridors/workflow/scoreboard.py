"""The scoreboard: every estimate against what was observed, and against worlds whose flows are known."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import polars as pl

from corridors.concepts.findings import DataError, Finding, raise_if_any
from corridors.estimate import scoreboard as entries
from corridors.estimate.scoreboard import STOCKS_ONLY, ObservedSet, accounted_net, stocks_only
from corridors.estimate.scoreboard_reports import (
    candidates,
    combined_held_out,
    weight_by_destination,
    weight_of_the_past,
)
from corridors.estimate.uncertainty import draw_flows
from corridors.harmonise.accounts import accounts
from corridors.store.disk import whole_or_nothing, write_file
from corridors.store.vintages import Store
from corridors.workflow.collect import WORLD, from_files
from corridors.workflow.identify import identify
from corridors.workflow.scoreboard_tables import page, published, targets, text
from corridors.workflow.scoreboard_worlds import SIZES, stress_board, worlds_board, worlds_coverage
from corridors.workflow.sources import collected

if TYPE_CHECKING:
    import xarray as xr

    from corridors.estimate.uncertainty import FlowDraws
    from corridors.harmonise.accounts import Account
    from corridors.workflow.steps import Progress

Track = Literal["stocks-only", "any-data", "worlds"]
TRACKS: tuple[str, ...] = get_args(Track)
#: Estimate of the project in the track of stocks, those it is compared with, and those that are drawn.
OURS, RIVALS, DRAWN = "circ-closed", ("pb-closed", "mig-rate"), ("circ-closed", "pb-closed")
_INPUTS = ("STOCK", "POPULATION", "VITAL", "NET_MIGRATION")


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """Tables by name, as `corridors.workflow.scoreboard_tables.TITLES` lists them, and what they rest on."""

    tables: Mapping[str, pl.DataFrame]
    vintages: tuple[str, ...]
    seed: int
    draws: int
    files: Mapping[str, Path]

    def describe(self) -> str:
        """What the board rests on, in words."""
        rests = f" on {', '.join(self.vintages)}" if self.vintages else ""
        return f"Seed {self.seed}, {self.draws:,} draws{rests}."

    def __str__(self) -> str:
        return "\n".join([text(self.tables, said=self.describe()), *map(str, self.files.values())])

    def as_dict(self) -> dict[str, object]:
        """The board as a value that JSON can hold; what is no finite number is null."""
        plain = {
            name: table.with_columns(pl.col(pl.Float64).fill_nan(None)).to_dicts()
            for name, table in self.tables.items()
        }
        return {
            "seed": self.seed,
            "draws": self.draws,
            "vintages": list(self.vintages),
            "tables": plain,
            "files": {name: str(path) for name, path in self.files.items()},
            "findings": [],
        }


@dataclass(frozen=True, slots=True)
class Given:
    """What the store holds for the scoreboard."""

    sets: tuple[ObservedSet, ...]
    bases: Mapping[str, Mapping[str, str]]
    rules: pl.DataFrame | None
    vintages: tuple[str, ...]


def make_scoreboard(  # noqa: PLR0913  # data, tracks, chance
    store: Path,
    *,
    files: Sequence[Path] = (),
    tracks: Sequence[str] = TRACKS,
    seed: int = 1,
    draws: int = 200,
    revision: str | None = None,
    progress: Progress = lambda *_: None,
) -> Scoreboard:
    """Score every method on what was collected and on worlds with known truth.

    Parameters
    ----------
    store
        Folder of the store.
    files
        Publishers' files to score on instead of what is in the store.
    tracks
        Some of `TRACKS`; synthetic worlds need no data.
    seed
        Of bootstrap, draws and worlds: the same seed gives the same figures but for cost.
    draws
        Accounts drawn for intervals; also the samples of the bootstrap.
    revision
        Of the stock; by default the newest that can be paired.
    progress
        Called at each step.

    Raises
    ------
    ValueError
        A track is none of those allowed, or draws are fewer than ten.
    DataError
        Stocks, populations or observed flows were not collected; the finding says what to collect.
    """
    strange = [track for track in tracks if track not in TRACKS]
    if strange:
        raise ValueError(f"no track {strange[0]!r}; there are {', '.join(TRACKS)}")
    if draws < 10:
        raise ValueError(f"draws is {draws}; intervals need ten or more")
    tables: dict[str, pl.DataFrame] = {}
    vintages: tuple[str, ...] = ()
    if {"stocks-only", "any-data"} & set(tracks):
        with TemporaryDirectory() as folder:
            given = _given(_from_files(files, Path(folder)) if files else Store(store), revision)
        vintages = given.vintages
        tables |= _observed(given, tracks, seed=seed, draws=draws, progress=progress)
        tables["published"] = published()
    if "worlds" in tracks:
        progress("worlds", "started")
        tables["worlds"] = worlds_board(seed, sizes=SIZES)
        tables["stress"] = stress_board(seed)
        tables["worlds_coverage"] = worlds_coverage(seed, draws=draws, methods=DRAWN)
    tables["targets"] = targets(tables)
    return Scoreboard(MappingProxyType(tables), vintages, seed, draws, MappingProxyType({}))


def write_scoreboard(board: Scoreboard, *, out: Path) -> Scoreboard:
    """Write one CSV file a table and one page, and name them in the board.

    Raises
    ------
    Unavailable
        The disk refused.
    """
    made = {f"{name}.csv": table.write_csv().encode() for name, table in board.tables.items()}
    made["scoreboard.md"] = page(board.tables, said=board.describe()).encode()
    with whole_or_nothing(f"the scoreboard to {out}"):
        for name, raw in made.items():
            write_file(out / name, raw)
    paths = {name.partition(".")[0]: out / name for name in made}
    return Scoreboard(board.tables, board.vintages, board.seed, board.draws, MappingProxyType(paths))


# --- what is there ----------------------------------------------------------------------------------------------------


def _from_files(paths: Sequence[Path], folder: Path) -> Store:
    """A store of these files alone, each read by the one source that knows it."""
    found = [(path, identify(path)) for path in paths]
    raise_if_any(
        Finding(
            "file-unreadable",
            str(path),
            f"{len(one.claims) or 'no'} sources read it",
            "collect it with the name of its source, then leave out --file",
        )
        for path, one in found
        if len(one.claims) != 1
    )
    by_source: dict[str, list[Path]] = {}
    for path, one in found:
        by_source.setdefault(one.claims[0].source, []).append(path)
    for source, of_it in by_source.items():
        from_files(source, of_it, store=folder)
    return Store(folder)


def _given(store: Store, revision: str | None) -> Given:
    chosen = collected(store, revision=revision)
    tables = {name: store.read(chosen.vintages[name]).drop("VINTAGE") for name in _INPUTS}
    made = accounts(tables, sexes=["_T"]).accounts
    sets: list[ObservedSet] = []
    used = [chosen.vintages[name].id for name in _INPUTS]
    rules = []
    for product in store.products(WORLD):
        latest = store.latest(WORLD, product)
        if "FLOW_OBSERVED" in latest:
            found = entries.observed_sets(store.read(latest["FLOW_OBSERVED"]).drop("VINTAGE"), made, product=product)
            sets += found
            used += [latest["FLOW_OBSERVED"].id] if found else []
        if "INDICATOR" in latest and "duration" in product:
            rules.append(store.read(latest["INDICATOR"]).drop("VINTAGE"))
            used.append(latest["INDICATOR"].id)
    if not sets:
        spans = ", ".join(account.period.label for account in made)
        fact = f"no observed flows by origin and destination over three years of {spans}"
        mend = "collect it first: corridors collect eurostat --file F, or oecd or unflows"
        raise DataError([Finding("table-missing", f"the store at {store.root}", fact, mend)])
    return Given(tuple(sets), _bases(tables["STOCK"]), pl.concat(rules, how="diagonal") if rules else None, tuple(used))


def _bases(stock: pl.DataFrame) -> dict[str, dict[str, str]]:
    """Letters of each destination by the year of the stock."""
    if "BASIS" not in stock.columns:
        return {}
    rows = stock.drop_nulls("BASIS").select("TIME_PERIOD", "DESTINATION", "BASIS").unique(maintain_order=True)
    found: dict[str, dict[str, str]] = {}
    for day, code, letters in rows.sort("TIME_PERIOD", "DESTINATION", "BASIS").iter_rows():
        found.setdefault(day, {})[code] = letters
    return found


# --- what is scored ---------------------------------------------------------------------------------------------------


def _observed(
    given: Given, tracks: Sequence[str], *, seed: int, draws: int, progress: Progress
) -> dict[str, pl.DataFrame]:
    used = {one.period: one.account for one in given.sets}
    progress("estimates from stocks", "started")
    flows = {
        (period, method): stocks_only(account, method) for period, account in used.items() for method in STOCKS_ONLY
    }
    nets = {period: accounted_net(account) for period, account in used.items()}
    tables: dict[str, pl.DataFrame] = {}
    rows: list[dict[str, object]] = []
    differences: list[dict[str, object]] = []
    if "stocks-only" in tracks:
        for one in given.sets:
            for method in STOCKS_ONLY:
                flow = flows[one.period, method]
                rows.append(entries.entry(one, flow, method=method, split="none", net=nets[one.period]))
            mine = OURS, flows[one.period, OURS]
            for rival in RIVALS:
                other = rival, flows[one.period, rival]
                differences += entries.compared(one, mine, other, seed=seed, samples=draws)
        tables["stocks_only"] = _frame(rows)
        progress("draws", "started")
        tables["intervals"] = _intervals(given, used, seed=seed, draws=draws)
        tables["costs"] = _costs(max(used.values(), key=lambda one: one.births.size))
    if "any-data" in tracks:
        learned: list[dict[str, object]] = []
        told: list[dict[str, object]] = []
        for one in given.sets:
            progress(f"any data: {one.name}, {one.period}", "started")
            for method, split, flow, missed in _learned(one, given, flows, told):
                row = entries.entry(one, flow, method=method, split=split, net=nets[one.period])
                learned.append(row if missed is None else {**row, "CLOSURE": missed})
                pair = (f"{method}, {split}", flow), (OURS, flows[one.period, OURS])
                differences += entries.compared(one, *pair, seed=seed, samples=draws)
        tables["any_data"] = _frame(learned)
        tables["intervals"] = pl.concat([*([tables["intervals"]] if "intervals" in tables else []), _frame(told)])
    tables["comparisons"] = _frame(differences)
    return tables


def _frame(rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), infer_schema_length=None)


def _learned(
    one: ObservedSet, given: Given, flows: Mapping[tuple[str, str], xr.DataArray], told: list[dict[str, object]]
) -> list[tuple[str, str, xr.DataArray, float | None]]:
    """Estimates of the track that learns from reports: method, what was hidden, flows, and closure of the fits if several."""
    found: list[tuple[str, str, xr.DataArray, float | None]] = []
    past = [other for other in given.sets if other.name == one.name and other.period < one.period]
    if one.reporter == "destination":
        tables = candidates(one)
        if len(one.reporters) > 1:
            found.append(("pb-closed, weight learned", "destinations", weight_by_destination(one, tables), None))
        if past:
            flow = weight_of_the_past([(past[-1], candidates(past[-1]))], tables)
            found.append(("pb-closed, weight learned", "last period", flow, None))
    if len(one.reporters) > 2:
        two_sided = one.reports.filter(pl.col("REPORTER") != pl.col(one.reporter.upper())).height > 0
        whole = "destinations" if one.reporter == "destination" else "origins"
        for split in (whole, "own reports") if two_sided else (whole,):
            held = combined_held_out(one, flows[one.period, OURS], rules=given.rules, partners=split == "own reports")
            found.append(("combined", split, held.flow, held.net_error))
            told += _told(one, split, held.coverage)
    return found


def _told(one: ObservedSet, split: str, coverage: Mapping[float, float]) -> list[dict[str, object]]:
    """Coverage of annual reports as rows of the table of intervals; their score is in other units and left out."""
    named = {"SET": one.name, "PERIOD": one.period, "METHOD": "combined, by year", "SPLIT": split}
    cells = int(coverage[0.0])
    return [
        {**named, "LEVEL": level, "CELLS": cells, "COVERAGE": share, "SCORE": float("nan")}
        for level, share in coverage.items()
        if level
    ]


def _intervals(given: Given, used: Mapping[str, Account], *, seed: int, draws: int) -> pl.DataFrame:
    rows: list[dict[str, object]] = []
    for method in DRAWN:
        drawn = {period: _draws(account, given, method, seed, draws) for period, account in used.items()}
        for one in given.sets:
            past = [other for other in given.sets if other.name == one.name and other.period < one.period]
            before = (past[-1], drawn[past[-1].period]) if past else None
            rows += entries.intervals(one, drawn[one.period], before)
    return _frame(rows)


def _draws(account: Account, given: Given, method: str, seed: int, draws: int) -> FlowDraws:
    basis = given.bases.get(account.period.start.isoformat(), {})
    residences = set(map(str, account.births["destination"].values))
    return draw_flows(
        account.stock_start,
        account.stock_end,
        births=account.births,
        deaths=account.deaths,
        rng=np.random.default_rng(seed),
        method=method,  # type: ignore[arg-type]  # one of DRAWN
        draws=draws,
        basis={code: letters for code, letters in basis.items() if code in residences},
        years=account.period.years,
    )


def _costs(account: Account) -> pl.DataFrame:
    """Seconds and megabytes of one period: the best of three runs, then one more that watches memory."""
    rows = []
    for method in STOCKS_ONLY:
        seconds = min(_seconds(lambda method=method: stocks_only(account, method)) for _ in range(3))  # type: ignore[misc]
        tracemalloc.start()
        stocks_only(account, method)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        rows.append({"METHOD": method, "AREAS": account.births.size, "SECONDS": seconds, "MEGABYTES": most / 1e6})
    return _frame(rows)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
