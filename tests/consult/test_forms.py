"""Questionnaires: six languages, workbooks there and back, hostile forms, expressions, answers."""

import io
import zipfile
from dataclasses import replace
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.cli import main
from corridors.concepts.findings import DataError
from corridors.consult.answering import answer_findings, state_of
from corridors.consult.checks import questionnaire_findings
from corridors.consult.expressions import ExpressionError, evaluate, holds, parsed
from corridors.consult.formsheets import form_sheets, write_xlsform
from corridors.consult.questionnaires import shipped_questionnaire
from corridors.consult.values import LANGUAGES, Choice, Question, Questionnaire, Section
from corridors.consult.xlsform import read_xlsform

FORM = shipped_questionnaire("views")
SURVEY = [{"type": "text", "name": "q", "label": "Q?"}]


def workbook(survey, choices=(), settings_row=None, formula=None):
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
    for name, rows in (("survey", survey), ("choices", choices), ("settings", [settings_row] if settings_row else [])):
        sheet = book.add_worksheet(name)
        heads = list(dict.fromkeys(head for row in rows for head in row))
        for column, head in enumerate(heads):
            sheet.write(0, column, head)
            for number, row in enumerate(rows, 1):
                sheet.write(number, column, row.get(head, ""))
        if formula and name == "survey":
            sheet.write_formula(len(rows), 0, formula, value="text")
    book.close()
    return target.getvalue()


def faults(raw):
    with pytest.raises(DataError) as caught:
        read_xlsform(raw, file="f.xlsx")
    return {one.code for one in caught.value.findings}, str(caught.value)


def test_the_shipped_questionnaire_is_complete_in_six_languages():
    assert FORM.languages == LANGUAGES == ("ar", "zh", "en", "fr", "ru", "es")
    assert questionnaire_findings(FORM, file="views") == []
    words = [one.label for one in FORM.questions()] + [one.label for held in FORM.lists.values() for one in held]
    words += [one.label for one in FORM.sections] + [FORM.title]
    for language in LANGUAGES:
        said = [text[language] for text in words]
        assert all(said)
        if language != "en":
            assert {text["en"] for text in words if text[language] == text["en"]} <= {"No"}
    asked = {one.name for one in FORM.questions()}
    assert {"stance", "conditions", "scope", "form", "agenda", "financing", "processes", "problems"} <= asked
    assert {"ways_and_means", "programme", "focal_point", "consent"} <= asked


def test_scripts_are_those_of_their_languages():
    import unicodedata

    for language, script in (("ar", "ARABIC"), ("zh", "CJK"), ("ru", "CYRILLIC")):
        for one in FORM.questions():
            letters = [letter for letter in one.label[language] if letter.isalpha()]
            assert all(unicodedata.name(letter).startswith(script) for letter in letters), one.label[language]


def test_the_shipped_questionnaire_survives_the_round_trip_through_a_workbook(tmp_path, capsys):
    assert read_xlsform(write_xlsform(FORM), file="views.xlsx") == FORM
    out = tmp_path / "views.xlsx"
    assert main(["consult", "form", "--out", str(out)]) == 0
    assert main(["consult", "form", "--check", str(out)]) == 0
    assert "views: 20 questions in ar, zh, en, fr, ru, es, without a fault" in capsys.readouterr().out
    assert main(["consult", "form", "--check", str(tmp_path / "none.xlsx")]) == 1
    assert main(["consult", "form", "--out", "f.doc"]) == 2
    assert main(["consult", "form"]) == 2
    assert "name one of --out F and --check F" in capsys.readouterr().err


def test_an_xform_is_made_with_every_language(tmp_path):
    pytest.importorskip("pyxform")
    from xml.etree import ElementTree as ET

    out = tmp_path / "views.xml"
    assert main(["consult", "form", "--out", str(out)]) == 0
    root = ET.fromstring(out.read_bytes())
    languages = [one.get("lang") for one in root.iter("{http://www.w3.org/2002/xforms}translation")]
    assert sorted(name[-3:-1] for name in languages) == sorted(LANGUAGES)
    bound = {one.get("nodeset").rsplit("/", 1)[-1] for one in root.iter("{http://www.w3.org/2002/xforms}bind")}
    assert {one.name for one in FORM.questions()} <= bound


def test_a_form_that_pyxform_reads_is_read_here():
    pytest.importorskip("pyxform")
    from pyxform.xls2xform import convert

    made = convert(io.BytesIO(write_xlsform(FORM)), validate=False, file_type=".xlsx")
    assert "stance" in made.xform


NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=20)


