import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.concepts.areas import known_areas
from corridors.report.charts.labels import spread, text_width, wrapped
from corridors.report.charts.placing import Box, leader, place_names
from corridors.report.charts.theme import FONT

places = st.lists(st.floats(-100, 400), max_size=20).map(sorted)


@given(wanted=places)
def test_spread_labels_keep_their_order_their_distance_and_their_room(wanted):
    found = spread(wanted, gap=13, low=0, high=300)
    assert len(found) == len(wanted)
    assert all(-1e-6 <= place <= 300 + 1e-6 for place in found)
    assert all(b - a >= 13 - 1e-6 for a, b in itertools.pairwise(found))


@given(wanted=places)
def test_labels_that_have_room_are_not_moved(wanted):
    wanted = [5 + index * 14 + (place % 1) for index, place in enumerate(wanted)]
    assert spread(wanted, gap=13, low=0, high=300) == pytest.approx(wanted)


def test_too_many_labels_are_refused():
    with pytest.raises(ValueError, match="no room for 30 labels 13 apart between 0 and 300"):
        spread([0.0] * 30, gap=13, low=0, high=300)


def test_widths_are_those_of_the_font_that_vl_convert_carries():
    import vl_convert

    for text in ["Australia and New Zealand", "South-eastern Asia", "Türkiye", "Côte d'Ivoire", "−12.3", "1,000,000 +"]:
        spec = {
            "data": {"values": [{}]},
            "width": 0,
            "height": 0,
            "padding": 0,
            "mark": {"type": "text", "text": text, "font": FONT, "fontSize": 100, "align": "left"},
            "config": {"view": {"stroke": None}},
        }
        drawn = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
        width = float(drawn.split('width="')[1].split('"')[0])
        assert width == pytest.approx(text_width(text, 100), rel=0.01), text


def test_wrapped_names_hold_every_word_and_keep_within_the_width():
    for area in known_areas().values():
        lines = wrapped(area.name, 11, width=120).split("\n")
        assert " ".join(lines) == " ".join(area.name.split())
        assert all(text_width(line, 11) <= 120 or " " not in line for line in lines)


@given(points=st.lists(st.tuples(st.floats(0, 200), st.floats(0, 200)), max_size=8))
def test_names_on_a_map_touch_neither_each_other_nor_the_line_of_another(points):
    points = {str(index): point for index, point in enumerate(points)}
    found = place_names(dict.fromkeys(points, "Name"), points, [], room=Box(0, 0, 200, 200), size=11)
    for one, other in itertools.permutations(found, 2):
        assert not found[one].touches(found[other])
        assert not any(map(found[other].holds, leader(points[one], found[one])))
