"""The World Bank's tables in text: indicators as CSV and JSON, exports of DataBank, derivatives."""

import json
from contextlib import suppress

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import card, read
from corridors.collect.sources.worldbank._series import indicators
from corridors.concepts.codelists import codelist
from corridors.concepts.findings import DataError


def reading_of(raw, file="given.csv"):
    return read("worldbank", raw, file=file)


def row_of(table, **key):
    [row] = table.filter(**key).iter_rows(named=True)
    return row


# --- World Development Indicators: download ---------------------------------------------------------------------------

HEADER = "Country Name,Country Code,Indicator Name,Indicator Code,2019,2020"
PAID = '"Personal remittances, paid (current US$)",BM.TRF.PWKR.CD.DT'
PREAMBLE = '﻿"Data Source","World Development Indicators",\n\n"Last Updated Date","2021-09-15",\n\n'


def download(*lines, header=HEADER, preamble="", end=""):
    return (preamble + "".join(f"{line}{end}\n" for line in (header, *lines))).encode()


@pytest.mark.parametrize(("preamble", "end", "revision"), [(PREAMBLE, ",", "2021-09-15"), ("﻿", "", "undated")])
def test_a_download_is_read_with_and_without_its_preamble_and_last_comma(preamble, end, revision):
    lines = [f"Aruba,ABW,{PAID},,0", f"World,WLD,{PAID},5,6", f"High income,HIC,{PAID},9,9", f"Kosovo,XKX,{PAID},7,..",
             f"Namibia,NAM,{PAID},1,2"]  # fmt: skip
    reading = reading_of(download(*lines, preamble=preamble, end=end))
    table = reading.tables["INDICATOR"]
    assert (reading.product, reading.revision) == ("worldbank-wdi-bm-trf-pwkr-cd-dt", revision)
    assert set(table["AREA"]) == {"ABW", "W001", "XKX", "NAM"}
    assert set(table["SOURCE"]) == {f"worldbank-wdi-{revision}"}
    statuses = {
        (row["AREA"], row["TIME_PERIOD"]): (row["OBS_VALUE"], row["OBS_STATUS"]) for row in table.rows(named=True)
    }
    assert statuses["ABW", "2019"] == (None, "O")
    assert statuses["ABW", "2020"] == (0, "A")
    assert statuses["XKX", "2020"] == (None, "O")
    assert set(table["MEASURE"]) == {"REMITTANCES_OUT"}
    assert set(table["UNIT_MEASURE"]) == {"USD"}


def test_rows_of_a_download_with_preamble_are_counted_from_the_top_of_the_file(findings_of):
    raw = download(f"Aruba,ABW,{PAID},1,many", preamble=PREAMBLE, end=",")
    [finding] = findings_of("worldbank", raw, file="f.csv")
    assert (finding.code, finding.place) == ("value-unreadable", "f.csv, row 6, column 2020")


@pytest.mark.parametrize("one", indicators().values(), ids=indicators())
def test_every_indicator_makes_its_own_product(one):
    name = one.title.replace('"', "")
    reading = reading_of(download(f'Mexico,MEX,"{name}",{one.code},1,2'))
    assert card("worldbank").product(reading.product).title.endswith(name)
    [table] = reading.tables.values()
    assert set(reading.tables) == {one.dataflow}
    assert set(table["UNIT_MEASURE"]) == {one.unit}
    assert one.measure in codelist("MEASURE")
    assert table["TIME_PERIOD"].to_list() == (
        ["2019-07-01", "2020-07-01"] if one.measure == "POPULATION" else ["2019", "2020"]
    )


def test_several_indicators_of_one_file_are_an_extract():
    reading = reading_of(download(f"Mexico,MEX,{PAID},1,2", "Mexico,MEX,Net migration,SM.POP.NETM,-3,4"))
    assert reading.product == "worldbank-wdi-extract"
    assert reading.tables["NET_MIGRATION"]["OBS_VALUE"].to_list() == [-3, 4]


