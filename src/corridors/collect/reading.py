"""What a source's reader returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from corridors.collect.cards import Cited
    from corridors.concepts.dataflows import DataflowName


@dataclass(frozen=True, slots=True)
class Reading:
    """One publisher's file, read.

    Parameters
    ----------
    product
        Identifier of the table the file holds, `<source>-<revision>-<table>`, for example `undesa-ims2020-bilateral`.
    revision
        The publisher's revision, for example `2020`.
    layout
        The layout that was recognised, in words.
    tables
        Tidy tables by dataflow, each valid under its definition.
    evidence
        What in the file proves publisher, product, revision and layout: titles, heads of columns, check figures.
    cited
        How the tables are cited, where the file says so itself; otherwise the source's card does.
    """

    product: str
    revision: str
    layout: str
    tables: Mapping[DataflowName, pl.DataFrame]
    evidence: tuple[str, ...] = ()
    cover: float | None = None
    cited: Cited | None = None
