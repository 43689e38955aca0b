"""`corridors estimate explain`: the account behind one flow of what was collected."""

import json

import polars as pl
import pytest

from corridors.cli import main


@pytest.mark.heavy
def test_one_flow_of_the_world_is_read_from_the_store(world_store, tmp_path, capsys):
    words = ["estimate", "explain", "MEX", "USA", "--store", str(world_store)]
    out = tmp_path / "account.csv"
    assert main([*words, "--period", "2015-2020", "--out", str(out), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["period"], answer["sex"], answer["method"]) == ("2015-2020", "_T", "pb-closed")
    assert sum(row["OBS_VALUE"] for row in answer["parts"]) == pytest.approx(answer["flow"], rel=1e-9)
    assert pl.read_csv(out).to_dicts() == answer["table"]
    assert main([*words, "--period", "2015-2020"]) == 0
    assert capsys.readouterr().out.startswith(
        "Mexico to the United States of America, 2015-2020, both sexes, pb-closed"
    )
    assert main(words) == 2
    assert "say the period; there are 1990-1995, " in capsys.readouterr().err
    assert main([*words, "--period", "2015-2020", "--method", "rvr"]) == 2
    assert "rvr makes no account to read; take one of min-closed, " in capsys.readouterr().err


def test_a_store_without_a_stock_says_what_to_collect(tmp_path, capsys):
    assert main(["estimate", "explain", "MEX", "USA", "--store", str(tmp_path / "store")]) == 1
    assert "collect it first: corridors collect undesa --file F" in capsys.readouterr().err
