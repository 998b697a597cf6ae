"""What a generator function does after its `yield` to give a resource back, and whether an exception keeps it from that."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_guard.knowledge.sessions import CLOSING
from fastapi_guard.location import Location

AnyDef = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class LostCleanup:
    """A call that an exception skips."""

    text: str
    """As written: `db.close()`."""
    location: Location
    yielded_at: Location


def lost_cleanup(function: AnyDef, file: str) -> Iterator[LostCleanup]:
    """The calls that close what the function has opened, after a `yield` and in no `finally`."""
    opened = _opened_names(function)
    for statements, is_kept in _blocks(function.body, False):
        place = next((index for index, each in enumerate(statements) if _yields(each)), None)
        if place is None or is_kept or _is_safe(statements[place]):
            continue
        for statement in statements[place + 1 :]:
            for call in _closing_calls(statement, opened):
                if not _closes_elsewhere(function, call):
                    yield LostCleanup(ast.unparse(call), _location(call, file), _location(statements[place], file))


def _blocks(statements: list[ast.stmt], is_kept: bool) -> Iterator[tuple[list[ast.stmt], bool]]:
    """Every block of statements, and whether a `finally` stands around it."""
    yield statements, is_kept
    for statement in statements:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if isinstance(statement, ast.Try):
            yield from _blocks(statement.body, is_kept or bool(statement.finalbody))
            continue
        for name in ("body", "orelse"):
            below = getattr(statement, name, None)
            if below:
                yield from _blocks(below, is_kept)


def _yields(statement: ast.stmt) -> bool:
    """Whether a statement yields by itself or within."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return False
    return any(isinstance(node, ast.Yield) for node in ast.walk(statement))


def _is_safe(statement: ast.stmt) -> bool:
    """A `try` around the `yield` that swallows what is raised: what follows runs all the same."""
    return isinstance(statement, ast.Try) and any(
        not any(isinstance(node, ast.Raise) for node in ast.walk(handler)) for handler in statement.handlers
    )


def _opened_names(function: AnyDef) -> frozenset[str]:
    """Variables that the function binds to what a call gives."""
    found: set[str] = set()
    for node in ast.walk(function):
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        value = value.value if isinstance(value, ast.Await) else value
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(value, ast.Call):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found.update(target.id for target in targets if isinstance(target, ast.Name))
    return frozenset(found)


def _closing_calls(statement: ast.stmt, names: frozenset[str]) -> Iterator[ast.Call]:
    for node in ast.walk(statement):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in CLOSING
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in names
        ):
            yield node


def _closes_elsewhere(function: AnyDef, call: ast.Call) -> bool:
    """Whether an `except` or a `finally` does the same."""
    text = ast.unparse(call)
    for node in ast.walk(function):
        if isinstance(node, ast.Try):
            others = [*node.finalbody, *(statement for handler in node.handlers for statement in handler.body)]
            if any(
                isinstance(below, ast.Call) and ast.unparse(below) == text
                for each in others
                for below in ast.walk(each)
            ):
                return True
    return False


def _location(node: ast.expr | ast.stmt, file: str) -> Location:
    return Location(file, node.lineno, node.col_offset + 1, node.end_lineno or 0, (node.end_col_offset or -1) + 1)
