"""The formula of a gravity model: `flow ~ log1p(stock) + contig | o^t + d^t + o^d`, a small and documented grammar."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Effects of a corridor cube: of the origin, the destination and the time, and of two of them at once.
EFFECTS = ("o^t", "d^t", "o^d", "o", "d", "t")
FUNCTIONS: Mapping[str, Callable[[Floats], Floats]] = MappingProxyType(
    {"log": np.log, "log1p": np.log1p, "exp": np.exp, "sqrt": np.sqrt, "abs": np.abs, "I": np.array}
)
_OPERATORS: Mapping[type[ast.operator], np.ufunc] = MappingProxyType(
    {ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide, ast.Pow: np.power}
)


@dataclass(frozen=True, slots=True)
class Formula:
    """A gravity model in words.

    Parameters
    ----------
    outcome
        Expression of the flow.
    terms
        Expressions of the covariates, in their order; a term is a column, a function of columns or a product `a:b`.
    effects
        Names of `EFFECTS`.
    """

    outcome: str
    terms: tuple[str, ...]
    effects: tuple[str, ...]

    def columns(self) -> tuple[str, ...]:
        """Columns of the panel that the formula needs, each once.

        Examples
        --------
        >>> parse_formula("flow ~ log(dist) + dist:contig | t").columns()
        ('flow', 'dist', 'contig')
        """
        names = [
            name for term in (self.outcome, *self.terms) for factor in _split(term, ":") for name in _names(factor)
        ]
        return tuple(dict.fromkeys(names))


def parse_formula(text: str) -> Formula:
    """The parts of a formula.

    Parameters
    ----------
    text
        `outcome ~ term + term | effect + effect`. A term is a column, one of the functions log, log1p, exp, sqrt, abs,
        `I(...)` around arithmetic, or a product `a:b`. Effects are o, d, t (origin, destination, time) and o^t, d^t, o^d.

    Raises
    ------
    ValueError
        When the text is no such formula; the message says which part and what is allowed.

    Examples
    --------
    >>> parse_formula("flow ~ log1p(stock) + contig | o^t + d^t + o^d").effects
    ('o^t', 'd^t', 'o^d')
    >>> parse_formula("flow ~ income*age")
    Traceback (most recent call last):
    ValueError: term 'income*age': '*' has two meanings; write income:age for a product or I(...) around arithmetic
    """
    if text.count("~") != 1 or text.count("|") > 1:
        raise ValueError(
            f"formula {text!r}: write 'outcome ~ covariates | effects', such as 'flow ~ contig | o^t + d^t'"
        )
    outcome, _, rest = text.partition("~")
    right, _, effects = rest.partition("|")
    terms = tuple(_tidy(term) for term in _split(right, "+") if term.strip() not in {"", "1"})
    named = tuple(_effect(name) for name in effects.split("+") if name.strip())
    for term in (outcome, *(term for term in _split(right, "+") if term.strip() not in {"", "1"})):
        for factor in _split(term, ":"):
            _check(factor.strip(), text=term.strip())
    if len(set(terms)) < len(terms):
        raise ValueError(f"formula {text!r}: a covariate stands in it twice")
    return Formula(outcome=_tidy(outcome), terms=terms, effects=tuple(dict.fromkeys(named)))


def evaluate(term: str, columns: Mapping[str, Floats]) -> Floats:
    """Values of one term.

    Parameters
    ----------
    term
        As in `Formula.terms`.
    columns
        Values of the panel's columns.

    Examples
    --------
    >>> evaluate("log1p(stock):contig", {"stock": np.array([0.0, 1.0]), "contig": np.array([1.0, 2.0])}).round(3).tolist()
    [0.0, 1.386]
    """
    product: Floats | None = None
    with np.errstate(all="ignore"):
        for factor in _split(term, ":"):
            value = _value(ast.parse(factor.strip(), mode="eval").body, columns)
            product = value if product is None else product * value
    return np.asarray(product, dtype=float)


def _tidy(text: str) -> str:
    return "".join(text.split())


def _effect(name: str) -> str:
    found = _tidy(name)
    turned = "^".join(reversed(found.split("^")))
    for known in (found, turned):
        if known in EFFECTS:
            return known
    raise ValueError(f"effect {found!r} is none of {', '.join(EFFECTS)}")


def _split(text: str, mark: str) -> list[str]:
    """Parts between marks that no bracket holds."""
    parts, depth, begun = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == mark and depth == 0:
            parts.append(text[begun:place])
            begun = place + 1
    return [*parts, text[begun:]]


def _names(factor: str) -> list[str]:
    tree = ast.parse(factor.strip(), mode="eval")
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called]
    return [node.id for node in sorted(found, key=lambda node: node.col_offset)]


def _check(factor: str, *, text: str) -> None:
    try:
        body = ast.parse(factor, mode="eval").body
    except SyntaxError:
        raise ValueError(f"term {text!r} is no column, function of columns or product a:b") from None
    if isinstance(body, ast.BinOp):
        raise ValueError(
            f"term {text!r}: '*' has two meanings; write {text.replace('*', ':')} for a product or I(...) around arithmetic"
            if isinstance(body.op, ast.Mult)
            else f"term {text!r}: arithmetic stands inside I(...)"
        )
    if isinstance(body, ast.Constant):
        raise ValueError(f"term {text!r} is a number, no column")
    for node in ast.walk(body):
        _check_node(node, text)


def _check_node(node: ast.AST, text: str) -> None:
    if isinstance(node, ast.Call):
        if not (
            isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS and len(node.args) == 1 and not node.keywords
        ):
            raise ValueError(f"term {text!r}: a function is one of {', '.join(FUNCTIONS)}, of one argument")
    elif isinstance(node, ast.BinOp):
        if type(node.op) not in _OPERATORS:
            raise ValueError(f"term {text!r}: arithmetic is + - * / **")
    elif isinstance(node, ast.Constant) and not isinstance(node.value, int | float):
        raise ValueError(f"term {text!r}: {node.value!r} is no number")
    elif not isinstance(node, ast.Name | ast.Constant | ast.UnaryOp | ast.USub | ast.UAdd | ast.Load | ast.operator):
        raise ValueError(f"term {text!r} is no column, function of columns or product a:b")


def _value(node: ast.expr, columns: Mapping[str, Floats]) -> Floats:
    if isinstance(node, ast.Name):
        return columns[node.id]
    if isinstance(node, ast.Constant):
        return np.asarray(node.value, dtype=float)
    if isinstance(node, ast.UnaryOp):
        value = _value(node.operand, columns)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp):
        return np.asarray(_OPERATORS[type(node.op)](_value(node.left, columns), _value(node.right, columns)))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return np.asarray(FUNCTIONS[node.func.id](_value(node.args[0], columns)))
    raise ValueError(f"{ast.dump(node)} is no part of a formula")
