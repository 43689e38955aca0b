"""A whole round through the doors: 193 Missions, ten organizations, three waves; some in a real browser, every page by axe."""

from __future__ import annotations

import random
import re
import shutil
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from pyotp import TOTP
from tests.consultation.conftest import PASSPHRASE
from tests.consultation.serving import serving

from corridors.concepts.areas import known_areas
from corridors.consult.questionnaires import shipped_questionnaire
from corridors.consult.values import LANGUAGES
from corridors.consultation.audit import Act, verify
from corridors.consultation.coding import adjudicate, code, differences, new_codebook, to_code
from corridors.consultation.database import open_database
from corridors.consultation.desk import now
from corridors.consultation.keys import add_staff
from corridors.consultation.results import board, consultation_of, counts, tally_of
from corridors.consultation.rounds import (
    Form,
    Post,
    clearance_codes,
    close,
    import_contacts,
    new_round,
    respondents,
    send_wave,
    the_round,
)
from corridors.consultation.words import words

pytestmark = pytest.mark.heavy
STANCES = ("in_favour", "partially", "conditional", "against", "no_position")
ROLES = ("officer", "clerk", "confirmer", "coder", "adjudicator", "auditor")
#: The rules that WCAG 2.2 at level AA and good practice ask.
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


def key_of(page):
    return re.search(r'name="key" value="([^"]+)"', page.text)[1]


class Round:
    """The round under test: database, server, letters and codes."""

    def __init__(self, folder):
        self.folder = folder
        self.database = open_database(f"sqlite:///{folder / 'consultation.db'}")
        at = now()
        with self.database.write() as session:
            form = Form(shipped_questionnaire("views"), "views.xlsx", b"")
            row = new_round(session, "v1", self.act(), form=form, members_on=at.date(), cut_off=at + timedelta(days=30))
            members = [one.code for one in respondents(session, row.id)]
            lines = [
                f"{one},member,{known_areas()[one].name.replace(',', ' ')},un@{one.lower()}.example,{LANGUAGES[at % 6]}"
                for at, one in enumerate(members)
            ]
            lines += [f"ORG{n:02},organization,Organization {n},o{n}@org.example,en" for n in range(10)]
            raw = "\n".join(("code,kind,name,email,language", *lines)).encode()
            assert import_contacts(session, row, self.act(), raw=raw, file="c.csv") == 203
            self.codes = clearance_codes(session, row, self.act())
            self.seconds = {
                role: add_staff(session, role, self.act(), roles=[role], passphrase=PASSPHRASE) for role in ROLES
            }
        self.used = {}

    @staticmethod
    def act(who="olga"):
        return Act(who, now())

    def wave(self, number, base):
        with self.database.write() as session:
            post = Post(self.folder / f"wave{number}", "desk@example.org", base)
            letters = send_wave(session, the_round(session, "v1"), self.act(), wave=number, post=post)
        return {one.file[3:-4]: re.search(r"/in/([\w-]+)", one.body)[1] for one in letters}

    def second(self, role):
        """A one-time code that was not used before."""
        while True:
            step = int(time.time()) // 30
            for one in (step - 1, step, step + 1):
                if one > self.used.get(role, 0):
                    self.used[role] = one
                    return TOTP(self.seconds[role]).at(one * 30)
            time.sleep(1)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    one = Round(tmp_path_factory.mktemp("round"))
    with serving(one.folder) as server:
        one.base = server.base
        yield one
    one.database.close()


