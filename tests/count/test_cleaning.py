"""A border register into crossings in order: the slow twin, the traveller sample, and what cannot be read."""

import csv
import datetime
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.concepts.findings import DataError
from corridors.count.cleaning import clean
from corridors.count.crossings import classify
from corridors.count.rules import tw

sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))
import slow_registers as slow

DAY_0 = datetime.date(2020, 1, 1)


def date(number):
    return DAY_0 + datetime.timedelta(days=number)


def register(rows, **more):
    """Rows (person, day, direction)."""
    person, day, way = zip(*rows, strict=True)
    return pa.table({"PERSON": person, "DAY": [date(number) for number in day], "DIRECTION": way, **more})


def answer(table):
    return [((row["DAY"] - DAY_0).days, row["DIRECTION"], row["IMPUTED"]) for row in table.to_pylist()]


rows = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from("AD"), st.none() | st.integers(0, 3)), min_size=1, max_size=9
)


@settings(max_examples=150, deadline=None)
@given(st.lists(rows, min_size=1, max_size=3), st.sampled_from(["error", "late", "early", "mid"]), st.booleans())
def test_cleaning_is_its_slow_twin(people, missing, numbered):
    people = [[(day, way, seq if numbered else None) for day, way, seq in path] for path in people]
    given_rows = [(n, *row) for n, path in enumerate(people) for row in path]
    given_rows = given_rows[::2] + given_rows[1::2]
    seq = pa.array([row[3] for row in given_rows], pa.int64())
    found = clean(register([row[:3] for row in given_rows], SEQ=seq), missing=missing)
    for n in range(len(people)):
        mine = [(day, way, None, number) for person, day, way, number in given_rows if person == n]
        expected = slow.clean(mine, missing=missing)
        got = found.crossings.filter(pa.compute.equal(found.crossings["PERSON"], n))
        assert answer(got) == (expected or [])
        assert (n in found.errors["PERSON"].to_pylist()) == (expected is None)


def test_travellers_as_the_office_of_new_zealand_counts_them(shared_data):
    folder = shared_data / "register"

    def read(name):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    scans = [row for row in read("crossings.csv") if row["date_crossing"]]
    initial = {row["personId"]: "NR"[int(row["res_status_initial"])] for row in read("initial_status.csv")}
    for stay, window, name in ((365, 487, "12_16"), (274, 365, "9_12")):
        expected = {row["journeyId"]: row for row in read(f"expected_{name}.csv")}
        persons = {row["personId"] for row in read(f"errors_{name}.csv")}
        kept = [row for row in scans if row["personId"] not in persons and row["journeyId"] in expected]
        table = pa.table(
            {
                "PERSON": [row["personId"] for row in kept],
                "DAY": [datetime.date.fromisoformat(row["date_crossing"]) for row in kept],
                "DIRECTION": ["DA"[int(row["is_arrival"])] for row in kept],
                "SEQ": [int(row["journey_sequence"]) for row in kept],
                "JOURNEY": [row["journeyId"] for row in kept],
                "INITIAL": pa.array([initial.get(row["personId"]) for row in kept], pa.string()),
            }
        )
        cleaned = clean(table)
        found = classify(cleaned.crossings, rule=tw(stay, window), through=datetime.date(2040, 1, 1)).to_pylist()
        columns = {"BEFORE": "res_status_before", "AFTER": "res_status_after", "MIGRATION": "is_long_term_mig"}
        differ = [
            row["JOURNEY"]
            for row in found
            if any(
                int(row[ours] in ("R", True)) != int(expected[row["JOURNEY"]][name]) for ours, name in columns.items()
            )
        ]
        assert len(found) > 7_000
        assert differ == []


def test_instants_become_local_days_also_where_clocks_change():
    # In New York clocks go back on 2020-11-01: 03:59Z is 23:59 in summer time, 04:59Z on the 2nd is 23:59 in winter time.
    instants = ["2020-11-01T03:59+00:00", "2020-11-02T04:59+00:00"]
    table = pa.table(
        {
            "PERSON": [1, 1],
            "INSTANT": pa.array([datetime.datetime.fromisoformat(one) for one in instants], pa.timestamp("us", "UTC")),
            "DIRECTION": ["A", "D"],
        }
    )
    found = clean(table, zone="America/New_York")
    assert [day.isoformat() for day in found.crossings["DAY"].to_pylist()] == ["2020-10-31", "2020-11-01"]
    with pytest.raises(ValueError, match="needs the IANA name of its time zone"):
        clean(table)
    naive = table.set_column(1, "INSTANT", table["INSTANT"].cast(pa.timestamp("us")))
    with pytest.raises(DataError, match="without a time zone") as error:
        clean(naive, zone="America/New_York")
    assert error.value.findings[0].code == "instant-zoneless"


