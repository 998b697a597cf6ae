"""A file is read whatever Python it is written for, and one that is no Python is a problem with a place."""

import ast
import sys

import pytest

from fastapi_guard.facts.syntax import parse
from fastapi_guard.finding import Problem
from fastapi_guard.location import Location


def place(text: str) -> Location:
    problem = parse("app.py", text)
    assert isinstance(problem, Problem)
    assert problem.code == "FG001"
    assert problem.message.startswith("This file is not analysed, as it cannot be parsed: ")
    return problem.location


@pytest.mark.parametrize(
    "text",
    ["", "x = 1\n", "\ufeffx = 1\n", "type X = int\n", "x = '\\d'\n", "try: a\nexcept A, B: b\n", "x = t'{y}'\n"],
)
def test_python_of_any_version_has_a_tree(text: str) -> None:
    assert isinstance(parse("app.py", text), ast.Module)


@pytest.mark.parametrize(
    "text", ["(\n", "a b\n", "é = 'ü' 1\n", "x = 'a\n", "if a:\nb\n", "f(a=1, b)\n", "def f(x: 1 = ): 0\n"]
)
def test_a_refusal_has_the_place_of_the_running_python(text: str) -> None:
    with pytest.raises(SyntaxError) as refusal:
        compile(text, "app.py", "exec")

    actual = place(text)

    assert (refusal.value.lineno, refusal.value.offset) == (actual.line, actual.column)


def test_what_libcst_lets_pass_is_refused_when_no_newer_python_would_read_it() -> None:
    """LibCST accepts a generator beside other arguments, which is a syntax error for every CPython."""
    assert place("x = 1\nf(a for a in b, c)\n").line == 2


def test_a_null_byte_has_a_place() -> None:
    assert place("x = 1\ny = '\0'\n") == Location("app.py", 2, 6)


def test_a_lone_surrogate_has_a_place() -> None:
    assert place("x = 1\r\ny = '\ud800'\r\n") == Location("app.py", 2, 6)


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 20_000 + ")" * 20_000,
        "x = " + "-" * 20_000 + "a",
        "type X = int\nx = " + "(" * 20_000 + ")" * 20_000,
    ],
    ids=["parentheses", "negations", "parentheses in newer code"],
)
def test_code_that_is_too_deep_is_a_problem(text: str) -> None:
    assert isinstance(parse("app.py", text), Problem)


def test_reading_leaves_the_recursion_limit_as_it_was() -> None:
    before = sys.getrecursionlimit()

    parse("app.py", "type X = int\n")

    assert sys.getrecursionlimit() == before
