"""The slow, obvious versions of the seeded fit, of general stayers and of the nearest totals."""

from itertools import chain, combinations

import numpy as np


def seeded_cube(leaving, arriving, seed, *, tolerance=1e-13, sweeps=200_000):
    """Fit every birthplace's table, seed cell by seed cell, by scaling rows and columns in turn."""
    n_births, n = leaving.shape
    cube = np.zeros((n_births, n, n))
    for k in range(n_births):
        table = np.array(seed[k] if seed.ndim == 3 else seed, dtype=float)
        for _ in range(sweeps):
            error = 0.0
            for i in range(n):
                found = table[i].sum()
                error = max(error, abs(found - leaving[k, i]))
                table[i] *= leaving[k, i] / found if found else 0.0
            for j in range(n):
                found = table[:, j].sum()
                table[:, j] *= arriving[k, j] / found if found else 0.0
            if error <= tolerance * max(1.0, leaving[k].sum()):
                break
        cube[k] = table
    return cube


def every_cut(table):
    """Every set of birthplaces with all areas in which one of them lives."""
    rows = range(table.shape[0])
    for members in chain.from_iterable(combinations(rows, size) for size in range(1, table.shape[0] + 1)):
        yield list(members), np.flatnonzero((table[list(members)] > 0).any(axis=0)).tolist()


def nearest_totals(start, end, *, residents_free, sweeps=100_000):
    """Project onto every cut in turn, with Dykstra's correction: in the end the nearest point of them all."""
    n_births, n = start.shape
    wanted = np.concatenate([(start.sum(axis=1) + end.sum(axis=1)) / 2, start.sum(axis=0), end.sum(axis=0)])
    parts = [slice(0, n_births), slice(n_births, n_births + n), slice(n_births + n, n_births + 2 * n)]
    free = np.zeros(wanted.size)
    free[parts[0]] = 1
    if residents_free:
        free[:] = 1
    normals = [-np.eye(wanted.size)[place] for place in range(wanted.size)]
    for number, table in enumerate((start, end)):
        for members, partners in every_cut(table):
            normal = np.zeros(wanted.size)
            normal[members] = 1
            normal[parts[1 + number].start + np.array(partners, dtype=int)] = -1
            normals.append(normal)
    bounds = [-(normal * (1 - free)) @ wanted for normal in normals]
    normals = [normal * free for normal in normals]
    point, corrections = wanted.copy(), [np.zeros(wanted.size) for _ in normals]
    for _ in range(sweeps):
        before = point.copy()
        for part in parts:
            point[part] += free[part] * (wanted[part].sum() - point[part].sum()) / max(free[part].sum(), 1)
        for number, (normal, bound) in enumerate(zip(normals, bounds, strict=True)):
            shifted = point + corrections[number]
            length = normal @ normal
            excess = max(normal @ shifted - bound, 0) / length if length else 0.0
            point = shifted - excess * normal
            corrections[number] = shifted - point
        if np.abs(point - before).max() <= 1e-12 * wanted[parts[0]].sum():
            break
    return point[parts[0]], point[parts[1]], point[parts[2]]
