"""Vintages are whole or not there, are never changed, and damage is found."""

import json
import os
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.tables import population, publish

from corridors.store.disk import sweep
from corridors.store.ledger import Entry
from corridors.store.vintages import Store


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(values=st.lists(st.one_of(st.none(), st.floats(0, 1e10)), min_size=1, max_size=3))
def test_what_is_written_is_read_back(tmp_path, values):
    store = Store(tmp_path)
    vintage = publish(store, *values)
    table = store.read(vintage)
    assert set(table["VINTAGE"]) == {vintage.id}
    expected = population(*values).sort("AREA")
    assert table.drop("VINTAGE").equals(expected)


def test_the_same_table_is_the_same_vintage_and_another_one_leaves_it_alone(tmp_path):
    store = Store(tmp_path)
    first = publish(store, 1, 2)
    assert publish(store, 1, 2).id == first.id
    second = publish(store, 1, 3)
    assert {vintage.id for vintage in store.vintages()} == {first.id, second.id}
    assert store.latest("world", "p")["POPULATION"].id == second.id
    assert store.read(first)["OBS_VALUE"].sum() == 3
    assert store.verify() == []


def test_another_description_of_the_same_table_is_another_vintage(tmp_path):
    store = Store(tmp_path)
    first = publish(store, 1, 2, licence="CC BY 4.0", raw={"a.csv": "0" * 64})
    other = publish(store, 1, 2, licence="CC BY 3.0 IGO", raw={"a.csv": "0" * 64})
    renamed = publish(store, 1, 2, licence="CC BY 4.0", raw={"b.csv": "0" * 64})
    again = publish(store, 1, 2, licence="CC BY 4.0", raw={"a.csv": "0" * 64})
    assert len({first.id, other.id, renamed.id}) == 3
    assert again == first
    assert other.metadata["licence"] == "CC BY 3.0 IGO"


def test_the_name_of_a_vintage_does_not_follow_from_time_or_place(tmp_path):
    metadata = {"net": 0.1 + 0.2, "departures": [("TWN", "left out", None)], "words": "Côte d'Ivoire"}
    first, second = (publish(Store(tmp_path / name), 1, 2, **metadata) for name in ("a", "b"))
    assert first.id == second.id


def test_views_show_the_latest_and_every_vintage(tmp_path):
    store = Store(tmp_path)
    publish(store, 1, 2)
    publish(store, 1, 3)
    publish(store, 7, product="q")
    connection = store.connect()
    assert connection.sql("SELECT sum(OBS_VALUE) FROM world.POPULATION").fetchall() == [(11.0,)]
    assert connection.sql("SELECT count(DISTINCT VINTAGE) FROM world.ALL_POPULATION").fetchall() == [(3,)]


@pytest.mark.parametrize("name", ["../away", "a/b", "", ".hidden", "latest"])
def test_names_that_would_leave_the_store_are_refused(tmp_path, name):
    with pytest.raises(ValueError, match="is no"):
        Store(tmp_path).publish(name, "p", {}, metadata={})


