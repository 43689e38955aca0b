"""What changed from one version of a table to another."""

import json

import polars as pl
import pytest
from tests.store.tables import population, publish

from corridors.cli import main
from corridors.store.diff import diff
from corridors.store.vintages import Store


def stock(**columns):
    return pl.DataFrame(
        {
            "ORIGIN": ["MEX"],
            "DESTINATION": ["USA"],
            "SEX": ["_T"],
            "AGE": ["_T"],
            "TIME_PERIOD": ["2020-07-01"],
            "SOURCE": ["S"],
            "UNIT_MEASURE": ["PS"],
            "OBS_VALUE": [5.0],
            "OBS_STATUS": ["A"],
            **{name: [value] for name, value in columns.items()},
        }
    )


def test_a_diff_counts_added_removed_and_revised():
    found = diff(population(1, 2), population(1, 3, 4, source="T"), "POPULATION")
    assert (found.added, found.removed, found.revised, found.unchanged) == (1, 0, 1, 1)
    assert found.table.select("AREA", "CHANGE", "BEFORE", "AFTER").rows() == [
        ("DEU", "revised", 2.0, 3.0),
        ("MEX", "added", None, 4.0),
    ]
    back = diff(population(1, 3, 4), population(1, 2), "POPULATION")
    assert (back.added, back.removed, back.revised) == (0, 1, 1)
    same = diff(population(1, None), population(1, None), "POPULATION")
    assert (same.unchanged, same.table.height) == (2, 0)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"BASIS": "C"}, "BASIS"),
        ({"UNIT_MEASURE": "EV"}, "UNIT_MEASURE"),
        ({"OBS_STATUS": "E"}, "OBS_STATUS"),
        ({"OBS_VALUE": 6.0, "NOTE": "revised"}, "OBS_VALUE, NOTE"),
        ({"BASIS": None}, "BASIS"),
    ],
)
def test_every_column_that_is_no_key_is_compared(changed, told):
    found = diff(stock(BASIS="B"), stock(**{"BASIS": "B", **changed}), "STOCK")
    assert (found.revised, found.unchanged) == (1, 0)
    assert found.table["CHANGED"].to_list() == [told]


def test_a_column_that_only_one_table_has_is_blank_in_the_other():
    assert diff(stock(), stock(BASIS="B"), "STOCK").table["CHANGED"].to_list() == ["BASIS"]
    assert diff(stock(BASIS="B"), stock(), "STOCK").table["CHANGED"].to_list() == ["BASIS"]
    assert diff(stock(), stock(BASIS=None), "STOCK").unchanged == 1


def test_a_diff_shows_figure_and_status_before_and_after():
    [row] = diff(population(1), population(None), "POPULATION").table.rows(named=True)
    assert (row["BEFORE"], row["AFTER"], row["STATUS_BEFORE"], row["STATUS_AFTER"]) == (1.0, None, "A", "L")
    assert row["CHANGED"] == "OBS_VALUE, OBS_STATUS"


def test_two_products_may_be_compared_and_are_called_so(tmp_path, capsys):
    store = Store(tmp_path)
    one, same, other = publish(store, 1, 2), publish(store, 1, 3), publish(store, 1, 4, product="q")
    assert main(["store", "diff", one.id, other.id, "--store", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["two products: from p to q", "0 added, 0 removed, 1 revised, 1 unchanged"]
    assert all(word in "".join(lines) for word in ("STATUS_BEFORE", "STATUS_AFTER", "CHANGED"))
    assert main(["store", "diff", one.id, same.id, "--store", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("0 added")
    assert main(["store", "diff", one.id, other.id, "--json", "--store", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["products"] == ["p", "q"]


def test_several_sources_in_one_table_are_refused():
    both = pl.concat([population(1), population(1, source="T")])
    with pytest.raises(ValueError, match="the table before holds several sources"):
        diff(both, population(1), "POPULATION")
