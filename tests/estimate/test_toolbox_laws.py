"""Laws of balancing, net-to-flow methods, components, indices, rescaling and sums, and their slow twins."""

import numpy as np
import polars as pl
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from tests.reference import slow_toolbox

from corridors.estimate.aggregation import (
    add_region_totals,
    flow_table,
    lump_small,
    net_of_flows,
    sum_by_area,
    sum_by_pair,
    sum_regions,
    sum_to_pairs,
)
from corridors.estimate.balancing import fit_blocks, fit_margins, fit_most_stayers
from corridors.estimate.components import multiplicative_components
from corridors.estimate.indices import distance, impact, intensity
from corridors.estimate.net_migration import net_by_balance, net_by_survival, net_of_children
from corridors.estimate.net_to_flows import flows_from_net
from corridors.estimate.rescaling import rescale_net, whole_numbers
from corridors.estimate.spatial_focus import connectivity, field_ginis

OD = ("origin", "destination")
CODES = ["AAA", "BBB", "CCC", "DDD", "EEE"]
seeds = st.integers(0, 10**6)
few = settings(max_examples=25, deadline=None)


def array(values, *dims):
    values = np.asarray(values, dtype=float)
    coords = {
        d: CODES[:n] if d in OD else [f"{d}{i}" for i in range(n)] for d, n in zip(dims, values.shape, strict=True)
    }
    return xr.DataArray(values, coords, dims, attrs={"unit": "persons"})


def flows(seed, n=5, *others):
    rng = np.random.default_rng(seed)
    cells = rng.gamma(0.5, 100.0, size=(*others, n, n)) + 0.01
    cells[..., np.arange(n), np.arange(n)] = np.nan
    return cells


def shuffled(cube, seed):
    order = np.random.default_rng(seed).permutation(cube.sizes["origin"])
    return cube.isel(origin=order, destination=order)


@few
@given(seeds)
def test_two_margins_hold_and_equal_the_slow_twin(seed):
    prior, wanted = array(flows(seed), *OD), array(flows(seed + 1), *OD)
    found = fit_margins(
        prior, margins=[wanted.sum("destination", keep_attrs=True), wanted.sum("origin", keep_attrs=True)]
    )
    np.testing.assert_allclose(found.flow.sum("destination"), wanted.sum("destination"), rtol=1e-9)
    np.testing.assert_allclose(found.flow.sum("origin"), wanted.sum("origin"), rtol=1e-9)
    assert np.isnan(np.diag(found.flow)).all()
    slow = slow_toolbox.fit_margins(
        np.nan_to_num(prior.values), [((0,), wanted.sum("destination").values), ((1,), wanted.sum("origin").values)]
    )
    np.testing.assert_allclose(np.nan_to_num(found.flow), slow, rtol=1e-6, atol=1e-6)
    assert float(np.log(found.factors[0]).mean()) == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(prior * found.factors[0] * found.factors[1], found.flow, rtol=1e-9)


@few
@given(
    seeds,
    st.sampled_from(
        [
            (("sex", "origin"), ("sex", "destination")),
            (("origin",), ("destination",)),
            (("sex",),),
            (("sex", "origin"), ("sex", "destination"), OD),
        ]
    ),
)
def test_margins_of_a_cube_hold_whatever_dims_they_share(seed, kept):
    prior, wanted = (array(flows(s, 4, 2), "sex", *OD) for s in (seed, seed + 1))
    margins = [wanted.sum([d for d in wanted.dims if d not in dims], keep_attrs=True) for dims in kept]
    found = fit_margins(prior, margins=margins)
    for margin in margins:
        sums = found.flow.sum([d for d in wanted.dims if d not in margin.dims])
        np.testing.assert_allclose(sums, margin, rtol=1e-8, atol=1e-8)
    product = prior
    for factor in found.factors:
        product = product * factor
    np.testing.assert_allclose(product.transpose(*prior.dims), found.flow, rtol=1e-8)
    axes = [tuple(wanted.dims.index(d) for d in m.dims) for m in margins]
    slow = slow_toolbox.fit_margins(
        np.nan_to_num(prior.values), list(zip(axes, (m.values for m in margins), strict=True))
    )
    np.testing.assert_allclose(np.nan_to_num(found.flow), slow, rtol=1e-5, atol=1e-5)


