"""Which modules belong to a layer of services or data, and which of those serve requests all the same."""

from collections.abc import Iterator
from functools import lru_cache

import libcst as cst
from pathspec import GitIgnoreSpec

from fastapi_guard.facts.unit import Unit
from fastapi_guard.knowledge.places import is_migration, is_test

SERVICE_LAYERS = (
    "**/crud.py",
    "**/crud/**",
    "**/dal/**",
    "**/dao/**",
    "**/domain/**",
    "**/repositories/**",
    "**/repository.py",
    "**/repository/**",
    "**/service.py",
    "**/services.py",
    "**/services/**",
    "**/use_cases/**",
)
"""Where services and what they stand on are found when nobody says otherwise."""

ROUTE_LAYERS = ("**/api/**", "**/endpoints/**", "**/routers/**", "**/routes/**", "**/views/**")
"""Where routers are found when nobody says otherwise."""

SCHEMA_LAYERS = ("**/schemas.py", "**/schemas/**")
"""Where models of requests and answers are found."""

_OF_THE_WEB = GitIgnoreSpec.from_lines(
    ["**/dependencies.py", "**/dependencies/**", "**/deps.py", "**/deps/**", "**/middleware*.py", "**/middleware*/**"]
)
"""Files that belong to the web framework wherever they stand."""


def in_layer(path: str, layers: tuple[str, ...]) -> bool:
    """Whether the globs of a layer match a file that is neither a test nor a migration nor made for the framework."""
    return _matches(path, layers) and not is_test(path) and not is_migration(path) and not _OF_THE_WEB.match_file(path)


def bound_by(statement: cst.Import | cst.ImportFrom) -> Iterator[str]:
    """The names that an import statement binds."""
    for alias in () if isinstance(statement.names, cst.ImportStar) else statement.names:
        yield alias.evaluated_alias or alias.evaluated_name.partition(".")[0]


def is_for_types_only(node: cst.CSTNode, unit: Unit) -> bool:
    """Whether a statement stands below `if TYPE_CHECKING`: it is never run."""
    holder = unit.parent(node)
    while holder is not None:
        if isinstance(holder, cst.If) and (unit.resolve(holder.test) or "").endswith(".TYPE_CHECKING"):
            return True
        holder = unit.parent(holder)
    return False


def holds_endpoints(unit: Unit) -> bool:
    """Whether the module of a unit registers path operations: a router that stands among services."""
    return bool(unit.surroundings.endpoint_lines)


def is_called_by_fastapi(node: cst.CSTNode, unit: Unit) -> bool:
    """Whether the function around a node, or a class around that, serves requests: an endpoint, a guard, a scheme."""
    holder = unit.parent(node)
    while holder is not None:
        if isinstance(holder, cst.FunctionDef) and (unit.is_endpoint(holder) or unit.is_dependency(holder)):
            return True
        if isinstance(holder, cst.ClassDef) and _is_scheme(holder, unit):
            return True
        holder = unit.parent(holder)
    return False


def _is_scheme(definition: cst.ClassDef, unit: Unit) -> bool:
    if unit.location(definition).line in unit.surroundings.dependency_lines and any(
        isinstance(node, cst.FunctionDef) and node.name.value == "__call__" for node in definition.body.body
    ):
        return True
    return any((unit.resolve(base.value) or "").startswith("fastapi.security.") for base in definition.bases)


@lru_cache(maxsize=4096)
def _matches(path: str, layers: tuple[str, ...]) -> bool:
    return _spec(layers).match_file(path)


@lru_cache(maxsize=16)
def _spec(layers: tuple[str, ...]) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines(layers)
