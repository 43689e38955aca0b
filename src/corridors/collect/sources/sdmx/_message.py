"""What every format of SDMX comes down to: the structure that the data name, and observations as text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from corridors.concepts.findings import DataError, Finding

WANTED = "SDMX-ML 2.1 or 3.0 (generic or structure-specific data), SDMX-CSV 1.0 or 2.0, or SDMX-JSON 1.0 or 2.0"
_NAMED = re.compile(r"([\w.\-]+):([\w@$.\-]+)(?:\(([\w.+\-]+)\))?$")
#: Dimensions and attributes by which every message names its observation.
VALUE, TIME = "OBS_VALUE", "TIME_PERIOD"


@dataclass(frozen=True, slots=True)
class Named:
    """A structure or dataflow: agency, id and version, the version blank where nothing says it."""

    agency: str
    id: str
    version: str = ""

    def __str__(self) -> str:
        return f"{self.agency}:{self.id}({self.version})" if self.version else f"{self.agency}:{self.id}"


@dataclass(frozen=True, slots=True)
class Message:
    """One data message.

    Parameters
    ----------
    format
        The format in words.
    named
        The structures that the message names, dataflows before data structures.
    table
        One observation a row, all as text: dimensions, attributes, OBS_VALUE, and `row`, where it stands.
    where
        What `row` counts: rows or observations.
    """

    format: str
    named: Sequence[Named]
    table: pl.DataFrame
    where: str


def named_in(text: str) -> Named | None:
    """The structure that a reference or a URN names, or None.

    Examples
    --------
    >>> named_in("urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=ESTAT:MIGR_IMM5PRV(1.0)")
    Named(agency='ESTAT', id='MIGR_IMM5PRV', version='1.0')
    """
    match = _NAMED.search(text.strip().rpartition("=")[2])
    return Named(match[1], match[2], match[3] or "") if match else None


def message(
    kind: str, named: Sequence[Named | None], rows: Sequence[Mapping[str, str]], *, where: str, file: str
) -> Message:
    """A message from observations; it must name its structure and hold at least one observation.

    Raises
    ------
    DataError
        It names no structure or holds nothing.
    """
    known = tuple(dict.fromkeys(one for one in named if one is not None))
    findings = []
    if not known:
        fact = f"{kind}: nothing says which structure the data have"
        findings.append(Finding("structure-unknown", file, fact, "ask the registry for data with their header"))
    if not rows:
        findings.append(Finding("table-missing", file, f"{kind}: no observation", "ask for a longer period"))
    if findings:
        raise DataError(findings)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    table = pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in columns}, schema=dict.fromkeys(columns, pl.String)
    )
    return Message(kind, known, table.with_columns(pl.col("row").cast(pl.Int64)), where)


def deleted(file: str) -> DataError:
    """The refusal of a message that takes observations away."""
    fact = "the message deletes observations"
    return DataError([Finding("table-wrong", file, fact, "give the data as they are, not what changed in them")])
