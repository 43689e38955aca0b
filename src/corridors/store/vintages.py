"""Vintages: immutable tables with their description, the pointers to the latest ones, raw files, and the ledger.

Layout below the root::

    <observatory>/<dataflow>/<vintage>/part-0.parquet, metadata.json
    <observatory>/latest/<product>.json      {dataflow: vintage}
    raw/<sha256>, raw/<sha256>.json
    ledger/<key>.json

A vintage's name ends with a checksum of its rows, so that the same table is the same vintage. It is put in place by one
rename; the pointer of a product is one file and moves at once for all of its dataflows. Listing, pointers and the ledger
need no numeric library.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from corridors.concepts.dataflows import DataflowName, dataflow
from corridors.concepts.findings import Finding
from corridors.store.disk import (
    canonical_json,
    checksum,
    file_checksum,
    is_temporary,
    sweep,
    whole_or_nothing,
    write_file,
    write_folder,
)
from corridors.store.ledger import Entry

if TYPE_CHECKING:
    import duckdb
    import polars as pl

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PART, _METADATA, _LATEST, _RAW, _LEDGER = "part-0.parquet", "metadata.json", "latest", "raw", "ledger"


@dataclass(frozen=True, slots=True)
class Vintage:
    """One immutable table: where it lies and what its description says."""

    observatory: str
    dataflow: DataflowName
    id: str
    path: Path
    metadata: Mapping[str, Any]

    @property
    def product(self) -> str:
        """The publisher's table of which this is a version."""
        return str(self.metadata["product"])

    @property
    def rows(self) -> int:
        """Number of observations."""
        return int(self.metadata["rows"])


