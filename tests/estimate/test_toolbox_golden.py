"""Golden values of the reference package's helpers, tolerances tightened to 1e-10 .. 1e-13 where it iterates."""

import json
from dataclasses import asdict

import numpy as np
import polars as pl
import pytest
import xarray as xr
from tests.estimate import golden

from corridors.concepts.ages import AgeGroup
from corridors.estimate.age_profile import age_profile, rogers_castro_shape
from corridors.estimate.aggregation import flow_table, net_of_flows, sum_by_area, sum_by_pair
from corridors.estimate.balancing import fit_blocks, fit_margins, fit_most_stayers
from corridors.estimate.flows import estimate_flows
from corridors.estimate.indices import distance, impact, intensity
from corridors.estimate.net_migration import net_by_survival
from corridors.estimate.net_to_flows import flows_from_net
from corridors.estimate.rescaling import rescale_net
from corridors.estimate.spatial_focus import connectivity, field_ginis

OD = ("origin", "destination")


def array(values, *dims):
    values = np.array(values, dtype=float)
    coords = {dim: [f"A{i}" for i in range(size)] for dim, size in zip(dims, values.shape, strict=True)}
    return xr.DataArray(values, coords, dims, attrs={"unit": "persons"})


@pytest.fixture(scope="module")
def toolbox(shared_data):
    return shared_data / "golden_flows" / "toolbox"


@pytest.fixture(scope="module")
def cases(toolbox):
    return json.loads((toolbox / "toolbox.json").read_text(encoding="utf-8"))


def of(cases, *functions):
    found = [case for case in cases if case["fn"] in functions]
    assert found
    return found


@pytest.fixture(scope="module")
def korea(toolbox):
    rows = pl.read_csv(toolbox / "korea_2020.csv")
    areas = rows["orig"].unique(maintain_order=True).to_list()
    wide = {column: rows.pivot("dest", index="orig", values=column).select(areas) for column in ("flow", "dist_cent")}
    flow, far = (xr.DataArray(t.to_numpy().astype(float), dict.fromkeys(OD, areas), OD) for t in wide.values())
    people = rows.unique("dest", maintain_order=True)["dest_pop"].to_numpy()
    return flow, far, xr.DataArray(people, {"destination": areas}, ("destination",))


def test_two_way_balancing(cases):
    for case in of(cases, "ipf2", "cm2"):
        args = case["args"]
        margins = [array(args["row_tot"], "origin")]
        margins += [array(args["col_tot"], "destination")] if "col_tot" in args else []
        found = fit_margins(array(args["m"], *OD), margins=margins)
        np.testing.assert_allclose(found.flow, case["value"], rtol=1e-9, atol=1e-10)
        if len(margins) == 2:
            product = found.factors[0] * found.factors[1] * array(args["m"], *OD)
            np.testing.assert_allclose(product, case["value"], rtol=1e-9, atol=1e-10)


def test_three_way_balancing(cases):
    (case,) = of(cases, "ipf3")
    margins = [
        array(case["args"]["row_tot"], "origin", "birthplace"),
        array(case["args"]["col_tot"], "birthplace", "destination"),
    ]
    seed = array(np.ones((4, 4, 4)), "birthplace", *OD)
    found = fit_margins(seed, margins=margins).flow.transpose(*OD, "birthplace")
    np.testing.assert_allclose(found, case["value"], rtol=1e-9, atol=1e-10)


def test_most_stayers(cases):
    for case in of(cases, "ipf3_qi"):
        args = case["args"]
        seed = array(args["m"], *OD, "birthplace").transpose("birthplace", *OD) if "m" in args else None
        start = array(args["row_tot"], "origin", "birthplace").transpose("birthplace", "origin")
        found = fit_most_stayers(start, array(args["col_tot"], "birthplace", "destination"), seed=seed)
        np.testing.assert_allclose(found.transpose(*OD, "birthplace"), case["value"], rtol=1e-9, atol=1e-10)


def test_block_totals(cases):
    (case,) = of(cases, "ipf2_block")
    args = case["args"]
    group = {f"A{i}": f"A{block}" for i, block in enumerate(np.repeat(np.arange(4), args["b"]))}
    found = fit_blocks(
        array(np.ones((12, 12)), *OD),
        margins=[array(args["row_tot"], "origin"), array(args["col_tot"], "destination")],
        blocks=array(args["block_tot"], *OD),
        groups={"origin": group, "destination": group},
    )
    np.testing.assert_allclose(found.flow, case["value"], rtol=1e-9, atol=1e-10)


