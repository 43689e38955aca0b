"""The pages as a browser without scripts uses them."""

import re
from datetime import timedelta

import pytest
from pyotp import TOTP
from starlette.testclient import TestClient
from tests.consultation.conftest import CUT_OFF, PASSPHRASE, SECOND, round_of

from corridors.consultation.audit import verify
from corridors.consultation.coding import new_codebook
from corridors.consultation.replies import parked_answers, replies_of, standing_answers
from corridors.consultation.results import tally_of
from corridors.consultation.schema import AuditRow
from corridors.consultation.web.app import LARGEST_REQUEST, application
from corridors.consultation.web.asking import Desk
from corridors.consultation.words import words

BASE = "https://consult.example.org"


@pytest.fixture
def app(database, clock):
    return application(Desk(database, clock, BASE))


@pytest.fixture
def browse(app):
    return lambda: TestClient(app, base_url=BASE, follow_redirects=True, headers={"accept-language": "en"})


def key_of(page):
    return re.search(r'name="key" value="([^"]+)"', page.text)[1]


def opened(browser, token):
    assert browser.get(f"/in/{token}").status_code == 200
    page = browser.post(f"/in/{token}")
    assert page.url.path == "/reply", page.text
    return page


def saved(browser, number, **answers):
    page = browser.get(f"/reply/{number}")
    fields = dict(re.findall(r'name="(v\.[^"]+)" value="([^"]*)"', page.text))
    return browser.post(f"/reply/{number}", data={"key": key_of(page), **fields, **answers})


def signed_in(browser, name, clock):
    page = browser.post("/staff", data={"name": name, "passphrase": PASSPHRASE, "second": TOTP(SECOND).at(clock.now)})
    clock.now += timedelta(seconds=60)
    return page


def test_a_mission_answers_clears_corrects_and_withdraws(browse, link, codes, database, ken):
    browser = browse()
    opened(browser, link)
    page = saved(browser, 1, **{"q.stance": "conditional"})
    assert words("en")["saved"] in page.text
    assert "Under which conditions?" in page.text
    saved(
        browser, 1, **{"q.stance": "conditional", "q.conditions": "<b>If</b> financed", "c.conditions": "secretariat"}
    )
    saved(browser, 2, **{"q.bodies": ["health", "labour"], "q.programmes": "4", "q.since": "2001-12-21"})
    page = browser.get("/reply/1/clear")
    assert "&lt;b&gt;If&lt;/b&gt; financed" in page.text
    assert "Health; Labour" in page.text
    wrong = browser.post("/reply/1/clear", data={"key": key_of(page), "code": "AAAA"})
    assert (wrong.status_code, "not the code" in wrong.text) == (409, True)
    page = browser.post("/reply/1/clear", data={"key": key_of(wrong), "code": codes["KEN"]})
    assert words("en")["state_cleared"] in page.text
    page = browser.post("/reply/correct", data={"key": key_of(page)})
    saved(browser, 1, **{"q.stance": "against"})
    page = browser.get("/reply/2/clear")
    browser.post("/reply/2/clear", data={"key": key_of(page), "code": codes["KEN"]})
    with database.read() as session:
        assert tally_of(session, round_of(session)).counts["against"] == 1
        first = standing_answers(session, replies_of(session, ken)[0])
        assert first["bodies"].value == "health labour"
        assert first["conditions"].confidentiality == "secretariat"
    page = browser.get("/reply/2/withdraw")
    page = browser.post("/reply/2/withdraw", data={"key": key_of(page), "code": codes["KEN"]})
    assert words("en")["state_withdrawn"] in page.text
    with database.read() as session:
        assert tally_of(session, round_of(session)).replied == 0
        assert verify(session).findings == ()


