"""Print the benchmarks."""

import os
from itertools import chain

# One thread: on a busy machine the threads of the linear algebra wait for each other, and ratios turn into noise.
for library in ("OPENBLAS", "MKL", "OMP", "VECLIB"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")


def main():
    """Print one line a figure as soon as it is measured."""
    from benchmarks import commands, consultation, documents, draws, flows, gravity, reading, registers

    parts = (commands, reading, flows, draws, documents, registers, gravity, consultation)
    for what, figure, unit in chain.from_iterable(part.rows() for part in parts):
        print(f"{what:72} {figure:>14,.3g} {unit}", flush=True)


if __name__ == "__main__":
    main()
