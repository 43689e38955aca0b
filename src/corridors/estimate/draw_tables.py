"""What draws say of flows, as tidy tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    import xarray as xr

    from corridors.estimate.uncertainty import FlowDraws


def draw_tables(drawn: FlowDraws) -> dict[str, pl.DataFrame]:
    """Tidy tables of quantiles.

    Parameters
    ----------
    drawn
        Draws of one account.

    Returns
    -------
    dict
        `flow` by ORIGIN, DESTINATION and QUANTILE; `net` by AREA, MEASURE (arrivals, departures, net) and QUANTILE;
        `total` by QUANTILE. OBS_VALUE is in persons. In `flow` and `total` a blank QUANTILE is the figure without errors.

    Examples
    --------
    >>> import numpy as np
    >>> from corridors.estimate.uncertainty import draw_flows
    >>> from corridors.testing import world
    >>> given = world(4, 1)
    >>> tables = {name: getattr(given, name) for name in ("stock_start", "stock_end", "births", "deaths")}
    >>> drawn = draw_flows(**tables, rng=np.random.default_rng(1), draws=20)
    >>> {name: table.height for name, table in draw_tables(drawn).items()}
    {'flow': 96, 'net': 84, 'total': 8}
    """
    quantiles = drawn.quantiles
    central = _long(drawn.point, ("origin", "destination")).with_columns(QUANTILE=pl.lit(None, dtype=pl.Float64))
    spread = _long(quantiles["flow"], ("quantile", "origin", "destination"))
    flow = pl.concat([central, spread.select(central.columns)]).filter(pl.col("ORIGIN") != pl.col("DESTINATION"))
    nets = [
        _long(quantiles[name], ("quantile", "destination"))
        .rename({"DESTINATION": "AREA"})
        .select("AREA", pl.lit(name).alias("MEASURE"), "QUANTILE", "OBS_VALUE")
        for name in ("arrivals", "departures", "net")
    ]
    total = pl.DataFrame(
        {
            "QUANTILE": [None, *map(float, quantiles["quantile"].values)],
            "OBS_VALUE": [float(drawn.point.sum()), *map(float, quantiles["total"].values)],
        }
    )
    return {"flow": flow, "net": pl.concat(nets), "total": total}


def _long(array: xr.DataArray, dims: tuple[str, ...]) -> pl.DataFrame:
    values = array.transpose(*dims).values
    places = np.indices(values.shape).reshape(values.ndim, -1)
    columns = {dim.upper(): array[dim].values[place] for dim, place in zip(dims, places, strict=True)}
    texts = {name: cells if cells.dtype.kind == "f" else cells.astype(str) for name, cells in columns.items()}
    return pl.DataFrame({**texts, "OBS_VALUE": values.astype(float).ravel()})
