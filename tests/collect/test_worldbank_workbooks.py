"""The World Bank's workbooks: two matrices turned against each other, and income groups of all years and of one."""

import io
from contextlib import suppress

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import read
from corridors.concepts.findings import DataError

STOCKS_TITLE = ["Bilateral Estimates of Migrant Stocks in 2017"]
STOCKS_CORNER = "destination (across) / origin (down) "
MONEY_TITLE = ["Bilateral Remittance Estimates for 2017 using Migrant Stocks (millions of US$) (April 2018 Version)"]
MONEY_CORNER = "receiving (across) / sending (down) "
NOTES = [[], ["Notes:"], ["These estimates are estimates."]]


def reading_of(raw, file="given.xlsx"):
    return read("worldbank", raw, file=file)


def value(table, **key):
    [row] = table.filter(**key).select("OBS_VALUE", "OBS_STATUS").rows()
    return row


def stocks(corner=STOCKS_CORNER, title=STOCKS_TITLE, france=("France", 0, 40, 3, 43)):
    heads = [corner, "France", "Mexico", "Other South", "World"]
    rows = [list(france), ["Mexico", 7, 0, None, 7], ["Other South", 1, 2, 5, 8], ["World", 8, 42, 8, 58]]
    return {"Bilateral_Migration_2017": [title, heads, *rows, *NOTES]}


def money(corner=MONEY_CORNER, title=MONEY_TITLE):
    heads = [corner, "France", "India", "Pakistan", "WORLD"]
    rows = [
        ["France", 0, 0.5, 2, 2.5],
        ["India", 0, 0, "-", 0],
        ["Pakistan", None, "-", 0, 0],
        ["WORLD", 0, 0.5, 2, 2.5],
    ]
    return {"Bilateral_Remittances_2017": [title, heads, *rows, *NOTES]}


# --- the two matrices -------------------------------------------------------------------------------------------------


def test_stocks_have_origins_down_and_remittances_have_senders_down(workbook):
    stock = reading_of(workbook(stocks()))
    assert (stock.product, stock.layout) == ("worldbank-2017-stocks", "matrix, origin down and destination across")
    assert value(stock.tables["STOCK"], ORIGIN="FRA", DESTINATION="MEX") == (40, "E")
    assert value(stock.tables["STOCK"], ORIGIN="MEX", DESTINATION="FRA") == (7, "E")
    sent = reading_of(workbook(money()))
    assert (sent.product, sent.layout) == ("worldbank-2017-remittances", "matrix, sender down and receiver across")
    assert value(sent.tables["REMITTANCE"], SENDER="FRA", RECEIVER="IND") == (500_000, "E")
    assert value(sent.tables["REMITTANCE"], SENDER="IND", RECEIVER="FRA") == (0, "E")


def test_a_turned_matrix_is_read_as_its_corner_says(workbook):
    turned = reading_of(workbook(stocks("origin (across) / destination (down)"))).tables["STOCK"]
    assert value(turned, ORIGIN="MEX", DESTINATION="FRA") == (40, "E")
    sent = reading_of(workbook(money("sending (across) / receiving (down)"))).tables["REMITTANCE"]
    assert value(sent, SENDER="IND", RECEIVER="FRA") == (500_000, "E")


@pytest.mark.parametrize(
    "corner", ["origin (across) / origin (down)", "country (down)", "destination (across)", "Country"]
)
def test_a_matrix_without_a_clear_corner_is_not_read(workbook, findings_of, corner):
    [finding] = findings_of("worldbank", workbook(stocks(corner)), file="m.xlsx")
    assert finding.code == "orientation-unknown"
    assert finding.place.startswith("m.xlsx, sheet Bilateral_Migration_2017")
    assert "what stands down and what across" in finding.fact


def test_remittances_without_their_unit_are_not_read(workbook, findings_of):
    [finding] = findings_of("worldbank", workbook(money(title=["Bilateral Remittance Estimates for 2017"])))
    assert (finding.code, finding.fact) == (
        "table-wrong",
        "the title does not say 'millions of us$': the unit is not known",
    )


