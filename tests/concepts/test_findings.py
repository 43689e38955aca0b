"""Findings print what is wrong, where, and what mends it; every code is documented."""

import ast
import csv
import io
from importlib.resources import files
from pathlib import Path

import pytest

import corridors
from corridors.concepts.codelists import codelist
from corridors.concepts.findings import DataError, Finding, raise_if_any

TWO = [
    Finding("area-unknown", "stock.csv, row 7", "'Freedonia' is no known area", "add it"),
    Finding("key-duplicate", "stock.csv, row 9", "2 rows for MEX, USA", "keep one, the newer"),
]


def test_all_findings_are_raised_at_once_and_printed_with_place_fact_and_mend():
    with pytest.raises(DataError) as raised:
        raise_if_any(TWO)
    text = str(raised.value)
    assert text.startswith("2 findings")
    for finding in TWO:
        assert finding.place in text
        assert finding.fact in text
        assert finding.mend in text


def test_no_finding_raises_nothing():
    raise_if_any([])
    assert DataError([]).findings == ()


def test_findings_are_written_as_csv_for_the_office():
    rows = list(csv.DictReader(io.StringIO(DataError(TWO).to_csv())))
    assert [row["code"] for row in rows] == ["area-unknown", "key-duplicate"]
    assert rows[1]["mend"] == "keep one, the newer"


def _codes_in_use():
    for path in Path(str(files(corridors))).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding":
                named = {keyword.arg: keyword.value for keyword in node.keywords}
                code = node.args[0] if node.args else named.get("code")
                if isinstance(code, ast.Constant):
                    yield path.name, code.value


def test_every_code_in_use_is_in_the_code_list():
    undocumented = sorted({(file, code) for file, code in _codes_in_use() if code not in codelist("FINDING")})
    assert undocumented == []