@st.composite
def forms(draw):
    languages = tuple(one for one in LANGUAGES if one == "en" or draw(st.booleans()))
    text = st.fixed_dictionaries(dict.fromkeys(languages, WORDS))
    names = draw(st.lists(NAMES, min_size=3, max_size=7, unique=True))
    lists = {
        "stance": tuple(Choice(name, draw(text)) for name in draw(st.lists(NAMES, min_size=1, max_size=4, unique=True)))
    }
    questions = []
    for name in names[1:]:
        kind = draw(st.sampled_from(["text", "integer", "select_one", "rank", "date", "note", "acknowledge"]))
        questions.append(
            Question(
                name,
                kind,
                draw(text),
                hint=draw(st.one_of(st.just({}), text)),
                choices="stance" if kind in ("select_one", "rank") else "",
                required=draw(st.booleans()),
                relevant=f"${{{questions[0].name}}} != 'x'" if questions and draw(st.booleans()) else "",
                confidentiality=draw(st.sampled_from(["public", "after-date", "secretariat"])),
            )
        )
    sections = (Section("", {}, tuple(questions[:1])), Section(names[0], draw(text), tuple(questions[1:])))
    return Questionnaire("f", "7", draw(text), languages, "en", sections, lists)


@settings(max_examples=20, deadline=None)
@given(form=forms())
def test_any_sound_form_survives_the_round_trip(form):
    assert read_xlsform(write_xlsform(form), file="f.xlsx") == form


def test_a_small_form_of_one_language_is_read():
    form = read_xlsform(
        workbook([*SURVEY, {"type": "start", "name": "start"}], settings_row={"form_title": "T", "version": 3}),
        file="dir/my form.xlsx",
    )
    assert (form.id, form.version, form.languages, form.title) == ("my_form", "3", ("en",), {"en": "T"})
    assert [one.name for one in form.questions()] == ["q"]


@pytest.mark.parametrize(
    ("survey", "choices", "code", "words"),
    [
        ([{"type": "geopoint", "name": "q", "label": "Q"}], [], "form-unsupported", "type 'geopoint' is not read"),
        ([{"type": "select_one", "name": "q", "label": "Q"}], [], "form-unsupported", "type 'select_one' is not read"),
        ([{"type": "begin repeat", "name": "q", "label": "Q"}], [], "form-unsupported", "'begin repeat'"),
        ([*SURVEY, *SURVEY], [], "key-duplicate", "2 entries for name 'q'"),
        ([{"type": "text", "name": "1 q", "label": "Q"}], [], "form-invalid", "the name '1 q'"),
        ([{"type": "select_one x", "name": "q", "label": "Q"}], [], "form-invalid", "no list 'x'"),
        ([SURVEY[0] | {"label::Deutsch (de)": "F"}], [], "form-unsupported", "'label::Deutsch (de)' names none of the six"),
        ([SURVEY[0], SURVEY[0] | {"name": "r", "label::French (fr)": "F"}], [], "language-missing", "no text in fr"),
        ([SURVEY[0] | {"choice_filter": "a=b"}], [], "form-unsupported", "column 'choice_filter' is not read"),
        ([SURVEY[0] | {"relevant": "${gone} = 1"}], [], "expression-invalid", "asks for 'gone'"),
        ([SURVEY[0] | {"constraint": "pulldata('a', 'b')"}], [], "expression-invalid", "no function 'pulldata'"),
        ([SURVEY[0] | {"constraint": "regex(., '(a+)+b')"}], [], "expression-invalid", "could take for ever"),
        ([SURVEY[0] | {"relevant": "${q} = 1"}], [], "form-circular", "q depend on themselves"),
        ([{"type": "begin group", "name": "g", "label": "G"}, *SURVEY], [], "form-invalid", "a group without an end"),
        ([*SURVEY, {"type": "end group"}], [], "form-invalid", "the end of no group"),
        ([SURVEY[0] | {"required": "maybe"}], [], "form-invalid", "required is 'maybe'"),
        ([SURVEY[0] | {"confidentiality": "top"}], [], "form-invalid", "confidentiality 'top'"),
        (SURVEY, [{"list_name": "x", "name": "a b", "label": "A"}], "form-invalid", "has blanks in it"),
        (SURVEY, [{"list_name": "x", "label": "A"}], "form-invalid", "a choice without a list or a name"),
    ],
)  # fmt: skip
def test_a_hostile_form_is_refused_by_name(survey, choices, code, words):
    codes, said = faults(workbook(survey, choices))
    assert code in codes
    assert words in said


def test_long_circles_are_found_and_forms_that_lean_on_them_are_not_blamed():
    ring = [
        {"type": "calculate", "name": f"q{n}", "label": "L", "calculation": f"${{q{(n + 1) % 50}}} + 1"}
        for n in range(50)
    ]
    outside = {"type": "text", "name": "z", "label": "Z", "relevant": "${q0} = 1"}
    codes, said = faults(workbook([*ring, outside]))
    assert codes == {"form-circular"}
    assert "z depend" not in said
    assert ", z" not in said


def test_formulas_and_files_that_are_no_workbooks_are_refused():
    codes, said = faults(workbook(SURVEY, formula='=HYPERLINK("http://x")'))
    assert codes == {"form-unsupported"}
    assert "cell A2 holds a formula" in said
    assert faults(b"type,name")[0] == {"file-unreadable"}
    assert faults(zipped())[0] == {"file-unreadable"}
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.add_worksheet("questions").write(0, 0, "type")
    book.close()
    assert "no sheet 'survey'" in faults(target.getvalue())[1]


def zipped():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a", "b")
    return target.getvalue()


