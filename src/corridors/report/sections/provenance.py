"""Where every printed figure comes from, down to the checksum of its vintage."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from corridors.report.document import Block, Heading, TableBlock
from corridors.report.registry import Registry
from corridors.report.tables import Column, Table
from corridors.report.world import World

TITLE = "Provenance"
_CHECKSUM = re.compile(r"[0-9a-f]{64}")


def blocks(world: World, registry: Registry, cited: Sequence[str]) -> tuple[Block, ...]:
    """Tables of the vintages and of the figures that the text cites.

    Parameters
    ----------
    world
        The world with its vintages.
    registry
        Every figure.
    cited
        Keys of the figures that the text prints, in their order.
    """
    origins = world.all_origins()
    letters = {origin.vintage: f"V{number}" for number, origin in enumerate(origins, 1)}
    vintages = Table(
        key="provenance.vintages",
        title="Vintages on which this report rests",
        columns=(
            Column("No.", "text"), Column("Vintage", "text"), Column("Dataflow", "text"), Column("SHA-256 of its data", "text"),
            Column("Made from", "text"),
        ),
        rows=tuple(
            (letters[o.vintage], o.vintage, o.dataflow, o.checksum, _made_from(o.inputs, letters)) for o in origins
        ),
        source="Corridors, ledger of the store",
        note="Raw files are named with the first eight digits of their SHA-256; the ledger holds them whole.",
    )  # fmt: skip
    figures = Table(
        key="provenance.figures",
        title="Figures and names in the text",
        columns=(
            Column("Key", "text"),
            Column("Printed", "text"),
            Column("Computed as", "text"),
            Column("From", "text"),
        ),
        rows=tuple(
            (key, registry[key].text, registry[key].query, ", ".join(letters[v] for v in registry[key].vintages))
            for key in cited
        ),
        source="Corridors",
    )
    citations = Table(
        key="provenance.citations",
        title="How the sources are cited, and on what terms they may be used",
        columns=(Column("Source", "text"), Column("Licence", "text")),
        rows=tuple(dict.fromkeys((origin.citation, origin.licence) for origin in origins)),
        source="Publishers' own statements; aggregation and changes do not imply their endorsement",
    )
    return (
        Heading("Sources"),
        TableBlock(citations, "", small=True),
        Heading("Vintages"),
        TableBlock(vintages, "", small=True),
        Heading("Figures"),
        TableBlock(figures, "", small=True),
    )


def _made_from(inputs: Mapping[str, str], letters: Mapping[str, str]) -> str:
    # Raw files are known by a checksum, tables of the store by the name of their vintage.
    named = [
        letters.get(origin, f"{name} ({origin[:8]})" if _CHECKSUM.fullmatch(origin) else origin)
        for name, origin in inputs.items()
    ]
    return ", ".join(named) or "package data"