def test_a_dash_a_blank_a_zero_and_a_native_are_four_things(workbook):
    sent = reading_of(workbook(money())).tables["REMITTANCE"]
    assert value(sent, SENDER="IND", RECEIVER="PAK") == (None, "O")
    assert sent.filter(SENDER="IND", RECEIVER="PAK")["NOTE"].item() == "-"
    assert value(sent, SENDER="PAK", RECEIVER="FRA") == (None, "O")
    assert sent.filter(SENDER="PAK", RECEIVER="FRA")["NOTE"].item() is None
    stock = reading_of(workbook(stocks())).tables["STOCK"]
    assert value(stock, ORIGIN="FRA", DESTINATION="FRA") == (None, "M")
    # Persons of one group of countries who live in another country of it are migrants.
    assert value(stock, ORIGIN="XXS", DESTINATION="XXS") == (5, "E")


def test_natives_in_a_stock_stay_in_the_note(workbook):
    stock = reading_of(workbook(stocks(france=("France", 0.0, 40, 3, 43)))).tables["STOCK"]
    assert stock.filter(ORIGIN="FRA", DESTINATION="FRA")["NOTE"].item() is None
    sheets = stocks(france=("France", 3, 40, 3, 46))
    sheets["Bilateral_Migration_2017"][5] = ["World", 11, 42, 8, 61]
    row = reading_of(workbook(sheets)).tables["STOCK"].filter(ORIGIN="FRA", DESTINATION="FRA").row(0, named=True)
    assert (row["OBS_VALUE"], row["OBS_STATUS"], row["NOTE"]) == (None, "M", "born in the area itself: 3 in the file")


def unsaved(*, cells):
    """A matrix of remittances with a formula that was never worked out in each cell named."""
    book = openpyxl.Workbook()
    sheet = book.active
    for i, row in enumerate(money()["Bilateral_Remittances_2017"], 1):
        for j, one in enumerate(row, 1):
            sheet.cell(i, j, "=SUM(B3:D3)" if (i, j) in cells else one)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_totals_whose_formulas_were_never_worked_out_are_missing_with_a_note():
    sent = reading_of(unsaved(cells={(i, 5) for i in range(3, 7)})).tables["REMITTANCE"]
    row = sent.filter(SENDER="FRA", RECEIVER="W001").row(0, named=True)
    assert (row["OBS_VALUE"], row["OBS_STATUS"], row["NOTE"]) == (None, "O", "formula without a saved result")
    assert value(sent, SENDER="W001", RECEIVER="PAK") == (2_000_000, "E")


def test_a_formula_that_was_never_worked_out_is_no_figure_of_a_pair(findings_of):
    [finding] = findings_of("worldbank", unsaved(cells={(3, 3)}), file="m.xlsx")
    assert (finding.code, finding.place) == ("value-unreadable", "m.xlsx, sheet Sheet, row 3, column India")
    assert "formula without a saved result (cell C3)" in finding.fact


