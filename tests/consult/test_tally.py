"""The tally: one Member one reply, over the membership of the day, bounds over the silent."""

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from rounds import at, consultation, member, outcomes, reply

from corridors.cli import main
from corridors.concepts.findings import DataError
from corridors.concepts.membership import un_members
from corridors.consult.golden import golden_round
from corridors.consult.tally import rules_of, shipped_rules, tally
from corridors.consult.values import Reply, Respondent, moved

STATES = ("FRA", "KEN", "MEX", "CHE", "YUG", "MNE")
OBSERVER, UNION = (
    Respondent("VAT", "observer", {"en": "Holy See"}, area="VAT"),
    Respondent("ILO", "organization", {"en": "ILO"}),
)


def test_the_golden_round_prints_what_the_resolution_says(capsys):
    assert main(["consult", "tally", "--golden"]) == 0
    said = capsys.readouterr().out
    for words in (
        "78 of 189",
        "= 41 per cent",
        "111 silent",
        "In favour: 47, between 24.9 and 83.6",
        ": 5,",
        "Against: 26",
    ):
        assert words in said
    assert main(["consult", "tally", "--golden", "--as-of", "1998-12-31"]) == 0
    assert "78 of 185 Members replied = 42 per cent" in capsys.readouterr().out
    assert main(["consult", "tally"]) == 2
    assert "name the round to tally" in capsys.readouterr().err


