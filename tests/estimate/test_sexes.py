"""Women and men that add up to both sexes: flows, types and net migration; what cannot is said."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.estimate import golden
from tests.harmonise import worlds

from corridors.concepts.findings import DataError
from corridors.estimate.flows import estimate_flows
from corridors.estimate.sexes import reconcile_sexes
from corridors.estimate.world import estimate_world

SEXES = ("F", "M", "_T")
TYPES = ("outward", "returned", "transit")


def estimates(seed, *, n=5, method="pb-closed"):
    """Women, men, and both as the sum of the two tables: three accounts that close without a match."""
    rng = np.random.default_rng(seed)
    places = [f"P{number}" for number in range(n)]
    start = rng.integers(50, 400, size=(2, n, n)).astype(float)
    start[:, np.arange(n), np.arange(n)] = rng.integers(20_000, 50_000, size=(2, n))
    # Both sexes move alike, so that one does not stay where the other goes.
    moved = rng.uniform(0.05, 0.2, size=(n, n)) * rng.uniform(0.8, 1.2, size=(2, n, n))
    end = np.stack([_moved(table, share) for table, share in zip(start, moved, strict=True)])
    none = golden.events(np.zeros(n), places)
    return {
        sex: estimate_flows(
            golden.stock(before, places, places),
            golden.stock(after, places, places),
            births=none,
            deaths=none,
            method=method,
        )
        for sex, before, after in zip(SEXES, [*start, start.sum(axis=0)], [*end, end.sum(axis=0)], strict=True)
    }


def _moved(table, share):
    """Birthplaces keep their people; a share of every cell is dealt out over all residences."""
    gone = table * share
    return table - gone + gone.sum(axis=1, keepdims=True) * share.sum(axis=0) / share.sum()


def net(flow):
    return flow.sum("origin").values - flow.sum("destination").values


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), method=st.sampled_from(["pb-closed", "ind-closed"]))
def test_both_sexes_stay_and_women_and_men_add_up_with_their_net_migration(seed, method):
    given = estimates(seed, method=method)
    found = reconcile_sexes(given, keep="both")
    assert (found.flow.fillna(0) >= 0).all()
    assert found.flow.sel(sex="_T").values == pytest.approx(given["_T"].flow.values, nan_ok=True)
    for table in (found.flow, *(getattr(found, name) for name in TYPES)):
        women, men, both = (table.sel(sex=sex).values for sex in SEXES)
        assert women + men == pytest.approx(both, abs=1e-9, nan_ok=True)
    assert sum(getattr(found, name) for name in TYPES).values == pytest.approx(found.flow.values, abs=1e-9, nan_ok=True)
    for sex in ("F", "M"):
        assert np.abs(net(found.flow.sel(sex=sex)) - net(given[sex].flow)).max() < 0.01
    assert float(found.changed.sel(sex="_T")) == pytest.approx(0, abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), method=st.sampled_from(["min-closed", "pb-closed", "sd-rev-neg"]))
def test_the_sum_of_the_sexes_changes_neither(seed, method):
    given = estimates(seed, method=method)
    found = reconcile_sexes(given)
    for sex in ("F", "M"):
        assert found.flow.sel(sex=sex).values == pytest.approx(given[sex].flow.values, abs=1e-9, nan_ok=True)
    both = given["F"].flow + given["M"].flow
    assert found.flow.sel(sex="_T").values == pytest.approx(both.values, abs=1e-9, nan_ok=True)
    assert float(found.changed.sel(sex="_T")) == pytest.approx(float(abs(both - given["_T"].flow).sum()), abs=1e-6)
    assert (found.transit is None) == (method == "sd-rev-neg")


def test_sexes_that_add_up_already_do_not_change():
    given = estimates(4)
    fitted = reconcile_sexes(given, keep="both")
    again = {
        sex: replace(one, **{name: getattr(fitted, name).sel(sex=sex) for name in ("flow", "outward", "returned")})
        for sex, one in given.items()
    }
    found = reconcile_sexes(again, keep="both")
    assert found.changed.values == pytest.approx(0, abs=1e-3)


def test_net_migration_that_does_not_add_up_is_refused_or_spread():
    given = estimates(7)
    given["_T"] = replace(given["_T"], flow=given["_T"].flow * 1.01, outward=given["_T"].outward * 1.01,
                          returned=given["_T"].returned * 1.01)  # fmt: skip
    with pytest.raises(DataError, match=r"women and men have .*, both sexes .* \[totals-differ\]") as caught:
        reconcile_sexes(given, keep="both")
    assert caught.value.findings[0].persons > 0.01
    found = reconcile_sexes(given, keep="both", net="spread")
    assert found.spread.sum("sex").values == pytest.approx(0.01 * net(estimates(7)["_T"].flow), abs=1e-6)
    assert found.spread.sum("destination").values == pytest.approx(0, abs=1e-6)
    for sex in ("F", "M"):
        wanted = net(given[sex].flow) + found.spread.sel(sex=sex).values
        assert net(found.flow.sel(sex=sex)) == pytest.approx(wanted, abs=0.01)


def test_women_who_come_and_men_who_leave_need_flows_of_both():
    places = ["AAA", "BBB", "CCC"]
    none = golden.events(np.zeros(3), places)

    def one(start, end):
        return estimate_flows(
            *(golden.stock(np.array(cells, dtype=float), places, places) for cells in (start, end)),
            births=none,
            deaths=none,
        )

    apart = [[900, 100, 0], [0, 900, 100], [100, 0, 900]]
    women = one(apart, [[800, 200, 0], [0, 900, 100], [100, 0, 900]])
    men = one(apart, [[1000, 0, 0], [0, 900, 100], [100, 0, 900]])
    both = one(2 * np.array(apart), 2 * np.array(apart))
    with pytest.raises(DataError, match="nobody moves there"):
        reconcile_sexes({"F": women, "M": men, "_T": both}, keep="both")
    assert float(reconcile_sexes({"F": women, "M": men}).flow.sel(sex="_T").sum()) == 200


@pytest.mark.parametrize(
    ("change", "choices", "message"),
    [
        ({}, {"keep": "all"}, "no choice 'all' of keep; there are both, sexes"),
        ({}, {"net": "drop"}, "no choice 'drop' of net; there are refuse, spread"),
        ({"_T": None}, {"keep": "both"}, "no estimate of sex _T; needed are F, M, _T"),
        ({"M": "min-closed"}, {}, "methods differ: pb-closed and min-closed"),
        ({"M": 4}, {}, "areas of sex M are not those of women"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(change, choices, message):
    given = estimates(1)
    for sex, what in change.items():
        if what is None:
            del given[sex]
        elif what == 4:
            given[sex] = estimates(1, n=4)[sex]
        else:
            given[sex] = estimates(1, method=what)[sex]
    with pytest.raises(ValueError, match=message):
        reconcile_sexes(given, **choices)


def test_flows_below_zero_are_refused():
    given = {sex: estimates(3, method="rvr")[sex] for sex in ("F", "M")}
    given["F"] = replace(given["F"], flow=given["F"].flow.where(given["F"].flow.isnull(), -1.0))
    with pytest.raises(DataError, match=r"flow of sex F, P0 to P1: -1 persons \[value-negative\]"):
        reconcile_sexes(given)


def test_women_and_men_of_the_regional_world_add_up(shared_data):
    tables = worlds.regional(shared_data / "embedded")
    plain = estimate_world(tables, methods=["pb-closed"]).flow
    flow = estimate_world(tables, methods=["pb-closed"], add_up="sexes").flow
    wide = flow.pivot("SEX", index=["ORIGIN", "DESTINATION", "TIME_PERIOD"], values="OBS_VALUE")
    assert (wide["F"] + wide["M"] - wide["_T"]).abs().max() < 1e-6
    one_sex = pl.col("SEX") != "_T"
    assert flow.filter(one_sex).get_column("OBS_VALUE").sum() == pytest.approx(
        plain.filter(one_sex).get_column("OBS_VALUE").sum()
    )
    # In the 1990s women came to Southern Africa and men left: both sexes together have too few moves for that.
    with pytest.raises(DataError, match="1990-1995, pb-closed, net migration of W018"):
        estimate_world(tables, methods=["pb-closed"], add_up="both")
