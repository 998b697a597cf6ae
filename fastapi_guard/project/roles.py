"""Which tests stand around a piece of code, and whether they ask for a role."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache

from fastapi_guard.facts.nodes import nodes_of
from fastapi_guard.knowledge.database import (
    ORDINARY_ROLES,
    OWNER_COLUMNS,
    ROLE_ATTRIBUTES,
    ROLE_NAMES,
    ROLE_WORDS,
    is_named_after_a_check,
)
from fastapi_guard.location import Location
from fastapi_guard.project.model import FunctionAround
from fastapi_guard.project.scope import ModuleScope
from fastapi_guard.project.trace import Event, Trace
from fastapi_guard.project.values import Place

BLOCKS = ("body", "orelse", "finalbody")


def tests_around(place: Place) -> tuple[tuple[ast.expr, bool], ...]:
    """The tests of the `if` statements around a node, and whether it stands where they hold; within its function."""
    return _tests_at(place.module, place.node)


@lru_cache(maxsize=16_384)
def _tests_at(module: ModuleScope, node: ast.AST) -> tuple[tuple[ast.expr, bool], ...]:
    """The same, remembered: a place is reached on many ways."""
    line = getattr(node, "lineno", 0)
    found: list[tuple[ast.expr, bool]] = []
    for statement in _path(module.tree.body, line):
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.clear()
        elif isinstance(statement, ast.If) and not _within(statement.test, node):
            found.append((statement.test, line <= (statement.body[-1].end_lineno or line)))
    return tuple(found)


def function_around(place: Place) -> FunctionAround | None:
    """The function that a node stands in; None at the top of a module."""
    return _function_at(place.module, getattr(place.node, "lineno", 0))


@lru_cache(maxsize=8_192)
def _function_at(module: ModuleScope, line: int) -> FunctionAround | None:
    found: ast.FunctionDef | ast.AsyncFunctionDef | None = None
    around: ast.ClassDef | None = None
    for statement in _path(module.tree.body, line):
        if isinstance(statement, ast.ClassDef) and found is None:
            around = statement
        elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found = statement
    return _described(module, found, around) if found is not None else None


@lru_cache(maxsize=2_048)
def _described(
    module: ModuleScope, found: ast.FunctionDef | ast.AsyncFunctionDef, around: ast.ClassDef | None
) -> FunctionAround:
    makers = [
        each
        for each in (around.body if around else ())
        if isinstance(each, ast.FunctionDef) and each.name == "__init__"
    ]
    return FunctionAround(
        f"{around.name}.{found.name}" if around else found.name,
        _signature(module, found),
        tuple(name for each in (found, *makers) for name in _parameters(each)),
        _words(found),
    )


def _signature(module: ModuleScope, definition: ast.FunctionDef | ast.AsyncFunctionDef) -> Location:
    start = module.location(definition)
    return Location(
        start.path,
        start.line,
        start.column,
        start.line,
        module.column(start.line, len(module.lines[start.line - 1].encode())),
    )


def _words(definition: ast.AST) -> frozenset[str]:
    found: set[str] = set()
    for node in nodes_of(definition):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.update(node.value.split())
    return frozenset(found)


def _parameters(definition: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    spec = definition.args
    every = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, *filter(None, (spec.vararg, spec.kwarg))]
    yield from (argument.arg for argument in every if argument.arg not in ("self", "cls"))


def _path(block: Sequence[ast.stmt], line: int) -> Iterator[ast.stmt]:
    """The statements that contain a line, outermost first."""
    following = bisect_right(block, line, key=_first_line)
    statement = block[following - 1] if following else None
    if statement is None or line > (statement.end_lineno or statement.lineno):
        return
    yield statement
    for field in BLOCKS:
        yield from _path(getattr(statement, field, []) or [], line)
    for handler in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield from _path(handler.body, line)


def _first_line(statement: ast.stmt) -> int:
    """The line of the first decorator, where there is one."""
    decorators = getattr(statement, "decorator_list", None)
    return int(decorators[0].lineno) if decorators else statement.lineno


def _within(test: ast.expr, node: ast.AST) -> bool:
    start = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
    return (test.lineno, test.col_offset) <= start < (test.end_lineno or 0, test.end_col_offset or 0)


@lru_cache(maxsize=16_384)
def asks_for_role(test: ast.expr) -> bool:
    """Whether a test looks at what somebody may do; not one that looks at whose row it is, too."""
    nodes = list(ast.walk(test))
    if any(isinstance(node, ast.Attribute) and node.attr in OWNER_COLUMNS for node in nodes):
        return False
    return any(_names_role(node) for node in nodes)


def _names_role(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in ROLE_ATTRIBUTES or ROLE_NAMES.search(node.attr) is not None
    if isinstance(node, ast.Constant):
        return node.value in ("is_admin", "role", "roles", "admin", "superuser", "is_superuser")
    if isinstance(node, ast.Call):
        return ROLE_WORDS.search(ast.unparse(node.func)) is not None
    return isinstance(node, ast.Name) and node.id in (
        "is_admin",
        "is_superuser",
        "is_staff",
        "role",
        "user_role",
        "admin",
    )


@lru_cache(maxsize=512)
def role_check(trace: Trace) -> str:
    """The first test of a role behind which a trace raises, as written; empty when there is none."""
    for event in trace.events:
        if event.kind != "raise" or event.place is None:
            continue
        tests = tests_around(event.place)
        if tests and asks_for_role(tests[-1][0]) and not _admits_everybody(tests[-1][0]):
            return ast.unparse(tests[-1][0])
    return ""


def role_around(event: Event) -> str:
    """The test of a role that an event, or a call on the way to it, stands behind; empty when there is none."""
    places = [*([event.place] if event.place else []), *event.sites]
    for site in event.sites:
        function = site.node.func if isinstance(site.node, ast.Call) else None
        name = getattr(function, "attr", None) or getattr(function, "id", "")
        if is_named_after_a_check(name):
            return f"{name}(...)"  # it is a part of the check
    around = ((test, holds) for place in places for test, holds in tests_around(place) if asks_for_role(test))
    return next((ast.unparse(test) for test, holds in around if holds is not _is_negative(test)), "")


def role_before(event: Event, value: str) -> str:
    """The test of a role that setting a column stands behind, where the test does not ask for the new value itself."""
    giver = value.partition(".")[0]
    for place in (event.place, *event.sites):
        for test, holds in tests_around(place) if place is not None else ():
            for part in test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]:
                names = {node.id for node in ast.walk(part) if isinstance(node, ast.Name)}
                if giver not in names and asks_for_role(part) and holds is not _is_negative(part):
                    return ast.unparse(part)
    return ""


def _admits_everybody(test: ast.expr) -> bool:
    """A test by whose failing ordinary users are let in: `role not in ("user", "admin")`, `role == "pending"`."""
    for node in ast.walk(test):
        if isinstance(node, ast.Compare) and any(_names_role(side) for side in ast.walk(node)):
            words = {
                part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)
            }
            ordinary = {word for word in words if word.lower() in ORDINARY_ROLES}
            if isinstance(node.ops[0], (ast.NotIn, ast.NotEq)):
                return bool(ordinary)
            return isinstance(node.ops[0], ast.Eq) and bool(words) and not ordinary
    return False


def _is_negative(test: ast.expr) -> bool:
    """`not user.is_admin`, `user.role != "admin"`."""
    if isinstance(test, ast.Compare):
        return isinstance(test.ops[0], (ast.NotEq, ast.NotIn, ast.IsNot))
    return isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
