"""The exact estimators against plain proportional fitting, against other programs, and the whole world by itself."""

import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from tests.reference import slow_flows as slow

from benchmarks import rivals
from benchmarks.synthetic import world
from corridors.estimate._accounting import survivors
from corridors.estimate._balance import balance
from corridors.estimate._closing import closed
from corridors.estimate._feasible import blockade
from corridors.estimate._minimum import minimum
from corridors.estimate._nearest import close_nearest
from corridors.estimate._product import moves
from corridors.estimate._seeded import seeded
from corridors.estimate._stayers import with_stayers
from corridors.estimate.flows import estimate_flows

SMALL, SEEDED, TABLE, WORLD, TABLES = 40, 120, 200, 230, 14


def seconds(task, *, times=5):
    """Shortest of several runs, and the last result."""
    best = np.inf
    for _ in range(times):
        begun = time.perf_counter()
        result = task()
        best = min(best, time.perf_counter() - begun)
    return best, result


def rows():
    """Lines of the table: what, figure, unit and, where there is one, the target."""
    yield from _against_twins()
    yield from _closed_table()
    yield from _seeded_fit()
    yield from _whole_world()
    yield from _feasibility()
    yield "peak resident memory of this run", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB"


def _alive(given):
    stocks = given["stock_start"].values, given["stock_end"].values
    events = {"births": given["births"].values, "deaths": given["deaths"].values}
    return survivors(*stocks, **events, natives=np.arange(stocks[0].shape[1]), match="after")


def _movers(n):
    alive = _alive(world(n, seed=1))
    account = closed(alive.start, alive.end)
    return minimum(account.start, account.end)


def _against_twins():
    alive = _alive(world(SMALL, seed=1))
    account = closed(alive.start, alive.end)
    leaving, arriving = minimum(account.start, account.end)
    product, flows = seconds(lambda: moves(leaving, arriving, natives=np.arange(SMALL)))
    cube, fit = seconds(lambda: slow.quasi_independence(leaving, arriving), times=1)
    yield f"minimum, n={SMALL}: three-way fitting / closed form", cube / product, "x"
    yield "    largest relative difference of a flow", _difference(flows.all, fit.sum(axis=0)), ""


def _difference(found, expected):
    large = expected > 1
    return np.abs(found[large] / expected[large] - 1).max()


def _closed_table():
    """One closed table: whole, its balancing against plain fitting in numpy, and the R package where it is there."""
    # R's package wants a table with as many birthplaces as residences.
    given = world(TABLE, seed=1)
    given |= {name: given[name].isel(birthplace=slice(TABLE)) for name in ("stock_start", "stock_end")}
    whole, _ = seconds(lambda: estimate_flows(**given, method="min-closed"))
    yield f"min-closed, n={TABLE}, one table", whole, "s (target 0.1)"
    alive = _alive(given)
    margins = {"rows": (alive.start.sum(axis=1) + alive.end.sum(axis=1)) / 2, "columns": alive.start.sum(axis=0)}
    newton, found = seconds(lambda: balance(alive.start, **margins))
    plain, (_, sweeps, left) = seconds(lambda: rivals.two_way(alive.start, **margins, tolerance=1e-3), times=1)
    yield f"    balancing: plain fitting in numpy, {sweeps} sweeps / Newton, {found.steps} steps", plain / newton, "x"
    yield "    error left by plain fitting", left, "persons"
    yield "    error left by Newton", found.error, "persons"
    spent = rivals.migest(given)
    if spent is None:
        yield "    R package migest: not installed, no ratio", np.nan, "x (target 150)"
    else:
        yield "    R package migest, same table / ours", spent / whole, "x (target 150)"


def _seeded_fit():
    """Minimum migration along a distance seed, all birthplaces."""
    leaving, arriving = _movers(SEEDED)
    places = np.random.default_rng(1).random((SEEDED, 2))
    seed = 1 / (np.hypot(*(places[:, None] - places).transpose(2, 0, 1)) + np.eye(SEEDED))
    natives = np.arange(SEEDED)
    ours, found = seconds(lambda: seeded(leaving, arriving, seed, natives=natives))
    yield f"seeded minimum, n={SEEDED}, seed 1 / distance", ours, "s"
    plain, cube = seconds(lambda: rivals.three_way(leaving, arriving, seed, tolerance=1e-8), times=1)
    yield "    plain three-way fitting in numpy, to 1e-8 / ours, to 1e-11", plain / ours, "x"
    yield "    largest relative difference of a flow", _difference(found.all, cube.sum(axis=0)), ""
    spent = rivals.ipfn(leaving, arriving, seed, tolerance=1e-8)
    if spent is None:
        yield "    ipfn: not installed, no ratio", np.nan, "x (target 100)"
    else:
        yield "    ipfn, same fit, to 1e-8 / ours", spent / ours, "x (target 100)"
    start, end = np.random.default_rng(2).lognormal(3, 1, size=(2, WORLD, WORLD))
    end *= (start.sum(axis=1) / end.sum(axis=1))[:, None]
    spent, _ = seconds(lambda: with_stayers(start, end, 0.5))
    yield f"general stayers, n={WORLD}, all birthplaces", spent, "s"


def _net_error(estimate):
    net = estimate.flow.sum("origin").values - estimate.flow.sum("destination").values
    return np.abs(net - (estimate.end.sum("birthplace").values - estimate.start.sum("birthplace").values)).max()


def _whole_world():
    given = [world(WORLD, seed=seed) for seed in range(TABLES)]
    for method in ("min-closed", "pb-closed", "min-open-dr"):
        spent, _ = seconds(lambda m=method: [estimate_flows(**one, method=m) for one in given], times=2)
        yield f"{method}, n={WORLD}, {TABLES} tables (7 periods, 2 sexes)", spent, "s (target 1)"
    net = max(_net_error(estimate_flows(**one)) for one in given)
    yield "    largest error of net migration against the accounts", net, "persons (target 0.01)"
    alone = subprocess.run([sys.executable, "-m", "benchmarks.flows"], capture_output=True, text=True, check=True)
    yield "    peak resident memory of a process that makes these tables", float(alone.stdout), "MiB (target 286)"


def _feasibility():
    alive = _alive(world(WORLD, seed=1))
    totals = (alive.start.sum(axis=1) + alive.end.sum(axis=1)) / 2
    spent, _ = seconds(lambda: blockade(alive.start, rows=totals, columns=alive.start.sum(axis=0)))
    yield f"certificate of feasibility by largest flow, n={WORLD}, one table", spent, "s (target 5)"
    rng = np.random.default_rng(1)
    start, end = rng.lognormal(8, 2, size=(2, WORLD + 1, WORLD)) * (rng.random((2, WORLD + 1, WORLD)) < 0.01)
    at = np.arange(WORLD)
    start[at, at], end[at, at] = rng.lognormal(15, 1.5, WORLD) * rng.lognormal(0, 0.05, (2, WORLD))
    end *= start.sum() / end.sum()
    spent, (_, found) = seconds(lambda: close_nearest(start, end), times=2)
    yield f"nearest closed account of an infeasible world, n={WORLD}, {len(found.cuts)} cuts", spent, "s (target 10)"


def _peak():
    """Most memory that this process held, in MiB; the kernel's own count, which a parent's size does not enter."""
    status = Path("/proc/self/status")
    if status.exists():
        held = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(held.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    for number in range(TABLES):
        estimate_flows(**world(WORLD, seed=number), method="min-closed")
    print(_peak())
