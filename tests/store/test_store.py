"""Vintages are whole or not there, are never changed, and damage is found."""

import json
import os
import subprocess
import sys
import time

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridors.store.diff import diff
from corridors.store.ledger import Entry
from corridors.store.vintages import Store


def population(*values, source="S"):
    return pl.DataFrame(
        {
            "AREA": ["FRA", "DEU", "MEX"][: len(values)],
            "SEX": ["_T"] * len(values),
            "AGE": ["_T"] * len(values),
            "TIME_PERIOD": ["2020-07-01"] * len(values),
            "SOURCE": [source] * len(values),
            "UNIT_MEASURE": ["PS"] * len(values),
            "OBS_VALUE": [None if v is None else float(v) for v in values],
            "OBS_STATUS": ["L" if v is None else "A" for v in values],
        },
        schema_overrides={"OBS_VALUE": pl.Float64},
    )


def publish(store, *values, product="p"):
    return store.publish("world", product, {"POPULATION": population(*values)}, metadata={"revision": "1"})[
        "POPULATION"
    ]


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


def test_a_diff_counts_added_removed_and_revised():
    found = diff(population(1, 2), population(1, 3, 4, source="T"), "POPULATION")
    assert (found.added, found.removed, found.revised, found.unchanged) == (1, 0, 1, 1)
    assert found.table.select("AREA", "CHANGE", "BEFORE", "AFTER").rows() == [
        ("DEU", "revised", 2.0, 3.0),
        ("MEX", "added", None, 4.0),
    ]
    back = diff(population(1, 3, 4), population(1, 2), "POPULATION")
    assert (back.added, back.removed, back.revised) == (0, 1, 1)
    same = diff(population(1, None), population(1, None), "POPULATION")
    assert (same.unchanged, same.table.height) == (2, 0)


_FULL = """
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_store import publish
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
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_store import publish
from corridors.store.vintages import Store
store = Store(Path({root!r}))
number = int(sys.argv[1])
print("ready", flush=True)
while True:
    number += 1
    publish(store, number, 2 * number, product="p" + str(number % 2))
"""


def test_several_processes_publish_at_once(tmp_path):
    code = _LOOP.format(tests=os.path.dirname(__file__), root=str(tmp_path))
    children = [subprocess.Popen([sys.executable, "-c", code, str(n)], stdout=subprocess.PIPE) for n in (0, 10**6)]
    for child in children:
        child.stdout.readline()
    time.sleep(1)
    for child in children:
        child.terminate()
        child.wait()
    store = Store(tmp_path)
    assert store.verify() == []
    assert len(store.vintages()) > 2


@pytest.mark.heavy
def test_fifty_kills_at_random_times_leave_every_earlier_vintage_intact(tmp_path):
    import random

    rng = random.Random(7)
    store, known = Store(tmp_path), {}
    code = _LOOP.format(tests=os.path.dirname(__file__), root=str(tmp_path))
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
