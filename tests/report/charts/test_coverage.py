"""What is known, as a heat map with its table."""

import json
from itertools import pairwise

import polars as pl
import pytest

from corridors.report.charts.coverage import coverage_map
from corridors.report.render.pictures import svg

WORDS = {"key": "coverage.all", "title": "What is known", "source": "Corridors", "what": "measure"}


def known(years=range(1990, 2025), rows=("Migrant stock", "Population")):
    cells = [(row, year, 0.1 * (number + 1) * (1 + year % 5)) for number, row in enumerate(rows) for year in years]
    return pl.DataFrame(cells, schema=["ROW", "YEAR", "SHARE"], orient="row").with_columns(pl.col("SHARE").clip(0, 1))


def test_the_table_behind_it_holds_every_share():
    chart = coverage_map(known(), **WORDS)
    assert [column.head for column in chart.twin.columns][:3] == ["Measure", "1990", "1991"]
    assert chart.twin.rows[0][:3] == ("Migrant stock", pytest.approx(10), pytest.approx(20))


@pytest.mark.parametrize("years", [range(2020, 2021), range(1990, 2025, 5), range(1950, 2101)])
def test_year_labels_never_touch(years):
    drawn = svg(coverage_map(known(years), **WORDS)).decode()
    from xml.etree import ElementTree as ET

    root = ET.fromstring(drawn)
    places = sorted(
        float(text.get("transform").split("(")[1].split(",")[0])
        for text in root.iter("{http://www.w3.org/2000/svg}text")
        if (text.text or "").isdigit() and text.get("transform")
    )
    assert places
    assert all(after - before >= 26 for before, after in pairwise(places))


def test_gaps_between_years_stay_white():
    chart = coverage_map(known([1990, 2000]), **WORDS)
    assert "1995" not in [column.head for column in chart.twin.columns]
    assert json.dumps(chart.spec).count('"year": 1990') == 2
    assert '"year": 1995' not in json.dumps(chart.spec)


def test_nothing_and_doubled_rows_are_refused():
    with pytest.raises(ValueError, match="nothing to draw"):
        coverage_map(known().clear(), **WORDS)
    with pytest.raises(ValueError, match="come twice"):
        coverage_map(pl.concat([known(), known()]), **WORDS)
