"""Metadata of European migration statistics: rules of duration, undercount, duties. Figures are invented."""

import itertools
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import card, read
from corridors.concepts.findings import DataError

COUNTRIES = ("AT", "GR", "UK", "SE")


def rules(side, months=("3", "12", "0", "60")):
    """A file in which the months belong to origins (side 0) or destinations (side 1)."""
    own = dict(zip(COUNTRIES, months, strict=True))
    rows = [
        f'"{pair[0]}","{pair[1]}",2005,{own[pair[side]]},"{pair[0]}_{pair[1]}_2005"'
        for pair in itertools.permutations(COUNTRIES, 2)
    ]
    return "\n".join(['"origin2","dest2","year","value","ind"', *rows, ""])


def table(text):
    return read("migmeta", text.encode(), file="f.csv").tables["INDICATOR"]


@pytest.mark.parametrize(("side", "direction"), [(0, "emigration"), (1, "immigration")])
def test_the_direction_of_the_rules_is_proved_by_whose_they_are(side, direction):
    reading = read("migmeta", rules(side).encode(), file="nameless")
    assert reading.product == f"migmeta-2023-duration-{direction}"
    found = reading.tables["INDICATOR"]
    assert found.height == 12
    assert (found["AREA"] == found["ORIGIN" if side == 0 else "DESTINATION"]).all()
    assert dict(found.select("AREA", "OBS_VALUE").iter_rows()) == {"AUT": 3, "GRC": 12, "GBR": 0, "SWE": 60}
    assert set(found["UNIT_MEASURE"]) == {"MONTHS"}


def test_no_least_stay_and_permanent_stay_say_so():
    notes = dict(table(rules(1)).select("AREA", "NOTE").iter_rows())
    assert notes["GBR"].startswith("none")
    assert notes["SWE"].startswith("permanent")
    assert notes["AUT"] is None


def test_rules_that_fit_both_directions_are_refused(findings_of):
    for text in (rules(0, ("12",) * 4), "\n".join(rules(0).splitlines()[:2])):
        [finding] = findings_of("migmeta", text.encode(), file="f.csv")
        assert finding.code == "table-ambiguous"
        assert "rules of immigration or of emigration" in finding.fact


def test_the_scores_of_undercount_are_read():
    imem = table("Country,Undercount.imm.IMEM,Undercount.emi.IMEM\nAT,low,high\nEL,,low\n")
    rows = imem.select("AREA", "ORIGIN", "DESTINATION", "OBS_VALUE", "OBS_STATUS", "NOTE").rows()
    assert sorted(rows, key=str) == sorted(
        [
            ("AUT", "W001", "AUT", 1, "A", "low"),
            ("AUT", "AUT", "W001", 3, "A", "high"),
            ("GRC", "W001", "GRC", None, "O", None),
            ("GRC", "GRC", "W001", 1, "A", "low"),
        ],
        key=str,
    )
    assert set(imem["TIME_PERIOD"]) == {"2002-01-01/P7Y"}
    scores = table("Country,score,class\nAT,0.25,Low\nCY,,\n")
    assert scores.select("AREA", "OBS_VALUE", "OBS_STATUS", "NOTE").rows() == [
        ("AUT", 0.25, "A", "low"),
        ("CYP", None, "O", None),
    ]
    assert set(scores["TIME_PERIOD"]) == {"2009-01-01/P11Y"}


def test_duties_to_register_and_to_deregister_are_read():
    found = table("iso2,country,obligation,time limit,comment,score\nDK,Denmark,Unknown,5 days,Nordic,medium\n")
    assert found.select("MEASURE", "OBS_VALUE", "OBS_STATUS", "NOTE").rows() == [
        ("UNDERCOUNT", 2, "A", "medium; time limit: 5 days"),
        ("REGISTRATION_DUTY", None, "O", "time limit: 5 days"),
    ]
    head = "iso2,country,obligation,obl. 3rdcn,monit. 3rdcn,SO corr.,comment\n"
    found = table(head + "DK,Denmark,Yes,No,Unknown,,Nordic\n")
    assert found.select("MEASURE", "OBS_VALUE", "OBS_STATUS", "NOTE").rows() == [
        ("DEREGISTRATION_DUTY", 1, "A", "Nordic"),
        ("DEREGISTRATION_DUTY_FOREIGN", 0, "A", "Nordic"),
        ("DEPARTURES_MONITORED", None, "O", "unknown to the source; Nordic"),
        ("REGISTER_CORRECTED", None, "O", "Nordic"),
    ]


