"""A long panel as a cube of origins, times and destinations: checked, its useless slices dropped with their reasons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from corridors.concepts.findings import Finding, raise_if_any
from corridors.explain._effects import Layout
from corridors.explain.formula import Formula, evaluate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Integers = NDArray[np.int64]

#: Faulty rows named one by one in a message; more are counted.
NAMED = 5
_SLICES: dict[str, tuple[int, ...]] = {"o^t": (2,), "d^t": (0,), "o^d": (1,), "o": (1, 2), "d": (0, 1), "t": (0, 2)}
_WORDS = {"o": "origin", "d": "destination", "t": "time"}


@dataclass(frozen=True, slots=True)
class Cube:
    """Flows y (O, T, D), covariates x (K, O, T, D), active cells, labels, the row of every cell (-1 where none), rows dropped."""

    y: Floats
    x: Floats
    active: Bools
    origins: pl.Series
    times: pl.Series
    destinations: pl.Series
    rows: Integers
    dropped: dict[str, int]


def columns_of(panel: pl.DataFrame, names: tuple[str, ...]) -> dict[str, Floats]:
    """Columns as floats, missing as NaN; text that is no number is a finding."""
    found, faults = {}, []
    for name in names:
        column = panel.get_column(name)
        numbers = column.cast(pl.Float64, strict=False)
        worse = column.filter(numbers.is_null() & column.is_not_null())
        if len(worse):
            fact = f"{len(worse)} values are no numbers, the first {worse[0]!r}"
            faults.append(
                Finding("gravity-not-number", f"column {name}", fact, "write numbers, and nothing where one is missing")
            )
        found[name] = numbers.fill_null(float("nan")).to_numpy()
    raise_if_any(faults)
    return found


def cube_of(panel: pl.DataFrame, formula: Formula, *, keys: tuple[str, str, str], layout: Layout) -> Cube:
    """The cube of a panel, one row a cell."""
    _check_columns(panel, formula, keys)
    values = columns_of(panel, formula.columns())
    y = evaluate(formula.outcome, values)
    known = ~np.isnan(np.stack([values[name] for name in formula.columns()])).any(0)
    placed = ~panel.select(pl.any_horizontal(pl.col(list(dict.fromkeys(keys))).is_null())).to_series().to_numpy()
    outcome_known = ~np.isnan(np.stack([values[name] for name in Formula(formula.outcome, (), ()).columns()])).any(0)
    dropped = {
        "no place or time": int((~placed).sum()),
        "flow missing": int((placed & ~outcome_known).sum()),
        "covariate missing": int((placed & outcome_known & ~known).sum()),
    }
    used = np.flatnonzero(known & placed)
    x = [evaluate(term, values)[used] for term in formula.terms]
    _check_values(panel, y[used], x, used=used, formula=formula, keys=keys)
    here = panel[used.tolist()] if len(used) < panel.height else panel
    codes, labels = zip(*(_coded(here.get_column(key)) for key in keys), strict=True)
    shape = (len(labels[0]), len(labels[2]), len(labels[1]))
    flat = np.ravel_multi_index((codes[0], codes[2], codes[1]), shape) if len(used) else np.zeros(0, dtype=np.int64)
    _check_once(here, flat, shape, keys)
    size = int(np.prod(shape))
    rows = np.full(size, -1, dtype=np.int64)
    rows[flat] = used
    whole = np.zeros(size)
    whole[flat] = y[used]
    wide = np.zeros((len(x), size))
    for k, column in enumerate(x):
        wide[k, flat] = column
    full = Cube(
        y=whole.reshape(shape), x=wide.reshape(-1, *shape), active=(rows >= 0).reshape(shape), rows=rows.reshape(shape),
        origins=labels[0], times=labels[2], destinations=labels[1], dropped=dropped,
    )  # fmt: skip
    return without_empty(full, layout)


def without_empty(cube: Cube, layout: Layout) -> Cube:
    """The cube without slices whose flows are all zero: their effect is minus infinity, and they tell nothing of the rest."""
    active, dropped = cube.active.copy(), dict(cube.dropped)
    names = [name for name in layout.names if name in _SLICES]
    before = -1
    while before != active.sum():
        before = active.sum()
        for name in names:
            empty = (cube.y * active).sum(_SLICES[name], keepdims=True) == 0
            gone = active & empty
            if gone.any():
                reason = f"{'-'.join(_WORDS[part] for part in name.split('^'))} without flow"
                dropped[reason] = dropped.get(reason, 0) + int(gone.sum())
                active &= ~empty
    if not active.any():
        raise_if_any([Finding("gravity-empty", "panel", "no row with a flow is left", "give rows with positive flows")])
    keep = [np.flatnonzero(active.any(axis)) for axis in ((1, 2), (0, 2), (0, 1))]
    if all(len(kept) == size for kept, size in zip(keep, active.shape, strict=True)):
        x = cube.x if np.array_equal(active, cube.active) else cube.x * active
        rows = np.where(active, cube.rows, -1)
        return replace(cube, y=cube.y * active, x=x, active=active, rows=rows, dropped=_counted(dropped))
    box = np.ix_(*keep)
    small = active[box]
    x = np.zeros((len(cube.x), *small.shape))
    for k, column in enumerate(cube.x):
        x[k] = column[box] * small
    return Cube(
        y=cube.y[box] * small, x=x, active=small, rows=np.where(small, cube.rows[box], -1),
        origins=cube.origins[keep[0].tolist()], times=cube.times[keep[1].tolist()],
        destinations=cube.destinations[keep[2].tolist()], dropped=_counted(dropped),
    )  # fmt: skip


def _counted(dropped: dict[str, int]) -> dict[str, int]:
    return {reason: count for reason, count in dropped.items() if count}


def _coded(column: pl.Series) -> tuple[Integers, pl.Series]:
    return column.rank("dense").cast(pl.Int64).to_numpy() - 1, column.unique().sort()


def _check_columns(panel: pl.DataFrame, formula: Formula, keys: tuple[str, str, str]) -> None:
    missing = [name for name in dict.fromkeys((*keys, *formula.columns())) if name not in panel.columns]
    raise_if_any(
        Finding(
            "column-missing", f"column {name}", "it is not in the panel", f"the panel has {', '.join(panel.columns)}"
        )
        for name in missing
    )
    if panel.is_empty():
        raise_if_any([Finding("gravity-empty", "panel", "it has no rows", "give a panel with flows")])


def _check_values(
    panel: pl.DataFrame, y: Floats, x: list[Floats], *, used: Integers, formula: Formula, keys: tuple[str, str, str]
) -> None:
    faults = []
    for row in np.flatnonzero(y < 0)[:NAMED]:
        fact = f"flow {y[row]:g} is negative; {int((y < 0).sum())} rows are"
        faults.append(Finding("gravity-negative", _place(panel, int(used[row]), keys), fact, "a flow is zero or more"))
    for name, column in zip((formula.outcome, *formula.terms), (y, *x), strict=True):
        bad = np.flatnonzero(~np.isfinite(column))
        for row in bad[:NAMED]:
            fact = f"{name} is {column[row]}; {len(bad)} rows are not finite"
            mend = "mend the value, leave it empty, or choose a function defined there, such as log1p"
            faults.append(Finding("gravity-not-finite", _place(panel, int(used[row]), keys), fact, mend))
    raise_if_any(faults)


def _place(panel: pl.DataFrame, row: int, keys: tuple[str, str, str]) -> str:
    return f"row {row}, " + ", ".join(f"{key} {panel[row, key]}" for key in keys)


def _check_once(here: pl.DataFrame, flat: Integers, shape: tuple[int, ...], keys: tuple[str, str, str]) -> None:
    if len(flat) == 0:
        return
    counts = np.bincount(flat, minlength=int(np.prod(shape)))
    twice = np.flatnonzero(counts[flat] > 1)
    faults = []
    for row in twice[:NAMED]:
        place = ", ".join(f"{key} {here[int(row), key]}" for key in keys)
        fact = f"{counts[flat[row]]} rows are one cell; {len(twice)} rows share theirs"
        faults.append(Finding("gravity-repeated", place, fact, "keep one category, or add the rows up before the fit"))
    raise_if_any(faults)
