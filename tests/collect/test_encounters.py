"""National registers of encounters and asylum applications: told apart by columns and nationalities."""

import contextlib

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import card, read
from corridors.concepts.findings import DataError

USA = "t,t_fy,component,area,authority,type,demog,nat,n"
SECTOR = "U.S. Border Patrol,Yuma Sector"
# One small file for each register; all figures are invented.
FILES = {
    "usa": [USA, f"2019-12-01,2020-12-01,{SECTOR},Title 8,Apprehensions,FMUA,GTM,7"],
    "mexico": ["t,nat,n", "2020-01-01,HND,5", "2020-01-01,COL,6"],
    "mexico-returns": ["t,nat,type,n", "2020-01-01,HND,deportation,5", "2020-01-01,HND,assisted return of children,2"],
    "honduras": ["t,nat,n", "2020-01-01,MEX,5", "2020-01-01,COL,6"],
    "darien": ["t,q,nat,n", "2019-01-01,2019-01-01,CUB,50", "2020-01-01,2020-01-01,CUB,4"],
    "darien-groups": ["t,q,demog,n", "2023-01-01,2023-01-01,women,4", "2023-01-01,2023-01-01,boys,3"],
    "guatemala": ["t,sex,age,origin,n", "2020-01-01,male,adult,MEX,9", "2024-01-01,female,accompanied child,,4"],
    "australia": ["t,boats,n", "1976,,111", "1990,2,198"],
    "eu-asylum": ["geo,t,nat,sex,n", "FRA,2020,AFG,male,15", "FRA,2020,AFG,unknown,5", "EU27,2020,AFG,male,900"],
}


def made(name, *lines):
    return "\n".join([*FILES[name], *lines]).encode()


def table_of(name, *lines):
    reading = read("encounters", made(name, *lines), file="f.csv")
    assert reading.product == f"encounters-tidy-{name}"
    return reading.tables["ENCOUNTER"]


def one(table, **cells):
    [row] = table.filter(*(pl.col(name) == value for name, value in cells.items())).iter_rows(named=True)
    return row


# --- what is read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reporter", "measure"),
    [
        ("usa", "USA", "ENCOUNTERS"),
        ("mexico", "MEX", "ENCOUNTERS"),
        ("mexico-returns", "MEX", "EXPULSIONS"),
        ("honduras", "HND", "TRANSITS"),
        ("darien", "PAN", "TRANSITS"),
        ("darien-groups", "PAN", "TRANSITS"),
        ("guatemala", "GTM", "EXPULSIONS"),
        ("eu-asylum", "FRA", "ASYLUM_APPLICATIONS"),
    ],
)
def test_each_register_is_known_by_its_columns(name, reporter, measure):
    table = table_of(name)
    assert (set(table["REPORTER"]), set(table["MEASURE"])) == (
        {reporter, *({"W097"} if name == "eu-asylum" else ())},
        {measure},
    )
    assert set(table["SOURCE"]) == {f"encounters-{name}"}


def test_legal_categories_overlap_and_stay_apart():
    more = f"2019-12-01,2020-12-01,{SECTOR},Title 42,Expulsions,FMUA,GTM,3"
    table = table_of("usa", more)
    assert dict(table.select("CATEGORY", "OBS_VALUE").iter_rows()) == {
        "Title 8, Apprehensions, FMUA": 7,
        "Title 42, Expulsions, FMUA": 3,
    }
    assert set(table["ROUTE"]) == {"U.S. Border Patrol, Yuma Sector"}
    assert set(table["TIME_PERIOD"]) == {"2019-12"}


def test_months_of_the_united_states_without_nationalities_are_sums_over_all():
    row = one(
        table_of("usa", "2017-10-01,2018-10-01,U.S. Border Patrol,,Title 8,Apprehensions,FMUA,,3155"),
        TIME_PERIOD="2017-10",
    )
    assert (row["CITIZENSHIP"], row["ROUTE"], row["OBS_VALUE"]) == ("W001", "U.S. Border Patrol", 3155)


def test_a_blank_nationality_beside_others_is_not_taken_for_all(findings_of):
    raw = made("usa", f"2019-12-01,2020-12-01,{SECTOR},Title 8,Apprehensions,FMUA,,9")
    [finding] = findings_of("encounters", raw, file="f.csv")
    assert (finding.code, finding.place) == ("area-unknown", "f.csv, row 3, column nat")


