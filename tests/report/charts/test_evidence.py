"""The evidence-gap map."""

import json

import polars as pl
import pytest
import vl_convert

from corridors.report.charts.evidence import evidence_map

OBJECTIVES = {3: "Information", 5: "Pathways"}


def chart(rows):
    schema = {"OBJECTIVE": pl.Int64, "AREA": pl.String, "GRADE": pl.Int64, "PRACTICES": pl.Int64}
    found = pl.DataFrame(rows, schema=schema, orient="row")
    return evidence_map(found, objectives=OBJECTIVES, key="practices.map", title="Evidence", source="test")


def drawn(made, layer):
    return made.spec["datasets"][made.spec["layer"][layer]["data"]["name"]]


def test_bubbles_twin_and_words_tell_the_same():
    made = chart([(5, "W009", 3, 1), (5, "W009", 4, 2), (5, "W009", None, 7)])
    assert made.twin.rows == (("5. Pathways", "Oceania", 3, 3, 4),)
    assert "objectives without any: 1" in made.description
    bubbles = drawn(made, 1)
    assert [(one["band"][0], one["practices"]) for one in bubbles] == [("3", 1), ("4", 2)]


def test_a_gap_is_drawn_as_an_empty_row():
    rows = {one["row"] for one in drawn(chart([(5, "W009", 3, 1)]), 0)}
    assert rows == {"3. Information", "5. Pathways"}


def test_the_picture_is_as_wide_as_the_column():
    picture = vl_convert.vegalite_to_svg(json.dumps(chart([(5, "W009", 3, 1)]).spec))
    assert 560 < float(picture.split('width="')[1].split('"')[0]) <= 620


def test_nothing_graded_is_nothing_to_draw():
    with pytest.raises(ValueError, match="no practice has a grade"):
        chart([(5, "W009", None, 7)])
