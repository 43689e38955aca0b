"""Instants, periods and age groups round-trip through their codes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.concepts.ages import AgeGroup
from corridors.concepts.periods import Period, mid_year


@given(start=st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31)), years=st.integers(1, 100))
def test_a_period_is_read_back_as_it_was_written(start, years):
    if (start.month, start.day) == (2, 29):
        start = start.replace(day=28)
    period = Period(start, years)
    assert Period.from_code(period.code) == period
    assert Period.between(period.start, period.end) == period


def test_the_four_year_step_keeps_its_length():
    step = Period.between(mid_year(2020), mid_year(2024))
    assert (step.code, step.years, step.label) == ("2020-07-01/P4Y", 4, "2020-2024")


@pytest.mark.parametrize("text", ["2020", "2020-07-01", "2020-07-01/P0Y", "2020-13-01/P5Y", "2020-07-01/P5M"])
def test_what_is_no_period_is_refused(text):
    with pytest.raises(ValueError, match=r"period|month"):
        Period.from_code(text)


def test_dates_that_are_no_whole_years_apart_are_refused():
    with pytest.raises(ValueError, match="whole number of years"):
        Period.between(date(2020, 7, 1), date(2024, 1, 1))


@given(start=st.integers(0, 120), width=st.one_of(st.none(), st.integers(1, 30)))
def test_an_age_group_is_read_back_as_it_was_written(start, width):
    assert AgeGroup.from_code(AgeGroup(start, width).code) == AgeGroup(start, width)


@pytest.mark.parametrize("text", ["25-29", "Y29T25", "Y", "_T", "Y_GE"])
def test_what_is_no_age_group_is_refused(text):
    with pytest.raises(ValueError, match="no age group"):
        AgeGroup.from_code(text)
