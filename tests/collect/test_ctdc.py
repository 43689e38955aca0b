"""Records of victims of trafficking: counted, with what is not known left unknown."""

import contextlib

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import card, read
from corridors.concepts.findings import DataError

SAMPLE = [
    *("registration_year", "datasource", "gender", "age_range", "majority_status", "citizenship"),
    *("country_of_exploitation", "victim_purpose", "trafficker_relationship", "was_trafficked"),
]
CLEANED = [
    *("yearOfRegistration", "Datasource", "gender", "citizenship", "ControlCategory", "RecruiterCategory"),
    *("ExploitType", "ageCategories"),
]
FLAGS = ["isForcedLabour", "isSexualExploit", "isOtherExploit"]
WHO = ["yearOfRegistration", "gender", "ageBroad", "citizenship", "CountryOfExploitation"]
SYNTHETIC = [*WHO, "traffickMonths", "meansDebtBondageEarnings", *FLAGS]
KANON = [*WHO, "Datasource", "majorityStatus", "meansOfControlDebtBondage", *FLAGS]
# One invented record for each layout.
RECORDS = {
    "sample": (
        SAMPLE,
        {
            "registration_year": "2017", "gender": "Female", "age_range": "9--17", "citizenship": "NA",
            "country_of_exploitation": "ZA", "victim_purpose": "1", "was_trafficked": "1", "majority_status": "Minor",
            "trafficker_relationship": "-99",
        },
    ),
    "cleaned": (
        CLEANED,
        {
            "yearOfRegistration": "2016", "gender": "Male", "citizenship": "LK", "ExploitType": "Forced Labor",
            "ageCategories": "Age 48+",
        },
    ),
    "kanon": (
        KANON,
        {
            "yearOfRegistration": "2016", "gender": "Male", "ageBroad": "30--38", "citizenship": "UA",
            "CountryOfExploitation": "-99", "isForcedLabour": "1", "isSexualExploit": "-99", "isOtherExploit": "0",
        },
    ),
    "synthetic": (
        SYNTHETIC,
        {
            "yearOfRegistration": "2020", "gender": "Woman", "ageBroad": "18--20", "citizenship": "PHL",
            "CountryOfExploitation": "", "isForcedLabour": "1.0", "isSexualExploit": "1.0", "isOtherExploit": "",
        },
    ),
}  # fmt: skip


def made(name, *changes, columns=None):
    default, record = RECORDS[name]
    columns = columns or default
    rows = [{**record, **change} for change in changes or [{}]]
    return "\n".join([",".join(columns), *(",".join(row.get(c, "") for c in columns) for row in rows)]).encode()


def table_of(name, *changes):
    reading = read("ctdc", made(name, *changes), file="f.csv")
    assert reading.product == f"ctdc-{name}-records"
    return reading.tables["TRAFFICKING"]


def detail(table):
    [row] = table.filter(pl.col("AGE") != "_T").iter_rows(named=True)
    return row


# --- what is read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "citizenship", "destination", "sex", "age", "category", "status"),
    [
        ("sample", "NAM", "ZAF", "F", "Y9T17", "Sexual exploitation", "A"),
        ("cleaned", "LKA", "W001", "M", "Y_GE48", "Forced labour", "A"),
        ("kanon", "UKR", "XXX", "M", "Y30T38", "Forced labour", "A"),
        ("synthetic", "PHL", "XXX", "F", "Y18T20", "Forced labour and Sexual exploitation", "E"),
    ],
)
def test_a_record_is_counted_once_in_detail_and_once_in_the_total(
    name, citizenship, destination, sex, age, category, status
):
    table = table_of(name, {}, {})
    row = detail(table)
    assert (row["CITIZENSHIP"], row["DESTINATION"], row["SEX"]) == (citizenship, destination, sex)
    assert (row["AGE"], row["CATEGORY"], row["OBS_VALUE"], row["OBS_STATUS"]) == (age, category, 2, status)
    [total] = table.filter(SEX="_T", AGE="_T", CATEGORY="_T")["OBS_VALUE"]
    assert total == 2


def test_namibia_is_no_missing_value():
    assert set(table_of("sample")["CITIZENSHIP"]) == {"NAM"}


def test_minus_99_and_zero_are_unknown_places_and_never_numbers():
    table = table_of("sample", {"citizenship": "-99"}, {"citizenship": "0"}, {"country_of_exploitation": "-99"})
    assert set(table["CITIZENSHIP"]) == {"XXX", "NAM"}
    assert set(table.filter(CITIZENSHIP="NAM")["DESTINATION"]) == {"XXX"}


@pytest.mark.parametrize(
    "change", [{"age_range": "-99"}, {"gender": "-99"}, {"gender": "Trans/Transgender/NonConforming"}]
)
def test_records_without_sex_or_age_are_in_the_total_only(change):
    table = table_of("sample", {}, change)
    assert table.filter(AGE="_T")["OBS_VALUE"].to_list() == [2]
    assert detail(table)["OBS_VALUE"] == 1


def test_an_unknown_exploitation_is_not_stated():
    assert detail(table_of("sample", {"victim_purpose": "-99"}))["CATEGORY"] == "Not stated"
    assert detail(table_of("kanon", {"isForcedLabour": "-99"}))["CATEGORY"] == "Not stated"


