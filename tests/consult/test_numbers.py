"""Groups by date, weights, R-indicator, rounds compared, coding, and what may be published."""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from rounds import at, consultation, reply

from corridors.concepts.findings import DataError
from corridors.concepts.membership import un_members
from corridors.consult.agreement import alpha_interval, krippendorff_alpha
from corridors.consult.coding import (
    Adjudication,
    Codebook,
    CodebookEntry,
    Coding,
    assigned,
    code_presence,
    coded_values,
    quoted,
    seen_by,
    settled,
)
from corridors.consult.comparing import compared
from corridors.consult.golden import golden_round
from corridors.consult.groups import PARTITIONS, by_group, groups_on, least_developed
from corridors.consult.questionnaires import shipped_questionnaire
from corridors.consult.representing import propensities, r_indicator, raked, reweighted
from corridors.consult.tally import tally
from corridors.consult.values import Answer, Invitation, Respondent, Wave
from corridors.consult.views import views_table
from corridors.workflow.collect import CONSULTATIONS
from corridors.workflow.consult import publish_views

DAY = date(2001, 6, 30)
MEMBERS = un_members(DAY)
GROUPS = groups_on(DAY)
FORM = shipped_questionnaire("views")


def held(stances):
    """A tally of named States by their stances."""
    return tally(consultation(list(stances), [reply(code, code, stance=stance) for code, stance in stances.items()]))


def test_groups_follow_the_day():
    size = {group.code: len(group.members) for group in GROUPS}
    assert sum(size[group.code] for group in GROUPS if group.kind == "region") == len(MEMBERS) == 189
    assert size["LDC"] == 49
    assert "CHE" not in set().union(*(group.members for group in GROUPS))
    assert [len(least_developed(date(year, 6, 30))) for year in (1971, 1995, 2002, 2003, 2013, 2014, 2025)] == [
        24,
        48,
        49,
        50,
        49,
        48,
        44,
    ]
    for kind in PARTITIONS[:2]:
        members = [code for group in GROUPS if group.kind == kind for code in group.members]
        assert len(members) == len(set(members))
    more = groups_on(DAY, income={"KEN": "INCOME_1", "CHE": "INCOME_4"}, net_migration={"KEN": "NET_LOSS"})
    assert {group.code: set(group.members) for group in more if group.kind in ("income", "net-migration")} == {
        "INCOME_1": {"KEN"},
        "NET_LOSS": {"KEN"},
    }


def test_rates_of_groups_add_up_to_the_whole():
    found = by_group(held({"FRA": "against", "KEN": "in_favour", "MEX": "in_favour"}), GROUPS)
    regions = [one for one in found if one.group.kind == "region"]
    assert sum(one.replied for one in regions) == 3
    africa = next(one for one in regions if one.group.code == "W002")
    assert (africa.replied, africa.counts["in_favour"], africa.rate) == (1, 1, pytest.approx(100 / 53))
    assert africa.bounds("against") == (0, pytest.approx(100 * 52 / 53))


def test_weights_give_each_group_its_share_and_say_when_they_are_unstable():
    full = held(dict.fromkeys(MEMBERS, "in_favour"))
    found = reweighted(full, GROUPS)
    assert set(found.weights.values()) == {1.0}
    assert (found.effective_size, found.covered, found.unstable) == (pytest.approx(189), 189, ())
    africa = sorted(next(group.members for group in GROUPS if group.code == "W002"))
    few = reweighted(held(dict.fromkeys(africa[:30], "against") | {"FRA": "in_favour"}), GROUPS)
    europe = len(next(group.members for group in GROUPS if group.code == "W150"))
    assert few.shares["in_favour"] == pytest.approx(100 * europe / (53 + europe))
    assert set(few.uncovered) == {"W009", "W021", "W142", "W419"}
    assert few.covered == 53 + europe
    assert any("fewer than 5 replied from W150" in reason for reason in few.unstable)
    with pytest.raises(ValueError, match="overlap; use region, electoral"):
        reweighted(full, GROUPS, kinds=["commission"])


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0.3, 0.9))
def test_raked_weights_meet_every_group_and_shares_add_up(seed, share):
    rng = np.random.default_rng(seed)
    stances = ["in_favour", "against", "partially"]
    chosen = {code: stances[rng.integers(3)] for code in MEMBERS if rng.random() < share}
    found = reweighted(held(chosen), GROUPS, kinds=["region", "electoral"])
    assert sum(found.shares.values()) == pytest.approx(100)
    assert 0 < found.effective_size <= len(found.weights) + 1e-9
    if "no weights meet all groups at once" not in found.unstable:
        assert sum(found.weights.values()) == pytest.approx(found.covered)


