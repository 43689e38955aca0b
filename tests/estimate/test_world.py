"""Whole worlds: the regional one to the figures of its description, the countries to published estimates."""

import numpy as np
import polars as pl
import pytest
from tests.harmonise import worlds

from corridors.concepts.dataflows import validate
from corridors.concepts.findings import DataError
from corridors.estimate.flows import estimate_flows
from corridors.estimate.world import estimate_world
from corridors.testing import world as small_world

METHODS = ("min-closed", "pb-closed", "ind-closed")
#: Million persons in each period, both sexes: minimum, mix, independence. From the description of the regional world,
#: where persons of unknown origin are taken as natives of where they live (its columns min, mix, ind) ..
NATIVE = {
    "1990-07-01/P5Y": (19.670, 38.572, 165.068),
    "1995-07-01/P5Y": (16.966, 38.503, 182.630),
    "2000-07-01/P5Y": (26.340, 49.581, 205.120),
    "2005-07-01/P5Y": (30.189, 57.288, 238.648),
    "2010-07-01/P5Y": (34.092, 65.582, 276.321),
    "2015-07-01/P5Y": (35.244, 70.939, 309.826),
    "2020-07-01/P4Y": (29.424, 70.432, 344.870),
}
#: .. and where they are spread over the known origins (minimum, mix) ..
SPREAD = {
    "1990-07-01/P5Y": (20.543, 41.499),
    "1995-07-01/P5Y": (17.375, 41.337),
    "2000-07-01/P5Y": (26.811, 52.888),
    "2005-07-01/P5Y": (30.545, 60.828),
    "2010-07-01/P5Y": (35.072, 70.039),
    "2015-07-01/P5Y": (35.672, 75.232),
    "2020-07-01/P4Y": (29.881, 74.735),
}
#: .. and our own figures where they are a birthplace of their own, without a residence.
BIRTHPLACE = {
    "1990-07-01/P5Y": (21.708, 41.809, 176.332),
    "1995-07-01/P5Y": (17.580, 40.631, 194.891),
    "2000-07-01/P5Y": (26.954, 51.893, 218.793),
    "2005-07-01/P5Y": (31.040, 59.986, 253.703),
    "2010-07-01/P5Y": (35.561, 69.071, 293.329),
    "2015-07-01/P5Y": (36.597, 74.521, 328.319),
    "2020-07-01/P4Y": (32.653, 75.663, 363.504),
}
BY_SEX = {
    "min-closed": (20.505, 17.940, 26.540, 30.165, 34.334, 35.053, 29.297),
    "pb-closed": (39.322, 39.388, 49.752, 57.259, 65.782, 70.761, 70.297),
}


@pytest.fixture(scope="module")
def regional(shared_data):
    return worlds.regional(shared_data / "embedded")


def _millions(flow, method, period):
    chosen = flow.filter((pl.col("METHOD") == method) & (pl.col("TIME_PERIOD") == period))
    return chosen.get_column("OBS_VALUE").sum() / 1e6


@pytest.mark.parametrize(("unknown", "figures"), [("native", NATIVE), ("spread", SPREAD), ("birthplace", BIRTHPLACE)])
def test_the_regional_world_has_the_totals_of_its_description(regional, unknown, figures):
    found = estimate_world(regional, methods=METHODS, sexes=["_T"], unknown=unknown)
    for period, expected in figures.items():
        totals = [_millions(found.flow, method, period) for method in METHODS[: len(expected)]]
        assert totals == pytest.approx(expected, abs=0.0006)
    # The rounding of the source: 202 persons in one area, 1995-2000.
    assert found.net_error < 202.5


def test_women_and_men_of_the_regional_world(regional):
    found = estimate_world(regional, sexes=["F", "M"], unknown="native")
    for method, expected in BY_SEX.items():
        assert [_millions(found.flow, method, period) for period in NATIVE] == pytest.approx(expected, abs=0.0011)


