"""Poisson pseudo-maximum likelihood the obvious way: a column for every effect, and Newton on all of them at once."""

import numpy as np


def dummies(codes):
    """One column a level."""
    levels = sorted(set(codes))
    return np.array([[float(code == level) for level in levels] for code in codes])


def slow_ppml(y, x, effects, *, steps=200):
    """Coefficients, fitted means and errors clustered by pair before G/(G-1) is left out; `effects` are lists of codes.

    The generalised inverse takes the columns that the effects share; y has no slice of zeros alone.
    """
    design = np.column_stack([x, *(dummies(codes) for codes in effects)])
    mean = (y + y.mean()) / 2
    eta = np.log(mean)
    for _ in range(steps):
        working = eta + (y - mean) / mean
        root = np.sqrt(mean)
        solution = np.linalg.lstsq(design * root[:, None], working * root, rcond=1e-12)[0]
        fresh = design @ solution
        done = np.abs(fresh - eta).max() < 1e-12
        eta = fresh
        mean = np.exp(eta)
        if done:
            break
    return solution[: x.shape[1]], mean


def slow_errors(y, x, effects, mean, groups):
    """Clustered errors, times G/(G-1), from covariates less their weighted projection on the dummies."""
    design = np.column_stack([dummies(codes) for codes in effects])
    root = np.sqrt(mean)[:, None]
    left = x - design @ np.linalg.lstsq(design * root, x * root, rcond=1e-12)[0]
    bread = np.linalg.inv((left * root**2).T @ left)
    names = sorted(set(groups))
    sums = np.array([sum(left[i] * (y - mean)[i] for i, other in enumerate(groups) if other == name) for name in names])
    return np.sqrt(np.diag(bread @ sums.T @ sums @ bread) * len(names) / (len(names) - 1))
