"""Victims by lists: known by the names of the lists and the published number of persons, never by one alone."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import card, read
from corridors.concepts.findings import DataError

# Lists and published persons of each study; how the persons spread over the patterns is invented here.
STUDIES = {
    "2014-uk6": (("LA", "NG", "PF", "GO", "GP", "NCA"), 2_744),
    "2014-uk5": (("LA", "NG", "PFNCA", "GO", "GP"), 2_744),
    "2020-nld6": (("I", "K", "O", "P", "R", "Z"), 8_234),
    "2020-nld5": (("IO", "K", "P", "R", "Z"), 8_234),
}


def made(name, *lines, count="count", lists=None, spare=0):
    names, persons = STUDIES[name]
    names = lists or names
    first = ["1", *["0"] * (len(names) - 1), str(persons - 10 - spare)]
    both = ["1", "1", *["0"] * (len(names) - 2), "10"]
    return "\n".join([",".join([*names, count]), ",".join(first), ",".join(both), *lines]).encode()


@pytest.mark.parametrize("name", STUDIES)
@pytest.mark.parametrize("count", ["count", "frequency", "n"])
def test_a_study_is_known_by_its_lists_and_its_persons(name, count):
    reading = read("victimlists", made(name, count=count), file="f.csv")
    assert reading.product == f"victimlists-{name}"
    table = reading.tables["TRAFFICKING"]
    lists, persons = STUDIES[name]
    assert dict(table.select("CATEGORY", "OBS_VALUE").iter_rows()) == {
        lists[0]: persons - 10,
        f"{lists[0]}+{lists[1]}": 10,
    }
    assert set(table["MEASURE"]) == {"VICTIMS_LISTED"}


def test_persons_other_than_those_published_are_refused(findings_of):
    [finding] = findings_of("victimlists", made("2014-uk6", spare=1), file="f.csv")
    assert (finding.code, finding.place) == ("revision-unknown", "f.csv")
    assert finding.fact == "the counts add up to 2,743; published are 2,744 persons on these lists"


def test_lists_without_names_are_not_guessed_at(findings_of):
    [finding] = findings_of("victimlists", b"A,B,C,n\n1,0,0,40\n", file="f.csv")
    assert finding.code == "table-ambiguous"
    assert finding.fact == "its lists are only called A, B, C, as in examples made up to explain a method"


@pytest.mark.parametrize(
    ("line", "code", "place", "fact"),
    [
        ("0,2,0,1,0,0,1", "value-unreadable", "f.csv, row 4, column NG", "'2' is not allowed"),
        ("0,0,0,0,0,0,1", "value-unreadable", "f.csv, row 4", "persons on no list"),
        ("0,1,0,0,0,0,one", "value-unreadable", "f.csv, row 4, column count", "'one' is no figure"),
        ("0,1,0,0,0,0,-1", "value-negative", "f.csv, row 4, column count", "negative figure -1"),
        ("1,1,0,0,0,0,11", "key-duplicate", "f.csv, rows 3, 4", "10 and 11 for LA+NG"),
    ],
)
def test_a_fault_is_named(findings_of, line, code, place, fact):
    found = findings_of("victimlists", made("2014-uk6", line), file="f.csv")
    assert [(f.code, f.place, f.fact) for f in found] == [(code, place, fact)]


def test_other_files_are_refused(workbook, findings_of):
    [finding] = findings_of("victimlists", workbook({"A": [["x"]]}))
    assert (finding.code, finding.fact) == ("table-wrong", "it is a workbook")
    for raw in (b"a,b\n1,2\n", b"LA,NG,n,count\n1,0,1,1\n", b"LA,NG,PF,GO,GP,NCA,count\n", b"X,Y,n\n1,0,3\n"):
        [finding] = findings_of("victimlists", raw)
        assert finding.code == "table-wrong"
        assert "LA, NG, PF, GO, GP, NCA" in finding.mend


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_happens_to_the_bytes_ends_in_a_reading_or_in_findings(data):
    raw = bytearray(made(data.draw(st.sampled_from(sorted(STUDIES)))))
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=5)):
        raw[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(DataError):
        read("victimlists", bytes(raw[: data.draw(st.integers(0, len(raw)))]), file="f.csv")


@pytest.mark.parametrize(
    ("file", "name", "patterns"),
    [
        ("mse_UKdat.csv", "2014-uk6", 25),
        ("mse_UKdat_5.csv", "2014-uk5", 18),
        ("mse_Ned.csv", "2020-nld6", 24),
        ("mse_Ned_5.csv", "2020-nld5", 17),
    ],
)
def test_persons_of_a_sample_are_those_published(shared_data, file, name, patterns):
    reading = read("victimlists", (shared_data / "trafficking" / file).read_bytes(), file="nameless")
    table = reading.tables["TRAFFICKING"]
    assert (reading.product, table.height) == (f"victimlists-{name}", patterns)
    assert table["OBS_VALUE"].sum() == STUDIES[name][1]


def test_an_example_made_up_for_a_method_is_refused(shared_data, findings_of):
    [finding] = findings_of("victimlists", (shared_data / "trafficking" / "mse_Artificial_3.csv").read_bytes())
    assert finding.code == "table-ambiguous"


def test_every_product_of_the_card_is_read():
    assert {product.id for product in card("victimlists").products} == {f"victimlists-{name}" for name in STUDIES}
