"""`corridors estimate flows`: the golden layout in, flows out; or every fault with its areas, and no file."""

import csv
import gzip
import io
import json

import numpy as np
import polars as pl
import pytest
from tests.estimate import golden

from corridors.cli import main
from corridors.estimate.flows import DIRECT, METHODS, estimate_flows
from corridors.estimate.tables import read_account, read_seed
from corridors.workflow.flow_choices import CHOICES
from corridors.workflow.flows import estimate_files

START = "birth,AAA,BBB,CCC\nAAA,900,100,40\nBBB,50,800,60\nCCC,20,30,500\n"
END = "birth,AAA,BBB,CCC\nAAA,880,130,45\nBBB,45,790,70\nCCC,25,30,520\n"
VITAL = "country,births,deaths\nAAA,40,30\nBBB,30,20\nCCC,25,15\n"
ISLAND = "birth,AAA,BBB,CCC\nAAA,900,100,0\nBBB,50,800,0\nCCC,0,0,500\n"
GROWN = "birth,AAA,BBB,CCC\nAAA,880,130,0\nBBB,45,790,0\nCCC,0,0,700\n"


@pytest.fixture
def run(tmp_path, capsys):
    """Run the command on three texts; the exit code, what it printed, and the two paths to write."""

    def running(start=START, end=END, vital=VITAL, *options, types=False):
        paths = {}
        for name, text in (("stock-start", start), ("stock-end", end), ("vital", vital)):
            paths[name] = tmp_path / f"{name}.csv"
            paths[name].write_bytes(text if isinstance(text, bytes) else text.encode())
        words = [word for name, path in paths.items() for word in (f"--{name}", str(path))]
        words += ["--out", str(tmp_path / "od.csv"), *(["--types", str(tmp_path / "types.csv")] if types else [])]
        code = main(["estimate", "flows", *words, *options])
        printed = capsys.readouterr()
        return code, printed, tmp_path / "od.csv", tmp_path / "types.csv"

    return running


def _findings(printed):
    return json.loads(printed.out)["findings"]


