"""One command from the package to the report; a second one has nothing to do."""

import csv
import json
import re
import subprocess
import sys

import polars as pl
import pytest

from corridors.cli import main
from corridors.concepts.findings import DataError
from corridors.store.vintages import Store
from corridors.workflow.report import make_report


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