def test_a_ministry_sees_its_sections_and_a_conflict_is_shown_to_the_mission(browse, link, codes, database, ken):
    mission, ministry = browse(), browse()
    opened(mission, link)
    page = mission.get("/reply/delegate")
    page = mission.post("/reply/delegate", data={"key": key_of(page), "label": "Health", "section": ["2"]})
    token = re.search(rf"{BASE}/in/([\w-]+)", page.text)[1]
    overview = opened(ministry, token)
    assert 'href="/reply/2"' in overview.text
    assert 'href="/reply/1"' not in overview.text
    for path in ("/reply/1", "/reply/9", "/reply/x"):
        assert ministry.get(path).status_code == 404
    assert ministry.get("/reply/delegate").status_code == 403
    saved(mission, 1, **{"q.stance": "against"})
    stale = ministry.get("/reply/2")
    saved(mission, 2, **{"q.programmes": "3"})
    assert ministry.get("/reply/1/clear").status_code == 403
    page = ministry.post("/reply/2", data={"key": key_of(stale), "v.programmes": "0", "q.programmes": "5"})
    assert words("en")["parked"] in page.text
    page = mission.get("/reply/2")
    choose = re.search(r'action="(/reply/2/choose/\d+)"', page.text)[1]
    page = mission.post(choose, data={"key": key_of(page)})
    assert 'value="5"' in page.text
    with database.read() as session:
        (reply,) = replies_of(session, ken)
        assert standing_answers(session, reply)["programmes"].value == "5"
        assert parked_answers(session, reply) == {}
    page = ministry.post("/reply/done", data={"key": key_of(ministry.get("/reply"))})
    assert words("en")["state_ministry-done"] in page.text
    page = mission.get("/reply")
    revoke = re.search(r'action="(/reply/delegate/\d+/revoke)"', page.text)[1]
    mission.post(revoke, data={"key": key_of(page)})
    assert ministry.get("/reply").status_code == 403
    assert browse().get(f"/in/{token}").status_code == 403


def test_paper_and_coding_go_through_two_persons_each(browse, staff, codes, database, clock, act):
    clerk, confirmer = browse(), browse()
    assert signed_in(clerk, "carl", clock).url.path == "/staff/home"
    page = clerk.get("/staff/r1/enter/FRA")
    data = {"key": key_of(page), "arrived": "2026-03-02", "v.stance": "0", "q.stance": "in_favour"}
    scan = {"scan": ("n.pdf", b"%PDF-1.7 note", "application/pdf")}
    page = clerk.post("/staff/r1/enter/FRA", data=data, files=scan)
    assert page.url.path == "/staff/r1/board", page.text
    bad = {"scan": ("n.pdf", b"MZ\x00", "application/pdf")}
    refused = clerk.post("/staff/r1/enter/FRA", data=data, files=bad)
    assert (refused.status_code, "neither PDF" in refused.text) == (422, True)
    assert clerk.get("/staff/confirm/1").status_code == 403
    signed_in(confirmer, "cora", clock)
    assert 'href="/staff/confirm/1"' in confirmer.get("/staff/home").text
    page = confirmer.get("/staff/confirm/1")
    scan_link = re.search(r'href="(/file/\d+)"', page.text)[1]
    got = confirmer.get(scan_link)
    assert got.content == b"%PDF-1.7 note"
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.headers["content-type"] == "application/octet-stream"
    confirmer.post("/staff/confirm/1", data={"key": key_of(page), "do": "confirm"})
    with database.write() as session:
        assert tally_of(session, round_of(session)).counts["in_favour"] == 1
        new_codebook(session, "r1", act("olga"), question="stance", codes={"a": "A", "b": "B"})
    for name, chosen in (("abel", "a"), ("bea", "b")):
        coder = browse()
        signed_in(coder, name, clock)
        page = coder.get("/staff/r1/coding")
        assert "Codes given" not in page.text
        fields = dict(re.findall(r'name="(answer|book)" value="(\d+)"', page.text))
        coder.post("/staff/r1/coding", data={"key": key_of(page), **fields, "code": chosen})
        assert coder.get("/staff/r1/deciding").status_code == 403
    judge = browse()
    signed_in(judge, "judy", clock)
    page = judge.get("/staff/r1/deciding")
    assert "Codes given: a, b" in page.text
    fields = dict(re.findall(r'name="(answer|book)" value="(\d+)"', page.text))
    page = judge.post("/staff/r1/deciding", data={"key": key_of(page), **fields, "code": "b"})
    assert words("en")["nothing"] in page.text


