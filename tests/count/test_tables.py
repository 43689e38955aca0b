"""Months of movements and residents, and the same rule as SQL."""

import datetime
import sys
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from corridors.concepts.findings import DataError
from corridors.count.crossings import classify
from corridors.count.rules import tw
from corridors.count.tables import movements, residents
from corridors.count.window_sql import window_sql

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.registers import register

DAY_0, THROUGH = datetime.date(2015, 1, 1), datetime.date(2019, 12, 31)


@pytest.mark.parametrize("rule", [tw(), tw(183, 365), tw("12m", "16m")])
@pytest.mark.parametrize("since", [None, DAY_0])
@pytest.mark.parametrize("initial", [False, True])
def test_sql_says_what_the_kernel_says(rule, since, initial):
    crossings = register(400, seed=3)
    if initial:
        letters = np.random.default_rng(1).choice(["R", "N", ""], 400)[crossings["PERSON"].to_numpy()]
        crossings = crossings.append_column("INITIAL", pa.array([letter or None for letter in letters], pa.string()))
    expected = classify(crossings, rule=rule, through=THROUGH, since=since)
    table = crossings.append_column("PLACE", pa.array(np.arange(crossings.num_rows)))
    connection = duckdb.connect()
    connection.register("crossings", table)
    found = connection.sql(window_sql(rule, through=THROUGH, since=since, initial=initial)).to_arrow_table()
    for name in ("BEFORE", "AFTER", "MIGRATION", "LOWER", "UPPER", "FINAL"):
        assert found[name].to_pylist() == expected[name].to_pylist(), name
    assert 0 < sum(found["MIGRATION"].to_pylist()) < crossings.num_rows
    assert not all(found["FINAL"].to_pylist())


def test_a_table_has_a_plain_name():
    with pytest.raises(ValueError, match="allowed are letters, digits and _"):
        window_sql(tw(), through=THROUGH, table="x; DROP TABLE y")


def test_months_of_movements_make_the_months_of_residents():
    crossings = register(600, seed=5)
    sexes = pa.array(np.where(crossings["PERSON"].to_numpy() % 2, "F", "M"))
    found = classify(crossings.append_column("SEX", sexes), rule=tw(), through=THROUGH, since=DAY_0)
    for by in ([], ["SEX"]):
        moved, stock = movements(found, by=by), residents(found, by=by)
        assert moved.filter(pl.col("LOWER") > pl.col("OBS_VALUE")).is_empty()
        assert moved.filter(pl.col("UPPER") < pl.col("OBS_VALUE")).is_empty()
        assert set(moved["OBS_STATUS"]) == {"A", "P"}
        net = moved.filter(pl.col("MEASURE") == "net").select("TIME_PERIOD", *by, NET="OBS_VALUE")
        change = pl.col("OBS_VALUE").diff()
        both = stock.sort(*by, "TIME_PERIOD").with_columns(CHANGE=change.over(by) if by else change)
        both = both.join(net, on=["TIME_PERIOD", *by], how="left").drop_nulls("CHANGE")
        assert both.filter(pl.col("CHANGE") != pl.col("NET").fill_null(0)).is_empty()
    whole = residents(found)["OBS_VALUE"]
    assert (
        residents(found, by=["SEX"])
        .group_by("TIME_PERIOD")
        .agg(pl.col("OBS_VALUE").sum())
        .sort("TIME_PERIOD")["OBS_VALUE"]
        .equals(whole)
    )


def test_tables_that_cannot_be_cut():
    crossings = pa.table(
        {"PERSON": [1, 1], "DAY": [DAY_0, THROUGH], "DIRECTION": ["A", "D"], "CITIZENSHIP": ["AAA", "BBB"]}
    )
    found = classify(crossings, rule=tw(), through=THROUGH)
    with pytest.raises(DataError, match="no column SEX"):
        movements(found, by=["SEX"])
    with pytest.raises(DataError, match="another value than the person's crossing above") as error:
        residents(found, by=["CITIZENSHIP"])
    assert error.value.findings[0].code == "attribute-changing"
    assert residents(found.slice(0, 0)).height == 0