@pytest.mark.parametrize(
    ("sheets", "code", "place", "fact"),
    [
        (stocks(france=("Atlantis", 0, 40, 3, 43)), "area-unknown", "row 3, column A", "'Atlantis' is no known area"),
        (stocks(france=("Mexico", 0, 40, 3, 43)), "key-duplicate", "rows 3, 4", "2 rows for Mexico"),
        (stocks(france=("France", 0, -40, 3, 43)), "value-negative", "row 3, column Mexico", "negative figure -40"),
        (stocks(france=("France", 0, "many", 3, 43)), "value-unreadable", "row 3, column Mexico", "'many' is no figure"),
        (stocks(france=("France", 0, 40, 4, 43)), "sum-differs", "ORIGIN FRA", "the total is 43 and its parts add up to 44"),
        ({"S": [STOCKS_TITLE, [STOCKS_CORNER, "Mexico", "Mexico"], ["France", 1, 2]]}, "key-duplicate", "row 2",
         "two columns Mexico"),
        ({"S": [STOCKS_TITLE, [STOCKS_CORNER, "Mexico"], ["France"]]}, "value-missing", "", "no row holds a figure"),
        ({"S": [STOCKS_TITLE, [STOCKS_CORNER, "Atlantis"], ["France", 1]]}, "area-unknown", "row 2",
         "'Atlantis' is no known area"),
    ],
)  # fmt: skip
def test_a_fault_of_a_matrix_is_named_by_row_and_column(workbook, findings_of, sheets, code, place, fact):
    [name] = sheets
    found = findings_of("worldbank", workbook(sheets), file="m.xlsx")
    whole = ", ".join(part for part in (f"m.xlsx, sheet {name}", place) if part)
    assert [f for f in found if f.code == code and f.place.startswith(whole) and f.fact.startswith(fact)], found


def test_a_matrix_of_another_year_is_a_wrong_table(workbook, findings_of):
    [finding] = findings_of("worldbank", workbook(stocks(title=["Bilateral Estimates of Migrant Stocks in 2013"])))
    assert finding.code == "table-wrong"
    assert "worldbank-2013-stocks" in finding.fact


def test_two_matrices_in_one_workbook_are_not_chosen_between(workbook, findings_of):
    [finding] = findings_of("worldbank", workbook(stocks() | money()))
    assert finding.code == "table-ambiguous"
    assert finding.fact.endswith("Bilateral_Migration_2017, Bilateral_Remittances_2017")


def test_another_workbook_is_a_wrong_table(workbook, findings_of):
    [finding] = findings_of("worldbank", workbook({"S": [["Some other table"], [1, 2]]}))
    assert (finding.code, finding.fact) == ("table-wrong", "it seems to be: Some other table; 1")


def test_the_two_matrices_of_2017_are_turned_against_each_other(shared_data):
    folder = shared_data / "remittances"
    stock = reading_of((folder / "WB_Bilateral_Estimates_Migrant_Stocks_2017.xlsx").read_bytes()).tables["STOCK"]
    # The re-hoster's second sheet takes Algeria for the United Arab Emirates; the matrix has both.
    assert stock["ORIGIN"].n_unique() == stock["DESTINATION"].n_unique() == 217
    assert value(stock, ORIGIN="W001", DESTINATION="W001") == (266_143_792, "E")
    assert value(stock, ORIGIN="MEX", DESTINATION="USA") == (11_573_680, "E")
    assert value(stock, ORIGIN="USA", DESTINATION="MEX") == (739_168, "E")
    assert (
        stock.filter(pl.col("ORIGIN") != "W001", pl.col("DESTINATION") != "W001")["OBS_VALUE"].sum() == 266_143_792 - 3
    )
    native = stock.filter(ORIGIN="VUT", DESTINATION="VUT")["NOTE"].item()
    assert native == "born in the area itself: 3 in the file"
    sent = reading_of(
        (folder / "WB_Bilateral_Remittance_Estimates_2017_EXCERPT_first40_senders.xlsx").read_bytes()
    ).tables["REMITTANCE"]
    assert (sent["SENDER"].n_unique(), sent.height) == (215, 215 * 215)
    received = sent.filter(SENDER="W001").drop_nulls("OBS_VALUE")
    assert received["OBS_VALUE"].sum() == pytest.approx(613_465.8428551602e6)
    assert value(sent, SENDER="W001", RECEIVER="AFG") == (pytest.approx(409.531661682e6), "E")
    assert set(sent.filter(RECEIVER="W001", SENDER="FRA")["OBS_STATUS"]) == {"O"}
    assert set(sent.filter(RECEIVER="W001")["NOTE"]) >= {"formula without a saved result"}


# --- income groups of all years ---------------------------------------------------------------------------------------

