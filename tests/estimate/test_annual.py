"""Years that sum to their period and have their own net migration; what cannot be is said."""

import numpy as np
import polars as pl
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.harmonise import worlds
from tests.reference import slow_splitting as slow

from corridors.concepts.findings import DataError
from corridors.estimate._splitting import nets, split, split_nearest
from corridors.estimate.annual import annual_flows, reconcile_annual_net
from corridors.estimate.annual_tables import annual_table
from corridors.estimate.world import estimate_world
from corridors.testing import world

YEARS = [f"{year}-07-01/P1Y" for year in range(2020, 2024)]


def table(cells, codes=None):
    codes = codes or [f"P{number}" for number in range(len(cells))]
    cells = np.array(cells, dtype=float)
    np.fill_diagonal(cells, np.nan)
    coords = {"origin": codes, "destination": codes}
    return xr.DataArray(cells, coords, ("origin", "destination"), attrs={"unit": "persons"})


def anchors(cells, years, codes=None):
    codes = codes or [f"P{number}" for number in range(len(cells[0]))]
    coords = {"period": years, "destination": codes}
    return xr.DataArray(np.array(cells, dtype=float), coords, ("period", "destination"), attrs={"unit": "persons"})


@st.composite
def splits(draw):
    """A table, shares, and nets that some split of it has."""
    n, parts = draw(st.integers(2, 6)), draw(st.integers(2, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    cells = rng.gamma(0.5, 20_000, size=(n, n))
    np.fill_diagonal(cells, 0.0)
    truth = rng.dirichlet(np.ones(parts), size=(n, n)).transpose(2, 0, 1)
    shares = rng.dirichlet(np.ones(parts) * 3, size=(n, n)).transpose(2, 0, 1)
    return cells, shares, nets((cells * truth)[:, None])


@settings(max_examples=25, deadline=None)
@given(problem=splits())
def test_parts_have_their_nets_and_sum_to_the_whole(problem):
    cells, shares, net = problem
    found = split(cells[None], shares[:, None], net)
    assert found.holds
    assert found.gap == pytest.approx(0, abs=1e-4)
    assert (found.cells >= 0).all()
    assert found.cells.sum(axis=(0, 1)) == pytest.approx(cells, rel=1e-12)


@settings(max_examples=10, deadline=None)
@given(problem=splits())
def test_newton_ends_where_the_nearest_nets_do(problem):
    cells, shares, net = problem
    found = [solve(cells[None], shares[:, None], net).cells for solve in (split, split_nearest)]
    assert found[1] == pytest.approx(found[0], abs=0.05)


def test_newton_equals_plain_proportional_fitting():
    rng = np.random.default_rng(5)
    cells = rng.gamma(1, 5_000, size=(6, 6)) * ~np.eye(6, dtype=bool)
    truth, shares = (rng.dirichlet(np.ones(4) * 4, size=(6, 6)).transpose(2, 0, 1) for _ in range(2))
    net = nets((cells * truth)[:, None])
    fast = split(cells[None], shares[:, None], net).cells[:, 0]
    assert fast == pytest.approx(slow.split(cells, shares, net), abs=1e-5)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), years=st.integers(2, 5))
