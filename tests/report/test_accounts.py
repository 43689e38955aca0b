"""Accounts behind the flows of the report: links lead to them, their figures add up, and pages on paper stay as they are."""

import re
from dataclasses import replace

import polars as pl
import pytest
from tests.harmonise import worlds

import corridors.estimate
from corridors.concepts.findings import DataError
from corridors.estimate.world import estimate_world
from corridors.report.accounts import differing, flow_account, linked
from corridors.report.charts.account import account_chart
from corridors.report.compose import compose
from corridors.report.render.html import html
from corridors.report.sections import flows
from corridors.report.tables import Column, Table


@pytest.fixture(scope="module")
def regional(shared_data):
    return worlds.regional(shared_data / "embedded")


@pytest.fixture(scope="module")
def estimate(regional):
    return estimate_world(regional, methods=["min-closed", "pb-closed"], sexes=["_T"])


def with_both_sexes(table):
    key = [name for name in table.columns if name not in ("SEX", "OBS_VALUE")]
    both = table.group_by(key, maintain_order=True).agg(pl.col("OBS_VALUE").sum()).with_columns(SEX=pl.lit("_T"))
    return pl.concat([table, both.select(table.columns)])


@pytest.fixture(scope="module")
def behind(make_world, regional, estimate):
    """The small world with the stocks, the flows and the accounts of the regional one."""
    tables = {name: with_both_sexes(regional[name]) for name in ("STOCK", "POPULATION")}
    tables |= {"FLOW": estimate.flow, "NET_MIGRATION": estimate.net_migration}
    return make_world(tables={**tables, "BASIS": None}, estimate=estimate)


@pytest.fixture(scope="module")
def content(behind):
    return flows.build(behind)


@pytest.fixture(scope="module")
def largest(estimate):
    return corridors.estimate.explain(estimate, "W034", "W145", "2015-2020", method="pb-closed")


def test_every_flow_between_areas_of_the_accounts_has_a_link_to_its_account(content):
    anchors = {account.anchor for account in content.accounts}
    shown = (*content.tables, *(chart.twin for chart in content.charts))
    by_key = {table.key: table for table in shown}
    assert {to for table in shown for to in table.links.values()} == anchors
    assert len(by_key["flows.corridors"].links) == 2 * flows.CORRIDORS_SHOWN
    for key in ("flows.chord", "flows.map"):
        table = by_key[key]
        positive = {(row, 2) for row, cells in enumerate(table.rows) if cells[2] > 0}
        assert set(table.links) == positive
    assert sum(account.chart is not None for account in content.accounts) == flows.CORRIDORS_SHOWN
    assert [account.figures for account in content.accounts][:4] == [
        ("flows.corridor_1",),
        ("flows.corridor_2",),
        ("flows.corridor_3",),
        (),
    ]


def test_lines_of_an_account_add_up_as_they_are_shown(content):
    for account in content.accounts[:40]:
        sides, joined, stocks = account.tables
        line = {row[0]: row[1:] for row in sides.rows}
        for side in (0, 1):
            values = {words: row[side] for words, row in line.items()}
            left = values["Stayed"] + values["Left, to all areas"]
            came = values["Stayed"] + values["Came, from all areas"]
            assert left == pytest.approx(values["Survivors at the start"], rel=1e-9)
            assert came == pytest.approx(values["Survivors at the end"], rel=1e-9)
        for row in joined.rows:
            assert row[2] * row[3] * row[4] / row[5] == pytest.approx(row[6], rel=1e-9)
        totals = [sum(row[column] for row in stocks.rows) for column in range(1, 5)]
        residents = [*line["Residents at the start"], *line["Residents at the end"]]
        assert totals == pytest.approx([residents[0], residents[2], residents[1], residents[3]], rel=1e-9)


def test_the_page_leads_from_figures_to_accounts_and_paper_has_none(behind):
    document = compose(behind)
    pictures = (*document.charts(), *(one.chart for one in document.accounts if one.chart))
    drawings = {chart.key: "<svg></svg>" for chart in pictures}
    page = html(document, drawings=drawings, script="").decode()
    ids = re.findall(r'id="(account-[^"]*)"', page)
    assert sorted(ids) == sorted(account.anchor for account in document.accounts)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#(account-[^"]*)"', page)) == set(ids)
    assert f'data-figure="flows.corridor_1"><a href="#{document.accounts[0].anchor}">' in page
    assert page.count('class="picture"') == flows.CORRIDORS_SHOWN
    without = compose(replace(behind, estimate=None))
    assert without.words() == document.words()
    assert "Accounts behind" not in html(without, drawings=drawings, script="").decode()


def test_a_flow_that_its_account_does_not_give_stops_the_report(behind, largest):
    assert differing(largest, largest.flow + 0.4) == []
    doubled = behind.tables["FLOW"].with_columns(OBS_VALUE=2 * behind.tables["FLOW"]["OBS_VALUE"])
    with pytest.raises(DataError) as caught:
        flows.build(replace(behind, tables={**behind.tables, "FLOW": doubled}))
    finding = caught.value.findings[0]
    assert finding.code == "account-differs"
    assert finding.place == "report, flow from W034 to W145, 2015-2020"
    assert "--fresh" in finding.mend


def test_nobody_is_not_drawn(estimate):
    empty = estimate.flow.filter(METHOD="min-closed", TIME_PERIOD="2015-07-01/P5Y", OBS_VALUE=0.0).row(0, named=True)
    one = corridors.estimate.explain(estimate, empty["ORIGIN"], empty["DESTINATION"], "2015-2020")
    with pytest.raises(ValueError, match="nobody moved from W"):
        account_chart(one, key="account", source="UN")
    assert flow_account(one, source="UN", pictured=False).chart is None


def test_a_matrix_is_linked_by_row_and_head():
    columns = (Column("Origin", "text"), Column("Northern America", "integer"), Column("Caribbean", "integer"))
    table = Table("flows.matrix", "Flows", columns, (("Caribbean", 5.0, None), ("Northern America", None, 2.0)), "UN")
    assert dict(linked(table, {("W029", "W021"): "there", ("W021", "W029"): "back"}).links) == {
        (0, 1): "there",
        (1, 2): "back",
    }
