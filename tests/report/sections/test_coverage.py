"""What is known as a part of the report: bound sentences, heat maps, the table of gaps, the annex, and their size."""

import csv
import io
from dataclasses import replace

import polars as pl
import pytest

from corridors.collect.coverage import AREA_OF, coverage
from corridors.collect.quality import Stored
from corridors.concepts.areas import known_areas
from corridors.concepts.codelists import codelist
from corridors.concepts.findings import Finding
from corridors.report.compose import MOST_WORDS, compose
from corridors.report.document import Paragraph
from corridors.report.render.pictures import png
from corridors.report.sections import quality
from corridors.report.sections.coverage import MOST_GAPS, MOST_MEASURES, MOST_ROWS, build
from corridors.report.world import Check, Known

COUNTRIES = tuple(code for code, area in known_areas().items() if area.kind == "country")


def values(content):
    return {figure.key: figure.value for figure in content.figures}


def annex(document):
    return next(chapter for chapter in document.annexes if chapter.title == quality.TITLE)


def tables(document):
    return {table.key: table for table in document.tables()}


def test_what_is_known_is_counted_for_what_is_used_and_for_what_lies_beside(small_world):
    found = values(build(small_world))
    # Six areas: stock at three dates, population at four, net migration over the fourteen years of its periods.
    assert (found["limits.could"], found["limits.known"], found["limits.unsaid"]) == (126, 126, 0)
    assert (found["limits.known_measures"], found["limits.known_areas"]) == (3, 6)
    assert found["limits.beside_measures"] == 1
    assert found["limits.beside_share"] == pytest.approx(100 * 2 / 12)


def test_every_figure_of_the_part_knows_its_vintages(small_world):
    for figure in build(small_world).figures:
        assert figure.vintages
        assert figure.query


def test_the_part_stands_in_the_chapter_on_limits_with_its_pictures(small_world):
    document = compose(small_world)
    (chapter,) = [one for one in document.chapters if one.title == "What the data cannot say"]
    text = " ".join(block.text for block in chapter.blocks if isinstance(block, Paragraph))
    assert "126 combinations of an area, a year and a measure could have a figure, and 126 have one" in text
    assert "two tables were looked through" in text
    told = (
        "There were four findings, most of them (four) by the check called falling world total, while one check found"
    )
    assert told in text
    assert {"limits.coverage", "limits.coverage_regions"} <= {chart.key for chart in document.charts()}
    assert all(png(chart, scale=1.0) for chart in build(small_world).charts)


def test_areas_without_a_figure_are_named_with_what_they_lack(small_world):
    (table,) = build(small_world).tables
    assert [row[:3] for row in table.rows] == [("Refugees", "no", 4)]
    assert table.rows[0][3] == "All of the Americas (2); Southern Asia; Western Europe"


def test_the_annex_lists_measures_by_status_and_checks_that_found_nothing(small_world):
    document = compose(small_world)
    found = tables(document)
    rows = {row[0]: row for row in found["quality.measures"].rows}
    assert rows["Refugees"][1:] == ("no", "2015-2016", 2, 6, 12, 2, 1, 1, 1, 8)
    assert [row[0] for row in found["quality.checks"].rows] == ["Falling world total", "Heaped digits"]
    assert [row[2:] for row in found["quality.checks"].rows] == [(1, 4), (2, 0)]
    assert found["quality.checks"].rows[1][1] == "All tables"
    gravest = found["quality.gravest"].rows
    assert len(gravest) == quality.MOST_TOLD
    assert gravest[0] == ("Falling world total", "test, STOCK, 0", "the world total falls from 2 to 1")


def test_the_files_beside_the_report_hold_every_area_and_every_finding(small_world):
    written = compose(small_world).files
    rows = pl.read_csv(io.BytesIO(written[quality.COVERAGE_FILE]))
    assert rows.height == small_world.known.used.height + small_world.known.beside.height
    assert {"AREA", "YEAR", "DATAFLOW", "MEASURE", "OBS_STATUS", "USED"} <= set(rows.columns)
    findings = list(csv.DictReader(io.StringIO(written[quality.FINDINGS_FILE].decode())))
    assert len(findings) == 4
    assert findings[0]["mend"] == "look again"


