"""What is kept is kept: the chain, the triggers, backups, uploads, and the OpenRosa door."""

import base64
import io
import json
import sqlite3
import zipfile

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient
from tests.consultation.conftest import FORM, START, round_of

from corridors.concepts.findings import DataError, Refused, Unavailable
from corridors.consultation.audit import Act, append, verify
from corridors.consultation.database import back_up, open_database, restore
from corridors.consultation.keys import add_staff
from corridors.consultation.replies import Given, clear, open_reply, replies_of, save_answers, standing_answers
from corridors.consultation.results import tally_of
from corridors.consultation.schema import AnswerRow, AuditRow
from corridors.consultation.uploads import LARGEST_FILE, accept_upload
from corridors.consultation.web.app import application
from corridors.consultation.web.asking import Desk
from corridors.consultation.web.openrosa import read_submission

WORDS = [f"a distinct answer number {number:03}" for number in range(40)]


@pytest.fixture
def written(database, ken, act):
    """A database with forty answers, closed, and the path of its file."""
    with database.write() as session:
        reply = open_reply(session, ken, act())
        for word in WORDS:
            save_answers(session, reply, act(), answers={"conditions": Given(word)})
    path = database.engine.url.database
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


def check(path):
    opened = open_database(f"sqlite:///{path}")
    with opened.read() as session:
        found = verify(session)
    opened.close()
    return found


def flip(path, old, new):
    with open(path, "rb") as opened:
        raw = opened.read()
    assert raw.count(old) >= 1
    with open(path, "wb") as opened:
        opened.write(raw.replace(old, new, 1))


def test_one_flipped_byte_in_an_answer_is_found_and_located(written):
    assert check(written).findings == ()
    flip(written, b"a distinct answer number 017", b"a distinct answer number 617")
    (finding,) = check(written).findings
    assert (finding.code, finding.place) == ("audit-changed", "table answer, row 18")
    assert "it is not what act" in finding.fact


def test_one_flipped_byte_in_the_audit_is_found_and_located(written):
    connection = sqlite3.connect(written)
    (detail,) = connection.execute("SELECT detail FROM audit WHERE seq = 9").fetchone()
    connection.close()
    (told,) = json.loads(detail)["prints"].values()
    flip(written, told.encode(), (("0" if told[0] != "0" else "1") + told[1:]).encode())
    broken = [one for one in check(written).findings if one.code == "audit-broken"]
    assert [one.place.split(" of ")[0] for one in broken] == ["audit, row 9"]


@pytest.mark.parametrize(
    ("statement", "code", "place"),
    [
        ("UPDATE audit SET who = 'somebody else' WHERE seq = 7", "audit-broken", "audit, row 7"),
        ("DELETE FROM audit WHERE seq = 7", "audit-broken", "audit, row 8"),
        ("DELETE FROM answer WHERE id = 5", "audit-changed", "table answer, row 5"),
        ("UPDATE step SET note = 'x' WHERE id = 1", "audit-changed", "table step, row 1"),
        (
            "INSERT INTO step (id, reply_id, state, at, by, note) VALUES (99, 1, 'cleared', "
            "'2026-03-02T09:00:00.000000+00:00', 'x', '')",
            "audit-foreign",
            "table step, row 99",
        ),
    ],
)
def test_whoever_changes_rows_behind_the_triggers_is_found(written, statement, code, place):
    connection = sqlite3.connect(written)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.execute(statement)
    connection.commit()
    connection.close()
    assert any(one.code == code and one.place.startswith(place) for one in check(written).findings)


def test_a_chain_that_was_cut_short_misses_the_head_written_down(database, act):
    with database.write() as session:
        head = append(session, act(), action="a", subject="b").hash
        assert verify(session, expected_head=head).findings == ()
        (finding,) = verify(session, expected_head="f" * 64).findings
        assert finding.code == "audit-cut"


def test_a_damaged_page_is_a_finding(written):
    with open(written, "r+b") as opened:
        opened.seek(4096 * 4)
        opened.write(b"\xff" * 4096 * 3)
    try:
        found = check(written).findings
    except Unavailable as error:
        found = [error]
    assert found
    assert any(getattr(one, "code", "audit-unreadable") in ("audit-unreadable", "audit-changed") for one in found)