def test_years_close_from_figures_of_another_source(seed, years):
    rng = np.random.default_rng(seed)
    flow = table(rng.integers(1_000, 50_000, size=(5, 5)))
    cells = np.nan_to_num(flow.values)
    published = anchors(
        rng.normal(0, 500, size=(years, 5)) + nets(cells[None, None])[0] / years,
        YEARS[:years] if years < 5 else [f"{year}-07-01/P1Y" for year in range(2015, 2020)],
    )
    found = annual_flows(flow, net=published)
    assert found.flow.sum("period").values == pytest.approx(cells, rel=1e-12)
    net = found.flow.sum("origin").values - found.flow.sum("destination").values
    wanted = reconcile_annual_net(published, flow=flow).values
    assert np.abs(net - wanted).max() < 0.01
    assert wanted.sum(axis=1) == pytest.approx(0, abs=1e-6)
    assert wanted.sum(axis=0) == pytest.approx(nets(cells[None, None])[0], abs=1e-6)
    assert found.adjusted.values == pytest.approx(wanted - published.values)
    assert found.unreached is None


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_names_and_units_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    cells = rng.integers(1_000, 50_000, size=(4, 4))
    net = rng.normal(0, 300, size=(4, 4)) + nets((cells * ~np.eye(4, dtype=bool))[None, None])[0] / 4
    order, codes = rng.permutation(4), ["AAA", "BBB", "CCC", "DDD"]
    found = annual_flows(table(cells, codes), net=anchors(net, YEARS, codes)).flow
    named = [codes[place] for place in order]
    # The other order in the flows only: net migration is matched by code.
    again = annual_flows(table(cells[np.ix_(order, order)], named), net=anchors(net, YEARS, codes)).flow
    assert again.sel(origin=codes, destination=codes).values == pytest.approx(found.values, abs=1e-4, nan_ok=True)
    scaled = annual_flows(table(1000 * cells, codes), net=anchors(1000 * net, YEARS, codes)).flow
    assert scaled.values == pytest.approx(1000 * found.values, rel=1e-6, nan_ok=True)


def test_even_years_where_net_migration_is_even():
    given = world(8, 3)
    net = np.tile(given.net_migration.values / 4, (4, 1))
    found = annual_flows(given.flow, net=anchors(net, YEARS, [*given.flow["origin"].values]))
    assert found.flow.values == pytest.approx(np.tile(given.flow.values / 4, (4, 1, 1)), rel=1e-9, nan_ok=True)
    assert found.adjusted.values == pytest.approx(0, abs=1e-6)


def test_steps_of_uneven_length_take_their_share():
    given = world(6, 3)
    codes, steps = [*given.flow["origin"].values], ["2020-07-01/P1Y", "2021-07-01/P3Y"]
    unknown = anchors(np.full((2, 6), np.nan), steps, codes)
    found = annual_flows(given.flow, net=unknown, missing="rest")
    assert found.flow.isel(period=1).values == pytest.approx(0.75 * given.flow.values, nan_ok=True)
    assert not found.adjusted.values.any()


def test_a_profile_shapes_the_years():
    given = world(5, 4)
    codes = [*given.flow["origin"].values]
    shape = np.stack([given.flow.values * share for share in (0.1, 0.2, 0.3, 0.4)])
    profile = xr.DataArray(shape, {"period": YEARS, "origin": codes, "destination": codes})
    net = anchors(np.outer([0.1, 0.2, 0.3, 0.4], given.net_migration.values), YEARS, codes)
    assert annual_flows(given.flow, net=net, profile=profile).flow.values == pytest.approx(shape, nan_ok=True)


def test_types_keep_their_sums_by_year():
    given = world(6, 9)
    codes = [*given.flow["origin"].values]
    net = np.outer([0.15, 0.25, 0.35, 0.25], given.net_migration.values)
    found = annual_flows(given.flow, net=anchors(net, YEARS, codes))
    outward, rest = found.of(given.outward), found.of(given.flow - given.outward)
    assert (outward + rest).values == pytest.approx(found.flow.values, nan_ok=True)
    assert outward.sum("period").values == pytest.approx(np.nan_to_num(given.outward.values))


def test_more_net_migration_in_one_year_than_flows_in_all_is_refused_with_area_and_persons():
    flow = table([[0, 100, 100], [100, 0, 100], [100, 100, 0]])
    net = anchors([[500, -250, -250], [-500, 250, 250]], YEARS[:2])
    with pytest.raises(DataError, match=r"net migration of P0: their corridors lack \d+ persons") as caught:
        annual_flows(flow, net=net)
    (finding,) = caught.value.findings
    assert finding.code == "totals-unreachable"
    assert finding.areas == ("P0",)
    assert finding.persons == pytest.approx(300, abs=1)


def test_the_nearest_nets_are_as_far_as_corridors_allow():
    flow = table([[0, 100, 100], [100, 0, 100], [100, 100, 0]])
    found = annual_flows(flow, net=anchors([[500, -250, -250], [-500, 250, 250]], YEARS[:2]), reach="nearest")
    assert found.net.values[:, 0] == pytest.approx([200, -200], abs=0.1)
    assert found.unreached.values[0] == pytest.approx([-300, 150, 150], abs=0.1)
    assert found.flow.sum("period").values == pytest.approx(np.nan_to_num(flow.values))


