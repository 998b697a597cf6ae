"""What the names of a module are bound to at its top level, as dotted names."""

import ast
import builtins
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class ModuleNames:
    """The bindings of one module: `HTTPException` is `fastapi.HTTPException`."""

    dotted_by_name: Mapping[str, str]
    has_star_import: bool = False

    def get(self, name: str) -> str | None:
        dotted = self.dotted_by_name.get(name)
        if dotted is None and name in _BUILTINS and not self.has_star_import:
            return f"builtins.{name}"
        return dotted


def names_of(tree: ast.Module, module: str, *, is_package: bool = False) -> ModuleNames:
    """The names that `module` binds by importing, defining or assigning; an import wins over its fallback."""
    imported: dict[str, str] = {}
    defined: dict[str, str] = {}
    has_star_import = False
    for statement in _top_level(tree.body):
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            for name, dotted in imported_names(statement, module, is_package=is_package):
                has_star_import |= name == "*"
                imported.setdefault(name, dotted)
        else:
            defined.update((name, f"{module}.{name}") for name in _bound_by(statement))
    return ModuleNames({**defined, **imported}, has_star_import)


def imported_names(
    statement: ast.Import | ast.ImportFrom, module: str, *, is_package: bool = False
) -> Iterator[tuple[str, str]]:
    """The names that an import binds, with what they are bound to."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            name = alias.asname or alias.name.partition(".")[0]
            yield name, alias.name if alias.asname else name
        return
    base = statement.module or ""
    if statement.level:
        package = module.split(".") if module else []
        kept = package[: len(package) - statement.level + is_package]
        base = ".".join([*kept, *([base] if base else [])])
    for alias in statement.names:
        yield alias.asname or alias.name, f"{base}.{alias.name}".lstrip(".")


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run in the module's own scope, also inside `if` and `try`."""
    pending = list(reversed(body))
    while pending:
        statement = pending.pop()
        yield statement
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        inner: list[ast.stmt] = []
        for child in ast.iter_child_nodes(statement):
            if isinstance(child, ast.stmt):
                inner.append(child)
            elif isinstance(child, (ast.ExceptHandler, ast.match_case)):
                inner.extend(child.body)
        pending.extend(reversed(inner))


def _bound_by(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = list(statement.targets)
    elif isinstance(statement, (ast.AnnAssign, ast.For, ast.AsyncFor)):
        targets = [statement.target]
    elif isinstance(statement, (ast.With, ast.AsyncWith)):
        targets = [item.optional_vars for item in statement.items if item.optional_vars]
    while targets:
        target = targets.pop()
        if isinstance(target, ast.Name):
            yield target.id
        elif isinstance(target, (ast.Tuple, ast.List)):
            targets.extend(target.elts)
        elif isinstance(target, ast.Starred):
            targets.append(target.value)
