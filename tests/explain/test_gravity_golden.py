"""Published fits and those of two other programs, at the tolerances that are stated with them."""

import json

import polars as pl
import pytest

from corridors.explain.gravity import ppml


@pytest.fixture
def golden(shared_data):
    return shared_data / "golden_drivers"


@pytest.fixture
def expected(golden):
    return json.loads((golden / "expected.json").read_text())


def near(found, coefficients, errors):
    assert list(found.coefficients.values()) == pytest.approx(coefficients, abs=1e-6)
    assert list(found.errors.values()) == pytest.approx(errors, rel=1e-5)


def test_trade_of_35_countries_with_all_three_effects(golden, expected):
    want = expected["trade35_TOTAL_3way"]
    table = pl.read_csv(golden / "trade_fta_35.csv.gz").filter(pl.col("category") == "TOTAL")
    found = ppml("trade ~ fta | o^t + d^t + o^d", table, keys=("isoexp", "isoimp", "year"), bias="wz")
    near(found, [want["coef"]], [want["se_cluster_pair"]])
    assert found.n == want["N"]
    assert found.deviance == pytest.approx(want["deviance"], rel=1e-8)
    assert found.bias["fta"] == pytest.approx(want["wz_bias"], abs=1e-8)
    assert found.adjusted_errors["fta"] == pytest.approx(want["wz_adjusted_se"], abs=1e-6)


def test_the_published_corrections_for_65_countries(golden, expected):
    want = expected["trade65_MANUF_3way"]
    table = pl.read_csv(golden / "trade_fta_65.csv.gz", infer_schema_length=None)
    found = ppml("MANUF ~ fta | o^t + d^t + o^d", table, keys=("isoexp", "isoimp", "year"), bias="wz")
    near(found, [want["measured"]["coef"]], [want["measured"]["se_cluster_pair"]])
    assert found.n == want["measured"]["N"]
    assert found.dropped == {"origin-destination without flow": 200}
    assert found.bias["fta"] == pytest.approx(want["published"]["bias"], abs=1e-8)
    assert found.adjusted_errors["fta"] == pytest.approx(want["published"]["adjusted_se"], abs=1e-6)
    assert found.tidy()["estimate"][0] == pytest.approx(want["published"]["corrected"], abs=1e-6)


def test_the_advanced_guide_without_domestic_trade(golden, expected):
    want = expected["agtpa_2way"]
    table = pl.read_csv(golden / "agtpa_1986_2006.csv.gz", infer_schema_length=None)
    table = table.filter(pl.col("exporter") != pl.col("importer"))
    formula = "trade ~ log(dist) + cntg + lang + clny + rta | o^t + d^t"
    found = ppml(formula, table, keys=("exporter", "importer", "year"), cluster="pair_id")
    near(found, list(want["coef"].values()), list(want["se"].values()))
    assert found.n == want["N"]


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("korea_pooled", "flow ~ log(dist_pw) + contig + log(orig_pop) + log(dest_pop) | t"),
        ("korea_twoway", "flow ~ log(dist_pw) + contig | o^t + d^t"),
    ],
)
def test_moves_between_korean_regions(golden, expected, name, formula):
    want = expected[name]
    table = pl.read_csv(golden / "korea_flows.csv.gz", infer_schema_length=None)
    found = ppml(formula, table, keys=("orig", "dest", "year"))
    near(found, list(want["coef"].values()), list(want["se_cluster_pair"].values()))
    assert found.deviance == pytest.approx(want["deviance"], rel=1e-8)
    assert found.n == want["N"]


def test_five_year_flows_between_countries(golden, expected):
    want = expected["mig5_ppml_2way"]
    flows = pl.read_csv(golden / "mig5_flow.csv.gz", infer_schema_length=None).with_columns(listed=True)
    pairs = pl.read_csv(golden / "mig5_pair.csv.gz", infer_schema_length=None).filter(pl.col("orig") != pl.col("dest"))
    years = pl.DataFrame({"year0": [1995, 2000, 2005, 2010, 2015]})
    # A pair without a row has no flow; a row without a number is missing.
    table = pairs.join(years, how="cross").join(flows, on=["orig", "dest", "year0"], how="left", validate="1:1")
    table = table.with_columns(
        flow=pl.when(pl.col("listed").is_null()).then(0.0).otherwise(pl.col("flow")),
        stock=pl.col("migrant_stock").fill_null(0),
    )
    formula = "flow ~ log1p(stock) + log(dist) + contig + comlang_off | o^t + d^t"
    found = ppml(formula, table, keys=("orig", "dest", "year0"))
    near(found, list(want["coef"].values()), list(want["se"].values()))
    assert found.deviance == pytest.approx(want["deviance"], rel=1e-8)
    assert found.n == want["N"]