@few
@given(seeds)
def test_balancing_follows_scale_and_order_of_areas(seed):
    prior, wanted = array(flows(seed), *OD), array(flows(seed + 1), *OD)
    margins = [wanted.sum("destination", keep_attrs=True), wanted.sum("origin", keep_attrs=True)]
    found = fit_margins(prior, margins=margins)
    np.testing.assert_allclose(fit_margins(7 * prior, margins=margins).flow, found.flow, rtol=1e-9)
    tenfold = fit_margins(prior, margins=[(10 * m).assign_attrs(m.attrs) for m in margins])
    np.testing.assert_allclose(tenfold.flow, 10 * found.flow, rtol=1e-9)
    turned = fit_margins(shuffled(prior, seed), margins=margins)
    np.testing.assert_allclose(turned.flow, shuffled(found.flow, seed), rtol=1e-9)


@few
@given(seeds, st.booleans())
def test_blocks_and_stripes_hold(seed, stripes):
    prior, wanted = array(flows(seed), *OD), array(flows(seed + 1), *OD)
    region = dict(zip(CODES, ["W1", "W1", "W2", "W2", "W2"], strict=True))
    own = {code: code for code in CODES}
    groups = {"destination": region} if stripes else {"origin": region, "destination": region}
    totals = sum_regions(wanted, region)
    if stripes:
        totals = wanted.groupby(wanted["destination"].copy(data=[region[c] for c in CODES]).rename("g")).sum()
        totals = totals.rename(g="destination").assign_attrs(wanted.attrs)
    margins = [wanted.sum("destination", keep_attrs=True), wanted.sum("origin", keep_attrs=True)]
    for given_margins in (margins, []):
        found = fit_blocks(prior, margins=given_margins, blocks=totals, groups=groups).flow
        for i in totals["origin"].values:
            for j in totals["destination"].values:
                rows = [c for c in CODES if groups.get("origin", own)[c] == i]
                cell = found.sel(origin=rows, destination=[c for c in CODES if region[c] == j])
                assert float(cell.sum()) == pytest.approx(
                    float(totals.sel(origin=i, destination=j)), rel=1e-8, abs=1e-8
                )
    np.testing.assert_allclose(
        fit_blocks(prior, margins=margins, blocks=totals, groups=groups).flow.sum("origin"),
        wanted.sum("origin"),
        rtol=1e-8,
    )


def test_a_block_without_total_is_free():
    prior = array(np.ones((3, 3)), *OD)
    blocks = xr.DataArray([[np.nan, 4.0], [6.0, np.nan]], {d: ["W1", "W2"] for d in OD}, OD, attrs={"unit": "persons"})
    region = {"AAA": "W1", "BBB": "W1", "CCC": "W2"}
    found = fit_blocks(prior, margins=[], blocks=blocks, groups={"origin": region, "destination": region})
    assert found.flow.values.round(9).tolist() == [[1, 1, 2], [1, 1, 2], [3, 3, 1]]


def test_totals_that_only_zeros_meet_are_met():
    seed = array([[1.0, 1, 0], [0, 1, 1], [1, 0, 1]], *OD)
    ten = array([10.0, 10, 10], "origin"), array([10.0, 10, 10], "destination")
    assert fit_margins(seed, margins=ten).flow.values.round(9).tolist() == [[5, 5, 0], [0, 5, 5], [5, 0, 5]]


@few
@given(seeds)
def test_most_stayers_join_leavers_and_arrivers(seed):
    start = array(np.random.default_rng(seed).gamma(1, 100, size=(3, 4)), "birthplace", "origin")
    end = start.rename(origin="destination").isel(destination=[1, 2, 3, 0]).assign_coords(destination=CODES[:4])
    found = fit_most_stayers(start, end)
    np.testing.assert_allclose(found.sum("destination"), start, rtol=1e-9)
    np.testing.assert_allclose(found.sum("origin"), end, rtol=1e-9)
    stayers = np.einsum("kii->ki", found.values)
    np.testing.assert_allclose(stayers, np.minimum(start.values, end.values), rtol=1e-12)


