"""United Nations flows to and from selected countries. Figures are invented."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import card, read
from corridors.collect.spellings import kind_of
from corridors.concepts.findings import DataError

TITLES = [
    ["United Nations"],
    ["International Migration Flows to and from Selected Countries: The 2015 Revision"],
    ["POP/DB/MIG/Flow/Rev.2015"],
]
COUNTRY = ["Type", "Coverage", "OdName", "AREA", "AreaName", "REG", "RegName", "DEV", "DevName", "1990", "1991"]
REGION = ["Type", "Coverage", "AreaName", "RegName", "1990", "1991"]


def by_country(*rows, criterion="Residence", reporter="Norway", labels=COUNTRY, titles=TITLES):
    said = [[f"Reporting country: {reporter}"], [f"Criterion: {criterion}"], [], ["Classification"]]
    return [*titles, *said, labels, *rows]


def row(kind, coverage, name, *values):
    return [kind, coverage, name, 908, "Europe", 926, "Western Europe", 901, "Developed regions", *values]


def read_sheets(workbook, sheets):
    return read("unflows", workbook(sheets), file="f.xlsx")


def test_immigrants_come_from_and_emigrants_go_to_the_area_named(workbook):
    sheet = by_country(
        row("Immigrants", "Citizens", "Sweden", 10, 0),
        row("Emigrants", "Foreigners", "Sweden", 20, ".."),
        row("Immigrants", "Both", "Unknown", 3, None),
        row("Immigrants", "Both", "Total", 13, 14),
    )
    reading = read_sheets(workbook, {"Norway by Residence": sheet})
    assert (reading.product, reading.revision) == ("unflows-2015-nor", "2015")
    flows = reading.tables["FLOW_OBSERVED"]
    columns = ["ORIGIN", "DESTINATION", "COVERAGE", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS"]
    assert set(flows.select(columns).rows()) == {
        ("SWE", "NOR", "NATIONALS", "1990", 10, "A"),
        ("SWE", "NOR", "NATIONALS", "1991", 0, "A"),
        ("NOR", "SWE", "FOREIGNERS", "1990", 20, "A"),
        ("NOR", "SWE", "FOREIGNERS", "1991", None, "O"),
        ("XXX", "NOR", "_T", "1990", 3, "A"),
        ("XXX", "NOR", "_T", "1991", None, "O"),
        ("W001", "NOR", "_T", "1990", 13, "A"),
        ("W001", "NOR", "_T", "1991", 14, "A"),
    }
    assert set(flows["CRITERION"]) == {"RESIDENCE"}
    assert set(flows["REPORTER"]) == {"NOR"}


@pytest.mark.parametrize(
    ("words", "criterion"), [("Citizenship", "CITIZENSHIP"), ("Residence", "RESIDENCE"), ("Place of birth", "BIRTH")]
)
def test_the_criterion_is_the_one_the_sheet_states(workbook, words, criterion):
    sheet = by_country(row("Immigrants", "Both", "Sweden", 1, 2), criterion=words)
    assert set(read_sheets(workbook, {"S": sheet}).tables["FLOW_OBSERVED"]["CRITERION"]) == {criterion}


def test_the_header_is_found_wherever_it_stands_and_micronesia_is_a_region_in_sheets_of_regions(workbook):
    regions = by_country(
        ["Immigrants", "Both", "Oceania", "Micronesia", 1, 2],
        ["Immigrants", "Both", "Oceania Total", None, 5, 6],
        ["Immigrants", "Both", "Unknown", "Unknown", 7, None],
        labels=REGION,
    )
    # A sheet whose title rows are lost: its name says the reporter and the criterion.
    country = [["Classification"], COUNTRY, row("Immigrants", "Both", "Unknown", 7, 8)]
    reading = read_sheets(workbook, {"Regions by Residence": regions, "Norway by Residence": country})
    found = reading.tables["FLOW_OBSERVED"].filter(TIME_PERIOD="1990")
    assert dict(found.select("ORIGIN", "OBS_VALUE").iter_rows()) == {"W057": 1, "W009": 5, "XXX": 7}
    # The figure that one of the two sheets leaves blank is the other's.
    assert reading.tables["FLOW_OBSERVED"].filter(ORIGIN="XXX", TIME_PERIOD="1991")["OBS_VALUE"].to_list() == [8]
    assert "Norway by Residence (head in row 2)" in reading.layout


@pytest.mark.parametrize(
    ("bad", "code", "place", "fact"),
    [
        (row("Visitors", "Both", "Sweden", 1, 2), "code-unknown", "row 9, column Type", "'Visitors' is not allowed"),
        (row("Immigrants", "All", "Sweden", 1, 2), "code-unknown", "row 9, column Coverage", "'All' is not allowed"),
        (
            row("Immigrants", "Both", "Freedonia", 1, 2),
            "area-unknown",
            "row 9, column OdName",
            "'Freedonia' is no known area",
        ),
        (
            row("Immigrants", "Both", "Sweden", "many", 2),
            "value-unreadable",
            "row 9, column 1990",
            "'many' is no figure",
        ),
        (row("Immigrants", "Both", "Sweden", -1, 2), "value-negative", "row 9, column 1990", "negative figure -1"),
    ],
)
def test_a_fault_is_named(findings_of, workbook, bad, code, place, fact):
    raw = workbook({"S": by_country(bad)})
    assert [(f.code, f.place, f.fact) for f in findings_of("unflows", raw, file="f.xlsx")] == [
        (code, f"f.xlsx, sheet S, {place}", fact)
    ]


def test_two_figures_for_one_flow_are_both_shown(findings_of, workbook):
    sheet = by_country(row("Immigrants", "Both", "Sweden", 1, 2), row("Immigrants", "Both", "Sweden", 1, 3))
    [finding] = findings_of("unflows", workbook({"S": sheet}), file="f.xlsx")
    assert (finding.code, finding.place) == ("key-duplicate", "f.xlsx, sheet S, rows 9, 10")
    assert finding.fact == "2 and 3 for SWE, Immigrants, Both, 1991"
    other = by_country(["Immigrants", "Both", "Unknown", "Unknown", 9, 9], labels=REGION)
    sheets = {"A": by_country(row("Immigrants", "Both", "Unknown", 9, 8)), "B": other}
    [finding] = findings_of("unflows", workbook(sheets), file="f.xlsx")
    assert finding.fact.startswith("8 and 9 for XXX, NOR")


def test_workbooks_that_do_not_say_what_they_hold_are_refused(findings_of, workbook):
    flows = row("Immigrants", "Both", "Sweden", 1, 2)
    cases = {
        ("table-wrong", "name no revision"): {"S": by_country(flows, titles=[["United Nations"]])},
        ("revision-unknown", "revision 2008"): {"S": by_country(flows, titles=[["POP/DB/MIG/Flow/Rev.2008"]])},
        ("revision-mixed", "2008, 2015"): {"S": by_country(flows, titles=[*TITLES, ["POP/DB/MIG/Flow/Rev.2008"]])},
        ("code-unknown", "the criterion"): {"S": by_country(flows, criterion="Wishes")},
        ("area-unknown", "'Freedonia'"): {"S": by_country(flows, reporter="Freedonia")},
        ("table-wrong", "Norway, Sweden"): {"S": by_country(flows), "T": by_country(flows, reporter="Sweden")},
        ("table-wrong", "no sheet has the columns"): {"S": [*TITLES, ["Notes"]]},
        ("column-missing", "no column Coverage"): {"S": by_country(labels=["Type", "", *COUNTRY[2:]])},
        ("column-missing", "no column is a year"): {"S": by_country(labels=COUNTRY[:9])},
        ("key-duplicate", "two columns 1990"): {"S": by_country(labels=[*COUNTRY, "1990"])},
    }
    for (code, words), sheets in cases.items():
        found = findings_of("unflows", workbook(sheets), file="f.xlsx")
        assert [f for f in found if f.code == code and words in f.fact], (code, words, found)
    nobody = [*TITLES, ["Criterion: Residence"], [], COUNTRY, flows]
    [finding] = findings_of("unflows", workbook({"S": nobody}), file="f.xlsx")
    assert (finding.code, "which country reports" in finding.fact) == ("area-unknown", True)
    [finding] = findings_of("unflows", b"a,b\n", file="f.csv")
    assert (finding.code, finding.fact) == ("table-wrong", "no workbook")


def test_flows_of_the_sample_add_up_to_its_totals_in_every_year(shared_data):
    reading = read("unflows", (shared_data / "flows" / "UN_flows_2015rev_Canada.xlsx").read_bytes(), file="nameless")
    assert reading.product == "unflows-2015-can"
    assert "Regions by Citizenship (head in row 21), Canada by Citizenship (head in row 2)" in reading.layout
    flows = reading.tables["FLOW_OBSERVED"].with_columns(KIND=kind_of("ORIGIN"))
    totals = dict(flows.filter(ORIGIN="W001").select("TIME_PERIOD", "OBS_VALUE").iter_rows())
    assert (len(totals), totals["1980"], totals["2013"]) == (34, 143_137, 259_021)
    single = flows.filter(flows["KIND"].is_in(["country", "former", "unknown"]))
    for year, total in totals.items():
        assert single.filter(TIME_PERIOD=year)["OBS_VALUE"].sum() == total
    assert set(flows.filter(COVERAGE="NATIONALS")["ORIGIN"]) == {"CAN", "W021"}
    assert set(flows.filter(COVERAGE="_T")["ORIGIN"]) == {"W001"}


@settings(max_examples=25, deadline=None)
@given(cut=st.integers(0, 8_000), flip=st.integers(0, 8_000), byte=st.integers(0, 255), junk=st.binary(max_size=80))
def test_a_damaged_file_ends_in_a_reading_or_in_findings(workbook, cut, flip, byte, junk):
    whole = workbook({"Norway by Residence": by_country(row("Immigrants", "Both", "Sweden", 1, 2))})
    raw = bytearray(whole)
    raw[flip % len(raw)] = byte
    for damaged in (bytes(raw), whole[:cut], junk):
        with suppress(DataError):
            read("unflows", damaged, file="f.xlsx")


def test_every_product_of_the_card_is_one_reporting_country(workbook):
    products = [product.id for product in card("unflows").products]
    assert len(products) == len(set(products)) == 48
    for product in card("unflows").products[::7]:
        name = product.title.rpartition(", ")[2]
        sheet = by_country(row("Immigrants", "Both", "Total", 1, 2), reporter=name)
        assert read_sheets(workbook, {"S": sheet}).product == product.id
