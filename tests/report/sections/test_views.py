"""The section on the views of Member States, drawn from a published round."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from corridors.consult.golden import golden_round
from corridors.consult.groups import groups_on
from corridors.consult.questionnaires import shipped_questionnaire
from corridors.consult.tally import tally
from corridors.consult.values import Answer, Consultation, Reply, Respondent, Round
from corridors.consult.views import views_table
from corridors.report.binding import FIGURE, MARK, marked, section_text, typed_figures
from corridors.report.charts.response_map import response_map
from corridors.report.charts.stance import Held, stance_bars
from corridors.report.charts.waves import waves_curve
from corridors.report.render.pictures import svg
from corridors.report.sections import views
from corridors.report.world import Origin, World

FORM = shipped_questionnaire("views")
DAY = date(2001, 6, 30)


def world(table=None):
    origin = Origin("v1", "VIEWS", "views", "Round", "as agreed", "Round", "0", {}, "2001-12-21")
    tables = {} if table is None else {"VIEWS": table}
    return World(tables, {"VIEWS": (origin,)}, False, "areas", "", "", "")


def named_round(stances, consent="public"):
    cleared = datetime(2001, 6, 1, tzinfo=UTC)
    whole = Consultation(
        Round("r", {"en": "R"}, "views", "1", date(2001, 1, 1), datetime(2001, 6, 30, tzinfo=UTC)),
        tuple(Respondent(code, "member", {"en": code}, area=code) for code in stances),
        tuple(
            Reply(
                code, "r", code, "accepted", (Answer("stance", stance), Answer("consent", consent)), cleared_at=cleared
            )
            for code, stance in stances.items()
        ),
    )
    return views_table(whole, tally(whole), FORM, on=date(2001, 7, 9), groups=groups_on(DAY))


def said(content):
    """The section's words with its figures in place."""
    values = {one.key: one.text for one in content.figures}
    text = marked(section_text("views"), content.flags)
    assert list(typed_figures(text, section="views")) == []
    return " ".join(MARK.sub(lambda mark: values[mark[2]] if mark[1] == FIGURE else f"[{mark[2]}]", text).split())


def test_the_golden_round_is_told_with_its_bounds():
    whole = golden_round()
    content = views.build(world(views_table(whole, tally(whole), FORM, on=date(2001, 12, 21))))
    words = said(content)
    for part in (
        "78 of the 189 Members",
        "41 per cent",
        "111 had not",
        "the number in favour was 47, that partially in favour five and that against 26",
    ):
        assert part in words
    assert "between 24.9 per cent and 83.6 per cent" in words
    assert [chart.key for chart in content.charts] == ["views.stance"]
    assert content.tables == ()


def test_named_states_are_mapped_and_grouped():
    content = views.build(world(named_round({"FRA": "against", "KEN": "in_favour", "MEX": "conditional"})))
    assert [chart.key for chart in content.charts] == ["views.stance", "views.map", "views.waves"]
    bars, drawn, curve = content.charts
    assert curve.twin.rows == (("2001-06-01", 3),)
    assert [row[0] for row in bars.twin.rows] == [
        "In favour",
        "Partially in favour",
        "In favour under conditions",
        "Against",
    ]
    assert sum(row[1] == "Replied" for row in drawn.twin.rows) == 3
    assert len(drawn.twin.rows) == 189
    africa = next(row for row in content.tables[0].rows if row[0] == "Africa")
    assert africa[1:5] == (53, 1, pytest.approx(100 / 53), 1)
    assert all(b"<svg" in svg(chart) for chart in content.charts)
    assert "[chart:views.map]" in said(content)


def test_withheld_positions_are_said_to_be_withheld():
    content = views.build(world(named_round({"FRA": "against"}, consent="secretariat")))
    assert "is withheld" in said(content)
    assert [chart.key for chart in content.charts] == ["views.map", "views.waves"]


def test_of_several_rounds_the_newest_is_told_and_none_is_said_to_be_none():
    old = named_round({"FRA": "against"})
    new = old.with_columns(TIME_PERIOD=pl.lit("2003-06-30"), ROUND=pl.lit("s"))
    assert "By 30 June 2003" in said(views.build(world(pl.concat([new, old]))))
    assert "No round" in said(views.build(world()))
    assert "No round" in said(views.build(world(old.clear())))


def test_charts_refuse_what_cannot_be_drawn():
    words = {"key": "k", "source": "s", "title": "t"}
    with pytest.raises(ValueError, match="give those of one tally"):
        stance_bars([Held("In favour", 200)], members=189, **words)
    with pytest.raises(ValueError, match="nobody replied"):
        waves_curve([], waves=[], members=189, **words)
    with pytest.raises(ValueError, match="not in the order"):
        waves_curve([DAY], waves=[DAY, date(2001, 1, 1)], members=189, **words)
    with pytest.raises(ValueError, match="in both \\['FRA'\\]"):
        response_map(["FRA"], ["FRA"], **words)


def test_the_curve_ends_at_all_replies():
    drawn = waves_curve(
        [DAY, DAY, date(2001, 2, 1)],
        waves=[date(2001, 1, 9), date(2001, 5, 1)],
        members=189,
        key="k",
        source="s",
        title="t",
    )
    assert drawn.twin.rows == (("2001-02-01", 1), ("2001-06-30", 3))
    assert b"Wave 2" in svg(drawn)
