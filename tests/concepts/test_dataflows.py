"""A table either is its dataflow or gets a finding for every way in which it is not."""

from typing import get_args

import polars as pl
import pytest

from corridors.concepts.codelists import CodeListName, codelist
from corridors.concepts.dataflows import DataflowName, dataflow, validate

GOOD = {
    "ORIGIN": ["MEX", "XXX"],
    "DESTINATION": ["USA", "USA"],
    "SEX": ["F", "F"],
    "AGE": ["_T", "_T"],
    "TIME_PERIOD": ["2020-07-01", "2020-07-01"],
    "SOURCE": ["S", "S"],
    "UNIT_MEASURE": ["PS", "PS"],
    "OBS_VALUE": [10.0, None],
    "OBS_STATUS": ["A", "L"],
}


def stock(**changes):
    return pl.DataFrame({**GOOD, **changes}, strict=False)


def codes(table):
    return [finding.code for finding in validate(table, "STOCK", place="stock.csv")]


def test_a_good_table_has_no_finding():
    assert codes(stock()) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ORIGIN": ["Freedonia", "XXX"]}, "area-unknown"),
        ({"SEX": ["F", "female"]}, "code-unknown"),
        ({"AGE": ["_T", "25-29"]}, "code-unknown"),
        ({"TIME_PERIOD": ["2020-07-01", "mid-2020"]}, "period-unreadable"),
        ({"ORIGIN": ["MEX", "MEX"]}, "key-duplicate"),
        ({"OBS_STATUS": ["A", "A"]}, "value-missing"),
        ({"OBS_STATUS": ["O", "L"]}, "value-missing"),
        ({"OBS_VALUE": [-1.0, None]}, "value-negative"),
    ],
)
def test_each_fault_has_its_finding(changes, code):
    assert codes(stock(**changes)) == [code]


def test_missing_and_unknown_columns_are_all_named():
    findings = validate(stock().drop("SEX", "AGE").with_columns(REMARK=pl.lit("x")), "STOCK", place="stock.csv")
    assert sorted((f.code, f.fact) for f in findings) == [
        ("column-missing", "no column AGE"),
        ("column-missing", "no column SEX"),
        ("column-unknown", "column REMARK is not defined"),
    ]


def test_names_of_lists_and_dataflows_are_refused_with_what_there_is():
    with pytest.raises(ValueError, match="OBS_STATUS"):
        codelist("NOPE")
    with pytest.raises(ValueError, match="POPULATION"):
        dataflow("NOPE")


@pytest.mark.parametrize("name", get_args(DataflowName))
def test_every_dataflow_is_complete(name):
    flow = dataflow(name)
    assert flow.title
    assert flow.text
    assert {"SOURCE"} <= {column.name for column in flow.key}
    assert {"UNIT_MEASURE", "OBS_VALUE", "OBS_STATUS"} <= {column.name for column in flow.attributes}
    assert set(flow.schema()) == {column.name for column in flow.columns}


@pytest.mark.parametrize("name", get_args(CodeListName))
def test_every_code_list_has_names(name):
    assert all(entry.code and entry.name and entry.description for entry in codelist(name).values())


def test_a_cost_may_lie_below_zero_and_money_sent_may_not():
    row = {"SENDER": "USA", "RECEIVER": "MEX", "TIME_PERIOD": "2020-Q1", "SOURCE": "s", "UNIT_MEASURE": "PT"}
    cost = pl.DataFrame([{**row, "MEASURE": "REMITTANCE_COST", "OBS_VALUE": -2.25, "OBS_STATUS": "A"}])
    assert validate(cost, "REMITTANCE", place="f") == []
    [finding] = validate(cost.with_columns(MEASURE=pl.lit("REMITTANCE")), "REMITTANCE", place="f")
    assert finding.code == "value-negative"


def indicator(**changes):
    base = {"AREA": "FRA", "ORIGIN": None, "DESTINATION": None, "MEASURE": "UNEMPLOYMENT", "TIME_PERIOD": "2020"}
    base |= {"SOURCE": "s", "UNIT_MEASURE": "PT", "OBS_VALUE": 1.0, "OBS_STATUS": "A"}
    return pl.DataFrame({name: [value] * 2 for name, value in base.items()} | changes)


def test_an_indicator_may_be_by_sex_and_age_and_is_a_total_where_it_is_not():
    assert dataflow("INDICATOR").key_of(["AREA"]) == [column.name for column in dataflow("INDICATOR").key]
    assert validate(indicator(SEX=["F", "M"], AGE=["_T", "_T"]), "INDICATOR", place="f") == []
    assert validate(indicator(SEX=["F", "F"], AGE=["_U", "Y15T24"]), "INDICATOR", place="f") == []
    [finding] = validate(indicator(), "INDICATOR", place="f")
    assert finding.code == "key-duplicate"
    # A blank sex is that of both.
    [finding] = validate(indicator(SEX=["_T", None]), "INDICATOR", place="f")
    assert finding.code == "key-duplicate"
    [finding] = validate(indicator(SEX=["F", "women"]), "INDICATOR", place="f")
    assert finding.code == "code-unknown"


@pytest.mark.parametrize("period", ["2020-S1", "2020-S2", "2020-Q4", "2020-12", "2020", "2020-07-01/P5Y"])
def test_halves_quarters_months_and_years_are_periods(period):
    assert codes(stock(TIME_PERIOD=[period] * 2, SEX=["_U", "F"], AGE=["_T", "_U"])) == []


def test_half_years_are_two():
    assert codes(stock(TIME_PERIOD=["2020-S3", "2020-07-01"])) == ["period-unreadable"]