FISCAL, CALENDAR = [None, "Bank's fiscal year:", "FY89", "FY90"], [None, "Data for calendar year :", 1987, 1988]
LIMITS = [
    [None, "Low income (L)", "<= 480", "<= 545"], [None, "Lower middle income (LM)", "481-1,940", "546-2,200"],
    [None, "Upper middle income (UM)", "1,941-6,000", "2,201-6,000"], [None, "High income (H)", "> 6,000 ", "> 6,000"],
]  # fmt: skip
ECONOMIES = [
    ["AFG", "Afghanistan", "L", "LM"], ["YEM", "Yemen, Rep.", "LM*", "UM"],
    ["VEN", "Venezuela, RB", "H", None], ["ALB", "Albania", "..", "L"],
    [], [None, "* At this time, there were two."], [],
    ["CSK", "Czechoslovakia (former)", "UM", None], ["YUG", "Serbia and Montenegro (former)", "..", "LM"],
    ["YUGf", "Yugoslavia (former)", "UM", None], [None, "Note: a long text."],
]  # fmt: skip
SHEET = "Country Analytical History"


def by_year(*economies, fiscal=FISCAL, calendar=CALENDAR, limits=LIMITS):
    titles = [
        [None, "World Bank Analytical Classifications"],
        [None, "(presented in World Development Indicators)"],
        [],
    ]
    return {"Parameters": [["Fiscal Yeay", "FY21"]], SHEET: [*titles, fiscal, calendar, *limits, [], *economies]}


def test_income_groups_are_codes_of_the_calendar_year_with_the_fiscal_year_in_the_note(workbook):
    reading = reading_of(workbook(by_year(*ECONOMIES)))
    table = reading.tables["INDICATOR"]
    # The sheet of parameters is five years old; the last column is what counts.
    assert (reading.product, reading.revision) == ("worldbank-oghist-income-groups", "FY90")
    assert set(table["MEASURE"]) == {"INCOME_GROUP"}
    assert set(table["UNIT_MEASURE"]) == {"CODE"}
    assert set(table["SOURCE"]) == {"worldbank-oghist-fy90"}
    assert value(table, AREA="AFG", TIME_PERIOD="1987") == (1, "A")
    assert value(table, AREA="AFG", TIME_PERIOD="1988") == (2, "A")
    assert value(table, AREA="YEM", TIME_PERIOD="1988") == (3, "A")
    assert value(table, AREA="VEN", TIME_PERIOD="1987") == (4, "A")
    assert table.filter(AREA="AFG")["NOTE"].to_list() == ["FY89", "FY90"]


def test_a_starred_group_keeps_its_footnote(workbook):
    row = (
        reading_of(workbook(by_year(*ECONOMIES)))
        .tables["INDICATOR"]
        .filter(AREA="YEM", TIME_PERIOD="1987")
        .row(0, named=True)
    )
    assert (row["OBS_VALUE"], row["OBS_STATUS"], row["NOTE"]) == (2, "A", "FY89; * At this time, there were two.")


def test_unclassified_and_ended_are_two_things(workbook):
    table = reading_of(workbook(by_year(*ECONOMIES))).tables["INDICATOR"]
    assert value(table, AREA="ALB", TIME_PERIOD="1987") == (None, "L")
    assert value(table, AREA="VEN", TIME_PERIOD="1988") == (None, "L")
    assert value(table, AREA="CSK", TIME_PERIOD="1988") == (None, "M")


def test_the_banks_codes_of_former_states_are_not_taken_for_ours(workbook):
    table = reading_of(workbook(by_year(*ECONOMIES))).tables["INDICATOR"]
    assert value(table, AREA="SCG", TIME_PERIOD="1988") == (2, "A")
    assert value(table, AREA="YUG", TIME_PERIOD="1987") == (3, "A")


