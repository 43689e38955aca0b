"""The command line: parses, calls one function, prints; nothing numeric is loaded to show help."""

import argparse
import json
import subprocess
import sys

import pytest

from corridors.cli import main, parser

STOCK = "dest,t,orig,sex,n,type_b,type_c,type_r,type_i\n"
HEAVY = (
    "numpy",
    "polars",
    "xarray",
    "scipy",
    "duckdb",
    "pyarrow",
    "altair",
    "typst",
    "vl_convert",
    "babel",
    "rich",
    "httpx",
)


#: World totals that the 2020 revision published: what a file of that revision adds up to.
WORLD_2020 = {
    1990: 152_986_157, 1995: 161_289_976, 2000: 173_230_585, 2005: 191_446_828, 2010: 220_983_187, 2015: 247_958_644,
    2020: 280_598_105,
}  # fmt: skip


def tidy_stock(*, factor=1.0, years=tuple(WORLD_2020)):
    """A stock in the tidy layout of the 2020 revision: figures made up, the rest of the world in one corridor."""
    pairs = [("MEX", "USA"), ("IND", "USA"), ("USA", "MEX"), ("IND", "MEX")]
    rows = []
    for year in years:
        for sex, half in (("female", WORLD_2020[year] // 2), ("male", WORLD_2020[year] - WORLD_2020[year] // 2)):
            figures = [round(factor * (1000 + 10 * number + year - 1990)) for number in range(len(pairs))]
            for (origin, to), n in zip([*pairs, ("FRA", "DEU")], [*figures, half - sum(figures)], strict=True):
                rows.append(f"{to},{year},{origin},{sex},{n},1,0,0,0")
    return STOCK + "\n".join(rows) + "\n"


@pytest.fixture
def filled(tmp_path):
    """A store with two vintages of one product."""
    store = tmp_path / "store"
    for name, factor in (("first.csv", 1.0), ("second.csv", 1.1)):
        (tmp_path / name).write_text(tidy_stock(factor=factor))
        assert main(["collect", "undesa", "--file", str(tmp_path / name), "--store", str(store)]) == 0
    return store


def commands(parent, path=()):
    for action in parent._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                yield (*path, name), command
                yield from commands(command, (*path, name))


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["collect"], *([*path, "--help"] for path, _ in commands(parser()))]
)
def test_help_and_the_list_of_sources_load_no_numeric_library(words):
    code = (
        "import sys; from corridors.cli import main\n"
        f"try: main({words!r})\n"
        "except SystemExit as end: assert not end.code\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout
    assert done.stderr.splitlines()[-1] == "[]"


def test_every_option_has_a_line_of_help():
    for path, command in commands(parser()):
        assert command.description, path
        for action in command._actions:
            assert action.help or action.metavar, (path, action.dest)


def test_no_verb_prints_the_help_and_ends_as_misuse(capsys):
    assert main([]) == 2
    assert "VERB" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["collect", "nobody", "--file", "f.csv"], "no source 'nobody'; there are "),
        (["collect", "--file", "f.csv"], "name the source of the files"),
        (["collect", "undesa", "--all"], "--all takes neither a source nor files"),
        (["store", "list", "--store", "not-there"], "no store at not-there"),
    ],
)
def test_misuse_says_what_is_allowed(words, told, capsys):
    assert main(words) == 2
    assert told in capsys.readouterr().err


def test_findings_that_cannot_be_written_are_told_and_the_findings_too(tmp_path, capsys):
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n")
    nowhere = str(tmp_path / "none" / "findings.csv")
    assert main(["collect", "undesa", "--file", str(tmp_path / "odd.csv"), "--findings", nowhere]) == 1
    told = capsys.readouterr().err
    assert f"the findings cannot be written to {nowhere}: No such file or directory" in told
    assert "[table-wrong]" in told


def test_a_missing_file_is_a_finding(tmp_path, capsys):
    assert main(["collect", "undesa", "--file", str(tmp_path / "no.xlsx"), "--store", str(tmp_path / "store")]) == 1
    assert "no such file" in capsys.readouterr().err
    assert not (tmp_path / "store").exists()


def test_findings_come_as_text_as_csv_and_as_json_and_the_store_is_as_it_was(filled, tmp_path, capsys):
    before = sorted(path for path in filled.rglob("*") if path.is_file())
    bad = tmp_path / "bad.csv"
    bad.write_text(
        tidy_stock().replace("MEX,USA", "MEX,USA").replace("USA,1990,MEX,female,1000", "USA,1990,Freedonia,female,-5")
    )
    table = tmp_path / "findings.csv"
    words = ["collect", "undesa", "--file", str(bad), "--store", str(filled)]
    assert main([*words, "--findings", str(table)]) == 1
    told = capsys.readouterr().err
    assert "bad.csv" in told
    assert "Freedonia" in told
    assert "mend:" in told
    assert table.read_text().splitlines()[0] == "code,place,fact,mend"
    assert main([*words, "--json"]) == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert {"code", "place", "fact", "mend"} == set(findings[0])
    assert sorted(path for path in filled.rglob("*") if path.is_file()) == before


