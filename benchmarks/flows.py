"""The exact estimators against their slow, obvious twins, and the whole world by itself."""

import resource
import time

import numpy as np
from tests.reference import slow_flows as slow

from benchmarks.synthetic import world
from corridors.estimate._accounting import survivors
from corridors.estimate._balance import balance
from corridors.estimate._closing import closed
from corridors.estimate._feasible import blockade
from corridors.estimate._minimum import minimum
from corridors.estimate._product import moves
from corridors.estimate.flows import estimate_flows

SMALL, WORLD, TABLES = 40, 230, 14


def seconds(task, *, times=5):
    """Shortest of several runs, and the last result."""
    best = np.inf
    for _ in range(times):
        begun = time.perf_counter()
        result = task()
        best = min(best, time.perf_counter() - begun)
    return best, result


def rows():
    """Lines of the table: what, figure, unit."""
    yield from _against_twins()
    yield from _whole_world()
    yield "peak resident memory of this run", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB"


def _alive(n, seed):
    given = world(n, seed=seed)
    return survivors(
        given["stock_start"].values,
        given["stock_end"].values,
        births=given["births"].values,
        deaths=given["deaths"].values,
        natives=np.arange(n),
        match="after",
    )


def _against_twins():
    alive = _alive(SMALL, 1)
    totals = (alive.start.sum(axis=1) + alive.end.sum(axis=1)) / 2
    margins = {"rows": totals, "columns": alive.start.sum(axis=0)}
    newton, found = seconds(lambda: balance(alive.start, **margins))
    plain, fitted = seconds(
        lambda: slow.proportional_fitting(alive.start, **margins, tolerance=1e-3, sweeps=300), times=1
    )
    left = np.abs(fitted.sum(axis=1) - totals).max()
    yield f"balancing, n={SMALL}: plain fitting, 300 sweeps / Newton", plain / newton, "x"
    yield "    error left by plain fitting", left, "persons"
    yield f"    error left by Newton in {found.steps} steps", found.error, "persons"
    account = closed(alive.start, alive.end)
    leaving, arriving = minimum(account.start, account.end)
    product, flows = seconds(lambda: moves(leaving, arriving, natives=np.arange(SMALL)))
    cube, fit = seconds(lambda: slow.quasi_independence(leaving, arriving), times=1)
    yield f"minimum, n={SMALL}: three-way fitting / closed form", cube / product, "x"
    yield "    largest relative difference of a flow", _difference(flows.all, fit.sum(axis=0)), ""


def _difference(found, expected):
    large = expected > 1
    return np.abs(found[large] / expected[large] - 1).max()


def _net_error(estimate):
    net = estimate.flow.sum("origin").values - estimate.flow.sum("destination").values
    return np.abs(net - (estimate.end.sum("birthplace").values - estimate.start.sum("birthplace").values)).max()


def _whole_world():
    given = [world(WORLD, seed=seed) for seed in range(TABLES)]
    for method in ("min-closed", "pb-closed", "min-open-dr"):
        spent, _ = seconds(lambda m=method: [estimate_flows(**one, method=m) for one in given], times=2)
        yield f"{method}, n={WORLD}, {TABLES} tables (7 periods, 2 sexes)", spent, "s"
    net = max(_net_error(estimate_flows(**one)) for one in given)
    yield "    largest error of net migration against the accounts", net, "persons"
    alive = _alive(WORLD, 1)
    totals = (alive.start.sum(axis=1) + alive.end.sum(axis=1)) / 2
    spent, _ = seconds(lambda: blockade(alive.start, rows=totals, columns=alive.start.sum(axis=0)), times=1)
    yield f"certificate of feasibility, n={WORLD}, one table", spent, "s"
