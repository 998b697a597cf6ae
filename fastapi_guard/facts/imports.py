"""The import statements of a module, wherever they stand in it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImportStatement:
    """`from ..routers import tasks, users`: level 2, module `routers`, names `tasks` and `users`."""

    module: str
    names: tuple[str, ...]
    """Empty for `import module`."""
    level: int
    line: int
    column: int
    end_line: int
    end_column: int
    is_for_types: bool
    """It stands below `if TYPE_CHECKING` and is never run."""


def imports_of(tree: ast.Module) -> tuple[ImportStatement, ...]:
    """The imports of a module, also those in functions, in the order of their lines."""
    return tuple(_imports(tree.body, False))


def _imports(body: list[ast.stmt], is_for_types: bool) -> Iterator[ImportStatement]:
    for statement in body:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                yield _made(statement, alias.name, (), 0, is_for_types)
        elif isinstance(statement, ast.ImportFrom):
            names = tuple(alias.name for alias in statement.names)
            yield _made(statement, statement.module or "", names, statement.level, is_for_types)
        elif isinstance(statement, ast.If):
            yield from _imports(statement.body, is_for_types or _asks_for_types(statement.test))
            yield from _imports(statement.orelse, is_for_types)
        else:
            for inner in ("body", "orelse", "finalbody"):
                yield from _imports(getattr(statement, inner, []), is_for_types)
            for handler in getattr(statement, "handlers", []):
                yield from _imports(handler.body, is_for_types)


def _made(
    statement: ast.Import | ast.ImportFrom, module: str, names: tuple[str, ...], level: int, is_for_types: bool
) -> ImportStatement:
    end_line, end_column = statement.end_lineno or statement.lineno, statement.end_col_offset or 0
    place = (statement.lineno, statement.col_offset + 1, end_line, end_column + 1)
    return ImportStatement(module, names, level, *place, is_for_types)


def _asks_for_types(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else ""
    return name == "TYPE_CHECKING"
