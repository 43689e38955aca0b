"""The sections on mandates, processes and practices."""

from corridors.document.practices.forms import shipped_practices
from corridors.report.sections import mandates, practices, processes


def table(content, key):
    return next(one for one in content.tables if one.key == key)


def test_the_reports_own_mandate_comes_first_with_its_status(small_world):
    rows = table(mandates.build(small_world), "mandates.status").rows
    assert rows[0][0] == "A/RES/56/203, OP10"
    assert rows[0][3] == "session 58"
    assert rows[0][4:] == ("delivered", "A/58/98")


def test_the_chain_has_a_day_for_all_but_the_last_that_nobody_cites(small_world):
    rows = table(mandates.build(small_world), "mandates.chain").rows
    assert len(rows) == 18
    assert [row[0] for row in rows if row[1] is None] == ["A/RES/79/217"]


def test_every_process_is_listed_and_blank_members_are_blank(small_world):
    rows = table(processes.build(small_world), "processes.list").rows
    assert len(rows) == 24
    assert {row[0]: row[3] for row in rows}["RCM"] == 11
    assert {row[0]: row[3] for row in rows}["Rabat Process"] is None


def test_practices_are_ranked_by_grade_and_the_text_says_that_one_reader_graded_them(small_world):
    content = practices.build(small_world)
    grades = [row[2] for row in table(content, "practices.list").rows]
    assert grades == sorted(grades, reverse=True)
    assert len(grades) == len(shipped_practices())
    assert content.flags == {"graded_twice": False}
    assert content.charts[0].key == "practices.map"
