"""Duration rules: the shared cases and populations, the slow twin, and the laws that every rule keeps."""

import datetime
import hashlib
import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.concepts.findings import DataError
from corridors.count.crossings import classify
from corridors.count.rules import day_number, read_rule, spell, tw

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))
sys.path.insert(0, str(Path(__file__).parents[2]))
import cases
import slow_registers as slow
from benchmarks.registers import register

DAY_0 = datetime.date(2015, 1, 1)
START = day_number(DAY_0)


def date(number):
    return DAY_0 + datetime.timedelta(days=number)


@st.composite
def histories(draw, longest=8, most=400):
    """Crossings of one person that alternate, the last one at most some days before the end."""
    gaps = draw(st.lists(st.integers(0, most), min_size=1, max_size=longest))
    first = draw(st.integers(0, 60))
    days = first + np.cumsum([0, *gaps[1:]])
    ways = "AD" if draw(st.booleans()) else "DA"
    through = int(days[-1]) + draw(st.integers(0, most + 200))
    return [(int(day), ways[place % 2]) for place, day in enumerate(days)], through


def as_table(crossings, *, person=0, initial=None):
    return pa.table(
        {
            "PERSON": pa.array([person] * len(crossings)),
            "DAY": pa.array([date(day) for day, _ in crossings], pa.date32()),
            "DIRECTION": pa.array([way for _, way in crossings], pa.string()),
            "INITIAL": pa.array([initial] * len(crossings), pa.string()),
        }
    )


def lines(found):
    columns = ["BEFORE", "AFTER", "MIGRATION", "LOWER", "UPPER"]
    rows = found.select(columns).to_pylist()
    return [(row["BEFORE"], row["AFTER"], *(int(row[name]) for name in columns[2:])) for row in rows]


begins = st.sampled_from([None, "R", "N"])
recorded = st.sampled_from([None, 0])


def test_shared_cases(shared_data):
    text = (shared_data / "golden_registers" / "cases.jsonl").read_text(encoding="utf-8")
    given_cases = [json.loads(line) for line in text.splitlines()]
    assert [case["id"] for case in given_cases if cases.answer(case) != case["expected"]] == []


