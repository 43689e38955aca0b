"""Circulation, the estimator for stocks alone: its laws, and its scores on worlds whose truth it never saw."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.estimate import golden

from corridors.concepts.codelists import codelist
from corridors.concepts.findings import DataError
from corridors.estimate._circulation import Rates, exchange
from corridors.estimate._netclose import close_net
from corridors.estimate.circulation import METHOD, estimate_circulation
from corridors.estimate.flows import estimate_flows
from corridors.estimate.scoring import closure, scores
from corridors.testing import world

# Seeds that no constant was chosen on.
UNSEEN = [(20, 901), (20, 902), (20, 903), (60, 901), (60, 902), (120, 901)]


def account(made):
    return {
        "stock_start": made.stock_start,
        "stock_end": made.stock_end,
        "births": made.births,
        "deaths": made.deaths,
    }


def test_the_method_is_listed():
    assert METHOD in codelist("METHOD")


@settings(max_examples=15, deadline=None)
@given(n=st.integers(3, 20), seed=st.integers(0, 9_999), case=st.sampled_from(["plain", "tiny", "isolated", "one-sex"]))
def test_flows_are_never_negative_and_close_the_account(n, seed, case):
    made = world(n, seed, case=case)
    found = estimate_circulation(**account(made))
    assert (found.flow.fillna(0) >= 0).all()
    assert closure(found.flow, made.net_migration) < 0.01
    parts = (found.outward + found.returned + found.transit).fillna(0)
    np.testing.assert_allclose(parts, found.flow.fillna(0), rtol=1e-9, atol=1e-9)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 9_999), factor=st.floats(0.01, 100), turn=st.integers(0, 99))
def test_names_and_units_do_not_matter(seed, factor, turn):
    made = world(9, seed, noise=0.05)
    once = estimate_circulation(**account(made)).flow
    order = np.random.default_rng(turn).permutation(9)
    turned = {name: array.isel(destination=order) for name, array in account(made).items()}
    again = estimate_circulation(**turned).flow.sel(origin=once["origin"], destination=once["destination"])
    np.testing.assert_allclose(again, once, rtol=1e-6, atol=1e-4)
    scaled = {name: (array * factor).assign_attrs(array.attrs) for name, array in account(made).items()}
    np.testing.assert_allclose(
        estimate_circulation(**scaled).flow, once * factor, rtol=1e-6, atol=1e-4 * max(factor, 1)
    )


def test_an_isolated_area_changes_nothing_else():
    made = world(9, 4, case="isolated")
    with_it = estimate_circulation(**account(made)).flow
    others = made.births["destination"].values[:-1]
    small = {
        name: array.sel(dict.fromkeys(array.dims, others)).assign_attrs(array.attrs)
        for name, array in account(made).items()
    }
    without = estimate_circulation(**small).flow
    np.testing.assert_allclose(with_it.sel(origin=others, destination=others), without, rtol=1e-9, atol=1e-6)
    assert float(with_it.sel(origin="P009").sum() + with_it.sel(destination="P009").sum()) == 0


def test_two_runs_are_identical():
    made = world(30, 4, noise=0.05)
    xr.testing.assert_identical(*(estimate_circulation(**account(made)).flow for _ in range(2)))


def test_a_stock_that_stays_the_same_still_exchanges_people():
    mean = np.array([[0.0, 1_000], [400, 0]])
    arrivals, returns = exchange(mean, mean, rates=Rates())
    np.testing.assert_allclose(arrivals, 0.075 * mean)
    np.testing.assert_allclose(returns, 0.075 * mean)
    arrivals, _ = exchange(mean, mean, rates=Rates().over(2.5))
    np.testing.assert_allclose(arrivals, 0.0375 * mean)


def test_arrivals_less_returns_grow_with_the_stock_and_keep_their_product():
    rng = np.random.default_rng(1)
    before, after = rng.lognormal(5, 1, (2, 8, 8))
    for table in (before, after):
        np.fill_diagonal(table, 0.0)
    rates = Rates(of_birthplace=0.0, of_residence=0.0, noise=0.0)
    arrivals, returns = exchange(before, after, rates=rates)
    np.testing.assert_allclose(arrivals - returns, after - before, atol=1e-9)
    np.testing.assert_allclose(arrivals * returns, (rates.home * (before + after) / 2) ** 2, rtol=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 12), power=st.sampled_from([0.0, 0.5, 0.75, 1.0]))
def test_flows_are_brought_to_any_net_that_people_can_reach(seed, n, power):
    rng = np.random.default_rng(seed)
    flow = rng.lognormal(4, 2, (n, n))
    np.fill_diagonal(flow, 0.0)
    wanted = flow * rng.lognormal(0, 1, (n, n))
    net = wanted.sum(axis=0) - wanted.sum(axis=1)
    found = close_net(flow, net=net, power=power)
    assert found.holds
    scaled = flow * found.factor
    np.testing.assert_allclose(scaled.sum(axis=0) - scaled.sum(axis=1), net, atol=1e-8 * flow.sum())
    # What the optimum looks like: log factors are differences of one number an area, weighted.
    weight = (flow / flow.max()) ** power
    apart = ~np.eye(n, dtype=bool)
    heights = np.zeros_like(flow)
    heights[apart] = np.log(found.factor[apart]) / weight[apart]
    np.testing.assert_allclose(heights[0, :] - heights[0, :, None], heights, atol=1e-5 * (1 + np.abs(heights).max()))


def test_a_net_that_nobody_can_bring_is_not_held():
    assert not close_net(np.zeros((2, 2)), net=np.array([5.0, -5.0]), power=0.75).holds


@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_scores_on_unseen_worlds(noise):
    """On the mean of the worlds, as the scoreboard gives it; single small worlds lie to both sides."""
    found = []
    for n, seed in UNSEEN:
        made = world(n, seed, noise=noise)
        mine = scores(estimate_circulation(**account(made)).flow, made.flow)
        theirs = scores(estimate_flows(**account(made), method="pb-closed").flow, made.flow)
        found.append((mine.common_part, mine.factor, theirs.common_part, theirs.factor))
    common, factor, other_common, other_factor = np.mean(found, axis=0)
    assert common >= 0.88
    assert factor <= 1.3
    assert common > other_common
    assert factor < other_factor


def test_scores_on_worlds_of_another_maker(shared_data):
    found = []
    for name in ("n20_s101", "n60_s102", "n200_s104"):
        given = golden.inputs(shared_data / "golden_flows" / name)
        codes = given["births"]["destination"].values.tolist()
        truth = golden.cells(golden.table(shared_data / "golden_flows" / name, "truth_od.csv"), "flow", codes)
        np.fill_diagonal(truth, np.nan)
        estimate = estimate_circulation(**given)
        assert estimate.net_error < 0.01
        observed = estimate.flow.copy(data=truth)
        mine = scores(estimate.flow, observed)
        theirs = scores(estimate_flows(**given, method="pb-closed").flow, observed)
        assert mine.common_part > theirs.common_part
        assert mine.factor < theirs.factor
        found.append((mine.common_part, mine.factor))
    common, factor = np.mean(found, axis=0)
    assert common >= 0.88
    assert factor <= 1.35


def test_faults_are_those_of_the_account():
    made = world(6, 1)
    with pytest.raises(ValueError, match="years is 0; it is the length of the period, above zero"):
        estimate_circulation(**account(made), years=0)
    with pytest.raises(ValueError, match=r"stock_error is -0\.1; it is a share of the stock, zero or more"):
        estimate_circulation(**account(made), stock_error=-0.1)
    with pytest.raises(DataError, match="account-infeasible"):
        estimate_circulation(**account(world(10, 2, case="infeasible")))


def test_growth_out_of_nowhere_is_refused(monkeypatch):
    """No flow reaches a place without foreign-born and natives abroad; the account itself would have refused it."""
    made = world(5, 1)
    short = estimate_flows(**account(made), method="ind-closed")
    end = short.end.copy(data=short.end.values + np.diag([5.0, 0, 0, 0, 0]))
    monkeypatch.setattr(
        "corridors.estimate.circulation.estimate_flows",
        lambda *_, **__: type("Account", (), {"start": short.start, "end": end}),
    )
    with pytest.raises(DataError, match="account-unsettled"):
        estimate_circulation(**account(made))
