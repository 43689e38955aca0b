"""Expressions of questionnaires: the part of XPath that XLSForms use for relevance, constraints and calculations.

Nothing is ever run as code: an expression is read into a tree of known operators and functions, and the tree is walked. Its
length, depth and the texts that a pattern is tried on are limited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from corridors.consult._functions import FUNCTIONS, Value, as_number, as_text, as_truth, pattern_fault

#: Longest expression in characters, most words and signs in it, and deepest nesting.
LONGEST, MOST, DEEPEST = 2_000, 400, 40
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>"[^"]*"|'[^']*')|(?P<name>\$\{[A-Za-z_][\w.-]*\})|"""
    r"""(?P<word>[A-Za-z_][\w-]*)|(?P<sign><=|>=|!=|[-=<>+*(),.]))"""
)
_LEVELS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))


class ExpressionError(ValueError):
    """An expression cannot be read; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the tree: what it does, with which name or literal, to which parts."""

    kind: str
    value: Value = ""
    parts: tuple[Node, ...] = ()

    def walk(self) -> Iterator[Node]:
        """The node and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.at = text, list(_tokens(text)), 0
        if len(self.tokens) > MOST:
            raise ExpressionError(f"{text[:60]!r}...: more than {MOST} words and signs")

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.at += 1
        return token

    def expect(self, sign: str) -> None:
        kind, found = self.take()
        if kind != "sign" or found != sign:
            raise ExpressionError(f"{self.text!r}: {sign!r} is missing before {found or 'the end'!r}")

    def level(self, number: int, depth: int) -> Node:
        if depth > DEEPEST:
            raise ExpressionError(f"{self.text[:60]!r}: nested deeper than {DEEPEST}")
        if number == len(_LEVELS):
            return self.unary(depth)
        left = self.level(number + 1, depth)
        while self.peek()[0] in ("sign", "word") and self.peek()[1] in _LEVELS[number]:
            _, operator = self.take()
            left = Node("operator", operator, (left, self.level(number + 1, depth)))
        return left

    def unary(self, depth: int) -> Node:
        kind, found = self.take()
        if (kind, found) == ("sign", "-"):
            if depth > DEEPEST:
                raise ExpressionError(f"{self.text[:60]!r}: nested deeper than {DEEPEST}")
            return Node("operator", "negative", (self.unary(depth + 1),))
        if (kind, found) == ("sign", "("):
            inner = self.level(0, depth + 1)
            self.expect(")")
            return inner
        if kind == "number":
            return Node("literal", float(found))
        if kind == "text":
            return Node("literal", found[1:-1])
        if kind == "name":
            return Node("answer", found[2:-1])
        if (kind, found) == ("sign", "."):
            return Node("self")
        if kind == "word":
            return self.call(found, depth)
        raise ExpressionError(f"{self.text!r}: something is missing before {found or 'the end'!r}")

    def call(self, name: str, depth: int) -> Node:
        if name not in FUNCTIONS:
            raise ExpressionError(f"{self.text!r}: no function {name!r}; there are {', '.join(sorted(FUNCTIONS))}")
        self.expect("(")
        parts: list[Node] = []
        if self.peek() != ("sign", ")"):
            parts.append(self.level(0, depth + 1))
            while self.peek() == ("sign", ","):
                self.take()
                parts.append(self.level(0, depth + 1))
        self.expect(")")
        least, most = FUNCTIONS[name].least, FUNCTIONS[name].most
        if not least <= len(parts) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            raise ExpressionError(f"{self.text!r}: {name}() takes {wanted} parts, not {len(parts)}")
        if name == "regex" and parts[1].kind == "literal" and (fault := pattern_fault(as_text(parts[1].value))):
            raise ExpressionError(f"{self.text!r}: the pattern is {fault}")
        return Node("call", name, tuple(parts))


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if not found or found.lastgroup is None:
            raise ExpressionError(f"{text!r}: cannot be read from {text[at : at + 20]!r} on")
        yield found.lastgroup, found[found.lastgroup]
        at = found.end()


@lru_cache(maxsize=4096)
def parsed(text: str) -> Node:
    """The tree of an expression.

    Raises
    ------
    ExpressionError
        It is too long or too deep, or holds an unknown function or sign.

    Examples
    --------
    >>> sorted(node.value for node in parsed("${age} > 17 and ${sex} = 'f'").walk() if node.kind == "answer")
    ['age', 'sex']
    """
    if len(text) > LONGEST:
        raise ExpressionError(f"{text[:60]!r}...: longer than {LONGEST:,} characters")
    reader = _Reader(text)
    tree = reader.level(0, 0)
    if reader.peek()[0] != "end":
        raise ExpressionError(f"{text!r}: {reader.peek()[1]!r} follows the end")
    return tree


def names_in(text: str) -> tuple[str, ...]:
    """Names of the questions that an expression asks, each once.

    Examples
    --------
    >>> names_in("selected(${form}, 'other') or ${form} = ''")
    ('form',)
    """
    return tuple(dict.fromkeys(str(node.value) for node in parsed(text).walk() if node.kind == "answer"))


def evaluate(text: str, answers: Mapping[str, str], *, own: str = "", as_of: date | None = None) -> Value:
    """The value of an expression: a truth, a number or a text.

    Parameters
    ----------
    text
        The expression.
    answers
        Answers by the name of their question; one that is not there is blank.
    own
        The answer that `.` stands for in a constraint.
    as_of
        The day that `today()` stands for.

    Raises
    ------
    ExpressionError
        The expression cannot be read, asks for today without `as_of`, or has a pattern that is refused.

    Examples
    --------
    >>> evaluate("selected(${form}, 'dialogue') and . >= 2", {"form": "conference dialogue"}, own="3")
    True
    """
    return _value(parsed(text), answers, own, as_of)


def holds(text: str, answers: Mapping[str, str], *, own: str = "", as_of: date | None = None) -> bool:
    """Whether an expression holds; a blank one always does.

    Examples
    --------
    >>> holds("", {}), holds("${stance} = 'against'", {"stance": "in_favour"})
    (True, False)
    """
    return not text.strip() or as_truth(evaluate(text, answers, own=own, as_of=as_of))


def _value(node: Node, answers: Mapping[str, str], own: str, as_of: date | None) -> Value:
    if node.kind == "literal":
        return node.value
    if node.kind == "answer":
        return answers.get(str(node.value), "")
    if node.kind == "self":
        return own
    if node.kind == "operator":
        return _operated(node, answers, own, as_of)
    if node.value == "today":
        if as_of is None:
            raise ExpressionError("today() needs a day")
        return as_of.isoformat()
    if node.value == "if":
        condition, yes, no = node.parts
        return _value(yes if as_truth(_value(condition, answers, own, as_of)) else no, answers, own, as_of)
    try:
        return FUNCTIONS[str(node.value)].of([_value(part, answers, own, as_of) for part in node.parts])
    except re.error as error:
        raise ExpressionError(f"the pattern is none: {error}") from error


def _operated(node: Node, answers: Mapping[str, str], own: str, as_of: date | None) -> Value:
    left = _value(node.parts[0], answers, own, as_of)
    operator = node.value
    if operator == "negative":
        return -as_number(left)
    if operator == "or":
        return as_truth(left) or as_truth(_value(node.parts[1], answers, own, as_of))
    if operator == "and":
        return as_truth(left) and as_truth(_value(node.parts[1], answers, own, as_of))
    right = _value(node.parts[1], answers, own, as_of)
    if operator in ("=", "!="):
        return _same(left, right) == (operator == "=")
    if operator in ("<", "<=", ">", ">="):
        return _ordered(str(operator), left, right)
    return _counted(str(operator), as_number(left), as_number(right))


def _same(left: Value, right: Value) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return as_truth(left) == as_truth(right)
    if isinstance(left, float) or isinstance(right, float):
        return as_number(left) == as_number(right)
    return left == right


def _ordered(operator: str, left: Value, right: Value) -> bool:
    a, b = as_number(left), as_number(right)
    # Days are written so that their texts stand in their order; any other text compares as a number or not at all.
    if a != a and b != b and _is_day(left) and _is_day(right):
        low, same = as_text(left) < as_text(right), left == right
    else:
        low, same = a < b, a == b
        if a != a or b != b:
            return False
    return {"<": low, "<=": low or same, ">": not low and not same, ">=": not low}[operator]


def _is_day(value: Value) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None


def _counted(operator: str, a: float, b: float) -> float:
    if operator == "+":
        return a + b
    if operator == "-":
        return a - b
    if operator == "*":
        return a * b
    if b == 0 or b != b:
        return float("nan")
    # The remainder of XPath has the sign of the dividend.
    return a / b if operator == "div" else a - b * int(a / b)