def test_records_added_as_no_victims_are_not_counted():
    reading = read("ctdc", made("sample", {}, {"was_trafficked": "0"}), file="f.csv")
    assert reading.tables["TRAFFICKING"].filter(AGE="_T")["OBS_VALUE"].sum() == 1
    assert "1 records with was_trafficked 0 are no victims and left out" in reading.evidence


def test_records_without_a_year_are_left_out_by_name():
    reading = read("ctdc", made("synthetic", {}, {"yearOfRegistration": ""}), file="f.csv")
    assert reading.tables["TRAFFICKING"].filter(AGE="_T")["OBS_VALUE"].sum() == 1
    assert "1 records without a year of registration are left out" in reading.evidence


def test_what_a_file_cannot_say_is_noted():
    assert set(table_of("cleaned")["NOTE"]) == {"the file does not say the country of exploitation"}
    assert set(table_of("synthetic")["NOTE"]) == {"count of synthetic records"}


def test_the_card_forbids_to_identify_anybody():
    assert "no attempt to identify persons" in card("ctdc").licence


# --- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "change", "code", "column", "fact"),
    [
        ("sample", {"citizenship": "QQ"}, "area-unknown", "citizenship", "'QQ' is no known area"),
        (
            "sample",
            {"country_of_exploitation": "QQ"},
            "area-unknown",
            "country_of_exploitation",
            "'QQ' is no known area",
        ),
        ("sample", {"registration_year": "17"}, "period-unreadable", "registration_year", "'17' is not allowed"),
        ("sample", {"age_range": "old"}, "code-unknown", "age_range", "'old' is not allowed"),
        ("sample", {"gender": "W"}, "code-unknown", "gender", "'W' is not allowed"),
        ("sample", {"victim_purpose": "9"}, "code-unknown", "victim_purpose", "'9' is not allowed"),
        ("sample", {"was_trafficked": "-99"}, "code-unknown", "was_trafficked", "'-99' is not allowed"),
        ("cleaned", {"ExploitType": "Theft"}, "code-unknown", "ExploitType", "'Theft' is not allowed"),
        ("synthetic", {"isOtherExploit": "2"}, "code-unknown", "isOtherExploit", "'2' is not allowed"),
    ],
)
def test_a_fault_is_named(findings_of, name, change, code, column, fact):
    found = findings_of("ctdc", made(name, {}, change), file="f.csv")
    assert [(f.code, f.place, f.fact) for f in found] == [(code, f"f.csv, row 3, column {column}", fact)]


def test_an_age_whose_end_lies_before_its_start_is_named(findings_of):
    found = findings_of("ctdc", made("sample", {"age_range": "17--9"}), file="f.csv")
    assert [f.fact for f in found if f.code == "code-unknown"] == ["'Y17T9' is not allowed"]


def test_missing_columns_are_named(findings_of):
    raw = made("synthetic", columns=[name for name in SYNTHETIC if name != "gender"])
    [finding] = findings_of("ctdc", raw, file="f.csv")
    assert (finding.code, finding.place, finding.fact) == ("column-missing", "f.csv, row 1", "no column gender")


def test_other_files_are_refused(workbook, findings_of):
    [finding] = findings_of("ctdc", workbook({"table": [["Column Name", "Definition"], ["gender", "text"]]}))
    assert (finding.code, finding.fact) == ("table-wrong", "a workbook that explains columns and holds no records")
    [finding] = findings_of("ctdc", workbook({"A": [["x"]]}))
    assert finding.fact == "it is a workbook"
    for raw in (b"a,b\n1,2\n", ",".join(SAMPLE).encode()):
        [finding] = findings_of("ctdc", raw)
        assert finding.code == "table-wrong"


# --- laws and samples -------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_happens_to_the_bytes_ends_in_a_reading_or_in_findings(data):
    raw = bytearray(made(data.draw(st.sampled_from(sorted(RECORDS))), {}, {}))
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=5)):
        raw[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(DataError):
        read("ctdc", bytes(raw[: data.draw(st.integers(0, len(raw)))]), file="f.csv")


@pytest.mark.parametrize(
    ("file", "name", "records"),
    [("ctdc_kanon_sample_208.csv", "sample", 104), ("ctdc_derived_cleaned_14300.csv.gz", "cleaned", 14_299)],
)
def test_every_record_of_a_sample_is_counted_once(shared_data, file, name, records):
    reading = read("ctdc", (shared_data / "trafficking" / file).read_bytes(), file=file)
    table = reading.tables["TRAFFICKING"]
    assert reading.product == f"ctdc-{name}-records"
    assert table.filter(AGE="_T")["OBS_VALUE"].sum() == records
    assert table.filter(pl.col("AGE") != "_T")["OBS_VALUE"].sum() == records


def test_the_definitions_hold_no_records(shared_data, findings_of):
    raw = (shared_data / "trafficking" / "ctdc_data_definitions.xlsx").read_bytes()
    [finding] = findings_of("ctdc", raw)
    assert finding.fact == "a workbook that explains columns and holds no records"


def test_every_product_of_the_card_is_read():
    assert {product.id for product in card("ctdc").products} == {f"ctdc-{name}-records" for name in RECORDS}
