"""Resolutions of our own writing, in the shapes in which such texts reach a reader."""

import io
import zipfile

import pytest

from corridors.concepts.findings import DataError
from corridors.document.resolutions import parse, parse_all
from corridors.document.resolutions._verbs import lead

LEADS = {
    "Recalling its resolution 49/127 of 19 December 1994,": "Recalling",
    "Recalling, in particular, article 2,": "Recalling",
    "Bearing in mind the report,": "Bearing in mind",
    "Keeping in mind the needs of small States,": "Keeping in mind",
    "Taking into account the views expressed,": "Taking into account",
    "Taking note with interest of the outcome,": "Taking note with interest",
    "Having considered the report of the Committee,": "Having considered",
    "Having heard the statement of the President,": "Having heard",
    "Deeply concerned at the loss of life at sea,": "Deeply concerned",
    "Gravely alarmed by the rise in trafficking,": "Gravely alarmed",
    "Noting with deep concern that many migrants die,": "Noting with deep concern",
    "Noting with appreciation the efforts made,": "Noting with appreciation",
    "Expressing its deep appreciation to the host,": "Expressing its deep appreciation",
    "Expressing concern that remittances are costly,": "Expressing concern",
    "Paying tribute to the staff of the mission,": "Paying tribute",
    "Guided by the purposes of the Charter,": "Guided by",
    "Acting under Chapter VII of the Charter,": "Acting",
    "Determined to end the conflict,": "Determined",
    "Aware also that the need is great,": "Aware also",
    "Reaffirming once again the right to leave,": "Reaffirming once again",
    "Conscious of the need for data,": "Conscious",
    "Re-emphasizing the value of dialogue,": "Re-emphasizing",
    "Recognizing further that remittances are private,": "Recognizing further",
    "Takes note of the report;": "Takes note",
    "Takes note with appreciation of the report;": "Takes note with appreciation",
    "Also takes note of the report;": "Also takes note",
    "Notes with satisfaction the progress;": "Notes with satisfaction",
    "Expresses its grave concern about deaths;": "Expresses its grave concern",
    "Expresses the hope that talks go on;": "Expresses the hope",
    "Calls upon all States to ratify it;": "Calls upon",
    "Calls for the full use of data;": "Calls for",
    "Strongly condemns all acts of violence;": "Strongly condemns",
    "Condemns in the strongest terms the attack;": "Condemns in the strongest terms",
    "Further requests the Secretary-General to act;": "Further requests",
    "Reiterates its call upon States to act;": "Reiterates its call",
    "Once again urges States to act;": "Once again urges",
    "Draws the attention of States to the report;": "Draws the attention",
    "Looks forward to the forum;": "Looks forward",
    "Pays tribute to the host;": "Pays tribute",
    "Welcomes with appreciation the offer;": "Welcomes with appreciation",
    "Decides to remain actively seized of the matter.": "Decides",
    "Appeals to Governments to give freely;": "Appeals",
    "Commends the Commission for its work;": "Commends",
    "Invites, in this regard, the regional commissions to act;": "Invites",
    "Stresses also the role of data;": "Stresses also",
    "Demands that all parties cease fire;": "Demands",
    "Authorizes the Committee to meet in 2004;": "Authorizes",
}

COUNCIL = """Security Council

Distr.: General
12 March 2012

Resolution 2999 (2012)

Adopted by the Security Council at its 6732nd meeting, on
12 March 2012

The Security Council,
Recalling its resolutions 1701 (2006) and 1773 (2007), and the
statement of its President of 4 May 2010 (S/PRST/2010/8),
Gravely concerned at the movement of people across the
border,
Acting under Chapter VII of the Charter of the United Nations,
1. Demands that all parties stop all attacks on
displaced persons;
2. Requests the Secretary-General to report to the Council by 30 June 2012,
and every six months thereafter, on the implementation of this resolution;

12-25881 (E)
*1225881*
S/RES/2999 (2012)

3. Decides to remain actively seized of the matter.
"""

TORN = """The General Assembly,
Recalling the Programme of Action adopted at Cairo,1 and the key
actions,2 and noting the activities, 3 of the regional
__________________
1
2
Report of the Conference, Cairo, 5-13 September
1994 (United Nations publication, Sales No. E.95.XIII.18), chap. I.
Resolution S-21/2, annex.
3
See A/58/98.
2/3
commissions in 2003/04,
1. Urges Member States to act;1
2. Requests the Secretary-General to submit to the Assembly at its sixtieth
session a report;
__________________
4 A/58/121.
3. Decides to include in the provisional agenda of its sixtieth session the item entitled "Migration".
"""


