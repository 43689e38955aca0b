"""Any data: net migration stays exact, reports bring the account nearer to the truth, and what is refused."""

import numpy as np
import polars as pl
import pytest
from tests.reference.slow_reports import closed_by_search

from corridors.concepts.findings import DataError
from corridors.estimate import combined
from corridors.estimate._netclose import NetClosed, close_net_by_weight
from corridors.estimate.circulation import estimate_circulation
from corridors.estimate.combined import combine_flows
from corridors.estimate.expected_reports import expected_reports
from corridors.estimate.reports import harmonise_reports
from corridors.estimate.scoring import closure, scores
from corridors.harmonise.definitions import defined_reports
from corridors.testing import world


def account_of(given):
    return estimate_circulation(given.stock_start, given.stock_end, births=given.births, deaths=given.deaths).flow


def reports_of(given, destinations, *, seed, error=0.2, undercount=0.9):
    """A receiver's yearly counts of the true flows, fewer than there were."""
    rng = np.random.default_rng(seed)
    rows = [
        {"ORIGIN": str(o), "DESTINATION": str(d), "REPORTER": str(d), "TIME_PERIOD": str(year), "NOTE": "undercount low",
         "OBS_VALUE": float(rng.poisson(undercount * lasting * float(given.flow.sel(origin=o, destination=d)) / 5))}
        for d in destinations for o in given.flow["origin"].values if o != d
        for lasting in [np.exp(rng.normal(0, error))]
        for year in (2010, 2011)
    ]  # fmt: skip
    return defined_reports(pl.DataFrame(rows))


def test_net_migration_stays_and_what_is_reported_comes_nearer():
    given = world(24, 31, noise=0.1)
    account = account_of(given)
    reporters = given.flow["destination"].values[:8]
    found = combine_flows(account, reports_of(given, reporters, seed=1), counts="moves")
    coming, going = (account.sum(dim) for dim in ("origin", "destination"))
    net = (coming - going.rename(origin="destination")).assign_attrs(unit="persons")
    assert closure(found.flow, net) < 1e-4
    assert found.net_error < 1e-4
    assert (found.flow.values[~np.eye(24, dtype=bool)] >= 0).all()
    own, before = (
        scores(
            table.sel(destination=reporters).reindex_like(account),
            given.flow.sel(destination=reporters).reindex_like(account),
        )
        for table in (found.flow, account)
    )
    assert own.factor < 0.8 * (before.factor - 1) + 1
    assert own.common_part > before.common_part
    assert int(found.from_reports.sum()) == 8 * 23
    assert found.moves_a_transition == pytest.approx(1, abs=0.25)


def test_held_out_destinations_gain_within_their_own_reports_or_lose_little():
    given = world(24, 32, noise=0.1)
    account = account_of(given)
    codes = given.flow["destination"].values
    found = combine_flows(account, reports_of(given, codes[:16], seed=2), counts="moves", filled=list(codes))
    kept = {"destination": codes[16:]}
    held = given.flow.where(given.flow["destination"].isin(kept["destination"])).assign_attrs(unit="persons")
    assert scores(found.flow, held).log_count > scores(account, held).log_count - 0.02


def test_the_two_counts_differ_by_one_ratio_before_they_are_closed():
    given = world(10, 33)
    account = account_of(given)
    reports = reports_of(given, given.flow["destination"].values[:4], seed=3)
    people, moves = (combine_flows(account, reports, counts=counts) for counts in ("transitions", "moves"))
    np.testing.assert_allclose(
        (moves.before / people.before).values[~np.eye(10, dtype=bool)], people.moves_a_transition
    )
    rest = combine_flows(account, reports, filled=[])
    off = ~(rest.from_reports.values | np.eye(10, dtype=bool))
    np.testing.assert_allclose(rest.before.values[off], account.values[off])


@pytest.mark.parametrize("seed", range(3))
def test_closing_by_weight_is_what_a_general_solver_finds(seed):
    rng = np.random.default_rng(seed)
    flow = rng.lognormal(2, 1, (4, 4))
    np.fill_diagonal(flow, 0)
    weight = flow**0.75 * rng.lognormal(0, 1, (4, 4))
    weight = weight / weight.max()
    net = rng.normal(0, 5, 4)
    net -= net.mean()
    found = close_net_by_weight(flow, net=net, weight=weight)
    assert found.holds
    slow = closed_by_search(flow, net=net, weight=weight)
    np.testing.assert_allclose(flow * found.factor, slow, rtol=2e-3, atol=2e-3)


def test_a_flow_without_doubt_stays():
    flow = np.array([[0, 10.0, 10.0], [10.0, 0, 10.0], [10.0, 10.0, 0]])
    weight = np.ones((3, 3))
    weight[0, 1] = 1e-9
    found = close_net_by_weight(flow, net=np.array([-3.0, 2.0, 1.0]), weight=weight)
    assert found.factor[0, 1] == pytest.approx(1, abs=1e-6)
    assert abs(found.factor[0, 2] - 1) > 0.01


def test_expected_reports_cover_reports_that_were_not_seen():
    given = world(20, 35, noise=0.1)
    account, codes = account_of(given), given.flow["destination"].values
    reports = reports_of(given, codes, seed=5)
    inside = []
    for held in codes[:6]:
        seen = harmonise_reports(reports.filter(pl.col("DESTINATION") != held), expected=account, areas=list(codes))
        own = reports.filter(pl.col("DESTINATION") == held)
        found = expected_reports(seen, own, level=0.8)
        inside += ((found["LOWER"] <= found["OBS_VALUE"]) & (found["OBS_VALUE"] <= found["UPPER"])).to_list()
    assert 0.65 < np.mean(inside) < 0.95
    with pytest.raises(ValueError, match="level is 95; it is a probability"):
        expected_reports(seen, own, level=95)
    with pytest.raises(ValueError, match="no flows for TIME_PERIOD 1999"):
        expected_reports(seen, own.with_columns(TIME_PERIOD=pl.lit("1999")))


def test_what_cannot_be_combined_is_refused():
    given = world(5, 36)
    account = account_of(given)
    reports = reports_of(given, given.flow["destination"].values[:2], seed=6)
    with pytest.raises(ValueError, match="no count 'events'; there are transitions, moves"):
        combine_flows(account, reports, counts="events")
    with pytest.raises(ValueError, match="filled names areas on which nothing is reported: ZZZ"):
        combine_flows(account, reports, filled=["ZZZ"])
    with pytest.raises(ValueError, match="years is 0; it is the length of the period"):
        combine_flows(account, reports, years=0)
    strange = reports.with_columns(ORIGIN=pl.lit("ZZZ")).unique(["DESTINATION", "TIME_PERIOD"])
    with pytest.raises(ValueError, match="the reports name areas that accounted lacks: ZZZ"):
        combine_flows(account, strange)


def test_net_migration_that_is_not_reached_is_a_finding(monkeypatch):
    given = world(5, 36)
    reports = reports_of(given, given.flow["destination"].values[:2], seed=6)
    missed = NetClosed(np.ones((5, 5)), 12.5, holds=False)
    monkeypatch.setattr(combined, "close_net_by_weight", lambda *_, **__: missed)
    with pytest.raises(
        DataError, match=r"net migration of the combined flows: it is still missed by 12\.500 persons"
    ) as caught:
        combine_flows(account_of(given), reports)
    assert caught.value.findings[0].code == "account-unsettled"
