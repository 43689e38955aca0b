"""Harmonised reports: known parameters come back, laws hold, and the exact posterior is that of slow ways."""

import gzip

import numpy as np
import polars as pl
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference.slow_reports import by_conditioning, log_density, metropolis

from corridors.collect.sources.eurostat import read as eurostat
from corridors.concepts.findings import DataError
from corridors.estimate._report_model import Spreads, evidence, posterior
from corridors.estimate._report_tables import places_of, prepared
from corridors.estimate.reports import BELIEFS, SPREADS, harmonise_reports
from corridors.harmonise.definitions import defined_reports

SCHEMA = {
    "ORIGIN": pl.String, "DESTINATION": pl.String, "REPORTER": pl.String, "TIME_PERIOD": pl.String,
    "OBS_VALUE": pl.Float64, "DURATION": pl.Float64, "UNDERCOUNT": pl.String, "ACCURACY": pl.String,
}  # fmt: skip
MISSED = {"excellent": 0.0, "low": -0.1, "medium": -0.45, "high": -0.9}
LONGER = {0.0: 0.45, 3.0: 0.3, 12.0: 0.0, 60.0: -0.8}
ERRORS = {"high": 0.08, "medium": 0.15, "low": 0.3}


def simulated(n, *, seed, years=3, share=0.8, classes=tuple(MISSED)):
    """Gravity flows, an area's definitions for each role, and reports of most of them."""
    rng = np.random.default_rng(seed)
    codes = [f"P{number:02d}" for number in range(n)]
    size, pull = rng.normal(0, 0.7, n), rng.normal(0, 0.7, n)
    expected = np.exp(7 + size[:, None] + pull[None, :] + rng.normal(0, 0.8, (n, n)))
    corridor = rng.normal(0, 0.4, (n, n))
    truth = {f"{2010 + t}": expected * np.exp(corridor + rng.normal(0, 0.1, (n, n))) for t in range(years)}
    rule = {
        (role, code): (rng.choice([0.0, 3.0, 12.0, 12.0, 60.0]), rng.choice(classes), rng.choice([*ERRORS]),
                       rng.normal(0, 0.15))
        for role in (0, 1) for code in codes
    }  # fmt: skip
    silent = {(role, code) for role in (0, 1) for code in codes if rng.random() > share}
    rows = []
    for i, origin in enumerate(codes):
        for j, destination in enumerate(codes):
            for role, reporter in enumerate((origin, destination)):
                if i == j or (role, reporter) in silent:
                    continue
                months, missed, care, habit = rule[role, reporter]
                lasting = rng.normal(0, ERRORS[care])
                for year, flows in truth.items():
                    mean = np.log(flows[i, j]) + LONGER[months] + MISSED[missed] + habit + lasting
                    value = float(rng.poisson(np.exp(mean + rng.normal(0, ERRORS[care] / 2))))
                    rows.append((origin, destination, reporter, year, value, months, str(missed), str(care)))
    coords = {"origin": codes, "destination": codes}
    table = xr.DataArray(expected, coords, ("origin", "destination"), attrs={"unit": "persons"})
    return pl.DataFrame(rows, schema=SCHEMA, orient="row"), table, np.stack([*truth.values()])


def model(reports, expected=None):
    places = places_of(reports, None)
    return prepared(reports, places, expected=expected, covariates={}, beliefs=BELIEFS)[1:]


