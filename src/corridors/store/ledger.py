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
            The row lacks a field, has one too many, or one of another type.
        """
        entry = cls(**row)
        texts = {"step": entry.step, "code": entry.code, "at": entry.at}
        by_name = {"inputs": entry.inputs, "parameters": entry.parameters, "outputs": entry.outputs}
        wrong = [name for name, value in texts.items() if not isinstance(value, str)]
        wrong += [name for name, value in by_name.items() if not _is_text_by_name(value)]
        if not isinstance(entry.seed, int | None):
            wrong.append("seed")
        if wrong:
            raise TypeError(f"{', '.join(wrong)} of another type")
        return entry


def _is_text_by_name(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