@pytest.mark.parametrize(
    ("raw", "code", "place", "fact"),
    [
        (download(f"Atlantis,ATL,{PAID},1,2"), "area-unknown", "f.csv, row 2, column Country Code", "'ATL' is no known area"),
        (download(f"Mexico,MEX,{PAID},1,-2"), "value-negative", "f.csv, row 2, column 2020", "negative figure -2"),
        (download("Mexico,MEX,Trees,AG.LND.FRST.K2,1,2"), "code-unknown", "f.csv, row 2, column Indicator Code",
         "'AG.LND.FRST.K2' is no indicator that is read"),
        (download('Mexico,MEX,"GDP per capita, PPP (constant 2017 international $)",NY.GDP.PCAP.PP.KD,1,2'), "table-wrong",
         "f.csv, row 2, column Indicator Name", "'GDP per capita, PPP (constant 2017 international $)' does not say"),
        (download(f"Mexico,MEX,{PAID},1,2", f"Mexico,MEX,{PAID},1,3"), "key-duplicate", "f.csv, rows 2, 3",
         "2 and 3 for MEX, BM.TRF.PWKR.CD.DT, 2020"),
        (download(f"Romania,ROM,{PAID},1,2", f"Romania,ROU,{PAID},1,3"), "key-duplicate", "f.csv, rows 2, 3", "2 and 3 for ROU"),
        (download(f"Mexico,MEX,{PAID},1,2", header=HEADER.replace("2020", "last year")), "column-unknown", "f.csv, header",
         "column 'last year' is neither a label nor a year"),
        (download(f"Mexico,MEX,{PAID},1,2", header=HEADER.replace("Indicator Name", "Series")), "column-missing", "f.csv, header",
         "no column Indicator Name"),
        (download("a,b,c,d", header="Country Name,Country Code,Indicator Name,Indicator Code"), "column-missing", "f.csv, header",
         "no column is a year"),
        (download(), "value-missing", "f.csv", "the file has a header and no rows"),
        (b"LocID,Time,Births\n900,2020,1\n", "table-wrong", "f.csv", "a CSV file with the columns LocID, Time, Births"),
    ],
)  # fmt: skip
def test_a_fault_of_a_download_is_named_by_row(findings_of, raw, code, place, fact):
    found = findings_of("worldbank", raw, file="f.csv")
    assert [f for f in found if (f.code, f.place) == (code, place) and f.fact.startswith(fact)], found


@pytest.mark.parametrize(
    ("name", "product", "revision", "rows", "figures", "total"),
    [
        ("remittances/API_BM.TRF.PWKR.CD.DT_DS2_en_csv_v2_3012027.csv", "bm-trf-pwkr-cd-dt", "2021-09-15", 13_359, 6_352, None),
        ("covariates/API_SI.POV.NAHC_DS2_en_csv_v2_2917413.csv", "si-pov-nahc", "undated", 13_359, 973, None),
        ("covariates/API_SM.POP.NETM_wdi_layout.csv", "sm-pop-netm", "undated", 14_016, 14_016, 0),
    ],
)  # fmt: skip
def test_the_publishers_downloads_are_read(shared_data, name, product, revision, rows, figures, total):
    reading = reading_of((shared_data / name).read_bytes(), file=name)
    [table] = reading.tables.values()
    assert (reading.product, reading.revision) == (f"worldbank-wdi-{product}", revision)
    # 217 economies, the European Union and the world; 47 other aggregates are left out by name.
    assert table["AREA"].n_unique() == 219
    assert (table.height, table["OBS_VALUE"].count()) == (rows, figures)
    if total is not None:
        assert set(table.filter(AREA="W001")["OBS_VALUE"]) == {total}


# --- World Development Indicators: answers in JSON --------------------------------------------------------------------


def item(code="MEX", value=5, date="2020", **other):
    name = {"id": "BM.TRF.PWKR.CD.DT", "value": "Personal remittances, paid (current US$)"}
    one = {"indicator": name, "country": {"id": "MX", "value": "Mexico"}, "countryiso3code": code, "date": date,
           "value": value, "unit": "", "obs_status": "", "decimal": 0}  # fmt: skip
    return one | other


def answer(*items, **about):
    described = {"page": 1, "pages": 1, "per_page": 32500, "total": len(items), "sourceid": "2"}
    return json.dumps([described | {"lastupdated": "2024-12-16"} | about, list(items)]).encode()