class Respondent:
    """A respondent without scripts."""

    def __init__(self, base, token):
        self.client = httpx.Client(base_url=base, follow_redirects=True, timeout=60)
        assert self.client.post(f"/in/{token}").url.path == "/reply"

    def answer(self, given):
        """Fill in every section: what is given, and for required questions the first thing that serves."""
        overview = self.client.get("/reply").text
        for path in dict.fromkeys(re.findall(r'href="(/reply/\d+)"', overview)):
            for _ in range(2):
                # Twice: the first save shows the questions that follow from its answers.
                page = self.client.get(path)
                fields = dict(re.findall(r'name="(v\.[^"]+)" value="([^"]*)"', page.text))
                data = {"key": key_of(page), **fields, **self._needed(page.text)}
                data |= {f"q.{name}": value for name, value in given.items() if f"v.{name}" in fields}
                saved = self.client.post(path, data=data)
                assert saved.url.params.get("saved") == "1", saved.text[:2000]

    @staticmethod
    def _needed(text):
        found = {}
        for block in re.split(r"(?=<input type=\"hidden\" name=\"v\.)", text)[1:]:
            name = re.match(r'<input type="hidden" name="v\.([^"]+)"', block)[1]
            radio = re.search(rf'type="radio" name="q\.{re.escape(name)}" value="([^"]+)"', block)
            box = re.search(rf'type="checkbox" name="q\.{re.escape(name)}" value="([^"]+)"', block)
            if radio or box:
                found[f"q.{name}"] = (radio or box)[1]
            elif "<textarea" in block:
                found[f"q.{name}"] = "desk@example.org" if "email" in name else "Words of ours."
        return found

    def clear(self, given_code):
        path = re.findall(r'href="(/reply/\d+/clear)"', self.client.get("/reply").text)[-1]
        page = self.client.get(path)
        done = self.client.post(path, data={"key": key_of(page), "code": given_code})
        assert done.url.path == "/reply", re.findall(r'class="wrong".*?</div>', done.text, re.DOTALL)

    def correct(self):
        self.client.post("/reply/correct", data={"key": key_of(self.client.get("/reply"))})

    def withdraw(self, given_code):
        path = re.findall(r'href="(/reply/\d+/withdraw)"', self.client.get("/reply").text)[-1]
        page = self.client.get(path)
        self.client.post(path, data={"key": key_of(page), "code": given_code})

    def delegate(self, number):
        page = self.client.get("/reply/delegate")
        page = self.client.post("/reply/delegate", data={"key": key_of(page), "label": "Labour", "section": [number]})
        return re.search(r"/in/([\w-]+)", page.text)[1]


def replied(made, code_given, token, stance):
    one = Respondent(made.base, token)
    one.answer({"stance": stance})
    one.clear(made.codes[code_given])
    one.client.close()


def test_a_round_from_the_invitation_to_the_tally(made):
    rng = random.Random(7)
    letters = made.wave(1, made.base)
    assert len(letters) == 203
    members = [one for one in letters if not one.startswith("ORG")]
    plan = {one: STANCES[rng.randrange(5)] for one in members[:100]}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: replied(made, one, letters[one], plan[one]), members[:60]))
        again = made.wave(2, made.base)
        assert len(again) == 143
        list(pool.map(lambda one: replied(made, one, again[one], plan[one]), members[60:90]))
        third = made.wave(3, made.base)
        assert len(third) == 113
        list(pool.map(lambda one: replied(made, one, third[one], plan[one]), members[90:100]))
        list(pool.map(lambda one: replied(made, one, letters[one], "against"), [f"ORG{n:02}" for n in range(10)]))
    one = Respondent(made.base, letters[members[0]])
    one.correct()
    one.answer({"stance": "against"})
    one.clear(made.codes[members[0]])
    plan[members[0]] = "against"
    Respondent(made.base, letters[members[1]]).withdraw(made.codes[members[1]])
    del plan[members[1]]
    mission = Respondent(made.base, third[members[101]])
    ministry = Respondent(made.base, mission.delegate("1"))
    ministry.answer({"stance": "partially"})
    ministry.client.post("/reply/done", data={"key": key_of(ministry.client.get("/reply"))})
    mission.answer({"stance": "partially"})
    mission.clear(made.codes[members[101]])
    plan[members[101]] = "partially"
    staff_work(made, members[102:104], plan)
    with made.database.write() as session:
        row = the_round(session, "v1")
        found = tally_of(session, row)
        expected = {stance: list(plan.values()).count(stance) for stance in STANCES}
        assert dict(found.counts) == expected
        assert found.members == 193
        assert found.apart["organization"]["against"] == 10
        assert found.apart["observer"]["against"] == 0
        assert counts(board(session, row))["organization"] == {"cleared": 10}
        coded(session, row)
        close(session, row, made.act())
        assert len(consultation_of(session, row).replies) == 114
        assert verify(session).findings == ()


