"""Route objects: `APIRoute(...)` put into `router.routes`, and what the analysed code asks of the routes that are there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fastapi_guard.project.evaluator.operators import concatenate
from fastapi_guard.project.registration import Entry, Include, Mount, Route, RouteList, Router
from fastapi_guard.project.values import (
    NONE,
    TRUE,
    BoundMethod,
    Choice,
    Class,
    Conditional,
    External,
    Function,
    Instance,
    Keywords,
    Literal,
    Member,
    Place,
    Result,
    Sequence,
    Value,
    constant,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter

FASTAPI_ROUTES = {"fastapi.routing.APIRoute": "http", "fastapi.routing.APIWebSocketRoute": "websocket"}
STARLETTE_ROUTES = {"starlette.routing.Route": "starlette", "starlette.routing.WebSocketRoute": "websocket"}
MOUNTS = frozenset({"starlette.routing.Mount", "fastapi.routing.Mount"})
ROUTE_CLASSES = frozenset({*FASTAPI_ROUTES, *STARLETTE_ROUTES, *MOUNTS})


def route_list(router: Router) -> RouteList:
    """`router.routes`."""
    return RouteList("list", router.entries, router=router)


def adopt(interpreter: Interpreter, routes: RouteList, place: Place | None) -> None:
    """Make entries of the route objects that were put into a router's list; what is none is reported."""
    kept: list[Value] = []
    for item in routes.items:
        entry = item if isinstance(item, (Route, Include, Mount)) else entry_of(interpreter, item)
        if entry is not None:
            kept.append(entry)
        elif place is not None:
            from fastapi_guard.project.evaluator.routers import describe

            interpreter.report("route", place, f"what is put into the routes is {describe(item)}")
    routes.items[:] = kept


def entry_of(interpreter: Interpreter, value: Value) -> Entry | None:
    """What a route object registers; None when the value is none."""
    if isinstance(value, (Route, Include, Mount)):
        return value
    if isinstance(value, Conditional):
        entry = entry_of(interpreter, value.value)
        if entry is not None and not value.is_undecided:
            entry.condition = value.setting
        return entry
    if isinstance(value, Choice):
        return next((entry for option in value.options if (entry := entry_of(interpreter, option))), None)
    given = _arguments(value)
    if given is None:
        return None
    name, arguments, place = given
    path = arguments.get("0") or arguments.get("path") or Literal("")
    order = interpreter.next_order()
    if name in MOUNTS:
        app = arguments.get("1") or arguments.get("app") or _routed(interpreter, arguments.get("routes"), place)
        return Mount(path, app, place, order)
    endpoint = arguments.get("1") or arguments.get("endpoint")
    if endpoint is None:
        return None
    options = {key: item for key, item in arguments.items() if key not in ("0", "1", "path", "endpoint", "methods")}
    is_starlette = name in STARLETTE_ROUTES
    kind = STARLETTE_ROUTES[name] if is_starlette else FASTAPI_ROUTES[name]
    return Route(kind, path, arguments.get("methods"), endpoint, options, place, order, is_starlette=is_starlette)


def made_route(
    interpreter: Interpreter, router: Router, cls: Class, path: Value, endpoint: Value, options: Keywords, place: Place
) -> Route | None:
    """The route that a route class of the project makes in its own `__init__`; None when it has none."""
    from fastapi_guard.project.evaluator.calls import call

    if cls.lookup("__init__") is None:
        return None
    held = router.held()
    given = {
        **options,
        "endpoint": endpoint,
        "tags": _together(held.tags, options.get("tags")),
        "dependencies": _together(held.dependencies, options.get("dependencies")),
    }
    given.setdefault("include_in_schema", held.include_in_schema or TRUE)
    full = path if held.prefix is None else concatenate([held.prefix, path], place)
    made = call(interpreter, cls, (full,), given, place, None)
    entry = entry_of(interpreter, made) if isinstance(made, Instance) else None
    if not isinstance(entry, Route):
        return None
    entry.made_by = cls
    return entry


def _together(held: Value | None, own: Value | None) -> Sequence:
    parts = [part for part in (held, own) if isinstance(part, Sequence)]
    return Sequence("list", [item for part in parts for item in part.items], all(part.is_complete for part in parts))