def test_raking_agrees_with_two_margins_worked_out_by_hand():
    inside = np.array([[1, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1]], dtype=float)
    weights, settled_down = raked(inside, np.array([6.0, 4.0, 7.0, 3.0]))
    assert settled_down
    assert weights == pytest.approx([4.2, 1.8, 2.8, 1.2])


def test_the_r_indicator_is_one_where_all_are_alike_and_falls_as_groups_part():
    assert r_indicator(held(dict.fromkeys(MEMBERS, "against")), GROUPS).value == pytest.approx(1, abs=1e-6)
    africa = next(group.members for group in GROUPS if group.code == "W002")
    found = r_indicator(held(dict.fromkeys(africa, "against")), GROUPS)
    share = 53 / 189
    assert found.value == pytest.approx(1 - 2 * np.sqrt(share * (1 - share) * 189 / 188), abs=1e-4)


def test_propensities_of_one_grouping_are_its_response_rates():
    rng = np.random.default_rng(3)
    group = rng.integers(0, 3, 120)
    replied = (rng.random(120) < np.array([0.2, 0.5, 0.8])[group]).astype(float)
    features = np.column_stack([np.ones(120), group == 1, group == 2]).astype(float)
    rates = np.array([replied[group == one].mean() for one in range(3)])
    assert propensities(features, replied) == pytest.approx(rates[group], abs=1e-6)


def test_rounds_are_compared_member_by_member():
    before = held({"FRA": "against", "KEN": "in_favour"})
    later = consultation(
        ["FRA", "MEX", "CHE"],
        [reply("a", "FRA"), reply("b", "MEX"), reply("c", "CHE")],
    )
    after = tally(replace(later, round=replace(later.round, cut_off=later.round.cut_off.replace(year=2003))))
    found = compared(before, after)
    assert found.moves["against", "in_favour"] == ("FRA",)
    assert found.moves["in_favour", "silent"] == ("KEN",)
    assert (found.new_voices, found.admitted, found.gone) == (("MEX",), ("CHE", "TLS"), ())
    assert sum(map(len, found.moves.values())) == 189


#: Krippendorff (2011), the table of four observers and twelve units.
NO = np.nan
FOUR = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NO, NO, NO],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NO, 3],
        [NO, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NO],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NO],
    ]
)


@pytest.mark.parametrize(("level", "value"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_of_the_standard_table(level, value):
    assert krippendorff_alpha(FOUR, level=level) == pytest.approx(value, abs=5e-4)
    found = alpha_interval(FOUR, level=level, rng=np.random.default_rng(1), draws=300)
    assert 0 < found.low < found.value < found.high <= 1
    assert found.undefined == 0


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 9_999))
def test_alpha_does_not_ask_who_coded_nor_in_which_order(seed):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 4, (3, 15)).astype(float)
    values[rng.random(values.shape) < 0.2] = NO
    turned = values[rng.permutation(3)][:, rng.permutation(15)]
    for level in ("nominal", "ordinal", "interval"):
        assert krippendorff_alpha(turned, level=level) == pytest.approx(krippendorff_alpha(values, level=level))
    assert krippendorff_alpha(values * 7 + 3, level="interval") == pytest.approx(
        krippendorff_alpha(values, level="interval")
    )


def test_alpha_is_refused_where_it_is_undefined():
    with pytest.raises(ValueError, match="there are nominal, ordinal, interval"):
        krippendorff_alpha(FOUR, level="ratio")
    for values in (np.ones((2, 4)), np.array([[1, NO], [NO, 2]])):
        with pytest.raises(ValueError, match="alpha is undefined"):
            krippendorff_alpha(values, level="nominal")


BOOK = Codebook(
    "problems",
    2,
    "problems_said",
    tuple(CodebookEntry(name, {"en": name}, name) for name in ("data", "rights")),
    follows=1,
)


def code(unit, coder, *codes, version=2):
    return Coding(unit, coder, codes, version)