def test_the_officer_receives_accepts_and_extends_and_the_auditor_only_reads(browse, staff, link, codes, clock):
    mission, officer, auditor = browse(), browse(), browse()
    opened(mission, link)
    saved(mission, 1, **{"q.stance": "against"})
    page = mission.get("/reply/1/clear")
    mission.post("/reply/1/clear", data={"key": key_of(page), "code": codes["KEN"]})
    signed_in(officer, "olga", clock)
    page = officer.get("/staff/r1/respondent/KEN")
    page = officer.post("/staff/reply/1/receive", data={"key": key_of(page)})
    page = officer.post("/staff/reply/1/accept", data={"key": key_of(page)})
    assert words("en")["state_accepted"] in page.text
    assert officer.post("/staff/reply/1/accept", data={"key": key_of(page)}).status_code == 409
    data = {"key": key_of(page), "until": "2026-07-15", "request": "note 7 of 1 June"}
    assert "2026-07-15" in officer.post("/staff/r1/respondent/KEN", data=data).text
    assert officer.post("/staff/r1/respondent/KEN", data={**data, "until": "soon"}).status_code == 400
    assert officer.get("/staff/audit").status_code == 403
    signed_in(auditor, "otto", clock)
    page = auditor.get("/staff/audit")
    assert "The chain is sound" in page.text
    assert "deadline extended" in page.text
    assert auditor.get("/staff/r1/respondent/KEN").status_code == 403
    assert auditor.get("/staff/r1/enter/KEN").status_code == 403


def test_signing_in_takes_all_three_secrets_and_a_code_is_good_once(browse, staff, clock):
    browser = browse()
    code = TOTP(SECOND).at(clock.now)
    right = {"name": "olga", "passphrase": PASSPHRASE, "second": code}
    for change in ({"name": "nobody"}, {"passphrase": "wrong"}, {"second": "000000"}):
        page = browser.post("/staff", data={**right, **change})
        assert (page.status_code, words("en")["wrong"] in page.text) == (403, True)
    assert browser.post("/staff", data=right).url.path == "/staff/home"
    assert browse().post("/staff", data=right).status_code == 403
    for _ in range(6):
        page = browse().post("/staff", data={**right, "passphrase": "wrong"})
    assert page.status_code == 429


def test_forms_from_elsewhere_and_sessions_that_are_over_do_nothing(browse, link, clock, database):
    browser = browse()
    page = opened(browser, link)
    key = key_of(browser.get("/reply/1"))
    answers = {"v.stance": "0", "q.stance": "against"}
    assert browser.post("/reply/1", data=answers).status_code == 403
    assert browser.post("/reply/1", data={"key": "x", **answers}).status_code == 403
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        assert browser.post("/reply/1", data={"key": key, **answers}, headers=headers).status_code == 403
    assert browser.post("/reply/1", data={"key": key, "v.stance": "-1"}).status_code == 400
    clock.now += timedelta(hours=3)
    assert browser.get("/reply").status_code == 403
    assert page.status_code == 200


def test_every_answer_carries_the_headers_and_no_secret_goes_into_an_address(browse, link):
    browser = browse()
    page = browser.get(f"/in/{link}")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "<script" not in page.text
    assert not re.search(r'(src|href)="https?:', page.text)
    made = browser.post(f"/in/{link}", follow_redirects=False)
    cookie = made.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert "Secure" in cookie
    assert link not in browser.get("/reply").text
    assert browser.get("/nowhere").status_code == 404
    assert browser.get("/nowhere").headers["referrer-policy"] == "no-referrer"


