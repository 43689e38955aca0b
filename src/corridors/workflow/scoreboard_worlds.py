"""The second board: worlds whose flows are known."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from corridors.concepts.findings import DataError
from corridors.concepts.periods import Period
from corridors.estimate.scoreboard import LEVELS, STOCKS_ONLY, accounted_net, merged, stocks_only
from corridors.estimate.scoring import closure, coverage, scores
from corridors.estimate.uncertainty import draw_flows
from corridors.harmonise.accounts import Account
from corridors.testing import CASES, World, world

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Areas of a world and how many of them; noise of their stocks; areas of a stress case.
SIZES = ((20, 8), (60, 4), (120, 2), (200, 1))
NOISES = (0.0, 0.05)
_STRESSED, _FIRST_SEED = 20, 10_000


def accounted(made: World) -> Account:
    """A world as an account of five years; a divided area stands under its old code at both dates."""
    end = merged(made.stock_end, made.successors) if made.successors else made.stock_end
    end = end.sel(birthplace=made.stock_start["birthplace"], destination=made.stock_start["destination"])
    net = made.net_migration
    return Account(Period(date(2010, 7, 1), 5), "_T", made.stock_start, end, made.births, made.deaths, net, ())


def worlds_board(seed: int, *, sizes: tuple[tuple[int, int], ...] = SIZES) -> pl.DataFrame:
    """Mean measures of every method on worlds whose seeds no constant was chosen on.

    Parameters
    ----------
    seed
        Which worlds: their seeds are drawn from ten thousand upward.
    sizes
        Areas and number of worlds.
    """
    drawn = np.random.default_rng(seed).integers(_FIRST_SEED, 2**31, size=max(number for _, number in sizes))
    rows = []
    for noise in NOISES:
        for n, number in sizes:
            made = [world(n, int(one), noise=noise) for one in drawn[:number]]
            accounts = [accounted(one) for one in made]
            nets = [accounted_net(one) for one in accounts]
            for method in STOCKS_ONLY:
                found = [
                    _row(one, account, net, method) for one, account, net in zip(made, accounts, nets, strict=True)
                ]
                rows.append({"AREAS": n, "NOISE": noise, "WORLDS": number, "METHOD": method, **_means(found)})
    return pl.DataFrame(rows)


def _row(made: World, account: Account, net: object, method: str) -> dict[str, float]:
    flow = stocks_only(account, method)
    found = scores(flow, made.flow)
    missed = closure(flow.fillna(0), net)  # type: ignore[arg-type]  # an array of xarray
    return {
        "COMMON_PART": found.common_part,
        "FACTOR": found.factor,
        "COUNT": found.count,
        "LOG_COUNT": found.log_count,
        "TOTAL_RATIO": found.total_ratio,
        "CLOSURE": missed,
    }


def _means(found: list[dict[str, float]]) -> dict[str, float]:
    means = {name: float(np.mean([one[name] for one in found])) for name in found[0]}
    worst = min(one["COMMON_PART"] for one in found)
    largest = max(one["CLOSURE"] for one in found)
    return {"COMMON_PART": means.pop("COMMON_PART"), "WORST": worst, **means, "CLOSURE": largest}


def stress_board(seed: int) -> pl.DataFrame:
    """What each method does with worlds made to break it: the common part, or the code of the finding that refuses it."""
    rows: list[dict[str, object]] = []
    for case in CASES:
        account, truth = _stressed(case, seed)
        for method in STOCKS_ONLY:
            try:
                flow = stocks_only(account, method)
            except DataError as error:
                codes = sorted({finding.code for finding in error.findings})
                rows.append({"CASE": case, "METHOD": method, "COMMON_PART": None, "REFUSED": ", ".join(codes)})
                continue
            rows.append(
                {"CASE": case, "METHOD": method, "COMMON_PART": scores(flow, truth.flow).common_part, "REFUSED": None}
            )
    schema = {"CASE": pl.String, "METHOD": pl.String, "COMMON_PART": pl.Float64, "REFUSED": pl.String}
    return pl.DataFrame(rows, schema)


def _stressed(case: str, seed: int) -> tuple[Account, World]:
    made = world(_STRESSED, _FIRST_SEED + seed, case=case)  # type: ignore[arg-type]  # a key of CASES
    return accounted(made), made


def worlds_coverage(seed: int, *, draws: int, methods: Iterable[str], n: int = 40) -> pl.DataFrame:
    """Coverage of draws alone on worlds whose stocks carry noise."""
    rows = []
    for method in methods:
        inside = dict.fromkeys(LEVELS, 0.0)
        for number in range(2):
            made = world(n, _FIRST_SEED + seed + number, noise=NOISES[-1])
            tables = {name: getattr(made, name) for name in ("stock_start", "stock_end", "births", "deaths")}
            drawn = draw_flows(
                **tables,
                rng=np.random.default_rng(seed),
                method=method,  # type: ignore[arg-type]  # checked there
                draws=draws,
            )
            for level in LEVELS:
                inside[level] += coverage(*drawn.interval(level), made.flow) / 2
        rows += [{"AREAS": n, "METHOD": method, "LEVEL": level, "COVERAGE": found} for level, found in inside.items()]
    return pl.DataFrame(rows)
