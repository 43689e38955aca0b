"""Fewer stayers than the most: the closed form against plain fitting, its limits, and what cannot be left."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference import slow_flows as slow

from corridors.estimate._minimum import minimum
from corridors.estimate._product import moves, moves_of_birthplace
from corridors.estimate._stayers import StayersBlocked, with_stayers, without_diagonal


@st.composite
def margins(draw):
    """Leavers and arrivers of tables without a diagonal, so that a table exists; residences may have both."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, births = draw(st.integers(2, 6)), draw(st.integers(1, 5))
    spread, full = draw(st.sampled_from([0.1, 1, 3])), draw(st.sampled_from([0.5, 1]))
    cube = rng.lognormal(2, spread, size=(births, n, n)) * (rng.random((births, n, n)) < full)
    cube[:, np.arange(n), np.arange(n)] = 0
    return cube.sum(axis=2), cube.sum(axis=1)


@settings(max_examples=200, deadline=None)
@given(given=margins())
def test_the_closed_form_has_the_margins_of_every_table_without_a_diagonal(given):
    leaving, arriving = given
    found = without_diagonal(leaving, arriving)
    for row, movers in enumerate(leaving.sum(axis=1)):
        table = moves_of_birthplace(*found, row=row)
        assert table.sum(axis=1) == pytest.approx(leaving[row], abs=1e-12 * movers)
        assert table.sum(axis=0) == pytest.approx(arriving[row], abs=1e-12 * movers)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_closed_form_is_what_plain_fitting_finds(seed):
    rng = np.random.default_rng(seed)
    cube = rng.lognormal(2, 1, size=(3, 5, 5))
    cube[:, np.arange(5), np.arange(5)] = 0
    leaving, arriving = cube.sum(axis=2), cube.sum(axis=1)
    plain = slow.quasi_independence(leaving, arriving)
    found = without_diagonal(leaving, arriving)
    for row in range(3):
        np.testing.assert_allclose(moves_of_birthplace(*found, row=row), plain[row], rtol=1e-7, atol=1e-8)
    natives = np.array([0, 1, 2, 0, 1])
    fast = moves(*found, natives=natives)
    for one, other in zip((fast.all, fast.outward, fast.returned), slow.by_type(plain, natives), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-7, atol=1e-7)


TABLES = (
    np.array([[50.0, 50, 45], [40, 55, 50], [35, 30, 40]]),
    np.array([[45.0, 50, 50], [45, 50, 50], [30, 40, 35]]),
)


def test_a_share_of_one_is_minimum_migration():
    natives = np.arange(3)
    found = moves(*with_stayers(*TABLES, 1.0), natives=natives)
    expected = moves(*minimum(*TABLES), natives=natives)
    for one, other in ((found.all, expected.all), (found.outward, expected.outward)):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("share", [0.0, 0.6, np.array([0.6, 0.5, 0.55]), np.full((3, 3), 0.4)])
def test_shares_are_one_number_one_a_residence_or_one_a_cell(share):
    start, end = TABLES
    found = moves(*with_stayers(start, end, share), natives=np.arange(3))
    stayers = share * np.minimum(start, end)
    assert found.all.sum(axis=1) == pytest.approx((start - stayers).sum(axis=0), rel=1e-11)
    assert found.all.sum(axis=0) == pytest.approx((end - stayers).sum(axis=0), rel=1e-11)


def test_fewer_stayers_are_more_moves():
    totals = [moves(*with_stayers(*TABLES, share), natives=np.arange(3)).all.sum() for share in (1, 0.6, 0.3, 0)]
    assert totals == sorted(totals)


def test_at_the_limit_all_moves_begin_or_end_in_one_area():
    # Of 100 movers 60 leave A and 40 arrive there: all of the others come from or go to A.
    found = without_diagonal(np.array([[60.0, 30, 10]]), np.array([[40.0, 35, 25]]))
    table = moves_of_birthplace(*found, row=0)
    assert table == pytest.approx(np.array([[0.0, 35, 25], [30, 0, 0], [10, 0, 0]]), abs=1e-10)


def test_areas_that_few_stayers_crowd_are_named_with_the_persons():
    start, end = np.array([[900.0, 10, 5], [10, 20, 30]]), np.array([[890.0, 15, 10], [30, 20, 10]])
    with pytest.raises(StayersBlocked) as caught:
        with_stayers(start, end, 0.99)
    (crowded,) = caught.value.crowded
    # Of those born in the first place 18.9 leave home and 8.9 arrive there, but 19.05 move in all.
    assert (crowded.row, crowded.column) == (0, 0)
    assert crowded.persons == pytest.approx(8.75)
    kept = np.minimum(start, end) * 0.99
    kept[0, 0] += crowded.persons
    enough = kept / np.minimum(start, end)
    assert moves(*with_stayers(start, end, enough), natives=np.array([0, 1, 0])).all.sum() > 0


def test_shares_outside_of_zero_and_one_are_refused():
    for share in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match="a share of stayers lies between 0 and 1"):
            with_stayers(*TABLES, share)


def test_a_birthplace_without_movers_has_none():
    leaving, arriving = without_diagonal(np.zeros((2, 3)), np.zeros((2, 3)))
    assert leaving.sum() == arriving.sum() == 0
