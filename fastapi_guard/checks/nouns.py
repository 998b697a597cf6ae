"""What a rule may look at beside syntax: the nouns of the model, and where a project keeps them."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from fastapi_guard.project.model import (
    Application,
    Dependant,
    Function,
    ModuleImport,
    PathOperation,
    Project,
    SharedState,
    Unmounted,
    Unresolved,
)
from fastapi_guard.source.suppressions import Suppression


def operations_of(project: Project) -> Iterator[PathOperation]:
    """Every path operation, also of routers that no application includes."""
    yield from project.operations
    for unmounted in project.unmounted:
        yield from unmounted.operations


def dependants_of(project: Project) -> Iterator[Dependant]:
    """Every dependant of every operation, each place of declaration once."""
    seen: set[Dependant] = set()
    for operation in operations_of(project):
        for dependant in operation.walk_dependencies():
            if dependant not in seen:
                seen.add(dependant)
                yield dependant


def functions_of(project: Project) -> Iterator[Function]:
    """Every function that serves, wraps or guards an operation, once."""
    seen: set[tuple[str, int, int]] = set()
    for operation in operations_of(project):
        dependencies = (dependant.function for dependant in operation.walk_dependencies())
        for function in (operation.endpoint, *operation.wrappers, *dependencies):
            if function is None:
                continue
            key = (function.location.path, function.location.line, function.location.column)
            if key not in seen:
                seen.add(key)
                yield function


INSTANCES: Mapping[type, Callable[[Project], Iterable[object]]] = {
    Application: lambda project: project.applications,
    Dependant: dependants_of,
    Function: functions_of,
    ModuleImport: lambda project: project.imports,
    PathOperation: operations_of,
    Project: lambda project: (project,),
    SharedState: lambda project: project.shared_states,
    Unmounted: lambda project: project.unmounted,
    Unresolved: lambda project: project.unresolved,
}
"""The instances of each noun in a project."""

NOUNS: frozenset[type] = frozenset({*INSTANCES, Suppression})
"""Suppressions are no part of the project: their rules run when all others have."""
