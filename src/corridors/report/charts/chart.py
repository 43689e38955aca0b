"""A chart as a value: its specification, the words for those who do not see it, and the figures behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corridors.report.tables import Table


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart.

    Parameters
    ----------
    key
        Name in the text, `<section>.<name>`.
    title
        What the chart shows, where and when; printed as its caption, not inside the picture.
    description
        What a person sees in it, in words, for screen readers.
    spec
        Vega-Lite specification as Altair makes it, data included.
    twin
        The figures the chart shows, as a table.
    source
        Who published the figures, as printed below the chart.
    note
        What a reader must know beside it (for a map, the disclaimer on boundaries), or nothing.
    """

    key: str
    title: str
    description: str
    spec: Mapping[str, Any]
    twin: Table
    source: str
    note: str = ""
