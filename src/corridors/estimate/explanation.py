"""The account behind one flow, as a value: both sides of it, and the birthplaces that the flow joins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from corridors.concepts.ages import TOTAL
from corridors.concepts.areas import area_in_sentence, known_areas

if TYPE_CHECKING:
    from corridors.estimate.flows import MethodName

#: Code of the birthplaces that are not named one by one.
OTHERS = "_O"
#: Birthplaces named in tables beside origin and destination, the largest.
LARGEST = 6
_SEXES = {"_T": "both sexes", "F": "women", "M": "men"}
_BY_BIRTHPLACE = ("STOCK_START", "STOCK_END", "SURVIVORS_START", "SURVIVORS_END", "STAYERS", "LEAVERS", "ARRIVERS")


@dataclass(frozen=True, slots=True)
class AreaAccount:
    """One area's side of an account, in persons.

    Parameters
    ----------
    area
        Code of the area.
    births, deaths
        Events of the period.
    natives
        Native-born at both dates, as given: population less foreign-born.
    repaired
        Native-born below zero at either date, taken from the foreign-born.
    matched
        Added to the native-born of both dates so that the world's growth is its natural increase.
    shifted
        Put to other birthplaces at both dates, so that each birthplace has the same total.
    outside
        Residents added at both dates by closing: below zero where they went outside of an open system.
    birthplaces
        A row for each birthplace: `BIRTHPLACE`, stocks as given (`STOCK_START`, `STOCK_END`), accounted survivors
        (`SURVIVORS_START`, `SURVIVORS_END`), and of these `STAYERS`, `LEAVERS` to any area and `ARRIVERS` from any.
    """

    area: str
    births: float
    deaths: float
    natives: tuple[float, float]
    repaired: float
    matched: tuple[float, float]
    shifted: float
    outside: tuple[float, float]
    birthplaces: pl.DataFrame

    def total(self, measure: str) -> float:
        """Sum of a column of `birthplaces`."""
        return float(self.birthplaces.get_column(measure).sum())

    def totals(self) -> dict[str, float]:
        """Every line of the account by its name, from the residents at the start to those who came.

        At both dates residents less events, matched and outside added, are survivors; those at the start are stayers and
        leavers, those at the end stayers and arrivers.
        """
        return {
            "POPULATION_START": self.total("STOCK_START"),
            "POPULATION_END": self.total("STOCK_END"),
            "NATIVES_START": self.natives[0],
            "NATIVES_END": self.natives[1],
            "BIRTHS": self.births,
            "DEATHS": self.deaths,
            "REPAIRED": self.repaired,
            "MATCHED_START": self.matched[0],
            "MATCHED_END": self.matched[1],
            "SHIFTED": self.shifted,
            "OUTSIDE_START": self.outside[0],
            "OUTSIDE_END": self.outside[1],
            **{name: self.total(name) for name in _BY_BIRTHPLACE[2:]},
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """The account behind one flow.

    Parameters
    ----------
    origin, destination
        Their sides of the account.
    flow
        Persons who moved, as the result has it.
    period, sex
        Label and code where the result says them, else None.
    method, seeded
        How stocks became flows, and whether along a seed.
    parts
        A row for each birthplace and split with anybody who moved: `BIRTHPLACE`, `SPLIT`, `SHARE` of the split in the
        method, its `LEAVING` from the origin, `ARRIVING` at the destination and `MOVING` in all, and persons
        (`OBS_VALUE`): ``share leaving arriving / moving``, or the fit to these totals along the seed.
    reconciled
        Persons by which the flow was changed so that women and men add up to both sexes; else zero, to the last digits.
    """

    origin: AreaAccount
    destination: AreaAccount
    flow: float
    period: str | None
    sex: str | None
    method: MethodName
    seeded: bool
    parts: pl.DataFrame
    reconciled: float

    @property
    def contributions(self) -> pl.DataFrame:
        """Persons by birthplace, the largest first: `BIRTHPLACE`, `TYPE` and `OBS_VALUE`."""
        native = pl.col("BIRTHPLACE")
        kind = (
            pl.when(native == self.origin.area)
            .then(pl.lit("OUTWARD"))
            .when(native == self.destination.area)
            .then(pl.lit("RETURN"))
            .otherwise(pl.lit("TRANSIT"))
        )
        summed = self.parts.group_by("BIRTHPLACE").agg(pl.col("OBS_VALUE").sum())
        return summed.select("BIRTHPLACE", kind.alias("TYPE"), "OBS_VALUE").sort(
            "OBS_VALUE", "BIRTHPLACE", descending=[True, False]
        )

    def of_type(self, kind: str) -> float:
        """Persons born at the origin (`OUTWARD`), at the destination (`RETURN`) or elsewhere (`TRANSIT`)."""
        return float(self.contributions.filter(pl.col("TYPE") == kind).get_column("OBS_VALUE").sum())

    def table(self, *, largest: int = LARGEST) -> pl.DataFrame:
        """The account as a tidy table.

        Parameters
        ----------
        largest
            Birthplaces named beside origin and destination: those that the flow has most of, then those with most
            residents in each area. The others are one row, `_O`; the sum is `_T`.

        Returns
        -------
        polars.DataFrame
            Columns `PLACE` (origin, destination or flow), `BIRTHPLACE`, `MEASURE` and `OBS_VALUE`, persons.
        """
        if largest < 0:
            raise ValueError(f"largest is {largest}; it is zero or more")
        rows = [
            *_rows("origin", self.origin, self._named(self.origin, largest)),
            *_rows("destination", self.destination, self._named(self.destination, largest)),
            ("flow", TOTAL, "FLOW", self.flow),
            *(("flow", TOTAL, kind, self.of_type(kind)) for kind in ("OUTWARD", "RETURN", "TRANSIT")),
            ("flow", TOTAL, "RECONCILED", self.reconciled),
            *(
                ("flow", code, f"FLOW_{split.upper()}", persons)
                for code, split, persons in _grouped(self.parts, self._of_flow(largest))
            ),
        ]
        return pl.DataFrame(
            rows,
            schema={"PLACE": pl.String, "BIRTHPLACE": pl.String, "MEASURE": pl.String, "OBS_VALUE": pl.Float64},
            orient="row",
        )

    def _of_flow(self, largest: int) -> list[str]:
        own = [self.origin.area, self.destination.area]
        others = [code for code in self.contributions.get_column("BIRTHPLACE") if code not in own]
        return [*own, *others[:largest]]

    def _named(self, side: AreaAccount, largest: int) -> list[str]:
        own = [self.origin.area, self.destination.area]
        ranked = side.birthplaces.sort("STOCK_END", "BIRTHPLACE", descending=[True, False]).get_column("BIRTHPLACE")
        return [*own, *[code for code in ranked if code not in own][:largest]]

    def describe(self) -> str:
        """Say the account in words."""
        here, there = (_place(side.area) for side in (self.origin, self.destination))
        when = [word for word in (self.period, _SEXES.get(self.sex or "")) if word]
        left, came = self.origin.totals(), self.destination.totals()
        words = [
            f"{_opening(here)} to {there}, {', '.join([*when, self.method])}: {self.flow:,.0f} persons moved.",
            f"Born at the origin {self.of_type('OUTWARD'):,.0f}, at the destination {self.of_type('RETURN'):,.0f}, "
            f"elsewhere {self.of_type('TRANSIT'):,.0f}.",
            f"Of {left['SURVIVORS_START']:,.0f} survivors who lived in {here} at the start, {left['STAYERS']:,.0f} stayed "
            f"and {left['LEAVERS']:,.0f} left; of {came['SURVIVORS_END']:,.0f} who lived in {there} at the end, "
            f"{came['STAYERS']:,.0f} had stayed and {came['ARRIVERS']:,.0f} had come.",
        ]
        most = self.parts.sort("OBS_VALUE", descending=True).head(1)
        for row in most.filter(pl.col("OBS_VALUE") > 0).iter_rows(named=True):
            how = (
                "along the seed"
                if self.seeded
                else f"{row['SHARE']:.2f} × {row['LEAVING']:,.0f} × {row['ARRIVING']:,.0f} / {row['MOVING']:,.0f}"
            )
            words.append(
                f"The largest part, {row['OBS_VALUE']:,.0f}, were born in {_place(row['BIRTHPLACE'])} "
                f"({row['SPLIT']}: {how})."
            )
        if abs(self.reconciled) >= 0.5:
            words.append(f"{self.reconciled:+,.0f} persons make women and men add up to both sexes.")
        return "\n".join(words)


def _rows(place: str, side: AreaAccount, named: list[str]) -> list[tuple[str, str, str, float]]:
    whole = [(place, TOTAL, measure, value) for measure, value in side.totals().items()]
    melted = side.birthplaces.unpivot(index="BIRTHPLACE", variable_name="SPLIT", value_name="OBS_VALUE")
    return [*whole, *((place, code, measure, value) for code, measure, value in _grouped(melted, named))]


def _grouped(table: pl.DataFrame, named: list[str]) -> list[tuple[str, str, float]]:
    """Birthplace, split and sum, in the order of `named` and then the others together."""
    order = {code: rank for rank, code in enumerate([*named, OTHERS])}
    grouped = (
        table.with_columns(pl.when(pl.col("BIRTHPLACE").is_in(named)).then("BIRTHPLACE").otherwise(pl.lit(OTHERS)))
        .group_by("BIRTHPLACE", "SPLIT", maintain_order=True)
        .agg(pl.col("OBS_VALUE").sum())
    )
    return sorted(grouped.rows(), key=lambda row: order[row[0]])


def _place(code: str) -> str:
    return area_in_sentence(code) if code in known_areas() else code


def _opening(text: str) -> str:
    return text[:1].upper() + text[1:]
