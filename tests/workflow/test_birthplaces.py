"""Flows by birthplace as a file: whole or not at all, and never the whole cube in memory."""

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from tests.estimate.test_by_birthplace import KEY, tables

from corridors.concepts.findings import DataError, Unavailable
from corridors.estimate.world import estimate_world
from corridors.workflow.birthplaces import write_birthplace_flows

METHODS = ("min-closed", "pb-closed")


def test_the_file_sums_to_all_flows(tmp_path):
    made = write_birthplace_flows(tables(), out=tmp_path / "new" / "flows.parquet", methods=METHODS)
    rows = pl.read_parquet(made.path).with_columns(pl.col(pl.Categorical).cast(pl.String))
    assert (rows.height, rows.get_column("OBS_VALUE").sum()) == (made.rows, pytest.approx(made.persons))
    assert str(made) == f"{made.path}: {made.rows:,} rows, {made.persons:,.0f} persons"
    sums = rows.group_by(KEY).agg(pl.col("OBS_VALUE").sum().alias("sum"))
    whole = estimate_world(tables(), methods=METHODS).flow
    both = whole.join(sums, on=KEY, how="left", validate="1:1").fill_null(0.0)
    assert (both["OBS_VALUE"] - both["sum"]).abs().max() < 1e-9
    assert [path.name for path in made.path.parent.iterdir()] == ["flows.parquet"]


def test_an_older_file_stays_where_an_account_cannot_be_closed(tmp_path):
    out = tmp_path / "flows.parquet"
    out.write_bytes(b"older")
    with pytest.raises(DataError):
        write_birthplace_flows(tables(blocked=True), out=out, methods=METHODS)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"older"]


def test_a_disk_that_refuses_is_said(tmp_path):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(Unavailable, match=r"flows\.parquet"):
        write_birthplace_flows(tables(), out=tmp_path / "file" / "flows.parquet")


CHILD = """
import sys
from pathlib import Path
from tests.harmonise import worlds
import corridors.estimate.world
from corridors.workflow.birthplaces import write_birthplace_flows

def megabytes(what):
    # getrusage starts with the peak of the parent; the kernel's own figure does not.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) / 1024

tables = worlds.countries(Path(sys.argv[1]))
before = megabytes("VmRSS")
made = write_birthplace_flows(tables, out=Path(sys.argv[2]), methods=["min-closed", "pb-closed"])
print(before, megabytes("VmHWM"), made.rows, made.persons)
"""


@pytest.mark.heavy
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs the memory figures of Linux")
def test_countries_of_six_periods_take_less_than_300_megabytes(shared_data, tmp_path, capsys):
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", CHILD, str(shared_data), str(tmp_path / "flows.parquet")],
        check=True,
        capture_output=True,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{root / 'src'}"},
    )
    before, after, rows, persons = map(float, ran.stdout.split())
    with capsys.disabled():
        sys.stdout.write(f"\n{rows:,.0f} rows, {persons:,.0f} persons: {after - before:.0f} MB above {before:.0f} MB\n")
    assert rows > 4_000_000
    assert after - before < 300
