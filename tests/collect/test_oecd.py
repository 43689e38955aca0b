"""The OECD's International Migration Database in three layouts. Figures are invented but for those that prove a file."""

from contextlib import suppress

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import card, read
from corridors.concepts.codelists import codelist
from corridors.concepts.findings import DataError

FLOW = "OECD.ELS.IMD:DSD_MIG@DF_MIG(1.0)"
SDMX = "STRUCTURE_ID,REF_AREA,CITIZENSHIP,FREQ,MEASURE,SEX,BIRTH_PLACE,UNIT_MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT"


def line(**cells):
    named = {
        "STRUCTURE_ID": FLOW, "REF_AREA": "NOR", "CITIZENSHIP": "POL", "FREQ": "A", "MEASURE": "B11", "SEX": "_T",
        "BIRTH_PLACE": "_Z", "UNIT_MEASURE": "PS", "TIME_PERIOD": 2015, "OBS_VALUE": 10, "OBS_STATUS": "A", "UNIT_MULT": 0,
        **cells,
    }  # fmt: skip
    return ",".join(str(named[name]) for name in SDMX.split(","))


def sdmx(*lines, head=SDMX):
    return ("\n".join([head, *lines]) + "\n").encode()


def tables_of(*lines):
    return read("oecd", sdmx(*lines), file="f.csv").tables


def test_each_measure_goes_where_it_belongs():
    tables = tables_of(*(line(MEASURE=f"B{n}", OBS_VALUE=n) for n in range(11, 17)))
    flows = tables["FLOW_OBSERVED"].select("ORIGIN", "DESTINATION", "REPORTER", "OBS_VALUE").rows()
    assert set(flows) == {("POL", "NOR", "NOR", 11), ("NOR", "POL", "NOR", 12)}
    assert set(tables["FLOW_OBSERVED"].select("CRITERION", "COVERAGE").rows()) == {("CITIZENSHIP", "FOREIGNERS")}
    asylum = tables["ENCOUNTER"].select("CITIZENSHIP", "REPORTER", "MEASURE", "OBS_VALUE").rows()
    assert asylum == [("POL", "NOR", "ASYLUM_APPLICATIONS", 13)]
    stocks = tables["STOCK"].select("ORIGIN", "DESTINATION", "BASIS", "SOURCE", "OBS_VALUE").rows()
    assert set(stocks) == {
        ("POL", "NOR", "B", "oecd-mig-1.0-birth", 14),
        ("POL", "NOR", "C", "oecd-mig-1.0-citizenship", 15),
    }
    naturalized = tables["INDICATOR"].select("AREA", "ORIGIN", "DESTINATION", "MEASURE", "OBS_VALUE").rows()
    assert naturalized == [("NOR", "POL", "NOR", "NATURALIZATIONS", 16)]


def test_the_world_women_and_former_states_have_our_codes():
    flows = tables_of(line(CITIZENSHIP="W", SEX="F"), line(CITIZENSHIP="YUCS"), line(CITIZENSHIP="NAM"))[
        "FLOW_OBSERVED"
    ]
    assert set(flows.select("ORIGIN", "SEX").rows()) == {("W001", "F"), ("YUG", "_T"), ("NAM", "_T")}


def test_natives_are_in_no_stock_and_aggregates_of_reporters_are_left_out():
    tables = tables_of(line(MEASURE="B15", CITIZENSHIP="NOR"), line(MEASURE="B15"), line(REF_AREA="OECD"))
    assert set(tables) == {"STOCK"}
    assert tables["STOCK"]["ORIGIN"].to_list() == ["POL"]


def test_thousands_are_told_from_persons_by_the_unit_multiplier():
    assert tables_of(line(OBS_VALUE=1.5, UNIT_MULT=3))["FLOW_OBSERVED"]["OBS_VALUE"].to_list() == [1_500]


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (10, "A", (10, "A", None)),
        (0, "A", (0, "A", None)),
        (10, "B", (10, "B", None)),
        (10, "E", (10, "E", None)),
        (10, "P", (10, "P", None)),
        (10, "D", (10, "A", "D")),
        (10, "U", (10, "A", "U")),
        ("", "A", (None, "O", None)),
        ("", "M", (None, "M", None)),
        ("", "L", (None, "L", None)),
        ("", "Q", (None, "Q", None)),
        ("..", "", (None, "O", None)),
    ],
)
def test_marks_and_codes_become_statuses(value, code, expected):
    flows = tables_of(line(OBS_VALUE=value, OBS_STATUS=code))["FLOW_OBSERVED"]
    assert flows.select("OBS_VALUE", "OBS_STATUS", "NOTE").row(0) == expected
    assert expected[1] in codelist("OBS_STATUS")


