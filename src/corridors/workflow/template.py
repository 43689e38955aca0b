"""A table and a mapping for an office's own figures, written where the office asks for them."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from corridors.collect.template import template
from corridors.concepts.dataflows import DataflowName, dataflow
from corridors.store.disk import whole_or_nothing, write_file


def write_template(name: str, *, out: Path) -> list[Path]:
    """Write the zip of a table with example rows and its mapping, which `corridors collect tidy` reads as it is.

    Raises
    ------
    ValueError
        No dataflow has this name.
    Unavailable
        The disk refused.
    """
    flow = dataflow(cast(DataflowName, name)).name
    path = out / f"{flow.lower()}-template.zip"
    with whole_or_nothing(f"the template to {path}"):
        write_file(path, template(flow))
    return [path]
