"""What is damaged is never used, is named with its mend, and is made again."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from tests.store.tables import publish

from corridors.cli import main
from corridors.concepts.findings import DataError
from corridors.store.ledger import Entry
from corridors.store.vintages import Store

ENTRY = Entry("estimate", {"stock": "a"}, {}, None, "code", {"flow": "b"}, "2026-01-01T00:00:00+00:00")


def filled(root):
    """A store with a vintage, its raw file and a row of the ledger."""
    store = Store(root)
    raw = store.keep_raw(b"as it came", metadata={"file": "f.csv"})
    vintage = publish(store, 1, 2, raw={"f.csv": raw})
    store.record(ENTRY)
    return store, vintage


def flip(path):
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


HURTS = {
    "flipped": lambda v: flip(v.path / "part-0.parquet"),
    "truncated": lambda v: (v.path / "part-0.parquet").write_bytes((v.path / "part-0.parquet").read_bytes()[:-9]),
    "no rows": lambda v: (v.path / "part-0.parquet").unlink(),
    "no description": lambda v: (v.path / "metadata.json").unlink(),
    "half description": lambda v: (v.path / "metadata.json").write_text("{"),
    "list for description": lambda v: (v.path / "metadata.json").write_text("[1]"),
    "empty description": lambda v: (v.path / "metadata.json").write_text("{}"),
    "changed description": lambda v: (v.path / "metadata.json").write_text(
        json.dumps({**v.metadata, "licence": "none at all"})
    ),
    "description without files": lambda v: (v.path / "metadata.json").write_text(
        json.dumps({**v.metadata, "files": ["part-0.parquet"]})
    ),
    "description without a time": lambda v: (v.path / "metadata.json").write_text(
        json.dumps({**v.metadata, "created": "yesterday"})
    ),
    "folder for description": lambda v: (
        (v.path / "metadata.json").unlink(),
        (v.path / "metadata.json").mkdir(),
    ),
    "empty folder": lambda v: (shutil.rmtree(v.path), v.path.mkdir()),
    "file for folder": lambda v: (shutil.rmtree(v.path), v.path.write_text("")),
    "gone": lambda v: shutil.rmtree(v.path),
}


@pytest.mark.parametrize("hurt", HURTS.values(), ids=HURTS)
def test_a_damaged_vintage_is_never_used_and_is_made_again_by_publishing_it(tmp_path, hurt, capsys):
    store, vintage = filled(tmp_path)
    hurt(vintage)
    with pytest.raises(DataError, match="store-damaged") as caught:
        store.read(store.latest("world", "p")["POPULATION"])
    assert all(str(tmp_path) in finding.place for finding in caught.value.findings)
    with pytest.raises(DataError, match="store-damaged"):
        store.connect()
    assert main(["store", "verify", "--store", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert "store-damaged" in told
    assert "corridors collect, or corridors report" in told
    again = publish(store, 1, 2, raw=vintage.raw)
    assert again.id == vintage.id
    assert store.verify() == []
    assert store.read(again)["OBS_VALUE"].sum() == 3
    assert not list(tmp_path.rglob(".tmp-*"))


_HEAL = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from tables import publish
from corridors.store.vintages import Store
for _ in range(30):
    vintage = publish(Store(Path({root!r})), 1, 2)
    # What another process has just moved away is there again at the next turn.
    try:
        (vintage.path / "part-0.parquet").write_bytes(b"damaged")
    except FileNotFoundError:
        pass
"""


def test_several_processes_heal_one_vintage_at_once(tmp_path):
    code = _HEAL.format(tests=os.path.dirname(__file__), root=str(tmp_path))
    children = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(3)]
    ends = [(child.communicate(timeout=120)[1].decode(), child.returncode) for child in children]
    assert ends == [("", 0)] * 3
    publish(Store(tmp_path), 1, 2)
    assert Store(tmp_path).verify() == []


def test_a_vintage_whose_checksum_holds_is_left_alone(tmp_path):
    store, vintage = filled(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in vintage.path.iterdir()}
    publish(store, 1, 2, raw=vintage.raw)
    assert {path: path.stat().st_mtime_ns for path in vintage.path.iterdir()} == before


