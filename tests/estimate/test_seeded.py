"""Seeds that act: goldens, the slow twin, laws of the fit, and what a seed with zeros forbids."""

import numpy as np
import polars as pl
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.estimate import golden
from tests.reference import slow_flows, slow_joins

from corridors.estimate._minimum import minimum
from corridors.estimate._product import moves, moves_of_birthplace
from corridors.estimate._seeded import SeedBlocked, seeded, seeded_of_birthplace
from corridors.estimate.flows import estimate_flows
from corridors.estimate.seeds import distance_seed, gravity_seed, previous_seed, reported_seed

ABCD = ["A", "B", "C", "D"]


@st.composite
def accounts(draw, *, overlap=False):
    """Leavers and arrivers of every birthplace, with equal sums; unless `overlap`, never both in one residence."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, births = draw(st.integers(2, 6)), draw(st.integers(1, 7))
    leaving, arriving = rng.lognormal(3, 1.5, size=(2, births, n)) * (rng.random((2, births, n)) < 0.8)
    if not overlap:
        side = rng.random((births, n)) < 0.5
        leaving, arriving = leaving * side, arriving * ~side
    empty = (leaving.sum(axis=1) == 0) | (arriving.sum(axis=1) == 0)
    leaving[empty] = arriving[empty] = 0
    sums = np.where(empty, 1, arriving.sum(axis=1))
    seed = rng.lognormal(0, draw(st.sampled_from([0.5, 2, 4])), size=(n, n))
    return leaving, arriving * (leaving.sum(axis=1) / sums)[:, None], seed, rng.integers(0, births, n)


@pytest.fixture(scope="module")
def distance_case(shared_data):
    """Accounted tables of the worked example with a seed, the seed, and the expected cells."""
    folder = shared_data / "golden_flows" / "cases4"
    given = pl.read_csv(folder / "inputs.csv").filter(pl.col("case") == "imr2018_seed")

    def part(name, dims):
        return golden.cells(given.filter(pl.col("table") == name), "value", ABCD, dims)

    tables = {f"stock_{p}": golden.stock(part(f"stock_{p}", ("birth", "residence")), ABCD) for p in ("start", "end")}
    events = {p: golden.events(part(p, ("residence",)), ABCD) for p in ("births", "deaths")}
    account = estimate_flows(**tables, **events, match="before")
    expected = pl.read_csv(folder / "outputs.csv").filter(pl.col("case") == "imr2018_seed")
    return (account.start.values, account.end.values), part("seed", ("birth", "residence")), expected


@pytest.mark.parametrize(
    ("column", "split"), [("da_min_seeded_ipf3_qi", minimum), ("da_ind_seeded_ipf3", lambda start, end: (start, end))]
)
def test_the_distance_seed_of_the_published_example_acts(distance_case, column, split):
    tables, seed, outputs = distance_case
    leaving, arriving = split(*tables)
    frame = outputs.filter(pl.col("method") == column)
    total = np.zeros((4, 4))
    for row, birth in enumerate(ABCD):
        expected = golden.cells(frame.filter(pl.col("birth") == birth), "flow", ABCD)
        np.fill_diagonal(expected, 0)
        found = seeded_of_birthplace(leaving, arriving, seed, row=row)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)
        total += expected
    found = seeded(leaving, arriving, seed, natives=np.arange(4))
    np.testing.assert_allclose(found.all, total, rtol=1e-6, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(account=accounts(overlap=True))
def test_the_batched_fit_equals_the_fitted_cube(account):
    leaving, arriving, seed, natives = account
    found = seeded(leaving, arriving, seed, natives=natives)
    cube = slow_joins.seeded_cube(leaving, arriving, seed)
    people = leaving.sum()
    for fast, plain in zip((found.all, found.outward, found.returned), slow_flows.by_type(cube, natives), strict=True):
        expected = plain.copy()
        np.fill_diagonal(expected, 0)
        np.testing.assert_allclose(fast, expected, rtol=1e-7, atol=1e-8 * people)


@settings(max_examples=40, deadline=None)
@given(account=accounts())
def test_margins_hold_and_the_seed_only_redistributes(account):
    leaving, arriving, seed, natives = account
    found, plain = seeded(leaving, arriving, seed, natives=natives), moves(leaving, arriving, natives=natives)
    assert found.all.sum(axis=1) == pytest.approx(leaving.sum(axis=0), rel=1e-9, abs=1e-9)
    assert found.all.sum(axis=0) == pytest.approx(arriving.sum(axis=0), rel=1e-9, abs=1e-9)
    assert found.all.sum() == pytest.approx(plain.all.sum(), rel=1e-10, abs=1e-9)
    assert (found.all >= found.outward - 1e-9).all()
    births = [seeded_of_birthplace(leaving, arriving, seed, row=row) for row in range(len(leaving))]
    np.testing.assert_allclose(np.sum(births, axis=0), found.all, rtol=1e-9, atol=1e-9 * max(leaving.sum(), 1))


@settings(max_examples=30, deadline=None)
@given(account=accounts(), size=st.floats(1e-6, 1e6))
def test_neither_the_size_of_a_seed_nor_what_it_says_of_areas_alone_matters(account, size):
    leaving, arriving, seed, natives = account
    found = seeded(leaving, arriving, seed, natives=natives).all
    factors = np.linspace(0.5, 3, len(seed))
    again = seeded(leaving, arriving, size * factors[:, None] * seed / factors, natives=natives).all
    np.testing.assert_allclose(again, found, rtol=1e-8, atol=1e-9 * max(leaving.sum(), 1))
    flat = seeded(leaving, arriving, factors[:, None] * factors, natives=natives).all
    np.testing.assert_allclose(
        flat, moves(leaving, arriving, natives=natives).all, rtol=1e-8, atol=1e-9 * max(leaving.sum(), 1)
    )


def test_a_seed_a_birthplace():
    leaving, arriving = np.array([[6.0, 4, 0, 0], [0, 5, 5, 0]]), np.array([[0, 0, 3, 7.0], [5, 0, 0, 5]])
    both = np.random.default_rng(1).lognormal(0, 1, size=(2, 4, 4))
    natives = np.array([0, 1, 0, 1])
    found = seeded(leaving, arriving, both, natives=natives)
    alone = [seeded_of_birthplace(leaving, arriving, both, row=row) for row in range(2)]
    np.testing.assert_allclose(found.all, alone[0] + alone[1], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(alone[1], seeded_of_birthplace(leaving, arriving, both[1], row=1), rtol=1e-9, atol=1e-12)
    expected = slow_flows.by_type(slow_joins.seeded_cube(leaving, arriving, both), natives)
    for fast, plain in zip((found.all, found.outward, found.returned), expected, strict=True):
        np.testing.assert_allclose(fast, plain, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("spread", [8, 20, 60])
def test_seeds_that_span_many_powers_of_ten_are_fitted(spread):
    rng = np.random.default_rng(5)
    side = rng.random((30, 30)) < 0.5
    leaving, arriving = rng.lognormal(3, 2, size=(2, 30, 30))
    leaving, arriving = leaving * side, arriving * ~side
    arriving *= (leaving.sum(axis=1) / arriving.sum(axis=1))[:, None]
    seed = rng.lognormal(0, spread, size=(30, 30))
    found = seeded(leaving, arriving, seed, natives=np.arange(30))
    assert found.all.sum(axis=1) == pytest.approx(leaving.sum(axis=0), rel=1e-9)
    assert found.all.sum(axis=0) == pytest.approx(arriving.sum(axis=0), rel=1e-9)
    # What the margins leave open is the seed's: cross ratios of flows are those of the seed.
    flows = seeded_of_birthplace(leaving, arriving, seed, row=0)
    at = np.ix_(np.flatnonzero(side[0]), np.flatnonzero(~side[0]))
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = np.log(flows[at]) - np.log(seed[at])
        cross = factors - factors[:1] - factors[:, :1] + factors[0, 0]
    assert np.abs(cross[np.isfinite(cross)]).max(initial=0) < 1e-6


def test_zeros_that_the_margins_force_are_reached():
    # Ten go from A, where D is the only way; so nobody from B may go to D, though the seed would let them.
    leaving, arriving = np.array([[10.0, 5, 0, 0]]), np.array([[0, 0, 5.0, 10]])
    seed = np.array([[0, 0, 0, 1.0], [0, 0, 1, 1], [0] * 4, [0] * 4])
    found = seeded(leaving, arriving, seed, natives=np.zeros(4, dtype=int))
    assert found.all[0, 3] == pytest.approx(10)
    assert found.all[1, 2] == pytest.approx(5)
    assert found.all.sum() == pytest.approx(15)


def test_zeros_of_a_seed_that_forbid_the_account_name_birthplace_and_persons():
    leaving = np.array([[10.0, 5, 0, 0], [3, 0, 0, 0], [7, 0, 0, 0]])
    arriving = np.array([[0, 0, 9.0, 6], [0, 0, 3, 0], [0, 0, 0, 7]])
    seed = np.ones((4, 4))
    seed[0, 2] = 0
    with pytest.raises(SeedBlocked) as caught:
        seeded(leaving, arriving, seed, natives=np.array([0, 1, 2, 0]))
    # Of the first birthplace ten leave A and may only go to D, which takes six; nine arrive in C, from B come five.
    assert [(one.row, one.persons) for one in caught.value.obstacles] == [(0, 4.0), (1, 3.0)]
    first = caught.value.obstacles[0].blockade
    assert (first.of, first.members, first.partners, first.excess) == ("rows", (0,), (3,), 4.0)
    with pytest.raises(SeedBlocked) as caught:
        seeded_of_birthplace(leaving, arriving, seed, row=1)
    assert [(one.row, one.persons) for one in caught.value.obstacles] == [(1, 3.0)]


@settings(max_examples=60, deadline=None)
@given(account=accounts(overlap=True), full=st.sampled_from([0.4, 0.7, 0.9]), number=st.integers(0, 999))
def test_a_seed_with_zeros_gives_the_margins_or_a_proof(account, full, number):
    leaving, arriving, seed, natives = account
    seed = seed * (np.random.default_rng(number).random(seed.shape) < full)
    try:
        births = [seeded_of_birthplace(leaving, arriving, seed, row=row) for row in range(len(leaving))]
        found = seeded(leaving, arriving, seed, natives=natives)
    except SeedBlocked as blocked:
        for one in blocked.obstacles:
            own, others, open_ways = leaving[one.row], arriving[one.row], seed > 0
            if one.blockade.of == "columns":
                own, others, open_ways = others, own, open_ways.T
            members = list(one.blockade.members)
            reached = others[open_ways[members].any(axis=0)].sum()
            assert own[members].sum() - reached == pytest.approx(one.blockade.excess)
            assert one.persons >= one.blockade.excess * (1 - 1e-9) > 0
    else:
        stay = sum(table.sum() for table in births)
        assert found.all.sum() == pytest.approx(stay, rel=1e-9, abs=1e-9)
        assert (found.all.sum(axis=1) <= leaving.sum(axis=0) + 1e-9 * max(leaving.sum(), 1)).all()
        assert not found.all[seed == 0].any()


def test_a_row_of_zeros_in_a_seed_loses_nobody_in_silence():
    leaving, arriving = np.array([[10.0, 5, 0]]), np.array([[0.0, 0, 15]])
    seed = np.ones((3, 3))
    seed[0] = 0
    with pytest.raises(SeedBlocked) as caught:
        seeded(leaving, arriving, seed, natives=np.zeros(3, dtype=int))
    assert [(one.row, one.persons) for one in caught.value.obstacles] == [(0, 10.0)]
    assert caught.value.obstacles[0].blockade.members == (0,)


def test_what_is_no_seed_and_no_account_is_refused():
    leaving, arriving = np.array([[10.0, 0]]), np.array([[0, 10.0]])
    natives = np.zeros(2, dtype=int)
    for bad in (np.nan, np.inf, -1):
        with pytest.raises(ValueError, match="a seed holds numbers of zero or more"):
            seeded(leaving, arriving, np.full((2, 2), bad), natives=natives)
    with pytest.raises(ValueError, match=r"rows \[0\] have leavers and arrivers that differ in number"):
        seeded(leaving, arriving + 1, np.ones((2, 2)), natives=natives)
    assert seeded(leaving * 0, arriving * 0, np.ones((2, 2)), natives=natives).all.sum() == 0


def test_a_flat_seed_gives_the_closed_form_of_one_birthplace():
    leaving, arriving = np.array([[6.0, 4, 0]]), np.array([[0, 0, 10.0]])
    np.testing.assert_allclose(
        seeded_of_birthplace(leaving, arriving, np.ones((3, 3)), row=0),
        moves_of_birthplace(leaving, arriving, row=0),
    )


def _table(cells, *, unit="km", codes=("FRA", "ITA", "TUN")):
    coords = {"origin": list(codes), "destination": list(codes)}
    return xr.DataArray(np.array(cells, dtype=float), coords, ("origin", "destination"), attrs={"unit": unit})


DISTANCE = _table([[0, 1100, 1500], [1100, 250, 600], [1500, 600, np.nan]])


def test_the_diagonal_of_a_distance_seed_is_given_or_a_quarter_of_the_nearest():
    assert 1 / np.diag(distance_seed(DISTANCE)) == pytest.approx([275, 250, 150])


def test_gravity_falls_with_distance_and_rises_with_people():
    people = xr.DataArray([66.0, 59, 12], {"destination": ["FRA", "ITA", "TUN"]}, ("destination",), attrs={"unit": "m"})
    found = gravity_seed(DISTANCE, people, power=2)
    assert float(found.sel(origin="TUN", destination="FRA")) == pytest.approx(12 * 66 / 1500**2)
    assert found.attrs["unit"] == "seed"
    with pytest.raises(ValueError, match="population has cells that are missing or below zero"):
        gravity_seed(DISTANCE, people.copy(data=[1, np.nan, 2]))
    with pytest.raises(ValueError, match="population and distance have different areas, or another order"):
        gravity_seed(DISTANCE, people.isel(destination=[1, 0, 2]))
    with pytest.raises(ValueError, match=r"population has dims \('area',\)"):
        gravity_seed(DISTANCE, people.rename(destination="area"))


def test_previous_flows_keep_what_is_there():
    flow = _table([[np.nan, 40, 0], [3, np.nan, 0.2], [1, 2, np.nan]], unit="persons")
    assert previous_seed(flow).values[0].tolist() == [0, 40, 0]
    assert previous_seed(flow, least=0.5).values.tolist() == [[0, 40, 0.5], [3, 0, 0.5], [1, 2, 0]]
    with pytest.raises(ValueError, match="flow is missing or below zero from FRA to TUN, ITA to FRA"):
        previous_seed(_table([[0, 40, -1], [np.nan, 0, 0], [1, 2, 0]], unit="persons"))
    with pytest.raises(ValueError, match="least is -1; it is a number of persons"):
        previous_seed(flow, least=-1)


def test_reported_flows_stand_and_the_rest_is_brought_to_their_size():
    nan = np.nan
    gravity = distance_seed(DISTANCE)
    found = reported_seed(_table([[nan, 300, nan], [nan, nan, nan], [nan, nan, nan]], unit="persons"), gravity)
    assert float(found.sel(origin="FRA", destination="ITA")) == 300
    assert float(found.sel(origin="ITA", destination="TUN")) == pytest.approx(300 * 1100 / 600)
    with pytest.raises(ValueError, match="no corridor has both a reported flow and a seed above zero"):
        reported_seed(_table(np.full((3, 3), nan), unit="persons"), gravity)
    with pytest.raises(ValueError, match="reported is below zero from FRA to ITA"):
        reported_seed(_table([[nan, -3, nan], [nan, nan, nan], [nan, nan, nan]], unit="persons"), gravity)
    with pytest.raises(ValueError, match="reported and otherwise have different areas"):
        reported_seed(_table(np.ones((3, 3)), unit="persons", codes=("FRA", "TUN", "ITA")), gravity)
    with pytest.raises(ValueError, match="otherwise is missing or below zero"):
        reported_seed(_table(np.ones((3, 3)), unit="persons"), gravity * -1)


def test_distances_that_say_nothing_are_refused():
    with pytest.raises(ValueError, match="distance is missing or not above zero from FRA to ITA"):
        distance_seed(_table([[0, 0, 1], [1, 0, 1], [1, 1, 0]]))
    with pytest.raises(ValueError, match="distance has different origins and destinations"):
        distance_seed(DISTANCE.isel(origin=[1, 0, 2]))