def test_rows_that_are_kept_cannot_be_changed(database, ken, act):
    with database.write() as session:
        save_answers(session, open_reply(session, ken, act()), act(), answers={"stance": Given("against")})
    for statement in ("UPDATE answer SET value = 'x'", "DELETE FROM audit", "DELETE FROM step"):
        with pytest.raises((DBAPIError, Unavailable), match="are kept"), database.write() as session:
            session.execute(text(statement))


def test_a_clock_that_runs_backwards_does_not_turn_the_order(database, act):
    with database.write() as session:
        append(session, act("first"), action="a", subject="")
        append(session, Act("second", START.replace(year=2020)), action="b", subject="")
        first, second = session.query(AuditRow).order_by(AuditRow.seq).all()
        assert second.at == first.at
        assert verify(session).findings == ()


def test_a_backup_made_in_use_can_be_put_back(database, ken, act, tmp_path):
    with database.write() as session:
        save_answers(session, open_reply(session, ken, act()), act(), answers={"stance": Given("against")})
    made = back_up(database, tmp_path / "backups" / "one.db")
    assert made.stat().st_mode & 0o077 == 0
    with pytest.raises(Refused, match="never written over"):
        back_up(database, made)
    target = restore(made, tmp_path / "new" / "consultation.db")
    assert check(target).findings == ()
    again = open_database(f"sqlite:///{target}")
    with again.read() as session:
        assert session.query(AnswerRow).one().value == "against"
    again.close()
    with pytest.raises(Refused, match="move it away first"):
        restore(made, target)
    (tmp_path / "no.db").write_bytes(b"no database at all")
    with pytest.raises(Refused, match="is no backup"):
        restore(tmp_path / "no.db", tmp_path / "other.db")


def zipped(**members):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), raw)
    return made.getvalue()


@pytest.mark.parametrize(
    ("raw", "code", "said"),
    [
        (b"", "upload-type", "it is empty"),
        (b"MZ\x90", "upload-type", "neither PDF"),
        (b"<svg/>", "upload-type", "neither PDF"),
        (b"%PDF-" + b"x" * LARGEST_FILE, "upload-large", "are let in"),
        (b"PK\x03\x04broken", "upload-type", "damaged archive"),
        (zipped(word__document_xml=b"0" * 60_000_000), "upload-bomb", "unpack to 60,000,000"),
        (zipped(word__document_xml=b"<a/>", word__vbaProject_bin=b"x"), "upload-type", "macros"),
        (zipped(other_xml=b"<a/>"), "upload-type", "neither PDF"),
    ],
)
def test_files_that_are_not_let_in(raw, code, said):
    with pytest.raises(DataError, match=said) as caught:
        accept_upload("file.pdf", raw)
    assert caught.value.findings[0].code == code


def test_a_word_file_is_let_in():
    assert accept_upload("reply", zipped(word__document_xml=b"<a/>")).name == "reply.docx"


def test_staff_need_known_roles_and_a_long_passphrase(database, act):
    with database.write() as session:
        with pytest.raises(ValueError, match="roles are officer, clerk"):
            add_staff(session, "x", act(), roles=["king"], passphrase="long enough phrase")
        with pytest.raises(ValueError, match="at least 12"):
            add_staff(session, "x", act(), roles=["clerk"], passphrase="short")


# What ODK Collect sends, by the OpenRosa specification: a HEAD, then a multipart POST with the instance and its files.
INSTANCE = """<?xml version='1.0' ?><data id="short" version="1" xmlns:orx="http://openrosa.org/xforms">
<views><stance>in_favour</stance></views><facts><programmes>3</programmes><bodies>health labour</bodies>
<law>law-1.pdf</law></facts><orx:meta><orx:instanceID>uuid:5b1c7b6e-6d0a-4a6e-9a65-0f4f9d2f7a11</orx:instanceID></orx:meta></data>"""


@pytest.fixture
def device(database, clock, link):
    client = TestClient(application(Desk(database, clock, "https://c.example.org")), base_url="https://c.example.org")
    client.headers["authorization"] = "Basic " + base64.b64encode(f"KEN:{link}".encode()).decode()
    client.headers["x-openrosa-version"] = "1.0"
    return client


def sent(device, instance=INSTANCE, law=b"%PDF-1.7 law"):
    files = {
        "xml_submission_file": ("instance.xml", instance.encode(), "text/xml"),
        "law-1.pdf": ("law-1.pdf", law, "application/pdf"),
    }
    return device.post("/openrosa/r1/submission", files=files)


