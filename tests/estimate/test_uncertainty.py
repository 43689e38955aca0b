"""Draws of the account: each closes, none departs without an error, and reports are held by the intervals they teach."""

import dataclasses
from importlib.resources import files

import numpy as np
import pytest
import xarray as xr
from benchmarks import draws as benchmark
from benchmarks import shocks as measured
from benchmarks.synthetic import world as sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.estimate import golden
from tests.reference import slow_draws as slow

from corridors.concepts.findings import DataError
from corridors.estimate._draws import Inputs, Unclosed, accounting_kernel, quantiles
from corridors.estimate._joining import Joining
from corridors.estimate.circulation import estimate_circulation
from corridors.estimate.error_model import NO_ERROR, ErrorModel, carried, check_bases, shocks
from corridors.estimate.flows import METHODS, estimate_flows
from corridors.estimate.predictive import learn_discrepancy, predictive
from corridors.estimate.scoring import coverage
from corridors.estimate.uncertainty import QUANTILES, _uncertain, draw_flows
from corridors.testing import world

NAMES = ("stock_start", "stock_end", "births", "deaths")
ALL = [*METHODS, "circ-closed"]


def tables(n=6, seed=1, **choices):
    made = world(n, seed, **choices)
    return {name: getattr(made, name) for name in NAMES}


def seeded(seed=1):
    return np.random.default_rng(seed)


def problem(given, error=None, weight=0.87):
    """What `draw_flows` hands to the kernels."""
    codes = [str(code) for code in given["stock_start"]["destination"].values]
    places = [str(code) for code in given["stock_start"]["birthplace"].values]
    natives = np.array([places.index(code) for code in codes])
    inputs = Inputs(*(given[name].values for name in NAMES), weight)
    letters = ["BR" if place % 2 else "C" for place in range(len(codes))]
    return _uncertain(inputs, natives, error or ErrorModel(), letters=letters, residences=codes)


def relabelled(given, values):
    return {name: given[name].copy(data=np.asarray(value)) for name, value in zip(NAMES, values, strict=True)}


# --- laws ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ALL)
def test_without_errors_every_draw_is_the_estimate(method):
    given = tables()
    found = draw_flows(**given, rng=seeded(), method=method, draws=3, error=NO_ERROR)
    estimate = (
        estimate_circulation(**given) if method == "circ-closed" else estimate_flows(**given, method=method)
    ).flow
    xr.testing.assert_equal(found.point, estimate)
    for level in QUANTILES:
        drawn = found.quantiles.flow.sel(quantile=level, drop=True)
        np.testing.assert_allclose(drawn, estimate, rtol=1e-6, atol=1e-3)
    assert found.unclosed == {}


@pytest.mark.parametrize("method", ALL)
def test_the_seed_gives_the_same_bits_with_one_worker_or_two(method):
    given = tables(12)
    once, again = (draw_flows(**given, rng=seeded(7), method=method, draws=12, workers=number) for number in (1, 2))
    xr.testing.assert_identical(once.quantiles, again.quantiles)
    xr.testing.assert_identical(once.mean, again.mean)
    other = draw_flows(**given, rng=seeded(8), method=method, draws=12)
    assert not once.mean.flow.equals(other.mean.flow)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(3, 8), method=st.sampled_from(ALL))
def test_every_draw_closes_its_own_account(seed, n, method):
    found = draw_flows(**tables(n, seed), rng=seeded(seed), method=method, draws=8)
    assert found.net_error < 0.01
    mean = found.mean
    closed = mean.arrivals - mean.departures - mean.net
    assert float(abs(closed).max()) < 1e-6 * float(mean.total)
    assert float(mean.flow.sum()) == pytest.approx(float(mean.total), rel=1e-6)
    assert float(mean.net.sum()) == pytest.approx(0, abs=1e-6 * float(mean.total))


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), method=st.sampled_from(["pb-closed", "min-closed", "min-open"]))
def test_a_draw_is_the_estimate_of_its_own_inputs_and_its_net_follows_from_them(seed, method):
    given = tables(5, seed)
    uncertain = problem(given)
    inputs = uncertain.drawn(seeded(seed))
    values = (inputs.start, inputs.end, inputs.births, inputs.deaths)
    expected = estimate_flows(**relabelled(given, values), method=method, weight=inputs.weight)
    ones = tuple(np.ones_like(table) for table in (inputs.start, inputs.end))
    kernel = accounting_kernel(METHODS[method], natives=uncertain.natives, match="after", central=ones)
    drawn = kernel(inputs)
    np.testing.assert_allclose(drawn.flow, expected.flow.fillna(0), rtol=1e-7, atol=1e-6)
    net = expected.end.sum("birthplace").values - expected.start.sum("birthplace").values
    assert drawn.net == pytest.approx(net, abs=0.01)