def test_the_error_list_names_rows_and_where_a_crossing_is_missing():
    found = clean(register([(1, 0, "A"), (2, 0, "A"), (1, 9, "A"), (2, 5, "D")], SEX=["F", "M", "F", "M"]))
    assert found.errors.to_pylist() == [
        {"ROW": 0, "PERSON": 1, "DAY": date(0), "DIRECTION": "A", "REASON": "person-set-aside"},
        {"ROW": 2, "PERSON": 1, "DAY": date(9), "DIRECTION": "A", "REASON": "opposite-missing"},
    ]
    assert found.crossings["SEX"].to_pylist() == ["M", "M"]


def test_a_second_scan_is_dropped_and_counted():
    found = clean(register([(1, 0, "A"), (1, 0, "A"), (1, 4, "D")]))
    assert (answer(found.crossings), found.duplicates) == ([(0, "A", False), (4, "D", False)], 1)


def test_rows_that_cannot_be_read_are_refused_or_set_aside_by_name():
    table = pa.table(
        {
            "PERSON": [1, None, 1, 2, 2],
            "DAY": [date(0), date(1), date(2), date(3), date(900)],
            "DIRECTION": ["A", "A", "D", "exit", "A"],
        }
    )
    with pytest.raises(DataError) as error:
        clean(table, through=date(100))
    assert [(one.code, one.place) for one in error.value.findings] == [
        ("crossing-incomplete", "register, rows 1"),
        ("direction-unknown", "register, rows 3"),
        ("crossing-later", "register, rows 4"),
    ]
    assert "1 rows of 1 persons lie after the last observed day" in str(error.value)
    assert "2022" not in str(error.value)
    found = clean(table, through=date(100), faulty="set_aside")
    assert answer(found.crossings) == [(0, "A", False), (2, "D", False)]
    assert found.errors["REASON"].to_pylist() == ["crossing-incomplete", "direction-unknown", "crossing-later"]


def test_registers_that_lack_columns_or_dates():
    with pytest.raises(DataError) as error:
        clean(pa.table({"DAY": ["2020-01-01"]}))
    assert [one.code for one in error.value.findings] == ["column-missing", "column-missing", "day-invalid"]
    assert "no column PERSON or DOCUMENT" in str(error.value)
    with pytest.raises(DataError, match="ROW is a column that cleaning writes"):
        clean(register([(1, 0, "A")], ROW=[1]))
    with pytest.raises(DataError, match="links: no column PERSON"):
        clean(register([(1, 0, "A")]), links=pa.table({"DOCUMENT": ["P1"]}))
    with pytest.raises(ValueError, match="zone is 'Mars/Olympus'; allowed are IANA names"):
        clean(register([(1, 0, "A")]), zone="Mars/Olympus")
    with pytest.raises(ValueError, match="missing is 'drop'; allowed are error, late, early, mid"):
        clean(register([(1, 0, "A")]), missing="drop")


def test_links_of_documents():
    table = register([(0, 0, "A"), (0, 5, "D"), (0, 5, "A")]).drop(["PERSON"])
    table = table.append_column("DOCUMENT", pa.array(["P1", "P2", "P3"]))
    links = pa.table({"DOCUMENT": ["P1", "P2"], "PERSON": ["one", "one"]})
    assert clean(table, links=links).crossings["PERSON"].to_pylist() == ["P3", "one", "one"]
    with pytest.raises(DataError, match="1 documents are listed more than once") as error:
        clean(table, links=pa.table({"DOCUMENT": ["P1", "P1"], "PERSON": ["one", "two"]}))
    assert error.value.findings[0].code == "document-linked-twice"
    with pytest.raises(DataError, match="numbered as persons of links are") as error:
        clean(table, links=pa.table({"DOCUMENT": ["P1", "P2"], "PERSON": ["P3", "P3"]}))
    assert error.value.findings[0].code == "document-ambiguous"


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        (pa.uint64(), [2**64 - 5, 2**64 - 1]),
        (pa.int64(), [-(2**63), 2**63 - 1]),
        (pa.int8(), [-128, 127]),
        (pa.string(), ["a", "b"]),
    ],
)
def test_persons_and_days_of_any_size_are_sorted(kind, numbers):
    low, high = numbers
    days = [datetime.date(9999, 12, 31), datetime.date(1, 1, 1), datetime.date(2020, 1, 1)]
    table = pa.table({"PERSON": pa.array([high, high, low], kind), "DAY": days, "DIRECTION": ["D", "A", "A"]})
    found = clean(table).crossings
    assert found["PERSON"].to_pylist() == [low, high, high]
    assert found["DIRECTION"].to_pylist() == ["A", "A", "D"]
