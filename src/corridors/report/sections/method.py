"""Data and method: what was used, and what was done with it."""

from __future__ import annotations

from corridors.estimate.flows import WEIGHT_OF_MINIMUM
from corridors.report.content import Content
from corridors.report.world import World

TITLE = "Data and method"
ANSWERS: tuple[str, ...] = ()


def build(world: World) -> Content:
    """Sources, reference day, number of areas, weights, and the table of what the accounts mended."""
    figure = world.figures("method", "STOCK", "POPULATION")
    flow = world.figures("method", "FLOW")
    areas = world.tables["FLOW"].get_column("DESTINATION").n_unique()
    departures = world.departures
    return Content(
        figures=(
            figure("stock_source", world.stock_source, "", "text", "product of STOCK"),
            figure("population_source", world.population_source, "", "text", "product of POPULATION"),
            figure("reference_day", "1 July", "", "text", "day of TIME_PERIOD in STOCK and POPULATION"),
            flow("areas", areas, "areas", "integer", "number of DESTINATION in FLOW"),
            flow("weight_min", WEIGHT_OF_MINIMUM, "ratio", "ratio:2", "parameter of METHOD pb-closed"),
            flow("weight_ind", 1 - WEIGHT_OF_MINIMUM, "ratio", "ratio:2", "one less the parameter of METHOD pb-closed"),
        ),
        tables=(departures,) if departures else (),
        flags={"embedded": world.embedded, "departures": departures is not None},
    )