def test_flows_from_net_migration(cases):
    # The package's proportional fitting stops at 1e-9 or so; its conditional maximisation is tighter.
    for case in of(cases, "cm_net", "cm_net_tot", "net_matrix_ipf"):
        args = case["args"]
        prior = np.array(args["m"], dtype=float)
        if case["fn"] == "net_matrix_ipf":
            np.fill_diagonal(prior, 0.0)
        found = flows_from_net(array(args["net_tot"], "destination"), prior=array(prior, *OD), total=args.get("tot"))
        np.testing.assert_allclose(found.flow, case["value"], rtol=1e-9, atol=1e-9)


def test_rescaled_net_migration(cases):
    (case,) = of(cases, "rescale_net")
    np.testing.assert_allclose(rescale_net(array(case["args"]["x"], "destination")), case["value"], rtol=1e-12)


def test_sums(cases):
    (net,), (region,), (pair,) = (of(cases, name) for name in ("sum_net", "sum_region", "sum_bilat"))
    places = dict(zip("ABCD", range(4), strict=True))
    flow = xr.DataArray(np.array(net["args"]["m"], dtype=float), {d: list(places) for d in OD}, OD)
    assert net_of_flows(flow).values.tolist() == net["value"]
    table = sum_by_area(flow_table(flow))
    for column, name in (
        ("AREA", "region"),
        ("DEPARTURES", "out_mig"),
        ("ARRIVALS", "in_mig"),
        ("TURNOVER", "turn"),
        ("NET", "net"),
    ):
        assert table[column].to_list() == region["value"][name]
    pairs = sum_by_pair(flow_table(flow)).sort("DESTINATION", "ORIGIN")
    names = {
        "ORIGIN": "orig",
        "DESTINATION": "dest",
        "FLOW": "flow",
        "COUNTER_FLOW": "counter_flow",
        "NET_FLOW": "net_flow",
    }
    for column, name in (names | {"INTERCHANGE": "interchange"}).items():
        assert pairs[column].to_list() == pair["value"][name]


def test_impact_intensity_and_distance(cases, korea):
    flow, far, people = korea
    (case,) = of(cases, "index_impact")
    assert list(asdict(impact(flow, population=people)).values()) == pytest.approx(
        list(case["value"].values()), rel=1e-9
    )
    (case,) = of(cases, "index_intensity")
    found = intensity(flow, population=1e6 * people)
    assert [found.crude, found.courgeau_k] == pytest.approx(
        [case["value"]["cmp"], case["value"]["courgeau_k"]], rel=1e-9
    )
    (case,) = of(cases, "index_distance")
    found = distance(flow, distances=far)
    assert [found.mean, found.median] == pytest.approx([case["value"]["mean"], case["value"]["median"]], rel=1e-9)
    assert found.decay == pytest.approx(case["value"]["decay"], rel=1e-8)


def test_connectivity(cases, korea):
    (case,) = of(cases, "index_connectivity")
    flow, value = korea[0], case["value"]
    found = connectivity(flow)
    ours = {
        "connectivity": found.connectivity,
        "inequality_equal": found.inequality_equal,
        "inequality_sim": found.inequality_independent,
        "gini_total": found.gini_total,
        "gini_orig_standardized": found.gini_origin,
        "gini_dest_standardized": found.gini_destination,
        "acv": found.variation_aggregated,
    }
    assert ours == pytest.approx({name: value[name] for name in ours}, rel=1e-7)
    # The package weighs an origin's Gini index by its arrivals and a destination's by its departures.
    moved = flow.where(flow["origin"] != flow["destination"], 0.0)
    sums = {"origin": moved.sum("origin").values, "destination": moved.sum("destination").values}
    crossed = {
        field: float((field_ginis(flow).sel(field=field) * s).sum() / s.sum() / s.size) for field, s in sums.items()
    }
    assert [crossed["origin"], crossed["destination"]] == pytest.approx(
        [value["mwg_orig"], value["mwg_dest"]], rel=1e-9
    )