@pytest.mark.parametrize(
    ("sheets", "code", "place", "fact"),
    [
        (by_year(["ATL", "Atlantis", "L", "L"]), "area-unknown", "row 11, column A, code", "'ATL' is no known area"),
        (by_year(["AFG", "A", "L", "L"], [None, "Atlantis", "L", "L"]), "area-unknown", "row 12, column A, code",
         "'' is no known area"),
        (by_year(["AFG", "Afghanistan", "L", "XL"]), "code-unknown", "row 11, column FY90", "'XL' is no income group"),
        (by_year(["AFG", "A", "L", "L"], ["AFG", "A", "L", "H"]), "key-duplicate", "rows 11, 12", "1 and 4 for AFG, 1988"),
        (by_year(["AFG", "A", "L", "L"], calendar=[*CALENDAR[:3], 1990]), "period-unreadable", "row 4, column FY90",
         "FY90 stands over calendar year 1990"),
        (by_year(["AFG", "A", "L", "L"], fiscal=FISCAL[:3]), "period-unreadable", "row 4",
         "column 4 holds groups, and fiscal year ''"),
        (by_year(["AFG", "A", "L", "L"], limits=LIMITS[:3]), "column-missing", "", "no row High income (H) ends the header"),
        (by_year(["AFG", "A", "L", "L"], calendar=[]), "column-missing", "", "no row says the calendar years"),
        (by_year([], fiscal=FISCAL[:2], calendar=CALENDAR[:2]), "column-missing", "row 4", "no column is a fiscal year"),
    ],
)  # fmt: skip
def test_a_fault_of_the_income_groups_is_named_by_row(workbook, findings_of, sheets, code, place, fact):
    found = findings_of("worldbank", workbook(sheets), file="o.xlsx")
    whole = ", ".join(part for part in (f"o.xlsx, sheet {SHEET}", place) if part)
    assert [f for f in found if (f.code, f.place) == (code, whole) and f.fact.startswith(fact)], found


def test_the_publishers_history_has_every_group(shared_data):
    reading = reading_of((shared_data / "covariates/OGHIST_2025_10_07.xlsx").read_bytes())
    table = reading.tables["INDICATOR"]
    assert (reading.revision, table["AREA"].n_unique(), table.height) == ("FY26", 224, 224 * 38)
    # Counted in the sheet: 1,756 L, 2,091 LM and two LM*, 1,662 UM and 2,367 H, less the limits' own four labels.
    assert dict(table["OBS_VALUE"].value_counts().iter_rows()) == {1: 1_756, 2: 2_093, 3: 1_662, 4: 2_367, None: 634}
    assert value(table, AREA="MEX", TIME_PERIOD="2024") == (3, "A")
    starred = table.filter(pl.col("NOTE").str.contains("Yemen, PDR"))
    assert starred.select("AREA", "TIME_PERIOD", "OBS_VALUE").rows() == [("YEM", "1987", 2), ("YEM", "1988", 2)]


# --- income groups of one year ----------------------------------------------------------------------------------------

LIST = [["Economy", "Code", "Region", "Income group", "Lending category", "Other (EMU or HIPC)"]]
MEXICO = ["Mexico", "MEX", "Latin America & Caribbean", "Upper middle income", "IBRD", None]
FY24 = (
    "divided among income groups according to 2022 gross national income (GNI) per capita. The groups are: low income, $1,135 or "
    "less; lower middle income, $1,136 to $4,465. Income classifications set on 1 July 2023 remain in effect until 1 July 2024."
)
FY23 = FY24.replace("1,135", "1,085").replace("July 2023", "July 2022")


def one_year(*economies, notes=FY24):
    return {
        "List of economies": [*LIST, *economies],
        "Groups": [["GroupCode", "CountryCode"]],
        "Notes": [["Notes"], [notes]],
    }


def test_the_list_of_one_year_is_dated_by_its_notes(workbook):
    reading = reading_of(workbook(one_year(MEXICO, ["High income", "HIC", None, None, None])))
    table = reading.tables["INDICATOR"]
    assert (reading.product, reading.revision) == ("worldbank-class-income-groups", "FY24")
    assert table.select("AREA", "TIME_PERIOD", "OBS_VALUE", "NOTE", "SOURCE").rows() == [
        ("MEX", "2022", 3, "FY24", "worldbank-class-fy24")
    ]


