"""The picture of one account: a bar a birthplace, every word legible."""

import pytest
from tests.harmonise import worlds

import corridors.estimate
from corridors.estimate.world import estimate_world
from corridors.report.charts.account import OTHER_BIRTHPLACES, account_chart
from corridors.report.render.pictures import svg


@pytest.fixture(scope="module")
def estimate(shared_data):
    return estimate_world(worlds.regional(shared_data / "embedded"), methods=["min-closed", "pb-closed"], sexes=["_T"])


def test_a_picture_has_a_bar_for_each_large_birthplace_and_one_for_the_others(estimate, legible):
    largest = corridors.estimate.explain(estimate, "W034", "W145", "2015-2020", method="pb-closed")
    chart = account_chart(largest, key="account", source="UN")
    assert chart.twin.rows[0][0] == "Southern Asia (outward)"
    assert chart.twin.rows[-1][0] == OTHER_BIRTHPLACES
    assert sum(value or 0 for row in chart.twin.rows for value in row[1:]) == pytest.approx(largest.flow, rel=1e-9)
    assert chart.description.startswith(
        "Bars by birthplace, 7.5 million persons in all. The longest: Southern Asia (out"
    )
    legible(svg(chart))


def test_a_picture_of_one_split_and_of_long_names_is_legible(estimate, legible):
    for pair in (("W021", "W057"), ("W035", "W030")):
        one = corridors.estimate.explain(estimate, *pair, "2010-2015")
        if one.flow > 0:
            legible(svg(account_chart(one, key="account", source="UN")))
