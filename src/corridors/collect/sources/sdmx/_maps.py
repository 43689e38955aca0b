"""Which structure of which agency is which of our dataflows."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import get_args

from corridors.collect.cards import Cited
from corridors.collect.sources.sdmx._message import Message, Named
from corridors.concepts.dataflows import DataflowName, dataflow
from corridors.concepts.findings import DataError, Finding


@dataclass(frozen=True, slots=True)
class TableMap:
    """One table of a structure, see `structures.toml`."""

    dataflow: DataflowName
    columns: Mapping[str, str]
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    apart: bool = False


@dataclass(frozen=True, slots=True)
class StructureMap:
    """One structure: its names, how its data are cited, its tables; `csv` is the source that reads it as CSV."""

    id: str
    agency: str
    names: tuple[str, ...]
    tables: tuple[TableMap, ...]
    short: str
    citation: str
    licence: str
    csv: str = ""

    def is_of(self, named: Named) -> bool:
        """Whether a name is that of this structure; agencies have subagencies after a dot."""
        return named.id in self.names and (named.agency == self.agency or named.agency.startswith(f"{self.agency}."))

    @property
    def cited(self) -> Cited:
        """How the data are cited."""
        return Cited(self.short, self.citation, self.licence)


@cache
def structures() -> tuple[StructureMap, ...]:
    """The map of structures that comes with the package."""
    text = files("corridors.collect.sources.sdmx").joinpath("structures.toml").read_text(encoding="utf-8")
    return tuple(
        StructureMap(
            **{**entry, "names": tuple(entry["names"]), "tables": tuple(TableMap(**one) for one in entry["tables"])}
        )
        for entry in tomllib.loads(text)["structures"]
    )


def structure_of(message: Message, *, file: str) -> tuple[StructureMap, Named]:
    """The map of a message's structure, and the name by which it was found.

    Raises
    ------
    DataError
        No map has it.
    """
    for named in message.named:
        for one in structures():
            if one.is_of(named):
                return one, named
    for named in message.named:
        if own := _own(named, message):
            return own, named
    names = ", ".join(map(str, message.named))
    known = ", ".join(f"{one.agency}:{one.names[0]}" for one in structures())
    mend = (
        f"known are {known} and the dataflows of Corridors; add it to the map of structures, "
        "or read it as a table of your own with a mapping: corridors collect tidy"
    )
    raise DataError([Finding("structure-unknown", file, f"{message.format}: the structure is {names}", mend)])


def _own(named: Named, message: Message) -> StructureMap | None:
    """A dataflow of ours whose dimensions bear our own names, from whatever agency."""
    for name in get_args(DataflowName):
        if named.id not in (name, f"DF_{name}", f"DSD_{name}"):
            continue
        flow = dataflow(name)
        if not {column.name for column in flow.key if column.name != "SOURCE"} <= set(message.table.columns):
            continue
        columns = {c.name: c.name for c in flow.columns if c.name in message.table.columns}
        cited = f"{named.agency}, {flow.title}"
        short = f"{named.agency}-{name}".lower().replace("_", "-").replace(".", "-")
        table = TableMap(name, columns)
        return StructureMap(short, named.agency, (named.id,), (table,), cited, f"{cited}.", "as its agency says")
    return None