def test_an_answer_in_json_is_read_with_its_statuses_and_its_last_digit():
    raw = answer(
        item(value=7_654_321.987654321),
        item(date="2019", value=None),
        item(date="2018", value=0, obs_status="E"),
        item("", date="2020", value=9, country={"id": "XD", "value": "High income"}),
        item("", date="2020", value=8, country={"id": "1W", "value": "World"}),
    )
    reading = reading_of(b"\xef\xbb\xbf\n" + raw, file="a.json")
    table = reading.tables["INDICATOR"]
    assert (reading.product, reading.revision) == ("worldbank-wdi-bm-trf-pwkr-cd-dt", "2024-12-16")
    found = [(row["AREA"], row["TIME_PERIOD"], row["OBS_VALUE"], row["OBS_STATUS"]) for row in table.rows(named=True)]
    assert found == [
        ("MEX", "2020", 7_654_321.987654321, "A"), ("MEX", "2019", None, "O"), ("MEX", "2018", 0, "E"), ("W001", "2020", 8, "A"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "code", "place", "fact"),
    [
        (answer(item(), pages=4), "file-partial", "a.json", "page 1 of 4"),
        (answer(item(), total=9), "file-partial", "a.json", "the answer says 9 observations and holds 1"),
        (answer(item("ATL")), "area-unknown", "a.json, observation 1, area", "'ATL' is no known area"),
        (answer(item(date="2020Q1")), "period-unreadable", "a.json, observation 1, date", "'2020Q1' is no year"),
        (answer(item(obs_status="?")), "code-unknown", "a.json, observation 1, obs_status", "'?' is no status"),
        (answer(item(value="many")), "value-unreadable", "a.json, observation 1, value", "'many' is no figure"),
        (answer(item(), item(value=6)), "key-duplicate", "a.json, observations 1, 2", "5 and 6 for MEX"),
        (answer(item(indicator={"id": "X", "value": "Y"})), "code-unknown", "a.json, observation 1, indicator.id", "'X' is no"),
        (answer({"a": 1}), "table-wrong", "a.json", "no observation has indicator.id"),
        (answer(), "value-missing", "a.json", "the answer describes itself but holds no observations"),
        (b'[{"message":[{"id":"120","key":"Invalid value"}]}]', "table-wrong", "a.json", "the interface answered with an error"),
        (b'{"items":[]}', "table-wrong", "a.json", "JSON that is no answer of the World Bank's interface"),
        (b"[{]", "file-unreadable", "a.json", "the file starts as JSON does and is none"),
        (b"[" * 100_000, "file-unreadable", "a.json", "the file starts as JSON does and is none"),
        (answer(item("\ud800")), "area-unknown", "a.json, observation 1, area", "'?' is no known area"),
    ],
)  # fmt: skip
def test_a_fault_of_an_answer_is_named_by_observation(findings_of, raw, code, place, fact):
    found = findings_of("worldbank", raw, file="a.json")
    assert [f for f in found if (f.code, f.place) == (code, place) and f.fact.startswith(fact)], found


# --- exports of DataBank ----------------------------------------------------------------------------------------------

PRICES = (
    "﻿Sending Countries Name,Sending Countries Code,Series Name,Series Code,Receiving Countries  Name,"
    "Receiving Countries  Code,2011Q1 [YR2011Q1],2011Q3 [YR2011Q3]\n"
)
SERIES = "Average Total Cost to remit in corridor,ATCR.CORR"
FOOTER = ",,,,,,,\n,,,,,,,\n,,,,,,,\nData from database: Remittance Prices Worldwide,,,,,,,\nLast Updated: 12/07/2020,,,,,,,\n"


def test_prices_of_remittances_are_per_cent_by_corridor_and_quarter():
    line = f"France,FRA,{SERIES},Kosovo,KSV,7.5,..\n"
    reading = reading_of((PRICES + line + FOOTER).encode())
    table = reading.tables["REMITTANCE"]
    assert (reading.product, reading.revision) == ("worldbank-rpw-corridors", "2020-12-07")
    assert row_of(table, TIME_PERIOD="2011-Q1") == {
        "SENDER": "FRA", "RECEIVER": "XKX", "MEASURE": "REMITTANCE_COST", "TIME_PERIOD": "2011-Q1",
        "SOURCE": "worldbank-rpw-2020-12-07", "UNIT_MEASURE": "PT", "OBS_VALUE": 7.5, "OBS_STATUS": "A",
    }  # fmt: skip
    assert row_of(table, TIME_PERIOD="2011-Q3")["OBS_STATUS"] == "O"


