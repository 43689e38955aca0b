"""Each check finds the fault it is named after, names the place, and leaves sound tables alone."""

from datetime import date

import polars as pl
import pytest

from corridors.collect import quality
from corridors.collect.quality import Stored, check_all

TODAY = date(2026, 1, 1)


def table(rows, *columns, unit="PS", source="s"):
    return pl.DataFrame(rows, schema=list(columns), orient="row", infer_schema_length=None).with_columns(
        AGE=pl.lit("_T") if "AGE" not in columns else pl.col("AGE"),
        SOURCE=pl.lit(source),
        UNIT_MEASURE=pl.lit(unit),
        OBS_STATUS=pl.lit("A"),
        OBS_VALUE=pl.col("OBS_VALUE").cast(pl.Float64),
    )


def stock(rows, product="undesa-ims2020-bilateral"):
    return Stored("STOCK", product, table(rows, "ORIGIN", "DESTINATION", "SEX", "TIME_PERIOD", "OBS_VALUE"))


def population(rows, product="wpp-2022-population"):
    return Stored("POPULATION", product, table(rows, "AREA", "SEX", "TIME_PERIOD", "OBS_VALUE"))


def flows(rows):
    columns = ("ORIGIN", "DESTINATION", "REPORTER", "TIME_PERIOD", "OBS_VALUE")
    made = table(rows, *columns).with_columns(CRITERION=pl.lit("RESIDENCE"), COVERAGE=pl.lit("_T"), SEX=pl.lit("_T"))
    return Stored("FLOW_OBSERVED", "eurostat-2020-imm", made)


def test_a_world_total_that_falls_by_a_tenth_is_named_with_both_figures():
    rows = [("MEX", "USA", "_T", f"{year}-07-01", value) for year, value in ((2010, 1000), (2015, 1010), (2020, 900))]
    [found] = quality.falling_world_total(stock(rows))
    assert (found.code, found.place) == (
        "quality-total-falls",
        "undesa-ims2020-bilateral, STOCK, 2015-07-01 to 2020-07-01",
    )
    assert found.fact == "the total falls from 1,010 at 2015-07-01 to 900 at 2020-07-01"
    assert quality.falling_world_total(stock(rows[:2])) == []
    more = [("MEX", area, "_T", "2015-07-01", 5000) for area in ("CAN", "ESP")]
    assert quality.falling_world_total(stock([*rows[:2], *more, ("MEX", "USA", "_T", "2020-07-01", 1020)])) == []


def test_sexes_that_do_not_add_up_are_named():
    rows = [("MEX", "USA", sex, "2020-07-01", value) for sex, value in (("F", 500), ("M", 480), ("_T", 1000))]
    [found] = quality.sexes_that_do_not_add_up(stock(rows))
    assert (found.code, found.fact) == ("quality-sexes", "women 500 and men 480 are not 1,000")
    assert "ORIGIN MEX, DESTINATION USA" in found.place
    sound = [*rows[:2], ("MEX", "USA", "_T", "2020-07-01", 981)]
    assert quality.sexes_that_do_not_add_up(stock(sound)) == []
    unknown = ("MEX", "USA", "_U", "2020-07-01", 20)
    assert quality.sexes_that_do_not_add_up(stock([*rows, unknown])) == []
    [found] = quality.sexes_that_do_not_add_up(stock([*rows, (*unknown[:4], 90)]))
    assert found.fact == "women 500 and men 480 and 90 of unknown sex are not 1,000"


def test_rates_of_women_and_men_need_not_add_up():
    rows = [("FRA", sex, "2020", 0.01) for sex in ("F", "M", "_T")]
    rates = table(rows, "AREA", "SEX", "TIME_PERIOD", "OBS_VALUE", unit="RATE_PY").with_columns(MEASURE=pl.lit("MX"))
    assert quality.sexes_that_do_not_add_up(Stored("VITAL", "wpp", rates)) == []
    shares = table([(a, s, t, 100 * v) for a, s, t, v in rows], "AREA", "SEX", "TIME_PERIOD", "OBS_VALUE", unit="PT")
    shares = shares.with_columns(ORIGIN=None, DESTINATION=None, MEASURE=pl.lit("UNEMPLOYMENT"))
    assert quality.sexes_that_do_not_add_up(Stored("INDICATOR", "wdi", shares)) == []


def test_an_aggregate_among_the_countries_is_found_by_the_world_row():
    rows = [("FRA", "_T", "2020-07-01", 60), ("DEU", "_T", "2020-07-01", 80), ("W001", "_T", "2020-07-01", 100)]
    [found] = quality.aggregates_counted_twice(population(rows))
    assert (found.code, found.fact) == ("quality-aggregates", "the countries add up to 140, the world row says 100")
    assert quality.aggregates_counted_twice(population([*rows[:2], ("W001", "_T", "2020-07-01", 140)])) == []


