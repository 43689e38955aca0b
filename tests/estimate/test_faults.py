"""Every fault by the message that its reader gets."""

import numpy as np
import pytest
import xarray as xr
from tests.estimate import golden

from corridors.concepts.codelists import codelist
from corridors.concepts.findings import DataError
from corridors.estimate._closing import Unsettled
from corridors.estimate.flows import METHODS, estimate_flows

ABC = ["AAA", "BBB", "CCC"]


def _world(start, end, *, births=(0, 0, 0), deaths=(0, 0, 0), codes=ABC):
    stocks = {"stock_start": golden.stock(start, codes, ABC), "stock_end": golden.stock(end, codes, ABC)}
    return stocks | {"births": golden.events(births, ABC), "deaths": golden.events(deaths, ABC)}


ISLAND = _world([[90, 10, 0], [5, 80, 0], [0, 0, 50]], [[85, 15, 0], [5, 70, 0], [0, 0, 60]])


@pytest.mark.parametrize("method", ["min-closed", "ind-closed", "pb-closed"])
def test_an_isolated_area_that_grows_without_births_is_named_with_the_missing_persons(method):
    with pytest.raises(DataError) as caught:
        estimate_flows(**ISLAND, method=method)
    findings = {finding.place: finding for finding in caught.value.findings}
    assert {finding.code for finding in findings.values()} == {"account-infeasible"}
    # World growth is matched on the natives, so the island may keep half of what it grew.
    start = findings["closed account, survivors at the start, born in CCC"]
    assert start.fact == "5 persons more than all areas in which they live (CCC) have residents"
    assert start.mend.endswith("choose an open method such as min-open-dr")
    end = findings["closed account, survivors at the end, living in CCC"]
    assert end.fact == "5 persons more than all birthplaces found there (CCC) have people"


def test_an_open_method_takes_the_isolated_area():
    assert float(estimate_flows(**ISLAND, method="min-open-dr").flow.sum()) > 0


def test_a_birthplace_whose_people_vanish_everywhere_is_named():
    world = _world(
        [[90, 10, 0], [5, 80, 0], [0, 0, 50], [7, 0, 0]],
        [[94, 6, 0], [5, 77, 3], [0, 3, 47], [0, 0, 0]],
        codes=[*ABC, "XXX"],
    )
    with pytest.raises(DataError, match="survivors at the end, born in XXX"):
        estimate_flows(**world)


def test_a_foreign_born_cell_below_zero_is_named_and_a_native_one_is_repaired():
    with pytest.raises(DataError, match=r"stock at the end, born in AAA, living in CCC: -3 persons \[value-negative\]"):
        estimate_flows(**_world([[90, 10, 4], [5, 80, 6], [2, 3, 50]], [[90, 10, -3], [5, 80, 6], [2, 3, 50]]))
    repaired = estimate_flows(**_world([[-4, 10, 4], [5, 80, 6], [9, 3, 50]], [[-2, 10, 4], [5, 80, 6], [9, 3, 50]]))
    assert repaired.repaired == 6
    assert float(repaired.start.sel(origin="AAA").sum()) == pytest.approx(10, abs=2)


def test_events_that_exceed_the_residents_are_named():
    tables = [[90, 10, 4], [5, 80, 6], [2, 3, 50]]
    with pytest.raises(DataError) as caught:
        estimate_flows(**_world(tables, tables, births=(0, 0, 61), deaths=(98, 0, 0)))
    assert [str(finding).splitlines()[0] for finding in caught.value.findings] == [
        "births in CCC: 61 births among 60 residents [events-exceed-population]",
        "deaths in AAA: 98 deaths among 97 residents [events-exceed-population]",
    ]


def test_an_account_that_is_not_reached_is_no_number(monkeypatch):
    def never(start, end):
        raise Unsettled(12.5)

    from corridors.estimate import flows

    monkeypatch.setattr(flows, "METHODS", {"min-closed": flows.Method(never, (flows.minimum,), matches=True)})
    with pytest.raises(DataError, match=r"missed by 12\.500 persons \[account-unsettled\]"):
        estimate_flows(**ISLAND)