def test_age_profile(cases, toolbox):
    (case,) = of(cases, "index_age")
    rows = pl.read_csv(toolbox / "ipumsi_age.csv").filter(pl.col("sample") == "BRA2000").sort("age")
    rates = (rows["migrants"] / rows["population"]).to_numpy()
    profile = xr.DataArray(rates, {"age": [AgeGroup(age, 1).code for age in rows["age"]]}, ("age",))
    found, value = age_profile(profile), case["value"]
    assert found.gross_rate == pytest.approx(value["gmr"], rel=1e-9)
    assert found.peak_intensity == pytest.approx(value["peak_mi"], rel=1e-9)
    assert found.asymmetry == pytest.approx(value["asymmetry"], rel=1e-9)
    assert [found.peak_age, found.steepest_rise, found.steepest_fall] == [24, value["murc"], value["mdrc"]]
    # The package sums rows p-6 .. p+4 here (147.15); ages p-5 .. p+5 are what Bell and Muhidin (2009) define.
    assert found.peak_breadth == pytest.approx(149.1012, abs=5e-5)
    later = age_profile(profile.isel(age=slice(15, None)))
    assert later.peak_breadth == pytest.approx(found.peak_breadth, rel=1e-12)


def test_rogers_castro(cases):
    (case,) = of(cases, "index_age_rc")
    assert list(asdict(rogers_castro_shape(case["args"]["pars"])).values()) == pytest.approx(
        list(case["value"].values())
    )


def test_net_migration_by_survival_ratios(cases):
    (case,) = of(cases, "net_sr")
    value = case["value"]
    ages = [f"Y{start}T{start + 4}" for start in range(0, 60, 5)] + ["Y_GE60"]
    later = [f"Y{start}T{start + 4}" for start in range(10, 70, 5)] + ["Y_GE70"]
    start, survival = (
        xr.DataArray(np.array(value[name], dtype=float), {"age": ages}, ("age",)) for name in ("pop_1941", "sr")
    )
    end = xr.DataArray(np.array(value["pop_1951"], dtype=float), {"age": later}, ("age",))
    found = net_by_survival(start, end, survival=survival, years=10)
    for part, name in (
        (found.forward, "net_forward"),
        (found.reverse, "net_reverse"),
        (found.average, "net_average"),
        (found.expected_end, "pop1_forward"),
        (found.expected_start, "pop0_reverse"),
    ):
        np.testing.assert_allclose(part, value[name], rtol=1e-9)
        assert part["age"].values.tolist() == later


def test_the_worked_example_of_plane_and_mulligan():
    # Demography 34(2), 1997: the hypothetical system of three regions; 0.2222 is over all six corridors, ours over five.
    flow = array([[0, 10, 10], [20, 0, 20], [30, 30, 0]], *OD)
    found = field_ginis(flow)
    assert found.sel(field="origin").values.tolist() == [0.0, 0.0, 0.0]
    assert found.sel(field="destination").values.tolist() == pytest.approx([0.2, 0.5, 1 / 3])
    assert connectivity(flow).gini_total * 5 / 6 == pytest.approx(2 / 9)
    assert connectivity(flow).gini_destination == pytest.approx(0.25)


def test_a_seeded_account_by_birthplace(shared_data):
    """The package's own seeded fits of the accounted tables, which its main function leaves unused."""
    folder, codes = shared_data / "golden_flows" / "cases4", list("ABCD")
    given = pl.read_csv(folder / "inputs.csv").filter(pl.col("case") == "imr2018_seed")
    told = pl.read_csv(folder / "outputs.csv").filter((pl.col("case") == "imr2018_seed") & (pl.col("birth") != "all"))
    tables = {
        name: golden.cells(given.filter(pl.col("table") == name), "value", codes, dims)
        for name, dims in (
            ("stock_start", ("birth", "residence")),
            ("stock_end", ("birth", "residence")),
            ("seed", ("birth", "residence")),
            ("births", ("residence",)),
            ("deaths", ("residence",)),
        )
    }
    seed = golden.seed(tables["seed"], codes)
    account = estimate_flows(
        golden.stock(tables["stock_start"], codes),
        golden.stock(tables["stock_end"], codes),
        births=golden.events(tables["births"], codes),
        deaths=golden.events(tables["deaths"], codes),
        match="before",
    )
    cube = seed.expand_dims(birthplace=codes)
    for column, found in (
        ("da_min_seeded_ipf3_qi", fit_most_stayers(account.start, account.end, seed=seed)),
        ("da_ind_seeded_ipf3", fit_margins(cube, margins=[account.start, account.end]).flow),
    ):
        rows = told.filter((pl.col("method") == column) & (pl.col("orig") != pl.col("dest")))
        assert rows.height == 48
        ours = [
            float(found.sel(birthplace=b, origin=o, destination=d))
            for b, o, d in rows.select("birth", "orig", "dest").iter_rows()
        ]
        np.testing.assert_allclose(ours, rows["flow"], rtol=1e-6, atol=1e-3)
