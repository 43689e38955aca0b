"""The command of the scoreboard: what it says without data, and that the page of the docs shows what it prints."""

import json
import re
from pathlib import Path

import polars as pl
import pytest
from tests.estimate.test_scoreboard import account_of, reports_of

from corridors.cli import main
from corridors.concepts.findings import DataError
from corridors.estimate.scoreboard import observed_sets
from corridors.estimate.scoreboard_reports import HeldOut
from corridors.workflow import scoreboard
from corridors.workflow.scoreboard_tables import cell, published, targets

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "scoreboard.md"
FILES = (
    "undesa/ims2020_bilateral_by_sex.csv.gz",
    "wpp/wpp2022_annual_1985_2021.csv.gz",
    "wpp/wpp2022_midyear_population_5yr.csv",
    "flows/eurostat_double_entry_2010_2014.csv.gz",
    "flows/oecd_mig_inflows_by_nationality_2000_2009.csv.gz",
    "flows/UN_flows_2015rev_Canada.xlsx",
    "flows/duration_of_stay_immigration.csv.gz",
    "flows/duration_of_stay_emigration.csv.gz",
)


@pytest.fixture
def made(monkeypatch):
    """A store of two periods that both ends reported."""
    sets = []
    for seed, first in ((4, 2005), (3, 2010)):
        of_world, account = account_of(seed, first)
        sets += observed_sets(reports_of(of_world, first), [account], product="office")
    # Fits to reports take seconds each and have their own tests.
    sets = [one for one in sets if one.reporter == "destination"]
    given = scoreboard.Given(tuple(sets), {"2010-07-01": {"P001": "B", "ZZZ": "C"}}, None, ("office-1",))
    monkeypatch.setattr(scoreboard, "_given", lambda *_: given)
    monkeypatch.setattr(scoreboard, "SIZES", ((6, 2),))
    monkeypatch.setattr(
        scoreboard, "combined_held_out", lambda _, flow, **__: HeldOut(flow, 0.0, {0.0: 9.0, 0.8: 0.75})
    )


def test_all_tracks_make_all_tables_twice_the_same(made, tmp_path):
    first, second = (scoreboard.make_scoreboard(tmp_path, draws=10) for _ in range(2))
    names = {"stocks_only", "any_data", "comparisons", "intervals", "worlds", "stress", "worlds_coverage"}
    assert names | {"published", "targets", "costs"} == set(first.tables)
    for name in first.tables.keys() - {"costs"}:
        assert first.tables[name].equals(second.tables[name]), name
    splits = set(first.tables["any_data"].get_column("SPLIT"))
    assert splits == {"destinations", "own reports", "last period"}
    refused = first.tables["stress"].filter(pl.col("CASE") == "infeasible", pl.col("METHOD") == "circ-closed")
    assert refused.get_column("REFUSED").to_list() == ["account-infeasible"]
    other = scoreboard.make_scoreboard(tmp_path, draws=10, seed=2, tracks=["worlds"])
    assert not other.tables["worlds"].equals(first.tables["worlds"])
    assert set(other.tables) == {"worlds", "stress", "worlds_coverage", "targets"}


def test_the_command_prints_json_and_writes_tables_and_a_page(made, tmp_path, capsys):
    out = tmp_path / "board"
    arguments = ["--draws", "10", "--track", "stocks-only", "--store", str(tmp_path), "--out", str(out), "--json"]
    assert main(["estimate", "scoreboard", *arguments]) == 0
    answer = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert answer["vintages"] == ["office-1"]
    assert answer["tables"]["stocks_only"][0]["METHOD"] == "circ-closed"
    table = pl.read_csv(out / "stocks_only.csv")
    assert table.height == len(answer["tables"]["stocks_only"])
    page = (out / "scoreboard.md").read_text(encoding="utf-8")
    assert "## Stocks only" in page
    assert "as they stand there" in page
    assert set(answer["files"]) == {path.stem for path in out.iterdir()}
    assert main(["estimate", "scoreboard", *arguments[:-3]]) == 0
    assert "WINS AND LOSSES" in capsys.readouterr().out


