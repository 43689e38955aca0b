"""What is known of which area, year and measure: the part of "What the data cannot say" that counts it."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from corridors.report.charts.chart import Chart
from corridors.report.charts.coverage import coverage_map
from corridors.report.charts.theme import MAJOR_AREAS
from corridors.report.content import Content
from corridors.report.known import by_measure, by_subregion, counted, gaps, measure_name, named
from corridors.report.registry import Figure
from corridors.report.rounding import in_prose
from corridors.report.tables import Column, Table
from corridors.report.world import BESIDE, USED, Known, World

SOURCE = "Corridors, what the store holds"
#: Rows of a heat map that fit on half a page; rows of the table of gaps, and of the table of measures.
MOST_ROWS, MOST_GAPS, MOST_MEASURES = 30, 10, 40
_COUNTS = ("COULD", "KNOWN", "MODELLED", "SUPPRESSED", "MISSING", "UNSAID")


def build(world: World) -> Content:
    """Figures, heat maps and the table of areas without a figure; nothing where nobody looked at what is known."""
    known = world.known
    found = tuple(check for check in world.checks if check.findings)
    flags = {"checked": bool(world.checks), "found": bool(found), "silent": len(found) < len(world.checks)}
    checks = tuple(_check_figures(world)) if world.checks else ()
    charts = () if known is None or counted(known.used, known.areas).is_empty() else _charts(known)
    if known is None or not charts:
        nothing = dict.fromkeys(("covered", "beside", "gaps", "regions"), False)
        return Content(figures=checks, flags={**flags, **nothing})
    table = _gap_table(known)
    beside = counted(known.beside, known.areas)
    return Content(
        figures=(*_used_figures(world, known), *_beside_figures(world, beside), *checks),
        charts=charts,
        tables=() if table is None else (table,),
        flags={
            **flags,
            "covered": True,
            "beside": beside.height > 0,
            "gaps": table is not None,
            "regions": len(charts) > 1,
        },
    )


def _used_figures(world: World, known: Known) -> Iterator[Figure]:
    figure = world.figures("limits", USED)
    table = counted(known.used, known.areas)
    could, there, modelled, suppressed, missing, unsaid = (int(table[column].sum()) for column in _COUNTS)
    cells = "areas by years by measures of the tables used"
    least = table.row(-1, named=True)
    said = {0: "none", 1: "one"}.get(missing, f"{missing:,}")
    words = {0: "none was suppressed", 1: "one was suppressed"}.get(suppressed, f"{suppressed:,} were suppressed")
    share = 100 * least["KNOWN"] / least["COULD"]
    name = measure_name(least["DATAFLOW"], least["MEASURE"])
    yield figure("known_areas", len(known.areas), "areas", "integer", "areas looked for")
    yield figure("known_measures", table.height, "measures", "integer", "measures of the tables used")
    yield figure("could", could, "combinations", "integer", f"{cells}, years with any row")
    yield figure("known", there, "combinations", "integer", f"{cells}, OBS_STATUS A, B, P, E or I")
    yield figure("known_share", 100 * there / could, "per cent", "percent:1", f"{cells}, with a figure over all")
    yield figure("modelled", modelled, "combinations", "integer", f"{cells}, OBS_STATUS P, E or I")
    yield figure("suppressed_words", words, "", "text", f"{cells}, OBS_STATUS Q")
    yield figure("missing_words", said, "", "text", f"{cells}, OBS_STATUS O or L")
    yield figure("unsaid", unsaid, "combinations", "integer", f"{cells}, without a row")
    yield figure("least", name[:1].lower() + name[1:], "", "text", f"{cells}, lowest share by measure")
    yield figure("least_share", share, "per cent", "percent:0", f"{cells}, lowest share by measure")


def _beside_figures(world: World, beside: pl.DataFrame) -> Iterator[Figure]:
    if beside.is_empty():
        return
    figure = world.figures("limits", BESIDE)
    cells = "areas by years by measures of the tables not used"
    share = 100 * float(beside["KNOWN"].sum()) / float(beside["COULD"].sum())
    yield figure("beside_measures", beside.height, "measures", "integer", "measures of the tables not used")
    yield figure("beside_share", share, "per cent", "percent:1", f"{cells}, with a figure over all")


def _check_figures(world: World) -> Iterator[Figure]:
    figure = world.figures("limits", *(name for name in (USED, BESIDE) if name in world.origins))
    findings = sum(len(check.findings) for check in world.checks)
    silent = sum(not check.findings for check in world.checks)
    most = max(world.checks, key=lambda check: len(check.findings))
    tables = {table for check in world.checks for table in check.tables}
    share = f"most of them ({in_prose(len(most.findings), 'integer')}) " if findings > 1 else ""
    word = f"{share}by the check called {most.name.replace('_', ' ')}"
    yield figure("checks", _several(len(world.checks), "check"), "", "text", "checks of corridors collect check")
    read = f"{_several(len(tables), 'table')} {'were' if len(tables) > 1 else 'was'}"
    yield figure("checks_tables_words", read, "", "text", "latest tables that were checked")
    there = f"There {'were' if findings > 1 else 'was'} {_several(findings, 'finding')}"
    yield figure("checks_findings_words", there, "", "text", "findings of all checks")
    yield figure("checks_silent", _several(silent, "check"), "", "text", "checks without a finding")
    yield figure("checks_most_words", word, "", "text", "the check with the most findings")


def _several(number: int, thing: str) -> str:
    """A number of things in words: `no finding`, `one finding`, `four findings`."""
    counted_things = "no" if number == 0 else in_prose(number, "integer")
    return f"{counted_things} {thing}{'s' if number > 1 else ''}"


def _charts(known: Known) -> tuple[Chart, ...]:
    both = pl.concat([known.used, known.beside])
    first = int(known.used.get_column("YEAR").min())  # type: ignore[arg-type]  # a column of whole years
    recent = both.filter(pl.col("YEAR") >= first)
    order = [code for codes in MAJOR_AREAS.values() for code in codes]
    rows = by_measure(recent, known.areas, most=MOST_ROWS)
    regions = by_subregion(recent, known.areas, order=order)
    charts = []
    if rows.height:
        title = "What is known, by measure and year"
        charts.append(coverage_map(rows, key="limits.coverage", title=title, source=SOURCE, what="measure"))
    if regions.height:
        title = "What is known, by subregion and year"
        key, counted_things = "limits.coverage_regions", "Pairs of area and measure"
        charts.append(
            coverage_map(regions, key=key, title=title, source=SOURCE, what="subregion", counted=counted_things)
        )
    return tuple(charts)


def _gap_table(known: Known) -> Table | None:
    """Areas without any figure, by what they lack: the tables used first."""
    used, beside = gaps(known.used, known.areas), gaps(known.beside, known.areas)
    nowhere = {code for gap in used if gap.everywhere for code in gap.areas}
    rows: list[tuple[str, str, int, str]] = []
    for gap, word in (*((gap, "yes") for gap in used), *((gap, "no") for gap in beside)):
        left = [code for code in gap.areas if (gap.everywhere and word == "yes") or code not in nowhere]
        if not left:
            continue
        what = "Any measure" if gap.everywhere else "; ".join(gap.measures)
        rows.append((what, word, len(left), named(left, gap.among)))
    if not rows:
        return None
    rest = len(rows) - MOST_GAPS
    more = f" There are {rest} more such groups." if rest > 0 else ""
    return Table(
        key="limits.gaps",
        title="Areas without any figure, by what they lack",
        columns=(
            Column("No figure for", "text"),
            Column("Used", "text"),
            Column("Areas", "integer"),
            Column("Which areas", "text"),
        ),
        rows=tuple(rows[:MOST_GAPS]),
        source=SOURCE,
        note=f"tables/coverage.csv, beside this report, names every area, year and measure.{more}",
    )
