"""The annex on coverage and quality: measure by measure what is known, check by check what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from corridors.concepts.findings import DataError
from corridors.report.document import Block, Heading, TableBlock
from corridors.report.known import counted, measure_name, title
from corridors.report.sections.coverage import MOST_MEASURES, SOURCE
from corridors.report.tables import Column, Table
from corridors.report.world import Check, Known, World

TITLE = "Coverage and quality of the data"
#: Findings of one check that are told in words; the file beside the report has them all.
MOST_TOLD = 2
COVERAGE_FILE, FINDINGS_FILE = "tables/coverage.csv", "tables/quality.findings.csv"


def blocks(world: World) -> tuple[Block, ...]:
    """Tables of what is known by measure, of the checks, and of their gravest findings; nothing where nobody looked."""
    known = world.known
    shown: list[Block] = []
    if known is not None and not known.used.is_empty():
        shown += [Heading("What is known"), TableBlock(_measures(known), "", small=True)]
    if world.checks:
        shown += [Heading("Checks"), TableBlock(_checks(world.checks), "", small=True)]
    if any(check.findings for check in world.checks):
        shown.append(TableBlock(_gravest(world.checks), "", small=True))
    return tuple(shown)


def files(world: World) -> Mapping[str, bytes]:
    """What is too long for paper, by the name of its file beside the report: every area, year and measure; every finding."""
    written = {}
    if world.known is not None:
        parts = (world.known.used.with_columns(USED=True), world.known.beside.with_columns(USED=False))
        written[COVERAGE_FILE] = pl.concat(parts).write_csv().encode()
    if world.checks:
        every = [finding for check in world.checks for finding in check.findings]
        written[FINDINGS_FILE] = DataError(every).to_csv().encode()
    return written


def _measures(known: Known) -> Table:
    rows = [*_counts(known.used, known.areas, "yes"), *_counts(known.beside, known.areas, "no")]
    rest = len(rows) - MOST_MEASURES
    more = f" {rest} more measures are only there." if rest > 0 else ""
    return Table(
        key="quality.measures",
        title="Combinations of area, year and measure, by what is known of them",
        columns=(
            Column("Measure", "text"),
            Column("Used", "text"),
            Column("Years", "text"),
            Column("Areas", "integer"),
            Column("of", "integer"),
            Column("Combinations", "integer"),
            Column("Known", "integer"),
            Column("Modelled", "integer"),
            Column("Suppressed", "integer"),
            Column("Said missing", "integer"),
            Column("No row", "integer"),
        ),
        rows=tuple(rows[:MOST_MEASURES]),
        source=SOURCE,
        note=(
            "Known: with a figure; modelled: of these, estimated, imputed or provisional, as the publisher marks it; said "
            "missing: the source says that it has no figure. "
            f"{COVERAGE_FILE}, beside this report, has every area and year.{more}"
        ),
    )


def _counts(table: pl.DataFrame, areas: tuple[str, ...], used: str) -> Iterator[tuple[str | int, ...]]:
    for row in counted(table, areas).iter_rows(named=True):
        years = str(row["FIRST"]) if row["FIRST"] == row["LAST"] else f"{row['FIRST']}-{row['LAST']}"
        numbers = (
            row[name] for name in ("AREAS", "OF", "COULD", "KNOWN", "MODELLED", "SUPPRESSED", "MISSING", "UNSAID")
        )
        yield (measure_name(row["DATAFLOW"], row["MEASURE"]), used, years, *numbers)


def _checks(checks: tuple[Check, ...]) -> Table:
    every = {table for check in checks for table in check.tables}
    return Table(
        key="quality.checks",
        title="Checks across the tables, what they ran on and how much they found",
        columns=(Column("Check", "text"), Column("Ran on", "text"), Column("Tables", "integer"), Column("Findings", "integer")),
        rows=tuple(
            (_words(check.name), _ran_on(check.tables, every), len(check.tables), len(check.findings)) for check in checks
        ),
        source=SOURCE,
        note=f"{FINDINGS_FILE}, beside this report, has every finding with what mends it.",
    )  # fmt: skip


def _gravest(checks: tuple[Check, ...]) -> Table:
    return Table(
        key="quality.gravest",
        title="The gravest findings of each check",
        columns=(Column("Check", "text"), Column("Where", "text"), Column("What was found", "text")),
        rows=tuple(
            (_words(check.name), finding.place, finding.fact)
            for check in checks
            for finding in check.findings[:MOST_TOLD]
        ),
        source=SOURCE,
        note="A finding is for the person who must decide which figure to believe; nothing was changed because of it.",
    )


def _words(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _ran_on(tables: tuple[str, ...], every: set[str]) -> str:
    """Titles of the dataflows among tables that are named `product/dataflow`."""
    if not tables:
        return "No table of the kind is at hand"
    if set(tables) == every:
        return "All tables"
    return "; ".join(sorted({title(table.rsplit("/", 1)[-1]) for table in tables}))