def codes(raw, name="x.txt"):
    with pytest.raises(DataError) as caught:
        parse(raw, file=name)
    return [finding.code for finding in caught.value.findings], str(caught.value)


@pytest.mark.parametrize("text", LEADS)
def test_leads_end_where_the_italics_end(text):
    assert lead(text).words == LEADS[text]


@pytest.mark.parametrize("text", ["Resolution 34/180, annex.", "Beijing from 4 to 15 September", "United Nations"])
def test_a_name_opens_no_paragraph(text):
    assert lead(text) is None


def test_a_resolution_of_the_security_council():
    found = parse(COUNCIL.encode(), file="council.txt")
    assert (found.head.symbol, found.head.number, found.head.session_year) == ("S/RES/2999(2012)", "2999 (2012)", 2012)
    assert (found.head.adopted_on, found.head.meeting, found.head.title) == ("2012-03-12", 6732, None)
    assert [one.lead for one in found.preambular] == ["Recalling", "Gravely concerned", "Acting"]
    assert found.preambular[0].cites == ("S/RES/1701(2006)", "S/RES/1773(2007)", "S/PRST/2010/8")
    assert [one.number for one in found.operative] == ["1", "2", "3"]
    asks = [(where, ask.kind, ask.recipient, ask.due) for where, ask in found.asks if ask.core]
    assert asks == [("OP2", "report", "Security Council", "D:2012-06-30")]


def test_torn_notes_are_paired_and_their_marks_leave_the_text():
    found = parse(TORN.encode(), file="torn.txt")
    assert [(note.marker, note.anchored_in) for note in found.footnotes] == [
        ("1", ("PP1", "OP1")), ("2", ("PP1",)), ("3", ("PP1",)), ("4", ())
    ]  # fmt: skip
    assert found.footnotes[0].text.endswith("Sales No. E.95.XIII.18), chap. I.")
    assert found.footnotes[1].cites == ("A/RES/S-21/2",)
    assert found.preambular[0].text == (
        "Recalling the Programme of Action adopted at Cairo, and the key actions, and noting the activities, of the regional "
        "commissions in 2003/04,"
    )
    assert {one.kind for one in found.anomalies} == {"orphan-note"}
    assert found.confidence < 1


def test_a_session_of_the_human_rights_council_is_no_year():
    text = """Human Rights Council
Fifty-fourth session
Resolution adopted by the Human Rights Council on 11 October 2023
54/99. Migrants at sea
The Human Rights Council,
Recalling its resolution 16/21 of 25 March 2011 and General Assembly resolution 60/251,
1. Requests the High Commissioner to present a report to the Council at its sixtieth session and to the General Assembly at its
eightieth session.
47th meeting
11 October 2023
[Adopted without a vote.]
"""
    found = parse(text.encode(), file="hrc.txt")
    assert found.head.symbol == "A/HRC/RES/54/99"
    assert found.preambular[0].cites == ("A/HRC/RES/16/21", "A/RES/60/251")
    asks = [(ask.recipient, ask.session, ask.year) for _, ask in found.asks]
    assert asks == [("Human Rights Council", 60, None), ("General Assembly", 80, 2025)]


def test_parts_annexes_and_items():
    text = """60/900. Data
The General Assembly,
Aware of it,
I
Collection
1. Requests the Secretary-General:
(a) To collect data:
(i) By age;
(ii) By sex;
(b) To report to the General Assembly at its sixty-first session;
II
Use
2. Invites States to use them.
62nd plenary meeting
16 December 2005
Annex
Principles
1. States should count migrants.
"""
    found = parse(text.encode(), file="parts.txt")
    assert [one.number for one in found.operative] == ["1", "2"]
    items = found.as_dict()["operative"][0]["subparagraphs"]
    assert [(item["label"], [inner["label"] for inner in item["items"]]) for item in items] == [
        ("a", ["i", "ii"]),
        ("b", []),
    ]
    assert found.annexes == (("Annex", "Principles 1. States should count migrants."),)
    assert found.head.adopted_on == "2005-12-16"


def test_a_wrong_date_and_a_lost_number_are_told():
    text = "The General Assembly,\nRecalling its resolution 49/127 of 19 December 1996,\n1. Urges States to act;\n3. Invites all to act."  # noqa: E501
    found = parse(text.encode(), file="odd.txt")
    assert {one.kind for one in found.anomalies} == {"citation-date", "numbering"}
    assert "session 49 ran from 1994-09" in found.as_dict()["quirks"][1]


