"""Which source a file is of, and what proves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from corridors.collect import catalogue
from corridors.collect.catalogue import Claim
from corridors.concepts.findings import DataError, Finding


@dataclass(frozen=True, slots=True)
class Identified:
    """One file: the sources that read it, and why each other one does not."""

    file: str
    claims: tuple[Claim, ...]
    refusals: Mapping[str, Finding]

    def __str__(self) -> str:
        if not self.claims:
            lines = [f"{self.file}: no source reads it"]
            return "\n".join([*lines, *(f"  {source}: {finding.fact}" for source, finding in self.refusals.items())])
        lines = (
            [] if len(self.claims) == 1 else [f"{self.file}: {len(self.claims)} sources read it; name the one you mean"]
        )
        for claim in self.claims:
            counts = ", ".join(f"{count:,} {name}" for name, count in claim.observations.items()) or "no observations"
            lines += [f"{self.file}: {claim.source}, {claim.product}, {claim.layout} ({counts})"]
            lines += [f"  evidence: {words}" for words in claim.evidence]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, object]:
        """For machines."""
        refusals = {source: asdict(finding) for source, finding in self.refusals.items()}
        return {"file": self.file, "claims": [asdict(claim) for claim in self.claims], "refusals": refusals}


def identify(path: Path) -> Identified:
    """Let every source read a file to its end and say which ones could.

    Raises
    ------
    DataError
        There is no such file.
    """
    if not path.is_file():
        raise DataError([Finding("file-unreadable", str(path), "no such file", "name a file")])
    found = catalogue.identify(path.read_bytes(), file=path.name)
    return Identified(path.name, found.claims, found.refusals)
