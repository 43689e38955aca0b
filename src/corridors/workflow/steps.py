"""Steps of a pipeline: each is skipped when the ledger shows that the same inputs already gave what still stands."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import corridors

if TYPE_CHECKING:
    from corridors.store.vintages import Store

#: Called with the step's name and how it ended or, at its start, "started".
Progress = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it was run: `outputs` by name with their checksum or vintage."""

    name: str
    state: Literal["done", "skipped"]
    seconds: float
    outputs: Mapping[str, str]


def _nothing() -> None:
    """What is left to do for a step that only writes to the store."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a step made: `outputs` by name with their checksum or vintage.

    `place` puts them where the user looks for them. It is called once the ledger has the step's row, so that a store that
    cannot be written is met before anything of the user's is replaced.
    """

    outputs: Mapping[str, str]
    place: Callable[[], None] = _nothing


@cache
def code_checksum() -> str:
    """Version and checksum of the package's own sources and data: other code may give another answer."""
    root = Path(corridors.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{version('corridors')}+{digest.hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The store whose ledger remembers the steps, and how the caller wants them run.

    Parameters
    ----------
    store
        Where vintages and the ledger lie.
    progress
        Called at the start and the end of each step.
    fresh
        Whether to do every step again.
    """

    store: Store
    progress: Progress
    fresh: bool = False

    def step(
        self,
        name: str,
        *,
        inputs: Mapping[str, str],
        parameters: Mapping[str, str],
        make: Callable[[], Made],
        stands: Callable[[Mapping[str, str]], bool],
    ) -> Step:
        """Run `make`, or skip it when the ledger has its entry and all of its outputs still stand.

        Parameters
        ----------
        name
            What progress and ledger call the step.
        inputs
            Checksums or vintages of all that `make` reads.
        parameters
            Choices that change the outcome.
        make
            Does the work and returns what it made.
        stands
            Whether given outputs are all there, unchanged.
        """
        from corridors.store.ledger import Entry

        begun = time.perf_counter()
        entry = Entry(
            step=name,
            inputs=dict(inputs),
            parameters=dict(parameters),
            seed=None,
            code=code_checksum(),
            outputs={},
            at=datetime.now(tz=UTC).isoformat(timespec="seconds"),
        )
        known = None if self.fresh else self.store.find(entry.key)
        if known is not None and stands(known.outputs):
            self.progress(name, "unchanged, skipped")
            return Step(name, "skipped", time.perf_counter() - begun, known.outputs)
        self.progress(name, "started")
        made = make()
        self.store.record(entry.ended(made.outputs))
        made.place()
        seconds = time.perf_counter() - begun
        self.progress(name, f"done in {seconds:.1f} s")
        return Step(name, "done", seconds, made.outputs)
