"""What the toolbox refuses, and what it says then."""

import numpy as np
import polars as pl
import pytest
import xarray as xr

from corridors.concepts.findings import DataError
from corridors.estimate import aggregation
from corridors.estimate.age_profile import age_profile, rogers_castro_shape
from corridors.estimate.annual import annual_flows
from corridors.estimate.balancing import fit_blocks, fit_margins, fit_most_stayers
from corridors.estimate.circulation import estimate_circulation
from corridors.estimate.components import multiplicative_components
from corridors.estimate.indices import distance, impact, intensity
from corridors.estimate.net_migration import net_by_balance, net_by_survival, net_of_children
from corridors.estimate.net_to_flows import flows_from_net
from corridors.estimate.rates import migration_rates
from corridors.estimate.rescaling import rescale_net, whole_numbers
from corridors.estimate.spatial_focus import connectivity, field_ginis
from corridors.testing import world

OD = ("origin", "destination")
CODES = ["AAA", "BBB", "CCC"]
NAN = float("nan")
FLOW = [[0.0, 9, 1], [4, 0, 2], [3, 5, 0]]
REGION = {"AAA": "W1", "BBB": "W1", "CCC": "W2"}


def array(values, *dims):
    values = np.asarray(values, dtype=float)
    return xr.DataArray(
        values, {d: CODES[:n] for d, n in zip(dims, values.shape, strict=True)}, dims, attrs={"unit": "persons"}
    )


def ages(values, codes):
    return xr.DataArray(values, {"age": codes}, ("age",))


def finding(call):
    with pytest.raises(DataError) as caught:
        call()
    return caught.value.findings


def out(values):
    return array(values, "origin")


def into(values):
    return array(values, "destination")


def test_margins_of_the_caller():
    seed = array(FLOW, *OD)
    with pytest.raises(ValueError, match="no margins"):
        fit_margins(seed, margins=[])
    with pytest.raises(ValueError, match=r"a margin has dims \('birthplace',\); allowed are some of"):
        fit_margins(seed, margins=[out([1.0, 2, 3]).rename(origin="birthplace")])
    with pytest.raises(ValueError, match="totals by origin have no unit"):
        fit_margins(seed, margins=[out([1.0, 2, 3]).drop_attrs()])
    with pytest.raises(ValueError, match="labels of origin do not fit; look at CCC"):
        fit_margins(seed, margins=[out([1.0, 2])])
    with pytest.raises(ValueError, match="labels of origin do not fit; look at AAA"):
        fit_margins(
            seed.assign_coords(origin=["AAA", "AAA", "BBB"]),
            margins=[out([1.0, 2, 3]).assign_coords(origin=["AAA", "AAA", "BBB"])],
        )
    with pytest.raises(ValueError, match="units persons, thousands"):
        fit_margins(seed, margins=[out([1.0, 2, 3]), into([1.0, 2, 3]).assign_attrs(unit="thousands")])


def test_margins_in_data():
    seed = array(FLOW, *OD)
    (found,) = finding(lambda: fit_margins(seed, margins=[out([1.0, 2, 3]), into([1.0, 2, 4])]))
    assert (found.code, found.place) == ("totals-differ", "totals by origin and totals by destination, the whole")
    assert found.fact == "6 against 7"
    codes = [f.code for f in finding(lambda: fit_margins(-seed, margins=[out([NAN, -2.0, 3])]))]
    assert codes == ["value-negative"] * 6 + ["value-missing", "value-negative"]


def test_totals_that_the_seed_forbids_name_the_areas_and_persons():
    seed = array([[0.0, 1, 0], [1, 0, 1], [1, 1, 0]], *OD)
    (found,) = finding(lambda: fit_margins(seed, margins=[out([9.0, 1, 1]), into([4.0, 3, 4])]))
    assert found.code == "totals-unreachable"
    assert found.place == "totals by origin: AAA"
    assert "6 more than the totals of BBB" in found.fact
    assert (found.areas, found.persons) == (("AAA",), 6.0)
    apart, own = array(np.eye(2), *OD), {"origin": {"AAA": "AAA", "BBB": "BBB"}}
    (found,) = finding(lambda: fit_blocks(apart, margins=[], blocks=array([[1.0, 5], [1, 1]], *OD), groups=own))
    assert found.place == "totals of blocks"
    assert "a total is still missed by 5" in found.fact


