"""The report as a value: bound figures, numbered parts, footnotes, and what stops a build."""

import re

import polars as pl
import pytest

from corridors.concepts.findings import DataError
from corridors.report import compose as composing
from corridors.report.binding import FIGURE, NOTE, marked, section_text, typed_figures, unknown_keys
from corridors.report.compose import compose, references
from corridors.report.document import ChartBlock, Paragraph, TableBlock
from corridors.report.registry import Figure, Registry
from corridors.report.sections import SECTIONS, chapters, clauses


@pytest.fixture(scope="module")
def document(small_world):
    return compose(small_world)


def test_paragraphs_charts_tables_and_footnotes_are_numbered_through(document):
    numbered = [b.number for c in document.chapters for b in c.blocks if isinstance(b, Paragraph)]
    assert numbered == list(range(1, len(numbered) + 1))
    assert all(block.number is None for block in document.summary)
    charts = [block.label for block in document.blocks() if isinstance(block, ChartBlock)]
    assert charts[:3] == ["Figure I", "Figure II", "Figure III"]
    tables = [block.label for block in document.blocks() if isinstance(block, TableBlock) and block.label]
    assert tables == [f"Table {n}" for n in range(1, len(tables) + 1)]
    anchors = [int(s.text) for b in document.blocks() if isinstance(b, Paragraph) for s in b.spans if s.kind == "note"]
    assert anchors == list(range(1, len(document.notes) + 1))


def test_every_digit_in_the_text_is_a_bound_figure(document):
    for block in document.blocks():
        if isinstance(block, Paragraph):
            free = "".join(span.text for span in block.spans if span.kind == "text")
            assert not re.search(r"\d", free.replace("M49", "")), free


def test_the_annex_of_provenance_lists_every_figure_of_the_text_with_its_vintages(document):
    printed = {s.key for b in document.blocks() if isinstance(b, Paragraph) for s in b.spans if s.kind == "figure"}
    listed = {row[0]: row for table in document.tables() if table.key == "provenance.figures" for row in table.rows}
    assert printed <= set(listed)
    assert all(row[1] == document.registry[key].text and row[2] and row[3] for key, row in listed.items())


def test_every_figure_that_a_section_makes_is_used(small_world):
    texts = {name: section_text(name) for name in SECTIONS}
    everything = " ".join(texts.values())
    for name, section in SECTIONS.items():
        for figure in section.build(small_world).figures:
            assert f'"{figure.key}"' in everything, f"{name} makes {figure.key} and no text cites it"


def test_every_clause_is_in_the_annex_and_unanswered_ones_say_so(document, small_world):
    (table,) = [table for table in document.tables() if table.key == "clauses.answers"]
    assert [row[0] for row in table.rows] == [*(f"PP{n}" for n in range(1, 15)), *(f"OP{n}" for n in range(1, 12))]
    answered = {clause for section in chapters(small_world).values() for clause in section.ANSWERS}
    for clause, _, where in table.rows:
        assert (where == clauses.UNANSWERED) == (clause not in answered)


def test_a_clause_the_resolution_does_not_have_is_refused():
    with pytest.raises(ValueError, match="the resolution has no clause OP99; there are PP1"):
        clauses.blocks({"I": ("OP99",)})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("There were 304 million.", "'304'"),
        ("In 2024 it fell.", "'2024'"),
        ("Some three million moved.", "'three million'"),
        ("Ten per cent returned.", "'Ten per cent'"),
        ("### Since 1990", "'1990'"),
        ("Some *three* million.", "'three million'"),
        ("Some thirty\nmillion.", "'thirty million'"),
        ("Eleven per\u00a0cent.", "'Eleven per cent'"),
        ("It was &half; of it.", "'\u00bd'"),
        ("Of them \u4e09\u767e\u4e07.", "'\u4e09\u767e\u4e07'"),
        ("A third of them.", "'A third of'"),
        ("The last five years.", "'five years'"),
    ],
)
def test_a_figure_typed_by_hand_stops_the_build_and_is_named(text, found, small_world, monkeypatch):
    original = section_text("stocks")
    monkeypatch.setattr(
        composing, "section_text", lambda name: f"{original}\n\n{text}\n" if name == "stocks" else section_text(name)
    )
    with pytest.raises(DataError) as caught:
        compose(small_world)
    (finding,) = caught.value.findings
    assert (finding.code, finding.place) == ("figure-typed", "report text stocks.md")
    assert found in finding.fact
    assert "num(" in finding.mend


def test_words_for_things_that_are_no_figures_may_be_typed():
    assert list(typed_figures("The two tables of the M49 standard have one row each.", section="x")) == []


def test_keys_that_nothing_made_are_named_all_at_once():
    text = marked('{{ num("stocks.lost") }} {{ note("nobody") }}', {})
    found = list(unknown_keys(text, {FIGURE: set(), NOTE: set()}, section="stocks"))
    assert {finding.code for finding in found} == {"key-unknown"}
    assert [finding.fact for finding in found] == [
        "'stocks.lost' was made by no section",
        "'nobody' was made by no section",
    ]


def test_a_report_longer_than_the_rules_allow_is_refused(small_world, monkeypatch):
    monkeypatch.setattr(composing, "MOST_WORDS", 100)
    with pytest.raises(DataError, match="words, more than the 100 that the Assembly's rules allow") as caught:
        compose(small_world)
    assert [finding.code for finding in caught.value.findings] == ["report-too-long"]


def test_a_work_cited_twice_gets_a_note_that_points_back(small_world, monkeypatch):
    extra = '{{ note("mandate") }} again {{ note("mandate") }}.'
    monkeypatch.setattr(composing, "section_text", lambda name: extra if name == "introduction" else section_text(name))
    notes = compose(small_world).notes
    assert notes[:2] == (references()["mandate"], "See footnote 1 above.")


def test_two_figures_of_one_key_are_refused():
    figure = Figure("a.b", 1.0, "", "integer", "", ())
    with pytest.raises(ValueError, match=r"two figures have the key 'a.b'"):
        Registry([figure, figure])


def test_markdown_the_renderers_do_not_know_is_refused(small_world, monkeypatch):
    monkeypatch.setattr(composing, "section_text", lambda name: "- item" if name == "summary" else section_text(name))
    with pytest.raises(ValueError, match="the report's text has 'bullet_list_open'"):
        compose(small_world)


def test_shares_and_totals_are_those_of_the_tables(document, small_world):
    stock = small_world.tables["STOCK"].filter(pl.col("SEX") == "_T", pl.col("TIME_PERIOD") == "2024-07-01")
    assert document.registry["stocks.last"].value == pytest.approx(stock["OBS_VALUE"].sum())
    flow = small_world.tables["FLOW"].filter(
        pl.col("SEX") == "_T", pl.col("TIME_PERIOD") == "2015-07-01/P5Y", pl.col("METHOD") == "pb-closed"
    )
    assert document.registry["flows.mix"].value == pytest.approx(flow["OBS_VALUE"].sum())


def test_the_short_step_never_stands_beside_the_periods_of_five_years(document):
    (table,) = [table for table in document.tables() if table.key == "flows.totals"]
    assert [row[0] for row in table.rows] == ["2010-2015", "2015-2020"]
    assert document.registry["flows.short_years"].value == 4


def test_a_chart_inside_a_sentence_is_refused(small_world, monkeypatch):
    text = 'See {{ chart("stocks.series") }} here.'
    monkeypatch.setattr(composing, "section_text", lambda name: text if name == "stocks" else section_text(name))
    with pytest.raises(ValueError, match=r"chart:stocks.series stands inside a sentence"):
        compose(small_world)