def test_populations_change_only_by_events_and_net_migration_that_adds_up_to_zero():
    given = tables(8)
    uncertain = problem(given)
    inputs = uncertain.drawn(seeded(3))
    start, end, births, deaths = (given[name].values for name in NAMES)
    assert inputs.start.sum(axis=0) == pytest.approx(start.sum(axis=0), rel=1e-12)
    natural = (inputs.births - births) - (inputs.deaths - deaths)
    net = inputs.end.sum(axis=0) - end.sum(axis=0) - natural
    assert abs(net).max() > 100
    assert net.sum() == pytest.approx(0, abs=1e-3)


def test_wider_errors_make_wider_intervals():
    given = tables(12)
    widths = []
    for factor in (0.3, 1.0, 2.0):
        found = draw_flows(**given, rng=seeded(), draws=60, error=ErrorModel().times(factor))
        lower, upper = found.interval(0.8)
        low, high = found.interval(0.8, "net")
        widths.append((float((upper - lower).sum()), float((high - low).sum())))
    assert widths[0] < widths[1] < widths[2]
    for kind in ("stocks", "events", "net", "weight"):
        one = dataclasses.replace(NO_ERROR, **{kind: 0.05})
        lower, upper = draw_flows(**given, rng=seeded(), draws=20, error=one).interval(0.5)
        assert float((upper - lower).sum()) > 0


def test_errors_of_stocks_look_like_moves():
    found = draw_flows(**tables(12), rng=seeded(), draws=40, method="min-closed")
    assert found.excess > 0
    assert found.excess == pytest.approx(float(found.mean.total - found.point.sum()))
    assert f"errors add {found.excess:,.0f} on average." in found.describe()


def test_the_order_of_areas_changes_nothing():
    given = tables(7)
    turned = {name: array.isel({dim: [3, 0, 6, 1, 5, 2, 4] for dim in array.dims}) for name, array in given.items()}
    once, again = (draw_flows(**one, rng=seeded(), draws=10) for one in (given, turned))
    assert again.point["origin"].values.tolist() == turned["births"]["destination"].values.tolist()
    xr.testing.assert_equal(once.quantiles, again.quantiles.reindex_like(once.quantiles))
    np.testing.assert_allclose(once.point, again.point.reindex_like(once.point), rtol=1e-9)


def test_new_names_change_nothing_but_the_names():
    given = tables(5)
    # Codes of no known area, in the same order as before.
    renamed = {
        name: array.assign_coords({dim: [f"Q{code}" for code in array[dim].values] for dim in array.dims})
        for name, array in given.items()
    }
    once, again = (draw_flows(**one, rng=seeded(), draws=5) for one in (given, renamed))
    np.testing.assert_array_equal(once.quantiles.flow.values, again.quantiles.flow.values)


def test_errors_at_both_dates_of_a_cell_are_strongly_correlated():
    uncertain = problem(sparse(40, seed=1))
    pairs = [uncertain.stock.drawn(seeded(number)) for number in range(30)]
    start, end = (np.concatenate([pair[date] for pair in pairs]) for date in (0, 1))
    assert 0.6 < np.corrcoef(start, end)[0, 1] < 0.95


# --- twins --------------------------------------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), factor=st.sampled_from([0.0, 1.0, 3.0]))
def test_inputs_are_drawn_as_cell_by_cell(seed, factor):
    uncertain = problem(tables(4, seed), ErrorModel().times(factor))
    fast = uncertain.drawn(seeded(seed))
    expected = slow.inputs(uncertain, seeded(seed))
    for found, wanted in zip((fast.start, fast.end, fast.births, fast.deaths, fast.weight), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-4)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), draws=st.integers(1, 40))
