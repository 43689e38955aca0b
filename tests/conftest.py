"""What all tests share: where the publishers' sample files lie, when they are there."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Where a change is judged, laws draw the same examples every time; at a desk they go on looking for new ones.
settings.register_profile("repeatable", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of publishers' sample files and golden outputs, named by `CORRIDORS_TEST_DATA`."""
    named = os.environ.get("CORRIDORS_TEST_DATA")
    if not named or not Path(named).is_dir():
        pytest.skip("needs the sample files: set CORRIDORS_TEST_DATA to their folder")
    return Path(named).resolve()
