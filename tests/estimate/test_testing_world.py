"""Worlds with known truth: balanced to the last person, the same for a seed, and as hard as their case says."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.concepts.findings import DataError
from corridors.estimate.flows import estimate_flows
from corridors.testing import CASES, world


def account(made):
    return {
        "stock_start": made.stock_start,
        "stock_end": made.stock_end,
        "births": made.births,
        "deaths": made.deaths,
    }


@settings(max_examples=15, deadline=None)
@given(
    n=st.integers(3, 25), seed=st.integers(0, 10_000), case=st.sampled_from(["plain", "tiny", "isolated", "one-sex"])
)
def test_every_world_balances_in_whole_persons(n, seed, case):
    made = world(n, seed, case=case)
    growth = made.stock_end.sum("birthplace") - made.stock_start.sum("birthplace")
    np.testing.assert_array_equal(growth, made.births - made.deaths + made.net_migration)
    for cells in (made.stock_start, made.stock_end, made.flow.fillna(0), made.births, made.deaths):
        assert (cells >= 0).all()
        np.testing.assert_array_equal(cells, np.rint(cells))
    assert (made.outward + made.returned <= made.flow).where(made.flow.notnull()).fillna(1).all()


def test_a_seed_gives_one_world_and_another_seed_another():
    once, again, other = world(12, 3), world(12, 3), world(12, 4)
    for name in ("stock_start", "stock_end", "births", "deaths", "flow", "outward", "returned"):
        xr.testing.assert_identical(getattr(once, name), getattr(again, name))
    assert not once.stock_start.equals(other.stock_start)


def test_a_world_looks_like_the_world():
    made = world(120, 1)
    abroad = 1 - np.trace(made.stock_start.values) / float(made.stock_start.sum())
    moved = float(made.flow.sum()) / float(made.stock_start.sum())
    assert 0.02 < abroad < 0.04
    assert 0.005 < moved < 0.03
    shares = [float(kind.sum() / made.flow.sum()) for kind in (made.outward, made.returned)]
    assert shares[0] > shares[1] > 1 - sum(shares) > 0
    # Lasting ties: where people are is where people go.
    natives_gone, there = made.outward.values, made.stock_start.values
    large = ~np.eye(120, dtype=bool) & (there > 1_000)
    assert np.corrcoef(np.log1p(natives_gone[large]), np.log(there[large]))[0, 1] > 0.6


def test_noise_stays_in_the_foreign_born_and_leaves_populations_exact():
    exact, noisy = world(20, 5), world(20, 5, noise=0.1)
    for name in ("stock_start", "stock_end"):
        clean, found = getattr(exact, name), getattr(noisy, name)
        np.testing.assert_array_equal(clean.sum("birthplace"), found.sum("birthplace"))
        large = ~np.eye(20, dtype=bool) & (clean.values > 5_000)
        errors = np.log(found.values[large] / clean.values[large])
        assert errors.std() == pytest.approx(0.1, rel=0.25)
    xr.testing.assert_identical(exact.flow, noisy.flow)


def test_birthplaces_that_are_not_listed_count_as_natives():
    exact, short = world(20, 5), world(20, 5, unlisted=0.5)
    assert (short.stock_start.values == 0).sum() >= 20 * 9
    np.testing.assert_array_equal(exact.stock_start.sum("birthplace"), short.stock_start.sum("birthplace"))
    assert np.trace(short.stock_start.values) > np.trace(exact.stock_start.values)


def test_an_infeasible_world_is_refused_and_its_blockade_named():
    made = world(10, 2, case="infeasible")
    with pytest.raises(DataError, match="account-infeasible") as refused:
        estimate_flows(**account(made))
    assert any("P010" in finding.place for finding in refused.value.findings)


def test_a_tiny_world_has_mostly_empty_corridors_and_still_an_account():
    made = world(12, 2, case="tiny")
    assert (made.flow.values == 0).mean() > 0.3
    assert float(made.stock_start.sum()) < 12 * 400
    assert float(estimate_flows(**account(made), method="ind-closed").flow.sum()) > 0


def test_nobody_moves_to_or_from_an_isolated_area():
    made = world(9, 2, case="isolated")
    assert float(made.flow.sel(origin="P009").sum() + made.flow.sel(destination="P009").sum()) == 0
    assert float(made.stock_start.sel(birthplace="P009").sum()) == float(made.stock_start[-1, -1])


def test_an_area_of_labour_migrants_has_few_natives():
    made = world(15, 2, case="one-sex")
    assert float(made.stock_start[-1, -1]) < 0.15 * float(made.stock_start[:, -1].sum())


def test_a_split_state_has_two_successors_that_add_up_to_it():
    made, whole = world(8, 2, case="split"), world(8, 2)
    assert made.successors == {"P008": ("P008A", "P008B")}
    former = {"P008A": "P008", "P008B": "P008"}
    merged = made.stock_end
    for dim in ("birthplace", "destination"):
        codes = [former.get(code, code) for code in merged[dim].values.tolist()]
        merged = merged.assign_coords({dim: codes}).groupby(dim).sum()
    np.testing.assert_array_equal(merged.transpose("birthplace", "destination"), whole.stock_end)
    xr.testing.assert_identical(made.flow, whole.flow)
    with pytest.raises(ValueError, match=r"P008|align"):
        estimate_flows(**account(made))


@pytest.mark.parametrize(
    ("n", "choice", "message"),
    [
        (2, {}, "n is 2; a world has at least 3 areas"),
        (5, {"case": "flat"}, "no case 'flat'; there are " + ", ".join(CASES)),
        (5, {"noise": -0.1}, "noise is -0.1; it is a standard deviation, zero or more"),
        (5, {"unlisted": 1.0}, "unlisted is 1.0; it is a share, at least 0 and below 1"),
    ],
)
def test_what_is_not_allowed_is_said(n, choice, message):
    with pytest.raises(ValueError, match=message.replace(".", r"\.")):
        world(n, 1, **choice)
