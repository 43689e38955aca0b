"""Published flow estimates: six methods, proved by their world totals. Figures are invented but for those totals."""

from contextlib import suppress

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import card, read
from corridors.concepts.findings import DataError

HEAD = "year0,orig,dest,sd_drop_neg,sd_rev_neg,mig_rate,da_min_open,da_min_closed,da_pb_closed\n"
#: One corridor that holds all but six moves of the published totals of 1990-1995, and three small ones.
REST = "1990,MEX,USA,100,200,58700000,32200000,42700000,72699994\n"
SMALL = "1990,SUD,NAM,1,2,3,4,5,6\n1990,SCG,DEU,0,0,0,NA,0,0\n1990,DEU,DEU,9,9,9,9,9,9\n"
SAMPLES = {
    "1990_1995": [22461609, 35504280, 58724035, 32178555, 42726200, 72739066],
    "2000_2005": [26888749, 36324790, 52341542, 33356551, 39615331, 76304111],
    "2010_2015": [31412976, 38017782, 67164570, 38484755, 49921220, 97490950],
}
METHODS = ["sd-drop-neg", "sd-rev-neg", "mig-rate", "min-open-dr", "min-closed", "pb-closed"]


def flows_of(text):
    return read("abelcohen", text.encode(), file="f.csv").tables["FLOW"]


def test_each_column_is_a_method_and_each_row_a_period_from_july_to_july():
    reading = read("abelcohen", (HEAD + REST + SMALL).encode(), file="f.csv")
    assert (reading.product, reading.revision) == ("abelcohen-2022-total", "2022")
    assert "da_pb_closed 1990-1995: 72.7 million, published 72.7" in reading.evidence
    small = reading.tables["FLOW"].filter(ORIGIN="SUD", DESTINATION="NAM")
    assert dict(small.select("METHOD", "OBS_VALUE").iter_rows()) == dict(zip(METHODS, range(1, 7), strict=True))
    assert set(small["TIME_PERIOD"]) == {"1990-07-01/P5Y"}
    assert set(small["OBS_STATUS"]) == {"E"}


def test_an_estimate_that_could_not_be_made_is_missing_and_zero_is_zero():
    flows = flows_of(HEAD + REST + SMALL).filter(ORIGIN="SCG")
    assert flows.filter(METHOD="min-open-dr").select("OBS_VALUE", "OBS_STATUS").row(0) == (None, "O")
    assert flows.filter(METHOD="sd-drop-neg").select("OBS_VALUE", "OBS_STATUS").row(0) == (0, "E")


def test_the_diagonal_is_left_out():
    assert flows_of(HEAD + REST + SMALL).filter(ORIGIN="DEU", DESTINATION="DEU").is_empty()


@pytest.mark.parametrize(
    ("row", "code", "place", "fact"),
    [
        ("1990,ZZZ,USA,1,1,1,1,1,1", "area-unknown", "f.csv, row 3, column orig", "'ZZZ' is no known area"),
        ("19x0,MEX,CAN,1,1,1,1,1,1", "period-unreadable", "f.csv, row 3, column year0", "'19x0' is not allowed"),
        ("1990,MEX,CAN,x,1,1,1,1,1", "value-unreadable", "f.csv, row 3, column sd_drop_neg", "'x' is no figure"),
        ("1990,MEX,CAN,-4,1,1,1,1,1", "value-negative", "f.csv, row 3, column sd_drop_neg", "negative figure -4"),
        (
            "1990,MEX,USA,7,200,58700000,32200000,42700000,72699994",
            "key-duplicate",
            "f.csv, rows 2, 3",
            "100 and 7 for MEX, USA, 1990, sd_drop_neg",
        ),
    ],
)
def test_a_fault_is_named(findings_of, row, code, place, fact):
    found = findings_of("abelcohen", (HEAD + REST + row + "\n").encode(), file="f.csv")
    assert (code, place, fact) in {(f.code, f.place, f.fact) for f in found}, found


def test_totals_of_another_release_are_refused(findings_of):
    found = findings_of("abelcohen", (HEAD + REST.replace("72699994", "72900000")).encode(), file="f.csv")
    assert [(f.code, f.place, f.fact) for f in found] == [
        ("revision-unknown", "f.csv, column da_pb_closed", "da_pb_closed 1990-1995: 72.9 million, published 72.7")
    ]
    [finding] = findings_of("abelcohen", (HEAD + "1960,MEX,USA,1,1,1,1,1,1\n").encode(), file="f.csv")
    assert finding.fact == "no totals are published for the period from 1960"
    [finding] = findings_of("abelcohen", HEAD.encode(), file="f.csv")
    assert finding.code == "revision-unknown"


def test_another_table_is_refused(findings_of, workbook):
    [finding] = findings_of("abelcohen", b"a,b\n1,2\n", file="f.csv")
    assert (finding.code, finding.fact) == ("table-wrong", "a CSV file with the columns a, b")
    [finding] = findings_of("abelcohen", (HEAD.strip() + ",sex\n" + REST.strip() + ",f\n").encode(), file="f.csv")
    assert "by sex" in finding.fact
    [finding] = findings_of("abelcohen", HEAD.replace(",mig_rate", "").encode(), file="f.csv")
    assert (finding.code, finding.fact) == ("column-missing", "no column mig_rate")
    [finding] = findings_of("abelcohen", workbook({"A": [["x"]]}), file="f.xlsx")
    assert (finding.code, finding.fact) == ("table-wrong", "it is a workbook")


@pytest.mark.parametrize("period", SAMPLES)
def test_totals_of_the_published_estimates_hold_to_the_person(shared_data, period):
    raw = (shared_data / "flows" / f"abel_cohen_six_methods_total_{period}.csv.gz").read_bytes()
    flows = read("abelcohen", raw, file="nameless").tables["FLOW"]
    totals = dict(flows.group_by("METHOD").agg(pl.col("OBS_VALUE").sum()).iter_rows())
    assert totals == dict(zip(METHODS, SAMPLES[period], strict=True))
    assert set(flows["TIME_PERIOD"]) == {f"{period[:4]}-07-01/P5Y"}


def test_sudan_and_serbia_carry_the_codes_of_their_time(shared_data):
    folder = shared_data / "flows"
    before, after = (
        read("abelcohen", (folder / f"abel_cohen_six_methods_total_{period}.csv.gz").read_bytes(), file="f").tables[
            "FLOW"
        ]
        for period in ("2000_2005", "2010_2015")
    )
    assert {"SUD", "SCG"} <= set(before["ORIGIN"])
    assert not {"SDN", "SSD", "SRB"} & set(before["ORIGIN"])
    assert {"SDN", "SSD", "SRB", "MNE"} <= set(after["ORIGIN"])


@settings(max_examples=40, deadline=None)
@given(cut=st.integers(0, 400), flip=st.integers(0, 400), byte=st.integers(0, 255), junk=st.binary(max_size=80))
def test_a_damaged_file_ends_in_a_reading_or_in_findings(cut, flip, byte, junk):
    raw = bytearray((HEAD + REST + SMALL).encode())
    raw[flip % len(raw)] = byte
    for damaged in (bytes(raw), bytes(raw[:cut]), junk, bytes(raw) + junk):
        with suppress(DataError):
            read("abelcohen", damaged, file="f.csv")


def test_every_product_of_the_card_is_read_by_a_test_above():
    assert [product.id for product in card("abelcohen").products] == ["abelcohen-2022-total"]