def test_workers_are_left_out_and_named():
    reading = read("oecd", sdmx(line(), line(MEASURE="B24")), file="f.csv")
    assert reading.tables["FLOW_OBSERVED"].height == 1
    assert "B24 stock of foreign labour left out" in reading.layout


def test_acquisitions_of_citizenship_are_kept_by_sex():
    rows = (line(MEASURE="B16"), line(MEASURE="B16", SEX="F", OBS_VALUE=4))
    found = tables_of(*rows)["INDICATOR"].select("MEASURE", "SEX", "AGE", "OBS_VALUE").rows()
    assert sorted(found) == [("NATURALIZATIONS", "F", "_T", 4), ("NATURALIZATIONS", "_T", "_T", 10)]


def test_stocks_say_what_they_count_by_whom_and_who_reports():
    stock = tables_of(line(MEASURE="B14"), line(MEASURE="B15"))["STOCK"]
    assert sorted(stock.select("CRITERION", "COVERAGE", "REPORTER", "BASIS").rows()) == [
        ("BIRTH", "_T", "NOR", "B"),
        ("CITIZENSHIP", "FOREIGNERS", "NOR", "C"),
    ]


@pytest.mark.parametrize(
    ("cells", "code", "place", "fact"),
    [
        ({"REF_AREA": "NOX"}, "area-unknown", "row 2, column REF_AREA", "'NOX' is no known area"),
        ({"CITIZENSHIP": "QQQ"}, "area-unknown", "row 2, column CITIZENSHIP", "'QQQ' is no known area"),
        ({"MEASURE": "B99"}, "code-unknown", "row 2, column MEASURE", "'B99' is not allowed"),
        ({"SEX": "X"}, "code-unknown", "row 2, column SEX", "'X' is not allowed"),
        ({"OBS_STATUS": "@"}, "code-unknown", "row 2, column OBS_STATUS", "'@' is not allowed"),
        ({"TIME_PERIOD": "2015-Q1"}, "period-unreadable", "row 2, column TIME_PERIOD", "'2015-Q1' is not allowed"),
        ({"FREQ": "Q"}, "code-unknown", "row 2, column FREQ", "'Q' is not allowed"),
        ({"UNIT_MEASURE": "PT"}, "code-unknown", "row 2, column UNIT_MEASURE", "'PT' is not allowed"),
        ({"BIRTH_PLACE": "FB"}, "code-unknown", "row 2, column BIRTH_PLACE", "'FB' is not allowed"),
        ({"UNIT_MULT": "x"}, "code-unknown", "row 2, column UNIT_MULT", "'x' is not allowed"),
        ({"OBS_VALUE": "many"}, "value-unreadable", "row 2, column OBS_VALUE", "'many' is no figure"),
        ({"OBS_VALUE": "-1"}, "value-negative", "row 2, column OBS_VALUE", "negative figure -1"),
        ({"OBS_STATUS": "Q"}, "value-missing", "row 2, column OBS_VALUE", "figure 10 with the status Q"),
    ],
)
def test_a_fault_is_named(findings_of, cells, code, place, fact):
    found = findings_of("oecd", sdmx(line(**cells)), file="f.csv")
    assert (code, f"f.csv, {place}", fact) in {(f.code, f.place, f.fact) for f in found}, found


def test_two_figures_for_one_flow_are_both_shown(findings_of):
    [finding] = findings_of("oecd", sdmx(line(), line(), line(OBS_VALUE=11)), file="f.csv")
    assert (finding.code, finding.place) == ("key-duplicate", "f.csv, rows 2, 3, 4")
    assert finding.fact == "10 and 10 and 11 for B11, NOR, POL, _T, 2015"


def test_another_dataflow_or_version_is_refused(findings_of):
    [finding] = findings_of("oecd", sdmx(line(STRUCTURE_ID="OECD.SDD.NAD:DSD_NAMAIN1@DF_TABLE1(1.0)")), file="f.csv")
    assert (finding.code, finding.place) == ("table-wrong", "f.csv, column STRUCTURE_ID")
    [finding] = findings_of("oecd", sdmx(line(STRUCTURE_ID=FLOW.replace("1.0", "2.0"))), file="f.csv")
    assert (finding.code, finding.fact) == ("revision-unknown", "version 2.0 of the dataflow")
    [finding] = findings_of("oecd", sdmx(line(), head=SDMX.replace("CITIZENSHIP", "ORIGIN")), file="f.csv")
    assert (finding.code, finding.fact) == ("column-missing", "no column CITIZENSHIP")


# --- files of OECD.Stat -----------------------------------------------------------------------------------------------

