"""Coordinates: one capital an area from World Urbanization Prospects 2014, and points of countries from a tidy table.

An area with several capitals keeps the one the publisher calls Capital, else the seat of government; the note names it
and those left out.
"""

from __future__ import annotations

from corridors.collect.cells import open_csv, open_workbook
from corridors.collect.reading import Reading
from corridors.collect.sources.coordinates._capitals import read_capitals
from corridors.collect.sources.coordinates._points import read_points
from corridors.collect.unpacking import is_workbook


def read(raw: bytes, *, file: str) -> Reading:
    """INDICATOR of latitudes and longitudes.

    Parameters
    ----------
    raw
        Workbook or CSV, not compressed.
    file
        What findings call it.

    Raises
    ------
    DataError
        Everything that kept the file from being read.
    """
    if is_workbook(raw):
        return read_capitals(open_workbook(raw, file=file), file=file)
    return read_points(open_csv(raw, file=file), file=file)
