"""What each report counts, read off notes and rules, and every fault of it."""

import polars as pl
import pytest

from corridors.concepts.findings import DataError
from corridors.harmonise.definitions import defined_reports


def row(origin="AAA", destination="BBB", reporter="BBB", **others):
    return {
        "ORIGIN": origin, "DESTINATION": destination, "REPORTER": reporter, "TIME_PERIOD": "2012", "OBS_VALUE": 7.0,
        "NOTE": None, **others,
    }  # fmt: skip


def rule(area, origin, destination, months):
    return {
        "AREA": area, "ORIGIN": origin, "DESTINATION": destination, "MEASURE": "DURATION_RULE", "TIME_PERIOD": "2012",
        "OBS_VALUE": months,
    }  # fmt: skip


def table(rows):
    return pl.DataFrame(rows, schema_overrides={"NOTE": pl.String, "OBS_VALUE": pl.Float64}, infer_schema_length=None)


def test_notes_rules_and_classes_go_to_their_reports_and_blanks_stay_blank():
    observed = table(
        [
            row(NOTE="undercount low; accuracy high"),
            row(reporter="AAA", NOTE="undercount medium"),
            row(origin="CCC"),
            row(origin="BBB"),
            row(origin="DDD", OBS_VALUE=None),
        ]
    )
    rules = pl.DataFrame(
        [
            rule("BBB", "AAA", "BBB", 3.0),
            rule("BBB", "W001", "BBB", 12.0),
            rule("AAA", "AAA", "BBB", 60.0),
        ]
    )
    classes = pl.DataFrame({"AREA": ["AAA", "BBB"], "ROLE": ["origin", "origin"], "UNDERCOUNT": ["high", "excellent"]})
    found = defined_reports(observed, rules=rules, undercount=classes).sort("ORIGIN", "REPORTER")
    assert found.select("ORIGIN", "REPORTER", "DURATION", "UNDERCOUNT", "ACCURACY").rows() == [
        ("AAA", "AAA", 60.0, "high", None),
        ("AAA", "BBB", 3.0, "low", "high"),
        ("CCC", "BBB", 12.0, None, None),
    ]


def test_an_unknown_class_a_report_that_stands_twice_and_one_below_zero_are_named_together():
    observed = table([row(NOTE="undercount huge; accuracy high"), row(origin="CCC"), row(origin="CCC"),
                      row(origin="DDD", OBS_VALUE=-2.0)])  # fmt: skip
    with pytest.raises(DataError) as caught:
        defined_reports(observed)
    assert [one.code for one in caught.value.findings] == ["class-unknown", "report-repeated", "value-negative"]
    assert "'huge' in 1 reports is no class" in str(caught.value)
    assert "CCC to BBB, 2012, as BBB counted it: 2 rows" in str(caught.value)
    assert "-2 persons" in str(caught.value)
