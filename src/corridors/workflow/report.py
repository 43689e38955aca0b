"""From the store, or from the package, to the report on the table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from corridors.concepts.dataflows import DataflowName
from corridors.concepts.findings import DataError, Unavailable, raise_if_any
from corridors.store.disk import checksum, whole_or_nothing
from corridors.store.layout import compared
from corridors.store.outputs import replace_files, with_sums
from corridors.store.vintages import Store, Vintage
from corridors.workflow import sources
from corridors.workflow.steps import Made, Pipeline, Progress, Step

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
    *,
    world: Literal["embedded", "store"],
    out: Path,
    store: Path,
    fresh: bool,
    progress: Progress,
    revision: str | None = None,
) -> MadeReport:
    """Collect, estimate, compose and write, each step only when something it rests on has changed.

    Parameters
    ----------
    world
        The regional world that comes with the package, or what was collected into the store.
    out
        Folder for `report.pdf`, `report.docx`, `report.html`, `figures.csv`, `charts/`, `tables/` and `SHA256SUMS`. Files
        in it that no run wrote are left alone.
    store
        Folder of the store.
    fresh
        Whether to do every step again.
    progress
        Called at the start and the end of each step.
    revision
        Revision of the stock in the store; by default the newest whose populations are there.

    Raises
    ------
    DataError
        A table that the report needs is not there or is damaged, or the accounts cannot be closed; no file was written.
    Unavailable
        The disk refused, or the program that writes Word is not installed.
    """
    pipeline = Pipeline(Store(store), progress, fresh=fresh)
    steps: list[Step] = []
    if world == "embedded":
        steps.append(_collect(pipeline))
        chosen = sources.regional(pipeline.store)
    else:
        chosen = sources.collected(pipeline.store, revision=revision)
    beside = vintages_beside(pipeline.store, chosen)
    raise_if_any(pipeline.store.damage([*chosen.vintages.values(), *beside.values()]))
    steps.append(_estimate(pipeline, chosen))
    estimated: dict[str, Vintage] = {
        name: pipeline.store.vintage(chosen.observatory, name, identity)
        for name, identity in _of_dataflows(steps[-1].outputs)
    }
    steps.append(_write(pipeline, chosen, estimated=estimated, beside=beside, out=out))
    return MadeReport(tuple(steps), {form: out / f"report.{form}" for form in ("pdf", "docx", "html")})


def vintages_beside(store: Store, chosen: sources.Chosen) -> dict[str, Vintage]:
    """Latest vintages at hand that a report does not rest on, by product and dataflow: no estimates, views of any round."""
    from corridors.workflow.collect import CONSULTATIONS

    used = {vintage.id for vintage in chosen.vintages.values()}
    return {
        f"{product}/{name}": vintage
        for observatory in (chosen.observatory, CONSULTATIONS)
        for product in store.products(observatory)
        if not product.startswith("flows-")
        for name, vintage in store.latest(observatory, product).items()
        if vintage.id not in used
    }


def _collect(pipeline: Pipeline) -> Step:
    from corridors.collect.catalogue import package_files
    from corridors.workflow.collect import REGIONAL, collect_embedded

    def make() -> Made:
        return Made({f"{one.product}/{one.dataflow}": one.vintage for one in collect_embedded(pipeline.store)})

    def stands(outputs: Mapping[str, str]) -> bool:
        return _stand(pipeline.store, REGIONAL, outputs)

    inputs = {name: checksum(raw) for name, raw in package_files("embedded")}
    return pipeline.step("collect the regional world", inputs=inputs, parameters={}, make=make, stands=stands)


def _estimate(pipeline: Pipeline, chosen: sources.Chosen) -> Step:
    roles = ("STOCK", "POPULATION", "VITAL", "NET_MIGRATION")

    def make() -> Made:
        from corridors.workflow.estimate import estimate

        made = estimate(pipeline.store, chosen, methods=METHODS)
        return Made({name: vintage.id for name, vintage in made.items()})

    def stands(outputs: Mapping[str, str]) -> bool:
        return _stand(pipeline.store, chosen.observatory, outputs)

    return pipeline.step(
        "estimate flows",
        inputs={role: chosen.vintages[role].id for role in roles},
        parameters={"methods": " ".join(METHODS)},
        make=make,
        stands=stands,
    )


def _of_dataflows(outputs: Mapping[str, str]) -> list[tuple[DataflowName, str]]:
    """Dataflow and vintage of a step's outputs, which are called `FLOW` or, of several products, `product/FLOW`."""
    known = {name: name for name in get_args(DataflowName)}
    return [(known[output.rsplit("/", 1)[-1]], identity) for output, identity in outputs.items()]


def _stand(store: Store, observatory: str, outputs: Mapping[str, str]) -> bool:
    """Whether the vintages that a step made are as they were written, and the latest of their products."""
    try:
        vintages = [store.vintage(observatory, name, identity) for name, identity in _of_dataflows(outputs)]
        latest = {one.product: store.latest(observatory, one.product) for one in vintages}
    except (DataError, KeyError):
        return False
    pointed = all(latest[one.product].get(one.dataflow) == one for one in vintages)
    return bool(vintages) and pointed and not store.damage(vintages, raw=True)


def _write(
    pipeline: Pipeline,
    chosen: sources.Chosen,
    *,
    estimated: Mapping[str, Vintage],
    beside: Mapping[str, Vintage],
    out: Path,
) -> Step:
    def make() -> Made:
        from corridors.report.compose import compose
        from corridors.workflow.worlds import read_world

        document = compose(read_world(pipeline.store, chosen, estimated, beside=beside))
        files = with_sums(_rendered(document, lambda what: pipeline.progress("write the report", what)))

        def place() -> None:
            with whole_or_nothing(f"the report to {out}"):
                replace_files(out, files)

        return Made({name: checksum(raw) for name, raw in files.items()}, place)

    def stands(outputs: Mapping[str, str]) -> bool:
        return bool(outputs) and not any(compared(out / name, expected, "") for name, expected in outputs.items())

    vintages = {role: vintage.id for role, vintage in {**beside, **chosen.vintages, **estimated}.items()}
    return pipeline.step("write the report", inputs=vintages, parameters={}, make=make, stands=stands)


def _rendered(document: Document, tell: Callable[[str], None]) -> dict[str, bytes]:
    """Every file of the report by its name below the folder."""
    from corridors.report.render.html import html
    from corridors.report.render.pdf import pdf
    from corridors.report.render.pictures import embed_script, page, png, svg

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
    text |= {one.chart.key: svg(one.chart).decode() for one in document.accounts if one.chart is not None}
    return {
        **files,
        **document.files,
        "figures.csv": _figures_csv(document),
        "report.html": html(document, drawings=text, script=embed_script(charts)),
        "report.pdf": pdf(document, pictures=pictures),
        "report.docx": _word(document, pictures),
    }


def _word(document: Document, pictures: Mapping[str, bytes]) -> bytes:
    from corridors.report.render.word import word

    try:
        with whole_or_nothing("the Word document to a temporary folder"):
            return word(document, pictures=pictures)
    except RuntimeError as error:
        # So pandoc ends when it has no room for its own files.
        raise Unavailable(
            f"could not write the Word document: {' '.join(str(error).split())}; nothing was changed. "
            "Free space for temporary files, then try again"
        ) from error


def _figures_csv(document: Document) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("key", "value", "unit", "printed", "rounding", "query", "vintages"))
    for one in document.registry.values():
        writer.writerow((one.key, one.value, one.unit, one.text, one.rounding, one.query, " ".join(one.vintages)))
    return text.getvalue().encode()
