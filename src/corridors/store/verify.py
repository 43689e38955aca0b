"""Every file of a store against its checksum, its shape, and what other files say of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from corridors.concepts.findings import Finding
from corridors.store.disk import is_temporary
from corridors.store.layout import (
    MAKE_AGAIN,
    RAW,
    Vintage,
    compared,
    damaged,
    file_findings,
    read_each,
    read_entry,
    read_pointer,
    read_raw_note,
    read_vintage,
)


def findings(
    root: Path, *, vintages: Iterable[Path], pointers: Iterable[Path], ledger: Iterable[Path]
) -> list[Finding]:
    """Every file that is missing, changed or unreadable; an empty list when all is as it was written.

    Parameters
    ----------
    root
        The store's folder.
    vintages
        Folders of the vintages.
    pointers
        Files that name the latest vintages of a product.
    ledger
        Files of the ledger's rows.
    """
    whole, found = read_each(read_vintage, vintages)
    missing: dict[Path, Finding] = {}
    for vintage in whole:
        found += file_findings(vintage)
        missing = {**_missing_raw(root, vintage), **missing}
    found += read_each(read_pointer, pointers)[1]
    found += read_each(read_entry, ledger)[1]
    return [*found, *missing.values(), *_raw_files_findings(root / RAW)]


def _missing_raw(root: Path, vintage: Vintage) -> dict[Path, Finding]:
    # Whether those that are there are as they came is looked at once, not for each vintage.
    paths = {root / RAW / expected: name for name, expected in vintage.raw.items()}
    return {
        path: damaged(path, f"is missing; it is {name}, of which {vintage.id} was read", MAKE_AGAIN)
        for path, name in paths.items()
        if not path.is_file()
    }


def _raw_files_findings(folder: Path) -> list[Finding]:
    paths = [path for path in sorted(folder.glob("*")) if not path.suffix and not is_temporary(path)]
    changed = [finding for path in paths for finding in compared(path, path.name, MAKE_AGAIN)]
    return changed + read_each(read_raw_note, [path.with_suffix(".json") for path in paths])[1]
