"""Totals, corridors and net migration of the last period of usual length; the short step by itself."""

import polars as pl
import pytest

from corridors.report.compose import compose
from corridors.report.sections.flows import build


def values(world):
    return {figure.key: figure.value for figure in build(world).figures}


def rows(world, *, method, period="2015-07-01/P5Y"):
    return world.tables["FLOW"].filter(
        pl.col("SEX") == "_T", pl.col("METHOD") == method, pl.col("TIME_PERIOD") == period
    )


def test_totals_are_sums_of_the_table(small_world):
    found = values(small_world)
    assert found["flows.min"] == rows(small_world, method="min-closed")["OBS_VALUE"].sum()
    assert found["flows.mix"] == rows(small_world, method="pb-closed")["OBS_VALUE"].sum()
    population = small_world.tables["POPULATION"].filter(pl.col("SEX") == "_T", pl.col("TIME_PERIOD") == "2015-07-01")
    assert found["flows.mix_share"] == pytest.approx(100 * found["flows.mix"] / population["OBS_VALUE"].sum())


def test_the_short_step_is_by_itself(small_world):
    found = values(small_world)
    last = rows(small_world, method="min-closed", period="2020-07-01/P4Y")["OBS_VALUE"].sum()
    assert found["flows.short_min"] == last
    assert found["flows.usual_years"] == 5


def test_a_world_whose_steps_are_all_alike_has_no_short_step(make_world, small_world):
    alike = {
        name: small_world.tables[name].filter(~pl.col("TIME_PERIOD").str.ends_with("P4Y"))
        for name in ("FLOW", "NET_MIGRATION")
    }
    world = make_world(tables=alike)
    assert build(world).flags["short_step"] is False
    assert "flows.short_years" not in values(world)
    assert compose(world).chapters


def test_the_largest_flow_is_named_with_its_article(small_world):
    top = rows(small_world, method="pb-closed").sort("OBS_VALUE", descending=True).row(0, named=True)
    found = values(small_world)
    assert found["flows.corridor_1"] == top["OBS_VALUE"]


def test_closure_is_the_largest_gap_between_the_accounts_and_published_net_migration(make_world, small_world):
    net = small_world.tables["NET_MIGRATION"]
    shifted = net.with_columns(
        OBS_VALUE=pl.col("OBS_VALUE") + pl.when(pl.col("AREA") == "W014").then(1234.0).otherwise(0.0)
    )
    assert values(small_world)["flows.closure"] == pytest.approx(0, abs=1e-6)
    assert values(make_world(tables={"NET_MIGRATION": shifted}))["flows.closure"] == pytest.approx(1234)
