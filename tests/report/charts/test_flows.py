"""Chord diagram, map and matrix: what they show equals what they were given."""

import math
from itertools import pairwise

import altair as alt
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.concepts.areas import area_name, known_areas
from corridors.report.charts import circle, plane
from corridors.report.charts.chord import chord
from corridors.report.charts.flowmap import DISCLAIMER, SHOWN, flow_map, round_numbers
from corridors.report.charts.labels import text_width
from corridors.report.charts.matrix import flow_matrix
from corridors.report.charts.regional import regional_flows
from corridors.report.render.pictures import svg

CHARTS = {"chord": chord, "map": flow_map, "matrix": flow_matrix}
regions = st.lists(st.sampled_from([f"R{n}" for n in range(8)]), min_size=2, max_size=8, unique=True)


def draw(name: str, flow: pl.DataFrame):
    return CHARTS[name](flow, key=f"flows.{name}", source="UN", period="2015-2020")


def table(*rows) -> pl.DataFrame:
    types = {"ORIGIN": pl.String, "DESTINATION": pl.String, "OBS_VALUE": pl.Float64}
    return pl.DataFrame(rows, schema=types, orient="row")


@st.composite
def some_flows(draw):
    codes = tuple(draw(regions))
    pairs = [(a, b) for a in codes for b in codes if a != b]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True))
    flows = {pair: draw(st.floats(0.01, 1e7)) for pair in chosen}
    return tuple(code for code in codes if any(code in pair for pair in flows)), flows


@given(some_flows())
def test_a_sector_is_as_long_as_its_departures_and_arrivals(drawn):
    codes, flows = drawn
    found, angle = circle.sectors(codes, flows), circle.per_person(codes, flows)
    for code in codes:
        out = sum(value for (origin, _), value in flows.items() if origin == code)
        into = sum(value for (_, destination), value in flows.items() if destination == code)
        assert found[code].turn - found[code].start == pytest.approx(out * angle, abs=1e-9)
        assert found[code].end - found[code].turn == pytest.approx(into * angle, abs=1e-9)
    assert max(sector.end for sector in found.values()) < 2 * math.pi


@given(some_flows())
def test_ribbons_fill_their_sectors_departures_first(drawn):
    codes, flows = drawn
    ends, found, angle = circle.ribbons(codes, flows), circle.sectors(codes, flows), circle.per_person(codes, flows)
    for code in codes:
        leave = sorted(ends[pair].leave for pair in flows if pair[0] == code)
        arrive = sorted(ends[pair].arrive for pair in flows if pair[1] == code)
        for spans, start, end in (
            (leave, found[code].start, found[code].turn),
            (arrive, found[code].turn, found[code].end),
        ):
            edges = [start, *(edge for span in spans for edge in span), end]
            assert edges[::2] == pytest.approx(edges[1::2], abs=1e-9)
    for pair, value in flows.items():
        assert ends[pair].leave[1] - ends[pair].leave[0] == pytest.approx(value * angle, abs=1e-9)
        assert ends[pair].arrive[1] - ends[pair].arrive[0] == pytest.approx(value * angle, abs=1e-9)


@given(some_flows())
def test_a_ribbon_is_set_back_where_it_arrives(drawn):
    codes, flows = drawn
    for ends in circle.ribbons(codes, flows).values():
        outline = circle.ribbon_outline(ends, 150, (0.0, 0.0))
        leaves, tip = (
            circle.at(ends.leave[0], 150 - circle.RIM - circle.LEAVE, (0.0, 0.0)),
            150 - circle.RIM - circle.TIP,
        )
        assert outline[0] == pytest.approx(leaves)
        assert outline[0] == outline[-1]
        assert circle.at(sum(ends.arrive) / 2, tip, (0.0, 0.0)) in outline


coordinates = st.tuples(st.floats(0, 600), st.floats(0, 300))