def _arguments(value: Value) -> tuple[str, Keywords, Place] | None:
    """The class of a route object and what it was made with, positional arguments by number."""
    if isinstance(value, Result) and isinstance(value.callee, External) and value.place is not None:
        given = {str(index): item for index, item in enumerate(value.arguments)} | value.keywords
        return (value.callee.name, given, value.place) if value.callee.name in ROUTE_CLASSES else None
    if isinstance(value, Instance) and value.place is not None:
        name = next((base for base in value.cls.external_bases() if base in ROUTE_CLASSES), None)
        passed_on = {key.removeprefix("super."): item for key, item in value.arguments.items() if key[:6] == "super."}
        return (name, passed_on or value.arguments, value.place) if name else None
    return None


def _routed(interpreter: Interpreter, routes: Value | None, place: Place) -> Value:
    """`Mount(path, routes=[...])`: a router of Starlette that holds them."""
    router = Router("starlette.routing.Router", False, place)
    if isinstance(routes, Sequence):
        router.entries.extend(routes.items)
        adopt(interpreter, route_list(router), place)
    return router


def is_route(entry: Entry, name: str) -> bool | None:
    """`isinstance(entry, name)` for a library class; None when that cannot be told."""
    if name not in ROUTE_CLASSES and name != "starlette.routing.BaseRoute":
        return None
    if name == "starlette.routing.BaseRoute":
        return True
    if isinstance(entry, Include):
        return False
    if isinstance(entry, Mount):
        return name in MOUNTS
    if name in FASTAPI_ROUTES:
        return not entry.is_starlette and FASTAPI_ROUTES[name] == entry.kind
    return name in STARLETTE_ROUTES and (name.endswith("WebSocketRoute") == (entry.kind == "websocket"))


def route_attribute(interpreter: Interpreter, entry: Entry, name: str, place: Place | None) -> Value:
    """What `route.name` is."""
    if isinstance(entry, Include):
        return entry.router if name == "original_router" else Member(entry, name)
    if name in ("path", "path_format"):
        prefix = entry.held.prefix
        return entry.path if prefix is None or place is None else concatenate([prefix, entry.path], place)
    if isinstance(entry, Mount):
        return entry.app if name == "app" else Member(entry, name)
    if name == "endpoint":
        return entry.endpoint
    if name == "methods":
        return entry.methods if entry.methods is not None else Sequence("set", [Literal("GET")])
    if name == "dependencies":
        if entry.late_dependencies is None:
            entry.late_dependencies = Sequence("list", given_dependencies(entry))
        return entry.late_dependencies
    if name == "tags":
        own = entry.options.get("tags")
        parts = [part.items for part in (entry.held.tags, own) if isinstance(part, Sequence)]
        return Sequence("list", [item for part in parts for item in part])
    if name == "name" and "name" not in entry.options:
        function = entry.endpoint.function if isinstance(entry.endpoint, BoundMethod) else entry.endpoint
        return Literal(function.name.rpartition(".")[2]) if isinstance(function, Function) else Member(entry, name)
    return entry.options.get(name, Member(entry, name))


def given_dependencies(entry: Route) -> list[Value]:
    """The dependencies that a route was made with: its router's, then its own."""
    parts = (entry.held.dependencies, entry.options.get("dependencies"))
    return [item for part in parts if isinstance(part, Sequence) for item in part.items]


def set_route_attribute(entry: Entry, name: str, value: Value) -> None:
    """`route.name = value`."""
    if name in ("path", "path_format") and not isinstance(entry, Include):
        if name == "path":
            entry.path, entry.held = value, replace(entry.held, prefix=NONE)
    elif isinstance(entry, Route) and name == "dependencies":
        entry.late_dependencies = value if isinstance(value, Sequence) else None
    elif isinstance(entry, Route) and name == "methods":
        entry.methods = value
    elif isinstance(entry, Route) and name in ("include_in_schema", "response_model", "status_code", "operation_id"):
        entry.options[name] = value


def remove_route(interpreter: Interpreter, routes: RouteList, item: Value, place: Place | None) -> None:
    """`router.routes.remove(route)`."""
    is_certain = not (interpreter.undecided or interpreter.conditions)
    if item in routes.items and is_certain:
        routes.items.remove(item)
    elif place is not None:
        path = constant(item.path) if isinstance(item, (Route, Mount)) else None
        shown = f"the route {path}" if path is not None else "a route that is not known"
        interpreter.report("route", place, f"{shown} may be taken out of the routes here")
