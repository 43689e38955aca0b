"""Resolutions read from their text: paragraphs, notes, citations, addressees, asks and deadlines."""

from corridors.document.resolutions.model import Resolution
from corridors.document.resolutions.parsing import parse, parse_all

__all__ = ["Resolution", "parse", "parse_all"]
