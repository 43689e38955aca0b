"""Refugees as a part of their own: the parts sum to all, the account still closes, and what exceeds the stock is said."""

import gzip
from datetime import date

import numpy as np
import polars as pl
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.estimate import golden
from tests.harmonise import worlds

from corridors.collect.sources.unhcr.read import read
from corridors.concepts.findings import DataError
from corridors.estimate.flows import estimate_flows
from corridors.estimate.refugees import refugee_flows, refugees_at
from corridors.harmonise.accounts import accounts
from corridors.testing import world

PLACES = ["AAA", "BBB", "CCC"]


def table(cells):
    return golden.stock(np.array(cells, dtype=float), PLACES, PLACES)


NONE = golden.events(np.zeros(3), PLACES)
START = table([[900, 60, 0], [10, 800, 5], [0, 20, 700]])
END = table([[860, 95, 5], [10, 805, 0], [0, 5, 715]])
QUIET = table(np.zeros((3, 3)))


def inputs(made):
    return {name: getattr(made, name) for name in ("stock_start", "stock_end", "births", "deaths")}


def some_of(stock, rng, share):
    """Refugees: a share of the foreign-born of a few cells."""
    cells = stock.values * rng.uniform(0, share, size=stock.shape) * (rng.random(stock.shape) < 0.4)
    np.fill_diagonal(cells, 0.0)
    return stock.copy(data=cells)


def net(flow):
    return flow.sum("origin").values - flow.sum("destination").values


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), method=st.sampled_from(["min-closed", "pb-closed"]))
def test_parts_sum_to_all_and_the_account_closes(seed, method):
    rng = np.random.default_rng(seed)
    made = world(8, seed % 50)
    given = inputs(made)
    refugees = tuple(some_of(made_stock, rng, 0.5) for made_stock in (made.stock_start, made.stock_end))
    found = refugee_flows(**given, refugees=refugees, method=method)
    assert (found.flow.fillna(0) >= 0).all()
    parts = found.fled + found.went_back + found.others.flow
    assert parts.values == pytest.approx(found.flow.values, abs=1e-9, nan_ok=True)
    # A world with truth balances: refugees apart or not, net migration is that of the account.
    assert np.abs(net(found.flow) - made.net_migration.values).max() < 0.01
    assert not found.capped.to_array().any()


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 50), method=st.sampled_from(["min-closed", "pb-closed", "min-open-dr"]))
def test_without_refugees_nothing_changes(seed, method):
    made = world(6, seed)
    nobody = made.stock_start * 0
    nobody.attrs["unit"] = "persons"
    found = refugee_flows(**inputs(made), refugees=(nobody, nobody), method=method)
    assert found.flow.values == pytest.approx(estimate_flows(**inputs(made), method=method).flow.values, nan_ok=True)
    assert float(found.fled.sum() + found.went_back.sum()) == 0


def test_refugees_appear_where_they_are_counted_and_go_home_where_they_are_not_any_more():
    before, after = table([[0, 5, 0], [0, 0, 0], [0, 15, 0]]), table([[0, 30, 4], [0, 0, 0], [0, 0, 0]])
    found = refugee_flows(START, END, births=NONE, deaths=NONE, refugees=(before, after))
    assert found.fled.sel(origin="AAA").values[1:].tolist() == [25, 4]
    assert float(found.went_back.sel(origin="BBB", destination="CCC")) == 15
    assert (float(found.fled.sum()), float(found.went_back.sum())) == (29, 15)
    assert found.describe().startswith(f"{float(found.flow.sum()):,.0f} persons moved; of these 29 refugees")


def test_refugees_die_as_others_of_their_country_of_asylum():
    deaths = golden.events(np.array([0, 88.0, 0]), PLACES)
    end = END.copy()
    end.loc["BBB", "BBB"] -= 88
    same = table([[0, 40, 0], [0, 0, 0], [0, 0, 0]])
    found = refugee_flows(START, end, births=NONE, deaths=deaths, refugees=(same, same))
    # One in ten of those at the start died: as many must have come that the count is what it was.
    assert float(found.fled.sel(origin="AAA", destination="BBB")) == pytest.approx(4)