def test_a_fiscal_year_that_does_not_fit_the_month_is_named(findings_of):
    raw = made("usa", f"2019-09-01,2020-09-01,{SECTOR},Title 8,Apprehensions,FMUA,GTM,9")
    [finding] = findings_of("encounters", raw, file="f.csv")
    assert (finding.code, finding.place) == ("period-unreadable", "f.csv, row 3, column t_fy")
    assert "begins in October" in finding.mend


def test_years_of_the_darien_stand_on_january_until_2019():
    table = table_of("darien")
    assert dict(table.select("TIME_PERIOD", "OBS_VALUE").iter_rows()) == {"2019": 50, "2020-01": 4}


def test_groups_of_persons_are_categories_with_a_sex():
    table = table_of("darien-groups")
    assert dict(table.select("CATEGORY", "SEX").iter_rows()) == {"women": "F", "boys": "M"}
    assert set(table["CITIZENSHIP"]) == {"W001"}


def test_returns_without_a_country_of_return_say_so():
    table = table_of("guatemala")
    assert set(table["ROUTE"]) == {"from MEX", "not stated"}
    assert one(table, ROUTE="not stated")["SEX"] == "F"


def test_boats_are_counted_as_boats_and_a_blank_is_not_none():
    table = table_of("australia")
    blank = one(table, CATEGORY="boats", TIME_PERIOD="1976")
    assert (blank["OBS_VALUE"], blank["OBS_STATUS"], blank["UNIT_MEASURE"]) == (None, "O", "COUNT")
    assert one(table, CATEGORY="_T", TIME_PERIOD="1976")["OBS_VALUE"] == 111


def test_the_sum_of_the_union_stands_apart_and_an_unknown_sex_is_unknown():
    table = table_of("eu-asylum")
    assert set(table["CATEGORY"]) == {"_T"}
    assert sorted(table.select("REPORTER", "SEX", "OBS_VALUE").rows()) == [
        ("FRA", "M", 15),
        ("FRA", "_U", 5),
        ("W097", "M", 900),
    ]
    assert set(table["UNIT_MEASURE"]) == {"PS"}


def test_two_rows_of_one_nationality_are_both_kept_under_the_unknown():
    table = table_of("mexico", "2020-01-01,GIN,8", "2020-01-01,GIN,1", "2020-01-01,OOO,2")
    guinea = one(table, CITIZENSHIP="GIN")
    assert (guinea["OBS_VALUE"], guinea["OBS_STATUS"]) == (None, "O")
    assert guinea["NOTE"] == "the file has two rows: 8 and 1; both are counted under XXX"
    assert one(table, CITIZENSHIP="XXX")["OBS_VALUE"] == 11


def test_a_code_that_stands_for_two_nationalities_counts_as_unknown():
    table = table_of("honduras", "2020-02-01,TWN,719")
    row = one(table, TIME_PERIOD="2020-02")
    assert (row["CITIZENSHIP"], row["OBS_VALUE"]) == ("XXX", 719)
    assert row["NOTE"] == "TWN; the file gives several nationalities the code TWN"
    assert one(table_of("mexico", "2020-02-01,TWN,7"), TIME_PERIOD="2020-02")["CITIZENSHIP"] == "TWN"


# --- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["2020-01-01,COL,6", "2020-01-01,HND,6\n2020-01-01,MEX,5"])
def test_two_registers_with_the_same_columns_are_not_guessed_at(findings_of, line):
    [finding] = findings_of("encounters", f"t,nat,n\n{line}\n".encode(), file="f.csv")
    assert finding.code == "table-ambiguous"
    assert finding.fact.startswith("mexico and honduras have these columns")


