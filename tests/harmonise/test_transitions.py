"""Transitions over one length of time from those over another, and from events."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.optimize import brentq

from corridors.concepts.findings import DataError
from corridors.harmonise.transitions import Movers, convert_transitions, rescale_transitions, transitions_from_events


def shares(cells):
    codes = [f"P{number}" for number in range(len(cells))]
    coords = {"origin": codes, "destination": codes}
    return xr.DataArray(np.array(cells, dtype=float), coords, ("origin", "destination"), attrs={"unit": "share"})


@st.composite
def rates(draw, *, alike=False):
    """Rates of moving between a few areas, per person and year."""
    n = draw(st.integers(2, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    found = rng.uniform(0, 0.05, size=(n, n))
    np.fill_diagonal(found, 0.0)
    return found - np.diag(found.sum(axis=1))


def over(rate, years, movers):
    """The mixture written out, by matrix exponentials."""
    return movers.share * expm(movers.speed * years * rate) + (1 - movers.share) * expm(years * rate)


mixtures = st.builds(Movers, share=st.floats(0, 0.5), speed=st.floats(0, 10))


@settings(max_examples=60, deadline=None)
@given(rate=rates(), movers=mixtures, years=st.sampled_from([(1, 5), (5, 1), (5, 4), (1, 2)]))
def test_constant_rates_are_found_from_any_period(rate, movers, years):
    found = convert_transitions(
        shares(over(rate, years[0], movers)), of_years=years[0], to_years=years[1], movers=movers
    )
    assert found.values == pytest.approx(over(rate, years[1], movers), abs=1e-6)
    assert found.sum("destination").values == pytest.approx(1)


@settings(max_examples=20, deadline=None)
@given(rate=rates())
def test_without_memory_five_years_are_the_fifth_power(rate):
    year = expm(rate)
    found = convert_transitions(shares(year), of_years=1, to_years=5)
    assert found.values == pytest.approx(np.linalg.matrix_power(year, 5), abs=1e-10)


#: Areas in a row that only send on, with like shares: the eigenvectors of the tables are too few.
CASCADES = (
    [[0.9, 0.1, 0], [0, 0.9, 0.1], [0, 0, 1]],
    [[0.9, 0.1, 0, 0], [0, 0.9, 0.1, 0], [0, 0, 0.9, 0.1], [0, 0, 0, 1]],
)


@pytest.mark.parametrize("cells", CASCADES)
def test_a_table_without_all_eigenvectors_has_its_powers_too(cells):
    table = shares(cells)
    for years in (1, 5):
        same = convert_transitions(table, of_years=years, to_years=years)
        np.testing.assert_allclose(same.values, cells, atol=1e-12)
    five = convert_transitions(table, of_years=1, to_years=5).values
    np.testing.assert_allclose(five, np.linalg.matrix_power(np.array(cells), 5), atol=1e-12)
    # Half a year more: no whole power, so that it goes by the logarithm of the matrix.
    longer = convert_transitions(table, of_years=2, to_years=5)
    back = convert_transitions(longer, of_years=5, to_years=10)
    np.testing.assert_allclose(back.values, np.linalg.matrix_power(np.array(cells), 5), atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(rate=rates(), movers=mixtures, years=st.floats(0.5, 10))
def test_a_period_of_the_same_length_changes_nothing(rate, movers, years):
    table = shares(over(rate, years, movers))
    same = convert_transitions(table, of_years=years, to_years=years, movers=movers)
    np.testing.assert_allclose(same.values, table.values, atol=1e-9)


def test_a_mixture_of_a_table_without_all_eigenvectors_is_refused_with_its_areas():
    with pytest.raises(
        DataError, match="its rates of leaving coincide, and it cannot be taken apart into them"
    ) as caught:
        convert_transitions(shares(CASCADES[0]), of_years=1, to_years=5, movers=Movers(share=0.1, speed=8))
    assert [(one.code, one.areas) for one in caught.value.findings] == [("transitions-impossible", ("P0", "P1", "P2"))]
    # A table that empties an area at once has no logarithm.
    with pytest.raises(DataError, match=r"\[transitions-impossible\]"):
        convert_transitions(shares([[0, 1, 0], [0, 0, 1], [0, 0, 1]]), of_years=2, to_years=1)


def test_frequent_movers_make_five_years_less_than_five_times_one():
    year = shares([[0.95, 0.05], [0.03, 0.97]])
    moved = [
        float(convert_transitions(year, of_years=1, to_years=5, movers=Movers(share=share, speed=20)).values[0, 1])
        for share in (0, 0.05, 0.1)
    ]
    assert 5 * 0.05 > moved[0] > moved[1] > moved[2] > 0.05


def test_one_and_five_years_of_the_united_states():
    # 19.2 per cent moved in one year and 47.0 in five, not 96 (Courgeau and Lelievre 2004, Population 59(5), page 703, from
    # Long and Boertlein 1976). With stayers, moves in place of places: those who move once are gone.
    def five(stayers):
        yearly = 0.192 / (1 - stayers)
        return (1 - stayers) * (1 - (1 - yearly) ** 5)

    assert five(0.0) == pytest.approx(0.656, abs=0.001)
    stayers = brentq(lambda share: five(share) - 0.470, 0, 0.8)
    year = shares([[1 - 0.192, 0.192], [0.0, 1.0]])
    # The areas are "before the move" and "after it": a table that only fills up.
    found = convert_transitions(year, of_years=1, to_years=5)
    assert float(found.values[0, 1]) == pytest.approx(five(0.0))
    away = brentq(
        lambda again: rescale_transitions(0.192, of_years=1, to_years=5, again=again, rate_again=1.0) - 0.47, 0, 1
    )
    assert 0 < stayers < 0.8
    assert 0.5 < away < 1


@given(years=st.floats(0.1, 20), again=st.floats(0, 1), rate=st.floats(0, 3))
def test_transitions_are_fewer_than_events_and_as_many_where_nobody_comes_back(years, again, rate):
    found = transitions_from_events(0.1, years=years, again=again, rate_again=rate)
    assert 0 < found <= 0.1 * years * (1 + 1e-12)
    assert transitions_from_events(0.1, years=years, again=0.0, rate_again=rate) == pytest.approx(0.1 * years)
    there = rescale_transitions(1000.0, of_years=years, to_years=5, again=again, rate_again=rate)
    assert rescale_transitions(there, of_years=5, to_years=years, again=again, rate_again=rate) == pytest.approx(1000.0)


def test_returns_are_what_a_simulation_of_them_gives():
    rng = np.random.default_rng(2)
    moved, back = rng.uniform(0, 5, size=400_000), rng.exponential(1 / 0.3, size=400_000)
    gone = (rng.random(400_000) >= 0.4) | (moved + back > 5)
    expected = transitions_from_events(1.0, years=5, again=0.4, rate_again=0.3) / 5
    assert gone.mean() == pytest.approx(expected, abs=0.003)


def test_a_table_without_constant_rates_is_refused():
    # Everyone goes round in five years: over one year, no probabilities do that.
    with pytest.raises(
        DataError, match=r"transitions from P0 to P\d: over the other period .* \[transitions-impossible\]"
    ):
        convert_transitions(shares([[0.1, 0.9, 0.0], [0.0, 0.1, 0.9], [0.9, 0.0, 0.1]]), of_years=5, to_years=1)
    with pytest.raises(DataError, match="no constant rates lead to it"):
        convert_transitions(shares([[0.1, 0.9], [0.9, 0.1]]), of_years=5, to_years=1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Movers(share=1.0), r"share is 1.0 \(from 0 to less than 1\)"),
        (lambda: convert_transitions(shares([[0.5, 0.4], [0, 1]]), of_years=1, to_years=5), "does not sum to one"),
        (lambda: convert_transitions(shares([[1, 0], [0, 1]]), of_years=0, to_years=5), "lengths are above zero"),
        (
            lambda: convert_transitions(
                shares([[1, 0], [0, 1]]).assign_coords(origin=["B", "A"]), of_years=1, to_years=5
            ),
            "the same areas, in the same order",
        ),
        (lambda: transitions_from_events(0.1, years=5, again=2, rate_again=0.1), "again is 2"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()
