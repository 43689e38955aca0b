"""Frontex: detections by route, border, nationality and month."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import card, read
from corridors.concepts.findings import DataError

HEAD = "route,type,nat,t,n\n"
WESTERN = "Western African Route,Sea"


def detections(*lines, head=HEAD):
    """A file; figures are invented."""
    return (head + "".join(f"{line}\n" for line in lines)).encode()


def table_of(*lines):
    return read("frontex", detections(*lines), file="f.csv").tables["ENCOUNTER"]


def test_a_month_of_a_route_is_read_as_detections_and_not_as_persons():
    [row] = table_of(f"{WESTERN},SEN,2020-03-01,12").iter_rows(named=True)
    assert (row["MEASURE"], row["UNIT_MEASURE"]) == ("DETECTIONS", "EV")
    assert (row["CITIZENSHIP"], row["ROUTE"], row["CATEGORY"]) == ("SEN", "Western African Route", "Sea")
    assert (row["TIME_PERIOD"], row["OBS_VALUE"], row["OBS_STATUS"]) == ("2020-03", 12, "A")


def test_nationalities_not_told_apart_count_together():
    lines = [f"{WESTERN},{code},2020-03-01,{n}" for code, n in (("OOO", 3), ("OOS", 4), ("STL", 5))]
    [row] = table_of(*lines).iter_rows(named=True)
    assert (row["CITIZENSHIP"], row["OBS_VALUE"], row["NOTE"]) == ("XXX", 12, "sum of OOO 3, OOS 4, STL 5")


def test_a_blank_figure_is_missing_and_a_zero_is_none():
    table = table_of(f"{WESTERN},SEN,2020-03-01,", f"{WESTERN},GIN,2020-03-01,0")
    statuses = dict(table.select("CITIZENSHIP", "OBS_STATUS").iter_rows())
    assert statuses == {"SEN": "O", "GIN": "A"}


@pytest.mark.parametrize(
    ("line", "code", "place", "fact"),
    [
        (
            "Northern Route,Sea,SEN,2020-03-01,1",
            "code-unknown",
            "row 2, column route",
            "'Northern Route' is not allowed",
        ),
        ("Other,Air,SEN,2020-03-01,1", "code-unknown", "row 2, column type", "'Air' is not allowed"),
        ("Other,Sea,XQX,2020-03-01,1", "area-unknown", "row 2, column nat", "'XQX' is no known area"),
        ("Other,Sea,SEN,2020-03-15,1", "period-unreadable", "row 2, column t", "'2020-03-15' is not allowed"),
        ("Other,Sea,SEN,2020-03-01,many", "value-unreadable", "row 2, column n", "'many' is no figure"),
        ("Other,Sea,SEN,2020-03-01,-1", "value-negative", "row 2, column n", "negative figure -1"),
    ],
)
def test_a_fault_is_named(findings_of, line, code, place, fact):
    found = findings_of("frontex", detections(line), file="f.csv")
    assert [(f.code, f.place, f.fact) for f in found] == [(code, f"f.csv, {place}", fact)]


@pytest.mark.parametrize("code", ["SEN", "OOO"])
def test_two_figures_for_one_nationality_and_month_are_both_shown(findings_of, code):
    raw = detections(*(f"Other,Sea,{code},2020-03-01,{n}" for n in (1, 2)))
    [finding] = findings_of("frontex", raw, file="f.csv")
    assert (finding.code, finding.place) == ("key-duplicate", "f.csv, rows 2, 3")
    assert finding.fact.startswith("1 and 2 for")


def test_other_files_are_refused(workbook, findings_of):
    [finding] = findings_of("frontex", workbook({"A": [["x"]]}))
    assert (finding.code, finding.fact) == ("table-wrong", "it is a workbook")
    [finding] = findings_of("frontex", b"a,b\n1,2\n")
    assert finding.code == "table-wrong"
    [finding] = findings_of("frontex", detections())
    assert (finding.code, finding.fact) == ("table-wrong", "it holds no rows")
    [finding] = findings_of("frontex", detections("a,b,c,d", head="route,type,nat,n\n"))
    assert (finding.code, finding.fact) == ("column-missing", "no column t")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_happens_to_the_bytes_ends_in_a_reading_or_in_findings(data):
    raw = bytearray(detections(*(f"{WESTERN},{code},2020-03-01,3" for code in ("SEN", "GIN", "OOO"))))
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=5)):
        raw[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(DataError):
        read("frontex", bytes(raw[: data.draw(st.integers(0, len(raw)))]), file="f.csv")


def test_the_total_of_the_sample_holds(shared_data):
    reading = read("frontex", (shared_data / "irregular" / "frontex.csv.gz").read_bytes(), file="f.csv.gz")
    table = reading.tables["ENCOUNTER"]
    assert (table["OBS_VALUE"].sum(), table.height) == (4_966_869, 34_192)
    assert table.filter(CITIZENSHIP="XXX")["OBS_VALUE"].sum() == 686_021 + 87_098 + 5_310
    assert {product.id for product in card("frontex").products} == {reading.product}
