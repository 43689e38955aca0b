"""Every fault by the message that its reader gets."""

import numpy as np
import pytest
import xarray as xr
from tests.estimate import golden

from corridors.concepts.codelists import codelist
from corridors.concepts.findings import DataError
from corridors.estimate._closing import Unsettled
from corridors.estimate.differencing import stock_differences
from corridors.estimate.flows import DIRECT, METHODS, estimate_flows
from corridors.estimate.rates import migration_rates, rogers_von_rabenau

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
    assert {*METHODS, *DIRECT} <= set(codelist("METHOD"))


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


TABLE = [[90, 10, 4], [5, 80, 6], [2, 3, 50]]
PLAIN = _world(TABLE, TABLE)


def _found(**choices):
    with pytest.raises(DataError) as caught:
        estimate_flows(**choices)
    return caught.value.findings


def test_findings_name_areas_and_persons():
    found = _found(**ISLAND)
    assert {(one.areas, one.persons) for one in found} == {(("CCC",), 5.0)}
    found = _found(**_world(TABLE, TABLE, deaths=(98, 0, 0)))
    assert [(one.areas, one.persons) for one in found] == [(("AAA",), 1.0)]
    found = _found(**_world([[90, 10, 4], [5, 80, 6], [2, 3, 50]], [[90, 10, -3], [5, 80, 6], [2, 3, 50]]))
    assert [(one.areas, one.persons) for one in found] == [(("AAA", "CCC"), 3.0)]


def test_an_area_without_people_is_named():
    found = _found(**_world([[0, 10, 4], [0, 80, 6], [0, 3, 50]], TABLE))
    assert [str(one).splitlines()[0] for one in found] == [
        "stock at the start, living in AAA: nobody lives there, natives included [area-empty]"
    ]


def test_one_area_is_too_few():
    one = golden.stock([[5.0]], ["AAA"])
    none = golden.events([0.0], ["AAA"])
    found = _found(stock_start=one, stock_end=one, births=none, deaths=none)
    assert found[0].code == "areas-too-few"
    assert found[0].fact == "1 area of residence: nobody can move"


def test_negative_natives_are_refused_on_request():
    world = _world([[-4, 10, 4], [5, 80, 6], [9, 3, 50]], TABLE)
    found = _found(**world, negatives="refuse")
    assert found[0].place == "stock at the start, born in AAA, living in AAA"
    assert found[0].mend == "bring population and stock together, or let it be repaired"


def test_mixed_units_of_arrays_are_refused():
    thousand = PLAIN["stock_end"].assign_attrs(unit="thousand persons")
    with pytest.raises(ValueError, match="units are mixed"):
        estimate_flows(**PLAIN | {"stock_end": thousand})


def test_deaths_by_account_that_no_birthplace_can_have_are_named():
    world = _world(TABLE, [[80, 10, 4], [5, 95, 6], [2, 3, 45]], deaths=(5, 2, 3))
    found = _found(**world, died_by="accounting")
    assert {one.code for one in found} == {"account-infeasible"}
    assert found[0].place.startswith("deaths by account, born in BBB")
    assert "the two stocks ask for -" in found[0].fact
    assert found[0].areas == ("BBB",)


def test_further_choices_are_listed():
    with pytest.raises(ValueError, match="no born_as 'abroad'; there are native, proportional"):
        estimate_flows(**PLAIN, born_as="abroad")
    with pytest.raises(ValueError, match="no died_by 'age'; there are proportional, accounting"):
        estimate_flows(**PLAIN, died_by="age")
    with pytest.raises(ValueError, match="no relax 'all'; there are none, nearest"):
        estimate_flows(**PLAIN, relax="all")
    with pytest.raises(ValueError, match="no decreases 'keep'; there are drop, reverse"):
        stock_differences(PLAIN["stock_start"], PLAIN["stock_end"], decreases="keep")
    with pytest.raises(
        ValueError, match="mig-rate does not say where those who moved were born; take one of min-closed"
    ):
        estimate_flows(**PLAIN, method="mig-rate").of_birthplace("AAA")


@pytest.mark.parametrize("method", DIRECT)
def test_methods_without_an_account_have_no_types_and_place_no_unknown_origin(method):
    found = estimate_flows(**_world(TABLE, np.array(TABLE) + 1), method=method)
    assert found.outward is None
    assert found.returned is None
    assert found.transit is None
    assert found.describe().startswith(f"{method}: ")
    stranger = _world([*TABLE, [7, 0, 0]], [*TABLE, [8, 0, 0]], codes=[*ABC, "XXX"])
    found = _found(**stranger, method=method)
    assert (found[0].code, found[0].areas, found[0].persons) == ("areas-differ", ("XXX",), 7.0)