@pytest.mark.parametrize(
    ("text", "code", "fact"),
    [
        (rules(1).replace('"AT","GR",2005', '"AT","QQ",2005'), "area-unknown", "'QQ' is no known area"),
        (rules(1).replace('"AT","GR",2005', '"AT","GR",05'), "period-unreadable", "'05' is not allowed"),
        (rules(1).replace('2005,12,"AT', '2005,a year,"AT'), "value-unreadable", "'a year' is no figure"),
        (rules(1).replace("AT_GR_2005", "GR_AT_2005"), "code-unknown", "'GR_AT_2005' labels a row of AT, GR, 2005"),
        (rules(1) + '"AT","GR",2005,6,"AT_GR_2005"\n', "key-duplicate", "12 and 6 for AUT, GRC, 2005"),
        ("Country,score,class\nAT,0.25,Low\nAT,0.5,Low\n", "key-duplicate", "0.25 and 0.5 for AUT"),
        (
            "Country,Undercount.imm.IMEM,Undercount.emi.IMEM\nAT,lowish,high\n",
            "code-unknown",
            "'lowish' is not allowed",
        ),
        ("Country,Undercount.imm.IMEM,x\nAT,low,high\n", "column-missing", "no column Undercount.emi.IMEM"),
        ("a,b\n1,2\n", "table-wrong", "a CSV file with the columns a, b"),
    ],
)
def test_a_fault_is_named(findings_of, text, code, fact):
    found = findings_of("migmeta", text.encode(), file="f.csv")
    assert (code, fact) in {(f.code, f.fact) for f in found}, found


def test_a_workbook_is_refused(findings_of, workbook):
    [finding] = findings_of("migmeta", workbook({"A": [["x"]]}), file="f.xlsx")
    assert (finding.code, finding.fact) == ("table-wrong", "it is a workbook")


SAMPLES = {
    "duration_of_stay_emigration.csv.gz": ("migmeta-2023-duration-emigration", 19840),
    "duration_of_stay_immigration.csv.gz": ("migmeta-2023-duration-immigration", 19840),
    "undercount_meta_IMEM.csv.gz": ("migmeta-2023-undercount-imem", 64),
    "undercount_meta_QUANTMIG.csv.gz": ("migmeta-2023-undercount-quantmig", 32),
    "undercount_meta_Meta_Reg.csv.gz": ("migmeta-2023-registration", 64),
    "undercount_meta_Meta_DeReg.csv.gz": ("migmeta-2023-deregistration", 128),
}


@pytest.mark.parametrize("file", SAMPLES)
def test_a_sample_is_recognised_by_its_content(shared_data, file):
    reading = read("migmeta", (shared_data / "flows" / file).read_bytes(), file="nameless")
    assert (reading.product, reading.tables["INDICATOR"].height) == SAMPLES[file]
    assert len(reading.evidence) >= 2


def test_rules_of_duration_of_the_sample(shared_data):
    raw = (shared_data / "flows" / "duration_of_stay_immigration.csv.gz").read_bytes()
    months = read("migmeta", raw, file="f").tables["INDICATOR"]
    assert sorted(months["OBS_VALUE"].unique()) == [0, 1, 1.25, 3, 4, 6, 12, 60]
    assert set(months.filter(OBS_VALUE=60)["NOTE"]) == {"permanent: the source writes 60 months"}
    assert {"GBR", "GRC"} <= set(months["AREA"])


@settings(max_examples=30, deadline=None)
@given(cut=st.integers(0, 500), flip=st.integers(0, 500), byte=st.integers(0, 255), junk=st.binary(max_size=80))
def test_a_damaged_file_ends_in_a_reading_or_in_findings(cut, flip, byte, junk):
    for text in (rules(1), "Country,score,class\nAT,0.25,Low\nCY,,\n"):
        raw = bytearray(text.encode())
        raw[flip % len(raw)] = byte
        for damaged in (bytes(raw), bytes(raw[:cut]), junk, bytes(raw) + junk):
            with suppress(DataError):
                read("migmeta", damaged, file="f.csv")


def test_every_product_of_the_card_is_read_by_a_test_above():
    assert {product.id for product in card("migmeta").products} == {product for product, _ in SAMPLES.values()}
