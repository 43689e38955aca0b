"""The slow, obvious versions of the kernels of `corridors.estimate`: plain loops and plain proportional fitting."""

import numpy as np


def proportional_fitting(table, *, rows, columns, tolerance, sweeps=1_000_000):
    """Scale rows, then columns, again and again, cell by cell."""
    scaled = [[float(cell) for cell in row] for row in table]
    for _ in range(sweeps):
        error = 0.0
        for i, total in enumerate(rows):
            found = sum(scaled[i])
            error = max(error, abs(found - total))
            scaled[i] = [cell * total / found if found else 0.0 for cell in scaled[i]]
        for j, total in enumerate(columns):
            found = sum(row[j] for row in scaled)
            for row in scaled:
                row[j] = row[j] * total / found if found else 0.0
        if error <= tolerance:
            break
    return np.array(scaled)


def quasi_independence(leaving, arriving, *, tolerance=1e-12, sweeps=10_000):
    """Fit every birthplace's flows, diagonal zero, to its leavers and arrivers; the whole cube, by three loops."""
    n_births, n = leaving.shape
    cube = np.zeros((n_births, n, n))
    for k in range(n_births):
        cube[k] = 1.0 - np.eye(n)
        for _ in range(sweeps):
            error = 0.0
            for i in range(n):
                found = cube[k, i].sum()
                error = max(error, abs(found - leaving[k, i]))
                cube[k, i] *= leaving[k, i] / found if found else 0.0
            for j in range(n):
                found = cube[k, :, j].sum()
                cube[k, :, j] *= arriving[k, j] / found if found else 0.0
            if error <= tolerance * max(1.0, leaving[k].sum()):
                break
    return cube


def independence_cube(start, end):
    """`start_ki end_kj / end_k+` cell by cell."""
    n_births, n = start.shape
    cube = np.zeros((n_births, n, n))
    for k in range(n_births):
        for i in range(n):
            for j in range(n):
                if i != j and end[k].sum():
                    cube[k, i, j] = start[k, i] * end[k, j] / end[k].sum()
    return cube


def by_type(cube, natives):
    """All, outward and return flows, summed cell by cell; `natives[j]` is the birthplace that residence `j` is."""
    n = cube.shape[1]
    total, outward, returned = np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, n))
    for k in range(cube.shape[0]):
        for i in range(n):
            for j in range(n):
                total[i, j] += cube[k, i, j]
                outward[i, j] += cube[k, i, j] if natives[i] == k else 0.0
                returned[i, j] += cube[k, i, j] if natives[j] == k else 0.0
    return total, outward, returned