@few
@given(seeds, st.sampled_from(["ratio", "squares", "absolute"]), st.booleans())
def test_flows_have_the_net_migration_asked_for(seed, nearness, with_total):
    prior = array(flows(seed), *OD)
    net = array(np.random.default_rng(seed).normal(0, 50, 5), "destination")
    net = net - net.mean(keep_attrs=True)
    net.attrs["unit"] = "persons"
    total = float(prior.sum() + 3 * np.abs(net).sum()) if with_total else None
    found = flows_from_net(net, prior=prior, total=total, nearness=nearness)
    np.testing.assert_allclose(net_of_flows(found.flow), net, atol=1e-7 * float(prior.max()))
    assert float(found.flow.min()) >= 0
    assert np.isnan(np.diag(found.flow)).all()
    if total is not None:
        assert float(found.flow.sum()) == pytest.approx(total, rel=1e-8)
    turned = flows_from_net(net, prior=shuffled(prior, seed), total=total, nearness=nearness)
    assert turned.changed == pytest.approx(found.changed, rel=1e-6, abs=1e-6)
    if nearness == "ratio":
        product = found.level * prior.values * found.factors.values[:, None] / found.factors.values
        np.testing.assert_allclose(found.flow, product, rtol=1e-9)


@few
@given(seeds)
def test_ratio_equals_conditional_maximisation_factor_by_factor(seed):
    prior = np.nan_to_num(flows(seed, 4)) + 5 * (1 - np.eye(4))
    net = np.random.default_rng(seed).normal(0, 20, 4)
    net -= net.mean()
    found = flows_from_net(array(net, "destination"), prior=array(prior, *OD))
    np.testing.assert_allclose(found.flow, slow_toolbox.net_by_ratio(prior, net), rtol=1e-6, atol=1e-8)


def test_nearest_flows_are_no_farther_than_a_general_optimiser_finds():
    prior = np.nan_to_num(flows(3, 4))
    net = np.array([30.0, 40, -15, -55])
    apart = ~np.eye(4, dtype=bool)

    def table(cells):
        found = np.zeros((4, 4))
        found[apart] = cells
        return found

    holds = {"type": "eq", "fun": lambda cells: table(cells).sum(axis=0) - table(cells).sum(axis=1) - net}
    general = minimize(
        lambda cells: ((cells - prior[apart]) ** 2).sum() / 1e3, prior[apart] + 20, constraints=holds,
        bounds=[(0, None)] * 12, method="SLSQP", options={"maxiter": 1000, "ftol": 1e-14},
    )  # fmt: skip
    cells = np.where(apart, prior, np.nan)
    ours = flows_from_net(array(net, "destination"), prior=array(cells, *OD), nearness="squares").flow.values[apart]
    assert ((ours - prior[apart]) ** 2).sum() <= 1e3 * general.fun * (1 + 1e-6)
    least = flows_from_net(array(net, "destination"), prior=array(cells, *OD), nearness="absolute")
    # One person more or less in a cell serves two areas, and every area's gap must be served.
    gap = net - (prior.sum(axis=0) - prior.sum(axis=1))
    assert least.changed == pytest.approx(np.abs(gap).sum() / 2)


def test_a_prior_that_has_the_net_migration_is_returned():
    prior = array(flows(1), *OD)
    for nearness in ("ratio", "squares", "absolute"):
        found = flows_from_net(net_of_flows(prior), prior=prior, nearness=nearness)
        np.testing.assert_allclose(found.flow, prior, rtol=1e-9)
        assert found.changed == pytest.approx(0, abs=1e-6)


