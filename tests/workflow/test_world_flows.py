"""Detail of the flows of a whole world: by birthplace, by year, with intervals."""

import json

import polars as pl
import pytest

from corridors.cli import main
from corridors.workflow.table_files import require_form


@pytest.mark.heavy
def test_years_add_up_to_the_period_and_say_what_they_could_not_reach(world_store, tmp_path, capsys):
    out = tmp_path / "years.parquet"
    words = ["estimate", "years", "--store", str(world_store), "--out", str(out), "--json"]
    assert main(words) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["files"] == [str(out)]
    assert "annual net migration that the corridors cannot have" in answer["notes"][0]
    years = pl.read_parquet(out)
    assert years["TIME_PERIOD"].n_unique() == 30
    assert years["TIME_PERIOD"].str.ends_with("/P1Y").all()


@pytest.mark.heavy
def test_intervals_hold_every_flow_of_the_last_period(world_store, tmp_path, capsys):
    words = ["estimate", "intervals", "--store", str(world_store), "--out", str(tmp_path / "drawn"), "--draws", "20"]
    assert main(words) == 0
    assert "pb-closed, 20 draws" in capsys.readouterr().out
    flow = pl.read_parquet(tmp_path / "drawn" / "flow.parquet")
    areas = flow["ORIGIN"].n_unique()
    assert flow.height == areas * (areas - 1) * 8
    assert flow["TIME_PERIOD"].unique().to_list() == ["2015-07-01/P5Y"]
    net = pl.read_csv(tmp_path / "drawn" / "net.csv")
    assert set(net["MEASURE"]) == {"arrivals", "departures", "net"}
    assert main([*words, "--period", "1850-1855"]) == 2
    assert "no account of '1850-1855'; there are 1990-1995, " in capsys.readouterr().err


@pytest.mark.parametrize("noun", ["years", "birthplaces", "intervals"])
def test_a_store_without_a_stock_says_what_to_collect(noun, tmp_path, capsys):
    out = tmp_path / "flows.parquet"
    assert main(["estimate", noun, "--store", str(tmp_path / "store"), "--out", str(out)]) == 1
    assert "collect it first: corridors collect undesa --file F" in capsys.readouterr().err
    assert not out.exists()


def test_a_file_without_a_known_ending_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"cannot write 'flows.xlsx'; the name of the file ends in .csv or .parquet"):
        require_form(tmp_path / "flows.xlsx")
