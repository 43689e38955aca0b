"""From the store, or from the package, to the report on the table."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from corridors.store.disk import checksum, file_checksum, whole_or_nothing, write_file
from corridors.store.vintages import Store, Vintage
from corridors.workflow import sources
from corridors.workflow.steps import Pipeline, Progress, Step

if TYPE_CHECKING:
    from corridors.estimate.flows import MethodName
    from corridors.report.document import Document

#: What the report tells apart: the fewest moves, and the mix.
METHODS: tuple[MethodName, ...] = ("min-closed", "pb-closed")


@dataclass(frozen=True, slots=True)
class MadeReport:
    """Steps as they were run, and the report's files by format."""

    steps: tuple[Step, ...]
    files: Mapping[str, Path]


def make_report(
    *, world: Literal["embedded", "store"], out: Path, store: Path, fresh: bool, progress: Progress
) -> MadeReport:
    """Collect, estimate, compose and write, each step only when something it rests on has changed.

    Parameters
    ----------
    world
        The regional world that comes with the package, or what was collected into the store.
    out
        Folder for `report.pdf`, `report.docx`, `report.html`, `figures.csv`, `charts/` and `tables/`.
    store
        Folder of the store.
    fresh
        Whether to do every step again.
    progress
        Called at the start and the end of each step.

    Raises
    ------
    DataError
        A table that the report needs is not there, or the accounts cannot be closed; no file was written.
    Unavailable
        The disk refused, or the program that writes Word is not installed.
    """
    pipeline = Pipeline(Store(store), progress, fresh=fresh)
    steps: list[Step] = []
    if world == "embedded":
        steps.append(_collect(pipeline))
        chosen = sources.regional(pipeline.store)
    else:
        chosen = sources.collected(pipeline.store)
    steps.append(_estimate(pipeline, chosen))
    estimated = _vintages(pipeline.store, chosen.observatory, steps[-1].outputs)
    steps.append(_write(pipeline, chosen, estimated, out))
    return MadeReport(tuple(steps), {form: out / f"report.{form}" for form in ("pdf", "docx", "html")})


def _collect(pipeline: Pipeline) -> Step:
    from corridors.collect.catalogue import package_files
    from corridors.workflow.collect import REGIONAL, collect_embedded

    def make() -> Mapping[str, str]:
        return {f"{one.product}/{one.dataflow}": one.vintage for one in collect_embedded(pipeline.store)}

    def stands(outputs: Mapping[str, str]) -> bool:
        pointed = {
            f"{product}/{name}": vintage.id
            for product in pipeline.store.products(REGIONAL)
            for name, vintage in pipeline.store.latest(REGIONAL, product).items()
        }
        return bool(outputs) and outputs.items() <= pointed.items()

    inputs = {name: checksum(raw) for name, raw in package_files("embedded")}
    return pipeline.step("collect the regional world", inputs=inputs, parameters={}, make=make, stands=stands)


def _estimate(pipeline: Pipeline, chosen: sources.Chosen) -> Step:
    roles = ("STOCK", "POPULATION", "VITAL", "NET_MIGRATION")

    def make() -> Mapping[str, str]:
        from corridors.workflow.estimate import estimate

        made = estimate(pipeline.store, chosen, methods=METHODS)
        return {name: vintage.id for name, vintage in made.items()}

    def stands(outputs: Mapping[str, str]) -> bool:
        return bool(outputs) and len(_vintages(pipeline.store, chosen.observatory, outputs)) == len(outputs)

    return pipeline.step(
        "estimate flows",
        inputs={role: chosen.vintages[role].id for role in roles},
        parameters={"methods": " ".join(METHODS)},
        make=make,
        stands=stands,
    )


def _vintages(store: Store, observatory: str, named: Mapping[str, str]) -> dict[str, Vintage]:
    return {v.dataflow: v for v in store.vintages() if v.observatory == observatory and named.get(v.dataflow) == v.id}


def _write(pipeline: Pipeline, chosen: sources.Chosen, estimated: Mapping[str, Vintage], out: Path) -> Step:
    def make() -> Mapping[str, str]:
        from corridors.report.compose import compose
        from corridors.workflow.worlds import read_world

        document = compose(read_world(pipeline.store, chosen, estimated))
        files = _rendered(document, lambda what: pipeline.progress("write the report", what))
        with whole_or_nothing(f"the report to {out}"):
            for folder in ("charts", "tables"):
                shutil.rmtree(out / folder, ignore_errors=True)
            for name, raw in files.items():
                write_file(out / name, raw)
        return {name: checksum(raw) for name, raw in files.items()}

    def stands(outputs: Mapping[str, str]) -> bool:
        return bool(outputs) and all(
            (out / name).is_file() and file_checksum(out / name) == expected for name, expected in outputs.items()
        )

    vintages = {role: vintage.id for role, vintage in {**chosen.vintages, **estimated}.items()}
    return pipeline.step("write the report", inputs=vintages, parameters={}, make=make, stands=stands)


def _rendered(document: Document, tell: Callable[[str], None]) -> dict[str, bytes]:
    """Every file of the report by its name below the folder."""
    from corridors.report.render.html import html
    from corridors.report.render.pdf import pdf
    from corridors.report.render.pictures import embed_script, page, png, svg
    from corridors.report.render.word import word

    charts = document.charts()
    tell(f"drawing {len(charts)} charts")
    drawings = {chart.key: svg(chart) for chart in charts}
    pictures = {chart.key: png(chart, scale=3.0) for chart in charts}
    files = {f"tables/{table.key}.csv": table.to_csv() for table in (*document.tables(), *(c.twin for c in charts))}
    for chart in charts:
        files |= {
            f"charts/{chart.key}.svg": drawings[chart.key],
            f"charts/{chart.key}.png": pictures[chart.key],
            f"charts/{chart.key}.html": page(chart),
        }
    tell("writing HTML, PDF and Word")
    text = {key: drawing.decode() for key, drawing in drawings.items()}
    return {
        **files,
        "figures.csv": _figures_csv(document),
        "report.html": html(document, drawings=text, script=embed_script(charts)),
        "report.pdf": pdf(document, pictures=pictures),
        "report.docx": word(document, pictures=pictures),
    }


def _figures_csv(document: Document) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("key", "value", "unit", "printed", "rounding", "query", "vintages"))
    for one in document.registry.values():
        writer.writerow((one.key, one.value, one.unit, one.text, one.rounding, one.query, " ".join(one.vintages)))
    return text.getvalue().encode()