def test_areas_without_flows_cannot_have_net_migration():
    flow = table([[0, 100, 0], [100, 0, 0], [0, 0, 0]])
    net = anchors([[0, -40, 40], [0, 40, -40]], YEARS[:2])
    with pytest.raises(DataError, match="net migration of P2: up to 40 in one part, and nobody moves"):
        annual_flows(flow, net=net)


def test_blank_years_are_refused_or_take_the_rest():
    flow = table([[0, 900], [300, 0]])
    net = anchors([[np.nan, np.nan], [-100, 100]], YEARS[:2])
    with pytest.raises(DataError, match=r"net migration of P0, 2020-07-01/P1Y: no number \[value-missing\]"):
        annual_flows(flow, net=net)
    assert annual_flows(flow, net=net, missing="rest").net.values == pytest.approx(np.array([[-500, 500], [-100, 100]]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reach": "far"}, "no choice 'far' of reach; there are none, nearest"),
        ({"missing": "zero"}, "no choice 'zero' of missing; there are refuse, rest"),
        ({"net": anchors([[0, 0]], ["2020"])}, "'2020' is no period"),
        ({"net": anchors([[0, 0], [0, 0]], [YEARS[0], YEARS[2]])}, "does not follow"),
        ({"net": anchors([[0, 0]], YEARS[:1], ["P0", "XYZ"])}, "net and flow have other areas: P1, XYZ"),
        ({"net": anchors([[0, 0]], YEARS[:1]).assign_attrs(unit="thousands")}, "bring both to one unit"),
        ({"profile": table([[0, 1], [1, 0]])}, "profile has dims"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(change, message):
    with pytest.raises(ValueError, match=message):
        annual_flows(table([[0, 9], [3, 0]]), **{"net": anchors([[-6, 6]], YEARS[:1]), **change})


def test_flows_below_zero_are_refused():
    with pytest.raises(DataError, match="value-negative"):
        annual_flows(table([[0, -9], [3, 0]]), net=anchors([[12, -12]], YEARS[:1]))


def test_tables_of_five_years_become_years(shared_data):
    tables = worlds.countries(shared_data)
    tables["STOCK"] = tables["STOCK"].filter(pl.col("TIME_PERIOD").is_in(["2010-07-01", "2015-07-01"]))
    flow = estimate_world(tables, methods=["pb-closed"]).flow
    found = annual_table(flow, tables["NET_MIGRATION"])
    assert found.flow.height == 5 * flow.height
    years = found.flow.group_by("ORIGIN", "DESTINATION", maintain_order=True).agg(pl.col("OBS_VALUE").sum())
    both = flow.join(years, on=["ORIGIN", "DESTINATION"], how="left", validate="1:1")
    assert (both["OBS_VALUE"] - both["OBS_VALUE_right"]).abs().max() < 1e-6
    # 2010-2015 of the 2022 revision: all but a few thousand persons can be had.
    assert sum(one.persons for one in found.departures if "cannot have" in one.fact) < 100_000


def test_tables_of_four_years_have_four_and_faults_come_with_their_period():
    rows = [
        {"ORIGIN": one, "DESTINATION": other, "OBS_VALUE": 80.0, "TIME_PERIOD": "2020-07-01/P4Y"}
        for one, other in (("AAA", "BBB"), ("BBB", "AAA"))
    ]
    same = {"SEX": "_T", "METHOD": "pb-closed", "UNIT_MEASURE": "PS", "OBS_STATUS": "E", "SOURCE": "example"}
    flow = pl.DataFrame([{**row, **same} for row in rows])
    net = worlds.by_area([("AAA", "_T", "2021", 10.0), ("BBB", "_T", "2021", -10.0)])
    found = annual_table(flow, net).flow
    assert found.get_column("TIME_PERIOD").unique().sort().to_list() == YEARS
    assert found.get_column("OBS_VALUE").to_list() == pytest.approx([20.0] * 8)
    with pytest.raises(DataError, match="2020-2024, sex _T, pb-closed, net migration of AAA"):
        annual_table(flow, net, missing="refuse")
