"""Made-up worlds of a given size, in which people stay almost all where they were born, as in the real one."""

import numpy as np
import xarray as xr


def world(n, *, seed):
    """Keyword arguments of `estimate_flows` for `n` areas and one birthplace without a residence."""
    rng = np.random.default_rng(seed)
    places = [f"P{number:03}" for number in range(n)]
    population = rng.lognormal(15, 1.8, n)
    pull = rng.lognormal(0, 1, n)
    share = rng.lognormal(-1, 1.5, (n + 1, n)) * (rng.random((n + 1, n)) < 0.6)
    share[-1] = rng.lognormal(-3, 1, n)
    abroad = share * pull * np.append(population, population.mean())[:, None]
    abroad *= 0.035 * population.sum() / abroad.sum()
    at = np.arange(n)
    abroad[at, at] = 0
    abroad = np.minimum(abroad, population / n / 3)
    later = abroad * rng.lognormal(0.1, 0.2, abroad.shape)
    births, deaths = (population * rng.uniform(low, high, n) for low, high in ((0.05, 0.15), (0.03, 0.06)))
    grown = population + births - deaths + rng.normal(0, 0.003, n) * population
    for table, people in ((abroad, population), (later, grown)):
        table[at, at] = people - table.sum(axis=0)
    coords = {"birthplace": [*places, "XXX"], "destination": places}

    def stock(cells):
        return xr.DataArray(cells, coords, ("birthplace", "destination"), attrs={"unit": "persons"})

    def events(values):
        return xr.DataArray(values, {"destination": places}, ("destination",), attrs={"unit": "events"})

    return {
        "stock_start": stock(abroad),
        "stock_end": stock(later),
        "births": events(births),
        "deaths": events(deaths),
    }