def test_blocks_of_the_caller():
    seed, blocks = (
        array(FLOW, *OD),
        array([[1.0, 2], [3, 4]], *OD).assign_coords(origin=["W1", "W2"], destination=["W1", "W2"]),
    )
    both = {"origin": REGION, "destination": REGION}
    with pytest.raises(ValueError, match="seed and blocks need dims"):
        fit_blocks(seed, margins=[], blocks=blocks.transpose(), groups=both)
    with pytest.raises(ValueError, match="blocks has no unit"):
        fit_blocks(seed, margins=[], blocks=blocks.drop_attrs(), groups=both)
    with pytest.raises(ValueError, match="groups has sex; allowed are origin and destination"):
        fit_blocks(seed, margins=[], blocks=blocks, groups={"sex": REGION})
    with pytest.raises(ValueError, match="destination: CCC in no group that blocks has; its groups are W1, W2"):
        fit_blocks(seed, margins=[], blocks=blocks, groups={**both, "destination": {"AAA": "W1", "BBB": "W2"}})


def test_stayers_of_the_caller():
    start = array(FLOW, "birthplace", "origin")
    with pytest.raises(ValueError, match="start needs dims"):
        fit_most_stayers(start.rename(origin="destination"), start.rename(origin="destination"))
    (found,) = finding(
        lambda: fit_most_stayers(start[:1], 2 * start[:1].rename(origin="destination").assign_attrs(start.attrs))
    )
    assert found.code == "totals-differ"
    assert "birthplace AAA" in found.place


def test_net_of_the_caller():
    net, prior = into([1.0, 2, -3]), array(FLOW, *OD)
    with pytest.raises(ValueError, match="no nearness 'close'; there are ratio, squares, absolute"):
        flows_from_net(net, prior=prior, nearness="close")
    with pytest.raises(ValueError, match="total is 0; it is the sum of all flows"):
        flows_from_net(net, prior=prior, total=0)
    with pytest.raises(ValueError, match=r"net has dims \('origin',\)"):
        flows_from_net(out([1.0, 2, -3]), prior=prior)
    with pytest.raises(ValueError, match="prior has dims"):
        flows_from_net(net, prior=prior.transpose())
    with pytest.raises(ValueError, match="same areas as origins and destinations"):
        flows_from_net(net, prior=prior[:2])


@pytest.mark.parametrize("nearness", ["ratio", "squares", "absolute"])
def test_net_in_data(nearness):
    prior = array(FLOW, *OD)
    (found,) = finding(lambda: flows_from_net(into([1.0, 2, 3]), prior=prior, nearness=nearness))
    assert (found.code, found.fact[:8]) == ("totals-differ", "6 in sum")
    (found,) = finding(lambda: flows_from_net(into([1.0, NAN, -1]), prior=prior, nearness=nearness))
    assert found.place == "net migration of BBB"
    only_to_a = array([[NAN, NAN, NAN], [5, NAN, 1], [5, 1, NAN]], *OD)
    (found,) = finding(lambda: flows_from_net(into([-4.0, 2, 2]), prior=only_to_a, nearness=nearness))
    assert found.code == "totals-unreachable"
    assert "the cells of the prior forbid it" in found.fact
    assert found.persons > 0
    (found,) = finding(lambda: flows_from_net(into([4.0, 0, -4]), prior=prior, total=1.0, nearness=nearness))
    assert "the cells of the prior and the total forbid it" in found.fact
    codes = {
        found.code for found in finding(lambda: flows_from_net(into([4.0, 0, -4]), prior=-prior, nearness=nearness))
    }
    assert codes == {"value-negative"}


def test_a_prior_of_zeros():
    (found,) = finding(lambda: flows_from_net(into([1.0, 0, -1]), prior=array(np.zeros((3, 3)), *OD), total=5.0))
    assert found.code == "totals-unreachable"


