"""What a section computes, for its words to use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from corridors.report.accounts import FlowAccount
from corridors.report.charts.chart import Chart
from corridors.report.registry import Figure
from corridors.report.tables import Table


@dataclass(frozen=True, slots=True)
class Content:
    """Values of one section.

    Parameters
    ----------
    figures
        Numbers and names that the section's text may cite.
    charts, tables
        What the text may show, each by its key.
    flags
        Conditions that the text asks with `{% if %}`.
    accounts
        The accounts behind flows that the section shows.
    """

    figures: tuple[Figure, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    flags: Mapping[str, bool] = field(default_factory=dict)
    accounts: tuple[FlowAccount, ...] = ()
