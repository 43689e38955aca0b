import numpy as np
import polars as pl
import pytest

from corridors.concepts.findings import DataError
from corridors.explain import separation
from corridors.explain.gravity import ppml
from corridors.explain.separation import separated


@pytest.mark.parametrize("number", [1, 3, 5, 7, 9, 11, 13, 15, 17])
@pytest.mark.parametrize("dense", [separation.DENSE, 0])
def test_the_published_cases_drop_exactly_the_flagged_rows(shared_data, monkeypatch, number, dense):
    monkeypatch.setattr(separation, "DENSE", dense)
    path = shared_data / "golden_drivers" / "separation" / f"{number:02}.csv"
    table = pl.read_csv(path, infer_schema_length=None)
    covariates = [name for name in table.columns if name.startswith("x")]
    effects = [name for name in table.columns if name.startswith("id")]
    found = separated(table, "y", covariates=covariates, effects=effects)
    assert found.tolist() == np.flatnonzero(table["separated"].to_numpy()).tolist()


def test_a_covariate_that_is_on_only_without_flows_separates():
    table = pl.DataFrame({"y": [0, 0, 2, 3, 0], "war": [1, 1, 0, 0, 0], "z": [0.1, 0.4, 0.2, 0.9, 0.3]})
    assert separated(table, "y", covariates=["war", "z"]).tolist() == [0, 1]


def test_faults_of_the_table_are_named():
    with pytest.raises(DataError, match="it is not in the table"):
        separated(pl.DataFrame({"y": [0]}), "flow")
    with pytest.raises(DataError, match="no number that can stand there"):
        separated(pl.DataFrame({"y": [0, -1]}), "y")


def test_a_fit_drops_what_separates_and_says_how_many():
    rng = np.random.default_rng(5)
    places, times = 6, 4
    o, d, t = (axis.ravel() for axis in np.meshgrid(range(places), range(places), range(times), indexing="ij"))
    x = rng.normal(size=o.size)
    y = rng.poisson(3 * np.exp(0.3 * x)) + 1
    war = np.zeros(o.size)
    war[[3, 50, 90]] = 1.0
    y[war > 0] = 0
    table = pl.DataFrame({"o": o, "d": d, "t": t, "y": y, "x": x, "war": war})
    # Once its rows are gone nothing is left of the covariate, which is named.
    with pytest.raises(DataError, match="covariate war") as caught:
        ppml("y ~ x + war | o^t + d^t", table, keys=("o", "d", "t"))
    assert caught.value.findings[0].code == "gravity-collinear"
    kept = ppml("y ~ x | o^t + d^t", table.filter(pl.col("war") == 0), keys=("o", "d", "t"))
    assert kept.n == table.height - 3
    assert "separated" not in kept.dropped


def test_effects_alone_can_separate():
    # In the first year two groups of places have flows within them; from one to the other there are none, and back no report.
    rng = np.random.default_rng(2)
    o, d, t = (axis.ravel() for axis in np.meshgrid(range(5), range(5), range(3), indexing="ij"))
    y = rng.poisson(4.0, o.size) + 1.0
    y[(t == 0) & (o < 2) & (d < 3)] = 0
    table = pl.DataFrame({"o": o, "d": d, "t": t, "y": y, "x": rng.normal(size=o.size)})
    table = table.filter(~((pl.col("o") >= 2) & (pl.col("d") >= 3) & (pl.col("t") == 0)))
    coded = table.with_columns(ot=pl.col("o") * 3 + pl.col("t"), dt=pl.col("d") * 3 + pl.col("t"))
    wanted = separated(coded, "y", covariates=["x"], effects=["ot", "dt"])
    found = ppml("y ~ x | o^t + d^t", table, keys=("o", "d", "t"))
    assert len(wanted) == found.dropped["separated"] == 6
    assert sorted(set(range(table.height)) - set(found.fitted["row"])) == wanted.tolist()