def test_choices_are_listed():
    with pytest.raises(ValueError, match="no method 'min'; there are min-closed, min-open, min-open-dr"):
        estimate_flows(**ISLAND, method="min")
    with pytest.raises(ValueError, match="no match 'never'; there are after, before"):
        estimate_flows(**ISLAND, match="never")
    with pytest.raises(ValueError, match=r"weight is 1\.2; it is the share of minimum migration, between 0 and 1"):
        estimate_flows(**ISLAND, weight=1.2)
    with pytest.raises(ValueError, match="no birthplace 'ZZZ'; there are AAA, BBB, CCC"):
        estimate_flows(**ISLAND, method="min-open").of_birthplace("ZZZ")


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"births has dims \('area',\); expected \('destination',\)"):
        estimate_flows(**ISLAND | {"births": ISLAND["births"].rename(destination="area")})
    with pytest.raises(ValueError, match="stock_end has missing cells"):
        estimate_flows(
            **ISLAND | {"stock_end": ISLAND["stock_end"].where(ISLAND["stock_end"] > 0).assign_attrs(unit="persons")}
        )
    short = {name: ISLAND[name].isel(birthplace=[0, 1]) for name in ("stock_start", "stock_end")}
    with pytest.raises(ValueError, match="residences that are no birthplace: CCC"):
        estimate_flows(**ISLAND | short)
    with pytest.raises(ValueError, match="cannot align"):
        estimate_flows(**ISLAND | {"deaths": golden.events([0, 0, 0], ["AAA", "BBB", "DDD"])})


def test_every_method_has_its_entry_in_the_code_list():
    assert set(METHODS) <= set(codelist("METHOD"))


def test_describe_says_the_estimate_in_words():
    tables = [[90, 10, 4], [5, 80, 6], [2, 3, 50]]
    words = estimate_flows(**_world(tables, np.array(tables) + np.diag([0, 0, 4]))).describe()
    assert words.startswith("min-closed: ")
    assert "4 matched to the world's growth" in words


def test_a_world_whose_growth_uses_up_its_natives_is_infeasible_and_gives_no_number():
    areas = ["AUT", "CHE", "DEU", "FRA"]
    start, end = np.full((4, 4), 50.0), np.full((4, 4), 50.0)
    np.fill_diagonal(start, 5.0)
    np.fill_diagonal(end, 75.0)
    coords = {"birthplace": areas, "destination": areas}
    stocks = [xr.DataArray(t, coords, ("birthplace", "destination"), attrs={"unit": "persons"}) for t in (start, end)]
    events = [
        xr.DataArray(np.full(4, value), {"destination": areas}, ("destination",), attrs={"unit": "events"})
        for value in (200.0, 0.0)
    ]
    for method in ("min-closed", "ind-closed", "pb-closed"):
        with pytest.raises(DataError) as caught:
            estimate_flows(*stocks, births=events[0], deaths=events[1], method=method)
        assert {finding.code for finding in caught.value.findings} == {"account-infeasible"}
        assert "native-born too few" in caught.value.findings[0].fact
        assert "living in AUT" in caught.value.findings[0].place


def test_an_area_named_twice_is_refused():
    coords = {"birthplace": ["AUT", "FRA", "FRA"], "destination": ["AUT", "FRA", "FRA"]}
    stock = xr.DataArray(np.eye(3) * 100, coords, ("birthplace", "destination"), attrs={"unit": "persons"})
    events = xr.DataArray(
        np.zeros(3), {"destination": coords["destination"]}, ("destination",), attrs={"unit": "events"}
    )
    with pytest.raises(ValueError, match="birthplace has FRA more than once"):
        estimate_flows(stock, stock, births=events, deaths=events)
