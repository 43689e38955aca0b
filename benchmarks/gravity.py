"""Gravity with corridor effects on a simulated panel: seconds, memory and coefficients, beside rivals that are installed.

`rows` are lines of `make bench`. The panel: 200 places at random on a sphere, effects of origin and destination over time and of
the pair, five covariates that change by pair and time, flows negative-binomial-like (gamma of dispersion 0.5), seed 20240701.
"""

import importlib.util
import resource
import time

import numpy as np
import polars as pl

from corridors.explain.gravity import ppml

SEED, PLACES = 20240701, 200
FORMULA = "flow ~ x1 + x2 + x3 + x4 + x5 | o^t + d^t + o^d"
TRUE = (0.3, 0.45, 0.08, 0.002, 0.2)


def panel(places, times, *, seed):
    """A long table of flows of all pairs, more than half of them zero."""
    rng = np.random.default_rng(seed)
    shape = (places, places, times)
    x = [rng.normal(size=(places, places, 1)) + 0.5 * rng.normal(size=shape).cumsum(2) for _ in TRUE]
    spot = rng.normal(size=(places, 3))
    spot /= np.linalg.norm(spot, axis=1)[:, None]
    far = np.arccos(np.clip(spot @ spot.T, -1, 1))
    origin = rng.normal(1.0, 1.2, (places, 1, 1)) + 0.1 * rng.normal(size=(places, 1, times)).cumsum(2)
    destination = rng.normal(0.0, 1.2, (1, places, 1)) + 0.1 * rng.normal(size=(1, places, times)).cumsum(2)
    pair = rng.normal(0.0, 1.0, (places, places, 1)) - 1.5 * far[:, :, None]
    eta = origin + destination + pair + sum(b * column for b, column in zip(TRUE, x, strict=True))
    flow = rng.poisson(np.exp(eta) * rng.gamma(2.0, 0.5, shape))
    o, d, t = np.nonzero(np.broadcast_to(~np.eye(places, dtype=bool)[:, :, None], shape))
    columns = {f"x{k + 1}": column[o, d, t] for k, column in enumerate(x)}
    return pl.DataFrame({"ORIGIN": o, "DESTINATION": d, "TIME_PERIOD": t, "flow": flow[o, d, t], **columns})


def rows():
    """Lines of the table: what, figure, unit."""
    for times in (7, 34):
        table = panel(PLACES, times, seed=SEED)
        before, cpu = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
        found = ppml(FORMULA, table)
        spent = time.process_time() - cpu
        more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        yield f"gravity, {PLACES} x {PLACES} x {times}, {found.n:,} rows used", spent, "CPU s"
        yield "    memory beyond the table", more, "MiB"
        yield from _rival(table, found, spent)


def _rival(table, found, spent):
    if importlib.util.find_spec("pyfixest") is None:
        yield "    pyfixest is not installed: no ratio", float("nan"), ""
        return
    import pyfixest

    frame = table.to_pandas()
    for one, two in (("ORIGIN", "TIME_PERIOD"), ("DESTINATION", "TIME_PERIOD"), ("ORIGIN", "DESTINATION")):
        frame[f"{one}_{two}"] = frame[one] * 1_000 + frame[two]
    effects = "ORIGIN_TIME_PERIOD + DESTINATION_TIME_PERIOD + ORIGIN_DESTINATION"
    begun = time.process_time()
    # Without these two settings its errors depend on the hash seed.
    ssc = pyfixest.ssc(k_adj=False, G_adj=True)
    other = pyfixest.fepois(
        f"flow ~ x1 + x2 + x3 + x4 + x5 | {effects}", frame, vcov={"CRV1": "ORIGIN_DESTINATION"}, ssc=ssc
    )
    theirs = time.process_time() - begun
    gap = max(abs(found.coefficients[name] - value) for name, value in other.coef().items())
    yield "    pyfixest takes", theirs / spent, "times as long (target 35 and 60)"
    yield "    largest difference of a coefficient", gap, "(target 1e-8)"


if __name__ == "__main__":
    for line in rows():
        print(*line)
