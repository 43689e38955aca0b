"""The slow, obvious versions of the toolbox of `corridors.estimate`: loops, sweeps and textbook regressions."""

import itertools

import numpy as np


def fit_margins(seed, margins, *, tolerance=1e-11, sweeps=200_000):
    """Scale an array to margins given as (axes kept, totals), one after the other, again and again."""
    table = seed.astype(float).copy()
    for _ in range(sweeps):
        error = 0.0
        for axes, totals in margins:
            others = tuple(axis for axis in range(table.ndim) if axis not in axes)
            found = table.sum(axis=others, keepdims=True)
            wanted = np.expand_dims(totals, others)
            error = max(error, float(np.abs(found - wanted).max()))
            table = table * np.divide(wanted, found, out=np.zeros_like(found), where=found != 0)
        if error <= tolerance * max(totals.max() for _, totals in margins):
            break
    return table


def net_by_ratio(prior, net, *, rounds=200_000, tolerance=1e-12):
    """Conditional maximisation: one factor at a time solves ``in a - out / a = net`` (a quadratic)."""
    n = len(net)
    flows = prior.astype(float).copy()
    for _ in range(rounds):
        for i in range(n):
            arrivals = flows[:, i].sum() - flows[i, i]
            departures = flows[i].sum() - flows[i, i]
            root = (net[i] + np.sqrt(net[i] ** 2 + 4 * arrivals * departures)) / (2 * arrivals)
            stay = flows[i, i]
            flows[:, i] *= root
            flows[i] /= root
            flows[i, i] = stay
        if np.abs(flows.sum(axis=0) - flows.sum(axis=1) - net).max() <= tolerance * np.abs(net).max():
            break
    return flows


def gini_total(flow):
    """Every corridor against every other."""
    n = len(flow)
    corridors = [flow[i, j] for i in range(n) for j in range(n) if i != j]
    gaps = sum(abs(one - other) for one, other in itertools.product(corridors, corridors))
    return gaps / (2 * (len(corridors) - 1) * sum(corridors))


def gini_of_origin(flow, i):
    """Every destination of one origin against every other."""
    corridors = [flow[i, j] for j in range(len(flow)) if j != i]
    gaps = sum(abs(one - other) for one, other in itertools.product(corridors, corridors))
    return gaps / (2 * (len(corridors) - 1) * sum(corridors))


def distance_decay(flow, distances, *, rounds=100):
    """Poisson regression on origin, destination and log distance by iteratively reweighted least squares."""
    n = len(flow)
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    design = np.zeros((len(pairs), 2 * n))
    for row, (i, j) in enumerate(pairs):
        design[row, i] = 1.0
        if j:
            design[row, n - 1 + j] = 1.0
        design[row, 2 * n - 1] = np.log(distances[i, j])
    observed = np.array([flow[pair] for pair in pairs])
    mean = observed + 0.5
    for _ in range(rounds):
        working = np.log(mean) + (observed - mean) / mean
        weight = np.sqrt(mean)[:, None]
        found = np.linalg.lstsq(design * weight, working * weight[:, 0])[0]
        mean = np.exp(design @ found)
    return found[-1]


def components(flow):
    """Total, shares and interaction of a two-way table, cell by cell."""
    n, m = flow.shape
    total = flow.sum()
    rows = [flow[i].sum() / total for i in range(n)]
    columns = [flow[:, j].sum() / total for j in range(m)]
    interaction = [[flow[i, j] / (total * rows[i] * columns[j]) for j in range(m)] for i in range(n)]
    return total, rows, columns, interaction
