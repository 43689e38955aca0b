"""Flows split to parts with given nets by plain iterative proportional fitting: one condition after the other."""

import numpy as np


def split(cells, shares, net, *, sweeps=20_000, exact=1e-8):
    """Parts of a table, shape (parts, origins, destinations), by sweeps over corridors, parts and areas."""
    parts = cells * shares
    for _ in range(sweeps):
        for part, wanted in zip(parts, net, strict=True):
            _net_of_each_area(part, wanted)
        whole = parts.sum(axis=0)
        parts = parts * np.divide(cells, whole, out=np.zeros_like(whole), where=whole > 0)
        if np.abs(parts.sum(axis=1) - parts.sum(axis=2) - net).max() <= exact:
            return parts
    raise AssertionError("the sweeps did not end")


def _net_of_each_area(part, wanted):
    """Scale the arrivals of an area by a factor and its departures by the inverse, one area after the other."""
    for area, net in enumerate(wanted):
        arrivals, departures = part[:, area].sum(), part[area].sum()
        if arrivals > 0 and departures > 0:
            # arrivals x - departures / x = net
            factor = (net + np.sqrt(net**2 + 4 * arrivals * departures)) / (2 * arrivals)
            part[:, area] *= factor
            part[area] /= factor
