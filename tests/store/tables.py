"""Small tables for the tests of the store."""

import polars as pl


def population(*values, source="S"):
    return pl.DataFrame(
        {
            "AREA": ["FRA", "DEU", "MEX"][: len(values)],
            "SEX": ["_T"] * len(values),
            "AGE": ["_T"] * len(values),
            "TIME_PERIOD": ["2020-07-01"] * len(values),
            "SOURCE": [source] * len(values),
            "UNIT_MEASURE": ["PS"] * len(values),
            "OBS_VALUE": [None if v is None else float(v) for v in values],
            "OBS_STATUS": ["L" if v is None else "A" for v in values],
        },
        schema_overrides={"OBS_VALUE": pl.Float64},
    )


def publish(store, *values, product="p", **metadata):
    described = {"revision": "1", **metadata}
    return store.publish("world", product, {"POPULATION": population(*values)}, metadata=described)["POPULATION"]
