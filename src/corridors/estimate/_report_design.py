"""Designs of the two linear models: what explains a flow, and what a definition does to its report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, hstack

from corridors.estimate._report_model import ROLES, Effects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

#: Months of stay whose effect is learnt. Twelve has none; between two of them the effect runs along ln(1 + months).
DURATIONS = (0.0, 3.0, 6.0, 60.0)
_REFERENCE = 12.0
#: Groups of effects whose spread is learnt: of origins, of destinations, of reporters.
ORIGINS, DESTINATIONS, REPORTERS = range(3)
FIXED = -1


@dataclass(frozen=True, slots=True)
class Columns:
    """Some columns of a design with what is believed of their effects."""

    names: tuple[str, ...]
    design: csr_array
    mean: Floats
    deviation: Floats
    group: int = FIXED


def joined(flow: Sequence[Columns], report: Sequence[Columns]) -> tuple[tuple[str, ...], csr_array, csr_array, Effects]:
    """Names of all effects, both designs over all of them, and beliefs."""
    every = [*flow, *report]
    width = sum(len(one.names) for one in every)
    effects = Effects(
        np.concatenate([one.mean for one in every]),
        np.concatenate([one.deviation for one in every]),
        np.concatenate([np.full(len(one.names), one.group) for one in every]),
    )
    left = csr_array(hstack([one.design for one in flow]))
    right = csr_array(hstack([one.design for one in report]))
    padded = hstack([left, csr_array((left.shape[0], width - left.shape[1]))])
    shifted = hstack([csr_array((right.shape[0], width - right.shape[1])), right])
    return tuple(name for one in every for name in one.names), csr_array(padded), csr_array(shifted), effects


def dense(names: Sequence[str], values: Floats, *, mean: float, deviation: float) -> Columns:
    """Columns of numbers, shape (rows, names)."""
    number = len(names)
    return Columns(tuple(names), csr_array(values), np.full(number, mean), np.full(number, deviation))


def members(names: Sequence[str], member: Positions, *, mean: Floats, deviation: Floats, group: int = FIXED) -> Columns:
    """Columns of ones and zeros: each row belongs to one of `names`, or with -1 to none."""
    rows = np.flatnonzero(member >= 0)
    ones = np.ones(rows.size)
    design = csr_array((ones, (rows, member[rows])), shape=(member.size, len(names)))
    return Columns(tuple(names), design, mean, deviation, group)


def durations(months: Floats, *, mean: Floats, deviation: Floats) -> Columns:
    """Columns of the duration of stay, against twelve months; a rule that is not known has no effect."""
    knots = np.array(sorted((*DURATIONS, _REFERENCE)))
    known = np.where(np.isfinite(months), months, _REFERENCE)
    hats = [np.interp(np.log1p(known), np.log1p(knots), (knots == one).astype(float)) for one in DURATIONS]
    names = tuple(f"duration {month:g}" for month in DURATIONS)
    return Columns(names, csr_array(np.stack(hats, axis=1)), mean, deviation)


def by_role(names: Sequence[str]) -> tuple[str, ...]:
    """Each name for emigrants, then each for immigrants."""
    return tuple(f"{role} {name}" for role in ("emigrants", "immigrants") for name in names)


def role_member(member: Positions, number: int) -> Positions:
    """Positions in `by_role` from positions in its names; the last axis is the role."""
    return np.where(member >= 0, member + number * np.arange(ROLES), -1).astype(np.intp)