class Store:
    """A folder of vintages; several processes may write to it at once.

    Parameters
    ----------
    root
        The folder; made at the first write.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    # --- writing ------------------------------------------------------------------------------------------------------

    def publish(
        self,
        observatory: str,
        product: str,
        tables: Mapping[DataflowName, pl.DataFrame],
        *,
        metadata: Mapping[str, object],
        of_each: Mapping[DataflowName, Mapping[str, object]] | None = None,
    ) -> dict[DataflowName, Vintage]:
        """Write each table as a vintage, then point the product at all of them at once.

        Parameters
        ----------
        observatory
            Group of products that belong together, for example `world`.
        product
            The publisher's table, for example `undesa-ims2020-bilateral`.
        tables
            Valid tables by dataflow.
        metadata
            What the descriptions should say beside rows, checksum and time.
        of_each
            What the description of a single dataflow should say beside that.

        Raises
        ------
        Unavailable
            The disk refused; the product still points at what it did before.
        """
        _require_name(observatory, "observatory")
        _require_name(product, "product")
        with whole_or_nothing(f"the vintages of {product} to {self.root}"):
            sweep(self.root)
            written = {
                name: self._write(observatory, product, name, table, {**metadata, **(of_each or {}).get(name, {})})
                for name, table in tables.items()
            }
            pointer = canonical_json({name: vintage.id for name, vintage in written.items()})
            write_file(self.root / observatory / _LATEST / f"{product}.json", pointer.encode())
        return written

    def _write(
        self, observatory: str, product: str, name: DataflowName, table: pl.DataFrame, metadata: Mapping[str, object]
    ) -> Vintage:
        columns = [column.name for column in dataflow(name).columns if column.name in table.columns]
        ordered = table.select(columns).sort([c.name for c in dataflow(name).key], nulls_last=True)
        buffer = io.BytesIO()
        ordered.write_parquet(buffer, compression="zstd", statistics=True)
        raw = buffer.getvalue()
        identity = f"{product}-{_content_checksum(ordered)[:12]}"
        path = self.root / observatory / name / identity
        if not path.is_dir():
            description = {
                **metadata,
                "vintage": identity,
                "product": product,
                "dataflow": name,
                "rows": ordered.height,
                "files": {_PART: checksum(raw)},
                "created": datetime.now(tz=UTC).isoformat(timespec="seconds"),
            }
            text = json.dumps(description, indent=1, ensure_ascii=False, sort_keys=True)
            write_folder(path, {_PART: raw, _METADATA: text.encode()})
        return _vintage(path)

    def keep_raw(self, raw: bytes, *, metadata: Mapping[str, object]) -> str:
        """Keep a publisher's file as it came and return its checksum.

        Raises
        ------
        Unavailable
            The disk refused.
        """
        name = checksum(raw)
        path = self.root / _RAW / name
        with whole_or_nothing(f"the raw file to {path}"):
            if not path.is_file():
                write_file(path, raw)
                write_file(path.with_suffix(".json"), json.dumps(dict(metadata), ensure_ascii=False).encode())
        return name

    def record(self, entry: Entry) -> None:
        """Put a row into the ledger; a later row of the same key takes its place.

        Raises
        ------
        Unavailable
            The disk refused.
        """
        with whole_or_nothing(f"the ledger of {self.root}"):
            write_file(self.root / _LEDGER / f"{entry.key}.json", entry.to_json().encode())

    # --- reading ------------------------------------------------------------------------------------------------------

    def observatories(self) -> tuple[str, ...]:
        """Names of the groups of products, in alphabetical order."""
        if not self.root.is_dir():
            return ()
        return tuple(sorted(path.name for path in self.root.iterdir() if (path / _LATEST).is_dir()))

    def products(self, observatory: str) -> tuple[str, ...]:
        """Products of an observatory, in alphabetical order."""
        folder = self.root / observatory / _LATEST
        return tuple(sorted(path.stem for path in folder.glob("*.json") if not is_temporary(path)))

    def latest(self, observatory: str, product: str) -> dict[DataflowName, Vintage]:
        """The vintages a product points at, by dataflow; empty when it was never published."""
        pointer = self.root / observatory / _LATEST / f"{product}.json"
        if not pointer.is_file():
            return {}
        named: dict[DataflowName, str] = json.loads(pointer.read_text(encoding="utf-8"))
        return {name: _vintage(self.root / observatory / name / identity) for name, identity in named.items()}

    def vintages(self) -> list[Vintage]:
        """Every vintage, by observatory, dataflow and name."""
        return [_vintage(path) for path in self._vintage_paths() if (path / _METADATA).is_file()]

    def _vintage_paths(self) -> list[Path]:
        folders = [
            path
            for observatory in self.observatories()
            for name in get_args(DataflowName)
            for path in (self.root / observatory / name).glob("*")
        ]
        return sorted(path for path in folders if path.is_dir() and not is_temporary(path))

    def read(self, vintage: Vintage) -> pl.DataFrame:
        """Rows of a vintage, with its name in the column `VINTAGE`."""
        import polars as pl

        return pl.read_parquet(vintage.path / _PART).with_columns(VINTAGE=pl.lit(vintage.id))

    def find(self, key: str) -> Entry | None:
        """The ledger's row of a key, or None."""
        path = self.root / _LEDGER / f"{key}.json"
        return Entry.from_mapping(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None

    def ledger(self) -> list[Entry]:
        """All rows of the ledger, the oldest first."""
        rows = (json.loads(path.read_text(encoding="utf-8")) for path in self._ledger_paths())
        return sorted((Entry.from_mapping(row) for row in rows), key=lambda entry: entry.at)

    def _ledger_paths(self) -> list[Path]:
        return sorted(path for path in (self.root / _LEDGER).glob("*.json") if not is_temporary(path))

    def connect(self) -> duckdb.DuckDBPyConnection:
        """DuckDB over the Parquet files: `<observatory>.<DATAFLOW>` holds the latest vintages of all products.

        `<observatory>.ALL_<DATAFLOW>` holds every vintage; the column `VINTAGE` tells them apart.
        """
        import duckdb

        connection = duckdb.connect()
        for observatory in self.observatories():
            connection.execute(f'CREATE SCHEMA "{observatory}"')
            latest = [v for product in self.products(observatory) for v in self.latest(observatory, product).values()]
            every = [v for v in self.vintages() if v.observatory == observatory]
            for prefix, vintages in (("", latest), ("ALL_", every)):
                for name in sorted({v.dataflow for v in vintages}):
                    parts = (
                        f"SELECT *, '{v.id}' AS \"VINTAGE\" FROM read_parquet('{_quoted(v.path / _PART)}')"
                        for v in vintages
                        if v.dataflow == name
                    )
                    union = " UNION ALL BY NAME ".join(parts)
                    connection.execute(f'CREATE VIEW "{observatory}"."{prefix}{name}" AS {union}')
        return connection

    def verify(self) -> list[Finding]:
        """Every file that is missing, changed or unreadable; an empty list when all is as it was written."""
        findings: list[Finding] = []
        for path in self._vintage_paths():
            findings += _vintage_findings(path)
        for observatory in self.observatories():
            findings += self._pointer_findings(observatory)
        for path in self._ledger_paths():
            findings += _ledger_findings(path)
        for path in sorted((self.root / _RAW).glob("*")):
            if not path.suffix and not is_temporary(path) and file_checksum(path) != path.name:
                findings.append(_changed(path, "collect the file again"))
        return findings

    def _pointer_findings(self, observatory: str) -> list[Finding]:
        findings = []
        for product in self.products(observatory):
            pointer = self.root / observatory / _LATEST / f"{product}.json"
            mend = "publish the product again"
            try:
                named = json.loads(pointer.read_text(encoding="utf-8"))
            except ValueError:
                findings.append(Finding("store-damaged", str(pointer), "the pointer is not JSON", mend))
                continue
            findings += [
                Finding("store-damaged", str(pointer), f"points at {identity}, which is not there", mend)
                for name, identity in named.items()
                if not (self.root / observatory / name / identity / _METADATA).is_file()
            ]
        return findings


def _vintage(path: Path) -> Vintage:
    metadata = json.loads((path / _METADATA).read_text(encoding="utf-8"))
    return Vintage(path.parent.parent.name, metadata["dataflow"], path.name, path, metadata)


def _vintage_findings(path: Path) -> list[Finding]:
    mend = "remove this vintage's folder and publish the table again"
    try:
        metadata = json.loads((path / _METADATA).read_text(encoding="utf-8"))
        named = dict(metadata["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return [Finding("store-damaged", str(path / _METADATA), "the description is missing or unreadable", mend)]
    return [
        _changed(path / name, mend)
        for name, expected in named.items()
        if not (path / name).is_file() or file_checksum(path / name) != expected
    ]


def _ledger_findings(path: Path) -> list[Finding]:
    try:
        entry = Entry.from_mapping(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        return [
            Finding("store-damaged", str(path), "the ledger's row is unreadable", "remove it and run the step again")
        ]
    return [] if entry.key == path.stem else [_changed(path, "remove it and run the step again")]


def _changed(path: Path, mend: str) -> Finding:
    fact = "differs from its checksum" if path.is_file() else "is missing"
    return Finding("store-damaged", str(path), fact, mend)


def _content_checksum(table: pl.DataFrame) -> str:
    """Checksum of columns and rows, whatever the version of the Parquet writer."""
    buffer = io.BytesIO()
    table.write_csv(buffer)
    return checksum(buffer.getvalue())


def _require_name(name: str, what: str) -> None:
    if not _NAME.fullmatch(name) or name == _LATEST:
        raise ValueError(f"{name!r} is no {what}; use letters, digits, dot, hyphen and underscore")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