@pytest.mark.parametrize(
    ("text", "answers", "value"),
    [
        ("1 + 2 * 3 - 4 div 2", {}, 5.0),
        ("7 mod 3 = 1 and -7 mod 3 = -1", {}, True),
        ("${a} > 17 or false()", {"a": "18"}, True),
        ("${a} > 17", {}, False),
        ("${a} = ''", {}, True),
        ("not(selected(${a}, 'x')) and count-selected(${a}) = 2", {"a": "y xx"}, True),
        ("if(${a} = 'x', concat('p', 1), 'q')", {"a": "x"}, "p1"),
        ("coalesce(${a}, ${b}, 'c')", {"b": "d"}, "d"),
        ("${a} < ${b}", {"a": "2001-09-30", "b": "2001-10-01"}, True),
        ("${a} <= today()", {"a": "2002-01-02"}, False),
        ("regex(${a}, '[a-z]+')", {"a": "abc"}, True),
        ("string-length(normalize-space(' a  b ')) = 3 and starts-with('abc', 'ab')", {}, True),
        ("round(2.345, 2) = 2.35 and int(-2.9) = -2 and round(-2.5) = -2", {}, True),
        ("number('1_0') = 10 or number('inf') > 0", {}, False),
    ],
)
def test_expressions_have_the_values_that_xpath_gives(text, answers, value):
    assert evaluate(text, answers, as_of=date(2002, 1, 1)) == value


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "1 +", "(1", "1 2", "${a", "a.b", "selected(1)", "not()", "/data/q", "('x" * 9,
     "(" * 99 + "1" + ")" * 99, "1+" * 300 + "1", "x" * 3000, "-" * 999 + "1", "regex('a', '(')"],
)  # fmt: skip
def test_what_is_no_expression_is_refused(text):
    with pytest.raises(ExpressionError):
        parsed(text)


def test_patterns_from_answers_are_judged_when_they_are_tried():
    with pytest.raises(ExpressionError, match="could take for ever"):
        evaluate("regex('aaa', ${p})", {"p": "(a+)+b"})
    with pytest.raises(ExpressionError, match="needs a day"):
        evaluate("today() = ''", {})


@settings(max_examples=80, deadline=None)
@given(text=st.text(alphabet="()+-*=<>!'\"${}abcnotselected,. 0123456789", max_size=40))
def test_any_text_is_an_expression_or_an_error(text):
    try:
        evaluate(text, {"a": "1"}, own="2", as_of=date(2002, 1, 1))
        holds(text, {})
    except ExpressionError:
        pass


WHOLE = {"stance": "in_favour", "focal_point": "A. Person", "focal_email": "a@example.int", "consent": "public"}


def test_answers_are_judged_by_kind_choice_constraint_and_relevance():
    assert answer_findings(FORM, WHOLE, place="r") == []
    wrong = WHOLE | {
        "stance": "maybe",
        "year": "19",
        "scope": "global global",
        "agenda": "causes x",
        "focal_email": "a b",
        "z": "1",
    }
    said = "\n".join(map(str, answer_findings(FORM, wrong, place="reply 1")))
    for words in (
        "'maybe' is no choice",
        "'19' does not meet",
        "names a choice twice",
        "'x' is no choice",
        "Write one e-mail address",
        "no such question",
    ):
        assert words in said
    assert {one.code for one in answer_findings(FORM, {"stance": "conditional"}, place="r")} == {"answer-missing"}
    assert answer_findings(FORM, {"stance": "conditional"}, place="r", whole=False) == []
    # What is no longer asked is neither judged nor kept.
    against = WHOLE | {"stance": "against", "year": "19"}
    assert answer_findings(FORM, against, place="r") == []
    assert "year" not in state_of(FORM, against).values


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", "1.5"),
        ("decimal", "x"),
        ("date", "2001-02-30"),
        ("date", "20010203"),
        ("acknowledge", "yes"),
        ("text", "x" * 100_001),
    ],
)
def test_answers_of_another_kind_are_invalid(kind, value):
    one = Question("q", kind, {"en": "Q"})
    form = replace(FORM, sections=(Section("", {}, (one,)),))
    assert [finding.code for finding in answer_findings(form, {"q": value}, place="r")] == ["answer-invalid"]


def test_calculations_follow_the_answers():
    questions = (
        Question("a", "integer", {"en": "A"}),
        Question("b", "calculate", {}, calculation="${a} * 2"),
        Question("c", "text", {"en": "C"}, relevant="${b} > 4"),
    )
    form = replace(FORM, sections=(Section("", {}, questions),))
    assert state_of(form, {"a": "3", "c": "kept"}).values == {"a": "3", "b": "6", "c": "kept"}
    assert state_of(form, {"a": "2", "c": "dropped"}).values == {"a": "2", "b": "4"}


def test_rows_of_the_sheets_hold_no_blank_cells():
    assert all(value for rows in form_sheets(FORM).values() for row in rows for value in row.values())
    with pytest.raises(ValueError, match="no question 'zz'"):
        FORM.question("zz")
    with pytest.raises(ValueError, match="there are views"):
        shipped_questionnaire("zz")
