"""Origins, destinations and corridors between countries."""

import polars as pl
import pytest

from corridors.report.sections.places import build


def values(world):
    return {figure.key: figure.value for figure in build(world).figures}


def test_rankings_are_those_of_the_last_date(small_world):
    last = small_world.tables["CORRIDORS"].filter(pl.col("TIME_PERIOD") == "2024-07-01", pl.col("ORIGIN") != "XXX")
    top = last.sort("OBS_VALUE", descending=True).row(0, named=True)
    assert values(small_world)["places.corridor_1_last"] == top["OBS_VALUE"]
    hosts = small_world.tables["DESTINATIONS"].filter(pl.col("TIME_PERIOD") == "2024-07-01")
    largest = hosts.group_by("DESTINATION").agg(pl.col("OBS_VALUE").sum()).sort("OBS_VALUE", descending=True)
    assert values(small_world)["places.destination_1_last"] == pytest.approx(largest["OBS_VALUE"][0])


def test_unknown_origins_are_no_origin_in_a_ranking(small_world):
    charts = build(small_world).charts
    assert all("unknown" not in str(row[0]).lower() for chart in charts for row in chart.twin.rows)
    (table,) = build(small_world).tables
    assert len(table.rows) == 10


def test_the_riser_grew_most_among_the_largest(small_world):
    (table,) = build(small_world).tables
    assert values(small_world)["places.riser_change"] == pytest.approx(max(row[3] - row[2] for row in table.rows))


def test_names_in_sentences_have_their_articles(small_world):
    names = [f.text for f in build(small_world).figures if f.rounding == "text"]
    assert "United States of America" not in names
