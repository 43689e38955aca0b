"""A table and a mapping for an office's own figures, written where the office asks for them."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from corridors.collect.template import template_files
from corridors.concepts.dataflows import DataflowName, dataflow
from corridors.store.disk import whole_or_nothing, write_file


def write_template(name: str, *, out: Path) -> list[Path]:
    """Write a table with example rows and its mapping, which `corridors collect tidy` reads as it is.

    Raises
    ------
    ValueError
        No dataflow has this name.
    Unavailable
        The disk refused.
    """
    flow = dataflow(cast(DataflowName, name)).name
    files = {out / file: raw for file, raw in template_files(flow).items()}
    with whole_or_nothing(f"the template to {out}"):
        for path, raw in files.items():
            write_file(path, raw)
    return list(files)