def test_a_row_that_stands_twice_with_the_same_prices_is_one():
    line = f"Spain,ESP,{SERIES},Honduras,HND,1,2\n"
    assert reading_of((PRICES + line + line).encode()).tables["REMITTANCE"].height == 2


def test_a_price_may_lie_below_zero():
    row = row_of(reading_of((PRICES + f"Spain,ESP,{SERIES},Honduras,HND,-2.25,1\n").encode()).tables["REMITTANCE"],
                 TIME_PERIOD="2011-Q1")  # fmt: skip
    assert (row["OBS_VALUE"], row["OBS_STATUS"]) == (-2.25, "A")


@pytest.mark.parametrize(
    ("raw", "code", "place", "fact"),
    [
        (PRICES + f"Spain,ESP,{SERIES},Atlantis,ATL,1,1\n", "area-unknown",
         "f.csv, row 2, column receiving countries code", "'ATL' is no known area"),
        (PRICES + "Spain,ESP,Other,ATCR.500,Honduras,HND,1,1\n", "code-unknown", "f.csv, row 2, column Series Code",
         "'ATCR.500' is no series that is read"),
        (PRICES + f"Spain,ESP,{SERIES},Honduras,HND,1,1\nSpain,ESP,{SERIES},Honduras,HND,1,3\n", "key-duplicate",
         "f.csv, rows 2, 3", "1 and 3 for ESP, HND, 2011-Q3"),
        (PRICES.replace("Series Code", "Code") + f"Spain,ESP,{SERIES},Honduras,HND,1,1\n", "column-missing", "f.csv, header",
         "no column series code"),
        (PRICES + f"Spain,ESP,{SERIES},Honduras,HND,1,cheap\n", "value-unreadable", "f.csv, row 2, column 2011q3 [yr2011q3]",
         "'cheap' is no figure"),
    ],
)  # fmt: skip
def test_a_fault_of_the_prices_is_named_by_row(findings_of, raw, code, place, fact):
    found = findings_of("worldbank", raw.encode(), file="f.csv")
    assert [f for f in found if (f.code, f.place) == (code, place) and f.fact.startswith(fact)], found


def test_the_publishers_prices_have_their_known_means(shared_data):
    raw = (shared_data / "remittances/RPW_corridors_databank_2011Q1_2020Q3.csv.gz").read_bytes()
    table = reading_of(raw).tables["REMITTANCE"]
    assert (table["SENDER"].n_unique(), table["RECEIVER"].n_unique(), table["TIME_PERIOD"].n_unique()) == (48, 111, 35)
    below = table.filter(pl.col("OBS_VALUE") < 0)
    assert (table["OBS_VALUE"].count(), below.height) == (10_417, 5)
    for time, mean in (("2011-Q1", 9.05), ("2020-Q3", 7.00)):
        assert table.filter(TIME_PERIOD=time)["OBS_VALUE"].mean() == pytest.approx(mean, abs=0.005)
    assert table.drop_nulls("OBS_VALUE").unique(["SENDER", "RECEIVER"]).height == 377


GDP = [["Series Name", "Series Code", "Country Name", "Country Code", "2017 [YR2017]"]]
HEAD = ["GDP per capita (current US$)", "NY.GDP.PCAP.CD"]


def test_an_export_as_workbook_is_read_above_its_footer(workbook):
    rows = [
        [*HEAD, "Aruba", "ABW", ".."],
        [*HEAD, "Kosovo", "KSV", 4000.5],
        [],
        ["Data from database: WDI"],
        ["Last Updated: 10/18/2018"],
    ]
    book = workbook({"Data": GDP + rows, "own": [["Country Code", "2017 [YR2017]"], ["ABW", 1]]})
    reading = reading_of(book, file="g.xlsx")
    assert (reading.product, reading.revision) == ("worldbank-wdi-extract", "2018-10-18")
    table = reading.tables["INDICATOR"]
    assert set(table["MEASURE"]) == {"GDP_PER_HEAD_CURRENT"}
    assert table.select("AREA", "OBS_VALUE", "OBS_STATUS").rows() == [("ABW", None, "O"), ("XKX", 4000.5, "A")]


