"""Data in SDMX from any registry: SDMX-ML 2.1 and 3.0, SDMX-CSV 1.0 and 2.0, SDMX-JSON 1.0 and 2.0.

The message names its structure; `structures.toml` says which of our dataflows that is, dimension by dimension. Data of a
dataflow of ours, with our own dimensions, need no map. Nothing a document refers to is ever opened.
"""

from __future__ import annotations

import re

from corridors.collect.reading import Reading
from corridors.collect.sources.sdmx._csv import is_csv, read_csv
from corridors.collect.sources.sdmx._json import is_json, read_json
from corridors.collect.sources.sdmx._maps import structure_of
from corridors.collect.sources.sdmx._message import WANTED, Message
from corridors.collect.sources.sdmx._tables import tables_of
from corridors.collect.sources.sdmx._xml import is_xml, read_xml
from corridors.concepts.findings import DataError, Finding


def read(raw: bytes, *, file: str) -> Reading:
    """Tables of one data message.

    Parameters
    ----------
    raw
        The message, not compressed.
    file
        What findings call it.

    Raises
    ------
    DataError
        It is no data message, its structure is unknown, or observations cannot be read.
    """
    message = _open(raw, file)
    structure, named = structure_of(message, file=file)
    if structure.csv and "CSV" in message.format:
        fact = f"{message.format} of {named}"
        mend = f"its own source reads it: corridors collect {structure.csv}"
        raise DataError([Finding("table-wrong", file, fact, mend)])
    version = re.sub(r"[^0-9a-z.]+", "-", named.version.lower()) or "unversioned"
    tables, left_out = tables_of(message, structure, source=f"sdmx-{structure.id}-{version}", file=file)
    return Reading(
        product=f"sdmx-{structure.id}",
        revision=version,
        layout="; ".join([message.format, *left_out]),
        tables=tables,
        evidence=(
            f"the message names {', '.join(map(str, message.named))}",
            f"dimensions and attributes: {', '.join(name for name in message.table.columns if name != 'row')}",
        ),
        cited=structure.cited,
    )


def _open(raw: bytes, file: str) -> Message:
    if is_csv(raw):
        return read_csv(raw, file=file)
    if is_xml(raw):
        return read_xml(raw, file=file)
    if is_json(raw):
        return read_json(raw, file=file)
    fact = "the file begins like none of the formats of SDMX"
    raise DataError([Finding("table-wrong", file, fact, f"wanted is {WANTED}")])
