"""What figures rest on, blank corridors, and the comparison with observed inflows."""

import numpy as np
import polars as pl
import pytest

from corridors.report.compose import compose
from corridors.report.sections.limits import build

OTHERS = ("W014", "W145", "W155", "W021", "W034", "W013", "W030", "W035", "W143", "W151", "W154", "W039")


def values(world):
    return {figure.key: figure.value for figure in build(world).figures}


def test_shares_by_basis_add_up_to_the_stock(small_world):
    (table,) = [table for table in build(small_world).tables if table.key == "limits.basis"]
    for row in table.rows:
        assert sum(row[2:]) == pytest.approx(100)
    heads = [row[3] for row in table.rows]
    assert heads == sorted(heads, reverse=True)


def test_a_world_that_does_not_say_what_its_stock_rests_on_leaves_the_sentences_out(make_world):
    world = make_world(tables={"BASIS": None})
    assert build(world).flags["basis"] is False
    document = compose(world)
    assert "limits.basis" not in [table.key for table in document.tables()]


def test_blank_and_zero_corridors_are_told_apart(make_world, small_world):
    last = pl.col("TIME_PERIOD") == "2024-07-01"
    pair = (pl.col("ORIGIN") == "W014") & (pl.col("DESTINATION") == "W145") & last
    other = (pl.col("ORIGIN") == "W155") & (pl.col("DESTINATION") == "W145") & last
    stock = small_world.tables["STOCK"].with_columns(
        OBS_VALUE=pl.when(pair).then(None).when(other).then(0.0).otherwise(pl.col("OBS_VALUE"))
    )
    found = values(make_world(tables={"STOCK": stock}))
    assert (found["limits.pairs"], found["limits.pairs_blank"]) == (30, 1)
    assert (found["limits.pairs_blank_verb"], found["limits.pairs_zero_words"]) == ("has", "one has a counted zero")


def test_the_gap_is_the_mix_over_the_minimum(small_world):
    assert values(small_world)["limits.mix_ratio"] == pytest.approx(2)


def compared(make_world, order):
    """A world in which inflows into Western Asia were reported, in the order of the estimates or the other way round."""
    estimated = np.arange(1.0, len(OTHERS) + 1) * 1000
    flow = pl.DataFrame(
        {
            "ORIGIN": OTHERS,
            "DESTINATION": "W053",
            "SEX": "_T",
            "TIME_PERIOD": "2015-07-01/P5Y",
            "METHOD": "pb-closed",
            "OBS_VALUE": estimated,
        }
    )
    least = flow.with_columns(METHOD=pl.lit("min-closed"))
    observed = flow.select(
        ORIGIN="ORIGIN",
        DESTINATION="DESTINATION",
        TIME_PERIOD=pl.lit("2015-01-01/P5Y"),
        SEX=pl.lit("_T"),
        REPORTER=pl.lit("AUS"),
        OBS_VALUE=pl.Series(estimated[::order] ** 2),
    )
    return make_world(tables={"FLOW": pl.concat([flow, least]), "FLOW_OBSERVED": observed})


@pytest.mark.parametrize(("order", "correlation"), [(1, 1.0), (-1, -1.0)])
def test_the_order_of_origins_is_compared_and_not_their_level(make_world, order, correlation):
    found = values(compared(make_world, order))
    assert found["limits.comparisons"] == 1
    assert found["limits.correlation_low"] == found["limits.correlation_high"] == pytest.approx(correlation)


def test_too_few_origins_are_not_compared(make_world):
    world = compared(make_world, 1)
    few = world.tables["FLOW_OBSERVED"].head(5)
    assert build(make_world(tables={**world.tables, "FLOW_OBSERVED": few})).flags["compared"] is False


def test_a_minimum_of_zero_has_no_ratio(make_world, small_world):
    none = small_world.tables["FLOW"].with_columns(
        OBS_VALUE=pl.when(pl.col("METHOD") == "min-closed").then(0.0).otherwise(pl.col("OBS_VALUE"))
    )
    content = build(make_world(tables={"FLOW": none}))
    assert content.flags["gap"] is False
    assert "limits.mix_ratio" not in [figure.key for figure in content.figures]