def test_the_store_can_be_listed_shown_verified_and_compared(filled, capsys):
    words = ["--store", str(filled)]
    capsys.readouterr()
    assert main(["store", "list", "--json", *words]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [row["latest"] for row in listed].count(True) == 1
    assert {row["dataflow"] for row in listed} == {"STOCK"}
    (new,) = [row["vintage"] for row in listed if row["latest"]]
    (old,) = [row["vintage"] for row in listed if not row["latest"]]
    assert main(["store", "list", *words]) == 0
    assert "* world     STOCK" in capsys.readouterr().out
    assert main(["store", "show", new, *words]) == 0
    shown = capsys.readouterr().out
    assert "second.csv" in shown
    assert "licence" in shown
    assert main(["store", "verify", *words]) == 0
    assert "every file as it was written" in capsys.readouterr().out
    assert main(["store", "diff", old, new, "--json", *words]) == 0
    changed = json.loads(capsys.readouterr().out)
    assert (changed["added"], changed["removed"], changed["unchanged"]) == (0, 0, 0)
    assert changed["revised"] == len(changed["changes"])
    assert main(["store", "show", "nothing", *words]) == 2
    assert "no vintage 'nothing'" in capsys.readouterr().err


def test_verify_names_a_damaged_file_and_what_to_do(filled, capsys):
    part = next(filled.rglob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-1])
    capsys.readouterr()
    assert main(["store", "verify", "--store", str(filled)]) == 1
    told = capsys.readouterr().err
    assert str(part) in told
    assert "differs from its checksum" in told


def test_reversed_years_are_refused(tmp_path, capsys):
    text = tidy_stock()
    for year in WORLD_2020:
        text = text.replace(f",{year},", f",<{4010 - year}>,")
    (tmp_path / "reversed.csv").write_text(text.replace("<", "").replace(">", ""))
    assert (
        main(["collect", "undesa", "--file", str(tmp_path / "reversed.csv"), "--store", str(tmp_path / "store")]) == 1
    )
    told = capsys.readouterr().err
    assert "revision-unknown" in told
    assert "2020-07-01: 152,986,157, published are 280,598,105 (2020 revision)" in told
    assert not (tmp_path / "store").exists()


def test_identify_names_the_source_of_a_file_and_refuses_what_no_source_reads(tmp_path, capsys):
    (tmp_path / "a.bin").write_text(tidy_stock())
    assert main(["collect", "identify", str(tmp_path / "a.bin"), "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["files"]
    assert [(claim["source"], claim["product"]) for claim in one["claims"]] == [("undesa", "undesa-ims2020-bilateral")]
    (tmp_path / "notes.txt").write_text("nothing\nof the kind\n")
    assert main(["collect", "identify", str(tmp_path / "notes.txt")]) == 1
    assert "notes.txt: no source reads it" in capsys.readouterr().out
    assert main(["collect", "identify", str(tmp_path / "no.csv")]) == 1
    assert main(["collect", "identify"]) == 2


def test_check_runs_every_check_over_what_was_collected(filled, tmp_path, capsys):
    capsys.readouterr()
    assert main(["collect", "check", "--store", str(filled), "--json"]) == 0
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert checks["falling_world_total"] == checks["sexes_that_do_not_add_up"] == []
    assert main(["collect", "check", "--store", str(tmp_path / "none")]) == 2


def test_coverage_is_drawn_with_its_table(filled, tmp_path, capsys):
    capsys.readouterr()
    assert main(["collect", "coverage", "--store", str(filled), "--out", str(tmp_path / "out"), "--json"]) == 0
    names = {path.rsplit("/", 1)[1] for path in json.loads(capsys.readouterr().out)["files"]}
    assert {"coverage.csv", "coverage.measures.png", "coverage.stock.svg"} <= names
    lines = (tmp_path / "out" / "coverage" / "coverage.csv").read_text().splitlines()
    assert lines[0] == "AREA,YEAR,DATAFLOW,MEASURE,OBS_STATUS,PRODUCTS"
    assert "USA,2020,STOCK,STOCK,A,1" in lines


def test_a_reader_that_went_away_is_no_error():
    with subprocess.Popen(
        [sys.executable, "-m", "corridors.cli", "collect"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        running.stdout.close()
        told = running.stderr.read()
    assert (running.returncode, told) == (0, b"")


def test_a_fault_of_the_disk_is_told_to_machines_too(tmp_path, capsys):
    (tmp_path / "taken").write_text("a file stands where the folder would be")
    assert main(["collect", "template", "STOCK", "--out", str(tmp_path / "taken"), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["findings"] == []
    assert "the template to" in told["fault"]
