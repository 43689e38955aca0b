"""Search: thirty judged queries, the six languages, and what no query may do."""

import csv
import math
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.document.search import Document, search, shipped_documents

QUERIES = list(csv.DictReader((Path(__file__).parent / "judged_queries.csv").read_text(encoding="utf-8").splitlines()))


def judged(row):
    return {name: int(gain) for name, _, gain in (one.rpartition("=") for one in row["relevant"].split(";"))}


def ndcg(found, gains, depth=10):
    got = sum((2 ** gains.get(name, 0) - 1) / math.log2(rank + 2) for rank, name in enumerate(found[:depth]))
    best = sum(
        (2**gain - 1) / math.log2(rank + 2) for rank, gain in enumerate(sorted(gains.values(), reverse=True)[:depth])
    )
    return got / best


def test_judged_queries_are_thirty_in_six_languages_over_documents_that_are_there():
    there = {one.id for one in shipped_documents()}
    assert len(QUERIES) == 30
    assert {row["language"] for row in QUERIES} == {"en", "fr", "es", "ru", "ar", "zh"}
    assert not {name for row in QUERIES for name in judged(row)} - there


def test_the_ranking_answers_the_judged_queries_far_better_than_no_ranking(capsys):
    scores, unranked = [], []
    for row in QUERIES:
        found = [hit.document.id for hit in search(row["query"], limit=1000)]
        scores.append(ndcg(found, judged(row)))
        there = set(found)
        unranked.append(ndcg([one.id for one in shipped_documents() if one.id in there], judged(row)))
    mean, plain = sum(scores) / 30, sum(unranked) / 30
    # The figure is what the test is read for.
    with capsys.disabled():
        sys.stdout.write(f"\nnDCG@10 over 30 judged queries: {mean:.3f} (matches without a ranking: {plain:.3f})\n")
        for row, score in zip(QUERIES, scores, strict=True):
            if score < 0.8:
                sys.stdout.write(f"  {score:.2f} {row['query']}\n")
    assert mean >= 0.85
    assert mean >= plain + 0.05


@pytest.mark.parametrize("row", [row for row in QUERIES if row["language"] != "en"], ids=lambda row: row["language"])
def test_a_query_in_each_other_language_finds_its_document_first(row):
    best = max(judged(row), key=judged(row).get)
    assert search(row["query"])[0].document.id == best


@pytest.mark.parametrize(("words", "first"), [("儿童", "instrument:CRC"), ("人口贩运", "instrument:TRAFFICKING")])
def test_short_and_turned_chinese_words_are_found(words, first):
    assert first in [hit.document.id for hit in search(words)]


def test_accents_case_and_arabic_articles_do_not_tell_words_apart():
    assert search("MIGRACION conferencia")[0].document.id == search("migración Conferencia")[0].document.id
    assert search("طفل")[0].document.id == "instrument:CRC"


def test_kinds_and_limits_are_kept():
    found = search("migration", kinds=["process"], limit=3)
    assert len(found) == 3
    assert {hit.document.kind for hit in found} == {"process"}


def test_a_query_without_a_word_is_refused():
    with pytest.raises(ValueError, match="no word to look for"):
        search("the of ?!")


@given(st.text(max_size=30))
def test_no_query_breaks_the_index(words):
    own = (Document("a", "practice", "Title 标题 one", "tag", "text"),)
    try:
        found = search(words, documents=own)
    except ValueError:
        return
    assert len(found) <= 1
