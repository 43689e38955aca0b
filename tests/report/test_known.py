"""What is known, counted: every combination is in one class, and areas without a figure are named."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect.coverage import RANKS, coverage
from corridors.collect.quality import Stored
from corridors.concepts.areas import known_areas
from corridors.report.known import MOST_NAMED, by_measure, by_subregion, counted, gaps, named

AREAS = ("FRA", "DEU", "KEN", "TZA")
COUNTRIES = tuple(code for code, area in known_areas().items() if area.kind == "country")


def stored(rows, name="POPULATION", measure=None):
    table = pl.DataFrame(rows, schema=["AREA", "TIME_PERIOD", "OBS_STATUS"], orient="row")
    if measure:
        table = table.with_columns(MEASURE=pl.lit(measure))
    return Stored(name, "test", table)


def known(*tables):
    return coverage(list(tables), areas=AREAS)


cells = st.lists(st.tuples(st.sampled_from(AREAS), st.sampled_from(["2000", "2005", "2010"]), st.sampled_from(RANKS)))


@settings(max_examples=40, deadline=None)
@given(rows=cells.filter(bool))
def test_every_combination_is_known_withheld_missing_or_unsaid(rows):
    (row,) = counted(known(stored(rows)), AREAS).rows(named=True)
    assert row["COULD"] == row["KNOWN"] + row["SUPPRESSED"] + row["MISSING"] + row["UNSAID"]
    assert 0 <= row["MODELLED"] <= row["KNOWN"] <= row["COULD"] <= 12
    assert min(row["UNSAID"], row["MISSING"], row["SUPPRESSED"]) >= 0


@settings(max_examples=40, deadline=None)
@given(rows=cells.filter(bool))
def test_an_area_has_a_figure_or_stands_in_one_gap(rows):
    table = known(stored(rows))
    there = set(table.filter(pl.col("OBS_STATUS").is_in(["A", "B", "P", "E", "I"]))["AREA"])
    missing = [code for gap in gaps(table, AREAS) for code in gap.areas]
    assert sorted([*there, *missing]) == sorted(AREAS)


def test_a_figure_of_a_period_counts_for_each_of_its_years():
    found = coverage([stored([("FRA", "2015-07-01/P5Y", "A")], "NET_MIGRATION")])
    assert found["YEAR"].to_list() == [2015, 2016, 2017, 2018, 2019]


def test_statuses_are_told_apart():
    rows = [("FRA", "2000", "A"), ("DEU", "2000", "E"), ("KEN", "2000", "Q")]
    (row,) = counted(known(stored(rows)), AREAS).rows(named=True)
    names = ("AREAS", "OF", "COULD", "KNOWN", "MODELLED", "SUPPRESSED", "MISSING", "UNSAID")
    assert [row[name] for name in names] == [2, 4, 4, 2, 1, 1, 0, 1]


def test_areas_that_lack_the_same_measures_stand_together():
    births = stored([("FRA", "2000", "A"), ("DEU", "2000", "A")], "VITAL", "BIRTHS")
    deaths = stored([("FRA", "2000", "A"), ("DEU", "2000", "A")], "VITAL", "DEATHS")
    people = stored([("FRA", "2000", "A"), ("DEU", "2000", "A"), ("KEN", "2000", "A")])
    everywhere, vital = gaps(known(births, deaths, people), AREAS)
    assert (everywhere.areas, everywhere.everywhere) == (("TZA",), True)
    assert (vital.measures, vital.areas) == (("Births", "Deaths"), ("KEN",))


def test_offices_that_report_are_countries_in_a_world_of_regions():
    table = pl.DataFrame({"REPORTER": ["FRA"], "TIME_PERIOD": ["2000"], "OBS_STATUS": ["A"]})
    found = coverage([Stored("FLOW_OBSERVED", "test", table)], areas=["W155", "W014"])
    (row,) = counted(found, ["W155", "W014"]).rows(named=True)
    assert (row["AREAS"], row["OF"]) == (1, len(COUNTRIES))
    assert by_subregion(found, ["W155", "W014"], order=["W155", "W014"]).is_empty()


def test_long_lists_name_whole_regions_and_end_in_a_number():
    text = named(COUNTRIES, COUNTRIES)
    assert text.startswith("All of Africa (60); All of the Americas (57); ")
    assert "Antarctica" in text
    without = [code for code in COUNTRIES if code != "KEN"]
    assert "All of Western Africa" in named(without, COUNTRIES)
    single = [code for code in COUNTRIES if known_areas()[code].region == "W150"][:30]
    parts = named(single, COUNTRIES).split("; ")
    assert len(parts) == MOST_NAMED + 1
    assert parts[-1] == f"and {30 - MOST_NAMED} more"


def test_too_many_measures_become_one_row_a_dataflow():
    births = stored([("FRA", "2000", "A")], "VITAL", "BIRTHS")
    deaths = stored([("DEU", "2000", "A")], "VITAL", "DEATHS")
    found = known(births, deaths)
    assert by_measure(found, AREAS, most=2)["ROW"].to_list() == ["Births", "Deaths"]
    (row,) = by_measure(found, AREAS, most=1).rows(named=True)
    assert (row["ROW"], row["SHARE"]) == ("Births, deaths and their rates", pytest.approx(0.5))


def test_shares_of_a_subregion_are_over_its_areas_and_measures():
    births = stored([("FRA", "2000", "A"), ("KEN", "2000", "A")], "VITAL", "BIRTHS")
    people = stored([("KEN", "2000", "A"), ("TZA", "2000", "M")])
    found = by_subregion(known(births, people), AREAS, order=["W155", "W014"])
    assert found.rows() == [("Western Europe", 2000, 0.25), ("Eastern Africa", 2000, 0.5)]