def test_rates_that_cannot_be_formed_are_named():
    alike = golden.stock([[50, 50, 0], [50, 50, 0], [0, 0, 9]], ABC)
    with pytest.raises(DataError, match=r"it does not tell AAA, BBB apart \[rates-undefined\]"):
        rogers_von_rabenau(alike, PLAIN["stock_end"])
    nobody = golden.stock(np.diag([5, 6, 7]), ABC)
    with pytest.raises(DataError, match="nobody lives outside of the birthplace"):
        migration_rates(nobody, moves=3)
    assert float(migration_rates(nobody, moves=0).sum()) == 0
    with pytest.raises(ValueError, match="moves is -1; it is the number of moves"):
        migration_rates(nobody, moves=-1)
    with pytest.raises(ValueError, match="birthplace and the residences of the first stock differ: DDD"):
        migration_rates(golden.stock([*TABLE, [1, 1, 1]], [*ABC, "DDD"], ABC), moves=1)
    with pytest.raises(ValueError, match="a stock has missing cells"):
        migration_rates(golden.stock([[np.nan, 1], [1, 1]], ["AAA", "BBB"]), moves=1)


def test_seeds_and_stayers_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="seed, origin and the residences of the stocks differ: CCC, DDD"):
        estimate_flows(**PLAIN, seed=golden.seed(np.ones((3, 3)), ["AAA", "BBB", "DDD"]))
    with pytest.raises(ValueError, match="seed has cells that are missing or below zero"):
        estimate_flows(**PLAIN, seed=golden.seed(-np.ones((3, 3)), ABC))
    earlier = estimate_flows(**PLAIN | {"stock_end": golden.stock(np.array(TABLE) + 1, ABC)}).flow
    with pytest.raises(ValueError, match="seed has an empty diagonal, and independence lets people stay"):
        estimate_flows(**PLAIN, method="pb-closed", seed=earlier)
    with pytest.raises(ValueError, match="stayers and the residences of the stocks differ: CCC, DDD"):
        estimate_flows(
            **PLAIN,
            stayers=golden.events([1, 1, 1], ["AAA", "BBB", "DDD"]),
        )
    with pytest.raises(ValueError, match="stayers are shares of those who can have stayed, between 0 and 1"):
        estimate_flows(**PLAIN, stayers=1.5)


def test_earlier_flows_with_their_empty_diagonal_are_a_seed_of_minimum_migration():
    world = _world(TABLE, np.array(TABLE) + np.array([[0, 5, 1], [2, 0, 1], [3, 1, 0]]))
    earlier = estimate_flows(**world).flow
    again = estimate_flows(**world, seed=(earlier + 1).assign_attrs(unit="persons")).flow
    assert float(again.sum()) == pytest.approx(float(earlier.sum()))


def test_a_seed_that_forbids_the_account_names_origins_and_persons():
    world = _world(TABLE, [[80, 20, 4], [5, 80, 6], [2, 3, 50]])
    closed_corridor = golden.seed([[1, 0, 1], [1, 1, 1], [1, 1, 1]], ABC)
    found = _found(**world, seed=closed_corridor)
    assert [(one.code, one.place, one.areas, one.persons) for one in found] == [
        ("seed-infeasible", "seed, born in AAA", ("AAA",), pytest.approx(10))
    ]
    found = _found(**world, seed=golden.seed([[0, 0, 0], [1, 1, 1], [1, 1, 1]], ABC))
    assert [(one.code, one.place) for one in found] == [("seed-empty", "seed, from AAA")]


def test_the_nearest_account_closes_and_says_who_was_moved():
    found = estimate_flows(**ISLAND, relax="nearest")
    net = found.flow.sum("origin").values - found.flow.sum("destination").values
    assert net == pytest.approx(found.end.sum("birthplace").values - found.start.sum("birthplace").values, abs=1e-6)
    assert found.start.sum("origin").values == pytest.approx(found.end.sum("destination").values)
    assert float(found.relaxed["residents_end"].sel(destination="CCC")) < 0
    assert "persons were moved to the nearest that does." in found.describe()


def test_a_bare_matrix_is_refused_with_what_to_give():
    with pytest.raises(ValueError, match=r"stock_start is a ndarray; give an xarray.DataArray with dims"):
        estimate_flows(np.eye(2), np.eye(2), births=np.zeros(2), deaths=np.zeros(2))