def test_components():
    with pytest.raises(ValueError, match="within has sex; allowed are some of"):
        multiplicative_components(array(FLOW, *OD), within=["sex"])
    (found, *_) = finding(lambda: multiplicative_components(-array(FLOW, *OD)))
    assert found.place == "flow, origin AAA, destination BBB"


def test_indices():
    flow, people = array(FLOW, *OD), into([1.0, 2, 3])
    with pytest.raises(ValueError, match="flow has dims"):
        intensity(flow.transpose(), population=people)
    with pytest.raises(ValueError, match="the same areas, two or more"):
        intensity(flow[:, ::-1], population=people)
    with pytest.raises(ValueError, match="population has dims"):
        impact(flow, population=out([1.0, 2, 3]))
    with pytest.raises(ValueError, match="population: labels of destination do not fit; look at CCC"):
        impact(flow, population=into([1.0, 2]))
    for index in (connectivity, field_ginis):
        with pytest.raises(ValueError, match="flow has 2 areas; spatial focus needs three or more"):
            index(flow[:2, :2])
    with pytest.raises(ValueError, match="distances has dims"):
        distance(flow, distances=flow.transpose())
    (found,) = finding(lambda: impact(flow, population=into([1.0, 0, 3])))
    assert (found.code, found.place) == ("population-missing", "population of BBB")
    (found,) = finding(lambda: connectivity(array([[0.0, NAN, 1], [1, 0, 1], [1, 1, 0]], *OD)))
    assert (found.code, found.place) == ("value-missing", "flow from AAA to BBB")
    (found,) = finding(lambda: connectivity(0 * flow))
    assert found.fact == "nobody moves between its areas"
    (found,) = finding(lambda: distance(flow, distances=array([[0.0, 1, 1], [1, 0, 0], [1, 1, 0]], *OD)))
    assert (found.code, found.place) == ("distance-invalid", "BBB to CCC")


def test_age_profiles():
    with pytest.raises(ValueError, match="intensity has dims"):
        age_profile(into([1.0, 2, 3]))
    with pytest.raises(ValueError, match="age groups need one width"):
        age_profile(ages([0.1, 0.2, 0.1], ["Y0T4", "Y5T9", "Y10"]))
    with pytest.raises(ValueError, match="no age between 6 and 64; ages are 0 to 1"):
        age_profile(ages([0.1, 0.2], ["Y0", "Y1"]))
    with pytest.raises(ValueError, match="alpha2, mu2 missing or not above zero; needed are a1"):
        rogers_castro_shape({"a1": 1, "alpha1": 1, "a2": 1, "lambda2": 1, "alpha2": 0})
    (found,) = finding(lambda: age_profile(ages([0.1, NAN], ["Y10", "Y11"])))
    assert found.place == "intensity, age Y11"


def test_rescaling():
    with pytest.raises(ValueError, match="no method 'x'; there are keep-signs, shift"):
        rescale_net(into([1.0, -2, 0]), method="x")
    with pytest.raises(ValueError, match="expected one, the areas"):
        rescale_net(array(FLOW, *OD))
    (found,) = finding(lambda: rescale_net(into([1.0, 2, 0])))
    assert (found.code, found.fact) == ("totals-unreachable", "only gains, 3 in sum")
    codes = [f.code for f in finding(lambda: rescale_net(into([1.0, NAN, -1]), weights=into([0.0, 1, 1])))]
    assert codes == ["value-missing", "value-negative"]
    with pytest.raises(ValueError, match="cannot be scaled to 100"):
        whole_numbers(into([1.0, -2, 0]), total=100)