def test_notes_that_name_a_year_their_limits_contradict_are_dated_by_the_limits(workbook):
    reading = reading_of(workbook(one_year(MEXICO, notes=FY23)))
    assert (reading.revision, set(reading.tables["INDICATOR"]["TIME_PERIOD"])) == ("FY23", {"2021"})
    assert "the notes say 2022, which their limits contradict" in reading.evidence


def test_an_economy_without_a_group_and_one_that_the_notes_contradict(workbook):
    notes = FY24 + " Venezuela has been temporarily unclassified since July 2021."
    rows = [["Venezuela, RB", "VEN", "x", "Lower middle income", "IBRD"], ["Ethiopia", "ETH", "x", None, "IDA"]]
    table = reading_of(workbook(one_year(*rows, notes=notes))).tables["INDICATOR"]
    assert table.select("AREA", "OBS_VALUE", "OBS_STATUS", "NOTE").rows() == [
        ("VEN", 2, "A", "FY24; the notes call it unclassified"),
        ("ETH", None, "L", "FY24"),
    ]


@pytest.mark.parametrize(
    ("sheets", "code", "place", "fact"),
    [
        (one_year(["Atlantis", "ATL", "x", "High income", "x"]), "area-unknown", "row 2, column Code", "'ATL' is no known area"),
        (one_year([*MEXICO[:3], "Rich", "x"]), "code-unknown", "row 2, column Income group", "'Rich' is no income group"),
        (one_year(MEXICO, [*MEXICO[:3], "High income", "x"]), "key-duplicate", "rows 2, 3", "3 and 4 for MEX, 2022"),
        (one_year(), "value-missing", "", "the list holds no economy"),
        (one_year(MEXICO, notes="nothing"), "revision-unknown", "", "the notes do not prove one year"),
        (one_year(MEXICO, notes=FY24.replace("1,135", "999")), "revision-unknown", "", "the notes do not prove one year: limit"),
        (one_year(MEXICO) | {"List of economies": [[*LIST[0][:3], "Group", *LIST[0][4:]], MEXICO]}, "column-missing", "row 1",
         "no column Income group"),
    ],
)  # fmt: skip
def test_a_fault_of_the_list_is_named_by_row(workbook, findings_of, sheets, code, place, fact):
    found = findings_of("worldbank", workbook(sheets), file="c.xlsx")
    whole = ", ".join(part for part in ("c.xlsx, sheet List of economies", place) if part)
    assert [f for f in found if (f.code, f.place) == (code, whole) and f.fact.startswith(fact)], found


def test_the_list_and_the_history_agree(shared_data):
    folder = shared_data / "covariates"
    listed = reading_of((folder / "CLASS_worldbank_country_groups.xlsx").read_bytes())
    history = reading_of((folder / "OGHIST_2025_10_07.xlsx").read_bytes()).tables["INDICATOR"]
    table = listed.tables["INDICATOR"]
    assert (listed.revision, table.height) == ("FY23", 218)
    both = table.join(history, on=["AREA", "TIME_PERIOD"], how="left", validate="1:1")
    differing = both.filter(pl.col("OBS_VALUE") != pl.col("OBS_VALUE_right").fill_null(0))
    assert differing.select("AREA", "NOTE").rows() == [("VEN", "FY23; the notes call it unclassified")]


# --- any bytes --------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_workbook_ends_in_a_reading_or_in_findings(workbook, data):
    whole = workbook(data.draw(st.sampled_from([stocks(), money(), by_year(*ECONOMIES), one_year(MEXICO)])))
    damaged = bytearray(whole[: data.draw(st.integers(1, len(whole)))] if data.draw(st.booleans()) else whole)
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))
    with suppress(DataError):
        reading_of(bytes(damaged))
