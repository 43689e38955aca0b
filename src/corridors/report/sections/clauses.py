"""Where each clause of the resolution is answered in the report, or that it is not."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from importlib.resources import files

from corridors.report.document import Block, TableBlock
from corridors.report.tables import Column, Table

TITLE = "Clauses of the resolution"
UNANSWERED = "Not answered in this report"


def blocks(answers: Mapping[str, tuple[str, ...]]) -> tuple[Block, ...]:
    """The annex as one table.

    Parameters
    ----------
    answers
        Clauses that each chapter answers, by the chapter's label.

    Raises
    ------
    ValueError
        A chapter claims a clause that the resolution does not have.
    """
    text = files("corridors.report").joinpath("clauses.csv").read_text(encoding="utf-8")
    clauses = {row["id"]: row["clause"] for row in csv.DictReader(text.splitlines())}
    strange = sorted({clause for claimed in answers.values() for clause in claimed} - set(clauses))
    if strange:
        raise ValueError(f"the resolution has no clause {', '.join(strange)}; there are {', '.join(clauses)}")
    rows = []
    for clause, words in clauses.items():
        where = [label for label, claimed in answers.items() if clause in claimed]
        rows.append((clause, words, _answered(where) if where else UNANSWERED))
    table = Table(
        key="clauses.answers",
        title="Clauses of the resolution and where the report answers them",
        columns=(
            Column("Clause", "text"),
            Column("What it is about, in our words", "text"),
            Column("Answered", "text"),
        ),
        rows=tuple(rows),
        source="Corridors",
        note="PP: paragraph of the preamble; OP: operative paragraph.",
    )
    return (TableBlock(table, "", small=True),)


def _answered(chapters: list[str]) -> str:
    """Chapters in words: `In part: chapters II, III and V`."""
    if len(chapters) == 1:
        return f"In part: chapter {chapters[0]}"
    return f"In part: chapters {', '.join(chapters[:-1])} and {chapters[-1]}"
