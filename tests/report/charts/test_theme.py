import itertools

import altair as alt
import numpy as np
import pytest

from corridors.concepts.areas import known_areas, members
from corridors.report.charts.matrix import _SHADES
from corridors.report.charts.theme import CONTRAST, MAIN, MAJOR_AREAS, UNPLACED, area_color, finished, place_in_order

# Machado, Oliveira and Fernandes (2009), https://doi.org/10.1109/TVCG.2009.113, severity 1.
SEEN = {
    "all colours": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(color: str, seen="all colours") -> np.ndarray:
    parts = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(np.array(SEEN[seen]) @ linear, 0, 1) / np.array([0.9505, 1, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("seen", SEEN)
def test_major_areas_stay_apart_for_readers_who_see_fewer_hues(seen):
    for one, other in itertools.combinations(MAJOR_AREAS, 2):
        assert np.linalg.norm(lab(area_color(one), seen) - lab(area_color(other), seen)) > 15, (one, other)


def test_major_areas_gains_and_shades_stay_apart_in_grey_print():
    lightness = sorted(lab(area_color(code))[0] for code in MAJOR_AREAS)
    assert min(b - a for a, b in itertools.pairwise(lightness)) > 8
    shades = [lab(color)[0] for color in _SHADES]
    assert min(a - b for a, b in itertools.pairwise(shades)) > 8
    assert abs(lab(MAIN)[0] - lab(CONTRAST)[0]) > 25


def test_neighbours_on_the_circle_differ_in_lightness():
    order = [code for subregions in MAJOR_AREAS.values() for code in subregions]
    for one, other in itertools.pairwise([*order, order[0]]):
        assert abs(lab(area_color(one))[0] - lab(area_color(other))[0]) > 6, (one, other)


def test_every_subregion_has_its_place_and_its_own_colour():
    subregions = {area.subregion for area in known_areas().values() if area.subregion}
    assert {code for codes in MAJOR_AREAS.values() for code in codes} == subregions
    assert len({area_color(code) for code in subregions}) == len(subregions)
    for major, codes in MAJOR_AREAS.items():
        assert {known_areas()[code].subregion for code in members(major)} == set(codes)


def test_areas_without_a_region_stand_last_in_grey():
    assert sorted(["XXX", "FJI", "W061", "USA"], key=place_in_order) == ["USA", "FJI", "W061", "XXX"]
    assert area_color("XXX") == UNPLACED


def test_a_theme_that_the_caller_chose_does_not_enter():
    chart = alt.Chart(alt.InlineData(values=[{"a": 1}])).mark_bar(aria=False).encode(x="a:Q")
    plain = finished(chart, description="One bar.")
    with alt.theme.enable("dark"):
        assert finished(chart, description="One bar.") == plain