def test_parameters_and_flows_of_a_simulation_come_back():
    reports, expected, truth = simulated(22, seed=3)
    found = harmonise_reports(reports, expected=expected)
    mean, deviation = (found.effects[name].to_series() for name in ("mean", "deviation"))
    assert mean["expected"] == pytest.approx(1, abs=0.1)
    for effect, true in {f"duration {month:g}": LONGER[month] for month in (0.0, 3.0, 60.0)}.items():
        assert abs(mean[effect] - true) < 2.5 * deviation[effect]
        assert deviation[effect] < 0.2
    assert found.spreads.corridor == pytest.approx(0.4, rel=0.15)
    assert found.spreads.year == pytest.approx(0.1, abs=0.05)
    assert found.spreads.lasting[0] < found.spreads.lasting[2]
    off = ~np.eye(22, dtype=bool)
    error = np.log(found.flow.values / truth)[:, off]
    low, high = found.interval(0.8)
    inside = ((low.values <= truth) & (truth <= high.values))[:, off]
    assert 0.7 < inside.mean() < 0.92
    # Against what people do without a model: the mean of both reports, or the one there is.
    pairs = reports.group_by("ORIGIN", "DESTINATION", "TIME_PERIOD").agg(pl.col("OBS_VALUE").mean())
    codes = [str(code) for code in expected["origin"].values]
    plain = [
        np.log((value + 0.5) / truth[int(year) - 2010, codes.index(o), codes.index(d)])
        for o, d, year, value in pairs.iter_rows()
    ]
    assert np.median(np.abs(error)) < 0.6 * np.median(np.abs(plain))


def test_two_good_reports_that_agree_are_kept():
    reports, expected, _ = simulated(8, seed=5, share=1.0, classes=("excellent",))
    receiver = reports.filter(pl.col("REPORTER") == pl.col("DESTINATION"))
    both = pl.concat([receiver, receiver.with_columns(REPORTER=pl.col("ORIGIN"))])
    both = both.with_columns(DURATION=pl.lit(12.0), ACCURACY=pl.lit("high"), UNDERCOUNT=pl.lit("excellent"))
    found = harmonise_reports(both, expected=expected)
    kept = [
        float(found.flow.sel(period=year, origin=origin, destination=destination)) / value
        for origin, destination, _, year, value, *_ in receiver.filter(pl.col("OBS_VALUE") > 200).iter_rows()
    ]
    assert np.abs(np.log(kept)).max() < 0.2
    assert np.abs(np.median(np.log(kept))) < 0.05


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_senders_and_receivers_may_change_places_with_their_definitions(seed):
    reports, expected, _ = simulated(5, seed=seed, years=2)
    if reports.is_empty():
        return
    turned = reports.rename({"ORIGIN": "DESTINATION", "DESTINATION": "ORIGIN"}).select(reports.columns)
    across = xr.DataArray(expected.values.T, expected.coords, expected.dims, attrs=expected.attrs)
    one = harmonise_reports(reports, expected=expected, spreads=SPREADS, areas=list(expected["origin"].values))
    other = harmonise_reports(turned, expected=across, spreads=SPREADS, areas=list(expected["origin"].values))
    for name in ("flow", "deviation"):
        there, back = getattr(one, name).values, getattr(other, name).values
        np.testing.assert_allclose(there, back.transpose(0, 2, 1), rtol=1e-8)
    assert one.evidence == pytest.approx(other.evidence)


def test_new_names_of_areas_rename_the_answer():
    reports, expected, _ = simulated(6, seed=2, years=2)
    names = {str(code): f"Q{9 - number}" for number, code in enumerate(expected["origin"].values)}
    renamed = reports.with_columns(pl.col("ORIGIN", "DESTINATION", "REPORTER").replace_strict(names))
    one = harmonise_reports(reports, spreads=SPREADS)
    other = harmonise_reports(renamed, spreads=SPREADS)
    back = other.flow.sel(origin=[*names.values()], destination=[*names.values()])
    np.testing.assert_allclose(one.flow.values, back.values, rtol=1e-8)


def test_the_posterior_is_that_of_one_joint_gaussian():
    reports, expected, _ = simulated(5, seed=8, years=3, share=0.7)
    reported, effects = model(reports, expected)
    spreads = Spreads(
        0.5, 0.12, np.array([0.1, 0.2, 0.3, 0.2]), np.array([0.2, 0.1, 0.3, 0.2]), np.array([0.4, 0.5, 0.3])
    )
    found = posterior(reported, effects, spreads)
    mean, covariance, density = by_conditioning(reported, beliefs=effects, spreads=spreads)
    np.testing.assert_allclose(found.mean, mean, rtol=1e-8)
    years = found.mean.shape[1]
    for corridor in range(len(mean)):
        block = slice(corridor * years, (corridor + 1) * years)
        np.testing.assert_allclose(found.covariance[corridor], covariance[block, block], rtol=1e-6, atol=1e-10)
    assert evidence(reported, effects, spreads) == pytest.approx(density, rel=1e-9)


