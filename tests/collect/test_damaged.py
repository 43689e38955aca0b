"""Two thousand damaged copies of every source's files end in observations or findings, in nothing else and in no long wait."""

import faulthandler
import random
import time
from contextlib import suppress

import pytest
from tests.collect.damage import damaged, small
from tests.collect.samples import NEAR, READ
from tests.collect.test_sdmx import FORMATS, as_csv
from tests.collect.test_tidy import MAPPING, TABLE, commented, zipped
from tests.collect.test_wpp import compact, compact_row

from corridors.collect import catalogue
from corridors.collect.catalogue import read, sources
from corridors.concepts.findings import DataError

pytestmark = pytest.mark.heavy
COPIES, LONGEST = 2_000, 10.0
#: Files of sources that have no sample of a publisher.
MADE = {"sdmx": (*FORMATS.values(), as_csv()), "tidy": (zipped(), commented())}
#: Workbooks of sources of whose workbooks there is no sample.
SHEETS = {
    "tidy": {
        "census": [line.split(",") for line in TABLE.splitlines()],
        "mapping": [[line] for line in MAPPING.splitlines()],
    },
    "wpp": compact(compact_row("Estimates", 250, 2023, 66000.25, 700, 600)),
}


@pytest.mark.parametrize("source", sources())
def test_damaged_files_end_in_observations_or_findings_and_in_no_other_way(source, shared_data, workbook):
    mine = [small((shared_data / name).read_bytes()) for name in (*READ.get(source, ()), *NEAR.get(source, ()))]
    mine += [*MADE.get(source, ()), *(raw for _, raw in catalogue.package_files(source))]
    mine += [workbook(SHEETS[source])] if source in SHEETS else []
    assert mine, f"name a sample of {source} in tests/collect/samples.py, or make one here"
    rng = random.Random(source)
    for number in range(COPIES):
        raw = damaged(mine[number % len(mine)], rng)
        # What stands still inside a library cannot be interrupted: the process that runs the test ends and says where.
        faulthandler.dump_traceback_later(6 * LONGEST, exit=True)
        begun = time.monotonic()
        try:
            with suppress(DataError):
                read(source, raw, file="damaged")
            assert time.monotonic() - begun < LONGEST
        except BaseException as error:
            error.add_note(f"copy {number}, begins {raw[:20]!r}")
            raise
        finally:
            faulthandler.cancel_dump_traceback_later()
