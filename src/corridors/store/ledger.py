"""The ledger: who made what from what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from corridors.store.disk import canonical_json, checksum


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of a pipeline that was done.

    Parameters
    ----------
    step
        Name of the step.
    inputs
        Checksum or vintage of everything it read, by name.
    parameters
        Choices that change the outcome, by name.
    seed
        Seed of its random numbers, or None when it used none.
    code
        Version and checksum of the code that did it.
    outputs
        Checksum or vintage of everything it made, by name.
    at
        When it was done, ISO 8601 in UTC.
    """

    step: str
    inputs: Mapping[str, str]
    parameters: Mapping[str, str]
    seed: int | None
    code: str
    outputs: Mapping[str, str]
    at: str

    @property
    def key(self) -> str:
        """Checksum of all that decides the outcome: equal keys, equal outputs."""
        return checksum(canonical_json([self.step, self.inputs, self.parameters, self.seed, self.code]).encode())

    def ended(self, outputs: Mapping[str, str]) -> Entry:
        """The entry with what the step made."""
        return replace(self, outputs=dict(outputs))

    def to_json(self) -> str:
        """One line of text."""
        return canonical_json(asdict(self))

    @classmethod
    def from_mapping(cls, row: Mapping[str, Any]) -> Entry:
        """The entry of a row read from JSON.

        Raises
        ------
        TypeError
            The row lacks a field or has one too many.
        """
        return cls(**row)