def test_wrong_links_are_counted(browse):
    browser = browse()
    answers = [browser.get(f"/in/{number:032}").status_code for number in range(121)]
    assert answers[0] == 403
    assert answers[-1] == 429


def test_too_large_a_request_is_refused_whether_it_says_so_or_not(browse, link):
    browser = browse()
    opened(browser, link)
    page = browser.post("/reply/1", content=b"x", headers={"content-length": str(LARGEST_REQUEST + 1)})
    assert page.status_code == 413

    def endless():
        yield b"key=x&q.stance="
        for _ in range(LARGEST_REQUEST // 65_536 + 2):
            yield b"x" * 65_536

    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.post("/reply/1", content=endless(), headers=headers).status_code in (400, 413)


def test_after_the_deadline_the_page_says_so(browse, link, clock):
    browser = browse()
    clock.now = CUT_OFF + timedelta(hours=1)
    opened(browser, link)
    page = saved(browser, 1, **{"q.stance": "against"})
    assert (page.status_code, "ask the Secretariat for an extension" in page.text) == (409, True)


def test_a_full_disk_loses_nothing_that_was_typed(browse, link, database):
    browser = browse()
    opened(browser, link)
    saved(browser, 1, **{"q.stance": "conditional"})
    from sqlalchemy import event

    def full(connection, *_):
        connection.exec_driver_sql("PRAGMA max_page_count = 1")

    event.listen(database.engine, "begin", full)
    long = "word " * 30_000
    page = saved(browser, 1, **{"q.stance": "conditional", "q.conditions": long[:90_000]})
    event.remove(database.engine, "begin", full)
    assert page.status_code == 503
    assert words("en")["not_saved"] in page.text
    assert long[:5_000] in page.text


def test_a_locked_database_is_waited_for_and_then_said(browse, link, database, monkeypatch):
    import sqlite3

    browser = browse()
    opened(browser, link)
    from sqlalchemy import event

    event.listen(database.engine, "begin", lambda c: c.exec_driver_sql("PRAGMA busy_timeout = 50"), insert=True)
    other = sqlite3.connect(database.engine.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    page = saved(browser, 1, **{"q.stance": "against"})
    assert page.status_code == 503
    other.execute("ROLLBACK")
    assert saved(browser, 1, **{"q.stance": "against"}).status_code == 200


@pytest.mark.parametrize("language", ["ar", "zh", "en", "fr", "ru", "es"])
def test_every_page_is_there_in_every_language(browse, link, language):
    browser = browse()
    browser.get(f"/?lang={language}")
    say = words(language)
    assert all(say.values())
    page = opened(browser, link)
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in page.text
    assert say["sections"] in page.text
    assert say["save"] in browser.get("/reply/1").text
    assert say["passphrase"] in browser.get("/staff").text


def test_uploads_are_known_by_their_bytes(browse, link, database):
    browser = browse()
    opened(browser, link)
    page = browser.get("/reply/2")
    good = {"f.law": ("../law<script>.pdf", b"%PDF-1.7 law", "text/html")}
    page = browser.post("/reply/2", data={"key": key_of(page), "v.law": "0"}, files=good)
    assert "law_script_.pdf" in page.text
    assert browser.get(re.search(r'href="(/file/\d+)"', page.text)[1]).content == b"%PDF-1.7 law"
    bad = {"f.law": ("law.pdf", b"<html>", "application/pdf")}
    assert browser.post("/reply/2", data={"key": key_of(page)}, files=bad).status_code == 422
    odd = {"f.stance": ("law.pdf", b"%PDF-1", "application/pdf")}
    assert browser.post("/reply/2", data={"key": key_of(page)}, files=odd).status_code == 400
    with database.read() as session:
        assert session.query(AuditRow).filter_by(action="file attached").count() == 1