@pytest.mark.parametrize(
    ("name", "line", "code", "column", "fact"),
    [
        ("mexico", "2020-01-01,QQQ,1", "area-unknown", "nat", "'QQQ' is no known area"),
        ("eu-asylum", "QQQ,2020,AFG,male,5", "area-unknown", "geo", "'QQQ' is no known area"),
        ("mexico", "2020-13-01,COL,1", "period-unreadable", "t", "'2020-13-01' is not allowed"),
        ("australia", "2020-01,1,1", "period-unreadable", "t", "'2020-01' is not allowed"),
        ("mexico-returns", "2020-01-01,HND,escape,1", "code-unknown", "type", "'escape' is not allowed"),
        ("darien-groups", "2023-02-01,2023-01-01,all,4", "code-unknown", "demog", "'all' is not allowed"),
        ("mexico", "2020-02-01,COL,few", "value-unreadable", "n", "'few' is no figure"),
        ("australia", "2020,few,1", "value-unreadable", "boats", "'few' is no figure"),
        ("mexico", "2020-02-01,COL,-4", "value-negative", "n", "negative figure -4"),
    ],
)
def test_a_fault_is_named(findings_of, name, line, code, column, fact):
    found = findings_of("encounters", made(name, line), file="f.csv")
    row = len(FILES[name]) + 1
    assert [(f.code, f.place, f.fact) for f in found] == [(code, f"f.csv, row {row}, column {column}", fact)]


@pytest.mark.parametrize(
    ("name", "line"),
    [("darien", "2019-01-01,2019-01-01,CUB,51"), ("eu-asylum", "FRA,2020,AFG,male,20"), ("australia", "1990,2,199")],
)
def test_two_figures_of_one_key_are_both_shown(findings_of, name, line):
    [finding] = findings_of("encounters", made(name, line), file="f.csv")
    assert finding.code == "key-duplicate"
    assert " and " in finding.fact


def test_other_files_are_refused(workbook, findings_of):
    [finding] = findings_of("encounters", workbook({"A": [["x"]]}))
    assert (finding.code, finding.fact) == ("table-wrong", "it is a workbook")
    for raw in (b"a,b\n1,2\n", b"t,nat,n\n", b"t,nat,n,extra\n2020-01-01,COL,1,2\n"):
        [finding] = findings_of("encounters", raw)
        assert finding.code == "table-wrong"
        assert "t nat n" in finding.mend


# --- laws and samples -------------------------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_whatever_happens_to_the_bytes_ends_in_a_reading_or_in_findings(data):
    raw = bytearray(made(data.draw(st.sampled_from(sorted(FILES)))))
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=5)):
        raw[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(DataError):
        read("encounters", bytes(raw[: data.draw(st.integers(0, len(raw)))]), file="f.csv")


SAMPLES = {
    "irreg_usa.csv.gz": ("usa", 11_086_194),
    "irreg_mexico_nat.csv.gz": ("mexico", 3_266_581),
    "irreg_mexico_exp.csv.gz": ("mexico-returns", 1_080_851),
    "irreg_honduras_nat.csv.gz": ("honduras", 1_191_581),
    "irreg_darien_nat.csv.gz": ("darien", 1_322_960),
    "irreg_darien_dmg.csv.gz": ("darien-groups", 1_207_202),
    "irreg_guatemala.csv.gz": ("guatemala", 372_614),
    "irreg_australia.csv.gz": ("australia", 70_840),
    "eu_asyapp.csv.gz": ("eu-asylum", 11_056_205),
}


@pytest.mark.parametrize("file", SAMPLES)
def test_nobody_is_lost_from_a_sample(shared_data, file):
    name, total = SAMPLES[file]
    reading = read("encounters", (shared_data / "irregular" / file).read_bytes(), file="nameless")
    table = reading.tables["ENCOUNTER"]
    assert reading.product == f"encounters-tidy-{name}"
    counted = table.filter(pl.col("CATEGORY") != "boats", pl.col("REPORTER") != "W097")
    assert counted["OBS_VALUE"].sum() == total


def test_the_darien_by_group_adds_up_to_the_darien_by_nationality(shared_data):
    tables = [
        read("encounters", (shared_data / "irregular" / file).read_bytes(), file=file).tables["ENCOUNTER"]
        for file in ("irreg_darien_nat.csv.gz", "irreg_darien_dmg.csv.gz")
    ]
    nations, groups = (table.group_by("TIME_PERIOD").agg(pl.col("OBS_VALUE").sum()) for table in tables)
    joined = groups.join(nations, on="TIME_PERIOD", how="left", validate="1:1")
    assert joined.height == 52
    assert (joined["OBS_VALUE"] == joined["OBS_VALUE_right"]).all()


def test_every_product_of_the_card_is_read():
    assert {product.id for product in card("encounters").products} == {f"encounters-tidy-{name}" for name in FILES}