@given(start=coordinates, end=coordinates, width=st.floats(1, 12))
def test_an_arc_runs_from_its_origin_to_its_destination(start, end, width):
    if math.dist(start, end) < 0.1:
        return
    drawn = plane.arc(start, end, width=width)
    assert drawn.middle[0] == pytest.approx(start)
    assert drawn.middle[-1] == pytest.approx(end)
    assert drawn.middle[-1] in drawn.outline
    assert drawn.outline[0] == drawn.outline[-1]
    assert all(math.isfinite(part) for point in drawn.outline for part in point)


def test_an_arc_needs_two_places():
    with pytest.raises(ValueError, match="an arc needs two places"):
        plane.arc((1, 1), (1, 1), width=2)


def test_the_projection_agrees_with_published_values():
    # Half the width at the equator and half the height of Equal Earth, Savric et al. (2019), for a sphere of radius 1.
    assert plane.equal_earth(191, 0)[0] == pytest.approx(-2.70663, abs=1e-5)
    assert plane.equal_earth(11, 90)[1] == pytest.approx(1.31736, abs=1e-5)
    east, west = plane.equal_earth(101, 45), plane.equal_earth(-79, 45)
    assert east == (pytest.approx(-west[0]), pytest.approx(west[1]))


def test_the_outline_lies_on_the_map_and_no_coast_jumps_across_it():
    outline = plane.world_outline()
    assert len(outline.land) > 100
    for line in [*(ring for shape in outline.land for ring in shape), *outline.borders, *outline.undetermined]:
        assert all(-1 <= x <= 606 and -1 <= y <= plane.map_height() + 1 for x, y in line)
        assert all(abs(b[0] - a[0]) < 60 for a, b in pairwise(line))


def test_every_arrow_on_the_map_points_to_the_label_point_of_its_destination(regional):
    chart = draw("map", regional)
    arrows = next(rows for rows in chart.spec["datasets"].values() if " to " in rows[0].get("words", ""))
    codes = {area_name(code): code for code in regional["DESTINATION"].unique()}
    assert len(arrows) == SHOWN
    for arrow in arrows:
        origin, destination = (
            known_areas()[codes[name]] for name in arrow["words"].partition(":")[0].split(" to ", maxsplit=1)
        )
        outline = arrow["geometry"]["coordinates"][0]
        for area, near in ((destination, 0.1), (origin, 3.0)):
            x, y = plane.on_map(area.longitude, area.latitude)
            assert min(math.dist(point, (x, y + 24)) for point in outline) <= near


def test_twins_hold_what_was_given(regional, national):
    for flow in (regional, national):
        found = regional_flows(flow)
        given_total = flow["OBS_VALUE"].sum()
        assert found.moved + found.inside == pytest.approx(given_total)
        assert sum(row[2] for row in draw("chord", flow).twin.rows) == pytest.approx(found.moved)
        cells = [value for row in draw("matrix", flow).twin.rows for value in row[1:] if value is not None]
        assert sum(cells) == pytest.approx(found.moved)
        largest = flow.drop_nulls().sort("OBS_VALUE", descending=True).head(SHOWN)["OBS_VALUE"].sum()
        assert sum(row[2] for row in draw("map", flow).twin.rows) == pytest.approx(largest)


def test_countries_are_added_up_to_their_subregions(national):
    found = regional_flows(national)
    one = national.with_columns(
        *(
            pl.col(name).replace_strict({c: a.subregion for c, a in known_areas().items()}).alias(f"{name}_R")
            for name in ("ORIGIN", "DESTINATION")
        )
    ).filter(pl.col("ORIGIN_R") == "W034", pl.col("DESTINATION_R") == "W145")
    assert found.flows["W034", "W145"] == pytest.approx(one["OBS_VALUE"].sum())
    assert "Moves inside a subregion (" in draw("chord", national).note


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("world", ["regional", "national"])
def test_words_neither_overlap_nor_leave_the_picture(name, world, request, legible):
    chart = draw(name, request.getfixturevalue(world))
    words = " ".join(one.text for one in legible(svg(chart)))
    if name != "map":
        for area in known_areas().values():
            if area.kind == "region" and area.subregion == area.code:
                assert area.name in words


