"""Quality and coverage of what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.collect.coverage import coverage, coverage_by_subregion
from corridors.collect.quality import SHOWN, Stored, check_all
from corridors.concepts.areas import area_name, known_areas
from corridors.concepts.codelists import codelist
from corridors.concepts.dataflows import dataflow
from corridors.concepts.findings import Finding
from corridors.report.charts.coverage import coverage_map
from corridors.report.world import Check, Known
from corridors.store.disk import whole_or_nothing, write_file
from corridors.store.vintages import Store, Vintage
from corridors.workflow.collect import REGIONAL, WORLD

if TYPE_CHECKING:
    import polars as pl

    from corridors.report.charts.chart import Chart

_SOURCE = "Corridors, what the store holds"
#: Shares of the stock by what they rest on: the indicators that the report uses.
SHARES = ("SHARE_BORN_ABROAD", "SHARE_CITIZENSHIP", "SHARE_IMPUTED")
#: Measures that the report and its estimates use, of dataflows of which they do not use all.
_USED = {"INDICATOR": SHARES, "VITAL": ("BIRTHS", "DEATHS"), "DISPLACED": ("REFUGEES", "OTHER_IN_NEED")}
#: Dataflows that a check concerns, where it does not concern all of them.
_CONCERNS: Mapping[str, tuple[str, ...]] = {
    "falling_world_total": ("STOCK",),
    "aggregates_counted_twice": ("STOCK", "POPULATION"),
    "revisions_that_disagree": ("STOCK", "POPULATION", "NET_MIGRATION"),
    "thousands_for_persons": ("STOCK", "POPULATION", "NET_MIGRATION"),
    "mirror_flows_out_of_band": ("FLOW_OBSERVED",),
    "reversed_orientation": ("STOCK", "REMITTANCE", "INDICATOR"),
}
#: A ranking of the largest is a part of the world on purpose: no check takes it for a whole.
_RANKING = "embedded-2024-highlights"


@dataclass(frozen=True, slots=True)
class QualityReport:
    """Findings of every check by its name, over so many tables."""

    tables: int
    found: dict[str, list[Finding]]

    @property
    def findings(self) -> list[Finding]:
        """All findings in the order of the checks."""
        return [finding for findings in self.found.values() for finding in findings]

    def __str__(self) -> str:
        lines = [f"{self.tables} tables, {len(self.found)} checks, {len(self.findings)} findings"]
        for name, findings in self.found.items():
            lines.append(f"\n{name.replace('_', ' ')}: {len(findings) or 'nothing found'}")
            lines += [f"  {finding}" for finding in findings[:SHOWN]]
            if len(findings) > SHOWN:
                lines.append(f"  and {len(findings) - SHOWN:,} more; --findings FILE writes all of them")
        return "\n".join(lines)

    def as_dict(self) -> dict[str, object]:
        """For machines."""
        return {"tables": self.tables, "checks": {n: [asdict(f) for f in fs] for n, fs in self.found.items()}}


@dataclass(frozen=True, slots=True)
class Looked:
    """What the tables at hand say of themselves: coverage, checks, and the vintages that were used or only looked at."""

    known: Known
    checks: tuple[Check, ...]
    used: tuple[Vintage, ...]
    beside: tuple[Vintage, ...]


def countries_of_today() -> list[str]:
    """Countries and territories of the present day."""
    return [code for code, area in known_areas().items() if area.kind == "country"]


def look_at(store: Store, used: Iterable[Vintage], beside: Iterable[Vintage], *, areas: Sequence[str]) -> Looked:
    """Coverage and checks for a report.

    Today is the day of the newest vintage, as in the date of the report: the same vintages give the same report.

    Parameters
    ----------
    store
        The store that holds the vintages.
    used, beside
        Vintages from which a report is made, and others at hand.
    areas
        Areas whose figures are looked for.
    """
    import polars as pl

    unique = [{one.id: one for one in vintages} for vintages in (used, beside)]
    tables = [
        (one, Stored(one.dataflow, one.product, store.read(one).drop("VINTAGE")), mine)
        for mine, vintages in zip((True, False), unique, strict=True)
        for one in vintages.values()
    ]
    mine: list[tuple[Vintage, Stored]] = []
    others: list[tuple[Vintage, Stored]] = []
    for vintage, stored, is_used in tables:
        wanted = _USED.get(stored.dataflow)
        if not is_used or stored.dataflow == "PROJECTION":
            others.append((vintage, stored))
        elif wanted is None:
            mine.append((vintage, stored))
        else:
            there = pl.col("MEASURE").is_in(wanted)
            mine.append((vintage, replace(stored, table=stored.table.filter(there))))
            others.append((vintage, replace(stored, table=stored.table.filter(~there))))
    known = Known(
        used=coverage([stored for _, stored in mine], areas=areas),
        beside=coverage([stored for _, stored in others], areas=areas),
        areas=tuple(areas),
    )
    as_of = max(date.fromisoformat(str(vintage.metadata["created"])[:10]) for vintage, _, _ in tables)
    checks = _checks([stored for _, stored, _ in tables if stored.product != _RANKING], as_of=as_of)
    return Looked(known, checks, tuple(one for one, _ in mine), tuple(one for one, _ in others))


def _checks(tables: Sequence[Stored], *, as_of: date) -> tuple[Check, ...]:
    return tuple(
        Check(
            name,
            tuple(f"{stored.product}/{stored.dataflow}" for stored in tables if _concerns(name, stored)),
            tuple(findings),
        )
        for name, findings in check_all(tables, as_of=as_of).items()
    )


def _concerns(name: str, stored: Stored) -> bool:
    if name == "sexes_that_do_not_add_up":
        return "SEX" in stored.table.columns
    if name == "heaped_digits":
        return dataflow(stored.dataflow).unit in ("PS", "EV")
    return stored.dataflow in _CONCERNS.get(name, (stored.dataflow,))


def check(store: Path, *, as_of: date) -> QualityReport:
    """Run every check on the latest vintages of what was collected.

    Raises
    ------
    ValueError
        There is no store, or nothing was collected into it.
    """
    tables = _collected(store)
    return QualityReport(len(tables), check_all(tables, as_of=as_of))


def draw_coverage(store: Path, *, out: Path) -> list[Path]:
    """Write what is known by area, year and measure: a table, and heat maps as SVG, PNG and interactive pages.

    Raises
    ------
    ValueError
        There is no store, or nothing was collected into it.
    Unavailable
        The disk refused.
    """
    from corridors.report.render.pictures import page, png, svg

    known = coverage(_collected(store))
    files = {"coverage.csv": known.write_csv().encode()}
    for chart in coverage_charts(known):
        files |= {f"{chart.key}.svg": svg(chart), f"{chart.key}.png": png(chart), f"{chart.key}.html": page(chart)}
    with whole_or_nothing(f"the coverage to {out}"):
        for name, raw in files.items():
            write_file(out / name, raw)
    return [out / name for name in files]


def coverage_charts(known: pl.DataFrame) -> list[Chart]:
    """One heat map of all measures, and one of the subregions for each dataflow."""
    import polars as pl

    names = {code: entry.name for code, entry in codelist("MEASURE").items()}
    world = sum(one.kind == "country" for one in known_areas().values())
    there = known.filter(pl.col("OBS_STATUS").is_in(["A", "B", "P", "E", "I"]))
    measures = (
        there.group_by("DATAFLOW", "MEASURE", "YEAR")
        .agg(SHARE=(pl.col("AREA").n_unique() / world).clip(0, 1))
        .sort("DATAFLOW", "MEASURE", "YEAR")
        .with_columns(ROW=pl.col("MEASURE").replace({n: dataflow(n).title for n in there["DATAFLOW"].unique()} | names))
    )
    # Two dataflows may share a measure: then its row carries the dataflow's name.
    once = measures.group_by("ROW", "YEAR").agg(pl.col("SHARE").max()).sort("ROW", "YEAR")
    charts = [
        coverage_map(
            once, key="coverage.measures", title="What is known, by measure and year", source=_SOURCE, what="measure"
        )
    ]
    regions = coverage_by_subregion(known).group_by("DATAFLOW", "SUBREGION", "YEAR").agg(pl.col("SHARE").max())
    for name in sorted(regions["DATAFLOW"].unique()):
        rows = regions.filter(pl.col("DATAFLOW") == name).with_columns(
            ROW=pl.col("SUBREGION").map_elements(area_name, return_dtype=pl.String)
        )
        title = f"{dataflow(name).title}: what is known, by subregion and year"
        charts.append(
            coverage_map(
                rows.sort("ROW", "YEAR"), key=f"coverage.{name.lower()}", title=title, source=_SOURCE, what="subregion"
            )
        )
    return charts


def _collected(store: Path) -> Sequence[Stored]:
    if not store.is_dir():
        raise ValueError(f"no store at {store}; collect something first, or name its folder with --store")
    opened = Store(store)
    tables = [
        Stored(name, product, opened.read(vintage).drop("VINTAGE"))
        for product in opened.products(WORLD)
        for name, vintage in opened.latest(WORLD, product).items()
        if not product.startswith("flows-")
    ]
    if not tables:
        beside = (
            "; the regional world that comes with the package is not checked"
            if REGIONAL in opened.observatories()
            else ""
        )
        raise ValueError(f"nothing was collected into {store} yet{beside}: corridors collect SOURCE --file F")
    return tables
