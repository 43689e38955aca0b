"""Eurostat's datasets in three formats, and two derivatives. Figures are invented but for those that prove a file."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import card, read
from corridors.collect.sources.eurostat._codes import DATASETS, FLAGS
from corridors.concepts.codelists import codelist
from corridors.concepts.findings import DataError

BASE = {
    "freq": "A",
    "unit": "NR",
    "age": "TOTAL",
    "sex": "T",
    "geo": "NO",
    "TIME_PERIOD": "2012",
    "OBS_VALUE": "10",
    "OBS_FLAG": "",
    "CONF_STATUS": "",
}


def sdmx(code, *lines, **breakdown):
    """SDMX-CSV with the columns of its first line; `breakdown` is the dimension of the other end and its code."""
    rows = [{**breakdown, **BASE, **cells} for cells in lines or ({},)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    head = ",".join(["DATAFLOW", "LAST UPDATE", *names])
    start = [f"ESTAT:MIGR_{code.upper()}(1.0)", "29/05/26 23:00:00"]
    body = [",".join([*start, *(row.get(name, "") for name in names)]) for row in rows]
    return "\n".join([head, *body, ""]).encode()


def tables_of(raw):
    return read("eurostat", raw, file="f").tables


@pytest.mark.parametrize(
    ("code", "corridor", "criterion"),
    [
        ("imm5prv", ("DEU", "NOR"), "RESIDENCE"),
        ("imm1ctz", ("DEU", "NOR"), "CITIZENSHIP"),
        ("imm3ctb", ("DEU", "NOR"), "BIRTH"),
        ("emi3nxt", ("NOR", "DEU"), "RESIDENCE"),
        ("emi1ctz", ("NOR", "DEU"), "CITIZENSHIP"),
        ("emi4ctb", ("NOR", "DEU"), "BIRTH"),
    ],
)
def test_flows_run_in_the_direction_of_their_dataset(code, corridor, criterion):
    reading = read("eurostat", sdmx(code, **{DATASETS[code].breakdown: "DE"}), file="f")
    assert (reading.product, reading.revision) == (f"eurostat-online-{code}", "2026-05-29")
    flow = reading.tables["FLOW_OBSERVED"].row(0, named=True)
    assert (flow["ORIGIN"], flow["DESTINATION"], flow["REPORTER"]) == (*corridor, "NOR")
    assert (flow["CRITERION"], flow["TIME_PERIOD"], flow["OBS_VALUE"]) == (criterion, "2012", 10)


def test_eurostats_own_codes_of_countries_are_known():
    raw = sdmx(
        "imm5prv", *({"partner": code} for code in ("EL", "UK", "XK", "NA", "UNK", "TOTAL", "STLS", "EU27_2020"))
    )
    assert set(tables_of(raw)["FLOW_OBSERVED"]["ORIGIN"]) == {"GRC", "GBR", "XKX", "NAM", "XXX", "W001", "EU27_2020"}
    raw = sdmx("imm5prv", *({"geo": code} for code in ("EL", "UK", "EU27_2020", "DE_TOT", "DE")), partner="SE")
    assert set(tables_of(raw)["FLOW_OBSERVED"]["REPORTER"]) == {"GRC", "GBR", "DEU", "EU27_2020"}


def test_by_citizenship_nationals_foreigners_and_both_are_told_apart():
    raw = sdmx(
        "imm1ctz", *({"citizen": code} for code in ("TOTAL", "NAT", "NO", "FOR_STLS", "FOR", "DE", "NEU27_2020_FOR"))
    )
    flows = tables_of(raw)["FLOW_OBSERVED"].select("ORIGIN", "COVERAGE").rows()
    # NAT and the reporter's own code are one figure; FOR leaves the stateless out.
    assert sorted(flows) == [
        ("DEU", "FOREIGNERS"),
        ("NOR", "NATIONALS"),
        ("W001", "FOREIGNERS"),
        ("W001", "_T"),
    ]


def test_persons_of_unknown_sex_and_age_are_kept_as_such():
    raw = sdmx("imm5prv", {"sex": "UNK", "age": "UNK", "agedef": "COMPLET"}, partner="SE")
    assert tables_of(raw)["FLOW_OBSERVED"].select("SEX", "AGE", "OBS_VALUE").rows() == [("_U", "_U", 10)]


def test_the_union_is_a_group_that_counts_nobody_as_a_migrant_at_home():
    codes = ("EU27_2020", "EU27_2020_FOR", "EU28_FOR", "FOR")
    stock = tables_of(sdmx("pop3ctb", *({"c_birth": code} for code in codes)))["STOCK"]
    # With the reporting country the Union's natives are Norwegians too where the reporter is a member.
    assert sorted(stock["ORIGIN"]) == ["EU27_2020", "EU28", "W001"]
    flows = tables_of(sdmx("imm1ctz", *({"citizen": code} for code in codes[:2])))["FLOW_OBSERVED"]
    assert sorted(flows.select("ORIGIN", "COVERAGE").rows()) == [("EU27_2020", "FOREIGNERS"), ("EU27_2020", "_T")]
    reading = read("eurostat", sdmx("pop3ctb", {"geo": "EU27_2020"}, {"geo": "NO"}, c_birth="DE"), file="f")
    assert reading.tables["STOCK"]["DESTINATION"].to_list() == ["NOR"]
    assert "1 figures of groups of reporting countries left out" in reading.layout
    whole = read("eurostat", sdmx("pop3ctb", {"geo": "EU27_2020"}, c_birth="TOTAL"), file="f")
    assert whole.tables["POPULATION"]["AREA"].to_list() == ["EU27_2020"]


@pytest.mark.parametrize(
    ("year", "flag", "months"), [("2008", "", 12), ("2012", "p", 12), ("2007", "", None), ("2012", "d", None)]
)
def test_the_regulation_counts_a_stay_of_twelve_months_where_it_holds(year, flag, months):
    flow = tables_of(sdmx("imm5prv", {"TIME_PERIOD": year, "OBS_FLAG": flag}, partner="SE"))["FLOW_OBSERVED"]
    assert flow["DURATION"].to_list() == [months]


@pytest.mark.parametrize(
    ("code", "breakdown", "expected"),
    [
        ("pop3ctb", {"c_birth": "DE"}, ("BIRTH", "_T", "B")),
        ("pop1ctz", {"citizen": "DE"}, ("CITIZENSHIP", "FOREIGNERS", "C")),
    ],
)
def test_a_stock_says_what_it_counts_by_whom_and_who_reports(code, breakdown, expected):
    stock = tables_of(sdmx(code, {"TIME_PERIOD": "2008"}, {"TIME_PERIOD": "2009"}, **breakdown))["STOCK"]
    assert set(stock.select("CRITERION", "COVERAGE", "BASIS").rows()) == {expected}
    # The first year of reference ends on the first of January of 2009.
    assert stock.sort("TIME_PERIOD")["DURATION"].to_list() == [None, 12]
    assert set(stock["REPORTER"]) == {"NOR"}


def test_moves_inside_a_country_are_no_flow_between_countries():
    reading = read("eurostat", sdmx("imm5prv", {"partner": "NO"}, {"partner": "SE"}), file="f")
    assert reading.tables["FLOW_OBSERVED"]["ORIGIN"].to_list() == ["SWE"]
    assert "1 figures of moves inside a country left out" in reading.layout


def test_the_whole_population_is_no_total_of_migrants():
    lines = [
        {"c_birth": code, "OBS_VALUE": value}
        for code, value in (("TOTAL", "90"), ("NAT", "70"), ("FOR", "20"), ("SE", "5"))
    ]
    tables = tables_of(sdmx("pop3ctb", *lines))
    stock = tables["STOCK"].select("ORIGIN", "DESTINATION", "TIME_PERIOD", "BASIS", "OBS_VALUE").rows()
    assert sorted(stock) == [("SWE", "NOR", "2012-01-01", "B", 5), ("W001", "NOR", "2012-01-01", "B", 20)]
    assert tables["POPULATION"].select("AREA", "TIME_PERIOD", "OBS_VALUE").rows() == [("NOR", "2012-01-01", 90)]
    tables = tables_of(sdmx("pop1ctz", {"citizen": "FOR_STLS"}, {"citizen": "SE", "OBS_VALUE": "5"}))
    assert sorted(tables["STOCK"].select("ORIGIN", "BASIS").rows()) == [("SWE", "C"), ("W001", "C")]


@pytest.mark.parametrize(("code", "dimension"), [("asyappctza", "asyl_app"), ("asyappctzm", "applicant")])
def test_asylum_applicants_are_encounters_by_category(code, dimension):
    time = {"freq": "M", "TIME_PERIOD": "2023-07"} if code.endswith("m") else {}
    lines = [{"citizen": "SY", "unit": "PER", dimension: kind, **time} for kind in ("ASY_APP", "FRST")]
    table = tables_of(sdmx(code, *lines))["ENCOUNTER"]
    assert table.select("CITIZENSHIP", "REPORTER", "MEASURE", "CATEGORY").rows() == [
        ("SYR", "NOR", "ASYLUM_APPLICATIONS", "_T"),
        ("SYR", "NOR", "ASYLUM_APPLICATIONS", "first-time applicants"),
    ]
    assert set(table["TIME_PERIOD"]) == {"2023-07" if time else "2012"}


@pytest.mark.parametrize(
    ("value", "flag", "expected"),
    [
        ("10", "", (10, "A", None)),
        ("0", "", (0, "A", None)),
        ("10", "b", (10, "B", None)),
        ("10", "e", (10, "E", None)),
        ("10", "p", (10, "P", None)),
        ("10", "s", (10, "E", "s Eurostat estimate")),
        ("10", "u", (10, "A", "u low reliability")),
        ("10", "bep", (10, "B", "b break in time series; e estimated; p provisional")),
        (":", "", (None, "O", None)),
        ("", "", (None, "O", None)),
        (":", "c", (None, "Q", None)),
        (":", "z", (None, "M", None)),
        (":", "bc", (None, "Q", "b break in time series; c confidential")),
    ],
)
def test_marks_and_flags_become_statuses(value, flag, expected):
    raw = sdmx("imm5prv", {"partner": "SE", "OBS_VALUE": value, "OBS_FLAG": flag})
    flows = tables_of(raw)["FLOW_OBSERVED"]
    assert flows.select("OBS_VALUE", "OBS_STATUS", "NOTE").row(0) == expected
    assert expected[1] in codelist("OBS_STATUS")


def test_the_newer_column_of_confidentiality_withholds_too():
    raw = sdmx("imm5prv", {"partner": "SE", "OBS_VALUE": "", "OBS_FLAG": "", "CONF_STATUS": "C"})
    assert tables_of(raw)["FLOW_OBSERVED"].select("OBS_VALUE", "OBS_STATUS").row(0) == (None, "Q")


def test_ages_completed_are_kept_and_ages_reached_left_out_but_for_their_total():
    lines = [
        {"agedef": "COMPLET", "age": "Y_LT5", "OBS_VALUE": "1"},
        {"agedef": "REACH", "age": "Y_LT5", "OBS_VALUE": "2"},
        {"agedef": "COMPLET", "age": "TOTAL", "OBS_VALUE": ":"},
        {"agedef": "REACH", "age": "TOTAL", "OBS_VALUE": "9"},
        {"agedef": "COMPLET", "age": "UNK", "OBS_VALUE": "3"},
    ]
    reading = read("eurostat", sdmx("imm5prv", *lines, partner="SE"), file="f")
    assert set(reading.tables["FLOW_OBSERVED"].select("AGE", "OBS_VALUE").rows()) == {("Y0T4", 1), ("_T", 9), ("_U", 3)}
    assert "1 figures by the age reached in the year left out" in reading.layout


@pytest.mark.parametrize(
    ("cells", "code", "place", "fact"),
    [
        ({"partner": "QQ"}, "area-unknown", "row 2, column partner", "'QQ' is no known area"),
        ({"geo": "QQ"}, "area-unknown", "row 2, column geo", "'QQ' is no known area"),
        ({"freq": "M"}, "code-unknown", "row 2, column freq", "'M' is not allowed"),
        ({"unit": "PC"}, "code-unknown", "row 2, column unit", "'PC' is not allowed"),
        ({"sex": "X"}, "code-unknown", "row 2, column sex", "'X' is not allowed"),
        ({"age": "Y9-5"}, "code-unknown", "row 2, column age", "'Y9-5' is not allowed"),
        ({"agedef": "GUESS"}, "code-unknown", "row 2, column agedef", "'GUESS' is not allowed"),
        ({"OBS_FLAG": "x"}, "code-unknown", "row 2, column OBS_FLAG", "'x' is not allowed"),
        ({"TIME_PERIOD": "2012-05"}, "period-unreadable", "row 2, column TIME_PERIOD", "'2012-05' is not allowed"),
        ({"OBS_VALUE": "many"}, "value-unreadable", "row 2, column OBS_VALUE", "'many' is no figure"),
        ({"OBS_VALUE": "-1"}, "value-negative", "row 2, column OBS_VALUE", "negative figure -1"),
    ],
)
def test_a_fault_is_named(findings_of, cells, code, place, fact):
    found = findings_of("eurostat", sdmx("imm5prv", {"partner": "SE", **cells}), file="f.csv")
    assert (code, f"f.csv, {place}", fact) in {(f.code, f.place, f.fact) for f in found}, found


def test_two_figures_for_one_flow_are_both_shown(findings_of):
    raw = sdmx("imm1ctz", {"citizen": "NAT"}, {"citizen": "NO", "OBS_VALUE": "11"})
    [finding] = findings_of("eurostat", raw, file="f.csv")
    assert (finding.code, finding.place) == ("key-duplicate", "f.csv, rows 2, 3")
    assert finding.fact.startswith("10 and 11 for NOR, NOR, NATIONALS")


def test_other_datasets_and_missing_dimensions_are_refused(findings_of):
    [finding] = findings_of("eurostat", sdmx("resfirst", citizen="SY"), file="f.csv")
    assert (finding.code, finding.fact) == ("table-wrong", "the dataset is ESTAT:MIGR_RESFIRST(1.0)")
    [finding] = findings_of("eurostat", sdmx("imm5prv", citizen="SY"), file="f.csv")
    assert (finding.code, finding.fact) == ("column-missing", "no dimension partner")
    mixed = sdmx("imm5prv", {"partner": "SE"}, {"partner": "DK"}).replace(b"IMM5PRV", b"EMI3NXT", 1)
    [finding] = findings_of("eurostat", mixed, file="f.csv")
    assert (finding.code, finding.mend) == ("table-wrong", "give one dataset in a file")


# --- bulk TSV ---------------------------------------------------------------------------------------------------------

HEAD = "freq,partner,agedef,age,unit,sex,geo\\TIME_PERIOD\t2011 \t2012 \n"
SWEDEN = "A,SE,COMPLET,TOTAL,NR,T,NO\t5 b\t: c\nA,EL,COMPLET,TOTAL,NR,T,NO\t: \t0 ep\n"
#: Published: Spain received 12,437 persons from Italy in 2012, and Italy counted 4,096 who left for it.
IMMIGRATION = HEAD + "A,IT,COMPLET,TOTAL,NR,T,ES\t: \t12437 \n" + SWEDEN
EMIGRATION = HEAD.replace("\t2011 \t2012 ", "\t2012 \t2011 ") + "A,ES,COMPLET,TOTAL,NR,T,IT\t4096 b\t: \n"


def test_tsv_does_not_say_the_direction_and_published_figures_prove_it():
    reading = read("eurostat", IMMIGRATION.encode(), file="nameless")
    assert (reading.product, reading.revision) == ("eurostat-online-imm5prv", "online")
    assert reading.evidence[0] == "published figures: IT and ES 2012: 12437 received"
    flows = reading.tables["FLOW_OBSERVED"].filter(REPORTER="NOR")
    assert set(flows.select("ORIGIN", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS").rows()) == {
        ("SWE", "2011", 5, "B"),
        ("SWE", "2012", None, "Q"),
        ("GRC", "2011", None, "O"),
        ("GRC", "2012", 0, "E"),
    }
    reading = read("eurostat", EMIGRATION.encode(), file="estat_migr_imm5prv.tsv")
    assert reading.product == "eurostat-online-emi3nxt"
    flow = reading.tables["FLOW_OBSERVED"].filter(TIME_PERIOD="2012").row(0, named=True)
    assert (flow["ORIGIN"], flow["DESTINATION"], flow["REPORTER"], flow["OBS_VALUE"]) == ("ITA", "ESP", "ITA", 4096)


def test_tsv_whose_direction_nothing_proves_is_refused_whatever_its_name(findings_of):
    [finding] = findings_of("eurostat", (HEAD + SWEDEN).encode(), file="estat_migr_imm5prv.tsv")
    assert finding.code == "table-ambiguous"
    assert finding.fact.startswith("it is migr_imm5prv or migr_emi3nxt")
    [finding] = findings_of("eurostat", (HEAD + SWEDEN).replace("partner", "citizen").encode(), file="f.tsv")
    assert finding.fact.startswith("it is migr_imm1ctz or migr_emi1ctz")


def test_tsv_of_stocks_and_of_applicants_is_known_by_its_dimensions():
    stock = "freq,c_birth,age,unit,sex,geo\\TIME_PERIOD\t2012\nA,FOR,TOTAL,NR,T,NO\t7 \n"
    assert read("eurostat", stock.encode(), file="f").product == "eurostat-online-pop3ctb"
    asylum = "freq,unit,citizen,sex,age,asyl_app,geo\\TIME_PERIOD\t2021M12\nM,PER,SY,T,Y18-34,NASY_APP,AT\t5 \n"
    reading = read("eurostat", asylum.encode(), file="f")
    assert reading.product == "eurostat-online-asyappctzm"
    assert reading.tables["ENCOUNTER"].select("TIME_PERIOD", "AGE").row(0) == ("2021-12", "Y18T34")


@pytest.mark.parametrize(
    ("text", "code", "fact"),
    [
        ("a,b\tc\n1,2\t3\n", "table-wrong", "the first column is 'a,b', not the dimensions and \\TIME_PERIOD"),
        (
            "freq,reason,geo\\TIME_PERIOD\t2012\nA,X,NO\t3\n",
            "table-wrong",
            "a table with the dimensions freq, reason, geo",
        ),
        (HEAD + "A,SE,NO\t1\t2\n", "column-missing", "'A,SE,NO' are not 7 codes"),
    ],
)
def test_a_torn_tsv_is_refused(findings_of, text, code, fact):
    [finding] = findings_of("eurostat", text.encode(), file="f.tsv")
    assert (finding.code, finding.fact) == (code, fact)


# --- JSON-stat --------------------------------------------------------------------------------------------------------


def json_stat(code="MIGR_IMM5PRV", breakdown="partner", **changes):
    dimensions = {
        "freq": ["A"], "unit": ["NR"], "age": ["TOTAL"], "sex": ["T"], breakdown: ["SE", "EL"], "geo": ["NO"],
        "time": ["2011", "2012"],
    }  # fmt: skip
    data = {
        "version": "2.0",
        "class": "dataset",
        "source": "ESTAT",
        "updated": "2026-05-29T23:00:00+0200",
        "id": list(dimensions),
        "size": [len(codes) for codes in dimensions.values()],
        "value": {"0": 5, "3": 0},
        "status": {"0": "b", "2": ":c"},
        "dimension": {
            name: {"category": {"index": {code: at for at, code in enumerate(codes)}}}
            for name, codes in dimensions.items()
        },
        "extension": {"id": code, "lang": "EN"},
        **changes,
    }
    return json.dumps(data).encode()


def test_json_stat_is_read_cell_by_cell():
    raw = json_stat(status={"0": "b", "2": "c"})
    reading = read("eurostat", raw, file="nameless")
    assert (reading.product, reading.revision) == ("eurostat-online-imm5prv", "2026-05-29")
    flows = reading.tables["FLOW_OBSERVED"].select("ORIGIN", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS").rows()
    # The cell that has neither value nor status, Sweden 2012, is no observation.
    assert flows == [("SWE", "2011", 5, "B"), ("GRC", "2011", None, "Q"), ("GRC", "2012", 0, "A")]
    listed = read("eurostat", json_stat(value=[5, None, None, 0], status={}), file="f").tables["FLOW_OBSERVED"]
    assert listed["OBS_VALUE"].to_list() == [5, 0]


@pytest.mark.parametrize(
    ("raw", "code", "fact"),
    [
        (b"{", "file-unreadable", "no JSON"),
        (b"[" * 100_000, "file-unreadable", "no JSON"),
        (b'{"error": []}', "table-wrong", "no dataset of JSON-stat 2.0: KeyError"),
        (b"[1, 2]", "table-wrong", "no dataset of JSON-stat 2.0: TypeError"),
        (json_stat(size=[1, 1, 1, 1, 2, 1, 10**15]), "table-wrong", "sizes"),
        (json_stat(size=[1, 1, 1, 1, 2, 1, 3]), "table-wrong", "2 codes for a dimension of 3"),
        (json_stat(value={"9": 1}), "table-wrong", "position 9 among 4 cells"),
        (json_stat(breakdown="reason"), "table-wrong", "the dimensions are freq, unit, age, sex, reason, geo, time"),
        (json_stat(code="MIGR_RESFIRST"), "table-wrong", "the dataset is MIGR_RESFIRST"),
        (json_stat(value={"0": "many"}), "value-unreadable", "'many' is no figure"),
        (json_stat(), "code-unknown", "':c' is not allowed"),
    ],
)
def test_a_torn_json_stat_is_refused(findings_of, raw, code, fact):
    found = findings_of("eurostat", raw, file="f.json")
    assert [f for f in found if f.code == code and fact in f.fact], found


# --- derivatives ------------------------------------------------------------------------------------------------------

TOTALS = "partner,geo,year,value\nIT,ES,2012,12437.0\nGR,UK,2012,5.0\nOTHER,ES,2012,9.0\nSE,OTHER,2012,9.0\n"
DOUBLE = (
    "SEX,Year,Sending,Receiving,Sending_iso3,Receiving_iso3,Emig,Immi,UI,AI,UE,AE\n"
    "Total,2010,Denmark,Belgium,DNK,BEL,7,9,low,Medium,low,High\nTotal,2010,Bulgaria,Belgium,BGR,BEL,,3,low,,high,\n"
)


def test_the_derivative_of_totals_is_proved_by_a_published_figure(findings_of):
    reading = read("eurostat", TOTALS.encode(), file="nameless")
    assert reading.product == "eurostat-derived-imm5prv"
    flows = reading.tables["FLOW_OBSERVED"].select("ORIGIN", "DESTINATION", "REPORTER", "OBS_VALUE").rows()
    assert flows == [("ITA", "ESP", "ESP", 12_437), ("GRC", "GBR", "GBR", 5)]
    assert "IT to ES 2012: 12437 received, as published" in reading.evidence
    # With its columns exchanged the file says that Italy received them: no published figure agrees.
    [finding] = findings_of("eurostat", TOTALS.replace("partner,geo", "geo,partner").encode(), file="f.csv")
    assert (finding.code, "no published figure" in finding.fact) == ("table-ambiguous", True)


def test_one_corridor_has_two_reports_with_different_reporters():
    reading = read("eurostat", DOUBLE.encode(), file="nameless")
    assert reading.product == "eurostat-derived-double-entry"
    flows = reading.tables["FLOW_OBSERVED"]
    assert set(flows.select("ORIGIN", "DESTINATION", "REPORTER", "OBS_VALUE", "OBS_STATUS", "NOTE").rows()) == {
        ("DNK", "BEL", "DNK", 7, "A", "undercount low; accuracy high"),
        ("DNK", "BEL", "BEL", 9, "A", "undercount low; accuracy medium"),
        ("BGR", "BEL", "BGR", None, "O", "undercount high"),
        ("BGR", "BEL", "BEL", 3, "A", "undercount low"),
    }


@pytest.mark.parametrize(
    ("text", "code", "fact"),
    [
        (TOTALS.replace("GR,UK,2012", "GR,UK,12"), "period-unreadable", "'12' is not allowed"),
        (TOTALS + "IT,ES,2012,1\n", "key-duplicate", "12,437 and 1 for ITA, ESP, 2012"),
        (DOUBLE.replace("DNK,BEL,7", "DNK,BEL,seven"), "value-unreadable", "'seven' is no figure"),
        (DOUBLE.replace("Total,2010,Denmark", "Male,2010,Denmark"), "code-unknown", "'Male' is not allowed"),
        (DOUBLE.replace("Receiving_iso3", "To"), "column-missing", "no column Receiving_iso3"),
        ("a,b\n1,2\n", "table-wrong", "a CSV file with the columns a, b"),
    ],
)
def test_a_fault_of_a_derivative_is_named(findings_of, text, code, fact):
    found = findings_of("eurostat", text.encode(), file="f.csv")
    assert [f for f in found if f.code == code and fact in f.fact], found


def test_a_workbook_is_refused(findings_of, workbook):
    [finding] = findings_of("eurostat", workbook({"A": [["x"]]}), file="f.xlsx")
    assert (finding.code, finding.fact) == ("table-wrong", "a workbook")


def test_totals_of_the_samples_hold_to_the_person(shared_data):
    folder = shared_data / "flows"
    double = read("eurostat", (folder / "eurostat_double_entry_2010_2014.csv.gz").read_bytes(), file="nameless")
    flows = double.tables["FLOW_OBSERVED"]
    sent = flows.filter(flows["REPORTER"] == flows["ORIGIN"])["OBS_VALUE"]
    received = flows.filter(flows["REPORTER"] == flows["DESTINATION"])["OBS_VALUE"]
    assert (sent.len(), sent.count(), sent.sum()) == (3_510, 1_630, 2_069_876)
    assert (received.len(), received.count(), received.sum()) == (3_510, 1_734, 2_591_660)
    totals = read("eurostat", (folder / "eurostat_imm5prv_total_to2016.csv").read_bytes(), file="nameless")
    flows = totals.tables["FLOW_OBSERVED"]
    assert (flows.height, flows["OBS_VALUE"].sum()) == (9_774, 18_364_588)
    assert {"GRC", "GBR"} <= set(flows["ORIGIN"])


@settings(max_examples=25, deadline=None)
@given(cut=st.integers(0, 700), flip=st.integers(0, 700), byte=st.integers(0, 255), junk=st.binary(max_size=80))
def test_a_damaged_file_ends_in_a_reading_or_in_findings(cut, flip, byte, junk):
    files = (sdmx("imm5prv", partner="SE"), IMMIGRATION.encode(), json_stat(), TOTALS.encode(), DOUBLE.encode())
    for whole in files:
        raw = bytearray(whole)
        raw[flip % len(raw)] = byte
        for damaged in (bytes(raw), whole[:cut], whole + junk, junk):
            with suppress(DataError):
                read("eurostat", damaged, file="f")


def test_every_flag_has_words_and_every_product_is_read_by_a_test_above():
    assert set(FLAGS) == set("bcdefinprsuz")
    made = {f"eurostat-online-{code}" for code in DATASETS}
    made |= {"eurostat-derived-imm5prv", "eurostat-derived-double-entry"}
    assert {product.id for product in card("eurostat").products} == made
