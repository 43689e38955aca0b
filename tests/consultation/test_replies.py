"""From the invitation to the tally, without the web."""

from datetime import date, timedelta

import pytest
from tests.consultation.conftest import CUT_OFF, round_of

from corridors.concepts.findings import DataError, Refused
from corridors.consultation.audit import verify
from corridors.consultation.coding import adjudicate, code, differences, new_codebook, to_code
from corridors.consultation.entry import confirm_entry, enter_paper, refuse_entry, to_confirm
from corridors.consultation.keys import access_by_token, give_access
from corridors.consultation.replies import (
    Given,
    clear,
    correct,
    ministry_done,
    move,
    open_reply,
    parked_answers,
    save_answers,
    standing_answers,
    withdraw,
)
from corridors.consultation.results import board, consultation_of, counts, export, tally_of
from corridors.consultation.rounds import (
    Post,
    close,
    extend,
    import_contacts,
    new_round,
    send_wave,
    silent,
    the_respondent,
)
from corridors.consultation.schema import AnswerRow
from corridors.consultation.uploads import accept_upload

SCAN = accept_upload("note.pdf", b"%PDF-1.7 a note")


def answered(session, one, act, code_given, stance="in_favour"):
    reply = open_reply(session, one, act())
    save_answers(session, reply, act(), answers={"stance": Given(stance)})
    clear(session, reply, act(), code=code_given)
    return reply


def test_a_reply_goes_from_draft_to_accepted_and_is_counted(database, ken, codes, act):
    with database.write() as session:
        reply = answered(session, ken, act, codes["KEN"])
        move(session, reply, act("olga"), state="received")
        move(session, reply, act("olga"), state="accepted")
        found = tally_of(session, round_of(session))
        assert (found.replied, found.members, found.counts["in_favour"]) == (1, 193, 1)
        assert found.positions == {"KEN": "in_favour"}
        assert counts(board(session, round_of(session))) == {"member": {"accepted": 1, "silent": 192}}
        assert b'"in_favour"' in export(session, round_of(session))
        assert verify(session).findings == ()


def test_two_ministries_editing_one_answer_lose_nothing_and_the_mission_chooses(database, ken, codes, act):
    with database.write() as session:
        reply = open_reply(session, ken, act())
        save_answers(session, reply, act("Health"), answers={"programmes": Given("3", 0)})
        found = save_answers(session, reply, act("Labour"), answers={"programmes": Given("5", 0)})
        assert found.parked == ("programmes",)
        assert standing_answers(session, reply)["programmes"].value == "3"
        save_answers(session, reply, act("Health"), answers={"stance": Given("against")})
        with pytest.raises(DataError, match="two answers are kept") as caught:
            clear(session, reply, act(), code=codes["KEN"])
        assert [one.code for one in caught.value.findings] == ["answer-conflict"]
        assert [row.value for row in parked_answers(session, reply)["programmes"]] == ["5"]
        save_answers(session, reply, act("Mission of KEN"), answers={"programmes": Given("5", 1)})
        assert parked_answers(session, reply) == {}
        clear(session, reply, act(), code=codes["KEN"])
        assert session.query(AnswerRow).filter_by(question="programmes").count() == 3


def test_saving_the_same_again_adds_nothing(database, ken, act):
    with database.write() as session:
        reply = open_reply(session, ken, act())
        for _ in range(3):
            save_answers(session, reply, act(), answers={"programmes": Given("3", 0)})
        assert session.query(AnswerRow).count() == 1


def test_a_ministry_writes_only_its_sections(database, ken, act):
    with database.write() as session:
        token = give_access(session, ken, act(), label="Health", sections=["facts"])
        access = access_by_token(session, token)
        reply = open_reply(session, ken, act())
        with pytest.raises(Refused, match="this link opens the sections facts"):
            save_answers(session, reply, act("Health"), answers={"stance": Given("against")}, sections=access.sections)
        save_answers(session, reply, act("Health"), answers={"programmes": Given("2")}, sections=access.sections)
        ministry_done(session, reply, access, act("Health"))
        assert reply.state == "ministry-done"
        assert access_by_token(session, token + "x") is None


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"stance": "perhaps"}, "'perhaps' is no choice"),
        ({}, "no answer to a required question"),
        ({"stance": "against", "programmes": "-1"}, "does not meet"),
        ({"stance": "against", "programmes": "many"}, "no whole number"),
    ],
)
def test_an_answer_that_breaks_the_form_is_kept_but_not_cleared(database, ken, codes, act, answers, said):
    with database.write() as session:
        reply = open_reply(session, ken, act())
        save_answers(session, reply, act(), answers={name: Given(value) for name, value in answers.items()})
        with pytest.raises(DataError, match=said):
            clear(session, reply, act(), code=codes["KEN"])
        assert len(standing_answers(session, reply)) == len(answers)


