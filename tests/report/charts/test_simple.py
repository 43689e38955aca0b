"""Bars, net migration and series."""

import polars as pl
import pytest

from corridors.report.charts.bars import ranked_bars
from corridors.report.charts.net import net_migration_bars
from corridors.report.charts.series import stock_series
from corridors.report.render.pictures import svg


def net_of(flow: pl.DataFrame) -> pl.DataFrame:
    arrived = flow.group_by(AREA="DESTINATION").agg(into=pl.col("OBS_VALUE").sum())
    left = flow.group_by(AREA="ORIGIN").agg(out=pl.col("OBS_VALUE").sum())
    return arrived.join(left, on="AREA", validate="1:1").select("AREA", OBS_VALUE=pl.col("into") - pl.col("out"))


def stock_of(flow: pl.DataFrame) -> pl.DataFrame:
    years = [1990, 1995, 2000, 2005, 2010, 2015, 2020, 2024]
    return pl.concat(
        flow.with_columns(pl.col("OBS_VALUE") * (index + 4), TIME_PERIOD=pl.lit(f"{year}-07-01"))
        for index, year in enumerate(years)
    )


def bars(table: pl.DataFrame, column: str = "DESTINATION"):
    return ranked_bars(table, column=column, key="places.destinations", source="UN", title="Destinations")


def net(table: pl.DataFrame):
    return net_migration_bars(table, key="flows.net", source="UN", period="2015-2020")


def test_bars_stand_from_the_largest_down_with_their_figures(national, legible):
    hosts = national.group_by("DESTINATION").agg(pl.col("OBS_VALUE").sum()).sort("OBS_VALUE", "DESTINATION").tail(15)
    chart = bars(hosts)
    values = [row[1] for row in chart.twin.rows]
    assert values == sorted(values, reverse=True)
    assert sum(values) == pytest.approx(hosts["OBS_VALUE"].sum())
    assert len(legible(svg(chart))) >= 31


@pytest.mark.parametrize("codes", [["GBR", "COD", "IRN", "BOL", "USA"], ["TCA"], ["XXX", "CHI", "PRK"]])
def test_long_names_are_broken_and_never_clipped(codes, legible):
    chart = bars(
        pl.DataFrame({"ORIGIN": codes, "OBS_VALUE": [float(10 ** (6 - i)) for i in range(len(codes))]}), "ORIGIN"
    )
    legible(svg(chart))


@pytest.mark.parametrize(
    ("largest", "unit", "shown"),
    [(2.5e6, "Million persons", ">2.5<"), (25_400, "Thousand persons", ">25.4<"), (70, "Persons", ">70<")],
)
def test_the_unit_follows_the_largest_figure(largest, unit, shown):
    picture = svg(bars(pl.DataFrame({"DESTINATION": ["FRA"], "OBS_VALUE": [float(largest)]}))).decode()
    assert unit in picture
    assert shown in picture


def test_a_zero_is_drawn_and_a_blank_is_not():
    chart = bars(pl.DataFrame({"DESTINATION": ["FRA", "DEU", "USA"], "OBS_VALUE": [0.0, None, 3.0]}))
    assert chart.twin.rows == (("United States of America", 3.0), ("France", 0.0))
    assert b"France" in svg(chart)


def test_of_many_countries_the_largest_gains_and_losses_are_drawn_and_all_are_in_the_twin(national, legible):
    table = net_of(national)
    chart = net(table)
    assert chart.note == "The 15 largest gains and losses of 230 countries and areas."
    assert len(chart.twin.rows) == 230
    assert sum(row[1] for row in chart.twin.rows) == pytest.approx(0, abs=1)
    picture = svg(chart)
    legible(picture)
    assert picture.count(b'aria-roledescription="bar"') == 30


def test_all_regions_have_a_bar(regional, legible):
    chart = net(net_of(regional))
    assert chart.note == ""
    assert legible(svg(chart))


@pytest.mark.parametrize("values", [[5.0], [-5.0], [0.0], [3e6, -1.0], [1.0, 2.0, 3.0]])
def test_net_migration_of_few_areas(values, legible):
    codes = ["USA", "MEX", "CAN"][: len(values)]
    legible(svg(net(pl.DataFrame({"AREA": codes, "OBS_VALUE": values}))))


