"""Kills at random times during `corridors collect` and `corridors report` lose nothing that was stored before."""

import json
import random
import subprocess
import sys
import time

import pytest

from corridors.store.vintages import Store

pytestmark = pytest.mark.heavy
KILLS = 30


def killed_after(words, seconds):
    """Start a command and kill it, with no chance to tidy up; whether it was still running."""
    child = subprocess.Popen(
        [sys.executable, "-m", "corridors.cli", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return True
    return False


def held(store):
    """Every vintage with the checksums of its files, all of them verified by the command itself."""
    words = ["store", "verify", "--store", str(store)]
    done = subprocess.run([sys.executable, "-m", "corridors.cli", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0 or not store.exists(), done.stderr
    return {(v.observatory, v.dataflow, v.id): json.dumps(v.metadata["files"]) for v in Store(store).vintages()}


#: World totals that the 2020 revision published: what a file of that revision adds up to.
WORLD_2020 = {
    1990: 152_986_157, 1995: 161_289_976, 2000: 173_230_585, 2005: 191_446_828, 2010: 220_983_187, 2015: 247_958_644,
    2020: 280_598_105,
}  # fmt: skip


def stock(number):
    """A stock of some size in the tidy layout; another number gives other figures, the rest of the world evens them out."""
    areas = ["MEX", "USA", "IND", "DEU", "FRA", "BRA", "CHN", "EGY", "NGA", "ZAF", "TUR", "UKR", "POL", "ESP", "ITA"]
    lines = ["dest,t,orig,sex,n,type_b,type_c,type_r,type_i"]
    lines += [
        f"{to},{year},{origin},{sex},{1000 + number + 7 * a + b},1,0,0,0"
        for a, to in enumerate(areas)
        for b, origin in enumerate(areas)
        if to != origin
        for year in WORLD_2020
        for sex in ("female", "male")
    ]
    each = sum(1000 + number + 7 * a + b for a in range(len(areas)) for b in range(len(areas)) if a != b)
    lines += [f"AUS,{year},NZL,female,{total - 2 * each - 1},1,0,0,0" for year, total in WORLD_2020.items()]
    lines += [f"AUS,{year},NZL,male,1,1,0,0,0" for year in WORLD_2020]
    return "\n".join(lines) + "\n"


def test_kills_during_collect_leave_every_earlier_vintage_intact(tmp_path):
    rng, store, known, interrupted = random.Random(11), tmp_path / "store", {}, 0
    for number in range(KILLS):
        (tmp_path / "stock.csv").write_text(stock(number))
        words = ["collect", "undesa", "--file", str(tmp_path / "stock.csv"), "--store", str(store)]
        interrupted += killed_after(words, rng.uniform(0.1, 1.1))
        now = held(store)
        assert known.items() <= now.items()
        known = now
    assert interrupted
    assert known
    done = subprocess.run([sys.executable, "-m", "corridors.cli", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not list(store.rglob(".tmp-*"))


def test_kills_during_report_leave_every_earlier_vintage_intact_and_the_next_run_whole(tmp_path):
    rng, store, out = random.Random(12), tmp_path / "store", tmp_path / "out"
    words = ["report", "--fresh", "--store", str(store), "--out", str(out)]
    begun = time.monotonic()
    subprocess.run([sys.executable, "-m", "corridors.cli", *words], capture_output=True, check=True)
    once = time.monotonic() - begun
    before = {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
    known, interrupted = held(store), 0
    for _ in range(KILLS):
        interrupted += killed_after(words, rng.uniform(0.1, 1.05 * once))
        now = held(store)
        assert known.items() <= now.items()
        known = now
    assert interrupted
    subprocess.run([sys.executable, "-m", "corridors.cli", *words[:1], *words[2:]], capture_output=True, check=True)
    assert {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()} == before
