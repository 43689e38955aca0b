import dataclasses

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference.slow_ppml import slow_errors, slow_ppml

from corridors.concepts.findings import DataError
from corridors.explain import _newton
from corridors.explain.gravity import ppml

KEYS = ("o", "d", "t")
MODELS = (
    ("o^t", "d^t", "o^d"), ("o^t", "d^t"), ("o^d", "t"), ("o", "d", "t"), ("o^t", "d"), ("o", "d^t"), ("o", "d"), ("t",), (),
    ("o^d",), ("o^d", "o^t"), ("o^d", "d^t"), ("d", "t"), ("o^t",),
)  # fmt: skip


def panel(*, seed, places=6, times=4, holes=0.05, zeros=0.1):
    """Flows with gaps and zeros, two covariates, one of them of the pair and time."""
    rng = np.random.default_rng(seed)
    o, d, t = (axis.ravel() for axis in np.meshgrid(range(places), range(places), range(times), indexing="ij"))
    x = rng.normal(size=(2, o.size))
    eta = 1 + 0.4 * x[0] - 0.3 * x[1] + 0.3 * rng.normal(size=places)[o] + 0.3 * rng.normal(size=(places, times))[d, t]
    y = rng.poisson(np.exp(eta)) + 1.0
    y[rng.random(o.size) < zeros] = 0
    table = pl.DataFrame({"o": o, "d": d, "t": t, "y": y, "x": x[0], "z": x[1]})
    kept = (rng.random(o.size) > holes) & (o != d)
    return table.filter(pl.Series(kept)).with_columns(pl.col("o", "d").map_elements(lambda code: f"P{code}", pl.String))


def fit(table, effects=("o^t", "d^t", "o^d"), **options):
    return ppml(f"y ~ x + z | {' + '.join(effects)}", table, keys=KEYS, **options)


def same(one, other, *, scale=1.0, tolerance=1e-8):
    assert dict(one.coefficients) == pytest.approx(dict(other.coefficients), abs=tolerance)
    assert dict(one.errors) == pytest.approx(dict(other.errors), rel=1e-6)
    assert one.deviance * scale == pytest.approx(other.deviance, rel=1e-8)


@pytest.mark.parametrize("effects", MODELS, ids="+".join)
@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_fit_is_that_of_a_column_for_every_effect(effects, seed):
    found = fit(panel(seed=seed, places=6, times=4, holes=0.05, zeros=0.1), effects)
    table = panel(seed=seed, places=6, times=4, holes=0.05, zeros=0.1)[found.fitted["row"].to_list()]
    codes = [list(table.select([*name.split("^")]).iter_rows()) for name in effects] or [[1] * table.height]
    y, x = table["y"].to_numpy(), table.select("x", "z").to_numpy()
    slow, mean = slow_ppml(y, x, codes)
    errors = slow_errors(y, x, codes, mean, list(table.select("o", "d").iter_rows()))
    assert list(found.coefficients.values()) == pytest.approx(slow, abs=1e-7)
    assert found.fitted["fitted"].to_numpy() == pytest.approx(mean, rel=1e-5, abs=1e-7)
    assert list(found.errors.values()) == pytest.approx(errors, rel=1e-5)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([1e-6, 0.3, 1e6]))
def test_flows_in_another_unit_change_no_coefficient(seed, scale):
    table = panel(seed=seed)
    same(fit(table), fit(table.with_columns(pl.col("y") * scale)), scale=scale)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_other_names_and_another_order_of_rows_change_nothing(seed):
    table = panel(seed=seed)
    shuffled = table.sample(fraction=1.0, shuffle=True, seed=seed)
    assert fit(shuffled).coefficients == fit(table).coefficients
    assert fit(shuffled).covariance == fit(table).covariance
    renamed = table.with_columns(pl.col("o", "d").replace_strict({f"P{k}": f"{9 - k}Q" for k in range(6)}))
    same(fit(renamed), fit(table))


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000), effects=st.sampled_from(MODELS[:3]))
def test_an_origin_without_flows_and_an_effect_in_a_covariate_change_nothing(seed, effects):
    table = panel(seed=seed)
    alone = table.filter(pl.col("o") == "P1").with_columns(o=pl.lit("ZZ"), y=pl.lit(0.0))
    found = fit(pl.concat([table, alone]), effects)
    same(found, fit(table, effects))
    assert sum(found.dropped.values()) == sum(fit(table, effects).dropped.values()) + alone.height
    moved = table.with_columns(pl.col("x") + 0.5 * pl.col("t"))
    same(fit(moved, effects), fit(table, effects))


def test_every_sum_of_an_effect_is_met_and_predictions_repeat_the_sample():
    table = panel(seed=3, places=7, times=4)
    for effects in MODELS:
        found = fit(table, effects)
        for name in effects:
            sums = found.fitted.group_by(name.split("^")).agg(pl.col("observed", "fitted").sum())
            assert sums["fitted"].to_numpy() == pytest.approx(sums["observed"].to_numpy(), rel=1e-6)
        again = found.predict(table)[found.predict()["row"].to_list()]
        assert again["predicted"].to_numpy() == pytest.approx(found.fitted["fitted"].to_numpy(), rel=1e-8)
    stranger = table.head(1).with_columns(o=pl.lit("ZZ"))
    assert found.predict(stranger)["predicted"].null_count() in {0, 1}