def _rows(path):
    with path.open(newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.mark.parametrize("name", ["n20_s101", "n60_s102", "n200_s104", "un61_2010", "un40"])
def test_the_command_gives_every_golden_column(shared_data, tmp_path, capsys, name):
    folder = shared_data / "golden_flows" / name
    inputs = {
        part: next(path for path in (folder / f"{part}.csv", folder / f"{part}.csv.gz") if path.exists())
        for part in ("stock_start", "stock_end", "vital")
    }
    words = [word for part, path in inputs.items() for word in (f"--{part.replace('_', '-')}", str(path))]
    frame = golden.table(folder, "golden_od.csv")
    chosen = golden.COLUMNS if name != "n200_s104" else golden.COLUMNS[::3]
    for column, method, match in chosen:
        out, types = tmp_path / "od.csv", tmp_path / "types.csv"
        options = ["--method", method, "--match", match, "--out", str(out)]
        options += ["--types", str(types)] if method in METHODS else []
        assert main(["estimate", "flows", *words, *options]) == 0
        found = pl.read_csv(out)
        assert found.columns == ["origin", "destination", "flow"]
        both = frame.join(
            found, left_on=["orig", "dest"], right_on=["origin", "destination"], how="full", validate="1:1"
        )
        assert both.height == frame.height == found.height
        golden.assert_close(both["flow"].to_numpy(), both[column].cast(pl.Float64).to_numpy(), method)
        if method in METHODS:
            parts = pl.read_csv(types)
            assert parts.columns == ["origin", "destination", "outward", "return", "transit"]
            summed = parts.select(pl.sum_horizontal("outward", "return", "transit")).to_series().to_numpy()
            np.testing.assert_allclose(summed, found["flow"].to_numpy(), rtol=1e-9, atol=1e-6)
    assert "persons moved" in capsys.readouterr().out


def test_figures_read_back_as_the_same_numbers(run):
    code, _, out, types = run(types=True)
    assert code == 0
    account = read_account(START.encode(), END.encode(), VITAL.encode(), files=("a", "b", "c"))
    made = estimate_flows(account.stock_start, account.stock_end, births=account.births, deaths=account.deaths)
    rows = _rows(out)
    assert [(row["origin"], row["destination"]) for row in rows][:3] == [("AAA", "BBB"), ("AAA", "CCC"), ("BBB", "AAA")]
    for row in rows:
        assert float(row["flow"]) == float(made.flow.sel(origin=row["origin"], destination=row["destination"]))
    for row in _rows(types):
        assert float(row["return"]) == float(made.returned.sel(origin=row["origin"], destination=row["destination"]))


def test_the_answer_for_machines_names_choices_and_persons(run):
    code, printed, out, _ = run(START, END, VITAL, "--json", "--method", "pb-closed", "--weight", "0.9")
    answer = json.loads(printed.out)
    assert code == 0
    assert (answer["method"], answer["match"], answer["weight"]) == ("pb-closed", "after", 0.9)
    assert answer["files"] == {"flows": str(out)}
    assert answer["findings"] == []
    persons = answer["persons"]
    assert persons["outward"] + persons["return"] + persons["transit"] == pytest.approx(persons["flow"])


def test_packed_files_and_another_order_give_the_same_flows(run, tmp_path):
    _, _, out, _ = run()
    expected = out.read_bytes()
    turned = "x,CCC,AAA,BBB\nBBB,70,45,790\nAAA,45,880,130\nCCC,520,25,30\n"
    events = "country,deaths,births\nCCC,15,25\nAAA,30,40\nBBB,20,30\n"
    _, _, out, _ = run(gzip.compress(START.encode()), turned, events)
    assert out.read_bytes() == expected
    _, _, out, _ = run(START.replace("\n", ",\r\n"), "\ufeff" + turned.replace(",", ";"), events)
    assert out.read_bytes() == expected


def test_an_area_can_be_called_as_a_row_is(run):
    code, _, out, _ = run(*(text.replace("CCC", "row") for text in (START, END, VITAL)))
    assert code == 0
    assert _rows(out)[1]["destination"] == "row"


def test_an_infeasible_account_names_areas_and_persons_and_writes_nothing(run, tmp_path):
    code, printed, out, types = run(ISLAND, GROWN, VITAL, "--json", "--findings", str(tmp_path / "f.csv"), types=True)
    assert code == 1
    findings = _findings(printed)
    assert {finding["code"] for finding in findings} == {"account-infeasible"}
    assert all(set(finding) == {"code", "place", "fact", "mend", "areas", "persons"} for finding in findings)
    assert ["CCC"] in [finding["areas"] for finding in findings]
    assert all(finding["persons"] > 1 for finding in findings)
    assert not out.exists()
    assert not types.exists()
    assert next(csv.reader(io.StringIO((tmp_path / "f.csv").read_text()))) == ["code", "place", "fact", "mend"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "f.csv",
        "stock-end.csv",
        "stock-start.csv",
        "vital.csv",
    ]


def test_the_nearest_account_on_request_says_who_was_moved(run):
    code, printed, out, _ = run(ISLAND, GROWN, VITAL, "--json", "--relax", "nearest")
    assert code == 0
    assert len(_rows(out)) == 6
    moved = json.loads(printed.out)["relaxed"]
    assert any("CCC" in areas for areas in moved.values())
    assert run(START, END, VITAL, "--json", "--relax", "nearest")[0] == 0


@pytest.mark.parametrize("method", DIRECT)
def test_methods_without_types_say_why(run, method):
    code, printed, out, _ = run(START, END, VITAL, "--method", method, types=True)
    assert code == 2
    assert f"{method} has no types of move: it reads flows off the stocks" in printed.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--weight", "0.5"), "min-closed mixes nothing; leave out --weight or choose pb-closed"),
        (("--method", "pb-closed", "--weight", "1.5"), "weight is 1.5; it is the share of minimum migration"),
        (
            ("--method", "min-open", "--relax", "nearest"),
            "relax 'nearest' needs a closed system and min-open has an outside",
        ),
        (("--method", "min-open", "--deaths", "accounting"), "died_by 'accounting' needs a closed system"),
        (("--method", "ind-closed", "--stayers", "0.9"), "ind-closed has no share of stayers; take one of min-closed"),
        (("--method", "rvr", "--stayers", "0.9"), "rvr makes no account and takes neither seed nor stayers"),
        (
            ("--method", "rvr", "--match", "before", "--births", "proportional"),
            "rvr makes no account; leave out --match before, --births p",
        ),
        (
            ("--method", "min-open", "--match", "before"),
            "min-open has an outside and matches nothing; leave out --match before",
        ),
        (("--stayers", "2"), "stayers are shares of those who can have stayed, between 0 and 1"),
    ],
)
def test_misuse_is_told(run, options, message):
    code, printed, out, _ = run(START, END, VITAL, *options)
    assert code == 2
    assert message in printed.err
    assert not out.exists()