def test_a_vintage_made_again_keeps_the_day_it_was_first_made(tmp_path):
    store, vintage = filled(tmp_path)
    old = {**vintage.metadata, "created": "2001-02-03T04:05:06+00:00"}
    (vintage.path / "metadata.json").write_text(json.dumps(old))
    flip(vintage.path / "part-0.parquet")
    assert publish(store, 1, 2, raw=vintage.raw).metadata["created"] == old["created"]


SHAPES = [
    "",
    "{",
    "[1]",
    "[]",
    "7",
    '{"POPULATION": 1}',
    '{"FREEDONIA": "x"}',
    '{"POPULATION": "../away"}',
    "{}",
    "[" * 99999,
]


@pytest.mark.parametrize("text", SHAPES, ids=range(len(SHAPES)))
def test_a_pointer_of_the_wrong_shape_is_named_by_every_command(tmp_path, text, capsys):
    store, _ = filled(tmp_path)
    pointer = tmp_path / "world" / "latest" / "p.json"
    pointer.write_text(text)
    for words in (["list"], ["verify"], ["export", "POPULATION", "--to", str(tmp_path.parent / "x.csv")]):
        assert main(["store", *words, "--store", str(tmp_path)]) == 1
        told = capsys.readouterr().err
        assert str(pointer) in told
        assert "remove this file, then run again what made it" in told
    pointer.unlink()
    assert store.verify() == []


def test_a_pointer_to_a_vintage_that_is_gone_is_named(tmp_path):
    store, vintage = filled(tmp_path)
    shutil.rmtree(vintage.path)
    with pytest.raises(DataError, match=rf"points at POPULATION/{vintage.id}, which is not there"):
        store.latest("world", "p")


@pytest.mark.parametrize(
    "text", [*SHAPES, ENTRY.to_json().replace('{"flow":"b"}', "[]"), ENTRY.to_json().replace("estimate", "collect")]
)
def test_a_broken_row_of_the_ledger_counts_as_none(tmp_path, text):
    store, _ = filled(tmp_path)
    path = tmp_path / "ledger" / f"{ENTRY.key}.json"
    path.write_text(text)
    assert store.find(ENTRY.key) is None
    [finding] = store.verify()
    assert (finding.place, finding.mend) == (str(path), "remove it: the step is then done again")
    with pytest.raises(DataError, match="store-damaged"):
        store.ledger()
    store.record(ENTRY)
    assert store.find(ENTRY.key) == ENTRY
    assert store.verify() == []


def test_raw_files_that_a_description_names_are_looked_for(tmp_path):
    store, vintage = filled(tmp_path)
    path = tmp_path / "raw" / vintage.raw["f.csv"]
    path.unlink()
    path.with_suffix(".json").unlink()
    [finding] = store.verify()
    assert (finding.code, finding.place) == ("store-damaged", str(path))
    assert finding.fact == f"is missing; it is f.csv, of which {vintage.id} was read"
    path.write_bytes(b"as it left")
    path.with_suffix(".json").write_text("[]")
    assert [finding.place for finding in store.verify()] == [str(path), str(path.with_suffix(".json"))]
    store.keep_raw(b"as it came", metadata={"file": "f.csv"})
    assert store.verify() == []


def test_two_raw_files_of_one_name_are_both_held_and_looked_for(tmp_path):
    store = Store(tmp_path)
    first, second = (store.keep_raw(raw, metadata={"file": "x.csv"}) for raw in (b"p", b"q"))
    vintage = publish(store, 1, 2, raw={"x.csv": first, f"x.csv ({second[:8]})": second})
    assert store.vintage("world", "POPULATION", vintage.id).raw == vintage.raw
    (tmp_path / "raw" / second).unlink()
    assert [finding.place for finding in store.verify()] == [str(tmp_path / "raw" / second)]


def test_a_damaged_vintage_does_not_hide_the_others(tmp_path, capsys):
    store, vintage = filled(tmp_path)
    (publish(store, 1, 3).path / "metadata.json").unlink()
    assert main(["store", "show", vintage.id, "--store", str(tmp_path)]) == 0
    capsys.readouterr()
    (tmp_path / "world" / "latest" / "q.json").write_text("[]")
    assert main(["store", "list", "--store", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert "2 findings" in told
    assert "metadata.json: is missing" in told
    assert "q.json: is JSON of another shape" in told
