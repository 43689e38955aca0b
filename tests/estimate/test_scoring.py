"""Measures of the scoreboard: by hand on small tables, and what must hold of any."""

import numpy as np
import polars as pl
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.concepts.periods import Period
from corridors.estimate.scoring import closure, compare, coverage, interval_score, observed_flows, scores

AREAS = ["AAA", "BBB", "CCC"]


def flows(cells, areas=AREAS):
    cells = np.asarray(cells, dtype=float).copy()
    np.fill_diagonal(cells, np.nan)
    coords = {"origin": areas, "destination": areas}
    return xr.DataArray(cells, coords, ("origin", "destination"), attrs={"unit": "persons"})


def heads(values, areas=AREAS):
    values = np.asarray(values, dtype=float)
    return xr.DataArray(values, {"destination": areas}, ("destination",), attrs={"unit": "persons"})


SEEN = flows([[0, 100, 40], [np.nan, 0, 60], [200, 0, 0]])
FOUND = flows([[0, 50, 80], [999, 0, 60], [100, 10, 0]])


def test_scores_by_hand():
    found = scores(FOUND, SEEN, population=heads([1_000, 2_000, 500]))
    seen, made = np.array([100, 40, 60, 200, 0]), np.array([50, 80, 60, 100, 10])
    assert found.cells == 5
    assert found.count == pytest.approx(np.corrcoef(seen, made)[0, 1])
    assert found.log_count == pytest.approx(np.corrcoef(np.log1p(seen), np.log1p(made))[0, 1])
    # Arrivals: BBB 100 and 0 of 100, 50 and 10 of 60; CCC 40 and 60 of 100, 80 and 60 of 140; AAA all of one origin.
    shares = [1, 0.4, 0.6, 1, 0], [50 / 60, 80 / 140, 60 / 140, 1, 10 / 60]
    assert found.proportion == pytest.approx(np.corrcoef(*shares)[0, 1])
    per_head = seen / [1_000, 1_000, 2_000, 500, 500], made / [1_000, 1_000, 2_000, 500, 500]
    assert found.rate == pytest.approx(np.corrcoef(*per_head)[0, 1])
    assert found.common_part == pytest.approx(2 * (50 + 40 + 60 + 100 + 0) / 700)
    # Over 50 persons: 50/100, 60/60, 100/200.
    assert found.factor == pytest.approx(2)
    assert found.total_ratio == pytest.approx(300 / 400)


@pytest.mark.parametrize("reporter", ["origin", "destination"])
def test_a_definition_that_scales_all_flows_of_a_reporter_is_left_out_within(reporter):
    rng = np.random.default_rng(4)
    areas = [f"P{number}" for number in range(12)]
    truth = rng.lognormal(9, 1.5, (12, 12))
    by_definition = rng.lognormal(0, 2, (12, 1) if reporter == "origin" else 12)
    found = scores(flows(truth, areas), flows(truth * by_definition, areas), reporter=reporter)
    assert found.log_count < 0.9
    assert found.log_count_within > 0.99
    with pytest.raises(ValueError, match="no reporter 'both'; there are origin, destination"):
        scores(FOUND, SEEN, reporter="both")


def test_without_population_there_is_no_rate_and_without_variation_no_correlation():
    found = scores(flows(np.full((3, 3), 7.0)), SEEN)
    assert np.isnan(found.rate)
    assert np.isnan(found.count)
    assert np.isnan(scores(FOUND, flows(np.full((3, 3), 7.0))).factor)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(3, 8))
def test_truth_scores_full_marks_and_scale_and_names_do_not_matter(seed, n):
    rng = np.random.default_rng(seed)
    areas = [f"P{number}" for number in range(n)]
    truth = flows(rng.lognormal(6, 1, (n, n)), areas)
    guess = flows(rng.lognormal(6, 1, (n, n)), areas)
    best = scores(truth, truth)
    assert (best.count, best.log_count, best.common_part, best.factor) == pytest.approx((1, 1, 1, 1))
    found = scores(guess, truth)
    assert 0 <= found.common_part <= 1 <= found.factor
    order = rng.permutation(n)
    turned = [table.isel(origin=order, destination=order) for table in (guess, truth)]
    assert scores(*turned).common_part == pytest.approx(found.common_part)
    larger = [(table * 3).assign_attrs(table.attrs) for table in (guess, truth)]
    assert scores(*larger).count == pytest.approx(found.count)