@pytest.mark.parametrize("name", CHARTS)
def test_specifications_are_valid_vega_lite_and_described(name, regional):
    chart = draw(name, regional)
    alt.LayerChart.from_dict(dict(chart.spec), validate=True)
    assert chart.spec["description"] == chart.description
    origin, destination, _ = regional.drop_nulls().sort("OBS_VALUE", descending=True).row(0)
    assert f"{area_name(origin)} to {area_name(destination)}" in chart.description


@pytest.mark.parametrize("name", CHARTS)
def test_the_order_of_the_rows_does_not_change_the_picture(name, national):
    shuffled = national.sample(fraction=1.0, shuffle=True, seed=3)
    one, other = draw(name, national), draw(name, shuffled)
    assert one == other
    assert svg(one) == svg(other)


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize(
    "rows",
    [
        [("IND", "ARE", 5.0)],
        [("W034", "W145", 7.5e6), ("W145", "W034", 1.0)],
        [("MEX", "USA", 0.4), ("USA", "MEX", 0.0), ("USA", "USA", 9.0), ("CAN", "MEX", None)],
        [("NZL", "AUS", 2e5), ("AUS", "USA", 1e5)],
    ],
)
def test_few_flows_are_drawn_too(name, rows, legible):
    legible(svg(draw(name, table(*rows))), at_least=400)


@pytest.mark.parametrize("largest", [7.0, 99.0, 999.0, 9_949.0, 99_900.0, 999_000.0, 9.94e6, 99.9e6, 940e6])
def test_figures_fit_into_their_cells(largest, regional):
    factor = largest / regional["OBS_VALUE"].max()
    chart = draw("matrix", regional.with_columns(pl.col("OBS_VALUE") * factor))
    shown = [row["shown"] for rows in chart.spec["datasets"].values() for row in rows if row.get("shown")]
    assert shown
    assert max(text_width(text, 10) for text in shown) <= 20


def test_the_map_carries_the_disclaimer_and_the_chord_says_what_it_leaves_out(national):
    assert draw("map", national).note.endswith(DISCLAIMER)
    assert "White cells: zero or no figure." in draw("matrix", table(("MEX", "USA", 5.0))).note
    assert "White cells" not in draw("matrix", table(("MEX", "USA", 5.0), ("USA", "MEX", 2.0))).note
    assert "have their place on the rim but no ribbon" in draw("chord", national).note


def test_an_unknown_origin_has_a_sector_but_no_place_on_the_map():
    flow = table(("XXX", "USA", 5e6), ("MEX", "USA", 1e6))
    assert ("Other or unknown origin", "Northern America", 5e6) in draw("chord", flow).twin.rows
    assert draw("map", flow).twin.rows == (("Mexico", "United States of America", 1e6),)
    with pytest.raises(ValueError, match="no flow has both its ends on the map"):
        draw("map", table(("XXX", "USA", 5e6)))


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "there is no figure to draw"),
        ([("MEX", "USA", 0.0), ("USA", "USA", 4.0)], "there is no flow above zero between two areas to draw"),
        (
            [("MEX", "USA", 1.0), ("MEX", "USA", 2.0)],
            "MEX to USA comes more than once; choose one method, sex and TIME_PERIOD",
        ),
        ([("W001", "USA", 1.0)], "column ORIGIN holds W001, the sum of all; a chart takes the parts only"),
    ],
)
def test_what_cannot_be_drawn_is_said(name, rows, message):
    with pytest.raises(ValueError, match=message):
        draw(name, table(*rows))


@pytest.mark.parametrize("name", ["chord", "matrix"])
def test_moves_inside_one_region_are_no_flow_between_regions(name):
    with pytest.raises(ValueError, match="no flow above zero between two regions"):
        draw(name, table(("FRA", "DEU", 5.0)))


@given(most=st.floats(0.001, 1e9))
def test_the_key_of_the_map_has_round_numbers_up_to_the_largest_flow(most):
    found = round_numbers(most)
    assert most / 5 <= found[0] <= most * (1 + 1e-9)
    assert found[0] > found[1] > found[2] >= found[0] / 10.01