@pytest.mark.parametrize("most", [10_000, pytest.param(1_000_000, marks=pytest.mark.heavy)])
def test_shared_populations_to_the_last_crossing(shared_data, monkeypatch, most):
    folder = shared_data / "golden_registers"
    monkeypatch.syspath_prepend(str(folder))
    spec = importlib.util.spec_from_file_location("generate", folder / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    for line in (folder / "seeded.jsonl").read_text(encoding="utf-8").splitlines():
        expected = json.loads(line)
        if expected["n"] > most:
            continue
        rows = [(n, day, way) for n, path in generate.population(expected["n"], expected["seed"]) for day, way in path]
        person, day, way = zip(*rows, strict=True)
        crossings = pa.table({"PERSON": person, "DAY": pa.array(day, pa.int32()).cast(pa.date32()), "DIRECTION": way})
        rule = tw() if expected["rule"] == "tw" else spell(gap=30)
        found = classify(crossings, rule=rule, through=datetime.date(2024, 12, 31), since=DAY_0)
        assert found.num_rows == expected["crossings"]
        assert sum(found["FINAL"].to_pylist()) == expected["final"]
        text = "".join(
            f"{row['PERSON']},{row['DAY']},{row['DIRECTION']},{','.join(map(str, line))}\n"
            for row, line in zip(found.select(["PERSON", "DAY", "DIRECTION"]).to_pylist(), lines(found), strict=True)
        )
        assert hashlib.sha256(text.encode()).hexdigest() == expected["sha256"]


@pytest.mark.heavy
def test_many_random_persons_are_those_of_the_slow_twin():
    through = datetime.date(2019, 12, 31)
    crossings = register(3_000, seed=11)
    found = classify(crossings, rule=tw(), through=through, since=DAY_0)
    people = {}
    for row, line in zip(crossings.to_pylist(), lines(found), strict=True):
        people.setdefault(row["PERSON"], []).append((day_number(row["DAY"]), row["DIRECTION"], line))
    for path in people.values():
        expected = slow.tw([step[:2] for step in path], stay=365, window=487, through=day_number(through), since=START)
        assert [step[2] for step in path] == expected


@settings(max_examples=60, deadline=None)
@given(histories(), begins, recorded, st.sampled_from([(365, 487), (183, 365), ("9m", "12m"), (40, 40)]))
def test_window_rule_is_its_slow_twin(history, initial, since, lengths):
    crossings, through = history
    found = classify(
        as_table(crossings, initial=initial),
        rule=tw(*lengths),
        through=date(through),
        since=None if since is None else date(since),
    )
    moved = [(START + day, way) for day, way in crossings]
    expected = slow.tw(
        moved,
        stay=lengths[0],
        window=lengths[1],
        through=START + through,
        initial=initial,
        since=None if since is None else START + since,
    )
    assert lines(found) == expected


@settings(max_examples=150, deadline=None)
@given(histories(longest=7, most=4), begins, recorded, st.integers(1, 6), st.integers(0, 3))
def test_bounds_are_those_of_all_worlds_written_out(history, initial, since, stay, more):
    crossings, through = history
    through = min(through, crossings[-1][0] + 3)
    found = classify(
        as_table(crossings, initial=initial),
        rule=tw(stay, stay + more),
        through=date(through),
        since=None if since is None else date(since),
    )
    expected = slow.tw_by_enumeration(
        crossings, stay=stay, window=stay + more, through=through, initial=initial, since=since
    )
    assert lines(found) == expected


@settings(max_examples=100, deadline=None)
@given(
    histories(longest=10),
    begins,
    recorded,
    st.sampled_from([0, 7, 30, 90]),
    st.dictionaries(st.integers(0, 9), st.integers(0, 900)),
)
def test_spell_rule_is_its_slow_twin(history, initial, since, gap, until):
    crossings, through = history
    wanted = [date(until[k]) if k in until else None for k in range(len(crossings))]
    table = as_table(crossings, initial=initial).append_column("EXPECTED_UNTIL", pa.array(wanted, pa.date32()))
    found = classify(table, rule=spell(gap=gap), through=date(through), since=None if since is None else date(since))
    expected = slow.spell(
        [(START + day, way) for day, way in crossings],
        stay="12m",
        gap=gap,
        through=START + through,
        initial=initial,
        since=None if since is None else START + since,
        expected={k: START + day for k, day in until.items()},
    )
    assert lines(found) == expected


@settings(max_examples=60, deadline=None)
@given(histories(longest=10), st.integers(0, 900), st.sampled_from(["tw:365,487", "tw:183,365", "spell:12m,30"]))
def test_bounds_hold_the_later_figure_and_what_is_final_stays(history, back, rule):
    crossings, through = history
    cut = through - back
    seen = [crossing for crossing in crossings if crossing[0] <= cut]
    if not seen:
        return
    early = lines(classify(as_table(seen), rule=read_rule(rule), through=date(cut), since=DAY_0))
    late = lines(classify(as_table(crossings), rule=read_rule(rule), through=date(through), since=DAY_0))
    for (*_, point, low, high), (*_, later, later_low, later_high) in zip(early, late, strict=False):
        assert low <= point <= high
        assert low <= later_low <= later <= later_high <= high
        if low == high:
            assert (later, later_low, later_high) == (low, low, low)


@settings(max_examples=40, deadline=None)
@given(st.lists(histories(), min_size=1, max_size=6), st.randoms(use_true_random=False), st.integers(1, 9))
def test_numbers_of_persons_their_order_and_blocks_change_nothing(people, chance, block):
    last = date(max(through for _, through in people))
    alone = [lines(classify(as_table(crossings), rule=tw(), through=last, since=DAY_0)) for crossings, _ in people]
    order = list(range(len(people)))
    chance.shuffle(order)
    together = pa.concat_tables([as_table(people[place][0], person=1000 - 7 * place) for place in order])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("corridors.count.crossings.BLOCK", block)
        found = classify(together, rule=tw(), through=last, since=DAY_0)
    assert lines(found) == [line for place in order for line in alone[place]]


@settings(max_examples=40, deadline=None)
@given(histories(longest=12), st.integers(0, 2500), st.integers(0, 2500))
def test_residents_change_by_arrivals_less_departures(history, one, two):
    crossings, through = history
    found = classify(as_table(crossings), rule=tw(), through=date(through)).to_pylist()

    def resident(day):
        past = [row for row in found if row["DAY"] <= date(day)]
        return (past[-1]["AFTER"] if past else found[0]["BEFORE"]) == "R"

    start, end = sorted((one, two))
    flow = sum(
        (1 if row["DIRECTION"] == "A" else -1) * row["MIGRATION"]
        for row in found
        if date(start) < row["DAY"] <= date(end)
    )
    assert resident(end) - resident(start) == flow


def test_a_person_of_many_crossings_is_one_person():
    size = 100_001
    crossings = pa.table(
        {
            "PERSON": np.zeros(size, np.int64),
            "DAY": pa.array(START + np.arange(size, dtype=np.int32) // 200).cast(pa.date32()),
            "DIRECTION": np.where(np.arange(size) % 2 == 0, "A", "D"),
        }
    )
    found = classify(crossings, rule=tw(), through=date(size // 200))
    migrations = np.flatnonzero(found["MIGRATION"].to_numpy())
    # Out at the end of every day but the last, and 365 days in from that one within 487 of day 378: the first arrival then.
    assert migrations.tolist() == [378 * 200]
    assert found["UPPER"].to_numpy()[-1]


def test_the_columns_of_the_register_stay():
    table = as_table([(0, "A")]).append_column("SEX", pa.array(["F"]))
    found = classify(table, rule=tw(), through=date(3))
    assert found.column_names[-6:] == ["BEFORE", "AFTER", "MIGRATION", "LOWER", "UPPER", "FINAL"]
    assert found["SEX"].to_pylist() == ["F"]
    empty = classify(table.slice(0, 0), rule=spell(), through=date(3))
    assert (empty.num_rows, empty.column_names) == (0, found.column_names)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [(1, 5, "A"), (1, 9, "A")],
            "1 crossings have the direction of the person's crossing above [crossings-disordered]",
        ),
        ([(1, 9, "A"), (1, 5, "D")], "1 crossings lie before the person's crossing above [crossings-disordered]"),
        ([(1, 5, "A"), (2, 5, "A"), (1, 6, "D")], "1 crossings stand apart from the others of their person"),
        ([(1, 500, "A")], "1 crossings lie after the last observed day [crossing-later]"),
        ([(1, 5, "X")], "a value is neither A nor D [direction-unknown]"),
    ],
)
def test_crossings_that_no_rule_can_read(rows, message):
    person, day, way = zip(*rows, strict=True)
    table = pa.table({"PERSON": person, "DAY": [date(number) for number in day], "DIRECTION": way})
    with pytest.raises(DataError) as error:
        classify(table, rule=tw(), through=date(100))
    assert message in str(error.value)


def test_tables_with_values_that_no_rule_can_read():
    table = as_table([(0, "A")], initial="X").append_column("EXPECTED_UNTIL", pa.array(["2020"]))
    table = table.set_column(0, "PERSON", pa.array([None], pa.int64()))
    with pytest.raises(DataError) as error:
        classify(table, rule=tw(), through=DAY_0)
    assert [one.code for one in error.value.findings] == ["crossing-incomplete", "day-invalid", "code-unknown"]
    assert "a value is neither R nor N" in str(error.value)


def test_a_table_without_the_columns():
    with pytest.raises(DataError, match="no column DIRECTION"):
        classify(pa.table({"PERSON": [1], "DAY": [DAY_0]}), rule=tw(), through=DAY_0)


@pytest.mark.parametrize("text", ["tw:365", "tw:365,487,1", "spell:12m,x", "stay:365", "spell:12"])
def test_rules_that_are_none(text):
    with pytest.raises(ValueError, match="allowed are tw, tw:STAY,WINDOW, spell and spell:STAY,GAP"):
        read_rule(text)


def test_lengths_that_are_none():
    with pytest.raises(ValueError, match="window is '16'; allowed are days"):
        tw(365, "16")
    with pytest.raises(ValueError, match="allowed is a stay of at most the window"):
        tw(365, 300)
    with pytest.raises(ValueError, match="gap is -1; allowed are days"):
        spell(gap=-1)
    assert read_rule("spell:12m,30") == spell("12m", 30)