def test_quantiles_are_those_of_sorted_draws(seed, draws):
    values = seeded(seed).random((draws, 3, 2))
    found = quantiles(values, QUANTILES)
    for number, level in enumerate(QUANTILES):
        for place in np.ndindex(3, 2):
            assert found[(number, *place)] == pytest.approx(slow.quantile(values[(slice(None), *place)], level))


def test_draws_follow_the_measured_quantiles():
    one = shocks("births", ["W150"] * 40_000)
    drawn = one.drawn(seeded())
    found = np.quantile(abs(drawn), [0.5, 0.8, 0.9, 0.95])
    assert found == pytest.approx(one.knots[0, 1:5], rel=0.05)
    assert abs((drawn > 0).mean() - 0.5) < 0.01
    assert abs(drawn).max() == pytest.approx(one.knots[0, 5])


# --- the error model ----------------------------------------------------------------------------------------------------


def test_what_was_carried_forward_is_known_by_equal_growth():
    start = np.full((10, 2), 1_000.0)
    end = np.column_stack([start[:, 0] * 1.1, start[:, 1] * np.linspace(0.8, 1.5, 10)])
    assert carried(start, end, natives=np.array([0, 1])).tolist() == [True, False]


def test_refugees_citizenship_and_small_cells_are_less_sure():
    level = {one: shocks("column-level", [one]).knots[0, 2] for one in ("B", "BR", "C", "all")}
    assert level["B"] < level["all"] < level["BR"]
    assert level["B"] < level["C"]
    assert shocks("column-level", ["BR"]).knots[0, 2] == shocks("column-level", ["BR", "?"]).knots[0, 2]
    assert shocks("column-level", ["?"]).knots.tolist() == shocks("column-level", ["all"]).knots.tolist()
    small, large = (shocks("cell-change", [size]).knots[0, 2] for size in ("1e1", "1e6"))
    assert small > large


def test_constants_of_the_package_are_those_measured(shared_data):
    packed = files("corridors.estimate").joinpath("shocks.csv").read_text(encoding="utf-8")
    assert measured.table(shared_data).write_csv() == packed


# --- faults -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"method": "mig-rate"}, "no draws of 'mig-rate'; methods with an account are min-closed, min-open"),
        ({"draws": 0}, "draws is 0; it is one or more"),
        ({"workers": 0}, "workers is 0; it is one or more"),
        ({"memory": 0.0001}, r"2 draws of 6 areas take 0 MB and memory is 0; ask for 0 draws or fewer"),
        ({"basis": {"P001": "BX"}}, r"no basis 'BX' \(of P001\); letters are B, C, R, I"),
        ({"weight": 0.999}, "a weight of 0.999 cannot have the standard deviation 0.04; it is below 0.032"),
        ({"weight": 1.5}, "weight is 1.5"),
    ],
)
def test_choices_that_cannot_be_are_refused(choices, message):
    with pytest.raises(ValueError, match=message):
        draw_flows(**{**tables(), "rng": seeded(), "draws": 2, **choices})


def test_errors_below_zero_and_unknown_shocks_are_refused():
    with pytest.raises(ValueError, match="net is -1; it is a multiple or a spread, zero or more"):
        ErrorModel(net=-1)
    with pytest.raises(ValueError, match="no shocks of 'tea'; there are column-change"):
        shocks("tea", ["all"])
    check_bases({"AAA": "B R"})


def test_unknown_levels_and_variables_are_refused():
    found = draw_flows(**tables(), rng=seeded(), draws=2)
    with pytest.raises(ValueError, match=r"no interval of 0.7; there are 0.5, 0.8, 0.95"):
        found.interval(0.7)
    with pytest.raises(ValueError, match="no variable 'stock'; there are flow, arrivals, departures, net, total"):
        found.interval(0.8, "stock")


def islands(pairs=6):
    """Pairs of areas that exchange people only with each other: their net migration is zero, and errors say it is not."""
    n = 2 * pairs
    places = [f"P{number:02}" for number in range(n)]
    cells = np.diag(np.linspace(6_000.0, 9_000.0, n))
    for one in range(0, n, 2):
        cells[one, one + 1] = cells[one + 1, one] = 500
    none = golden.events(np.zeros(n), places)
    stock = golden.stock(cells, places, places)
    return {"stock_start": stock, "stock_end": stock.copy(), "births": none, "deaths": none}