def test_net_migration():
    start, end = ages([5.0, 4], ["Y0T9", "Y_GE10"]), ages([5.0, 4], ["Y10T19", "Y_GE20"])
    ratio = ages([0.9, 0.8], ["Y0T9", "Y_GE10"])
    with pytest.raises(ValueError, match="years is 0"):
        net_by_survival(start, end, survival=ratio, years=0)
    with pytest.raises(ValueError, match="survival has dims"):
        net_by_survival(start, end, survival=into([1.0]), years=10)
    missing = finding(lambda: net_by_survival(start, end[:1], survival=ratio[1:], years=10))
    assert [found.place for found in missing] == ["second census, age Y_GE20", "survival ratios, age Y0T9"]
    (found,) = finding(lambda: net_by_survival(start, end, survival=ages([0.9, 0.0], ["Y0T9", "Y_GE10"]), years=10))
    assert (found.place, found.fact) == ("survival ratio at age Y_GE10", "0, not between 0 and 1.5")
    with pytest.raises(ValueError, match="expected the same"):
        net_by_balance(start, end, births=start, deaths=into([1.0]))
    with pytest.raises(ValueError, match="1 groups of children, 2 of mothers, 2 exposures"):
        net_of_children(end, children=start[:1], women=end, mothers=[["Y10T19"], ["Y_GE20"]])
    with pytest.raises(ValueError, match="women has no age Y90; there are Y10T19, Y_GE20"):
        net_of_children(
            end.pad(age=(0, 1)).assign_coords(age=["Y10T19", "Y_GE20", "Y90"]),
            children=start[:1],
            women=end,
            mothers=[["Y90"]],
            exposure=[0.5],
        )
    (found,) = finding(
        lambda: net_of_children(end, children=start[:1], women=0 * end, mothers=[["Y10T19"]], exposure=[0.5])
    )
    assert (found.code, found.place) == ("population-missing", "mothers of children aged Y0T9")


def test_sums():
    table = pl.DataFrame({"ORIGIN": ["AAA", "BBB"], "DESTINATION": ["BBB", "AAA"], "OBS_VALUE": [1.0, None]})
    with pytest.raises(ValueError, match="expected origin and destination among them"):
        aggregation.sum_to_pairs(into([1.0]))
    with pytest.raises(ValueError, match="same areas as origins and destinations"):
        aggregation.net_of_flows(array(FLOW, *OD)[:2])
    with pytest.raises(ValueError, match="no region for CCC; give every area one"):
        aggregation.sum_regions(array(FLOW, *OD), {"AAA": "W1", "BBB": "W1"})
    with pytest.raises(ValueError, match="no column SEX; there are ORIGIN"):
        aggregation.sum_by_area(table, by=["SEX"])
    (found,) = finding(lambda: aggregation.sum_by_pair(table))
    assert found.place == "flow from BBB to AAA"
    whole = table.fill_null(2.0)
    with pytest.raises(ValueError, match="BBB are areas and regions"):
        aggregation.add_region_totals(whole, {"AAA": "BBB", "BBB": "W1"})
    with pytest.raises(ValueError, match="on has x; allowed are flow, arrivals, departures"):
        aggregation.lump_small(whole, threshold=1, on=["x"])
    with pytest.raises(ValueError, match="'AAA' is an area of the table"):
        aggregation.lump_small(whole, threshold=1, other="AAA")


def test_endless_figures_are_refused_with_their_name():
    endless = array([[0.0, np.inf], [1, 0]], *OD)
    with pytest.raises(ValueError, match="flow has endless figures"):
        multiplicative_components(endless)
    coords = {"period": ["2020-07-01/P1Y", "2021-07-01/P1Y"], "destination": ["AAA", "BBB"]}
    net = xr.DataArray([[np.inf, 1.0], [1.0, -1.0]], coords, ("period", "destination"), attrs={"unit": "persons"})
    with pytest.raises(ValueError, match="net has endless figures"):
        annual_flows(array([[NAN, 2.0], [1, NAN]], *OD), net=net)
    made = world(4, 1)
    tables = {name: getattr(made, name) for name in ("stock_start", "stock_end", "births", "deaths")}
    for choice in ({"stock_error": NAN}, {"years": np.inf}):
        with pytest.raises(ValueError, match=f"{next(iter(choice))} is "):
            estimate_circulation(**tables, **choice)
    with pytest.raises(ValueError, match="moves is inf"):
        migration_rates(made.stock_start, moves=np.inf)


def test_no_rise_is_read_before_the_first_age():
    found = age_profile(ages([0.2, 0.1, 0.09, 0.08, 0.075], [f"Y{age}" for age in range(15, 20)]))
    assert (found.steepest_rise, found.steepest_fall) == (19, 16)
