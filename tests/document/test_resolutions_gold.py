"""Annotated resolutions, real deadlines, mutated texts: the scores of the reading, printed as a table."""

import csv
import json
import random
import re
import sys
import time

import pytest
from tests.document.scorer import score, table

from corridors.concepts.findings import DataError
from corridors.document.resolutions import parse
from corridors.document.resolutions.deadlines import deadlines

NAMES = ("A_C2_56_draft_2001", "A_RES_48_121", "A_RES_50_156", "A_RES_73_241", "A_RES_73_8", "E_RES_1985_11")
ORGANS = ((r"A/HRC/RES/(\d+)/", "Human Rights Council"), (r"A/RES/(\d+)/", "General Assembly"), (r"A/()", "General Assembly"),
          (r"E/()", "Economic and Social Council"), (r"S/()", "Security Council"))  # fmt: skip
MUTATIONS = 5_000
SLOWEST = 2.0
# Of a document's text some places are put in where torn pages have them.
SCRAPS = (
    b"(",
    b"____________",
    b"\x0c",
    b"1 ",
    b"1/ ",
    b"(a) ",
    b"\n",
    b"5,5,",
    b"of the ",
    b"The General Assembly,\n",
)


@pytest.fixture(scope="module")
def scores(shared_data):
    folder = shared_data / "resolutions"
    return {
        name: score(parse((folder / f"{name}.txt").read_bytes(), file=f"{name}.txt").as_dict(),
                    json.loads((folder / f"{name}.gold.json").read_text(encoding="utf-8")))
        for name in NAMES
    }  # fmt: skip


def test_annotated_resolutions(scores):
    _, sums = table(scores)
    assert (sums["preambular"].hits, sums["operative"].hits, sums["footnotes"].hits) == (53, 47, 20)
    assert sums["anchors"].f1 == 1
    assert sums["lead"].recall >= 0.98
    assert sums["asks"].f1 >= 0.95
    assert sums["cites"].f1 >= 0.97


def context(symbol):
    for form, organ in ORGANS:
        match = re.match(form, symbol)
        if match:
            return organ, int(match[1]) if match[1] else None
    raise ValueError(symbol)


def test_real_deadlines(shared_data):
    right, rows = 0, list(csv.DictReader((shared_data / "resolutions" / "deadlines.csv").open(encoding="utf-8")))
    for row in rows:
        organ, session = context(row["symbol"])
        found = deadlines(row["text"], organ=organ, session=session)
        right += {one.code for one in found} == set(filter(None, row["deadlines"].split(";")))
        assert all(one.year is None for one in found if one.code.startswith(("HRC", "OTHER"))), row["id"]
    assert right >= 45


def test_the_seed_resolution(shared_data):
    found = parse((shared_data / "resolutions" / "A_C2_56_draft_2001.txt").read_bytes(), file="seed.txt")
    assert (len(found.preambular), len(found.operative), len(found.footnotes)) == (14, 11, 13)
    assert found.as_dict()["survey_facts"] == {
        "respondents": 78, "share_of_membership_percent": 41, "in_favour": 47, "partially": 5, "against": 26, "source_footnote": "9",  # noqa: E501
    }  # fmt: skip
    references = {note.marker: note.reference for note in found.footnotes}
    assert (references["3"].place, references["3"].pointers["annex"], references["3"].ibid_of) == (
        "Copenhagen",
        "II",
        "2",
    )
    assert references["1"].sales_number == "E.95.XIII.18"


def test_the_eight_meetings_of_a_footnote(shared_data):
    found = parse((shared_data / "resolutions" / "A_C2_56_draft_2001.txt").read_bytes(), file="seed.txt")
    note = next(note for note in found.footnotes if note.marker == "10")
    with (shared_data / "processes" / "footnote10_events.csv").open(encoding="utf-8") as rows:
        wanted = [(row["place"] or None, row["start"] or None, row["end"] or None) for row in csv.DictReader(rows)]
    assert [(one.place, one.start, one.end) for one in note.events] == wanted
    assert "A/C.2/54/2" in note.events[0].outcome


def mutated(texts, rng):
    text = rng.choice(texts)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(text) + 1)
        end = min(len(text), at + rng.randrange(1, 1 + 2 ** rng.randrange(1, 12)))
        how = rng.randrange(7)
        if how == 0:
            text = text[:at] + text[end:]
        elif how == 1:
            text = text[:at] + text[at:end] * rng.randrange(2, 6) + text[end:]
        elif how == 2:
            text = text[:at] + rng.randbytes(rng.randrange(40)) + text[at:]
        elif how == 3:
            text = text[:at] + rng.choice(texts)[: rng.randrange(4_000)] + text[at:]
        elif how == 4:
            lines = text.split(b"\n")
            rng.shuffle(lines)
            text = b"\n".join(lines)
        elif how == 5:
            text = text[:at] + rng.choice(SCRAPS) * rng.randrange(1, 400) + text[at:]
        else:
            text = text.replace(rng.choice((b",", b";", b".", b"\n")), rng.choice((b"", b" ", b"\n")))
    return text


@pytest.mark.heavy
def test_mutated_texts_raise_data_errors_only_and_none_is_slow(shared_data, capsys):
    texts = [(shared_data / "resolutions" / f"{name}.txt").read_bytes() for name in NAMES]
    read, slowest = 0, 0.0
    for seed in range(MUTATIONS):
        raw = mutated(texts, random.Random(seed))
        begun = time.process_time()
        try:
            parse(raw, file="mutated.txt").as_dict()
            read += 1
        except DataError:
            pass
        slowest = max(slowest, time.process_time() - begun)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{MUTATIONS:,} mutated texts: {read:,} read, the others refused; the slowest took {slowest:.2f} s\n"
        )
    # Not a measure of speed but a guard against a search that never ends.
    assert slowest < SLOWEST


@pytest.mark.heavy
def test_the_table_of_scores_is_printed(scores, capsys):
    with capsys.disabled():
        sys.stdout.write(f"\n{table(scores)[0]}\n")
    assert len(scores) == len(NAMES)
