"""What keeps an account from being made, from positions in tables to findings on areas."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from corridors.concepts.findings import AreaFinding, DataError, Finding
from corridors.estimate._checks import OPEN
from corridors.estimate._closing import Blocked, Unsettled
from corridors.estimate._deaths import Undying
from corridors.estimate._joining import SeedEmpty
from corridors.estimate._seeded import Obstacle, SeedBlocked
from corridors.estimate._stayers import Crowded, StayersBlocked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.estimate._feasible import Blockade

_NAMED = 8


@contextmanager
def named(places: list[str], residences: list[str]) -> Iterator[None]:
    """Turn what the kernels say of positions into findings on areas.

    Raises
    ------
    DataError
        No account exists, it was not found, or the seed or the stayers do not let it be.
    """
    try:
        yield
    except Blocked as blocked:
        raise DataError(
            _infeasible(name, blockade, places=places, residences=residences)
            for name, blockade in blocked.blockades.items()
        ) from None
    except Undying as wrong:
        raise DataError(_undying(wrong.deaths, places, alive=wrong.people)) from None
    except Unsettled as unsettled:
        raise DataError([_unsettled(unsettled, places)]) from None
    except SeedEmpty as empty:
        raise DataError(_without_corridor(empty, residences)) from None
    except SeedBlocked as blocked:
        raise DataError(_no_way(one, places=places, residences=residences) for one in blocked.obstacles) from None
    except StayersBlocked as blocked:
        raise DataError(_crowded(one, places=places, residences=residences) for one in blocked.crowded) from None


def _infeasible(name: str, blockade: Blockade, *, places: list[str], residences: list[str]) -> Finding:
    """The proof that no closed account exists, in words."""
    if blockade.of == "rows":
        members = tuple(places[row] for row in blockade.members)
        who = f"born in {_names(places, blockade.members)}"
        fact = f"all areas in which they live ({_names(residences, blockade.partners)}) have residents"
    else:
        members = tuple(residences[column] for column in blockade.members)
        who = f"living in {_names(residences, blockade.members)}"
        fact = f"all birthplaces found there ({_names(places, blockade.partners)}) have people"
    return AreaFinding(
        "account-infeasible",
        f"closed account, survivors at the {name}, {who}",
        f"{blockade.excess:,.0f} persons more than {fact}",
        OPEN.format(what="stocks, births and deaths"),
        members,
        blockade.excess,
    )


def _undying(gaps: NDArray[np.float64], places: list[str], *, alive: NDArray[np.float64]) -> list[Finding]:
    """Birthplaces whose deaths by account are fewer than none or more than there are people."""
    wrong = np.flatnonzero((gaps < 0) | (gaps > alive))
    return [
        AreaFinding(
            "account-infeasible",
            f"deaths by account, born in {places[row]}",
            f"the two stocks ask for {gaps[row]:,.0f} deaths among {alive[row]:,.0f} people",
            "check stocks and births of this birthplace, or choose deaths in proportion",
            (places[row],),
            float(-gaps[row] if gaps[row] < 0 else gaps[row] - alive[row]),
        )
        for row in wrong
    ]


def _unsettled(unsettled: Unsettled, places: list[str]) -> Finding:
    return AreaFinding(
        "account-unsettled",
        "closed account",
        f"birthplace totals are still missed by {unsettled.error:,.3f} persons",
        "check areas whose people are all but fixed by zeros of the stock, or choose an open method",
        tuple(places[row] for row in getattr(unsettled, "rows", ())),
        unsettled.error,
    )


def _without_corridor(empty: SeedEmpty, residences: list[str]) -> Iterator[Finding]:
    for word, positions, persons in zip(
        ("from", "to"), (empty.origins, empty.destinations), empty.persons, strict=True
    ):
        for place, count in zip(positions.tolist(), persons.tolist(), strict=True):
            yield AreaFinding(
                "seed-empty",
                f"seed, {word} {residences[place]}",
                f"no corridor, and {count:,.0f} persons moved {word} there",
                "give the corridors of this area in the seed; a small figure where nothing is known",
                (residences[place],),
                count,
            )


def _no_way(obstacle: Obstacle, *, places: list[str], residences: list[str]) -> Finding:
    blockade = obstacle.blockade
    first, second = ("from", "to") if blockade.of == "rows" else ("to", "from")
    return AreaFinding(
        "seed-infeasible",
        f"seed, born in {places[obstacle.row]}",
        f"{obstacle.persons:,.0f} movers have no way: those {first} {_names(residences, blockade.members)} are more than those "
        f"{second} {_names(residences, blockade.partners)}, the only corridors that the seed leaves open",
        "give these corridors in the seed; a small figure where nothing is known",
        tuple(residences[place] for place in blockade.members),
        obstacle.persons,
    )


def _crowded(one: Crowded, *, places: list[str], residences: list[str]) -> Finding:
    return AreaFinding(
        "stayers-infeasible",
        f"stayers, born in {places[one.row]}, living in {residences[one.column]}",
        f"{one.persons:,.0f} persons more left or came than all others of that birthplace can have met",
        "let a larger share of those who can stay there stay, or mix with independence (pb-closed) instead",
        tuple(dict.fromkeys((places[one.row], residences[one.column]))),
        one.persons,
    )


def _names(labels: list[str], positions: tuple[int, ...]) -> str:
    """The first labels and how many more there are."""
    named = ", ".join(labels[position] for position in positions[:_NAMED])
    more = len(positions) - _NAMED
    return (f"{named} and {more} more" if more > 0 else named) or "no area"
