"""Border crossings classified a second: the kernel against its slow twin, and against SQL in the database."""

import datetime
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

#: Crossings a second that the one open program of a statistical office classifies, as published.
PUBLISHED = 4_200
START, THROUGH = datetime.date(2015, 1, 1), datetime.date(2019, 12, 31)
PERSONS = 250_000


def register(persons, *, seed):
    """Crossings of a made-up register by person and day: visitors, travellers, migrants, circular workers, commuters."""
    rng = np.random.default_rng(seed)
    count = rng.choice([1, 2, 3, 4, 8, 30], persons, p=[0.1, 0.3, 0.15, 0.25, 0.15, 0.05])
    person = np.repeat(np.arange(persons), count)
    rank = np.arange(person.size) - np.repeat(np.cumsum(count) - count, count)
    stay = np.exp(rng.normal(rng.choice([1.0, 3.0, 5.0], persons), 1.2)[person] + rng.normal(0, 0.6, person.size))
    gap = np.where(rank == 0, rng.integers(0, 1_700, persons)[person], np.minimum(stay, 900).astype(np.int64))
    total = np.cumsum(gap)
    begun = np.flatnonzero(rank == 0)
    day = total - np.repeat(total[begun] - gap[begun], count)
    arrival = (rank + rng.integers(0, 2, persons)[person]) % 2 == 1
    seen = day <= (THROUGH - START).days
    first = (START - datetime.date(1970, 1, 1)).days
    directions = pa.DictionaryArray.from_arrays(pa.array(arrival[seen].astype(np.int8)), ["D", "A"])
    days = pa.array((day[seen] + first).astype(np.int32)).cast(pa.date32())
    return pa.table({"PERSON": person[seen], "DAY": days, "DIRECTION": directions})


def _seconds(work, times=3):
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def rows():
    """Rows what, figure, unit."""
    import duckdb

    from corridors.count.cleaning import clean
    from corridors.count.crossings import classify
    from corridors.count.rules import spell, tw
    from corridors.count.tables import movements
    from corridors.count.window_sql import window_sql

    crossings = register(PERSONS, seed=1)
    size = crossings.num_rows
    speed = size / _seconds(lambda: classify(crossings, rule=tw(), through=THROUGH, since=START))
    yield "registers: crossings classified by 365 of 487 days, with bounds", speed, "a second"
    yield "registers: the same against the published figure of an office's program", speed / PUBLISHED, "times"
    spells = size / _seconds(lambda: classify(crossings, rule=spell(gap=30), through=THROUGH, since=START))
    yield "registers: crossings classified by stays of 12 months, gaps of 30 days", spells, "a second"
    yield "registers: the kernel against its slow twin", speed / _slow_speed(crossings), "times"
    numbered = crossings.append_column("PLACE", pa.array(np.arange(size)))
    connection = duckdb.connect()
    connection.register("crossings", numbered)
    query = window_sql(tw(), through=THROUGH, since=START)
    taken = _seconds(lambda: connection.sql(query).to_arrow_table(), times=1)
    yield "registers: the kernel against SQL in DuckDB", speed * taken / size, "times"
    shuffled = crossings.take(np.random.default_rng(2).permutation(size))

    def chain():
        cleaned = clean(shuffled, missing="late").crossings
        return movements(classify(cleaned, rule=tw(), through=THROUGH, since=START))

    yield "registers: crossings out of order to a table of months", size / _seconds(chain, times=1), "a second"


def _slow_speed(crossings, persons=150):
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "reference"))
    import slow_registers as slow

    first, through = ((day - datetime.date(1970, 1, 1)).days for day in (START, THROUGH))
    people = {}
    for row in crossings.slice(0, 8 * persons).to_pylist():
        day = (row["DAY"] - datetime.date(1970, 1, 1)).days
        people.setdefault(row["PERSON"], []).append((day, row["DIRECTION"]))
    chosen = list(people.values())[:persons]

    def work():
        for one in chosen:
            slow.tw(one, stay=365, window=487, through=through, since=first)

    return sum(map(len, chosen)) / _seconds(work, times=1)


def main():
    """Print one line a figure."""
    for what, figure, unit in rows():
        print(f"{what:72} {figure:>14,.3g} {unit}", flush=True)


if __name__ == "__main__":
    main()