def test_the_tables_are_valid_and_whole(regional):
    found = estimate_world(regional)
    assert validate(found.flow, "FLOW", place="flow") == []
    assert validate(found.net_migration, "NET_MIGRATION", place="net") == []
    assert found.flow.height == 7 * 3 * 2 * 22 * 21
    assert found.net_migration.height == 7 * 3 * 22
    assert found.flow.get_column("SOURCE").unique().to_list() == ["corridors from undesa-ims2024 and wpp-2024"]
    assert found.flow.get_column("OBS_STATUS").unique().to_list() == ["E"]
    assert found.net_migration.get_column("OBS_STATUS").unique().to_list() == ["A"]
    assert found.departures[0].persons == 90_776_393


@pytest.mark.parametrize(
    ("method", "column"),
    [("min-closed", "da_min_closed"), ("pb-closed", "da_pb_closed"), ("min-open-dr", "da_min_open")],
)
def test_countries_come_to_the_published_estimates(shared_data, method, column):
    # Abel and Cohen's tables of 2010-2015 rest on the same two revisions and leave persons of unknown origin out.
    tables = worlds.countries(shared_data, unknown=False)
    tables["STOCK"] = tables["STOCK"].filter(pl.col("TIME_PERIOD").is_in(["2010-07-01", "2015-07-01"]))
    found = estimate_world(tables, methods=[method])
    published = pl.read_csv(shared_data / "flows" / "abel_cohen_six_methods_total_2010_2015.csv.gz")
    assert found.flow.get_column("OBS_VALUE").sum() / published.get_column(column).sum() == pytest.approx(1, abs=0.005)
    both = found.flow.join(
        published, left_on=["ORIGIN", "DESTINATION"], right_on=["orig", "dest"], how="left", validate="1:1"
    ).with_columns(pl.col(column).fill_null(0))
    assert both.select(pl.corr("OBS_VALUE", column)).item() > 0.999


def test_every_period_of_the_countries_has_an_account(shared_data):
    found = estimate_world(worlds.countries(shared_data))
    assert found.flow.get_column("TIME_PERIOD").n_unique() == 6
    assert validate(found.flow, "FLOW", place="flow") == []
    assert found.net_migration.get_column("OBS_STATUS").unique().to_list() == ["E"]
    said = {one.place for one in found.departures}
    assert {"TWN", "SRB", "GLP", "CHI", "SUD", "ANT", "VAT"} <= said


def test_infeasible_accounts_of_all_periods_come_at_once_with_period_and_sex():
    days = ["2010-07-01", "2015-07-01", "2020-07-01"]
    cells = [("AUT", "FRA", "_T", day, 10.0) for day in days] + [("FRA", "AUT", "_T", day, 10.0) for day in days]
    cells += [("AUT", "ISL", "_T", day, 0.0) for day in days]
    people = {"AUT": [900, 900, 900], "FRA": [900, 900, 900], "ISL": [100, 120, 140]}
    periods = ["2010-07-01/P5Y", "2015-07-01/P5Y"]
    tables = {
        "STOCK": worlds.stock(cells),
        "POPULATION": worlds.by_area(
            [(a, "_T", day, n) for a, row in people.items() for day, n in zip(days, row, strict=True)]
        ),
        "VITAL": worlds.by_area(
            [(a, m, "_T", period, 0.0) for a in people for m in ("BIRTHS", "DEATHS") for period in periods],
            measure=True,
        ),
    }
    with pytest.raises(DataError) as caught:
        estimate_world(tables, methods=["min-closed", "pb-closed"])
    places = [finding.place for finding in caught.value.findings]
    assert places[0] == "2010-2015, sex _T, closed account, survivors at the start, born in ISL"
    assert len(places) == len(set(places)) == 4


def test_flows_by_birthplace_follow_flows_that_were_made_to_add_up():
    from dataclasses import replace

    made = small_world(6, 7)
    found = estimate_flows(made.stock_start, made.stock_end, births=made.births, deaths=made.deaths, method="pb-closed")
    outward, returned = (
        (part * factor).assign_attrs(part.attrs) for part, factor in ((found.outward, 1.2), (found.returned, 0.7))
    )
    flow = (outward + returned + found.transit * 0.9).assign_attrs(found.flow.attrs)
    changed = replace(found, flow=flow, outward=outward, returned=returned, reconciled=True)
    summed = sum(changed.of_birthplace(str(code)).fillna(0) for code in changed.start["birthplace"].values)
    np.testing.assert_allclose(summed.values, flow.fillna(0).values, rtol=1e-9, atol=1e-6)