def test_one_changed_byte_is_found_and_named(tmp_path):
    store = Store(tmp_path)
    vintage = publish(store, 1, 2)
    raw = store.keep_raw(b"as it came", metadata={"file": "f.csv"})
    part = vintage.path / "part-0.parquet"
    damaged = bytearray(part.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    part.write_bytes(damaged)
    (tmp_path / "raw" / raw).write_bytes(b"as it left")
    (tmp_path / "world" / "latest" / "q.json").write_text('{"POPULATION": "gone-1"}')
    places = [finding.place for finding in store.verify() if finding.code == "store-damaged"]
    assert places == [str(part), str(tmp_path / "world" / "latest" / "q.json"), str(tmp_path / "raw" / raw)]


def test_the_ledger_finds_an_entry_by_all_that_decides_it(tmp_path):
    store = Store(tmp_path)
    entry = Entry("estimate", {"stock": "a"}, {"method": "m"}, 1, "code", {}, "2026-01-01T00:00:00+00:00")
    assert store.find(entry.key) is None
    store.record(entry.ended({"flow": "b"}))
    assert store.find(entry.key) == entry.ended({"flow": "b"})
    other = Entry("estimate", {"stock": "a"}, {"method": "m"}, 2, "code", {}, "2026-01-01T00:00:00+00:00")
    assert store.find(other.key) is None
    assert [row.outputs for row in store.ledger()] == [{"flow": "b"}]


_FULL = """
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from tables import publish
from corridors.concepts.findings import Unavailable
from corridors.store.vintages import Store
resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    publish(Store(Path({root!r})), 5, 6)
except Unavailable as error:
    # A pipe has no size limit.
    print(error)
"""


def test_a_full_disk_is_unavailable_and_changes_nothing(tmp_path):
    store = Store(tmp_path)
    before = publish(store, 1, 2)
    code = _FULL.format(tests=os.path.dirname(__file__), root=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    told = done.stdout
    assert "could not write the vintages of p" in told
    assert "nothing was changed" in told
    assert store.latest("world", "p")["POPULATION"].id == before.id
    assert store.verify() == []
    assert not [path for path in tmp_path.rglob(".tmp-*") if path.exists()]


_LOOP = """
import sys
LAST = {last}
from pathlib import Path
sys.path.insert(0, {tests!r})
from tables import publish
from corridors.store.vintages import Store
store = Store(Path({root!r}))
number = int(sys.argv[1])
print("ready", flush=True)
while True:
    number += 1
    if number == int(sys.argv[1]) + LAST:
        break
    publish(store, number, 2 * number, product="p" + str(number % 2))
"""


def test_several_processes_publish_at_once(tmp_path):
    code = _LOOP.format(tests=os.path.dirname(__file__), root=str(tmp_path), last=51)
    # Two of them write the same tables.
    starts = (0, 0, 10**6, 2 * 10**6)
    children = [
        subprocess.Popen([sys.executable, "-c", code, str(start)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for start in starts
    ]
    ends = [(child.communicate(timeout=300)[1].decode(), child.returncode) for child in children]
    assert ends == [("", 0)] * 4
    store = Store(tmp_path)
    assert store.verify() == []
    assert len(store.vintages()) == 150
    assert not list(tmp_path.rglob(".tmp-*"))


def test_sweeping_passes_over_what_others_rename_and_takes_only_what_the_dead_left(tmp_path, monkeypatch):
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    mine = tmp_path / "world" / f".tmp-{os.getpid()}-aa" / "part"
    left = tmp_path / "world" / f".tmp-{int(dead.stdout)}-bb" / "part"
    alike = tmp_path / ".tmp-notes"
    for path in (mine, left, alike):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    listed = os.scandir

    def vanishing(path):
        if str(path).endswith("gone"):
            raise FileNotFoundError(path)
        return listed(path)

    (tmp_path / "gone").mkdir()
    monkeypatch.setattr(os, "scandir", vanishing)
    sweep(tmp_path)
    assert mine.exists()
    assert alike.exists()
    assert not left.parent.exists()


@pytest.mark.heavy
def test_fifty_kills_at_random_times_leave_every_earlier_vintage_intact(tmp_path):
    import random

    rng = random.Random(7)
    store, known = Store(tmp_path), {}
    code = _LOOP.format(tests=os.path.dirname(__file__), root=str(tmp_path), last=-1)
    for kill in range(50):
        child = subprocess.Popen([sys.executable, "-c", code, str(kill * 10**6)], stdout=subprocess.PIPE)
        child.stdout.readline()
        time.sleep(rng.uniform(0, 0.15))
        child.kill()
        child.wait()
        assert store.verify() == []
        now = {vintage.id: json.dumps(vintage.metadata["files"]) for vintage in store.vintages()}
        assert known.items() <= now.items()
        known = now
        for product in store.products("world"):
            assert store.read(store.latest("world", product)["POPULATION"]).height == 2
    assert len(known) > 50