@few
@given(seeds, st.sampled_from([(), ("sex",)]))
def test_components_multiply_back(seed, within):
    flow = array(flows(seed, 4, 2), "sex", *OD)
    parts = multiplicative_components(flow, within=within)
    np.testing.assert_allclose(parts.compose(), flow, rtol=1e-12)
    assert all(
        float(s) == pytest.approx(1) for share in parts.shares for s in share.sum([share.dims[-1]]).values.ravel()
    )
    if within:
        total, rows, columns, interaction = slow_toolbox.components(np.nan_to_num(flow.values[1]))
        assert float(parts.total[1]) == pytest.approx(total)
        np.testing.assert_allclose(parts.shares[0][1], rows)
        np.testing.assert_allclose(parts.shares[1][1], columns)
        np.testing.assert_allclose(np.nan_to_num(parts.interaction[1]), interaction)


@few
@given(seeds)
def test_indices_equal_their_slow_twins_and_ignore_order_and_scale(seed):
    flow = array(flows(seed), *OD)
    far = array(1 + np.abs(np.subtract.outer(np.arange(5) ** 2, np.arange(5) ** 2)), *OD)
    people = array(np.arange(1.0, 6.0) * 1000, "destination")
    found = connectivity(flow)
    cells = np.nan_to_num(flow.values)
    assert found.gini_total == pytest.approx(slow_toolbox.gini_total(cells))
    ginis = [slow_toolbox.gini_of_origin(cells, i) for i in range(5)]
    np.testing.assert_allclose(field_ginis(flow).sel(field="origin"), ginis)
    assert found.focus_origin == pytest.approx(float(np.average(ginis, weights=cells.sum(axis=1))) / 5)
    measured = distance(flow, distances=far)
    assert measured.decay == pytest.approx(slow_toolbox.distance_decay(cells, far.values), abs=1e-6)
    turned, scaled = shuffled(flow, seed), 3 * flow
    assert vars_of(connectivity(turned)) == pytest.approx(vars_of(found), rel=1e-9)
    assert vars_of(connectivity(scaled)) == pytest.approx(vars_of(found), rel=1e-9)
    assert vars_of(distance(turned, distances=far)) == pytest.approx(vars_of(measured), rel=1e-6)
    assert vars_of(impact(turned, population=people)) == pytest.approx(vars_of(impact(flow, population=people)))
    assert intensity(scaled, population=people).crude == pytest.approx(3 * intensity(flow, population=people).crude)


def vars_of(value):
    return [getattr(value, name) for name in type(value).__slots__]


def test_one_used_corridor_is_full_concentration():
    flow = array([[0.0, 9, 0], [0, 0, 0], [0, 0, 0]], *OD)
    found = connectivity(flow)
    assert found.gini_total == pytest.approx(1)
    assert found.connectivity == pytest.approx(1 / 6)
    assert np.isnan(distance(flow, distances=array(np.ones((3, 3)), *OD)).decay)


@few
@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=9).filter(lambda v: min(v) < 0 < max(v)))
def test_rescaled_net_migration_adds_to_zero_and_keeps_signs(values):
    net = xr.DataArray(
        np.array(values, dtype=float), {"destination": [f"A{i}" for i in range(len(values))]}, attrs={"unit": "x"}
    )
    kept, shifted = rescale_net(net), rescale_net(net, method="shift")
    assert float(kept.sum()) == pytest.approx(0, abs=1e-9)
    assert float(shifted.sum()) == pytest.approx(0, abs=1e-9)
    assert (np.sign(kept) == np.sign(net)).all()
    assert float(np.ptp((shifted - net).values)) == pytest.approx(0, abs=1e-9)
    whole = whole_numbers(kept)
    assert float(whole.sum()) == 0
    assert float(np.abs(whole - kept).max()) < 1
    weights = net.copy(data=np.arange(1.0, net.size + 1))
    assert float((weights * rescale_net(net, weights=weights)).sum()) == pytest.approx(0, abs=1e-6)


@few
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=9).filter(lambda v: sum(v) > 1), st.integers(0, 10**7))
def test_whole_numbers_add_up_to_their_total(values, total):
    given_values = xr.DataArray(
        np.array(values), {"destination": [f"A{i}" for i in range(len(values))]}, ("destination",)
    )
    found = whole_numbers(given_values, total=total)
    assert float(found.sum()) == total
    assert (found == found.round()).all()
    assert float(np.abs(found - given_values * total / sum(values)).max()) < 1 + 1e-6
    assert whole_numbers(given_values, total=total).equals(found)


