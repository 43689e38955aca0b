"""The parts of the reading one by one: deadlines, citations, asks, meetings, references."""

import pytest

from corridors.document.resolutions import parse
from corridors.document.resolutions._verbs import lead
from corridors.document.resolutions.asks import paragraph_asks
from corridors.document.resolutions.citations import citations
from corridors.document.resolutions.deadlines import deadlines
from corridors.document.resolutions.events import events

ASSEMBLY, RIGHTS, ECOSOC, SECURITY = (
    "General Assembly",
    "Human Rights Council",
    "Economic and Social Council",
    "Security Council",
)
DUE = [
    ("Requests the Secretary-General to report to it at its sixtieth session;", ASSEMBLY, ["GA60"]),
    ("Requests it to report at the seventy-sixth session of the Assembly;", RIGHTS, ["GA76"]),
    (
        "Requests the Secretary-General to report to the Council at its substantive session of 2004;",
        ECOSOC,
        ["ECOSOC2004"],
    ),
    (
        "Requests the Secretary-General to report to the Commission on the Status of Women at its sixty-fifth session;",
        ECOSOC,
        ["OTHER65"],
    ),
    (
        "Requests it to submit its report within ninety days of the adoption of the present resolution;",
        SECURITY,
        ["A:P90D"],
    ),
    (
        "Requests the Secretary-General to report no later than six months after the adoption of this resolution;",
        SECURITY,
        ["A:P6M"],
    ),
    ("Requests the Secretary-General to report every two years on it;", ASSEMBLY, ["R:P2Y"]),
    ("Requests the Secretary-General to report on a quarterly basis;", SECURITY, ["R:P3M"]),
    ("Requests the Secretary-General to report biennially to the Assembly;", ASSEMBLY, ["R:P2Y"]),
    ("Requests the Panel to provide a final report by 1 May 2011;", SECURITY, ["D:2011-05-01"]),
    ("Takes note of the annual report of the Committee;", ASSEMBLY, []),
    ("Notes the goal of ending hunger by 2030;", ASSEMBLY, []),
    (
        "Decides to include in the provisional agenda of its 65th session the item “At its seventieth session”;",
        ASSEMBLY,
        ["GA65"],
    ),
]
CITED = [
    ("Recalling its decision 54/405 of 1 October 1999,", ASSEMBLY, ["A/DEC/54/405"]),
    ("Recalling its resolutions 3201 (S-VI) and 3202 (S-VI) of 1 May 1974,", ASSEMBLY, ["A/RES/3201(S-VI)", "A/RES/3202(S-VI)"]),
    ("Recalling its resolutions 34/83 A of 11 December 1979 and 35/156 J,", ASSEMBLY, ["A/RES/34/83", "A/RES/35/156"]),
    ("Recalling Security Council resolution 1325 (2000) of 31 October 2000,", ASSEMBLY, ["S/RES/1325(2000)"]),
    ("Recalling Human Rights Council resolution 16/21,", ASSEMBLY, ["A/HRC/RES/16/21"]),
    ("Recalling Commission on Human Rights resolution 2002/62,", ASSEMBLY, ["E/CN.4/RES/2002/62"]),
    ("Recalling Council resolutions 1978/6 and 1980/12,", ECOSOC, ["E/RES/1978/6", "E/RES/1980/12"]),
    ("Endorsed by the Economic and Social Council in its resolution 1995/32 of 25 July 1995,", ASSEMBLY, ["E/RES/1995/32"]),
    ("in the season 2017/18 and at a share of 1/3,", ASSEMBLY, []),
    ("See A/CONF.157/24 (Parts I and II), and E/1985/39/Add.1.", ASSEMBLY,
     ["A/CONF.157/24 (Part I)", "A/CONF.157/24 (Part II)", "E/1985/39/Add.1"]),
]  # fmt: skip
ASKS = [
    ("Decides to convene a conference in 2004;", [("convene", None, None, 2004)]),
    ("Decides to consider the question further at its sixtieth session.", [("agenda", ASSEMBLY, 60, 2005)]),
    ("Requests the Secretary-General to keep the General Assembly informed of progress;", [("report", ASSEMBLY, None, None)]),
    ("Invites the regional commissions to participate in the dialogue;", [("participate", None, None, None)]),
    ("Requests the Secretary-General to report to it at its fifty-ninth and sixty-first sessions;",
     [("report", ASSEMBLY, 59, 2004), ("report", ASSEMBLY, 61, 2006)]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "organ", "wanted"), DUE)
def test_deadlines(text, organ, wanted):
    assert [one.code for one in deadlines(text, organ=organ)] == wanted