def test_blind_double_coding_ends_in_agreement_dispute_or_a_ruling():
    codings = [
        code("a", "Ana", "data"),
        code("a", "Bo", "data"),
        code("b", "Ana", "data"),
        code("b", "Bo", "rights"),
        code("c", "Bo", "data"),
    ]
    assert [one.coder for one in seen_by("Ana", codings)] == ["Ana", "Ana"]
    found = settled(BOOK, codings)
    assert (dict(found.codes), found.disputed, found.waiting) == ({"a": ("data",)}, ("b",), ("c",))
    ruled = settled(BOOK, codings, [Adjudication("b", "Chi", ("rights",), "speaks of rights alone")])
    assert ruled.codes["b"] == ("rights",)
    assert coded_values(BOOK, codings)[:, :2].tolist() == [[0, 0], [0, 1]]
    assert code_presence(codings, "rights")[1].tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("codings", "rulings", "words"),
    [
        ([code("a", "Ana", "peace")], [], "'peace' is no code of version 2"),
        ([code("a", "Ana", "data", version=1)], [], "coded under version 1, not 2"),
        ([code("a", "Ana", "data"), code("a", "Ana", "rights")], [], "coded twice by one coder"),
        ([code("a", "Ana", "data")], [Adjudication("a", "Ana", ("data",), "why")], "coded the unit as well"),
        ([code("a", "Ana", "data")], [Adjudication("a", "Chi", ("data",), " ")], "no reason"),
    ],
)
def test_unsound_coding_is_refused(codings, rulings, words):
    with pytest.raises(DataError, match=r"coding-invalid|key-duplicate") as caught:
        settled(BOOK, codings, rulings)
    assert words in str(caught.value)


def test_several_codes_on_a_unit_are_looked_at_one_by_one():
    with pytest.raises(DataError, match="look at each code alone"):
        coded_values(BOOK, [code("a", "Ana", "data", "rights")])


