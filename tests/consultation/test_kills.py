"""An acknowledged answer is never lost: the server is killed at random times under load."""

import random
import threading
import time
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select
from tests.consultation.conftest import FORM
from tests.consultation.serving import Postgres, Server

from corridors.consultation.audit import Act, verify
from corridors.consultation.database import open_database
from corridors.consultation.desk import now
from corridors.consultation.keys import access_by_token, give_access, sign_in
from corridors.consultation.replies import Given, open_reply, save_answers
from corridors.consultation.rounds import Form, new_round, respondents
from corridors.consultation.schema import AnswerRow
from corridors.consultation.web.asking import COOKIE

WRITERS = 4


def prepared(database):
    """Signed-in browsers of a few Missions: cookie and form key."""
    at = now()
    act = Act("test", at)
    with database.write() as session:
        form = Form(FORM, "f.xlsx", b"")
        row = new_round(session, "r1", act, form=form, members_on=at.date(), cut_off=at + timedelta(days=9))
        browsers = []
        for one in respondents(session, row.id)[:WRITERS]:
            access = access_by_token(session, give_access(session, one, act, label="Mission", sections=None))
            secret, browser = sign_in(session, at=at, access=access)
            browsers.append((secret, browser.form_key))
            save_answers(session, open_reply(session, one, act), act, answers={"stance": Given("conditional")})
    return browsers


def write(base, browser, number, acknowledged, stop):
    """Save answer after answer and note each that the server acknowledged."""
    secret, key = browser
    said = 0
    with httpx.Client(base_url=base, cookies={COOKIE: secret}, timeout=30) as client:
        while not stop.is_set():
            said += 1
            value = f"writer {number}, {base[-5:]}, {said}"
            fields = {"key": key, "v.conditions": "999999999", "q.conditions": value}
            try:
                answer = client.post("/reply/1", data=fields)
            except httpx.TransportError:
                return
            if answer.status_code == 303:
                acknowledged.append(value)


def killed_again_and_again(folder, *, url, kills, database_url, crash=lambda _: None):
    database = open_database(database_url)
    browsers = prepared(database)
    database.close()
    rng = random.Random(20_261_125)
    acknowledged = []
    for turn in range(kills):
        server = Server(folder, url=url)
        stop = threading.Event()
        writers = [
            threading.Thread(target=write, args=(server.base, browser, number, acknowledged, stop))
            for number, browser in enumerate(browsers)
        ]
        for one in writers:
            one.start()
        time.sleep(rng.uniform(0.05, 0.6))
        server.kill()
        stop.set()
        for one in writers:
            one.join()
        crash(turn)
        database = open_database(database_url)
        with database.read() as session:
            kept = set(session.execute(select(AnswerRow.value)).scalars())
            assert set(acknowledged) <= kept, f"kill {turn}: {set(acknowledged) - kept}"
            assert verify(session).findings == ()
        database.close()
    assert len(acknowledged) > kills
    print(f"{kills} kills, {len(acknowledged)} acknowledged answers, none lost")  # noqa: T201  # the figure itself


@pytest.mark.heavy
def test_a_hundred_kills_on_sqlite_lose_no_acknowledged_answer(tmp_path):
    url = f"sqlite:///{tmp_path / 'consultation.db'}"
    killed_again_and_again(tmp_path, url=None, kills=100, database_url=url)


@pytest.mark.heavy
def test_twenty_five_kills_on_postgresql_lose_no_acknowledged_answer(tmp_path):
    pytest.importorskip("psycopg")
    postgres = Postgres()
    try:
        killed_again_and_again(
            tmp_path,
            url=postgres.url,
            kills=25,
            database_url=postgres.url,
            # Every fifth time the database itself goes down as if its machine had lost power.
            crash=lambda turn: postgres.crash() if turn % 5 == 4 else None,
        )
    finally:
        postgres.remove()


def test_three_kills_on_sqlite(tmp_path):
    url = f"sqlite:///{tmp_path / 'consultation.db'}"
    killed_again_and_again(tmp_path, url=None, kills=3, database_url=url)
