"""Levels, shares and growth of the stock."""

import polars as pl
import pytest

from corridors.report.sections.stocks import build


def values(world):
    return {figure.key: figure.value for figure in build(world).figures}


def stock(world, **where):
    table = world.tables["STOCK"]
    for column, value in {"SEX": "_T", **where}.items():
        table = table.filter(pl.col(column) == value)
    return table["OBS_VALUE"].sum()


def test_growth_follows_from_the_first_and_the_last_date(small_world):
    found = values(small_world)
    first, last = (stock(small_world, TIME_PERIOD=day) for day in ("2015-07-01", "2024-07-01"))
    assert found["stocks.growth"] == pytest.approx(100 * (last / first - 1))
    assert (1 + found["stocks.annual_growth"] / 100) ** 9 == pytest.approx(last / first)


def test_women_are_counted_over_both_sexes(small_world):
    women = stock(small_world, SEX="F", TIME_PERIOD="2024-07-01")
    assert values(small_world)["stocks.women_last"] == pytest.approx(
        100 * women / stock(small_world, TIME_PERIOD="2024-07-01")
    )


def test_regions_share_out_the_stock(small_world):
    (table,) = build(small_world).tables
    assert sum(row[2] for row in table.rows) == pytest.approx(stock(small_world, TIME_PERIOD="2024-07-01"))


def test_unknown_origins_are_in_every_total_and_in_no_region_of_birth(make_world, small_world):
    known = small_world.tables["STOCK"].filter(pl.col("ORIGIN") != "XXX")
    with_unknown, without = values(small_world), values(make_world(tables={"STOCK": known}))
    assert with_unknown["stocks.same_region_last"] == pytest.approx(without["stocks.same_region_last"])
    assert with_unknown["stocks.last"] > without["stocks.last"]
    assert without["stocks.unknown_last"] == 0


def test_displaced_persons_are_shown_where_they_are_known(make_world, small_world):
    assert build(small_world).flags["displaced"] is False
    rows = [
        ("W014", "W145", measure, "2024-12-31", value) for measure, value in (("REFUGEES", 5e6), ("OTHER_IN_NEED", 2e6))
    ]
    table = pl.DataFrame(
        [(*row[:-1], "test", "PS", row[-1], "A") for row in rows],
        schema=["ORIGIN", "DESTINATION", "MEASURE", "TIME_PERIOD", "SOURCE", "UNIT_MEASURE", "OBS_VALUE", "OBS_STATUS"],
        orient="row",
    ).with_columns(SEX=pl.lit("_T"), AGE=pl.lit("_T"), CATEGORY=pl.lit("_T"))
    found = values(make_world(tables={"DISPLACED": table}))
    assert (found["stocks.refugees"], found["stocks.other_in_need"]) == (5e6, 2e6)
    assert found["stocks.displaced_day"] == "2024-12-31"


def test_what_is_not_known_is_left_out_and_never_a_zero(make_world, small_world):
    both = {"STOCK": small_world.tables["STOCK"].filter(pl.col("SEX") == "_T")}
    content = build(make_world(tables=both))
    assert content.flags["sexes"] is False
    assert not [figure for figure in content.figures if "women" in figure.key]


def test_a_stock_that_falls_is_said_to_fall(make_world, small_world):
    fell = small_world.tables["STOCK"].with_columns(
        OBS_VALUE=pl.when(pl.col("TIME_PERIOD") == "2024-07-01")
        .then(pl.col("OBS_VALUE") / 2)
        .otherwise(pl.col("OBS_VALUE"))
    )
    found = values(make_world(tables={"STOCK": fell}))
    assert found["stocks.direction"] == "fell"
    assert found["stocks.growth"] > 0