@settings(max_examples=20, deadline=None)
@given(units=st.integers(1, 40), coders=st.integers(2, 6), seed=st.integers(0, 99))
def test_units_are_shared_out_evenly(units, coders, seed):
    names = [f"c{number}" for number in range(coders)]
    found = assigned([f"u{number}" for number in range(units)], names, rng=np.random.default_rng(seed))
    assert len(found) == units
    assert all(len(set(team)) == 2 for team in found.values())
    teams = [sorted(team) for team in found.values()]
    counts = [teams.count(team) for team in teams]
    assert max(counts) - (units // (coders * (coders - 1) // 2)) <= 1


def test_too_few_coders_and_quotes_out_of_range_are_refused():
    with pytest.raises(ValueError, match="1 coders for 2"):
        assigned(["a"], ["Ana"], rng=np.random.default_rng(1))
    said = replace(reply("a", "FRA"), answers=(Answer("reasons", "Поддержка", language="ru"),))
    assert (quoted(said, "reasons").text, quoted(said, "reasons").language) == ("Поддержка", "ru")
    with pytest.raises(ValueError, match="the answer has 9 characters"):
        quoted(said, "reasons", start=3, end=99)
    with pytest.raises(ValueError, match="no answer to 'stance'"):
        quoted(said, "stance")


def spoken(who, stance="in_favour", consent="public", **more):
    answers = (
        Answer("stance", stance),
        Answer("consent", consent),
        Answer("focal_email", "a@b.int"),
        Answer("reasons", "Oui.", language="fr"),
    )
    return replace(reply(who, who, **more), answers=answers)


def published(replies, groups=(), released=None):
    whole = consultation([one.respondent for one in replies], replies)
    return views_table(whole, tally(whole), FORM, on=date(2001, 9, 1), groups=groups, released=released)


def test_only_what_respondents_allow_is_published():
    table = published(
        [
            spoken("FRA"),
            spoken("KEN", consent="after_report"),
            *(
                spoken(code, stance, "secretariat")
                for code, stance in (("MEX", "against"), ("USA", "in_favour"), ("CAN", "against"))
            ),
        ]
    )
    answers = table.filter(pl.col("MEASURE") == "ANSWER")
    assert set(answers["RESPONDENT"]) == {"FRA"}
    assert "focal_email" not in set(answers["QUESTION"])
    assert answers.filter(pl.col("QUESTION") == "reasons").select("TEXT", "LANGUAGE").row(0) == ("Oui.", "fr")
    totals = table.filter(pl.col("MEASURE") == "POSITION", pl.col("GROUPING") == "_T")
    assert dict(totals.select("CATEGORY", "OBS_VALUE").rows())["against"] == 2
    replied = table.filter(pl.col("MEASURE") == "REPLIES", pl.col("AREA").is_not_null())
    assert set(replied["AREA"]) == {"FRA", "KEN", "MEX", "USA", "CAN"}
    later = published([spoken("KEN", consent="after_report")], released=date(2001, 8, 1))
    assert "KEN" in set(later.filter(pl.col("MEASURE") == "ANSWER")["RESPONDENT"])


def test_counts_that_would_give_a_hidden_position_away_are_withheld():
    table = published([spoken("FRA"), spoken("KEN", "against", "secretariat")])
    positions = table.filter(pl.col("MEASURE") == "POSITION")
    assert set(positions["OBS_STATUS"]) == {"Q"}
    assert positions["OBS_VALUE"].null_count() == positions.height
    mixed = [
        spoken(code, stance, "secretariat")
        for code, stance in (("FRA", "against"), ("KEN", "in_favour"), ("MEX", "against"))
    ]
    table = published(mixed, groups=GROUPS).filter(pl.col("MEASURE") == "POSITION")
    assert set(table.filter(pl.col("GROUPING") == "_T")["OBS_STATUS"]) == {"A"}
    assert set(table.filter(pl.col("GROUPING").str.starts_with("W"))["OBS_STATUS"]) == {"Q"}


def test_a_published_round_is_a_vintage_and_placeholders_are_in_counts_alone(tmp_path):
    from corridors.store.vintages import Store

    vintage = publish_views(tmp_path, golden_round(), form=FORM, on=date(2002, 1, 2))
    table = Store(tmp_path).read(vintage)
    assert (vintage.observatory, vintage.dataflow) == (CONSULTATIONS, "VIEWS")
    assert set(table["RESPONDENT"]) == {"_T"}
    again = publish_views(tmp_path, golden_round(), form=FORM, on=date(2002, 1, 2))
    assert again.id == vintage.id


def test_the_course_of_a_round_is_published_with_its_waves():
    whole = consultation(["FRA", "KEN"], [spoken("FRA", cleared=-20), spoken("KEN", cleared=-10)])
    sent = tuple(
        Invitation("r", who, wave, at(day)) for who, wave, day in (("FRA", 1, -60), ("KEN", 1, -59), ("KEN", 2, -15))
    )
    for waves, invitations in (((Wave(1, date(2001, 5, 1), "all"),), sent), ((), sent), ((), ())):
        one = replace(whole, round=replace(whole.round, waves=waves), invitations=invitations)
        table = views_table(one, tally(one), FORM, on=date(2001, 9, 1))
        days = table.filter(pl.col("MEASURE") == "REPLIES_BY").select("CATEGORY", "OBS_VALUE").rows()
        assert days == [("2001-06-10", 1), ("2001-06-20", 2)]
        found = sorted(table.filter(pl.col("MEASURE") == "WAVE").select("CATEGORY", "OBS_VALUE").rows())
        wanted = [("2001-05-01", 1)] if waves else [("2001-05-01", 1), ("2001-06-15", 2)] if invitations else []
        assert found == wanted


def test_an_observer_admitted_since_is_published_as_a_member():
    whole = consultation([Respondent("CHE", "observer", {"en": "Switzerland"}, area="CHE")], [spoken("CHE")])
    later = replace(whole, round=replace(whole.round, cut_off=whole.round.cut_off.replace(year=2003)))
    for one, kind in ((whole, "observer"), (later, "member")):
        table = views_table(one, tally(one), FORM, on=date(2003, 9, 1))
        assert set(table.filter(pl.col("RESPONDENT") == "CHE")["RESPONDENT_CLASS"]) == {kind}


def test_an_organization_may_be_shown_by_its_identifier():
    whole = consultation(["FRA", Respondent("ILO", "organization", {"en": "ILO"})], [spoken("FRA"), spoken("ILO")])
    table = views_table(whole, tally(whole), FORM, on=date(2001, 9, 1))
    shown = table.filter(pl.col("RESPONDENT") == "ILO", pl.col("QUESTION") == "stance")
    assert shown.select("RESPONDENT_CLASS", "CATEGORY", "AREA").row(0) == ("organization", "in_favour", None)