def test_the_golden_round_agrees_with_the_sample_file(shared_data, capsys):
    wanted = json.loads((shared_data / "survey" / "golden_2001.json").read_text())
    assert main(["consult", "tally", "--golden", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    for theirs, ours in (("partially_in_favour", "partially"), ("members", "members"), ("no_reply", "no_reply")):
        assert found[ours] == wanted[theirs]
    for name in ("respondents", "in_favour", "against", "share_of_membership_percent", "as_of"):
        assert found[name] == wanted[name]
    assert found["bounds_percent_of_members"]["in_favour"] == wanted["bounds_in_favour_percent_of_members"]
    for day, (members, printed) in wanted["denominators"].items():
        found = tally(golden_round(), as_of=date.fromisoformat(day))
        assert (found.members, round(found.share)) == (members, printed)


def test_no_placeholder_names_a_state():
    assert all(one.area is None and one.name["en"].startswith("State 0") for one in golden_round().respondents)


def test_the_membership_agrees_with_the_sample_file(shared_data):
    import csv

    rows = list(csv.DictReader((shared_data / "survey" / "un_membership.csv").read_text().splitlines()))
    for day in ("1998-12-31", "2000-09-06", "2001-12-21", "2011-12-31"):
        wanted = {
            row["iso3"]
            for row in rows
            if row["admitted"] <= (day if "-" in row["admitted"] else day[:4])
            and (not row["left"] or row["left"] > day)
        }
        assert set(un_members(date.fromisoformat(day))) == wanted


def test_a_late_reply_does_not_count_unless_its_respondent_was_given_longer():
    late = [reply("a", "FRA", cleared=3), reply("b", "KEN", cleared=3), reply("c", "MEX", cleared=9)]
    found = tally(consultation(STATES, late, extended=[("KEN", 5), ("MEX", 5)]))
    assert outcomes(found) == {"a": "late", "b": "counted", "c": "late"}
    assert found.positions == {"KEN": "in_favour"}


def test_of_several_replies_the_last_cleared_in_time_speaks():
    found = tally(
        consultation(
            STATES,
            [
                reply("a", "FRA", cleared=-9),
                reply("b", "FRA", cleared=-2, stance="against"),
                reply("c", "FRA", cleared=2),
                reply("d", "FRA", cleared=None, state="draft"),
            ],
        )
    )
    assert outcomes(found) == {"a": "superseded", "b": "counted", "c": "late", "d": "not-cleared"}
    assert found.positions == {"FRA": "against"}


def test_a_withdrawn_reply_silences_and_one_withdrawn_later_still_counts():
    replies = [
        reply("a", "FRA", cleared=-9),
        reply("b", "FRA", cleared=-5, withdrawn=-1),
        reply("c", "KEN", withdrawn=4),
    ]
    found = tally(consultation(STATES, replies))
    assert outcomes(found) == {"a": "silenced", "b": "withdrawn", "c": "counted"}
    assert "FRA" in found.silent_areas
    again = tally(consultation(STATES, [*replies, reply("d", "FRA", cleared=-0.5, stance="against")]))
    assert again.positions["FRA"] == "against"


def test_a_withdrawn_draft_silences_nobody():
    found = tally(consultation(STATES, [reply("a", "FRA"), reply("b", "FRA", cleared=None, withdrawn=-1)]))
    assert outcomes(found) == {"a": "counted", "b": "not-cleared"}


def test_a_correction_speaks_from_its_own_clearance_on():
    first = reply("a", "FRA", state="corrected")
    timely = reply("b", "FRA", cleared=-1, stance="partially", corrects="a")
    late = reply("b", "FRA", cleared=1, stance="partially", corrects="a")
    assert tally(consultation(STATES, [first, timely])).positions == {"FRA": "partially"}
    assert tally(consultation(STATES, [first, late])).positions == {"FRA": "in_favour"}


def test_observers_and_organizations_are_counted_apart():
    found = tally(consultation([*STATES, OBSERVER, UNION], [reply("a", "VAT"), reply("b", "ILO"), reply("c", "FRA")]))
    assert found.replied == 1
    assert {kind: counts["in_favour"] for kind, counts in found.apart.items()} == {"observer": 1, "organization": 1}


@pytest.mark.parametrize(
    ("code", "kind", "cut_off", "outcome"),
    [
        ("CHE", "observer", datetime(2002, 9, 9, 23, tzinfo=UTC), "observer"),
        ("CHE", "observer", datetime(2002, 9, 10, 23, tzinfo=UTC), "member"),
        ("MNE", "member", datetime(2006, 6, 27, 23, tzinfo=UTC), None),
        ("MNE", "member", datetime(2006, 6, 28, 23, tzinfo=UTC), "member"),
        ("YUG", "member", datetime(2000, 10, 31, 12, tzinfo=UTC), "member"),
        ("YUG", "member", datetime(2000, 11, 1, 12, tzinfo=UTC), None),
    ],
)
def test_a_state_admitted_or_dissolved_counts_as_the_membership_of_the_cut_off_says(code, kind, cut_off, outcome):
    from dataclasses import replace

    one = Respondent(code, kind, {"en": code}, area=code)
    said = replace(reply("a", code), cleared_at=datetime(1999, 1, 1, tzinfo=UTC))
    found = tally(consultation([one], [said], cut_off=cut_off))
    assert found.replied == (outcome == "member")
    assert found.apart["observer"]["in_favour"] == (outcome == "observer")
    assert outcomes(found)["a"] == ("not-a-member" if outcome is None else "counted")


def test_a_member_that_was_never_invited_is_silent_all_the_same():
    found = tally(consultation(["FRA"], [reply("a", "FRA")]))
    assert len(found.silent_areas) == 188
    assert "TUV" in found.silent_areas


REPLIES = st.lists(
    st.tuples(
        st.sampled_from([*STATES, "VAT", "ILO"]),
        st.integers(-200, 200),
        st.sampled_from(["in_favour", "partially", "conditional", "against", "no_position", "nonsense", ""]),
        st.one_of(st.none(), st.integers(-200, 200)),
        st.sampled_from(["draft", "ministry-done", "cleared", "received", "accepted", "corrected"]),
    ),
    max_size=12,
)


def _round(drawn, extended=()):
    replies = [
        reply(
            f"{number:02}",
            who,
            cleared=None if state in ("draft", "ministry-done") else cleared,
            stance=stance,
            withdrawn=withdrawn,
            state=state,
        )
        for number, (who, cleared, stance, withdrawn, state) in enumerate(drawn)
    ]
    return consultation([*STATES, OBSERVER, UNION], replies, extended=extended)


@settings(max_examples=60, deadline=None)
@given(drawn=REPLIES, extended=st.lists(st.tuples(st.sampled_from(STATES), st.integers(1, 100)), max_size=3))
def test_every_reply_has_one_outcome_and_every_member_one_position_at_most(drawn, extended):
    whole = _round(drawn, extended)
    found = tally(whole)
    assert sorted(outcomes(found)) == sorted(one.id for one in whole.replies)
    assert len(found.verdicts) == len(whole.replies)
    counted = [one.respondent for one in found.verdicts if one.outcome == "counted"]
    assert len(counted) == len(set(counted))
    assert found.replied == len(found.positions) == sum(one in found.positions for one in counted)
    assert found.replied + found.silent == found.members == len(un_members(found.as_of))
    assert set(found.silent_areas).isdisjoint(found.positions)
    assert not {"VAT", "ILO", "CHE", "MNE", "YUG"} & set(found.positions)


@settings(max_examples=40, deadline=None)
@given(drawn=REPLIES)
def test_bounds_hold_whatever_the_silent_think(drawn):
    found = tally(_round(drawn))
    lows = sum(found.bounds(name)[0] for name in found.counts)
    assert lows == pytest.approx(found.share)
    for name, count in found.counts.items():
        low, high = found.bounds(name)
        assert low <= 100 * (count + found.silent / 2) / found.members <= high
        assert high - low == pytest.approx(100 * found.silent / found.members)


@settings(max_examples=40, deadline=None)
@given(drawn=REPLIES, rng=st.randoms(use_true_random=False))
def test_the_order_of_replies_changes_nothing(drawn, rng):
    from dataclasses import replace

    whole = _round(drawn)
    shuffled = list(whole.replies)
    rng.shuffle(shuffled)
    one, other = tally(whole), tally(replace(whole, replies=tuple(shuffled)))
    assert (one.counts, one.positions, outcomes(one)) == (other.counts, other.positions, outcomes(other))


@settings(max_examples=40, deadline=None)
@given(drawn=REPLIES, who=st.sampled_from(STATES), days=st.integers(1, 300))
def test_a_late_reply_never_changes_the_tally(drawn, who, days):
    from dataclasses import replace

    whole = _round(drawn)
    more = replace(whole, replies=(*whole.replies, reply("late", who, cleared=days, stance="against")))
    assert tally(more).counts == tally(whole).counts


@settings(max_examples=30, deadline=None)
@given(drawn=REPLIES, first=st.integers(-150, 0), later=st.integers(0, 150))
def test_the_tally_of_an_earlier_day_knows_nothing_of_later_ones(drawn, first, later):
    from dataclasses import replace

    whole, day = _round(drawn), at(first).date()
    known = replace(
        whole, replies=tuple(one for one in whole.replies if one.cleared_at is None or one.cleared_at <= at(first))
    )
    late = replace(
        whole, replies=tuple(one for one in whole.replies if one.cleared_at and one.cleared_at > at(first + 1 + later))
    )
    assert set(tally(known, as_of=day).positions) == set(tally(whole, as_of=day).positions)
    assert tally(late, as_of=day).replied == 0


@pytest.mark.parametrize(
    ("respondents", "replies", "code", "words"),
    [
        (["FRA", "FRA"], [], "key-duplicate", "2 entries for State 'FRA'"),
        (["FRA"], [reply("a", "KEN")], "reply-stray", "it is by 'KEN'"),
        (["FRA"], [reply("a", "FRA"), reply("a", "FRA")], "key-duplicate", "2 entries for reply 'a'"),
        (["FRA"], [reply("a", "FRA", corrects="zz")], "reply-stray", "corrects 'zz'"),
        (["FRA"], [reply("a", "FRA", corrects="a")], "reply-stray", "no other reply"),
        (["XYZ"], [], "area-unknown", "'XYZ' is no known area"),
    ],
)
def test_a_round_that_contradicts_itself_is_refused(respondents, replies, code, words):
    with pytest.raises(DataError) as caught:
        tally(consultation(respondents, replies))
    assert code in {one.code for one in caught.value.findings}
    assert words in str(caught.value)


def test_clocks_that_contradict_each_other_are_named():
    from dataclasses import replace

    skewed = replace(reply("a", "FRA"), received_at=at(-11))
    blind = replace(reply("b", "FRA"), cleared_at=datetime(2001, 1, 1))  # noqa: DTZ001
    for one, words in (
        (skewed, "received_at 2001-06-19T23:59:00+00:00 lies before cleared_at"),
        (blind, "no time zone"),
    ):
        with pytest.raises(DataError, match="instant-contradictory") as caught:
            tally(consultation(["FRA"], [one]))
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("state", "words"), [("accepted", "is accepted and has no cleared_at"), ("withdrawn", "has no withdrawn_at")]
)
def test_a_state_without_its_instant_is_named(state, words):
    with pytest.raises(DataError, match="instant-contradictory") as caught:
        tally(consultation(["FRA"], [reply("a", "FRA", cleared=None, state=state)]))
    assert words in str(caught.value)


def test_more_placeholders_than_members_and_a_day_without_members_are_refused():
    with pytest.raises(DataError, match="placeholders-exceed-members"):
        tally(golden_round(), as_of=date(1950, 1, 1))
    with pytest.raises(ValueError, match="had no Member on 1900-01-01"):
        tally(golden_round(), as_of=date(1900, 1, 1))


def test_rules_are_data_and_faulty_ones_are_refused():
    own = b"""title = "T"
question = "stance"
speaks = ["accepted"]
[[positions]]
name = "yes"
label = "Yes"
when = "${stance} = 'in_favour' or ${stance} = 'partially'"
[[positions]]
name = "other"
label = "Other"
when = "true()"
"""
    rules = rules_of(own, file="own.toml")
    found = tally(
        consultation(STATES, [reply("a", "FRA", stance="partially"), reply("b", "KEN", state="cleared")]), rules=rules
    )
    assert dict(found.counts) == {"yes": 1, "other": 0}
    assert outcomes(found)["b"] == "not-cleared"
    with pytest.raises(DataError, match="file-unreadable"):
        rules_of(b"\xff", file="own.toml")
    with pytest.raises(DataError) as caught:
        rules_of(own.replace(b"true()", b"exec('x')").replace(b'"accepted"', b'"maybe"'), file="own.toml")
    assert "rules-invalid" in str(caught.value)
    assert "no function 'exec'" in str(caught.value)
    with pytest.raises(ValueError, match="there are stance"):
        shipped_rules("other")


def test_replies_move_only_where_they_may():
    draft = Reply("a", "r", "FRA", "draft")
    done = moved(moved(moved(draft, "cleared", at=at(-3)), "received", at=at(-2)), "accepted", at=at(-1))
    assert (done.state, done.cleared_at, done.accepted_at) == ("accepted", at(-3), at(-1))
    assert moved(done, "withdrawn", at=at(0)).withdrawn_at == at(0)
    with pytest.raises(ValueError, match="it may move to withdrawn, corrected, not to 'draft'"):
        moved(done, "draft", at=at(0))
    assert member("FRA").area == "FRA"