def test_a_world_that_was_not_looked_at_has_no_such_part(make_world):
    document = compose(make_world(known=None, checks=()))
    assert quality.TITLE not in [annex.title for annex in document.annexes]
    assert [annex.label for annex in document.annexes] == ["Annex I", "Annex II", "Annex III"]
    assert "limits.coverage" not in [chart.key for chart in document.charts()]
    assert document.files == {}


def everything():
    """Coverage of a store that holds every measure of the list, for half of all countries over thirty years."""
    some = COUNTRIES[::2]
    years = [str(year) for year in range(1990, 2020)]
    parts = []
    for number, measure in enumerate(codelist("MEASURE")):
        rows = pl.DataFrame({"AREA": some[number % 7 :], "MEASURE": measure, "OBS_STATUS": "A"})
        table = rows.join(pl.DataFrame({"TIME_PERIOD": years}), how="cross")
        parts.append(Stored("INDICATOR", f"product-{number}", table))
    for name in ("FLOW_OBSERVED", "ENCOUNTER", "DISPLACED", "TRAFFICKING"):
        table = pl.DataFrame({AREA_OF[name]: some, "TIME_PERIOD": "2010", "OBS_STATUS": "Q"})
        parts.append(Stored(name, name, table))
    return coverage(parts, areas=COUNTRIES)


def test_a_full_store_stays_readable_on_paper(make_world, small_world):
    used = coverage(
        [Stored("POPULATION", "test", pl.DataFrame({"AREA": COUNTRIES, "TIME_PERIOD": "1990", "OBS_STATUS": "A"}))]
    )
    known = Known(used, everything(), COUNTRIES)
    long = (
        "the countries add up to 123,456,789, the world row says 132,456,789 at 2020-07-01 of all ages and both sexes"
    )
    findings = tuple(
        Finding("quality-aggregates", f"product {n}, STOCK, ORIGIN FRA", long, "look") for n in range(5_000)
    )
    checks = tuple(Check(f"check_{n}", ("test/STOCK",), findings) for n in range(16))
    beside = tuple(
        replace(small_world.origins["STOCK"][0], vintage=f"source-table-{n}-0123456789ab") for n in range(90)
    )
    origins = {**small_world.origins, "BESIDE": beside}
    document = compose(make_world(known=known, checks=checks, origins=origins))
    assert document.words() <= MOST_WORDS
    found = tables(document)
    assert len(found["quality.measures"].rows) == MOST_MEASURES
    assert "more measures are only there" in found["quality.measures"].note
    assert len(found["limits.gaps"].rows) <= MOST_GAPS
    (picture,) = [chart for chart in document.charts() if chart.key == "limits.coverage"]
    assert len(picture.twin.rows) <= MOST_ROWS
    assert len(found["provenance.looked_at"].rows) == 90
    ranges = {row[0]: row[3] for row in found["provenance.figures"].rows}
    assert ranges["limits.beside_share"].count("V") == 2


def test_unconfirmed_licences_are_marked_and_explained_once(make_world, small_world):
    terms = {
        "CC BY 4.0 (not confirmed)": "CC BY 4.0*",
        "Etalab 2.0, not confirmed; public domain, not confirmed; MIT": "Etalab 2.0*; public domain*; MIT",
        "CC BY 4.0 (not confirmed; reuse with credit)": "CC BY 4.0* (reuse with credit)",
        "CC BY 3.0 IGO": "CC BY 3.0 IGO",
    }
    stock = small_world.origins["STOCK"][0]
    many = tuple(replace(stock, vintage=f"v{n}", citation=f"Office {n}", licence=text) for n, text in enumerate(terms))
    document = compose(make_world(origins={**small_world.origins, "STOCK": many}))
    table = tables(document)["provenance.citations"]
    printed = {row[0]: row[1] for row in table.rows}
    assert [printed[f"Office {n}"] for n in range(4)] == list(terms.values())
    assert table.note.count("*") == 1
    assert "has not been seen" in table.note
    assert tables(compose(small_world))["provenance.citations"].note == ""