def test_unknown_questions_and_endless_answers_are_refused(database, ken, act):
    with database.write() as session:
        reply = open_reply(session, ken, act())
        for answers, said in (
            ({"hack": Given("1")}, "does not have it"),
            ({"stance": Given("x" * 100_001)}, "100,001"),
        ):
            with pytest.raises(DataError, match=said) as caught:
                save_answers(session, reply, act(), answers=answers)
            assert {one.code for one in caught.value.findings} == {"answer-invalid"}


def test_clearance_needs_the_code_and_the_time(database, ken, codes, act, clock):
    with database.write() as session:
        reply = open_reply(session, ken, act())
        save_answers(session, reply, act(), answers={"stance": Given("against")})
        with pytest.raises(Refused, match="not the code"):
            clear(session, reply, act(), code=codes["FRA"])
        clock.now = CUT_OFF + timedelta(days=1)
        with pytest.raises(Refused, match="ask the Secretariat for an extension"):
            clear(session, reply, act(), code=codes["KEN"])
        with pytest.raises(ValueError, match="names the request"):
            extend(session, ken, act("olga"), until=CUT_OFF + timedelta(days=9), request=" ")
        extend(session, ken, act("olga"), until=CUT_OFF + timedelta(days=9), request="note 12/2026")
        clear(session, reply, act(), code=codes["KEN"].lower())
        assert tally_of(session, round_of(session)).replied == 1


def test_a_correction_replaces_and_a_withdrawal_silences(database, ken, codes, act):
    with database.write() as session:
        first = answered(session, ken, act, codes["KEN"])
        with pytest.raises(Refused, match="start a correction"):
            open_reply(session, ken, act())
        with pytest.raises(Refused, match="start a correction"):
            save_answers(session, first, act(), answers={"stance": Given("against")})
        second = correct(session, ken, act())
        save_answers(session, second, act(), answers={"stance": Given("against")})
        assert tally_of(session, round_of(session)).counts["in_favour"] == 1
        clear(session, second, act(), code=codes["KEN"])
        assert first.state == "corrected"
        assert tally_of(session, round_of(session)).counts["against"] == 1
        with pytest.raises(Refused, match="not the code"):
            withdraw(session, second, act(), code="x")
        withdraw(session, second, act(), code=codes["KEN"])
        assert tally_of(session, round_of(session)).replied == 0
        assert len(consultation_of(session, round_of(session)).replies) == 2


def test_paper_needs_two_persons_and_counts_from_its_arrival(database, ken, codes, act, clock):
    clock.now = CUT_OFF + timedelta(days=3)
    with database.write() as session:
        given = {"stance": Given("partially")}
        with pytest.raises(ValueError, match="still to come"):
            enter_paper(session, ken, act("carl"), answers=given, scan=SCAN, arrived_at=clock.now + timedelta(days=1))
        reply = enter_paper(session, ken, act("carl"), answers=given, scan=SCAN, arrived_at=CUT_OFF - timedelta(days=1))
        assert to_confirm(session, "r1", but_by="carl") == []
        with pytest.raises(Refused, match="does not confirm"):
            confirm_entry(session, reply, act("carl"))
        confirm_entry(session, reply, act("cora"))
        assert tally_of(session, round_of(session)).counts["partially"] == 1
        late = enter_paper(session, ken, act("carl"), answers=given, scan=SCAN, arrived_at=CUT_OFF + timedelta(days=2))
        refuse_entry(session, late, act("cora"), why="another date")
        assert late.state == "withdrawn"


def test_paper_that_arrived_late_is_not_counted(database, ken, codes, act, clock):
    clock.now = CUT_OFF + timedelta(days=3)
    with database.write() as session:
        reply = enter_paper(
            session,
            ken,
            act("carl"),
            answers={"stance": Given("against")},
            scan=SCAN,
            arrived_at=CUT_OFF + timedelta(days=1),
        )
        confirm_entry(session, reply, act("cora"))
        found = tally_of(session, round_of(session))
        assert found.replied == 0
        assert [one.outcome for one in found.verdicts] == ["late"]


def test_two_coders_are_blind_and_a_third_person_decides(database, ken, codes, act):
    with database.write() as session:
        answered(session, ken, act, codes["KEN"])
        book = new_codebook(session, "r1", act("olga"), question="stance", codes={"a": "A", "b": "B"})
        (answer,) = to_code(session, book, coder="abel")
        code(session, answer, book, act("abel"), code="a")
        assert to_code(session, book, coder="abel") == []
        with pytest.raises(Refused, match="no longer, for you"):
            code(session, answer, book, act("abel"), code="b")
        with pytest.raises(ValueError, match="codes are a, b"):
            code(session, answer, book, act("bea"), code="z")
        code(session, answer, book, act("bea"), code="b")
        assert [one.codes for one in differences(session, book)] == [("a", "b")]
        with pytest.raises(Refused, match="does not decide"):
            adjudicate(session, answer, book, act("abel"), code="a")
        adjudicate(session, answer, book, act("judy"), code="b")
        assert differences(session, book) == []