def test_more_refugees_than_the_stock_has_are_refused_with_amounts_or_capped():
    many = table([[0, 100, 0], [0, 0, 0], [3, 0, 0]])
    with pytest.raises(DataError) as caught:
        refugee_flows(START, END, births=NONE, deaths=NONE, refugees=(many, QUIET))
    first, second = caught.value.findings
    assert (first.code, first.areas, first.persons) == ("refugees-exceed-stock", ("AAA", "BBB"), 40)
    assert "from AAA in BBB: 40 more than the 60 born there whom the stock counts" in str(first)
    assert (second.areas, second.persons) == (("CCC", "AAA"), 3)
    found = refugee_flows(START, END, births=NONE, deaths=NONE, refugees=(many, QUIET), excess="cap")
    assert found.capped["start"].sel(birthplace="AAA", destination="BBB") == 40
    assert float(found.went_back.sum()) == 60
    assert net(found.flow) == pytest.approx((END.sum("birthplace") - START.sum("birthplace")).values)


def test_more_who_fled_than_natives_are_refused():
    start, end = table([[20, 60, 0], [10, 800, 5], [0, 20, 700]]), table([[20, 60, 0], [10, 800, 5], [0, 20, 700]])
    after = table([[0, 55, 0], [0, 0, 0], [0, 0, 0]])
    with pytest.raises(DataError, match="natives of AAA at the start: 35 fewer than the 55 who fled"):
        refugee_flows(start, end, births=NONE, deaths=NONE, refugees=(QUIET, after))


def test_refugees_below_zero_or_at_home_are_refused():
    with pytest.raises(DataError, match=r"refugees at the end, from AAA in AAA: 9 persons \[value-negative\]"):
        refugee_flows(START, END, births=NONE, deaths=NONE, refugees=(QUIET, table(np.diag([9, 0, 0]))))


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"excess": "drop"}, "no choice 'drop' of excess; there are refuse, cap"),
        ({"method": "mig-rate"}, "mig-rate makes no account from which refugees could be taken"),
        ({"refugees": (QUIET, QUIET.drop_attrs())}, "has no unit"),
        (
            {"refugees": (QUIET, (table(np.ones((3, 3)))).assign_coords(birthplace=["AAA", "BBB", "ZZZ"]))},
            "refugees have birthplaces that are no residence of the stock: ZZZ",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_words(choices, message):
    with pytest.raises(ValueError, match=message):
        refugee_flows(START, END, births=NONE, deaths=NONE, **{"refugees": (QUIET, QUIET), **choices})


def test_a_day_without_a_count_on_both_sides_is_refused():
    same = {"MEASURE": "REFUGEES", "CATEGORY": "_T", "SEX": "_T", "AGE": "_T", "OBS_VALUE": 9.0}
    rows = [{"ORIGIN": "AAA", "DESTINATION": "BBB", "TIME_PERIOD": "2019-12-31", **same}]
    with pytest.raises(DataError, match=r"2020-07-01: counts from 2019-12-31 to 2019-12-31 \[refugees-uncounted\]"):
        refugees_at(pl.DataFrame(rows), date(2020, 7, 1), like=START)
    assert refugees_at(pl.DataFrame(rows), date(2019, 12, 31), like=START).values[0].tolist() == [0, 9, 0]


def test_refugees_of_unhcr_in_the_stocks_of_the_united_nations(shared_data):
    tables = worlds.countries(shared_data)
    tables["STOCK"] = tables["STOCK"].filter(pl.col("TIME_PERIOD").is_in(["2010-07-01", "2015-07-01"]))
    (account,) = accounts(tables).accounts
    raw = gzip.decompress((shared_data / "unhcr" / "unhcr_population.csv.gz").read_bytes())
    displaced = read(raw, file="unhcr_population.csv").tables["DISPLACED"]
    days = account.period.start, account.period.end
    refugees = tuple(refugees_at(displaced, day, like=account.stock_start) for day in days)
    assert [float(one.sum()) for one in refugees] == pytest.approx([10.3e6, 15.1e6], rel=0.01)
    given = {name: getattr(account, name) for name in ("stock_start", "stock_end", "births", "deaths")}
    with pytest.raises(DataError, match="from IRQ in JOR: 53,038 more than the 396,962 born there"):
        refugee_flows(**given, refugees=refugees)
    found = refugee_flows(**given, refugees=refugees, excess="cap")
    assert float(found.capped.to_array().sum()) < 300_000
    syria = found.fled.sel(origin="SYR")
    assert str(syria["destination"].values[int(np.nanargmax(syria.values))]) == "TUR"
    assert float(syria.sum()) == pytest.approx(4.0e6, rel=0.1)
    growth = found.others.end.sum("birthplace").values - found.others.start.sum("birthplace").values
    moved = np.nan_to_num(net(found.fled) + net(found.went_back))
    assert np.abs(net(found.flow) - growth - moved).max() < 0.01
    assert isinstance(found.capped, xr.Dataset)