def test_rests_of_the_world_are_parts_of_it_and_a_blank_part_is_no_aggregate():
    rows = [("MEX", "USA", 60), ("MEX", "XXN", 25), ("MEX", "XXS", 15), ("MEX", "W001", 100)]
    whole = [(origin, area, "_T", "2017-07-01", value) for origin, area, value in rows]
    assert quality.aggregates_counted_twice(stock(whole)) == []
    blank = stock([*whole[:2], (*whole[2][:4], None), whole[3]])
    made = Stored(
        "STOCK",
        "s",
        blank.table.with_columns(
            OBS_STATUS=pl.when(pl.col("OBS_VALUE").is_null()).then(pl.lit("L")).otherwise(pl.lit("A"))
        ),
    )
    assert quality.aggregates_counted_twice(made) == []
    [found] = quality.aggregates_counted_twice(stock([*whole, ("MEX", "CAN", "_T", "2017-07-01", 90)]))
    assert found.fact == "the countries add up to 190, the world row says 100"
    [found] = quality.aggregates_counted_twice(stock([*whole[:2], whole[3]]))
    assert found.fact == "the countries add up to 85, the world row says 100"


def test_heaped_digits_are_told_from_counted_ones():
    guessed = [("MEX", "USA", "_T", f"{1700 + n}-07-01", 1000 + 5 * n) for n in range(250)]
    counted = [("MEX", "USA", "_T", f"{1700 + n}-07-01", 1000 + 7 * n) for n in range(250)]
    [found] = quality.heaped_digits(stock(guessed))
    assert found.code == "quality-heaped"
    assert found.fact == "100% of 250 figures of three digits and more end in 0 or 5"
    assert quality.heaped_digits(stock(counted)) == []


def test_impossible_times_and_ages_are_named():
    rows = [("FRA", "_T", "2031-07-01", "Y130T134", 1), ("FRA", "_T", "1066-07-01", "_T", 2)]
    made = Stored("POPULATION", "p", table(rows, "AREA", "SEX", "TIME_PERIOD", "AGE", "OBS_VALUE"))
    found = quality.impossible_times_and_ages(made, as_of=TODAY)
    assert [(one.code, one.place) for one in found] == [
        ("quality-time", "p, POPULATION, TIME_PERIOD 1066-07-01"),
        ("quality-time", "p, POPULATION, TIME_PERIOD 2031-07-01"),
        ("quality-age", "p, POPULATION, AGE Y130T134"),
    ]
    sound = [("FRA", "_T", time, age, 1) for time in ("2020-S1", "2020") for age in ("_U", "Y_GE100", "_T")]
    made = Stored("POPULATION", "p", table(sound, "AREA", "SEX", "TIME_PERIOD", "AGE", "OBS_VALUE"))
    assert quality.impossible_times_and_ages(made, as_of=TODAY) == []


def test_two_revisions_that_disagree_by_a_tenth_are_named_and_one_revision_is_not_compared_with_itself():
    one = stock([("MEX", "USA", "_T", "2015-07-01", 1000), ("IND", "GBR", "_T", "2015-07-01", 500)])
    other = stock(
        [("MEX", "USA", "_T", "2015-07-01", 1240), ("IND", "GBR", "_T", "2015-07-01", 520)], "undesa-ims2024-bilateral"
    )
    [found] = quality.revisions_that_disagree(one, other)
    assert (found.code, found.fact) == ("quality-revisions", "1,000 became 1,240 (+24%)")
    assert "DESTINATION USA" in found.place
    assert quality.revisions_that_disagree(one, one) == []


def test_regions_among_the_origins_are_not_counted_beside_their_countries():
    rows = [("MEX", "USA", "_T", "2015-07-01", 1000)]
    regions = [(region, "USA", "_T", "2015-07-01", 1000) for region in ("W019", "W013", "W001")]
    one, other = stock([*rows, *regions]), stock(rows, "undesa-ims2024-bilateral")
    assert quality.revisions_that_disagree(one, other) == []


def test_thousands_are_told_from_persons():
    areas = ("FRA", "DEU", "ITA")
    persons = population([(a, "_T", "2020-07-01", 60e6 + n) for n, a in enumerate(areas)])
    thousands = population([(a, "_T", "2020-07-01", 60e3 + n) for n, a in enumerate(areas)], "other-2020-population")
    [found] = quality.thousands_for_persons(persons, thousands)
    assert (found.code, found.fact) == ("quality-thousands", "3 totals are about a thousand times apart")
    assert quality.thousands_for_persons(persons, population([("FRA", "_T", "2020-07-01", 61e6)], "x-1-y")) == []


