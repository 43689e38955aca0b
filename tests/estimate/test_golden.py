"""Published and golden tables: R package migest 2.0.5 taken to its exact limit, see the sets' own notes."""

import numpy as np
import polars as pl
import pytest
from tests.estimate import golden

from corridors.estimate.flows import estimate_flows

CASES = ("dr2013", "imr2018", "imr2018_seed", "science2014", "scidata2019")


@pytest.fixture(scope="module")
def sets(shared_data):
    return {name: (shared_data / "golden_flows" / name) for name in golden.SETS}


@pytest.mark.parametrize("name", golden.SETS)
def test_every_method_equals_its_golden_column(sets, name):
    given = golden.inputs(sets[name])
    codes = given["births"]["destination"].values.tolist()
    frame = golden.table(sets[name], "golden_od.csv")
    for column, method, match in golden.COLUMNS:
        found = estimate_flows(**given, method=method, match=match)
        golden.assert_close(found.flow.values, golden.cells(frame, column, codes), method)


@pytest.mark.parametrize("name", ["n20_s101", "n60_s102", "un40"])
def test_accounted_tables_equal_the_golden_ones(sets, name):
    given = golden.inputs(sets[name])
    found = estimate_flows(**given, match="before")
    for part, array in (("start", found.start), ("end", found.end)):
        expected = golden.table(sets[name], f"golden_adjusted_{part}.csv")
        assert expected["birth"].to_list() == array["birthplace"].values.tolist()
        np.testing.assert_allclose(array.values, expected.drop("birth").to_numpy(), rtol=1e-6, atol=1e-3)


@pytest.mark.parametrize("name", ["n20_s101", "n60_s102", "un61_2010", "un40"])
@pytest.mark.parametrize(("method", "prefix"), [("min-closed", "min"), ("pb-closed", "pb")])
def test_types_of_move_equal_the_golden_ones(sets, name, method, prefix):
    found = estimate_flows(**golden.inputs(sets[name]), method=method, match="before")
    codes = found.flow["origin"].values.tolist()
    frame = golden.table(sets[name], "golden_types.csv")
    for kind, array in (("outward", found.outward), ("return", found.returned), ("transit", found.transit)):
        golden.assert_close(array.values, golden.cells(frame, f"{prefix}_{kind}", codes), method)


@pytest.mark.parametrize("name", ["n20_s101", "n60_s102", "un61_2010"])
def test_flows_of_one_birthplace_equal_the_golden_sample(sets, name):
    given = golden.inputs(sets[name])
    frame = golden.table(sets[name], "golden_birthplace.csv")
    for method, column in (("min-closed", "da_min_closed"), ("ind-closed", "da_ind_closed")):
        found = estimate_flows(**given, method=method, match="before")
        for (birth,), rows in list(frame.group_by("birth", maintain_order=True))[:5]:
            flows = found.of_birthplace(birth)
            moved = rows.filter(pl.col("orig") != pl.col("dest"))
            values = [float(flows.sel(origin=o, destination=d)) for o, d in moved.select("orig", "dest").iter_rows()]
            golden.assert_close(np.array(values), moved[column].to_numpy(), method)


def _case(shared_data, case):
    frame = pl.read_csv(shared_data / "golden_flows" / "cases4" / "inputs.csv").filter(pl.col("case") == case)
    codes = ["A", "B", "C", "D"]
    stocks = {
        f"stock_{part}": golden.stock(
            golden.cells(frame.filter(pl.col("table") == f"stock_{part}"), "value", codes, ("birth", "residence")),
            codes,
        )
        for part in ("start", "end")
    }
    vital = {
        part: golden.events(golden.cells(frame.filter(pl.col("table") == part), "value", codes, ("residence",)), codes)
        for part in ("births", "deaths")
    }
    return stocks | vital


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    ("column", "method", "match"),
    [
        ("da_min_closed_exact", "min-closed", "before"),
        ("da_min_closed_after_exact", "min-closed", "after"),
        ("da_ind_closed_exact", "ind-closed", "before"),
        ("da_ind_closed_after_exact", "ind-closed", "after"),
        ("da_min_open", "min-open", "after"),
        ("da_min_opendr", "min-open-dr", "after"),
        ("da_ind_opendr", "ind-open-dr", "after"),
    ],
)
def test_worked_examples_of_the_papers_by_birthplace(shared_data, case, column, method, match):
    frame = pl.read_csv(shared_data / "golden_flows" / "cases4" / "outputs.csv").filter(
        (pl.col("case") == case) & (pl.col("method") == column)
    )
    found = estimate_flows(**_case(shared_data, case), method=method, match=match)
    for birth in ["A", "B", "C", "D"]:
        expected = golden.cells(frame.filter(pl.col("birth") == birth), "flow", ["A", "B", "C", "D"])
        np.fill_diagonal(expected, 0)
        golden.assert_close(found.of_birthplace(birth).values, expected, method)
