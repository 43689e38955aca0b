"""From publishers' files to vintages: read everything first, keep nothing when anything is wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.collect import catalogue
from corridors.collect.reading import Reading
from corridors.concepts.dataflows import DataflowName, validate
from corridors.concepts.findings import DataError, Finding, raise_if_any
from corridors.store.vintages import Store, Vintage

if TYPE_CHECKING:
    import polars as pl

#: Observatory that holds what was collected from publishers' files, and the one of the regional world in the package.
WORLD, REGIONAL = "world", "regional"
#: Rounds of the survey of Member States, which belong to no world of figures.
CONSULTATIONS = "consultations"


@dataclass(frozen=True, slots=True)
class Collected:
    """One table as it was put into the store.

    `cover` is the share of the world's migrants that a stock counts, `replaces` the vintage that its product pointed at
    before, and `before` how many observations that one has.
    """

    product: str
    layout: str
    dataflow: str
    vintage: str
    rows: int
    files: tuple[str, ...]
    cover: float | None = None
    replaces: str | None = None
    before: int = 0

    def __str__(self) -> str:
        words = [f"{self.rows:,} observations, {self.layout}, from {', '.join(self.files)}"]
        if self.cover is not None:
            words.append(f"covers {100 * self.cover:.4g} per cent of the world's migrants")
        if self.replaces:
            change = self.rows - self.before
            said = (
                f"{abs(change):,} observations {'fewer' if change < 0 else 'more'}"
                if change
                else "as many observations"
            )
            words.append(f"replaces {self.replaces}: {said}")
        return f"{self.vintage}  {self.dataflow}, {'; '.join(words)}"

    def as_dict(self) -> dict[str, object]:
        """For machines."""
        return {
            "product": self.product,
            "layout": self.layout,
            "dataflow": self.dataflow,
            "vintage": self.vintage,
            "observations": self.rows,
            "files": list(self.files),
            "cover": self.cover,
            "replaces": self.replaces,
            "observations_before": self.before if self.replaces else None,
        }


@dataclass(frozen=True, slots=True)
class RawFile:
    """A publisher's file as bytes, with the name that messages use.

    Where it was downloaded, `address` says from where and `product` which of its source's products it must be.
    """

    name: str
    raw: bytes
    address: str | None = None
    product: str | None = None


def from_files(source: str, files: Sequence[Path], *, store: Path) -> list[Collected]:
    """Read files of one source and put their tables into the store.

    Parameters
    ----------
    source
        Name of the source, for example `undesa`.
    files
        The publisher's files, of any layout the source knows.
    store
        Folder of the store; made when it is not there.

    Raises
    ------
    DataError
        All findings of all files; nothing was stored.
    Unavailable
        The disk refused to take the vintage; the store is as it was.
    """
    _require_source(source)
    missing = [
        Finding("file-unreadable", str(path), "no such file" if not path.exists() else "not a file", "name a file")
        for path in files
        if not path.is_file()
    ]
    raise_if_any(missing)
    named = zip(_distinct_names(files), files, strict=True)
    given = catalogue.bundled(source, [(name, path.read_bytes()) for name, path in named])
    return keep(source, [RawFile(name, raw) for name, raw in given], store=Store(store), observatory=WORLD)


def from_addresses(source: str | None, *, store: Path, quiet: bool) -> list[Collected]:
    """Download the current products of one source, or of all, and put them into the store.

    Raises
    ------
    DataError
        A download is not what its card says; nothing of that source was stored.
    Unavailable
        There is no network, or the publisher does not answer.
    """
    from corridors.workflow.download import download

    if source:
        _require_source(source)
    kept: list[Collected] = []
    opened = Store(store)
    for name in (source,) if source else catalogue.sources():
        files = [
            RawFile(*download(one.address, quiet=quiet, checksum=one.checksum or None), one.address, one.id)
            for one in catalogue.card(name).products
            if one.address
        ]
        if files:
            kept += keep(name, files, store=opened, observatory=WORLD)
        elif source:
            raise ValueError(f"{source} has no address to download from; name its files with --file")
    return kept


def collect_embedded(store: Store) -> list[Collected]:
    """Put the regional world that comes with the package into the store, as the observatory `regional`.

    Parameters
    ----------
    store
        The opened store.

    Raises
    ------
    DataError
        A file of the package is damaged; nothing was stored.
    Unavailable
        The disk refused.
    """
    files = [RawFile(name, raw) for name, raw in catalogue.package_files("embedded")]
    return keep("embedded", files, store=store, observatory=REGIONAL)


def keep(source: str, files: Sequence[RawFile], *, store: Store, observatory: str) -> list[Collected]:
    """Read all files, then publish one vintage for each product and dataflow.

    Files of one call that belong to the same product are put together; a key that two of them carry is a finding.

    Raises
    ------
    DataError
        All findings of all files; nothing was stored.
    """
    readings: list[tuple[RawFile, Reading]] = []
    findings: list[Finding] = []
    for file in files:
        try:
            reading = catalogue.read(source, file.raw, file=file.name)
        except DataError as error:
            findings += _of_another_source(source, file) or error.findings
            continue
        readings.append((file, reading))
        if file.product not in (None, reading.product):
            fact = f"the address gave {reading.product}, {reading.layout}"
            findings.append(
                Finding("table-wrong", file.name, fact, f"wanted is {file.product}; correct the source's card")
            )
    raise_if_any(findings)
    by_product: dict[str, list[tuple[RawFile, Reading]]] = defaultdict(list)
    for file, reading in readings:
        by_product[reading.product].append((file, reading))
    merged = {product: _merge(product, parts) for product, parts in by_product.items()}
    collected: list[Collected] = []
    # Only now, with every table valid, is anything written.
    for product, parts in by_product.items():
        before = _latest(store, observatory, product)
        covers = _covers(source, merged[product], parts)
        published = store.publish(
            observatory,
            product,
            merged[product],
            metadata=_metadata(source, parts[0][1]),
            of_each={name: {**_origin(source, name, parts, store), **covers.get(name, {})} for name in merged[product]},
        )
        collected += [_collected(vintage, parts, before.get(name)) for name, vintage in published.items()]
    return collected


def _distinct_names(files: Sequence[Path]) -> list[str]:
    """Names of files without their folders, or with as many of them as tell all files apart."""
    for depth in range(1, max((len(path.parts) for path in files), default=1) + 1):
        names = ["/".join(path.parts[-depth:]) for path in files]
        if len(set(names)) == len(set(files)):
            break
    return names if files else []


def _of_another_source(source: str, file: RawFile) -> list[Finding]:
    """The finding for a file that its own source does not read and exactly one other does."""
    claims = catalogue.identify(file.raw, file=file.name, without=(source,)).claims
    if len(claims) != 1:
        return []
    [claim] = claims
    fact = f"it is no file of {source}; it is a file of {claim.source} ({claim.product}, {claim.layout})"
    return [Finding("source-other", file.name, fact, f"corridors collect {claim.source} --file {file.name}")]


def _latest(store: Store, observatory: str, product: str) -> Mapping[DataflowName, Vintage]:
    try:
        return store.latest(observatory, product)
    except DataError:
        # What is damaged is about to be replaced.
        return {}


def _covers(
    source: str, tables: Mapping[DataflowName, pl.DataFrame], parts: Sequence[tuple[RawFile, Reading]]
) -> Mapping[DataflowName, Mapping[str, float]]:
    """What a description says of a stock beside its origin: the share of the world's migrants it counts."""
    from corridors.collect.plausible import world_share

    first = parts[0][1]
    cover = first.cover
    if cover is not None and len(parts) > 1:
        share = world_share(tables["STOCK"], catalogue.card(source).world_totals(first.revision, "STOCK"))
        cover = share.cover if share else None
    return {} if cover is None else {"STOCK": {"cover": round(cover, 4)}}


