import numpy as np
import pytest

from corridors.explain.formula import evaluate, parse_formula


def test_the_parts_of_a_formula_and_its_columns():
    found = parse_formula("flow ~ log1p(stock) + contig + I(dist * (year - 2012)) + eu:log(gdp) | t^o + d^t+o^d")
    assert found.terms == ("log1p(stock)", "contig", "I(dist*(year-2012))", "eu:log(gdp)")
    assert found.effects == ("o^t", "d^t", "o^d")
    assert found.columns() == ("flow", "stock", "contig", "dist", "year", "eu", "gdp")
    assert parse_formula("flow ~ 1").terms == ()


def test_terms_are_evaluated_as_written():
    columns = {"a": np.array([1.0, 2.0]), "b": np.array([3.0, 5.0])}
    assert evaluate("I(a*(b-1)**2)", columns).tolist() == [4.0, 32.0]
    assert evaluate("a:b", columns).tolist() == [3.0, 10.0]
    assert evaluate("I(-a)", columns).tolist() == [-1.0, -2.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("flow", "write 'outcome ~ covariates | effects'"),
        ("flow ~ a | o | d", "write 'outcome ~ covariates | effects'"),
        ("flow ~ a | pair", "effect 'pair' is none of o\\^t, d\\^t, o\\^d, o, d, t"),
        ("flow ~ a*b", "write a:b for a product or I\\(...\\)"),
        ("flow ~ a - b", "arithmetic stands inside I"),
        ("flow ~ sin(a)", "a function is one of log, log1p, exp, sqrt, abs, I"),
        ("flow ~ log(a, b)", "of one argument"),
        ("flow ~ a + a", "stands in it twice"),
        ("flow ~ a b", "is no column"),
        ("flow ~ a[0]", "is no column"),
        ("flow ~ I(a % 2)", "arithmetic is"),
        ("flow ~ log('a')", "is no number"),
        ("flow ~ 2", "is a number"),
        ("flow ~ __import__('os').system('x')", "a function is one of"),
    ],
)
def test_a_formula_outside_the_grammar_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        parse_formula(text)
