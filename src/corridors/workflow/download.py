"""Publishers' files from the network, with a bar that shows how far."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from corridors.collect.transport import fetch


def download(address: str, *, quiet: bool, checksum: str | None = None) -> tuple[str, bytes]:
    """Name and bytes of the file at an address.

    What a broken download left stays in the user's cache folder, and the next call goes on from there; a whole file is
    not kept there, because the store keeps it.

    Parameters
    ----------
    address
        Where the publisher's file lies.
    quiet
        Whether to show no progress bar.
    checksum
        SHA-256 that the file must have, or None.

    Raises
    ------
    Refused
        The publisher says no, or the file is another one.
    Unavailable
        No network, or the publisher does not answer.
    """
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(file=sys.stderr), disable=quiet, transient=True) as bar:
        task = bar.add_task(address.rsplit("/", 1)[-1], total=None)

        def show(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total)

        path = fetch(address, folder=cache_folder(), checksum=checksum, progress=show)
    raw = path.read_bytes()
    path.unlink()
    return path.name, raw


def cache_folder() -> Path:
    """Where broken downloads wait: `XDG_CACHE_HOME/corridors`, by default `~/.cache/corridors`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "corridors"
