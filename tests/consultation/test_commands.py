"""The officer's command line, from the new round to the published set."""

import io
import json
import re
from datetime import timedelta

import pytest
from pyotp import TOTP

from corridors.cli import main
from corridors.consult.formsheets import write_xlsform
from corridors.consult.questionnaires import shipped_questionnaire
from corridors.consultation.audit import Act
from corridors.consultation.database import open_database
from corridors.consultation.desk import now
from corridors.consultation.entry import confirm_entry, to_confirm
from corridors.consultation.rounds import the_round

PASSPHRASE = "a long enough phrase"


@pytest.fixture
def desk(tmp_path, capsys, monkeypatch):
    form = tmp_path / "views.xlsx"
    form.write_bytes(write_xlsform(shipped_questionnaire("views")))
    monkeypatch.chdir(tmp_path)

    def run(line, *, typed=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = main(["consult", *line.split()])
        told = capsys.readouterr()
        return status, told.out + told.err

    cut_off = (now() + timedelta(days=30)).date()
    status, told = run(f"new v1 --form views.xlsx --members-on 2026-01-01 --cut-off {cut_off}")
    assert (status, told) == (0, "round v1: 193 Members are asked\n")
    return run


def test_a_round_from_the_command_line(desk, tmp_path):
    (tmp_path / "c.csv").write_text(
        "code,kind,name,email,language\nKEN,member,Kenya,un@example.ke,en\nIOM,organization,IOM,,fr\n"
    )
    assert desk("contacts v1 c.csv")[1] == "2 contacts taken\n"
    status, told = desk("codes v1 --out codes.csv --for KEN FRA")
    assert (status, told) == (0, "codes.csv: 2 codes\n")
    assert (tmp_path / "codes.csv").stat().st_mode & 0o077 == 0
    assert desk("codes v1 --out codes.csv --for KEN")[0] == 1
    post = "--base-url https://c.example.org --sender desk@example.org"
    assert "wave 1: 1 letters" in desk(f"invite v1 --wave 1 {post}")[1]
    assert "wave 2: 1 letters" in desk(f"remind v1 --silent {post}")[1]
    assert desk(f"invite v1 --wave 9 {post}")[0] == 2
    status, told = desk("staff carl --role clerk", typed=PASSPHRASE + "\n")
    secret = re.search(r"secret=([A-Z2-7]+)", told)[1]
    (tmp_path / "a.csv").write_text(
        "question,value\nstance,in_favour\nconsent,public\nfocal_email,a@b.example\nfocal_point,A\n"
    )
    (tmp_path / "note.pdf").write_bytes(b"%PDF-1.7 note")
    typed = f"{PASSPHRASE}\n{TOTP(secret).now()}\n"
    line = f"enter v1 KEN --answers a.csv --scan note.pdf --arrived {now().date()} --as carl"
    status, told = desk(line, typed=typed)
    assert "waits for a second person" in told
    assert desk(line, typed=typed)[1].endswith("name, passphrase or code is wrong\n")
    opened = open_database(f"sqlite:///{tmp_path / 'consultation' / 'consultation.db'}")
    with opened.write() as session:
        (reply,) = to_confirm(session, the_round(session, "v1").id, but_by="cora")
        confirm_entry(session, reply, Act("cora", now()))
    opened.close()
    assert "193" in desk("tally v1")[1]
    assert json.loads(desk("tally v1 --json")[1])["in_favour"] == 1
    assert json.loads(desk("status v1 --json")[1])["counts"]["member"] == {"received": 1, "silent": 192}
    assert desk("extend v1 FRA --until 2099-01-01 --request note-7")[0] == 0
    status, told = desk("audit verify")
    head = told.split()[-1]
    assert "sound" in told
    assert desk("backup b.db")[0] == 0
    assert desk("restore b.db")[0] == 1
    assert desk("restore b.db --folder other")[0] == 0
    assert desk(f"audit verify --folder other --head {head}")[0] == 0
    status, told = desk(f"audit verify --head {'0' * 63}1")
    assert (status, "audit-cut" in told) == (1, True)
    assert desk("close v1")[0] == 0
    assert desk("close v1")[0] == 1
    status, told = desk("publish v1 --store store")
    assert "published: VIEWS" in told, told
    assert desk("export v1 --out e.json")[0] == 0
    assert json.loads((tmp_path / "e.json").read_text())["replies"][0]["respondent"] == "KEN"


def test_a_round_needs_a_sound_form(desk, tmp_path):
    (tmp_path / "bad.xlsx").write_bytes(b"no workbook")
    status, told = desk("new v2 --form bad.xlsx --members-on 2026-01-01 --cut-off 2099-01-01")
    assert (status, "bad.xlsx" in told) == (1, True)
    assert desk("new v2 --form none.xlsx --members-on 2026-01-01 --cut-off 2099-01-01")[0] == 1
    assert "ROUND or --golden" in desk("tally")[1]


def test_answers_of_another_table_are_refused(desk, tmp_path):
    from corridors.concepts.findings import DataError
    from corridors.consultation.desk import answers_of

    with pytest.raises(DataError, match="columns question and value"):
        answers_of(b"a,b\n1,2\n", file="a.csv")


def test_the_doors_open_to_others_over_https_only(desk):
    status, told = desk("serve --host 0.0.0.0")
    assert (status, "HTTPS only" in told) == (2, True)