def test_an_export_as_workbook_names_its_faults_by_sheet_and_row(workbook, findings_of):
    book = workbook({"Data": [*GDP, [*HEAD, "Atlantis", "ATL", 1], ["Trees", "AG.X", "Mexico", "MEX", 1]]})
    found = findings_of("worldbank", book, file="g.xlsx")
    assert {(f.code, f.place) for f in found} == {
        ("area-unknown", "g.xlsx, sheet Data, row 2, column country code"),
        ("code-unknown", "g.xlsx, sheet Data, row 3, column series code"),
    }
    quarterly = [[text.replace("2017", "2017Q1") for text in GDP[0]], [*HEAD, "Mexico", "MEX", 1]]
    [finding] = findings_of("worldbank", workbook({"Data": quarterly}))
    assert (finding.code, finding.fact) == ("period-unreadable", "'2017-Q1' is no year")


def test_the_gdp_of_2017_is_read(shared_data):
    reading = reading_of((shared_data / "remittances/GDPpercap2017.xlsx").read_bytes(), file="GDPpercap2017.xlsx")
    table = reading.tables["INDICATOR"]
    assert (table.height, table["OBS_VALUE"].count(), reading.revision) == (217, 188, "2018-10-18")
    assert row_of(table, AREA="AFG")["OBS_VALUE"] == pytest.approx(585.850063782)


# --- derivatives ------------------------------------------------------------------------------------------------------


def test_the_long_derivative_makes_four_tables():
    raw = b'"geo","var","t","v"\n"NAM","remout",2020,5\n"NAM","pop",2020,7\n"NAM","nmig",2020,-2\n"NAM","birth",2020,20.5\n'
    tables = reading_of(raw).tables
    assert {name: table["OBS_VALUE"].to_list() for name, table in tables.items()} == {
        "INDICATOR": [5], "NET_MIGRATION": [-2], "POPULATION": [7], "VITAL": [20.5],
    }  # fmt: skip
    assert tables["POPULATION"]["TIME_PERIOD"].to_list() == ["2020-07-01"]


def test_faults_of_the_long_derivative_are_named(findings_of):
    raw = b"geo,var,t,v\nMEX,remout,2020,5\nATL,remout,2020,5\nMEX,remin,20,5\nMEX,trees,2020,1\nMEX,remout,2020,6\n"
    found = findings_of("worldbank", raw, file="f.csv")
    assert {(f.code, f.place) for f in found} == {
        ("area-unknown", "f.csv, row 3, column geo"),
        ("period-unreadable", "f.csv, row 4, column t"),
        ("code-unknown", "f.csv, row 5, column var"),
        ("key-duplicate", "f.csv, rows 2, 6"),
    }
    [finding] = findings_of("worldbank", b"geo,var,t,v\nMEX,trees,2020,5\n")
    assert (finding.code, finding.fact) == ("table-wrong", "a table of the indicators trees")


FILLED = (
    "Year,Country ISO,GDP (current USD),GDP (2015 USD),GDP/capita (current USD),GDP/capita (2015 USD),GDP % annual growth,"
    "GDP/capita (2021 PPP),GDP deflator,Exchange rate\n"
)


def test_gap_filled_figures_are_imputed_and_not_for_publication():
    table = reading_of((FILLED + "2020,MEX,1,2,3,4,-5,6,7,\n").encode()).tables["INDICATOR"]
    assert set(table["NOTE"]) == {"gaps filled by extrapolation, not for publication"}
    assert dict(table.select("MEASURE", "OBS_STATUS").iter_rows()) == {
        "GDP": "I", "GDP_CONSTANT": "I", "GDP_PER_HEAD_CURRENT": "I", "GDP_PER_HEAD_CONSTANT": "I", "GDP_GROWTH": "I",
        "GDP_PER_HEAD": "I", "GDP_DEFLATOR": "I", "EXCHANGE_RATE": "O",
    }  # fmt: skip
    units = dict(table.select("MEASURE", "UNIT_MEASURE").iter_rows())
    assert (units["GDP_CONSTANT"], units["GDP_PER_HEAD"], units["EXCHANGE_RATE"]) == (
        "USD_2015",
        "PPP_2021",
        "LCU_PER_USD",
    )