def test_coverage_and_interval_score_by_hand():
    low, high = flows(np.full((3, 3), 20.0)), flows(np.full((3, 3), 110.0))
    # Of 100, 40, 60, 200 and 0 three lie between; 200 is 90 too many and 0 is 20 too few.
    assert coverage(low, high, SEEN) == pytest.approx(3 / 5)
    assert interval_score(low, high, SEEN, level=0.8) == pytest.approx(90 + 2 / 0.2 * (90 + 20) / 5)
    with pytest.raises(ValueError, match="level is 80; it is a probability, above 0 and below 1"):
        interval_score(low, high, SEEN, level=80)


def test_closure_is_the_largest_gap_where_net_migration_is_known():
    flow = flows([[0, 10, 0], [4, 0, 0], [0, 0, 0]])
    assert closure(flow, heads([-6, 6.5, np.nan])) == pytest.approx(0.5)
    assert np.isnan(closure(flow, heads([np.nan] * 3)))


def test_a_clear_difference_is_found_and_a_table_does_not_beat_itself():
    rng = np.random.default_rng(1)
    areas = [f"P{number:02d}" for number in range(20)]
    truth = rng.lognormal(6, 1.5, (20, 20))
    near, far = (flows(truth * rng.lognormal(0, noise, (20, 20)), areas) for noise in (0.2, 1.5))
    for measure in ("count", "log-count", "proportion", "common-part", "factor"):
        found = compare(near, far, flows(truth, areas), measure=measure, rng=np.random.default_rng(2), samples=200)
        assert found.share_better > 0.95, measure
        assert found.lower <= found.difference <= found.upper
    same = compare(near, near, flows(truth, areas), measure="count", rng=np.random.default_rng(2), samples=50)
    assert (same.difference, same.lower, same.upper, same.share_better) == (0, 0, 0, 0)


def test_one_destination_is_resampled_by_origin_and_repeats_exactly():
    seen = flows([[0, 5, np.nan], [np.nan, 0, np.nan], [np.nan, 90, 0]])
    once, again = (
        compare(FOUND, SEEN.fillna(1), seen, measure="common-part", rng=np.random.default_rng(3), samples=40)
        for _ in range(2)
    )
    assert once == again


def test_faults_of_the_caller_are_said():
    with pytest.raises(ValueError, match="observed cells are not estimated, the first is AAA to BBB"):
        scores(flows(np.full((3, 3), np.nan)), SEEN)
    with pytest.raises(ValueError, match="no cell of the observed table is a number"):
        scores(FOUND, flows(np.full((3, 3), np.nan)))
    with pytest.raises(ValueError, match="no measure 'r2'; there are count, log-count, log-count-within, proportion"):
        compare(FOUND, FOUND, SEEN, measure="r2", rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="population has no CCC"):
        scores(FOUND, SEEN, population=heads([1, 2], AREAS[:2]))
    with pytest.raises(ValueError, match="population has dims"):
        scores(FOUND, SEEN, population=heads([1, 2, 3]).rename(destination="area"))


def reported(*rows):
    return pl.DataFrame(
        rows, schema=["ORIGIN", "DESTINATION", "REPORTER", "TIME_PERIOD", "OBS_VALUE"], orient="row", strict=False
    )


def test_reported_years_become_five_times_their_mean_for_each_reporter_apart():
    table = reported(
        ("AAA", "BBB", "BBB", "2010", 10.0),
        ("AAA", "BBB", "BBB", "2012", 20.0),
        ("AAA", "BBB", "BBB", "2015", 999.0),
        ("AAA", "BBB", "AAA", "2010", 3.0),
        ("CCC", "BBB", "BBB", "2011", None),
        ("XXX", "BBB", "BBB", "2011", 8.0),
    )
    period = Period.from_code("2010-07-01/P5Y")
    received = observed_flows(table, period=period, areas=AREAS, reporter="destination")
    assert float(received.sel(origin="AAA", destination="BBB")) == 75
    assert int(received.notnull().sum()) == 1
    sent = observed_flows(table, period=period, areas=AREAS, reporter="origin")
    assert float(sent.sel(origin="AAA", destination="BBB")) == 15
    with pytest.raises(ValueError, match="no reporter 'both'; there are origin, destination"):
        observed_flows(table, period=period, areas=AREAS, reporter="both")
    twice = reported(*[("AAA", "BBB", "BBB", "2010", 10.0)] * 2)
    with pytest.raises(ValueError, match="two rows of one corridor and year"):
        observed_flows(twice, period=period, areas=AREAS, reporter="destination")
