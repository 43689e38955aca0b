"""Practices: the record and its check, forms, graders, metadata, and the exchange with other repositories."""

import json
from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qs, urlencode
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.concepts.findings import DataError
from corridors.document.practices.checks import practice_of
from corridors.document.practices.evidence import evidence_table, gaps
from corridors.document.practices.forms import blank_form, practices_json, read_practices, shipped_practices
from corridors.document.practices.grading import agreement, grade_words, ordinal_alpha, publication_faults
from corridors.document.practices.harvest import Harvested, item_of, read_page
from corridors.document.practices.metadata import dublin_core, json_ld, schema_org
from corridors.document.practices.oaipmh import OAI, Repository, answer, items_of
from corridors.document.practices.objectives import OBJECTIVES
from corridors.document.practices.record import Practice, Review, by_objective

DOCUMENT = {"title": "T", "by": "B", "year": 2020, "address": "doi.org/10.1/x"}
ENTRY = {"id": "a-b", "title": "A", "summary": "S", "countries": ["KEN"], "objectives": [3], "documents": [DOCUMENT]}
REVIEW = {"grader": "x", "grade": 3, "reason": "r", "day": "2024-05-31"}


def test_shipped_practices_have_a_document_an_address_and_one_honest_grade():
    found = shipped_practices()
    assert len(found) >= 10
    for one in found:
        assert one.documents
        assert all(document.address and document.year for document in one.documents)
        assert one.graders == 1
        assert one.state == "in review", "nothing is published before a second person has graded it"
    assert {one.grade for one in found} >= {0, 1, 2, 3, 4, 5}
    assert read_practices(practices_json(found), file="p.json") == found


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": ""}, "title: it is missing"),
        ({"documents": []}, "documents: it is missing"),
        ({"colour": 1}, "colour: no field has this name"),
        ({"countries": "KEN"}, "countries: 'KEN' is not a list"),
        ({"countries": ["Kenya"]}, "'Kenya' is no known area"),
        ({"corridor": ["KEN"]}, "give the origin and the destination"),
        ({"objectives": [24]}, "24 is not allowed"),
        ({"target_groups": ["whales"]}, "'whales' is not allowed"),
        ({"state": "famous"}, "use draft, submitted, in review, published, withdrawn"),
        ({"start": 2020, "end": 2010}, "it ends in 2010, before it starts in 2020"),
        ({"start": "soon"}, "'soon' is not a number"),
        ({"cost": 5}, "without a currency"),
        ({"id": "A B"}, "is no short name"),
        ({"title": 5}, "5 is not text"),
        ({"reviews": [{**REVIEW, "grade": 6}]}, "no grade 6"),
        ({"reviews": [{**REVIEW, "day": "soon"}]}, "'soon' is no date"),
        ({"reviews": ["x"]}, "has no fields"),
        ({"documents": [{**DOCUMENT, "year": "x"}]}, "'x' is not a whole number"),
        ({"documents": [{"title": "T"}]}, "documents 1, by: it is missing"),
        ({"effects": [{"outcome": "o", "value": 1.0, "unit": "u", "low": 2.0, "high": 3.0}]}, "outside its interval"),
        ({"effects": [{"outcome": "o", "value": 1.0, "unit": "u", "low": 0.0}]}, "half an interval"),
        ({"effects": [{"outcome": "o", "value": 1.0, "unit": "u", "level": 95.0}]}, "write 0.95"),
        ({"effects": [{"outcome": "o", "value": float("nan"), "unit": "u"}]}, "is not a number"),
    ],
)
def test_each_fault_of_a_form_is_named(changed, words):
    with pytest.raises(DataError) as error:
        practice_of({**ENTRY, **changed}, file="f.json")
    assert words in str(error.value)
    assert {finding.code for finding in error.value.findings} == {"record-invalid"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 30) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(list(REVIEW) + list(DOCUMENT)), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(
        st.sampled_from([*ENTRY, "reviews", "effects", "start", "end", "cost", "state", "corridor"]), json_values
    )
)
def test_no_form_however_filled_raises_anything_but_findings(changed):
    try:
        found = practice_of({**ENTRY, **changed}, file="f.json")
    except DataError:
        return
    assert found.documents


def filled(form):
    if form == "xlsx":
        import io

        import openpyxl

        book = openpyxl.load_workbook(io.BytesIO(blank_form("xlsx")))
        values = {
            "id": "a-b",
            "title": "A",
            "summary": "S",
            "countries": "KEN; UGA",
            "objectives": "3; 5",
            "start": "2019",
        }
        for row in book["practice"].iter_rows(min_row=2):
            row[1].value = values.get(row[0].value, row[1].value)
        book["documents"].append(["T", "B", 2020, "doi.org/10.1/x"])
        target = io.BytesIO()
        book.save(target)
        return target.getvalue()
    entry = {**ENTRY, "countries": ["KEN", "UGA"], "objectives": [3, 5], "start": 2019}
    if form == "yaml":
        return (
            "practices:\n"
            + "".join(f"{'  - ' if not n else '    '}{k}: {json.dumps(v)}\n" for n, (k, v) in enumerate(entry.items()))
        ).encode()
    return json.dumps([entry]).encode()


