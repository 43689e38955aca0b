"""Entries of the scoreboard: what is a set, what is hidden from whom, and what counts as a win."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
import xarray as xr

from corridors.concepts.periods import Period
from corridors.estimate import scoreboard, scoreboard_reports
from corridors.estimate.scoreboard import FEWEST, STOCKS_ONLY, accounted_net, entry, intervals, merged, observed_sets
from corridors.estimate.scoreboard_reports import candidates, combined_held_out, weight_by_destination
from corridors.estimate.uncertainty import draw_flows
from corridors.harmonise.accounts import Account
from corridors.testing import world

N = 9


def account_of(seed, first=2010):
    made = world(N, seed)
    period = Period(date(first, 7, 1), 5)
    tables = made.stock_start, made.stock_end, made.births, made.deaths
    return made, Account(period, "_T", *tables, made.net_migration, ())


def reports_of(made, first=2010, *, years=5, noise=0.1, **more):
    """The truth as both ends would report it: a fifth each year, with an error of their own."""
    rng = np.random.default_rng(1)
    pairs = [(one, other) for one in made.flow["origin"].values for other in made.flow["origin"].values if one != other]
    rows = [
        (str(one), str(other), str(reporter), str(year), float(made.flow.sel(origin=one, destination=other)) / 5)
        for one, other in pairs
        for reporter in (one, other)
        for year in range(first, first + years)
    ]
    table = pl.DataFrame(rows, ["ORIGIN", "DESTINATION", "REPORTER", "TIME_PERIOD", "OBS_VALUE"], orient="row")
    table = table.with_columns(OBS_VALUE=pl.col("OBS_VALUE") * np.exp(noise * rng.standard_normal(len(rows))))
    words = {"CRITERION": "RESIDENCE", "COVERAGE": "_T", "SEX": "_T", "AGE": "_T", **more}
    return table.with_columns(**{name: pl.lit(value) for name, value in words.items()})


@pytest.fixture(scope="module")
def pair():
    made, account = account_of(3)
    return made, observed_sets(reports_of(made), [account], product="office")


def test_reports_without_error_are_the_truth():
    made, account = account_of(3)
    for one in observed_sets(reports_of(made, noise=0.0), [account], product="office"):
        np.testing.assert_allclose(one.observed, made.flow)


def test_senders_and_receivers_are_two_sets_of_five_times_the_annual_mean(pair):
    _, sets = pair
    assert [one.name for one in sets] == ["office, received", "office, sent"]
    assert [one.reporter for one in sets] == ["destination", "origin"]
    assert sets[0].period == "2010-2015"
    assert len(sets[1].reporters) == N


def test_criteria_are_never_mixed_and_the_coverage_with_most_rows_is_taken():
    made, account = account_of(3)
    few = reports_of(made, CRITERION="CITIZENSHIP", COVERAGE="NATIONALS").head(20)
    table = pl.concat([reports_of(made), reports_of(made, CRITERION="CITIZENSHIP", COVERAGE="FOREIGNERS"), few])
    names = [one.name for one in observed_sets(table, [account], product="office")]
    assert names == [
        "office citizenship, received",
        "office citizenship, sent",
        "office residence, received",
        "office residence, sent",
    ]


def test_two_years_or_few_corridors_make_no_set():
    made, account = account_of(3)
    assert observed_sets(reports_of(made, years=2), [account], product="office") == []
    few = reports_of(made).filter(pl.col("DESTINATION") == "P001")
    assert N - 1 < FEWEST
    assert observed_sets(few, [account], product="office") == []


def test_every_method_scores_and_only_closed_ones_close(pair):
    _, sets = pair
    net = accounted_net(sets[0].account)
    rows = {
        method: entry(sets[0], scoreboard.stocks_only(sets[0].account, method), method=method, split="none", net=net)
        for method in STOCKS_ONLY
    }
    assert all(rows[method]["CLOSURE"] < 0.01 for method in STOCKS_ONLY if method.endswith("closed"))
    assert rows["mig-rate"]["CLOSURE"] > 1_000
    assert all(rows[method]["CELLS"] == N * (N - 1) for method in STOCKS_ONLY)


def test_an_unknown_method_is_told_the_known_ones(pair):
    with pytest.raises(ValueError, match="no method 'guess' of stocks alone; there are circ-closed, pb-closed"):
        scoreboard.stocks_only(pair[1][0].account, "guess")


def test_a_win_is_claimed_for_the_truth_and_a_loss_against_it(pair):
    made, sets = pair
    truth = "truth", made.flow
    other = "min-closed", scoreboard.stocks_only(sets[0].account, "min-closed")
    for first, second, verdict in ((truth, other, "win"), (other, truth, "loss"), (truth, truth, "open")):
        rows = scoreboard.compared(sets[0], first, second, seed=1, samples=50)
        words = {row["MEASURE"]: row["VERDICT"] for row in rows}
        assert words["log-count"] == words["factor"] == words["common-part"] == verdict


def test_intervals_are_learned_from_other_areas_and_from_the_past(pair):
    _, sets = pair
    before_made, before_account = account_of(4, 2005)
    (before, _) = observed_sets(reports_of(before_made, 2005), [before_account], product="office")
    draws = [
        draw_flows(
            one.account.stock_start,
            one.account.stock_end,
            births=one.account.births,
            deaths=one.account.deaths,
            rng=np.random.default_rng(1),
            draws=20,
        )
        for one in (sets[0], before)
    ]
    rows = intervals(sets[0], draws[0], (before, draws[1]))
    splits = {row["SPLIT"] for row in rows}
    assert splits == {"draws alone", "destinations", "last period"}
    # What an area reported itself moves no interval of its own.
    wrong = sets[0].observed.copy()
    wrong.loc[{"destination": "P001"}] = wrong.sel(destination="P001") * 1_000
    bent = replace(sets[0], observed=wrong)
    ends = [scoreboard._by_reporter(one, draws[0], 0.8)[1].sel(destination="P001") for one in (sets[0], bent)]
    xr.testing.assert_identical(*ends)


def test_what_is_hidden_plays_no_part(pair, monkeypatch):
    # A fit takes a second: one area held out shows it.
    monkeypatch.setattr(scoreboard_reports, "_parts", lambda _: [["P002"]])
    _, sets = pair
    for one, split in ((sets[0], "DESTINATION"), (sets[1], "ORIGIN")):
        account = scoreboard.stocks_only(one.account, "circ-closed")
        own = pl.col("REPORTER").eq("P002") & pl.col(split).eq("P002")
        bent = one.reports.with_columns(OBS_VALUE=pl.when(own).then(pl.col("OBS_VALUE") * 50).otherwise("OBS_VALUE"))
        for partners in (True, False):
            flows = [
                combined_held_out(replace(one, reports=reports), account, rules=None, partners=partners)
                for reports in (one.reports, bent)
            ]
            cells = [found.flow.sel({one.reporter: "P002"}) for found in flows]
            xr.testing.assert_identical(*cells)
            assert flows[0].net_error < 0.01
            assert flows[0].coverage[0.0] == (N - 1) * 5
    tables = candidates(sets[0])
    wrong = sets[0].observed.copy()
    wrong.loc[{"destination": "P002"}] = wrong.sel(destination="P002") * 50
    learned = [
        weight_by_destination(replace(sets[0], observed=observed), tables).sel(destination="P002")
        for observed in (sets[0].observed, wrong)
    ]
    xr.testing.assert_identical(*learned)


def test_a_divided_area_is_merged_again():
    made = world(6, 2, case="split")
    one = merged(made.stock_end, made.successors)
    assert sorted(map(str, one["birthplace"].values)) == sorted(map(str, made.stock_start["birthplace"].values))
    assert float(one.sum()) == float(made.stock_end.sum())
