"""The nearest closed account: exact projection, what gives way, and tables that have its totals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls
from tests.estimate import golden
from tests.reference import slow_joins as slow

from corridors.estimate._accounting import survivors
from corridors.estimate._closing import Blocked, closed
from corridors.estimate._feasible import blockade, blockades, largest_flow, missing, possible
from corridors.estimate._nearest import close_nearest, nearest

FOUR = (
    # Those born in A and B live in A and B only, at the start; at the end their number has grown.
    np.array([[60.0, 20, 0, 0], [10, 50, 0, 0], [5, 5, 80, 10], [0, 5, 10, 45]]),
    np.array([[70.0, 20, 10, 0], [10, 70, 10, 10], [5, 0, 55, 10], [0, 5, 0, 25]]),
)


@st.composite
def blocked(draw, *, most=9):
    """Two sparse tables with equal sums; most have no closed account."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(2, most))
    births = min(n + draw(st.integers(0, 2)), most)
    full = draw(st.sampled_from([0.1, 0.25, 0.5]))
    tables = rng.lognormal(5, draw(st.sampled_from([0.3, 2])), size=(2, births, n))
    tables *= rng.random((2, births, n)) < full
    # One area is in both tables, so that totals exist.
    tables[:, 0, 0] += rng.lognormal(5, 1, size=2)
    tables[1] *= tables[0].sum() / tables[1].sum()
    return tables[0], tables[1]


def test_an_account_that_exists_is_left_as_it_is():
    start, end = np.full((3, 3), 10.0), np.full((3, 3), 10.0) + np.array([[1.0, 0, -1], [0, 2, -1], [-1, 0, 0]])
    end *= start.sum() / end.sum()
    account, found = close_nearest(start, end)
    assert found.cuts == ()
    assert found.residents_kept
    assert not found.moved.any()
    np.testing.assert_allclose(account.start, closed(start, end).start, rtol=1e-10)


def test_four_regions_move_to_the_nearest_totals():
    with pytest.raises(Blocked) as caught:
        closed(*FOUR)
    # The mean of both dates asks for 170 persons born in A or B, but only 155 live there at the start.
    assert caught.value.blockades["start"].excess == pytest.approx(15)
    account, found = close_nearest(*FOUR)
    assert found.residents_kept
    assert found.moved == pytest.approx([-7.5, -7.5, 7.5, 7.5])
    (cut,) = found.cuts
    assert (cut.table, cut.blockade.of, cut.blockade.members, cut.blockade.partners) == (
        "start",
        "rows",
        (0, 1),
        (0, 1),
    )
    assert cut.blockade.excess == pytest.approx(15)
    for table, before in ((account.start, FOUR[0]), (account.end, FOUR[1])):
        assert table.sum(axis=1) == pytest.approx(found.totals, rel=1e-12)
        assert table.sum(axis=0) == pytest.approx(before.sum(axis=0), rel=1e-12)
    # A and B are full of their own: nobody else may be there.
    assert account.start[2:, :2].sum() == 0


def test_where_no_birthplace_totals_do_residents_give_way_too():
    start = np.array([[90.0, 10, 0], [5, 80, 0], [0, 0, 50]])
    end = np.array([[85.0, 15, 0], [5, 70, 0], [0, 0, 60]])
    account, found = close_nearest(start, end)
    assert not found.residents_kept
    assert found.totals == pytest.approx([100, 80, 55])
    assert found.moved_start == pytest.approx([-2.5, -2.5, 5])
    assert found.moved_end == pytest.approx([2.5, 2.5, -5])
    assert account.start.sum(axis=0) == pytest.approx(found.residents_start)
    assert account.end.sum(axis=0) == pytest.approx(found.residents_end)


def test_a_world_of_which_nobody_is_left_has_no_account():
    with pytest.raises(Blocked) as caught:
        nearest(np.array([[5.0, 5], [0, 0]]), np.array([[0.0, 0], [4, 6]]))
    assert set(caught.value.blockades) == {"start", "end"}


@settings(max_examples=60, deadline=None)
@given(tables=blocked())
def test_the_tables_have_the_totals_and_keep_their_zeros(tables):
    account, found = close_nearest(*tables)
    world = tables[0].sum()
    for table, before, residents in (
        (account.start, tables[0], found.residents_start),
        (account.end, tables[1], found.residents_end),
    ):
        assert table.sum(axis=1) == pytest.approx(found.totals, abs=1e-11 * world)
        assert table.sum(axis=0) == pytest.approx(residents, abs=1e-11 * world)
        assert (table >= 0).all()
        assert not table[before == 0].any()
    assert found.totals.sum() == pytest.approx(world, rel=1e-12)
    if found.residents_kept:
        assert not found.moved_start.any()
        assert not found.moved_end.any()


