"""The same tables through other programs: plain fitting in numpy, the package ipfn, and migest in R where it is there."""

import contextlib
import io
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

SWEEPS = 20_000

MIGEST = """
library(migest)
read <- function(name) as.matrix(read.csv(name, row.names = 1, check.names = FALSE))
start <- read("start.csv"); end <- read("end.csv"); vital <- read.csv("vital.csv")
births <- setNames(vital$births, colnames(start)); deaths <- setNames(vital$deaths, colnames(start))
names(dimnames(start)) <- names(dimnames(end)) <- c("birth", "dest")
spent <- system.time(ffs_demo(stock_start = start, stock_end = end, births = births, deaths = deaths))
cat("SECONDS", spent[["user.self"]] + spent[["sys.self"]], "\\n")
"""


def two_way(table, *, rows, columns, tolerance):
    """Scale rows and columns in turn until rows are within `tolerance` persons; the table, sweeps and error."""
    fitted, error, sweeps = table, np.inf, 0
    while error > tolerance and sweeps < SWEEPS:
        fitted = fitted * (rows / fitted.sum(axis=1))[:, None]
        fitted *= columns / fitted.sum(axis=0)
        error = np.abs(fitted.sum(axis=1) - rows).max()
        sweeps += 1
    return fitted, sweeps, error


def three_way(leaving, arriving, seed, *, tolerance):
    """Fit the whole cube (birthplace, origin, destination) to its leavers and arrivers, as textbooks do."""
    cube = np.repeat(seed[None], len(leaving), axis=0)
    for _ in range(SWEEPS):
        found = cube.sum(axis=2)
        cube *= np.divide(leaving, found, out=np.zeros_like(found), where=found > 0)[:, :, None]
        found = cube.sum(axis=1)
        cube *= np.divide(arriving, found, out=np.zeros_like(found), where=found > 0)[:, None, :]
        if (np.abs(cube.sum(axis=2) - leaving) <= tolerance * leaving).all():
            break
    return cube


def ipfn(leaving, arriving, seed, *, tolerance):
    """Seconds of the package ipfn for the same fit; None where it is not installed."""
    try:
        from ipfn import ipfn as package
    except ImportError:
        return None
    cube = np.repeat(seed[None], len(leaving), axis=0)
    begun = time.perf_counter()
    # It divides zero by zero where a margin is zero, and says how it ended.
    with np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
        package.ipfn(cube, [leaving, arriving], [[0, 1], [0, 2]], convergence_rate=tolerance).iteration()
    return time.perf_counter() - begun


def migest(given):
    """Processor seconds of R's migest for a closed table, default settings; None where R or the package is missing."""
    program = shutil.which("Rscript")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        codes = given["births"]["destination"].values.tolist()
        for name in ("start", "end"):
            rows = zip(codes, given[f"stock_{name}"].values.tolist(), strict=True)
            lines = [",".join(["", *codes]), *(",".join([code, *map(repr, row)]) for code, row in rows)]
            (Path(folder) / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="ascii")
        vital = np.column_stack([given["births"].values, given["deaths"].values])
        np.savetxt(Path(folder) / "vital.csv", vital, delimiter=",", header="births,deaths", comments="")
        found = subprocess.run([program, "-e", MIGEST], cwd=folder, capture_output=True, text=True, check=False)
    line = [words.split() for words in found.stdout.splitlines() if words.startswith("SECONDS")]
    return float(line[0][1]) if line else None
