"""What holds for every account: closure, signs, order of methods, indifference to names and units; and the twins."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.estimate import golden
from tests.reference import slow_flows as slow

from corridors.estimate._balance import balance
from corridors.estimate._feasible import blockade
from corridors.estimate._independence import independence
from corridors.estimate._minimum import minimum
from corridors.estimate._product import moves
from corridors.estimate.flows import METHODS, estimate_flows

CLOSED = ("min-closed", "pb-closed", "ind-closed")


@st.composite
def worlds(draw):
    """Two stock tables with natives in the majority, one birthplace without a residence, and events they can bear."""
    n = draw(st.integers(2, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    places = [f"P{number}" for number in range(n)]
    # No zero cells: a dense table always has a closed account.
    abroad = rng.integers(1, 400, size=(2, n + 1, n)).astype(float)
    at = np.arange(n)
    abroad[:, at, at] = rng.integers(2_000, 50_000, size=(2, n))
    births, deaths = (golden.events(rng.integers(0, 1_500, size=n), places) for _ in range(2))
    start, end = (golden.stock(cells, [*places, "XXX"], places) for cells in abroad)
    return {"stock_start": start, "stock_end": end, "births": births, "deaths": deaths}


@settings(max_examples=60, deadline=None)
@given(world=worlds(), method=st.sampled_from(sorted(METHODS)))
def test_in_less_out_is_the_difference_of_the_accounted_tables(world, method):
    found = estimate_flows(**world, method=method)
    net = found.flow.sum("origin").values - found.flow.sum("destination").values
    expected = found.end.sum("birthplace").values - found.start.sum("birthplace").values
    assert net == pytest.approx(expected, abs=1e-6)
    assert (found.flow.fillna(0) >= 0).all()
    assert np.isnan(np.diag(found.flow.values)).all()


@settings(max_examples=40, deadline=None)
@given(world=worlds(), method=st.sampled_from(CLOSED))
def test_closed_accounts_keep_residents_and_share_their_birthplaces(world, method):
    found = estimate_flows(**world, method=method)
    people = world["stock_start"].sum("birthplace") - world["deaths"]
    assert found.start.sum("birthplace").values == pytest.approx(people.values, abs=found.matched + 1e-6)
    assert found.start.sum("origin").values == pytest.approx(found.end.sum("destination").values, rel=1e-11)


@settings(max_examples=40, deadline=None)
@given(world=worlds())
def test_types_and_birthplaces_add_up_to_all_flows(world):
    found = estimate_flows(**world, method="pb-closed")
    parts = found.outward + found.returned + found.transit
    assert parts.fillna(0).values == pytest.approx(found.flow.fillna(0).values, abs=1e-6)
    births = sum(found.of_birthplace(code).fillna(0) for code in found.start["birthplace"].values.tolist())
    assert births.values == pytest.approx(found.flow.fillna(0).values, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(world=worlds())
def test_the_mix_lies_between_minimum_and_independence(world):
    least, mix, most = (float(estimate_flows(**world, method=method).flow.sum()) for method in CLOSED)
    assert least <= mix * (1 + 1e-12) <= most * (1 + 1e-11)
    assert mix == pytest.approx(0.87 * least + 0.13 * most)


@settings(max_examples=30, deadline=None)
@given(world=worlds(), method=st.sampled_from(sorted(METHODS)), factor=st.floats(0.01, 1_000))
def test_flows_scale_with_the_unit(world, method, factor):
    once = estimate_flows(**world, method=method).flow
    scaled = {name: (array * factor).assign_attrs(array.attrs) for name, array in world.items()}
    again = estimate_flows(**scaled, method=method).flow
    np.testing.assert_allclose(again.values, once.values * factor, rtol=1e-7, atol=1e-6 * factor)


@settings(max_examples=30, deadline=None)
@given(world=worlds(), method=st.sampled_from(sorted(METHODS)), seed=st.integers(0, 999))
def test_the_order_of_the_areas_does_not_matter(world, method, seed):
    order = np.random.default_rng(seed).permutation(world["births"].size)
    turned = {name: array.isel(destination=order) for name, array in world.items()}
    once = estimate_flows(**world, method=method).flow
    again = estimate_flows(**turned, method=method).flow.sel(origin=once["origin"], destination=once["destination"])
    np.testing.assert_allclose(again.values, once.values, rtol=1e-7, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(world=worlds(), method=st.sampled_from(sorted(METHODS)))
def test_time_reversal_turns_every_flow_round(world, method):
    none = world["births"] * 0
    none.attrs.update(world["births"].attrs)
    start, end = world["stock_start"], world["stock_end"]
    forth = estimate_flows(start, end, births=none, deaths=none, method=method).flow
    back = estimate_flows(end, start, births=none, deaths=none, method=method).flow
    np.testing.assert_allclose(back.values, forth.values.T, rtol=1e-7, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(1, 9), columns=st.integers(1, 7))
def test_balancing_keeps_margins_and_finds_what_plain_fitting_finds(seed, rows, columns):
    rng = np.random.default_rng(seed)
    table = rng.lognormal(2, 2, size=(rows, columns)) * (rng.random((rows, columns)) < 0.8)
    target = table * rng.lognormal(0, 1, size=(rows, columns))
    margins = {"rows": target.sum(axis=1), "columns": target.sum(axis=0)}
    found = balance(table, **margins)
    assert found.holds
    assert found.table.sum(axis=0) == pytest.approx(margins["columns"], rel=1e-12, abs=1e-12)
    assert found.table.sum(axis=1) == pytest.approx(margins["rows"], rel=1e-9, abs=1e-9)
    assert (found.table[table == 0] == 0).all()
    plain = slow.proportional_fitting(table, **margins, tolerance=1e-10 * target.sum() + 1e-300, sweeps=20_000)
    np.testing.assert_allclose(found.table, plain, rtol=1e-5, atol=1e-6 * target.max(initial=1e-9))


def test_totals_that_force_zeros_are_reached_in_the_limit():
    # A and B fill columns 1 and 2 to the last person, so C, which also has people there, must end with none.
    table = np.array([[5.0, 3, 0], [2, 6, 0], [1, 4, 9]])
    found = balance(table, rows=np.array([10.0, 10, 7]), columns=np.array([8.0, 12, 7]))
    assert found.holds
    assert found.table[2] == pytest.approx([0, 0, 7], abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_blockade_is_a_proof_and_its_absence_an_account(seed):
    rng = np.random.default_rng(seed)
    table = rng.random((5, 4)) * (rng.random((5, 4)) < 0.45)
    rows, columns = rng.integers(0, 50, 5).astype(float), rng.integers(0, 50, 4).astype(float)
    columns[-1] += max(rows.sum() - columns.sum(), 0)
    rows[-1] += max(columns.sum() - rows.sum(), 0)
    blocked = blockade(table, rows=rows, columns=columns)
    assert balance(table, rows=rows, columns=columns).holds == (blocked is None)
    if blocked:
        own, others, cells = (rows, columns, table) if blocked.of == "rows" else (columns, rows, table.T)
        touched = np.flatnonzero((cells[list(blocked.members)] > 0).any(axis=0))
        assert touched.tolist() == list(blocked.partners)
        excess = own[list(blocked.members)].sum() - others[touched].sum()
        assert excess == pytest.approx(blocked.excess)
        assert excess > 0


@settings(max_examples=30, deadline=None)
@given(world=worlds())
def test_closed_forms_equal_the_fitted_cubes(world):
    account = estimate_flows(**world)
    tables = account.start.values, account.end.values
    natives = np.arange(account.flow.sizes["origin"])
    for split, cube in (
        (minimum, slow.quasi_independence(*minimum(*tables))),
        (independence, slow.independence_cube(*tables)),
    ):
        found = moves(*split(*tables), natives=natives)
        for fast, plain in zip((found.all, found.outward, found.returned), slow.by_type(cube, natives), strict=True):
            np.testing.assert_allclose(fast, plain, rtol=1e-6, atol=1e-5)
