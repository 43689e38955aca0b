import csv
import io
import json
from contextlib import suppress

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import card, read
from corridors.concepts.findings import DataError

HOSTED = ["year", "coo_name", "coo", "coo_iso", "coa_name", "coa", "coa_iso", "total"]
AFGHANISTAN, EGYPT = ["Afghanistan", "AFG", "AFG"], ["Egypt", "ARE", "EGY"]
ABYEI, UNKNOWN = ["Abyei Area", "AB9", "AB9"], ["Unknown", "UKN", "UNK"]


def text(*rows):
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows(rows)
    return target.getvalue().encode()


def hosted(*rows):
    return text(HOSTED, *([year, *place, *place, total] for year, place, total in rows))


def table_of(raw):
    return read("idmc", raw, file="f.csv").tables["DISPLACED"]


def test_displaced_inside_a_country_come_from_it_and_are_in_it():
    raw = hosted((1990, UNKNOWN, "2.5e+07"), (2014, ABYEI, 20), (2014, AFGHANISTAN, 0), (2014, EGYPT, "-"))
    reading = read("idmc", raw, file="f.csv")
    assert reading.product == "idmc-current-conflict"
    columns = ("ORIGIN", "DESTINATION", "MEASURE", "CATEGORY", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS")
    assert reading.tables["DISPLACED"].select(columns).rows() == [
        ("XXX", "XXX", "IDPS", "conflict", "1990-12-31", 25_000_000, "A"),
        ("XXX", "XXX", "IDPS", "conflict; Abyei Area", "2014-12-31", 20, "A"),
        ("AFG", "AFG", "IDPS", "conflict", "2014-12-31", 0, "A"),
        ("EGY", "EGY", "IDPS", "conflict", "2014-12-31", None, "O"),
    ]


def test_an_answer_of_the_interface_with_one_side_added_up_is_read():
    item = {"year": 2020, "coo": "ARE", "coo_iso": "EGY", "coo_name": "Egypt", "coa_iso": "-", "total": "3200"}
    reading = read("idmc", json.dumps({"page": 1, "maxPages": 1, "items": [item]}).encode(), file="a.json")
    assert reading.layout.endswith("JSON answer")
    assert reading.tables["DISPLACED"].select("ORIGIN", "DESTINATION", "OBS_VALUE").rows() == [("EGY", "EGY", 3200)]


def test_displacements_are_movements_by_cause():
    raw = text(["geo", "t", "cause", "n"], ["AFG", 2020, "flood", 12], ["AFG", 2020, "conflict", 0])
    found = table_of(raw).select("MEASURE", "CATEGORY", "TIME_PERIOD", "UNIT_MEASURE", "OBS_VALUE", "OBS_STATUS").rows()
    assert found == [
        ("DISPLACEMENTS", "flood", "2020", "EV", 12, "A"),
        ("DISPLACEMENTS", "conflict", "2020", "EV", 0, "A"),
    ]


STOCKS = ["geo", "t", "cause", "sex", "age", "n"]


def test_sexes_and_ages_are_estimates_that_are_added_up_and_an_undivided_total_is_not():
    raw = text(
        STOCKS,
        ["AFG", 2024, "conflict", "female", "0-4", 30],
        ["AFG", 2024, "conflict", "male", "60+", 12],
        ["AB9", 2024, "conflict", "unknown", "unknown", 42],
    )
    columns = ("ORIGIN", "CATEGORY", "SEX", "AGE", "OBS_VALUE", "OBS_STATUS", "NOTE")
    assert table_of(raw).select(columns).rows() == [
        ("AFG", "conflict", "F", "Y0T4", 30, "E", None),
        ("AFG", "conflict", "M", "Y_GE60", 12, "E", None),
        ("XXX", "conflict; Abyei Area", "_T", "_T", 42, "A", None),
        ("AFG", "conflict", "_T", "_T", 42, "E", "sum of the publisher's figures by sex and age"),
    ]


def test_no_total_is_made_where_a_part_is_missing():
    raw = text(STOCKS, ["AFG", 2024, "disaster", "female", "0-4", ""], ["AFG", 2024, "disaster", "male", "60+", 12])
    assert table_of(raw).select("SEX", "OBS_STATUS").rows() == [("F", "O"), ("M", "E")]


@pytest.mark.parametrize(
    ("raw", "code", "place", "fact"),
    [
        (hosted(("20x0", EGYPT, 5)), "period-unreadable", "f.csv, row 2, column year", "'20x0' is not allowed"),
        (
            hosted((2020, ["Q", "Q", "QQQ"], 5)),
            "area-unknown",
            "f.csv, row 2, column coo_iso",
            "'QQQ' is no known area",
        ),
        (hosted((2020, EGYPT, "many")), "value-unreadable", "f.csv, row 2, column total", "'many' is no figure"),
        (hosted((2020, EGYPT, -1)), "value-negative", "f.csv, row 2, column total", "negative figure -1"),
        (
            hosted((2020, EGYPT, 5), (2020, EGYPT, 6)),
            "key-duplicate",
            "f.csv, rows 2, 3",
            "5 and 6 for EGY, IDPS, conflict, _T, _T, 2020-12-31",
        ),
        (
            hosted((2020, ["P", "GAZ", "PSE"], 5)),
            "table-ambiguous",
            "f.csv",
            "one total a year in Palestine, which may be internally displaced persons or Palestine refugees",
        ),
        (
            text(HOSTED, [2020, *EGYPT, *AFGHANISTAN, 5]),
            "table-wrong",
            "f.csv",
            "one total a pair of places: origin and asylum differ, so they are not displaced inside a country",
        ),
        (hosted(), "table-wrong", "f.csv", "the table holds no row"),
        (b"geo,t,n\nAFG,2020,1\n", "column-missing", "f.csv", "no column cause"),
        (b"a,b\n1,2\n", "table-wrong", "f.csv", "a CSV file with the columns a, b"),
        (b"geo,t,cause,n\nAFG,2020,war,1\n", "code-unknown", "f.csv, row 2, column cause", "'war' is not allowed"),
        (
            text(STOCKS, ["AFG", 2024, "conflict", "female", "unknown", 1]),
            "code-unknown",
            "f.csv, row 2, column age",
            "sex 'female' beside age 'unknown'",
        ),
        (b'{"items": []}', "table-wrong", "f.csv", "JSON without a list of items that each hold a row"),
        (b'{"page": 1, "maxPages": 2, "items": [{"a": 1}]}', "file-partial", "f.csv", "page 1 of 2: the rows of the"),
    ],
)
def test_a_fault_is_named(findings_of, raw, code, place, fact):
    found = findings_of("idmc", raw, file="f.csv")
    assert (found[0].code, found[0].place) == (code, place)
    assert found[0].fact.startswith(fact)


def test_a_workbook_is_refused(findings_of, workbook):
    [finding] = findings_of("idmc", workbook({"a": [["x"]]}), file="f.xlsx")
    assert (finding.code, finding.fact) == ("table-wrong", "it is a workbook")


SAMPLES = {
    "unhcr/unhcr_idmc.csv.gz": ("idmc-2025-conflict", 934, "2025-12-31", 68_653_080),
    "covariates/idmc_flows.csv.gz": ("idmc-2023-flows", 4_071, "2023", 46_868_246),
    "covariates/idmc_stocks.csv.gz": ("idmc-2024-stocks", 1_695, "2024-12-31", 83_352_426),
}


@pytest.mark.parametrize("file", SAMPLES)
def test_a_sample_file_has_the_published_world_total(shared_data, file):
    product, rows, period, total = SAMPLES[file]
    reading = read("idmc", (shared_data / file).read_bytes(), file="nameless")
    table = reading.tables["DISPLACED"]
    assert (reading.product, table.height, len(reading.evidence)) == (product, rows, 2)
    assert table.filter(TIME_PERIOD=period, SEX="_T", AGE="_T")["OBS_VALUE"].sum() == total


def test_conflict_displaced_three_in_seven_of_the_movements_of_2023(shared_data):
    table = table_of((shared_data / "covariates/idmc_flows.csv.gz").read_bytes()).filter(TIME_PERIOD="2023")
    conflict = pl.col("CATEGORY").str.starts_with("conflict")
    assert table.filter(conflict)["OBS_VALUE"].sum() == 20_470_781
    assert table.filter(~conflict)["OBS_VALUE"].sum() == 26_397_465


def test_every_product_of_the_card_is_read_by_a_test():
    made = {product for product, *_ in SAMPLES.values()} | {
        f"idmc-current-{t}" for t in ("conflict", "flows", "stocks")
    }
    assert {product.id for product in card("idmc").products} == made


SEEDS = (
    hosted((1990, UNKNOWN, "2.5e+07"), (2014, ABYEI, 20)),
    text(STOCKS, ["AFG", 2024, "conflict", "female", "0-4", 30], ["AFG", 2024, "conflict", "male", "60+", 12]),
    b"geo,t,cause,n\nAFG,2020,flood,1\n",
    b'{"page": 1, "maxPages": 1, "items": [{"year": 2020, "coo_iso": "EGY", "coa_iso": "-", "total": "3"}]}',
)


@settings(max_examples=150, deadline=None)
@given(seed=st.sampled_from(SEEDS), cut=st.floats(0, 1), flips=st.lists(st.integers(0, 1 << 12), max_size=4),
       noise=st.binary(max_size=6))  # fmt: skip
def test_damaged_files_end_in_a_reading_or_in_findings(seed, cut, flips, noise):
    raw = bytearray(seed)
    for flip in flips:
        raw[flip // 8 % len(raw)] ^= 1 << flip % 8
    at = int(cut * len(raw))
    for damaged in (bytes(raw), bytes(raw[:at]), bytes(raw[:at]) + noise + bytes(raw[at:])):
        with suppress(DataError):
            read("idmc", damaged, file="f")