EXPORT = (
    '"CO2","Country of birth/nationality","VAR","Variable","GEN","Gender","COU","Country","YEA","Year","Value",'
    '"Flag Codes","Flags"\n'
    '"POL","Poland","B11","Inflows","TOT","Total","NOR","Norway","2010","2010",7,"",""\n'
    '"POL","Poland","B12","Outflows","WMN","Women","NOR","Norway","2010","2010",8,"I","Incomplete data"\n'
    '"TOT","Total","B14","Stock","TOT","Total","NOR","Norway","2010","2010",,"M","Missing value; data cannot exist"\n'
)


def test_the_export_of_oecd_stat_is_read():
    reading = read("oecd", EXPORT.encode(), file="f.csv")
    assert (reading.product, reading.revision) == ("oecd-stat-mig", "OECD.Stat")
    flows = (
        reading.tables["FLOW_OBSERVED"].select("ORIGIN", "DESTINATION", "SEX", "OBS_VALUE", "OBS_STATUS", "NOTE").rows()
    )
    # I of OECD.Stat is "incomplete data", not "imputed" as in SDMX.
    assert set(flows) == {("POL", "NOR", "_T", 7, "A", None), ("NOR", "POL", "F", 8, "A", "D Incomplete data")}
    assert reading.tables["STOCK"].select("ORIGIN", "OBS_VALUE", "OBS_STATUS").rows() == [("W001", None, "M")]


DERIVED = "Origin,Destination,Year,Value,dist\nROU,ITA,2007,271443.0,\nYUCS,NOR,2001,5.0,1.5\nNAM,NOR,2001,0.0,2\n"


def test_a_derivative_that_names_nothing_is_proved_by_a_published_figure(findings_of):
    reading = read("oecd", DERIVED.encode(), file="f.csv")
    assert reading.product == "oecd-stat-inflows"
    assert "inflow ROU to ITA 2007 is 271,443, as published" in reading.evidence
    assert dict(reading.tables["FLOW_OBSERVED"].select("ORIGIN", "OBS_VALUE").iter_rows())["NAM"] == 0
    [finding] = findings_of("oecd", DERIVED.replace("271443", "271444").encode(), file="f.csv")
    assert (finding.code, "ROU to ITA 2007: 271444.0" in finding.fact) == ("table-ambiguous", True)
    [finding] = findings_of("oecd", DERIVED.replace("ROU,ITA", "ITA,ROU").encode(), file="f.csv")
    assert (finding.code, finding.fact.startswith("no published inflow")) == ("table-ambiguous", True)


def test_another_table_is_refused(findings_of, workbook):
    [finding] = findings_of("oecd", b"a,b\n1,2\n", file="f.csv")
    assert (finding.code, finding.fact) == ("table-wrong", "a CSV file with the columns a, b")
    [finding] = findings_of("oecd", workbook({"A": [["x"]]}), file="f.xlsx")
    assert (finding.code, finding.fact) == ("table-wrong", "it is a workbook")


def test_inflows_of_the_samples(shared_data):
    folder = shared_data / "flows"
    new = read("oecd", (folder / "OECD_DSD_MIG_sdmx_csv_2025_extract.csv").read_bytes(), file="nameless")
    assert new.product == "oecd-1.0-mig"
    flows = new.tables["FLOW_OBSERVED"]
    assert (flows.height, flows["REPORTER"].n_unique()) == (393, 37)
    assert flows.filter(REPORTER="GRC", TIME_PERIOD="2014")["OBS_VALUE"].to_list() == [29_510]
    old = read("oecd", (folder / "oecd_mig_inflows_by_nationality_2000_2009.csv.gz").read_bytes(), file="nameless")
    assert old.product == "oecd-stat-inflows"
    flows = old.tables["FLOW_OBSERVED"]
    assert flows.height == 31_404
    totals = dict(flows.group_by("TIME_PERIOD").agg(pl.col("OBS_VALUE").sum()).iter_rows())
    assert (totals["2000"], totals["2009"]) == (1_861_641, 2_665_347)
    assert {"SUN", "CSK", "SCG", "YUG"} <= set(flows["ORIGIN"])


@settings(max_examples=30, deadline=None)
@given(cut=st.integers(0, 500), flip=st.integers(0, 500), byte=st.integers(0, 255), junk=st.binary(max_size=80))
def test_a_damaged_file_ends_in_a_reading_or_in_findings(cut, flip, byte, junk):
    for whole in (sdmx(line(), line(MEASURE="B15")), EXPORT.encode(), DERIVED.encode()):
        raw = bytearray(whole)
        raw[flip % len(raw)] = byte
        for damaged in (bytes(raw), whole[:cut], junk, whole + junk):
            with suppress(DataError):
                read("oecd", damaged, file="f.csv")


def test_every_product_of_the_card_is_read_by_a_test_above():
    assert {product.id for product in card("oecd").products} == {"oecd-1.0-mig", "oecd-stat-mig", "oecd-stat-inflows"}
