"""The World Bank's bilateral stocks of 1960 to 2000: the tidy derivative, years in reverse, the publisher's own export."""

import gzip

import polars as pl
import pytest

from corridors.collect.catalogue import read
from corridors.concepts.findings import DataError

PUBLISHED = {"1960": 93_067_709, "1970": 105_785_865, "1980": 120_174_332, "1990": 141_854_107, "2000": 167_063_706}


def reading_of(raw, file="given.csv"):
    return read("worldbank", raw, file=file)


def row_of(table, **key):
    [row] = table.filter(**key).iter_rows(named=True)
    return row


GBMD = "sex,origincode,destcode,1960,1970,1980,1990,2000\n"
PAIR = ("Female,MEX,USA,200,250,300,350,400\n", "Male,MEX,USA,100,150,200,250,300\n")


def gbmd(*lines, header=GBMD):
    return (header + "".join(lines)).encode()


def test_bilateral_stocks_come_by_sex_and_together_at_mid_year():
    reading = reading_of(gbmd(*PAIR))
    stock = reading.tables["STOCK"]
    assert (reading.product, reading.revision, stock.height) == ("worldbank-gbmd-stocks", "2011", 15)
    both = row_of(stock, SEX="_T", TIME_PERIOD="2000-07-01")
    assert both["OBS_VALUE"] == 700
    assert (both["SOURCE"], both["NOTE"], both["OBS_STATUS"]) == ("worldbank-gbmd-2011", "census round", "A")
    assert "not those of the whole database" in reading.evidence[-1]


def test_codes_from_before_2017_and_the_placeholder_are_known():
    lines = [f"{sex},{o},{d},1,1,1,1,1\n" for sex in ("Female", "Male") for o, d in (("KSV", "IMY"), ("ROM", "USA"))]
    stock = reading_of(gbmd(*lines, "Female,zzz,USA,,,,,\n", "Male,zzz,USA,,,,,\n")).tables["STOCK"]
    assert set(stock.select("ORIGIN", "DESTINATION").iter_rows()) == {("XKX", "IMN"), ("ROU", "USA")}


def test_blank_unavailable_and_own_country_are_three_things_and_zero_a_fourth():
    lines = [
        f"{sex},{pair},{cells}\n"
        for sex in ("Female", "Male")
        for pair, cells in (("CHI,FRA", ",,,,"), ("FRA,FRA", "0,0,0,0,0"), ("VGB,FRA", "0,..,0,0,0"))
    ]
    stock = reading_of(gbmd(*lines)).tables["STOCK"].filter(TIME_PERIOD="1970-07-01")
    found = {(row["ORIGIN"], row["SEX"]): (row["OBS_VALUE"], row["OBS_STATUS"]) for row in stock.iter_rows(named=True)}
    for sex in ("F", "M", "_T"):
        assert found["CHI", sex] == (None, "L")
        assert found["FRA", sex] == (None, "M")
        assert found["VGB", sex] == (None, "O")
    assert row_of(reading_of(gbmd(*lines)).tables["STOCK"], ORIGIN="VGB", SEX="_T", TIME_PERIOD="1980-07-01") == {
        "ORIGIN": "VGB", "DESTINATION": "FRA", "SEX": "_T", "AGE": "_T", "TIME_PERIOD": "1980-07-01",
        "SOURCE": "worldbank-gbmd-2011", "UNIT_MEASURE": "PS", "OBS_VALUE": 0, "OBS_STATUS": "A", "CRITERION": "MIXED",
        "NOTE": "census round",
    }  # fmt: skip


REHOSTED = "sex,destcode,origincode,Y2000,Y1990,Y1980,Y1970,Y1960\n"


def test_years_labelled_backwards_are_refused_though_no_step_falls_by_a_third(findings_of):
    raw = gbmd("Female,USA,MEX,50,60,70,80,90\n", "Male,USA,MEX,50,60,70,80,90\n", header=REHOSTED)
    [finding] = findings_of("worldbank", raw, file="m.csv")
    assert (finding.code, finding.place) == ("total-implausible", "m.csv, years 1960, 1970, 1980, 1990, 2000")
    assert finding.fact == "the total falls from 180 in 1960 to 100 in 2000"
    assert "turn the labels round" in finding.mend


def test_the_published_totals_in_reverse_are_told(findings_of):
    cells = ",".join(str(total / 2) for total in PUBLISHED.values())
    raw = gbmd(f"Female,USA,MEX,{cells}\n", f"Male,USA,MEX,{cells}\n", header=REHOSTED)
    [finding] = findings_of("worldbank", raw)
    assert "from the last year to the first, the totals are those published" in finding.fact


def test_the_re_hosted_labels_in_their_right_order_are_read():
    raw = gbmd("Female,USA,MEX,90,80,70,60,50\n", "Male,USA,MEX,90,80,70,60,50\n", header=REHOSTED)
    assert row_of(reading_of(raw).tables["STOCK"], SEX="_T", TIME_PERIOD="1960-07-01")["OBS_VALUE"] == 100