@pytest.mark.parametrize("form", ["json", "yaml", "xlsx"])
def test_the_same_practice_comes_out_of_each_form(form):
    (found,) = read_practices(filled(form), file=f"f.{form}")
    assert (found.countries, found.objectives, found.start, found.documents[0].year) == (
        ("KEN", "UGA"),
        (3, 5),
        2019,
        2020,
    )


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\xff\xfe", "no form"),
        (b"{", "no form"),
        (b'{"a": 1}', "without a list of practices"),
        (b"a: [", "no YAML"),
        (b"a: &x [1]\nb: *x\n", "YAML with aliases"),
        (b"just words", "without a list of practices"),
        (b"PK\x03\x04broken", "f"),
    ],
)
def test_what_is_no_form_is_refused(raw, words):
    with pytest.raises(DataError, match=words):
        read_practices(raw, file="f")


def test_a_form_of_another_kind_lists_the_kinds():
    with pytest.raises(ValueError, match="there are json, yaml, xlsx"):
        blank_form("odt")


def test_an_id_comes_once_and_faults_of_all_records_come_together():
    with pytest.raises(DataError) as error:
        read_practices(json.dumps([ENTRY, ENTRY, {**ENTRY, "id": "x", "objectives": [99]}]).encode(), file="p.json")
    assert sorted(finding.code for finding in error.value.findings) == ["key-duplicate", "record-invalid"]


def test_publication_needs_two_graders_and_the_stricter_grade_counts():
    with pytest.raises(DataError) as error:
        practice_of({**ENTRY, "state": "published", "reviews": [REVIEW]}, file="f.json")
    assert error.value.findings[0].code == "practice-unpublishable"
    assert "1 of 2 graders" in str(error.value)
    two = practice_of(
        {**ENTRY, "state": "published", "reviews": [REVIEW, {**REVIEW, "grader": "y", "grade": 2}]}, file="f.json"
    )
    assert (two.grade, two.graders) == (2, 2)
    assert publication_faults(two, file="f") == []
    with pytest.raises(ValueError, match="there are 0 to 5"):
        grade_words(6)


# Krippendorff's own example of ordered ratings by four observers ("Computing Krippendorff's Alpha-Reliability", 2011): 0.815.
FOUR = [
    [1, 1, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
    [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [5, 5, 5], [1, 1], [3],
]  # fmt: skip


def test_alpha_of_ordered_grades_is_the_published_one():
    assert ordinal_alpha(FOUR) == pytest.approx(0.815, abs=0.0005)


@given(st.lists(st.lists(st.integers(0, 5), min_size=2, max_size=2), min_size=2, max_size=8))
def test_alpha_is_at_most_one_and_one_exactly_when_graders_always_agree(units):
    found = ordinal_alpha(units)
    if found is not None:
        assert found <= 1 + 1e-12
        assert (found == pytest.approx(1)) == all(one == other for one, other in units)


def test_agreement_counts_only_what_two_have_graded():
    one = practice_of({**ENTRY, "reviews": [REVIEW, {**REVIEW, "grader": "y"}]}, file="f")
    other = practice_of(
        {**ENTRY, "id": "c", "reviews": [{**REVIEW, "grade": 1}, {**REVIEW, "grader": "y", "grade": 2}]}, file="f"
    )
    found = agreement([one, other, *shipped_practices()])
    assert (found.practices, found.equal) == (2, 0.5)
    assert found.alpha is not None
    assert agreement(shipped_practices()).practices == 0


def test_the_evidence_table_counts_each_objective_and_area_and_gaps_are_the_rest():
    table = evidence_table(shipped_practices())
    served = set(table["OBJECTIVE"].to_list())
    assert served | set(gaps(shipped_practices())) == set(OBJECTIVES)
    assert not served & set(gaps(shipped_practices()))
    assert set(by_objective(shipped_practices())) == served
    assert evidence_table([]).is_empty()


def test_metadata_names_the_grade_the_source_and_the_countries():
    one = next(one for one in shipped_practices() if one.id == "fin-integration-plans")
    pairs = dublin_core(one)
    assert ("coverage", "Finland") in pairs
    assert any(name == "source" and "10.1086/683667" in value for name, value in pairs)
    assert any("Maryland scale: 4" in value for _, value in pairs)
    assert schema_org(one)["review"][0]["reviewRating"]["ratingValue"] == 4
    assert json.loads(json_ld(replace(one, title="</script>")))["name"] == "</script>"
    assert b"</script>" not in json_ld(replace(one, title="</script>"))


NOW = datetime.fromisoformat("2024-05-31T12:00:00")


def repository(page=4, practices=None):
    items = items_of(
        shipped_practices() if practices is None else practices,
        host="example.org",
        changed=datetime.fromisoformat("2024-01-15T08:00:00"),
    )
    return Repository(
        items=items, name="Practices", address="https://example.org/oai", mail="oai@example.org", now=NOW, page=page
    )


def ask(query, here=None):
    return ElementTree.fromstring(answer(parse_qs(query, keep_blank_values=True), here or repository()))


def codes(root):
    return [node.get("code") for node in root.findall(f"{{{OAI}}}error")]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=Whale", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&set=a", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=soon", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2024-02-01&until=2024-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2024-01-01&until=2024-01-02T00:00:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=whales", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2025-01-01", "noRecordsMatch"),
        ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=900|||", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=4|||&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:x:y", "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=oai:x:y", "idDoesNotExist"),
    ],
)
def test_each_fault_of_a_request_is_answered_by_its_code(query, code):
    root = ask(query)
    assert codes(root) == [code]
    if code in ("badVerb", "badArgument"):
        assert root.find(f"{{{OAI}}}request").attrib == {}


