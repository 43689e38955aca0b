"""Resolutions read, against the bare reading of their lines; texts of our own, in the length of real ones."""

import time

from corridors.document.resolutions import parse

COUNT = 1_000
PREAMBLE = (
    "Recalling its resolutions 49/127 of 19 December 1994, 50/123 of 20 December 1995 and 52/189 of 18 December 1997, as well as Economic "  # noqa: E501
    "and Social Council decision 1995/313 of 27 July 1995,{mark}"
)
OPERATIVE = (
    "{at}. Requests the Secretary-General to submit to the General Assembly at its sixtieth session a report on the implementation of the "  # noqa: E501
    "present resolution,{mark} in consultation with the regional commissions, and encourages the bodies of the United Nations system to help;"  # noqa: E501
)


def text(seed):
    """A resolution of 14 preambular and 12 operative paragraphs with 20 notes, some 8,000 characters."""
    lines = ["The General Assembly,", *(PREAMBLE.format(mark=at) for at in range(1, 15))]
    lines += [OPERATIVE.format(at=at, mark=14 + at if at < 7 else "") for at in range(1, 13)]
    notes = ["_" * 18, *(f"{at} See A/{50 + seed % 9}/{at + 200}, annex." for at in range(1, 21))]
    return "\n".join([*lines, *notes]).encode()


def rows():
    """Yield what was measured, the figure and its unit."""
    texts = [text(seed) for seed in range(COUNT)]
    begun = time.perf_counter()
    bare = sum(len(line) for raw in texts for line in raw.decode().splitlines())
    least = time.perf_counter() - begun
    begun = time.perf_counter()
    read = sum(len(parse(raw, file="text").operative) for raw in texts)
    took = time.perf_counter() - begun
    assert bare > 0
    assert read == 12 * COUNT
    yield f"{COUNT:,} resolutions read, seconds (ceiling 60)", took, "s"
    yield "    reading a resolution / splitting it into lines", took / least, "x"
