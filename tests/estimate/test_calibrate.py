"""Constants chosen on reports: by hand, against a slow loop, on worlds with a known truth, and every refusal."""

import numpy as np
import pytest
import xarray as xr
from tests.reference.slow_reports import best_without, median_log_ratio

from corridors.estimate.calibrate import calibrate, mixed, mixing_candidates, seed_candidates
from corridors.estimate.flows import estimate_flows
from corridors.testing import world

AREAS = [f"P{number}" for number in range(6)]


def flows(cells, areas=AREAS):
    cells = np.asarray(cells, dtype=float).copy()
    np.fill_diagonal(cells, np.nan)
    return xr.DataArray(
        cells, {"origin": areas, "destination": areas}, ("origin", "destination"), attrs={"unit": "persons"}
    )


def some(seed, candidates=7):
    rng = np.random.default_rng(seed)
    seen = rng.lognormal(6, 1.5, (6, 6))
    seen[rng.random((6, 6)) < 0.2] = np.nan
    made = {float(one): rng.lognormal(6, 1.5, (6, 6)) for one in range(candidates)}
    return {one: flows(table) for one, table in made.items()}, flows(seen)


@pytest.mark.parametrize("seed", range(5))
def test_choices_are_those_of_a_loop_over_destinations(seed):
    made, seen = some(seed)
    found = calibrate({one: [table] for one, table in made.items()}, [seen])
    tables = {one: table.values for one, table in made.items()}
    slow = {one: median_log_ratio(table, seen.values) for one, table in tables.items()}
    assert dict(found.curve) == pytest.approx(slow)
    assert found.value == min(slow, key=slow.get)
    for place, code in enumerate(AREAS):
        assert found.without[code] == best_without(tables, seen.values, place)


def test_a_definition_that_scales_a_destination_changes_nothing_within():
    made, seen = some(2)
    scaled = flows(np.where(seen.values > 50, seen.values, np.nan) * np.array([1, 20, 3, 90, 1, 7]))
    large = flows(np.where(seen.values > 50, seen.values, np.nan))
    one, other = (
        calibrate({value: [table] for value, table in made.items()}, [table], objective="log-ratio-within")
        for table in (large, scaled)
    )
    assert dict(one.curve) == pytest.approx(dict(other.curve))


def test_the_deviance_is_least_at_what_was_reported():
    _, seen = some(3)
    candidates = {factor: [(seen * factor).assign_attrs(unit="persons")] for factor in (0.8, 1.0, 1.3)}
    for objective in ("deviance", "log-ratio"):
        found = calibrate(candidates, [seen], objective=objective)
        assert found.value == 1.0
        assert found.held_out == pytest.approx(0)
        assert found.last_period == {}


def test_destinations_have_their_own_constants_when_they_hold_over_time():
    rng = np.random.default_rng(6)
    own = np.array([0.5, 1.0, 2.0, 0.5, 1.0, 2.0])
    shapes = [rng.lognormal(8, 1, (6, 6)) for _ in range(3)]
    seen = [flows(shape * own * rng.lognormal(0, 0.05, (6, 6))) for shape in shapes]
    candidates = {factor: [flows(shape * factor) for shape in shapes] for factor in (0.5, 1.0, 2.0)}
    found = calibrate(candidates, seen)
    assert [found.by_destination[code] for code in AREAS] == own.tolist()
    assert found.last_period["destination"] < 0.1 < found.last_period["global"]
    assert found.shrinkage < 1_000
    # Where a destination's past says nothing on its future all have the same.
    turned = [flows(shape * np.roll(own, number)) for number, shape in enumerate(shapes)]
    drawn = calibrate(candidates, turned)
    assert drawn.shrinkage == float("inf")
    table = mixed({factor: tables[0] for factor, tables in candidates.items()}, found)
    np.testing.assert_allclose(table.sel(destination="P2", origin="P0"), 2 * shapes[0][0, 2])
    with pytest.raises(ValueError, match=r"no candidate for 0\.5"):
        mixed({1.0: candidates[1.0][0], 2.0: candidates[2.0][0]}, found)


def test_mixing_candidates_are_the_mix_itself():
    given = world(8, 4)
    account = {"births": given.births, "deaths": given.deaths}
    found = mixing_candidates(given.stock_start, given.stock_end, **account, weights=(0.87, 0.92))
    for weight, table in found.items():
        slow = estimate_flows(given.stock_start, given.stock_end, **account, method="pb-closed", weight=weight).flow
        np.testing.assert_allclose(table.values, slow.values, rtol=1e-9, atol=1e-6)


def test_on_a_world_with_known_truth_the_calibrated_weight_beats_the_published_one_where_it_was_not_seen():
    better = 0
    for seed in range(4):
        given = world(30, 700 + seed)
        made = mixing_candidates(given.stock_start, given.stock_end, births=given.births, deaths=given.deaths)
        found = calibrate({weight: [table] for weight, table in made.items()}, [given.flow])
        assert 0.87 <= found.value <= 0.95
        better += found.held_out < found.curve[0.87]
    assert better >= 3


def test_a_seed_counts_as_much_as_the_reports_say():
    given = world(12, 5)
    rng = np.random.default_rng(2)
    seed = xr.DataArray(rng.lognormal(0, 1, (12, 12)), given.flow.coords, given.flow.dims, attrs={"unit": "1"})
    account = {"births": given.births, "deaths": given.deaths}
    made = seed_candidates(given.stock_start, given.stock_end, **account, seed=seed, strengths=(0.0, 0.5, 1.0))
    true = estimate_flows(given.stock_start, given.stock_end, **account, seed=np.sqrt(seed).assign_attrs(unit="1")).flow
    found = calibrate({strength: [table] for strength, table in made.items()}, [true])
    assert found.value == 0.5


def test_calls_that_make_no_sense_are_refused():
    made, seen = some(1)
    candidates = {one: [table] for one, table in made.items()}
    with pytest.raises(ValueError, match="no objective 'r2'; there are log-ratio, log-ratio-within, deviance"):
        calibrate(candidates, [seen], objective="r2")
    with pytest.raises(ValueError, match="give at least one candidate and one period"):
        calibrate({}, [seen])
    with pytest.raises(ValueError, match="candidate 0 has 1 periods and the reports have 2"):
        calibrate(candidates, [seen, seen])
    with pytest.raises(ValueError, match="no flow is reported that the objective counts"):
        calibrate(candidates, [seen.clip(max=3).assign_attrs(unit="persons")])
    with pytest.raises(ValueError, match="reported flows are not estimated"):
        calibrate({0.0: [(seen * np.nan).assign_attrs(unit="persons")]}, [seen])
    with pytest.raises(ValueError, match=r"cannot be aligned|not equal|conflict"):
        calibrate({0.0: [flows(np.ones((3, 3)), ["P0", "P1", "QQ"])]}, [seen])
