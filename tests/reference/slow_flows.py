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


def difference(start, end, *, reverse):
    """Growth of each foreign-born stock; what fell is left out or goes the other way."""
    n = len(start)
    flow = np.zeros((n, n))
    for born in range(n):
        for home in range(n):
            change = end[born, home] - start[born, home]
            if born != home and change > 0:
                flow[born, home] += change
            elif born != home and reverse:
                flow[home, born] += -change
    return flow


def rates(start, moves):
    """Each corridor its share of all foreign-born, times the moves of the world."""
    n = len(start)
    foreign = sum(start[born, home] for born in range(n) for home in range(n) if born != home)
    return np.array([[moves * start[i, j] / foreign if i != j else 0.0 for j in range(n)] for i in range(n)])


def growth_rates(start, end):
    """The rates by the inverse of the first stock, times the residents."""
    flow = np.linalg.inv(start) @ end * start.sum(axis=0)[:, None]
    np.fill_diagonal(flow, 0.0)
    return flow


def accounted(start, end, births, deaths, *, born_as, died_by):
    """Survivors at both dates, cell by cell: the world's balance matched after events, or before deaths by account.

    Deaths by account are found by plain proportional fitting.
    """
    n = len(births)
    surplus = births.sum() - deaths.sum() - (end.sum() - start.sum())
    start, end = start.copy(), end.copy()
    if died_by == "accounting":
        start, end = _shifted(start, -surplus / 2), _shifted(end, surplus / 2)
    residents = end.sum(axis=0)
    for j in range(n):
        if born_as == "native" and end[j, j] >= births[j]:
            end[j, j] -= births[j]
        else:
            for k in range(len(end)):
                end[k, j] *= 1 - births[j] / residents[j]
    if died_by == "accounting":
        dead = proportional_fitting(
            start, rows=start.sum(axis=1) - end.sum(axis=1), columns=deaths, tolerance=1e-9 * start.sum(), sweeps=50_000
        )
        return start - dead, end
    people = start.sum(axis=0)
    for j in range(n):
        for k in range(len(start)):
            start[k, j] *= 1 - deaths[j] / people[j]
    return _shifted(start, -surplus / 2), _shifted(end, surplus / 2)


def _shifted(table, persons):
    """Natives, on the diagonal, with so many persons more, each in proportion."""
    shifted, natives = table.copy(), sum(table[j, j] for j in range(table.shape[1]))
    for j in range(table.shape[1]):
        shifted[j, j] *= (natives + persons) / natives
    return shifted
