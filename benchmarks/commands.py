"""What a user waits for at the command line, as ratios measured in one run."""

import subprocess
import sys
import tempfile
import time

RUNS = 15


def shortest(words, *, runs=RUNS):
    """Seconds of the fastest of several runs of a command: what it needs when the machine is at rest."""
    best = float("inf")
    for _ in range(runs):
        begun = time.perf_counter()
        subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        best = min(best, time.perf_counter() - begun)
    return best


def rows():
    """Yield what was measured, the figure and its unit."""
    empty = shortest([sys.executable, "-c", "pass"])
    yield "corridors --help / an empty Python", shortest([sys.executable, "-m", "corridors.cli", "--help"]) / empty, "x"
    with tempfile.TemporaryDirectory() as folder:
        words = [
            sys.executable,
            "-m",
            "corridors.cli",
            "report",
            "--out",
            f"{folder}/out",
            "--store",
            f"{folder}/store",
        ]
        first = shortest(words, runs=1)
        yield "corridors report, the first time", first, "s"
        yield "    again with nothing changed / the first time", shortest(words, runs=5) / first, "x"
