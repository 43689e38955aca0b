"""A fitted gravity model as a value: coefficients, errors, effects, predictions, and the rows that were dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.stats import norm

from corridors.explain._cube import columns_of
from corridors.explain.formula import evaluate, parse_formula

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: How errors are computed, for the foot of every table.
CONVENTION = "sandwich clustered by {cluster}, times G/(G-1) with G = {clusters}, no degrees-of-freedom factor"


@dataclass(frozen=True, slots=True)
class GravityFit:
    """A gravity model that was fitted.

    Parameters
    ----------
    formula, keys, cluster
        As asked for.
    clusters
        Number of clusters; of the smaller way where there are two.
    n
        Rows of the sample.
    coefficients
        By covariate.
    covariance
        Of the coefficients, in their order.
    deviance, log_likelihood
        Poisson, at the maximum.
    dropped
        Rows left out, by reason.
    steps
        Newton steps taken.
    fitted
        The sample: keys, `row` of the panel, `observed`, `fitted`.
    effects
        Tables of the effects of `origin`, `destination` and, with o^d, `pair`: logarithms up to constants that move from one
        to the other without changing a prediction.
    bias
        Estimated bias by covariate, to subtract; empty unless asked for.
    adjusted_covariance
        With the residuals' shrinkage undone; empty unless asked for.

    Examples
    --------
    >>> from corridors.explain.gravity import ppml
    >>> panel = pl.DataFrame({"ORIGIN": list("AABBCC"), "DESTINATION": list("BCACAB"), "TIME_PERIOD": [2020] * 6,
    ...                       "flow": [20, 5, 30, 4, 6, 3], "near": [1, 0, 1, 0, 0, 0]})
    >>> ppml("flow ~ near | t", panel).n
    6
    """

    formula: str
    keys: tuple[str, str, str]
    cluster: str
    clusters: int
    n: int
    coefficients: Mapping[str, float]
    covariance: tuple[tuple[float, ...], ...]
    deviance: float
    log_likelihood: float
    dropped: Mapping[str, int]
    steps: int
    fitted: pl.DataFrame
    effects: Mapping[str, pl.DataFrame]
    bias: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    adjusted_covariance: tuple[tuple[float, ...], ...] = ()

    @property
    def convention(self) -> str:
        """How the errors are computed."""
        return CONVENTION.format(cluster=self.cluster, clusters=self.clusters)

    @property
    def errors(self) -> Mapping[str, float]:
        """Standard errors by covariate."""
        return self._errors(self.covariance)

    @property
    def adjusted_errors(self) -> Mapping[str, float]:
        """Standard errors with the residuals' shrinkage undone, by covariate; empty unless asked for."""
        return self._errors(self.adjusted_covariance) if self.adjusted_covariance else MappingProxyType({})

    def _errors(self, covariance: tuple[tuple[float, ...], ...]) -> Mapping[str, float]:
        return MappingProxyType({name: float(np.sqrt(covariance[k][k])) for k, name in enumerate(self.coefficients)})

    def vcov(self) -> pl.DataFrame:
        """Covariance of the coefficients, a row and a column each; adjusted where that was asked for."""
        rows = self.adjusted_covariance or self.covariance
        columns = {name: [row[k] for row in rows] for k, name in enumerate(self.coefficients)}
        return pl.DataFrame({"term": list(self.coefficients), **columns}, schema_overrides={"term": pl.String})

    def confint(self, *, level: float = 0.95) -> pl.DataFrame:
        """Intervals of the coefficients, less their bias and with adjusted errors where these were asked for.

        Parameters
        ----------
        level
            Probability that an interval holds the coefficient, between 0 and 1.
        """
        if not 0 < level < 1:
            raise ValueError(f"level {level} is not between 0 and 1")
        errors = self.adjusted_errors or self.errors
        far = float(norm.ppf(0.5 + level / 2))
        centre = {name: value - self.bias.get(name, 0.0) for name, value in self.coefficients.items()}
        return pl.DataFrame(
            {
                "term": list(centre),
                "low": [value - far * errors[name] for name, value in centre.items()],
                "high": [value + far * errors[name] for name, value in centre.items()],
            },
            schema_overrides={"term": pl.String, "low": pl.Float64, "high": pl.Float64},
        )

    def tidy(self, *, level: float = 0.95) -> pl.DataFrame:
        """A row a covariate: term, estimate (less its bias where that was asked for), std_error, statistic, p_value, low, high.

        Parameters
        ----------
        level
            Of the interval from low to high.
        """
        errors = self.adjusted_errors or self.errors
        table = self.confint(level=level).with_columns(
            estimate=pl.Series(
                [value - self.bias.get(name, 0.0) for name, value in self.coefficients.items()], dtype=pl.Float64
            ),
            std_error=pl.Series(list(errors.values()), dtype=pl.Float64),
        )
        ratio = (table["estimate"] / table["std_error"]).to_numpy()
        return table.select(
            "term", "estimate", "std_error", statistic=pl.Series(ratio), p_value=pl.Series(2 * norm.sf(np.abs(ratio))),
            low="low", high="high",
        )  # fmt: skip

    def glance(self) -> pl.DataFrame:
        """One row on the whole fit: formula, n, clusters, deviance, log_likelihood, steps, dropped, convention."""
        return pl.DataFrame(
            {
                "formula": [self.formula], "n": [self.n], "clusters": [self.clusters], "deviance": [self.deviance],
                "log_likelihood": [self.log_likelihood], "steps": [self.steps], "dropped": [sum(self.dropped.values())],
                "convention": [self.convention],
            }
        )  # fmt: skip

    def fixed_effects(self) -> Mapping[str, pl.DataFrame]:
        """Tables of the effects, as `effects` holds them."""
        return self.effects

    def predict(self, panel: pl.DataFrame | None = None) -> pl.DataFrame:
        """Expected flows: of the sample, or of a panel whose places, pairs and times the fit knows; null where it does not.

        Parameters
        ----------
        panel
            Rows with the keys and the covariates; None for the sample.

        Returns
        -------
        polars.DataFrame
            The sample as in `fitted`, or the panel in its order with the column `predicted`.
        """
        if panel is None:
            return self.fitted
        formula = parse_formula(self.formula)
        names = tuple(name for name in formula.columns() if name != formula.outcome or name in panel.columns)
        values = columns_of(panel, names)
        known = [coefficient * evaluate(term, values) for term, coefficient in self.coefficients.items()]
        table = panel.with_columns(
            __eta=pl.Series(np.sum(known, axis=0) if known else np.zeros(panel.height), dtype=pl.Float64)
        )
        own = {"origin": self.keys[0], "destination": self.keys[1], "time": self.keys[2]}
        total = pl.col("__eta")
        for name, effect in self.effects.items():
            places = {column: own[column] for column in effect.columns if column != "effect"}
            wanted = effect.rename({**places, "effect": f"__{name}"})
            table = table.join(wanted, on=list(places.values()), how="left", validate="m:1", maintain_order="left")
            total = total + pl.col(f"__{name}")
        return table.with_columns(predicted=total.exp().fill_nan(None)).select(*panel.columns, "predicted")

    def plot(self, *, level: float = 0.95) -> pl.DataFrame:
        """What a coefficient chart shows: term, estimate, low, high. The report draws it; this stage draws nothing.

        Parameters
        ----------
        level
            Of the interval.
        """
        return self.tidy(level=level).select("term", "estimate", "low", "high")

    def table(self) -> str:
        """The fit as text in Markdown, its convention at the foot."""
        lines = [f"{self.formula}", "", "| term | estimate | error | 95 % interval |", "|---|---|---|---|"]
        lines += [
            f"| {row['term']} | {row['estimate']:.4f} | {row['std_error']:.4f} | {row['low']:.4f} to {row['high']:.4f} |"
            for row in self.tidy().iter_rows(named=True)
        ]
        lines += ["", f"{self.n:,} rows, deviance {self.deviance:,.1f}; errors: {self.convention}."]
        if self.bias:
            lines.append("Estimates are less their incidental-parameter bias; errors are adjusted for leverage.")
        lines += [f"Dropped: {count:,} rows, {reason}." for reason, count in self.dropped.items()]
        return "\n".join(lines) + "\n"
