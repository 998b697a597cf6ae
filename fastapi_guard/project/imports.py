"""Which files of the project import which."""

from collections.abc import Iterator, Mapping

from fastapi_guard.facts.imports import ImportStatement
from fastapi_guard.location import Location
from fastapi_guard.project.model import ModuleImport
from fastapi_guard.source.modules import ModuleFinder


def module_imports(
    imports: Mapping[str, tuple[ImportStatement, ...]], finder: ModuleFinder
) -> tuple[ModuleImport, ...]:
    """Every import of a file of the project by another."""
    return tuple(
        ModuleImport(path, imported, _at(path, statement), statement.is_for_types)
        for path in sorted(imports)
        for statement in imports[path]
        for imported in dict.fromkeys(_imported(path, statement, finder))
        if imported != path
    )


def _imported(path: str, statement: ImportStatement, finder: ModuleFinder) -> Iterator[str]:
    """The files that a statement takes something from: of a package, the module within it where one is named."""
    if statement.level:
        base = finder.relative(statement.module, statement.level, path)
    else:
        base = finder.resolve(statement.module, path)
    if base is None:
        return
    for name in statement.names:
        yield finder.submodule(base, name) or base
    if not statement.names:
        yield base


def _at(path: str, statement: ImportStatement) -> Location:
    return Location(path, statement.line, statement.column, statement.end_line, statement.end_column)
