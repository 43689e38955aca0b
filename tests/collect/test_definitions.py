"""Every stock and every flow says what it counts by, whom it covers and who reports, as its publisher's notes say."""

import polars as pl
import pytest

from corridors.collect.catalogue import read
from corridors.collect.definitions import stock_definitions

#: Of each source with a sample: the file, and what its figures say by CRITERION, COVERAGE and DURATION.
FLOWS = {
    "destatis": ("destatis_wanderungen_2009_correction.xls", {"RESIDENCE"}, {"NATIONALS"}, {0.0}),
    "unflows": (
        "UN_flows_2015rev_Canada.xlsx",
        {"RESIDENCE", "CITIZENSHIP", "BIRTH"},
        {"_T", "NATIONALS", "FOREIGNERS"},
        {None},
    ),
    "oecd": ("OECD_DSD_MIG_sdmx_csv_2025_extract.csv", {"CITIZENSHIP"}, {"FOREIGNERS"}, {None}),
    "eurostat": ("eurostat_imm5prv_total_to2016.csv", {"RESIDENCE"}, {"_T"}, {None}),
}
STOCKS = {
    "remittances/WB_Bilateral_Estimates_Migrant_Stocks_2017.xlsx": {("MIXED", None)},
    "undesa/worldbank_gbmd_1960_2000_by_sex_labels_corrected.csv.gz": {("MIXED", None)},
}


@pytest.mark.parametrize("source", FLOWS)
def test_a_flow_says_what_it_counts_by_whom_it_covers_and_who_reports(shared_data, source):
    file, criterion, coverage, duration = FLOWS[source]
    flows = read(source, (shared_data / "flows" / file).read_bytes(), file=file).tables["FLOW_OBSERVED"]
    assert set(flows["CRITERION"]) <= criterion
    assert set(flows["COVERAGE"]) <= coverage
    months = flows["DURATION"] if "DURATION" in flows.columns else pl.Series([None])
    assert set(months) == duration
    assert flows["REPORTER"].null_count() == 0
    assert flows.filter(
        (pl.col("REPORTER") != pl.col("ORIGIN")) & (pl.col("REPORTER") != pl.col("DESTINATION"))
    ).is_empty()


@pytest.mark.parametrize("file", STOCKS)
def test_a_stock_says_what_it_counts_by(shared_data, file):
    stock = read("worldbank", (shared_data / file).read_bytes(), file=file).tables["STOCK"]
    assert set(stock.select("CRITERION", COVERAGE=pl.lit(None)).rows()) == STOCKS[file]


@pytest.mark.parametrize(
    ("letters", "criterion", "coverage"),
    [
        ("B", "BIRTH", "_T"),
        ("BR", "BIRTH", "_T"),
        ("BI", "BIRTH", "_T"),
        ("C", "CITIZENSHIP", "FOREIGNERS"),
        ("CR", "CITIZENSHIP", "FOREIGNERS"),
        ("BC", "MIXED", None),
        ("I", None, None),
        (None, "MIXED", None),
    ],
)
def test_letters_of_a_data_type_say_the_criterion(letters, criterion, coverage):
    found = stock_definitions(pl.DataFrame({"BASIS": [letters]}, schema={"BASIS": pl.String}), otherwise="MIXED")
    assert found.select("CRITERION", "COVERAGE").row(0) == (criterion, coverage)


def test_what_a_table_says_itself_stays():
    stock = pl.DataFrame({"BASIS": ["B"], "CRITERION": ["CITIZENSHIP"], "COVERAGE": ["_T"]})
    assert stock_definitions(stock).equals(stock)
    assert stock_definitions(pl.DataFrame({"ORIGIN": ["MEX"]}))["CRITERION"].to_list() == [None]
