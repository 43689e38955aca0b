"""The slow, obvious versions of the draws of an account: cell by cell, from the same stream of chance."""

import math


def shock(chance, knots):
    """Where a chance between -1 and 1 falls on the line through the quantiles at 0, 50, 80, 90, 95 and 100 per cent."""
    shares = (0.0, 0.5, 0.8, 0.9, 0.95, 1.0)
    for place in range(5):
        if shares[place] <= abs(chance) < shares[place + 1]:
            part = (abs(chance) - shares[place]) / (shares[place + 1] - shares[place])
            size = knots[place] + part * (knots[place + 1] - knots[place])
            return math.copysign(size, chance)
    raise AssertionError(chance)


def shocks(of, rng):
    return [shock(chance, knots) for chance, knots in zip(rng.uniform(-1, 1, len(of.knots)), of.knots, strict=True)]


def inputs(uncertain, rng):
    """Stocks at both dates, births and deaths with errors, and the weight."""
    given, natives, stock = uncertain.given, uncertain.natives, uncertain.stock
    n = len(natives)
    column_level, cell_level = shocks(stock.column_level, rng), shocks(stock.cell_level, rng)
    column_change, cell_change = shocks(stock.column_change, rng), shocks(stock.cell_change, rng)
    births = [b * math.exp(e) for b, e in zip(given.births, shocks(uncertain.births, rng), strict=True)]
    deaths = [d * math.exp(e) for d, e in zip(given.deaths, shocks(uncertain.deaths, rng), strict=True)]
    net = shocks(uncertain.net, rng)
    size = sum(abs(one) for one in net)
    net = [one - sum(net) * abs(one) / size if size else one for one in net]
    tables = []
    for sign, table in ((-1, given.start), (1, given.end)):
        new = table.copy()
        for cell, (k, j) in enumerate(zip(stock.rows, stock.columns, strict=True)):
            level, change = column_level[j] + cell_level[cell], column_change[j] + cell_change[cell]
            new[k, j] = table[k, j] * math.exp(level + sign * change / 2)
        for j in range(n):
            abroad = [k for k in range(len(table)) if k != natives[j]]
            before, after = (sum(one[k, j] for k in abroad) for one in (table, new))
            most = before + max(table[natives[j], j], 0) / 2
            for k in abroad:
                new[k, j] *= most / after if after > most else 1
            new[natives[j], j] = table[natives[j], j] + before - min(after, most)
        tables.append(new)
    for j in range(n):
        tables[1][natives[j], j] += births[j] - given.births[j] - deaths[j] + given.deaths[j] + net[j]
    spread, mean = uncertain.spread, given.weight
    size = mean * (1 - mean) / spread**2 - 1 if spread else 0
    weight = rng.beta(mean * size, (1 - mean) * size) if size else mean
    return tables[0], tables[1], births, deaths, weight


def quantile(values, level):
    """The value that a share of the others lies below, on the line between two neighbours."""
    ordered = sorted(float(value) for value in values)
    at = level * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)