def test_clusters_are_the_pair_one_side_both_or_a_column():
    table = panel(seed=4, places=7).with_columns(pair=pl.concat_str("o", "d"))
    assert dict(fit(table, cluster="pair").errors) == pytest.approx(dict(fit(table).errors))
    both, origin, destination, pair = (fit(table, cluster=name) for name in ("o+d", "o", "d", "o^d"))

    def plain(found):
        return np.array(found.covariance) * (found.clusters - 1) / found.clusters

    assert plain(both) == pytest.approx(plain(origin) + plain(destination) - plain(pair))
    assert both.clusters == 7
    with pytest.raises(ValueError, match="is none of o\\^d, o, d, o\\+d and no column of the panel"):
        fit(table, cluster="region")


def test_a_fit_reads_as_tables_and_text():
    found = fit(panel(seed=6, places=7, times=4), bias="wz")
    tidy = found.tidy()
    assert tidy.columns == ["term", "estimate", "std_error", "statistic", "p_value", "low", "high"]
    assert tidy["estimate"][0] == found.coefficients["x"] - found.bias["x"]
    assert found.plot().columns == ["term", "estimate", "low", "high"]
    assert found.vcov()["x"][0] == pytest.approx(found.adjusted_errors["x"] ** 2)
    assert found.glance()["n"][0] == found.n
    assert "times G/(G-1)" in found.table()
    assert set(found.fixed_effects()) == {"origin", "destination", "pair"}
    with pytest.raises(ValueError, match="level 2 is not between 0 and 1"):
        found.confint(level=2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.n = 3


def test_the_bias_of_effects_is_none_without_one_of_the_pair_and_asks_for_both_sides():
    table = panel(seed=7, places=7)
    assert set(fit(table, ("o^t", "d^t"), bias="wz").bias.values()) == {0.0}
    with pytest.raises(ValueError, match="needs the effects o\\^t \\+ d\\^t"):
        fit(table, ("o", "d"), bias="wz")
    with pytest.raises(ValueError, match="bias 'jackknife' is none of None, 'wz'"):
        fit(table, bias="jackknife")
    with pytest.raises(ValueError, match="needs cluster"):
        fit(table, bias="wz", cluster="o")


def changed(column, value):
    return panel(seed=8).with_columns(
        pl.when(pl.int_range(pl.len()) == 4).then(value).otherwise(pl.col(column)).alias(column)
    )


@pytest.mark.parametrize(
    ("table", "effects", "code", "message"),
    [
        (changed("y", -3.0), "o + d", "gravity-negative", "row 4, o P"),
        (changed("x", float("inf")), "o + d", "gravity-not-finite", "x is inf"),
        (panel(seed=8).with_columns(x=pl.lit("no")), "o + d", "gravity-not-number", "the first 'no'"),
        (pl.concat([panel(seed=8)] * 2), "o + d", "gravity-repeated", "2 rows are one cell"),
        (panel(seed=8).with_columns(y=pl.lit(0.0)), "o + d", "gravity-empty", "no row with a flow is left"),
        (panel(seed=8).clear(), "o + d", "gravity-empty", "it has no rows"),
        (panel(seed=8).filter(pl.col("t") == 1), "o^d", "gravity-one-period", "1 is the only one"),
        (
            panel(seed=8).with_columns(z=2 * pl.col("x") + pl.col("t")),
            "o^d + t",
            "gravity-collinear",
            "combination of x",
        ),
        (
            panel(seed=8).with_columns(z=pl.col("t") ** 2),
            "o^d + t",
            "gravity-collinear",
            "the effects explain all of it",
        ),
        (panel(seed=8).drop("z"), "o", "column-missing", "column z"),
    ],
)
def test_a_panel_that_cannot_be_fitted_is_a_finding(table, effects, code, message):
    with pytest.raises(DataError, match=message) as caught:
        fit(table, (effects,))
    assert caught.value.findings[0].code == code


def test_clusters_of_one_or_without_a_name_are_findings(monkeypatch):
    table = panel(seed=8).with_columns(one=pl.lit("a"), some=pl.when(pl.col("t") == 1).then(1))
    for column, code in (("one", "gravity-one-cluster"), ("some", "gravity-cluster-missing")):
        with pytest.raises(DataError, match=f"\\[{code}\\]"):
            fit(table, cluster=column)
    monkeypatch.setattr(_newton, "PATIENCE", 1)
    monkeypatch.setattr(_newton, "MOST_STEPS", 1)
    with pytest.raises(DataError, match="no maximum after 1 steps") as caught:
        fit(table)
    assert caught.value.findings[0].code == "gravity-not-converged"


def test_missing_numbers_drop_their_rows_and_are_counted():
    table = panel(seed=9).with_columns(
        y=pl.when(pl.int_range(pl.len()) < 2).then(None).otherwise(pl.col("y")),
        x=pl.when(pl.int_range(pl.len()) == 5).then(float("nan")).otherwise(pl.col("x")),
    )
    found = fit(table, ("o", "d"))
    assert found.dropped == {"flow missing": 2, "covariate missing": 1}
    same(found, fit(table.filter(pl.col("y").is_not_null() & pl.col("x").is_not_nan()), ("o", "d")))


def test_a_model_without_covariates_is_its_effects():
    found = ppml("y ~ 1 | o^t + d^t", panel(seed=10), keys=KEYS)
    assert found.tidy().height == 0
    assert found.tidy().schema["low"] == pl.Float64
    assert found.fitted["fitted"].sum() == pytest.approx(found.fitted["observed"].sum())
