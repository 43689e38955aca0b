"""Vintages: immutable tables with their description, the pointers to the latest ones, raw files, and the ledger.

Layout below the root::

    <observatory>/<dataflow>/<vintage>/part-0.parquet, metadata.json
    <observatory>/latest/<product>.json      {dataflow: vintage}
    raw/<sha256>, raw/<sha256>.json
    ledger/<key>.json

A vintage's name ends with a checksum of its rows and its description, so that the same table from the same files on the
same terms is the same vintage, and anything else another one. It is put in place by one rename; the pointer of a product
is one file and moves at once for all of its dataflows. Listing, pointers and the ledger need no numeric library.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from corridors.concepts.dataflows import DataflowName, dataflow
from corridors.concepts.findings import DataError, Finding, raise_if_any
from corridors.store import verify
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
from corridors.store.layout import (
    LATEST,
    LEDGER,
    MAKE_AGAIN,
    METADATA,
    PART,
    RAW,
    Vintage,
    damaged,
    file_findings,
    is_name,
    is_whole,
    raw_findings,
    read_each,
    read_entry,
    read_pointer,
    read_raw_note,
    read_vintage,
    vintage_name,
    whole_vintage,
)
from corridors.store.ledger import Entry

if TYPE_CHECKING:
    import duckdb
    import polars as pl

__all__ = ["Store", "Vintage"]

_ROWS_AS_TEXT = 500_000


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
            write_file(self.root / observatory / LATEST / f"{product}.json", pointer.encode())
        return written

    def _write(
        self, observatory: str, product: str, name: DataflowName, table: pl.DataFrame, metadata: Mapping[str, object]
    ) -> Vintage:
        columns = [column.name for column in dataflow(name).columns if column.name in table.columns]
        ordered = table.select(columns).sort(dataflow(name).key_of(columns), nulls_last=True)
        content = _content_checksum(ordered)
        described = {**metadata, "product": product, "dataflow": name, "rows": ordered.height, "content": content}
        # As it will be read back, or the name would not follow from the file.
        described = json.loads(json.dumps(described))
        path = self.root / observatory / name / vintage_name(described)
        vintage = whole_vintage(path)
        if vintage is not None:
            return vintage
        buffer = io.BytesIO()
        ordered.write_parquet(buffer, compression="zstd", statistics=True)
        files = {"vintage": path.name, "files": {PART: checksum(buffer.getvalue())}, "created": _created(path)}
        description = {**described, **files}
        text = json.dumps(description, indent=1, ensure_ascii=False, sort_keys=True)
        write_folder(path, {PART: buffer.getvalue(), METADATA: text.encode()}, is_whole=is_whole)
        return Vintage(observatory, name, path.name, path, description)

    def keep_raw(self, raw: bytes, *, metadata: Mapping[str, object]) -> str:
        """Keep a publisher's file as it came and return its checksum.

        Raises
        ------
        Unavailable
            The disk refused.
        """
        name = checksum(raw)
        path = self.root / RAW / name
        with whole_or_nothing(f"the raw file to {path}"):
            if not path.is_file() or file_checksum(path) != name:
                write_file(path, raw)
            try:
                read_raw_note(path.with_suffix(".json"))
            except DataError:
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
            write_file(self.root / LEDGER / f"{entry.key}.json", entry.to_json().encode())

    # --- reading ------------------------------------------------------------------------------------------------------

    def observatories(self) -> tuple[str, ...]:
        """Names of the groups of products, in alphabetical order."""
        if not self.root.is_dir():
            return ()
        wanted = (LATEST, *get_args(DataflowName))
        return tuple(
            sorted(path.name for path in self.root.iterdir() if any((path / folder).is_dir() for folder in wanted))
        )

    def products(self, observatory: str) -> tuple[str, ...]:
        """Products of an observatory, in alphabetical order."""
        return tuple(path.stem for path in self._pointer_paths(observatory))

    def latest(self, observatory: str, product: str) -> dict[DataflowName, Vintage]:
        """The vintages a product points at, by dataflow; empty when it was never published.

        Raises
        ------
        DataError
            The pointer is damaged, or points at a vintage that is not there or whose description is damaged.
        """
        pointer = self.root / observatory / LATEST / f"{product}.json"
        if not pointer.is_file():
            return {}
        named = read_pointer(pointer)
        return {name: self.vintage(observatory, name, identity) for name, identity in named.items()}

    def vintage(self, observatory: str, name: DataflowName, identity: str) -> Vintage:
        """One vintage.

        Raises
        ------
        DataError
            It is not there, or its description is damaged.
        """
        return read_vintage(self.root / observatory / name / identity)

    def vintages(self) -> list[Vintage]:
        """Every vintage, by observatory, dataflow and name.

        Raises
        ------
        DataError
            Every description that is missing or damaged.
        """
        found, findings = read_each(read_vintage, self.paths())
        # What was moved away since its folder was listed is no fault: another process replaces it.
        raise_if_any(finding for finding in findings if Path(finding.place).parent.is_dir())
        return found

    def paths(self) -> list[Path]:
        """Folders of all vintages, whole or not; the last three names are observatory, dataflow and vintage."""
        folders = [
            path
            for observatory in self.observatories()
            for name in get_args(DataflowName)
            for path in (self.root / observatory / name).glob("*")
        ]
        return sorted(path for path in folders if path.is_dir() and not is_temporary(path))

    def read(self, vintage: Vintage) -> pl.DataFrame:
        """Rows of a vintage, with its name in the column `VINTAGE`.

        Raises
        ------
        DataError
            The rows are not there, or are not those that were written.
        """
        import polars as pl

        path = vintage.path / PART
        mend = f"{MAKE_AGAIN}; or remove the folder {vintage.id} when it is of no use"
        try:
            raw = path.read_bytes()
        except OSError as error:
            fact = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
            raise DataError([damaged(path, fact, mend)]) from error
        if checksum(raw) != vintage.metadata["files"][PART]:
            raise DataError([damaged(path, "differs from its checksum", mend)])
        # Large tables are written as categories, which do not join with text.
        as_text = pl.col(pl.Categorical).cast(pl.String)
        return pl.read_parquet(io.BytesIO(raw)).with_columns(as_text, VINTAGE=pl.lit(vintage.id))

    def find(self, key: str) -> Entry | None:
        """The ledger's row of a key, or None when there is none that can be used."""
        try:
            return read_entry(self.root / LEDGER / f"{key}.json")
        except DataError:
            return None

    def ledger(self) -> list[Entry]:
        """All rows of the ledger, the oldest first.

        Raises
        ------
        DataError
            Every row that is damaged.
        """
        rows, findings = read_each(read_entry, self._ledger_paths())
        raise_if_any(findings)
        return sorted(rows, key=lambda entry: entry.at)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """DuckDB over the Parquet files: `<observatory>.<DATAFLOW>` holds the latest vintages of all products.

        `<observatory>.ALL_<DATAFLOW>` holds every vintage; the column `VINTAGE` tells them apart.

        Raises
        ------
        DataError
            Every file that is not as it was written.
        """
        from corridors.store.views import views

        vintages = self.vintages()
        raise_if_any(self.damage(vintages))
        names = self.observatories()
        latest = {
            name: [v for product in self.products(name) for v in self.latest(name, product).values()] for name in names
        }
        return views(latest, {name: [v for v in vintages if v.observatory == name] for name in names})

    # --- checking -----------------------------------------------------------------------------------------------------

    def damage(self, vintages: Iterable[Vintage], *, raw: bool = False) -> list[Finding]:
        """Files of vintages that are not as they were written.

        Parameters
        ----------
        vintages
            The vintages.
        raw
            Whether the publishers' files they were read from must be there, too.
        """
        findings: list[Finding] = []
        for vintage in {vintage.path: vintage for vintage in vintages}.values():
            findings += file_findings(vintage)
            findings += raw_findings(self.root, vintage) if raw else []
        return findings

    def verify(self) -> list[Finding]:
        """Every file that is missing, changed or unreadable; an empty list when all is as it was written."""
        pointers = [path for observatory in self.observatories() for path in self._pointer_paths(observatory)]
        return verify.findings(self.root, vintages=self.paths(), pointers=pointers, ledger=self._ledger_paths())

    def _pointer_paths(self, observatory: str) -> list[Path]:
        return _json_files(self.root / observatory / LATEST)

    def _ledger_paths(self) -> list[Path]:
        return _json_files(self.root / LEDGER)


def _json_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.json") if path.is_file() and not is_temporary(path))


def _created(path: Path) -> str:
    """When a vintage was first made, as far as what is left of it says so, else now."""
    try:
        return str(read_vintage(path).metadata["created"])
    except (DataError, KeyError):
        return datetime.now(tz=UTC).isoformat(timespec="seconds")


def _content_checksum(table: pl.DataFrame) -> str:
    """Checksum of columns and rows, whatever the version of the Parquet writer."""
    digest = hashlib.sha256(table.clear().write_csv().encode())
    # A whole table as text would be many times its size in memory.
    for part in table.iter_slices(_ROWS_AS_TEXT):
        digest.update(part.write_csv(include_header=False).encode())
    return digest.hexdigest()


def _require_name(name: str, what: str) -> None:
    if not is_name(name):
        raise ValueError(f"{name!r} is no {what}; use letters, digits, dot, hyphen and underscore")