def test_neighbours_are_cut_off_and_named():
    page = "1985/11. Drugs\nThe Economic and Social Council,\nAware of it,\n1. Urges States to act.\n22nd plenary meeting\n28 May 1985\n"  # noqa: E501
    page += page.replace("1985/11", "1985/12")
    assert parse(page.encode(), file="E_RES_1985_12.txt").head.symbol == "E/RES/1985/12"
    found = parse(page.encode(), file="page.txt")
    assert found.head.symbol == "E/RES/1985/11"
    assert "1985/12" in found.anomalies[0].fact
    assert len(parse_all(page.encode(), file="page.txt")) == 2


def test_one_line_is_unfolded():
    found = parse(" ".join(COUNCIL.split("\n")).encode(), file="line.txt")
    assert (len(found.preambular), len(found.operative)) == (3, 3)


def docx(body, notes=()):
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr("word/document.xml", f"<w:document {w}><w:body>{body}</w:body></w:document>")
        if notes:
            inner = "".join(
                f'<w:footnote w:id="{at}"><w:p><w:r><w:t>{note}</w:t></w:r></w:p></w:footnote>'
                for at, note in enumerate(notes, 2)
            )
            parts.writestr("word/footnotes.xml", f"<w:footnotes {w}>{inner}</w:footnotes>")
    return file.getvalue()


def test_word_gives_its_notes_and_the_numbers_it_draws():
    line = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
    body = line.format("The General Assembly,")
    body += '<w:p><w:r><w:t>Recalling the report,</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    body += "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>Urges States to act.</w:t></w:r></w:p>"
    found = parse(docx(body, ["A/58/98."]), file="a.docx")
    assert found.operative[0].number == "1"
    assert found.footnotes[0].anchored_in == ("PP1",)


def test_html_is_read_as_a_reader_sees_it():
    page = b"<html><script>var x;</script><p>The General Assembly,</p><p>Aware of\n it,</p><p>1. Urges States to act.</p></html>"
    assert parse(page, file="a.html").preambular[0].text == "Aware of it,"


def pdf(lines):
    drawn = "BT /F1 11 Tf 50 800 Td 14 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
               f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]  # fmt: skip  # noqa: E501
    made, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{one}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    return (
        made
        + f"xref\n0 6\n0000000000 65535 f \n{table}trailer << /Size 6 /Root 1 0 R >>\nstartxref\n{len(made)}\n%%EOF".encode()
    )


def test_pdf_with_and_without_a_text_layer():
    pytest.importorskip("pypdf")
    found = parse(
        pdf(["The General Assembly,", "Aware of the need for data,", "1. Urges States to act."]), file="a.pdf"
    )
    assert (len(found.preambular), len(found.operative)) == (1, 1)
    assert codes(pdf([]), "scan.pdf")[0] == ["document-scanned"]
    assert codes(b"%PDF-1.4 nothing", "bad.pdf")[0] == ["document-unreadable"]


@pytest.mark.parametrize(
    ("raw", "code", "words"),
    [
        (b"", "document-unreadable", "it is empty"),
        (bytes(range(256)) * 40, "document-unreadable", "its bytes are no text"),
        (b"PK\x03\x04 broken", "document-unreadable", "a Word document that cannot be opened"),
        (b"The General Assembly,\nAware of it,\n1. Urges all.\n" * 9_000, "document-large", "no single resolution"),
        ("L’Assemblée générale, rappelant sa résolution sur la migration et le développement dans les pays du Sud, 1. Prie".encode(),  # noqa: E501
         "document-foreign", "French"),
        ("La Asamblea General, recordando su resolución sobre la migración y el desarrollo de los países, 1. Pide que se".encode(),  # noqa: E501
         "document-foreign", "Spanish"),
        ("Генеральная Ассамблея, ссылаясь на свою резолюцию 49/127".encode(), "document-foreign", "Russian"),
        ("大会，回顾其第49/127号决议".encode(), "document-foreign", "Chinese"),
        ("إن الجمعية العامة، إذ تشير إلى قرارها".encode(), "document-foreign", "Arabic"),
        (b"Letter dated 4 May 2001 from the Permanent Representative of Chile addressed to the President", "document-other", "a letter"),  # noqa: E501
        (b"International migration\nReport of the Secretary-General\nSummary\nThe present report is about the data.", "document-other", "a report"),  # noqa: E501
        (b"year,births,deaths\n2020,7,3\n2021,8,4\n", "document-other", "a table"),
    ],
)  # fmt: skip
def test_what_is_no_resolution_is_refused_by_name(raw, code, words):
    found, message = codes(raw)
    assert found == [code]
    assert words in message
