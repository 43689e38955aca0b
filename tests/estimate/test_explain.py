"""The account behind one flow: every line adds up, and asks that cannot be met say what there is."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.estimate.test_laws import worlds
from tests.harmonise import worlds as tables

import corridors.estimate
from corridors.concepts.findings import DataError
from corridors.estimate.flows import METHODS, estimate_flows
from corridors.estimate.reading import explain
from corridors.estimate.world import estimate_world
from corridors.testing import world

CHOICES = (
    {},
    {"match": "before"},
    {"born_as": "proportional"},
    {"seed": "dense"},
    {"stayers": 0.97},
    {"died_by": "accounting"},
)


def estimated(given_world, method, choice):
    """An estimate, or None where the method does not know the choice or the account does not close so."""
    choice = dict(choice)
    if "seed" in choice:
        codes = given_world["births"]["destination"].values.tolist()
        cells = np.random.default_rng(1).uniform(0.5, 2.0, (len(codes), len(codes))) + 50 * np.eye(len(codes))
        choice["seed"] = xr.DataArray(
            cells, {"origin": codes, "destination": codes}, ("origin", "destination"), attrs={"unit": "1"}
        )
    try:
        return estimate_flows(**given_world, method=method, **choice)
    except (ValueError, DataError):
        return None


@settings(max_examples=60, deadline=None)
@given(given_world=worlds(), method=st.sampled_from(sorted(METHODS)), choice=st.sampled_from(CHOICES))
def test_birthplaces_sum_to_the_flow_and_both_sides_close(given_world, method, choice):
    made = estimated(given_world, method, choice)
    if made is None:
        return
    codes = made.flow["origin"].values.tolist()
    found = explain(made, codes[0], codes[-1])
    flow = float(made.flow.sel(origin=codes[0], destination=codes[-1]))
    assert found.flow == flow
    parts = found.parts
    assert parts["OBS_VALUE"].sum() == pytest.approx(flow, rel=1e-9, abs=1e-9)
    assert abs(found.reconciled) <= 1e-9 * max(flow, 1.0)
    kinds = {"OUTWARD": made.outward, "RETURN": made.returned, "TRANSIT": made.transit}
    for kind, cells in kinds.items():
        expected = float(cells.sel(origin=codes[0], destination=codes[-1]))
        assert found.of_type(kind) == pytest.approx(expected, rel=1e-9, abs=1e-6)
    if not found.seeded:
        product = parts["SHARE"] * parts["LEAVING"] * parts["ARRIVING"] / parts["MOVING"]
        assert product.to_numpy() == pytest.approx(parts["OBS_VALUE"].to_numpy(), rel=1e-12)
    for side in (found.origin, found.destination):
        line = side.totals()
        assert line["POPULATION_START"] - side.deaths + sum(v[0] for v in (side.matched, side.outside)) == (
            pytest.approx(line["SURVIVORS_START"], rel=1e-11)
        )
        assert line["POPULATION_END"] - side.births + sum(v[1] for v in (side.matched, side.outside)) == (
            pytest.approx(line["SURVIVORS_END"], rel=1e-11)
        )
        cells = side.birthplaces
        assert (cells["STAYERS"] + cells["ARRIVERS"]).to_numpy() == (
            pytest.approx(cells["SURVIVORS_END"].to_numpy(), rel=1e-9, abs=1e-5)
        )
        leaving = float(made.flow.sel(origin=side.area).sum())
        coming = float(made.flow.sel(destination=side.area).sum())
        assert (line["LEAVERS"], line["ARRIVERS"]) == pytest.approx((leaving, coming), rel=1e-9, abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(given_world=worlds(), method=st.sampled_from(sorted(METHODS)))
def test_adjustments_of_all_areas_are_those_of_the_estimate(given_world, method):
    # One native-born cell below zero is repaired.
    cells = given_world["stock_start"].copy(deep=True)
    cells[0, 0] = -5.0
    given_world = {**given_world, "stock_start": cells}
    made = estimated(given_world, method, {})
    if made is None:
        return
    codes = made.flow["origin"].values.tolist()
    others = [codes[1], *codes[:-1]]
    sides = [explain(made, code, other).origin for code, other in zip(codes, others, strict=True)]
    assert sum(side.repaired for side in sides) == pytest.approx(made.repaired)
    matched = sum(abs(date) for side in sides for date in side.matched)
    assert matched == pytest.approx(made.matched, rel=1e-6, abs=1e-4)
    if method.endswith("closed"):
        assert sum(side.shifted for side in sides) == pytest.approx(made.shifted, rel=1e-9, abs=1e-6)
        assert all(abs(date) < 1e-4 for side in sides for date in side.outside)
    elif method.endswith("dr"):
        gone = -sum(date for side in sides for date in side.outside)
        assert gone == pytest.approx(made.shifted, rel=1e-9, abs=1e-4)


def test_the_table_sums_to_its_totals_however_few_birthplaces_are_named():
    given_world = world(9, 3)
    made = estimate_flows(
        given_world.stock_start, given_world.stock_end, births=given_world.births, deaths=given_world.deaths,
        method="pb-closed",
    )  # fmt: skip
    first, second = made.flow["origin"].values.tolist()[:2]
    found = explain(made, first, second)
    for largest in (0, 2, 50):
        table = found.table(largest=largest)
        assert table.columns == ["PLACE", "BIRTHPLACE", "MEASURE", "OBS_VALUE"]
        assert table.select("PLACE", "BIRTHPLACE", "MEASURE").is_duplicated().sum() == 0
        named = table.filter(pl.col("BIRTHPLACE") != "_T")
        for place, side in (("origin", found.origin), ("destination", found.destination)):
            for measure in ("SURVIVORS_START", "SURVIVORS_END", "STAYERS", "LEAVERS", "ARRIVERS"):
                cells = named.filter(PLACE=place, MEASURE=measure)["OBS_VALUE"]
                assert cells.sum() == pytest.approx(side.totals()[measure], rel=1e-11)
        moved = named.filter(pl.col("PLACE") == "flow")["OBS_VALUE"].sum()
        assert moved == pytest.approx(found.flow, rel=1e-11)
        assert ("_O" in named["BIRTHPLACE"].to_list()) == (largest < 50)


def test_an_account_in_words_names_the_largest_part_and_its_formula():
    given_world = world(5, 1)
    made = estimate_flows(
        given_world.stock_start, given_world.stock_end, births=given_world.births, deaths=given_world.deaths
    )
    first, second = made.flow["origin"].values.tolist()[:2]
    words = explain(made, first, second).describe()
    assert f"min-closed: {float(made.flow.sel(origin=first, destination=second)):,.0f} persons moved." in words
    assert "(minimum: 1.00 × " in words


@pytest.fixture(scope="module")
def regional(shared_data):
    return estimate_world(tables.regional(shared_data / "embedded"))


def test_every_flow_of_a_world_can_be_read(regional):
    rows = regional.flow.filter(pl.col("SEX") == "F", pl.col("TIME_PERIOD") == "2020-07-01/P4Y")
    for row in rows.sample(25, seed=1).iter_rows(named=True):
        found = corridors.estimate.explain(
            regional, row["ORIGIN"], row["DESTINATION"], "2020-2024", sex="F", method=row["METHOD"]
        )
        assert (found.flow, found.period, found.sex) == (row["OBS_VALUE"], "2020-2024", "F")
        assert found.contributions["OBS_VALUE"].sum() == pytest.approx(found.flow, rel=1e-9, abs=1e-9)
    default = corridors.estimate.explain(regional, "W013", "W021", "2015-07-01/P5Y")
    assert (default.sex, default.method, default.period) == ("_T", "min-closed", "2015-2020")
    assert default.describe().startswith("Central America to Northern America, 2015-2020, both sexes, min-closed: ")


def test_what_makes_sexes_add_up_is_a_line_of_its_own(shared_data):
    made = estimate_world(tables.regional(shared_data / "embedded"), methods=["pb-closed"], add_up="sexes")
    found = explain(made, "W013", "W021", "2015-2020")
    assert found.contributions["OBS_VALUE"].sum() + found.reconciled == pytest.approx(found.flow, rel=1e-12)
    assert abs(found.reconciled) > 1
    assert "make women and men add up" in found.describe()


def test_asks_that_cannot_be_met_say_what_there_is(regional):
    for wrong, message in (
        (("W013", "W021"), "say the period; there are 1990-1995, "),
        (("W013", "W021", "2001-2006"), "no period '2001-2006'; there are 1990-1995, "),
        (("W013", "USA", "2015-2020"), "no area USA; there are "),
        (("W013", "W013", "2015-2020"), "W013 is both origin and destination"),
    ):
        with pytest.raises(ValueError, match=message):
            explain(regional, *wrong)
    with pytest.raises(ValueError, match="no sex 'X'; there are "):
        explain(regional, "W013", "W021", "2015-2020", sex="X")
    with pytest.raises(ValueError, match="no method 'rvr'; there are min-closed, pb-closed"):
        explain(regional, "W013", "W021", "2015-2020", method="rvr")
    with pytest.raises(ValueError, match="largest is -1; it is zero or more"):
        explain(regional, "W013", "W021", "2015-2020").table(largest=-1)


def test_a_method_without_an_account_is_refused():
    one = world(5, 1)
    made = estimate_flows(one.stock_start, one.stock_end, births=one.births, deaths=one.deaths, method="sd-drop-neg")
    first, second = made.flow["origin"].values.tolist()[:2]
    with pytest.raises(ValueError, match="sd-drop-neg makes no account to read; take one of min-closed, "):
        explain(made, first, second)
    least = estimate_flows(one.stock_start, one.stock_end, births=one.births, deaths=one.deaths)
    with pytest.raises(ValueError, match="the estimate does not say what it was made from"):
        explain(replace(least, given=None), first, second)


def test_the_package_gives_the_function_and_loads_nothing_before():
    code = (
        "import sys, corridors.estimate; assert 'numpy' not in sys.modules; "
        "import corridors.estimate.reading; assert callable(corridors.estimate.explain)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        corridors.estimate.nothing  # noqa: B018  # the error is the test