@pytest.mark.parametrize(
    ("raw", "code", "place", "fact"),
    [
        (gbmd(*PAIR, "Female,ATL,USA,1,1,1,1,1\n"), "area-unknown", "f.csv, row 4, column origincode", "'ATL' is no known"),
        (gbmd(*PAIR, "Girls,MEX,FRA,1,1,1,1,1\n"), "code-unknown", "f.csv, row 4, column sex", "'Girls' is not allowed"),
        (gbmd(*PAIR, "Male,MEX,FRA,1,1,-1,1,1\n"), "value-negative", "f.csv, row 4, column 1980", "negative figure -1"),
        (gbmd(*PAIR, "Male,MEX,FRA,1,1,x,1,1\n"), "value-unreadable", "f.csv, row 4, column 1980", "'x' is no figure"),
        (gbmd(*PAIR, "Male,MEX,FRA,1,1,1,1,1\n"), "sex-missing", "f.csv, row 4", "figures for one sex only"),
        (gbmd(*PAIR, PAIR[1].replace("100", "7")), "key-duplicate", "f.csv, rows 3, 4", "100 and 7 for MEX, USA, M, 1960"),
        (gbmd(*PAIR).replace(b",1980", b",1985"), "column-missing", "f.csv, row 1", "no column 1980"),
        (gbmd(*PAIR).replace(b"destcode", b"destcode,age"), "column-unknown", "f.csv, row 1", "column 'age' is none"),
    ],
)  # fmt: skip
def test_a_fault_of_the_bilateral_stocks_is_named_by_row(findings_of, raw, code, place, fact):
    found = findings_of("worldbank", raw, file="f.csv")
    assert [f for f in found if (f.code, f.place) == (code, place) and f.fact.startswith(fact)], found


EXPORT = (
    "Country Origin Name,Country Origin Code,Migration by Gender Name,Migration by Gender Code,Country Dest Name,"
    "Country Dest Code,1960 [1960],2000 [2000]\n"
)


def test_the_publishers_own_export_of_bilateral_stocks_is_read():
    lines = [
        line
        for sex, n in (("TOT", 30), ("FEM", 20), ("MAL", 10))
        for line in (f"Mexico,MEX,x,{sex},United States,USA,{n},..\n", f"Cuba,CUB,x,{sex},United States,USA,0,{n}\n")
    ]
    footer = (
        ",,,,,,,\n,,,,,,,\nData from database: Global Bilateral Migration,,,,,,,\nLast Updated: 06/28/2011,,,,,,,\n"
    )
    reading = reading_of(("﻿" + EXPORT + "".join(lines) + footer).encode())
    stock = reading.tables["STOCK"]
    assert reading.product == "worldbank-gbmd-stocks"
    assert row_of(stock, ORIGIN="MEX", SEX="_T", TIME_PERIOD="1960-07-01")["OBS_VALUE"] == 30
    assert set(stock.filter(ORIGIN="MEX", TIME_PERIOD="2000-07-01")["OBS_STATUS"]) == {"O"}
    by_sex = reading_of((EXPORT + "".join(lines[2:])).encode()).tables["STOCK"]
    assert row_of(by_sex, ORIGIN="MEX", SEX="_T", TIME_PERIOD="1960-07-01")["OBS_VALUE"] == 30


def test_an_export_of_bilateral_stocks_names_its_faults(findings_of):
    found = findings_of("worldbank", (EXPORT + "Mexico,MEX,x,ALL,Atlantis,ATL,1,1\n").encode(), file="f.csv")
    assert {(f.code, f.place) for f in found} == {
        ("code-unknown", "f.csv, row 2, column migration by gender code"),
        ("area-unknown", "f.csv, row 2, column country dest code"),
    }
    [finding] = findings_of("worldbank", EXPORT.replace("1960 [1960]", "1965 [1965]").encode() + b"a,b,c,d,e,f,1,2\n")
    assert (finding.code, finding.fact) == ("period-unreadable", "1965 is no year of this database")


def test_the_bilateral_stocks_sum_to_the_published_totals(shared_data):
    raw = (shared_data / "undesa/worldbank_gbmd_1960_2000_by_sex_labels_corrected.csv.gz").read_bytes()
    reading = reading_of(raw)
    stock = reading.tables["STOCK"]
    assert stock.height == 231 * 231 * 5 * 3
    for sexes in (["_T"], ["F", "M"]):
        totals = stock.filter(pl.col("SEX").is_in(sexes)).group_by("TIME_PERIOD").agg(pl.col("OBS_VALUE").sum())
        assert dict(totals.iter_rows()) == {f"{year}-07-01": total for year, total in PUBLISHED.items()}
    assert reading.evidence[-1].endswith("those published")
    text = gzip.decompress(raw).decode()
    turned = text.replace("1960,1970,1980,1990,2000", "2000,1990,1980,1970,1960", 1)
    with pytest.raises(DataError, match="the totals are those published"):
        reading_of(turned.encode())