def staff(made, role):
    client = httpx.Client(base_url=made.base, follow_redirects=True, timeout=60)
    page = client.post("/staff", data={"name": role, "passphrase": PASSPHRASE, "second": made.second(role)})
    assert page.url.path == "/staff/home", page.text
    return client


def staff_work(made, papers, plan):
    """Paper entered and confirmed by two persons, receipt and acceptance, and an extension."""
    clerk, confirmer, officer = staff(made, "clerk"), staff(made, "confirmer"), staff(made, "officer")
    for one in papers:
        page = clerk.get(f"/staff/v1/enter/{one}")
        data = {"key": key_of(page), "arrived": now().date().isoformat(), "v.stance": "0", "q.stance": "in_favour"}
        clerk.post(
            f"/staff/v1/enter/{one}", data=data, files={"scan": ("note.pdf", b"%PDF-1.7 note", "application/pdf")}
        )
        plan[one] = "in_favour"
    for path in re.findall(r'href="(/staff/confirm/\d+)"', confirmer.get("/staff/home").text):
        page = confirmer.get(path)
        confirmer.post(path, data={"key": key_of(page), "do": "confirm"})
    for one in list(plan)[:3]:
        for action in ("receive", "accept"):
            page = officer.get(f"/staff/v1/respondent/{one}")
            path = re.search(rf'action="(/staff/reply/\d+/{action})"', page.text)[1]
            assert officer.post(path, data={"key": key_of(page)}).status_code == 200
    page = officer.get("/staff/v1/respondent/FRA")
    until = (now() + timedelta(days=60)).date().isoformat()
    page = officer.post("/staff/v1/respondent/FRA", data={"key": key_of(page), "until": until, "request": "note 9"})
    assert until in page.text


def coded(session, row):
    """Two coders, blind, and a third person where they differ."""
    question = next(
        one.name
        for one in shipped_questionnaire("views").questions()
        if one.kind == "text" and one.name not in ("focal_point", "focal_name")
    )
    book = new_codebook(session, row.id, Act("olga", now()), question=question, codes={"a": "A", "b": "B"})
    texts = to_code(session, book, coder="abel")
    for number, answer in enumerate(texts):
        code(session, answer, book, Act("abel", now()), code="a")
        code(session, answer, book, Act("bea", now()), code="a" if number % 3 else "b")
    for one in differences(session, book):
        adjudicate(session, one.answer, book, Act("judy", now()), code="a")
    assert differences(session, book) == []


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    one = Round(tmp_path_factory.mktemp("browser"))
    with serving(one.folder) as server:
        one.base = server.base
        one.letters = one.wave(1, server.base)
        yield one
    one.database.close()


def test_a_mission_answers_by_keyboard_alone_without_scripts(small, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{small.base}/in/{small.letters['KEN']}?lang=en")
    page.get_by_role("button", name=words("en")["continue"]).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/reply")
    page.locator('a[href="/reply/1"]').focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/reply/1")
    page.locator('input[name="q.stance"]').first.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name=words("en")["save"]).focus()
    page.keyboard.press("Enter")
    page.get_by_text(words("en")["saved"]).wait_for()
    assert page.locator('input[name="q.stance"]').first.is_checked()
    assert all(url.startswith(small.base) for url in asked)
    context.close()


