"""Short stays, authorised stays and census transitions."""

import datetime
import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.concepts.findings import DataError
from corridors.count.rules import day_number
from corridors.count.stays import authorised_stay, short_stay
from corridors.count.transitions import transition

sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))
import slow_registers as slow

DAY_0 = datetime.date(2020, 1, 1)


def date(number):
    return DAY_0 + datetime.timedelta(days=number)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 120)), max_size=6),
    st.integers(0, 400),
    st.integers(1, 90),
    st.integers(0, 120),
)
def test_short_stay_is_its_slow_twin(stays, through, limit, more):
    found = short_stay(
        [(date(day), date(day + long)) for day, long in stays], limit=limit, window=limit + more, through=date(through)
    )
    expected = slow.short_stay(
        [(day, day + long) for day, long in stays], limit=limit, window=limit + more, through=through
    )
    first = None if found.first_over is None else day_number(found.first_over) - day_number(DAY_0)
    assert (found.days_of_stay, found.over_days, first) == expected


def test_limits_that_are_none():
    with pytest.raises(ValueError, match="allowed is 1 <= limit <= window"):
        short_stay([], limit=181, through=DAY_0)


def test_a_departure_after_the_last_observed_day_is_not_known():
    late = authorised_stay(authorised_until=date(0), departure=date(30), through=date(20))
    assert late == ("suspected_in_country", 20)
    assert authorised_stay(authorised_until=date(0), departure=date(30), through=date(30)) == ("left_late", 30)
    assert authorised_stay(authorised_until=date(0), departure=None, through=date(0)) == ("authorised", 0)


def test_transitions_of_one_and_five_years():
    persons = pl.DataFrame(
        {"AGE": [0, 1, 5], "THEN": ["AAA", "AAA", None], "NOW": ["BBB"] * 3, "WEIGHT": [1.0, 2.0, 3.5]}
    )
    assert transition(persons, interval_years=1).rows() == [("AAA", "BBB", 2.0), ("not_stated", "BBB", 3.5)]
    assert transition(persons, interval_years=5).rows() == [("not_stated", "BBB", 3.5)]


def test_census_files_that_cannot_be_read():
    with pytest.raises(DataError, match="no column NOW"):
        transition(pl.DataFrame({"AGE": [1], "THEN": ["AAA"]}), interval_years=1)
    with pytest.raises(DataError, match="column AGE: 1 values are empty") as error:
        transition(pl.DataFrame({"AGE": [None], "THEN": ["AAA"], "NOW": ["AAA"]}), interval_years=1)
    assert error.value.findings[0].code == "person-incomplete"
    with pytest.raises(ValueError, match="allowed are whole years"):
        transition(pl.DataFrame(), interval_years=0)