def test_faults_of_the_filled_derivative_are_named(findings_of):
    [finding] = findings_of("worldbank", (FILLED + "20,MEX,1,2,3,4,5,6,7,8\n").encode(), file="f.csv")
    assert (finding.code, finding.place) == ("period-unreadable", "f.csv, row 2, column Year")
    raw = FILLED.replace(",GDP deflator", "") + "2020,MEX,1,2,3,4,5,6,8\n"
    [finding] = findings_of("worldbank", raw.encode(), file="f.csv")
    assert (finding.code, finding.fact) == ("column-missing", "no column GDP deflator")


@pytest.mark.parametrize(("name", "rows"), [("wdi", 92_435), ("gdp_1960_2023", 231 * 64 * 8)])
def test_the_derivatives_are_read_whole(shared_data, name, rows):
    tables = reading_of((shared_data / f"covariates/{name}.csv.gz").read_bytes()).tables
    assert sum(table.height for table in tables.values()) == rows
    if name == "wdi":
        paid = tables["INDICATOR"].filter(MEASURE="REMITTANCES_OUT")
        assert (paid.height, tables["INDICATOR"].filter(MEASURE="REMITTANCES_IN").height) == (5_406, 5_918)
    else:
        assert set(tables["INDICATOR"]["OBS_STATUS"]) == {"I", "O"}


# --- any bytes --------------------------------------------------------------------------------------------------------

GBMD = b"sex,origincode,destcode,1960,1970,1980,1990,2000\nFemale,MEX,USA,200,250,300,350,400\nMale,MEX,USA,1,1,1,1,1\n"
WHOLE = (
    GBMD, download(f"Mexico,MEX,{PAID},1,2", preamble=PREAMBLE, end=","), answer(item(), item("USA")),
    (PRICES + f"France,FRA,{SERIES},Kosovo,KSV,7.5,..\n" + FOOTER).encode(), (FILLED + "2020,MEX,1,2,3,4,-5,6,7,\n").encode(),
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(whole=st.sampled_from(WHOLE), cut=st.integers(0, 400), at=st.integers(0, 400), bits=st.integers(0, 255))
def test_damaged_text_ends_in_a_reading_or_in_findings(whole, cut, at, bits):
    damaged = bytearray(whole[: len(whole) - cut % len(whole)])
    damaged[at % len(damaged)] ^= bits
    with suppress(DataError):
        reading_of(bytes(damaged))


@settings(max_examples=40, deadline=None)
@given(raw=st.binary(max_size=200), start=st.sampled_from([b"", b"[", b"PK\x03\x04", b"\x1f\x8b"]))
def test_noise_ends_in_findings(raw, start):
    with pytest.raises(DataError):
        reading_of(start + raw)


def test_figures_by_sex_keep_the_sex():
    lines = [
        f'Mexico,MEX,"Unemployment, {word} (% of {word} labor force) (modeled ILO estimate)",SL.UEM.TOTL.{code}.ZS,3,4'
        for code, word in (("FE", "female"), ("MA", "male"))
    ]
    total = 'Mexico,MEX,"Unemployment, total (% of total labor force) (modeled ILO estimate)",SL.UEM.TOTL.ZS,5,6'
    people = 'Mexico,MEX,"Population, female",SP.POP.TOTL.FE.IN,7,8'
    reading = reading_of(download(*lines, total, people))
    found = reading.tables["INDICATOR"].filter(TIME_PERIOD="2020").select("MEASURE", "SEX", "AGE", "OBS_VALUE").rows()
    assert sorted(found) == [
        ("UNEMPLOYMENT", "F", "_T", 4),
        ("UNEMPLOYMENT", "M", "_T", 4),
        ("UNEMPLOYMENT", "_T", "_T", 6),
    ]
    assert reading.tables["POPULATION"]["SEX"].to_list() == ["F", "F"]
