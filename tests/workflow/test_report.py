"""One command from the package to the report; a second one has nothing to do."""

import csv
import json
import re
import shutil
import subprocess
import sys

import polars as pl
import pytest

from corridors.cli import main
from corridors.concepts.findings import DataError, Unavailable
from corridors.store.vintages import Store
from corridors.workflow import report as pipeline
from corridors.workflow.collect import collect_embedded
from corridors.workflow.quality import countries_of_today
from corridors.workflow.report import make_report
from corridors.workflow.sources import collected as chosen_stock


def quiet(_step, _state):
    """No progress."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    report = make_report(world="embedded", out=folder / "out", store=folder / "store", fresh=False, progress=quiet)
    return folder, report


def again(folder, **changes):
    choices = {"world": "embedded", "out": folder / "out", "store": folder / "store", "fresh": False, "progress": quiet}
    return make_report(**{**choices, **changes})


def test_the_report_lies_on_the_table_in_three_formats_with_pictures_and_figures(made):
    folder, report = made
    assert [step.state for step in report.steps] == ["done", "done", "done"]
    assert (folder / "out" / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert (folder / "out" / "report.docx").read_bytes().startswith(b"PK")
    assert (folder / "out" / "report.html").read_bytes().startswith(b"<!DOCTYPE html>")
    charts = {path.name for path in (folder / "out" / "charts").iterdir()}
    assert {f"flows.chord.{form}" for form in ("svg", "png", "html")} <= charts
    tables = {path.stem for path in (folder / "out" / "tables").iterdir()}
    assert {"flows.totals", "stocks.by_region", "provenance.figures", "clauses.answers"} <= tables
    assert {"limits.gaps", "quality.measures", "quality.checks", "coverage", "quality.findings"} <= tables
    assert {"limits.coverage.png", "limits.coverage_regions.svg"} <= charts


def test_coverage_and_checks_speak_of_what_was_used_and_of_what_lies_beside(made):
    folder, _ = made
    known = pl.read_csv(folder / "out" / "tables" / "coverage.csv")
    used = set(known.filter(pl.col("USED"))["MEASURE"])
    assert {"STOCK", "POPULATION", "BIRTHS", "DEATHS", "NET_MIGRATION", "REFUGEES", "FLOW_OBSERVED"} <= used
    assert {"REMITTANCES_IN", "UNEMPLOYMENT", "TFR"} <= set(known.filter(~pl.col("USED"))["MEASURE"])
    stock = known.filter(pl.col("USED"), pl.col("DATAFLOW") == "STOCK")
    assert stock["AREA"].n_unique() == 22
    with (folder / "out" / "tables" / "quality.checks.csv").open(encoding="utf-8") as opened:
        checks = {row["Check"]: row for row in csv.DictReader(opened)}
    # The ranking of the largest countries is a part of the world, and not taken for a whole that does not add up.
    assert checks["Aggregates counted twice"]["Findings"] == "0"
    assert {"Falling world total", "Reversed orientation"} <= set(checks)


def test_world_totals_are_the_publisher_s(made):
    folder, _ = made
    with (folder / "out" / "figures.csv").open(encoding="utf-8") as opened:
        figures = {row["key"]: row for row in csv.DictReader(opened)}
    assert float(figures["stocks.last"]["value"]) == 304_021_813
    assert float(figures["stocks.first"]["value"]) == 153_916_063
    assert figures["places.corridor_1_last"]["value"] == "11279561.0"


def test_figures_follow_to_vintages_that_are_there_and_whole(made):
    folder, _ = made
    store = Store(folder / "store")
    assert store.verify() == []
    known = {vintage.id for vintage in store.vintages()}
    with (folder / "out" / "figures.csv").open(encoding="utf-8") as opened:
        for row in csv.DictReader(opened):
            assert row["query"]
            assert set(row["vintages"].split()) <= known
            assert row["vintages"]
    steps = {entry.step for entry in store.ledger()}
    assert steps == {"collect the regional world", "estimate flows", "write the report"}


def test_accounts_close_to_the_rounding_of_the_source(made):
    folder, _ = made
    store = Store(folder / "store")
    latest = store.latest("regional", "flows-embedded-2024-world")
    flow = store.read(latest["FLOW"]).filter(pl.col("SEX") == "_T", pl.col("METHOD") == "min-closed")
    net = store.read(store.latest("regional", "embedded-2024-world")["NET_MIGRATION"]).filter(pl.col("SEX") == "_T")
    for period in flow["TIME_PERIOD"].unique():
        rows = flow.filter(pl.col("TIME_PERIOD") == period)
        arrivals = dict(rows.group_by("DESTINATION").agg(pl.col("OBS_VALUE").sum()).iter_rows())
        departures = dict(rows.group_by("ORIGIN").agg(pl.col("OBS_VALUE").sum()).iter_rows())
        for area, value in net.filter(pl.col("TIME_PERIOD") == period).select("AREA", "OBS_VALUE").iter_rows():
            assert arrivals[area] - departures[area] == pytest.approx(value, abs=250)


def test_a_second_run_skips_every_step_and_loads_no_numeric_library(made):
    folder, _ = made
    code = (
        "import sys; from corridors.cli import main; "
        f"code = main(['report', '--json', '--out', {str(folder / 'out')!r}, '--store', {str(folder / 'store')!r}]); "
        "heavy = {'polars', 'numpy', 'xarray', 'scipy', 'altair', 'duckdb', 'typst', 'vl_convert'} & set(sys.modules); "
        "print(sorted(heavy), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    assert [step["state"] for step in answer["steps"]] == ["skipped", "skipped", "skipped"]
    assert set(answer["files"]) == {"pdf", "docx", "html"}
    assert done.stderr.splitlines()[-1] == "[]"


def test_a_changed_or_missing_file_is_written_again_and_nothing_else_is_done(made):
    folder, _ = made
    page = folder / "out" / "report.html"
    before = page.read_bytes()
    page.write_text("spoilt")
    (folder / "out" / "charts" / "flows.net.svg").unlink()
    report = again(folder)
    assert [step.state for step in report.steps] == ["skipped", "skipped", "done"]
    assert page.read_bytes() == before
    assert (folder / "out" / "charts" / "flows.net.svg").is_file()


def test_fresh_does_every_step_again_and_gives_the_same_bytes(made):
    folder, _ = made
    names = ("report.pdf", "report.docx", "report.html", "figures.csv")
    before = [(folder / "out" / name).read_bytes() for name in names]
    report = again(folder, fresh=True)
    assert [step.state for step in report.steps] == ["done", "done", "done"]
    assert [(folder / "out" / name).read_bytes() for name in names] == before


def test_another_folder_gets_the_same_report(made, tmp_path):
    folder, _ = made
    report = again(folder, out=tmp_path / "elsewhere")
    assert [step.state for step in report.steps] == ["skipped", "skipped", "done"]
    assert (tmp_path / "elsewhere" / "report.pdf").read_bytes() == (folder / "out" / "report.pdf").read_bytes()


def test_descriptions_hold_neither_times_nor_places(made, tmp_path):
    folder, _ = made
    vintages = Store(folder / "store").vintages()
    for vintage in vintages:
        text = json.dumps({key: value for key, value in vintage.metadata.items() if key != "created"})
        assert not re.search(r"\d{4}-\d\d-\d\dT\d\d:", text), vintage.id
        assert str(folder) not in text
    store = Store(tmp_path)
    again = collect_embedded(store)
    assert {one.vintage for one in again} <= {vintage.id for vintage in vintages}


@pytest.fixture
def copied(made, tmp_path):
    """A store and a report that a test may spoil."""
    folder, _ = made
    shutil.copytree(folder, tmp_path / "copy")
    return tmp_path / "copy"


def product(folder, name, dataflow):
    return Store(folder / "store").latest("regional", name)[dataflow].path


WORLD, FLOWS = "embedded-2024-world", "flows-embedded-2024-world"
SPOILT = {
    "stock": lambda folder: product(folder, WORLD, "STOCK") / "part-0.parquet",
    "description": lambda folder: product(folder, WORLD, "VITAL") / "metadata.json",
    "flows": lambda folder: product(folder, FLOWS, "FLOW") / "part-0.parquet",
    "description of flows": lambda folder: product(folder, FLOWS, "NET_MIGRATION") / "metadata.json",
    "pointer": lambda folder: folder / "store" / "regional" / "latest" / f"{WORLD}.json",
    "pointer of flows": lambda folder: folder / "store" / "regional" / "latest" / f"{FLOWS}.json",
    "raw file": lambda folder: folder / "store" / "raw" / next(iter(_raw(folder))),
}


def _raw(folder):
    metadata = (product(folder, WORLD, "STOCK") / "metadata.json").read_text(encoding="utf-8")
    return json.loads(metadata)["raw"].values()


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
@pytest.mark.parametrize("how", ["removed", "changed"])
def test_what_is_damaged_in_the_store_is_made_again_by_a_plain_run(copied, spoil, how):
    path = spoil(copied)
    path.unlink() if how == "removed" else path.write_bytes(path.read_bytes()[:-2])
    report = again(copied)
    assert [step.state for step in report.steps].count("done") == 1
    assert report.steps[-1].state == "skipped"
    assert Store(copied / "store").verify() == []


@pytest.mark.parametrize("text", ["{", "[1]", "[]", "{}"])
def test_broken_rows_of_the_ledger_are_done_again(copied, text):
    for path in (copied / "store" / "ledger").glob("*.json"):
        if json.loads(path.read_text(encoding="utf-8"))["step"] != "write the report":
            path.write_text(text)
    assert main(["store", "verify", "--store", str(copied / "store")]) == 1
    assert [step.state for step in again(copied).steps] == ["done", "done", "skipped"]
    assert Store(copied / "store").verify() == []


def test_fresh_heals_the_store_too(copied, monkeypatch):
    monkeypatch.setattr(pipeline, "_rendered", drawn)
    path = SPOILT["stock"](copied)
    path.write_bytes(b"")
    again(copied, fresh=True)
    assert Store(copied / "store").verify() == []


def drawn(*_):
    """A report that takes no time to draw."""
    return {"report.pdf": b"%PDF-new", "charts/new.svg": b"<svg/>"}


def held(out):
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_only_what_an_earlier_run_wrote_is_removed(copied, monkeypatch):
    out = copied / "out"
    (out / "charts" / "mine.svg").write_text("mine")
    (out / "notes.txt").write_text("mine")
    (out / "report.pdf").write_text("spoilt")
    monkeypatch.setattr(pipeline, "_rendered", drawn)
    again(copied)
    assert set(held(out)) == {"charts/mine.svg", "charts/new.svg", "notes.txt", "report.pdf", "SHA256SUMS"}
    assert subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=out, check=False).returncode == 0


def test_a_folder_in_the_way_leaves_the_old_report(copied, monkeypatch, capsys):
    out = copied / "out"
    (out / "report.html").unlink()
    (out / "report.html").mkdir()
    before = held(out)
    monkeypatch.setattr(pipeline, "_rendered", lambda *_: {**drawn(), "report.html": b"new"})
    assert main(["report", "--out", str(out), "--store", str(copied / "store")]) == 1
    told = capsys.readouterr().err
    assert f"could not write the report to {out}: {out / 'report.html'} is a folder; nothing was changed" in told
    assert held(out) == before


def test_a_store_that_cannot_be_written_leaves_the_old_report(copied, monkeypatch):
    def full(_store, entry):
        raise Unavailable(f"no space for {entry.step}")

    (copied / "out" / "report.html").write_text("spoilt")
    before = held(copied / "out")
    monkeypatch.setattr(pipeline, "_rendered", drawn)
    monkeypatch.setattr(Store, "record", full)
    with pytest.raises(Unavailable, match="no space for write the report"):
        again(copied)
    assert held(copied / "out") == before


_LIMITED = """
import resource, signal, sys
from corridors.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sys.exit(main(sys.argv[2:]))
"""


def test_a_full_disk_leaves_the_old_report(copied):
    out = copied / "out"
    largest = max(path.stat().st_size for path in out.rglob("*") if path.is_file())
    (out / "charts" / "flows.net.svg").unlink()
    before = held(out)
    words = ["report", "--out", str(out), "--store", str(copied / "store")]
    code = [sys.executable, "-c", _LIMITED, str(largest - 1), *words]
    done = subprocess.run(code, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    # Pandoc, which needs room for its own files, may be the first to be refused.
    assert re.fullmatch(r"corridors: could not write the .*; nothing was changed\. .*", done.stderr.splitlines()[-1])
    assert held(out) == before


def test_a_store_without_a_stock_says_what_to_collect(tmp_path, capsys):
    assert main(["report", "--world", "store", "--store", str(tmp_path / "none"), "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err
    assert "no bilateral migrant stock" in told
    assert "corridors collect undesa --file F" in told
    assert not (tmp_path / "out").exists()


def test_progress_names_each_step_and_how_it_ended(made):
    folder, _ = made
    told = []
    again(folder, progress=lambda step, state: told.append((step, state)))
    assert told == [
        ("collect the regional world", "unchanged, skipped"),
        ("estimate flows", "unchanged, skipped"),
        ("write the report", "unchanged, skipped"),
    ]


@pytest.fixture(scope="module")
def collected(shared_data, tmp_path_factory):
    """A store with the sample files of the 2020 revision and of World Population Prospects 2022."""
    folder = tmp_path_factory.mktemp("collected")
    store = str(folder / "store")
    stock = shared_data / "undesa" / "ims2020_bilateral_by_sex.csv.gz"
    people = [
        shared_data / "wpp" / name for name in ("wpp2022_annual_1985_2021.csv.gz", "wpp2022_midyear_population_5yr.csv")
    ]
    assert main(["collect", "undesa", "--file", str(stock), "--store", store]) == 0
    assert main(["collect", "wpp", "--file", *map(str, people), "--store", store]) == 0
    return folder


def test_the_full_world_gets_its_report_from_the_store(collected):
    report = again(collected, world="store")
    assert all(path.is_file() for path in report.files.values())
    with (collected / "out" / "figures.csv").open(encoding="utf-8") as opened:
        figures = {row["key"]: row for row in csv.DictReader(opened)}
    assert float(figures["stocks.last"]["value"]) == 280_598_105
    assert 220 <= float(figures["method.areas"]["value"]) <= 240
    page = (collected / "out" / "report.html").read_text(encoding="utf-8")
    assert "countries and areas" in page
    assert not re.search(r"\bnan\b|\bNone\b|\binf\b", re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL))


def test_coverage_of_the_full_world_names_areas_and_fits_on_paper(collected):
    again(collected, world="store")
    folder = collected / "out"
    with (folder / "tables" / "limits.gaps.csv").open(encoding="utf-8") as opened:
        gaps = {row["No figure for"]: row["Which areas"] for row in csv.DictReader(opened)}
    assert "Antarctica" in gaps["Any measure"]
    assert "Kosovo" in gaps["Migrant stock"]
    known = pl.read_csv(folder / "tables" / "coverage.csv")
    assert known.height > 20_000
    assert set(known["USED"]) == {True}
    with (folder / "figures.csv").open(encoding="utf-8") as opened:
        figures = {row["key"]: row["value"] for row in csv.DictReader(opened)}
    assert int(figures["limits.known_areas"]) == len(countries_of_today())
    assert float(figures["limits.known_share"]) > 90


def test_what_is_collected_beside_enters_coverage_and_checks_and_the_report_is_made_again(
    shared_data, collected, tmp_path
):
    store = tmp_path / "store"
    shutil.copytree(collected / "store", store)
    choices = {"world": "store", "store": store, "out": tmp_path / "out", "revision": "2020"}
    again(tmp_path, **choices)
    stock = shared_data / "undesa" / "ims2024_bilateral_by_sex.csv.gz"
    assert main(["collect", "undesa", "--file", str(stock), "--store", str(store)]) == 0
    assert [step.state for step in again(tmp_path, **choices).steps] == ["skipped", "done"]
    known = pl.read_csv(tmp_path / "out" / "tables" / "coverage.csv")
    assert set(known.filter(~pl.col("USED"))["MEASURE"]) == {"STOCK"}
    assert known.filter(~pl.col("USED"))["YEAR"].max() == 2024
    with (tmp_path / "out" / "tables" / "quality.checks.csv").open(encoding="utf-8") as opened:
        checks = {row["Check"]: int(row["Findings"]) for row in csv.DictReader(opened)}
    assert checks["Revisions that disagree"] > 0
    listed = (tmp_path / "out" / "tables" / "provenance.looked_at.csv").read_text(encoding="utf-8")
    assert "undesa-ims2024-bilateral" in listed
    beside = Store(store).latest("world", "undesa-ims2024-bilateral")["STOCK"].path / "part-0.parquet"
    beside.write_bytes(beside.read_bytes()[:-1])
    with pytest.raises(DataError) as caught:
        again(tmp_path, **choices)
    assert {(finding.code, finding.place) for finding in caught.value.findings} == {("store-damaged", str(beside))}


def test_a_report_that_stands_on_a_damaged_vintage_is_refused(collected):
    again(collected, world="store")
    vintages = [
        vintage
        for product in Store(collected / "store").products("world")
        for name, vintage in Store(collected / "store").latest("world", product).items()
        if name in ("STOCK", "POPULATION")
    ]
    parts = {vintage.path / "part-0.parquet": (vintage.path / "part-0.parquet").read_bytes() for vintage in vintages}
    for path, raw in parts.items():
        path.write_bytes(raw[:-1])
    with pytest.raises(DataError) as caught:
        again(collected, world="store")
    for path, raw in parts.items():
        path.write_bytes(raw)
    assert {finding.code for finding in caught.value.findings} == {"store-damaged"}
    places = {finding.place for finding in caught.value.findings}
    assert places <= set(map(str, parts))
    assert len(places) == len(caught.value.findings) >= 2
    assert [step.state for step in again(collected, world="store").steps] == ["skipped", "skipped"]


def test_a_stock_without_its_populations_says_which_to_collect(shared_data, tmp_path):
    store = str(tmp_path / "store")
    assert (
        main(
            [
                "collect",
                "undesa",
                "--file",
                str(shared_data / "undesa" / "ims2024_bilateral_by_sex.csv.gz"),
                "--store",
                store,
            ]
        )
        == 0
    )
    with pytest.raises(DataError) as caught:
        make_report(world="store", out=tmp_path / "out", store=tmp_path / "store", fresh=False, progress=quiet)
    assert {finding.code for finding in caught.value.findings} == {"table-missing"}
    assert "World Population Prospects 2024" in str(caught.value)


def test_a_newer_stock_without_populations_steps_back_for_one_that_has_them(shared_data, collected, tmp_path, capsys):
    store = tmp_path / "store"
    shutil.copytree(collected / "store", store)
    stock = shared_data / "undesa" / "ims2024_bilateral_by_sex.csv.gz"
    assert main(["collect", "undesa", "--file", str(stock), "--store", str(store)]) == 0
    assert chosen_stock(Store(store)).stock_product == "undesa-ims2020-bilateral"
    with pytest.raises(DataError, match="the stock of 2024 needs POPULATION, VITAL, NET_MIGRATION"):
        chosen_stock(Store(store), revision="2024")
    words = ["report", "--world", "store", "--store", str(store), "--out", str(tmp_path / "out"), "--revision", "2017"]
    assert main(words) == 2
    assert "no bilateral stock of revision '2017' was collected; there are 2020, 2024" in capsys.readouterr().err
