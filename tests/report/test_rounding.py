"""A figure is rounded once and written one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.report.numerals import roman
from corridors.report.rounding import in_cell, in_prose


@pytest.mark.parametrize(
    ("value", "rounding", "cell", "prose"),
    [
        (304_021_813, "million:1", "304.0", "304.0 million"),
        (-1_234_567, "million:1", "−1.2", "−1.2 million"),
        (-3, "million:1", "0.0", "0.0 million"),
        (1_234, "thousand:0", "1", "1 thousand"),
        (3.74, "percent:1", "3.7", "3.7 per cent"),
        (2.0, "ratio:1", "2.0", "2.0"),
        (7, "integer", "7", "seven"),
        (10, "integer", "10", "10"),
        (1_234.5, "integer", "1,234", "1,234"),
        (201.2, "integer:up", "202", "202"),
        (8.1, "integer:up", "9", "nine"),
        (9.5, "integer:up", "10", "10"),
        (2024, "year", "2024", "2024"),
        ("2024-12-31", "day", "31 December 2024", "31 December 2024"),
        ("Asia", "text", "Asia", "Asia"),
    ],
)
def test_each_rounding_has_one_form_in_a_cell_and_one_in_prose(value, rounding, cell, prose):
    assert in_cell(value, rounding) == cell
    assert in_prose(value, rounding) == prose


@given(st.floats(-1e12, 1e12), st.sampled_from(["million:1", "thousand:0", "ratio:3"]))
def test_a_printed_figure_is_within_half_its_last_digit(value, rounding):
    word, _, decimals = rounding.partition(":")
    scale = {"million": 1e6, "thousand": 1e3, "ratio": 1.0}[word]
    printed = float(in_cell(value, rounding).replace(",", "").replace("−", "-")) * scale
    assert abs(printed - value) <= 0.5 * scale * 10 ** -int(decimals) * (1 + 1e-9) + 1e-9 * abs(value)


def test_a_blank_figure_is_two_dots_in_a_cell_and_refused_in_prose():
    assert in_cell(None, "million:1") == ".."
    with pytest.raises(ValueError, match="a blank figure cannot stand in a sentence"):
        in_prose(None, "million:1")


def test_an_unknown_rounding_lists_those_there_are():
    with pytest.raises(ValueError, match="no rounding 'billions'; there are text, day, year, integer"):
        in_cell(1.0, "billions")


def test_roman_numerals_end_where_they_say():
    assert roman(39) == "XXXIX"
    with pytest.raises(ValueError, match="no Roman numeral here for 40"):
        roman(40)
