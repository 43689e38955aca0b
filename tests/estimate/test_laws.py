"""What holds for every account: closure, signs, order of methods, indifference to names and units; and the twins."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.estimate import golden
from tests.reference import slow_flows as slow

from corridors.concepts.findings import DataError
from corridors.estimate._balance import balance
from corridors.estimate._feasible import blockade
from corridors.estimate._independence import independence
from corridors.estimate._minimum import minimum
from corridors.estimate._product import moves
from corridors.estimate.flows import DIRECT, METHODS, estimate_flows
from corridors.testing import world as small_world

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


def _without_unknown(world):
    """The same world without its birthplace that is no residence."""
    return {
        name: array.isel(birthplace=slice(-1)) if "birthplace" in array.dims else array for name, array in world.items()
    }


@settings(max_examples=40, deadline=None)
@given(world=worlds(), seed=st.integers(0, 999), factor=st.floats(0.01, 1_000))
@pytest.mark.parametrize("method", DIRECT)
def test_methods_without_an_account_keep_scale_and_order(world, seed, factor, method):
    world = _without_unknown(world)
    once = estimate_flows(**world, method=method).flow
    order = np.random.default_rng(seed).permutation(world["births"].size)
    turned = {name: (array.isel(destination=order) * factor).assign_attrs(array.attrs) for name, array in world.items()}
    again = estimate_flows(**turned, method=method).flow.sel(origin=once["origin"], destination=once["destination"])
    np.testing.assert_allclose(again.values, once.values * factor, rtol=1e-7, atol=1e-6 * factor)
    assert method == "rvr" or (once.fillna(0) >= 0).all()
    assert np.isnan(np.diag(once.values)).all()


@settings(max_examples=40, deadline=None)
@given(world=worlds())
def test_methods_without_an_account_equal_their_slow_twins(world):
    world = _without_unknown(world)
    start, end = world["stock_start"].values, world["stock_end"].values
    natural = world["births"].values - world["deaths"].values
    moves = sum(abs(net) for net in end.sum(axis=0) - start.sum(axis=0) - natural)
    for method, slowly in (
        ("sd-drop-neg", slow.difference(start, end, reverse=False)),
        ("sd-rev-neg", slow.difference(start, end, reverse=True)),
        ("mig-rate", slow.rates(start, moves)),
        ("rvr", slow.growth_rates(start, end)),
    ):
        found = np.nan_to_num(estimate_flows(**world, method=method).flow.values)
        np.testing.assert_allclose(found, slowly, rtol=1e-9, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(world=worlds())
def test_reversed_differences_are_those_of_both_directions_of_time(world):
    world = _without_unknown(world)
    start, end = world["stock_start"], world["stock_end"]
    none = {name: (world[name] * 0).assign_attrs(unit="events") for name in ("births", "deaths")}
    forth, back = (
        estimate_flows(*tables, **none, method="sd-drop-neg").flow for tables in ((start, end), (end, start))
    )
    both = estimate_flows(start, end, **none, method="sd-rev-neg").flow
    np.testing.assert_array_equal(both.values, forth.values + back.values.T)


@settings(max_examples=20, deadline=None)
@given(world=worlds(), born_as=st.sampled_from(["native", "proportional"]))
def test_accounted_survivors_equal_their_slow_twin(world, born_as):
    arrays = [world[name].values for name in ("stock_start", "stock_end", "births", "deaths")]
    found = estimate_flows(**world, method="min-closed", born_as=born_as)
    start, end = slow.accounted(*arrays, born_as=born_as, died_by="proportional")
    assert found.start.sum("birthplace").values == pytest.approx(start.sum(axis=0), rel=1e-11)
    assert found.end.sum("birthplace").values == pytest.approx(end.sum(axis=0), rel=1e-11)


def _attempt(**choices):
    """The estimate, or None and the codes of what forbids it."""
    try:
        return estimate_flows(**choices), set()
    except DataError as error:
        return None, {one.code for one in error.findings}


@st.composite
def mortal_worlds(draw):
    """Worlds in which every birthplace lost people, none of them to anything but death."""
    n = draw(st.integers(2, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    places = [f"P{number}" for number in range(n)]
    start = rng.integers(50, 400, size=(n, n)).astype(float)
    at = np.arange(n)
    start[at, at] = rng.integers(5_000, 50_000, size=n)
    survivors = start * rng.uniform(0.85, 0.95, size=(n, n))
    dead = (start - survivors).sum(axis=0)
    survivors = rng.permuted(survivors, axis=1) if draw(st.booleans()) else survivors
    births = rng.integers(0, 1_500, size=n).astype(float)
    survivors[at, at] += births
    return {
        "stock_start": golden.stock(start, places),
        "stock_end": golden.stock(survivors, places),
        "births": golden.events(births, places),
        "deaths": golden.events(dead, places),
    }


@settings(max_examples=30, deadline=None)
@given(world=mortal_worlds())
def test_deaths_by_account_close_it_and_equal_their_slow_twin(world):
    arrays = [world[name].values for name in ("stock_start", "stock_end", "births", "deaths")]
    found, codes = _attempt(**world, method="min-closed", died_by="accounting")
    if found is None:
        assert codes == {"account-infeasible"}
        return
    start, end = slow.accounted(*arrays, born_as="native", died_by="accounting")
    np.testing.assert_allclose(found.start.values, start, rtol=1e-6, atol=1e-4)
    np.testing.assert_allclose(found.end.values, end, rtol=1e-6, atol=1e-4)
    # Birthplaces agree already: there is nothing left to close.
    assert found.shifted == pytest.approx(0, abs=1e-4)


@st.composite
def closed_worlds(draw):
    """Worlds without events in which everybody of the first stock is in the second."""
    n = draw(st.integers(2, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    places = [f"P{number}" for number in range(n)]
    start = rng.integers(1, 400, size=(n + 1, n)).astype(float)
    start[np.arange(n), np.arange(n)] = rng.integers(2_000, 50_000, size=n)
    end = rng.permuted(start, axis=1)
    none = golden.events(np.zeros(n), places)
    stocks = [golden.stock(cells, [*places, "XXX"], places) for cells in (start, end)]
    return {"stock_start": stocks[0], "stock_end": stocks[1], "births": none, "deaths": none}


@settings(max_examples=40, deadline=None)
@given(world=closed_worlds())
def test_the_open_system_is_the_closed_one_where_nobody_enters_or_leaves(world):
    for shut, others in (("min-closed", ("min-open", "min-open-dr")), ("ind-closed", ("ind-open-dr",))):
        expected = estimate_flows(**world, method=shut).flow.values
        for method in others:
            np.testing.assert_allclose(
                estimate_flows(**world, method=method).flow.values, expected, rtol=1e-9, atol=1e-7
            )


def _with_island(world, people):
    """The same world and an area that exchanges nobody, in order by itself."""
    codes = [*world["births"]["destination"].values.tolist(), "ISL"]
    births = [*world["stock_start"]["birthplace"].values.tolist(), "ISL"]
    own = {"stock_start": people, "stock_end": people + 1, "births": 1, "deaths": 0}
    wider = {}
    for name, array in world.items():
        if name.startswith("stock"):
            cells = np.zeros((len(births), len(codes)))
            cells[:-1, :-1], cells[-1, -1] = array.values, own[name]
            wider[name] = golden.stock(cells, births, codes)
        else:
            wider[name] = golden.events([*array.values, own[name]], codes)
    return wider


@settings(max_examples=60, deadline=None)
@given(
    world=st.one_of(closed_worlds(), worlds()),
    method=st.sampled_from([*METHODS, *DIRECT]),
    match=st.sampled_from(["after", "before"]),
    people=st.integers(1, 100_000),
)
def test_an_isolated_area_changes_nothing_else(world, method, match, people):
    """Whether the world balances to the person or not."""
    if method in DIRECT:
        world, match = _without_unknown(world), "after"
    once = estimate_flows(**world, method=method, match=match).flow
    again = estimate_flows(**_with_island(world, people), method=method, match=match).flow
    np.testing.assert_allclose(again.values[:-1, :-1], once.values, rtol=1e-9, atol=1e-6)
    assert np.nan_to_num(again.sel(origin="ISL").values) == pytest.approx(0, abs=1e-6)
    assert np.nan_to_num(again.sel(destination="ISL").values) == pytest.approx(0, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(world=worlds(), method=st.sampled_from(sorted(METHODS)), number=st.integers(0, 999))
def test_a_seed_changes_corridors_and_neither_nets_nor_birthplaces(world, method, number):
    codes = world["births"]["destination"].values.tolist()
    seed = golden.seed(np.random.default_rng(number).lognormal(0, 1, size=(len(codes),) * 2), codes)
    plain, seeded = (estimate_flows(**world, method=method, seed=one) for one in (None, seed))
    for dim in ("origin", "destination"):
        net = [one.flow.sum(dim).values for one in (plain, seeded)]
        if method.startswith("min"):
            np.testing.assert_allclose(net[1], net[0], rtol=1e-8, atol=1e-6)
    balance_of = [one.flow.sum("origin").values - one.flow.sum("destination").values for one in (plain, seeded)]
    np.testing.assert_allclose(balance_of[1], balance_of[0], atol=1e-5)
    flat = estimate_flows(**world, method=method, seed=golden.seed(np.ones((len(codes),) * 2), codes))
    np.testing.assert_allclose(flat.flow.values, plain.flow.values, rtol=1e-8, atol=1e-6)
    births = sum(seeded.of_birthplace(code).fillna(0) for code in seeded.start["birthplace"].values.tolist())
    np.testing.assert_allclose(births.values, seeded.flow.fillna(0).values, rtol=1e-8, atol=1e-5)


@settings(max_examples=40, deadline=None)
@given(number=st.integers(0, 999), seeding=st.integers(0, 999), factor=st.sampled_from([1e-3, 1.0]))
@pytest.mark.parametrize("case", ["tiny", "isolated"])
def test_a_positive_seed_is_never_refused(case, number, seeding, factor):
    """Rounding of the closed tables leaves birthplaces with leavers and no arrivers, who are none."""
    made = small_world(5, number, case=case)
    tables = {name: getattr(made, name) for name in ("stock_start", "stock_end", "births", "deaths")}
    tables = {name: (array * factor).assign_attrs(array.attrs) for name, array in tables.items()}
    codes = made.births["destination"].values.tolist()
    seed = golden.seed(np.random.default_rng(seeding).lognormal(0, 2, size=(len(codes),) * 2), codes)
    plain, seeded = (estimate_flows(**tables, seed=one).flow for one in (None, seed))
    assert float(seeded.sum()) == pytest.approx(float(plain.sum()), rel=1e-8, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(number=st.integers(0, 2**32 - 1))
def test_a_seed_joins_nobody_where_nobody_moved(number):
    rng = np.random.default_rng(number)
    n = int(rng.integers(2, 7))
    codes = [f"P{place}" for place in range(n)]
    cells = (rng.random((n, n)) * np.where(np.eye(n, dtype=bool), 90_000, 1_000)).round(1)
    none, stock = golden.events(np.zeros(n), codes), golden.stock(cells, codes)
    found = estimate_flows(stock, stock, births=none, deaths=none, seed=golden.seed(np.ones((n, n)), codes))
    assert float(found.flow.sum()) == pytest.approx(0, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(world=closed_worlds(), share=st.floats(0.99, 1))
def test_fewer_stayers_are_more_moves_and_the_same_nets(world, share):
    plain = estimate_flows(**world)
    found, codes = _attempt(**world, stayers=share)
    if found is None:
        assert codes == {"stayers-infeasible"}
        return
    stay = np.minimum(plain.start.values, plain.end.values).sum()
    assert float(found.flow.sum()) == pytest.approx(float(plain.flow.sum()) + (1 - share) * stay, rel=1e-8)
    nets = [one.flow.sum("origin").values - one.flow.sum("destination").values for one in (plain, found)]
    np.testing.assert_allclose(nets[1], nets[0], atol=1e-5)


@settings(max_examples=30, deadline=None)
@given(world=worlds(), method=st.sampled_from(CLOSED))
def test_a_request_to_relax_changes_no_account_that_closes(world, method):
    plain, relaxed = (estimate_flows(**world, method=method, relax=word) for word in ("none", "nearest"))
    assert relaxed.relaxed is None
    np.testing.assert_array_equal(relaxed.flow.values, plain.flow.values)
