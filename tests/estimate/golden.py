"""The golden sets as the estimators take them, and the comparison at their tolerances."""

import numpy as np
import polars as pl
import xarray as xr

SETS = ("n20_s101", "n60_s102", "n200_s104", "un61_2010", "un40")
#: Column of golden_od.csv, method, match.
COLUMNS = (
    ("da_min_closed", "min-closed", "before"),
    ("da_min_closed_after", "min-closed", "after"),
    ("da_ind_closed", "ind-closed", "before"),
    ("da_pb_closed", "pb-closed", "before"),
    ("da_pb_closed_after", "pb-closed", "after"),
    ("da_min_open", "min-open", "after"),
    ("da_min_opendr", "min-open-dr", "after"),
    ("da_ind_opendr", "ind-open-dr", "after"),
    ("sd_drop_neg", "sd-drop-neg", "after"),
    ("sd_rev_neg", "sd-rev-neg", "after"),
    ("mig_rate", "mig-rate", "after"),
    ("rvr", "rvr", "after"),
)


def table(folder, name):
    path = folder / name
    return pl.read_csv(path if path.exists() else folder / f"{name}.gz", infer_schema_length=None)


def stock(cells, codes, residences=None):
    coords = {"birthplace": codes, "destination": residences or codes}
    return xr.DataArray(
        np.asarray(cells, dtype=float), coords, ("birthplace", "destination"), attrs={"unit": "persons"}
    )


def events(values, codes):
    return xr.DataArray(
        np.asarray(values, dtype=float), {"destination": codes}, ("destination",), attrs={"unit": "events"}
    )


def seed(cells, codes):
    coords = {"origin": codes, "destination": codes}
    return xr.DataArray(np.asarray(cells, dtype=float), coords, ("origin", "destination"), attrs={"unit": "1"})


def inputs(folder):
    """Keyword arguments of `estimate_flows`, the stocks first."""
    start, end, vital = (table(folder, name) for name in ("stock_start.csv", "stock_end.csv", "vital.csv"))
    codes = start["birth"].to_list()
    assert vital["country"].to_list() == codes == end["birth"].to_list() == start.columns[1:]
    return {
        "stock_start": stock(start.drop("birth").to_numpy(), codes),
        "stock_end": stock(end.drop("birth").to_numpy(), codes),
    } | {"births": events(vital["births"].to_numpy(), codes), "deaths": events(vital["deaths"].to_numpy(), codes)}


def cells(frame, column, codes, dims=("orig", "dest")):
    """A long table as an array with one axis a dim; absent cells are zero."""
    at = {code: number for number, code in enumerate(codes)}
    array = np.zeros((len(codes),) * len(dims))
    array[tuple(np.array([at[code] for code in frame[dim]]) for dim in dims)] = (
        frame[column].cast(pl.Float64).to_numpy()
    )
    return array


def assert_close(found, expected, method):
    """Whole persons exactly; closed 1e-6 relative and 1e-3 persons; others 1e-9 relative, the 10 digits of the file."""
    found = np.nan_to_num(found)
    if method.startswith("sd-"):
        np.testing.assert_array_equal(found, expected)
    elif method.endswith("closed"):
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-3)
    else:
        # Rates of the first stock's inverse lose digits where they cancel, in the golden column too: a millionth person.
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-6 if method == "rvr" else 1e-9)
