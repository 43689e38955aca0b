"""From one rule on the length of stay to another, and from years to periods."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from corridors.harmonise.durations import convert_duration, leaving_rate, period_equivalent, share_that_stays

rates, months = st.floats(0, 3), st.floats(0, 60)


@given(rate=rates, of=months, by=months, to=months)
def test_rules_can_be_changed_by_a_detour_and_back(rate, of, by, to):
    straight = convert_duration(1000.0, of=of, to=to, rate=rate)
    detour = convert_duration(convert_duration(1000.0, of=of, to=by, rate=rate), of=by, to=to, rate=rate)
    assert detour == pytest.approx(straight)
    assert convert_duration(straight, of=to, to=of, rate=rate) == pytest.approx(1000.0)


@given(rate=rates, longer=months)
def test_a_rule_keeps_the_share_that_stays_so_long(rate, longer):
    assert convert_duration(1.0, of=0, to=longer, rate=rate) == pytest.approx(share_that_stays(rate, months=longer))
    assert 0 <= share_that_stays(rate, months=longer) <= 1


@given(rate=st.floats(0.01, 3), short=st.floats(0, 6), more=st.floats(1, 12))
def test_two_rules_give_the_rate_back(rate, short, more):
    rules = short, short + more
    flows = [convert_duration(500.0, of=0, to=rule, rate=rate) for rule in rules]
    assert leaving_rate(*flows, months=rules) == pytest.approx(rate)


def test_exponential_stays_are_what_a_simulation_of_them_gives():
    # Relocations in a year, each followed by an exponential stay: count those of at least 3 and 12 months.
    stays = np.random.default_rng(1).exponential(1 / 0.8, size=400_000)
    three, twelve = (float((stays >= years).sum()) for years in (0.25, 1.0))
    assert convert_duration(three, of=3, to=12, rate=0.8) == pytest.approx(twelve, rel=0.01)


def test_corridors_have_rates_of_their_own():
    flow = xr.DataArray([[10.0, 20.0]], {"origin": ["AAA"], "destination": ["BBB", "CCC"]}, attrs={"unit": "persons"})
    found = convert_duration(flow, of=6, to=12, rate=flow * 0 + [[0.0, 2.0]])
    assert found.values == pytest.approx(np.array([[10.0, 20 / np.e]]))


def test_the_equivalent_of_a_period_is_the_mean_of_known_years_times_its_length():
    years = [str(year) for year in range(2015, 2020)]
    cells = [[1.0, np.nan], [2.0, np.nan], [3.0, np.nan], [np.nan, np.nan], [np.nan, 8.0]]
    known = xr.DataArray(cells, {"period": years, "destination": ["AAA", "BBB"]}, attrs={"unit": "persons"})
    assert period_equivalent(known, years=5).values.tolist() == [10.0, 40.0]
    assert np.isnan(period_equivalent(known, years=5, at_least=2).values).tolist() == [False, True]
    assert period_equivalent(known, years=5).attrs == {"unit": "persons"}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: share_that_stays(-0.1, months=3), "a rate of leaving is below zero"),
        (lambda: convert_duration(1.0, of=3, to=-12, rate=0.1), "-12 months; a length of stay is zero or more"),
        (lambda: leaving_rate(3.0, 2.0, months=(12, 3)), "the second rule asks for the longer stay"),
        (lambda: leaving_rate(2.0, 3.0, months=(3, 12)), "no more than those under the shorter stay"),
        (lambda: period_equivalent(xr.DataArray(1.0), years=5), "one of them must be 'period'"),
        (lambda: period_equivalent(xr.DataArray(np.ones(6), dims="period"), years=5), "6 years in a period of 5"),
        (lambda: period_equivalent(xr.DataArray(np.ones(5), dims="period"), years=5, at_least=0), "at_least is 0"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()
