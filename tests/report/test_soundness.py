"""Odd tables end in findings that name what is wrong, never in another error or in a figure that is none."""

import math
import random
from contextlib import suppress

import polars as pl
import pytest

from corridors.concepts.findings import DataError
from corridors.report.compose import compose
from corridors.report.content import Content
from corridors.report.registry import Figure
from corridors.report.soundness import NEEDED, unsound_contents
from corridors.report.tables import Column, Table

LAST = "2024-07-01"


def findings(world):
    with pytest.raises(DataError) as caught:
        compose(world)
    return caught.value.findings


def holed(table, where, value):
    return table.with_columns(OBS_VALUE=pl.when(where).then(pl.lit(value, pl.Float64)).otherwise(pl.col("OBS_VALUE")))


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_figure_that_is_no_number_is_named_with_its_row(make_world, small_world, value):
    where = (pl.col("DESTINATION") == "W145") & (pl.col("TIME_PERIOD") == LAST) & (pl.col("ORIGIN") == "W014")
    stock = holed(small_world.tables["STOCK"], where, value)
    (found,) = findings(make_world(tables={"STOCK": stock}))
    assert (found.code, found.place) == ("figure-blank", "report, table STOCK")
    assert "3 figures are no number; the first: ORIGIN W014, DESTINATION W145" in found.fact


@pytest.mark.parametrize("name", NEEDED)
def test_a_table_without_rows_is_missing(make_world, small_world, name):
    (found,) = findings(make_world(tables={name: small_world.tables[name].clear()}))
    assert (found.code, found.place) == ("table-missing", f"report, table {name}")
    assert found.fact == "no row for both sexes together"


@pytest.mark.parametrize("name", ["STOCK", "CORRIDORS"])
def test_one_date_only_cannot_tell_a_change(make_world, small_world, name):
    alone = small_world.tables[name].filter(pl.col("TIME_PERIOD") == LAST)
    found = {finding.place: finding for finding in findings(make_world(tables={name: alone}))}
    one = found[f"report, table {name}"]
    assert (one.code, one.fact) == ("date-single", f"figures at {LAST} only")
    assert "collect the stock at one more date" in one.mend


def test_migrants_in_areas_without_a_population_are_counted_and_named(make_world, small_world):
    people = small_world.tables["POPULATION"].filter(pl.col("AREA") != "W145")
    found = findings(make_world(tables={"POPULATION": people}))
    assert {finding.code for finding in found} == {"population-missing"}
    assert "migrants live in areas without a population at 2024-07-01: Western Asia" in found[-1].fact


def test_a_small_territory_without_a_population_is_no_fault(make_world, small_world):
    where = (pl.col("DESTINATION") == "W145") & (pl.col("OBS_VALUE") > 0)
    tiny = holed(small_world.tables["STOCK"], where, 1.0)
    people = small_world.tables["POPULATION"].filter(pl.col("AREA") != "W145")
    # Southern Asia still gives the region of Asia a population.
    document = compose(make_world(tables={"STOCK": tiny, "POPULATION": people}))
    assert document.chapters


def test_a_population_without_a_date_of_the_stock_is_missing(make_world, small_world):
    people = small_world.tables["POPULATION"].filter(pl.col("TIME_PERIOD") != LAST)
    (found,) = findings(make_world(tables={"POPULATION": people}))
    assert (found.code, found.fact) == ("table-missing", f"no figure above zero at {LAST}")


def test_too_few_places_to_rank_are_missing(make_world, small_world):
    corridors = small_world.tables["CORRIDORS"].filter(pl.col("DESTINATION").is_in(["MEX", "USA"]))
    (found,) = findings(make_world(tables={"DESTINATIONS": corridors}))
    assert found.fact == "2 figures above zero at the last date; the report names 3"


def test_a_method_without_rows_is_missing(make_world, small_world):
    flow = small_world.tables["FLOW"].filter(
        (pl.col("METHOD") != "min-closed") | (pl.col("TIME_PERIOD") != "2015-07-01/P5Y")
    )
    (found,) = findings(make_world(tables={"FLOW": flow}))
    assert (found.code, found.fact) == ("table-missing", "no row of METHOD min-closed in 2015-07-01/P5Y")


def test_figures_and_cells_that_came_out_as_no_number_are_named():
    figure = Figure("stocks.growth", math.nan, "per cent", "percent:0", "STOCK over STOCK", ("v",))
    blank = Figure("places.riser", None, "persons", "million:1", "the largest change", ("v",))
    table = Table(
        "stocks.by_region", "Stock", (Column("Region", "text"), Column("Times", "ratio:1")), (("Asia", math.inf),), "x"
    )
    found = list(unsound_contents([Content(figures=(figure, blank), tables=(table,))]))
    assert {finding.code for finding in found} == {"figure-blank"}
    assert [(finding.place, finding.fact) for finding in found] == [
        ("report, figure stocks.growth", "STOCK over STOCK is nan"),
        ("report, figure places.riser", "the largest change is None"),
        ("report, table stocks.by_region, row Asia", "Times is inf"),
    ]  # fmt: skip


def spoilt(table, rng):
    """A table with some rows gone, or some figures blank, zero or no number."""
    column = rng.choice(
        [name for name in table.columns if name not in ("OBS_VALUE", "SOURCE", "UNIT_MEASURE", "OBS_STATUS")]
    )
    value = rng.choice(table.get_column(column).unique().sort().to_list())
    where = pl.col(column) == value
    if rng.random() < 0.3:
        where = ~where
    kind = rng.choice(["drop", None, 0.0, math.nan])
    return table.filter(~where) if kind == "drop" else holed(table, where, kind)


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_spoilt_ends_in_a_report_or_in_findings(make_world, small_world, seed):
    rng = random.Random(seed)
    names = rng.sample(sorted(small_world.tables), k=rng.choice([1, 1, 2]))
    world = make_world(tables={name: spoilt(small_world.tables[name], rng) for name in names})
    with suppress(DataError):
        document = compose(world)
        assert all(figure.text and "nan" not in figure.text.split() for figure in document.registry.values())
        assert document.words()