def test_a_session_is_a_year_only_with_its_organ_and_only_when_it_comes():
    found = deadlines("Requests it to report to the Human Rights Council at its fifty-seventh session;", organ=ASSEMBLY)
    assert [(one.code, one.year) for one in found] == [("HRC57", None)]
    assert deadlines("the report submitted to it at its fifty-second session;", organ=ASSEMBLY, session=56) == ()


@pytest.mark.parametrize(("text", "organ", "wanted"), CITED)
def test_citations(text, organ, wanted):
    assert [one.symbol for one in citations(text, own=organ)] == wanted


@pytest.mark.parametrize(("text", "wanted"), ASKS)
def test_asks(text, wanted):
    acts = {"Decides": ["decide"], "Requests": ["request"], "Invites": ["invite"]}[text.split()[0]]
    found = paragraph_asks(text, acts, own=ASSEMBLY, session=58, since=None)
    assert [(ask.kind, ask.recipient, ask.session, ask.year) for ask in found] == wanted


def test_meetings_in_a_series_are_parted():
    text = "the seminars and meetings organized by the Programme with officials from Asia at Bangkok in May 1998 and Governments of "  # noqa: E501
    found = events(
        text
        + "Africa at Pretoria in April 1999; the Forum on Remittances, held at The Hague from 29 June to 3 July 1998."
    )
    assert [(one.place, one.start, one.end) for one in found] == [
        ("Bangkok", "1998-05", "1998-05"), ("Pretoria", "1999-04", "1999-04"), ("The Hague", "1998-06-29", "1998-07-03"),
    ]  # fmt: skip


def test_a_note_that_looks_like_a_heading_stays_a_note_where_its_number_waits():
    text = (
        "The General Assembly,\nRecalling the Charter of Ports1 and the Covenant,2\n1.\nCalls upon States:\n(a) To act;\n\n"
        "__________________\n1\n2\n\nResolution 217 A (III).\n\nUnited Nations, Treaty Series, vol. 9, No. 1.\n\n"
        "19-12345 (E)\n\n(b) To go on;\n2.\nDecides to end."
    )
    found = parse(text.encode(), file="ports.txt")
    assert [(note.marker, note.text) for note in found.footnotes] == [
        ("1", "Resolution 217 A (III)."),
        ("2", "United Nations, Treaty Series, vol. 9, No. 1."),
    ]
    assert found.operative[0].text == "Calls upon States: (a) To act; (b) To go on;"


def test_united_is_an_adjective_where_no_name_follows():
    assert lead("United Nations, Treaty Series, vol. 9, No. 1.") is None
    assert lead("United in their will to act,").words == "United"


def test_two_verbs_in_italics():
    assert lead("Adopts and opens for signature the Convention;").words == "Adopts and opens"
    assert lead("Calls once again upon all States to act;").words == "Calls once again upon"


def test_a_resolution_of_the_security_council_among_its_neighbours():
    page = (
        "5. Decides to keep the matter under review.\nAdopted at the 2981st meeting by 12 votes to none.\n"
        "Resolution 688 (1991) of 5 April 1991\nThe Security Council,\nMindful of its duties,\n1. Demands that it end;\n"
        "Adopted at the 2982nd meeting by 10 votes to 3."
    )
    found = parse(page.encode(), file="page.txt").as_dict()
    assert (found["symbol"], found["number"], found["adopted_on"]) == ("S/RES/688(1991)", "688 (1991)", "1991-04-05")


def asks(text, *, session=52):
    return paragraph_asks(text, ["request"], own="General Assembly", session=session, since=None)


def test_a_report_prepared_and_handed_over_is_one_ask():
    text = "Requests the Secretary-General to prepare a report, and to submit it to the Assembly at its fifty-fourth session;"
    assert [(one.kind, one.recipient, one.session) for one in asks(text)] == [("report", "General Assembly", 54)]


def test_a_part_of_a_report_is_no_second_report():
    text = (
        "Requests the Secretary-General to report to the General Assembly at its fifty-fourth session, "
        "and to include therein an update on ports;"
    )
    assert [one.kind for one in asks(text)] == ["report", "action"]


@pytest.mark.parametrize(
    ("text", "organ", "session", "codes"),
    [
        ("Recalls its decision to meet during its sixty-first session.", ASSEMBLY, 60, []),
        ("Requests it to report to the Council at its second regular session of 1990.", ECOSOC, None, ["ECOSOC1990"]),
        ("Requests the Secretary-General to report within six months.", SECURITY, None, ["A:P6M"]),
        ("Requests him to report to the Council at its forty-seventh session.", ASSEMBLY, 74, ["HRC47"]),
    ],
)  # fmt: skip
def test_deadlines_of_acts_that_look_back_and_of_councils(text, organ, session, codes):
    assert [one.code for one in deadlines(text, organ=organ, session=session)] == codes
