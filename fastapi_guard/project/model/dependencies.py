"""What FastAPI calls before a handler, and where routers stand."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_guard.location import Location
from fastapi_guard.project.model.authentication import SecurityScheme, Via


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method of the analysed project: its syntax and where it stands."""

    name: str
    """Dotted: `app.api.tasks.read_task`."""
    module: str
    definition: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    location: Location
    """The line of `def` (not of a decorator), through the end of the signature."""
    decorator_location: Location
    """The first decorator, or the `def` where there is none."""

    @property
    def is_async(self) -> bool:
        return isinstance(self.definition, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Dependant:
    """A node of an operation's dependency tree, as `fastapi.dependencies.models.Dependant` will hold it."""

    name: str
    """Dotted name of the callable; of the class for an instance of one."""
    location: Location | None
    """`def` (for a factory's closure the inner one) or `class` line; None for library code."""
    via: Via
    children: tuple["Dependant", ...] = ()
    function: Function | None = None
    """What runs, when it is the project's own code."""
    scheme: SecurityScheme | None = None
    scopes: tuple[str, ...] = ()
    parameter: str = ""
    """The parameter that receives the result; empty for `dependencies=[...]`."""
    declared_at: Location | None = None
    """The `Depends(...)` itself."""
    unresolved: str = ""
    """Why the callable could not be resolved; empty when it was."""
    alternatives: tuple["Dependant", ...] = ()
    """What else may run here, when configuration or a condition chooses."""

    def walk(self) -> Iterator["Dependant"]:
        """This dependant and everything below it, in FastAPI's order (pre-order)."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class IncludeContext:
    """One step from the application down to the operation: an `include_router` or `mount`, and the router it brings."""

    location: Location
    """The call."""
    router: "RouterPlace"
    prefix: str
    dependencies: tuple[Dependant, ...] = ()
    """What this call adds (its own `dependencies=`), resolved."""


@dataclass(frozen=True, slots=True)
class RouterPlace:
    """An `APIRouter(...)` or `FastAPI(...)` and where it is made."""

    name: str
    location: Location
    prefix: str = ""
    dependencies: tuple[Dependant, ...] = ()
    is_application: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a handler that FastAPI fills from the request."""

    name: str
    source: str
    """path, query, header, cookie, body, form, file, dependency, special (Request, Response, BackgroundTasks …), unknown."""
    annotation: str
    """Dotted name of the resolved type without Annotated, Optional and default; empty when there is none."""
    location: Location
    is_required: bool = True
    columns: tuple[str, ...] = ()
    """The columns of the annotated class where it is a table."""
