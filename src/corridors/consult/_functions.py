"""Functions that expressions of questionnaires may call."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

Value = bool | float | str
#: Longest text that a pattern is tried on, longest pattern, and most repetitions in it.
_TRIED, _PATTERN, _REPEATS = 254, 200, 3
# A repeated group that itself repeats or offers alternatives can take for ever; so can references back.
_RISKY = re.compile(r"\([^()]*[*+{|][^()]*\)\s*[*+{]|\\[1-9]|\(\?")


def as_text(value: Value) -> str:
    """A value as XPath writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        return str(int(value)) if math.isfinite(value) and value == int(value) else repr(value)
    return value


def as_number(value: Value) -> float:
    """A value as a number; what is none is not a number."""
    if isinstance(value, str):
        text = value.strip()
        return float(text) if re.fullmatch(r"[-+]?\d{1,300}(?:\.\d{1,300})?", text) else math.nan
    return float(value)


def as_truth(value: Value) -> bool:
    """A value as a truth: texts that are not blank, numbers that are not zero."""
    if isinstance(value, float):
        return not math.isnan(value) and value != 0
    return bool(value)


@dataclass(frozen=True, slots=True)
class Function:
    """A function, and how many parts it takes at least and at most."""

    least: int
    most: int
    of: Callable[[Sequence[Value]], Value]


def _selected(parts: Sequence[Value]) -> Value:
    return as_text(parts[1]) in as_text(parts[0]).split()


def pattern_fault(pattern: str) -> str | None:
    """Why a pattern is refused, or None."""
    if len(pattern) > _PATTERN or _RISKY.search(pattern) or len(re.findall(r"[*+{]", pattern)) > _REPEATS:
        return "too long, or it could take for ever; write it without groups that repeat"
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"none: {error}"
    return None


def _regex(parts: Sequence[Value]) -> Value:
    text, pattern = as_text(parts[0]), as_text(parts[1])
    if fault := pattern_fault(pattern):
        raise re.error(fault)
    return len(text) <= _TRIED and re.fullmatch(pattern, text) is not None


def _coalesce(parts: Sequence[Value]) -> Value:
    return next((part for part in parts if as_text(part) != ""), "")


def _rounded(parts: Sequence[Value]) -> Value:
    number, places = as_number(parts[0]), as_number(parts[1]) if len(parts) > 1 else 0.0
    if not math.isfinite(number) or not math.isfinite(places) or abs(places) > 12:
        return math.nan
    scale = 10.0 ** int(places)
    return float(math.floor(number * scale + 0.5) / scale)


def _whole(parts: Sequence[Value]) -> Value:
    number = as_number(parts[0])
    return float(int(number)) if math.isfinite(number) else math.nan


#: Functions by name. `if` and `today` are worked out where the tree is walked.
FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "true": Function(0, 0, lambda _: True),
        "false": Function(0, 0, lambda _: False),
        "not": Function(1, 1, lambda parts: not as_truth(parts[0])),
        "boolean": Function(1, 1, lambda parts: as_truth(parts[0])),
        "number": Function(1, 1, lambda parts: as_number(parts[0])),
        "int": Function(1, 1, _whole),
        "round": Function(1, 2, _rounded),
        "string": Function(1, 1, lambda parts: as_text(parts[0])),
        "concat": Function(1, 20, lambda parts: "".join(map(as_text, parts))),
        "contains": Function(2, 2, lambda parts: as_text(parts[1]) in as_text(parts[0])),
        "starts-with": Function(2, 2, lambda parts: as_text(parts[0]).startswith(as_text(parts[1]))),
        "normalize-space": Function(1, 1, lambda parts: " ".join(as_text(parts[0]).split())),
        "string-length": Function(1, 1, lambda parts: float(len(as_text(parts[0])))),
        "selected": Function(2, 2, _selected),
        "count-selected": Function(1, 1, lambda parts: float(len(as_text(parts[0]).split()))),
        "regex": Function(2, 2, _regex),
        "coalesce": Function(1, 20, _coalesce),
        "if": Function(3, 3, lambda parts: parts[0]),
        "today": Function(0, 0, lambda _: ""),
    }
)
