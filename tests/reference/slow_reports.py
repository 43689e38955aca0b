"""The slow, obvious versions of what learns from reports: loops over candidates, and a chain over every unknown."""

import numpy as np


def median_log_ratio(estimated, observed):
    """Corridor by corridor, over reports of more than 50 persons."""
    ratios = [
        abs(np.log(max(estimated[i, j], 0.5) / observed[i, j]))
        for i in range(len(observed))
        for j in range(len(observed))
        if i != j and observed[i, j] > 50
    ]
    return float(np.median(ratios)) if ratios else float("nan")


def best_without(candidates, observed, destination):
    """The candidate with the smallest median log ratio over all other destinations."""
    rest = observed.copy()
    rest[:, destination] = np.nan
    scores = {value: median_log_ratio(table, rest) for value, table in candidates.items()}
    return min(scores, key=scores.get)


def log_density(flows, effects, *, reported, beliefs, spreads):
    """Logarithm of the joint density of true log flows, effects and reports, term by term, up to a constant.

    `reported` has the arrays of `corridors.estimate._report_model.Reported`; flows have shape (corridors, years).
    """
    corridors, years, _ = reported.logs.shape
    deviation = np.where(beliefs.groups >= 0, spreads.effects[beliefs.groups], beliefs.deviation)
    total = -0.5 * (((effects - beliefs.mean) / deviation) ** 2).sum()
    away = flows - (reported.flow @ effects).reshape(corridors, years)
    changed = (reported.report @ effects).reshape(reported.logs.shape)
    latent = spreads.corridor**2 * np.ones((years, years)) + spreads.year**2 * np.eye(years)
    for c in range(corridors):
        total -= 0.5 * away[c] @ np.linalg.solve(latent, away[c])
        for role in range(2):
            seen = np.flatnonzero(np.isfinite(reported.logs[c, :, role]))
            if not seen.size:
                continue
            care = reported.accuracy[c, seen, role]
            lasting = spreads.lasting[care]
            error = np.outer(lasting, lasting)
            error += np.diag(spreads.errors[care] ** 2 + reported.counting[c, seen, role])
            gap = reported.logs[c, seen, role] - flows[c, seen] - changed[c, seen, role]
            total -= 0.5 * gap @ np.linalg.solve(error, gap)
    return total


def metropolis(density, start, *, steps, rng, adapt=0.3, keep=10):
    """Random-walk Metropolis over one vector: all of it at once, steps shaped by the first part of the chain."""
    point, height = start.copy(), density(start)
    size = start.size
    shape, kept = np.eye(size) * 0.05, []
    learning = int(steps * adapt)
    seen = []
    for step in range(steps):
        if step < learning and step % 2_000 == 1_999:
            shape = np.linalg.cholesky(np.cov(np.array(seen[len(seen) // 2 :]).T) + 1e-8 * np.eye(size))
        jump = 2.38 / np.sqrt(size) if step >= 2_000 else 1.0
        trial = point + jump * shape @ rng.standard_normal(size)
        there = density(trial)
        if np.log(rng.random()) < there - height:
            point, height = trial, there
        if step < learning:
            seen.append(point.copy())
        elif step % keep == 0:
            kept.append(point.copy())
    return np.array(kept)


def closed_by_search(flow, *, net, weight):
    """The least weighted change that meets the net totals, by a general solver on the flows themselves."""
    from scipy.optimize import LinearConstraint, minimize

    n = len(flow)
    pairs = [(i, j) for i in range(n) for j in range(n) if flow[i, j] > 0]
    start = np.array([flow[pair] for pair in pairs])
    give = np.array([weight[pair] for pair in pairs])
    into = np.array([[(j == k) - (i == k) for i, j in pairs] for k in range(n)], dtype=float)
    found = minimize(
        lambda y: float(((y * np.log(y / start) - y + start) / give).sum()),
        start,
        jac=lambda y: np.log(y / start) / give,
        hess=lambda y: np.diag(1 / (give * y)),
        bounds=[(1e-9, None)] * len(pairs),
        constraints=LinearConstraint(into[:-1], net[:-1], net[:-1]),
        method="trust-constr",
        options={"gtol": 1e-10, "xtol": 1e-14, "maxiter": 5_000},
    )
    table = np.zeros((n, n))
    for pair, value in zip(pairs, found.x, strict=True):
        table[pair] = value
    return table


def by_conditioning(reported, *, beliefs, spreads):
    """Mean and covariance of log flows, and the log density of the reports, from one joint Gaussian of everything."""
    corridors, years, roles = reported.logs.shape
    deviation = np.where(beliefs.groups >= 0, spreads.effects[beliefs.groups], beliefs.deviation)
    flow, change = reported.flow.toarray(), reported.report.toarray()
    latent = spreads.corridor**2 * np.ones((years, years)) + spreads.year**2 * np.eye(years)
    flows = flow @ np.diag(deviation**2) @ flow.T + np.kron(np.eye(corridors), latent)
    each = np.kron(np.eye(corridors * years), np.ones((roles, 1)))
    cross = flow @ np.diag(deviation**2) @ change.T
    errors = np.zeros((corridors * years * roles,) * 2)
    where = [(c, t, r) for c in range(corridors) for t in range(years) for r in range(roles)]
    for one, (c, t, r) in enumerate(where):
        for other, (d, s, q) in enumerate(where):
            if (c, r) == (d, q):
                errors[one, other] = (
                    spreads.lasting[reported.accuracy[c, t, r]] * spreads.lasting[reported.accuracy[d, s, q]]
                )
        errors[one, one] += spreads.errors[reported.accuracy[c, t, r]] ** 2 + reported.counting[c, t, r]
    seen = np.isfinite(reported.logs).ravel()
    with_change = change @ np.diag(deviation**2) @ change.T
    whole = each @ flows @ each.T + each @ cross + (each @ cross).T + with_change + errors
    between = (flows @ each.T + cross)[:, seen]
    gap = reported.logs.ravel()[seen] - ((each @ flow + change) @ beliefs.mean)[seen]
    inside = whole[np.ix_(seen, seen)]
    mean = flow @ beliefs.mean + between @ np.linalg.solve(inside, gap)
    covariance = flows - between @ np.linalg.solve(inside, between.T)
    density = -0.5 * (gap @ np.linalg.solve(inside, gap) + np.linalg.slogdet(2 * np.pi * inside)[1])
    return mean.reshape(corridors, years), covariance, density
