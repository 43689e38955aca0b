"""A vintage, or the latest vintages of a dataflow, as one file for other programs."""

import json

import polars as pl
import pytest
from tests.store.tables import population, publish

from corridors.cli import main
from corridors.store.vintages import Store


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "store")
    publish(opened, 1, 2)
    publish(opened, 1, 3)
    opened.publish("world", "q", {"POPULATION": population(7, source="T")}, metadata={})
    return opened


def export(store, *words):
    return main(["store", "export", *map(str, words), "--store", str(store.root)])


def test_the_latest_vintages_of_a_dataflow_are_written_in_its_columns(store, tmp_path, capsys):
    assert export(store, "POPULATION", "--to", tmp_path / "p.csv", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["file"], answer["rows"]) == (str(tmp_path / "p.csv"), 3)
    assert [one["product"] for one in answer["vintages"]] == ["p", "q"]
    lines = (tmp_path / "p.csv").read_text().splitlines()
    assert lines[0] == "AREA,SEX,AGE,TIME_PERIOD,SOURCE,UNIT_MEASURE,OBS_VALUE,OBS_STATUS"
    assert sorted(pl.read_csv(tmp_path / "p.csv")["OBS_VALUE"]) == [1, 3, 7]


def test_one_vintage_is_written_as_parquet_with_the_names_of_areas(store, tmp_path, capsys):
    vintage = store.latest("world", "p")["POPULATION"]
    assert export(store, vintage.id, "--to", tmp_path / "p.parquet", "--names") == 0
    assert f"p.parquet: 2 observations of POPULATION from {vintage.id}" in capsys.readouterr().out
    table = pl.read_parquet(tmp_path / "p.parquet")
    assert table.columns[:3] == ["AREA", "AREA_NAME", "SEX"]
    assert table.select("AREA", "AREA_NAME").rows() == [("DEU", "Germany"), ("FRA", "France")]
    assert table.drop("AREA_NAME").equals(store.read(vintage).drop("VINTAGE"))


def test_a_dataflow_of_two_observatories_is_asked_after(store, tmp_path, capsys):
    store.publish("regional", "r", {"POPULATION": population(9)}, metadata={})
    assert export(store, "POPULATION", "--to", tmp_path / "p.csv") == 2
    assert "regional and world both have POPULATION; choose one with --observatory" in capsys.readouterr().err
    assert export(store, "POPULATION", "--to", tmp_path / "p.csv", "--observatory", "regional") == 0
    assert pl.read_csv(tmp_path / "p.csv")["OBS_VALUE"].to_list() == [9]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["POPULATION", "--to", "p.xlsx"], "cannot write 'p.xlsx'; the name of the file ends in .csv or .parquet"),
        (["FLOW", "--to", "p.csv"], "no FLOW in the store; `corridors store list` shows what there is"),
        (["POPULATION", "--to", "p.csv", "--observatory", "regional"], "no POPULATION in regional; world has it"),
        (["nothing", "--to", "p.csv"], "no vintage 'nothing'"),
    ],
)
def test_misuse_says_what_is_allowed(store, words, told, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert export(store, *words) == 2
    assert told in capsys.readouterr().err


def test_nothing_is_written_into_the_store(store, capsys):
    part = store.latest("world", "p")["POPULATION"].path / "part-0.parquet"
    assert export(store, "POPULATION", "--to", part) == 2
    assert "lies in the store" in capsys.readouterr().err
    assert store.verify() == []


def test_a_damaged_vintage_or_a_folder_in_the_way_leaves_no_file(store, tmp_path, capsys):
    (tmp_path / "there.csv").mkdir()
    assert export(store, "POPULATION", "--to", tmp_path / "there.csv") == 1
    assert "nothing was changed" in capsys.readouterr().err
    part = store.latest("world", "q")["POPULATION"].path / "part-0.parquet"
    part.write_bytes(part.read_bytes()[:-1])
    assert export(store, "POPULATION", "--to", tmp_path / "p.csv") == 1
    assert f"{part}: differs from its checksum [store-damaged]" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store", "there.csv"]