def test_collect_fetches_the_form_and_sends_it_twice(device, database, ken):
    listed = device.get("/openrosa/r1/formList")
    assert (listed.status_code, listed.headers["x-openrosa-version"]) == (200, "1.0")
    assert "<formID>short</formID>" in listed.text
    assert "https://c.example.org/openrosa/r1/form.xml" in listed.text
    form = device.get("/openrosa/r1/form.xml")
    assert b'id="short"' in form.content
    asked = device.head("/openrosa/r1/submission")
    assert (asked.status_code, asked.headers["x-openrosa-version"]) == (204, "1.0")
    assert asked.headers["x-openrosa-accept-content-length"] == str(LARGEST_FILE)
    assert asked.headers["location"] == "https://c.example.org/openrosa/r1/submission"
    assert [sent(device).status_code for _ in range(3)] == [201, 201, 201]
    with database.read() as session:
        (reply,) = replies_of(session, ken)
        values = {name: row.value for name, row in standing_answers(session, reply).items()}
        assert values == {"stance": "in_favour", "programmes": "3", "bodies": "health labour", "law": "law-1.pdf"}
        assert (reply.state, reply.channel) == ("draft", "openrosa")
        assert session.query(AuditRow).filter_by(action="file attached").count() == 1
        assert verify(session).findings == ()
    assert sent(device, INSTANCE.replace("in_favour", "against")).status_code == 409


def test_a_respondent_that_sends_twice_is_counted_once(device, database, ken, codes, act):
    other = INSTANCE.replace("5b1c7b6e", "5b1c7b6f").replace("in_favour", "against")
    assert [sent(device).status_code, sent(device, other).status_code] == [201, 201]
    with database.write() as session:
        first, second = replies_of(session, ken)
        clear(session, second, act(), code=codes["KEN"])
        clear(session, first, act(), code=codes["KEN"])
        assert (first.state, second.state) == ("cleared", "corrected")
        found = tally_of(session, round_of(session))
        assert (found.replied, found.counts["in_favour"]) == (1, 1)


def test_a_chunked_submission_is_taken(device, database, ken):
    body = (
        b'--b\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="i.xml"\r\n'
        b"Content-Type: text/xml\r\n\r\n" + INSTANCE.encode() + b"\r\n--b--\r\n"
    )

    def pieces():
        for at in range(0, len(body), 50):
            yield body[at : at + 50]

    headers = {"content-type": "multipart/form-data; boundary=b"}
    assert device.post("/openrosa/r1/submission", content=pieces(), headers=headers).status_code == 201
    with database.read() as session:
        assert len(replies_of(session, ken)) == 1


def test_a_device_must_sign_in(device):
    del device.headers["authorization"]
    answer = sent(device)
    assert (answer.status_code, answer.headers["www-authenticate"][:5]) == (401, "Basic")
    for told in ("Basic !!", "Basic " + base64.b64encode(b"FRA:x").decode(), "Bearer x"):
        assert device.get("/openrosa/r1/formList", headers={"authorization": told}).status_code == 401


@pytest.mark.parametrize(
    ("instance", "said"),
    [
        ("<data", "no XML that is read here"),
        ('<!DOCTYPE d [<!ENTITY a "b">]><data id="short" version="1">&a;</data>', "no XML that is read here"),
        (INSTANCE.replace('id="short"', 'id="other"'), "answers form ('other', '1')"),
        (INSTANCE.replace("uuid:5b1c7b6e-6d0a-4a6e-9a65-0f4f9d2f7a11", ""), "no instanceID"),
        ('<data id="short" version="1">' + "<a>" * 40 + "</a>" * 40 + "</data>", "too deep"),
    ],
)
def test_submissions_that_are_refused(device, instance, said):
    with pytest.raises(DataError) as caught:
        read_submission(instance.encode(), form=FORM)
    assert said in str(caught.value)
    assert caught.value.findings[0].code == "submission-invalid"
    assert sent(device, instance).status_code == 400


def test_a_submission_without_its_file_is_refused(device):
    answer = device.post("/openrosa/r1/submission", files={"other": ("a.xml", b"<a/>", "text/xml")})
    assert (answer.status_code, "no xml_submission_file" in answer.text) == (400, True)
