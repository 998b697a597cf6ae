"""Refusals that come too late: the handler has used the database before it asks whether it may."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fastapi_guard.location import Location
from fastapi_guard.project.creation import TRACE
from fastapi_guard.project.model import DatabaseAccess, PathOperation
from fastapi_guard.project.ownership import principal_parameter

WRITES = frozenset({"insert", "update", "delete", "upsert", "save"})
READS = frozenset({"select", "get"})


ASKS = re.compile(
    r"^_*(?:get|read|load|find|fetch|list|search|count|exists?|is|has|check|verify|ensure|require|resolve|validate|assert)(?:_|$)"
)
"""Beginnings of the names of functions that are called to learn something."""


@dataclass(frozen=True, slots=True)
class LateCheck:
    """A test that refuses, and what happened before it."""

    test: str
    location: Location
    access: DatabaseAccess
    is_write: bool


def late_checks(operation: PathOperation) -> Iterator[LateCheck]:
    """The tests in the handler that refuse after a write was committed, or that need no row and come after a read."""
    endpoint = operation.endpoint
    if endpoint is None or isinstance(endpoint.definition, ast.Lambda):
        return
    effects = [(line, access) for access in operation.accesses if (line := _line_in(access, operation)) is not None]
    principal = principal_parameter(operation)
    told: set[Location] = set()
    for refusal in operation.refusals:
        found = _test_of(endpoint.definition.body, refusal.line, [])
        if found is None:
            continue
        test, before = found
        earlier = [access for line, access in effects if any(_spans(statement, line) for statement in before)]
        location = _location(test, refusal.path)
        access = _committed(earlier, operation)
        is_write = access is not None
        if access is None and principal and _names(test) == {principal}:
            access = next(
                (each for each in earlier if each.kind in READS and each.table and not each.is_of_principals), None
            )
        if access is not None and location not in told:
            told.add(location)
            yield LateCheck(ast.unparse(test), location, access, is_write)


def _committed(earlier: Sequence[DatabaseAccess], operation: PathOperation) -> DatabaseAccess | None:
    """A write that nothing takes back any more."""
    write = next((each for each in earlier if _is_meant(each, operation)), None)
    commits = any(access.kind == "commit" for access in operation.accesses)
    return write if not commits or any(access.kind == "commit" for access in earlier) else None


def _is_meant(access: DatabaseAccess, operation: PathOperation) -> bool:
    """Whether the handler writes itself, or calls something in order to: what is called for a value may tidy up."""
    if access.kind not in WRITES or not access.table or TRACE.search(access.table) or operation.endpoint is None:
        return False
    if access.in_handler:
        return True
    site = access.sites[0]
    for node in ast.walk(operation.endpoint.definition):
        value = node.value if isinstance(node, ast.Expr) else None
        value = value.value if isinstance(value, ast.Await) else value
        if isinstance(value, ast.Call) and (value.lineno, value.end_lineno) == (site.line, site.end_line):
            name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
            return ASKS.search(name.lower()) is None
    return False


def _line_in(access: DatabaseAccess, operation: PathOperation) -> int | None:
    """The line of the handler that leads to an access."""
    location = access.sites[0] if access.sites else access.location
    definition = operation.endpoint.definition if operation.endpoint else None
    if definition is None or operation.endpoint is None or location.path != operation.endpoint.location.path:
        return None
    last = definition.end_lineno or definition.lineno
    return location.line if definition.lineno <= location.line <= last else None


def _test_of(block: Sequence[ast.stmt], line: int, before: list[ast.stmt]) -> tuple[ast.expr, list[ast.stmt]] | None:
    """The innermost test around a line that decides it alone, and the statements that always run before it."""
    for index, statement in enumerate(block):
        if not statement.lineno <= line <= (statement.end_lineno or statement.lineno):
            continue
        earlier = [
            *before,
            *(each for each in block[:index] if not isinstance(each, (ast.If, ast.For, ast.While, ast.Match))),
        ]
        if isinstance(statement, ast.If):
            for inner in (statement.body, statement.orelse):
                if inner and inner[0].lineno <= line <= (inner[-1].end_lineno or 0):
                    deeper = _test_of(inner, line, earlier)
                    return deeper or (statement.test, earlier)
        elif isinstance(statement, (ast.With, ast.AsyncWith)) or (
            isinstance(statement, ast.Try) and line <= (statement.body[-1].end_lineno or 0)
        ):
            return _test_of(statement.body, line, earlier)
        return None
    return None


def _spans(statement: ast.stmt, line: int) -> bool:
    return statement.lineno <= line <= (statement.end_lineno or statement.lineno)


def _names(test: ast.expr) -> set[str]:
    """The variables of a test; functions that it calls are none."""
    called = {id(node.func) for node in ast.walk(test) if isinstance(node, ast.Call)}
    return {
        node.id
        for node in ast.walk(test)
        if isinstance(node, ast.Name) and id(node) not in called and not node.id[:1].isupper()
    }


def _location(node: ast.expr, file: str) -> Location:
    return Location(file, node.lineno, node.col_offset + 1, node.end_lineno or 0, (node.end_col_offset or -1) + 1)