def test_series_add_up_to_the_table_at_every_date(national, regional, legible):
    for flow in (national, regional):
        stock = stock_of(flow)
        chart = stock_series(stock, key="stocks.series", source="UN")
        assert [column.head for column in chart.twin.columns[1:]] == [
            "1990",
            "1995",
            "2000",
            "2005",
            "2010",
            "2015",
            "2020",
            "2024",
        ]
        assert len(chart.twin.rows) == 6
        for index, year in enumerate(chart.twin.columns[1:], 1):
            whole = stock.filter(pl.col("TIME_PERIOD").str.starts_with(year.head))["OBS_VALUE"].sum()
            assert sum(row[index] for row in chart.twin.rows) == pytest.approx(whole)
        legible(svg(chart))


def test_the_time_axis_is_true(regional):
    chart = stock_series(stock_of(regional), key="stocks.series", source="UN")
    years = sorted({row["year"] for row in chart.spec["datasets"][chart.spec["layer"][0]["data"]["name"]]})
    assert years[-1] - years[-2] == pytest.approx(4, abs=0.01)
    assert years[-2] - years[-3] == pytest.approx(5, abs=0.01)


def test_lines_that_end_close_together_have_labels_apart(legible):
    codes = ["FRA", "IND", "KEN", "MEX", "USA", "FJI"]
    rows = [(code, f"{year}-07-01", 1e6 + index) for index, code in enumerate(codes) for year in range(1990, 2025)]
    table = pl.DataFrame(rows, schema=["DESTINATION", "TIME_PERIOD", "OBS_VALUE"], orient="row")
    legible(svg(stock_series(table, key="stocks.series", source="UN")))


def test_the_order_of_the_rows_does_not_change_the_picture(national):
    stock, table = stock_of(national), net_of(national)
    for draw, rows in ((net, table), (lambda t: stock_series(t, key="stocks.series", source="UN"), stock)):
        shuffled = rows.sample(fraction=1.0, shuffle=True, seed=5)
        assert svg(draw(rows)) == svg(draw(shuffled))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"AREA": [], "OBS_VALUE": []}, "there is no figure to draw: the table is empty or all its figures are blank"),
        ({"AREA": ["FRA"], "OBS_VALUE": [None]}, "there is no figure to draw"),
        (
            {"AREA": ["FRA", "FRA"], "OBS_VALUE": [1.0, 2.0]},
            "FRA comes more than once; choose one method, sex and TIME_PERIOD",
        ),
        (
            {"AREA": ["W001"], "OBS_VALUE": [1.0]},
            "column AREA holds W001, the sum of all; a chart takes the parts only",
        ),
        ({"PLACE": ["FRA"], "OBS_VALUE": [1.0]}, "the table has no column AREA; this chart needs AREA, OBS_VALUE"),
        ({"AREA": ["Freedonia"], "OBS_VALUE": [1.0]}, "'Freedonia' is no area code"),
    ],
)
def test_what_cannot_be_drawn_is_said(table, message):
    types = {name: pl.Float64 if name == "OBS_VALUE" else pl.String for name in table}
    with pytest.raises(ValueError, match=message):
        net(pl.DataFrame(table, schema=types))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"DESTINATION": [], "TIME_PERIOD": [], "OBS_VALUE": []}, "there is no figure to draw"),
        (
            {"DESTINATION": ["W001"], "TIME_PERIOD": ["2020-07-01"], "OBS_VALUE": [1.0]},
            "DESTINATION holds W001, the sum of all",
        ),
        (
            {"DESTINATION": ["FRA"], "OBS_VALUE": [1.0]},
            "no column TIME_PERIOD; this chart needs DESTINATION, TIME_PERIOD, OBS_VALUE",
        ),
    ],
)
def test_series_that_cannot_be_drawn_are_said(table, message):
    types = {name: pl.Float64 if name == "OBS_VALUE" else pl.String for name in table}
    with pytest.raises(ValueError, match=message):
        stock_series(pl.DataFrame(table, schema=types), key="stocks.series", source="UN")
