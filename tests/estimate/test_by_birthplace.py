"""Flows by birthplace, one birthplace at a time: they sum to all flows, and only zeros are left out."""

import polars as pl
import pytest
from tests.harmonise import worlds

from corridors.concepts.findings import DataError
from corridors.estimate.by_birthplace import COLUMNS, birthplace_flows
from corridors.estimate.world import estimate_world

KEY = ["ORIGIN", "DESTINATION", "SEX", "TIME_PERIOD", "METHOD"]
DAYS = ("2010-07-01", "2015-07-01", "2019-07-01")


def tables(*, blocked=False):
    """Three areas, three dates with an uneven last step, and one origin that is no residence."""
    cells = {
        ("AUT", "FRA"): (10, 30, 25),
        ("FRA", "AUT"): (40, 20, 60),
        ("AUT", "ISL"): (5, 9, 9),
        ("XXX", "AUT"): (7, 9, 3),
    }
    cells[("ISL", "FRA")] = (0, 0, 0) if blocked else (3, 8, 1)
    people = {"AUT": (900, 950, 900), "FRA": (900, 880, 990), "ISL": (100, 120, 140)}
    rows = [(*pair, "_T", day, float(n)) for pair, row in cells.items() for day, n in zip(DAYS, row, strict=True)]
    steps = ("2010-07-01/P5Y", "2015-07-01/P4Y")
    events = [(area, what, "_T", step, 0.0) for area in people for what in ("BIRTHS", "DEATHS") for step in steps]
    counts = [(area, "_T", day, float(n)) for area, row in people.items() for day, n in zip(DAYS, row, strict=True)]
    if blocked:
        rows = [row for row in rows if row[:2] != ("AUT", "ISL")] + [("AUT", "ISL", "_T", day, 0.0) for day in DAYS]
    return {
        "STOCK": worlds.stock(rows),
        "POPULATION": worlds.by_area(counts),
        "VITAL": worlds.by_area(events, measure=True),
    }


@pytest.mark.parametrize("unknown", ["native", "birthplace", "spread"])
def test_birthplaces_sum_to_all_flows(unknown):
    methods = ("min-closed", "pb-closed", "ind-closed", "min-open")
    parts = list(birthplace_flows(tables(), methods=methods, unknown=unknown))
    assert all(part.columns == list(COLUMNS) for part in parts)
    assert all(part.get_column("BIRTHPLACE").n_unique() == 1 for part in parts)
    rows = pl.concat(parts)
    assert rows.get_column("OBS_VALUE").min() > 0
    assert rows.get_column("TIME_PERIOD").unique().sort().to_list() == ["2010-07-01/P5Y", "2015-07-01/P4Y"]
    sums = rows.group_by(KEY).agg(pl.col("OBS_VALUE").sum().alias("sum"))
    whole = estimate_world(tables(), methods=methods, unknown=unknown).flow
    both = whole.join(sums, on=KEY, how="full", validate="1:1", coalesce=True).fill_null(0.0)
    assert both.height == whole.height
    assert (both["OBS_VALUE"] - both["sum"]).abs().max() < 1e-9


def test_methods_without_birthplaces_are_refused():
    with pytest.raises(ValueError, match="rvr does not say where those who moved were born; there are min-closed"):
        next(birthplace_flows(tables(), methods=["min-closed", "rvr"]))


def test_faults_of_all_accounts_come_at_once_and_no_rows_after_the_first():
    seen, methods = [], ["min-closed", "pb-closed"]
    with pytest.raises(DataError) as caught:
        seen.extend(birthplace_flows(tables(blocked=True), methods=methods))
    assert seen == []
    assert {finding.place[:9] for finding in caught.value.findings} == {"2010-2015", "2015-2019"}