def test_without_data_it_says_what_to_collect(tmp_path, capsys):
    assert main(["estimate", "scoreboard", "--track", "stocks-only", "--store", str(tmp_path), "--json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert finding["code"] == "table-missing"
    assert "corridors collect undesa --file F" in finding["mend"]


def test_faults_of_the_caller_name_what_is_allowed(tmp_path):
    with pytest.raises(ValueError, match="no track 'all'; there are stocks-only, any-data, worlds"):
        scoreboard.make_scoreboard(tmp_path, tracks=["all"])
    with pytest.raises(ValueError, match="draws is 9; intervals need ten or more"):
        scoreboard.make_scoreboard(tmp_path, draws=9)
    strange = tmp_path / "strange.csv"
    strange.write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"strange\.csv: no sources read it \[file-unreadable\]") as met:
        scoreboard.make_scoreboard(tmp_path, files=[strange])
    assert "collect it with the name of its source" in met.value.findings[0].mend


def test_published_figures_stand_beside_ours_with_their_source():
    table = published()
    neural = table.filter(pl.col("METHOD") == "neural", pl.col("SET") == "Eurostat")
    assert neural.select("COUNT", "LOG_COUNT", "PROPORTION", "RATE").row(0) == (0.82, 0.86, 0.79, 0.35)
    assert table.height == 28
    assert all("10.1038" in source for source in table.get_column("SOURCE"))


def test_a_target_is_missed_as_plainly_as_it_is_met():
    row = {"SET": "office", "PERIOD": "2010-2015", "RATE": 0.5}
    values = (("circ-closed", 0.8), ("pb-closed", 0.7), ("mig-rate", 0.9))
    table = pl.DataFrame([{**row, "METHOD": name, "LOG_COUNT": value} for name, value in values])
    assert targets({"stocks_only": table}).get_column("MET").to_list() == ["yes", "yes", "no"]


def test_figures_are_shown_as_people_read_them():
    shown = [cell("RATE", 0.51249), cell("CLOSURE", 1e-7), cell("CLOSURE", 2_682_989.4), cell("CELLS", 3788)]
    assert shown == ["0.512", "< 0.01", "2,682,989", "3,788"]
    assert cell("RATE", float("nan")) == cell("RATE", None) == ""


@pytest.mark.heavy
def test_the_page_of_the_docs_shows_what_the_command_prints(shared_data, tmp_path):
    command = re.search(r"```sh\ncorridors (estimate scoreboard .*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    words = command[1].replace("\\\n", " ").split()
    options = words[: words.index("--file")]
    names = words[words.index("--file") + 1 :]
    assert sorted(names) == sorted(Path(name).name for name in FILES)
    files = [str(shared_data / name) for name in FILES]
    options[options.index("--out") + 1] = str(tmp_path)
    assert main([*options, "--file", *files]) == 0
    printed = tables_of((tmp_path / "scoreboard.md").read_text(encoding="utf-8"))
    documented = tables_of(PAGE.read_text(encoding="utf-8"))
    assert set(printed) == set(documented)
    for title in printed.keys() - {"Cost"}:
        assert_same(printed[title], documented[title], title)


def tables_of(text):
    """Tables of a page by the title above."""
    found = {}
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        rows = [line for line in part.splitlines() if line.startswith("|")]
        if rows and rows[1].startswith("| ---"):
            found[part.splitlines()[0]] = [[word.strip() for word in row.strip("|").split("|")] for row in rows]
    return found


def assert_same(printed, documented, title):
    """The same words, and figures that differ by no more than the last digit: another processor may round the other way."""
    assert len(printed) == len(documented), title
    number = re.compile(r"-?[\d,]*\d(?:\.\d+)?")
    for one, other in zip(printed, documented, strict=True):
        texts = [" | ".join(row) for row in (one, other)]
        assert number.sub("#", texts[0]) == number.sub("#", texts[1]), title
        for mine, theirs in zip(*(number.findall(text) for text in texts), strict=True):
            digits = len(mine.partition(".")[2])
            figures = [float(word.replace(",", "")) for word in (mine, theirs)]
            assert figures[0] == pytest.approx(figures[1], rel=1e-4, abs=1.01 * 10**-digits), (title, *texts)