@settings(max_examples=60, deadline=None)
@given(tables=blocked())
def test_the_nearest_totals_are_a_projection(tables):
    """What is left to the wanted totals is a positive sum of the cuts that bind, and every one of them is full."""
    found = nearest(*tables)
    world = tables[0].sum()
    again = found.moved, found.moved_start, found.moved_end
    n_births, n = tables[0].shape
    columns = []
    for cut in found.cuts:
        parts = {"birth": np.zeros(n_births), "start": np.zeros(n), "end": np.zeros(n)}
        own, other = ("birth", cut.table) if cut.blockade.of == "rows" else (cut.table, "birth")
        parts[own][list(cut.blockade.members)] += 1
        parts[other][list(cut.blockade.partners)] -= 1
        values = {"birth": found.totals, "start": found.residents_start, "end": found.residents_end}
        assert sum(float(parts[name] @ values[name]) for name in parts) == pytest.approx(0, abs=1e-11 * world)
        columns.append(np.concatenate([parts["birth"], parts["start"], parts["end"]]))
    free = np.concatenate([np.ones(n_births), np.full(2 * n, 0.0 if found.residents_kept else 1.0)])
    sums = [np.r_[np.ones(n_births), np.zeros(2 * n)], np.r_[np.zeros(n_births), np.ones(n), np.zeros(n)]]
    sums.append(np.r_[np.zeros(n_births + n), np.ones(n)])
    # Persons may also be held at zero.
    zero = np.flatnonzero(np.concatenate([found.totals, found.residents_start, found.residents_end]) <= 1e-12 * world)
    positive = [-column for column in columns] + [np.eye(free.size)[place] for place in zero]
    normals = np.array([*positive, *sums, *(-one for one in sums)]).T * free[:, None]
    _, left = nnls(normals, np.concatenate(again), maxiter=10_000)
    assert left <= 1e-9 * world


@settings(max_examples=12, deadline=None)
@given(tables=blocked(most=4))
def test_cutting_planes_find_what_projecting_on_every_cut_finds(tables):
    found = nearest(*tables)
    expected = slow.nearest_totals(*tables, residents_free=not found.residents_kept, sweeps=20_000)
    for fast, plain in zip((found.totals, found.residents_start, found.residents_end), expected, strict=True):
        np.testing.assert_allclose(fast, plain, atol=1e-6 * tables[0].sum())


@settings(max_examples=30, deadline=None)
@given(tables=blocked(), seed=st.integers(0, 999))
def test_the_order_of_areas_does_not_matter_and_runs_repeat(tables, seed):
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(tables[0].shape[0]), rng.permutation(tables[0].shape[1])
    once, twice = nearest(*tables), nearest(*tables)
    assert (once.totals == twice.totals).all()
    turned = nearest(*(table[np.ix_(rows, columns)] for table in tables))
    np.testing.assert_allclose(turned.totals, once.totals[rows], atol=1e-9 * tables[0].sum())


@pytest.mark.parametrize("name", ["n20_s101", "n60_s102", "un61_2010", "un40"])
def test_golden_sets_are_closed_as_they_are(shared_data, name):
    given = golden.inputs(shared_data / "golden_flows" / name)
    tables = [given[f"stock_{part}"].values for part in ("start", "end")]
    events = {part: given[part].values for part in ("births", "deaths")}
    alive = survivors(*tables, **events, natives=np.arange(len(tables[0])), match="after")
    found = nearest(alive.start, alive.end)
    assert found.residents_kept
    assert found.cuts == ()


def test_a_real_set_without_its_emigrants_is_closed_at_the_nearest_totals(shared_data):
    """The semi-real set, and three of its countries cut off from the world at the start."""
    given = golden.inputs(shared_data / "golden_flows" / "un40")
    start, end = (given[f"stock_{part}"].values.copy() for part in ("start", "end"))
    for place in (3, 11, 27):
        start[place, np.arange(40) != place] = 0
    end *= start.sum() / end.sum()
    account, found = close_nearest(start, end)
    assert found.cuts
    assert account.start.sum(axis=1) == pytest.approx(account.end.sum(axis=1), abs=0.01)
    assert np.abs(found.moved).sum() < 0.2 * start.sum()


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_possible_cells_are_those_that_some_table_fills(seed):
    rng = np.random.default_rng(seed)
    table = (rng.random((4, 4)) < 0.5).astype(float)
    # Whole numbers of few persons are often on a cut.
    inside = table * rng.integers(0, 3, size=(4, 4))
    margins = {"rows": inside.sum(axis=1), "columns": inside.sum(axis=0)}
    found = possible(table, **margins)
    for row, column in np.argwhere(table > 0):
        # One person, less than any cycle of whole numbers carries, is put into the cell: can the rest still be placed?
        rows, columns = margins["rows"].copy(), margins["columns"].copy()
        rows[row] -= 0.01
        columns[column] -= 0.01
        able = min(rows[row], columns[column]) >= 0 and not blockades(table, rows=rows, columns=columns)
        assert found[row, column] == able


def test_what_is_missing_is_what_the_largest_flow_leaves():
    table = np.array([[1.0, 0, 0], [1, 0, 0], [0, 1, 1]])
    rows, columns = np.array([7.0, 4, 5]), np.array([3.0, 6, 7])
    found = blockades(table, rows=rows, columns=columns)
    assert missing(found) == 8
    assert blockade(table, rows=rows, columns=columns).excess == 8


def test_a_flow_is_exact_beyond_whole_numbers_of_32_bits():
    capacity = np.zeros((4, 4))
    capacity[0, 1:3] = 8e9 + 0.123, 1e-3
    capacity[1:3, 3] = np.inf
    capacity[2, 1] = np.inf
    flow = largest_flow(capacity)
    assert flow[0].sum() == pytest.approx(8e9 + 0.124, abs=1e-5)
    assert largest_flow(np.zeros((3, 3))).sum() == 0
