"""The scoreboard as words: targets, published figures, and tables for a terminal, a page and other programs."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping
from importlib.resources import files

import polars as pl

#: Title and note of each table, in the order of the page.
TITLES: Mapping[str, tuple[str, str]] = {
    "targets": ("Targets", "What was asked for, and what was measured."),
    "stocks_only": (
        "Stocks only",
        "Estimates that see stocks, births and deaths. Columns are correlations of counts, of ln(1 + flow), of the same less "
        "each reporter's mean, of shares in arrivals and of flows a head of the origin; the common part of persons; the median "
        "factor on flows over 50; the total over the observed one; and the largest miss of net migration in persons.",
    ),
    "any_data": (
        "Any data",
        "Estimates that learn from reports. The split says what was hidden: all on an area (`destinations`, `origins`), its "
        "own reports only (`own reports`), or the whole last period (`last period`).",
    ),
    "comparisons": (
        "Wins and losses",
        "First less second, with the middle 95 per cent over areas drawn again; a win or loss where these lie on one side.",
    ),
    "intervals": (
        "Intervals",
        "Share of observed flows in the intervals that claim 50, 80 and 95 per cent, and the score of those of 80 in persons. "
        "Draws alone know the errors of stocks and events; the other rows learned from other areas, or the past, how far "
        "reports depart. `combined, by year` are intervals for single annual reports.",
    ),
    "worlds": (
        "Worlds with known truth",
        "Means over unseen worlds; noise is the log error of every foreign-born cell.",
    ),
    "stress": ("Worlds made to break methods", "The common part, or the finding that refuses the account."),
    "worlds_coverage": ("Intervals on worlds", "Share of true flows in intervals of draws alone, noise 0.05."),
    "published": (
        "As published",
        "Correlations that others published, as they stand there. Their observed sets, years and revisions differ from ours.",
    ),
    "costs": ("Cost", "One period of all areas, one core: seconds, and the most memory held, in millions of bytes."),
}
_DIGITS = {"FACTOR": 2, "TOTAL_RATIO": 2, "LEVEL": 2, "NOISE": 2, "SECONDS": 3, "MEGABYTES": 0, "SCORE": 0}
#: Tables that differ from one machine, or one run, to the next.
MACHINE = ("costs",)


def published() -> pl.DataFrame:
    """Correlations of five-year flows that others published, with their source.

    Examples
    --------
    >>> published().filter(pl.col("SET") == "Eurostat").height
    7
    """
    raw = files("corridors.estimate").joinpath("published_accuracy.csv").read_bytes()
    return pl.read_csv(io.BytesIO(raw))


def targets(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """What the project set out to reach beside what the other tables hold.

    Parameters
    ----------
    tables
        `stocks_only`, `intervals`, `worlds` where they were made.
    """
    rows: list[dict[str, object]] = []
    if "stocks_only" in tables:
        rows += _of_stocks(tables["stocks_only"])
    if "intervals" in tables:
        held = tables["intervals"].filter(pl.col("LEVEL") == 0.8, pl.col("SPLIT") != "draws alone")
        for one in held.iter_rows(named=True):
            words = f"80 % interval of {one['METHOD']} covers 0.75 to 0.85, {one['SPLIT']} held out"
            rows.append(_target(words, one, one["COVERAGE"], "0.75-0.85", met=0.75 <= one["COVERAGE"] <= 0.85))
    if "worlds" in tables:
        for one in tables["worlds"].filter(pl.col("METHOD") == "circ-closed").iter_rows(named=True):
            where = {"SET": f"worlds of {one['AREAS']}, noise {one['NOISE']:g}", "PERIOD": ""}
            rows.append(_target("common part", where, one["COMMON_PART"], "0.88", met=one["COMMON_PART"] >= 0.88))
            rows.append(_target("median factor", where, one["FACTOR"], "1.45", met=one["FACTOR"] <= 1.45))
    schema = {"TARGET": pl.String, "SET": pl.String, "PERIOD": pl.String, "MEASURED": pl.Float64}
    return pl.DataFrame(rows, {**schema, "WANTED": pl.String, "MET": pl.String})


def _of_stocks(table: pl.DataFrame) -> list[dict[str, object]]:
    rows = []
    for (name, period), part in table.group_by("SET", "PERIOD", maintain_order=True):
        of = {one["METHOD"]: one for one in part.iter_rows(named=True)}
        where = {"SET": name, "PERIOD": period}
        for measure, rival in (("LOG_COUNT", "pb-closed"), ("RATE", "pb-closed"), ("LOG_COUNT", "mig-rate")):
            mine, theirs = of["circ-closed"][measure], of[rival][measure]
            words = f"{measure.lower().replace('_', '-')} of circ-closed, at least that of {rival}"
            rows.append(_target(words, where, mine, f"{theirs:.3f}", met=mine >= theirs))
    return rows


def _target(words: str, where: Mapping[str, object], measured: float, wanted: str, *, met: bool) -> dict[str, object]:
    return {
        "TARGET": words,
        "SET": where["SET"],
        "PERIOD": where["PERIOD"],
        "MEASURED": measured,
        "WANTED": wanted,
        "MET": "yes" if met else "no",
    }


def shown(name: str, table: pl.DataFrame) -> pl.DataFrame:
    """A table as people read it: comparisons with a column a measure, intervals with a column a level.

    Parameters
    ----------
    name
        A key of `TITLES`.
    table
        The tidy table of that name.
    """
    if name == "comparisons":
        short = [pl.col(column).round(3) for column in ("DIFFERENCE", "LOWER", "UPPER")]
        # A minus zero is shown as zero.
        ends = [pl.when(one == 0).then(0.0).otherwise(one).cast(pl.String) for one in short]
        said = pl.format("{} ({} to {}) {}", *ends, "VERDICT")
        keys = ["SET", "PERIOD", "FIRST", "SECOND"]
        wide = table.with_columns(said.alias("SAID")).pivot("MEASURE", index=keys, values="SAID")
        return wide.rename({column: column.upper() for column in wide.columns})
    if name == "intervals":
        keys = ["SET", "PERIOD", "METHOD", "SPLIT", "CELLS"]
        covered = table.pivot("LEVEL", index=keys, values="COVERAGE")
        covered = covered.rename({name: f"COVERS_{100 * float(name):g}" for name in covered.columns[len(keys) :]})
        score = table.filter(pl.col("LEVEL") == 0.8).select(*keys, "SCORE")
        return covered.join(score, on=keys, how="left", validate="1:1", maintain_order="left")
    return table


def cell(column: str, value: object) -> str:
    """A figure as the page and the terminal show it."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if column == "CLOSURE" and isinstance(value, float):
        return "< 0.01" if value < 0.01 else f"{value:,.0f}"
    if isinstance(value, float):
        return f"{value:,.{_DIGITS.get(column, 3)}f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def page(tables: Mapping[str, pl.DataFrame], *, said: str) -> str:
    """All tables as one page of Markdown; `said` stands before them."""
    parts = ["# Scoreboard", said]
    parts += [f"## {TITLES[name][0]}\n\n{TITLES[name][1]}\n\n{_markdown(table)}" for name, table in _ordered(tables)]
    return "\n\n".join(parts) + "\n"


def text(tables: Mapping[str, pl.DataFrame], *, said: str) -> str:
    """All tables for a terminal; `said` stands before them."""
    parts = [said]
    parts += [f"{TITLES[name][0].upper()}\n{_aligned(table)}" for name, table in _ordered(tables)]
    return "\n\n".join(parts)


def _ordered(tables: Mapping[str, pl.DataFrame]) -> Iterable[tuple[str, pl.DataFrame]]:
    held = [name for name in TITLES if name in tables and tables[name].height]
    return [(name, shown(name, tables[name])) for name in held]


def _lines(table: pl.DataFrame) -> list[list[str]]:
    shown = [column for column in table.columns if column != "SOURCE"]
    body = [[cell(name, row[name]) for name in shown] for row in table.iter_rows(named=True)]
    return [[name.lower().replace("_", " ") for name in shown], *body]


def _markdown(table: pl.DataFrame) -> str:
    head, *body = _lines(table)
    rows = [f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *body)]
    source = table.get_column("SOURCE").unique().sort().to_list() if "SOURCE" in table.columns else []
    return "\n".join(rows) + "".join(f"\n\nSource: {one}." for one in source)


def _aligned(table: pl.DataFrame) -> str:
    lines = _lines(table)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