def _require_source(source: str) -> None:
    if source not in catalogue.sources():
        raise ValueError(f"no source {source!r}; there are {', '.join(catalogue.sources())}")


def _merge(product: str, parts: Sequence[tuple[RawFile, Reading]]) -> Mapping[DataflowName, pl.DataFrame]:
    import polars as pl

    if len(parts) == 1:
        return parts[0][1].tables
    tables: dict[DataflowName, list[pl.DataFrame]] = defaultdict(list)
    for _, reading in parts:
        for name, table in reading.tables.items():
            tables[name].append(table)
    # The same file given twice is no contradiction: equal rows fall together, unequal ones are duplicated keys.
    merged = {name: pl.concat(several, how="diagonal").unique(maintain_order=True) for name, several in tables.items()}
    place = f"{product} from {', '.join(file.name for file, _ in parts)}"
    raise_if_any(finding for name, table in merged.items() for finding in validate(table, name, place=place))
    return merged


def _metadata(source: str, first: Reading) -> dict[str, object]:
    card = catalogue.card(source)
    return {
        "source": source,
        "publisher": card.publisher,
        "title": card.title,
        "revision": first.revision,
        "layout": first.layout,
    }


def _origin(
    source: str, name: DataflowName, parts: Sequence[tuple[RawFile, Reading]], store: Store
) -> dict[str, object]:
    """How a table is cited, and the raw files it was read from, kept by their checksum."""
    now = datetime.now(tz=UTC).isoformat(timespec="seconds")
    raw = {
        file.name: store.keep_raw(
            file.raw, metadata={"file": file.name, "source": source, "address": file.address, "at": now}
        )
        for file, reading in parts
        if name in reading.tables
    }
    first = parts[0][1]
    cited = first.cited or catalogue.card(source).cited(name, revision=first.revision)
    return {**asdict(cited), "raw": raw}


def _collected(vintage: Vintage, parts: Sequence[tuple[RawFile, Reading]], before: Vintage | None) -> Collected:
    return Collected(
        product=vintage.product,
        layout=parts[0][1].layout,
        dataflow=vintage.dataflow,
        vintage=vintage.id,
        rows=vintage.rows,
        files=tuple(file.name for file, reading in parts if vintage.dataflow in reading.tables),
        cover=vintage.metadata.get("cover"),
        replaces=before.id if before and before.id != vintage.id else None,
        before=before.rows if before else 0,
    )