def test_the_words_of_the_command_are_those_of_the_library():
    assert set(CHOICES["method"][0]) == {*METHODS, *DIRECT}


def test_no_file_is_overwritten_by_another(run, tmp_path):
    code, printed, _, _ = run(START, END, VITAL, "--types", str(tmp_path / "od.csv"))
    assert code == 2
    assert "od.csv is named twice; every table needs a file of its own" in printed.err


def test_both_files_appear_or_neither(run, tmp_path):
    (tmp_path / "types.csv").mkdir()
    code, printed, out, _ = run(types=True)
    assert code == 1
    assert "nothing was changed" in printed.err
    assert not out.exists()
    (tmp_path / "types.csv").rmdir()
    (tmp_path / "od.csv").mkdir()
    code, _, _, types = run(types=True)
    assert code == 1
    assert not types.exists()


def test_a_refused_second_file_brings_the_first_back(run, tmp_path, monkeypatch):
    from pathlib import Path

    assert run(types=True)[0] == 0
    before = {name: (tmp_path / name).read_bytes() for name in ("od.csv", "types.csv")}
    plain, seen = Path.replace, []

    def refusing(self, target):
        # The last of the renames that put new files in place; writing and undoing rename other files.
        if str(target).endswith("od.csv") and not seen:
            seen.append(target)
            raise OSError(28, "No space left on device")
        return plain(self, target)

    monkeypatch.setattr(Path, "replace", refusing)
    code, printed, _, _ = run(START, END, VITAL, "--method", "pb-closed", types=True)
    monkeypatch.undo()
    assert code == 1
    assert "No space left on device" in printed.err
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".tmp")]


def test_files_that_are_not_there_come_all_at_once(tmp_path, capsys):
    words = [word for name in ("stock-start", "stock-end", "vital") for word in (f"--{name}", str(tmp_path / name))]
    assert main(["estimate", "flows", *words, "--out", str(tmp_path / "od.csv"), "--json"]) == 1
    findings = _findings(capsys.readouterr())
    assert [finding["code"] for finding in findings] == ["file-unreadable"] * 3
    assert findings[0]["fact"] == "cannot be read: No such file or directory"
    assert (findings[0]["areas"], findings[0]["persons"]) == ([], None)