@few
@given(seeds)
def test_sums_of_flows_agree_with_each_other(seed):
    flow = array(flows(seed, 5, 2), "sex", *OD)
    pairs = sum_to_pairs(flow)
    table = flow_table(flow)
    areas = sum_by_area(table)
    np.testing.assert_allclose(areas["NET"], net_of_flows(pairs), atol=1e-9)
    assert areas["ARRIVALS"].sum() == pytest.approx(areas["DEPARTURES"].sum())
    assert areas["TURNOVER"].sum() == pytest.approx(2 * table["OBS_VALUE"].sum())
    by_sex = sum_by_area(table, by=["SEX"])
    assert by_sex["NET"].sum() == pytest.approx(0, abs=1e-9)
    assert by_sex.height == 10
    both = sum_by_pair(table)
    assert both["INTERCHANGE"].sum() == pytest.approx(2 * table["OBS_VALUE"].sum())
    assert both["NET_FLOW"].sum() == pytest.approx(0, abs=1e-9)
    region = dict(zip(CODES, ["W1", "W1", "W2", "W2", "W2"], strict=True))
    wide = add_region_totals(table, region)
    assert wide["OBS_VALUE"].sum() == pytest.approx(4 * table["OBS_VALUE"].sum())
    regional = sum_regions(pairs, region)
    for origin, destination, value in wide.filter(pl.col("ORIGIN").is_in(["W1", "W2"])).iter_rows():
        if destination in ("W1", "W2"):
            assert value == pytest.approx(float(regional.sel(origin=origin, destination=destination)))


@few
@given(seeds, st.sampled_from(["flow", "arrivals", "departures"]))
def test_lumping_loses_nobody(seed, on):
    table = flow_table(array(flows(seed), *OD))
    lumped = lump_small(table, threshold=60, on=[on])
    assert lumped["OBS_VALUE"].sum() == pytest.approx(table["OBS_VALUE"].sum())
    named = lumped.filter((pl.col("ORIGIN") != "OTHER") & (pl.col("DESTINATION") != "OTHER"))
    if on == "flow":
        assert (named["OBS_VALUE"] >= 60).all()
    assert lump_small(table, threshold=0, on=[on]).height == table.height


def test_survival_and_vital_statistics_agree_where_deaths_are_those_of_the_ratios():
    start = xr.DataArray([1000.0, 800.0], {"age": ["Y0T9", "Y_GE10"]}, ("age",), attrs={"unit": "persons"})
    ratio = xr.DataArray([0.95, 0.7], {"age": ["Y0T9", "Y_GE10"]}, ("age",))
    end = xr.DataArray([1000.0, 500.0], {"age": ["Y10T19", "Y_GE20"]}, ("age",), attrs={"unit": "persons"})
    by_age = net_by_survival(start, end, survival=ratio, years=10)
    assert float(by_age.average.sum()) == pytest.approx(float(by_age.forward.sum() + by_age.reverse.sum()) / 2)
    deaths = start.sum() - (start * ratio).sum()
    total = net_by_balance(start.sum(), end.sum(), births=xr.zeros_like(deaths), deaths=deaths)
    assert float(total) == pytest.approx(float(by_age.forward.sum()))


def test_children_follow_their_mothers():
    ages = [f"Y{start}T{start + 4}" for start in range(15, 50, 5)]
    net = xr.DataArray(np.arange(1.0, 8.0) * 10, {"age": ages}, ("age",), attrs={"unit": "persons"})
    women = xr.DataArray(np.full(7, 100.0), {"age": ages}, ("age",))
    children = xr.DataArray([300.0, 240.0], {"age": ["Y0T4", "Y5T9"]}, ("age",))
    found = net_of_children(net, children=children, women=women, mothers=[ages[:6], ages[1:]])
    # 1/4 x 300/600 x (10 + .. + 60) and 3/4 x 240/600 x (20 + .. + 70)
    assert found.values.tolist() == pytest.approx([26.25, 81.0])
    assert found["age"].values.tolist() == ["Y0T4", "Y5T9"]
