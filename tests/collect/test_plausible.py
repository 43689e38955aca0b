"""What cannot be true of a whole table is found; what only looks like it is not."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from corridors.collect.plausible import country_totals, falls, stock_findings, world_share


def stock(rows, source="s"):
    made = pl.DataFrame(rows, schema=["ORIGIN", "DESTINATION", "TIME_PERIOD", "OBS_VALUE"], orient="row", strict=False)
    return made.with_columns(
        SEX=pl.lit("_T"), AGE=pl.lit("_T"), SOURCE=pl.lit(source), OBS_VALUE=pl.col("OBS_VALUE").cast(pl.Float64)
    )


def world(**totals: float) -> pl.DataFrame:
    return stock([("W001", "W001", f"{year[1:]}-07-01", value) for year, value in totals.items()])


def countries(**values):
    """Migrants of Mexico in several countries, one value a year; None where a country did not report."""
    rows = [("MEX", area, year, value) for area, years in values.items() for year, value in years.items()]
    return stock([row for row in rows if row[-1] is not None])


def test_years_in_reverse_are_found_implausible():
    assert stock_findings(world(y1990=100, y2000=120, y2010=150), place="f") == []
    [finding] = stock_findings(world(y1990=150, y2000=90, y2010=80), place="f")
    assert finding.code == "total-implausible"
    assert finding.fact == "the total falls from 150 at 1990-07-01 to 90 at 2000-07-01"
    assert finding.mend == "check that the years stand over their own columns"


@given(first=st.floats(1, 1e9), share=st.floats(0, 2))
def test_only_a_fall_by_a_third_or_more_is_implausible(first, share):
    found = stock_findings(world(y1990=first, y2000=first * share), place="f")
    if share < 0.66:
        assert found
    if share > 0.67:
        assert not found


def test_a_fall_of_the_same_countries_is_found_without_a_row_of_the_world():
    table = countries(**{area: {"2000": 900, "2010": 500} for area in ("USA", "CAN", "ESP")})
    [finding] = stock_findings(table, place="f")
    assert (
        finding.fact
        == "the total falls from 2,700 at 2000 to 1,500 at 2010 over the 3 destinations that report at both"
    )


def test_countries_that_have_not_reported_yet_lost_nobody():
    late = {area: {"2019": 900, "2020": None} for area in ("USA", "CAN", "ESP", "ITA")}
    table = countries(**late, FRA={"2019": 50, "2020": 51}, DEU={"2019": 60, "2020": 62}, CHE={"2019": 9, "2020": 9})
    assert stock_findings(table, place="f") == []
    blank = pl.concat([table, stock([("MEX", "USA", "2020", None)])])
    assert stock_findings(blank, place="f") == []


def test_a_stock_by_birth_beside_one_by_citizenship_is_no_total():
    birth = countries(**{area: {"2019": 900, "2020": 910} for area in ("USA", "CAN", "ESP")})
    citizens = stock([("MEX", area, "2019", 700) for area in ("USA", "CAN", "ESP")], source="s-citizenship")
    assert falls(pl.concat([birth, citizens]), share=0.1) == []


def test_one_country_may_lose_most_of_its_migrants():
    # In Kuwait the stock of 1995 was less than two thirds of that of 1990.
    table = countries(KWT={"1990": 1_585_000, "1995": 996_000})
    assert stock_findings(table, place="f") == []
    assert len(falls(table, share=0.1)) == 1


def test_natives_among_the_migrants_are_named():
    [finding] = stock_findings(stock([("FRA", "FRA", "2020", 5), ("W150", "W150", "2020", 9)]), place="f")
    assert (finding.code, finding.fact) == ("natives-in-stock", "5 persons at 2020, 1 figures in all")


def test_countries_count_once_by_their_own_total_or_by_their_origins():
    rows = [
        ("W001", "W001", 200.0), ("W001", "W019", 200.0), ("W001", "USA", 90.0), ("MEX", "USA", 60.0),
        ("MEX", "CAN", 10.0), ("XXX", "CAN", 50.0),
    ]  # fmt: skip
    table = pl.DataFrame(rows, schema=["ORIGIN", "DESTINATION", "OBS_VALUE"], orient="row").with_columns(
        SEX=pl.lit("_T"), AGE=pl.lit("_T"), TIME_PERIOD=pl.lit("2020-07-01")
    )
    assert country_totals(table)["OBS_VALUE"].to_list() == [150]
    assert world_share(table, {}).cover == 0.75
    assert world_share(table, {"2020-07-01": 150.3}).cover == 1
    assert world_share(table.filter(DESTINATION="W019"), {}) is None
