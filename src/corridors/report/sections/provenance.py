"""Where every printed figure comes from, down to the checksum of its vintage."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from corridors.report.document import Block, Heading, TableBlock
from corridors.report.registry import Registry
from corridors.report.tables import Column, Table
from corridors.report.world import BESIDE, Origin, World

TITLE = "Provenance"
#: What the mark behind a licence means.
UNCONFIRMED = "* As far as is known: the publisher's own statement of these terms has not been seen with the file."
_CHECKSUM = re.compile(r"[0-9a-f]{64}")
_NOT_CONFIRMED = re.compile(r" \(not confirmed; |,? \(?not confirmed\)?(?=;|\)|$)")


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
    used, looked_at = _split(world)
    letters = {origin.vintage: f"V{number}" for number, origin in enumerate((*used, *looked_at), 1)}
    vintages = Table(
        key="provenance.vintages",
        title="Vintages on which this report rests",
        columns=(
            Column("No.", "text"), Column("Vintage", "text"), Column("Dataflow", "text"), Column("SHA-256 of its data", "text"),
            Column("Made from", "text"),
        ),
        rows=tuple(
            (letters[o.vintage], o.vintage, o.dataflow, o.checksum, _made_from(o.inputs, letters)) for o in used
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
            (key, registry[key].text, registry[key].query, _ranges([letters[v] for v in registry[key].vintages]))
            for key in cited
        ),
        source="Corridors",
    )
    citations = Table(
        key="provenance.citations",
        title="How the sources are cited, and on what terms they may be used",
        columns=(Column("Source", "text"), Column("Licence", "text")),
        rows=tuple(dict.fromkeys((origin.citation, _licence(origin.licence)) for origin in used)),
        source="Publishers' own statements; aggregation and changes do not imply their endorsement",
        note=UNCONFIRMED if any(_licence(o.licence) != o.licence for o in used) else "",
    )
    return (
        Heading("Sources"),
        TableBlock(citations, "", small=True),
        Heading("Vintages"),
        TableBlock(vintages, "", small=True),
        *([TableBlock(_looked_at(looked_at, letters), "", small=True)] if looked_at else []),
        Heading("Figures"),
        TableBlock(figures, "", small=True),
    )


def _split(world: World) -> tuple[list[Origin], list[Origin]]:
    """Vintages from which the report was made, and those only looked at for what is known and what contradicts itself."""
    used = {origin.vintage for table, origins in world.origins.items() if table != BESIDE for origin in origins}
    every = world.all_origins()
    return [one for one in every if one.vintage in used], [one for one in every if one.vintage not in used]


def _looked_at(origins: Sequence[Origin], letters: Mapping[str, str]) -> Table:
    return Table(
        key="provenance.looked_at",
        title="Vintages at hand that were looked at only for what is known and what contradicts itself",
        columns=(Column("No.", "text"), Column("Vintage", "text"), Column("Dataflow", "text")),
        rows=tuple((letters[origin.vintage], origin.vintage, origin.dataflow) for origin in origins),
        source="Corridors, ledger of the store",
    )


def _ranges(letters: Sequence[str]) -> str:
    """Numbers of vintages, those that follow each other as a range: `V1, V4-V7`."""
    numbers = sorted({int(letter.removeprefix("V")) for letter in letters})
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(
        f"V{run[0]}-V{run[-1]}" if len(run) > 2 else ", ".join(f"V{number}" for number in run) for run in runs
    )


def _licence(text: str) -> str:
    """A licence with a mark for each part that nobody confirmed, in place of the words that say so."""
    return _NOT_CONFIRMED.sub(lambda found: "* (" if found[0].startswith(" (not confirmed;") else "*", text)


def _made_from(inputs: Mapping[str, str], letters: Mapping[str, str]) -> str:
    # Raw files are known by a checksum, tables of the store by the name of their vintage.
    named = [
        letters.get(origin, f"{name} ({origin[:8]})" if _CHECKSUM.fullmatch(origin) else origin)
        for name, origin in inputs.items()
    ]
    return ", ".join(named) or "package data"