def contacts(*rows):
    return "\n".join(("code,kind,name,email,language", *rows)).encode()


def test_waves_invite_all_and_remind_the_silent_only(database, ken, codes, act, tmp_path):
    post = Post(tmp_path / "outbox", "desk@example.org", "https://consult.example.org")
    with database.write() as session:
        row = round_of(session)
        import_contacts(
            session,
            row,
            act("olga"),
            raw=contacts(
                "KEN,member,Kenya,un@example.ke,en",
                "FRA,member,France,un@example.fr,fr",
                "IOM,organization,IOM,a@iom.example,ar",
            ),
            file="c.csv",
        )
        with pytest.raises(ValueError, match="the next is 1, not 2"):
            send_wave(session, row, act("olga"), wave=2, post=post)
        assert len(send_wave(session, row, act("olga"), wave=1, post=post)) == 3
        answered(session, ken, act, codes["KEN"])
        sent = send_wave(session, row, act("olga"), wave=2, post=post, note={"fr": "Un rappel."})
        assert sorted(letter.file for letter in sent) == ["02-FRA.eml", "02-IOM.eml"]
        assert "KEN" not in {one.code for one in silent(session, row)}
        close(session, row, act("olga"))
        with pytest.raises(Refused, match="was closed"):
            send_wave(session, row, act("olga"), wave=3, post=post)
        with pytest.raises(Refused, match="the round is closed"):
            correct(session, ken, act())
        with pytest.raises(Refused, match="the round is closed"):
            enter_paper(session, ken, act("carl"), answers={}, scan=SCAN, arrived_at=CUT_OFF)
    letter = (tmp_path / "outbox" / "02-FRA.eml").read_bytes()
    assert (tmp_path / "outbox" / "02-FRA.eml").stat().st_mode & 0o077 == 0
    import email.policy

    body = email.message_from_bytes(letter, policy=email.policy.SMTP).get_content()
    assert "Un rappel." in body
    token = body.split("https://consult.example.org/in/")[1].split()[0]
    assert len(token) == 32
    with database.read() as session:
        assert access_by_token(session, token).role == "mission"
        assert token.encode() not in export(session, round_of(session))
    assert token.encode() not in (tmp_path / "consultation.db").read_bytes()


@pytest.mark.parametrize(
    ("rows", "code_found", "said"),
    [
        (["SRB,visitor,Serbia,,en"], "contact-invalid", "none of member, observer, organization"),
        (["YUG,member,Yugoslavia,,en"], "respondent-not-member", "was no Member on 2026-03-01"),
        (["KEN,member,Kenya,un at ke,en"], "contact-invalid", "is no address"),
        (["KEN,member,Kenya,,xx"], "contact-invalid", "none of ar, zh, en, fr, ru, es"),
        (["KEN,member,Kenya,,en", "KEN,member,Kenya,,en"], "contact-invalid", "twice"),
        (["KEN,member"], "contact-invalid", "fewer cells"),
    ],
)
def test_a_contact_list_with_faults_is_not_taken(database, codes, act, rows, code_found, said):
    with database.write() as session, pytest.raises(DataError, match=said) as caught:
        import_contacts(session, round_of(session), act("olga"), raw=contacts(*rows), file="c.csv")
    assert code_found in {one.code for one in caught.value.findings}


def test_a_contact_list_that_is_no_csv_is_refused(database, codes, act):
    with database.write() as session:
        for raw, said in ((b"\xff\xfe\x00", "no CSV in UTF-8"), (b"code,kind\nKEN,member\n", "columns name")):
            with pytest.raises(DataError, match=said):
                import_contacts(session, round_of(session), act("olga"), raw=raw, file="c.csv")


def test_rounds_have_names_and_a_cut_off_to_come(database, codes, act):
    from tests.consultation.conftest import FORM

    from corridors.consultation.rounds import Form, the_round

    form = Form(FORM, "f.xlsx", b"")
    with database.write() as session:
        for name, cut_off, said in (
            ("r1", CUT_OFF, "is there already"),
            ("../x", CUT_OFF, "letters, digits"),
            ("r2", CUT_OFF - timedelta(days=900), "has passed"),
        ):
            with pytest.raises(ValueError, match=said):
                new_round(session, name, act(), form=form, members_on=date(2026, 1, 1), cut_off=cut_off)
        with pytest.raises(ValueError, match="no round 'r9'; there are r1"):
            the_round(session, "r9")
        with pytest.raises(ValueError, match="does not ask 'XXX'"):
            the_respondent(session, "r1", "XXX")
