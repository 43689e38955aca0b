"""Every sample file is read by one named source, or refused with a reason."""

import sys

import pytest
from tests.collect.samples import FOLDERS, READ, REFUSED

from corridors.collect.catalogue import identify

pytestmark = pytest.mark.heavy


def test_every_sample_is_read_by_one_source_or_refused_with_its_reason(shared_data, capsys):
    unread, misread, unproved, lines = [], [], [], [""]
    reader = {name: source for source, names in READ.items() for name in names}
    for path in (path for folder in FOLDERS for path in sorted((shared_data / folder).iterdir()) if path.is_file()):
        name, found = f"{path.parent.name}/{path.name}", identify(path.read_bytes(), file=path.name)
        unproved += [(name, claim.source) for claim in found.claims if not claim.evidence]
        if len(found.claims) == 1:
            claim = found.claims[0]
            if claim.source != reader.get(name):
                misread.append((name, claim.source))
            counts = ", ".join(f"{count:,} {flow}" for flow, count in claim.observations.items())
            lines.append(f"{name:75} {claim.source:16} {claim.layout[:60]:60} {counts}")
        elif found.claims:
            misread.append((name, [claim.source for claim in found.claims]))
        else:
            codes = {finding.code for finding in found.refusals.values()}
            wanted = REFUSED.get(name)
            lines.append(f"{name:75} refused: {wanted}")
            if wanted not in codes:
                unread.append((name, sorted(codes)))
    with capsys.disabled():
        sys.stdout.write("\n".join(lines) + "\n")
    assert misread == []
    assert unread == []
    assert unproved == []
