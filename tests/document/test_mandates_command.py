"""`corridors document`: what each noun prints and writes."""

import json

import pytest

from corridors.cli import main

TEXT = """Migration

The General Assembly,

Recalling its resolution 54/212 of 22 December 1999 on migration,

1. Takes note of the report of the Secretary-General;

2. Requests the Secretary-General to submit to the General Assembly at its fifty-eighth session a report on the
implementation of the present resolution.
"""


@pytest.fixture
def draft(tmp_path):
    file = tmp_path / "draft.txt"
    file.write_text(TEXT)
    return file


def test_parse_prints_the_schema_and_writes_akoma_ntoso(draft, tmp_path, capsys):
    assert main(["document", "parse", str(draft), "--json", "--akn", str(tmp_path / "a.xml")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "resolution-gold/1"
    assert len(found["operative"]) == 2
    assert (tmp_path / "a.xml").read_bytes().startswith(b"<?xml")
    assert main(["document", "parse", str(draft)]) == 0
    assert "1 preambular, 2 operative paragraphs" in capsys.readouterr().out


def test_mandates_of_a_file_on_a_day_as_calendar_and_register(draft, tmp_path, capsys):
    calendar, register = tmp_path / "m.ics", tmp_path / "m.json"
    words = [
        "document",
        "mandates",
        str(draft),
        "--as-of",
        "2003-10-01",
        "--due",
        "--ics",
        str(calendar),
        "--out",
        str(register),
    ]
    assert main(words) == 0
    assert "due        GA58" in capsys.readouterr().out
    assert calendar.read_bytes().startswith(b"BEGIN:VCALENDAR")
    assert main(["document", "mandates", str(register), "--as-of", "2005-01-01", "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["mandates"]
    assert (one["clause"], one["status"]) == ("OP2", "overdue")


def test_a_register_of_no_known_form_is_refused(tmp_path, capsys):
    assert main(["document", "mandates", "--out", str(tmp_path / "m.txt")]) == 2
    assert "endings are .ics, .json, .csv" in capsys.readouterr().err


def test_the_chain_takes_in_a_file(draft, capsys):
    assert main(["document", "chain", "migration", str(draft)]) == 0
    assert "A/RES/49/127\n" in capsys.readouterr().out
    assert main(["document", "chain", "whales"]) == 2
    assert "topics are" in capsys.readouterr().err


def test_practices_are_searched_and_forms_come_back(tmp_path, capsys):
    assert main(["document", "practices", "search", "seasonal", "workers"]) == 0
    assert capsys.readouterr().out.startswith("practice:nzl-rse")
    for form in ("json", "yaml", "xlsx"):
        file = tmp_path / f"f.{form}"
        assert main(["document", "practices", "form", "--as", form, "--out", str(file)]) == 0
        assert main(["document", "practices", "check", str(file), "--json"]) == 1
        answer = capsys.readouterr().out
        assert "it is missing" in answer
        assert "effects 1" not in answer


def test_processes_of_a_state_and_with_whom_it_sits(capsys):
    assert main(["document", "processes", "--area", "MEX", "--on", "2024-01-01", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [seat["process"] for seat in found["seats"]] == ["RCM"]
    assert found["sits_with"]["Guatemala"] == 1
    assert main(["document", "processes", "--area", "ZZZ"]) == 2
    assert "is no area code" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_a_finding(capsys):
    assert main(["document", "parse", "nowhere.txt"]) == 1
    assert "cannot be read" in capsys.readouterr().err