BROKEN = {
    "blank cell": (START.replace("50,800", ",800"), END, VITAL, "cell-missing", "row 3 (BBB), column AAA", ["BBB", "AAA"]),
    "not a number": (START, END.replace("130", "NaN"), VITAL, "cell-missing", "row 2 (AAA), column BBB", ["AAA", "BBB"]),
    "blank natives": (START.replace("500", ""), END, VITAL, "cell-missing", "row 4 (CCC), column CCC", ["CCC"]),
    "blank births": (START, END, VITAL.replace("40,", ","), "cell-missing", "row 2 (AAA), column births", ["AAA"]),
    "a word": (START, END.replace("130", "many"), VITAL, "value-unreadable", "row 2 (AAA), column BBB", ["AAA", "BBB"]),
    "thousands": (START, END.replace("880", '"1,880"'), VITAL, "value-unreadable", "row 2 (AAA), column AAA", ["AAA"]),
    "endless": (START, END.replace("130", "inf"), VITAL, "value-unreadable", "row 2 (AAA), column BBB", ["AAA", "BBB"]),
    "a row twice": (START + "BBB,1,2,3\n", END, VITAL, "key-duplicate", "row 5", ["BBB"]),
    "no label above": (START.replace("CCC\n", "CCC,\n", 1).replace("40\n", "40,7\n"), END, VITAL, "area-unknown", "row 1", []),
    "no label": (START + ",1,2,3\n", END, VITAL, "area-unknown", "row 5", []),
    "other rows": (START, END.replace("\nCCC", "\nDDD"), VITAL, "areas-differ", "stock-end.csv", ["CCC"]),
    "other columns": (START, END.replace(",CCC\n", ",DDD\n"), VITAL, "areas-differ", "stock-end.csv", ["CCC"]),
    "other events": (START, END, VITAL.replace("CCC", "DDD"), "areas-differ", "vital.csv", ["CCC"]),
    "no row of an area": (START.rsplit("CCC,20", 1)[0], END, VITAL, "areas-differ", "stock-start.csv", ["CCC"]),
    "no births": (START, END, VITAL.replace("births", "born"), "column-missing", "vital.csv", []),
    "one area": ("birth,AAA\nAAA,9\n", "birth,AAA\nAAA,9\n", "a,births,deaths\nAAA,1,1\n", "areas-too-few", "stock-s", ["AAA"]),
    "negative": (START.replace("100", "-100"), END, VITAL, "value-negative", "born in AAA, living in BBB", ["AAA", "BBB"]),
    "nobody": (
        START.replace("100", "0").replace("800", "0").replace(",30,", ",0,"), END, VITAL, "area-empty", "living in BBB", ["BBB"],
    ),
    "many deaths": (START, END, VITAL.replace(",30\n", ",5000\n", 1), "events-exceed-population", "deaths in AAA", ["AAA"]),
    "thousands of births": (START, END, VITAL.replace("0,", "0000,").replace("5,", "5000,"), "units-mixed", "vital.csv", []),
    "thousands at the end": (
        START, END.replace(",", "000,").replace("AAA000", "AAA").replace("BBB000", "BBB").replace("CCC000", "CCC")
        .replace("birth000", "birth"), VITAL, "units-mixed", "vital.csv", [],
    ),
    "events in thousands": (START, END, "a,births,deaths\nAAA,0.04,0.03\nBBB,0.03,0\nCCC,0,0\n", "units-mixed", "vital.csv", []),
    "populations in thousands": (
        START, END,
        "a,births,deaths,pop_start\nAAA,40,30,0.97\nBBB,30,20,0.93\nCCC,25,15,0.6\n", "units-mixed", "vital.csv", [],
    ),
    "a row of totals": (
        START + "All,970,930,600\n", END + "All,950,950,635\n", VITAL, "row-is-total", "row All", ["All"],
    ),
    "a row called World": (START + "World,1,2,3\n", END + "World,1,2,4\n", VITAL, "row-is-total", "row World", ["World"]),
    "a column of totals": (
        START.replace("CCC\n", "CCC,All\n", 1).replace(",40\n", ",40,1040\n").replace(",60\n", ",60,910\n")
        .replace(",500\n", ",500,550\n") + "All,970,930,600,2500\n",
        END.replace("CCC\n", "CCC,All\n", 1).replace(",45\n", ",45,1055\n").replace(",70\n", ",70,905\n")
        .replace(",520\n", ",520,575\n") + "All,950,950,635,2535\n",
        VITAL + "All,95,65\n", "row-is-total", "column All", ["All"],
    ),
    "no natives": (
        START.replace("900", "0").replace("800", "0").replace("500", "0"),
        END, VITAL, "natives-missing", "stock-start.csv", [],
    ),
    "another population": (
        START, END, "a,births,deaths,pop_start\nAAA,40,30,1940\nBBB,30,20,930\nCCC,25,15,600\n",
        "population-differs", "column pop_start", ["AAA"],
    ),
    "a comma too many": (START.replace("100", "1,00"), END, VITAL, "file-unreadable", "stock-start.csv, row 2", []),
    "births many times the residents": (
        START, END, VITAL.replace("40,", "400000,"), "events-exceed-population", "births in AAA", ["AAA"],
    ),
    "births below zero": (START, END, VITAL.replace("40,", "-40,"), "value-negative", "births in AAA", ["AAA"]),
    "residents below zero": (
        START.replace("900", "-900"), END, VITAL, "value-negative", "stock at the start, living in AAA", ["AAA"],
    ),
    "more than all people": (START.replace("900", "1e300"), END, VITAL, "value-unreadable", "row 2 (AAA), column AAA", ["AAA"]),
    "not a table": (b"\x89PNG\0", END, VITAL, "file-unreadable", "stock-start.csv", []),
    "half a gzip": (gzip.compress(START.encode())[:30], END, VITAL, "archive-broken", "stock-start.csv", []),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_every_fault_of_the_files_has_its_finding(run, name):
    start, end, vital, kind, place, areas = BROKEN[name]
    code, printed, out, _ = run(start, end, vital, "--json")
    assert code == 1
    found = [one for one in _findings(printed) if one["code"] == kind]
    assert any(place in one["place"] and one["areas"] == areas for one in found), _findings(printed)
    assert not out.exists()


def test_what_a_blank_cell_can_be_is_listed_and_chosen(run):
    blank = START.replace("50,800", ",800")
    _, printed, _, _ = run(blank, END, VITAL, "--json")
    assert "--missing zero (nobody), --missing carry (as many as at the other date)" in _findings(printed)[0]["mend"]
    for choice, persons in (("zero", "0"), ("carry", "45")):
        code, printed, out, _ = run(blank, END, VITAL, "--json", "--missing", choice)
        assert code == 0
        assert json.loads(printed.out)["filled"] == 1
        filled = out.read_bytes()
        run(START.replace("50,800", f"{persons},800"), END, VITAL)
        assert out.read_bytes() == filled
    code, printed, _, _ = run(START.replace("500", ""), END, VITAL, "--json", "--missing", "zero")
    assert code == 1
    assert _findings(printed)[0]["mend"] == "write the native-born: population less foreign-born"
    code, printed, _, _ = run(blank, END.replace("45,790", ",790"), VITAL, "--json", "--missing", "carry")
    assert code == 1
    assert len(_findings(printed)) == 2
    with pytest.raises(ValueError, match="no missing 'guess'; there are refuse, zero, carry"):
        read_account(b"", b"", b"", files=("a", "b", "c"), missing="guess")


def test_negative_natives_are_repaired_or_refused(run):
    negative = START.replace("900,100", "-5,100")
    assert run(negative, END.replace("880", "20"), VITAL.replace("40,30", "4,3"))[0] == 0
    code, printed, _, _ = run(negative, END, VITAL, "--json", "--natives", "refuse")
    assert code == 1
    finding = _findings(printed)[0]
    assert (finding["code"], finding["areas"], finding["persons"]) == ("value-negative", ["AAA"], 5.0)


def test_many_faults_of_one_kind_are_counted(run):
    names = [f"P{number:02}" for number in range(9)]
    stock = "birth," + ",".join(names) + "\n" + "".join(f"{name}{',' * 9}\n" for name in names)
    vital = "a,births,deaths\n" + "".join(f"{name},1,1\n" for name in names)
    _, printed, _, _ = run(stock, stock, vital, "--json")
    findings = _findings(printed)
    assert len(findings) == 21
    assert "more of this kind" in findings[-1]["fact"]


def _seed(tmp_path, text):
    (tmp_path / "seed.csv").write_text(text)
    return "--seed", str(tmp_path / "seed.csv")


def test_a_seed_moves_flows_and_keeps_nets(run, tmp_path):
    seed = _seed(tmp_path, "orig,BBB,AAA,CCC\nAAA,1,,9\nBBB,,1,1\nCCC,1,5,\n")
    _, _, out, _ = run(START, END, VITAL, "--method", "min-closed")
    plain = {(row["origin"], row["destination"]): float(row["flow"]) for row in _rows(out)}
    code, _, out, _ = run(START, END, VITAL, "--method", "min-closed", *seed)
    seeded = {(row["origin"], row["destination"]): float(row["flow"]) for row in _rows(out)}
    assert code == 0
    assert sum(seeded.values()) == pytest.approx(sum(plain.values()))
    for area in ("AAA", "BBB", "CCC"):
        for position in (0, 1):
            assert sum(flow for pair, flow in seeded.items() if pair[position] == area) == pytest.approx(
                sum(flow for pair, flow in plain.items() if pair[position] == area)
            )


SEEDS = {
    "zero row": ("orig,AAA,BBB,CCC\nAAA,0,0,0\nBBB,1,0,1\nCCC,1,1,0\n", "seed-empty", "from AAA", ["AAA"]),
    "no way": ("orig,AAA,BBB,CCC\nAAA,1,0,0\nBBB,0,1,1\nCCC,0,1,1\n", "seed-infeasible", "born in", None),
    "other areas": ("orig,AAA,BBB,DDD\nAAA,0,1,1\nBBB,1,0,1\nCCC,1,1,0\n", "areas-differ", "seed.csv", ["CCC"]),
    "below zero": ("orig,AAA,BBB,CCC\nAAA,0,-1,1\nBBB,1,0,1\nCCC,1,1,0\n", "value-negative", "column BBB", ["AAA", "BBB"]),
    "blank": ("orig,AAA,BBB,CCC\nAAA,0,,1\nBBB,1,0,1\nCCC,1,1,0\n", "cell-missing", "row 2 (AAA), column BBB", ["AAA", "BBB"]),
}  # fmt: skip


@pytest.mark.parametrize("name", SEEDS)
def test_every_fault_of_a_seed_has_its_finding(run, tmp_path, name):
    text, kind, place, areas = SEEDS[name]
    code, printed, out, _ = run(START, END, VITAL, "--json", "--method", "ind-closed", *_seed(tmp_path, text))
    assert code == 1
    found = [one for one in _findings(printed) if one["code"] == kind]
    assert any(place in one["place"] and areas in (None, one["areas"]) for one in found), _findings(printed)
    if kind.startswith("seed"):
        assert all(one["persons"] > 0 for one in found)
    assert not out.exists()


def test_too_few_stayers_are_named(run):
    code, printed, _, _ = run(START, END, VITAL, "--json", "--stayers", "0")
    assert code == 1
    findings = _findings(printed)
    assert {one["code"] for one in findings} == {"stayers-infeasible"}
    assert all(one["areas"] and one["persons"] > 0 for one in findings)


def test_the_library_takes_other_choices_from_files(tmp_path):
    for name, text in (("s", START), ("e", END), ("v", VITAL)):
        (tmp_path / name).write_text(text)
    inputs = {"stock_start": tmp_path / "s", "stock_end": tmp_path / "e", "vital": tmp_path / "v"}
    made = estimate_files(inputs, out=tmp_path / "deep" / "od.csv", births="proportional")
    assert made.files["flows"].exists()
    assert str(made).startswith("min-closed: ")
    seed = read_seed(b"a,BBB,AAA\nBBB,9,1\nAAA,2,\n", file="s", areas=["AAA", "BBB"])
    assert seed.values.tolist() == [[0, 2], [1, 9]]


def test_independence_needs_the_diagonal_of_a_seed(run, tmp_path):
    seed = _seed(tmp_path, "orig,AAA,BBB,CCC\nAAA,,1,1\nBBB,1,9,1\nCCC,1,1,9\n")
    assert run(START, END, VITAL, "--method", "min-closed", *seed)[0] == 0
    code, printed, _, _ = run(START, END, VITAL, "--method", "pb-closed", "--json", *seed)
    assert code == 1
    assert _findings(printed)[0]["mend"].startswith("write what staying weighs against moving")
