"""How far those who replied stand for all Members: weighted shares with their effective size, and the R-indicator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridors.concepts.membership import un_members
from corridors.consult.groups import PARTITIONS, Group, GroupKind, require_named
from corridors.consult.tally import Tally

Array = NDArray[np.float64]
#: Replies in a group below which its weight rests on too few, largest weight in medians, and least effective share.
FEW, WIDE, LEAST_EFFECTIVE = 5, 3.0, 0.6
_ROUNDS, _CLOSE, _RIDGE = 500, 1e-9, 1e-8


@dataclass(frozen=True, slots=True)
class Weighted:
    """Shares weighted so that those who replied have the groups of the whole membership.

    Parameters
    ----------
    shares
        Share of each position in per cent of the Members covered.
    weights
        Members that each reply stands for, by area.
    effective_size
        Number of replies of equal weight that would be as certain: square of the sum over the sum of squares.
    covered
        Members in groups from which somebody replied.
    uncovered
        Codes of the groups from which nobody did.
    unstable
        Why the shares had better be read as describing those who replied alone; empty where nothing speaks against them.
    """

    shares: Mapping[str, float]
    weights: Mapping[str, float]
    effective_size: float
    covered: int
    uncovered: tuple[str, ...]
    unstable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Representativity:
    """The R-indicator: 1 where every Member was as likely to reply, falling as the likelihoods by group part.

    `propensities` are the likelihoods by area, `kinds` the groupings they follow.
    """

    value: float
    propensities: Mapping[str, float]
    kinds: tuple[GroupKind, ...]


def reweighted(tally: Tally, groups: Iterable[Group], *, kinds: Sequence[GroupKind] = ("region",)) -> Weighted:
    """Weight the replies to the groups of the membership, by raking where there are several kinds.

    Parameters
    ----------
    tally
        A tally of named States.
    groups
        Groups of the day of the tally.
    kinds
        Kinds of groups to weight by; each must put a Member in one group at most.

    Raises
    ------
    ValueError
        Placeholders replied, nobody did, or a kind has groups that overlap.

    References
    ----------
    W. E. Deming and F. F. Stephan (1940), https://doi.org/10.1214/aoms/1177731829; L. Kish (1965), Survey Sampling.

    Examples
    --------
    >>> from datetime import date
    >>> from corridors.consult.groups import groups_on
    >>> from corridors.consult.tally import tally
    >>> from corridors.consult.golden import golden_round
    >>> reweighted(tally(golden_round()), groups_on(date(2001, 12, 21)))
    Traceback (most recent call last):
    ValueError: S001 and 77 more stand for no named State; groups need the codes of areas
    """
    _require(tally, kinds)
    wanted = [group for group in groups if group.kind in kinds]
    replied = set(tally.positions)
    empty = tuple(group.code for group in wanted if not group.members & replied)
    full = [group for group in wanted if group.members & replied]
    covered = frozenset(un_members(tally.as_of))
    for kind in kinds:
        covered &= frozenset().union(*(group.members for group in full if group.kind == kind))
    areas = sorted(replied & covered)
    if not areas:
        raise ValueError("no Member in these groups replied; choose other kinds")
    inside = np.array([[area in group.members for group in full] for area in areas], dtype=float)
    totals = np.array([len(group.members & covered) for group in full], dtype=float)
    weights, settled = raked(inside, totals)
    effective = float(weights.sum() ** 2 / (weights**2).sum())
    shares = {
        name: 100 * float(weights[[tally.positions[area] == name for area in areas]].sum() / weights.sum())
        for name in tally.counts
    }
    reasons = _unstable(weights, full, replied, empty, settled)
    return Weighted(shares, dict(zip(areas, map(float, weights), strict=True)), effective, len(covered), empty, reasons)


def _require(tally: Tally, kinds: Sequence[GroupKind]) -> None:
    require_named(tally)
    wrong = [kind for kind in kinds if kind not in PARTITIONS]
    if wrong or not kinds:
        raise ValueError(f"kinds {', '.join(wrong) or '(none)'} overlap; use {', '.join(PARTITIONS)}")


def raked(inside: Array, totals: Array) -> tuple[Array, bool]:
    """Weights whose sums in each group are its total, and whether they were reached.

    Parameters
    ----------
    inside
        Whether each reply is in each group, shape (replies, groups).
    totals
        Members of each group, at least one reply in each.

    Examples
    --------
    >>> raked(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), np.array([10.0, 3.0]))[0]
    array([5., 5., 3.])
    """
    weights = np.ones(len(inside))
    for _ in range(_ROUNDS):
        for group, total in zip(inside.T, totals, strict=True):
            found = float(weights @ group)
            if found > 0:
                weights = np.where(group > 0, weights * total / found, weights)
        if np.allclose(weights @ inside, totals, rtol=_CLOSE, atol=0):
            return weights, True
    return weights, False


def _unstable(
    weights: Array, groups: Sequence[Group], replied: set[str], empty: tuple[str, ...], settled: bool
) -> tuple[str, ...]:
    # A small group all of whose Members replied speaks for itself.
    few = [group.code for group in groups if len(group.members & replied) < min(FEW, len(group.members))]
    share = float(weights.sum() ** 2 / (weights**2).sum()) / len(weights)
    said = {
        f"nobody replied from {', '.join(empty)}": bool(empty),
        f"fewer than {FEW} replied from {', '.join(few)}": bool(few),
        f"the largest weight is more than {WIDE:g} times the middle one": weights.max() > WIDE * np.median(weights),
        f"the effective size is below {LEAST_EFFECTIVE:.0%} of the replies": share < LEAST_EFFECTIVE,
        "no weights meet all groups at once": not settled,
    }
    return tuple(reason for reason, holds in said.items() if holds)


def r_indicator(tally: Tally, groups: Iterable[Group], *, kinds: Sequence[GroupKind] = ("region",)) -> Representativity:
    """One less twice the standard deviation of the likelihoods to reply, estimated by logistic regression on groups.

    Parameters
    ----------
    tally
        A tally of named States.
    groups
        Groups of the day of the tally.
    kinds
        Kinds of groups whose main effects explain replying; each must put a Member in one group at most.

    Raises
    ------
    ValueError
        Placeholders replied, or a kind has groups that overlap.

    References
    ----------
    B. Schouten, F. Cobben and J. Bethlehem (2009), Indicators for the representativeness of survey response, Survey
    Methodology 35(1), 101-113.

    Examples
    --------
    >>> from corridors.consult.golden import golden_round
    >>> from corridors.consult.tally import tally
    >>> r_indicator(tally(golden_round()), [])
    Traceback (most recent call last):
    ValueError: S001 and 77 more stand for no named State; groups need the codes of areas
    """
    _require(tally, kinds)
    members = un_members(tally.as_of)
    columns = [np.ones(len(members))]
    for kind in kinds:
        of_kind = [group for group in groups if group.kind == kind]
        # Where every Member is in some group, the first is what the others are compared with.
        whole = len(frozenset().union(*(group.members for group in of_kind))) == len(members)
        columns += [np.array([code in group.members for code in members], dtype=float) for group in of_kind[whole:]]
    replied = np.array([code in tally.positions for code in members], dtype=float)
    likely = propensities(np.column_stack(columns), replied)
    value = 1 - 2 * float(np.std(likely, ddof=1))
    return Representativity(value, dict(zip(members, map(float, likely), strict=True)), tuple(kinds))


def propensities(features: Array, replied: Array) -> Array:
    """Likelihoods of replying by logistic regression; where a group replied wholly or not at all they near 1 or 0.

    Parameters
    ----------
    features
        Shape (members, features), the first of them one throughout.
    replied
        One where a Member replied, else zero.

    Examples
    --------
    >>> features = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    >>> propensities(features, np.array([1.0, 0.0, 1.0, 1.0])).round(3)
    array([0.5, 0.5, 1. , 1. ])
    """
    beta = np.zeros(features.shape[1])
    ridge = _RIDGE * np.eye(features.shape[1])
    for _ in range(100):
        chance = 1 / (1 + np.exp(-np.clip(features @ beta, -30, 30)))
        slope = features.T @ (replied - chance) - _RIDGE * beta
        curve = (features * (chance * (1 - chance))[:, None]).T @ features + ridge
        step = np.linalg.solve(curve, slope)
        # A group that replied wholly drives its coefficient off without end; a bounded step keeps it in range.
        beta = beta + np.clip(step, -4, 4)
        if np.abs(step).max() < 1e-10:
            break
    return np.asarray(1 / (1 + np.exp(-np.clip(features @ beta, -30, 30))))