def test_axe_finds_nothing_on_any_page_in_any_language(small, browser):
    from axe_playwright_python.sync_playwright import Axe

    pictures = small.folder
    wrong = []
    for language in LANGUAGES:
        for who, paths in _pages(small):
            context = browser.new_context(bypass_csp=True)
            page = context.new_page()
            _enter(small, page, who)
            for path in paths:
                page.goto(f"{small.base}{path}?lang={language}")
                found = Axe().run(page, options=AXE).response["violations"]
                wrong += [(language, path, one["id"], one["nodes"][0]["html"][:200]) for one in found]
                if language in ("ar", "zh") and path in ("/reply", "/reply/1", "/staff/v1/board"):
                    page.screenshot(path=pictures / f"{language}{path.replace('/', '-')}.png")
            context.close()
    assert wrong == []


def _pages(small):
    """Who sees which pages; the dossier and the entry form stand for all of their kind."""
    number = len(shipped_questionnaire("views").sections)
    sections = [f"/reply/{at}" for at in range(1, number + 1)]
    yield "nobody", ["/", "/staff", "/nowhere", f"/in/{small.letters['FRA']}"]
    yield "FRA", ["/reply", *sections, "/reply/delegate", _draft(small, "FRA")]
    yield "officer", ["/staff/home", "/staff/v1/board", "/staff/v1/respondent/FRA"]
    yield "clerk", ["/staff/v1/enter/FRA"]
    yield "confirmer", [_paper(small)]
    _texts(small)
    yield "coder", ["/staff/v1/coding"]
    yield "adjudicator", ["/staff/v1/deciding"]
    yield "auditor", ["/staff/audit"]


def _draft(small, respondent):
    if not hasattr(small, "draft"):
        one = Respondent(small.base, small.letters[respondent])
        one.answer({"stance": "conditional"})
        small.draft = re.search(r'href="(/reply/\d+/clear)"', one.client.get("/reply").text)[1]
        small.cookies = {}
    return small.draft


def _texts(small):
    """One text for the coder to code, and one on which two coders differ."""
    if hasattr(small, "book"):
        return
    for one in ("JPN", "MEX"):
        respondent = Respondent(small.base, small.letters[one])
        respondent.answer({"stance": "in_favour"})
        respondent.clear(small.codes[one])
    with small.database.write() as session:
        small.book = new_codebook(session, "v1", small.act(), question="reasons", codes={"a": "A", "b": "B"})
        first = to_code(session, small.book, coder="abel")[0]
        code(session, first, small.book, small.act("abel"), code="a")
        code(session, first, small.book, small.act("bea"), code="b")


def _paper(small):
    if not hasattr(small, "paper"):
        clerk = staff(small, "clerk")
        page = clerk.get("/staff/v1/enter/BRA")
        data = {"key": key_of(page), "arrived": now().date().isoformat(), "v.stance": "0", "q.stance": "in_favour"}
        clerk.post("/staff/v1/enter/BRA", data=data, files={"scan": ("note.pdf", b"%PDF-1.7", "application/pdf")})
        confirmer = staff(small, "confirmer")
        small.paper = re.search(r'href="(/staff/confirm/\d+)"', confirmer.get("/staff/home").text)[1]
        small.cookies["confirmer"] = confirmer.cookies
    return small.paper


def _enter(small, page, who):
    if who == "nobody":
        return
    if who not in small.cookies:
        if who in ROLES:
            small.cookies[who] = staff(small, who).cookies
        else:
            small.cookies[who] = Respondent(small.base, small.letters[who]).client.cookies
    page.context.add_cookies(
        [{"name": name, "value": value, "url": small.base} for name, value in small.cookies[who].items()]
    )


def test_a_connection_lost_in_the_middle_of_a_save_leaves_the_old_answer(small):
    one = Respondent(small.base, small.letters["IND"])
    one.answer({"stance": "against"})
    page = one.client.get("/reply/1")
    body = f"key={key_of(page)}&v.stance=1&q.stance=in_favour".encode()
    host, port = small.base.removeprefix("http://").split(":")
    cookie = "; ".join(f"{name}={value}" for name, value in one.client.cookies.items())
    head = (
        f"POST /reply/1 HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body) + 20}\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as made:
        made.sendall(head.encode() + body)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    time.sleep(0.3)
    assert re.search(r'value="against" checked', one.client.get("/reply/1").text)