def test_mirror_flows_outside_the_usual_band_are_named_with_both_figures():
    rows = [("POL", "DEU", "DEU", "2015", 150_000), ("POL", "DEU", "POL", "2015", 2_000)]
    [found] = quality.mirror_flows_out_of_band([flows(rows)])
    assert (found.code, found.fact) == ("quality-mirror", "the destination counts 150,000, the origin 2,000")
    assert quality.mirror_flows_out_of_band([flows([rows[0], ("POL", "DEU", "POL", "2015", 120_000)])]) == []


def test_persons_beside_cases_are_found():
    rows = [("SYR", "DEU", "2015", category, 10) for category in ("first", "new")]
    made = table(rows, "CITIZENSHIP", "REPORTER", "TIME_PERIOD", "CATEGORY", "OBS_VALUE").with_columns(
        MEASURE=pl.lit("ASYLUM_APPLICATIONS"),
        ROUTE=pl.lit("_T"),
        SEX=pl.lit("_T"),
        UNIT_MEASURE=pl.Series(["PS", "CASES"]),
    )
    [found] = quality.persons_beside_cases(Stored("ENCOUNTER", "unhcr", made))
    assert found.code == "quality-cases"
    persons = made.with_columns(UNIT_MEASURE=pl.lit("PS"))
    assert quality.persons_beside_cases(Stored("ENCOUNTER", "unhcr", persons)) == []


@pytest.mark.parametrize(
    ("sender", "receiver", "turned"), [("SENDER", "RECEIVER", False), ("RECEIVER", "SENDER", True)]
)
def test_a_matrix_of_remittances_that_lies_on_its_side_is_found_by_the_known_series(sender, receiver, turned):
    areas = ["USA", "DEU", "FRA", "GBR", "CHE", "ITA", "ESP", "CAN", "AUS", "NLD", "MEX", "IND"]
    sent = {area: 1000.0 * (12 - n) for n, area in enumerate(areas)}
    received = {area: 1000.0 * (n + 1) ** 2 for n, area in enumerate(areas)}
    cells = [(a, b, "2017", sent[a] * received[b] / sum(received.values())) for a in areas for b in areas]
    matrix = table(cells, sender, receiver, "TIME_PERIOD", "OBS_VALUE", unit="USD").with_columns(
        MEASURE=pl.lit("REMITTANCE")
    )
    known = table(
        [(a, "2017", m, v[a]) for m, v in (("REMITTANCES_OUT", sent), ("REMITTANCES_IN", received)) for a in areas],
        "AREA", "TIME_PERIOD", "MEASURE", "OBS_VALUE", unit="USD",
    )  # fmt: skip
    found = quality.reversed_orientation(
        [Stored("REMITTANCE", "worldbank-2017", matrix), Stored("INDICATOR", "wdi", known)]
    )
    assert [one.code for one in found] == (["quality-turned"] if turned else [])


def test_a_stock_that_lies_on_its_side_is_found_by_another_product():
    areas = ["USA", "DEU", "FRA", "GBR", "CHE", "ITA", "ESP", "CAN", "AUS", "NLD", "MEX", "IND"]
    rows = [
        (a, b, "_T", "2017-07-01", 1000.0 * (m + 1) ** 2 * (12 - n))
        for m, a in enumerate(areas) for n, b in enumerate(areas) if a != b
    ]  # fmt: skip
    one = stock(rows)
    later = [(a, b, sex, time, 1.1 * value) for a, b, sex, time, value in rows]
    assert quality.reversed_orientation([one, stock(later, "worldbank-2017-stocks")]) == []
    turned = stock([(b, a, *rest) for a, b, *rest in later], "worldbank-2017-stocks")
    [found] = quality.reversed_orientation([one, turned])
    assert (found.code, found.place) == (
        "quality-turned",
        "undesa-ims2020-bilateral and worldbank-2017-stocks, STOCK, ORIGIN and DESTINATION",
    )
    few = [row for row in rows if {*row[:2]} <= {*areas[:3]}]
    assert quality.reversed_orientation([stock(few), stock([(b, a, *r) for a, b, *r in few], "x-1-y")]) == []


def test_every_check_is_named_in_the_answer_even_where_it_found_nothing():
    found = check_all([population([("FRA", "_T", "2020-07-01", 60)])], as_of=TODAY)
    assert set(found) == {*quality.ONE_TABLE, *quality.TWO_TABLES, *quality.ALL_TABLES, "impossible_times_and_ages"}
    assert all(not findings for findings in found.values())
