"""Flows between regions, as the chord diagram and the matrix show them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from corridors.concepts.areas import area_name, known_areas
from corridors.report.charts.inputs import pair_values, persons, whole
from corridors.report.charts.theme import place_in_order
from corridors.report.tables import Column, Table


@dataclass(frozen=True, slots=True)
class RegionalFlows:
    """Moves between regions.

    Parameters
    ----------
    regions
        Codes in the order in which charts show them.
    flows
        Persons by origin and destination, the largest first; a pair without a figure is not there.
    inside
        Moves between countries of one region, which `flows` leaves out.
    """

    regions: tuple[str, ...]
    flows: dict[tuple[str, str], float]
    inside: float

    @property
    def moved(self) -> float:
        """All moves between regions."""
        return whole(list(self.flows.values()))

    def leaving(self, region: str) -> float:
        """Sum the moves out of a region."""
        return whole([value for (origin, _), value in self.flows.items() if origin == region])

    def arriving(self, region: str) -> float:
        """Sum the moves into a region."""
        return whole([value for (_, destination), value in self.flows.items() if destination == region])

    def left_out(self) -> str:
        """Say for the note beside a chart what moves inside regions are left out."""
        counted = f" ({persons(self.inside)})" if self.inside > 0 else ""
        return f"Moves inside a subregion{counted} are left out."

    def described(self) -> str:
        """Three largest flows in words."""
        largest = list(self.flows.items())[:3]
        return "; ".join(f"{area_name(a)} to {area_name(b)} {persons(value)}" for (a, b), value in largest)

    def table(self, *, key: str, title: str, source: str) -> Table:
        """Every flow, the largest first."""
        return Table(
            key=key,
            title=title,
            columns=(Column("Origin", "text"), Column("Destination", "text"), Column("Persons", "integer")),
            rows=tuple((area_name(a), area_name(b), value) for (a, b), value in self.flows.items()),
            source=source,
        )


def regional_flows(flow: pl.DataFrame) -> RegionalFlows:
    """Add countries up to their geographical subregions; regions stay what they are.

    Parameters
    ----------
    flow
        `ORIGIN`, `DESTINATION`, `OBS_VALUE` of one method, sex and period.

    Raises
    ------
    ValueError
        There is nothing to draw, a pair comes twice, or all moves lie inside one region.

    Examples
    --------
    >>> moves = [("MEX", "USA", 9.0), ("GTM", "USA", 3.0), ("MEX", "GTM", 1.0)]
    >>> found = regional_flows(pl.DataFrame(moves, schema=["ORIGIN", "DESTINATION", "OBS_VALUE"], orient="row"))
    >>> found.flows, found.inside
    ({('W013', 'W021'): 12.0}, 1.0)
    """
    gathered: dict[tuple[str, str], list[float]] = {}
    inside: list[float] = []
    for (origin, destination), value in pair_values(flow).items():
        pair = (region_of(origin), region_of(destination))
        if pair[0] == pair[1]:
            inside.append(value)
        else:
            gathered.setdefault(pair, []).append(value)
    flows = sorted(((pair, whole(values)) for pair, values in gathered.items()), key=lambda item: (-item[1], item[0]))
    if not flows or flows[0][1] <= 0:
        raise ValueError("there is no flow above zero between two regions to draw")
    regions = sorted({code for pair in gathered for code in pair}, key=place_in_order)
    return RegionalFlows(tuple(regions), dict(flows), whole(inside))


def region_of(code: str) -> str:
    """Geographical subregion of a country; a larger region, a group or an unknown origin stands for itself.

    Examples
    --------
    >>> region_of("KEN"), region_of("W014"), region_of("XXX")
    ('W014', 'W014', 'XXX')
    """
    return known_areas()[code].subregion or code
