"""Sixty respondents who save at the same time, on loopback: how long a save takes.

Run it by itself: `python -m benchmarks.consultation`.
"""

import threading
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

RESPONDENTS, SAVES, PAUSE = 60, 10, 1.0


def rows(*, respondents=RESPONDENTS, saves=SAVES, pauses=(PAUSE, 0.0)):
    """Yield what was measured, the figure and its unit.

    With a pause of one second respondents save as fast as anybody could fill in a section; without any the same sixty press the
    button again as soon as the answer is there, which measures the queue.
    """
    from tests.consultation.serving import serving

    for pause in pauses:
        with TemporaryDirectory() as folder:
            browsers = _prepared(Path(folder), respondents)
            with serving(Path(folder)) as server:
                times, failed, seconds = _load(server.base, browsers, saves=saves, pause=pause)
        times.sort()
        what = f"{respondents} respondents, {pause:g} s between saves:"
        yield f"{what} 95th percentile of a save", times[int(0.95 * len(times))] * 1000, "ms"
        yield f"{what} median of a save", times[len(times) // 2] * 1000, "ms"
        yield f"{what} saves a second", len(times) / seconds, "/s"
        yield f"{what} failed", failed, "saves"


def _prepared(folder, count):
    from corridors.consult.questionnaires import shipped_questionnaire
    from corridors.consultation.audit import Act
    from corridors.consultation.database import address, open_database
    from corridors.consultation.desk import now
    from corridors.consultation.keys import access_by_token, give_access, sign_in
    from corridors.consultation.rounds import Form, new_round
    from corridors.consultation.rounds import respondents as asked_of

    at = now()
    act, found = Act("benchmark", at), []
    database = open_database(address(f"sqlite:///{folder / 'consultation.db'}", folder=folder))
    with database.write() as session:
        form = Form(shipped_questionnaire("views"), "views.xlsx", b"")
        row = new_round(session, "b1", act, form=form, members_on=at.date(), cut_off=at + timedelta(days=9))
        for one in asked_of(session, row.id)[:count]:
            access = access_by_token(session, give_access(session, one, act, label="Mission", sections=None))
            secret, browser = sign_in(session, at=at, access=access)
            found.append((secret, browser.form_key))
    database.close()
    return found


def _load(base, browsers, *, saves, pause):
    times, failed, begun = [], [], time.perf_counter()

    together = threading.Barrier(len(browsers))

    def work(number):
        _save(base, browsers[number], number, outcome=(times, failed, together), saves=saves, pause=pause)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(len(browsers))]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    return times, len(failed), time.perf_counter() - begun


def _save(base, browser, number, *, outcome, saves, pause):
    (secret, key), (times, failed, together) = browser, outcome
    # No certificates: reading them sixty times would keep this process busy and be counted as the server's time.
    with httpx.Client(base_url=base, cookies={"corridors_consultation": secret}, timeout=60, verify=False) as client:
        client.get("/reply/1").raise_for_status()
        together.wait()
        # Nobody waits for a signal to press the button: the sixty are spread over one pause.
        time.sleep(pause * number / RESPONDENTS)
        for turn in range(saves):
            fields = {"key": key, "v.stance": "999999999", "q.stance": "in_favour", "v.reasons": "999999999"}
            begun = time.perf_counter()
            answer = client.post("/reply/1", data={**fields, "q.reasons": f"Reason {turn} of {number}. " * 20})
            times.append(time.perf_counter() - begun)
            if answer.status_code != 303:
                failed.append(answer.status_code)
            time.sleep(pause)


if __name__ == "__main__":
    for what, figure, unit in rows():
        print(f"{what:72} {figure:>14,.3g} {unit}", flush=True)