@given(
    st.dictionaries(
        st.sampled_from(["verb", "metadataPrefix", "from", "until", "set", "identifier", "resumptionToken"]),
        st.lists(st.text(max_size=9), max_size=2),
    )
)
def test_no_request_however_strange_is_answered_by_anything_but_xml(request):
    ElementTree.fromstring(answer(request, repository()))


def test_another_harvester_finds_every_record_once(monkeypatch):
    pytest.importorskip("sickle")
    from sickle import Sickle
    from sickle.response import OAIResponse

    class Answered:
        def __init__(self, content):
            self.content, self.text, self.encoding = content, content.decode(), "utf-8"

    def harvest(self, **parameters):
        return OAIResponse(Answered(answer(parse_qs(urlencode(parameters)), repository())), parameters)

    monkeypatch.setattr(Sickle, "harvest", harvest)
    client = Sickle("https://example.org/oai")
    assert client.Identify().repositoryName == "Practices"
    assert [one.metadataPrefix for one in client.ListMetadataFormats()] == ["oai_dc"]
    assert "objective:5" in [one.setSpec for one in client.ListSets()]
    records = list(client.ListRecords(metadataPrefix="oai_dc"))
    assert [one.header.identifier for one in records] == [
        one.header.identifier if hasattr(one, "header") else one.identifier
        for one in client.ListIdentifiers(metadataPrefix="oai_dc")
    ]
    assert sorted(one.metadata["identifier"][0] for one in records) == sorted(one.id for one in shipped_practices())
    assert client.GetRecord(identifier="oai:example.org:nzl-rse", metadataPrefix="oai_dc").metadata["language"] == [
        "en"
    ]
    chosen = list(client.ListRecords(metadataPrefix="oai_dc", set="grade:5"))
    assert len(chosen) == sum(one.grade == 5 for one in shipped_practices())


def test_what_one_repository_gives_another_can_read_and_give_on():
    here, token, found = repository(), None, []
    while True:
        query = f"verb=ListRecords&resumptionToken={token}" if token else "verb=ListRecords&metadataPrefix=oai_dc"
        page = read_page(answer(parse_qs(query), here), file="a")
        found += page.records
        token = page.token
        if token is None:
            break
    assert sorted(record.values("identifier")[0] for record in found) == sorted(one.id for one in shipped_practices())
    again = replace(here, items=tuple(item_of(record, sets=record.sets) for record in found))
    assert sorted(again.items, key=lambda item: item.identifier) == sorted(here.items, key=lambda item: item.identifier)


def test_withdrawn_practices_are_deleted_records_and_drafts_are_none():
    one, two = shipped_practices()[:2]
    here = repository(practices=[replace(one, state="withdrawn"), replace(two, state="draft")])
    (record,) = read_page(answer(parse_qs("verb=ListRecords&metadataPrefix=oai_dc"), here), file="a").records
    assert record.deleted
    assert record.pairs == ()


@pytest.mark.parametrize(
    ("raw", "code", "words"),
    [
        (b"<a", "file-unreadable", "no XML"),
        (b"<html/>", "file-unreadable", "root 'html'"),
        (b"<!DOCTYPE a><a/>", "markup-refused", "document type"),
        (
            answer(parse_qs("verb=ListRecords"), Repository(items=(), name="", address="", mail="", now=NOW)),
            "harvest-refused",
            "badArgument",
        ),
        (
            f"<OAI-PMH xmlns='{OAI}'><ListRecords><record/></ListRecords></OAI-PMH>".encode(),
            "record-invalid",
            "without identifier",
        ),
    ],
)
def test_each_fault_of_another_repository_is_named(raw, code, words):
    with pytest.raises(DataError, match=words) as error:
        read_page(raw, file="a")
    assert error.value.findings[0].code == code


def test_an_empty_harvest_is_an_empty_page():
    raw = answer(
        parse_qs("verb=ListRecords&metadataPrefix=oai_dc"), Repository(items=(), name="", address="", mail="", now=NOW)
    )
    assert read_page(raw, file="a").records == ()
    with pytest.raises(ValueError, match="Invalid isoformat"):
        item_of(Harvested("a", "soon", (), False, ()))


def test_the_record_is_a_value():
    one = Practice(
        id="a",
        title="A",
        summary="",
        countries=(),
        objectives=(),
        documents=(),
        reviews=(Review(grader="x", grade=1, reason="", day=""),),
    )
    assert one.grade == 1