def test_draws_that_never_close_are_a_finding_that_says_why():
    with pytest.raises(DataError) as raised:
        draw_flows(**islands(), rng=seeded(), draws=2)
    (finding,) = raised.value.findings
    assert finding.code == "draws-unclosed"
    assert finding.fact == "one draw had no account at any try: no closed account was found (25 times)"
    assert "take smaller errors" in finding.mend


def test_an_infeasible_account_is_refused_before_any_draw():
    with pytest.raises(DataError, match="account-infeasible"):
        draw_flows(**tables(5, case="infeasible"), rng=seeded(), draws=2)


def test_isolated_areas_keep_their_net_migration():
    found = draw_flows(**tables(5, case="isolated"), rng=seeded(), draws=5)
    assert float(abs(found.quantiles.net.isel(destination=-1)).max()) < 1e-6


def test_an_account_that_fails_at_some_draws_is_drawn_again_and_counted(monkeypatch):
    taken = Joining.moves
    calls = iter(range(1_000))

    def every_third(self, *args, **choices):
        if next(calls) % 3 == 2:
            raise Unclosed("a third of the draws")
        return taken(self, *args, **choices)

    monkeypatch.setattr(Joining, "moves", every_third)
    found = draw_flows(**tables(), rng=seeded(), draws=7)
    assert found.unclosed == {"a third of the draws": 3}
    assert "7 draws; 3 had no account and were made again" in found.describe()


# --- reports ------------------------------------------------------------------------------------------------------------


def reports(n=30, seed=4):
    """True flows of a world as areas report them, each by its own definition."""
    made = world(n, seed, noise=0.05)
    rng = seeded(seed)
    factor = np.exp(rng.normal(-0.3, 0.4, n) + rng.normal(0, 0.6, (n, n)))
    given = {name: getattr(made, name) for name in NAMES}
    return draw_flows(**given, rng=rng, draws=60), (made.flow * factor).assign_attrs(unit="persons")


def test_intervals_for_reports_hold_those_of_areas_held_out():
    draws, observed = reports()
    for level, least, most in ((0.5, 0.4, 0.6), (0.8, 0.72, 0.88), (0.95, 0.89, 1.0)):
        lower, upper = benchmark.held_out(draws, observed, level=level, reporter="destination")
        assert least <= coverage(lower, upper, observed) <= most
        assert bool((lower <= upper).all())


def test_a_discrepancy_says_from_how_much_it_was_learned():
    draws, observed = reports(12)
    found = learn_discrepancy(draws, observed, classes=2)
    assert (found.reporters, found.cells, found.edges.size, found.lower.size) == (12, 132, 1, 2)
    lower, upper = predictive(draws, found)
    assert np.isnan(np.diag(lower.values)).all()
    assert (lower.fillna(0) >= 0).all()
    assert lower.attrs["unit"] == upper.attrs["unit"] == "persons"


def test_too_few_reporters_and_no_class_are_refused():
    draws, observed = reports(6)
    one = observed.where(observed["destination"] == "P001").assign_attrs(unit="persons")
    with pytest.raises(ValueError, match="fewer than two areas reported"):
        learn_discrepancy(draws, one)
    with pytest.raises(ValueError, match="classes is 0"):
        learn_discrepancy(draws, observed, classes=0)


@pytest.mark.heavy
@pytest.mark.parametrize("method", ["pb-closed", "min-closed"])
def test_four_fifths_of_reported_flows_lie_in_intervals_learned_from_other_areas(shared_data, method):
    periods = ("2000-2005", "2005-2010", "2010-2015")
    found = dict(benchmark.drawn(shared_data, method=method, draws=100, periods=periods))
    codes = {period: [str(code) for code in one.point["origin"].values] for period, one in found.items()}
    for name, period, reporter, observed in benchmark.reported(shared_data, codes):
        lower, upper = benchmark.held_out(found[period], observed, level=0.8, reporter=reporter)
        assert 0.75 <= coverage(lower, upper, observed) <= 0.85, (name, period)
        assert found[period].net_error < 0.01
