"""Every sample file is read by one named source, or refused with a reason; damaged ones end in findings and nothing else."""

import gzip
import random
import sys
import time
from contextlib import suppress

import pytest

from corridors.collect import catalogue
from corridors.collect.catalogue import identify, read, sources
from corridors.concepts.findings import DataError

pytestmark = pytest.mark.heavy
FOLDERS = ("undesa", "wpp", "flows", "remittances", "unhcr", "irregular", "trafficking", "covariates", "reference")
#: Files that no source takes, and the finding that says why.
REFUSED = {
    "emdat_disaster.csv.gz": "licence-closed",
    "fsi.csv.gz": "licence-closed",
    "natural_disaster_deaths.csv": "licence-closed",
    "aggregates_correspondence_table_2020_1.xlsx": "table-wrong",
    "wpp2022_UNlocations.txt": "table-wrong",
    "iom_countrynames_257.csv.gz": "table-wrong",
    "unhcr_countries.csv.gz": "table-wrong",
    "abel_cohen_country_order.txt": "table-wrong",
    "ctdc_data_definitions.xlsx": "table-wrong",
    "mse_Artificial_3.csv": "table-ambiguous",
}
MUTATIONS, OF_WORKBOOKS, LONGEST = 2_000, 300, 10.0


@pytest.fixture(scope="module")
def samples(shared_data):
    """Path and identification of every sample file."""
    paths = [path for folder in FOLDERS for path in sorted((shared_data / folder).iterdir()) if path.is_file()]
    return {path: identify(path.read_bytes(), file=path.name) for path in paths}


def test_every_sample_is_read_by_one_source_or_refused_with_its_reason(samples, capsys):
    unread, claimed_twice, lines = [], [], [""]
    for path, found in samples.items():
        name = f"{path.parent.name}/{path.name}"
        if len(found.claims) == 1:
            claim = found.claims[0]
            counts = ", ".join(f"{count:,} {flow}" for flow, count in claim.observations.items())
            lines.append(f"{name:75} {claim.source:16} {claim.layout[:60]:60} {counts}")
        elif found.claims:
            claimed_twice.append((name, [claim.source for claim in found.claims]))
        else:
            codes = {finding.code for finding in found.refusals.values()}
            wanted = REFUSED.get(path.name)
            lines.append(f"{name:75} refused: {wanted}")
            if wanted not in codes:
                unread.append((name, sorted(codes)))
    with capsys.disabled():
        sys.stdout.write("\n".join(lines) + "\n")
    assert claimed_twice == []
    assert unread == []


def test_every_claim_says_what_proves_it(samples):
    silent = [path.name for path, found in samples.items() for claim in found.claims if not claim.evidence]
    assert silent == []


def mutated(raw, rng):
    """One damaged copy: a flipped bit, a lost or doubled stretch, a cut end, or noise."""
    kind = rng.choice(("flip", "flip", "cut", "lose", "double", "noise", "swap"))
    damaged = bytearray(raw)
    at = rng.randrange(len(raw))
    if kind == "flip":
        for _ in range(rng.choice((1, 1, 3, 20))):
            damaged[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    elif kind == "cut":
        del damaged[at:]
    elif kind == "lose":
        del damaged[at : at + rng.randrange(1, 200)]
    elif kind == "double":
        damaged[at:at] = damaged[at : at + rng.randrange(1, 200)]
    elif kind == "noise":
        damaged[at : at + 8] = rng.randbytes(8)
    else:
        other = rng.randrange(len(raw))
        damaged[at], damaged[other] = damaged[other], damaged[at]
    return bytes(damaged)


def small(raw):
    """The first rows of a text file, so that thousands of copies can be read; a workbook stays whole."""
    text = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    if text[:2] == b"PK" or text[:4] == b"\xd0\xcf\x11\xe0":
        return raw
    return b"".join(text.splitlines(keepends=True)[:150])


@pytest.mark.parametrize("source", sources())
def test_damaged_files_end_in_observations_or_findings_and_in_no_other_way(source, samples):
    mine = [path for path, found in samples.items() if any(claim.source == source for claim in found.claims)]
    mine += [path for path in samples if path.name in REFUSED] if source in ("undesa", "wpp") else []
    # A damaged workbook of the old binary format can end the whole process inside the library that reads it.
    mine = [path for path in mine if path.suffix != ".xls"]
    raws = [small(path.read_bytes()) for path in mine] or [raw for _, raw in catalogue.package_files(source)]
    if not raws:
        pytest.skip(f"no sample of {source}")
    rng = random.Random(source)
    # Workbooks take their time: they get fewer copies, text files the rest.
    weights = [1 if raw[:2] == b"PK" or raw[:4] == b"\xd0\xcf\x11\xe0" else 12 for raw in raws]
    for number in range(MUTATIONS if max(weights) > 1 else OF_WORKBOOKS):
        raw = mutated(rng.choices(raws, weights)[0], rng)
        begun = time.monotonic()
        with suppress(DataError):
            read(source, raw, file="damaged")
        assert time.monotonic() - begun < LONGEST, number