@pytest.mark.heavy
def test_a_plain_chain_over_four_countries_finds_the_same_flows():
    reports, expected, _ = simulated(4, seed=11, years=1, share=1.0)
    reported, effects = model(reports, expected)
    exact = posterior(reported, effects, SPREADS)
    corridors = exact.mean.size
    start = np.concatenate([exact.mean.ravel(), exact.effects])

    def density(vector):
        flows = vector[:corridors].reshape(exact.mean.shape)
        return log_density(flows, vector[corridors:], reported=reported, beliefs=effects, spreads=SPREADS)

    chain = metropolis(density, start, steps=150_000, rng=np.random.default_rng(1))[:, :corridors]
    deviation = np.sqrt(exact.covariance[:, 0, 0])
    assert np.abs(chain.mean(axis=0) - exact.mean.ravel()).max() < 0.35 * deviation.max()
    np.testing.assert_allclose(chain.std(axis=0), deviation, rtol=0.25)


def test_intervals_totals_and_silent_corridors():
    reports, expected, _ = simulated(6, seed=4, years=2)
    some = reports.filter((pl.col("ORIGIN") != "P00") | (pl.col("DESTINATION") != "P01"))
    found = harmonise_reports(some, expected=expected, spreads=SPREADS)
    cell = {"origin": "P00", "destination": "P01"}
    assert not bool(found.reported.sel(cell))
    assert float(found.deviation.sel(cell).min()) > float(found.deviation.where(found.reported).median())
    np.testing.assert_allclose(found.total.values, found.flow.sum("period", skipna=False).values)
    with pytest.raises(ValueError, match="level is 80; it is a probability, above 0 and below 1"):
        found.interval(80)
    no_years = harmonise_reports(some.filter(pl.col("TIME_PERIOD") == "2010"), spreads=SPREADS)
    np.testing.assert_allclose(no_years.total_deviation.values, no_years.deviation.values[0])


def test_reports_by_strangers_and_tables_that_do_not_fit_are_refused():
    reports, expected, _ = simulated(4, seed=1, years=1, share=1.0)
    strange = reports.with_columns(REPORTER=pl.lit("P03"))
    with pytest.raises(DataError, match="counted by P03, which is neither end") as caught:
        harmonise_reports(strange.unique(["ORIGIN", "DESTINATION"]))
    assert {one.code for one in caught.value.findings} == {"reporter-stranger"}
    with pytest.raises(ValueError, match="no report lies between the areas"):
        harmonise_reports(reports, areas=["P00", "ZZZ"])
    with pytest.raises(ValueError, match="expected lacks P03 as origin"):
        harmonise_reports(reports, expected=expected.isel(origin=slice(3), destination=slice(3)))
    with pytest.raises(ValueError, match="areas has a code more than once"):
        harmonise_reports(reports, areas=["P00", "P00"])
    with pytest.raises(ValueError, match="distance is no number in 12 corridors"):
        harmonise_reports(reports, covariates={"distance": (expected * np.nan).assign_attrs(unit="1")})


def test_europe_2010_to_2014(shared_data):
    raw = gzip.decompress((shared_data / "flows/eurostat_double_entry_2010_2014.csv.gz").read_bytes())
    observed = eurostat.read(raw, file="eurostat_double_entry_2010_2014.csv").tables["FLOW_OBSERVED"]
    found = harmonise_reports(defined_reports(observed))
    assert found.flow.sizes == {"period": 5, "origin": 27, "destination": 27}
    mean = found.effects["mean"].to_series()
    for role in ("emigrants", "immigrants"):
        assert mean[f"{role} undercount high"] < mean[f"{role} undercount medium"] < mean[f"{role} undercount low"]
    # Slovakia counts only those who leave for good.
    assert mean["emigrants habit SVK"] < -1
    inside = found.total.where(found.reported)
    assert 2.5e6 < float(inside.sum()) < 7e6
